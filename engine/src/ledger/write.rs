//! What is written for each redemption, piece by piece.

use super::{Claim, Command, Handle, Redeem, Submission};
use crate::json::JsonWriter;
use crate::promotion::Limits;

/// Bytes of a submission, with some room for what the shop sent.
const USUAL_BYTES: usize = 2_048;

impl Submission {
    /// Its JSON text.
    pub fn to_json(&self) -> Vec<u8> {
        let mut json = Vec::with_capacity(USUAL_BYTES);
        let mut out = JsonWriter(&mut json);
        out.raw("{\"v\":1,\"key\":");
        out.text(&self.key);
        out.raw(",\"command\":");
        self.command.write(&mut out);
        out.raw("}");
        json
    }
}

impl Command {
    fn write(&self, out: &mut JsonWriter<'_>) {
        match self {
            Self::Redeem(redeem) => redeem.write(out),
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
            Self::Confirm(handle) => handle.write("confirm", out),
            Self::Release(handle) => handle.write("release", out),
            Self::Find(handle) => handle.write("find", out),
            Self::RollBack(wanted) => {
                wanted.handle.write("roll_back", out);
                out.raw(",\"amount\":");
                out.optional(wanted.amount, JsonWriter::money);
                out.raw(",\"idempotency_key\":");
                out.optional(wanted.idempotency_key.as_deref(), JsonWriter::text);
            }
            Self::Expire => out.raw("{\"command\":\"expire\""),
        }
        out.raw("}");
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
    use crate::ledger::{CouponClaim, Entry, RollBack};
    use crate::wire::v1::record::tests::any_record;
    use crate::wire::v1::{
        EvaluateAnswer, EvaluationRecord, KeyScope, PromotionRef, Reason, Redemption, RedemptionStatus,
    };

    const KEY: &str = "t/a\"b";
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
                // As high as the origin counts.
                version: record.version >> 8,
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
            // As high as the origin counts.
            revision: record.version >> 8,
            counted: record.exhausted,
            limits: Limits::parse(&limits).unwrap(),
            customer_id: record.country.clone(),
            coupon: record.coupon.clone().map(|code| CouponClaim {
                code,
                batch: batch.then(|| serde_json::from_str(BATCH).unwrap()),
            }),
        }
    }

    /// A command is read as it was written.
    fn check(command: Command) {
        let key = KEY.to_owned();
        let submission = Submission { key, command };
        let json = String::from_utf8(submission.to_json()).unwrap();
        assert_eq!(Submission::from_json(&json), Ok(submission), "{json}");
    }

    proptest! {
        #[test]
        fn answers_are_written_as_serialized_and_redemptions_as_they_are_read(
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
            // Only the ledger tells the other.
            let record = EvaluationRecord { exhausted: false, ..record };
            let entry = Entry::new(fingerprint, &answer, &record);
            let id = RedemptionId::from_parts(1, [7; 10]);
            check(Command::Redeem(Box::new(Redeem { entry, id, claim, transaction_id, until })));
        }
    }

    #[test]
    fn the_other_commands_are_written_as_they_are_read() {
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
            check(command);
        }
    }
}
