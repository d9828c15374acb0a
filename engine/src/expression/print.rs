//! The syntax tree as source text: with the fewest parentheses, and such that parsing it gives the same tree.

use std::fmt::{self, Display, Formatter, Write as _};

use super::tree::{Argument, Arithmetic, Expr, ExprKind};

/// How tightly an expression binds; an operand that binds less tightly than its place demands gets parentheses.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Binding {
    If,
    Or,
    And,
    Not,
    Compare,
    Sum,
    Product,
    Unary,
    Postfix,
}

impl Display for Expr {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        self.kind.fmt(f)
    }
}

impl Display for ExprKind {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Number(number) => Display::fmt(number, f),
            Self::Text(text) => quote(text, f),
            Self::Boolean(value) => Display::fmt(value, f),
            Self::List(elements) => {
                f.write_char('[')?;
                separated(elements, ", ", Binding::If, f)?;
                f.write_char(']')
            }
            Self::Name(name) => f.write_str(name),
            Self::Field { object, name } => {
                // The point of `3.a` would belong to the number.
                let tightest = matches!(object.kind, Self::Number(_));
                operand(object, Binding::Postfix, tightest, f)?;
                write!(f, ".{}", name.text)
            }
            Self::Index { list, index } => {
                operand(list, Binding::Postfix, false, f)?;
                write!(f, "[{index}]")
            }
            Self::Not(inner) => {
                f.write_str("not ")?;
                operand(inner, Binding::Not, false, f)
            }
            Self::Negate(inner) => {
                f.write_char('-')?;
                // `-3` is a literal, `-(3)` would become one.
                operand(inner, Binding::Unary, false, f)
            }
            Self::Arithmetic { operator, left, right } => {
                let own = arithmetic_binding(*operator);
                operand(left, own, false, f)?;
                write!(f, " {} ", operator.as_str())?;
                operand(right, tighter(own), false, f)
            }
            Self::Compare { operator, left, right } => {
                operand(left, Binding::Sum, false, f)?;
                write!(f, " {} ", operator.as_str())?;
                operand(right, Binding::Sum, false, f)
            }
            Self::In { negated, item, list } => {
                operand(item, Binding::Sum, false, f)?;
                f.write_str(if *negated { " not in " } else { " in " })?;
                operand(list, Binding::Sum, false, f)
            }
            Self::Between {
                negated,
                item,
                low,
                high,
            } => {
                operand(item, Binding::Sum, false, f)?;
                f.write_str(if *negated { " not between " } else { " between " })?;
                operand(low, Binding::Sum, false, f)?;
                f.write_str(" and ")?;
                operand(high, Binding::Sum, false, f)
            }
            Self::And(parts) => separated(parts, " and ", Binding::Not, f),
            Self::Or(parts) => separated(parts, " or ", Binding::And, f),
            Self::If {
                condition,
                then,
                otherwise,
            } => write!(f, "if {condition} then {then} else {otherwise}"),
            Self::Call { function, arguments } => {
                write!(f, "{}(", function.text)?;
                for (position, argument) in arguments.iter().enumerate() {
                    f.write_str(if position == 0 { "" } else { ", " })?;
                    match argument {
                        Argument::Value(value) => Display::fmt(value, f)?,
                        Argument::Lambda { element, body } => write!(f, "{} => {body}", element.text)?,
                    }
                }
                f.write_char(')')
            }
        }
    }
}

fn separated(parts: &[Expr], separator: &str, least: Binding, f: &mut Formatter<'_>) -> fmt::Result {
    for (position, part) in parts.iter().enumerate() {
        f.write_str(if position == 0 { "" } else { separator })?;
        operand(part, least, false, f)?;
    }
    Ok(())
}

fn operand(expr: &Expr, least: Binding, always_grouped: bool, f: &mut Formatter<'_>) -> fmt::Result {
    if always_grouped || binding(&expr.kind) < least {
        write!(f, "({expr})")
    } else {
        Display::fmt(expr, f)
    }
}

fn binding(kind: &ExprKind) -> Binding {
    match kind {
        ExprKind::If { .. } => Binding::If,
        ExprKind::Or(_) => Binding::Or,
        ExprKind::And(_) => Binding::And,
        ExprKind::Not(_) => Binding::Not,
        ExprKind::Compare { .. } | ExprKind::In { .. } | ExprKind::Between { .. } => Binding::Compare,
        ExprKind::Arithmetic { operator, .. } => arithmetic_binding(*operator),
        ExprKind::Negate(_) => Binding::Unary,
        ExprKind::Number(number) if number.is_sign_negative() => Binding::Unary,
        ExprKind::Number(_)
        | ExprKind::Text(_)
        | ExprKind::Boolean(_)
        | ExprKind::List(_)
        | ExprKind::Name(_)
        | ExprKind::Field { .. }
        | ExprKind::Index { .. }
        | ExprKind::Call { .. } => Binding::Postfix,
    }
}

const fn arithmetic_binding(operator: Arithmetic) -> Binding {
    match operator {
        Arithmetic::Add | Arithmetic::Subtract => Binding::Sum,
        Arithmetic::Multiply | Arithmetic::Divide | Arithmetic::Remainder => Binding::Product,
    }
}

/// The right operand of `a - b`: `a - (b - c)` keeps its parentheses.
const fn tighter(binding: Binding) -> Binding {
    match binding {
        Binding::Sum => Binding::Product,
        Binding::If
        | Binding::Or
        | Binding::And
        | Binding::Not
        | Binding::Compare
        | Binding::Product
        | Binding::Unary
        | Binding::Postfix => Binding::Unary,
    }
}

fn quote(text: &str, f: &mut Formatter<'_>) -> fmt::Result {
    f.write_char('\'')?;
    for char in text.chars() {
        match char {
            '\\' => f.write_str("\\\\")?,
            '\'' => f.write_str("\\'")?,
            '\n' => f.write_str("\\n")?,
            '\r' => f.write_str("\\r")?,
            '\t' => f.write_str("\\t")?,
            other => f.write_char(other)?,
        }
    }
    f.write_char('\'')
}
