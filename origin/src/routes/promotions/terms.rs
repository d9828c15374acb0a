//! The terms in a body. The engine checks all but what needs a database of time zones: the zone itself, and local times
//! of the window.

use chrono::SecondsFormat;
use chrono_tz::Tz;
use engine::problem::FieldError;
use engine::promotion::Terms;
use serde_json::Value;

use crate::openapi::promotion::TERMS;
use crate::problem::Error;
use crate::routes::input::{Fields, TIME_HELP};
use crate::window::{Bound, LocalTimeError, instant_of, parse_local};

/// The terms in a body, or 422 with every error.
pub(crate) fn parse_terms(body: &Value) -> Result<Terms, Error> {
    read_terms(body).map_err(Error::invalid)
}

/// The same, with the errors as such.
pub(crate) fn read_terms(body: &Value) -> Result<Terms, Vec<FieldError>> {
    let mut body = body.clone();
    let zone = parse_zone(&body);
    let known_zone = zone.as_ref().ok().copied();
    let start = place_local_time(&mut body, known_zone, "starts_at", Bound::Start);
    let end = place_local_time(&mut body, known_zone, "ends_at", Bound::End);
    let parsed = Terms::parse(&body);
    let placing: Vec<_> = [start, end, zone.err()].into_iter().flatten().collect();
    match parsed {
        Ok(terms) if placing.is_empty() => Ok(terms),
        Ok(_) => Err(placing),
        Err(mut errors) => {
            for error in placing {
                if errors.iter().all(|known| known.pointer != error.pointer) {
                    errors.push(error);
                }
            }
            Err(errors)
        }
    }
}

/// The terms after a change of some fields: what is left out stays; null resets what may be left out. Of the limits each
/// counts by itself, so that raising one does not lift another.
pub(crate) fn change_terms(terms: &Terms, changes: &Value) -> Result<Terms, Error> {
    let mut merged = serde_json::to_value(terms).map_err(Error::fault)?;
    for (name, value) in changes.as_object().into_iter().flatten() {
        match (name.as_str(), value, merged.get_mut(name)) {
            ("limits", Value::Object(sent), Some(Value::Object(limits))) => {
                limits.extend(sent.iter().map(|(name, limit)| (name.clone(), limit.clone())));
            }
            (_, _, Some(field)) => *field = value.clone(),
            (_, _, None) => {}
        }
    }
    parse_terms(&merged)
}

/// 422 for a body that has other fields than terms.
pub(crate) fn check_fields(body: &Value) -> Result<(), Error> {
    Fields::only(body, TERMS)?.finish()
}

/// The zone of a body: UTC unless it names one.
fn parse_zone(body: &Value) -> Result<Tz, FieldError> {
    let zone = match body.get("time_zone") {
        None | Some(Value::Null) => return Ok(Tz::UTC),
        Some(zone) => zone.as_str().and_then(|zone| zone.parse().ok()),
    };
    let detail = "Send an IANA name, such as \"America/Montevideo\".";
    zone.ok_or_else(|| FieldError::new("/time_zone", "time_zone_unknown", detail))
}

/// Replaces a time without an offset by its instant, or by nothing when there is none; says why, unless the zone is why.
fn place_local_time(body: &mut Value, zone: Option<Tz>, name: &str, bound: Bound) -> Option<FieldError> {
    let field = body.get_mut(name)?;
    let local = field.as_str().and_then(parse_local)?;
    *field = Value::Null;
    let error = |code: &str, detail: String| Some(FieldError::new(format!("/{name}"), code, detail));
    match instant_of(zone?, local, bound) {
        Ok(instant) => {
            *field = instant.to_rfc3339_opts(SecondsFormat::AutoSi, true).into();
            None
        }
        Err(LocalTimeError::InGap { next }) => {
            let next = next.format("%Y-%m-%dT%H:%M:%S");
            let detail = format!("The clocks of the time zone jump over this time: the next that exists is {next}.");
            error("time_in_gap", detail)
        }
        Err(LocalTimeError::OutOfRange) => error("time_invalid", TIME_HELP.to_owned()),
    }
}
