//! Reading commands and outcomes. The name of either comes first: it says what the rest is.

use chrono::{DateTime, Utc};

use super::{Command, Handle, Outcome, Redeem, Refused, RollBack, Submission};
use crate::coupon::{BatchTerms, CouponCode};
use crate::ids::{AppKeyId, RedemptionId};
use crate::json::{Scanned, Scanner};
use crate::ledger::entry::Parts;
use crate::ledger::{Claim, CouponClaim};
use crate::money::Money;
use crate::promotion::Limits;
use crate::wire::v1::{KeyScope, V1};

const ID: &str = "expected an identifier";

impl Submission {
    /// Reads its JSON text.
    ///
    /// # Errors
    /// It is none, or a member is missing or not what it should be.
    pub fn from_json(json: &str) -> Result<Self, String> {
        const EXPECTED: &str = "expected a submission of the format version 1";
        Scanner::read_all(json, |scanner| {
            let (mut v, mut place, mut command) = (None, None, None);
            scanner.object(&mut |scanner, key| {
                match key {
                    "v" => v = Some(scanner.serde::<V1>(EXPECTED)?),
                    "key" => place = Some(scanner.owned()?),
                    "command" => command = Some(read_command(scanner)?),
                    _ => scanner.skip()?,
                }
                Ok(())
            })?;
            scanner.required(v, EXPECTED)?;
            Ok(Self {
                key: scanner.required(place, EXPECTED)?,
                command: scanner.required(command, EXPECTED)?,
            })
        })
    }
}

fn read_command(scanner: &mut Scanner<'_>) -> Scanned<Command> {
    const EXPECTED: &str = "expected a command that begins with its name";
    match scanner.tag("command", EXPECTED)? {
        "redeem" => Ok(Command::Redeem(Box::new(read_redeem(scanner)?))),
        "look_up" => Members::read(scanner)?.look_up(scanner),
        "confirm" => Ok(Command::Confirm(Members::read(scanner)?.handle(scanner)?)),
        "release" => Ok(Command::Release(Members::read(scanner)?.handle(scanner)?)),
        "roll_back" => Members::read(scanner)?.roll_back(scanner),
        "find" => Ok(Command::Find(Members::read(scanner)?.handle(scanner)?)),
        "expire" => Members::read(scanner).map(|_| Command::Expire),
        _ => scanner.fail(EXPECTED),
    }
}

fn read_redeem(scanner: &mut Scanner<'_>) -> Scanned<Redeem> {
    const EXPECTED: &str = "expected a redemption with all its members";
    let mut parts = Parts::default();
    let (mut id, mut claim, mut transaction_id, mut until) = (None, None, None, None);
    scanner.members(false, &mut |scanner, key| {
        match key {
            "id" => id = Some(scanner.parsed(ID)?),
            "claim" => claim = Some(read_claim(scanner)?),
            "transaction_id" => transaction_id = scanner.optional(Scanner::owned)?,
            "until" => until = scanner.optional(Scanner::time)?,
            _ => parts.read(scanner, key)?,
        }
        Ok(())
    })?;
    Ok(Redeem {
        entry: parts.entry(scanner)?,
        id: scanner.required(id, EXPECTED)?,
        claim: scanner.required(claim, EXPECTED)?,
        transaction_id,
        until,
    })
}

fn read_claim(scanner: &mut Scanner<'_>) -> Scanned<Claim> {
    const EXPECTED: &str = "expected a claim with all its members";
    let (mut revision, mut counted, mut limits, mut customer_id, mut coupon) = (None, None, None, None, None);
    scanner.object(&mut |scanner, key| {
        match key {
            "revision" => revision = Some(scanner.unsigned()?),
            "counted" => counted = Some(scanner.boolean()?),
            "limits" => limits = Some(read_limits(scanner)?),
            "customer_id" => customer_id = scanner.optional(Scanner::owned)?,
            "coupon" => coupon = scanner.optional(read_coupon)?,
            _ => scanner.skip()?,
        }
        Ok(())
    })?;
    Ok(Claim {
        revision: scanner.required(revision, EXPECTED)?,
        counted: scanner.required(counted, EXPECTED)?,
        limits: scanner.required(limits, EXPECTED)?,
        customer_id,
        coupon,
    })
}

fn read_limits(scanner: &mut Scanner<'_>) -> Scanned<Limits> {
    let (mut total, mut per_customer, mut budget) = (None, None, None);
    scanner.object(&mut |scanner, key| {
        match key {
            "total" => total = scanner.optional(Scanner::unsigned)?,
            "per_customer" => per_customer = scanner.optional(Scanner::unsigned)?,
            "budget" => budget = scanner.optional(Scanner::money)?,
            _ => scanner.skip()?,
        }
        Ok(())
    })?;
    let limits = Limits::new(total, per_customer, budget);
    scanner.required(limits, "expected limits from 1 on")
}

fn read_coupon(scanner: &mut Scanner<'_>) -> Scanned<CouponClaim> {
    const EXPECTED: &str = "expected a coupon";
    let (mut code, mut batch): (Option<CouponCode>, Option<BatchTerms>) = (None, None);
    scanner.object(&mut |scanner, key| {
        match key {
            "code" => code = Some(scanner.parsed(EXPECTED)?),
            "batch" => batch = scanner.optional(|scanner| scanner.serde(EXPECTED))?,
            _ => scanner.skip()?,
        }
        Ok(())
    })?;
    let code = scanner.required(code, EXPECTED)?;
    Ok(CouponClaim { code, batch })
}

/// The members of the other commands.
#[derive(Default)]
struct Members {
    fingerprint: Option<String>,
    redemption_id: Option<RedemptionId>,
    app_key_id: Option<AppKeyId>,
    scope: Option<KeyScope>,
    amount: Option<Money>,
    idempotency_key: Option<String>,
}

impl Members {
    const EXPECTED: &str = "expected a command with all its members";

    /// Those behind a command's name.
    fn read(scanner: &mut Scanner<'_>) -> Scanned<Self> {
        let mut members = Self::default();
        scanner.members(false, &mut |scanner, key| {
            match key {
                "fingerprint" => members.fingerprint = Some(scanner.owned()?),
                "redemption_id" => members.redemption_id = Some(scanner.parsed(ID)?),
                "app_key_id" => members.app_key_id = Some(scanner.parsed(ID)?),
                "scope" => members.scope = Some(scanner.serde("expected the scope of a key")?),
                "amount" => members.amount = scanner.optional(Scanner::money)?,
                "idempotency_key" => members.idempotency_key = scanner.optional(Scanner::owned)?,
                _ => scanner.skip()?,
            }
            Ok(())
        })?;
        Ok(members)
    }

    fn look_up(self, scanner: &mut Scanner<'_>) -> Scanned<Command> {
        Ok(Command::LookUp {
            fingerprint: scanner.required(self.fingerprint, Self::EXPECTED)?,
            app_key_id: scanner.required(self.app_key_id, Self::EXPECTED)?,
        })
    }

    fn handle(self, scanner: &mut Scanner<'_>) -> Scanned<Handle> {
        Ok(Handle {
            redemption_id: scanner.required(self.redemption_id, Self::EXPECTED)?,
            app_key_id: scanner.required(self.app_key_id, Self::EXPECTED)?,
            scope: scanner.required(self.scope, Self::EXPECTED)?,
        })
    }

    fn roll_back(mut self, scanner: &mut Scanner<'_>) -> Scanned<Command> {
        let (amount, idempotency_key) = (self.amount.take(), self.idempotency_key.take());
        Ok(Command::RollBack(Box::new(RollBack {
            handle: self.handle(scanner)?,
            amount,
            idempotency_key,
        })))
    }
}

impl Outcome {
    /// Reads its JSON text.
    ///
    /// # Errors
    /// It is no outcome, or a member is missing or not what it should be.
    pub fn from_json(json: &str) -> Result<Self, String> {
        Scanner::read_all(json, |scanner| read_outcome(scanner, json))
    }
}

fn read_outcome(scanner: &mut Scanner<'_>, json: &str) -> Scanned<Outcome> {
    const EXPECTED: &str = "expected an outcome that begins with its name";
    const ANSWER: &str = "expected an answer";
    let name = scanner.tag("outcome", EXPECTED)?;
    let (mut exhausted, mut by, mut status, mut left) = (None, None, None, None);
    scanner.members(false, &mut |scanner, key| {
        match (name, key) {
            ("granted", "exhausted") => exhausted = Some(scanner.boolean()?),
            ("refused", "by") => by = Some(read_refused(scanner)?),
            ("closed", "status") => status = Some(scanner.serde("expected a status")?),
            ("excess", "left") => left = Some(scanner.unsigned()?),
            _ => scanner.skip()?,
        }
        Ok(())
    })?;
    match name {
        "granted" => scanner
            .required(exhausted, EXPECTED)
            .map(|exhausted| Outcome::Granted { exhausted }),
        "replayed" => scanner
            .required(serde_json::from_str(json).ok(), ANSWER)
            .map(Outcome::Replayed),
        "conflict" => Ok(Outcome::Conflict),
        "refused" => scanner.required(by, EXPECTED).map(|by| Outcome::Refused { by }),
        "unused" => Ok(Outcome::Unused),
        "stands" => scanner
            .required(serde_json::from_str(json).ok(), ANSWER)
            .map(Outcome::Stands),
        "closed" => scanner
            .required(status, EXPECTED)
            .map(|status| Outcome::Closed { status }),
        "excess" => scanner.required(left, EXPECTED).map(|left| Outcome::Excess { left }),
        "unknown" => Ok(Outcome::Unknown),
        "not_allowed" => Ok(Outcome::NotAllowed),
        "key_revoked" => Ok(Outcome::KeyRevoked),
        _ => scanner.fail(EXPECTED),
    }
}

fn read_refused(scanner: &mut Scanner<'_>) -> Scanned<Refused> {
    const EXPECTED: &str = "expected a reason that begins with its name";
    let reason = scanner.tag("reason", EXPECTED)?;
    let mut at: Option<DateTime<Utc>> = None;
    scanner.members(false, &mut |scanner, key| {
        match key {
            "at" => at = Some(scanner.time()?),
            _ => scanner.skip()?,
        }
        Ok(())
    })?;
    match reason {
        "not_active" => Ok(Refused::NotActive),
        "expired" => scanner.required(at, EXPECTED).map(|at| Refused::Expired { at }),
        "coupon_not_found" => Ok(Refused::CouponNotFound),
        "coupon_expired" => Ok(Refused::CouponExpired),
        "coupon_revoked" => Ok(Refused::CouponRevoked),
        "coupon_exhausted" => Ok(Refused::CouponExhausted),
        "wrong_customer" => Ok(Refused::WrongCustomer),
        "promotion_limit" => Ok(Refused::PromotionLimit),
        "customer_limit" => Ok(Refused::CustomerLimit),
        "budget" => Ok(Refused::Budget),
        _ => scanner.fail(EXPECTED),
    }
}

#[cfg(test)]
mod tests {
    use std::fmt::Debug;

    use serde::Serialize;

    use super::*;
    use crate::ledger::Entry;
    use crate::wire::v1::RedemptionStatus;

    const ID: &str = "01a0c4506c0071018101010101010101";

    const ENTRY: &str = include_str!("../../../tests/data/ledger_entry.v1.json");

    /// Each is read as it is written, and of a later release.
    fn check<T: Serialize + PartialEq + Debug>(samples: &[T], read: impl Fn(&str) -> Result<T, String>) {
        for sample in samples {
            let json = serde_json::to_string(sample).unwrap();
            let later = format!(r#"{},"later":{{"a":[1]}}}}"#, json.strip_suffix('}').unwrap());
            for json in [json, later] {
                assert_eq!(read(&json).as_ref(), Ok(sample), "{json}");
            }
        }
    }

    fn command_of(json: &str) -> Result<Command, String> {
        Scanner::read_all(json, read_command)
    }

    #[test]
    fn commands_of_a_later_release() {
        let find = format!(r#""redemption_id":"red_{ID}","later":{{"a":[1]}},"app_key_id":"key_{ID}","scope":"all""#);
        let read = command_of(&format!(r#"{{"command":"find",{find}}}"#));
        assert!(matches!(read, Ok(Command::Find(_))), "{read:?}");
    }

    #[test]
    fn what_is_no_command_is_refused() {
        let check = |json: &str, expected: &str| {
            let error = command_of(json).unwrap_err();
            assert!(error.contains(expected), "{error}, not {expected}");
        };
        let name = "expected a command that begins with its name";
        check("[]", name);
        check("{}", name);
        check(r#"{"key":"a","command":"expire"}"#, name);
        check(r#"{"command":"lose"}"#, name);
        let member = "expected a command with all its members";
        check(r#"{"command":"find"}"#, member);
        check(r#"{"command":"look_up"}"#, member);
        check(r#"{"command":"find","redemption_id":1}"#, "expected an identifier");
        check(r#"{"command":"find","scope":1}"#, "expected the scope of a key");
        check(r#"{"command":"redeem"}"#, "expected an entry with all its members");
        check(
            r#"{"command":"redeem","claim":{}}"#,
            "expected a claim with all its members",
        );
        for limits in [
            r#"{"total":0}"#,
            r#"{"per_customer":9007199254740992}"#,
            r#"{"budget":{"amount":0,"currency":"UYU"}}"#,
        ] {
            check(
                &format!(r#"{{"command":"redeem","claim":{{"limits":{limits}}}}}"#),
                "expected limits from 1 on",
            );
        }
        let redeem = format!(r#"{{"command":"redeem",{}"#, ENTRY.strip_prefix('{').unwrap());
        check(&redeem, "expected a redemption with all its members");
    }

    #[test]
    fn submissions_have_a_version() {
        let check = |json: &str, expected: Result<(), &str>| {
            let read = Submission::from_json(json).map(|_| ());
            assert_eq!(
                read.as_ref().map_err(|error| error.split(" at ").next().unwrap()),
                expected.as_ref().map_err(|error| *error),
                "{json}"
            );
        };
        check(r#"{"later":[],"command":{"command":"expire"},"key":"","v":1}"#, Ok(()));
        let version = Err("expected a submission of the format version 1");
        check(r#"{"v":2,"key":"","command":{"command":"expire"}}"#, version);
        check(r#"{"key":"","command":{"command":"expire"}}"#, version);
        check(r#"{"v":1,"command":{"command":"expire"}}"#, version);
        check(r#"{"v":1,"key":""}"#, version);
    }

    #[test]
    fn outcomes() {
        let redemption = format!(
            r#"{{"id":"red_{ID}","status":"committed","promotion":{{"code":"summer-10","version":3}},"created_at":"2026-11-21T12:00:00Z","updated_at":"2026-11-21T12:00:00Z"}}"#
        );
        let samples = [
            Outcome::Granted { exhausted: true },
            Outcome::Replayed(Box::new(Entry::from_json(ENTRY).unwrap().answer().unwrap())),
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
        check(&samples, Outcome::from_json);
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
        check(&samples, |json| Scanner::read_all(json, read_refused));
    }

    #[test]
    fn what_is_no_outcome_is_refused() {
        let check = |json: &str, expected: &str| {
            let error = Outcome::from_json(json).unwrap_err();
            assert!(error.contains(expected), "{error}, not {expected}");
        };
        let name = "expected an outcome that begins with its name";
        check("[]", name);
        check("{}", name);
        check(r#"{"exhausted":true,"outcome":"granted"}"#, name);
        check(r#"{"outcome":"granted"}"#, name);
        check(r#"{"outcome":"lost"}"#, name);
        check(r#"{"outcome":"replayed"}"#, "expected an answer");
        check(r#"{"outcome":"stands"}"#, "expected an answer");
        check(r#"{"outcome":"closed","status":"lost"}"#, "expected a status");
        let reason = "expected a reason that begins with its name";
        check(r#"{"outcome":"refused","by":{"reason":"mood"}}"#, reason);
        check(r#"{"outcome":"refused","by":{"reason":"expired"}}"#, reason);
    }
}
