//! Records of evaluations that never were, the same in every run.

use anyhow::{Context as _, Result};
use chrono::{DateTime, Utc};
use engine::app_key::Mode;
use engine::demographics::AgeBand;
use engine::evaluate::ReasonCode;
use engine::ids::{EvaluationId, RedemptionId};
use engine::money::Money;
use engine::wire::v1::{EvaluationRecord, V1};

use crate::shop::Shop;

const PLACES: [(&str, &str); 6] = [
    ("UY", "MVD"),
    ("UY", "PDP"),
    ("AR", "BUE"),
    ("BR", "SAO"),
    ("BR", "RIO"),
    ("CL", "SCL"),
];
const AGE_BANDS: [AgeBand; 4] = [AgeBand::From18, AgeBand::From25, AgeBand::From35, AgeBand::From45];

/// Makes records of a shop.
#[derive(Debug)]
pub(crate) struct Events {
    shop: Shop,
    state: u64,
}

impl Events {
    pub(crate) const fn new(shop: Shop, seed: u64) -> Self {
        Self { shop, state: seed }
    }

    /// One at a time. Four of ten are granted and give something; the others do not apply. Nineteen of twenty take some
    /// milliseconds, the rest up to a tenth of a second.
    pub(crate) fn next(&mut self, at: DateTime<Utc>) -> Result<EvaluationRecord> {
        let millis = u64::try_from(at.timestamp_millis())?;
        let is_granted = self.below(10) < 4;
        let promotion = self.below(self.shop.promotions.len());
        let (country, city) = pick(&PLACES, self.below(PLACES.len()))?;
        let slow = if self.below(20) == 0 { 100 } else { 4 };
        let discount = Money::new(100 + self.below(5_000) as u64, "UYU".parse()?).ok();
        Ok(EvaluationRecord {
            v: V1,
            id: EvaluationId::from_parts(millis, self.bytes()),
            organization_id: self.shop.organization,
            promotion_id: pick(&self.shop.promotions, promotion)?,
            version: 1,
            app_key_id: self.shop.app_key,
            mode: Mode::Live,
            at,
            reason: (!is_granted).then_some(ReasonCode::ConditionNotMet),
            discount: discount.filter(|_| is_granted),
            redemption_id: is_granted.then(|| RedemptionId::from_parts(millis, self.bytes())),
            coupon: None,
            exhausted: false,
            country: Some(country.to_owned()),
            city: Some(city.to_owned()),
            age_band: Some(pick(&AGE_BANDS, self.below(AGE_BANDS.len()))?),
            response_ms: 1 + u32::try_from(self.below(slow))?,
        })
    }

    fn below(&mut self, bound: usize) -> usize {
        (self.number() % bound as u64) as usize
    }

    fn bytes(&mut self) -> [u8; 10] {
        let ([a, b, c, d, e, ..], [f, g, h, i, j, ..]) = (self.number().to_le_bytes(), self.number().to_le_bytes());
        [a, b, c, d, e, f, g, h, i, j]
    }

    /// SplitMix64.
    const fn number(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.state;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }
}

fn pick<T: Clone>(values: &[T], index: usize) -> Result<T> {
    values.get(index).cloned().context("nothing to pick from")
}
