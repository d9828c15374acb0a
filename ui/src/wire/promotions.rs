//! Promotions, their versions, samples and previews.

use chrono::{DateTime, Utc};
use engine::app_key::Mode;
use engine::effect::Effect;
use engine::expression::Schema;
use engine::ids::{EvaluationId, RedemptionId};
use engine::money::Money;
use engine::promotion::{Kind, Limits, Standing, Status};
use engine::wire::v1::Reason;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use serde_json::value::RawValue;

use super::{Promotion, PublishState, Published};

/// `POST /v1/promotions/{code}/duplicate`.
#[derive(Debug, Serialize)]
pub(crate) struct Duplicate {
    pub(crate) code: String,
    pub(crate) name: String,
}

/// A promotion, as far as a list shows it: of thousands in memory, each holds no more than is seen.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub(crate) struct ListedPromotion {
    pub(crate) code: String,
    pub(crate) name: String,
    pub(crate) kind: Kind,
    pub(crate) effect: Effect,
    pub(crate) ends_at: Option<DateTime<Utc>>,
    pub(crate) time_zone: String,
    pub(crate) status: Standing,
    /// `None` for a draft, which the edge does not know.
    #[serde(default)]
    pub(crate) published: Option<Published>,
}

impl ListedPromotion {
    /// Whether the edge has yet to receive the newest version.
    pub(crate) fn is_publishing(&self) -> bool {
        self.published
            .as_ref()
            .is_some_and(|published| published.state == PublishState::Publishing)
    }

    /// Takes over how the promotion is now. Its code and kind stay what they are.
    pub(crate) fn update(&mut self, promotion: Promotion) {
        self.name = promotion.name;
        self.effect = promotion.effect;
        self.ends_at = promotion.ends_at;
        self.time_zone = promotion.time_zone;
        self.status = promotion.status;
        self.published = promotion.published;
    }
}

/// What was evaluated of one promotion, and what came of it.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub(crate) struct PromotionUsage {
    pub(crate) code: String,
    pub(crate) evaluations: u64,
    pub(crate) applicable: u64,
    /// Applicable ÷ evaluations; `None` without evaluations.
    pub(crate) ratio: Option<f64>,
}

/// `GET /v1/reports/promotions`.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub(crate) struct PromotionsUsage {
    /// One for each promotion that was asked for and is there.
    pub(crate) items: Vec<PromotionUsage>,
}

/// Who made a version, as they were then.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub(crate) struct Author {
    /// `None` for who is no user.
    #[serde(default)]
    pub(crate) name: Option<String>,
}

/// A field that another version has otherwise.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub(crate) struct Change {
    /// A JSON pointer into the terms, or `/status`.
    pub(crate) pointer: String,
    /// JSON's `null` where there was nothing, too.
    pub(crate) before: Value,
    pub(crate) after: Value,
}

/// What is kept of one evaluation.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub(crate) struct Evaluation {
    pub(crate) id: EvaluationId,
    pub(crate) promotion: EvaluatedPromotion,
    /// When it was asked.
    pub(crate) at: DateTime<Utc>,
    pub(crate) mode: Mode,
    pub(crate) applicable: bool,
    pub(crate) reason: Option<Reason>,
    pub(crate) discount: Option<Money>,
    pub(crate) redemption_id: Option<RedemptionId>,
    /// ISO 3166-1 alpha-2.
    pub(crate) country: Option<String>,
    /// The UN/LOCODE location in the country.
    pub(crate) city: Option<String>,
    pub(crate) age_band: Option<String>,
    /// Time at the edge, in milliseconds.
    pub(crate) response_ms: u64,
}

/// A promotion as it was when it was evaluated.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub(crate) struct EvaluatedPromotion {
    pub(crate) code: String,
    pub(crate) version: u64,
}

/// `POST /v1/promotions/{code}/samples`.
#[derive(Debug, Serialize)]
pub(crate) struct NewSample {
    pub(crate) name: String,
    /// A JSON object, sent as it is written.
    pub(crate) request: Box<RawValue>,
}

/// A version with its terms.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub(crate) struct PublishedVersion {
    pub(crate) version: u64,
    pub(crate) status: Status,
    pub(crate) terms: Terms,
}

/// What a call answered, with the revision that a change of it has to name.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Tagged<T> {
    pub(crate) value: T,
    /// The `ETag`, for `If-Match`.
    pub(crate) tag: String,
}

/// A request that is kept with a promotion.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Sample {
    pub(crate) id: String,
    pub(crate) name: String,
    /// The body of an evaluation as it was written, right or wrong.
    pub(crate) request: Box<RawValue>,
}

/// `PATCH /v1/promotions/{code}/samples/{id}`: what is `None` stays as it is.
#[derive(Debug, Default, Serialize)]
pub(crate) struct SampleChange {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) request: Option<Box<RawValue>>,
}

/// What a promotion says: the body of `POST /v1/promotions`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Terms {
    pub(crate) code: String,
    pub(crate) name: String,
    pub(crate) kind: Kind,
    pub(crate) condition: String,
    pub(crate) attributes: Schema,
    pub(crate) effect: Effect,
    pub(crate) starts_at: Option<DateTime<Utc>>,
    pub(crate) ends_at: Option<DateTime<Utc>>,
    pub(crate) time_zone: String,
    pub(crate) limits: Limits,
}

impl Terms {
    /// The JSON, for the workbench.
    pub(crate) fn to_json(&self) -> Value {
        // Terms that came as JSON have a JSON form; were they not to, the workbench would miss them and say so.
        serde_json::to_value(self).unwrap_or_default()
    }
}

/// A version in the list.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub(crate) struct Version {
    pub(crate) version: u64,
    pub(crate) status: Status,
    /// `None` for what was published before authors were kept.
    pub(crate) author: Option<Author>,
    pub(crate) at: DateTime<Utc>,
    /// The differences to the version before.
    pub(crate) changes: Vec<Change>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn lists_and_their_usage_are_read() {
        let listed: ListedPromotion = serde_json::from_value(json!({
            "id": "prom_1", "code": "summer-10", "name": "Summer 10 %", "kind": "coupon", "condition": "true",
            "attributes": {}, "effect": {"type": "percentage", "percent": "10"}, "starts_at": null, "ends_at": null,
            "time_zone": "America/Montevideo", "limits": {"total": null, "per_customer": 1, "budget": null},
            "status": "paused", "version": 3, "created_at": "2026-11-01T00:00:00Z",
            "updated_at": "2026-11-01T00:00:00Z",
            "published": {"version": 3, "state": "publishing", "at": null},
        }))
        .unwrap();
        assert_eq!((listed.kind, listed.status), (Kind::Coupon, Standing::Paused));
        assert!(listed.is_publishing());
        let usage: PromotionsUsage = serde_json::from_value(json!({
            "updated_at": "2026-11-21T10:00:00Z", "lag_seconds": 0,
            "items": [{
                "code": "summer-10", "evaluations": 3, "applicable": 2, "not_applicable": 1, "ratio": 0.6667,
                "redemptions": 2, "discount": [{"amount": 1205, "currency": "UYU"}],
            }],
        }))
        .unwrap();
        assert_eq!(usage.items.first().unwrap().ratio, Some(0.6667));
    }

    #[test]
    fn versions() {
        let version: Version = serde_json::from_value(json!({
            "version": 3, "status": "active", "at": "2026-11-21T12:00:00Z",
            "author": {"type": "user", "id": "user_1", "name": "Ada", "email": "ada@example.com"},
            "changes": [{"pointer": "/ends_at", "before": null, "after": "2027-01-31T23:59:59Z"}],
        }))
        .unwrap();
        assert_eq!(version.author.unwrap().name.as_deref(), Some("Ada"));
        let system: Author = serde_json::from_value(json!({"type": "system"})).unwrap();
        assert_eq!(system.name, None);
    }

    /// Numbers of a sample keep their digits on the way through.
    #[test]
    fn samples_stay_as_they_were_written() {
        let request = r#"{"attributes": {"total": 120.50}}"#;
        let sample: Sample = serde_json::from_str(&format!(
            r#"{{"id": "sample_1", "name": "Visa", "request": {request}}}"#
        ))
        .unwrap();
        let new = NewSample {
            name: sample.name,
            request: sample.request,
        };
        assert_eq!(
            serde_json::to_string(&new).unwrap(),
            format!(r#"{{"name":"Visa","request":{request}}}"#)
        );
    }

    #[test]
    fn terms_are_the_body_of_a_new_promotion() {
        let body = json!({
            "code": "summer-10", "name": "Summer", "kind": "discount", "condition": "total >= 100",
            "attributes": {"note": "string?", "total": "number"},
            "effect": {"type": "percentage", "percent": "10"},
            "starts_at": null, "ends_at": null, "time_zone": "America/Montevideo",
            "limits": {"total": 5, "per_customer": null, "budget": null},
        });
        let terms: Terms = serde_json::from_value(body.clone()).unwrap();
        assert!(engine::promotion::Terms::parse(&terms.to_json()).is_ok());
    }
}
