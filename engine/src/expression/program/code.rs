//! The operations of a program.

use crate::expression::tree::{Arithmetic, Comparison};
use crate::expression::typed::{Aggregate, Function};

/// A place in the code.
pub(crate) type Code = u16;

/// One operation; each takes one unit of fuel. "Pops" and "pushes" are of the machine's stack; booleans may be absent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Op {
    /// Pushes a constant.
    Constant(u16),
    /// Pushes a run of constants as a list.
    Constants { start: u16, len: u16 },
    /// Pushes a slot of the inputs.
    Slot(u16),
    /// Pushes a column of the element that a loop looks at; level 0 is the outermost loop.
    Element { level: u8, column: u16 },
    /// Pops an index and a list, pushes a column of that element.
    Item { column: u16 },
    /// Pops as many values, pushes them as a list.
    List { len: u16 },
    /// Pops a number, pushes its negative.
    Negate,
    /// Pops a boolean, pushes its contrary.
    Not,
    /// Pops two numbers, pushes the result.
    Arithmetic(Arithmetic),
    /// Pops two strings, pushes them as one.
    Join,
    /// Pops two values, pushes a boolean.
    Compare(Comparison),
    /// The same with a constant on the right: pops one value.
    CompareConstant { operator: Comparison, constant: u16 },
    /// The same with a slot on the left: pops nothing.
    CompareSlot {
        operator: Comparison,
        slot: u16,
        constant: u16,
    },
    /// The same with a column of an element on the left: pops nothing.
    CompareElement {
        operator: Comparison,
        level: u8,
        column: u16,
        constant: u16,
    },
    /// The same of two columns of the element that a loop looks at: pops nothing.
    ArithmeticElements {
        operator: Arithmetic,
        level: u8,
        left: u16,
        right: u16,
    },
    /// Pops a list and an item, pushes a boolean.
    In { negated: bool },
    /// Pops an item, looks for it in a run of constants that ascends without repetition, pushes a boolean.
    InSet { negated: bool, start: u16, len: u16 },
    /// The same of a slot: pops nothing.
    InSetSlot {
        negated: bool,
        slot: u16,
        start: u16,
        len: u16,
    },
    /// Pops the greatest, the least and an item, pushes a boolean.
    Between { negated: bool },
    /// The same of a slot and two constants: pops nothing.
    BetweenSlot {
        negated: bool,
        slot: u16,
        low: u16,
        high: u16,
    },
    /// Leaves false and jumps, or goes on.
    JumpIfFalse(Code),
    /// Leaves true and jumps, or goes on.
    JumpIfTrue(Code),
    /// Pops two booleans, pushes whether both hold.
    And,
    /// Pops two booleans, pushes whether one holds.
    Or,
    /// Jumps.
    Jump(Code),
    /// Pops a boolean: goes on when true, jumps when false, pushes absent and jumps to the other place when absent.
    Branch { otherwise: Code, absent: Code },
    /// Leaves a value that is there and jumps, or pops the absent one and goes on.
    JumpIfPresent(Code),
    /// Pops a value, pushes whether it is there.
    Has,
    /// Pops the arguments, one or two, and pushes the result.
    Call { function: Function, arity: u8 },
    /// Pops a list and begins a loop over it; without elements pushes what the aggregate is of none, and jumps.
    Begin { aggregate: Aggregate, end: Code },
    /// Pops what one element gave; goes on to the next one at `body`, or ends the loop and pushes its result.
    Next { aggregate: Aggregate, body: Code },
    /// Pops a list, pushes what the aggregate makes of its elements, each of which is asked for the `parts` operations
    /// that follow and are skipped: for a sum one column or arithmetic of two, else comparisons of a column with a
    /// constant, of which all have to hold. Each part takes one unit of fuel, and each element one.
    Scan { aggregate: Aggregate, parts: u16 },
    /// Pops a boolean that has to be true: else the condition is not met, because of the part of the source that is
    /// noted for this place.
    Require,
    /// The same of a slot and a constant: pops nothing.
    RequireSlot {
        operator: Comparison,
        slot: u16,
        constant: u16,
    },
    /// The condition is met.
    Met,
}
