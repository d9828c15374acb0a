//! Many at once: what is limited is given so often and no more, and returns once.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use chrono::{DateTime, Utc};
use reqwest::Method;
use serde_json::{Value, json};

use crate::client::{at_once, read, request, wait_for};
use crate::stack::Stack;
use crate::till::{DISCOUNT, Till, redemption_id, words};

/// What is limited returns once, at the reservation's end and at a roll-back, however many ask at that moment.
pub(crate) fn capacity_returns_once(stack: &Stack) -> Result<()> {
    let till = Till::open(stack, "returns", json!({"limits": {"total": 1}}))?;
    for round in 0..3 {
        let held = till.reserve(&format!("{round}-held"), 1)?.expect(200)?;
        ensure!(take(&till, "beside")?.is_none(), "granted beside a reservation");
        let until = end(&held)? + Duration::from_millis(500);
        let granted = at_once(20, |number| {
            let order = format!("{round}-{number}");
            while Instant::now() < until {
                if let Some(id) = take(&till, &order)? {
                    return Ok(Some(id));
                }
            }
            Ok(None)
        })?;
        let id = only(granted).context("at the end of a reservation")?;
        // Given back by many at once, and asked for by many at once.
        let granted = at_once(20, |number| {
            give_back(&till, &id)?;
            take(&till, &format!("{round}-{number}-again"))
        })?;
        give_back(&till, &only(granted).context("after a roll-back")?)?;
    }
    Ok(())
}

/// A reservation that is confirmed at its end is confirmed or over, and not both.
pub(crate) fn confirmed_at_the_end(stack: &Stack) -> Result<()> {
    let till = Till::open(stack, "fate", json!({"limits": {"total": 1}}))?;
    for round in 0..3 {
        let held = till.reserve(&format!("{round}-held"), 1)?.expect(200)?;
        let (id, ends) = (redemption_id(&held)?, end(&held)?);
        let granted = at_once(10, |number| {
            // The end is a moment, and they meet at it: some are early, some late.
            let early = Duration::from_millis(5);
            std::thread::sleep(ends.saturating_duration_since(Instant::now()).saturating_sub(early));
            if number % 2 == 0 {
                let answer = till.change(&id, "confirm", &json!({}), None)?;
                return Ok((answer.status == 200).then(|| id.clone()));
            }
            take(&till, &format!("{round}-{number}"))
        })?;
        let granted: BTreeSet<_> = granted.into_iter().flatten().collect();
        ensure!(granted.len() <= 1, "{granted:?}");
        for id in granted {
            give_back(&till, &id)?;
        }
    }
    Ok(())
}

/// The redemption, if the order gets one.
fn take(till: &Till<'_>, order: &str) -> Result<Option<String>> {
    let answer = till.evaluate(&request(order))?.expect(200)?;
    match answer["reason"]["code"].as_str() {
        None => redemption_id(&answer).map(Some),
        Some("promotion_limit_reached") => Ok(None),
        Some(_) => bail!("{answer}"),
    }
}

fn give_back(till: &Till<'_>, id: &str) -> Result<()> {
    till.change(id, "rollback", &json!({}), None)?.expect(200).map(drop)
}

/// When the reservation of an answer ends.
fn end(answer: &Value) -> Result<Instant> {
    let end: DateTime<Utc> = serde_json::from_value(answer["redemption"]["expires_at"].clone())?;
    Ok(Instant::now() + (end - Utc::now()).to_std().unwrap_or_default())
}

fn only(granted: Vec<Option<String>>) -> Result<String> {
    let granted: Vec<_> = granted.into_iter().flatten().collect();
    ensure!(granted.len() == 1, "{granted:?}");
    granted.into_iter().next().context("none")
}

/// One order many times at once is one redemption, and each call gets the same answer.
pub(crate) fn one_order_at_once(stack: &Stack) -> Result<()> {
    let till = Till::open(stack, "one-order", json!({"limits": {"total": 100}}))?;
    for (order, reserves) in [("evaluated", false), ("reserved", true)] {
        let answers = at_once(50, |_| {
            let answer = if reserves {
                till.reserve(order, 600)?
            } else {
                till.evaluate(&request(order))?
            };
            let replayed = answer.header("idempotent-replayed") == "true";
            Ok((answer.expect(200)?, replayed))
        })?;
        let first = &answers.first().context("no answer")?.0;
        ensure!(
            answers.iter().all(|(answer, _)| answer == first),
            "{order}: {answers:?}"
        );
        let firsts = answers.iter().filter(|(_, replayed)| !replayed).count();
        ensure!(firsts == 1, "{order}: {firsts} first answers");
    }
    let tally = till.told(2)?;
    ensure!(tally.committed == 1, "{tally:?}");
    let totals = till.merchant.counted("one-order", 2)?;
    ensure!(totals["redemptions"] == 1, "{totals}");
    Ok(())
}

/// Coupons of one promotion share its budget.
pub(crate) fn two_coupons_on_one_budget(stack: &Stack) -> Result<()> {
    let changes = json!({"kind": "coupon", "limits": {"budget": {"amount": 3 * DISCOUNT, "currency": "UYU"}}});
    let till = Till::open(stack, "shared", changes)?;
    for code in ["ONE", "TWO"] {
        let coupon = json!({"code": code, "max_uses": 10});
        till.merchant
            .post("/v1/promotions/shared/coupons", &coupon)?
            .expect(201)?;
        wait_for("the ledger to know the coupon", || {
            let path = format!("/v1/promotions/shared/coupons/{code}");
            Ok((till.merchant.get(&path)?.expect(200)?["published"] == true).then_some(()))
        })?;
    }
    let use_coupon = |code: &str, key: &str| {
        let mut body = request("");
        body["transaction_id"] = Value::Null;
        body["coupon_code"] = json!(code);
        let call = till.stack.edge.raw(Method::POST, "/v1/promotions/shared/evaluate");
        let call = call.bearer_auth(till.key).header("Idempotency-Key", key);
        words(&read(
            call.header("content-type", "application/json").body(body.to_string()),
        )?)
    };
    // Copies of the rule may say for some seconds that no coupon is listed.
    wait_for("the edge to ask for listed coupons", || {
        Ok((use_coupon("ONE", "first")? != "200 coupon_not_found").then_some(()))
    })?;
    ensure!(use_coupon("ONE", "first")? == "200 committed again", "a repeated call");
    let results = at_once(20, |number| {
        use_coupon(if number % 2 == 0 { "ONE" } else { "TWO" }, &format!("key-{number}"))
    })?;
    let count = |word: &str| results.iter().filter(|result| *result == word).count();
    ensure!(
        (count("200 committed"), count("200 budget_exhausted")) == (2, 18),
        "{results:?}"
    );
    Ok(())
}
