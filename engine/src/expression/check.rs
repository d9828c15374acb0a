//! Names and types of a syntax tree against the declared attributes; every error at once.

use std::collections::BTreeSet;
use std::fmt;

use super::{AttributeType, Comparison, Diagnostic, Node, NodeKind, Schema, Value};

/// What a part of a condition yields.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Type {
    Number,
    String,
    Boolean,
    /// Of one element type; `None` when empty.
    List(Option<Element>),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Element {
    Number,
    String,
    Boolean,
}

impl From<Element> for Type {
    fn from(element: Element) -> Self {
        match element {
            Element::Number => Self::Number,
            Element::String => Self::String,
            Element::Boolean => Self::Boolean,
        }
    }
}

impl From<AttributeType> for Type {
    fn from(kind: AttributeType) -> Self {
        match kind {
            AttributeType::Number | AttributeType::Integer => Self::Number,
            AttributeType::String => Self::String,
            AttributeType::Boolean => Self::Boolean,
        }
    }
}

impl fmt::Display for Type {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Number => "a number",
            Self::String => "a string",
            Self::Boolean => "true or false",
            Self::List(_) => "a list",
        })
    }
}

/// Checks a condition and tells the names that it reads.
///
/// # Errors
/// Every error, in the order of the source.
pub(super) fn check(root: &Node, schema: &Schema) -> Result<BTreeSet<String>, Vec<Diagnostic>> {
    let mut checker = Checker {
        schema,
        references: BTreeSet::new(),
        diagnostics: Vec::new(),
    };
    checker.condition(root);
    if checker.diagnostics.is_empty() {
        return Ok(checker.references);
    }
    checker
        .diagnostics
        .sort_by_key(|diagnostic| (diagnostic.start, diagnostic.end));
    Err(checker.diagnostics)
}

struct Checker<'a> {
    schema: &'a Schema,
    references: BTreeSet<String>,
    diagnostics: Vec<Diagnostic>,
}

impl Checker<'_> {
    fn error(&mut self, node: &Node, code: &str, message: String) {
        self.diagnostics.push(Diagnostic::error(node.span, code, message));
    }

    /// A part that has to be true or false.
    fn condition(&mut self, node: &Node) {
        if let Some(kind) = self.kind(node)
            && kind != Type::Boolean
        {
            self.error(
                node,
                "not_boolean",
                format!("This is {kind}: compare it with something, such as `… >= 100`."),
            );
        }
    }

    /// The type of a part; `None` when an error in it was reported.
    fn kind(&mut self, node: &Node) -> Option<Type> {
        match &node.kind {
            NodeKind::Literal(value) => Some(element(value).into()),
            NodeKind::Name(name) => self.name(node, name),
            NodeKind::List(elements) => self.list(elements),
            NodeKind::Not(operand) => {
                self.condition(operand);
                Some(Type::Boolean)
            }
            NodeKind::And(parts) | NodeKind::Or(parts) => {
                parts.iter().for_each(|part| self.condition(part));
                Some(Type::Boolean)
            }
            NodeKind::Compare { operator, left, right } => {
                self.comparison(node, *operator, left, right);
                Some(Type::Boolean)
            }
            NodeKind::Member { item, list, .. } => {
                self.membership(node, item, list);
                Some(Type::Boolean)
            }
        }
    }

    fn name(&mut self, node: &Node, name: &str) -> Option<Type> {
        let kind = match name {
            "age" | "amount" => Some(Type::Number),
            "city" | "country" | "customer_id" => Some(Type::String),
            "now" => {
                let message = "Times cannot be compared yet: use the promotion's start and end.".to_owned();
                self.error(node, "not_supported", message);
                return None;
            }
            _ => self.schema.get(name).map(|kind| Type::from(*kind)),
        };
        if kind.is_none() {
            let declared: Vec<_> = self.schema.keys().map(|name| format!("`{name}`")).collect();
            let known = if declared.is_empty() {
                "no attribute".to_owned()
            } else {
                declared.join(", ")
            };
            let message = format!("`{name}` is not declared: declare it as an attribute, or use what is ({known}).");
            self.error(node, "name_unknown", message);
        } else {
            self.references.insert(name.to_owned());
        }
        kind
    }

    fn list(&mut self, elements: &[Node]) -> Option<Type> {
        let mut kind = None;
        for node in elements {
            let NodeKind::Literal(value) = &node.kind else { continue };
            let found = element(value);
            let first = *kind.get_or_insert(found);
            if found != first {
                let message = format!(
                    "The list starts with {} and this is {}: a list holds one type.",
                    Type::from(first),
                    Type::from(found)
                );
                self.error(node, "list_mixed", message);
                return None;
            }
        }
        Some(Type::List(kind))
    }

    fn comparison(&mut self, node: &Node, operator: Comparison, left: &Node, right: &Node) {
        let (Some(left), Some(right)) = (self.kind(left), self.kind(right)) else {
            return;
        };
        if matches!(left, Type::List(_)) || matches!(right, Type::List(_)) {
            self.error(node, "list_compared", "A list cannot be compared: use `in`.".to_owned());
        } else if left != right {
            let message = format!("This compares {left} with {right}: compare values of one type.");
            self.error(node, "types_differ", message);
        } else if operator.is_ordering() && left == Type::Boolean {
            self.error(
                node,
                "not_ordered",
                "true and false have no order: use `==` or `!=`.".to_owned(),
            );
        }
    }

    fn membership(&mut self, node: &Node, item: &Node, list: &Node) {
        let (item_kind, list_kind) = (self.kind(item), self.kind(list));
        match (item_kind, list_kind) {
            (Some(Type::List(_)), _) => {
                self.error(
                    item,
                    "list_compared",
                    "A list is not an element: put a single value before `in`.".to_owned(),
                );
            }
            (Some(kind), Some(Type::List(Some(element)))) if kind != Type::from(element) => {
                let message = format!(
                    "This looks for {kind} in a list of which each element is {}.",
                    Type::from(element)
                );
                self.error(node, "types_differ", message);
            }
            (_, Some(kind @ (Type::Number | Type::String | Type::Boolean))) => {
                let message = format!("After `in` stands a list, such as ['visa', 'oca']; this is {kind}.");
                self.error(list, "not_a_list", message);
            }
            (_, Some(Type::List(_)) | None) => {}
        }
    }
}

const fn element(value: &Value) -> Element {
    match value {
        Value::Number(_) => Element::Number,
        Value::String(_) => Element::String,
        Value::Boolean(_) => Element::Boolean,
    }
}
