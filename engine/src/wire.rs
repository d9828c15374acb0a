//! What crosses a process boundary: HTTP bodies, KV values, queue messages, versioned, and pinned by tests; and what the
//! merchant app and its workbench tell each other, which are built together.

pub mod v1;
pub mod workbench;
