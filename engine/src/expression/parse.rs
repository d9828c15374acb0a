//! Source text to syntax tree, by the pest grammar, with limits checked around it.

use pest::Parser as _;
use pest::error::{Error, ErrorVariant, InputLocation};
use pest::iterators::Pair;
use rust_decimal::Decimal;

use super::{
    Comparison, Diagnostic, MAX_DEPTH, MAX_LIST_ELEMENTS, MAX_NAME_BYTES, MAX_NODES, MAX_SOURCE_BYTES, Node, NodeKind,
    Span, Value,
};

#[derive(pest_derive::Parser)]
#[grammar = "expression/grammar.pest"]
struct Grammar;

/// Whether `text` can name an attribute.
pub fn is_name(text: &str) -> bool {
    text.len() <= MAX_NAME_BYTES
        && Grammar::parse(Rule::name, text)
            .is_ok_and(|mut pairs| pairs.next().is_some_and(|pair| pair.as_str() == text))
}

/// Parses a condition.
///
/// # Errors
/// The first error: of size, of syntax, of a literal.
pub(super) fn parse(source: &str) -> Result<Node, Diagnostic> {
    check_size(source)?;
    let mut pairs = Grammar::parse(Rule::condition, source).map_err(|error| describe(source, &error))?;
    let condition = pairs.next().and_then(|condition| condition.into_inner().next());
    let Some(disjunction) = condition else {
        return Err(Diagnostic::error(
            whole(source),
            "syntax",
            "Write a condition, such as `total >= 100`.",
        ));
    };
    let mut builder = Builder { nodes: 0 };
    builder.build(disjunction, 1)
}

fn whole(source: &str) -> Span {
    Span {
        start: 0,
        end: source.len(),
    }
}

/// Refuses what would make the parser recurse or work too much.
fn check_size(source: &str) -> Result<(), Diagnostic> {
    if source.len() > MAX_SOURCE_BYTES {
        let message = format!(
            "The condition has {} bytes: shorten it to {MAX_SOURCE_BYTES}.",
            source.len()
        );
        return Err(Diagnostic::error(whole(source), "too_long", message));
    }
    let mut depth = 0_usize;
    let mut quote = None;
    let mut escaped = false;
    for (start, byte) in source.bytes().enumerate() {
        match (quote, byte) {
            (Some(_), _) if escaped => escaped = false,
            (Some(_), b'\\') => escaped = true,
            (Some(open), byte) if open == byte => quote = None,
            (Some(_), _) => {}
            (None, b'\'' | b'"') => quote = Some(byte),
            (None, b'(' | b'[') => depth += 1,
            (None, b')' | b']') => depth = depth.saturating_sub(1),
            (None, _) => {}
        }
        if depth > MAX_DEPTH {
            return Err(too_deep(Span { start, end: start + 1 }));
        }
    }
    Ok(())
}

fn too_deep(span: Span) -> Diagnostic {
    Diagnostic::error(
        span,
        "too_deep",
        format!("Nesting goes deeper than {MAX_DEPTH} here: simplify the condition."),
    )
}

struct Builder {
    nodes: usize,
}

impl Builder {
    fn build(&mut self, pair: Pair<'_, Rule>, depth: usize) -> Result<Node, Diagnostic> {
        let span = span(&pair);
        if depth > MAX_DEPTH {
            return Err(too_deep(span));
        }
        let rule = pair.as_rule();
        if rule == Rule::disjunction {
            self.chain(pair, Rule::conjunction, NodeKind::Or, depth)
        } else if rule == Rule::conjunction {
            self.chain(pair, Rule::negation, NodeKind::And, depth)
        } else if rule == Rule::negation {
            self.negation(pair, depth)
        } else if rule == Rule::comparison {
            self.comparison(pair, depth)
        } else if rule == Rule::list {
            self.list(pair)
        } else if rule == Rule::literal {
            let kind = NodeKind::Literal(literal(pair)?);
            self.node(span, kind)
        } else if rule == Rule::name {
            self.name(&pair)
        } else {
            // `operand` and `group` only wrap.
            match pair.into_inner().next() {
                Some(inner) => self.build(inner, depth + usize::from(rule == Rule::group)),
                None => Err(Diagnostic::error(span, "syntax", "Write a value here.")),
            }
        }
    }

    fn node(&mut self, span: Span, kind: NodeKind) -> Result<Node, Diagnostic> {
        self.nodes += 1;
        if self.nodes > MAX_NODES {
            let message = format!("The condition has more than {MAX_NODES} parts: simplify it.");
            return Err(Diagnostic::error(span, "too_many_nodes", message));
        }
        Ok(Node { span, kind })
    }

    /// `a or b or c`; a single part stands for itself.
    fn chain(
        &mut self,
        pair: Pair<'_, Rule>,
        part: Rule,
        kind: fn(Vec<Node>) -> NodeKind,
        depth: usize,
    ) -> Result<Node, Diagnostic> {
        let span = span(&pair);
        let mut parts: Vec<_> = pair.into_inner().filter(|pair| pair.as_rule() == part).collect();
        if parts.len() == 1
            && let Some(single) = parts.pop()
        {
            return self.build(single, depth);
        }
        let parts = parts
            .into_iter()
            .map(|part| self.build(part, depth + 1))
            .collect::<Result<_, _>>()?;
        self.node(span, kind(parts))
    }

    fn negation(&mut self, pair: Pair<'_, Rule>, depth: usize) -> Result<Node, Diagnostic> {
        let end = span(&pair).end;
        let mut nots = Vec::new();
        let mut operand = None;
        for inner in pair.into_inner() {
            if inner.as_rule() == Rule::not_operator {
                nots.push(span(&inner).start);
            } else {
                operand = Some(inner);
            }
        }
        let Some(operand) = operand else {
            return Err(Diagnostic::error(
                Span { start: end, end },
                "syntax",
                "Write a condition after `not`.",
            ));
        };
        let mut node = self.build(operand, depth + nots.len())?;
        for start in nots.into_iter().rev() {
            node = self.node(Span { start, end }, NodeKind::Not(Box::new(node)))?;
        }
        Ok(node)
    }

    fn comparison(&mut self, pair: Pair<'_, Rule>, depth: usize) -> Result<Node, Diagnostic> {
        let span = span(&pair);
        let mut inner = pair.into_inner();
        let (left, relation, right) = (inner.next(), inner.next(), inner.next());
        let Some(left) = left else {
            return Err(Diagnostic::error(span, "syntax", "Write a value here."));
        };
        let (Some(relation), Some(right)) = (relation, right) else {
            return self.build(left, depth);
        };
        let left = Box::new(self.build(left, depth + 1)?);
        let right = Box::new(self.build(right, depth + 1)?);
        let kind = match relation.as_str() {
            "==" => NodeKind::Compare {
                operator: Comparison::Equal,
                left,
                right,
            },
            "!=" => NodeKind::Compare {
                operator: Comparison::NotEqual,
                left,
                right,
            },
            "<" => NodeKind::Compare {
                operator: Comparison::Less,
                left,
                right,
            },
            "<=" => NodeKind::Compare {
                operator: Comparison::LessOrEqual,
                left,
                right,
            },
            ">" => NodeKind::Compare {
                operator: Comparison::Greater,
                left,
                right,
            },
            ">=" => NodeKind::Compare {
                operator: Comparison::GreaterOrEqual,
                left,
                right,
            },
            membership => NodeKind::Member {
                negated: membership.starts_with("not"),
                item: left,
                list: right,
            },
        };
        self.node(span, kind)
    }

    fn list(&mut self, pair: Pair<'_, Rule>) -> Result<Node, Diagnostic> {
        let span = span(&pair);
        let mut elements = Vec::new();
        for element in pair.into_inner().filter(|pair| pair.as_rule() == Rule::literal) {
            let span = self::span(&element);
            elements.push(Node {
                span,
                kind: NodeKind::Literal(literal(element)?),
            });
            if elements.len() > MAX_LIST_ELEMENTS {
                let message = format!("The list has more than {MAX_LIST_ELEMENTS} elements: shorten it.");
                return Err(Diagnostic::error(span, "list_too_long", message));
            }
        }
        self.node(span, NodeKind::List(elements))
    }

    fn name(&mut self, pair: &Pair<'_, Rule>) -> Result<Node, Diagnostic> {
        if pair.as_str().len() > MAX_NAME_BYTES {
            let message = format!("The name is longer than {MAX_NAME_BYTES} bytes: no attribute can be called so.");
            return Err(Diagnostic::error(span(pair), "name_too_long", message));
        }
        self.node(span(pair), NodeKind::Name(pair.as_str().to_owned()))
    }
}

fn span(pair: &Pair<'_, Rule>) -> Span {
    let span = pair.as_span();
    Span {
        start: span.start(),
        end: span.end(),
    }
}

fn literal(pair: Pair<'_, Rule>) -> Result<Value, Diagnostic> {
    let span = span(&pair);
    let text = pair.as_str();
    match text.bytes().next() {
        Some(b'\'' | b'"') => Ok(Value::String(unescape(text))),
        Some(b't') => Ok(Value::Boolean(true)),
        Some(b'f') => Ok(Value::Boolean(false)),
        Some(_) | None => Decimal::from_str_exact(text).map(Value::Number).map_err(|_| {
            Diagnostic::error(
                span,
                "number_too_long",
                "The number has more than 28 digits: shorten it.",
            )
        }),
    }
}

/// The text between the quotes, its escapes resolved; the grammar admits no others.
fn unescape(quoted: &str) -> String {
    let mut chars = quoted.chars();
    chars.next();
    chars.next_back();
    let mut text = String::with_capacity(quoted.len());
    while let Some(char) = chars.next() {
        text.push(match char {
            '\\' => match chars.next() {
                Some('n') => '\n',
                Some('t') => '\t',
                Some(other) => other,
                None => '\\',
            },
            other => other,
        });
    }
    text
}

/// pest's error as a sentence about what stands in the source.
fn describe(source: &str, error: &Error<Rule>) -> Diagnostic {
    let start = match error.location {
        InputLocation::Pos(start) | InputLocation::Span((start, _)) => start,
    };
    let rest = source.get(start..).unwrap_or_default();
    let found: String = rest
        .split(char::is_whitespace)
        .next()
        .unwrap_or_default()
        .chars()
        .take(20)
        .collect();
    let end = start + found.chars().next().map_or(0, |_| found.len());
    let span = Span { start, end };
    if let Some(message) = hint(rest) {
        return Diagnostic::error(span, "syntax", message);
    }
    let expected = match &error.variant {
        ErrorVariant::ParsingError { positives, .. } => expected(positives),
        ErrorVariant::CustomError { message } => message.clone(),
    };
    let message = if found.is_empty() {
        format!("The condition ends where {expected} should follow.")
    } else {
        format!("Expected {expected} here, found `{found}`.")
    };
    Diagnostic::error(span, "syntax", message)
}

/// A better sentence for mistakes that people make often.
fn hint(rest: &str) -> Option<String> {
    let word: String = rest
        .chars()
        .take_while(|char| char.is_ascii_alphanumeric() || *char == '_')
        .collect();
    let lower = word.to_ascii_lowercase();
    if word != lower && ["and", "or", "not", "in", "true", "false"].contains(&lower.as_str()) {
        return Some(format!("Write `{lower}` in lower case."));
    }
    if ["between", "if", "then", "else"].contains(&word.as_str()) {
        return Some(format!("`{word}` is reserved: it cannot name an attribute."));
    }
    match rest.chars().next()? {
        '=' => Some("Compare with `==`; a single `=` means nothing here.".to_owned()),
        '&' => Some("Write `and` or `&&`.".to_owned()),
        '|' => Some("Write `or` or `||`.".to_owned()),
        quote @ ('\'' | '"') if Grammar::parse(Rule::string, rest).is_err() => Some(format!(
            "The string that starts here has no closing {quote}, or an escape other than \\\\ \\' \\\" \\n \\t."
        )),
        '\u{2018}' | '\u{2019}' | '\u{201C}' | '\u{201D}' => Some("Use straight quotes: ' or \".".to_owned()),
        '0'..='9' | '-' if Grammar::parse(Rule::number, rest).is_err() => {
            Some("Write a number like 100 or 12.5: digits, and a point before decimals.".to_owned())
        }
        _ => None,
    }
}

/// The expected things, most general first, as `a value, a name or …`.
fn expected(rules: &[Rule]) -> String {
    let has = |rule: Rule| rules.contains(&rule);
    // pest names the outermost rule that could have begun here.
    let operand = [
        Rule::condition,
        Rule::disjunction,
        Rule::conjunction,
        Rule::negation,
        Rule::comparison,
        Rule::operand,
        Rule::literal,
    ];
    let names = [
        (operand.into_iter().any(has), "a value, a name or `(`"),
        (
            has(Rule::relation) || has(Rule::compare_operator),
            "a comparison such as `>=` or `in`",
        ),
        (has(Rule::and_operator) || has(Rule::or_operator), "`and`, `or`"),
        (has(Rule::close_group), "`)`"),
        (has(Rule::close_list), "`,` or `]`"),
        (has(Rule::EOI), "the end"),
    ];
    let names: Vec<_> = names
        .into_iter()
        .filter_map(|(is_expected, name)| is_expected.then_some(name))
        .collect();
    match names.split_last() {
        None => "a condition".to_owned(),
        Some((last, [])) => (*last).to_owned(),
        Some((last, before)) => format!("{} or {last}", before.join(", ")),
    }
}
