//! Coupons from a merchant's idea to the checkout, all over the public API.

use anyhow::{Context, Result, ensure};
use reqwest::Method;
use serde_json::{Value, json};

use crate::client::{Answer, Merchant, promotion, read, request, wait_for};
use crate::ledger::Seller;
use crate::stack::Stack;

const CLUB: &str = "/v1/promotions/club";

/// Batch, file, redemption, exhaustion, revocation; chosen and imported coupons; and their uses as the merchant sees
/// them.
pub(crate) fn from_batch_to_checkout(stack: &Stack) -> Result<()> {
    let Seller { merchant, key, .. } = Seller::get(stack)?;
    let mut body = promotion("club");
    body["kind"] = json!("coupon");
    merchant.post("/v1/promotions", &body)?.expect(201)?;
    merchant.move_to("club", "activate")?;
    let batch = json!({"count": 1_000, "max_uses": 2, "prefix": "SUMMER-"});
    let batch = merchant.post(&format!("{CLUB}/coupon-batches"), &batch)?.expect(202)?;
    let batch = format!("{CLUB}/coupon-batches/{}", batch["id"].as_str().context("no id")?);
    wait_for("the batch to be ready", || {
        let batch = merchant.get(&batch)?.expect(200)?;
        Ok((batch["status"] == "ready" && batch["generated"] == 1_000).then_some(()))
    })?;
    let codes = codes(&merchant.get(&format!("{batch}/coupons.csv"))?)?;
    ensure!(codes.len() == 1_000, "{} codes", codes.len());
    let reason = |code: &str, order: &str| {
        let mut body = request(order);
        body["coupon_code"] = json!(code);
        let answer = stack
            .edge
            .post(&format!("{CLUB}/evaluate"), Some(key), &body)?
            .expect(200)?;
        Ok::<_, anyhow::Error>(answer["reason"]["code"].as_str().unwrap_or("granted").to_owned())
    };
    let check = |code: &str, order: &str, expected: &str| {
        let found = reason(code, order)?;
        ensure!(found == expected, "{code} {order}: {found}, not {expected}");
        Ok::<_, anyhow::Error>(())
    };
    let (first, second) = (codes.first().context("no code")?, codes.get(1).context("no code")?);
    for (order, expected) in [
        ("1", "granted"),
        ("1", "granted"),
        ("2", "granted"),
        ("3", "coupon_exhausted"),
    ] {
        check(first, order, expected)?;
    }
    let state = |code: &str| merchant.get(&format!("{CLUB}/coupons/{code}"))?.expect(200);
    wait_for("the uses", || Ok((state(first)?["uses"] == 2).then_some(())))?;
    ensure!(state(first)?["state"] == "exhausted", "{}", state(first)?);

    merchant
        .post(&format!("{CLUB}/coupons/{second}/revoke"), &json!({}))?
        .expect(200)?;
    wait_until_published(merchant, second)?;
    check(second, "4", "coupon_revoked")?;

    let chosen = json!({"code": "welcome", "max_uses": 1, "customer_id": "c-77"});
    merchant.post(&format!("{CLUB}/coupons"), &chosen)?.expect(201)?;
    let file = "code,max_uses\nPAPER-1,1\nPAPER-2,0\nPAPER-1,1\n";
    let report = import(merchant, file)?.expect(200)?;
    ensure!(report["imported"] == 1 && report["refused"] == 2, "{report}");
    for code in ["WELCOME", "PAPER-1"] {
        wait_until_published(merchant, code)?;
    }
    // Copies of the rule may say for some seconds that no coupon is listed.
    wait_for("the edge to ask for listed coupons", || {
        Ok((reason("paper-1", "5")? == "granted").then_some(()))
    })?;
    check("PAPER-1", "6", "coupon_exhausted")?;
    check("WELCOME", "7", "granted")?;
    check("PAPER-2", "8", "coupon_not_found")?;

    merchant.post(&format!("{batch}/revoke"), &json!({}))?.expect(200)?;
    wait_for("the batch to be revoked", || {
        let third = codes.get(2).context("no code")?;
        Ok((reason(third, &format!("9-{:?}", std::time::Instant::now()))? == "coupon_revoked").then_some(()))
    })?;
    Ok(())
}

/// A file of 5 MiB reaches the origin, and one byte more does not.
pub(crate) fn large_imports(stack: &Stack) -> Result<()> {
    let Seller { merchant, .. } = Seller::get(stack)?;
    let mut body = promotion("paper");
    body["kind"] = json!("coupon");
    merchant.post("/v1/promotions", &body)?.expect(201)?;
    // Lines of 64 KiB, so that there are few to store.
    let limit = 5 * 1024 * 1024;
    let line = format!("{}\n", "X".repeat(64 * 1024 - 1));
    let mut file = format!("code\n{}", line.repeat(80));
    file.truncate(limit);
    let path = "/v1/promotions/paper/coupons/import";
    let send = |file: String| {
        let call = merchant.api.raw(Method::POST, path).bearer_auth(&merchant.token);
        read(call.header("content-type", "text/csv").body(file))
    };
    let report = send(file.clone())?.expect(200)?;
    ensure!(report["imported"] == 0 && report["refused"] == 80, "{report}");
    file.push('X');
    send(file)?.expect_problem(413, "body_too_large")?;
    Ok(())
}

fn wait_until_published(merchant: &Merchant, code: &str) -> Result<()> {
    wait_for("the ledger to know the coupon", || {
        let coupon: Value = merchant.get(&format!("{CLUB}/coupons/{code}"))?.expect(200)?;
        Ok((coupon["published"] == true).then_some(()))
    })
}

fn import(merchant: &Merchant, file: &str) -> Result<Answer> {
    let call = merchant.api.raw(Method::POST, &format!("{CLUB}/coupons/import"));
    read(
        call.bearer_auth(&merchant.token)
            .header("content-type", "text/csv")
            .body(file.to_owned()),
    )
}

/// The first column of a file, without its header.
fn codes(file: &Answer) -> Result<Vec<String>> {
    ensure!(file.status == 200, "{} {}", file.status, file.text);
    let lines = file.text.lines().skip(1);
    lines
        .map(|line| line.split(',').next().map(str::to_owned).context("an empty line"))
        .collect()
}
