//! Numbers, strings and times as other languages and people write them.

use pest::Parser as _;

use super::super::notation::{grouped_number, plain_number};
use super::super::{Grammar, Rule};
use super::Hint;
use super::spot::{Spot, first_word, is_word, last_word};
use crate::calendar::{Instant, LocalDateTime};
use crate::expression::tree::Span;
use crate::money::Currency;

pub(super) fn hint(spot: &Spot<'_>) -> Option<Hint> {
    time(spot)
        .or_else(|| string(spot))
        .or_else(|| other_quotes(spot))
        .or_else(|| number(spot))
        .or_else(|| separated(spot))
        .or_else(|| currency(spot))
        .or_else(|| percentage(spot))
}

fn time(spot: &Spot<'_>) -> Option<Hint> {
    let (text, span) = spot.run(|char| char.is_ascii_alphanumeric() || matches!(char, ':' | '.' | '+' | '-'));
    let is_time = Instant::parse_rfc3339(text.as_bytes()).is_some() || LocalDateTime::parse(text.as_bytes()).is_some();
    if is_time {
        let hint = Hint::new(span, format!("Write a time as `date_time('{text}')`."));
        return Some(hint.replace_by(format!("date_time('{text}')")));
    }
    let is_clock = spot.rest().starts_with(':') && spot.before().ends_with(|char: char| char.is_ascii_digit());
    is_clock.then(|| {
        let message = "Compare the hour, as in `hour(now) >= 18`, or write a time with its day, as in \
                       `date_time('2026-12-24T18:30')`.";
        Hint::new(span, message)
    })
}

fn string(spot: &Spot<'_>) -> Option<Hint> {
    let rest = spot.rest();
    let quote = rest.chars().next()?;
    let follows_a_string = spot.wants.operator() && spot.before().ends_with(['\'', '"']);
    if follows_a_string && !quote.is_whitespace() && (is_word(quote) || !quote.is_ascii()) {
        let word = rest.split(char::is_whitespace).next().unwrap_or_default();
        let message = "The string ends before this: put a text with ' inside into double quotes, as in \"it's\".";
        return Some(Hint::new(spot.span(0, word.len()), message));
    }
    if !matches!(quote, '\'' | '"') || Grammar::parse(Rule::string, rest).is_ok() {
        return None;
    }
    let mut chars = rest.char_indices().skip(1);
    while let Some((at, char)) = chars.next() {
        let escaped = if char == '\\' { chars.next() } else { None };
        if let Some((_, other)) = escaped
            && !matches!(other, '\\' | '\'' | '"' | 'n' | 'r' | 't')
        {
            let message = "A backslash stands before one of \\ ' \" n r t only: write two for the character itself.";
            let hint = Hint::new(spot.span(at, 1 + other.len_utf8()), message);
            return Some(hint.replace_by(format!("\\\\{other}")));
        }
    }
    let line = rest.lines().next().unwrap_or_default().trim_end();
    let message = format!("This string is not closed: add {quote} where it ends.");
    Some(Hint::new(spot.span(0, line.len()), message))
}

fn other_quotes(spot: &Spot<'_>) -> Option<Hint> {
    const QUOTES: [char; 10] = ['‘', '’', '‚', '“', '”', '„', '«', '»', '`', '´'];
    let rest = spot.rest();
    let quote = rest.chars().next().filter(|char| QUOTES.contains(char))?;
    let message = "Write text in straight quotes: ' or \".";
    let inside = rest.get(quote.len_utf8()..)?;
    let text = inside
        .split_once(|char| QUOTES.contains(&char) || matches!(char, '\'' | '"'))
        .map(|(text, _)| text)
        .filter(|text| !text.contains(['\\', '\n']));
    let Some(text) = text else {
        return Some(Hint::new(spot.span(0, quote.len_utf8()), message));
    };
    let close = inside.get(text.len()..)?.chars().next()?;
    let len = quote.len_utf8() + text.len() + close.len_utf8();
    Some(Hint::new(spot.span(0, len), message).replace_by(format!("'{text}'")))
}

fn number(spot: &Spot<'_>) -> Option<Hint> {
    let rest = spot.rest();
    if spot.wants.operand && rest.starts_with('+') {
        let follows = rest.get(1..)?.starts_with(is_word);
        let hint = || Hint::new(spot.span(0, 1), "A value needs no `+` before it.").replace_by("");
        return follows.then(hint);
    }
    let after_point = rest.strip_prefix('.').unwrap_or(rest);
    let is_number = after_point.starts_with(|char: char| char.is_ascii_digit());
    if !is_number || !spot.wants.operand || Grammar::parse(Rule::number, rest).is_ok() {
        return None;
    }
    let end = rest.find(|char| !is_word(char) && char != '.').unwrap_or(rest.len());
    let text = rest.get(..end)?;
    let hint = Hint::new(
        spot.span(0, end),
        "Write a number like 100 or 12.5: digits, and a point before decimals.",
    );
    Some(match plain_number(text) {
        Some(number) => hint.replace_by(number),
        None => hint,
    })
}

/// `1,000` and `1 000`, of which the spot stands before the second part.
fn separated(spot: &Spot<'_>) -> Option<Hint> {
    let rest = spot.rest();
    let before = spot.before();
    let first = last_word(before.trim_end());
    let gap = before.len() - before.trim_end().len();
    let start = spot.at - gap - first.len();
    let end = rest
        .find(|char: char| !char.is_ascii_digit() && char != ',' && char != '.')
        .unwrap_or(rest.len());
    let text = spot.source.get(start..spot.at + end)?.trim_end_matches([',', '.']);
    let is_new = spot.wants.operator() && rest.starts_with(|char: char| char.is_ascii_digit() || char == ',');
    let number = grouped_number(text).filter(|_| is_new)?;
    let span = Span {
        start,
        end: start + text.len(),
    };
    Some(Hint::new(span, "Write a number without separators.").replace_by(number))
}

fn currency(spot: &Spot<'_>) -> Option<Hint> {
    const SYMBOLS: [char; 9] = ['$', '€', '£', '¥', '₹', '₩', '₽', '₺', '₲'];
    let rest = spot.rest();
    let symbol = rest.chars().next().filter(|char| SYMBOLS.contains(char));
    let word = first_word(rest);
    let before = spot.before().trim_end();
    let follows_a_number = spot.wants.operator() && before.ends_with(|char: char| char.is_ascii_digit());
    let message = "Write the number alone: an amount is in the currency of the request.";
    if let Some(symbol) = symbol {
        return Some(Hint::new(spot.span(0, symbol.len_utf8()), message).replace_by(""));
    }
    let is_currency = word.parse::<Currency>().is_ok();
    (follows_a_number && is_currency).then(|| {
        let span = Span {
            start: before.len(),
            end: spot.at + word.len(),
        };
        Hint::new(span, message).replace_by("")
    })
}

fn percentage(spot: &Spot<'_>) -> Option<Hint> {
    let before = spot.before().trim_end();
    let number = before.strip_suffix('%')?.trim_end();
    let is_percentage = spot.wants.operand && number.ends_with(|char: char| char.is_ascii_digit());
    is_percentage.then(|| {
        let span = Span {
            start: before.len() - 1,
            end: before.len(),
        };
        let message = "`%` is the remainder of a division: write ten per cent of a total as `total * 0.10`.";
        Hint::new(span, message)
    })
}
