//! Is a condition, is a promotion right in itself?

use engine::expression::{Condition, Schema};
use engine::problem::FieldError;
use engine::promotion::{Terms, parse_schema};
use engine::wire::workbench::{ConditionCheck, Refusal};
use serde::Deserialize;
use serde_json::Value;

/// A condition and the attributes that it may read.
#[derive(Deserialize)]
pub(crate) struct Source {
    pub(crate) condition: String,
    #[serde(default)]
    attributes: Value,
}

impl Source {
    /// The declared attributes.
    ///
    /// # Errors
    /// All that is wrong with the declarations.
    pub(crate) fn schema(&self) -> Result<Schema, Vec<FieldError>> {
        parse_schema(&self.attributes)
    }
}

/// Checks a condition.
///
/// # Errors
/// What is wrong with the attributes, before the condition is looked at.
pub(crate) fn condition(source: Source) -> Result<ConditionCheck, Vec<FieldError>> {
    Ok(match Condition::check(&source.condition, &source.schema()?) {
        Ok(condition) => ConditionCheck {
            valid: true,
            diagnostics: condition.warnings().to_vec(),
            references: condition.references().to_vec(),
        },
        Err(diagnostics) => ConditionCheck {
            valid: false,
            diagnostics,
            references: Vec::new(),
        },
    })
}

/// Checks a promotion.
///
/// # Errors
/// All that is wrong with it.
pub(crate) fn promotion(body: Value) -> Result<Refusal, Vec<FieldError>> {
    Terms::parse(&body).map(|_| Refusal { errors: Vec::new() })
}
