//! The process's only source of time. A test's clock stands still until it is advanced, and its clones share the time.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use chrono::{DateTime, TimeDelta, Utc};

/// Tells the time, in whole milliseconds: what identifiers hold and clients read.
#[derive(Debug, Clone)]
pub struct Clock(Source);

#[derive(Debug, Clone)]
enum Source {
    System,
    Fixed(Arc<AtomicI64>),
}

impl Clock {
    /// The machine's clock.
    pub const fn system() -> Self {
        Self(Source::System)
    }

    /// A clock that stands at `at`.
    pub fn fixed(at: DateTime<Utc>) -> Self {
        Self(Source::Fixed(Arc::new(AtomicI64::new(at.timestamp_millis()))))
    }

    /// Moves a fixed clock and all its clones; the machine's clock stays as it is.
    pub fn advance(&self, by: TimeDelta) {
        if let Source::Fixed(millis) = &self.0 {
            millis.fetch_add(by.num_milliseconds(), Ordering::SeqCst);
        }
    }

    /// The present.
    pub fn now(&self) -> DateTime<Utc> {
        let millis = match &self.0 {
            Source::System => Utc::now().timestamp_millis(),
            Source::Fixed(millis) => millis.load(Ordering::SeqCst),
        };
        DateTime::from_timestamp_millis(millis).unwrap_or(DateTime::UNIX_EPOCH)
    }
}

/// Milliseconds since 1970, as identifiers hold them; 0 before.
pub(crate) fn unix_millis(at: DateTime<Utc>) -> u64 {
    u64::try_from(at.timestamp_millis()).unwrap_or(0)
}

/// Seconds since 1970; 0 before.
pub(crate) fn unix_secs(at: DateTime<Utc>) -> u64 {
    u64::try_from(at.timestamp()).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clones_share_time() {
        let start = DateTime::from_timestamp_millis(1_790_000_000_123).unwrap();
        let clock = Clock::fixed(start);
        let clone = clock.clone();
        clock.advance(TimeDelta::seconds(5));
        assert_eq!(clone.now(), start + TimeDelta::seconds(5));
    }
}
