//! One case: a promotion and a request, both made of a seed.

use chrono::{DateTime, Utc};
use engine::calendar::Instant;
use engine::expression::Schema;
use engine::promotion::{Terms, parse_schema};
use engine::zone::{Transition, Zone};

use crate::random::Random;
use crate::{arithmetic, body, condition, schema, values};

const EFFECTS: [&str; 4] = [
    r#"{"type": "percentage", "percent": "12.5"}"#,
    r#"{"type": "percentage", "percent": "10", "max_amount": {"amount": 500, "currency": "UYU"}, "rounding": "up"}"#,
    r#"{"type": "fixed_amount", "amount": {"amount": 500, "currency": "USD"}}"#,
    r#"{"type": "tiered", "tiers": [{"from": {"amount": 100, "currency": "UYU"}, "percent": "33.3333"}]}"#,
];

/// A promotion and a request for it.
#[derive(Debug, Clone)]
pub struct Case {
    /// The declared attributes, as JSON.
    pub attributes: String,
    /// The condition's source.
    pub source: String,
    /// The effect, as JSON.
    pub effect: &'static str,
    /// The promotion's time zone.
    pub zone: Zone,
    /// The time of the request.
    pub now: DateTime<Utc>,
    /// The request.
    pub body: String,
}

impl Case {
    /// The case of that number.
    pub fn generate(seed: u64, number: u32) -> Self {
        let random = &mut Random::new(seed, number);
        if random.percent(5) {
            return Self::arithmetic(seed, number);
        }
        let attributes = schema::attributes(random);
        let now = instant(random.text(&values::TIMES));
        Self {
            attributes: schema::to_json(&attributes),
            source: condition::source(random, &attributes),
            effect: random.text(&EFFECTS),
            zone: zone(random),
            body: body::body(random, &attributes, now),
            now,
        }
    }

    /// A case that compares a computed number with the request's `expected`, which is 0; see [`crate::arithmetic`].
    pub fn arithmetic(seed: u64, number: u32) -> Self {
        let random = &mut Random::new(seed, number);
        Self {
            attributes: arithmetic::attributes(),
            body: arithmetic::body(random),
            ..Self::of_source(arithmetic::source(random))
        }
    }

    /// A case of that condition without attributes and with nothing in its request.
    pub fn of_source(source: impl Into<String>) -> Self {
        Self {
            attributes: "{}".to_owned(),
            source: source.into(),
            effect: EFFECTS[0],
            zone: Zone::utc(),
            now: DateTime::UNIX_EPOCH,
            body: r#"{"transaction_id": "t-1"}"#.to_owned(),
        }
    }

    /// The declared attributes; none when they are wrong.
    pub fn schema(&self) -> Schema {
        let declared = serde_json::from_str(&self.attributes).ok();
        let schema = declared.and_then(|declared: serde_json::Value| parse_schema(&declared).ok());
        schema.unwrap_or_default()
    }

    /// The promotion's terms.
    ///
    /// # Errors
    /// What is wrong with them, in words: mostly with the condition.
    pub fn terms(&self) -> Result<Terms, String> {
        let json = |text: &str| serde_json::from_str::<serde_json::Value>(text).map_err(|error| error.to_string());
        let terms = serde_json::json!({
            "code": "summer-10", "name": "Summer", "kind": "discount", "condition": self.source,
            "attributes": json(&self.attributes)?, "effect": json(self.effect)?,
        });
        Terms::parse(&terms).map_err(|errors| format!("{errors:?}"))
    }
}

/// UTC, New York with the changes of 2026, and the ends of what a zone may be.
fn zone(random: &mut Random) -> Zone {
    let new_york = [("2026-03-08T07:00:00Z", -240), ("2026-11-01T06:00:00Z", -300)];
    let transitions = new_york.map(|(time, offset_minutes)| Transition {
        at_minutes: u32::try_from(instant(time).timestamp() / 60).unwrap_or_default(),
        offset_minutes,
    });
    let zone = match random.below(5) {
        0 | 1 => Zone::new(-300, &transitions),
        2 => Zone::new(23 * 60 + 59, &[]),
        3 => Zone::new(-180, &[]),
        _ => Ok(Zone::utc()),
    };
    zone.unwrap_or(Zone::utc())
}

fn instant(text: &str) -> DateTime<Utc> {
    let instant = Instant::parse_rfc3339(text.as_bytes());
    let time = instant.and_then(|instant| DateTime::from_timestamp_millis(instant.millis()));
    time.unwrap_or_default()
}
