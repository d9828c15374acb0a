//! Reading commands and outcomes, without a buffer in between: see [`crate::tagged`]. Fields that are flattened for writing stand
//! side by side here, because `#[serde(flatten)]` reads through a buffer too.

use chrono::{DateTime, Utc};
use serde::de::MapAccess;
use serde::de::value::MapAccessDeserializer;
use serde::{Deserialize, Deserializer};

use super::{Command, Handle, Outcome, Refused};
use crate::ids::{AppKeyId, RedemptionId};
use crate::ledger::{Claim, Entry};
use crate::money::Money;
use crate::tagged::{self, Tagged, read_none};
use crate::wire::v1::{EvaluateAnswer, EvaluationRecord, KeyScope, RedemptionStatus, V1};

/// [`super::Redeem`] as it is sent.
#[derive(Deserialize)]
pub(super) struct Redeem {
    v: V1,
    fingerprint: String,
    answer: EvaluateAnswer,
    record: EvaluationRecord,
    id: RedemptionId,
    claim: Claim,
    transaction_id: Option<String>,
    until: Option<DateTime<Utc>>,
}

impl From<Redeem> for super::Redeem {
    fn from(form: Redeem) -> Self {
        Self {
            entry: Entry {
                v: form.v,
                fingerprint: form.fingerprint,
                answer: form.answer,
                record: form.record,
            },
            id: form.id,
            claim: form.claim,
            transaction_id: form.transaction_id,
            until: form.until,
        }
    }
}

/// [`super::RollBack`] as it is sent.
#[derive(Deserialize)]
pub(super) struct RollBack {
    redemption_id: RedemptionId,
    app_key_id: AppKeyId,
    scope: KeyScope,
    amount: Option<Money>,
    idempotency_key: Option<String>,
}

impl From<RollBack> for super::RollBack {
    fn from(form: RollBack) -> Self {
        Self {
            handle: Handle {
                redemption_id: form.redemption_id,
                app_key_id: form.app_key_id,
                scope: form.scope,
            },
            amount: form.amount,
            idempotency_key: form.idempotency_key,
        }
    }
}

/// The fields of [`Command::LookUp`].
#[derive(Deserialize)]
struct LookUp {
    fingerprint: String,
    app_key_id: AppKeyId,
}

impl Tagged for Command {
    const TAG: &'static str = "command";
    const NAMES: &'static [&'static str] = &["redeem", "look_up", "confirm", "release", "roll_back", "find", "expire"];

    fn read<'de, A: MapAccess<'de>>(name: &str, rest: MapAccessDeserializer<A>) -> Result<Self, A::Error> {
        match name {
            "redeem" => Box::deserialize(rest).map(Self::Redeem),
            "look_up" => LookUp::deserialize(rest).map(|fields| Self::LookUp {
                fingerprint: fields.fingerprint,
                app_key_id: fields.app_key_id,
            }),
            "confirm" => Handle::deserialize(rest).map(Self::Confirm),
            "release" => Handle::deserialize(rest).map(Self::Release),
            "roll_back" => Box::deserialize(rest).map(Self::RollBack),
            "find" => Handle::deserialize(rest).map(Self::Find),
            "expire" => read_none(rest).map(|()| Self::Expire),
            _ => tagged::unknown(name),
        }
    }
}

impl<'de> Deserialize<'de> for Command {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        tagged::read(deserializer)
    }
}

/// The field of [`Outcome::Granted`].
#[derive(Deserialize)]
struct Granted {
    exhausted: bool,
}

/// The field of [`Outcome::Refused`].
#[derive(Deserialize)]
struct By {
    by: Refused,
}

/// The field of [`Outcome::Closed`].
#[derive(Deserialize)]
struct Closed {
    status: RedemptionStatus,
}

/// The field of [`Outcome::Excess`].
#[derive(Deserialize)]
struct Excess {
    left: u64,
}

impl Tagged for Outcome {
    const TAG: &'static str = "outcome";
    const NAMES: &'static [&'static str] = &[
        "granted",
        "replayed",
        "refused",
        "stands",
        "closed",
        "excess",
        "conflict",
        "unused",
        "unknown",
        "not_allowed",
        "key_revoked",
    ];

    fn read<'de, A: MapAccess<'de>>(name: &str, rest: MapAccessDeserializer<A>) -> Result<Self, A::Error> {
        let alone = match name {
            "granted" => {
                return Granted::deserialize(rest).map(|Granted { exhausted }| Self::Granted { exhausted });
            }
            "replayed" => return Box::deserialize(rest).map(Self::Replayed),
            "refused" => return By::deserialize(rest).map(|By { by }| Self::Refused { by }),
            "stands" => return Box::deserialize(rest).map(Self::Stands),
            "closed" => return Closed::deserialize(rest).map(|Closed { status }| Self::Closed { status }),
            "excess" => return Excess::deserialize(rest).map(|Excess { left }| Self::Excess { left }),
            "conflict" => Self::Conflict,
            "unused" => Self::Unused,
            "unknown" => Self::Unknown,
            "not_allowed" => Self::NotAllowed,
            "key_revoked" => Self::KeyRevoked,
            _ => return tagged::unknown(name),
        };
        read_none(rest).map(|()| alone)
    }
}

impl<'de> Deserialize<'de> for Outcome {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        tagged::read(deserializer)
    }
}

/// The field of [`Refused::Expired`].
#[derive(Deserialize)]
struct At {
    at: DateTime<Utc>,
}

impl Tagged for Refused {
    const TAG: &'static str = "reason";
    const NAMES: &'static [&'static str] = &[
        "expired",
        "not_active",
        "coupon_not_found",
        "coupon_expired",
        "coupon_revoked",
        "coupon_exhausted",
        "wrong_customer",
        "promotion_limit",
        "customer_limit",
        "budget",
    ];

    fn read<'de, A: MapAccess<'de>>(name: &str, rest: MapAccessDeserializer<A>) -> Result<Self, A::Error> {
        let alone = match name {
            "expired" => return At::deserialize(rest).map(|At { at }| Self::Expired { at }),
            "not_active" => Self::NotActive,
            "coupon_not_found" => Self::CouponNotFound,
            "coupon_expired" => Self::CouponExpired,
            "coupon_revoked" => Self::CouponRevoked,
            "coupon_exhausted" => Self::CouponExhausted,
            "wrong_customer" => Self::WrongCustomer,
            "promotion_limit" => Self::PromotionLimit,
            "customer_limit" => Self::CustomerLimit,
            "budget" => Self::Budget,
            _ => return tagged::unknown(name),
        };
        read_none(rest).map(|()| alone)
    }
}

impl<'de> Deserialize<'de> for Refused {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        tagged::read(deserializer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::promotion::Limits;
    use crate::tagged::tests::check;

    const ID: &str = "01a0c4506c0071018101010101010101";

    fn entry() -> Entry {
        serde_json::from_str(include_str!("../../../tests/data/ledger_entry.v1.json")).unwrap()
    }

    fn handle() -> Handle {
        Handle {
            redemption_id: format!("red_{ID}").parse().unwrap(),
            app_key_id: format!("key_{ID}").parse().unwrap(),
            scope: KeyScope::ALL,
        }
    }

    #[test]
    fn commands() {
        let redeem = super::super::Redeem {
            entry: entry(),
            id: handle().redemption_id,
            claim: Claim {
                revision: 5,
                counted: true,
                limits: Limits::default(),
                customer_id: None,
                coupon: None,
            },
            transaction_id: None,
            until: None,
        };
        let samples = [
            Command::Redeem(Box::new(redeem)),
            Command::LookUp {
                fingerprint: "f1".to_owned(),
                app_key_id: handle().app_key_id,
            },
            Command::Confirm(handle()),
            Command::Release(handle()),
            Command::RollBack(Box::new(super::super::RollBack {
                handle: handle(),
                amount: None,
                idempotency_key: Some("i-1".to_owned()),
            })),
            Command::Find(handle()),
            Command::Expire,
        ];
        check(&samples, |command| match command {
            Command::Redeem(_) => "redeem",
            Command::LookUp { .. } => "look_up",
            Command::Confirm(_) => "confirm",
            Command::Release(_) => "release",
            Command::RollBack(_) => "roll_back",
            Command::Find(_) => "find",
            Command::Expire => "expire",
        });
    }

    #[test]
    fn outcomes() {
        let redemption = format!(
            r#"{{"id":"red_{ID}","status":"committed","promotion":{{"code":"summer-10","version":3}},"created_at":"2026-11-21T12:00:00Z","updated_at":"2026-11-21T12:00:00Z"}}"#
        );
        let samples = [
            Outcome::Granted { exhausted: true },
            Outcome::Replayed(Box::new(entry().answer)),
            Outcome::Conflict,
            Outcome::Refused { by: Refused::Budget },
            Outcome::Unused,
            Outcome::Stands(serde_json::from_str(&redemption).unwrap()),
            Outcome::Closed {
                status: RedemptionStatus::Expired,
            },
            Outcome::Excess { left: 5 },
            Outcome::Unknown,
            Outcome::NotAllowed,
            Outcome::KeyRevoked,
        ];
        check(&samples, |outcome| match outcome {
            Outcome::Granted { .. } => "granted",
            Outcome::Replayed(_) => "replayed",
            Outcome::Conflict => "conflict",
            Outcome::Refused { .. } => "refused",
            Outcome::Unused => "unused",
            Outcome::Stands(_) => "stands",
            Outcome::Closed { .. } => "closed",
            Outcome::Excess { .. } => "excess",
            Outcome::Unknown => "unknown",
            Outcome::NotAllowed => "not_allowed",
            Outcome::KeyRevoked => "key_revoked",
        });
    }

    #[test]
    fn refusals() {
        let samples = [
            Refused::NotActive,
            Refused::Expired {
                at: "2026-11-21T12:00:00Z".parse().unwrap(),
            },
            Refused::CouponNotFound,
            Refused::CouponExpired,
            Refused::CouponRevoked,
            Refused::CouponExhausted,
            Refused::WrongCustomer,
            Refused::PromotionLimit,
            Refused::CustomerLimit,
            Refused::Budget,
        ];
        check(&samples, |refused| match refused {
            Refused::NotActive => "not_active",
            Refused::Expired { .. } => "expired",
            Refused::CouponNotFound => "coupon_not_found",
            Refused::CouponExpired => "coupon_expired",
            Refused::CouponRevoked => "coupon_revoked",
            Refused::CouponExhausted => "coupon_exhausted",
            Refused::WrongCustomer => "wrong_customer",
            Refused::PromotionLimit => "promotion_limit",
            Refused::CustomerLimit => "customer_limit",
            Refused::Budget => "budget",
        });
    }
}
