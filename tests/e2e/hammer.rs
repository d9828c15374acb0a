//! Many at once: whatever comes together, each thing is given out as often as there are of it.
//!
//! In the suite in a short form; `cargo xtask test hammer` runs the whole one, some minutes of it.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use reqwest::Method;
use serde_json::json;

use crate::client::{Answer, at_once, read, request, wait_for};
use crate::stack::Stack;
use crate::till::{Till, redemption_id};

/// How much is tried.
struct Form {
    /// How many ask at once.
    callers: &'static [usize],
    /// How many there are to give.
    copies: &'static [usize],
    /// Requests of [`storm`].
    requests: usize,
}

const SHORT: Form = Form {
    callers: &[2, 10, 64],
    copies: &[1, 5],
    requests: 2_000,
};
const WHOLE: Form = Form {
    callers: &[2, 10, 64, 100, 500, 1_000],
    copies: &[1, 2, 5, 10, 100],
    requests: 100_000,
};

/// Chooses the form.
const VARIABLE: &str = "COUPONS_HAMMER";

/// Callers of [`storm`] at a time.
const WORKERS: usize = 32;

/// Whether the long form is wanted.
pub(crate) fn is_whole() -> bool {
    std::env::var(VARIABLE).is_ok_and(|form| form == "whole")
}

fn form() -> &'static Form {
    if is_whole() { &WHOLE } else { &SHORT }
}

/// Exactly the lesser of callers and copies is granted, of a promotion's limit and of a coupon's uses.
pub(crate) fn rounds(stack: &Stack) -> Result<()> {
    let coupons = Till::open(stack, "hammer-coupons", json!({"kind": "coupon"}))?;
    for copies in form().copies {
        let codes = batch(&coupons, *copies, form().callers.len())?;
        for (callers, code) in form().callers.iter().zip(codes) {
            let limited = Till::open(
                stack,
                &format!("hammer-{callers}-{copies}"),
                json!({"limits": {"total": copies}}),
            )?;
            round(&limited, *callers, *copies, None)?;
            round(&coupons, *callers, *copies, Some(&code))?;
        }
    }
    Ok(())
}

fn round(till: &Till<'_>, callers: usize, copies: usize, coupon: Option<&str>) -> Result<()> {
    let answers = at_once(callers, |number| {
        let mut body = request(&format!("{callers}-{copies}-{number}"));
        body["coupon_code"] = json!(coupon);
        patient(|| till.evaluate(&body))?.expect(200)
    })?;
    let granted = answers.iter().filter(|answer| answer["applicable"] == true).count();
    let expected = callers.min(copies);
    ensure!(
        granted == expected,
        "{callers} callers, {copies} copies of {coupon:?}: {granted} granted"
    );
    let refusal = if coupon.is_some() {
        "coupon_exhausted"
    } else {
        "promotion_limit_reached"
    };
    let refused = answers
        .iter()
        .filter(|answer| answer["reason"]["code"] == refusal)
        .count();
    ensure!(
        refused == callers - expected,
        "{callers} callers, {copies} copies: {refused} refused"
    );
    Ok(())
}

/// Coupons of a new batch that may be used `uses` times each.
fn batch(till: &Till<'_>, uses: usize, count: usize) -> Result<Vec<String>> {
    let path = format!("/v1/promotions/{}/coupon-batches", till.code);
    let wanted = json!({"count": count, "max_uses": uses});
    let batch = till.merchant.post(&path, &wanted)?.expect(202)?;
    let path = format!("{path}/{}", batch["id"].as_str().context("no id")?);
    wait_for("the batch to be ready", || {
        Ok((till.merchant.get(&path)?.expect(200)?["status"] == "ready").then_some(()))
    })?;
    let file = till.merchant.get(&format!("{path}/coupons.csv"))?;
    ensure!(file.status == 200, "{}", file.text);
    let codes: Vec<_> = file
        .text
        .lines()
        .skip(1)
        .filter_map(|line| line.split(',').next().map(str::to_owned))
        .collect();
    // Copies of the rule may be older than the batch for some seconds: a look consumes nothing.
    let mut body = request("look");
    body["attributes"]["total"] = json!(1);
    body["coupon_code"] = json!(codes.first().context("no code")?);
    wait_for("the edge to know the batch", || {
        let answer = till.evaluate(&body)?.expect(200)?;
        Ok((answer["reason"]["code"] != "coupon_not_found").then_some(()))
    })?;
    Ok(codes)
}

/// Requests of which three in ten repeat an earlier one and one in twenty takes its order number for another cart: each
/// order number is used by one cart, once, whatever the order of arrival.
pub(crate) fn storm(stack: &Stack) -> Result<()> {
    let till = Till::open(stack, "storm", json!({}))?;
    let requests = form().requests;
    let seen = at_once(WORKERS, |worker| {
        let mine = (worker..requests).step_by(WORKERS);
        mine.map(|number| {
            let (order, other_cart) = order_of(number);
            let mut body = request(&format!("order-{order}"));
            if other_cart {
                body["attributes"]["quantity"] = json!(4);
            }
            let answer = patient(|| till.evaluate(&body))?;
            let granted = match answer.status {
                200 => Some(redemption_id(&answer.expect(200)?)?),
                _ => {
                    answer.expect_problem(409, "transaction_already_used")?;
                    None
                }
            };
            Ok((order, other_cart, granted))
        })
        .collect::<Result<Vec<_>>>()
    })?;
    let mut orders: BTreeMap<usize, BTreeSet<(bool, String)>> = BTreeMap::new();
    let mut asked = BTreeSet::new();
    for (order, other_cart, granted) in seen.into_iter().flatten() {
        asked.insert(order);
        orders
            .entry(order)
            .or_default()
            .extend(granted.map(|id| (other_cart, id)));
    }
    let wrong: Vec<_> = orders
        .iter()
        .filter(|(_, granted)| granted.len() != 1)
        .take(5)
        .collect();
    ensure!(wrong.is_empty(), "orders with none or several redemptions: {wrong:?}");
    let ids: BTreeSet<_> = orders.values().flatten().map(|(_, id)| id).collect();
    ensure!(
        ids.len() == asked.len(),
        "{} redemptions of {} orders",
        ids.len(),
        asked.len()
    );
    println!("{requests} requests for {} orders: each redeemed once", asked.len());
    till.reconciled(u64::try_from(asked.len())?)
}

/// The order of a request, and whether it is another cart than the order's first.
fn order_of(number: usize) -> (usize, bool) {
    match number % 20 {
        // Spread over all that came before, near and far.
        kind @ 13..=19 => ((number * 7_919) % (number + 1) / 20 * 20 + number % 13, kind == 19),
        _ => (number, false),
    }
}

/// A limit that is lowered while it is used holds from the moment at which the ledger has it.
pub(crate) fn lowered_limit(stack: &Stack) -> Result<()> {
    let till = Till::open(stack, "lowered", json!({"limits": {"total": 1_000}}))?;
    let used =
        |body: &serde_json::Value| Ok::<_, anyhow::Error>(till.evaluate(body)?.expect(200)?["applicable"] == true);
    let before = at_once(10, |number| used(&request(&format!("before-{number}"))))?;
    ensure!(before.iter().all(|granted| *granted), "{before:?}");
    let path = "/v1/promotions/lowered";
    let answers = at_once(WORKERS, |worker| {
        if worker == 0 {
            let revision = till.merchant.get(path)?.header("etag").to_owned();
            let call = till
                .stack
                .edge
                .raw(Method::PATCH, path)
                .bearer_auth(&till.merchant.token);
            let call = call
                .header("If-Match", revision)
                .header("content-type", "application/json");
            let lowered = json!({"limits": {"total": 20, "per_customer": null, "budget": null}});
            read(call.body(lowered.to_string()))?.expect(200)?;
            return Ok(0);
        }
        let granted = (0..20).map(|number| used(&request(&format!("{worker}-{number}"))));
        Ok(granted
            .collect::<Result<Vec<_>>>()?
            .into_iter()
            .filter(|granted| *granted)
            .count())
    })?;
    wait_for("the ledger to know the lower limit", || {
        let promotion = till.merchant.get(path)?.expect(200)?;
        Ok((promotion["published"]["state"] == "live").then_some(()))
    })?;
    let during: usize = answers.iter().sum();
    ensure!(10 + during >= 20, "{during} granted");
    let after = at_once(40, |number| used(&request(&format!("after-{number}"))))?;
    let after = after.iter().filter(|granted| **granted).count();
    ensure!(after == 0, "{after} granted above the limit");
    let tally = till.tally()?;
    ensure!(tally.committed == u64::try_from(10 + during)?, "{tally:?}");
    Ok(())
}

/// A call as a shop makes it: what could not be made, or met a part that was away, is made again.
fn patient(call: impl Fn() -> Result<Answer>) -> Result<Answer> {
    const TRIES: usize = 20;
    for _ in 1..TRIES {
        match call() {
            Ok(answer) if answer.status != 503 => return Ok(answer),
            // The machine may have no port left for a moment.
            Ok(_) | Err(_) => std::thread::sleep(Duration::from_millis(100)),
        }
    }
    call()
}
