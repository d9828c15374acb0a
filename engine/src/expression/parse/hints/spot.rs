//! Where the grammar went no further, and what stands around.

use pest::error::{Error, ErrorVariant};

use super::super::Rule;
use crate::expression::tree::Span;

/// A place in a source that does not parse.
pub(super) struct Spot<'s> {
    pub(super) source: &'s str,
    pub(super) at: usize,
    pub(super) wants: Wants,
    pub(super) outline: Outline,
}

/// What the grammar would have taken.
pub(super) struct Wants {
    pub(super) operand: bool,
    pub(super) field: bool,
    pub(super) comparison: bool,
    pub(super) and: bool,
    pub(super) or: bool,
    pub(super) then: bool,
    pub(super) otherwise: bool,
}

/// The brackets that are open at a place, and where the last word before it ends.
pub(super) struct Outline {
    /// Each bracket and its place, the outermost first.
    pub(super) open: Vec<(char, usize)>,
    pub(super) end: usize,
}

impl<'s> Spot<'s> {
    pub(super) fn new(source: &'s str, at: usize, error: &Error<Rule>) -> Self {
        let positives = match &error.variant {
            ErrorVariant::ParsingError { positives, .. } => positives.as_slice(),
            ErrorVariant::CustomError { .. } => &[],
        };
        Self {
            source,
            at,
            wants: Wants::new(positives),
            outline: Outline::new(source, at),
        }
    }

    pub(super) fn rest(&self) -> &'s str {
        self.source.get(self.at..).unwrap_or_default()
    }

    pub(super) fn before(&self) -> &'s str {
        self.source.get(..self.at).unwrap_or_default()
    }

    /// Whether nothing follows but white space and comments.
    pub(super) fn is_end(&self) -> bool {
        Outline::new(self.rest(), usize::MAX).end == 0
    }

    /// `len` bytes that start `skip` bytes after the spot.
    pub(super) fn span(&self, skip: usize, len: usize) -> Span {
        let start = self.at + skip;
        Span {
            start,
            end: start + len,
        }
    }

    /// The innermost open bracket, and what stands before it.
    pub(super) fn innermost(&self) -> Option<(char, usize, &'s str)> {
        let (bracket, at) = *self.outline.open.last()?;
        Some((bracket, at, self.source.get(..at)?.trim_end()))
    }

    /// The text around the spot of which each character is one of `belongs`, and its place.
    pub(super) fn run(&self, belongs: impl Fn(char) -> bool) -> (&'s str, Span) {
        let before = self.before();
        let start = before.trim_end_matches(&belongs).len();
        let rest = self.rest();
        let end = self.at + rest.len() - rest.trim_start_matches(&belongs).len();
        (self.source.get(start..end).unwrap_or_default(), Span { start, end })
    }
}

impl Wants {
    fn new(positives: &[Rule]) -> Self {
        let has = |rule: Rule| positives.contains(&rule);
        // pest names the outermost rule that could have begun here.
        let operand = [
            Rule::condition,
            Rule::expression,
            Rule::conditional,
            Rule::disjunction,
            Rule::conjunction,
            Rule::negation,
            Rule::comparison,
            Rule::sum,
            Rule::product,
            Rule::unary,
            Rule::postfix,
            Rule::primary,
            Rule::argument,
        ];
        let operand = operand.into_iter().any(has);
        Self {
            operand,
            field: !operand && has(Rule::name),
            comparison: has(Rule::compare_operator) || has(Rule::in_operator) || has(Rule::between_operator),
            and: has(Rule::and_operator),
            or: has(Rule::or_operator),
            then: has(Rule::then_word),
            otherwise: has(Rule::else_word),
        }
    }

    /// Whether a value stands before the spot.
    pub(super) const fn operator(&self) -> bool {
        !self.operand && !self.field
    }
}

impl Outline {
    /// Looks through the source up to `until`.
    fn new(source: &str, until: usize) -> Self {
        let (mut open, mut end) = (Vec::new(), 0);
        let mut chars = source.char_indices().take_while(|(at, _)| *at < until).peekable();
        while let Some((at, char)) = chars.next() {
            match char {
                '/' if matches!(chars.peek(), Some((_, '/'))) => {
                    while chars.next().is_some_and(|(_, char)| char != '\n') {}
                    continue;
                }
                char if char.is_whitespace() => continue,
                '\'' | '"' => {
                    end = at + 1;
                    while let Some((at, next)) = chars.next() {
                        end = at + next.len_utf8();
                        if next == '\\' {
                            chars.next();
                        } else if next == char {
                            break;
                        }
                    }
                    continue;
                }
                '(' | '[' | '{' => open.push((char, at)),
                ')' | ']' | '}' => _ = open.pop(),
                _ => {}
            }
            end = at + char.len_utf8();
        }
        Self { open, end }
    }
}

/// Whether a character can stand in a name.
pub(super) const fn is_word(char: char) -> bool {
    char.is_ascii_alphanumeric() || char == '_'
}

/// The word that a text ends with.
pub(super) fn last_word(text: &str) -> &str {
    let start = text.trim_end_matches(is_word).len();
    text.get(start..).unwrap_or_default()
}

/// The word that a text starts with.
pub(super) fn first_word(text: &str) -> &str {
    let rest = text.trim_start_matches(is_word);
    text.get(..text.len() - rest.len()).unwrap_or_default()
}
