//! The condition explained: each sub-condition with its place in the source, the values that it saw and its outcome.
//!
//! This walks the checked tree, one node after the other, and shares with the program only what operators compute. So
//! it is also what programs are tested against.

mod outline;
mod plain;
mod walk;

use serde::{Deserialize, Serialize};

pub use outline::outline;

use super::condition::Condition;
use super::eval::Outcome;
use super::inputs::Inputs;
use super::ops::FaultKind;
use super::typed::Typed;
use super::types::Literal;
use crate::zone::Zone;

/// Most elements of a list whose questions are shown one by one, besides the last that was asked, which is the one that
/// decided if one did: what a person reads.
pub const MAX_TRACED_ELEMENTS: usize = 20;

/// A sub-condition and what became of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Trace {
    /// First byte of its place in the source.
    pub start: usize,
    /// One past its last byte.
    pub end: usize,
    /// What became of it.
    pub outcome: TraceOutcome,
    /// The element of a list that it was asked of, counted from 0.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub element: Option<u32>,
    /// What it saw, in the order of the evaluation.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub values: Vec<TraceValue>,
    /// The sub-conditions inside it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub parts: Vec<Trace>,
}

/// What became of a sub-condition.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TraceOutcome {
    /// It is true.
    True,
    /// It is false.
    False,
    /// It is neither, because something that it reads is absent.
    Absent,
    /// It cannot be computed, such as a division by zero.
    Fault,
    /// It was not looked at: what stands before it had decided.
    Skipped,
}

/// A value that a sub-condition saw.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TraceValue {
    /// First byte of the part of the source that has this value.
    pub start: usize,
    /// One past its last byte.
    pub end: usize,
    /// The value as a condition would write it; `absent`, or the number of elements of a list.
    pub value: String,
}

/// Decides like the condition's program, and tells how: one trace for each operand of the outermost `and`.
///
/// ```
/// use engine::expression::{Condition, Inputs, Outcome, Schema, TraceOutcome, explain};
/// use engine::zone::Zone;
///
/// let condition = Condition::check("1 < 2 and 3 == 4 and true", &Schema::new()).unwrap();
/// let (outcome, traces) = explain(&condition, &Inputs::default(), &Zone::utc());
/// assert!(matches!(outcome, Outcome::NotMet { absent: false, .. }));
/// let outcomes: Vec<_> = traces.iter().map(|trace| trace.outcome).collect();
/// assert_eq!(outcomes, [TraceOutcome::True, TraceOutcome::False, TraceOutcome::Skipped]);
/// ```
pub fn explain(condition: &Condition, inputs: &Inputs, zone: &Zone) -> (Outcome, Vec<Trace>) {
    let mut walk = walk::Walk::new(inputs, Some(condition.layout()), zone);
    let mut outcome = Outcome::Met;
    for requirement in condition.requirements() {
        if outcome != Outcome::Met {
            walk.skip(requirement.span);
            continue;
        }
        outcome = match walk.condition(requirement.span, &requirement.typed, None) {
            Ok(Some(true)) => Outcome::Met,
            Ok(decided) => Outcome::NotMet {
                at: requirement.span,
                absent: decided.is_none(),
            },
            Err(walk::Fault { kind, at }) => Outcome::Fault { kind, at },
        };
    }
    (outcome, walk.into_traces())
}

/// The value of an expression that reads nothing; `None` when it cannot be computed, is absent or a list.
pub(super) fn constant_value(typed: &Typed, zone: &Zone) -> Option<Literal> {
    let inputs = Inputs::default();
    walk::Walk::new(&inputs, None, zone).literal(typed)
}

/// Why an expression that reads nothing cannot be computed; `None` when it can.
pub(super) fn constant_fault(typed: &Typed, zone: &Zone) -> Option<FaultKind> {
    let inputs = Inputs::default();
    walk::Walk::new(&inputs, None, zone).fault(typed)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::expression::types::Schema;

    #[test]
    fn a_sum_has_one_value() {
        let source = "sum([2, 1 - 3, 2]) == 2";
        let condition = Condition::check(source, &Schema::new()).unwrap();
        let (_, traces) = explain(&condition, &Inputs::default(), &Zone::utc());
        let values = traces[0].values.iter();
        let of_sum = values.filter(|value| &source[value.start..value.end] == "sum([2, 1 - 3, 2])");
        assert_eq!(of_sum.map(|value| value.value.as_str()).collect::<Vec<_>>(), ["2"]);
    }
}
