//! Random promotions and requests, the same on every platform, and what the engine says of them as one hash.
//!
//! ```text
//! seed, number ──▶ Case ── check, compile, store, load, evaluate, explain ──▶ Verdict, every text and byte hashed
//! ```
//!
//! The tests of this package hold the engine's properties against the cases. `cargo xtask test engine` builds it for
//! wasm32 too and compares the hashes: the edge and the browser decide as the origin does.

mod arithmetic;
mod body;
mod case;
mod condition;
mod limits;
mod random;
mod schema;
mod values;
mod verdict;
mod wasm;

use engine::evaluate::Evaluator;
use sha2::{Digest as _, Sha256};

pub use case::Case;
pub use limits::deepest;
pub use verdict::{Mix, Verdict, decide};

/// What the engine said of some cases.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Report {
    /// SHA-256 over every answer, diagnostic and stored rule.
    pub hash: [u8; 32],
    /// How many cases ended how.
    pub mix: Mix,
}

/// Runs the first `count` cases of a seed, one after the other with the same buffers.
///
/// ```
/// assert_eq!(conformance::run(7, 20), conformance::run(7, 20));
/// assert_ne!(conformance::run(7, 20).hash, conformance::run(8, 20).hash);
/// ```
pub fn run(seed: u64, count: u32) -> Report {
    report((0..count).map(|number| Case::generate(seed, number)))
}

/// Runs the cases at the limits of the language; see [`deepest`].
pub fn run_deepest() -> Report {
    report(deepest().into_iter())
}

/// Runs one case with buffers of its own.
pub fn run_one(case: &Case) -> Report {
    report([case.clone()].into_iter())
}

fn report(cases: impl Iterator<Item = Case>) -> Report {
    let (mut evaluator, mut hasher, mut mix) = (Evaluator::default(), Sha256::new(), Mix::default());
    for case in cases {
        mix.add(decide(&case, &mut evaluator, &mut hasher));
    }
    Report {
        hash: hasher.finalize().into(),
        mix,
    }
}
