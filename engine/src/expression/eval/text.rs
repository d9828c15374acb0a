//! Functions that make a text.

use super::{Run, Step, TEXT_BYTES_PER_STEP, text_steps};
use crate::expression::ops::{self, FaultKind};
use crate::expression::typed::Function;
use crate::expression::value::{Text, TextOrigin, Value};

impl Run<'_> {
    pub(super) fn trimmed(&self, text: Text) -> Value {
        let whole = self.text(text);
        let before = whole.len() - whole.trim_start().len();
        let len = whole.trim().len();
        #[expect(
            clippy::cast_possible_truncation,
            reason = "no longer than the text, whose length is a u32"
        )]
        Value::Text(Text {
            start: text.start + before as u32,
            len: len as u32,
            ..text
        })
    }

    pub(super) fn case(&mut self, function: Function, text: Text) -> Step<Value> {
        let start = self.machine.text.len();
        self.append(text);
        let copy = self.machine.text.get_mut(start..).unwrap_or_default();
        if copy.is_ascii() {
            if function == Function::Upper {
                copy.make_ascii_uppercase();
            } else {
                copy.make_ascii_lowercase();
            }
            return self.built(start);
        }
        self.machine.text.truncate(start);
        let mut at = 0;
        while let Some(char) = self.text(text).get(at..).and_then(|rest| rest.chars().next()) {
            at += char.len_utf8();
            self.machine.text.extend(ops::cased(function, char));
        }
        self.built(start)
    }

    /// Pops a text and a part, pushes whether the part is where `is_there` looks.
    #[inline]
    pub(super) fn affix(&mut self, is_there: impl Fn(&[u8], &[u8]) -> bool) -> Step<()> {
        let part = self.pop()?;
        let answer = match (self.pop()?, part) {
            (Value::Text(text), Value::Text(part)) => {
                self.burn(text.len / TEXT_BYTES_PER_STEP + part.len / TEXT_BYTES_PER_STEP)?;
                Value::Boolean(is_there(self.bytes(text), self.bytes(part)))
            }
            (Value::Absent, other) | (other, Value::Absent) => {
                self.burn(text_steps(other))?;
                Value::Absent
            }
            _ => return Err(FaultKind::Corrupt),
        };
        self.push(answer);
        Ok(())
    }

    pub(super) fn join(&mut self) -> Step<()> {
        let right = self.pop()?;
        let joined = match (self.pop()?, right) {
            (Value::Text(left), Value::Text(right)) => {
                self.burn(left.len.saturating_add(right.len) / TEXT_BYTES_PER_STEP)?;
                let start = self.machine.text.len();
                self.append(left);
                self.append(right);
                self.built(start)?
            }
            (Value::Absent, _) | (_, Value::Absent) => Value::Absent,
            _ => return Err(FaultKind::Corrupt),
        };
        self.push(joined);
        Ok(())
    }

    fn append(&mut self, text: Text) {
        let start = text.start as usize;
        let range = start..start + text.len as usize;
        match text.origin {
            TextOrigin::Inputs => {
                let text = self.inputs.text().get(range).unwrap_or_default();
                self.machine.text.push_str(text);
            }
            TextOrigin::Program => {
                let text = self.program.text.get(range).unwrap_or_default();
                self.machine.text.push_str(text);
            }
            TextOrigin::Machine => {
                if self.machine.text.get(range.clone()).is_some() {
                    self.machine.text.extend_from_within(range);
                }
            }
        }
    }

    /// What was appended to the machine's text since `start`.
    fn built(&self, start: usize) -> Step<Value> {
        let len = self.machine.text.len() - start;
        match (u32::try_from(start), u32::try_from(len)) {
            (Ok(start), Ok(len)) => Ok(Value::Text(Text {
                origin: TextOrigin::Machine,
                start,
                len,
            })),
            _ => Err(FaultKind::OutOfFuel),
        }
    }
}
