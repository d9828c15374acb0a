//! Charts: drawn as SVG, told in a sentence, and beside each the same numbers as a table.
//!
//! Lengths are percentages of whatever room there is and letters keep their size, so that a chart can be read on a
//! phone as on paper. What a colour tells, a dash or a word tells too.

mod bars;
mod lines;
mod scale;
mod table;

pub(crate) use bars::{Bar, Bars};
pub(crate) use lines::{Line, LineChart, Lines, Stroke};
pub(crate) use table::{DataTable, NumberTable};
