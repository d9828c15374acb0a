//! Random conditions: each part is asked for with its type, so that nearly all of them are well typed.

mod boolean;
mod single;

use engine::expression::AttributeType;

use crate::random::Random;
use crate::schema::{self, Declared};

/// Most conditions are short, so that each of their parts is reached and many are tried in a second.
const FEW_PARTS: usize = 12;
/// Room for several clauses; what comes near the limits is of [`crate::limits`].
const MANY_PARTS: usize = 40;
const MAX_LEVELS: usize = 6;
/// How the aggregates call their elements, by level; no attribute is called so.
const ELEMENT_NAMES: [&str; 5] = ["x", "y", "l", "it", "_e"];

/// The source of a condition on `attributes`.
pub(crate) fn source(random: &mut Random, attributes: &[Declared]) -> String {
    let most = if random.percent(80) { FEW_PARTS } else { MANY_PARTS };
    let mut writer = Writer {
        has_mistakes: random.percent(4),
        parts_left: 4 + random.below(most),
        random,
        scope: Vec::new(),
        elements: 0,
    };
    for attribute in attributes {
        writer.bring(attribute.name.to_owned(), &attribute.kind);
    }
    for (name, kind) in [
        ("country", AttributeType::String),
        ("city", AttributeType::String),
        ("customer_id", AttributeType::String),
        ("age", AttributeType::Integer),
        ("amount", AttributeType::Number),
        ("now", AttributeType::DateTime),
    ] {
        writer.bring(name.to_owned(), &kind);
    }
    let text = writer.requirements();
    if writer.random.percent(2) {
        damaged(writer.random, &text)
    } else {
        text
    }
}

/// How tightly a part binds, as the grammar has it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
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

/// A part of a condition.
#[derive(Debug, Clone)]
struct Part {
    text: String,
    binding: Binding,
}

impl Part {
    fn new(binding: Binding, text: impl Into<String>) -> Self {
        Self {
            text: text.into(),
            binding,
        }
    }

    /// What stands by itself: a literal, a path, a call.
    fn whole(text: impl Into<String>) -> Self {
        Self::new(Binding::Postfix, text)
    }
}

/// A list and the type of its elements.
struct ListPart {
    text: String,
    element: AttributeType,
}

struct Writer<'r> {
    random: &'r mut Random,
    /// Everything that has a name, objects and lists included.
    scope: Vec<(String, AttributeType)>,
    /// The aggregates around.
    elements: usize,
    parts_left: usize,
    has_mistakes: bool,
}

impl Writer<'_> {
    /// Most conditions are a row of requirements.
    fn requirements(&mut self) -> String {
        let count = self.random.weighted(&[(45, 1), (35, 2), (20, 3)], 1);
        let parts: Vec<_> = (0..count)
            .map(|_| {
                let part = self.boolean(0);
                let least = if count == 1 { Binding::If } else { Binding::Not };
                self.operand(part, least)
            })
            .collect();
        let text = parts.join(self.word(" and ", "&&"));
        match self.random.below(20) {
            0 => format!("{text} // {}", "said in ('brackets"),
            1 => format!("// 'if'\n{text}"),
            _ => text,
        }
    }

    /// Brings a name into scope, with the fields below it.
    fn bring(&mut self, name: String, kind: &AttributeType) {
        if let AttributeType::Object(fields) = kind {
            for field in fields {
                self.bring(format!("{name}.{}", field.name), &field.kind);
            }
        }
        self.scope.push((name, kind.clone()));
    }

    /// Counts a part, and says whether this one has to be a leaf.
    fn is_leaf(&mut self, level: usize) -> bool {
        self.parts_left = self.parts_left.saturating_sub(1);
        self.parts_left == 0 || level >= MAX_LEVELS
    }

    /// In parentheses if it binds too loosely for its place, and sometimes without need.
    fn operand(&mut self, part: Part, least: Binding) -> String {
        if part.binding < least || self.random.percent(4) {
            format!("({})", part.text)
        } else {
            part.text
        }
    }

    fn word(&mut self, usual: &'static str, other: &'static str) -> &'static str {
        if self.random.percent(80) { usual } else { other }
    }

    /// A name, a field, or an element of a list, of a type that `fits`.
    fn path(&mut self, level: usize, fits: impl Fn(&AttributeType) -> bool + Copy) -> Option<Part> {
        let found = self
            .scope
            .iter()
            .filter(|(_, kind)| fits(kind))
            .map(|(path, _)| path.clone());
        let mut found: Vec<_> = found.collect();
        // Inside an aggregate mostly of the element that it looks at.
        let element = self.elements.checked_sub(1).and_then(|last| ELEMENT_NAMES.get(last));
        let of_element = |path: &String| element.is_some_and(|name| path.split('.').next() == Some(name));
        if found.iter().any(of_element) && self.random.percent(70) {
            found.retain(of_element);
        }
        if found.is_empty() || self.random.percent(20) {
            let item = self.item(level, fits);
            if item.is_some() {
                return item;
            }
        }
        self.random.pick(&found).cloned().map(Part::whole)
    }

    /// `lines[0].sku`.
    fn item(&mut self, level: usize, fits: impl Fn(&AttributeType) -> bool + Copy) -> Option<Part> {
        let lists = self.scope.iter().filter_map(|(path, kind)| {
            let AttributeType::List(element) = kind else {
                return None;
            };
            Some((path.clone(), element.as_ref().clone()))
        });
        let lists: Vec<_> = lists.collect();
        let (path, element) = self.random.pick(&lists)?.clone();
        let index = if self.random.percent(85) || self.is_leaf(level) {
            self.random.text(&["0", "1", "2", "3", "999"]).to_owned()
        } else {
            self.number(level + 1, true).text
        };
        let outer = std::mem::take(&mut self.scope);
        self.bring(format!("{path}[{index}]"), &element);
        let inner = std::mem::replace(&mut self.scope, outer);
        let found = inner.into_iter().filter(|(_, kind)| fits(kind)).map(|(path, _)| path);
        let found: Vec<_> = found.collect();
        self.random.pick(&found).cloned().map(Part::whole)
    }

    /// A list whose elements fit: an attribute's, or one that is written in the condition.
    fn list(&mut self, level: usize, fits: impl Fn(&AttributeType) -> bool + Copy) -> ListPart {
        let is_list = |kind: &AttributeType| matches!(kind, AttributeType::List(element) if fits(element));
        if self.random.percent(75) {
            let named = self.scope.iter().filter(|(_, kind)| is_list(kind)).cloned();
            let named: Vec<_> = named.collect();
            if let Some((text, AttributeType::List(element))) = self.random.pick(&named).cloned() {
                return ListPart {
                    text,
                    element: *element,
                };
            }
        }
        let simple: Vec<_> = AttributeType::SIMPLE.into_iter().filter(fits).collect();
        let element = self.random.pick(&simple).cloned().unwrap_or(AttributeType::Number);
        let text = self.written_list(level, &element);
        ListPart { text, element }
    }

    fn written_list(&mut self, level: usize, element: &AttributeType) -> String {
        let count = self.random.weighted(&[(4, 0), (20, 1), (70, 4), (5, 12), (1, 150)], 3);
        let elements: Vec<_> = (0..count)
            .map(|_| {
                if count < 10 && self.random.percent(15) {
                    self.single(level + 1, element).text
                } else {
                    self.literal(element).text
                }
            })
            .collect();
        let comma = if count > 0 && self.random.percent(5) { "," } else { "" };
        format!("[{}{comma}]", elements.join(self.word(", ", ",")))
    }

    /// `list, x => body`.
    fn question(&mut self, list: &ListPart, body: impl FnOnce(&mut Self) -> Part) -> String {
        let name = ELEMENT_NAMES.get(self.elements).copied().unwrap_or("last");
        let visible = self.scope.len();
        self.elements += 1;
        self.bring(name.to_owned(), &list.element);
        let body = body(self).text;
        self.scope.truncate(visible);
        self.elements -= 1;
        format!("{}, {name} => {body}", list.text)
    }

    /// What does not stand where it should.
    fn mistake(&mut self, level: usize) -> Part {
        let other = schema::simple(self.random);
        match self.random.below(7) {
            0 => Part::whole("totl"),
            1 => Part::whole("lenn(method)"),
            2 => Part::whole("starts_with('a')"),
            3 => Part::whole(format!("sum({})", self.literal(&other).text)),
            4 => self.path(level, |_| true).unwrap_or(Part::whole("total.sku")),
            _ => self.single(level + 1, &other),
        }
    }
}

fn is_simple(kind: &AttributeType) -> bool {
    !matches!(kind, AttributeType::List(_) | AttributeType::Object(_))
}

/// One character too few, too many, or twice.
fn damaged(random: &mut Random, text: &str) -> String {
    let at = random.below(text.len());
    let at = (0..=at).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
    let (before, after) = text.split_at(at);
    let mut rest = after.chars();
    rest.next();
    match random.below(4) {
        0 => format!("{before}{}", rest.as_str()),
        1 => format!("{before}){after}"),
        2 => format!("{before} in {after}"),
        _ => before.to_owned(),
    }
}
