//! Random requests for declared attributes; a few do not fit.

use chrono::{DateTime, Datelike as _, Utc};
use engine::expression::AttributeType;

use crate::random::Random;
use crate::schema::Declared;
use crate::values::{self, json_string};

/// What no type takes, or only some.
const WRONG: [&str; 10] = [
    "null",
    "{}",
    "[]",
    "\"\"",
    "1.5",
    "true",
    "1e999",
    "\"\\ud800\"",
    "\"2026-02-30\"",
    "[null]",
];
/// A country with one of its places.
const PLACES: [(&str, &str); 3] = [("UY", "MVD"), ("US", "NYC"), ("AR", "BUE")];

/// A request's body.
pub(crate) fn body(random: &mut Random, attributes: &[Declared], now: DateTime<Utc>) -> String {
    let is_wrong = random.percent(6);
    let mut members = head(random, now);
    let sent = attributes.iter().filter_map(|attribute| {
        let value = present(random, attribute.optional, &attribute.kind, is_wrong)?;
        Some(format!("\"{}\":{value}", attribute.name))
    });
    let mut sent: Vec<_> = sent.collect();
    if random.percent(10) {
        sent.push("\"undeclared\":[{\"a\":1}]".to_owned());
    }
    members.push(format!("\"attributes\":{{{}}}", sent.join(",")));
    let separator = if random.percent(20) { " ,\n\t" } else { "," };
    let mut body = format!("{{{}}}", members.join(separator));
    if is_wrong && random.percent(20) {
        body.pop();
    }
    body
}

/// Everything but the attributes.
fn head(random: &mut Random, now: DateTime<Utc>) -> Vec<String> {
    let mut members = vec!["\"transaction_id\":\"t-1\"".to_owned()];
    if random.percent(60) {
        let (country, city) = random.pick(&PLACES).copied().unwrap_or_default();
        members.push(format!("\"country\":\"{country}\""));
        if random.percent(60) {
            members.push(format!("\"city\":\"{city}\""));
        }
    }
    // Who is not born yet, or too old, is refused: not most of the time.
    if random.percent(60) && (2_009..2_090).contains(&now.year()) || random.percent(2) {
        let date = random.text(&["1990-04-05", "2008-11-21", "2008-02-29", "1969-12-31"]);
        members.push(format!("\"birth_date\":\"{date}\""));
    }
    if random.percent(60) {
        let currency = random.text(&["UYU", "USD", "JPY", "KWD"]);
        let amount = random.text(&["100", "12050", "0", "9007199254740991", "1"]);
        members.push(format!(
            "\"amount\":{{\"amount\":{amount},\"currency\":\"{currency}\"}}"
        ));
    }
    if random.percent(60) {
        let customer = random.text(&["visa", "UY", "customer-7", "ß", "😀"]);
        members.push(format!("\"customer_id\":{}", json_string(random, customer)));
    }
    members
}

/// The value of an attribute or a field; `None` when it is left out.
fn present(random: &mut Random, optional: bool, kind: &AttributeType, is_wrong: bool) -> Option<String> {
    if is_wrong && random.percent(15) {
        return random.pick(&WRONG).map(|wrong| (*wrong).to_owned());
    }
    if (optional || is_wrong) && random.percent(25) {
        return random.percent(25).then(|| "null".to_owned());
    }
    Some(value(random, kind, is_wrong))
}

fn value(random: &mut Random, kind: &AttributeType, is_wrong: bool) -> String {
    match kind {
        AttributeType::List(element) => {
            let is_single = !matches!(**element, AttributeType::List(_) | AttributeType::Object(_));
            let few = random.below(5);
            let count = if is_single {
                random.weighted(&[(197, few), (2, 300), (1, 1_001)], few)
            } else {
                few
            };
            let elements = (0..count).map(|_| value(random, element, is_wrong));
            format!("[{}]", elements.collect::<Vec<_>>().join(","))
        }
        AttributeType::Object(fields) => {
            let fields = fields.iter().filter_map(|field| {
                let value = present(random, field.optional, &field.kind, is_wrong)?;
                Some(format!("\"{}\": {value}", field.name))
            });
            format!("{{{}}}", fields.collect::<Vec<_>>().join(","))
        }
        AttributeType::Number
        | AttributeType::Integer
        | AttributeType::String
        | AttributeType::Boolean
        | AttributeType::Date
        | AttributeType::DateTime => values::json(random, kind),
    }
}
