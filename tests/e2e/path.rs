//! The whole path, from registration to the report.

use std::time::Instant;

use anyhow::{Result, ensure};
use serde_json::json;

use crate::client::{Merchant, promotion, request, wait_for};
use crate::stack::Stack;

/// Register, sign in, create, activate, evaluate both ways, see the counts.
pub(crate) fn from_registration_to_report(stack: &Stack) -> Result<()> {
    let registered = Merchant::register(&stack.edge, "path")?;
    let merchant = registered.sign_in()?;

    let created = merchant.post("/v1/promotions", &promotion("Summer-10"))?.expect(201)?;
    ensure!(
        created["code"] == "summer-10" && created["status"] == "draft",
        "{created}"
    );
    let before = merchant.app_key(&json!("all"))?.1;
    let path = "/v1/promotions/summer-10/evaluate";
    stack
        .edge
        .post(path, Some(&before), &request("t-0"))?
        .expect_problem(404, "promotion_not_found")?;
    merchant.move_to("summer-10", "activate")?;

    let (_, key) = merchant.app_key(&json!(["summer-10"]))?;
    let answer = wait_for("the edge to forget that there was none", || {
        let answer = stack.edge.post(path, Some(&key), &request("t-1"))?;
        if answer.status == 404 {
            Ok(None)
        } else {
            answer.expect(200).map(Some)
        }
    })?;
    ensure!(answer["applicable"] == true && answer["reason"].is_null(), "{answer}");
    ensure!(
        answer["discount"] == json!({"amount": 1205, "currency": "UYU"}),
        "{answer}"
    );
    ensure!(answer["redemption"]["status"] == "committed", "{answer}");
    ensure!(
        answer["promotion"] == json!({"code": "summer-10", "version": 1}),
        "{answer}"
    );

    let mut small = request("t-2");
    small["attributes"]["total"] = json!(99.99);
    let refused = stack.edge.post(path, Some(&key), &small)?.expect(200)?;
    ensure!(
        refused["applicable"] == false && refused["reason"]["code"] == "condition_not_met",
        "{refused}"
    );
    ensure!(
        refused["redemption"].is_null() && refused["discount"].is_null(),
        "{refused}"
    );

    let totals = merchant.counted("summer-10", 2)?;
    ensure!(totals["applicable"] == 1 && totals["not_applicable"] == 1, "{totals}");
    ensure!(totals["by_reason"] == json!({"condition_not_met": 1}), "{totals}");
    ensure!(totals["redemptions"] == 1, "{totals}");
    ensure!(
        totals["discount"] == json!([{"amount": 1205, "currency": "UYU"}]),
        "{totals}"
    );
    Ok(())
}

/// One transaction counts once, whatever is sent and however often.
pub(crate) fn a_transaction_counts_once(stack: &Stack) -> Result<()> {
    let merchant = Merchant::register(&stack.edge, "once")?;
    merchant.live_promotion("once")?;
    let (_, key) = merchant.app_key(&json!("all"))?;
    let evaluate = |body: &serde_json::Value| stack.edge.post("/v1/promotions/once/evaluate", Some(&key), body);

    let first = evaluate(&request("order"))?;
    ensure!(first.header("idempotent-replayed").is_empty(), "{first:?}");
    let first = first.expect(200)?;
    let again = evaluate(&request("order"))?;
    ensure!(again.header("idempotent-replayed") == "true", "{again:?}");
    ensure!(again.expect(200)? == first, "another answer than {first}");
    let mut other = request("order");
    other["amount"]["amount"] = json!(12051);
    evaluate(&other)?.expect_problem(409, "transaction_already_used")?;

    let answers: Vec<_> = std::thread::scope(|scope| {
        let body = request("at-once");
        let calls: Vec<_> = (0..30)
            .map(|_| {
                let (body, evaluate) = (body.clone(), &evaluate);
                scope.spawn(move || evaluate(&body)?.expect(200))
            })
            .collect();
        calls
            .into_iter()
            .map(|call| call.join().unwrap_or_else(|_| anyhow::bail!("a call panicked")))
            .collect()
    });
    let answers = answers.into_iter().collect::<Result<Vec<_>>>()?;
    ensure!(
        answers.windows(2).all(|pair| pair.first() == pair.last()),
        "different answers: {answers:?}"
    );

    let totals = merchant.counted("once", 2)?;
    ensure!(totals["redemptions"] == 2 && totals["applicable"] == 2, "{totals}");

    merchant.move_to("once", "pause")?;
    let paused = wait_for("the pause to act", || {
        let answer = evaluate(&request(&format!("new-{:?}", Instant::now())))?.expect(200)?;
        Ok((answer["applicable"] == false).then_some(answer))
    })?;
    ensure!(paused["reason"]["code"] == "not_active", "{paused}");
    ensure!(
        evaluate(&request("order"))?.expect(200)? == first,
        "the pause lost the first answer"
    );
    Ok(())
}
