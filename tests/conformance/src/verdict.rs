//! What the engine says of a case, all of it hashed.

use std::fmt::Debug;

use engine::evaluate::{AnswerHead, EvaluateError, Evaluator, write_answer};
use engine::expression::{Condition, FUEL, Machine, Outcome, explain};
use engine::ids::{EvaluationId, OrganizationId, PromotionId, RedemptionId};
use engine::promotion::{Rule, Status, Terms};
use sha2::{Digest as _, Sha256};

use crate::Case;

/// How a case ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// The condition is true.
    Met,
    /// It is false.
    NotMet,
    /// It is neither.
    Absent,
    /// It cannot be decided.
    Fault,
    /// It does not parse or does not fit the attributes.
    ConditionRefused,
    /// The request does not fit the attributes.
    RequestRefused,
    /// What was stored cannot be loaded, or the locations are missing: a defect.
    Broken,
}

/// How many cases ended how.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Mix {
    /// [`Verdict::Met`].
    pub met: u32,
    /// [`Verdict::NotMet`].
    pub not_met: u32,
    /// [`Verdict::Absent`].
    pub absent: u32,
    /// [`Verdict::Fault`].
    pub fault: u32,
    /// [`Verdict::ConditionRefused`].
    pub condition_refused: u32,
    /// [`Verdict::RequestRefused`].
    pub request_refused: u32,
    /// [`Verdict::Broken`].
    pub broken: u32,
}

impl Mix {
    /// Counts one more case.
    pub const fn add(&mut self, verdict: Verdict) {
        let count = match verdict {
            Verdict::Met => &mut self.met,
            Verdict::NotMet => &mut self.not_met,
            Verdict::Absent => &mut self.absent,
            Verdict::Fault => &mut self.fault,
            Verdict::ConditionRefused => &mut self.condition_refused,
            Verdict::RequestRefused => &mut self.request_refused,
            Verdict::Broken => &mut self.broken,
        };
        *count += 1;
    }
}

/// Checks, compiles, stores, loads, evaluates and explains a case; every text and byte on the way goes into `hasher`.
pub fn decide(case: &Case, evaluator: &mut Evaluator, hasher: &mut Sha256) -> Verdict {
    let terms = match case.terms() {
        Ok(terms) => terms,
        Err(errors) => {
            part(hasher, errors);
            part(hasher, debug(&Condition::check(&case.source, &case.schema()).err()));
            return Verdict::ConditionRefused;
        }
    };
    let condition = terms.condition();
    part(
        hasher,
        debug(&(condition.warnings(), condition.references(), condition.most_steps())),
    );
    let Some(rule) = stored_and_loaded(case, &terms, hasher) else {
        return Verdict::Broken;
    };
    let mut answer = Vec::new();
    match evaluator.evaluate(&rule, case.body.as_bytes(), case.now) {
        Ok(evaluation) => {
            write_answer(&mut answer, &head(), &rule, &evaluation.decision);
            part(hasher, &answer);
            part(hasher, evaluation.request.fingerprint());
        }
        Err(error @ (EvaluateError::Malformed(_) | EvaluateError::Invalid(_))) => {
            part(hasher, debug(&error));
            return Verdict::RequestRefused;
        }
        Err(EvaluateError::LocationsNeeded) => return Verdict::Broken,
    }
    let program = rule.program();
    let outcome = program.evaluate_with(evaluator.inputs(), &mut Machine::default(), FUEL);
    part(hasher, debug(&outcome));
    part(hasher, debug(&explain(condition, evaluator.inputs(), &case.zone)));
    match outcome.0 {
        Outcome::Met => Verdict::Met,
        Outcome::NotMet { absent: false, .. } => Verdict::NotMet,
        Outcome::NotMet { absent: true, .. } => Verdict::Absent,
        Outcome::Fault { .. } => Verdict::Fault,
    }
}

/// The rule as the edge reads it.
fn stored_and_loaded(case: &Case, terms: &Terms, hasher: &mut Sha256) -> Option<Rule> {
    let (organization, promotion) = (
        OrganizationId::from_parts(0, [1; 10]),
        PromotionId::from_parts(0, [2; 10]),
    );
    let stored = Rule::new(organization, promotion, 1, Status::Active, terms, &case.zone).to_json();
    let stored = stored.unwrap_or_default();
    part(hasher, &stored);
    let loaded = Rule::from_json(&stored);
    part(hasher, debug(&loaded.as_ref().err()));
    loaded.ok()
}

fn head() -> AnswerHead {
    AnswerHead {
        evaluation_id: EvaluationId::from_parts(0, [3; 10]),
        redemption_id: RedemptionId::from_parts(0, [4; 10]),
        rule_age_seconds: 0,
    }
}

/// A length before each part keeps ("a", "bc") apart from ("ab", "c").
fn part(hasher: &mut Sha256, bytes: impl AsRef<[u8]>) {
    let bytes = bytes.as_ref();
    hasher.update(u64::try_from(bytes.len()).unwrap_or(u64::MAX).to_le_bytes());
    hasher.update(bytes);
}

fn debug(value: &impl Debug) -> String {
    format!("{value:?}")
}
