//! The gateway: tokens are checked at the edge, and what it forwards is believed for its signature alone.

use anyhow::{Context, Result, ensure};
use reqwest::Method;
use serde_json::json;

use crate::client::{Answer, Merchant, read, wait_for};
use crate::stack::Stack;

/// A call of `/v1/me` at the edge that the logs know by `id`.
fn call(stack: &Stack, id: &str, token: &str) -> Result<Answer> {
    let request = stack.edge.raw(Method::GET, "/v1/me").header("x-request-id", id);
    read(request.bearer_auth(token))
}

/// The same token with another signature.
fn forged(token: &str) -> Result<String> {
    let (message, _) = token.rsplit_once('.').context("no token")?;
    Ok(format!("{message}.{}", "A".repeat(86)))
}

/// Waits until the edge has the keys of `token`: it then refuses what they did not sign, and the origin hears nothing.
fn wait_for_keys(stack: &Stack, name: &str, token: &str) -> Result<()> {
    let forged = forged(token)?;
    let mut attempt = 0;
    wait_for("the keys at the edge", || {
        attempt += 1;
        let id = format!("{name}-keys-{attempt}");
        call(stack, &id, &forged)?.expect_problem(401, "unauthenticated")?;
        Ok((!stack.origin_heard(&id)?).then_some(()))
    })
}

/// What is no good token is refused before the origin hears of it.
pub(crate) fn tokens(stack: &Stack) -> Result<()> {
    let merchant = Merchant::register(&stack.edge, "tokens")?;
    let token = &merchant.token;
    wait_for_keys(stack, "tokens", token)?;
    call(stack, "tokens-good", token)?.expect(200)?;
    ensure!(
        stack.origin_heard("tokens-good")?,
        "the origin's log lacks what it answered"
    );

    let (_, key) = merchant.app_key(&json!("all"))?;
    let mut mistyped = key.clone();
    mistyped.replace_range(key.len() - 1.., if key.ends_with('a') { "b" } else { "a" });
    let (message, signature) = token.rsplit_once('.').context("no token")?;
    let (header, claims) = message.split_once('.').context("no token")?;
    // {"typ":"at+jwt","alg":"none","kid":"x"} and {"typ":"at+jwt","alg":"EdDSA","kid":"x"}
    let none = "eyJ0eXAiOiJhdCtqd3QiLCJhbGciOiJub25lIiwia2lkIjoieCJ9";
    let unknown = "eyJ0eXAiOiJhdCtqd3QiLCJhbGciOiJFZERTQSIsImtpZCI6IngifQ";
    let cases = [
        ("forged", forged(token)?, "refresh it"),
        ("cut", token[..token.len() - 2].to_owned(), "refresh it"),
        ("longer", format!("{token}.x"), "refresh it"),
        ("claims", format!("{header}.{claims}e30.{signature}"), "refresh it"),
        ("alg-none", format!("{none}.{claims}."), "refresh it"),
        ("unknown-key", format!("{unknown}.{claims}.{signature}"), "refresh it"),
        ("nonsense", "x".to_owned(), "refresh it"),
        ("app-key", key, "manage nothing"),
        ("mistyped-app-key", mistyped, "not an application key"),
    ];
    for (name, token, advice) in &cases {
        let id = format!("tokens-{name}");
        let answer = call(stack, &id, token)?;
        let challenge = answer.header("www-authenticate").to_owned();
        let problem = answer.expect_problem(401, "unauthenticated")?;
        ensure!(challenge.contains("invalid_token"), "{name}: {challenge}");
        let detail = problem["detail"].as_str().unwrap_or_default();
        ensure!(detail.contains(advice), "{name}: {problem}");
        ensure!(!stack.origin_heard(&id)?, "{name} reached the origin");
    }

    stack.stop_origin();
    let refused = call(stack, "tokens-away", &forged(token)?)?.expect_problem(401, "unauthenticated");
    let away = call(stack, "tokens-away", token)?.expect_problem(503, "unavailable");
    stack.start_origin()?;
    refused.and(away).map(drop)
}

/// A client's own context, signature and addresses count for nothing; whatever the edge forwards, its signature fits.
pub(crate) fn contexts(stack: &Stack) -> Result<()> {
    let merchant = Merchant::register(&stack.edge, "contexts")?;
    let stranger = Merchant::register(&stack.edge, "contexts-stranger")?;
    let user = |merchant: &Merchant| Ok::<_, anyhow::Error>(merchant.get("/v1/me")?.expect(200)?["user"]["id"].clone());
    // {"v":1,"address":"192.0.2.1","request_id":"x","identity":null}
    let context = "eyJ2IjoxLCJhZGRyZXNzIjoiMTkyLjAuMi4xIiwicmVxdWVzdF9pZCI6IngiLCJpZGVudGl0eSI6bnVsbH0";
    let forge = |request: reqwest::blocking::RequestBuilder| {
        request
            .header("x-coupons-context", context)
            .header("x-coupons-signature", "v1,1,00")
            .header("x-forwarded-for", "192.0.2.1")
            .bearer_auth(&merchant.token)
    };
    let answer = read(forge(stack.edge.raw(Method::GET, "/v1/me")))?.expect(200)?;
    ensure!(
        answer["user"]["id"] == user(&merchant)? && answer["user"]["id"] != user(&stranger)?,
        "{answer}"
    );
    read(forge(stack.origin_api.raw(Method::GET, "/v1/me")))?.expect_problem(401, "unauthenticated")?;
    let unsigned = stack
        .origin_api
        .raw(Method::GET, "/v1/me")
        .header("x-coupons-context", context);
    read(unsigned.bearer_auth(&merchant.token))?.expect_problem(401, "unauthenticated")?;

    for path in [
        "/v1/promotions?",
        "/v1/promotions?limit=5&x=a b&y='(~)*!&z=%7B%7d|^`\"<é>",
        "/v1/promotions?limit=5#part",
        "/v1/x/.././promotions",
    ] {
        merchant.get(path)?.expect(200).with_context(|| path.to_owned())?;
    }
    merchant
        .get("/v1/promotions/a%2Fb%20c")?
        .expect_problem(404, "not_found")?;
    merchant
        .post("/v1/promotions", &crate::client::promotion("contexts"))?
        .expect(201)?;
    let activate = "/v1/promotions/contexts/activate";
    let token = Some(merchant.token.as_str());
    merchant.api.send(Method::POST, activate, token, None)?.expect(200)?;
    Ok(())
}

/// After a key has leaked, the edge takes the next one's tokens, and the leaked one's no longer.
pub(crate) fn rotation(stack: &Stack) -> Result<()> {
    let before = Merchant::register(&stack.edge, "rotation")?;
    wait_for_keys(stack, "rotation-before", &before.token)?;
    let published = || stack.origin_api.get("/.well-known/jwks.json", None)?.expect(200);
    let leaked = published()?;
    stack.run_origin(&["admin", "rotate-signing-keys", "--now"])?;
    let header = |token: &str| token.split('.').next().map(str::to_owned);
    let login = json!({"email": before.email, "password": crate::client::PASSWORD});
    wait_for("the origin to use the next key", || {
        Ok((published()? != leaked).then_some(()))
    })?;
    let answer = stack.edge.post("/v1/auth/login", None, &login)?.expect(200)?;
    let token = answer["access_token"].as_str().context("no token")?.to_owned();
    ensure!(header(&token) != header(&before.token), "the leaked key signs on");
    wait_for("the next key's tokens to be taken", || {
        Ok((call(stack, "rotation-next", &token)?.status == 200).then_some(()))
    })?;
    wait_for_keys(stack, "rotation-after", &token)?;
    let mut attempt = 0;
    wait_for("the leaked key's tokens to be refused", || {
        attempt += 1;
        let id = format!("rotation-leaked-{attempt}");
        let answer = call(stack, &id, &before.token)?;
        Ok((answer.status == 401 && !stack.origin_heard(&id)?).then_some(()))
    })
}
