//! Pseudorandom numbers that are the same on every platform.

/// SplitMix64: Steele, Lea and Flood, "Fast Splittable Pseudorandom Number Generators" (OOPSLA 2014), with the constants
/// of Vigna's <https://prng.di.unimi.it/splitmix64.c>.
#[derive(Debug, Clone)]
pub(crate) struct Random {
    state: u64,
}

impl Random {
    /// The numbers of one case: neighbouring seeds and cases share none.
    pub(crate) const fn new(seed: u64, case: u32) -> Self {
        let mut of_seed = Self { state: seed };
        let state = of_seed.next() ^ Self { state: case as u64 }.next();
        Self { state }
    }

    const fn next(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.state;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    /// A number from 0 to `end - 1`; 0 when `end` is 0. The bias of the remainder is far below what 100,000 cases show.
    pub(crate) fn below(&mut self, end: usize) -> usize {
        let drawn = self.next() >> 33;
        let end = u64::try_from(end).unwrap_or(u64::MAX).max(1);
        usize::try_from(drawn % end).unwrap_or_default()
    }

    /// A number of at most that many bits, of at most 128.
    pub(crate) fn bits(&mut self, count: u32) -> u128 {
        let drawn = u128::from(self.next()) << 64 | u128::from(self.next());
        drawn.checked_shr(128_u32.saturating_sub(count)).unwrap_or_default()
    }

    /// Whether something of that probability happens.
    pub(crate) fn percent(&mut self, probability: usize) -> bool {
        self.below(100) < probability
    }

    /// One of `all`; `None` when there is none.
    pub(crate) fn pick<'a, T>(&mut self, all: &'a [T]) -> Option<&'a T> {
        all.get(self.below(all.len()))
    }

    /// One of `all`, mostly of the first ones, so that what is drawn twice is often the same.
    pub(crate) fn text(&mut self, all: &[&'static str]) -> &'static str {
        const COMMON: usize = 5;
        let end = if self.percent(65) {
            all.len().min(COMMON)
        } else {
            all.len()
        };
        all.get(self.below(end)).copied().unwrap_or_default()
    }

    /// The value that stands beside a drawn weight.
    pub(crate) fn weighted<T: Copy>(&mut self, weights: &[(usize, T)], otherwise: T) -> T {
        let mut left = self.below(weights.iter().map(|(weight, _)| weight).sum());
        for (weight, value) in weights {
            match left.checked_sub(*weight) {
                Some(rest) => left = rest,
                None => return *value,
            }
        }
        otherwise
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_numbers_are_those_of_splitmix64() {
        // The first outputs of splitmix64.c with the state 1234567.
        let mut random = Random { state: 1_234_567 };
        let drawn = [random.next(), random.next(), random.next()];
        assert_eq!(
            drawn,
            [
                6_457_827_717_110_365_317,
                3_203_168_211_198_807_973,
                9_817_491_932_198_370_423
            ]
        );
    }
}
