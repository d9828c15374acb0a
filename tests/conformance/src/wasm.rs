//! The exports of the Wasm module: plain numbers, so that nothing has to read its memory.

use std::sync::atomic::{AtomicU64, Ordering};

use crate::Report;

/// The hash of the last run, in four parts.
static HASH: [AtomicU64; 4] = [const { AtomicU64::new(0) }; 4];

/// Runs cases as [`crate::run`] does; [`conformance_hash`] tells the hash.
#[expect(unsafe_code, reason = "a Wasm export needs its name; no other function is called so")]
#[unsafe(no_mangle)]
pub(crate) extern "C" fn conformance_run(seed: u64, count: u32) {
    keep(&crate::run(seed, count));
}

/// Runs cases as [`crate::run_deepest`] does; [`conformance_hash`] tells the hash.
#[expect(unsafe_code, reason = "a Wasm export needs its name; no other function is called so")]
#[unsafe(no_mangle)]
pub(crate) extern "C" fn conformance_run_deepest() {
    keep(&crate::run_deepest());
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
