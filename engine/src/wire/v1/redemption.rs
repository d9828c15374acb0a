//! Redemptions as shops see them, and what the origin learns of them.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::{EvaluationRecord, PromotionRef, V1, time};
use crate::app_key::Mode;
use crate::coupon::CouponCode;
use crate::ids::{LedgerEventId, OrganizationId, PromotionId, RedemptionId};
use crate::json::JsonWriter;
use crate::money::Money;

/// The states of a redemption.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RedemptionStatus {
    /// Consumed until a time, unless it is confirmed.
    Reserved,
    /// Consumed for good.
    Committed,
    /// Was reserved and given back.
    Released,
    /// Was reserved until a time that is over.
    Expired,
    /// Was consumed and given back.
    RolledBack,
}

impl RedemptionStatus {
    /// Its word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Reserved => "reserved",
            Self::Committed => "committed",
            Self::Released => "released",
            Self::Expired => "expired",
            Self::RolledBack => "rolled_back",
        }
    }
}

/// `200` of `GET /v1/redemptions/{id}` and of what changes a redemption.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RedemptionAnswer {
    /// Its identifier.
    pub id: RedemptionId,
    /// Where it stands.
    pub status: RedemptionStatus,
    /// What was consumed.
    pub promotion: PromotionRef,
    /// The shop's name for the order; `null` when it sent none.
    pub transaction_id: Option<String>,
    /// The shop's name for the shopper; `null` when it sent none.
    pub customer_id: Option<String>,
    /// The coupon that is used; `null` for a discount.
    pub coupon_code: Option<CouponCode>,
    /// What it gave; `null` when the request named no amount.
    pub discount: Option<Money>,
    /// What of that was given back; `null` when there is no discount.
    pub rolled_back: Option<Money>,
    /// When the reservation ends, exclusive; `null` for what is not reserved.
    pub expires_at: Option<DateTime<Utc>>,
    /// When it was reserved or consumed.
    pub created_at: DateTime<Utc>,
    /// When it changed last.
    pub updated_at: DateTime<Utc>,
}

/// A change of the ledger, as it travels through the queue. At least once: its identifier makes a repetition harmless.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LedgerEvent {
    /// The format.
    pub v: V1,
    /// Makes storing it twice harmless.
    pub id: LedgerEventId,
    /// What happened.
    pub kind: LedgerEventKind,
    /// The tenant.
    pub organization_id: OrganizationId,
    /// Of what.
    pub promotion_id: PromotionId,
    /// Which.
    pub redemption_id: RedemptionId,
    /// Live or test.
    pub mode: Mode,
    /// When.
    #[serde(serialize_with = "time::serialize")]
    pub at: DateTime<Utc>,
    /// What a commitment gave, or a roll-back returned.
    pub discount: Option<Money>,
    /// The coupon that the redemption uses.
    pub coupon: Option<CouponCode>,
    /// The evaluation that a grant answered; `None` for a change of one that is known.
    pub record: Option<Box<EvaluationRecord>>,
}

/// Bytes of the event of a grant, with some room.
const USUAL_BYTES: usize = 1_024;

impl LedgerEvent {
    /// Its JSON text with another record, if any, which is a JSON text itself: otherwise the same that serializing gives.
    pub(crate) fn to_json_with(&self, record: Option<&[u8]>) -> Vec<u8> {
        let mut json = Vec::with_capacity(USUAL_BYTES);
        let mut out = JsonWriter(&mut json);
        out.raw("{\"v\":1,\"id\":\"evt_");
        out.hex(self.id.uuid());
        out.raw("\",\"kind\":\"");
        out.raw(self.kind.as_str());
        out.raw("\",\"organization_id\":\"org_");
        out.hex(self.organization_id.uuid());
        out.raw("\",\"promotion_id\":\"prom_");
        out.hex(self.promotion_id.uuid());
        out.raw("\",\"redemption_id\":\"red_");
        out.hex(self.redemption_id.uuid());
        out.raw("\",\"mode\":\"");
        out.raw(self.mode.as_str());
        out.raw("\",\"at\":");
        out.time(&self.at);
        out.raw(",\"discount\":");
        out.optional(self.discount, JsonWriter::money);
        out.raw(",\"coupon\":");
        out.optional(self.coupon.as_ref(), |out, coupon| out.text(coupon.as_str()));
        out.raw(",\"record\":");
        out.optional(record, |out, record| out.0.extend_from_slice(record));
        out.raw("}");
        json
    }
}

/// What happened to a redemption.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LedgerEventKind {
    /// Reserved.
    Reserved,
    /// Consumed: at once, or a reservation confirmed.
    Committed,
    /// A reservation was given back.
    Released,
    /// A reservation ended.
    Expired,
    /// A part of its discount was given back.
    PartlyRolledBack,
    /// All of it was given back, and its use.
    RolledBack,
}

impl LedgerEventKind {
    /// Its word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Reserved => "reserved",
            Self::Committed => "committed",
            Self::Released => "released",
            Self::Expired => "expired",
            Self::PartlyRolledBack => "partly_rolled_back",
            Self::RolledBack => "rolled_back",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(json: &str) {
        let value: LedgerEvent = serde_json::from_str(json).unwrap();
        assert_eq!(serde_json::to_string(&value).unwrap(), json);
        let record = value.record.as_ref().map(|record| serde_json::to_vec(record).unwrap());
        assert_eq!(String::from_utf8(value.to_json_with(record.as_deref())).unwrap(), json);
    }

    #[test]
    fn events_are_pinned() {
        const ID: &str = "01a0c4506c0071018101010101010101";
        let record = format!(
            r#"{{"v":1,"id":"eval_{ID}","organization_id":"org_{ID}","promotion_id":"prom_{ID}","version":3,"app_key_id":"key_{ID}","mode":"live","at":"2026-11-21T12:00:00.125Z","reason":null,"discount":null,"redemption_id":null,"country":null,"city":null,"age_band":null,"response_ms":4}}"#
        );
        let money = r#"{"amount":1205,"currency":"UYU"}"#;
        for (kind, discount, coupon, record) in [
            ("reserved", "null", "null", record.as_str()),
            ("committed", money, "\"SUMMER-1\"", "null"),
            ("released", "null", "null", "null"),
            ("expired", "null", "null", "null"),
            ("partly_rolled_back", money, "null", "null"),
            ("rolled_back", money, "null", "null"),
        ] {
            check(&format!(
                r#"{{"v":1,"id":"evt_{ID}","kind":"{kind}","organization_id":"org_{ID}","promotion_id":"prom_{ID}","redemption_id":"red_{ID}","mode":"live","at":"2026-11-21T12:00:00.250Z","discount":{discount},"coupon":{coupon},"record":{record}}}"#
            ));
        }
    }
}
