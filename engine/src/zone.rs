//! The offsets of one time zone, as data: the Worker carries no time-zone database, so what a promotion needs of its
//! zone travels inside its compiled program.
//!
//! The origin, which has the database, lists the transitions of the years that matter and the engine answers from the
//! list: before the first transition the first offset holds, after the last one the last.

mod observe;

pub use observe::{OBSERVED_EVERY_MINUTES, ZONE_FROM_MINUTES, ZONE_TO_MINUTES};

use crate::calendar::{Instant, LocalDateTime, MILLIS_PER_MINUTE};

/// The greatest distance from UTC, in minutes: what RFC 3339 can write (`±23:59`).
pub const MAX_OFFSET_MINUTES: i16 = 24 * 60 - 1;

/// The most transitions of a zone. Three decades of the zones that change most, twice a year and around each Ramadan,
/// take 80; the bound keeps a hostile program from allocating more than a few kilobytes.
pub const MAX_TRANSITIONS: usize = 400;

/// A moment when a zone's offset changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Transition {
    /// Minutes since 1970-01-01T00:00Z.
    pub at_minutes: u32,
    /// From then on, in minutes east of UTC.
    pub offset_minutes: i16,
}

/// Why data describe no zone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ZoneError {
    /// An offset beyond [`MAX_OFFSET_MINUTES`].
    #[error("An offset is at most {MAX_OFFSET_MINUTES} minutes from UTC: check the zone's data.")]
    OffsetOutOfRange,
    /// A transition is not later than the one before it, in UTC or on the zone's wall clock.
    #[error("Each transition is later than the one before it, in UTC and on the wall clock: check the zone's data.")]
    NotAscending,
    /// More than [`MAX_TRANSITIONS`].
    #[error("A zone has at most {MAX_TRANSITIONS} transitions: list fewer years.")]
    TooManyTransitions,
    /// Bytes that [`Zone::encode`] does not write.
    #[error("The time zone of a compiled program is damaged: publish the promotion again.")]
    Damaged,
}

/// The offsets of one time zone over a bounded range of time.
///
/// ```
/// use engine::calendar::{Instant, LocalDateTime};
/// use engine::zone::{Transition, Zone};
///
/// // Montevideo's last change, from UTC-2 to UTC-3.
/// let at = Instant::parse_rfc3339(b"2015-03-08T04:00:00Z").unwrap();
/// let transition = Transition { at_minutes: u32::try_from(at.millis() / 60_000).unwrap(), offset_minutes: -180 };
/// let zone = Zone::new(-120, &[transition]).unwrap();
/// assert_eq!(zone.offset_minutes_at(at), -180);
/// assert_eq!(zone.local(at).to_string(), "2015-03-08T01:00:00");
/// let local = LocalDateTime::parse(b"2026-12-24T18:00").unwrap();
/// assert_eq!(zone.instant_of(local).to_string(), "2026-12-24T21:00:00Z");
///
/// let mut bytes = Vec::new();
/// zone.encode(&mut bytes);
/// assert_eq!(Zone::decode(&bytes), Ok((zone, &[][..])));
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Zone {
    first_offset_minutes: i16,
    steps: Vec<Step>,
}

/// A transition with what a search needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Step {
    at_minutes: u32,
    offset_minutes: i16,
    /// The first minute since 1970-01-01T00:00 on the wall clock that certainly comes after the transition: past the
    /// times that were skipped or that happened twice.
    wall_minutes: i64,
}

impl Zone {
    /// UTC: no offset, no transitions.
    pub const fn utc() -> Self {
        Self {
            first_offset_minutes: 0,
            steps: Vec::new(),
        }
    }

    /// A zone by the offset before the first transition, in minutes east of UTC, and its transitions.
    ///
    /// # Errors
    /// [`ZoneError::OffsetOutOfRange`], [`ZoneError::NotAscending`], [`ZoneError::TooManyTransitions`].
    pub fn new(first_offset_minutes: i16, transitions: &[Transition]) -> Result<Self, ZoneError> {
        let mut zone = Self::starting_at(first_offset_minutes, transitions.len())?;
        for transition in transitions {
            zone.push(*transition)?;
        }
        Ok(zone)
    }

    /// The offset before the first transition, in minutes east of UTC.
    pub const fn first_offset_minutes(&self) -> i16 {
        self.first_offset_minutes
    }

    /// The transitions in their order.
    pub fn transitions(&self) -> impl ExactSizeIterator<Item = Transition> {
        self.steps.iter().map(|step| Transition {
            at_minutes: step.at_minutes,
            offset_minutes: step.offset_minutes,
        })
    }

    /// The offset at `instant`, in minutes east of UTC.
    pub fn offset_minutes_at(&self, instant: Instant) -> i16 {
        let minutes = instant.millis().div_euclid(MILLIS_PER_MINUTE);
        self.offset_after(self.steps.partition_point(|step| i64::from(step.at_minutes) <= minutes))
    }

    /// What a wall clock of the zone shows at `instant`, cut to the years 0001 to 9999.
    pub fn local(&self, instant: Instant) -> LocalDateTime {
        let offset_millis = i64::from(self.offset_minutes_at(instant)) * MILLIS_PER_MINUTE;
        LocalDateTime::clamp_millis(instant.millis() + offset_millis)
    }

    /// When the zone's wall clock shows `local`, cut to the years 0001 to 9999. A time that the clock shows twice means
    /// the first of the two; a time that it skips is read with the offset before the gap, and so is later by the gap.
    /// Both are the rules of RFC 5545 (section 3.3.5) and of `java.time`.
    pub fn instant_of(&self, local: LocalDateTime) -> Instant {
        let minutes = local.millis().div_euclid(MILLIS_PER_MINUTE);
        let offset = self.offset_after(self.steps.partition_point(|step| step.wall_minutes <= minutes));
        Instant::clamp_millis(local.millis() - i64::from(offset) * MILLIS_PER_MINUTE)
    }

    /// Appends the zone in its compact form: the first offset, the number of transitions, and for each the minutes
    /// since the one before it (the first: since 1970) and the change of the offset. Numbers are LEB128, those with a
    /// sign zigzag, as in Protocol Buffers; most transitions take four bytes.
    pub fn encode(&self, out: &mut Vec<u8>) {
        write_signed(out, i32::from(self.first_offset_minutes));
        write_unsigned(out, u32::try_from(self.steps.len()).unwrap_or(u32::MAX));
        let (mut at_minutes, mut offset_minutes) = (0, self.first_offset_minutes);
        for step in &self.steps {
            write_unsigned(out, step.at_minutes - at_minutes);
            write_signed(out, i32::from(step.offset_minutes) - i32::from(offset_minutes));
            (at_minutes, offset_minutes) = (step.at_minutes, step.offset_minutes);
        }
    }

    /// Reads a zone from the start of `bytes` and returns it with the bytes behind it. A zone has one form only, so
    /// that what is read encodes to the same bytes.
    ///
    /// # Errors
    /// See [`ZoneError`].
    pub fn decode(bytes: &[u8]) -> Result<(Self, &[u8]), ZoneError> {
        let (first_offset, rest) = read_signed(bytes)?;
        let (count, mut rest) = read_unsigned(rest)?;
        let count = usize::try_from(count).map_err(|_| ZoneError::TooManyTransitions)?;
        let mut zone = Self::starting_at(to_offset(first_offset)?, count)?;
        let (mut at_minutes, mut offset_minutes) = (0_u32, first_offset);
        for _ in 0..count {
            let (elapsed, after_elapsed) = read_unsigned(rest)?;
            let (change, after_change) = read_signed(after_elapsed)?;
            at_minutes = at_minutes.checked_add(elapsed).ok_or(ZoneError::Damaged)?;
            offset_minutes = offset_minutes.checked_add(change).ok_or(ZoneError::OffsetOutOfRange)?;
            zone.push(Transition {
                at_minutes,
                offset_minutes: to_offset(offset_minutes)?,
            })?;
            rest = after_change;
        }
        Ok((zone, rest))
    }

    /// A zone without transitions yet, with room for `count`.
    fn starting_at(first_offset_minutes: i16, count: usize) -> Result<Self, ZoneError> {
        check_offset(first_offset_minutes)?;
        if count > MAX_TRANSITIONS {
            return Err(ZoneError::TooManyTransitions);
        }
        Ok(Self {
            first_offset_minutes,
            steps: Vec::with_capacity(count),
        })
    }

    fn push(&mut self, transition: Transition) -> Result<(), ZoneError> {
        let Transition {
            at_minutes,
            offset_minutes,
        } = transition;
        check_offset(offset_minutes)?;
        let last = self.steps.last();
        let offset_before = last.map_or(self.first_offset_minutes, |last| last.offset_minutes);
        let wall_minutes = i64::from(at_minutes) + i64::from(offset_before.max(offset_minutes));
        // Without order on the wall clock, a local time could fall into two gaps at once.
        if last.is_some_and(|last| at_minutes <= last.at_minutes || wall_minutes <= last.wall_minutes) {
            return Err(ZoneError::NotAscending);
        }
        self.steps.push(Step {
            at_minutes,
            offset_minutes,
            wall_minutes,
        });
        Ok(())
    }

    /// The offset after the first `count` transitions.
    fn offset_after(&self, count: usize) -> i16 {
        let last = count.checked_sub(1).and_then(|last| self.steps.get(last));
        last.map_or(self.first_offset_minutes, |step| step.offset_minutes)
    }
}

fn check_offset(minutes: i16) -> Result<(), ZoneError> {
    if minutes.unsigned_abs() <= MAX_OFFSET_MINUTES.unsigned_abs() {
        Ok(())
    } else {
        Err(ZoneError::OffsetOutOfRange)
    }
}

fn to_offset(minutes: i32) -> Result<i16, ZoneError> {
    i16::try_from(minutes).map_err(|_| ZoneError::OffsetOutOfRange)
}

fn write_signed(out: &mut Vec<u8>, number: i32) {
    write_unsigned(out, ((number << 1) ^ (number >> 31)).cast_unsigned());
}

fn read_signed(bytes: &[u8]) -> Result<(i32, &[u8]), ZoneError> {
    let (number, rest) = read_unsigned(bytes)?;
    Ok(((number >> 1).cast_signed() ^ -(number & 1).cast_signed(), rest))
}

fn write_unsigned(out: &mut Vec<u8>, mut number: u32) {
    loop {
        let [low, ..] = number.to_le_bytes();
        number >>= 7;
        if number == 0 {
            return out.push(low & 0x7F);
        }
        out.push(low | 0x80);
    }
}

fn read_unsigned(bytes: &[u8]) -> Result<(u32, &[u8]), ZoneError> {
    let (mut number, mut shift, mut rest) = (0_u32, 0_u32, bytes);
    while let Some((&byte, after)) = rest.split_first() {
        let bits = u32::from(byte & 0x7F);
        // Neither bits beyond the type nor a zero that a shorter form leaves out.
        if shift >= u32::BITS || (bits << shift) >> shift != bits || (byte == 0 && shift > 0) {
            break;
        }
        number |= bits << shift;
        if byte < 0x80 {
            return Ok((number, after));
        }
        shift += 7;
        rest = after;
    }
    Err(ZoneError::Damaged)
}

#[cfg(test)]
mod tests;
