//! A zone found out from a time-zone database: the origin's, and the browser's, which only tells offsets.

use super::{Transition, Zone, ZoneError};

/// The start of a zone's data, in minutes since 1970: 2020-01-01T00:00Z. No promotion is older than this platform;
/// dates before it that a shop sends, such as a customer's first order, are read with the offset of that day.
pub const ZONE_FROM_MINUTES: u32 = 26_297_280;

/// The end of a zone's data, in minutes since 1970: 2050-01-01T00:00Z. Later dates are read with the last offset.
/// Governments change their rules long before, and each publication takes the database of its day.
pub const ZONE_TO_MINUTES: u32 = 42_076_800;

/// The longest step between two looks at a database, in minutes, that misses no transition, by a test of the origin over
/// all zones: a transition is missed if another one within the step takes it back, and where the clocks change most often,
/// around each Ramadan, a week lies between the closest two.
pub const OBSERVED_EVERY_MINUTES: u32 = 4 * 24 * 60;

impl Zone {
    /// The zone of which `offset_at` tells the offset, in minutes east of UTC, at minutes since 1970; from
    /// [`ZONE_FROM_MINUTES`] to [`ZONE_TO_MINUTES`]. Offsets and transitions are whole minutes, as those of every zone have
    /// been since 1973. It asks once every `step_minutes`, some 4,000 times with [`OBSERVED_EVERY_MINUTES`].
    ///
    /// # Errors
    /// What `offset_at` says, and [`ZoneError`] for what no zone may have: only with a defect of the database.
    ///
    /// ```
    /// use engine::zone::{OBSERVED_EVERY_MINUTES, Zone, ZoneError};
    ///
    /// // Two hours ahead, and three from 2030 on.
    /// let offset_at = |minutes| Ok::<_, ZoneError>(if minutes < 31_558_000 { 120 } else { 180 });
    /// let zone = Zone::observe(OBSERVED_EVERY_MINUTES, offset_at).unwrap();
    /// let transitions: Vec<_> = zone.transitions().map(|change| (change.at_minutes, change.offset_minutes)).collect();
    /// assert_eq!(transitions, [(31_558_000, 180)]);
    /// ```
    pub fn observe<E: From<ZoneError>>(
        step_minutes: u32,
        offset_at: impl Fn(u32) -> Result<i16, E>,
    ) -> Result<Self, E> {
        let first_offset = offset_at(ZONE_FROM_MINUTES)?;
        let mut transitions = Vec::new();
        let (mut before, mut offset_before) = (ZONE_FROM_MINUTES, first_offset);
        while before < ZONE_TO_MINUTES {
            let after = before.saturating_add(step_minutes.max(1)).min(ZONE_TO_MINUTES);
            let offset_after = offset_at(after)?;
            if offset_after != offset_before {
                transitions.push(Transition {
                    at_minutes: find_transition(&offset_at, before, after, offset_before)?,
                    offset_minutes: offset_after,
                });
            }
            (before, offset_before) = (after, offset_after);
        }
        Ok(Self::new(first_offset, &transitions)?)
    }
}

/// The first minute with another offset than `before`, by bisection.
fn find_transition<E>(
    offset_at: impl Fn(u32) -> Result<i16, E>,
    mut before: u32,
    mut after: u32,
    offset_before: i16,
) -> Result<u32, E> {
    while after - before > 1 {
        let middle = before.midpoint(after);
        if offset_at(middle)? == offset_before {
            before = middle;
        } else {
            after = middle;
        }
    }
    Ok(after)
}
