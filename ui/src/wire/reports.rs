//! Reports.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use engine::money::Money;
use serde::Deserialize;

/// `GET /v1/reports/usage`.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub(crate) struct Usage {
    /// Evaluations up to here are counted; `None` before the first.
    #[serde(default)]
    pub(crate) updated_at: Option<DateTime<Utc>>,
    /// How long ago that was, in seconds, when the server answered.
    #[serde(default)]
    pub(crate) lag_seconds: u64,
    /// Where the period begins; `None` for the beginning.
    #[serde(default)]
    pub(crate) from: Option<DateTime<Utc>>,
    /// Where it ends; `None` for the present.
    #[serde(default)]
    pub(crate) to: Option<DateTime<Utc>>,
    pub(crate) totals: UsageTotals,
    /// Every interval of the period in its order, those without evaluations too; empty where no interval was asked for.
    #[serde(default)]
    pub(crate) series: Vec<UsagePart>,
}

/// A part of the time.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub(crate) struct UsagePart {
    pub(crate) from: DateTime<Utc>,
    pub(crate) to: DateTime<Utc>,
    pub(crate) totals: UsageTotals,
}

/// What was evaluated in some time, and what came of it.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub(crate) struct UsageTotals {
    pub(crate) evaluations: u64,
    pub(crate) applicable: u64,
    pub(crate) not_applicable: u64,
    /// Counts by reason slug.
    #[serde(default)]
    pub(crate) by_reason: BTreeMap<String, u64>,
    /// Applicable ÷ evaluations; `None` without evaluations.
    #[serde(default)]
    pub(crate) ratio: Option<f64>,
    /// Sums by currency.
    #[serde(default)]
    pub(crate) discount: Vec<Money>,
    /// What of the discounts was given back in this time, by currency.
    #[serde(default)]
    pub(crate) given_back: Vec<Money>,
    #[serde(default)]
    pub(crate) redemptions: u64,
    /// Redemptions that were given back whole.
    #[serde(default)]
    pub(crate) rolled_back: u64,
    #[serde(default)]
    pub(crate) response_ms: ResponseMs,
}

/// How long evaluations took, in milliseconds; `None` without evaluations.
#[derive(Debug, Clone, Copy, Default, PartialEq, Deserialize)]
pub(crate) struct ResponseMs {
    pub(crate) mean: Option<f64>,
    /// 95 of 100 took at most so long.
    pub(crate) p95: Option<u32>,
}

/// `GET /v1/reports/demographics`.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub(crate) struct Demographics {
    /// How many seconds before the answer the last period ended that is told; `None` before the first.
    #[serde(default)]
    pub(crate) lag_seconds: Option<i64>,
    /// The least number of evaluations that is told.
    pub(crate) threshold: u64,
    /// The largest first.
    pub(crate) rows: Vec<DemographicsRow>,
    /// Evaluations in rows beyond these.
    pub(crate) omitted: u64,
    /// Evaluations in no row, for they would tell of too few people.
    pub(crate) hidden: u64,
}

/// Evaluations with something in common.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub(crate) struct DemographicsRow {
    /// A country's or city's code, or an age band; `None` for unknown.
    pub(crate) key: Option<String>,
    pub(crate) name: String,
    /// A city's country.
    #[serde(default)]
    pub(crate) country: Option<String>,
    pub(crate) evaluations: u64,
    pub(crate) applicable: u64,
    pub(crate) not_applicable: u64,
    /// Applicable ÷ evaluations.
    #[serde(default)]
    pub(crate) ratio: Option<f64>,
}

/// A promotion, as far as it is picked from a list.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub(crate) struct PromotionName {
    pub(crate) code: String,
    pub(crate) name: String,
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn usage_is_read() {
        let totals = json!({
            "evaluations": 3, "applicable": 2, "not_applicable": 1, "by_reason": {"not_active": 1}, "ratio": 0.6667,
            "discount": [{"amount": 1205, "currency": "UYU"}], "given_back": [], "redemptions": 2, "rolled_back": 0,
            "response_ms": {"mean": 4.3, "p95": 8},
        });
        let part = json!({"from": "2026-11-21T00:00:00Z", "to": "2026-11-22T00:00:00Z", "totals": totals});
        let usage: Usage = serde_json::from_value(json!({
            "updated_at": "2026-11-21T10:00:00Z", "lag_seconds": 12, "from": "2026-11-21T00:00:00Z",
            "to": "2026-11-22T00:00:00Z", "totals": totals, "series": [part],
        }))
        .unwrap();
        assert_eq!((usage.lag_seconds, usage.series.len()), (12, 1));
        assert_eq!(
            usage.totals.response_ms,
            ResponseMs {
                mean: Some(4.3),
                p95: Some(8)
            }
        );
        assert_eq!(usage.totals.discount.first().unwrap().to_string(), "12.05 UYU");
    }

    #[test]
    fn demographics_are_read() {
        let demographics: Demographics = serde_json::from_value(json!({
            "updated_at": null, "lag_seconds": null, "threshold": 5, "omitted": 0, "hidden": 7,
            "rows": [{
                "key": null, "name": "Unknown", "country": null, "evaluations": 70, "applicable": 61,
                "not_applicable": 9, "ratio": 0.8714,
            }],
        }))
        .unwrap();
        assert_eq!(
            (demographics.threshold, demographics.hidden, demographics.lag_seconds),
            (5, 7, None)
        );
        assert_eq!(demographics.rows.first().unwrap().key, None);
    }
}
