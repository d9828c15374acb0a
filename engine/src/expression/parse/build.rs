//! pest's pairs to the syntax tree, within the limits.

use pest::iterators::Pair;

use super::Rule;
use super::literal::{identifier, literal, negated, span};
use crate::expression::error::{Diagnostic, DiagnosticCode};
use crate::expression::limits::{MAX_DEPTH, MAX_LIST_ELEMENTS, MAX_NODES, too_deep};
use crate::expression::tree::{Argument, Arithmetic, Comparison, Expr, ExprKind, Span};

/// Builds the tree of an expression.
///
/// # Errors
/// The first limit that it exceeds.
pub(super) fn build(expression: Pair<'_, Rule>) -> Built {
    Builder { nodes: 0 }.expression(expression, 1)
}

type Built = Result<Expr, Diagnostic>;

/// Builds the tree; `depth` counts the nodes above, brackets included.
struct Builder {
    nodes: usize,
}

impl Builder {
    fn node(&mut self, span: Span, kind: ExprKind) -> Built {
        self.nodes += 1;
        if self.nodes > MAX_NODES {
            let message = format!("The condition has more than {MAX_NODES} parts: simplify it.");
            return Err(Diagnostic::error(span, DiagnosticCode::TooManyNodes, message));
        }
        Ok(Expr { span, kind })
    }

    fn expression(&mut self, pair: Pair<'_, Rule>, depth: usize) -> Built {
        let span = span(&pair);
        if depth > MAX_DEPTH {
            return Err(too_deep(span));
        }
        let inner = only(pair)?;
        if inner.as_rule() == Rule::conditional {
            self.conditional(inner, depth + 1)
        } else {
            self.chain(inner, depth)
        }
    }

    fn boxed(&mut self, pair: Option<Pair<'_, Rule>>, outer: Span, depth: usize) -> Result<Box<Expr>, Diagnostic> {
        let pair = pair.ok_or_else(|| incomplete(outer))?;
        let rule = pair.as_rule();
        let built = if rule == Rule::expression {
            self.expression(pair, depth)
        } else if rule == Rule::sum || rule == Rule::product {
            self.arithmetic(pair, depth)
        } else if rule == Rule::postfix {
            self.postfix(pair, depth)
        } else {
            self.unary(pair, depth)
        };
        built.map(Box::new)
    }

    fn conditional(&mut self, pair: Pair<'_, Rule>, depth: usize) -> Built {
        let span = span(&pair);
        let mut parts = pair.into_inner().filter(|pair| pair.as_rule() == Rule::expression);
        let kind = ExprKind::If {
            condition: self.boxed(parts.next(), span, depth)?,
            then: self.boxed(parts.next(), span, depth)?,
            otherwise: self.boxed(parts.next(), span, depth)?,
        };
        self.node(span, kind)
    }

    /// `a or b or c`, `a and b and c`; a single part stands for itself.
    fn chain(&mut self, pair: Pair<'_, Rule>, depth: usize) -> Built {
        let span = span(&pair);
        let is_or = pair.as_rule() == Rule::disjunction;
        let part = if is_or { Rule::conjunction } else { Rule::negation };
        let mut parts: Vec<_> = pair.into_inner().filter(|pair| pair.as_rule() == part).collect();
        let single = parts.len() == 1;
        let depth = if single { depth } else { depth + 1 };
        let mut built = Vec::with_capacity(parts.len());
        for part in parts.drain(..) {
            built.push(if is_or {
                self.chain(part, depth)?
            } else {
                self.negation(part, depth)?
            });
        }
        match built.pop() {
            Some(last) if single => Ok(last),
            Some(last) => {
                built.push(last);
                self.node(
                    span,
                    if is_or {
                        ExprKind::Or(built)
                    } else {
                        ExprKind::And(built)
                    },
                )
            }
            None => Err(incomplete(span)),
        }
    }

    fn negation(&mut self, pair: Pair<'_, Rule>, depth: usize) -> Built {
        let outer = span(&pair);
        let mut nots = Vec::new();
        let mut operand = None;
        for inner in pair.into_inner() {
            if inner.as_rule() == Rule::not_operator {
                nots.push(span(&inner).start);
            } else {
                operand = Some(inner);
            }
        }
        let operand = operand.ok_or_else(|| incomplete(outer))?;
        let mut node = self.comparison(operand, depth + nots.len())?;
        for start in nots.into_iter().rev() {
            let span = Span { start, end: outer.end };
            node = self.node(span, ExprKind::Not(Box::new(node)))?;
        }
        Ok(node)
    }

    fn comparison(&mut self, pair: Pair<'_, Rule>, depth: usize) -> Built {
        let span = span(&pair);
        if depth > MAX_DEPTH {
            return Err(too_deep(span));
        }
        let mut inner = pair.into_inner();
        let left = inner.next().ok_or_else(|| incomplete(span))?;
        let Some(relation) = inner.next() else {
            return self.arithmetic(left, depth);
        };
        let item = self.boxed(Some(left), span, depth + 1)?;
        let rule = relation.as_rule();
        let negated = relation.as_str().starts_with("not");
        let right = self.boxed(inner.next(), span, depth + 1)?;
        let kind = if rule == Rule::between_operator {
            let high = inner.find(|pair| pair.as_rule() == Rule::sum);
            ExprKind::Between {
                negated,
                item,
                low: right,
                high: self.boxed(high, span, depth + 1)?,
            }
        } else if rule == Rule::in_operator {
            ExprKind::In {
                negated,
                item,
                list: right,
            }
        } else {
            let operator = Comparison::ALL.into_iter().find(|op| op.as_str() == relation.as_str());
            ExprKind::Compare {
                operator: operator.ok_or_else(|| incomplete(span))?,
                left: item,
                right,
            }
        };
        self.node(span, kind)
    }

    /// `a + b - c` and `a * b / c`, from the left.
    fn arithmetic(&mut self, pair: Pair<'_, Rule>, depth: usize) -> Built {
        let outer = span(&pair);
        let is_sum = pair.as_rule() == Rule::sum;
        let mut inner = pair.into_inner();
        // Each operator puts the parts before it one level deeper.
        let operators = inner.clone().count() / 2;
        if depth + operators > MAX_DEPTH {
            return Err(too_deep(outer));
        }
        let mut depth = depth + operators;
        let mut left = *self.operand(inner.next(), is_sum, outer, depth)?;
        while let Some(operator) = inner.next() {
            let right = inner.next();
            let span = Span {
                start: outer.start,
                end: right.as_ref().map_or(outer.end, |right| span(right).end),
            };
            let right = self.operand(right, is_sum, outer, depth)?;
            depth -= 1;
            let kind = ExprKind::Arithmetic {
                operator: arithmetic_operator(operator.as_str()),
                left: Box::new(left),
                right,
            };
            left = self.node(span, kind)?;
        }
        Ok(left)
    }

    fn operand(
        &mut self,
        pair: Option<Pair<'_, Rule>>,
        of_sum: bool,
        outer: Span,
        depth: usize,
    ) -> Result<Box<Expr>, Diagnostic> {
        let pair = pair.ok_or_else(|| incomplete(outer))?;
        let built = if of_sum {
            self.arithmetic(pair, depth)
        } else {
            self.unary(pair, depth)
        };
        built.map(Box::new)
    }

    fn unary(&mut self, pair: Pair<'_, Rule>, depth: usize) -> Built {
        let outer = span(&pair);
        let mut signs = Vec::new();
        let mut operand = None;
        for inner in pair.into_inner() {
            if inner.as_rule() == Rule::minus {
                signs.push(span(&inner).start);
            } else {
                operand = Some(inner);
            }
        }
        let mut node = *self.boxed(operand, outer, depth + signs.len())?;
        for start in signs.into_iter().rev() {
            let span = Span { start, end: outer.end };
            node = if let ExprKind::Number(number) = node.kind {
                let kind = ExprKind::Number(negated(number));
                Expr { span, kind }
            } else {
                self.node(span, ExprKind::Negate(Box::new(node)))?
            };
        }
        Ok(node)
    }

    /// `lines[0].sku`: each step takes from what stands before it.
    fn postfix(&mut self, pair: Pair<'_, Rule>, depth: usize) -> Built {
        let outer = span(&pair);
        let mut inner = pair.into_inner();
        let steps = inner.clone().count().saturating_sub(1);
        if depth + steps > MAX_DEPTH {
            return Err(too_deep(outer));
        }
        let primary = inner.next().ok_or_else(|| incomplete(outer))?;
        let mut node = self.primary(primary, depth + steps)?;
        for step in inner {
            let end = span(&step).end;
            let start = outer.start;
            let is_index = step.as_rule() == Rule::index;
            let of = Box::new(node);
            let mut parts = step.into_inner();
            let kind = if is_index {
                ExprKind::Index {
                    list: of,
                    index: self.boxed(parts.next(), outer, depth + 1)?,
                }
            } else {
                let name = parts.next().ok_or_else(|| incomplete(outer))?;
                ExprKind::Field {
                    object: of,
                    name: identifier(&name)?,
                }
            };
            node = self.node(Span { start, end }, kind)?;
        }
        Ok(node)
    }

    fn primary(&mut self, pair: Pair<'_, Rule>, depth: usize) -> Built {
        let outer = span(&pair);
        if depth > MAX_DEPTH {
            return Err(too_deep(outer));
        }
        let inner = only(pair)?;
        let rule = inner.as_rule();
        if rule == Rule::group {
            let expression = inner.into_inner().next().ok_or_else(|| incomplete(outer))?;
            self.expression(expression, depth + 1)
        } else if rule == Rule::list {
            self.list(inner, depth)
        } else if rule == Rule::call {
            self.call(inner, depth)
        } else if rule == Rule::name {
            let name = identifier(&inner)?;
            self.node(name.span, ExprKind::Name(name.text))
        } else {
            let kind = literal(&inner)?;
            self.node(outer, kind)
        }
    }

    fn list(&mut self, pair: Pair<'_, Rule>, depth: usize) -> Built {
        let span = span(&pair);
        let mut elements = Vec::new();
        for element in pair.into_inner().filter(|pair| pair.as_rule() == Rule::expression) {
            if elements.len() == MAX_LIST_ELEMENTS {
                let message = format!("The list has more than {MAX_LIST_ELEMENTS} elements: shorten it.");
                return Err(Diagnostic::error(span, DiagnosticCode::ListTooLong, message));
            }
            let before = self.nodes;
            self.nodes = 0;
            let element = self.expression(element, depth + 1)?;
            let used = self.nodes;
            // Only a list's literals come for free: they are looked up, not computed.
            self.nodes = before + if is_literal(&element.kind) { 0 } else { used };
            elements.push(element);
        }
        self.node(span, ExprKind::List(elements))
    }

    fn call(&mut self, pair: Pair<'_, Rule>, depth: usize) -> Built {
        let outer = span(&pair);
        let mut inner = pair.into_inner();
        let function = identifier(&inner.next().ok_or_else(|| incomplete(outer))?)?;
        let mut arguments = Vec::new();
        for argument in inner.filter(|pair| pair.as_rule() == Rule::argument) {
            let argument = only(argument)?;
            arguments.push(if argument.as_rule() == Rule::lambda {
                let mut parts = argument.into_inner();
                let element = identifier(&parts.next().ok_or_else(|| incomplete(outer))?)?;
                let body = *self.boxed(parts.next(), outer, depth + 1)?;
                Argument::Lambda { element, body }
            } else {
                Argument::Value(self.expression(argument, depth + 1)?)
            });
        }
        self.node(outer, ExprKind::Call { function, arguments })
    }
}

const fn is_literal(kind: &ExprKind) -> bool {
    matches!(kind, ExprKind::Number(_) | ExprKind::Text(_) | ExprKind::Boolean(_))
}

fn only(pair: Pair<'_, Rule>) -> Result<Pair<'_, Rule>, Diagnostic> {
    let span = span(&pair);
    pair.into_inner().next().ok_or_else(|| incomplete(span))
}

/// The grammar admits no such tree; were it to, this is what its writer would read.
fn incomplete(span: Span) -> Diagnostic {
    Diagnostic::error(
        span,
        DiagnosticCode::Syntax,
        "Something is missing here: write a value.",
    )
}

fn arithmetic_operator(text: &str) -> Arithmetic {
    match text {
        "-" => Arithmetic::Subtract,
        "*" => Arithmetic::Multiply,
        "/" => Arithmetic::Divide,
        "%" => Arithmetic::Remainder,
        _ => Arithmetic::Add,
    }
}
