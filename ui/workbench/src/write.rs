//! The rule builder's tree → a condition. The engine prints the syntax tree that is made here, so that reading the text
//! gives that tree again.

use engine::calendar::{Date, Instant, LocalDateTime};
use engine::expression::{Argument, Comparison, Expr, ExprKind, Identifier, Span, is_name, parse};
use engine::problem::FieldError;
use engine::wire::workbench::{Node, Operator, Question, Row, ValueType, Values, Written};

/// Writes a tree as a condition.
///
/// # Errors
/// What is unfinished or wrong in the tree, with pointers into it; else what the language says of the whole.
pub(crate) fn write(tree: Node) -> Result<Written, Vec<FieldError>> {
    let mut writer = Writer { errors: Vec::new() };
    let expr = match &tree {
        Node::All(parts) if parts.is_empty() => Some(expr(ExprKind::Boolean(true))),
        Node::All(_) | Node::Any(_) | Node::Not(_) | Node::Row(_) | Node::Some(_) | Node::Every(_) => {
            writer.node(&tree, "")
        }
    };
    let Some(expr) = expr.filter(|_| writer.errors.is_empty()) else {
        return Err(writer.errors);
    };
    let condition = expr.to_string();
    match parse(&condition) {
        Ok(_) => Ok(Written { condition }),
        Err(diagnostic) => Err(vec![FieldError::new("", diagnostic.code, diagnostic.message)]),
    }
}

struct Writer {
    errors: Vec<FieldError>,
}

impl Writer {
    /// Notes what is wrong at a pointer; there is no expression then.
    fn refuse<T>(&mut self, pointer: impl Into<String>, code: &str, detail: &str) -> Option<T> {
        self.errors.push(FieldError::new(pointer, code, detail));
        None
    }

    fn node(&mut self, node: &Node, at: &str) -> Option<Expr> {
        match node {
            Node::All(parts) => self.group(parts, &format!("{at}/all"), ExprKind::And),
            Node::Any(parts) => self.group(parts, &format!("{at}/any"), ExprKind::Or),
            Node::Not(inner) => self.node(inner, &format!("{at}/not")).map(not),
            Node::Row(row) => self.row(row, &format!("{at}/row")),
            Node::Some(question) => self.question(question, &format!("{at}/some"), "any"),
            Node::Every(question) => self.question(question, &format!("{at}/every"), "all"),
        }
    }

    /// All of its members, so that what is unfinished in one does not hide that in the others.
    fn group(&mut self, parts: &[Node], at: &str, joined: fn(Vec<Expr>) -> ExprKind) -> Option<Expr> {
        let parts = parts.iter().enumerate();
        let written: Vec<_> = parts
            .map(|(position, part)| self.node(part, &format!("{at}/{position}")))
            .collect();
        let mut written = written.into_iter().collect::<Option<Vec<_>>>()?;
        match (written.pop(), written.is_empty()) {
            (None, _) => self.refuse(at, "group_empty", "Add a row to this group, or remove it."),
            (Some(only), true) => Some(only),
            (Some(last), false) => {
                written.push(last);
                Some(expr(joined(written)))
            }
        }
    }

    fn question(&mut self, question: &Question, at: &str, function: &str) -> Option<Expr> {
        let list = self.path(&question.list, &format!("{at}/list"));
        let element = if is_name(&question.element) {
            Some(identifier(&question.element))
        } else {
            let detail = "Name the element with letters, digits and `_`, such as `line`.";
            self.refuse(format!("{at}/element"), "element_invalid", detail)
        };
        let body = self.node(&question.r#where, &format!("{at}/where"));
        let lambda = Argument::Lambda {
            element: element?,
            body: body?,
        };
        Some(call(function, vec![Argument::Value(list?), lambda]))
    }

    fn row(&mut self, row: &Row, at: &str) -> Option<Expr> {
        let field = self.field(row, at);
        let operator = if row.kind.operators(row.list).contains(&row.op) {
            Some(row.op)
        } else {
            self.refuse(
                format!("{at}/op"),
                "operator_invalid",
                "Choose an operator of the field's type.",
            )
        };
        let values = self.values(row, at);
        asked(field?, operator?, row.list, values?)
    }

    fn field(&mut self, row: &Row, at: &str) -> Option<Expr> {
        let path = self.path(&row.field, &format!("{at}/field"));
        let Some(function) = row.function else { return path };
        let asks_presence = matches!(row.op, Operator::Present | Operator::Absent);
        if row.list || asks_presence || function.gives() != row.kind {
            let detail = "Choose a function that gives what the row asks, or none.";
            return self.refuse(format!("{at}/function"), "function_invalid", detail);
        }
        Some(call(function.as_str(), vec![Argument::Value(path?)]))
    }

    /// A name, or names with points between them.
    fn path(&mut self, path: &str, at: &str) -> Option<Expr> {
        if path.is_empty() {
            return self.refuse(at, "field_missing", "Choose a field.");
        }
        let mut names = path.split('.');
        if !names.clone().all(is_name) {
            return self.refuse(at, "field_invalid", "Choose a field that is declared.");
        }
        let first = expr(ExprKind::Name(names.next()?.to_owned()));
        Some(names.fold(first, |object, name| {
            expr(ExprKind::Field {
                object: Box::new(object),
                name: identifier(name),
            })
        }))
    }

    fn values(&mut self, row: &Row, at: &str) -> Option<Vec<Expr>> {
        let given = row.values.len();
        let fits = match row.op.values() {
            Values::None => given == 0,
            Values::One => given == 1,
            Values::Two => given == 2,
            Values::Some => given > 0,
        };
        if !fits {
            let detail = match row.op.values() {
                Values::None => "This operator takes no value: remove it.",
                Values::One => "Write one value.",
                Values::Two => "Write two values, the least and the greatest.",
                Values::Some => "Write one value or more.",
            };
            return self.refuse(format!("{at}/values"), "value_count", detail);
        }
        let values = row.values.iter().enumerate();
        let values: Vec<_> = values
            .map(|(position, text)| self.value(text, row.kind, &format!("{at}/values/{position}")))
            .collect();
        values.into_iter().collect()
    }

    fn value(&mut self, text: &str, kind: ValueType, at: &str) -> Option<Expr> {
        let is_text = matches!(kind, ValueType::String);
        if text.is_empty() && !is_text {
            return self.refuse(at, "value_missing", "Write a value.");
        }
        if let Some(value) = literal(text, kind) {
            return Some(value);
        }
        let detail = match kind {
            ValueType::Number | ValueType::Integer => {
                "Write a number with a point before the decimals, such as 120.50."
            }
            ValueType::Boolean => "Choose true or false.",
            ValueType::Date => "Write a day of the calendar, such as 2026-12-24.",
            ValueType::DateTime => "Write a day and a time, such as 2026-12-24T18:00.",
            ValueType::Country => "Choose a country.",
            ValueType::City => "Choose a city.",
            ValueType::String | ValueType::Object | ValueType::List => "Remove the character that cannot be seen.",
        };
        self.refuse(at, "value_invalid", detail)
    }
}

/// What an operator asks of a field.
fn asked(field: Expr, operator: Operator, of_list: bool, values: Vec<Expr>) -> Option<Expr> {
    let mut values = values.into_iter();
    let compare = |field, operator, value| {
        expr(ExprKind::Compare {
            operator,
            left: Box::new(field),
            right: Box::new(value),
        })
    };
    let membership = |negated, item, list| {
        expr(ExprKind::In {
            negated,
            item: Box::new(item),
            list: Box::new(list),
        })
    };
    let text = |function, field, part| call(function, vec![Argument::Value(field), Argument::Value(part)]);
    Some(match operator {
        Operator::Equals => compare(field, Comparison::Equal, values.next()?),
        Operator::NotEquals => compare(field, Comparison::NotEqual, values.next()?),
        Operator::Less => compare(field, Comparison::Less, values.next()?),
        Operator::AtMost => compare(field, Comparison::LessOrEqual, values.next()?),
        Operator::More => compare(field, Comparison::Greater, values.next()?),
        Operator::AtLeast => compare(field, Comparison::GreaterOrEqual, values.next()?),
        Operator::Between | Operator::NotBetween => expr(ExprKind::Between {
            negated: operator == Operator::NotBetween,
            item: Box::new(field),
            low: Box::new(values.next()?),
            high: Box::new(values.next()?),
        }),
        Operator::OneOf | Operator::NoneOf => {
            let list = expr(ExprKind::List(values.collect()));
            membership(operator == Operator::NoneOf, field, list)
        }
        Operator::Contains if of_list => membership(false, values.next()?, field),
        Operator::NotContains if of_list => membership(true, values.next()?, field),
        Operator::Contains => text("contains", field, values.next()?),
        Operator::NotContains => not(text("contains", field, values.next()?)),
        Operator::StartsWith => text("starts_with", field, values.next()?),
        Operator::NotStartsWith => not(text("starts_with", field, values.next()?)),
        Operator::EndsWith => text("ends_with", field, values.next()?),
        Operator::NotEndsWith => not(text("ends_with", field, values.next()?)),
        Operator::IsTrue => field,
        Operator::IsFalse => not(field),
        Operator::Present => call("has", vec![Argument::Value(field)]),
        Operator::Absent => not(call("has", vec![Argument::Value(field)])),
    })
}

/// A value of the builder as the language writes it; `None` when it is none of its type.
fn literal(text: &str, kind: ValueType) -> Option<Expr> {
    let of_text = |function, text: &str| {
        let text = expr(ExprKind::Text(text.to_owned()));
        call(function, vec![Argument::Value(text)])
    };
    match kind {
        ValueType::Number | ValueType::Integer => {
            let number = parse(text).ok()?;
            matches!(number.kind, ExprKind::Number(_)).then_some(number)
        }
        ValueType::String | ValueType::Country | ValueType::City => {
            // Of control characters the language can write these three.
            let is_written = |char: char| char >= ' ' || matches!(char, '\t' | '\n' | '\r');
            let text = text.chars().all(is_written).then(|| text.to_owned())?;
            Some(expr(ExprKind::Text(text)))
        }
        ValueType::Boolean => text.parse().ok().map(|value| expr(ExprKind::Boolean(value))),
        ValueType::Date => Date::parse(text.as_bytes()).map(|_| of_text("date", text)),
        ValueType::DateTime => {
            let is_moment = Instant::parse_rfc3339(text.as_bytes()).is_some();
            let is_time = is_moment || LocalDateTime::parse(text.as_bytes()).is_some();
            is_time.then(|| of_text("date_time", text))
        }
        ValueType::Object | ValueType::List => None,
    }
}

fn not(inner: Expr) -> Expr {
    expr(ExprKind::Not(Box::new(inner)))
}

fn call(function: &str, arguments: Vec<Argument>) -> Expr {
    expr(ExprKind::Call {
        function: identifier(function),
        arguments,
    })
}

fn identifier(name: &str) -> Identifier {
    Identifier {
        span: Span::default(),
        text: name.to_owned(),
    }
}

/// An expression that stands nowhere yet.
fn expr(kind: ExprKind) -> Expr {
    Expr {
        span: Span::default(),
        kind,
    }
}
