//! Parts that are numbers, strings, dates and times.

use engine::expression::AttributeType;

use super::{Binding, Part, Writer};
use crate::values;

#[derive(Clone, Copy)]
enum Form {
    Leaf,
    If,
    Default,
    Extreme,
    ExtremeOf,
    /// What only this type has.
    Own,
}

const FORMS: [(usize, Form); 6] = [
    (50, Form::Leaf),
    (3, Form::If),
    (5, Form::Default),
    (4, Form::Extreme),
    (4, Form::ExtremeOf),
    (34, Form::Own),
];

#[derive(Clone, Copy)]
enum NumberForm {
    Arithmetic,
    Negate,
    Length,
    Rounding,
    Count,
    Sum,
    Calendar,
    DaysBetween,
}

const NUMBER_FORMS: [(usize, NumberForm); 8] = [
    (40, NumberForm::Arithmetic),
    (5, NumberForm::Negate),
    (10, NumberForm::Length),
    (15, NumberForm::Rounding),
    (6, NumberForm::Count),
    (8, NumberForm::Sum),
    (12, NumberForm::Calendar),
    (4, NumberForm::DaysBetween),
];

impl Writer<'_> {
    /// A part of a type without parts.
    pub(super) fn single(&mut self, level: usize, kind: &AttributeType) -> Part {
        match kind {
            AttributeType::Boolean => self.boolean(level),
            AttributeType::Integer => self.number(level, true),
            AttributeType::Number | AttributeType::List(_) | AttributeType::Object(_) => self.number(level, false),
            AttributeType::String => self.string(level),
            AttributeType::Date | AttributeType::DateTime => self.value(level, kind, |writer| writer.time(level, kind)),
        }
    }

    pub(super) fn number(&mut self, level: usize, whole: bool) -> Part {
        let kind = if whole {
            AttributeType::Integer
        } else {
            AttributeType::Number
        };
        self.value(level, &kind, |writer| writer.computed(level, whole))
    }

    pub(super) fn string(&mut self, level: usize) -> Part {
        self.value(level, &AttributeType::String, |writer| {
            let inner = writer.string(level + 1);
            if writer.random.percent(40) {
                let right = writer.string(level + 1);
                let left = writer.operand(inner, Binding::Sum);
                let right = writer.operand(right, Binding::Product);
                return Part::new(Binding::Sum, format!("{left} + {right}"));
            }
            let function = writer.random.text(&["lower", "upper", "trim"]);
            Part::whole(format!("{function}({})", inner.text))
        })
    }

    pub(super) fn literal(&mut self, kind: &AttributeType) -> Part {
        let whole = *kind == AttributeType::Integer;
        match kind {
            AttributeType::String => {
                let text = self.random.text(&values::STRINGS);
                Part::whole(values::quoted(self.random, text))
            }
            AttributeType::Boolean => Part::whole(self.word("true", "false")),
            AttributeType::Date => {
                let date = self.random.text(&values::DATES);
                Part::whole(format!("date({})", values::quoted(self.random, date)))
            }
            AttributeType::DateTime => {
                let all: &[&str] = if self.random.percent(60) {
                    &values::TIMES
                } else {
                    &values::LOCAL_TIMES
                };
                let time = self.random.text(all);
                Part::whole(format!("date_time({})", values::quoted(self.random, time)))
            }
            AttributeType::Number | AttributeType::Integer | AttributeType::List(_) | AttributeType::Object(_) => {
                let text = values::number(self.random, whole);
                let binding = if text.starts_with('-') {
                    Binding::Unary
                } else {
                    Binding::Postfix
                };
                Part::new(binding, text)
            }
        }
    }

    /// What every type has, or its `own`.
    fn value(&mut self, level: usize, kind: &AttributeType, own: impl FnOnce(&mut Self) -> Part) -> Part {
        if self.has_mistakes && self.random.percent(8) {
            return self.mistake(level);
        }
        let form = if self.is_leaf(level) {
            Form::Leaf
        } else {
            self.random.weighted(&FORMS, Form::Leaf)
        };
        match form {
            Form::Leaf => self.leaf(level, kind),
            Form::If => self.conditional(level, |writer| writer.single(level + 1, kind)),
            Form::Default => self.default(level, |writer| writer.leaf(level + 1, kind), kind),
            Form::Extreme => {
                let count = 2 + self.random.below(2);
                let values: Vec<_> = (0..count).map(|_| self.single(level + 1, kind).text).collect();
                Part::whole(format!("{}({})", self.word("min", "max"), values.join(", ")))
            }
            Form::ExtremeOf => {
                let name = self.random.text(&["min_of", "max_of"]);
                self.taken_of(level, name, kind)
            }
            Form::Own => own(self),
        }
    }

    /// An aggregate that asks each element for a value: `sum`, `min_of` or `max_of`.
    fn taken_of(&mut self, level: usize, name: &str, kind: &AttributeType) -> Part {
        let list = self.list(level, |_| true);
        let arguments = if list.element == *kind && self.random.percent(50) {
            list.text
        } else {
            self.question(&list, |writer| writer.single(level + 1, kind))
        };
        Part::whole(format!("{name}({arguments})"))
    }

    fn leaf(&mut self, level: usize, kind: &AttributeType) -> Part {
        let fits = |found: &AttributeType| {
            found == kind || (*kind == AttributeType::Number && *found == AttributeType::Integer)
        };
        if self.random.percent(60)
            && let Some(path) = self.path(level, fits)
        {
            return path;
        }
        self.literal(kind)
    }

    fn time(&mut self, level: usize, kind: &AttributeType) -> Part {
        let (function, of) = if *kind == AttributeType::Date {
            ("date", &AttributeType::DateTime)
        } else {
            ("date_time", &AttributeType::Date)
        };
        Part::whole(format!("{function}({})", self.single(level + 1, of).text))
    }

    fn computed(&mut self, level: usize, whole: bool) -> Part {
        match self.random.weighted(&NUMBER_FORMS, NumberForm::Arithmetic) {
            NumberForm::Arithmetic => self.arithmetic(level, whole),
            NumberForm::Negate => {
                let inner = self.number(level + 1, whole);
                Part::new(Binding::Unary, format!("-{}", self.operand(inner, Binding::Unary)))
            }
            NumberForm::Length => {
                let of = if self.random.percent(50) {
                    self.string(level + 1).text
                } else {
                    self.list(level, |_| true).text
                };
                Part::whole(format!("len({of})"))
            }
            NumberForm::Rounding => self.rounded(level, whole),
            NumberForm::Count => self.asked(level, "count"),
            NumberForm::Sum => {
                let kind = if whole {
                    AttributeType::Integer
                } else {
                    AttributeType::Number
                };
                self.taken_of(level, "sum", &kind)
            }
            NumberForm::Calendar => self.of_calendar(level),
            NumberForm::DaysBetween => {
                let (from, to) = (self.day(level), self.day(level));
                Part::whole(format!("days_between({from}, {to})"))
            }
        }
    }

    fn arithmetic(&mut self, level: usize, whole: bool) -> Part {
        const OPERATORS: [(usize, (&str, Binding, Binding)); 5] = [
            (25, ("+", Binding::Sum, Binding::Product)),
            (25, ("-", Binding::Sum, Binding::Product)),
            (25, ("*", Binding::Product, Binding::Unary)),
            (15, ("%", Binding::Product, Binding::Unary)),
            (25, ("/", Binding::Product, Binding::Unary)),
        ];
        let all = OPERATORS.get(..if whole { 4 } else { 5 }).unwrap_or(&OPERATORS);
        let (operator, own, tighter) = self.random.weighted(all, ("+", Binding::Sum, Binding::Product));
        let left = self.number(level + 1, whole);
        let left = self.operand(left, own);
        let right = if self.random.percent(40) {
            self.troublesome(level, operator)
        } else {
            let right = self.number(level + 1, whole);
            self.operand(right, tighter)
        };
        let space = self.word(" ", "");
        Part::new(own, format!("{left}{space}{operator}{space}{right}"))
    }

    /// A right operand that fails: a zero that only a request shows, or what makes the result too large.
    fn troublesome(&mut self, level: usize, operator: &str) -> String {
        let path = self.path(level, |kind| *kind == AttributeType::Integer);
        let path = path.map_or_else(|| "age".to_owned(), |path| path.text);
        let large = "79228162514264337593543950335";
        match operator {
            "/" | "%" if self.random.percent(60) => format!("({path} - {path})"),
            "/" | "%" => path,
            _ => format!("({path} * {path} + {large})"),
        }
    }

    fn rounded(&mut self, level: usize, whole: bool) -> Part {
        let function = self.random.text(&["round", "floor", "ceil", "abs"]);
        // Of a whole number, so that what is asked for is what comes.
        let inner = self.number(level + 1, whole && function == "abs").text;
        if function == "round" && !whole && self.random.percent(60) {
            let decimals = self.number(level + 1, true).text;
            return Part::whole(format!("round({inner}, {decimals})"));
        }
        Part::whole(format!("{function}({inner})"))
    }

    fn of_calendar(&mut self, level: usize) -> Part {
        let function = self.random.text(&["year", "month", "day", "weekday", "hour"]);
        let of = if function == "hour" {
            self.single(level + 1, &AttributeType::DateTime).text
        } else {
            self.day(level)
        };
        Part::whole(format!("{function}({of})"))
    }

    /// A date, or a date and time, of which the day is taken.
    fn day(&mut self, level: usize) -> String {
        let is_date = self.random.percent(50);
        let kind = if is_date {
            AttributeType::Date
        } else {
            AttributeType::DateTime
        };
        self.single(level + 1, &kind).text
    }
}
