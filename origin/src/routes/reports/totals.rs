//! Sums of usage in the form of the API.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Serialize;

use crate::db::usage::{ResponseRow, UsageRow};
use crate::problem::Error;
use crate::store::RESPONSE_BOUNDS_MS;

/// What was evaluated in some time, and what came of it.
#[derive(Debug, Clone, Default, PartialEq, Serialize, JsonSchema)]
#[schemars(rename = "UsageTotals")]
pub(super) struct Totals {
    pub(super) evaluations: u64,
    pub(super) applicable: u64,
    pub(super) not_applicable: u64,
    pub(super) by_reason: BTreeMap<String, u64>,
    /// Applicable ÷ evaluations, to four decimals; `null` without evaluations.
    pub(super) ratio: Option<f64>,
    /// What was granted; what was given back of it is told beside it.
    pub(super) discount: Vec<Sum>,
    /// What of the discounts was given back in this time, whenever it was granted.
    pub(super) given_back: Vec<Sum>,
    pub(super) redemptions: u64,
    /// Redemptions that were given back whole in this time.
    pub(super) rolled_back: u64,
    pub(super) response_ms: ResponseMs,
}

/// A sum of money in minor units, which may pass what a single amount may be.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[schemars(rename = "MoneySum")]
pub(super) struct Sum {
    pub(super) amount: u128,
    pub(super) currency: String,
}

#[derive(Debug, Clone, Default, PartialEq, Serialize, JsonSchema)]
pub(super) struct ResponseMs {
    /// To a tenth; `null` without evaluations.
    pub(super) mean: Option<f64>,
    /// At least 95 of 100 evaluations took at most so long. Times are counted in classes (1, 2, 3, 5, 8, 12, 20, 30, 50, 80,
    /// 120, 200, 300, 500, 800, 1200, 2000, 5000 and 30000 ms), so this is the upper end of a class. `null` without evaluations,
    /// and beyond the last class.
    pub(super) p95: Option<u32>,
}

/// Sums while rows are added.
#[derive(Debug, Clone, Default)]
pub(super) struct Adding {
    totals: Totals,
    discount: Sums,
    given_back: Sums,
    response_ms: u128,
    /// By bucket.
    responses: BTreeMap<usize, u64>,
}

impl Adding {
    pub(super) fn add(&mut self, row: &UsageRow) -> Result<(), Error> {
        let totals = &mut self.totals;
        let evaluations = u64::try_from(row.evaluations).map_err(Error::fault)?;
        totals.evaluations += evaluations;
        if row.reason.is_empty() {
            totals.applicable += evaluations;
        } else {
            totals.not_applicable += evaluations;
            *totals.by_reason.entry(row.reason.clone()).or_default() += evaluations;
        }
        totals.redemptions += u64::try_from(row.redemptions).map_err(Error::fault)?;
        totals.rolled_back += u64::try_from(row.rolled_back).map_err(Error::fault)?;
        self.discount.add(&row.currency, &row.discount)?;
        self.given_back.add(&row.currency, &row.given_back)?;
        self.response_ms += row.response_ms.parse::<u128>().map_err(Error::fault)?;
        Ok(())
    }

    pub(super) fn add_responses(&mut self, row: &ResponseRow) -> Result<(), Error> {
        let bucket = usize::try_from(row.bucket).map_err(Error::fault)?;
        *self.responses.entry(bucket).or_default() += u64::try_from(row.evaluations).map_err(Error::fault)?;
        Ok(())
    }

    pub(super) fn finish(self) -> Totals {
        let mut totals = self.totals;
        totals.ratio = quotient(totals.applicable.into(), totals.evaluations, 10_000);
        totals.discount = self.discount.list();
        totals.given_back = self.given_back.list();
        totals.response_ms = ResponseMs {
            mean: quotient(self.response_ms, totals.evaluations, 10),
            p95: p95(&self.responses),
        };
        totals
    }
}

/// Sums by currency; those of nothing are left out.
#[derive(Debug, Clone, Default)]
struct Sums(BTreeMap<String, u128>);

impl Sums {
    /// Adds minor units in decimals.
    fn add(&mut self, currency: &str, amount: &str) -> Result<(), Error> {
        let amount: u128 = amount.parse().map_err(Error::fault)?;
        if amount > 0 {
            *self.0.entry(currency.to_owned()).or_default() += amount;
        }
        Ok(())
    }

    fn list(self) -> Vec<Sum> {
        let sums = self.0.into_iter();
        sums.map(|(currency, amount)| Sum { amount, currency }).collect()
    }
}

/// The upper bound of the bucket in which the 95th of 100 lies, by the nearest rank.
fn p95(responses: &BTreeMap<usize, u64>) -> Option<u32> {
    let count: u64 = responses.values().sum();
    let rank = (u128::from(count) * 95).div_ceil(100);
    let mut passed: u128 = 0;
    let found = responses.iter().find(|(_, evaluations)| {
        passed += u128::from(**evaluations);
        passed >= rank && passed > 0
    });
    found.and_then(|(bucket, _)| RESPONSE_BOUNDS_MS.get(*bucket).copied())
}

/// `sum ÷ count`, rounded half up to a whole number of `1 ÷ parts`; `None` for nothing, and for more than is believed.
pub(super) fn quotient(sum: u128, count: u64, parts: u32) -> Option<f64> {
    let count = u128::from(count);
    let rounded = (sum.checked_mul(parts.into())?.checked_add(count / 2)?).checked_div(count)?;
    Some(f64::from(u32::try_from(rounded).ok()?) / f64::from(parts))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotients() {
        let check = |sum, count, parts, expected| assert_eq!(quotient(sum, count, parts), expected, "{sum} ÷ {count}");
        check(2, 3, 10_000, Some(0.6667));
        check(0, 3, 10_000, Some(0.0));
        check(0, 0, 10_000, None);
        check(25, 2, 10, Some(12.5));
        check(u128::MAX, 2, 10, None);
    }

    #[test]
    fn percentiles_are_bounds() {
        let check = |responses: &[(usize, u64)], expected| {
            assert_eq!(p95(&responses.iter().copied().collect()), expected, "{responses:?}");
        };
        check(&[], None);
        check(&[(0, 1)], Some(1));
        check(&[(0, 95), (5, 5)], Some(1));
        check(&[(0, 94), (5, 6)], Some(12));
        check(&[(0, 18), (5, 1)], Some(12));
        check(&[(0, 19), (5, 1)], Some(1));
        check(&[(0, 1), (19, 19)], None);
        check(&[(18, 1)], Some(30_000));
        check(&[(3, u64::MAX)], Some(5));
    }
}
