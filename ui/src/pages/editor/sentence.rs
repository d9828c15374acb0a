//! What a promotion does, in one sentence of plain words.

use chrono::{DateTime, NaiveDate, NaiveDateTime, Utc};
use engine::effect::Effect;
use engine::promotion::{Kind, Limits};
use engine::wire::workbench::{Function, Node, Operator, Question, Row, ValueType};

use crate::browser::{format_chosen_time, format_date, format_decimal, format_money, format_time};
use crate::forms::window::parse_wall;
use crate::i18n::builder as text;
use crate::pages::effect::describe;

/// The names of places.
pub(crate) trait Names {
    /// A country's name, or its code while that is not known.
    fn country(&self, code: &str) -> String;
    /// The same of a city.
    fn city(&self, country: Option<&str>, code: &str) -> String;
}

/// What a sentence is about.
pub(crate) struct Facts<'a> {
    pub(crate) kind: Kind,
    /// `None` while it is not complete.
    pub(crate) effect: Option<&'a Effect>,
    /// `None` for a condition that the builder cannot show; it is quoted then.
    pub(crate) tree: Option<&'a Node>,
    pub(crate) condition: &'a str,
    pub(crate) starts_at: Option<DateTime<Utc>>,
    pub(crate) ends_at: Option<DateTime<Utc>>,
    pub(crate) time_zone: &'a str,
    pub(crate) limits: Limits,
}

/// Such as “10 % off, when total is at least 100; from activation until 31 Jan 2027; once per customer.”
pub(crate) fn sentence(facts: &Facts<'_>, names: &dyn Names) -> String {
    let gives = facts
        .effect
        .map_or_else(|| text::gives_unfinished().to_owned(), describe);
    let when = match facts.tree {
        Some(Node::All(nodes)) if nodes.is_empty() => text::always().to_owned(),
        Some(node) => text::when(
            &Words {
                names,
                zone: facts.time_zone,
            }
            .node(node, None, false),
        ),
        None => text::when_raw(&text::quoted(facts.condition.trim())),
    };
    let mut rest = vec![window(facts)];
    rest.extend(limits(&facts.limits));
    let sentence = text::sentence(&gives, &when, &rest.join("; "));
    match facts.kind {
        Kind::Discount => capitalised(&sentence),
        Kind::Coupon => text::with_coupon(&sentence),
    }
}

fn capitalised(text: &str) -> String {
    let mut chars = text.chars();
    let first = chars.next().into_iter().flat_map(char::to_uppercase);
    first.chain(chars).collect()
}

/// A day that is meant as a whole is told without its time.
fn window(facts: &Facts<'_>) -> String {
    let shown = |instant: DateTime<Utc>, whole_day: &[&str]| {
        let time = format_time(instant, Some(facts.time_zone));
        let is_whole = whole_day
            .iter()
            .any(|edge| time_of_day(instant, facts.time_zone).as_deref() == Some(edge));
        if is_whole {
            format_date(instant, Some(facts.time_zone))
        } else {
            time
        }
    };
    let from = facts.starts_at.map_or_else(
        || text::from_activation().to_owned(),
        |at| text::from(&shown(at, &["00:00:00"])),
    );
    let until = facts.ends_at.map_or_else(
        || text::without_end().to_owned(),
        |at| text::until(&shown(at, &["23:59:00", "23:59:59"])),
    );
    text::window(&from, &until)
}

/// What the clocks of a zone show, to the second.
fn time_of_day(instant: DateTime<Utc>, zone: &str) -> Option<String> {
    let wall = crate::forms::window::wall_of(instant, |at| crate::browser::offset_at(zone, at))?;
    Some(wall.get(11..19)?.to_owned())
}

fn limits(limits: &Limits) -> Vec<String> {
    let per_customer = limits.per_customer().map(|count| text::per_customer(count.get()));
    let total = limits.total().map(|count| text::in_all(count.get()));
    let budget = limits.budget().map(|budget| text::budget(&format_money(&budget.get())));
    [per_customer, total, budget].into_iter().flatten().collect()
}

/// Conditions in words.
struct Words<'a> {
    names: &'a dyn Names,
    zone: &'a str,
}

impl Words<'_> {
    /// `country` is the one that is asked for around; `is_inner` puts what has several parts in brackets.
    fn node(&self, node: &Node, country: Option<&str>, is_inner: bool) -> String {
        match node {
            Node::All(nodes) => {
                let country = nodes.iter().find_map(only_country).or(country);
                self.joined(nodes, country, is_inner, text::and)
            }
            Node::Any(nodes) => self.joined(nodes, country, is_inner, text::or),
            Node::Not(inner) => text::it_is_not_so(&self.node(inner, country, true)),
            Node::Row(row) => self.row(row, country),
            Node::Some(question) => self.question(question, country, text::for_one),
            Node::Every(question) => self.question(question, country, text::for_each),
        }
    }

    fn joined(&self, nodes: &[Node], country: Option<&str>, is_inner: bool, join: fn(&str, &str) -> String) -> String {
        let parts: Vec<_> = nodes.iter().map(|node| self.node(node, country, true)).collect();
        let joined = listed(&parts, join);
        if is_inner && parts.len() > 1 {
            text::in_brackets(&joined)
        } else {
            joined
        }
    }

    fn question(&self, question: &Question, country: Option<&str>, words: fn(&str, &str) -> String) -> String {
        let inner = self.node(&question.r#where, country, true);
        words(&text::name(&question.list), &inner)
    }

    fn row(&self, row: &Row, country: Option<&str>) -> String {
        let field = text::field(&row.field, row.function);
        let values: Vec<_> = row.values.iter().map(|value| self.value(row, value, country)).collect();
        let (op, values) = match row.op {
            // “is visa or oca” says the same in fewer words.
            Operator::OneOf => (text::op_equals(), listed(&values, text::or)),
            Operator::Between | Operator::NotBetween => (text::operator(row.op, row.kind), listed(&values, text::and)),
            Operator::NoneOf
            | Operator::Equals
            | Operator::NotEquals
            | Operator::Less
            | Operator::AtMost
            | Operator::More
            | Operator::AtLeast
            | Operator::Contains
            | Operator::NotContains
            | Operator::StartsWith
            | Operator::NotStartsWith
            | Operator::EndsWith
            | Operator::NotEndsWith
            | Operator::IsTrue
            | Operator::IsFalse
            | Operator::Present
            | Operator::Absent => (text::operator(row.op, row.kind), listed(&values, text::or)),
        };
        format!("{field} {op} {values}").trim_end().to_owned()
    }

    fn value(&self, row: &Row, value: &str, country: Option<&str>) -> String {
        match row.kind {
            ValueType::Integer if row.function == Some(Function::Weekday) => {
                weekday(value).unwrap_or_else(|| value.to_owned())
            }
            ValueType::Number | ValueType::Integer => format_decimal(value),
            ValueType::Country => self.names.country(value),
            ValueType::City => self.names.city(country, value),
            ValueType::Boolean if value == "true" => text::yes().to_owned(),
            ValueType::Boolean => text::no().to_owned(),
            ValueType::Date => day(value).unwrap_or_else(|| value.to_owned()),
            ValueType::DateTime => self.moment(value).unwrap_or_else(|| value.to_owned()),
            ValueType::String if value.is_empty() || value.contains(|char: char| !char.is_alphanumeric()) => {
                text::quoted(value)
            }
            ValueType::String | ValueType::Object | ValueType::List => value.to_owned(),
        }
    }

    /// A moment anywhere is told by the promotion's clocks, as one without an offset is.
    fn moment(&self, value: &str) -> Option<String> {
        if let Ok(instant) = DateTime::parse_from_rfc3339(value) {
            return Some(format_chosen_time(instant.to_utc(), Some(self.zone)));
        }
        let wall: NaiveDateTime = parse_wall(value)?;
        Some(format_chosen_time(wall.and_utc(), Some("UTC")))
    }
}

fn day(value: &str) -> Option<String> {
    let day: NaiveDate = value.parse().ok()?;
    Some(format_date(day.and_hms_opt(0, 0, 0)?.and_utc(), Some("UTC")))
}

/// The name of a day by its number; Monday is 1.
fn weekday(number: &str) -> Option<String> {
    let number: usize = number.parse().ok()?;
    Some((*text::weekdays().get(number.checked_sub(1)?)?).to_owned())
}

/// `a, b or c`.
fn listed(parts: &[String], last: fn(&str, &str) -> String) -> String {
    match parts {
        [] => String::new(),
        [only] => only.clone(),
        [before @ .., end] => last(&before.join(", "), end),
    }
}

/// The country of a row that lets one through.
fn only_country(node: &Node) -> Option<&str> {
    let Node::Row(row) = node else { return None };
    let names_one = row.kind == ValueType::Country && matches!(row.op, Operator::Equals | Operator::OneOf);
    match row.values.as_slice() {
        [country] if names_one => Some(country),
        _ => None,
    }
}

#[cfg(test)]
mod tests;
