//! What the merchant app and its workbench tell each other. The workbench is the engine in the browser, as a module of its
//! own that is fetched when something is to be checked, tried or taken apart; both speak JSON text. They are built
//! together, so their forms carry no version.

mod fields;
mod operators;
mod tree;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use serde_json::value::RawValue;

use crate::expression::Diagnostic;
use crate::problem::FieldError;
use crate::zone::{Transition, Zone, ZoneError};

pub use fields::{Function, ValueType};
pub use operators::{Operator, Values};
pub use tree::{Node, Question, Row};

/// Why a call has no answer: everything that is wrong with its input, with pointers into it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refusal {
    /// What is wrong.
    pub errors: Vec<FieldError>,
}

/// What is said of a condition: the answer of `POST /v1/conditions/check`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConditionCheck {
    /// Whether it can be saved.
    pub valid: bool,
    /// Errors, or warnings when it is valid.
    pub diagnostics: Vec<Diagnostic>,
    /// The names that it reads; empty when it is not valid.
    pub references: Vec<String>,
}

/// A draft and a request to try it on.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct PreviewRequest {
    /// The body of `POST /v1/promotions`.
    pub draft: Value,
    /// The body of an evaluation, as it was written: its numbers keep all their digits.
    pub request: Box<RawValue>,
    /// When.
    pub now: DateTime<Utc>,
    /// The draft's time zone.
    pub zone: ZoneOffsets,
}

/// The offsets of a time zone: the browser has a database of zones, and its modules have none.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ZoneOffsets {
    /// Before the first transition, in minutes east of UTC.
    first_offset_minutes: i16,
    /// Minutes since 1970, and the offset from then on.
    transitions: Vec<(u32, i16)>,
}

impl ZoneOffsets {
    /// The zone itself.
    ///
    /// # Errors
    /// See [`Zone::new`].
    pub fn zone(&self) -> Result<Zone, ZoneError> {
        let transitions = self.transitions.iter().map(|(at_minutes, offset_minutes)| Transition {
            at_minutes: *at_minutes,
            offset_minutes: *offset_minutes,
        });
        Zone::new(self.first_offset_minutes, &transitions.collect::<Vec<_>>())
    }
}

impl From<&Zone> for ZoneOffsets {
    fn from(zone: &Zone) -> Self {
        let transitions = zone
            .transitions()
            .map(|change| (change.at_minutes, change.offset_minutes));
        Self {
            first_offset_minutes: zone.first_offset_minutes(),
            transitions: transitions.collect(),
        }
    }
}

/// A condition as rows, or what rows cannot say.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outline {
    /// The rows say exactly what the condition says.
    Tree(Node),
    /// They cannot.
    Because(Because),
}

/// The first part of a condition that rows cannot say.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Because {
    /// Why not.
    pub code: BecauseCode,
    /// Its first byte in the source.
    pub start: usize,
    /// One past its last byte.
    pub end: usize,
}

/// Why rows cannot say something.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BecauseCode {
    /// The condition is not valid: its check says more.
    Invalid,
    /// A comment, which would be lost.
    Comment,
    /// A part that asks nothing: `true` beside others, or `false`.
    Constant,
    /// `if … then … else`.
    Conditional,
    /// A function, or one of what is no plain field.
    Function,
    /// A value that is computed, such as `total * 2`.
    Computed,
    /// An element by its position, such as `tags[0]`.
    Index,
    /// A field compared with another.
    FieldsCompared,
    /// The value stands before the field, as in `100 <= total`.
    ValueFirst,
    /// An operator that rows do not have for this type, such as `<` of texts.
    Operator,
    /// A list to choose from, or the code of a place, that is empty.
    NoValues,
}

/// A tree as source text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Written {
    /// The condition.
    pub condition: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn zones_come_back_as_they_were() {
        let transition = |at_minutes, offset_minutes| Transition {
            at_minutes,
            offset_minutes,
        };
        let zone = Zone::new(-180, &[transition(30_000_000, -120), transition(30_200_000, -180)]).unwrap();
        let offsets = ZoneOffsets::from(&zone);
        let json = serde_json::to_string(&offsets).unwrap();
        assert_eq!(
            json,
            r#"{"first_offset_minutes":-180,"transitions":[[30000000,-120],[30200000,-180]]}"#
        );
        assert_eq!(serde_json::from_str::<ZoneOffsets>(&json).unwrap().zone(), Ok(zone));
    }
}
