//! The workbench: the engine in the browser, a module of its own that is fetched when something is first to be checked,
//! tried or taken apart. It speaks JSON text (see [`engine::wire::workbench`]); here its functions have types.
//!
//! ```text
//! editor, form ── workbench ── import(the address that the page names) ──▶ the module, kept for the tab's life
//! ```
//!
//! A module that does not come is a [`Failure`] like a call's, and the next call tries again.

use std::cell::{Cell, RefCell};

use chrono::{DateTime, Utc};
use engine::expression::Schema;
use engine::problem::FieldError;
use engine::wire::v1::PreviewAnswer;
use engine::wire::workbench::{ConditionCheck, Node, Outline, PreviewRequest, Refusal, Written, ZoneOffsets};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use serde_json::value::RawValue;
use wasm_bindgen::prelude::*;

use crate::api::{Answer, Failure};
use crate::browser::{page_setting, zone_offsets};
use crate::i18n::{forms as text, problems};

/// The page's setting that holds the module's address.
const ADDRESS: &str = "workbench";

#[wasm_bindgen(inline_js = "export const import_module = (address) => import(address);")]
extern "C" {
    #[wasm_bindgen(catch)]
    async fn import_module(address: &str) -> Result<JsValue, JsValue>;

    /// The module.
    #[derive(Clone)]
    type Workbench;

    #[wasm_bindgen(method, catch)]
    fn check_condition(this: &Workbench, json: &str) -> Result<String, JsValue>;

    #[wasm_bindgen(method, catch)]
    fn check_promotion(this: &Workbench, json: &str) -> Result<String, JsValue>;

    #[wasm_bindgen(method, catch)]
    fn preview(this: &Workbench, json: &str) -> Result<String, JsValue>;

    #[wasm_bindgen(method, catch)]
    fn outline(this: &Workbench, json: &str) -> Result<String, JsValue>;

    #[wasm_bindgen(method, catch)]
    fn write(this: &Workbench, json: &str) -> Result<String, JsValue>;
}

thread_local! {
    static LOADED: RefCell<Option<Workbench>> = const { RefCell::new(None) };
    /// Attempts to load it that failed.
    static FAILED: Cell<u32> = const { Cell::new(0) };
    /// The zone that was asked for last: finding its offsets takes some ten milliseconds.
    static ZONE: RefCell<Option<(String, ZoneOffsets)>> = const { RefCell::new(None) };
}

/// A condition and what it may read.
#[derive(Serialize)]
struct Source<'a> {
    condition: &'a str,
    attributes: &'a Schema,
}

/// What is wrong with a condition or probably not meant in it, and what it reads.
pub(crate) async fn check_condition(condition: &str, attributes: &Schema) -> Answer<ConditionCheck> {
    call(Workbench::check_condition, &Source { condition, attributes }).await
}

/// What is wrong with a promotion, the body of `POST /v1/promotions`, in itself.
pub(crate) async fn check_promotion(body: &Value) -> Answer<Vec<FieldError>> {
    match call(Workbench::check_promotion, body).await {
        Ok(Refusal { errors }) | Err(Failure::Invalid(errors)) => Ok(errors),
        Err(failure) => Err(failure),
    }
}

/// Whether a draft would apply to a request at `now`, and why. `request` is the text of an evaluation's body.
///
/// # Errors
/// Pointers into the draft begin with `/draft`, those into the request do not.
pub(crate) async fn preview(
    draft: Value,
    time_zone: &str,
    request: Box<RawValue>,
    now: DateTime<Utc>,
) -> Answer<PreviewAnswer> {
    let zone = offsets(time_zone).ok_or_else(|| {
        let detail = text::time_zone_unknown();
        Failure::Invalid(vec![FieldError::new("/draft/time_zone", "time_zone_unknown", detail)])
    })?;
    let input = PreviewRequest {
        draft,
        request,
        now,
        zone,
    };
    call(Workbench::preview, &input).await
}

/// A condition as the rule builder's tree, or why that cannot say it.
pub(crate) async fn outline(condition: &str, attributes: &Schema) -> Answer<Outline> {
    call(Workbench::outline, &Source { condition, attributes }).await
}

/// The rule builder's tree as a condition.
///
/// # Errors
/// What is unfinished in the tree, with pointers into it.
pub(crate) async fn write(tree: &Node) -> Answer<String> {
    let written: Written = call(Workbench::write, tree).await?;
    Ok(written.condition)
}

fn offsets(time_zone: &str) -> Option<ZoneOffsets> {
    let known = ZONE.with_borrow(|zone| zone.clone().filter(|(name, _)| name == time_zone));
    if let Some((_, offsets)) = known {
        return Some(offsets);
    }
    let offsets = zone_offsets(time_zone)?;
    ZONE.set(Some((time_zone.to_owned(), offsets.clone())));
    Some(offsets)
}

/// A function of the module.
type Function = fn(&Workbench, &str) -> Result<String, JsValue>;

async fn call<T: DeserializeOwned>(function: Function, input: &impl Serialize) -> Answer<T> {
    // Every input of the app has a JSON form; were one not to, the workbench would say so.
    let input = serde_json::to_string(input).unwrap_or_default();
    read(&ask(function, &input).await?)
}

async fn ask(function: Function, input: &str) -> Answer<String> {
    let workbench = loaded().await?;
    function(&workbench, input).map_err(|_| {
        // None of its functions throws; one that did may have left its memory in disorder.
        LOADED.set(None);
        lost()
    })
}

async fn loaded() -> Answer<Workbench> {
    if let Some(workbench) = LOADED.with_borrow(Clone::clone) {
        return Ok(workbench);
    }
    let address = page_setting(ADDRESS).map(|address| attempted(&address, FAILED.get()));
    let module = import_module(&address.unwrap_or_default()).await.map_err(|_| lost())?;
    let workbench: Workbench = module.unchecked_into();
    LOADED.set(Some(workbench.clone()));
    Ok(workbench)
}

/// Notes that an attempt failed.
fn lost() -> Failure {
    FAILED.set(FAILED.get().saturating_add(1));
    Failure::NotLoaded
}

/// The address of another attempt: a browser remembers for each address that its module failed.
fn attempted(address: &str, failed: u32) -> String {
    if failed == 0 {
        address.to_owned()
    } else {
        format!("{address}?attempt={failed}")
    }
}

/// An answer, or why there is none.
fn read<T: DeserializeOwned>(answer: &str) -> Answer<T> {
    match serde_json::from_str(answer) {
        Ok(Refusal { errors }) if !errors.is_empty() => Err(Failure::Invalid(problems::field_errors(errors))),
        // What is no answer either is of another release.
        Ok(_) | Err(_) => serde_json::from_str(answer).map_err(|_| Failure::NotLoaded),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_and_refusals() {
        let check = |answer: &str, expected: Answer<Written>| assert_eq!(read(answer), expected, "{answer}");
        let condition = "age >= 18".to_owned();
        check(r#"{"condition":"age >= 18"}"#, Ok(Written { condition }));
        let error = FieldError::new("/any", "group_empty", "Add a row.");
        check(
            r#"{"errors":[{"pointer":"/any","code":"group_empty","detail":"Add a row."}]}"#,
            Err(Failure::Invalid(problems::field_errors(vec![error]))),
        );
        check("{}", Err(Failure::NotLoaded));
        assert_eq!(read(r#"{"errors":[]}"#), Ok(Refusal { errors: Vec::new() }));
    }

    #[test]
    fn each_attempt_has_an_address_of_its_own() {
        assert_eq!(attempted("/assets/w.js", 0), "/assets/w.js");
        assert_eq!(attempted("/assets/w.js", 2), "/assets/w.js?attempt=2");
    }
}
