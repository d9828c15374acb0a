//! The named ways from an exact share to a whole number of minor units.

use std::fmt;
use std::str::FromStr;

use serde::{Serialize, Serializer};

/// How a share between two minor units is rounded. Shares are never negative, so "up" is away from zero.
///
/// ```
/// use engine::money::{Money, Rounding};
///
/// let amount = Money::new(25, "UYU".parse().unwrap()).unwrap();
/// let tenth = |rounding| amount.share("10".parse().unwrap(), rounding).amount();
/// assert_eq!(Rounding::ALL.map(tenth), [3, 2, 2, 3]);
/// ```
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Rounding {
    /// To the nearest; a half goes up: 0.5 → 1, 1.5 → 2, 2.5 → 3.
    #[default]
    HalfUp,
    /// To the nearest; a half goes to the even neighbour, which favours nobody in the long run: 0.5 → 0, 1.5 → 2,
    /// 2.5 → 2.
    HalfEven,
    /// To the lower neighbour, in the merchant's favour: 1.9 → 1.
    Down,
    /// To the upper neighbour, in the shopper's favour: 1.1 → 2.
    Up,
}

/// Why a text names no rounding.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("expected `half_up`, `half_even`, `down` or `up`")]
pub struct RoundingError;

impl Rounding {
    /// Every rounding, for documentation and pickers.
    pub const ALL: [Self; 4] = [Self::HalfUp, Self::HalfEven, Self::Down, Self::Up];

    /// The word on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::HalfUp => "half_up",
            Self::HalfEven => "half_even",
            Self::Down => "down",
            Self::Up => "up",
        }
    }

    /// Rounds `floor + remainder / divisor`, where `remainder < divisor`.
    pub(super) const fn round(self, floor: u64, remainder: u64, divisor: u64) -> u64 {
        // What is left to the upper neighbour; comparing with it cannot overflow, unlike twice the remainder.
        let rest = divisor - remainder;
        let up = match self {
            Self::HalfUp => remainder >= rest,
            Self::HalfEven => remainder > rest || (remainder == rest && floor % 2 == 1),
            Self::Down => false,
            Self::Up => remainder > 0,
        };
        if up { floor + 1 } else { floor }
    }
}

impl FromStr for Rounding {
    type Err = RoundingError;

    fn from_str(text: &str) -> Result<Self, RoundingError> {
        let mut all = Self::ALL.into_iter();
        all.find(|rounding| rounding.as_str() == text).ok_or(RoundingError)
    }
}

impl fmt::Display for Rounding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Serialize for Rounding {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neighbours() {
        let check = |tenths: u64, expected: [u64; 4]| {
            let found = Rounding::ALL.map(|rounding| rounding.round(tenths / 10, tenths % 10, 10));
            assert_eq!(found, expected, "{tenths} tenths");
        };
        //    half_up, half_even, down, up
        check(0, [0, 0, 0, 0]);
        check(1, [0, 0, 0, 1]);
        check(4, [0, 0, 0, 1]);
        check(5, [1, 0, 0, 1]);
        check(6, [1, 1, 0, 1]);
        check(10, [1, 1, 1, 1]);
        check(15, [2, 2, 1, 2]);
        check(25, [3, 2, 2, 3]);
        check(26, [3, 3, 2, 3]);
    }

    #[test]
    fn an_odd_divisor_has_no_half() {
        for (remainder, expected) in [(1, 0), (2, 1)] {
            assert_eq!(Rounding::HalfUp.round(0, remainder, 3), expected);
            assert_eq!(Rounding::HalfEven.round(0, remainder, 3), expected);
        }
    }

    #[test]
    fn words() {
        for rounding in Rounding::ALL {
            assert_eq!(rounding.to_string().parse(), Ok(rounding));
        }
        for text in ["", "HALF_UP", "half up", "floor"] {
            assert_eq!(text.parse::<Rounding>(), Err(RoundingError), "{text}");
        }
    }
}
