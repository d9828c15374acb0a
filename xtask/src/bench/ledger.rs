//! Redemptions beside an object that writes one row: `bench/edge` on the `workerd` binary.

use anyhow::Result;
use serde_json::Map;

use super::workers::Workers;

pub(super) fn run() -> Result<()> {
    Workers::prepare("bench-ledger")?.measure("ledger", Map::new(), &[])
}
