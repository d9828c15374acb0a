//! The exports of the Wasm module: plain numbers, so that nothing has to read its memory.

use std::sync::atomic::{AtomicU64, Ordering};

use crate::{Case, Report, deepest, run, run_deepest, run_one};

/// The hash of the last run, in four parts.
static HASH: [AtomicU64; 4] = [const { AtomicU64::new(0) }; 4];

/// Runs cases as [`run`] does; [`conformance_hash`] tells the hash.
#[expect(unsafe_code, reason = "a Wasm export needs its name; no other function is called so")]
#[unsafe(no_mangle)]
pub(crate) extern "C" fn conformance_run(seed: u64, count: u32) {
    keep(&run(seed, count));
}

/// Runs cases as [`run_deepest`] does; [`conformance_hash`] tells the hash.
#[expect(unsafe_code, reason = "a Wasm export needs its name; no other function is called so")]
#[unsafe(no_mangle)]
pub(crate) extern "C" fn conformance_run_deepest() {
    keep(&run_deepest());
}

/// Runs one case of a seed; [`conformance_hash`] tells the hash.
#[expect(unsafe_code, reason = "a Wasm export needs its name; no other function is called so")]
#[unsafe(no_mangle)]
pub(crate) extern "C" fn conformance_run_one(seed: u64, number: u32) {
    keep(&run_one(&Case::generate(seed, number)));
}

/// Runs one case of those at the limits and says whether there is one of that number; [`conformance_hash`] tells the
/// hash.
#[expect(unsafe_code, reason = "a Wasm export needs its name; no other function is called so")]
#[unsafe(no_mangle)]
pub(crate) extern "C" fn conformance_run_one_deepest(number: u32) -> bool {
    let number = usize::try_from(number).unwrap_or(usize::MAX);
    let case = deepest().into_iter().nth(number);
    if let Some(case) = &case {
        keep(&run_one(case));
    }
    case.is_some()
}

/// Eight bytes of the last run's hash, by their place from 0 to 3, the first byte highest; 0 for any other place.
#[expect(unsafe_code, reason = "a Wasm export needs its name; no other function is called so")]
#[unsafe(no_mangle)]
pub(crate) extern "C" fn conformance_hash(place: u32) -> u64 {
    let part = usize::try_from(place).ok().and_then(|place| HASH.get(place));
    part.map_or(0, |part| part.load(Ordering::Relaxed))
}

fn keep(report: &Report) {
    for (part, bytes) in HASH.iter().zip(report.hash.as_chunks::<8>().0) {
        part.store(u64::from_be_bytes(*bytes), Ordering::Relaxed);
    }
}
