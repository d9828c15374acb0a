//! What only the browser can do: random identifiers, time zones, locks between tabs, the clipboard.
//!
//! Each function answers `None` or a plain fallback where an older browser lacks a feature; none throws.

use std::cell::RefCell;
use std::rc::Rc;

use chrono::{DateTime, Utc};
use js_sys::{Array, Date, Function, Intl, JsString, Object, Promise, Reflect};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::{JsFuture, future_to_promise};

use crate::forms::window::parse_offset;

/// 128 random bits in hex: an idempotency key or the end of a transaction id.
pub(crate) fn random_hex() -> String {
    let mut bytes = [0_u8; 16];
    if let Ok(crypto) = leptos::prelude::window().crypto() {
        // Refuses only arrays above 64 KiB.
        _ = crypto.get_random_values_with_u8_array(&mut bytes);
    }
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Whether Spanish is the browser's first language.
pub(crate) fn prefers_spanish() -> bool {
    let language = leptos::prelude::window().navigator().language();
    language.is_some_and(|language| language == "es" || language.starts_with("es-"))
}

/// Runs `work` while no other call of this origin, in any tab, holds the lock `name`.
pub(crate) async fn exclusively<T: 'static>(name: &str, work: impl Future<Output = T> + 'static) -> Option<T> {
    let result = Rc::new(RefCell::new(None));
    let slot = Rc::clone(&result);
    let work = async move {
        let value = work.await;
        slot.replace(Some(value));
    };
    match lock_manager() {
        Some((locks, request)) => {
            let run = move || -> Promise {
                future_to_promise(async move {
                    work.await;
                    Ok(JsValue::UNDEFINED)
                })
                .unchecked_into()
            };
            let run = Closure::once_into_js(run);
            let held: Promise = request.call2(&locks, &name.into(), &run).ok()?.dyn_into().ok()?;
            JsFuture::from(held).await.ok()?;
        }
        // Without locks two tabs may renew their session at once, and one has to sign in again.
        None => work.await,
    }
    result.take()
}

fn lock_manager() -> Option<(JsValue, Function)> {
    let locks = Reflect::get(&leptos::prelude::window().navigator(), &"locks".into()).ok()?;
    let request = Reflect::get(&locks, &"request".into()).ok()?.dyn_into().ok()?;
    Some((locks, request))
}

/// The IANA name of the browser's zone.
pub(crate) fn current_time_zone() -> String {
    let options = date_time_format(&[]).map(|format| format.resolved_options());
    let zone = options.and_then(|options| Reflect::get(&options, &"timeZone".into()).ok());
    zone.and_then(|zone| zone.as_string())
        .unwrap_or_else(|| "UTC".to_owned())
}

/// Every zone that the browser knows, `UTC` and the browser's own among them.
pub(crate) fn time_zones() -> Vec<String> {
    let supported = Reflect::get(&js_sys::global(), &"Intl".into())
        .and_then(|intl| Reflect::get(&intl, &"supportedValuesOf".into()))
        .ok()
        .and_then(|list| list.dyn_into::<Function>().ok())
        .and_then(|list| list.call1(&JsValue::UNDEFINED, &"timeZone".into()).ok());
    let names = supported.map(|names| Array::from(&names));
    let mut zones: Vec<_> = names
        .iter()
        .flat_map(|names| names.iter())
        .filter_map(|zone| zone.as_string())
        .collect();
    zones.extend(["UTC".to_owned(), current_time_zone()]);
    zones.sort_unstable();
    zones.dedup();
    zones
}

/// The browser's clock.
pub(crate) fn now() -> DateTime<Utc> {
    String::from(Date::new_0().to_iso_string()).parse().unwrap_or_default()
}

/// How far a zone is from UTC at an instant, in seconds; `None` for a zone that the browser does not know.
pub(crate) fn offset_at(zone: &str, instant: DateTime<Utc>) -> Option<i32> {
    let format = date_time_format(&[("timeZone", zone), ("timeZoneName", "longOffset")])?;
    let parts = format.format_to_parts(&date(instant));
    let member = |part: &JsValue, name: &str| {
        Reflect::get(part, &name.into())
            .ok()
            .and_then(|value| value.as_string())
    };
    let name = parts
        .iter()
        .find(|part| member(part, "type").as_deref() == Some("timeZoneName"))?;
    parse_offset(&member(&name, "value")?)
}

/// An instant for people, in `zone` or else in the browser's, to the second.
pub(crate) fn format_time(instant: DateTime<Utc>, zone: Option<&str>) -> String {
    let mut options = vec![("dateStyle", "medium"), ("timeStyle", "medium")];
    options.extend(zone.map(|zone| ("timeZone", zone)));
    let shown = date_time_format(&options)
        .and_then(|format| format.format().call1(&JsValue::UNDEFINED, &date(instant)).ok())
        .and_then(|shown| shown.as_string());
    shown.unwrap_or_else(|| instant.to_rfc3339())
}

fn date_time_format(options: &[(&str, &str)]) -> Option<Intl::DateTimeFormat> {
    let object = Object::new();
    for (name, value) in options {
        Reflect::set(&object, &(*name).into(), &(*value).into()).ok()?;
    }
    let intl = Reflect::get(&js_sys::global(), &"Intl".into()).ok()?;
    let constructor: Function = Reflect::get(&intl, &"DateTimeFormat".into()).ok()?.dyn_into().ok()?;
    let arguments = Array::of2(&JsString::from(crate::i18n::LOCALE).into(), &object.into());
    // Through `construct`, because the binding's own constructor does not catch the error for an unknown zone.
    Reflect::construct(&constructor, &arguments)
        .ok()
        .map(JsCast::unchecked_into)
}

fn date(instant: DateTime<Utc>) -> Date {
    Date::new(&instant.to_rfc3339_opts(chrono::SecondsFormat::Millis, true).into())
}

/// Copies a text; whether that worked.
pub(crate) async fn copy(text: &str) -> bool {
    let navigator = leptos::prelude::window().navigator();
    // Absent outside of secure contexts, whatever the binding's type says.
    let present = Reflect::get(&navigator, &"clipboard".into()).is_ok_and(|clipboard| clipboard.is_object());
    present && JsFuture::from(navigator.clipboard().write_text(text)).await.is_ok()
}

/// Takes a secret out of the address: what stands behind `#<name>=`. It is in the fragment, which no server sees, and
/// leaves the address and the history so that neither a bookmark nor a shared screen shows it.
pub(crate) fn take_from_fragment(name: &str) -> Option<String> {
    let window = leptos::prelude::window();
    let location = window.location();
    let value = fragment_value(&location.hash().ok()?, name)?;
    if let (Ok(history), Ok(path)) = (window.history(), location.pathname()) {
        // Without it the secret stays where the link put it.
        _ = history.replace_state_with_url(&JsValue::NULL, "", Some(&path));
    }
    Some(value)
}

fn fragment_value(hash: &str, name: &str) -> Option<String> {
    let value = hash.strip_prefix('#')?.strip_prefix(name)?.strip_prefix('=')?;
    (!value.is_empty()).then(|| value.to_owned())
}

/// Moves the focus to the first field that is marked as wrong.
pub(crate) fn focus_first_invalid() {
    let field = leptos::prelude::document()
        .query_selector("[aria-invalid='true']")
        .ok()
        .flatten();
    if let Some(field) = field.and_then(|field| field.dyn_into::<web_sys::HtmlElement>().ok()) {
        // A field that cannot take the focus leaves it where it was.
        _ = field.focus();
    }
}

/// Whether somebody may be looking at this tab.
pub(crate) fn is_visible() -> bool {
    !leptos::prelude::document().hidden()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fragments() {
        let check = |hash, expected: Option<&str>| assert_eq!(fragment_value(hash, "token").as_deref(), expected);
        check("#token=inv_1.org_1.ab", Some("inv_1.org_1.ab"));
        for hash in ["", "#", "#token", "#token=", "token=x", "#tokens=x", "#other=x"] {
            check(hash, None);
        }
    }
}
