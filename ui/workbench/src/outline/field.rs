//! What a row is about: a name or a path, with its type, and what is taken of it.

use engine::expression::{Argument, Attribute, AttributeType, Expr, ExprKind, Identifier, Schema};
use engine::wire::workbench::{Because, BecauseCode, Function, ValueType};

use super::because;

/// The field of a row.
pub(super) struct Field {
    pub(super) path: String,
    pub(super) function: Option<Function>,
    pub(super) kind: ValueType,
    pub(super) list: bool,
}

/// What names stand for.
pub(super) struct Names<'s> {
    schema: &'s Schema,
    /// The elements of the lists that are being asked, the outermost first.
    elements: Vec<(String, AttributeType)>,
}

impl<'s> Names<'s> {
    pub(super) const fn new(schema: &'s Schema) -> Self {
        Self {
            schema,
            elements: Vec::new(),
        }
    }

    /// Inside a question to a list, `name` is an element.
    pub(super) fn enter(&mut self, name: &str, kind: AttributeType) {
        self.elements.push((name.to_owned(), kind));
    }

    pub(super) fn leave(&mut self) {
        self.elements.pop();
    }

    /// A field, with a function around it where there is one.
    pub(super) fn field(&self, expr: &Expr) -> Result<Field, Because> {
        let (of, function) = taken(expr).map_or((expr, None), |(of, function)| (of, Some(function)));
        let found = built_in(of).or_else(|| {
            let (path, kind) = self.path(of)?;
            let (kind, list) = ValueType::of(&kind);
            Some((path, kind, list))
        });
        let Some((path, kind, list)) = found else {
            return Err(refuse(expr));
        };
        Ok(Field {
            path,
            function,
            kind: function.map_or(kind, Function::gives),
            list: list && function.is_none(),
        })
    }

    /// A declared name or a path below one, with its type.
    pub(super) fn path(&self, expr: &Expr) -> Option<(String, AttributeType)> {
        if let ExprKind::Name(name) = &expr.kind {
            let element = self.elements.iter().find(|(element, _)| element == name);
            let kind = element.map(|(_, kind)| kind);
            let kind = kind.or_else(|| self.schema.get(name).map(Attribute::kind))?;
            return Some((name.clone(), kind.clone()));
        }
        let ExprKind::Field { object, name } = &expr.kind else {
            return None;
        };
        let (path, AttributeType::Object(fields)) = self.path(object)? else {
            return None;
        };
        let field = fields.into_iter().find(|field| field.name == name.text)?;
        Some((format!("{path}.{}", name.text), field.kind))
    }
}

/// What a function is taken of; `None` for anything else than `function(of)`.
fn taken(expr: &Expr) -> Option<(&Expr, Function)> {
    let ExprKind::Call { function, arguments } = &expr.kind else {
        return None;
    };
    let function = Function::ALL
        .into_iter()
        .find(|known| known.as_str() == function.text)?;
    match arguments.as_slice() {
        [Argument::Value(of)] => Some((of, function)),
        [] | [Argument::Lambda { .. }] | [_, _, ..] => None,
    }
}

/// A name of every condition.
fn built_in(expr: &Expr) -> Option<(String, ValueType, bool)> {
    let ExprKind::Name(name) = &expr.kind else { return None };
    ValueType::of_built_in(name).map(|kind| (name.clone(), kind, false))
}

/// Why something is no field.
pub(super) fn refuse(expr: &Expr) -> Because {
    let code = match &expr.kind {
        ExprKind::Number(_) | ExprKind::Text(_) | ExprKind::Boolean(_) | ExprKind::List(_) => BecauseCode::ValueFirst,
        ExprKind::Call { function, arguments } if is_literal(function, arguments) => BecauseCode::ValueFirst,
        ExprKind::Call { .. } => BecauseCode::Function,
        ExprKind::If { .. } => BecauseCode::Conditional,
        ExprKind::Index { .. } => BecauseCode::Index,
        ExprKind::Field { object, .. } => return refuse(object),
        ExprKind::Name(_)
        | ExprKind::Not(_)
        | ExprKind::Negate(_)
        | ExprKind::Arithmetic { .. }
        | ExprKind::Compare { .. }
        | ExprKind::In { .. }
        | ExprKind::Between { .. }
        | ExprKind::And(_)
        | ExprKind::Or(_) => BecauseCode::Computed,
    };
    because(code, expr.span)
}

/// `date('2026-12-24')` is a value.
fn is_literal(function: &Identifier, arguments: &[Argument]) -> bool {
    let of_text = matches!(
        arguments,
        [Argument::Value(Expr {
            kind: ExprKind::Text(_),
            ..
        })]
    );
    of_text && matches!(function.text.as_str(), "date" | "date_time")
}
