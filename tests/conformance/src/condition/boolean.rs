//! Parts that are true or false.

use engine::expression::AttributeType;

use super::{Binding, Part, Writer, is_simple};
use crate::schema;

const COMPARISONS: [&str; 6] = ["==", "!=", "<", "<=", ">", ">="];

#[derive(Clone, Copy)]
enum Form {
    Compare,
    In,
    Between,
    And,
    Or,
    Not,
    If,
    Has,
    Default,
    Text,
    Aggregate,
    Equal,
    Leaf,
}

const FORMS: [(usize, Form); 13] = [
    (26, Form::Compare),
    (10, Form::In),
    (7, Form::Between),
    (8, Form::And),
    (8, Form::Or),
    (6, Form::Not),
    (3, Form::If),
    (4, Form::Has),
    (2, Form::Default),
    (7, Form::Text),
    (10, Form::Aggregate),
    (2, Form::Equal),
    (7, Form::Leaf),
];

impl Writer<'_> {
    pub(super) fn boolean(&mut self, level: usize) -> Part {
        if self.has_mistakes && self.random.percent(12) {
            return self.mistake(level);
        }
        let form = if self.is_leaf(level) {
            Form::Leaf
        } else {
            self.random.weighted(&FORMS, Form::Leaf)
        };
        match form {
            Form::Compare => self.comparison(level),
            Form::In => self.membership(level),
            Form::Between => self.between(level),
            Form::And => self.chain(level, Binding::And, Binding::Not, [" and ", "&&"]),
            Form::Or => self.chain(level, Binding::Or, Binding::And, [" or ", " || "]),
            Form::Not => {
                let inner = self.boolean(level + 1);
                let inner = self.operand(inner, Binding::Not);
                Part::new(Binding::Not, format!("{}{inner}", self.word("not ", "!")))
            }
            Form::If => self.conditional(level, |writer| writer.boolean(level + 1)),
            Form::Has => self.has(level),
            Form::Default => self.default(level, |writer| writer.boolean(level + 1), &AttributeType::Boolean),
            Form::Text => self.text_test(level),
            Form::Aggregate => {
                let name = self.random.text(&["any", "all"]);
                self.asked(level, name)
            }
            Form::Equal => {
                let (left, right) = (self.boolean(level + 1), self.boolean(level + 1));
                let (left, right) = (self.operand(left, Binding::Sum), self.operand(right, Binding::Sum));
                Part::new(
                    Binding::Compare,
                    format!("{left} {} {right}", self.random.text(&["==", "!="])),
                )
            }
            Form::Leaf => self.truth(level),
        }
    }

    /// An aggregate that asks each element for a condition: `any`, `all` or `count`.
    pub(super) fn asked(&mut self, level: usize, name: &str) -> Part {
        let list = self.list(level, |_| true);
        let arguments = if list.element == AttributeType::Boolean && self.random.percent(50) {
            list.text
        } else {
            self.question(&list, |writer| writer.boolean(level + 1))
        };
        Part::whole(format!("{name}({arguments})"))
    }

    /// `if … then … else …` of whatever `value` writes.
    pub(super) fn conditional(&mut self, level: usize, mut value: impl FnMut(&mut Self) -> Part) -> Part {
        let condition = self.boolean(level + 1).text;
        let (then, otherwise) = (value(self).text, value(self).text);
        Part::new(Binding::If, format!("if {condition} then {then} else {otherwise}"))
    }

    /// `default(…, …)` of an attribute if there is one.
    pub(super) fn default(
        &mut self,
        level: usize,
        value: impl FnOnce(&mut Self) -> Part,
        kind: &AttributeType,
    ) -> Part {
        let path = self.path(level, |found| found == kind);
        let path = path.unwrap_or_else(|| value(self)).text;
        let otherwise = self.single(level + 1, kind).text;
        Part::whole(format!("default({path}, {otherwise})"))
    }

    fn comparison(&mut self, level: usize) -> Part {
        let kind = self.ordered();
        let left = self.compared(level, &kind);
        let right = if self.random.percent(35) {
            self.literal(&kind).text
        } else {
            self.compared(level, &kind)
        };
        let operator = self.random.pick(&COMPARISONS).copied().unwrap_or("==");
        let space = self.word(" ", "");
        Part::new(Binding::Compare, format!("{left}{space}{operator}{space}{right}"))
    }

    fn membership(&mut self, level: usize) -> Part {
        let kind = schema::simple(self.random);
        let item = self.compared(level, &kind);
        let list = if self.random.percent(60) {
            self.written_list(level, &kind)
        } else {
            self.list(level, |element| *element == kind).text
        };
        Part::new(
            Binding::Compare,
            format!("{item}{}{list}", self.word(" in ", " not in ")),
        )
    }

    fn between(&mut self, level: usize) -> Part {
        let kind = self.ordered();
        let [item, low, high] = [(); 3].map(|()| self.compared(level, &kind));
        let between = self.word(" between ", " not\tbetween ");
        Part::new(Binding::Compare, format!("{item}{between}{low} and {high}"))
    }

    fn compared(&mut self, level: usize, kind: &AttributeType) -> String {
        let part = self.single(level + 1, kind);
        self.operand(part, Binding::Sum)
    }

    /// A type that has an order.
    fn ordered(&mut self) -> AttributeType {
        let kind = schema::simple(self.random);
        if kind == AttributeType::Boolean {
            AttributeType::Number
        } else {
            kind
        }
    }

    fn chain(&mut self, level: usize, own: Binding, least: Binding, words: [&'static str; 2]) -> Part {
        let count = 2 + self.random.below(2);
        let parts: Vec<_> = (0..count)
            .map(|_| {
                let part = self.boolean(level + 1);
                self.operand(part, least)
            })
            .collect();
        let [usual, other] = words;
        Part::new(own, parts.join(self.word(usual, other)))
    }

    fn has(&mut self, level: usize) -> Part {
        let path = self.path(level, |_| true).unwrap_or(Part::whole("now"));
        Part::whole(format!("has({})", path.text))
    }

    fn text_test(&mut self, level: usize) -> Part {
        let function = self.random.text(&["starts_with", "ends_with", "contains"]);
        let (text, part) = (self.string(level + 1).text, self.string(level + 1).text);
        Part::whole(format!("{function}({text}, {part})"))
    }

    fn truth(&mut self, level: usize) -> Part {
        if self.random.percent(85)
            && let Some(path) = self.path(level, |kind| *kind == AttributeType::Boolean)
        {
            return path;
        }
        if self.random.percent(70)
            && let Some(path) = self.path(level, is_simple)
        {
            return Part::whole(format!("has({})", path.text));
        }
        self.literal(&AttributeType::Boolean)
    }
}
