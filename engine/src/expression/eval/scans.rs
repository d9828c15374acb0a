//! Aggregates that need no loop of operations: what they ask of an element is told by the operations beside them.

use std::iter;

use super::{Run, Step, absent, compute};
use crate::expression::number::{Number, Parts, small};
use crate::expression::ops::FaultKind;
use crate::expression::program::Op;
use crate::expression::tree::{Arithmetic, Comparison};
use crate::expression::typed::Aggregate;
use crate::expression::value::{List, Value};

/// The elements of a list, each as its row of cells.
struct Rows<'a> {
    /// From the next row on.
    cells: &'a [Value],
    width: usize,
    /// Elements from the next one on.
    left: u32,
}

impl<'a> Iterator for Rows<'a> {
    type Item = &'a [Value];

    #[inline]
    fn next(&mut self) -> Option<&'a [Value]> {
        self.left = self.left.checked_sub(1)?;
        let (row, rest) = self.cells.split_at_checked(self.width).unwrap_or_default();
        self.cells = rest;
        Some(row)
    }
}

impl Run<'_> {
    /// Pushes what an aggregate makes of the list on the stack, whose elements are asked for `parts`.
    pub(super) fn scan(&mut self, aggregate: Aggregate, parts: &[Op]) -> Step<()> {
        let result = match (self.pop()?, parts) {
            (Value::List(list), [term]) if aggregate == Aggregate::Sum => {
                self.sum(self.rows(list), Term::of(*term)?)?
            }
            (Value::List(list), tests) => self.answer(aggregate, self.rows(list), tests)?,
            (value, _) => absent(value)?,
        };
        self.push(result);
        Ok(())
    }

    fn rows(&self, list: List) -> Rows<'_> {
        Rows {
            cells: self.cells(list.origin).get(list.start as usize..).unwrap_or_default(),
            width: self.width(list),
            left: list.len,
        }
    }

    /// How elements answer to tests, all of which have to hold. A function of its own: inlined into the machine's loop
    /// it would lack registers.
    #[inline(never)]
    fn answer(&self, aggregate: Aggregate, rows: Rows<'_>, tests: &[Op]) -> Step<Value> {
        let [
            Op::CompareElement {
                operator,
                column,
                constant,
                ..
            },
        ] = *tests
        else {
            return self.tally(aggregate, rows, |row| self.holds(row, tests));
        };
        // What a constant is, is asked once.
        let constant = self.constant(constant)?;
        if let Value::Text(text) = constant
            && !operator.is_ordering()
        {
            let bytes = self.bytes(*text);
            return self.tally(aggregate, rows, |row| {
                self.burn(1)?;
                let Value::Text(text) = cell(row, column)? else {
                    return Ok(None);
                };
                let equal = same(self.bytes(*text), bytes);
                Ok(Some(equal == (operator == Comparison::Equal)))
            });
        }
        self.tally(aggregate, rows, |row| {
            self.burn(1)?;
            Ok(self.compare(operator, cell(row, column)?, constant))
        })
    }

    #[inline]
    fn tally(
        &self,
        aggregate: Aggregate,
        rows: Rows<'_>,
        holds: impl Fn(&[Value]) -> Step<Option<bool>>,
    ) -> Step<Value> {
        let decides = match aggregate {
            Aggregate::Any => Some(true),
            Aggregate::All => Some(false),
            Aggregate::Count => None,
            Aggregate::Sum | Aggregate::MinOf | Aggregate::MaxOf => return Err(FaultKind::Corrupt),
        };
        let (mut count, mut any_absent) = (0, false);
        for row in rows {
            self.burn(1)?;
            match holds(row)? {
                Some(held) if decides == Some(held) => return Ok(Value::Boolean(held)),
                Some(held) => count += i64::from(held),
                None => any_absent = true,
            }
        }
        Ok(match decides {
            None => Value::Number(Number::whole(count)),
            Some(_) if any_absent => Value::Absent,
            Some(decides) => Value::Boolean(!decides),
        })
    }

    /// Whether all tests hold of an element; `None` when none fails and one is of something absent.
    #[inline]
    fn holds(&self, row: &[Value], tests: &[Op]) -> Step<Option<bool>> {
        let mut held = Some(true);
        for test in tests {
            let Op::CompareElement {
                operator,
                column,
                constant,
                ..
            } = *test
            else {
                return Err(FaultKind::Corrupt);
            };
            self.burn(1)?;
            match self.compare(operator, cell(row, column)?, self.constant(constant)?) {
                Some(true) => {}
                Some(false) => return Ok(Some(false)),
                None => held = None,
            }
        }
        Ok(held)
    }

    /// The sum of what the elements give, in plain integers as long as they suffice. A function of its own as well.
    #[inline(never)]
    fn sum(&self, mut rows: Rows<'_>, term: Term) -> Step<Value> {
        let (mut mantissa, mut scale) = (0, 0);
        while let Some(row) = rows.next() {
            let sum = term
                .parts(row)
                .and_then(|parts| small(Arithmetic::Add, (mantissa, scale), parts));
            let Some(sum) = sum else {
                return self.sum_of_all(Number::small(mantissa, scale), iter::once(row).chain(rows), term);
            };
            self.burn(Term::STEPS)?;
            (mantissa, scale) = sum;
        }
        Ok(Value::Number(Number::small(mantissa, scale)))
    }

    /// The same of whatever elements give, from a first sum on.
    #[cold]
    fn sum_of_all<'a>(&self, mut sum: Number, rows: impl Iterator<Item = &'a [Value]>, term: Term) -> Step<Value> {
        let scan = self.at.get();
        for row in rows {
            self.burn(Term::STEPS)?;
            // The term is the next operation.
            self.at.set(scan + 1);
            let value = term.value(row)?;
            self.at.set(scan);
            let Value::Number(number) = value else {
                return absent(value);
            };
            sum.apply(Arithmetic::Add, &number)?;
        }
        Ok(Value::Number(sum))
    }
}

/// What an element gives to a sum: a column, or what is computed of it and another.
#[derive(Clone, Copy)]
struct Term {
    left: u16,
    right: Option<(Arithmetic, u16)>,
}

impl Term {
    /// One for the element, one for the operation.
    const STEPS: u32 = 2;

    fn of(op: Op) -> Step<Self> {
        if let Op::Element { column: left, .. } = op {
            return Ok(Self { left, right: None });
        }
        let Op::ArithmeticElements {
            operator, left, right, ..
        } = op
        else {
            return Err(FaultKind::Corrupt);
        };
        let right = Some((operator, right));
        Ok(Self { left, right })
    }

    /// The value, where all is small.
    #[inline]
    fn parts(self, row: &[Value]) -> Option<Parts> {
        let parts = |column| match cell(row, column) {
            Ok(Value::Number(number)) => number.parts(),
            _ => None,
        };
        let left = parts(self.left)?;
        match self.right {
            None => Some(left),
            Some((operator, right)) => small(operator, left, parts(right)?),
        }
    }

    fn value(self, row: &[Value]) -> Step<Value> {
        let mut value = *cell(row, self.left)?;
        if let Some((operator, right)) = self.right {
            compute(operator, &mut value, cell(row, right)?)?;
        }
        Ok(value)
    }
}

fn cell(row: &[Value], column: u16) -> Step<&Value> {
    row.get(usize::from(column)).ok_or(FaultKind::Corrupt)
}

/// Whether two texts are the same; those of 4 to 16 bytes, as most are, by their first and last bytes, without a call.
#[inline]
fn same(left: &[u8], right: &[u8]) -> bool {
    if left.len() != right.len() || left.len() > 16 {
        return left == right;
    }
    if let (Some(left), Some(right)) = (ends::<8>(left), ends::<8>(right)) {
        return left == right;
    }
    if let (Some(left), Some(right)) = (ends::<4>(left), ends::<4>(right)) {
        return left == right;
    }
    left == right
}

/// The first and the last bytes, which may be the same.
fn ends<const COUNT: usize>(text: &[u8]) -> Option<(&[u8; COUNT], &[u8; COUNT])> {
    text.first_chunk().zip(text.last_chunk())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_the_same_when_all_their_bytes_are() {
        for length in 0..20 {
            let text = b"abcdefghijklmnopqrst".get(..length).unwrap();
            assert!(same(text, text), "{length}");
            for place in 0..length {
                let mut other = text.to_vec();
                other[place] = b'-';
                assert!(!same(text, &other), "{length} {place}");
                assert!(!same(text, &text[..place]), "{length} {place}");
            }
        }
    }
}
