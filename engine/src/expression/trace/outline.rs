//! The trace that a compiled condition can tell by itself.

use super::{Trace, TraceOutcome};
use crate::expression::eval::Outcome;
use crate::expression::program::{Op, Place, Program};
use crate::expression::tree::Span;

/// The requirements of a program and what became of each, from the outcome of its evaluation: what [`super::explain`]
/// tells, without the values and the parts, for a host that has no source at hand. Requirements that are the same for
/// every request are not in a program, and so not here.
///
/// ```
/// use engine::evaluate::Evaluator;
/// use engine::expression::{Machine, TraceOutcome, outline};
/// use engine::promotion::Rule;
///
/// // total >= 100 and quantity > 2 and payment_method in ['visa', 'oca']
/// let rule = Rule::from_json(include_str!("../../../tests/data/rule.v3.json")).unwrap();
/// let body = br#"{"attributes": {"total": 120, "quantity": 2, "payment_method": "visa"}, "transaction_id": "t-1"}"#;
/// let mut evaluator = Evaluator::default();
/// evaluator.read(&rule, body, "2026-11-21T12:00:00Z".parse().unwrap()).unwrap();
/// let outcome = rule.program().evaluate(evaluator.inputs(), &mut Machine::default());
/// let outcomes: Vec<_> = outline(rule.program(), outcome).iter().map(|trace| trace.outcome).collect();
/// assert_eq!(outcomes, [TraceOutcome::True, TraceOutcome::False, TraceOutcome::Skipped]);
/// ```
pub fn outline(program: &Program, outcome: Outcome) -> Vec<Trace> {
    let mut requirements: Vec<_> = requirements(program)
        .map(|span| trace(span, TraceOutcome::Skipped))
        .collect();
    let (at, last) = match outcome {
        Outcome::Met => {
            requirements.iter_mut().for_each(|one| one.outcome = TraceOutcome::True);
            return requirements;
        }
        Outcome::NotMet { at, absent: false } => (at, TraceOutcome::False),
        Outcome::NotMet { at, absent: true } => (at, TraceOutcome::Absent),
        Outcome::Fault { at, .. } => (at, TraceOutcome::Fault),
    };
    // Without fuel the whole is named, which is no requirement's: then nothing is said of any.
    let decided = requirements
        .iter()
        .position(|one| one.start <= at.start && at.end <= one.end);
    for (index, one) in requirements.iter_mut().enumerate() {
        match decided {
            Some(decided) if index < decided => one.outcome = TraceOutcome::True,
            Some(decided) if index == decided => one.outcome = last,
            Some(_) | None => {}
        }
    }
    requirements
}

fn requirements(program: &Program) -> impl Iterator<Item = Span> {
    let is_requirement = |code: u16| {
        let op = program.code.get(usize::from(code));
        op.is_some_and(|op| matches!(op, Op::Require | Op::RequireSlot { .. }))
    };
    let places = program.places.iter().filter(move |(code, _)| is_requirement(*code));
    places.map(|(_, Place { start, end })| Span {
        start: usize::from(*start),
        end: usize::from(*end),
    })
}

const fn trace(span: Span, outcome: TraceOutcome) -> Trace {
    Trace {
        start: span.start,
        end: span.end,
        outcome,
        element: None,
        values: Vec::new(),
        parts: Vec::new(),
    }
}
