//! What only the browser can do: random identifiers, time zones, locks between tabs, the clipboard, formats by locale,
//! small notes kept on the device.
//!
//! Each function answers `None` or a plain fallback where an older browser lacks a feature; none throws.

mod format;
mod save;

use std::cell::RefCell;
use std::rc::Rc;

use chrono::{DateTime, Utc};
use engine::wire::workbench::ZoneOffsets;
use engine::zone::{OBSERVED_EVERY_MINUTES, Zone, ZoneError};
use js_sys::{Array, Date, Function, Intl, Promise, Reflect};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::{JsFuture, future_to_promise};

pub(crate) use self::format::*;
pub(crate) use self::save::save_file;
use crate::forms::window::parse_offset;

/// The locale of what the app itself reads: others write a zone's distance from UTC in their own manner.
const PARSED_LOCALE: &str = "en-GB";

/// 128 random bits in hex: an idempotency key or the end of a transaction id.
pub(crate) fn random_hex() -> String {
    let mut bytes = [0_u8; 16];
    if let Ok(crypto) = leptos::prelude::window().crypto() {
        // Refuses only arrays above 64 KiB.
        _ = crypto.get_random_values_with_u8_array(&mut bytes);
    }
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The languages that the browser's user reads, the most wanted first.
pub(crate) fn languages() -> Vec<String> {
    let languages = leptos::prelude::window().navigator().languages();
    languages.iter().filter_map(|tag| tag.as_string()).collect()
}

/// What this device remembers under a name; nothing secret is kept so.
pub(crate) fn remembered(name: &str) -> Option<String> {
    local_storage()?.get_item(name).ok().flatten()
}

/// Remembers a value on this device, where the browser allows it; else it is forgotten with the tab.
pub(crate) fn remember(name: &str, value: &str) {
    if let Some(storage) = local_storage() {
        // Refused when the user has forbidden or filled the storage.
        _ = storage.set_item(name, value);
    }
}

fn local_storage() -> Option<web_sys::Storage> {
    leptos::prelude::window().local_storage().ok().flatten()
}

/// Says in which language the page is, for screen readers, hyphenation and translators.
pub(crate) fn mark_language(tag: &str) {
    if let Some(root) = leptos::prelude::document().document_element() {
        // Fails only for names that are none.
        _ = root.set_attribute("lang", tag);
    }
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
    offsets_of(zone)?(&date(instant))
}

/// All that the engine wants to know of a zone; `None` for one that the browser does not know.
pub(crate) fn zone_offsets(zone: &str) -> Option<ZoneOffsets> {
    const MILLIS_PER_MINUTE: f64 = 60_000.0;
    let offset_at = offsets_of(zone)?;
    let zone = Zone::observe(OBSERVED_EVERY_MINUTES, |minutes| {
        let seconds = offset_at(&Date::new(&(f64::from(minutes) * MILLIS_PER_MINUTE).into()));
        let minutes = seconds.and_then(|seconds| i16::try_from(seconds / 60).ok());
        minutes.ok_or(ZoneError::OffsetOutOfRange)
    });
    zone.ok().as_ref().map(ZoneOffsets::from)
}

/// Tells a zone's distance from UTC, in seconds. Made once for many questions: each formatter costs more than they do.
fn offsets_of(zone: &str) -> Option<impl Fn(&Date) -> Option<i32>> {
    let format = date_time_format(&[("timeZone", zone), ("timeZoneName", "longOffset")])?.format();
    Some(move |date: &Date| {
        let shown = format.call1(&JsValue::UNDEFINED, date).ok()?.as_string()?;
        // The name of the zone stands behind the date.
        parse_offset(shown.get(shown.rfind("GMT")?..)?)
    })
}

fn date_time_format(options: &[(&str, &str)]) -> Option<Intl::DateTimeFormat> {
    formatter(PARSED_LOCALE, "DateTimeFormat", options).map(JsCast::unchecked_into)
}

/// What the page says of itself: the content of its `meta` element of this name.
pub(crate) fn page_setting(name: &str) -> Option<String> {
    let selector = format!("meta[name='{name}']");
    let element = leptos::prelude::document().query_selector(&selector).ok()??;
    element.get_attribute("content")
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

/// The path of the page's address.
pub(crate) fn path() -> String {
    leptos::prelude::window().location().pathname().unwrap_or_default()
}

fn fragment_value(hash: &str, name: &str) -> Option<String> {
    let value = hash.strip_prefix('#')?.strip_prefix(name)?.strip_prefix('=')?;
    (!value.is_empty()).then(|| value.to_owned())
}

/// The value of a parameter of an address's query.
pub(crate) fn query_parameter(query: &str, name: &str) -> Option<String> {
    web_sys::UrlSearchParams::new_with_str(query).ok()?.get(name)
}

/// The path of an address with these parameters.
pub(crate) fn address(path: &str, parameters: &[(&str, String)]) -> String {
    if parameters.is_empty() {
        return path.to_owned();
    }
    let encoded =
        |(name, value): &(&str, String)| format!("{name}={}", String::from(js_sys::encode_uri_component(value)));
    let query: Vec<_> = parameters.iter().map(encoded).collect();
    format!("{path}?{}", query.join("&"))
}

/// Moves the focus to the page's heading: from something that is gone.
pub(crate) fn focus_title() {
    focus_on("h1");
}

/// Moves the focus to an element, once what was just changed is on the page.
pub(crate) fn focus(id: &str) {
    let id = id.to_owned();
    leptos::prelude::request_animation_frame(move || {
        let element = leptos::prelude::document().get_element_by_id(&id);
        if let Some(element) = element.and_then(|element| element.dyn_into::<web_sys::HtmlElement>().ok()) {
            // One that cannot take the focus leaves it where it was.
            _ = element.focus();
        }
    });
}

/// Moves the focus to the first field that is marked as wrong.
pub(crate) fn focus_first_invalid() {
    focus_on("[aria-invalid='true']");
}

/// Moves the focus to the first element of a selector.
fn focus_on(selector: &str) {
    let element = leptos::prelude::document().query_selector(selector).ok().flatten();
    if let Some(element) = element.and_then(|element| element.dyn_into::<web_sys::HtmlElement>().ok()) {
        // One that cannot take the focus leaves it where it was.
        _ = element.focus();
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
