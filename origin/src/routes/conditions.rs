//! Checks a condition while it is being written.

use axum::Json;
use engine::expression::{AttributeType, Condition, Diagnostic, Schema};
use serde::Serialize;

use super::input::{Fields, JsonBody};
use crate::auth::{Allowed, PromotionsRead};
use crate::problem::Error;

/// What the engine says of a condition.
#[derive(Debug, Serialize)]
pub(crate) struct CheckOut {
    valid: bool,
    diagnostics: Vec<Diagnostic>,
    /// The names that it reads; empty when it is not valid.
    references: Vec<String>,
}

/// `POST /v1/conditions/check`.
pub(crate) async fn check_condition(
    _: Allowed<PromotionsRead>,
    JsonBody(body): JsonBody,
) -> Result<Json<CheckOut>, Error> {
    let mut fields = Fields::of(&body)?;
    let source = fields.text("condition");
    if source.is_none() {
        fields.error(
            "/condition",
            "condition_missing",
            "Send a condition, such as \"total >= 100\".",
        );
    }
    let schema = parse_schema(&mut fields);
    fields.finish()?;
    Ok(Json(match Condition::compile(source.unwrap_or_default(), &schema) {
        Ok(condition) => CheckOut {
            valid: true,
            diagnostics: Vec::new(),
            references: condition.references().map(str::to_owned).collect(),
        },
        Err(diagnostics) => CheckOut {
            valid: false,
            diagnostics,
            references: Vec::new(),
        },
    }))
}

fn parse_schema(fields: &mut Fields<'_>) -> Schema {
    let declared = match fields.value("attributes") {
        None => return Schema::new(),
        Some(declared) => declared.as_object(),
    };
    let Some(declared) = declared else {
        fields.error(
            "/attributes",
            "not_an_object",
            "Send an object of names and types, such as {\"total\": \"number\"}.",
        );
        return Schema::new();
    };
    let mut schema = Schema::new();
    for (name, kind) in declared {
        match kind.as_str().map(str::parse::<AttributeType>) {
            Some(Ok(kind)) => {
                schema.insert(name.clone(), kind);
            }
            Some(Err(_)) | None => {
                let pointer = format!("/attributes/{}", name.replace('~', "~0").replace('/', "~1"));
                let known = AttributeType::ALL.map(AttributeType::as_str).join(", ");
                fields.error(pointer, "type_unknown", format!("Send one of these types: {known}."));
            }
        }
    }
    schema
}
