//! A condition → the rule builder's tree, where that says exactly the same.

mod field;

use engine::expression::{
    Argument, AttributeType, Comparison, Condition, Diagnostic, Expr, ExprKind, Identifier, Span, parse,
};
use engine::problem::FieldError;
use engine::wire::workbench::{Because, BecauseCode, Node, Operator, Outline, Question, Row, ValueType};

use crate::check::Source;
use field::{Field, Names, refuse};

/// Takes a condition apart.
///
/// # Errors
/// What is wrong with the attributes.
pub(crate) fn outline(source: Source) -> Result<Outline, Vec<FieldError>> {
    let schema = source.schema()?;
    let checked = Condition::check(&source.condition, &schema).map(drop);
    let parsed = checked.and_then(|()| parse(&source.condition).map_err(|diagnostic| vec![diagnostic]));
    let expr = match parsed {
        Ok(expr) => expr,
        Err(diagnostics) => return Ok(Outline::Because(invalid(&source.condition, diagnostics.first()))),
    };
    let mut outliner = Outliner {
        names: Names::new(&schema),
    };
    let tree = match comment(&source.condition) {
        Some(at) => Err(because(BecauseCode::Comment, at)),
        None if matches!(expr.kind, ExprKind::Boolean(true)) => Ok(Node::All(Vec::new())),
        None => outliner.node(&expr),
    };
    Ok(tree.map_or_else(Outline::Because, Outline::Tree))
}

type Outlined<T> = Result<T, Because>;

struct Outliner<'s> {
    names: Names<'s>,
}

impl Outliner<'_> {
    fn node(&mut self, expr: &Expr) -> Outlined<Node> {
        let refuse = |code| Err(because(code, expr.span));
        match &expr.kind {
            ExprKind::And(parts) => self.nodes(parts).map(Node::All),
            ExprKind::Or(parts) => self.nodes(parts).map(Node::Any),
            ExprKind::Not(inner) => self.node(inner).map(negated),
            ExprKind::Compare { operator, left, right } => self.comparison(expr.span, *operator, left, right),
            ExprKind::In { negated, item, list } => self.membership(expr.span, *negated, item, list),
            ExprKind::Between {
                negated,
                item,
                low,
                high,
            } => {
                let op = if *negated {
                    Operator::NotBetween
                } else {
                    Operator::Between
                };
                let field = self.names.field(item)?;
                let values = vec![value(low, field.kind)?, value(high, field.kind)?];
                row(expr.span, field, op, values)
            }
            ExprKind::Name(_) | ExprKind::Field { .. } => {
                let field = self.names.field(expr)?;
                row(expr.span, field, Operator::IsTrue, Vec::new())
            }
            ExprKind::Call { function, arguments } => self.call(expr.span, function, arguments),
            ExprKind::If { .. } => refuse(BecauseCode::Conditional),
            ExprKind::Index { .. } => refuse(BecauseCode::Index),
            ExprKind::Boolean(_) => refuse(BecauseCode::Constant),
            // No condition is a number, a text or a list.
            ExprKind::Number(_)
            | ExprKind::Text(_)
            | ExprKind::List(_)
            | ExprKind::Negate(_)
            | ExprKind::Arithmetic { .. } => refuse(BecauseCode::Computed),
        }
    }

    fn nodes(&mut self, parts: &[Expr]) -> Outlined<Vec<Node>> {
        parts.iter().map(|part| self.node(part)).collect()
    }

    fn comparison(&self, span: Span, operator: Comparison, left: &Expr, right: &Expr) -> Outlined<Node> {
        let op = match operator {
            Comparison::Equal => Operator::Equals,
            Comparison::NotEqual => Operator::NotEquals,
            Comparison::Less => Operator::Less,
            Comparison::LessOrEqual => Operator::AtMost,
            Comparison::Greater => Operator::More,
            Comparison::GreaterOrEqual => Operator::AtLeast,
        };
        let field = self.names.field(left)?;
        let value = value(right, field.kind)?;
        row(span, field, op, vec![value])
    }

    /// `field in ['a', 'b']`, or `'a' in field`.
    fn membership(&self, span: Span, negated: bool, item: &Expr, list: &Expr) -> Outlined<Node> {
        if let ExprKind::List(elements) = &list.kind {
            if elements.is_empty() {
                return Err(because(BecauseCode::NoValues, list.span));
            }
            let field = self.names.field(item)?;
            let values = elements.iter().map(|element| value(element, field.kind));
            let values = values.collect::<Outlined<_>>()?;
            let op = if negated { Operator::NoneOf } else { Operator::OneOf };
            return row(span, field, op, values);
        }
        let field = self.names.field(list)?;
        let value = value(item, field.kind)?;
        let op = if negated {
            Operator::NotContains
        } else {
            Operator::Contains
        };
        row(span, field, op, vec![value])
    }

    fn call(&mut self, span: Span, function: &Identifier, arguments: &[Argument]) -> Outlined<Node> {
        match (function.text.as_str(), arguments) {
            ("has", [Argument::Value(of)]) => {
                let field = self.names.field(of)?;
                row(span, field, Operator::Present, Vec::new())
            }
            (name @ ("contains" | "starts_with" | "ends_with"), [Argument::Value(of), Argument::Value(part)]) => {
                let op = match name {
                    "contains" => Operator::Contains,
                    "starts_with" => Operator::StartsWith,
                    _ => Operator::EndsWith,
                };
                let field = self.names.field(of)?;
                let part = value(part, field.kind)?;
                row(span, field, op, vec![part])
            }
            ("any", [Argument::Value(list), Argument::Lambda { element, body }]) => {
                self.question(list, element, body).map(Node::Some)
            }
            ("all", [Argument::Value(list), Argument::Lambda { element, body }]) => {
                self.question(list, element, body).map(Node::Every)
            }
            (_, _) => Err(because(BecauseCode::Function, span)),
        }
    }

    fn question(&mut self, list: &Expr, element: &Identifier, body: &Expr) -> Outlined<Question> {
        let Some((path, AttributeType::List(kind))) = self.names.path(list) else {
            return Err(refuse(list));
        };
        self.names.enter(&element.text, *kind);
        let inner = self.node(body);
        self.names.leave();
        Ok(Question {
            list: path,
            element: element.text.clone(),
            r#where: Box::new(inner?),
        })
    }
}

/// `not` around a node.
fn negated(node: Node) -> Node {
    match node {
        Node::Row(row) => match row.op.negative(row.list) {
            Some(op) => Node::Row(Row { op, ..row }),
            None => Node::Not(Box::new(Node::Row(row))),
        },
        Node::All(_) | Node::Any(_) | Node::Not(_) | Node::Some(_) | Node::Every(_) => Node::Not(Box::new(node)),
    }
}

fn row(span: Span, field: Field, op: Operator, values: Vec<String>) -> Outlined<Node> {
    if !field.kind.operators(field.list).contains(&op) {
        return Err(because(BecauseCode::Operator, span));
    }
    Ok(Node::Row(Row {
        field: field.path,
        function: field.function,
        kind: field.kind,
        list: field.list,
        op,
        values,
    }))
}

/// A value that is written out, as the builder's text.
fn value(expr: &Expr, kind: ValueType) -> Outlined<String> {
    let written = match (&expr.kind, kind) {
        (ExprKind::Number(number), ValueType::Number | ValueType::Integer) => Some(number.to_string()),
        (ExprKind::Text(text), ValueType::Country | ValueType::City) if text.is_empty() => {
            return Err(because(BecauseCode::NoValues, expr.span));
        }
        (ExprKind::Text(text), ValueType::String | ValueType::Country | ValueType::City) => Some(text.clone()),
        (ExprKind::Boolean(value), ValueType::Boolean) => Some(value.to_string()),
        (ExprKind::Call { function, arguments }, ValueType::Date | ValueType::DateTime) => time(function, arguments),
        (_, _) => None,
    };
    let code = match &expr.kind {
        ExprKind::Name(_) | ExprKind::Field { .. } => BecauseCode::FieldsCompared,
        ExprKind::Index { .. } => BecauseCode::Index,
        ExprKind::If { .. } => BecauseCode::Conditional,
        ExprKind::Call { .. } => BecauseCode::Function,
        ExprKind::Number(_)
        | ExprKind::Text(_)
        | ExprKind::Boolean(_)
        | ExprKind::List(_)
        | ExprKind::Not(_)
        | ExprKind::Negate(_)
        | ExprKind::Arithmetic { .. }
        | ExprKind::Compare { .. }
        | ExprKind::In { .. }
        | ExprKind::Between { .. }
        | ExprKind::And(_)
        | ExprKind::Or(_) => BecauseCode::Computed,
    };
    written.ok_or_else(|| because(code, expr.span))
}

/// The text of `date('…')` or `date_time('…')`.
fn time(function: &Identifier, arguments: &[Argument]) -> Option<String> {
    let [
        Argument::Value(Expr {
            kind: ExprKind::Text(text),
            ..
        }),
    ] = arguments
    else {
        return None;
    };
    matches!(function.text.as_str(), "date" | "date_time").then(|| text.clone())
}

/// The place of the first comment.
fn comment(source: &str) -> Option<Span> {
    let mut quote = None;
    let mut bytes = source.bytes().enumerate().peekable();
    while let Some((start, byte)) = bytes.next() {
        let next = bytes.peek().map(|(_, next)| *next);
        match (quote, byte) {
            (Some(_), b'\\') => _ = bytes.next(),
            (Some(open), byte) if open == byte => quote = None,
            (Some(_), _) => {}
            (None, b'\'' | b'"') => quote = Some(byte),
            (None, b'/') if next == Some(b'/') => {
                let rest = source.get(start..).unwrap_or_default();
                let len = rest.find('\n').unwrap_or(rest.len());
                let end = start + len;
                return Some(Span { start, end });
            }
            (None, _) => {}
        }
    }
    None
}

/// Where a condition that is not valid is wrong first.
fn invalid(source: &str, diagnostic: Option<&Diagnostic>) -> Because {
    let whole = Span {
        start: 0,
        end: source.len(),
    };
    let at = diagnostic.map_or(whole, |diagnostic| Span {
        start: diagnostic.start,
        end: diagnostic.end,
    });
    because(BecauseCode::Invalid, at)
}

fn because(code: BecauseCode, span: Span) -> Because {
    Because {
        code,
        start: span.start,
        end: span.end,
    }
}
