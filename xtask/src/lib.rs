//! Every command of the repository, as a library: `main.rs` is the command line, the package `tests` calls
//! [`services`].
//!
//! The flow of each command is the same: [`toolchain`] sets up what is missing, [`dist`] builds what is out of date,
//! [`services`] starts the parts and stops exactly those, [`dev`] and [`test`] say in which order.
//! Progress goes to standard error, results to standard output.

pub mod bench;
pub mod check;
pub mod conformance;
pub mod dev;
pub mod dist;
pub mod drill;
pub mod fuzz;
pub mod http;
pub mod lock;
pub mod paths;
pub mod ports;
pub mod prepare;
pub mod process;
pub mod schemathesis;
pub mod services;
pub mod shots;
pub mod stamp;
pub mod step;
pub mod test;
pub mod toolchain;
