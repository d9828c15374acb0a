//! What is written for each redemption, piece by piece: the same that serializing gives.

use super::{Claim, Command, Entry, Handle, Redeem};
use crate::json::JsonWriter;
use crate::promotion::Limits;

/// Bytes of an entry, with some room for its effect.
const ENTRY_BYTES: usize = 1_536;
/// What a command has besides, with some room for what the shop sent.
const COMMAND_BYTES: usize = 2_048;

impl Entry {
    /// Its JSON text.
    pub fn to_json(&self) -> Vec<u8> {
        let mut json = Vec::with_capacity(ENTRY_BYTES);
        let mut out = JsonWriter(&mut json);
        out.raw("{");
        self.write(&mut out);
        out.raw("}");
        json
    }

    /// Its fields.
    fn write(&self, out: &mut JsonWriter<'_>) {
        out.raw("\"v\":1,\"fingerprint\":");
        out.text(&self.fingerprint);
        out.raw(",\"answer\":");
        self.answer.write(out);
        out.raw(",\"record\":");
        self.record.write(out);
    }
}

impl Command {
    /// Its JSON text.
    pub fn to_json(&self) -> Vec<u8> {
        let mut json = Vec::with_capacity(COMMAND_BYTES);
        let mut out = JsonWriter(&mut json);
        match self {
            Self::Redeem(redeem) => redeem.write(&mut out),
            Self::LookUp {
                fingerprint,
                app_key_id,
            } => {
                out.raw("{\"command\":\"look_up\",\"fingerprint\":");
                out.text(fingerprint);
                out.raw(",\"app_key_id\":\"key_");
                out.hex(app_key_id.uuid());
                out.raw("\"");
            }
            Self::Confirm(handle) => handle.write("confirm", &mut out),
            Self::Release(handle) => handle.write("release", &mut out),
            Self::Find(handle) => handle.write("find", &mut out),
            Self::RollBack(wanted) => {
                wanted.handle.write("roll_back", &mut out);
                out.raw(",\"amount\":");
                out.optional(wanted.amount, JsonWriter::money);
                out.raw(",\"idempotency_key\":");
                out.optional(wanted.idempotency_key.as_deref(), JsonWriter::text);
            }
            Self::Expire => out.raw("{\"command\":\"expire\""),
        }
        out.raw("}");
        json
    }
}

impl Handle {
    /// The fields of a command of that name, behind its opening brace.
    fn write(&self, command: &str, out: &mut JsonWriter<'_>) {
        out.raw("{\"command\":\"");
        out.raw(command);
        out.raw("\",\"redemption_id\":\"red_");
        out.hex(self.redemption_id.uuid());
        out.raw("\",\"app_key_id\":\"key_");
        out.hex(self.app_key_id.uuid());
        out.raw("\",\"scope\":");
        out.value(&self.scope);
    }
}

impl Redeem {
    /// The same of this one.
    fn write(&self, out: &mut JsonWriter<'_>) {
        out.raw("{\"command\":\"redeem\",");
        self.entry.write(out);
        out.raw(",\"id\":\"red_");
        out.hex(self.id.uuid());
        out.raw("\",\"claim\":");
        self.claim.write(out);
        out.raw(",\"transaction_id\":");
        out.optional(self.transaction_id.as_deref(), JsonWriter::text);
        out.raw(",\"until\":");
        out.optional(self.until.as_ref(), JsonWriter::time);
    }
}

impl Claim {
    fn write(&self, out: &mut JsonWriter<'_>) {
        out.raw("{\"revision\":");
        out.number(self.revision);
        out.raw(if self.counted {
            ",\"counted\":true"
        } else {
            ",\"counted\":false"
        });
        out.raw(",\"limits\":");
        self.limits.write(out);
        out.raw(",\"customer_id\":");
        out.optional(self.customer_id.as_deref(), JsonWriter::text);
        out.raw(",\"coupon\":");
        out.value(&self.coupon);
        out.raw("}");
    }
}

impl Limits {
    fn write(&self, out: &mut JsonWriter<'_>) {
        out.raw("{\"total\":");
        out.optional(self.total(), |out, total| out.number(total.get()));
        out.raw(",\"per_customer\":");
        out.optional(self.per_customer(), |out, redemptions| out.number(redemptions.get()));
        out.raw(",\"budget\":");
        out.optional(self.budget(), |out, budget| out.money(budget.get()));
        out.raw("}");
    }
}

#[cfg(test)]
mod tests {
    use proptest::option::of;
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;
    use crate::ids::RedemptionId;
    use crate::ledger::{CouponClaim, RollBack};
    use crate::wire::v1::record::tests::any_record;
    use crate::wire::v1::{
        EvaluateAnswer, EvaluationRecord, KeyScope, PromotionRef, Reason, Redemption, RedemptionStatus, V1,
    };

    const BATCH: &str =
        r#"{"id":"batch_019f94c4d00070018101010101010101","max_uses":2,"expires_at":null,"revoked":false}"#;

    /// What is told to the shop, of the same evaluation as its record.
    fn answer(record: &EvaluationRecord, expires: Option<i64>, effect: usize, detail: String) -> EvaluateAnswer {
        let effects = [
            json!({"type": "percentage", "percent": "12.5"}),
            json!({"type": "fixed_amount", "amount": {"amount": 500, "currency": "UYU"}}),
        ];
        let at = |millis| chrono::DateTime::from_timestamp_millis(millis).unwrap();
        EvaluateAnswer {
            evaluation_id: record.id,
            promotion: PromotionRef {
                code: "summer-10".parse().unwrap(),
                version: record.version,
            },
            applicable: record.reason.is_none(),
            reason: record.reason.map(|code| Reason { code, detail }),
            effect: effects
                .get(effect)
                .map(|effect| serde_json::from_value(effect.clone()).unwrap()),
            discount: record.discount,
            redemption: record.redemption_id.map(|id| Redemption {
                id,
                status: RedemptionStatus::Reserved,
                expires_at: expires.map(at),
            }),
            rule_age_seconds: record.version,
        }
    }

    fn claim(record: &EvaluationRecord, limits: [Option<u64>; 3], batch: bool) -> Claim {
        let [total, per_customer, budget] = limits;
        let budget = budget.map(|amount| json!({"amount": amount, "currency": "UYU"}));
        let limits = json!({"total": total, "per_customer": per_customer, "budget": budget});
        Claim {
            revision: record.version,
            counted: record.exhausted,
            limits: Limits::parse(&limits).unwrap(),
            customer_id: record.country.clone(),
            coupon: record.coupon.clone().map(|code| CouponClaim {
                code,
                batch: batch.then(|| serde_json::from_str(BATCH).unwrap()),
            }),
        }
    }

    proptest! {
        #[test]
        fn written_as_serialized(
            record in any_record(),
            fingerprint in any::<String>(),
            expires in of(0..4_102_444_800_000_i64),
            effect in 0..3_usize,
            detail in any::<String>(),
            limits in [of(1..9_u64), of(1..9_u64), of(1..9_u64)],
            batch in any::<bool>(),
        ) {
            let answer = answer(&record, expires, effect, detail);
            let json = String::from_utf8(answer.to_json()).unwrap();
            prop_assert_eq!(json, serde_json::to_string(&answer).unwrap());
            let claim = claim(&record, limits, batch);
            let transaction_id = record.city.clone();
            let until = answer.redemption.as_ref().and_then(|redemption| redemption.expires_at);
            let entry = Entry { v: V1, fingerprint, answer, record };
            let json = String::from_utf8(entry.to_json()).unwrap();
            prop_assert_eq!(json, serde_json::to_string(&entry).unwrap());
            let id = RedemptionId::from_parts(1, [7; 10]);
            let redeem = Command::Redeem(Box::new(Redeem { entry, id, claim, transaction_id, until }));
            let json = String::from_utf8(redeem.to_json()).unwrap();
            prop_assert_eq!(json, serde_json::to_string(&redeem).unwrap());
        }
    }

    #[test]
    fn the_other_commands_are_written_as_serialized() {
        let app_key_id = "key_019f94c4d00070018101010101010101".parse().unwrap();
        let handle = Handle {
            redemption_id: RedemptionId::from_parts(1, [7; 10]),
            app_key_id,
            scope: KeyScope::ALL,
        };
        let roll_back = |part: bool| {
            Command::RollBack(Box::new(RollBack {
                handle: handle.clone(),
                amount: part.then(|| serde_json::from_value(json!({"amount": 5, "currency": "UYU"})).unwrap()),
                idempotency_key: part.then(|| "a\"b".to_owned()),
            }))
        };
        let fingerprint = "f".to_owned();
        for command in [
            Command::LookUp {
                fingerprint,
                app_key_id,
            },
            Command::Confirm(handle.clone()),
            Command::Release(handle.clone()),
            Command::Find(handle.clone()),
            roll_back(false),
            roll_back(true),
            Command::Expire,
        ] {
            let json = String::from_utf8(command.to_json()).unwrap();
            assert_eq!(json, serde_json::to_string(&command).unwrap());
        }
    }
}
