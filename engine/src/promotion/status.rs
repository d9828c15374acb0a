//! Where a promotion stands in its life.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// What a merchant has decided about a promotion.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// Being written; the edge does not know it.
    Draft,
    /// Applies inside its window.
    Active,
    /// Published, and does not apply until it is active again.
    Paused,
    /// Published, and never applies again.
    Archived,
}

/// The same as people see it: together with what time and redemptions have done to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// Being written.
    Draft,
    /// Applies, or will when its window begins.
    Active,
    /// Does not apply until it is active again.
    Paused,
    /// Its window is over.
    Expired,
    /// Active, and a limit or the budget is used up.
    Exhausted,
    /// Never applies again.
    Archived,
}

impl Status {
    /// Every status.
    pub const ALL: [Self; 4] = [Self::Draft, Self::Active, Self::Paused, Self::Archived];

    /// The word that is stored.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::Active => "active",
            Self::Paused => "paused",
            Self::Archived => "archived",
        }
    }
}

impl Standing {
    /// Every standing.
    pub const ALL: [Self; 6] = [
        Self::Draft,
        Self::Active,
        Self::Paused,
        Self::Expired,
        Self::Exhausted,
        Self::Archived,
    ];

    /// The standing at `now` of a promotion whose window ends at `ends_at`, inclusive.
    ///
    /// ```
    /// use engine::promotion::{Standing, Status};
    ///
    /// let end = "2027-01-31T23:59:59Z".parse().unwrap();
    /// assert_eq!(Standing::of(Status::Active, Some(end), false, end), Standing::Active);
    /// let later = "2027-02-01T00:00:00Z".parse().unwrap();
    /// assert_eq!(Standing::of(Status::Active, Some(end), false, later), Standing::Expired);
    /// ```
    pub fn of(status: Status, ends_at: Option<DateTime<Utc>>, exhausted: bool, now: DateTime<Utc>) -> Self {
        let expired = ends_at.is_some_and(|ends_at| now > ends_at);
        match status {
            Status::Draft => Self::Draft,
            Status::Archived => Self::Archived,
            Status::Active | Status::Paused if expired => Self::Expired,
            Status::Active if exhausted => Self::Exhausted,
            Status::Active => Self::Active,
            Status::Paused => Self::Paused,
        }
    }

    /// The word on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::Active => "active",
            Self::Paused => "paused",
            Self::Expired => "expired",
            Self::Exhausted => "exhausted",
            Self::Archived => "archived",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn standings() {
        use Standing as S;
        let end: DateTime<Utc> = "2027-01-31T23:59:59Z".parse().unwrap();
        let after = end + chrono::TimeDelta::milliseconds(1);
        let check = |status, exhausted, at_end, at_the_next_millisecond| {
            assert_eq!(Standing::of(status, Some(end), exhausted, end), at_end);
            assert_eq!(
                Standing::of(status, Some(end), exhausted, after),
                at_the_next_millisecond
            );
            assert_eq!(Standing::of(status, None, exhausted, after), at_end);
        };
        check(Status::Draft, false, S::Draft, S::Draft);
        check(Status::Active, false, S::Active, S::Expired);
        check(Status::Active, true, S::Exhausted, S::Expired);
        check(Status::Paused, false, S::Paused, S::Expired);
        check(Status::Paused, true, S::Paused, S::Expired);
        check(Status::Archived, true, S::Archived, S::Archived);
    }

    #[test]
    fn words_are_those_of_serde() {
        for status in Status::ALL {
            assert_eq!(serde_json::to_value(status).unwrap(), status.as_str());
        }
        for standing in Standing::ALL {
            assert_eq!(serde_json::to_value(standing).unwrap(), standing.as_str());
        }
    }
}
