//! The condition language: source text → syntax tree → checked condition → program → decision.
//!
//! ```text
//! source ─ parse ─▶ tree ─ check (declared attributes) ─▶ Condition ─ compile (zone) ─▶ Program ─ evaluate ─▶ Outcome
//!            │                  │          │                   │           │ to_bytes, load     ▲
//!            └── diagnostics ◀──┴── lint ──┘                   │           ▼                    │
//!                places in the source                          │        the store            Inputs, read from
//!                                                              └─ explain ─▶ Trace           the request in one pass
//! ```
//!
//! Numbers are exact decimals, strings compare by code point, `and` and `or` are Kleene's and stop at the first operand
//! that decides. `docs/language.md` tells what each part means.

mod check;
mod condition;
mod cost;
mod error;
mod eval;
mod fingerprint;
mod fold;
mod inputs;
mod layout;
mod limits;
mod lint;
mod lower;
mod number;
mod ops;
mod parse;
mod print;
mod program;
mod trace;
mod tree;
mod typed;
mod types;
mod value;

pub use check::{BUILT_IN_NAMES, function_names};
pub use condition::Condition;
pub use error::{Diagnostic, DiagnosticCode, Severity};
pub use eval::{FUEL, Machine, Outcome};
pub use inputs::Inputs;
pub use limits::{MAX_DEPTH, MAX_LIST_ELEMENTS, MAX_NAME_BYTES, MAX_NODES, MAX_SOURCE_BYTES};
pub use ops::FaultKind;
pub use parse::parse;
pub use program::{FORMAT_VERSION, LoadError, Program};
pub use trace::{MAX_TRACED_ELEMENTS, Trace, TraceOutcome, TraceValue, explain, outline};
pub use tree::{Argument, Arithmetic, Comparison, Expr, ExprKind, Identifier, Span};
pub use types::{
    Attribute, AttributeType, Field, Literal, MAX_FIELDS, MAX_TYPE_BYTES, MAX_TYPE_DEPTH, Schema, TypeError, is_name,
};

pub(crate) use fingerprint::Fingerprinted;
pub(crate) use inputs::Issues;
pub(crate) use layout::slot;
pub(crate) use number::Number;
pub(crate) use value::{Text, Value};
