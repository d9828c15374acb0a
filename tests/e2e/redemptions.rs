//! Redemptions after the evaluation: reserved, confirmed, released, ended, given back; and who may.

use anyhow::{Context, Result, ensure};
use chrono::{DateTime, Utc};
use engine::wire::v1::{REVOKED_KEYS_PATH, RevokedKeyRequest, V1};
use serde_json::{Value, json};

use crate::client::{Answer, Merchant, request, wait_for};
use crate::stack::Stack;
use crate::till::{DISCOUNT, Till, redemption_id, words};

/// The ways of an order, step by step: call → answer. A call is a verb and its arguments.
const WAYS: &[(&str, &[(&str, &str)])] = &[
    (
        "confirmed",
        &[
            ("reserve 60", "200 reserved"),
            ("reserve 60", "200 reserved again"),
            ("reserve 90", "200 reserved again"),
            ("find", "200 reserved"),
            ("rollback", "409 conflict"),
            ("other", "409 transaction_already_used"),
            ("confirm", "200 committed"),
            ("confirm", "200 committed"),
            ("release", "409 conflict"),
            ("evaluate", "200 committed again"),
            ("reserve 60", "200 committed again"),
            ("find", "200 committed"),
        ],
    ),
    (
        "released",
        &[
            ("reserve 60", "200 reserved"),
            ("release", "200 released"),
            ("release", "200 released"),
            ("confirm", "409 conflict"),
            ("rollback", "409 conflict"),
            ("reserve 60", "200 reserved"),
            ("confirm", "200 committed"),
        ],
    ),
    (
        "own",
        &[
            ("reserve 60", "200 reserved"),
            ("evaluate", "200 committed again"),
            ("confirm", "200 committed"),
        ],
    ),
    (
        "ended",
        &[
            ("reserve 1", "200 reserved"),
            ("wait", "200 expired"),
            ("confirm", "409 conflict"),
            ("release", "200 expired"),
            ("rollback", "409 conflict"),
            ("other", "200 committed"),
        ],
    ),
    (
        "whole",
        &[
            ("evaluate", "200 committed"),
            ("rollback", "200 rolled_back 1205"),
            ("rollback", "200 rolled_back 1205"),
            ("rollback 1", "409 conflict"),
            ("confirm", "409 conflict"),
            ("evaluate", "200 rolled_back again"),
            ("find", "200 rolled_back 1205"),
        ],
    ),
    (
        "parts",
        &[
            ("evaluate", "200 committed"),
            ("rollback 500", "200 committed 500"),
            ("rollback 706", "409 conflict"),
            ("rollback 0", "422 invalid_request"),
            ("rollback 705", "200 rolled_back 1205"),
        ],
    ),
    (
        "repeated",
        &[
            ("evaluate", "200 committed"),
            ("rollback 500 k1", "200 committed 500"),
            ("rollback 500 k1", "200 committed 500"),
            ("rollback 400 k1", "409 conflict"),
            ("rollback 500 k2", "200 committed 1000"),
            ("rollback", "200 rolled_back 1205"),
            ("rollback 500 k1", "200 committed 500"),
            ("find", "200 rolled_back 1205"),
        ],
    ),
];

/// Every way of an order, where all is counted and where nothing is; the ledger's sums and the reports agree with it.
pub(crate) fn ways(stack: &Stack) -> Result<()> {
    for (code, limits) in [("ways", json!({})), ("ways-counted", json!({"total": 1_000}))] {
        let till = Till::open(stack, code, json!({"limits": limits}))?;
        for (order, steps) in WAYS {
            let mut id = String::new();
            for (place, (call, expected)) in steps.iter().enumerate() {
                let answer = walk(&till, order, call, &mut id)?;
                let found = words(&answer)?;
                ensure!(
                    found == *expected,
                    "{code} {order}, step {place} {call}: {found}, not {expected}: {answer:?}"
                );
            }
        }
        // Grants: 9. Confirmed: 3. Released: 1. Ended: 1. Rolled back: 2 parts of one, 1 whole, 3 of one.
        let tally = till.told(9 + 3 + 1 + 1 + 2 + 1 + 3)?;
        let discounts = serde_json::to_value(&tally.discounts)?;
        ensure!((tally.committed, tally.rolled_back) == (7, 3), "{tally:?}");
        let expected = json!([{"currency": "UYU", "committed": 7 * DISCOUNT, "returned": 3 * DISCOUNT}]);
        ensure!(discounts == expected, "{tally:?}");
        // Each grant is an evaluation.
        let sum = |number: u64| json!([{"amount": number * DISCOUNT, "currency": "UYU"}]);
        let expected = json!([9, 7, 3, sum(7), sum(3)]);
        wait_for("the report to tell the same", || {
            let totals = till.merchant.totals(code)?;
            let names = ["evaluations", "redemptions", "rolled_back", "discount", "given_back"];
            Ok((json!(names.map(|name| &totals[name])) == expected).then_some(()))
        })?;
    }
    Ok(())
}

fn walk(till: &Till<'_>, order: &str, call: &str, id: &mut String) -> Result<Answer> {
    let mut parts = call.split(' ');
    let (verb, argument, key) = (parts.next().unwrap_or_default(), parts.next(), parts.next());
    let answer = match verb {
        "reserve" => till.reserve(order, argument.context("for how long?")?.parse()?)?,
        "evaluate" => till.evaluate(&request(order))?,
        "other" => {
            let mut body = request(order);
            body["country"] = json!("AR");
            body["city"] = Value::Null;
            till.evaluate(&body)?
        }
        "find" => till.find(id)?,
        "wait" => wait_for("the reservation to end", || {
            let answer = till.find(id)?;
            Ok((answer.json()?["status"] != "reserved").then_some(answer))
        })?,
        "rollback" => {
            let amount = argument.map(|amount| amount.parse::<u64>()).transpose()?;
            let body = amount.map_or(
                json!({}),
                |amount| json!({"amount": {"amount": amount, "currency": "UYU"}}),
            );
            till.change(id, verb, &body, key)?
        }
        _ => till.change(id, verb, &json!({}), key)?,
    };
    if let Ok(found) = redemption_id(&answer.json()?) {
        *id = found;
    }
    Ok(answer)
}

/// What a reservation's answer says, and lengths that it cannot have.
pub(crate) fn reservations(stack: &Stack) -> Result<()> {
    let till = Till::open(stack, "reservations", json!({}))?;
    let answer = till.reserve("order", 60)?.expect(200)?;
    let ends: DateTime<Utc> = serde_json::from_value(answer["redemption"]["expires_at"].clone())?;
    let left = (ends - Utc::now()).num_seconds();
    ensure!((50..=60).contains(&left), "{left} s are left: {answer}");
    let found = till.find(&redemption_id(&answer)?)?.expect(200)?;
    ensure!(
        found["expires_at"] == answer["redemption"]["expires_at"] && found["transaction_id"] == "order",
        "{found}"
    );
    let mut body = request("order-2");
    let default = till.post("reservations", &body)?.expect(200)?;
    ensure!(default["redemption"]["status"] == "reserved", "{default}");
    body["attributes"]["total"] = json!(1);
    let refused = till.post("reservations", &body)?.expect(200)?;
    ensure!(refused["reason"]["code"] == "condition_not_met", "{refused}");
    for (ttl, pointers) in [
        (json!(0), json!(["/ttl_seconds"])),
        (json!(86_401), json!(["/ttl_seconds"])),
        (json!("60"), json!(["/ttl_seconds"])),
    ] {
        let mut body = request("order-3");
        body["ttl_seconds"] = ttl.clone();
        let problem = till
            .post("reservations", &body)?
            .expect_problem(422, "invalid_request")?;
        let found: Vec<_> = problem["errors"]
            .as_array()
            .into_iter()
            .flatten()
            .map(|error| &error["pointer"])
            .collect();
        ensure!(json!(found) == pointers, "{ttl}: {problem}");
    }
    let long = "x".repeat(65);
    let id = redemption_id(&answer)?;
    till.change(&id, "rollback", &json!({}), Some(&long))?
        .expect_problem(400, "malformed")?;
    Ok(())
}

/// Others' redemptions, keys that are bound elsewhere or revoked, and identifiers that are guessed.
pub(crate) fn strangers(stack: &Stack) -> Result<()> {
    let till = Till::open(stack, "strangers", json!({}))?;
    let id = redemption_id(&till.reserve("order", 600)?.expect(200)?)?;
    let calls = |key: &str, id: &str| {
        let path = format!("/v1/redemptions/{id}");
        let mut answers = vec![stack.edge.get(&path, Some(key))?];
        for verb in ["confirm", "release", "rollback"] {
            answers.push(stack.edge.post(&format!("{path}/{verb}"), Some(key), &json!({}))?);
        }
        Ok::<_, anyhow::Error>(answers)
    };
    let check = |key: &str, id: &str, status: u16, code: &str| {
        for answer in calls(key, id)? {
            answer.expect_problem(status, code)?;
        }
        Ok::<_, anyhow::Error>(())
    };
    let stranger = Merchant::register(&stack.edge, "redemption-stranger")?;
    let (_, foreign) = stranger.app_key(&json!("all"))?;
    check(&foreign, &id, 404, "not_found")?;
    let (_, elsewhere) = till.merchant.app_key(&json!(["ways"]))?;
    check(&elsewhere, &id, 403, "app_key_not_allowed")?;
    check("nonsense", &id, 401, "app_key_invalid")?;

    let (_, digits) = id.split_at(id.len() - 12);
    for number in 0..50_u128 {
        // The promotion's own objects, and some that are no one's.
        let shard = 0x80 + number % 17;
        check(
            till.key,
            &format!("red_{number:012x}7000{shard:02x}00{digits}"),
            404,
            "not_found",
        )?;
        check(
            till.key,
            &format!("red_{:032x}", number + (7 << 76) + (shard << 56)),
            404,
            "not_found",
        )?;
    }
    for wrong in [
        "red_",
        "order",
        "red_ZZ",
        &id.replace("red_", "prom_"),
        "%00",
        "red_%2F%2E%2E",
    ] {
        check(till.key, wrong, 404, "not_found")?;
    }
    let tally = till.told(1)?;
    ensure!(tally.committed == 0, "{tally:?}");
    ensure!(
        till.find(&id)?.expect(200)?["status"] == "reserved",
        "a stranger changed it"
    );
    Ok(())
}

/// The ledger refuses a key that it was told of, whatever KV still says.
pub(crate) fn revoked_keys(stack: &Stack) -> Result<()> {
    let till = Till::open(stack, "revoked-keys", json!({}))?;
    let id = redemption_id(&till.evaluate(&request("order"))?.expect(200)?)?;
    let (key_id, key) = till.merchant.app_key(&json!("all"))?;
    let revoked = RevokedKeyRequest {
        v: V1,
        key_id: key_id.parse()?,
        objects: vec![till.objects()?],
    };
    for _ in 0..2 {
        let answer = stack.signed_post(REVOKED_KEYS_PATH, &revoked)?.expect(200)?;
        ensure!(answer["stored"] == 1, "{answer}");
    }
    let find = stack.edge.get(&format!("/v1/redemptions/{id}"), Some(&key))?;
    find.expect_problem(401, "app_key_invalid")?;
    let evaluate = |body: &Value| {
        stack
            .edge
            .post("/v1/promotions/revoked-keys/evaluate", Some(&key), body)
    };
    evaluate(&request("order-2"))?.expect_problem(401, "app_key_invalid")?;
    // What the ledger has no say in still goes by the copy of the key.
    let mut body = request("order-3");
    body["attributes"]["total"] = json!(1);
    ensure!(words(&evaluate(&body)?)? == "200 condition_not_met");
    ensure!(words(&till.evaluate(&request("order"))?)? == "200 committed again");
    Ok(())
}
