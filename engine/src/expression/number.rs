//! Numbers while a condition is evaluated: exact decimals, of which nearly all are small.
//!
//! A decimal whose digits fit 63 bits is computed with plain integers; the rest, and every operation whose result does
//! not fit, is left to `rust_decimal`. Both ways give the same values, by a property of the tests.

use std::cmp::Ordering;

use rust_decimal::Decimal;

use super::ops::{self, FaultKind};
use super::tree::Arithmetic;

/// An exact decimal: `mantissa` × 10^−`scale`, or one with more digits.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Number {
    Small {
        scale: u8,
        mantissa: i64,
    },
    /// The 96 bits of the digits, and the scale with the sign in its highest bit.
    Large {
        flags: u8,
        digits: [u32; 3],
    },
}

const SIGN: u8 = 0x80;

/// Powers of ten that fit an `i64`.
const POWERS: [i64; 19] = {
    let mut powers = [1; 19];
    let mut at = 1;
    while at < powers.len() {
        #[expect(
            clippy::indexing_slicing,
            reason = "a constant: an index out of bounds would not compile"
        )]
        {
            powers[at] = powers[at - 1] * 10;
        }
        at += 1;
    }
    powers
};

impl Number {
    pub(crate) const ZERO: Self = Self::whole(0);

    pub(crate) const fn whole(mantissa: i64) -> Self {
        Self::Small { scale: 0, mantissa }
    }

    /// A number of at most 63 bits of digits and at most 28 decimals.
    pub(crate) const fn small(mantissa: i64, scale: u8) -> Self {
        Self::Small { scale, mantissa }
    }

    pub(crate) fn decimal(self) -> Decimal {
        match self {
            Self::Small { scale, mantissa } => Decimal::new(mantissa, scale.into()),
            Self::Large {
                flags,
                digits: [low, middle, high],
            } => Decimal::from_parts(low, middle, high, flags & SIGN != 0, u32::from(flags & !SIGN)),
        }
    }

    /// Mantissa and scale, of a small one.
    #[inline]
    pub(crate) const fn parts(&self) -> Option<Parts> {
        match *self {
            Self::Small { scale, mantissa } => Some((mantissa, scale)),
            Self::Large { .. } => None,
        }
    }

    /// Whether it has no decimals but zeros.
    pub(crate) fn is_whole(self) -> bool {
        match self {
            Self::Small { scale: 0, .. } => true,
            Self::Small { .. } | Self::Large { .. } => self.decimal().is_integer(),
        }
    }

    #[inline]
    pub(crate) fn order(&self, other: &Self) -> Ordering {
        match (self, other) {
            (
                Self::Small {
                    scale: a,
                    mantissa: left,
                },
                Self::Small {
                    scale: b,
                    mantissa: right,
                },
            ) if a == b => left.cmp(right),
            _ => self.order_unlike(other),
        }
    }

    /// Of numbers that differ in form or scale.
    fn order_unlike(&self, other: &Self) -> Ordering {
        if let (
            Self::Small {
                scale: a,
                mantissa: left,
            },
            Self::Small {
                scale: b,
                mantissa: right,
            },
        ) = (self, other)
            && let Some((left, right, _)) = aligned(*left, *a, *right, *b)
        {
            return left.cmp(&right);
        }
        self.decimal().cmp(&other.decimal())
    }

    pub(crate) fn negated(self) -> Self {
        match self {
            Self::Small { scale, mantissa } if mantissa != i64::MIN => Self::Small {
                scale,
                mantissa: -mantissa,
            },
            Self::Small { .. } | Self::Large { .. } => ops::negate(self.decimal()).into(),
        }
    }

    /// `+ - * / %` in place, as [`ops::arithmetic`] has them; left as it was when that fails.
    #[inline]
    pub(crate) fn apply(&mut self, operator: Arithmetic, other: &Self) -> Result<(), FaultKind> {
        if let (
            Self::Small {
                scale: a,
                mantissa: left,
            },
            Self::Small {
                scale: b,
                mantissa: right,
            },
        ) = (&*self, other)
            && let Some((mantissa, scale)) = small(operator, (*left, *a), (*right, *b))
        {
            *self = Self::Small { scale, mantissa };
            return Ok(());
        }
        self.apply_decimal(operator, other)
    }

    #[cold]
    fn apply_decimal(&mut self, operator: Arithmetic, other: &Self) -> Result<(), FaultKind> {
        *self = ops::arithmetic(operator, self.decimal(), other.decimal())?.into();
        Ok(())
    }
}

/// Mantissa and scale of a small number.
pub(crate) type Parts = (i64, u8);

/// The result where it fits; a division is left to decimals, whose quotients have 28 digits.
#[inline(always)]
pub(crate) fn small(operator: Arithmetic, (left, a): Parts, (right, b): Parts) -> Option<Parts> {
    let (mantissa, scale) = match operator {
        Arithmetic::Divide => return None,
        Arithmetic::Multiply => (left.checked_mul(right)?, a + b),
        Arithmetic::Add => {
            let (left, right, scale) = aligned(left, a, right, b)?;
            (left.checked_add(right)?, scale)
        }
        Arithmetic::Subtract => {
            let (left, right, scale) = aligned(left, a, right, b)?;
            (left.checked_sub(right)?, scale)
        }
        Arithmetic::Remainder => {
            let (left, right, scale) = aligned(left, a, right, b)?;
            (left.checked_rem(right)?, scale)
        }
    };
    (u32::from(scale) <= Decimal::MAX_SCALE).then_some((mantissa, scale))
}

/// Both with the greater scale.
#[inline]
fn aligned(left: i64, a: u8, right: i64, b: u8) -> Option<(i64, i64, u8)> {
    let power = |scales: u8| POWERS.get(usize::from(scales)).copied();
    match a.cmp(&b) {
        Ordering::Equal => Some((left, right, a)),
        Ordering::Less => Some((left.checked_mul(power(b - a)?)?, right, b)),
        Ordering::Greater => Some((left, right.checked_mul(power(a - b)?)?, a)),
    }
}

impl From<Decimal> for Number {
    fn from(number: Decimal) -> Self {
        let scale = u8::try_from(number.scale()).unwrap_or(u8::MAX);
        match i64::try_from(number.mantissa()) {
            Ok(mantissa) => Self::Small { scale, mantissa },
            Err(_) => {
                let unpacked = number.unpack();
                Self::Large {
                    flags: if unpacked.negative { scale | SIGN } else { scale },
                    digits: [unpacked.lo, unpacked.mid, unpacked.hi],
                }
            }
        }
    }
}

impl PartialEq for Number {
    fn eq(&self, other: &Self) -> bool {
        self.order(other).is_eq()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_value_has_sixteen_bytes() {
        assert_eq!(size_of::<crate::expression::value::Value>(), 16);
    }

    fn decimal() -> impl Strategy<Value = Decimal> {
        let mantissa = prop_oneof![
            any::<i64>().prop_map(i128::from),
            -1_000_i128..1_000,
            (-79_228_162_514_264_337_593_543_950_335_i128..=79_228_162_514_264_337_593_543_950_335),
            Just(i128::from(i64::MIN)),
            Just(i128::from(i64::MAX)),
        ];
        (mantissa, 0_u32..=28).prop_map(|(mantissa, scale)| Decimal::from_i128_with_scale(mantissa, scale))
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2_000))]
        #[test]
        fn small_numbers_compute_as_decimals_do(left in decimal(), right in decimal(), operator in 0..5_usize) {
            let operator = Arithmetic::ALL[operator];
            let (a, b) = (Number::from(left), Number::from(right));
            prop_assert_eq!(a.decimal(), left);
            prop_assert_eq!(a.decimal().scale(), left.scale());
            prop_assert_eq!(a.order(&b), left.cmp(&right));
            prop_assert_eq!(a.negated().decimal(), ops::negate(left));
            prop_assert_eq!(a.is_whole(), left.is_integer());
            let expected = ops::arithmetic(operator, left, right);
            let mut result = a;
            prop_assert_eq!(result.apply(operator, &b).map(|()| result.decimal()), expected);
        }
    }
}
