//! The edge as a service: the app, health, unknown paths; and what happens while the origin is away.

use anyhow::{Result, ensure};
use serde_json::json;

use crate::client::{Merchant, request, wait_for};
use crate::stack::Stack;

/// The app at every address of its own, problems for unknown calls, health with its components.
pub(crate) fn addresses(stack: &Stack) -> Result<()> {
    for path in ["/", "/promotions/any"] {
        let page = stack.edge.get(path, None)?;
        ensure!(
            page.status == 200 && page.header("content-type").starts_with("text/html"),
            "{path}: {page:?}"
        );
        ensure!(
            page.header("content-security-policy")
                .contains("frame-ancestors 'none'"),
            "{path}: {page:?}"
        );
    }
    stack.edge.get("/v1/nothing", None)?.expect_problem(404, "not_found")?;
    let jwks = stack.edge.get("/.well-known/jwks.json", None)?.expect(200)?;
    ensure!(
        jwks["keys"][0]["crv"] == "Ed25519" && jwks["keys"][0]["d"].is_null(),
        "{jwks}"
    );
    for path in ["/healthz", "/readyz", "/health_check"] {
        stack.edge.get(path, None)?.expect(200)?;
    }
    let named = stack
        .edge
        .raw(reqwest::Method::GET, "/v1/nothing")
        .header("x-request-id", "from-the-client");
    let answer = crate::client::read(named)?;
    ensure!(answer.header("x-request-id") == "from-the-client", "{answer:?}");
    Ok(())
}

/// The origin is stopped: evaluations go on, the rest says when to come back, and no record is lost.
pub(crate) fn origin_away(stack: &Stack) -> Result<()> {
    let merchant = Merchant::register(&stack.edge, "away")?;
    merchant.live_promotion("away")?;
    let (_, key) = merchant.app_key(&json!("all"))?;
    let evaluate = |id: &str| {
        stack
            .edge
            .post("/v1/promotions/away/evaluate", Some(&key), &request(id))?
            .expect(200)
    };
    evaluate("before")?;
    merchant.counted("away", 1)?;

    stack.stop_origin();
    for id in ["during-1", "during-2", "during-3"] {
        let answer = evaluate(id)?;
        ensure!(answer["applicable"] == true, "{answer}");
    }
    let away = merchant.get("/v1/promotions")?;
    ensure!(!away.header("retry-after").is_empty(), "{away:?}");
    away.expect_problem(503, "unavailable")?;
    ensure!(
        stack.edge.get("/health_check", None)?.status == 503,
        "health does not see that the origin is away"
    );
    stack.start_origin()?;

    wait_for("the origin to be back", || {
        Ok((merchant.get("/v1/promotions")?.status == 200).then_some(()))
    })?;
    let totals = merchant.counted("away", 4)?;
    ensure!(totals["redemptions"] == 4, "{totals}");
    Ok(())
}
