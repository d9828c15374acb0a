//! The engine beside the engines that a user would pick instead: the same twelve rules, the same requests, the same
//! decisions.
//!
//! ```text
//! cases ──▶ ours, peers (lanes) ──▶ measure (rounds) ──▶ report
//!              └──▶ wasm (the same lane, in V8)
//! ```

pub mod cases;
pub mod lanes;
pub mod ours;

#[cfg(target_family = "wasm")]
pub mod wasm;

#[cfg(not(target_family = "wasm"))]
pub mod peers;
