//! What Node runs: the engine's lane from bytes, with its loop inside, so that calls from JavaScript are not measured.

use std::cell::RefCell;

use crate::cases;
use crate::lanes::{Lane, Start, lane};
use crate::ours::Ours;

thread_local! {
    static LANES: RefCell<Vec<Box<dyn Lane>>> = const { RefCell::new(Vec::new()) };
}

/// Prepares all rules; answers with their number, 0 when one cannot be prepared or decides wrongly.
#[unsafe(no_mangle)]
pub extern "C" fn prepare() -> u32 {
    let cases = cases::all();
    let lanes: Result<Vec<_>, _> = cases.iter().map(lane::<Ours>).collect();
    let Ok(mut lanes) = lanes else { return 0 };
    for (case, lane) in cases.iter().zip(&mut lanes) {
        let expected: Vec<_> = case.inputs.iter().map(|input| input.applicable).collect();
        if lane.decisions(Start::Bytes) != Ok(expected) {
            return 0;
        }
    }
    let count = u32::try_from(lanes.len()).unwrap_or(0);
    LANES.with_borrow_mut(|prepared| *prepared = lanes);
    count
}

/// Decides on every request of a rule `times` times; answers with how many applied.
#[unsafe(no_mangle)]
pub extern "C" fn run(rule: u32, times: u32) -> u32 {
    LANES.with_borrow_mut(|lanes| {
        let lane = usize::try_from(rule).ok().and_then(|rule| lanes.get_mut(rule));
        let applied = lane.map_or(0, |lane| lane.run(Start::Bytes, u64::from(times)));
        u32::try_from(applied).unwrap_or(u32::MAX)
    })
}
