//! The engine in the merchant's browser, as a module of its own: the app fetches it when something is to be checked, tried
//! or taken apart, so that nobody waits for the language's parser who only looks at reports.
//!
//! ```text
//! app ── JSON text ──▶ check_condition, check_promotion   is it right?
//!                      preview                            does it apply to this request, and why?
//!                      outline, write                     condition ◀─▶ the rule builder's rows
//! ```
//!
//! Each function takes and gives JSON text in the forms of the HTTP API or of [`engine::wire::workbench`]. What cannot be
//! answered is a [`Refusal`], `{"errors": […]}` with pointers into the input, as in the body of a 422. None of them panics,
//! whatever the text.

mod check;
mod outline;
mod preview;
mod write;

use engine::problem::FieldError;
use engine::wire::workbench::Refusal;
use serde::Serialize;
use serde::de::DeserializeOwned;
use wasm_bindgen::prelude::wasm_bindgen;

/// What is said when even the answer has no JSON form; no answer is such.
const UNWRITABLE: &str = r#"{"errors":[{"pointer":"","code":"unwritable","detail":"Reload the page."}]}"#;

/// Body and answer of `POST /v1/conditions/check`: `{"condition": "…", "attributes": {…}}` →
/// [`ConditionCheck`](engine::wire::workbench::ConditionCheck).
///
/// ```
/// let answer = workbench::check_condition(r#"{"condition": "total > 1", "attributes": {"total": "number"}}"#);
/// assert_eq!(answer, r#"{"valid":true,"diagnostics":[],"references":["total"]}"#);
/// ```
#[must_use]
#[wasm_bindgen]
pub fn check_condition(json: &str) -> String {
    respond(json, check::condition)
}

/// The body of `POST /v1/promotions` → [`Refusal`], without errors when all is right in itself. Whether the code is free and
/// the time zone exists is for the origin to say.
///
/// ```
/// let answer = workbench::check_promotion("[]");
/// assert_eq!(answer, r#"{"errors":[{"pointer":"","code":"not_an_object","detail":"Send a JSON object."}]}"#);
/// ```
#[must_use]
#[wasm_bindgen]
pub fn check_promotion(json: &str) -> String {
    respond(json, check::promotion)
}

/// [`PreviewRequest`](engine::wire::workbench::PreviewRequest) → the answer of `POST /v1/promotions/{code}/preview`, with the
/// whole trace. The draft counts as active. Pointers into the draft begin with `/draft`, those into the request do not, as
/// in that call's body.
#[must_use]
#[wasm_bindgen]
pub fn preview(json: &str) -> String {
    respond(json, preview::preview)
}

/// Input as of [`check_condition`] → [`Outline`](engine::wire::workbench::Outline): the condition as the rule builder's tree
/// if that says exactly the same, else the first place that it cannot say.
///
/// ```
/// let answer = workbench::outline(r#"{"condition": "age >= 18"}"#);
/// assert_eq!(answer, r#"{"tree":{"row":{"field":"age","type":"integer","op":"at_least","values":["18"]}}}"#);
///
/// let answer = workbench::outline(r#"{"condition": "18 <= age"}"#);
/// assert_eq!(answer, r#"{"because":{"code":"value_first","start":0,"end":2}}"#);
/// ```
#[must_use]
#[wasm_bindgen]
pub fn outline(json: &str) -> String {
    respond(json, outline::outline)
}

/// The rule builder's tree, a [`Node`](engine::wire::workbench::Node) →
/// [`Written`](engine::wire::workbench::Written). What is written has exactly that tree, in its normal form, as its outline.
///
/// ```
/// let row = r#"{"row": {"field": "age", "type": "integer", "op": "at_least", "values": ["18"]}}"#;
/// assert_eq!(workbench::write(row), r#"{"condition":"age >= 18"}"#);
///
/// let unfinished = r#"{"any": [{"row": {"field": "age", "type": "integer", "op": "at_least", "values": [""]}}]}"#;
/// assert!(workbench::write(unfinished).starts_with(r#"{"errors":[{"pointer":"/any/0/row/values/0","#));
/// ```
#[must_use]
#[wasm_bindgen]
pub fn write(json: &str) -> String {
    respond(json, write::write)
}

/// Reads the input, answers, and writes the answer or why there is none.
fn respond<I: DeserializeOwned, O: Serialize>(
    json: &str,
    answer: impl FnOnce(I) -> Result<O, Vec<FieldError>>,
) -> String {
    let malformed = |error: serde_json::Error| {
        let detail = format!("Reload the page: the input cannot be read ({error}).");
        vec![FieldError::new("", "malformed", detail)]
    };
    let written = match serde_json::from_str(json).map_err(malformed).and_then(answer) {
        Ok(answer) => serde_json::to_string(&answer),
        Err(errors) => serde_json::to_string(&Refusal { errors }),
    };
    written.unwrap_or_else(|_| UNWRITABLE.to_owned())
}
