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

/// One thing that is wrong with a condition.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Diagnostic {
    /// First byte of the place in the source.
    pub start: usize,
    /// One past its last byte; equal to `start` at the end of the source.
    pub end: usize,
    /// How bad it is.
    pub severity: Severity,
    /// A stable slug.
    pub code: String,
    /// A sentence that says what is wrong and what to do.
    pub message: String,
    /// What to write instead, when that can be told: text that replaces the place in the source.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub replacement: Option<String>,
}

impl Diagnostic {
    pub(super) fn error(span: Span, code: &str, message: impl Into<String>) -> Self {
        Self {
            start: span.start,
            end: span.end,
            severity: Severity::Error,
            code: code.to_owned(),
            message: message.into(),
            replacement: None,
        }
    }

    pub(super) fn warning(span: Span, code: &str, message: impl Into<String>) -> Self {
        Self {
            severity: Severity::Warning,
            ..Self::error(span, code, message)
        }
    }

    pub(super) fn replace_by(mut self, text: impl Into<String>) -> Self {
        self.replacement = Some(text.into());
        self
    }
}
