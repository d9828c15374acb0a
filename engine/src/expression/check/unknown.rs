//! What is said of names, fields and functions that do not exist.

use super::calls::{function_form, function_names};
use super::kind::Element;
use super::shapes::ShapeId;
use super::{BUILT_IN_NAMES, Checker, suggest};
use crate::expression::error::DiagnosticCode;
use crate::expression::tree::{Argument, Identifier, Span};
use crate::expression::types::AttributeType;

/// Most declared names that a message lists: what a person reads.
const MAX_LISTED_NAMES: usize = 8;

/// Functions under the names of other languages.
const ALIASES: [(&str, &str); 26] = [
    ("length", "len"),
    ("size", "len"),
    ("lowercase", "lower"),
    ("to_lower", "lower"),
    ("uppercase", "upper"),
    ("to_upper", "upper"),
    ("strip", "trim"),
    ("includes", "contains"),
    ("minimum", "min"),
    ("maximum", "max"),
    ("absolute", "abs"),
    ("ceiling", "ceil"),
    ("round_up", "ceil"),
    ("roundup", "ceil"),
    ("round_down", "floor"),
    ("rounddown", "floor"),
    ("exists", "has"),
    ("coalesce", "default"),
    ("ifnull", "default"),
    ("nvl", "default"),
    ("day_of_week", "weekday"),
    ("datediff", "days_between"),
    ("date_diff", "days_between"),
    ("some", "any"),
    ("every", "all"),
    ("sum_of", "sum"),
];

/// What is told instead of a suggestion.
struct Unknown {
    message: String,
    meant: Option<String>,
}

impl Checker<'_> {
    pub(super) fn unknown_name(&mut self, span: Span, name: &str) {
        let unknown = word(name)
            .or_else(|| self.field_of_an_element(name))
            .or_else(|| function(name))
            .or_else(|| self.similar_name(name))
            .unwrap_or_else(|| self.undeclared(name));
        self.error_with(span, DiagnosticCode::NameUnknown, unknown.message, unknown.meant);
    }

    /// `any(lines, l => sku == 'A')`.
    fn field_of_an_element(&self, name: &str) -> Option<Unknown> {
        let mut bound = self.elements.iter().rev();
        let (bound, _) = bound.find(|(_, element)| {
            let Element::Declared(shape) = element else {
                return false;
            };
            self.fields_of(*shape).any(|field| field == name)
        })?;
        let meant = format!("{bound}.{name}");
        Some(Unknown {
            message: format!("`{name}` is a field of each element: write `{meant}`."),
            meant: Some(meant),
        })
    }

    fn similar_name(&self, name: &str) -> Option<Unknown> {
        let bound = self.elements.iter().map(|(name, _)| name.as_str());
        let declared = self.schema.keys().map(String::as_str);
        let known: Vec<_> = bound.chain(declared).chain(BUILT_IN_NAMES.iter().copied()).collect();
        let near = suggest::nearest(name, known.iter().copied());
        let near = near.or_else(|| suggest::sharing_a_word(name, known.iter().copied()))?;
        Some(Unknown {
            message: format!("`{name}` is not declared. Did you mean `{near}`?"),
            meant: Some(near.to_owned()),
        })
    }

    fn undeclared(&self, name: &str) -> Unknown {
        let listed: Vec<_> = self
            .schema
            .keys()
            .take(MAX_LISTED_NAMES)
            .map(|name| format!("`{name}`"))
            .collect();
        let more = match self.schema.len().saturating_sub(MAX_LISTED_NAMES) {
            0 => String::new(),
            more => format!(" and {more} more"),
        };
        let known = if listed.is_empty() {
            "Nothing is declared yet.".to_owned()
        } else {
            format!("Declared are {}{more}.", listed.join(", "))
        };
        Unknown {
            message: format!(
                "`{name}` is not declared: declare it as an attribute, or write `'{name}'` if it is a text. {known}"
            ),
            meant: None,
        }
    }

    fn fields_of(&self, object: ShapeId) -> impl Iterator<Item = &str> {
        let fields = match self.shapes.kind(object) {
            Some(AttributeType::Object(fields)) => fields.as_slice(),
            Some(_) | None => &[],
        };
        fields.iter().map(|field| field.name.as_str())
    }

    pub(super) fn unknown_field(&mut self, object: ShapeId, name: &Identifier) {
        let fields: Vec<_> = self.fields_of(object).collect();
        let suggestion = suggest::nearest(&name.text, fields.iter().copied()).map(str::to_owned);
        let message = match &suggestion {
            Some(near) => format!("There is no field `{}`. Did you mean `{near}`?", name.text),
            None if fields.is_empty() => format!("There is no field `{}`: the object declares none.", name.text),
            None => format!(
                "There is no field `{}`: the object has `{}`.",
                name.text,
                fields.join("`, `")
            ),
        };
        self.error_with(name.span, DiagnosticCode::FieldUnknown, message, suggestion);
    }

    pub(super) fn unknown_function(&mut self, span: Span, name: &Identifier, arguments: &[Argument]) {
        if let Some(unknown) = self.called_name(&name.text, arguments) {
            self.error_with(span, DiagnosticCode::FunctionUnknown, unknown.message, unknown.meant);
            return;
        }
        let lower = name.text.to_ascii_lowercase();
        if let Some(message) = operator(&lower) {
            self.error(name.span, DiagnosticCode::FunctionUnknown, message);
            return;
        }
        let names = ALIASES.iter().map(|(alias, _)| *alias).chain(function_names());
        let near = suggest::nearest(&name.text, names);
        let alias = |near: &str| {
            ALIASES
                .iter()
                .find(|(alias, _)| *alias == near)
                .map(|(_, known)| *known)
        };
        let near = near.map(|near| alias(near).unwrap_or(near).to_owned());
        let message = match &near {
            Some(near) => format!("There is no function `{}`. Did you mean `{near}`?", name.text),
            None => {
                let names: Vec<_> = function_names().collect();
                format!("There is no function `{}`: there are {}.", name.text, names.join(", "))
            }
        };
        self.error_with(name.span, DiagnosticCode::FunctionUnknown, message, near);
    }

    /// `now()`, `today()` and `lines(0)`.
    fn called_name(&self, name: &str, arguments: &[Argument]) -> Option<Unknown> {
        if name == "today" && arguments.is_empty() {
            return word(name);
        }
        let is_known = self.schema.contains_key(name)
            || BUILT_IN_NAMES.contains(&name)
            || self.elements.iter().any(|(bound, _)| bound == name);
        let is_list = self
            .schema
            .get(name)
            .is_some_and(|attribute| matches!(attribute.kind(), AttributeType::List(_)));
        let meant = match arguments {
            [] => Some(name.to_owned()),
            [Argument::Value(index)] if is_list => Some(format!("{name}[{index}]")),
            _ => None,
        };
        let advice = meant
            .as_ref()
            .map(|meant| format!(": write `{meant}`"))
            .unwrap_or_default();
        is_known.then(|| Unknown {
            message: format!("`{name}` is a name and no function{advice}."),
            meant,
        })
    }
}

/// Words that other languages have.
fn word(name: &str) -> Option<Unknown> {
    let (message, meant) = match name.to_ascii_lowercase().as_str() {
        "null" | "nil" | "none" | "undefined" => (
            "To ask whether a request says something write `has(note)`, or `not has(note)` whether it does not."
                .to_owned(),
            None,
        ),
        lower @ ("true" | "false") => (format!("Write `{lower}` in lower case."), Some(lower.to_owned())),
        "today" => ("Write `date(now)` for today.".to_owned(), Some("date(now)".to_owned())),
        "birth_date" => (
            "A condition reads `age`, the whole years since the birth date.".to_owned(),
            None,
        ),
        "attributes" => ("Attributes are named by themselves, such as `total`.".to_owned(), None),
        _ => return None,
    };
    Some(Unknown { message, meant })
}

fn function(name: &str) -> Option<Unknown> {
    function_form(name).map(|form| Unknown {
        message: format!("`{name}` is a function: write `{form}`."),
        meant: None,
    })
}

/// What is written as a function and is none.
fn operator(name: &str) -> Option<&'static str> {
    match name {
        "if" | "iif" => Some("`if` is no function: write `if member then 10 else 20`."),
        "and" | "or" => Some("`and` and `or` stand between conditions: write `a and b`."),
        "not" => Some("`not` is written in lower case: `not (a and b)`."),
        "between" => Some("Write `total between 1 and 5`."),
        "avg" | "average" | "mean" => Some("There is no average: write `sum(prices) / len(prices)`."),
        "is_empty" | "isempty" | "empty" => Some("To ask whether something is empty write `len(tags) == 0`."),
        "substring" | "substr" | "left" | "right" | "matches" | "like" => {
            Some("Write `contains(text, part)`, `starts_with(text, start)` or `ends_with(text, end)`.")
        }
        "minute" | "minutes" => {
            Some("Compare times, as in `now >= date_time('2026-12-24T18:30')`, or the hour, as in `hour(now) >= 18`.")
        }
        _ => None,
    }
}
