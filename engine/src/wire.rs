//! What crosses a process boundary: HTTP bodies, KV values, queue messages. Versioned, and pinned by tests.

pub mod v1;
