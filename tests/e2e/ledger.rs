//! What the edge counts, and what the origin tells it: limits, coupons, and values that only go forward.

use std::num::NonZeroU32;

use anyhow::{Context, Result, anyhow, ensure};
use engine::coupon::{Batch, BatchTerms, CouponKey, CouponSet};
use engine::ids::{CouponBatchId, OrganizationId, PromotionId};
use engine::ledger::{Config, ListedCoupon};
use engine::promotion::{Rule, Status, Terms};
use engine::wire::v1::{
    COUPONS_PATH, CouponsRequest, INSPECT_PATH, InspectAnswer, InspectRequest, PUBLISH_PATH, PublishEntry,
    PublishRequest, V1, ledger_key, promotion_key,
};
use engine::zone::Zone;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::client::{Answer, Merchant, at_once, promotion, request, wait_for};
use crate::stack::Stack;

/// Limits of each kind, with more calls at once than they allow.
pub(crate) fn limits(stack: &Stack) -> Result<()> {
    let Seller { merchant, key, .. } = Seller::get(stack)?;
    let live = |code: &str, limits: Value| {
        let mut body = promotion(code);
        body["limits"] = limits;
        merchant.post("/v1/promotions", &body)?.expect(201)?;
        merchant.move_to(code, "activate")
    };
    let check = |code: &str, customers: usize, granted: usize, reason: &str| {
        let answers = at_once(40, |number| {
            let mut body = request(&format!("order-{number}"));
            body["customer_id"] = json!(format!("c-{}", number % customers));
            evaluate(stack, code, key, &body)?.expect(200)
        })?;
        let applicable = answers.iter().filter(|answer| answer["applicable"] == true).count();
        ensure!(applicable == granted, "{code}: {applicable} granted, not {granted}");
        let refused = answers.iter().filter(|answer| answer["applicable"] == false);
        for answer in refused {
            ensure!(answer["reason"]["code"] == reason, "{code}: {answer}");
            ensure!(
                answer["discount"].is_null() && answer["redemption"].is_null(),
                "{answer}"
            );
        }
        Ok(())
    };
    live("total", json!({"total": 7}))?;
    check("total", 40, 7, "promotion_limit_reached")?;
    // Nobody asks for it: the record of the last redemption says so.
    wait_for("the promotion to be exhausted", || {
        let promotion = merchant.get("/v1/promotions/total")?.expect(200)?;
        Ok((promotion["status"] == "exhausted").then_some(()))
    })?;
    live("per-customer", json!({"per_customer": 3}))?;
    check("per-customer", 4, 12, "customer_limit_reached")?;
    // Each takes 12.05.
    live("budget", json!({"budget": {"amount": 6_100, "currency": "UYU"}}))?;
    check("budget", 40, 5, "budget_exhausted")?;

    // A limit says what a request has to name.
    let mut body = request("order-x");
    body["customer_id"] = Value::Null;
    let problem = evaluate(stack, "per-customer", key, &body)?.expect_problem(422, "invalid_request")?;
    ensure!(problem["errors"][0]["pointer"] == "/customer_id", "{problem}");
    body["amount"] = Value::Null;
    let problem = evaluate(stack, "budget", key, &body)?.expect_problem(422, "invalid_request")?;
    ensure!(problem["errors"][0]["pointer"] == "/amount", "{problem}");
    let mut body = request("order-y");
    body["amount"]["currency"] = json!("USD");
    body["attributes"]["total"] = json!(120);
    let answer = evaluate(stack, "budget", key, &body)?.expect(200)?;
    ensure!(answer["reason"]["code"] == "effect_not_applicable", "{answer}");
    Ok(())
}

/// Coupons of a batch, listed ones, and what is none.
pub(crate) fn coupons(stack: &Stack) -> Result<()> {
    for limits in [json!(null), json!({"total": 1_000})] {
        let shop = Shop::new(stack, if limits.is_null() { "coupons" } else { "coupons-counted" })?;
        let rule = shop.rule(&limits, 1, Status::Active, false)?;
        shop.publish(&rule, 1)?;
        let set = rule.coupons().context("no coupons")?;
        let codes: Vec<_> = set.batches.iter().flat_map(|batch| batch.codes(set.key, 0)).collect();
        let reason = |code: &str, customer: &str, transaction: Value| {
            let mut body = request("");
            body["transaction_id"] = transaction;
            body["coupon_code"] = json!(code);
            body["customer_id"] = json!(customer);
            let answer = shop.evaluate(&body)?.expect(200)?;
            Ok(answer["reason"]["code"].as_str().unwrap_or("granted").to_owned())
        };
        let check = |code: &str, customer: &str, expected: &str| {
            let found: String = reason(code, customer, Value::Null)?;
            ensure!(found == expected, "{limits} {code}: {found}, not {expected}");
            Ok(())
        };
        let first = codes.first().context("no coupon")?.to_string();
        let results = at_once(20, |_| reason(&first, "c-1", Value::Null))?;
        let granted = results.iter().filter(|result| *result == "granted").count();
        ensure!(granted == 2, "{first}: {results:?}");
        ensure!(
            results.iter().filter(|result| *result == "coupon_exhausted").count() == 18,
            "{results:?}"
        );
        // The same order again is the same use.
        let second = codes.get(1).context("no coupon")?.to_string();
        for _ in 0..3 {
            ensure!(reason(&second, "c-1", json!("order-1"))? == "granted", "{second}");
        }
        ensure!(reason(&second, "c-1", json!("order-2"))? == "granted", "{second}");
        check(&second.to_lowercase(), "c-1", "coupon_exhausted")?;
        check("SUMMER-00000-00000", "c-1", "coupon_not_found")?;
        check("no coupon at all", "c-1", "coupon_not_found")?;

        let listed = [
            listed("WELCOME", 1, None, false)?,
            listed("MINE", 1, Some("c-7"), false)?,
        ];
        shop.list(&rule, &listed)?;
        // As long as no coupon is listed, the rule says so, and nobody is asked.
        check("WELCOME", "c-1", "coupon_not_found")?;
        let rule = shop.rule(&limits, 2, Status::Active, true)?;
        shop.publish(&rule, 2)?;
        check("welcome", "c-1", "granted")?;
        check("WELCOME", "c-2", "granted")?;
        check("WELCOME", "c-2", "coupon_exhausted")?;
        check("MINE", "c-1", "wrong_customer")?;
        check("MINE", "c-7", "granted")?;
        check("MINE-TOO", "c-7", "coupon_not_found")?;
        shop.list(
            &rule,
            &[
                listed_revoked("MINE", 2)?,
                listed_revoked(codes.get(2).context("no coupon")?.as_str(), 1)?,
            ],
        )?;
        shop.list(&rule, &listed)?;
        check("MINE", "c-7", "coupon_revoked")?;
        check(codes.get(2).context("no coupon")?.as_str(), "c-7", "coupon_revoked")?;
    }
    Ok(())
}

/// An old value that arrives late changes nothing, in KV and at the ledger.
pub(crate) fn values_only_go_forward(stack: &Stack) -> Result<()> {
    let shop = Shop::new(stack, "forward")?;
    let version = |version| shop.rule(&json!(null), version, Status::Active, false);
    let (first, second, third) = (&version(1)?, &version(2)?, &version(3)?);
    shop.publish(second, 2)?;
    ensure!(shop.version()? == 2, "not published");
    shop.publish(first, 1)?;
    ensure!(shop.version()? == 2, "an old value took the place of a newer one");
    shop.publish(second, 2)?;
    shop.publish(third, 3)?;
    ensure!(shop.version()? == 3, "a newer value did not come through");
    // Many at once, in any order.
    at_once(20, |number| {
        let version = u64::try_from((number * 7) % 20)?;
        shop.publish(
            &shop.rule(&json!(null), version + 10, Status::Active, false)?,
            version + 10,
        )
    })?;
    ensure!(shop.version()? == 29, "the newest of many did not stay");
    Ok(())
}

/// What the ledger's objects were told acts at once, whatever rule is about.
pub(crate) fn ledger_configuration(stack: &Stack) -> Result<()> {
    for counted in [false, true] {
        let limits = if counted { json!({"total": 100}) } else { json!(null) };
        let shop = Shop::new(stack, if counted { "configured-counted" } else { "configured" })?;
        let code = |answer: Value| answer["reason"]["code"].as_str().unwrap_or("granted").to_owned();
        let use_coupon = |number: u32| {
            let mut body = request(&format!("order-{number}"));
            let set = shop.rule(&limits, 1, Status::Active, false)?.coupons().cloned();
            let set = set.context("no coupons")?;
            let batch = set.batches.first().context("no batch")?;
            body["coupon_code"] = json!(batch.codes(set.key, number).next().context("no coupon")?);
            Ok::<_, anyhow::Error>(code(shop.evaluate(&body)?.expect(200)?))
        };
        let rule = shop.rule(&limits, 1, Status::Active, false)?;
        shop.publish(&rule, 1)?;
        ensure!(use_coupon(1)? == "granted");
        let key = ledger_key(shop.organization, shop.promotion, counted);
        ensure!(shop.inspect(&key)?.is_none(), "nothing was configured yet");

        let off = Config::of(&shop.rule(&limits, 2, Status::Paused, false)?);
        shop.configure(&off)?;
        ensure!(shop.inspect(&key)? == Some(digest(&off.to_json()?)));
        for number in 2..12 {
            ensure!(use_coupon(number)? == "not_active", "switched off");
        }
        // The order from before is still answered as it was.
        ensure!(use_coupon(1)? == "granted");
        let late = Config::of(&rule);
        shop.configure(&late)?;
        ensure!(shop.inspect(&key)? == Some(digest(&off.to_json()?)), "went back");
        ensure!(use_coupon(12)? == "not_active", "went back");
        let on = Config::of(&shop.rule(&limits, 3, Status::Active, false)?);
        shop.configure(&on)?;
        ensure!(use_coupon(12)? == "granted", "switched on");
        let mut revoked = on.clone();
        revoked.revision = 4;
        revoked.batches.iter_mut().for_each(|batch| batch.revoked = true);
        shop.configure(&revoked)?;
        ensure!(use_coupon(13)? == "coupon_revoked");
        if counted {
            let mut lower = on;
            lower.revision = 5;
            lower.limits = serde_json::from_value(json!({"total": 2}))?;
            shop.configure(&lower)?;
            ensure!(use_coupon(14)? == "promotion_limit_reached");
        }
        let kept = shop.inspect(&promotion_key(shop.organization, &shop.code.parse()?))?;
        ensure!(kept == Some(digest(&rule.to_json()?)), "KV has another rule");
    }
    Ok(())
}

/// The organisation of all cases of coupons and of the ledger: one address may not register many.
pub(crate) struct Seller {
    pub(crate) merchant: Merchant,
    pub(crate) key: String,
    organization: OrganizationId,
}

impl Seller {
    pub(crate) fn get(stack: &Stack) -> Result<&Self> {
        if let Some(seller) = stack.seller.get() {
            return Ok(seller);
        }
        let merchant = Merchant::register(&stack.edge, "ledger")?;
        let (_, key) = merchant.app_key(&json!("all"))?;
        let organization = merchant.get("/v1/organization")?.expect(200)?["id"].clone();
        let organization = serde_json::from_value(organization)?;
        Ok(stack.seller.get_or_init(|| Self {
            merchant,
            key,
            organization,
        }))
    }
}

/// A promotion that this program publishes itself, signed as the origin would.
struct Shop<'s> {
    stack: &'s Stack,
    organization: OrganizationId,
    promotion: PromotionId,
    code: &'static str,
    key: &'s str,
}

impl<'s> Shop<'s> {
    fn new(stack: &'s Stack, code: &'static str) -> Result<Self> {
        let seller = Seller::get(stack)?;
        let mut random = [0; 10];
        random
            .iter_mut()
            .zip(code.bytes().rev())
            .for_each(|(byte, letter)| *byte = letter);
        Ok(Self {
            stack,
            organization: seller.organization,
            promotion: PromotionId::from_parts(1_790_000_000_000, random),
            code,
            key: &seller.key,
        })
    }

    fn rule(&self, limits: &Value, version: u64, status: Status, listed: bool) -> Result<Rule> {
        let mut json = promotion(self.code);
        json["kind"] = json!("coupon");
        json["limits"] = limits.clone();
        let terms = Terms::parse(&json).map_err(|errors| anyhow!("{errors:?}"))?;
        let batch = BatchTerms {
            id: CouponBatchId::from_parts(1_790_000_000_000, [1; 10]),
            max_uses: NonZeroU32::new(2),
            expires_at: None,
            revoked: false,
        };
        let batch = Batch::new(
            batch,
            "SUMMER-#####-#####".parse()?,
            0,
            NonZeroU32::MIN.saturating_add(99),
        )?;
        let set = CouponSet {
            key: CouponKey::new([7; 32]),
            batches: vec![batch],
            listed,
        };
        let counted = terms.limits().is_counted();
        Ok(
            Rule::new(self.organization, self.promotion, version, status, &terms, &Zone::utc()).with_ledger(
                version,
                counted,
                Some(set),
            ),
        )
    }

    fn publish(&self, rule: &Rule, revision: u64) -> Result<()> {
        self.publish_entry(promotion_key(self.organization, rule.code()), revision, rule.to_json()?)
    }

    fn configure(&self, config: &Config) -> Result<()> {
        let key = ledger_key(self.organization, self.promotion, config.counted);
        self.publish_entry(key, config.revision, config.to_json()?)
    }

    fn publish_entry(&self, key: String, revision: u64, value: String) -> Result<()> {
        let entry = PublishEntry {
            key: key.clone(),
            revision,
            value,
        };
        let request = PublishRequest {
            v: V1,
            entries: vec![entry],
        };
        let answer = self.stack.signed_post(PUBLISH_PATH, &request)?.expect(200)?;
        ensure!(answer["stored"] == json!([key]), "{answer}");
        Ok(())
    }

    fn list(&self, rule: &Rule, coupons: &[ListedCoupon]) -> Result<()> {
        let request = CouponsRequest {
            v: V1,
            organization_id: self.organization,
            promotion_id: self.promotion,
            counted: rule.is_counted(),
            coupons: coupons.to_vec(),
        };
        let answer = self.stack.signed_post(COUPONS_PATH, &request)?.expect(200)?;
        ensure!(answer["stored"] == coupons.len(), "{answer}");
        Ok(())
    }

    fn inspect(&self, key: &str) -> Result<Option<String>> {
        let request = InspectRequest {
            v: V1,
            keys: [key.to_owned()].into(),
        };
        let answer: InspectAnswer =
            serde_json::from_value(self.stack.signed_post(INSPECT_PATH, &request)?.expect(200)?)?;
        Ok(answer.found.get(key).map(|found| found.digest.clone()))
    }

    fn evaluate(&self, body: &Value) -> Result<Answer> {
        wait_for("the edge to forget that there was none", || {
            let answer = evaluate(self.stack, self.code, self.key, body)?;
            Ok((answer.status != 404).then_some(answer))
        })
    }

    /// Of the promotion at the edge.
    fn version(&self) -> Result<u64> {
        let mut body = request("t");
        body["coupon_code"] = json!("NONE");
        let answer = self.evaluate(&body)?.expect(200)?;
        answer["promotion"]["version"].as_u64().context("no version")
    }
}

fn listed(code: &str, revision: u64, customer_id: Option<&str>, revoked: bool) -> Result<ListedCoupon> {
    Ok(ListedCoupon {
        code: code.parse()?,
        revision,
        max_uses: NonZeroU32::new(2),
        expires_at: None,
        customer_id: customer_id.map(str::to_owned),
        revoked,
    })
}

fn listed_revoked(code: &str, revision: u64) -> Result<ListedCoupon> {
    listed(code, revision, None, true)
}

fn evaluate(stack: &Stack, code: &str, key: &str, body: &Value) -> Result<Answer> {
    stack
        .edge
        .post(&format!("/v1/promotions/{code}/evaluate"), Some(key), body)
}

fn digest(text: &str) -> String {
    Sha256::digest(text.as_bytes())
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}
