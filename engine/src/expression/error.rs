//! What is wrong with a condition: the cause and its place; presentation is the host's.

use serde::{Deserialize, Serialize};

use super::tree::Span;

/// How bad it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// The condition cannot be saved.
    Error,
    /// It can be saved, and is probably not what was meant.
    Warning,
}

/// What is wrong, as a stable word: the closed list.
///
/// ```
/// use engine::expression::{Condition, DiagnosticCode, Schema};
///
/// let diagnostics = Condition::check("age >= '18'", &Schema::new()).unwrap_err();
/// assert_eq!(diagnostics[0].code, DiagnosticCode::TypesDiffer.as_str());
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DiagnosticCode {
    /// The source does not parse.
    Syntax,
    /// More bytes than [`super::MAX_SOURCE_BYTES`].
    TooLong,
    /// Nested deeper than [`super::MAX_DEPTH`].
    TooDeep,
    /// More parts than [`super::MAX_NODES`].
    TooManyNodes,
    /// More elements than [`super::MAX_LIST_ELEMENTS`].
    ListTooLong,
    /// More bytes than [`super::MAX_NAME_BYTES`].
    NameTooLong,
    /// More digits than a decimal has.
    NumberTooLong,
    /// A character that cannot be seen.
    ControlCharacter,
    /// Neither declared nor built in.
    NameUnknown,
    /// The elements of a list are called like something else.
    NameTaken,
    /// The object declares no such field.
    FieldUnknown,
    /// A field of something that is no object.
    NoFields,
    /// No function has this name.
    FunctionUnknown,
    /// A function with too few or too many arguments.
    ArgumentCount,
    /// An argument of a type that the function does not take.
    ArgumentInvalid,
    /// A date or a time that the calendar does not have.
    LiteralInvalid,
    /// Values of two types where one is needed.
    TypesDiffer,
    /// A value where a condition is needed.
    NotBoolean,
    /// Arithmetic on something that is no number.
    NotANumber,
    /// Elements of something that is no list.
    NotAList,
    /// A list or an object where a single value is needed.
    NotSingle,
    /// `<` on values that have no order.
    NotOrdered,
    /// A list as an operand of a comparison.
    ListCompared,
    /// A list of several types.
    ListMixed,
    /// An object as an operand of a comparison.
    ObjectCompared,
    /// An element that is not named by a whole number from 0.
    IndexInvalid,
    /// A division whose divisor is always zero.
    DivisionByZero,
    /// A constant that no decimal holds.
    Overflow,
    /// Warning: a part that asks nothing.
    AlwaysTrue,
    /// Warning: a part that no request meets.
    AlwaysFalse,
    /// Warning: long lists may take more steps than [`super::FUEL`].
    MayRunOut,
}

impl DiagnosticCode {
    /// Every code.
    pub const ALL: [Self; 31] = [
        Self::Syntax,
        Self::TooLong,
        Self::TooDeep,
        Self::TooManyNodes,
        Self::ListTooLong,
        Self::NameTooLong,
        Self::NumberTooLong,
        Self::ControlCharacter,
        Self::NameUnknown,
        Self::NameTaken,
        Self::FieldUnknown,
        Self::NoFields,
        Self::FunctionUnknown,
        Self::ArgumentCount,
        Self::ArgumentInvalid,
        Self::LiteralInvalid,
        Self::TypesDiffer,
        Self::NotBoolean,
        Self::NotANumber,
        Self::NotAList,
        Self::NotSingle,
        Self::NotOrdered,
        Self::ListCompared,
        Self::ListMixed,
        Self::ObjectCompared,
        Self::IndexInvalid,
        Self::DivisionByZero,
        Self::Overflow,
        Self::AlwaysTrue,
        Self::AlwaysFalse,
        Self::MayRunOut,
    ];

    /// The word in a [`Diagnostic`].
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Syntax => "syntax",
            Self::TooLong => "too_long",
            Self::TooDeep => "too_deep",
            Self::TooManyNodes => "too_many_nodes",
            Self::ListTooLong => "list_too_long",
            Self::NameTooLong => "name_too_long",
            Self::NumberTooLong => "number_too_long",
            Self::ControlCharacter => "control_character",
            Self::NameUnknown => "name_unknown",
            Self::NameTaken => "name_taken",
            Self::FieldUnknown => "field_unknown",
            Self::NoFields => "no_fields",
            Self::FunctionUnknown => "function_unknown",
            Self::ArgumentCount => "argument_count",
            Self::ArgumentInvalid => "argument_invalid",
            Self::LiteralInvalid => "literal_invalid",
            Self::TypesDiffer => "types_differ",
            Self::NotBoolean => "not_boolean",
            Self::NotANumber => "not_a_number",
            Self::NotAList => "not_a_list",
            Self::NotSingle => "not_single",
            Self::NotOrdered => "not_ordered",
            Self::ListCompared => "list_compared",
            Self::ListMixed => "list_mixed",
            Self::ObjectCompared => "object_compared",
            Self::IndexInvalid => "index_invalid",
            Self::DivisionByZero => "division_by_zero",
            Self::Overflow => "overflow",
            Self::AlwaysTrue => "always_true",
            Self::AlwaysFalse => "always_false",
            Self::MayRunOut => "may_run_out",
        }
    }
}

/// One thing that is wrong with a condition. Places are in bytes of the source, from 0.
///
/// ```
/// use engine::expression::{Condition, Schema};
///
/// let source = "contry == 'UY'";
/// let [diagnostic] = &Condition::check(source, &Schema::new()).unwrap_err()[..] else { panic!() };
/// assert_eq!(diagnostic.message, "`contry` is not declared. Did you mean `country`?");
/// let mut corrected = source.to_owned();
/// corrected.replace_range(diagnostic.start..diagnostic.end, diagnostic.replacement.as_deref().unwrap());
/// assert_eq!(corrected, "country == 'UY'");
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Diagnostic {
    /// First byte of the place in the source.
    pub start: usize,
    /// One past its last byte; equal to `start` at the end of the source.
    pub end: usize,
    /// How bad it is.
    pub severity: Severity,
    /// The word of a [`DiagnosticCode`]; a text, so that a host reads those of a newer engine too.
    pub code: String,
    /// A sentence that says what is wrong and what to do.
    pub message: String,
    /// What to write instead, when that can be told: text that replaces the place in the source.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub replacement: Option<String>,
}

impl Diagnostic {
    pub(super) fn error(span: Span, code: DiagnosticCode, message: impl Into<String>) -> Self {
        Self {
            start: span.start,
            end: span.end,
            severity: Severity::Error,
            code: code.as_str().to_owned(),
            message: message.into(),
            replacement: None,
        }
    }

    pub(super) fn warning(span: Span, code: DiagnosticCode, message: impl Into<String>) -> Self {
        Self {
            severity: Severity::Warning,
            ..Self::error(span, code, message)
        }
    }

    pub(super) fn replace_by(mut self, text: impl Into<String>) -> Self {
        self.replacement = Some(text.into());
        self
    }

    /// Keeps the replacement apart from the words beside it in the source.
    pub(super) fn spaced(mut self, source: &str) -> Self {
        let is_word = |char: char| char.is_ascii_alphanumeric() || char == '_';
        if let Some(text) = &mut self.replacement {
            let before = source.get(..self.start).unwrap_or_default();
            let after = source.get(self.end..).unwrap_or_default();
            if before.ends_with(is_word) && text.starts_with(is_word) {
                text.insert(0, ' ');
            }
            if after.starts_with(is_word) && text.ends_with(is_word) {
                text.push(' ');
            }
        }
        self
    }
}
