//! Computes what does not depend on the request, once and for all.
//!
//! A part that would fail stays as it is: it fails when, and only if, it is reached.

use super::condition::Requirement;
use super::trace::constant_value;
use super::typed::{Typed, TypedKind};
use super::types::Literal;
use crate::zone::Zone;

/// Folds the constants of a condition for a promotion in `zone`: without requirements that always hold, and ending at
/// the first that never does.
pub(super) fn fold_requirements(requirements: &[Requirement], zone: &Zone) -> Vec<Requirement> {
    let mut kept = Vec::with_capacity(requirements.len());
    for requirement in requirements {
        let typed = fold(requirement.typed.clone(), zone);
        let constant = typed.boolean();
        if constant != Some(true) {
            kept.push(Requirement { typed, ..*requirement });
        }
        if constant == Some(false) {
            break;
        }
    }
    kept
}

/// Folds the constants of an expression.
pub(super) fn fold(typed: Typed, zone: &Zone) -> Typed {
    let typed = typed.map_parts(|part| fold(part, zone));
    let typed = simplify(typed);
    let is_computed = !matches!(
        typed.kind,
        TypedKind::Constant(_) | TypedKind::Slot(_) | TypedKind::Element { .. } | TypedKind::List(_)
    );
    let literal = (is_computed && is_constant(&typed)).then(|| constant_value(&typed, zone));
    match literal.flatten() {
        Some(literal) => Typed::new(typed.span, TypedKind::Constant(literal)),
        None => typed,
    }
}

/// Whether nothing below reads the request. Aggregates stay: their elements are not constants by themselves.
pub(super) fn is_constant(typed: &Typed) -> bool {
    let reads = matches!(
        typed.kind,
        TypedKind::Slot(_) | TypedKind::Element { .. } | TypedKind::Aggregate { .. }
    );
    !reads && typed.parts().into_iter().all(is_constant)
}

/// Takes away what cannot change the result, whatever the rest is.
fn simplify(typed: Typed) -> Typed {
    let span = typed.span;
    if let TypedKind::And(parts) = typed.kind {
        chain(span, parts, true)
    } else if let TypedKind::Or(parts) = typed.kind {
        chain(span, parts, false)
    } else if let TypedKind::If {
        condition,
        then,
        otherwise,
    } = typed.kind
    {
        match condition.boolean() {
            Some(true) => *then,
            Some(false) => *otherwise,
            None => {
                let kind = TypedKind::If {
                    condition,
                    then,
                    otherwise,
                };
                Typed::new(span, kind)
            }
        }
    } else {
        typed
    }
}

/// `and` (whose neutral value is true) or `or` (false): without its neutral parts, and ending at the first part that
/// decides.
fn chain(span: super::tree::Span, parts: Vec<Typed>, neutral: bool) -> Typed {
    let mut kept = Vec::with_capacity(parts.len());
    for part in parts {
        let constant = part.boolean();
        if constant == Some(neutral) {
            continue;
        }
        kept.push(part);
        if constant.is_some() {
            break;
        }
    }
    if kept.len() > 1 {
        let kind = if neutral {
            TypedKind::And(kept)
        } else {
            TypedKind::Or(kept)
        };
        return Typed::new(span, kind);
    }
    let single = kept.pop();
    single.unwrap_or_else(|| Typed::new(span, TypedKind::Constant(Literal::Boolean(neutral))))
}
