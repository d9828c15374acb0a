//! Does a promotion apply to a request? Pure: the rule, the body and the time come in, a decision goes out.
//!
//! ```text
//! body ── Evaluator::read ──▶ Request (checked against the rule) ── Evaluator::decide ──▶ Decision ── write_answer ──▶ bytes
//! ```
//!
//! The body is checked first and completely, whatever the promotion's state: a shop learns of a wrong request on the
//! day it is written, not when the promotion starts. Once its buffers have grown, an evaluation allocates nothing.

mod answer;
mod body;
mod reason;
mod request;

use chrono::{DateTime, Utc};

use crate::demographics::{Locations, Today};
use crate::expression::{Inputs, Machine, Outcome};
use crate::json::KeyOrder;
use crate::ledger::CouponClaim;
use crate::money::Currency;
use crate::promotion::{Kind, Rule, Status};

pub use crate::demographics::AgeBand;
pub(crate) use answer::AnswerParts;
pub use answer::{AnswerHead, write_answer};
pub use body::EvaluateError;
pub use reason::{Decision, Detail, MAX_PART_CHARS, ReasonCode, Refusal};
pub use request::{MAX_REFERENCE_CHARS, Request};

/// The buffers of evaluations, kept from one request to the next, and the locations that cities are looked up in.
#[derive(Debug)]
pub struct Evaluator {
    /// `None` until the host has brought them.
    locations: Option<Locations>,
    head: request::Head,
    inputs: Inputs,
    machine: Machine,
    hints: Hints,
    /// What the request that was decided last shows of a coupon promotion.
    coupon: Option<CouponClaim>,
}

/// What requests before say of the next one. A wrong hint changes nothing but time.
#[derive(Debug, Default)]
struct Hints {
    /// Of the body's fields.
    order: KeyOrder,
    today: Today,
    currency: Option<Currency>,
}

impl Hints {
    /// The currency with this code, which is mostly that of the request before.
    fn currency(&mut self, code: &str) -> Option<Currency> {
        if !self.currency.is_some_and(|known| known.is(code)) {
            self.currency = code.parse().ok();
        }
        self.currency
    }
}

/// A checked request and what was decided on it.
#[derive(Debug)]
pub struct Evaluation<'a> {
    /// What the shop sent.
    pub request: Request<'a>,
    /// What follows.
    pub decision: Decision<'a>,
    /// The coupon that an applicable evaluation of a coupon promotion is about to use.
    pub coupon: Option<&'a CouponClaim>,
}

impl Default for Evaluator {
    /// With the locations that the program carries along.
    fn default() -> Self {
        let mut evaluator = Self::without_locations();
        evaluator.set_locations(Locations::embedded());
        evaluator
    }
}

impl Evaluator {
    /// For a host that brings the locations when the first request needs them.
    ///
    /// ```
    /// use engine::demographics::Locations;
    /// use engine::evaluate::{EvaluateError, Evaluator};
    /// use engine::promotion::Rule;
    ///
    /// let rule = Rule::from_json(include_str!("../tests/data/rule.v3.json")).unwrap();
    /// let now = "2026-11-21T12:00:00Z".parse().unwrap();
    /// let body = br#"{"attributes": {"total": 120.50, "quantity": 3, "payment_method": "visa"},
    ///                 "country": "UY", "city": "MVD", "transaction_id": "order-1001"}"#;
    /// let mut evaluator = Evaluator::without_locations();
    /// assert_eq!(evaluator.read(&rule, body, now), Err(EvaluateError::LocationsNeeded));
    /// evaluator.set_locations(Locations::embedded());
    /// assert_eq!(evaluator.read(&rule, body, now), Ok(()));
    /// ```
    pub fn without_locations() -> Self {
        Self {
            locations: None,
            head: request::Head::default(),
            inputs: Inputs::default(),
            machine: Machine::default(),
            hints: Hints::default(),
            coupon: None,
        }
    }

    /// Judges cities from now on.
    pub fn set_locations(&mut self, locations: Locations) {
        self.locations = Some(locations);
    }

    /// Whether it can judge cities.
    pub const fn has_locations(&self) -> bool {
        self.locations.is_some()
    }

    /// Evaluates a rule for a request's body at `now`.
    ///
    /// # Errors
    /// The body is no JSON, or fields are wrong: all of them at once. Without locations also where a city is to be judged.
    ///
    /// ```
    /// use engine::evaluate::{Decision, Evaluator};
    /// use engine::promotion::Rule;
    ///
    /// let rule = Rule::from_json(include_str!("../tests/data/rule.v3.json")).unwrap();
    /// let body = br#"{"attributes": {"total": 120.50, "quantity": 3, "payment_method": "visa"},
    ///                 "amount": {"amount": 12050, "currency": "UYU"}, "transaction_id": "order-1001"}"#;
    /// let now = "2026-11-21T12:00:00Z".parse().unwrap();
    /// let mut evaluator = Evaluator::default();
    /// let evaluation = evaluator.evaluate(&rule, body, now).unwrap();
    /// let Decision::Applicable { discount: Some(discount) } = evaluation.decision else { panic!() };
    /// assert_eq!(discount.to_string(), "12.05 UYU");
    /// ```
    pub fn evaluate<'a>(
        &'a mut self,
        rule: &'a Rule,
        body: &[u8],
        now: DateTime<Utc>,
    ) -> Result<Evaluation<'a>, EvaluateError> {
        self.read(rule, body, now)?;
        let decision = self.decide(rule, now);
        Ok(Evaluation {
            request: Request::new(&self.head, &self.inputs, rule.program()),
            decision,
            coupon: self.coupon.as_ref(),
        })
    }

    /// Reads a request's body and checks it against the rule: the first half of [`Evaluator::evaluate`].
    ///
    /// # Errors
    /// See [`EvaluateError`].
    ///
    /// ```
    /// use engine::evaluate::{EvaluateError, Evaluator};
    /// use engine::promotion::Rule;
    ///
    /// let rule = Rule::from_json(include_str!("../tests/data/rule.v3.json")).unwrap();
    /// let now = "2026-11-21T12:00:00Z".parse().unwrap();
    /// let body = br#"{"attributes": {"total": "120.50", "payment_method": "visa"}, "transaction_id": "order-1001"}"#;
    /// let Err(EvaluateError::Invalid(errors)) = Evaluator::default().read(&rule, body, now) else { panic!() };
    /// let pointers: Vec<_> = errors.iter().map(|error| error.pointer.as_str()).collect();
    /// assert_eq!(pointers, ["/attributes/total", "/attributes/quantity"]);
    /// ```
    pub fn read(&mut self, rule: &Rule, body: &[u8], now: DateTime<Utc>) -> Result<(), EvaluateError> {
        let locations = self.locations.as_ref();
        body::read(
            rule,
            body,
            now,
            locations,
            &mut self.hints,
            &mut self.head,
            &mut self.inputs,
        )
    }

    /// Decides on the request that was read last: the second half of [`Evaluator::evaluate`].
    ///
    /// ```
    /// use engine::evaluate::{Decision, Evaluator, ReasonCode};
    /// use engine::promotion::Rule;
    ///
    /// let rule = Rule::from_json(include_str!("../tests/data/rule.v3.json")).unwrap();
    /// let now = "2026-11-21T12:00:00Z".parse().unwrap();
    /// let body = br#"{"attributes": {"total": 99.99, "quantity": 3, "payment_method": "visa"}, "transaction_id": "t-1"}"#;
    /// let mut evaluator = Evaluator::default();
    /// evaluator.read(&rule, body, now).unwrap();
    /// let Decision::Refused(refusal) = evaluator.decide(&rule, now) else { panic!() };
    /// assert_eq!(refusal.code, ReasonCode::ConditionNotMet);
    /// assert!(refusal.detail.to_string().contains("total >= 100"));
    /// ```
    pub fn decide<'r>(&mut self, rule: &'r Rule, now: DateTime<Utc>) -> Decision<'r> {
        self.coupon = None;
        let refuse = |code, detail| Decision::Refused(Refusal { code, detail });
        if rule.status() != Status::Active {
            return refuse(ReasonCode::NotActive, Detail::NotActive);
        }
        if let Some(starts_at) = rule.starts_at().filter(|starts_at| now < *starts_at) {
            return refuse(ReasonCode::NotStarted, Detail::StartsAt(starts_at));
        }
        // Milliseconds are as fine as the host's clock; an end of 23:59:59Z includes exactly that instant.
        if let Some(ends_at) = rule.ends_at().filter(|ends_at| now > *ends_at) {
            return refuse(ReasonCode::Expired, Detail::EndedAt(ends_at));
        }
        match rule.program().evaluate(&self.inputs, &mut self.machine) {
            Outcome::Met => match (self.find_coupon(rule, now), self.apply(rule)) {
                (Err(refusal), _) => Decision::Refused(refusal),
                (Ok(coupon), decision) => {
                    self.coupon = coupon;
                    decision
                }
            },
            Outcome::NotMet { at, absent } => {
                let part = rule.part(at);
                let detail = if absent {
                    Detail::Absent { part }
                } else {
                    Detail::NotMet { part }
                };
                refuse(ReasonCode::ConditionNotMet, detail)
            }
            Outcome::Fault { kind, at } => {
                let part = rule.part(at);
                refuse(ReasonCode::ConditionNotMet, Detail::Fault { kind, part })
            }
        }
    }

    fn apply<'r>(&self, rule: &'r Rule) -> Decision<'r> {
        let refuse = |detail| {
            Decision::Refused(Refusal {
                code: ReasonCode::EffectNotApplicable,
                detail,
            })
        };
        let Some(amount) = self.head.amount else {
            return Decision::Applicable { discount: None };
        };
        let budget = rule.limits().budget().map(|budget| budget.get().currency());
        if let Some(budget) = budget.filter(|budget| *budget != amount.currency()) {
            return refuse(Detail::OtherCurrency {
                budget,
                request: amount.currency(),
            });
        }
        match rule.effect().discount(amount) {
            Ok(discount) => Decision::Applicable {
                discount: Some(discount),
            },
            Err(error) => refuse(Detail::Effect(error)),
        }
    }

    /// What the ledger has to be asked for; `None` when the promotion consumes no coupon.
    fn find_coupon<'r>(&self, rule: &'r Rule, now: DateTime<Utc>) -> Result<Option<CouponClaim>, Refusal<'r>> {
        match rule.kind() {
            Kind::Discount => return Ok(None),
            Kind::Coupon => {}
        }
        let refuse = |code, detail| Err(Refusal { code, detail });
        let sent = self.head.coupon_code.map(|text| self.inputs.text_of(text));
        let Some(coupon) = sent.and_then(|text| rule.coupon(text)) else {
            return refuse(ReasonCode::CouponNotFound, Detail::CouponNotFound);
        };
        if coupon.batch.is_some_and(|batch| batch.revoked) {
            return refuse(ReasonCode::CouponRevoked, Detail::CouponRevoked);
        }
        let expires_at = coupon.batch.and_then(|batch| batch.expires_at);
        if expires_at.is_some_and(|expires_at| now > expires_at) {
            return refuse(ReasonCode::CouponExpired, Detail::CouponExpired);
        }
        Ok(Some(coupon))
    }

    /// The inputs of the request that was read last, for [`crate::expression::explain`].
    pub const fn inputs(&self) -> &Inputs {
        &self.inputs
    }
}
