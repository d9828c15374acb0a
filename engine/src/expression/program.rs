//! The compiled form of a condition: what the edge stores, loads and runs.
//!
//! A stack machine whose jumps only go forward, except the one that closes an aggregate's loop. Parsing, checking and
//! folding are done; names are slots and columns; what the condition needs of its zone travels along.

mod code;
mod load;
mod save;

use super::layout::Layout;
use super::value::Value;
use crate::zone::Zone;

pub(crate) use code::{Code, Op};
pub use load::LoadError;

use super::condition::Condition;
use super::{fold, lower};

/// The version of the stored form; a reader refuses every other.
pub const FORMAT_VERSION: u8 = 1;

/// A compiled condition.
///
/// ```
/// use engine::expression::{AttributeType, Condition, Program, Schema};
/// use engine::zone::Zone;
///
/// let schema = Schema::from([("total".to_owned(), AttributeType::Number.into())]);
/// let condition = Condition::check("total >= 100", &schema).unwrap();
/// let program = Program::compile(&condition, &Zone::utc());
/// assert_eq!(Program::load(&program.to_bytes()).unwrap(), program);
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Program {
    pub(crate) code: Vec<Op>,
    /// Single values; a constant list is a run of them.
    pub(crate) constants: Vec<Value>,
    /// The texts of the constants, one after the other.
    pub(crate) text: String,
    pub(crate) layout: Layout,
    pub(crate) zone: Zone,
    /// Where in the source an operation that may fail stands, by its place in the code, ascending.
    pub(crate) places: Vec<(u16, Place)>,
}

/// A place in the source, in bytes; a source has at most 4 KiB.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Place {
    pub(crate) start: u16,
    pub(crate) end: u16,
}

impl Program {
    /// Compiles a condition for a promotion in `zone`, with constants folded. Times without an offset and the functions of
    /// the calendar are read in that zone.
    ///
    /// ```
    /// use engine::expression::{Condition, Inputs, Machine, Outcome, Program, Schema};
    /// use engine::zone::Zone;
    ///
    /// let source = "date_time('2026-12-24T18:00') == date_time('2026-12-24T21:00:00Z')";
    /// let condition = Condition::check(source, &Schema::new()).unwrap();
    /// let montevideo = Zone::new(-180, &[]).unwrap();
    /// let program = Program::compile(&condition, &montevideo);
    /// assert_eq!(program.evaluate(&Inputs::default(), &mut Machine::default()), Outcome::Met);
    /// ```
    pub fn compile(condition: &Condition, zone: &Zone) -> Self {
        let requirements = fold::fold_requirements(condition.requirements(), zone);
        lower::lower(&requirements, condition.layout(), zone)
    }

    /// The same, computing every constant when it runs: slower, and by a property of the tests never different.
    pub fn compile_unoptimised(condition: &Condition, zone: &Zone) -> Self {
        lower::lower(condition.requirements(), condition.layout(), zone)
    }

    pub(crate) const fn zone(&self) -> &Zone {
        &self.zone
    }

    pub(crate) const fn layout(&self) -> &Layout {
        &self.layout
    }

    /// The stored form.
    pub fn to_bytes(&self) -> Vec<u8> {
        save::save(self)
    }

    /// Reads the stored form and checks that it can be run.
    ///
    /// # Errors
    /// The bytes are of another version, cut, or no program; never a panic, whatever the bytes.
    ///
    /// ```
    /// assert!(engine::expression::Program::load(b"no program").is_err());
    /// ```
    pub fn load(bytes: &[u8]) -> Result<Self, LoadError> {
        load::load(bytes)
    }
}
