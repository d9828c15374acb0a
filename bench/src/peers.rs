//! The other engines, each in its best form: rules compiled before, memory reused where the library offers it, requests
//! read straight into the library's own values.

mod cel;
mod datalogic;
mod rhai;
mod zen;

use crate::cases::Case;
use crate::lanes::{Lane, lane};

/// An engine that is compared.
#[derive(Debug, Clone, Copy)]
pub struct Peer {
    /// The crate's name.
    pub name: &'static str,
    /// Prepares it for a rule.
    pub lane: fn(&Case) -> Result<Box<dyn Lane>, String>,
}

/// All of them.
pub const ALL: [Peer; 4] = [
    Peer {
        name: "datalogic-rs",
        lane: lane::<datalogic::Datalogic>,
    },
    Peer {
        name: "zen-expression",
        lane: lane::<zen::Zen>,
    },
    Peer {
        name: "cel",
        lane: lane::<cel::Cel>,
    },
    Peer {
        name: "rhai",
        lane: lane::<rhai::Rhai>,
    },
];
