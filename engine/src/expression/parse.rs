//! Source text to syntax tree, by the pest grammar, with limits checked around it.

mod build;
mod hints;
mod literal;
mod notation;

pub(super) use notation::plain_number;

use pest::Parser as _;

use super::error::{Diagnostic, DiagnosticCode};
use super::limits::check_size;
use super::tree::{Expr, Span};

#[derive(pest_derive::Parser)]
#[grammar = "expression/words.pest"]
#[grammar = "expression/condition.pest"]
pub(super) struct Grammar;

/// Parses a condition: its syntax only.
///
/// # Errors
/// The first error: of size, of syntax, of a literal.
///
/// ```
/// let tree = engine::expression::parse("total>=100&&! member").unwrap();
/// assert_eq!(tree.to_string(), "total >= 100 and not member");
/// ```
pub fn parse(source: &str) -> Result<Expr, Diagnostic> {
    check_size(source)?;
    let mut pairs = Grammar::parse(Rule::condition, source).map_err(|error| hints::describe(source, &error))?;
    let expression = pairs.next().and_then(|condition| condition.into_inner().next());
    let Some(expression) = expression else {
        let span = Span {
            start: 0,
            end: source.len(),
        };
        return Err(Diagnostic::error(
            span,
            DiagnosticCode::Syntax,
            "Write a condition, such as `total >= 100`.",
        ));
    };
    build::build(expression)
}
