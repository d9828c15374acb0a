//! Bad input, wrong keys, other tenants: each with its problem.

use anyhow::{Result, ensure};
use reqwest::Method;
use serde_json::{Value, json};

use crate::client::{Answer, Merchant, promotion, read, request, wait_for};
use crate::stack::Stack;

/// Bodies that cannot be evaluated, as data: name, body, status, code, pointers.
pub(crate) fn bodies(stack: &Stack) -> Result<()> {
    let merchant = Merchant::register(&stack.edge, "bodies")?;
    merchant.live_promotion("bodies")?;
    let (_, key) = merchant.app_key(&json!("all"))?;
    let with = |field: &str, value: Value| {
        let mut body = request("t");
        body[field] = value;
        body.to_string()
    };
    let no_country = {
        let mut body = request("t");
        body["country"] = Value::Null;
        body.to_string()
    };
    let attributes = |attributes: Value| with("attributes", attributes);
    let cases: Vec<(&str, String, u16, &str, &[&str])> = vec![
        ("malformed", "{\"country\":".to_owned(), 400, "malformed", &[]),
        ("empty", String::new(), 400, "malformed", &[]),
        (
            "not UTF-8 as JSON",
            "{\"country\":\u{0}}".to_owned(),
            400,
            "malformed",
            &[],
        ),
        ("an array", "[]".to_owned(), 422, "invalid_request", &[""]),
        (
            "unknown country",
            with("country", json!("XX")),
            422,
            "invalid_request",
            &["/country"],
        ),
        (
            "a city's name",
            with("city", json!("Montevideo")),
            422,
            "invalid_request",
            &["/city"],
        ),
        (
            "another country's city",
            with("city", json!("NYC")),
            422,
            "invalid_request",
            &["/city"],
        ),
        (
            "a city without country",
            no_country,
            422,
            "invalid_request",
            &["/country"],
        ),
        (
            "born tomorrow",
            with("birth_date", json!("2999-01-01")),
            422,
            "invalid_request",
            &["/birth_date"],
        ),
        (
            "no transaction",
            with("transaction_id", Value::Null),
            422,
            "invalid_request",
            &["/transaction_id"],
        ),
        (
            "an attribute of the wrong type, one missing",
            attributes(json!({"total": "120", "quantity": 3})),
            422,
            "invalid_request",
            &["/attributes/total", "/attributes/payment_method"],
        ),
        (
            "a fraction for an integer",
            attributes(json!({"total": 1, "quantity": 2.5, "payment_method": "x"})),
            422,
            "invalid_request",
            &["/attributes/quantity"],
        ),
        (
            "at the size limit",
            with("other", json!("x".repeat(64 * 1024 - 400))),
            200,
            "",
            &[],
        ),
        (
            "over the size limit",
            with("other", json!("x".repeat(64 * 1024))),
            413,
            "body_too_large",
            &[],
        ),
        (
            "deep",
            format!("{{\"other\":{}", "[".repeat(10_000)),
            400,
            "malformed",
            &[],
        ),
    ];
    for (name, body, status, code, pointers) in cases {
        let answer = stack
            .edge
            .send(Method::POST, "/v1/promotions/bodies/evaluate", Some(&key), Some(&body))?;
        check(answer, status, code, pointers).map_err(|error| error.context(name))?;
    }
    let url = "/v1/promotions/bodies/evaluate";
    let form = stack
        .edge
        .raw(Method::POST, url)
        .bearer_auth(&key)
        .header("content-type", "text/plain")
        .body("{}");
    read(form)?.expect_problem(415, "unsupported_media_type")?;
    stack
        .edge
        .send(Method::GET, url, Some(&key), None)?
        .expect_problem(405, "method_not_allowed")?;
    stack
        .edge
        .post("/v1/promotions/none/evaluate", Some(&key), &request("t"))?
        .expect_problem(404, "promotion_not_found")?;
    Ok(())
}

fn check(answer: Answer, status: u16, code: &str, pointers: &[&str]) -> Result<()> {
    if status == 200 {
        return answer.expect(200).map(|_| ());
    }
    let problem = answer.expect_problem(status, code)?;
    let found: Vec<_> = problem["errors"]
        .as_array()
        .into_iter()
        .flatten()
        .map(|error| &error["pointer"])
        .collect();
    ensure!(found == pointers, "pointers {found:?}, expected {pointers:?}");
    Ok(())
}

/// Keys that are wrong, bound elsewhere, foreign or revoked.
pub(crate) fn keys(stack: &Stack) -> Result<()> {
    let merchant = Merchant::register(&stack.edge, "keys")?;
    merchant.live_promotion("keys-a")?;
    merchant.live_promotion("keys-b")?;
    let (id, key) = merchant.app_key(&json!(["keys-a"]))?;
    let evaluate = |key: Option<&str>, code: &str| {
        stack
            .edge
            .post(&format!("/v1/promotions/{code}/evaluate"), key, &request("t"))
    };
    evaluate(Some(&key), "keys-a")?.expect(200)?;
    evaluate(Some(&key), "keys-b")?.expect_problem(403, "app_key_not_allowed")?;
    let mut mistyped = key.clone();
    mistyped.pop();
    mistyped.push(if key.ends_with('x') { 'y' } else { 'x' });
    for wrong in [
        None,
        Some("nonsense"),
        Some(mistyped.as_str()),
        Some(merchant.token.as_str()),
    ] {
        evaluate(wrong, "keys-a")?.expect_problem(401, "app_key_invalid")?;
    }
    let stranger = Merchant::register(&stack.edge, "stranger")?;
    let (_, foreign) = stranger.app_key(&json!("all"))?;
    evaluate(Some(&foreign), "keys-a")?.expect_problem(404, "promotion_not_found")?;

    merchant
        .api
        .send(
            Method::DELETE,
            &format!("/v1/app-keys/{id}"),
            Some(&merchant.token),
            None,
        )?
        .expect(204)?;
    wait_for("the revocation to act", || {
        let answer = evaluate(Some(&key), "keys-a")?;
        if answer.status == 200 {
            Ok(None)
        } else {
            answer.expect_problem(401, "app_key_invalid").map(Some)
        }
    })?;
    Ok(())
}

/// A promotion that cannot be saved says where and why.
pub(crate) fn saving(stack: &Stack) -> Result<()> {
    let merchant = Merchant::register(&stack.edge, "saving")?;
    let mut body = promotion("saving");
    body["condition"] = json!("total >= 100 and");
    let problem = merchant
        .post("/v1/promotions", &body)?
        .expect_problem(422, "invalid_request")?;
    let error = &problem["errors"][0];
    ensure!(
        error["pointer"] == "/condition" && error["start"] == 16 && error["end"] == 16,
        "{problem}"
    );
    ensure!(
        error["detail"]
            .as_str()
            .is_some_and(|detail| detail.contains("write what follows `and`")),
        "{problem}"
    );

    let check = json!({"condition": "totl > 1", "attributes": {"total": "number"}});
    let checked = merchant.post("/v1/conditions/check", &check)?.expect(200)?;
    ensure!(
        checked["valid"] == false && checked["diagnostics"][0]["code"] == "name_unknown",
        "{checked}"
    );

    merchant.post("/v1/promotions", &promotion("saving"))?.expect(201)?;
    merchant
        .post("/v1/promotions", &promotion("SAVING"))?
        .expect_problem(409, "conflict")?;
    let text = merchant
        .api
        .raw(Method::POST, "/v1/promotions")
        .bearer_auth(&merchant.token);
    read(text.header("content-type", "application/json").body("{"))?.expect_problem(400, "malformed")?;
    Ok(())
}

/// Another tenant's promotion does not exist.
pub(crate) fn tenants(stack: &Stack) -> Result<()> {
    let owner = Merchant::register(&stack.edge, "owner")?;
    owner.post("/v1/promotions", &promotion("mine"))?.expect(201)?;
    let stranger = Merchant::register(&stack.edge, "neighbour")?;
    for code in ["mine", "none"] {
        let path = format!("/v1/promotions/{code}");
        stranger.get(&path)?.expect_problem(404, "not_found")?;
        for verb in ["activate", "pause"] {
            stranger
                .post(&format!("{path}/{verb}"), &json!({}))?
                .expect_problem(404, "not_found")?;
        }
        stranger
            .get(&format!("/v1/reports/usage?promotion={code}"))?
            .expect_problem(404, "not_found")?;
    }
    let list = stranger.get("/v1/promotions")?.expect(200)?;
    ensure!(list["items"] == json!([]), "{list}");
    Ok(())
}

/// What no one may call without a signature, or with one that does not fit.
pub(crate) fn unsigned_calls(stack: &Stack) -> Result<()> {
    for (api, path) in [
        (&stack.edge, "/internal/publish"),
        (&stack.edge, "/internal/coupons"),
        (&stack.edge, "/internal/inspect"),
        (&stack.edge, "/internal/revoked-keys"),
        (&stack.edge, "/internal/tally"),
        (&stack.origin_api, "/internal/ingest"),
    ] {
        api.post(path, None, &json!({"v": 1}))?
            .expect_problem(401, "unauthenticated")?;
        let forged = api
            .raw(Method::POST, path)
            .header("x-coupons-signature", "v1,1,00")
            .body("{}");
        read(forged)?.expect_problem(401, "unauthenticated")?;
    }
    stack
        .edge
        .post("/internal/ingest", None, &json!({}))?
        .expect_problem(404, "not_found")?;
    Ok(())
}
