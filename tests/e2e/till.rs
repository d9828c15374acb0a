//! A shop's till: a promotion, a key for it, and what is called with them.

use std::time::Duration;

use anyhow::{Context, Result, ensure};
use engine::wire::v1::{PromotionObjects, TALLY_PATH, TallyAnswer, TallyRequest, V1};
use reqwest::Method;
use serde_json::{Value, json};

use crate::client::{Answer, Merchant, promotion, read, request, wait_for, wait_within};
use crate::ledger::Seller;
use crate::stack::Stack;

/// Events that are stored in a second at least, on a busy machine.
const EVENTS_PER_SECOND: u64 = 200;
/// The discount of [`request`], in minor units.
pub(crate) const DISCOUNT: u64 = 1_205;

/// A promotion with a key for it.
pub(crate) struct Till<'s> {
    pub(crate) stack: &'s Stack,
    pub(crate) merchant: &'s Merchant,
    pub(crate) code: String,
    pub(crate) key: &'s str,
}

impl<'s> Till<'s> {
    /// Makes a promotion and waits until the edge has it.
    pub(crate) fn open(stack: &'s Stack, code: &str, changes: Value) -> Result<Self> {
        let Seller { merchant, key, .. } = Seller::get(stack)?;
        let mut body = promotion(code);
        for (name, value) in changes.as_object().context("no changes")? {
            body[name] = value.clone();
        }
        merchant.post("/v1/promotions", &body)?.expect(201)?;
        merchant.move_to(code, "activate")?;
        Ok(Self {
            stack,
            merchant,
            code: code.to_owned(),
            key,
        })
    }

    pub(crate) fn evaluate(&self, body: &Value) -> Result<Answer> {
        self.post("evaluate", body)
    }

    pub(crate) fn reserve(&self, order: &str, ttl_seconds: u64) -> Result<Answer> {
        let mut body = request(order);
        body["ttl_seconds"] = json!(ttl_seconds);
        self.post("reservations", &body)
    }

    pub(crate) fn post(&self, verb: &str, body: &Value) -> Result<Answer> {
        let path = format!("/v1/promotions/{}/{verb}", self.code);
        self.stack.edge.post(&path, Some(self.key), body)
    }

    pub(crate) fn find(&self, id: &str) -> Result<Answer> {
        self.stack.edge.get(&format!("/v1/redemptions/{id}"), Some(self.key))
    }

    pub(crate) fn change(&self, id: &str, verb: &str, body: &Value, idempotency_key: Option<&str>) -> Result<Answer> {
        let path = format!("/v1/redemptions/{id}/{verb}");
        let mut call = self.stack.edge.raw(Method::POST, &path).bearer_auth(self.key);
        if let Some(key) = idempotency_key {
            call = call.header("Idempotency-Key", key);
        }
        read(call.header("content-type", "application/json").body(body.to_string()))
    }

    pub(crate) fn objects(&self) -> Result<PromotionObjects> {
        let promotion = self
            .merchant
            .get(&format!("/v1/promotions/{}", self.code))?
            .expect(200)?;
        let organization = self.merchant.get("/v1/organization")?.expect(200)?;
        let limits = promotion["limits"].as_object().context("no limits")?;
        Ok(PromotionObjects {
            organization_id: serde_json::from_value(organization["id"].clone())?,
            promotion_id: serde_json::from_value(promotion["id"].clone())?,
            counted: limits.values().any(|limit| !limit.is_null()),
        })
    }

    /// What the ledger says of itself.
    pub(crate) fn tally(&self) -> Result<TallyAnswer> {
        let objects = self.objects()?;
        let answer = self.stack.signed_post(TALLY_PATH, &TallyRequest { v: V1, objects })?;
        Ok(serde_json::from_value(answer.expect(200)?)?)
    }

    /// Waits until the origin has acknowledged every event, of which there are so many.
    pub(crate) fn told(&self, events: u64) -> Result<TallyAnswer> {
        let limit = Duration::from_secs(60 + events / EVENTS_PER_SECOND);
        let tally = wait_within(limit, "the origin to acknowledge all events", || {
            let tally = self.tally()?;
            Ok((tally.outstanding == 0 && tally.events >= events).then_some(tally))
        })?;
        ensure!(tally.events == events, "{tally:?}, not {events} events");
        Ok(tally)
    }

    /// What the ledger granted, its events, the reports and the reconciler have the same number: nothing is missing, and
    /// nothing is there twice. Looks in a session of its own, as the one before may have ended meanwhile.
    pub(crate) fn reconciled(&self, orders: u64) -> Result<()> {
        let merchant = &self.merchant.sign_in()?;
        let code = self.code.clone();
        let till = Till {
            merchant,
            code,
            ..*self
        };
        let tally = till.told(orders)?;
        ensure!(tally.committed == orders, "{tally:?}");
        wait_for("the report to have them", || {
            Ok((merchant.totals(&self.code)?["redemptions"] == orders).then_some(()))
        })?;
        let organization = till.objects()?.organization_id.to_string();
        let of_this = ["--organization", &organization, "--promotion", &self.code];
        let said = self
            .stack
            .run_origin(&[&["admin", "reconcile", "ledger"], &of_this[..]].concat())?;
        let expected = format!(
            "{}: {orders} accepted, {orders} stored, 0 duplicate, 0 missing\n",
            self.code
        );
        ensure!(said.contains(&expected), "{said}");
        Ok(())
    }
}

pub(crate) fn redemption_id(answer: &Value) -> Result<String> {
    let id = answer["redemption"]["id"].as_str();
    id.map(str::to_owned)
        .with_context(|| format!("no redemption in {answer}"))
}

/// An answer in some words: its status, where the redemption stands, what was given back of it, or why not.
pub(crate) fn words(answer: &Answer) -> Result<String> {
    let body = answer.json()?;
    let mut words = vec![answer.status.to_string()];
    let redemption = if body["redemption"].is_null() {
        &body
    } else {
        &body["redemption"]
    };
    for value in [&redemption["status"], &body["reason"]["code"], &body["code"]] {
        words.extend(value.as_str().map(str::to_owned));
    }
    words.extend(
        body["rolled_back"]["amount"]
            .as_u64()
            .filter(|amount| *amount > 0)
            .map(|amount| amount.to_string()),
    );
    if answer.header("idempotent-replayed") == "true" {
        words.push("again".to_owned());
    }
    Ok(words.join(" "))
}
