//! Comparisons, and looking for a value in lists.

use std::cmp::Ordering;

use super::{ELEMENTS_PER_STEP, Run, Step};
use crate::expression::ops::FaultKind;
use crate::expression::tree::Comparison;
use crate::expression::value::{List, Value};

impl Run<'_> {
    /// How two values stand to each other; `None` when one is absent.
    pub(super) fn order(&self, left: &Value, right: &Value) -> Option<Ordering> {
        match (left, right) {
            (Value::Number(left), Value::Number(right)) => Some(left.order(right)),
            (Value::Text(left), Value::Text(right)) => Some(self.bytes(*left).cmp(self.bytes(*right))),
            (Value::Boolean(left), Value::Boolean(right)) => Some(left.cmp(right)),
            (Value::Date(left), Value::Date(right)) => Some(left.cmp(right)),
            (Value::DateTime(left), Value::DateTime(right)) => Some(left.cmp(right)),
            _ => None,
        }
    }

    /// Whether a comparison holds; `None` when a value is absent.
    #[inline(always)]
    pub(super) fn compare(&self, operator: Comparison, left: &Value, right: &Value) -> Option<bool> {
        if let (Value::Number(left), Value::Number(right)) = (left, right) {
            return Some(operator.holds(left.order(right)));
        }
        if let (Value::Text(left), Value::Text(right)) = (left, right)
            && !operator.is_ordering()
        {
            let equal = left.len == right.len && self.bytes(*left) == self.bytes(*right);
            return Some(equal == (operator == Comparison::Equal));
        }
        self.order(left, right).map(|order| operator.holds(order))
    }

    pub(super) fn between_popped(&mut self, negated: bool) -> Step<()> {
        let (high, low, item) = (self.pop()?, self.pop()?, self.pop()?);
        let result = self.between(negated, &item, &low, &high);
        self.push(result);
        Ok(())
    }

    pub(super) fn between(&self, negated: bool, item: &Value, low: &Value, high: &Value) -> Value {
        let from = self.order(item, low).map(Ordering::is_ge);
        let to = self.order(item, high).map(Ordering::is_le);
        match (from, to) {
            (Some(false), _) | (_, Some(false)) => Value::Boolean(negated),
            (Some(true), Some(true)) => Value::Boolean(!negated),
            (None, _) | (_, None) => Value::Absent,
        }
    }

    pub(super) fn in_list(&mut self, negated: bool) -> Step<()> {
        let list = self.pop()?;
        let item = self.pop()?;
        let found = match (item, list) {
            (_, Value::List(list)) if list.len == 0 => Value::Boolean(negated),
            (Value::Absent, _) | (_, Value::Absent) => Value::Absent,
            (_, Value::List(list)) => {
                self.burn(list.len / ELEMENTS_PER_STEP)?;
                self.look_for(&item, list, negated)?
            }
            _ => return Err(FaultKind::Corrupt),
        };
        self.push(found);
        Ok(())
    }

    /// True when one element equals the item, else absent when one is absent.
    fn look_for(&self, item: &Value, list: List, negated: bool) -> Step<Value> {
        let width = self.width(list);
        let mut found = Value::Boolean(negated);
        for position in 0..list.len as usize {
            let element = self.cell(list.origin, list.start as usize + position * width)?;
            match self.compare(Comparison::Equal, item, element) {
                Some(true) => return Ok(Value::Boolean(!negated)),
                Some(false) => {}
                None => found = Value::Absent,
            }
        }
        Ok(found)
    }

    pub(super) fn in_set(&self, item: &Value, negated: bool, start: u16, len: u16) -> Step<Value> {
        if item.is_absent() && len > 0 {
            return Ok(Value::Absent);
        }
        let start = usize::from(start);
        let set = self.constants.get(start..start + usize::from(len));
        let set = set.ok_or(FaultKind::Corrupt)?;
        Ok(Value::Boolean(self.contains(set, item) != negated))
    }

    /// A few elements are sooner looked through than halved.
    fn contains(&self, set: &[Value], item: &Value) -> bool {
        const FEW: usize = 4;
        if set.len() <= FEW {
            return set
                .iter()
                .any(|element| self.compare(Comparison::Equal, element, item) == Some(true));
        }
        let Value::Text(text) = item else {
            let found = set.binary_search_by(|element| self.order(element, item).unwrap_or(Ordering::Less));
            return found.is_ok();
        };
        let (item, texts) = (self.bytes(*text), self.program.text.as_bytes());
        let found = set.binary_search_by(|element| match element {
            Value::Text(element) => {
                let start = element.start as usize;
                let element = texts.get(start..start + element.len as usize);
                element.unwrap_or_default().cmp(item)
            }
            Value::Absent | Value::Boolean(_) | Value::Number(_) => Ordering::Less,
            Value::Date(_) | Value::DateTime(_) | Value::List(_) => Ordering::Less,
        });
        found.is_ok()
    }
}
