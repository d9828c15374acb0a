//! The rules and requests that are measured, each rule in every engine's own language.

use anyhow::{Context as _, Result, anyhow};
use engine::app_key::{AppKey, Mode, SECRET_CHARS};
use engine::ids::{AppKeyId, OrganizationId, PromotionId};
use engine::ledger::Config;
use engine::promotion::{Rule, Status, Terms};
use engine::wire::v1::{AppKeyEntry, KeyScope, PublishEntry, V1, app_key_key, ledger_key, promotion_key};
use engine::zone::Zone;
use serde_json::{Map, Value, json};

use crate::load::NUMBER;

/// Names of the rules, which are also the codes of the promotions: by their number of clauses.
pub(crate) const RULES: [&str; 2] = ["two", "forty"];
/// The promotions that are redeemed, by the number of objects that share the work: one has a limit, which one object
/// counts, the other has none.
pub(crate) const REDEEMED: [&str; 2] = ["one", "sixteen"];
/// More than is redeemed here.
const LIMIT: u64 = 1_000_000_000;
/// Bytes of the bodies, by the names that rows have.
pub(crate) const SIZES: [(&str, usize); 3] = [("250", 250), ("1k", 1_024), ("8k", 8_192)];
/// The attributes that rules read, all numbers.
const ATTRIBUTES: [&str; 8] = ["a", "b", "c", "d", "e", "f", "g", "h"];
/// What every attribute is, or is not.
const VALUE: u32 = 40;
/// The order of requests that consume nothing.
const ORDER: &str = "order-1001";

/// A rule and a request for it.
#[derive(Debug, Clone)]
pub(crate) struct Case {
    pub(crate) rule: &'static str,
    pub(crate) size: &'static str,
    pub(crate) body: String,
}

/// Every rule at every size, with a request that does not apply, because the rule's last clause fails.
pub(crate) fn cases() -> Vec<Case> {
    let of = |rule| {
        SIZES.map(|(size, bytes)| Case {
            rule,
            size,
            body: body(bytes, VALUE + 1, ORDER),
        })
    };
    RULES.into_iter().flat_map(of).collect()
}

/// A request that applies, so that every engine shows that it decides.
pub(crate) fn applicable() -> String {
    body(250, VALUE, ORDER)
}

/// Requests that redeem, each for an order of its own.
pub(crate) fn redemptions() -> Vec<Case> {
    let of = |rule| Case {
        rule,
        size: "250",
        body: body(250, VALUE, &format!("order-{NUMBER}")),
    };
    REDEEMED.map(of).into()
}

/// As many bytes, filled up with a cart that no rule reads.
fn body(bytes: usize, last: u32, order: &str) -> String {
    let mut attributes: Map<String, Value> = ATTRIBUTES
        .iter()
        .map(|name| (str::to_owned(name), json!(VALUE)))
        .collect();
    attributes.insert("h".to_owned(), json!(last));
    let line = json!({"sku": "SKU-000417", "name": "Mate cup, steel", "quantity": 2, "price": 1250.5, "gift": false});
    let mut cart = Vec::new();
    let make = |cart: &[Value], note: &str| {
        json!({"attributes": attributes, "amount": {"amount": 12050, "currency": "UYU"},
               "transaction_id": order, "cart": cart, "note": note})
        .to_string()
    };
    while make(&cart, "").len() + line.to_string().len() < bytes {
        cart.push(line.clone());
    }
    let missing = bytes.saturating_sub(make(&cart, "").len());
    make(&cart, &"x".repeat(missing))
}

/// The clauses of a rule: attribute, operator, number. The last one alone tells the requests apart.
fn clauses(rule: &str) -> Vec<(&'static str, &'static str, u32)> {
    let bounds = [(">=", 10), ("<=", 90), (">", 5), ("<", 95)];
    let many = bounds
        .iter()
        .flat_map(|(operator, number)| ATTRIBUTES.map(|name| (name, *operator, *number)));
    let mut clauses: Vec<_> = if rule == "forty" {
        many.chain(ATTRIBUTES.into_iter().take(7).map(|name| (name, "<", 80)))
            .collect()
    } else {
        many.take(1).collect()
    };
    clauses.push(("h", "<=", VALUE));
    clauses
}

/// The peers' rules: the content of their `rules.json`.
pub(crate) fn peer_rules() -> Value {
    RULES
        .iter()
        .map(|rule| ((*rule).to_owned(), peer_rule(rule)))
        .collect::<Map<_, _>>()
        .into()
}

fn peer_rule(rule: &str) -> Value {
    let clauses = clauses(rule);
    // JSON's numbers are doubles there; a literal of the same type is the cheapest to compare with.
    let cel: Vec<_> = clauses
        .iter()
        .map(|(name, operator, number)| format!("{name} {operator} {number}.0"))
        .collect();
    let logic: Vec<_> = clauses
        .iter()
        .map(|(name, operator, number)| json!({*operator: [{"var": name}, number]}))
        .collect();
    let rules: Vec<_> = clauses
        .iter()
        .map(|(name, operator, number)| json!({"fact": name, "operator": rules_operator(operator), "value": number}))
        .collect();
    json!({"cel": cel.join(" && "), "json_logic": {"and": logic}, "json_rules": {"all": rules}})
}

fn rules_operator(operator: &str) -> &'static str {
    match operator {
        ">=" => "greaterThanInclusive",
        "<=" => "lessThanInclusive",
        ">" => "greaterThan",
        _ => "lessThan",
    }
}

/// What the edge finds in its store, what its ledger is told, and the key that a shop sends.
#[derive(Debug)]
pub(crate) struct Shop {
    pub(crate) key: String,
    pub(crate) values: Value,
    pub(crate) ledger: Vec<PublishEntry>,
}

/// A shop whose promotions are the rules.
pub(crate) fn shop() -> Result<Shop> {
    let organization_id = OrganizationId::from_parts(1_760_000_000_000, [1; 10]);
    let key = AppKey::from_random(Mode::Live, organization_id, [7; 2 * SECRET_CHARS]);
    let entry = AppKeyEntry {
        v: V1,
        id: AppKeyId::from_parts(1_760_000_000_000, [2; 10]),
        organization_id,
        mode: Mode::Live,
        promotions: KeyScope::ALL,
        expires_at: None,
        revoked: false,
    };
    let mut values = Map::new();
    values.insert(app_key_key(&key.hash()), serde_json::to_string(&entry)?.into());
    let mut ledger = Vec::new();
    for (number, code) in (0..).zip(RULES.into_iter().chain(REDEEMED)) {
        let promotion_id = PromotionId::from_parts(1_760_000_000_000, [number; 10]);
        let rule = rule(organization_id, promotion_id, code)?;
        values.insert(promotion_key(organization_id, rule.code()), rule.to_json()?.into());
        ledger.push(PublishEntry {
            key: ledger_key(organization_id, promotion_id, rule.is_counted()),
            revision: 1,
            value: Config::of(&rule).to_json()?,
        });
    }
    let (key, values) = (key.reveal().to_owned(), values.into());
    Ok(Shop { key, values, ledger })
}

fn rule(organization_id: OrganizationId, promotion_id: PromotionId, code: &str) -> Result<Rule> {
    let condition: Vec<_> = clauses(code)
        .iter()
        .map(|(name, operator, number)| format!("{name} {operator} {number}"))
        .collect();
    let attributes: Map<_, _> = ATTRIBUTES
        .iter()
        .map(|name| ((*name).to_owned(), json!("number")))
        .collect();
    let terms = json!({
        "code": code, "name": code, "kind": "discount", "condition": condition.join(" and "), "attributes": attributes,
        "effect": {"type": "percentage", "percent": "10"}, "starts_at": null, "ends_at": null, "time_zone": "UTC",
        "limits": {"total": (code == "one").then_some(LIMIT)},
    });
    let terms = Terms::parse(&terms)
        .map_err(|errors| anyhow!("{errors:?}"))
        .context("the rule is wrong")?;
    Ok(Rule::new(
        organization_id,
        promotion_id,
        1,
        Status::Active,
        &terms,
        &Zone::utc(),
    ))
}
