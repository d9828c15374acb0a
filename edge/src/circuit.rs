//! Whether the other side, the origin or the app's files, is worth calling: a circuit breaker. Pure: time is an argument.
//!
//! ```text
//! closed ── failures in a row ──▶ open ── after a while, one call ──▶ probing ── answered ──▶ closed
//!                                   ▲                                    │
//!                                   └────────────── not answered ────────┘
//! ```

/// So many calls in a row without an answer open it: one or two may be a connection that broke or a restart.
const MAX_FAILURES: u32 = 3;
/// How long it stays open, in milliseconds: no longer than a restart takes, so that nobody waits for long once the
/// other side is back; long enough that one in trouble is not pressed by every isolate.
const OPEN_MILLIS: u64 = 3_000;
/// How long a probe may be without an outcome, in milliseconds, before another call may try: above a call's own bound of
/// ten seconds. A client that leaves takes its call with it, and its outcome is never known.
const PROBE_MILLIS: u64 = 12_000;

/// What is known of the other side.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Circuit {
    /// Calls go out.
    Closed {
        /// Those in a row that had no answer.
        failures: u32,
    },
    /// No call goes out before this time.
    Open { until_millis: u64 },
    /// One call went out to see; no other does before this time.
    Probing { until_millis: u64 },
}

/// What is worth a line in the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Change {
    Opened,
    Closed,
}

impl Circuit {
    /// As an isolate starts.
    pub(crate) const CLOSED: Self = Self::Closed { failures: 0 };

    /// Whether a call may go out; else how many milliseconds it has to wait.
    pub(crate) const fn admit(self, now_millis: u64) -> (Self, Result<(), u64>) {
        match self {
            Self::Closed { .. } => (self, Ok(())),
            Self::Open { until_millis } | Self::Probing { until_millis } if now_millis < until_millis => {
                (self, Err(until_millis - now_millis))
            }
            Self::Open { .. } | Self::Probing { .. } => {
                let until_millis = now_millis.saturating_add(PROBE_MILLIS);
                (Self::Probing { until_millis }, Ok(()))
            }
        }
    }

    /// Learns whether a call had an answer.
    pub(crate) const fn learn(self, is_answered: bool, now_millis: u64) -> (Self, Option<Change>) {
        match (self, is_answered) {
            (Self::Closed { .. }, true) => (Self::CLOSED, None),
            (Self::Open { .. } | Self::Probing { .. }, true) => (Self::CLOSED, Some(Change::Closed)),
            (Self::Closed { failures }, false) if failures.saturating_add(1) < MAX_FAILURES => {
                (Self::Closed { failures: failures + 1 }, None)
            }
            (Self::Closed { .. }, false) => (Self::opened(now_millis), Some(Change::Opened)),
            // A call from before, or one of the queue: nobody is kept waiting for longer by it.
            (Self::Open { .. }, false) => (self, None),
            (Self::Probing { .. }, false) => (Self::opened(now_millis), None),
        }
    }

    const fn opened(now_millis: u64) -> Self {
        Self::Open {
            until_millis: now_millis.saturating_add(OPEN_MILLIS),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn after(outcomes: &[bool], now: u64) -> Circuit {
        let learn = |circuit: Circuit, is_answered: &bool| circuit.learn(*is_answered, now).0;
        outcomes.iter().fold(Circuit::CLOSED, learn)
    }

    #[test]
    fn failures_in_a_row_open_it() {
        let check = |outcomes: &[bool], expected| assert_eq!(after(outcomes, 0).admit(0).1, expected, "{outcomes:?}");
        check(&[], Ok(()));
        check(&[false, false], Ok(()));
        check(&[false, false, true, false, false], Ok(()));
        check(&[false, false, false], Err(OPEN_MILLIS));
        check(&[false, false, false, true], Ok(()));
    }

    #[test]
    fn one_probe_at_a_time_closes_it() {
        let open = after(&[false; 3], 0);
        assert_eq!(open.admit(OPEN_MILLIS - 1), (open, Err(1)));
        let (probing, admitted) = open.admit(OPEN_MILLIS);
        assert_eq!(admitted, Ok(()));
        assert_eq!(probing.admit(OPEN_MILLIS), (probing, Err(PROBE_MILLIS)));
        assert_eq!(
            probing.learn(true, OPEN_MILLIS),
            (Circuit::CLOSED, Some(Change::Closed))
        );
        let (again, _) = probing.learn(false, OPEN_MILLIS + 5);
        assert_eq!(again.admit(OPEN_MILLIS + 5).1, Err(OPEN_MILLIS));
        // A probe whose client left is not waited for.
        assert_eq!(probing.admit(OPEN_MILLIS + PROBE_MILLIS).1, Ok(()));
    }

    #[derive(Debug, Clone, Copy)]
    enum Step {
        Call,
        Learn(bool),
    }

    fn steps() -> impl Strategy<Value = Vec<(u64, Step)>> {
        let step = prop_oneof![
            3 => Just(Step::Call),
            2 => Just(Step::Learn(false)),
            1 => Just(Step::Learn(true)),
        ];
        prop::collection::vec((0..OPEN_MILLIS * 2, step), 0..60)
    }

    proptest! {
        /// Whatever happens: an answer lets calls out at once, a few failures stop nothing, of those that wait only one
        /// goes out to see, and the time that a caller is told is when a call may go out.
        #[test]
        fn it_neither_lets_calls_pile_up_nor_stays_open(steps in steps()) {
            let (mut circuit, mut now) = (Circuit::CLOSED, 0);
            let (mut failures, mut probes_until) = (0, None);
            for (pause, step) in steps {
                now += pause;
                match step {
                    Step::Call => {
                        let (next, admitted) = circuit.admit(now);
                        if failures < MAX_FAILURES {
                            prop_assert_eq!(admitted, Ok(()));
                        } else if let Some(until) = probes_until.filter(|until| now < *until) {
                            prop_assert_eq!(admitted, Err(until - now));
                        } else if admitted.is_ok() {
                            probes_until = Some(now + PROBE_MILLIS);
                        }
                        if let Err(wait) = admitted {
                            prop_assert!((1..=PROBE_MILLIS).contains(&wait));
                            prop_assert_eq!(next.admit(now + wait).1, Ok(()));
                        }
                        circuit = next;
                    }
                    Step::Learn(is_answered) => {
                        circuit = circuit.learn(is_answered, now).0;
                        failures = if is_answered { 0 } else { failures + 1 };
                        probes_until = None;
                    }
                }
            }
        }
    }
}
