//! Numbers as other languages and people write them.

use pest::Parser as _;

use super::{Grammar, Rule};

/// The number that a text means in another notation: with separators of thousands, an exponent, or no digit beside the
/// point.
pub(in crate::expression) fn plain_number(text: &str) -> Option<String> {
    grouped_number(text).or_else(|| padded_number(text))
}

/// The number that a text means when its thousands are separated: `1,000.50`, `1.000.000`, `1_000`, `1 000`.
pub(super) fn grouped_number(text: &str) -> Option<String> {
    [',', '.', '_', ' ', '\u{a0}']
        .into_iter()
        .find_map(|separator| ungroup(text, separator))
}

fn ungroup(text: &str, separator: char) -> Option<String> {
    let (whole, decimals) = match text.rsplit_once('.') {
        Some((whole, decimals)) if separator != '.' => (whole, Some(decimals)),
        Some(_) | None => (text, None),
    };
    let mut groups = whole.split(separator);
    let first = groups.next()?;
    let rest: Vec<_> = groups.collect();
    // One point alone stands before decimals.
    let least = if separator == '.' { 2 } else { 1 };
    let is_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let is_grouped = (1..=3).contains(&first.len())
        && rest.len() >= least
        && is_digits(first)
        && rest.iter().all(|group| group.len() == 3 && is_digits(group))
        && decimals.is_none_or(|decimals| !decimals.is_empty() && is_digits(decimals));
    let decimals = decimals.map(|decimals| format!(".{decimals}")).unwrap_or_default();
    is_grouped.then(|| format!("{first}{}{decimals}", rest.concat()))
}

fn padded_number(text: &str) -> Option<String> {
    let padded = match (text.strip_prefix('.'), text.strip_suffix('.')) {
        (Some(decimals), None) => format!("0.{decimals}"),
        (None, Some(whole)) => whole.to_owned(),
        (None | Some(_), _) => text.to_owned(),
    };
    let number = crate::decimal::parse_json_number(&padded).ok()?.to_string();
    let is_written = Grammar::parse(Rule::number, number.trim_start_matches('-')).is_ok();
    is_written.then_some(number)
}
