//! A request for a promotion, with a sample of everything that it declares.

use engine::effect::Effect;
use engine::expression::AttributeType;
use engine::promotion::Kind;
use serde_json::{Map, Value, json};

use crate::wire::Promotion;

/// What amounts are in when the promotion names no currency.
const DEFAULT_CURRENCY: &str = "USD";

/// The body of `POST …/evaluate`.
pub(super) fn sample_request(promotion: &Promotion) -> Value {
    let attributes = promotion.attributes.iter();
    let attributes: Map<_, _> = attributes
        .map(|(name, attribute)| (name.clone(), sample(attribute.kind())))
        .collect();
    let mut body = Map::new();
    let mut set = |name: &str, value| body.insert(name.to_owned(), value);
    if !attributes.is_empty() {
        set("attributes", attributes.into());
    }
    set(
        "amount",
        json!({"amount": 12_050, "currency": currency(&promotion.effect)}),
    );
    set("country", json!("UY"));
    set("city", json!("MVD"));
    set("birth_date", json!("1990-04-05"));
    set("customer_id", json!("customer-77"));
    set("transaction_id", json!("order-1001"));
    match promotion.kind {
        Kind::Discount => {}
        Kind::Coupon => _ = set("coupon_code", json!("WELCOME")),
    }
    body.into()
}

fn currency(effect: &Effect) -> String {
    let currency = match effect {
        Effect::Percentage { max_amount, .. } => max_amount.map(|cap| cap.get().currency()),
        Effect::FixedAmount { amount } => Some(amount.get().currency()),
        Effect::Tiered { tiers, .. } => Some(tiers.currency()),
    };
    currency.map_or_else(|| DEFAULT_CURRENCY.to_owned(), |currency| currency.code().to_owned())
}

/// A value of a type.
fn sample(kind: &AttributeType) -> Value {
    match kind {
        AttributeType::Number => json!(120.5),
        AttributeType::Integer => json!(3),
        AttributeType::String => json!("text"),
        AttributeType::Boolean => json!(true),
        AttributeType::Date => json!("2026-12-24"),
        AttributeType::DateTime => json!("2026-12-24T18:00:00Z"),
        AttributeType::List(element) => json!([sample(element)]),
        AttributeType::Object(fields) => {
            let fields = fields.iter().map(|field| (field.name.clone(), sample(&field.kind)));
            Value::Object(fields.collect())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(kind: &str, attributes: Value) -> Value {
        let promotion = json!({
            "code": "summer-10", "name": "Summer", "kind": kind, "condition": "true", "attributes": attributes,
            "effect": {"type": "fixed_amount", "amount": {"amount": 5, "currency": "JPY"}},
            "starts_at": null, "ends_at": null, "time_zone": "UTC", "status": "active",
            "limits": {"total": null, "per_customer": null, "budget": null}, "version": 1,
        });
        sample_request(&serde_json::from_value(promotion).unwrap())
    }

    #[test]
    fn samples() {
        let body = request(
            "discount",
            json!({"total": "number", "when": "date_time?", "lines": "list<object{sku: string, gift: boolean?}>"}),
        );
        let attributes = json!({
            "total": 120.5, "when": "2026-12-24T18:00:00Z", "lines": [{"sku": "text", "gift": true}],
        });
        assert_eq!(body["attributes"], attributes);
        assert_eq!(body["amount"]["currency"], "JPY");
        assert_eq!(body["transaction_id"], "order-1001");
        assert_eq!(body.get("coupon_code"), None);
        let body = request("coupon", json!({}));
        assert_eq!(body.get("attributes"), None);
        assert_eq!(body["coupon_code"], "WELCOME");
    }
}
