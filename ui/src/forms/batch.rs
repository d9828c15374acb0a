//! One kind of work done to many things, each by a call of its own, a few at a time.
//!
//! ```text
//! waiting ── take ──▶ under way ── finish ──▶ done, or a failure
//!    └─────── stop ──▶ dropped
//! ```

use std::collections::VecDeque;

/// Calls under way at once: the server answers about as many side by side, and more would only make its other users
/// wait.
pub(crate) const MAX_UNDER_WAY: usize = 4;

/// Where the work stands. `F` says why one of it failed.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Batch<F> {
    waiting: VecDeque<String>,
    under_way: usize,
    done: u64,
    failures: Vec<(String, F)>,
}

impl<F> Batch<F> {
    /// Work to be done to the things of these names, in their order.
    pub(crate) fn new(names: impl IntoIterator<Item = String>) -> Self {
        Self {
            waiting: names.into_iter().collect(),
            under_way: 0,
            done: 0,
            failures: Vec::new(),
        }
    }

    /// The next to begin with; `None` when nothing waits, and while as many as allowed are under way.
    pub(crate) fn take(&mut self) -> Option<String> {
        if self.under_way >= MAX_UNDER_WAY {
            return None;
        }
        let next = self.waiting.pop_front()?;
        self.under_way += 1;
        Some(next)
    }

    /// What came of one that was taken.
    pub(crate) fn finish(&mut self, name: String, outcome: Result<(), F>) {
        self.under_way = self.under_way.saturating_sub(1);
        match outcome {
            Ok(()) => self.done += 1,
            Err(failure) => self.failures.push((name, failure)),
        }
    }

    /// Leaves what waits as it is; what is under way goes on.
    pub(crate) fn stop(&mut self) {
        self.waiting.clear();
    }

    /// Whether nothing waits and nothing is under way.
    pub(crate) fn is_over(&self) -> bool {
        self.waiting.is_empty() && self.under_way == 0
    }

    /// How many worked.
    pub(crate) const fn done(&self) -> u64 {
        self.done
    }

    /// How many are behind us, well or not.
    pub(crate) fn finished(&self) -> u64 {
        self.done + count(self.failures.len())
    }

    /// How many it is about; less once stopped.
    pub(crate) fn total(&self) -> u64 {
        self.finished() + count(self.under_way) + count(self.waiting.len())
    }

    /// Those that failed, as they did.
    pub(crate) fn failures(&self) -> &[(String, F)] {
        &self.failures
    }
}

/// A length; none passes 64 bits.
fn count(length: usize) -> u64 {
    u64::try_from(length).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn batch(length: usize) -> Batch<&'static str> {
        Batch::new((0..length).map(|number| number.to_string()))
    }

    fn take_all(batch: &mut Batch<&'static str>) -> Vec<String> {
        std::iter::from_fn(|| batch.take()).collect()
    }

    #[test]
    fn a_few_at_a_time_and_in_order() {
        let mut batch = batch(6);
        assert_eq!(take_all(&mut batch), ["0", "1", "2", "3"]);
        batch.finish("2".to_owned(), Ok(()));
        assert_eq!(take_all(&mut batch), ["4"]);
        batch.finish("0".to_owned(), Err("gone"));
        assert_eq!(take_all(&mut batch), ["5"]);
        assert_eq!((batch.finished(), batch.total(), batch.is_over()), (2, 6, false));
    }

    #[test]
    fn failures_are_kept_by_name_and_do_not_stop_the_rest() {
        let mut batch = batch(5);
        while !batch.is_over() {
            for name in take_all(&mut batch) {
                let outcome = if name == "3" { Err("paused already") } else { Ok(()) };
                batch.finish(name, outcome);
            }
        }
        assert_eq!(batch.failures(), [("3".to_owned(), "paused already")]);
        assert_eq!((batch.done(), batch.finished(), batch.total()), (4, 5, 5));
    }

    #[test]
    fn what_is_under_way_outlives_a_stop() {
        let mut batch = batch(10);
        let taken = take_all(&mut batch);
        batch.stop();
        assert_eq!((batch.total(), batch.is_over(), batch.take()), (4, false, None));
        for name in taken {
            batch.finish(name, Ok(()));
        }
        assert!(batch.is_over());
        assert_eq!(batch.done(), 4);
    }

    #[test]
    fn nothing_to_do_is_over_at_once() {
        assert!(batch(0).is_over());
    }
}
