//! Load at a constant rate, whatever the answers: an open model, in which a slow answer delays nobody else's start.

use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::Result;

/// Calls that may be under way at once: as many as arrive in a second while nobody answers, at the rates of the drills.
const CALLERS: u64 = 96;

/// How much is sent.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Plan {
    pub(crate) calls: u64,
    pub(crate) time: Duration,
}

impl Plan {
    /// When a call should be sent, after the start.
    pub(crate) fn due(self, number: u64) -> Duration {
        self.time.mul_f64(number as f64 / self.calls as f64)
    }
}

/// A call that was answered as it should be.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Answered {
    /// When it should have been sent, after the start.
    pub(crate) due: Duration,
    /// From then to the answer.
    pub(crate) latency: Duration,
}

impl Answered {
    pub(crate) fn at(&self) -> Duration {
        self.due + self.latency
    }
}

/// What came of it.
#[derive(Debug, Default)]
pub(crate) struct Outcome {
    /// By the time of their answer.
    pub(crate) answered: Vec<Answered>,
    /// Calls that got no answer at first, and were sent once more.
    pub(crate) repeated: u64,
    pub(crate) failures: u64,
    /// One of them.
    pub(crate) failure: Option<String>,
}

/// Sends the plan's calls, each by its number, and has `watch` look every second at what is answered so far.
pub(crate) fn run(
    plan: Plan,
    send: impl Fn(u64) -> Result<()> + Sync,
    mut watch: impl FnMut(Duration, u64),
) -> Outcome {
    let outcome = Mutex::new(Outcome::default());
    let (next, ended) = (AtomicU64::new(0), AtomicBool::new(false));
    let start = Instant::now();
    thread::scope(|scope| {
        let callers: Vec<_> = (0..CALLERS)
            .map(|_| scope.spawn(|| call_in_turn(plan, start, &next, &send, &outcome)))
            .collect();
        scope.spawn(|| {
            for caller in callers {
                _ = caller.join();
            }
            ended.store(true, Ordering::SeqCst);
        });
        while !ended.load(Ordering::SeqCst) {
            thread::sleep(Duration::from_secs(1));
            let answered = outcome.lock().map_or(0, |outcome| outcome.answered.len());
            watch(start.elapsed(), answered as u64);
        }
    });
    let mut outcome = outcome.into_inner().unwrap_or_default();
    outcome.answered.sort_by_key(Answered::at);
    outcome
}

fn call_in_turn(
    plan: Plan,
    start: Instant,
    next: &AtomicU64,
    send: &impl Fn(u64) -> Result<()>,
    outcome: &Mutex<Outcome>,
) {
    loop {
        let number = next.fetch_add(1, Ordering::Relaxed);
        if number >= plan.calls {
            return;
        }
        let due = plan.due(number);
        if let Some(wait) = due.checked_sub(start.elapsed()) {
            thread::sleep(wait);
        }
        let first = send(number);
        let is_repeated = first.is_err();
        // As a shop does: a connection that is cut off says nothing of what became of the call.
        let sent = first.or_else(|_| send(number));
        let latency = start.elapsed().saturating_sub(due);
        let Ok(mut outcome) = outcome.lock() else { return };
        outcome.repeated += u64::from(is_repeated);
        match sent {
            Ok(()) => outcome.answered.push(Answered { due, latency }),
            Err(error) => {
                outcome.failures += 1;
                outcome.failure = Some(format!("call {number}: {error:#}"));
            }
        }
    }
}

/// The value below or at which so many of a thousand are; zero of none.
pub(crate) fn of_thousand(values: &mut [Duration], thousandths: usize) -> Duration {
    values.sort_unstable();
    let place = (values.len() * thousandths).div_ceil(1_000).saturating_sub(1);
    values.get(place).copied().unwrap_or_default()
}
