//! What a million requests leave behind, a tenth of which their clients abandoned.

use std::path::Path;

use anyhow::{Context as _, Result};
use serde_json::{Value, json};

use crate::cases::cases;
use crate::load::{self, Request};
use crate::sites::Sites;
use crate::workerd::Workerd;

const FIRST: u64 = 10_000;
const ALL: u64 = 1_000_000;
const CONNECTIONS: u64 = 16;

/// Bytes.
#[derive(Debug)]
pub(crate) struct Memory {
    pub(crate) first: Sizes,
    pub(crate) all: Sizes,
}

#[derive(Debug, Clone, Copy)]
pub(crate) struct Sizes {
    /// Of the module.
    pub(crate) linear: u64,
    /// Of the process.
    pub(crate) resident: u64,
}

pub(crate) fn measure(sites: &Sites, program: &Path) -> Result<Memory> {
    let case = cases().into_iter().next().context("no case")?;
    let request = sites.request(case.rule, &case.body);
    let (workerd, port) = sites.start_measured(program)?;
    load::with_aborts(port, &request, CONNECTIONS, FIRST)?;
    let first = sizes(&workerd, port)?;
    load::with_aborts(port, &request, CONNECTIONS, ALL - FIRST)?;
    Ok(Memory {
        first,
        all: sizes(&workerd, port)?,
    })
}

fn sizes(workerd: &Workerd, port: u16) -> Result<Sizes> {
    let (_, text) = load::once(port, &Request::get("/linear-memory"))?;
    let linear = text.parse().with_context(|| format!("no size of the memory: {text}"))?;
    Ok(Sizes {
        linear,
        resident: workerd.resident_bytes()?,
    })
}

impl Memory {
    pub(crate) fn to_json(&self) -> Value {
        let row = |requests: u64, sizes: Sizes| json!({"requests": requests, "linear_bytes": sizes.linear, "resident_bytes": sizes.resident});
        json!([row(FIRST, self.first), row(ALL, self.all)])
    }
}
