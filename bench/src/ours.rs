//! The engine: the only file here that knows its interface.

use chrono::{DateTime, Utc};
use engine::evaluate::{AnswerHead, Decision, Evaluator, write_answer};
use engine::expression::{Machine, Outcome, Program};
use engine::ids::{EvaluationId, OrganizationId, PromotionId, RedemptionId};
use engine::promotion::{Rule, Status, Terms};
use engine::zone::Zone;
use serde_json::json;

use crate::cases::{self, Case, Input};
use crate::lanes::{Contender, words};

/// The engine with one rule.
#[derive(Debug)]
pub struct Ours {
    rule: Rule,
    evaluator: Evaluator,
    machine: Machine,
    now: DateTime<Utc>,
}

impl Contender for Ours {
    /// An evaluator that has read the request.
    type Data = Evaluator;

    fn prepare(case: &Case) -> Result<Self, String> {
        Ok(Self {
            rule: rule(case)?,
            evaluator: Evaluator::default(),
            machine: Machine::default(),
            now: cases::NOW.parse().map_err(words)?,
        })
    }

    fn read(&mut self, input: &Input) -> Result<Evaluator, String> {
        let mut evaluator = Evaluator::default();
        evaluator.read(&self.rule, &input.body, self.now).map_err(words)?;
        Ok(evaluator)
    }

    fn decide(&mut self, data: &mut Evaluator) -> Result<bool, String> {
        match self.rule.program().evaluate(data.inputs(), &mut self.machine) {
            Outcome::Met => Ok(true),
            Outcome::NotMet { .. } => Ok(false),
            fault @ Outcome::Fault { .. } => Err(words(fault)),
        }
    }

    fn decide_bytes(&mut self, input: &Input) -> Result<bool, String> {
        let evaluation = self
            .evaluator
            .evaluate(&self.rule, &input.body, self.now)
            .map_err(words)?;
        Ok(matches!(evaluation.decision, Decision::Applicable { .. }))
    }
}

impl Ours {
    /// Bytes → decision → answer bytes, into `answer`; says whether the rule applies.
    pub fn answer(&mut self, body: &[u8], answer: &mut Vec<u8>) -> bool {
        answer.clear();
        let Ok(evaluation) = self.evaluator.evaluate(&self.rule, body, self.now) else {
            return false;
        };
        let head = AnswerHead {
            evaluation_id: EvaluationId::from_parts(MILLIS, RANDOM),
            redemption_id: RedemptionId::from_parts(MILLIS, RANDOM),
            rule_age_seconds: 12,
        };
        write_answer(answer, &head, &self.rule, &evaluation.decision);
        matches!(evaluation.decision, Decision::Applicable { .. })
    }
}

/// What identifiers are made of; any will do.
const MILLIS: u64 = 1_790_000_000_000;
const RANDOM: [u8; 10] = [7; 10];

fn rule(case: &Case) -> Result<Rule, String> {
    let terms = json!({
        "code": "summer-10", "name": case.name, "kind": "discount",
        "condition": case.condition, "attributes": case.attributes,
        "effect": {"type": "percentage", "percent": "10"},
        "starts_at": null, "ends_at": "2027-01-31T23:59:59Z", "time_zone": "America/Montevideo"
    });
    Ok(Rule::new(
        OrganizationId::from_parts(MILLIS, RANDOM),
        PromotionId::from_parts(MILLIS, RANDOM),
        3,
        Status::Active,
        &Terms::parse(&terms).map_err(words)?,
        &Zone::utc(),
    ))
}

/// The compiled program of a rule, as it is stored.
///
/// # Errors
/// Why the rule cannot be compiled.
pub fn program_bytes(case: &Case) -> Result<Vec<u8>, String> {
    Ok(rule(case)?.program().to_bytes())
}

/// Loads a stored program; says whether it can be loaded.
#[must_use]
pub fn load(bytes: &[u8]) -> bool {
    Program::load(bytes).is_ok()
}

/// Parses a source, without checking it; says whether it can be parsed.
#[must_use]
pub fn parse(source: &str) -> bool {
    engine::expression::parse(source).is_ok()
}
