//! Checks a condition while it is being written.

use axum::Json;
use engine::expression::{Condition, Diagnostic, Schema};
use engine::promotion::parse_schema;
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;

use super::input::{Fields, JsonBody};
use crate::auth::{Allowed, PromotionsRead};
use crate::openapi::doc::{Doc, Field};
use crate::openapi::promotion as openapi;
use crate::openapi::schema;
use crate::problem::Error;

/// What the engine says of a condition.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "ConditionCheck")]
pub(crate) struct CheckOut {
    valid: bool,
    #[schemars(with = "Vec<openapi::Diagnostic>")]
    diagnostics: Vec<Diagnostic>,
    /// The names that it reads; empty when it is not valid.
    references: Vec<String>,
}

const CONDITION: &[Field] = &[
    Field::required("condition", schema::text),
    Field::optional("attributes", openapi::attributes_or_null),
];

pub(crate) const CHECK_CONDITION: Doc =
    Doc::new("check_condition", "Checks a condition while it is being written.").body(CONDITION);

/// `POST /v1/conditions/check`.
pub(crate) async fn check_condition(
    _: Allowed<PromotionsRead>,
    JsonBody(body): JsonBody,
) -> Result<Json<CheckOut>, Error> {
    let mut fields = Fields::only(&body, CONDITION)?;
    let source = fields.text("condition");
    if source.is_none() {
        fields.error(
            "/condition",
            "condition_missing",
            "Send a condition, such as \"total >= 100\".",
        );
    }
    let schema = parse_schema(fields.value("attributes").unwrap_or(&Value::Null));
    let schema = schema.unwrap_or_else(|errors| {
        fields.extend(errors);
        Schema::new()
    });
    fields.finish()?;
    Ok(Json(match Condition::check(source.unwrap_or_default(), &schema) {
        Ok(condition) => CheckOut {
            valid: true,
            diagnostics: condition.warnings().to_vec(),
            references: condition.references().to_vec(),
        },
        Err(diagnostics) => CheckOut {
            valid: false,
            diagnostics,
            references: Vec::new(),
        },
    }))
}
