//! The fields of which rows can ask: what the promotion declares, what is built in, and what can be taken of them.

use engine::expression::{AttributeType, BUILT_IN_NAMES, Schema};
use engine::wire::workbench::{Function, Operator, Row, ValueType};

/// The one built-in name that every request has.
const NOW: &str = "now";

/// Something that a row can ask for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Field {
    /// A name, or a path such as `customer.tier`.
    pub(crate) path: String,
    pub(crate) function: Option<Function>,
    pub(crate) kind: ValueType,
    pub(crate) list: bool,
    /// Whether a request may leave it out.
    pub(crate) is_optional: bool,
}

impl Field {
    fn new(path: &str, kind: ValueType, is_optional: bool) -> Self {
        Self {
            path: path.to_owned(),
            function: None,
            kind,
            list: false,
            is_optional,
        }
    }

    fn with(&self, function: Function) -> Self {
        Self {
            function: Some(function),
            kind: function.gives(),
            list: false,
            is_optional: false,
            ..self.clone()
        }
    }

    /// What can be taken of it; of texts nothing is offered, which are compared as they are.
    const fn offered_functions(&self) -> &'static [Function] {
        match (self.kind, self.list) {
            (ValueType::String | ValueType::Country | ValueType::City, false) => &[],
            (kind, list) => kind.functions(list),
        }
    }

    /// The field of a row that was written by hand.
    pub(crate) fn of_row(row: &Row) -> Self {
        Self {
            path: row.field.clone(),
            function: row.function,
            kind: row.kind,
            list: row.list,
            is_optional: false,
        }
    }

    /// Its name in a menu, as in the condition: `weekday(now)`.
    pub(crate) fn key(&self) -> String {
        match self.function {
            Some(function) => format!("{}({})", function.as_str(), self.path),
            None => self.path.clone(),
        }
    }

    /// What a row usually asks of it.
    pub(crate) const fn first_operator(&self) -> Operator {
        match (self.kind, self.list) {
            (ValueType::Object | ValueType::List, _) => Operator::Present,
            (_, true) => Operator::Contains,
            (ValueType::Boolean, false) => Operator::IsTrue,
            (ValueType::String | ValueType::Country | ValueType::City, false) => Operator::OneOf,
            (ValueType::Number | ValueType::Integer | ValueType::Date | ValueType::DateTime, false) => {
                Operator::AtLeast
            }
        }
    }

    /// The operators that it offers, and `current`, which a row may have although it is of no use: whether something is
    /// there is asked only of what may be left out.
    pub(crate) fn operators(&self, current: Option<Operator>) -> Vec<Operator> {
        let is_presence = |op| matches!(op, Operator::Present | Operator::Absent);
        let is_always_there = !self.is_optional && !matches!(self.kind, ValueType::Object | ValueType::List);
        let offered = self.kind.operators(self.list).iter().copied();
        offered
            .filter(|op| current == Some(*op) || !(is_always_there && is_presence(*op)))
            .collect()
    }
}

/// The names that a row can read where it stands: the declared ones, and the elements of the lists that are asked around it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Scope {
    schema: Schema,
    /// The innermost last.
    elements: Vec<(String, AttributeType)>,
}

impl Scope {
    /// Outside of every question.
    pub(crate) const fn new(schema: Schema) -> Self {
        Self {
            schema,
            elements: Vec::new(),
        }
    }

    /// Inside a question to `list`, whose elements are called `element`.
    pub(crate) fn inside(&self, list: &str, element: &str) -> Self {
        let mut inside = self.clone();
        if let Some(AttributeType::List(kind)) = self.type_of(list) {
            inside.elements.push((element.to_owned(), AttributeType::clone(kind)));
        }
        inside
    }

    /// Whether a name stands for something here.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.schema.contains_key(name) || self.elements.iter().any(|(element, _)| element == name)
    }

    /// Whether a path begins with a declared name.
    pub(crate) fn is_declared(&self, path: &str) -> bool {
        let name = path.split('.').next().unwrap_or(path);
        self.schema.contains_key(name) && !self.elements.iter().any(|(element, _)| element == name)
    }

    /// What can be asked for: the elements, then what is declared, then what is built in.
    pub(crate) fn fields(&self) -> Vec<Field> {
        let mut found = Vec::new();
        for (element, kind) in self.elements.iter().rev() {
            collect(element, kind, false, &mut found);
        }
        for (name, attribute) in &self.schema {
            // An attribute with a default is always there.
            let is_optional = attribute.is_optional() && attribute.default().is_none();
            collect(name, attribute.kind(), is_optional, &mut found);
        }
        for name in BUILT_IN_NAMES {
            if let Some(kind) = ValueType::of_built_in(name) {
                let field = Field::new(name, kind, *name != NOW);
                found.push(field.clone());
                found.extend(field.offered_functions().iter().map(|function| field.with(*function)));
            }
        }
        found
    }

    /// The lists of objects, of whose elements questions can be asked.
    pub(crate) fn lists(&self) -> Vec<String> {
        let is_of_objects = |field: &Field| field.list && field.function.is_none() && field.kind == ValueType::Object;
        let fields = self.fields().into_iter();
        fields.filter(is_of_objects).map(|field| field.path).collect()
    }

    /// The type of a path.
    fn type_of(&self, path: &str) -> Option<&AttributeType> {
        let mut parts = path.split('.');
        let name = parts.next()?;
        let element = self.elements.iter().rev().find(|(element, _)| element == name);
        let mut kind = element
            .map(|(_, kind)| kind)
            .or_else(|| self.schema.get(name).map(|attribute| attribute.kind()))?;
        for part in parts {
            let AttributeType::Object(fields) = kind else {
                return None;
            };
            kind = &fields.iter().find(|field| field.name == part)?.kind;
        }
        Some(kind)
    }
}

/// A field and what can be taken of it; of an object its fields.
fn collect(path: &str, kind: &AttributeType, is_optional: bool, found: &mut Vec<Field>) {
    if let AttributeType::Object(fields) = kind {
        for field in fields {
            let path = format!("{path}.{}", field.name);
            collect(&path, &field.kind, is_optional || field.optional, found);
        }
        return;
    }
    let (kind, list) = ValueType::of(kind);
    let field = Field {
        list,
        ..Field::new(path, kind, is_optional)
    };
    let taken = field.offered_functions().iter().map(|function| field.with(*function));
    let taken: Vec<_> = taken.collect();
    found.push(field);
    found.extend(taken);
}
