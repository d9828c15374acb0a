//! What is told of an evaluation.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::{V1, time};
use crate::app_key::Mode;
use crate::coupon::CouponCode;
use crate::evaluate::{AgeBand, ReasonCode};
use crate::ids::{AppKeyId, EvaluationId, OrganizationId, PromotionId, RedemptionId};
use crate::json::JsonWriter;
use crate::money::Money;

/// One evaluation, as it travels through the queue and into the reports. Nothing in it names a person: no birth date,
/// and of the age only a band.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct EvaluationRecord {
    /// The format.
    pub v: V1,
    /// Makes storing it twice harmless.
    pub id: EvaluationId,
    /// The tenant.
    pub organization_id: OrganizationId,
    /// What was evaluated.
    pub promotion_id: PromotionId,
    /// Its version.
    pub version: u64,
    /// By which key.
    pub app_key_id: AppKeyId,
    /// Live or test.
    pub mode: Mode,
    /// When.
    #[serde(serialize_with = "time::serialize")]
    pub at: DateTime<Utc>,
    /// `None` when it applied.
    pub reason: Option<ReasonCode>,
    /// What it gave.
    pub discount: Option<Money>,
    /// What it consumed.
    pub redemption_id: Option<RedemptionId>,
    /// The coupon that the redemption used.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub coupon: Option<CouponCode>,
    /// ISO 3166-1 alpha-2, when the shop sent it.
    pub country: Option<String>,
    /// UN/LOCODE location in that country, when the shop sent it.
    pub city: Option<String>,
    /// From the birth date, when the shop sent it.
    pub age_band: Option<AgeBand>,
    /// Whether the ledger told that a limit or the budget is used up.
    #[serde(default, skip_serializing_if = "is_false")]
    pub exhausted: bool,
    /// Time at the edge from request to answer, in milliseconds.
    pub response_ms: u32,
}

/// Bytes of a record that gives nothing, with some room.
const USUAL_BYTES: usize = 512;

const fn is_false(value: &bool) -> bool {
    !*value
}

impl EvaluationRecord {
    /// How the last of its fields begins.
    pub(crate) const RESPONSE_MS: &str = ",\"response_ms\":";

    /// Records as the JSON text of an array: the same that serializing them gives.
    pub fn to_json(records: &[Self]) -> Vec<u8> {
        let mut json = Vec::with_capacity(records.len() * USUAL_BYTES);
        let mut out = JsonWriter(&mut json);
        let mut before = "[";
        for record in records {
            out.raw(before);
            record.write(&mut out);
            before = ",";
        }
        out.raw(if records.is_empty() { "[]" } else { "]" });
        json
    }

    /// The same of one.
    fn write(&self, out: &mut JsonWriter<'_>) {
        self.write_known(out);
        Self::write_end(self.exhausted, self.response_ms, out);
    }

    /// The first part of it: what is known before the ledger decides.
    pub(crate) fn write_known(&self, out: &mut JsonWriter<'_>) {
        out.raw("{\"v\":1,\"id\":\"eval_");
        out.hex(self.id.uuid());
        out.raw("\",\"organization_id\":\"org_");
        out.hex(self.organization_id.uuid());
        out.raw("\",\"promotion_id\":\"prom_");
        out.hex(self.promotion_id.uuid());
        out.raw("\",\"version\":");
        out.number(self.version);
        out.raw(",\"app_key_id\":\"key_");
        out.hex(self.app_key_id.uuid());
        out.raw("\",\"mode\":\"");
        out.raw(self.mode.as_str());
        out.raw("\",\"at\":");
        out.time(&self.at);
        match self.reason {
            None => out.raw(",\"reason\":null"),
            Some(reason) => {
                out.raw(",\"reason\":\"");
                out.raw(reason.as_str());
                out.raw("\"");
            }
        }
        out.raw(",\"discount\":");
        out.optional(self.discount, JsonWriter::money);
        out.raw(",\"redemption_id\":");
        out.optional(self.redemption_id, |out, id| {
            out.raw("\"red_");
            out.hex(id.uuid());
            out.raw("\"");
        });
        if let Some(coupon) = &self.coupon {
            out.raw(",\"coupon\":");
            out.text(coupon.as_str());
        }
        out.raw(",\"country\":");
        out.optional(self.country.as_deref(), JsonWriter::text);
        out.raw(",\"city\":");
        out.optional(self.city.as_deref(), JsonWriter::text);
        out.raw(",\"age_band\":");
        out.value(&self.age_band);
    }

    /// The rest: what the ledger tells, and the time that all of it took.
    pub(crate) fn write_end(exhausted: bool, response_ms: u32, out: &mut JsonWriter<'_>) {
        if exhausted {
            out.raw(",\"exhausted\":true");
        }
        out.raw(Self::RESPONSE_MS);
        out.number(response_ms.into());
        out.raw("}");
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use proptest::option::of;
    use proptest::prelude::*;

    use super::*;

    prop_compose! {
        pub(crate) fn any_record()(
            ids in any::<[u128; 4]>(),
            version in any::<u64>(),
            live in any::<bool>(),
            (millis, nanos) in (0..4_102_444_800_000_i64, 0..1_000_000_i64),
            reason in of(prop_oneof![Just("not_active"), Just("condition_not_met"), Just("coupon_not_found")]),
            discount in of(0..=crate::money::MAX_AMOUNT),
            redemption in of(any::<u128>()),
            coupon in of("[A-Z0-9]{1,64}"),
            exhausted in any::<bool>(),
            country in of(any::<String>()),
            city in of(any::<String>()),
            age in of(any::<u8>()),
            response_ms in any::<u32>(),
        ) -> EvaluationRecord {
            let [id, organization, promotion, app_key] = ids.map(uuid::Uuid::from_u128);
            let reason = reason.map(|word| serde_json::from_value(word.into()).unwrap());
            EvaluationRecord {
                v: V1,
                id: id.into(),
                organization_id: organization.into(),
                promotion_id: promotion.into(),
                version,
                app_key_id: app_key.into(),
                mode: if live { Mode::Live } else { Mode::Test },
                at: DateTime::from_timestamp_millis(millis).unwrap() + chrono::TimeDelta::nanoseconds(nanos),
                reason,
                discount: discount.map(|amount| Money::new(amount, "USD".parse().unwrap()).unwrap()),
                redemption_id: redemption.map(|id| uuid::Uuid::from_u128(id).into()),
                coupon: coupon.map(|code| code.parse().unwrap()),
                exhausted,
                country,
                city,
                age_band: age.map(AgeBand::of),
                response_ms,
            }
        }
    }

    proptest! {
        #[test]
        fn written_as_serialized(records in proptest::collection::vec(any_record(), 0..4)) {
            let written = String::from_utf8(EvaluationRecord::to_json(&records)).unwrap();
            prop_assert_eq!(written, serde_json::to_string(&records).unwrap());
        }
    }
}
