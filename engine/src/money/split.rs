//! Splitting an amount by weights, such as a discount over the lines of a cart, without losing a minor unit.

use std::cmp::Reverse;

use super::Money;

/// Most parts of a split: as many as a list in a request may have, so that a cart always fits and a hostile one costs
/// well below a millisecond.
pub const MAX_PARTS: usize = 1_000;

/// Why an amount cannot be split.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SplitError {
    /// Nothing says where the amount should go.
    #[error("give at least one part a weight above 0")]
    NoWeight,
    /// More than [`MAX_PARTS`].
    #[error("split into at most {MAX_PARTS} parts: group some of them first")]
    TooManyParts,
}

impl Money {
    /// Splits the amount into one part for each weight, in their order, by the method of the largest remainder
    /// (Hamilton's): each part first gets its exact share rounded down, then the minor units that are left go one each
    /// to the parts with the largest remainders, among equals to the earlier part.
    ///
    /// The parts always sum to the whole, each is within one minor unit of its exact share, and a part of weight 0
    /// gets nothing. When the weights are amounts that sum to at least the whole, no part is above its weight: a
    /// discount never makes a line of a cart negative.
    ///
    /// # Errors
    /// [`SplitError::NoWeight`] when no weight is above 0, [`SplitError::TooManyParts`] above [`MAX_PARTS`] weights.
    ///
    /// ```
    /// use engine::money::Money;
    ///
    /// let discount = Money::new(100, "UYU".parse().unwrap()).unwrap();
    /// let parts = discount.split(&[1, 1, 1]).unwrap();
    /// assert_eq!(parts.iter().map(|part| part.amount()).collect::<Vec<_>>(), [34, 33, 33]);
    /// ```
    pub fn split(self, weights: &[u64]) -> Result<Vec<Self>, SplitError> {
        if weights.len() > MAX_PARTS {
            return Err(SplitError::TooManyParts);
        }
        // At most 1,000 × 2⁶⁴, and 2⁵³ × 2⁶⁴ below: well inside 128 bits.
        let sum: u128 = weights.iter().map(|weight| u128::from(*weight)).sum();
        if sum == 0 {
            return Err(SplitError::NoWeight);
        }
        let mut shares: Vec<Share> = weights
            .iter()
            .map(|weight| Share::new(self.amount, *weight, sum))
            .collect();
        let given: u64 = shares.iter().map(|share| share.units).sum();
        // Fewer than there are remainders above 0, so that no part gets two and none of weight 0 gets one.
        let mut left = self.amount.saturating_sub(given);
        let mut largest_first: Vec<&mut Share> = shares.iter_mut().collect();
        largest_first.sort_by_key(|share| Reverse(share.remainder));
        for share in largest_first {
            let unit = left.min(1);
            share.units += unit;
            left -= unit;
        }
        let part = |share: Share| Self {
            amount: share.units,
            currency: self.currency,
        };
        Ok(shares.into_iter().map(part).collect())
    }
}

/// The share `units + remainder / sum of the weights`.
struct Share {
    units: u64,
    remainder: u128,
}

impl Share {
    fn new(amount: u64, weight: u64, sum: u128) -> Self {
        let product = u128::from(amount) * u128::from(weight);
        Self {
            // A weight is at most the sum, so the share is at most the amount.
            units: u64::try_from(product / sum).unwrap_or(amount),
            remainder: product % sum,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::money::MAX_AMOUNT;
    use proptest::prelude::*;

    fn split(amount: u64, weights: &[u64]) -> Result<Vec<u64>, SplitError> {
        let money = Money::new(amount, "UYU".parse().unwrap()).unwrap();
        let parts = money.split(weights)?;
        assert!(parts.iter().all(|part| part.currency() == money.currency()));
        Ok(parts.into_iter().map(Money::amount).collect())
    }

    #[test]
    fn cases() {
        let check = |amount, weights: &[u64], expected: &[u64]| {
            assert_eq!(split(amount, weights), Ok(expected.to_vec()), "{amount} by {weights:?}");
        };
        check(100, &[1, 1, 1], &[34, 33, 33]);
        check(101, &[1, 1, 1], &[34, 34, 33]);
        check(100, &[7], &[100]);
        check(0, &[1, 2], &[0, 0]);
        check(1, &[1, 1], &[1, 0]);
        check(1, &[1, 2], &[0, 1]);
        check(10, &[0, 3, 0, 1], &[0, 8, 0, 2]);
        check(5, &[0, 0, 1], &[0, 0, 5]);
        check(1_000, &[4_990, 1_250, 3_760], &[499, 125, 376]);
        check(7, &[u64::MAX, u64::MAX], &[4, 3]);
        check(MAX_AMOUNT, &[u64::MAX, 1], &[MAX_AMOUNT, 0]);
        check(
            MAX_AMOUNT,
            &[u64::MAX, 0, u64::MAX],
            &[MAX_AMOUNT / 2 + 1, 0, MAX_AMOUNT / 2],
        );
        check(MAX_AMOUNT, &[1, 1], &[MAX_AMOUNT / 2 + 1, MAX_AMOUNT / 2]);
    }

    #[test]
    fn the_most_parts() {
        let parts = split(MAX_AMOUNT, &[u64::MAX; MAX_PARTS]).unwrap();
        assert_eq!(parts.iter().sum::<u64>(), MAX_AMOUNT);
        assert_eq!(split(1, &[1; MAX_PARTS + 1]), Err(SplitError::TooManyParts));
    }

    #[test]
    fn without_a_weight() {
        for weights in [&[][..], &[0], &[0, 0, 0]] {
            assert_eq!(split(5, weights), Err(SplitError::NoWeight), "{weights:?}");
        }
    }

    fn weight() -> impl Strategy<Value = u64> {
        prop_oneof![Just(0), 0..10_u64, 0..1_000_000_u64, any::<u64>(), Just(u64::MAX)]
    }

    proptest! {
        #[test]
        fn parts_sum_to_the_whole_and_are_fair(
            amount in prop_oneof![0..100_u64, 0..=MAX_AMOUNT],
            weights in proptest::collection::vec(weight(), 1..40),
        ) {
            let sum: u128 = weights.iter().map(|weight| u128::from(*weight)).sum();
            prop_assume!(sum > 0);
            let parts = split(amount, &weights).unwrap();
            prop_assert_eq!(parts.len(), weights.len());
            prop_assert_eq!(parts.iter().sum::<u64>(), amount);
            for (part, weight) in parts.iter().zip(&weights) {
                // |part − amount × weight / sum| < 1, multiplied by the sum.
                let exact = u128::from(amount) * u128::from(*weight);
                prop_assert!((u128::from(*part) * sum).abs_diff(exact) < sum, "{part} for {weight} of {sum}");
                prop_assert!(*weight > 0 || *part == 0);
            }
        }

        #[test]
        fn a_greater_weight_never_gets_less(amount in 0..1_000_u64, weights in proptest::collection::vec(weight(), 1..40)) {
            prop_assume!(weights.iter().any(|weight| *weight > 0));
            let mut pairs: Vec<_> = weights.iter().copied().zip(split(amount, &weights).unwrap()).collect();
            pairs.sort_unstable();
            prop_assert!(pairs.windows(2).all(|pair| pair[0].0 == pair[1].0 || pair[0].1 <= pair[1].1), "{pairs:?}");
        }

        #[test]
        fn a_line_never_becomes_negative(lines in proptest::collection::vec(0..1_000_u64, 1..40), percent in 0..=100_u64) {
            let sum: u64 = lines.iter().sum();
            prop_assume!(sum > 0);
            let parts = split(sum * percent / 100, &lines).unwrap();
            prop_assert!(parts.iter().zip(&lines).all(|(part, line)| part <= line), "{parts:?} of {lines:?}");
        }
    }
}
