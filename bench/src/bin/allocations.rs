//! Counts the allocations of warm evaluations without trace, over all rules and requests, from bytes and on parsed
//! data. A program of its own, because a counting allocator would slow the peers that allocate.

use bench::cases;
use bench::lanes::{Start, lane};
use bench::ours::Ours;

#[global_allocator]
static ALLOCATOR: dhat::Alloc = dhat::Alloc;

/// The first evaluations may grow buffers.
const WARM: u64 = 3;
/// One would do; some more show an allocation now and then.
const COUNTED: u64 = 100;

fn main() -> Result<(), String> {
    let mut lanes = Vec::new();
    for case in cases::all() {
        lanes.push(lane::<Ours>(&case)?);
    }
    let _profiler = dhat::Profiler::builder().testing().build();
    let mut allocations = 0;
    for lane in &mut lanes {
        for start in [Start::Parsed, Start::Bytes] {
            lane.run(start, WARM);
            let before = dhat::HeapStats::get().total_blocks;
            lane.run(start, COUNTED);
            allocations += dhat::HeapStats::get().total_blocks - before;
        }
    }
    println!("{allocations}");
    Ok(())
}
