//! Guessed coupons: refused alike, then not at all; and previews, which are no way around it.

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};

use crate::client::{Answer, promotion, request, wait_for};
use crate::ledger::Seller;
use crate::stack::Stack;
use crate::till::Till;

/// Wrong coupons that a customer and a key may send at once, as the edge bounds them.
const PER_CUSTOMER: usize = 60;
const PER_APP_KEY: usize = 600;
/// How many are guessed; `GUESSES` sets another number for the long form.
const GUESSES: usize = 2_000;
const GUESSES_VARIABLE: &str = "GUESSES";

struct Club<'s> {
    stack: &'s Stack,
    key: String,
    /// A coupon of the batch.
    coupon: String,
}

impl<'s> Club<'s> {
    /// A promotion with a batch and a chosen code, so that a code of no batch is asked of the ledger.
    fn open(stack: &'s Stack, code: &str) -> Result<Self> {
        let merchant = &Seller::get(stack)?.merchant;
        let mut body = promotion(code);
        body["kind"] = json!("coupon");
        merchant.post("/v1/promotions", &body)?.expect(201)?;
        merchant.move_to(code, "activate")?;
        let path = format!("/v1/promotions/{code}");
        let batch = merchant
            .post(&format!("{path}/coupon-batches"), &json!({"count": 10}))?
            .expect(202)?;
        let batch = format!("{path}/coupon-batches/{}", batch["id"].as_str().context("no id")?);
        merchant
            .post(&format!("{path}/coupons"), &json!({"code": "CHOSEN"}))?
            .expect(201)?;
        wait_for("the batch and the coupon", || {
            let is_ready = merchant.get(&batch)?.expect(200)?["status"] == "ready";
            let coupon = merchant.get(&format!("{path}/coupons/CHOSEN"))?.expect(200)?;
            Ok((is_ready && coupon["published"] == true).then_some(()))
        })?;
        let codes = merchant.get(&format!("{batch}/coupons.csv"))?.text;
        let coupon = codes
            .lines()
            .nth(1)
            .and_then(|line| line.split(',').next())
            .context("no coupon")?
            .to_owned();
        let (_, key) = merchant.app_key(&json!("all"))?;
        let club = Self { stack, key, coupon };
        // An isolate that knew the promotion before its coupons learns of them.
        wait_for("the edge to know the batch", || {
            let answer = club.show(code, "preview", &club.coupon, "p", None)?.expect(200)?;
            Ok((answer["applicable"] == true).then_some(()))
        })?;
        Ok(club)
    }

    fn show(&self, code: &str, verb: &str, coupon: &str, order: &str, customer: Option<&str>) -> Result<Answer> {
        let mut body = request(order);
        body["coupon_code"] = json!(coupon);
        body["customer_id"] = json!(customer);
        let path = format!("/v1/promotions/{code}/{verb}");
        self.stack.edge.post(&path, Some(&self.key), &body)
    }
}

/// Codes that look like the batch's, like a chosen one, and like nothing.
fn guess(number: usize) -> String {
    match number % 4 {
        0 => format!("{:0>5}-{:0>5}", number % 100_000, number / 7),
        1 => format!("CHOSEN{number}"),
        2 => format!("a code that cannot be, {number}"),
        _ => format!("\u{e9}/{number}"),
    }
}

/// A customer who guesses, and then a shop whose customers do.
pub(crate) fn guessed_coupons(stack: &Stack) -> Result<()> {
    let club = Club::open(stack, "guessed")?;
    let show = |coupon: &str, order: &str, customer| club.show("guessed", "evaluate", coupon, order, customer);
    let refused = |answer: Answer| {
        let answer = answer.expect(200)?;
        let without_names = json!([
            answer["applicable"],
            answer["reason"],
            answer["effect"],
            answer["discount"],
            answer["redemption"]
        ]);
        Ok::<_, anyhow::Error>((
            without_names,
            Vec::from_iter(answer.as_object().context("no object")?.keys().cloned()),
        ))
    };
    let first = refused(show("WRONG", "order", Some("ana"))?)?;
    ensure!(first.0[1]["code"] == "coupon_not_found", "{first:?}");
    let mut taken = 1;
    let limited = loop {
        let answer = show(&guess(taken), &format!("order-{taken}"), Some("ana"))?;
        if answer.status == 429 {
            break answer;
        }
        ensure!(refused(answer)? == first, "guess {taken} is refused otherwise");
        taken += 1;
        ensure!(taken <= PER_CUSTOMER * 4, "no bound after {taken} guesses");
    };
    ensure!(taken >= PER_CUSTOMER, "limited after {taken}");
    ensure!(limited.header("retry-after").parse::<u64>()? > 0, "{limited:?}");
    limited.expect_problem(429, "rate_limited")?;
    // Limited, she learns of no coupon whether it exists, by neither way; others do not suffer.
    let refuse = |verb: &str, coupon: &str| {
        // A try comes back each second: all are used up, and the coupon shown before the next one comes.
        wait_for("the bound to hold", || {
            while club.show("guessed", verb, "WRONG", "x", Some("ana"))?.status == 200 {}
            let answer = club.show("guessed", verb, coupon, "order", Some("ana"))?;
            Ok((answer.status == 429).then_some(answer))
        })
    };
    let mut answers = Vec::new();
    for (verb, coupon) in [
        ("evaluate", club.coupon.as_str()),
        ("evaluate", "CHOSEN"),
        ("evaluate", "WRONG"),
        ("preview", club.coupon.as_str()),
    ] {
        let problem = refuse(verb, coupon)?.expect_problem(429, "rate_limited")?;
        answers.push(json!([problem["type"], problem["title"], problem["errors"]]));
    }
    ensure!(
        answers.windows(2).all(|pair| pair.first() == pair.last()),
        "{answers:?}"
    );
    let granted = show(&club.coupon, "order-eva", Some("eva"))?.expect(200)?;
    ensure!(granted["applicable"] == true, "{granted}");
    Ok(())
}

/// Invented customers do not help: the key's bound holds all of them, and what a shop does without coupons goes on.
pub(crate) fn guessing_shops(stack: &Stack) -> Result<()> {
    let club = Club::open(stack, "guessing")?;
    let count = std::env::var(GUESSES_VARIABLE)
        .ok()
        .and_then(|count| count.parse().ok())
        .unwrap_or(GUESSES);
    let started = std::time::Instant::now();
    let (mut refused, mut limited) = (0_usize, 0_usize);
    for number in 0..count {
        let customer = format!("c-{number}");
        let answer = club.show(
            "guessing",
            "evaluate",
            &guess(number),
            &format!("o-{number}"),
            Some(&customer),
        )?;
        match answer.status {
            200 => refused += 1,
            429 => limited += 1,
            status => anyhow::bail!("guess {number}: {status} {}", answer.text),
        }
    }
    let regained = usize::try_from(started.elapsed().as_secs())? * 10 + 20;
    println!(
        "{count} guesses in {:?}: {refused} refused, {limited} limited",
        started.elapsed()
    );
    ensure!(
        refused >= PER_APP_KEY && refused <= PER_APP_KEY + regained,
        "{refused} refused"
    );
    ensure!(limited > 0, "none was limited");
    let till = Till {
        stack,
        merchant: &Seller::get(stack)?.merchant,
        code: "guessing".to_owned(),
        key: &club.key,
    };
    let tally = till.tally()?;
    ensure!(
        tally.events == 0 && tally.committed == 0,
        "guesses left rows: {tally:?}"
    );
    // A condition that is not met tells nothing of a coupon, and is answered.
    let mut body = request("small");
    body["coupon_code"] = json!(club.coupon);
    body["attributes"]["total"] = json!(1);
    let answer = stack
        .edge
        .post("/v1/promotions/guessing/evaluate", Some(&club.key), &body)?
        .expect(200)?;
    ensure!(answer["reason"]["code"] == "condition_not_met", "{answer}");
    Ok(())
}

/// What a preview says is what the evaluation says then, with a trace; it consumes and counts nothing.
pub(crate) fn previews(stack: &Stack) -> Result<()> {
    let Seller { merchant, key, .. } = Seller::get(stack)?;
    merchant.live_promotion("previews")?;
    let call = |verb: &str, body: &Value| {
        stack
            .edge
            .post(&format!("/v1/promotions/previews/{verb}"), Some(key), body)
    };
    let mut preview = Value::Null;
    for _ in 0..3 {
        preview = call("preview", &request("order"))?.expect(200)?;
        ensure!(
            preview["applicable"] == true && preview["redemption"].is_null(),
            "{preview}"
        );
    }
    let outcomes = |answer: &Value| {
        let traces = answer["trace"].as_array().into_iter().flatten();
        traces
            .map(|trace| trace["outcome"].as_str().unwrap_or_default().to_owned())
            .collect::<Vec<_>>()
    };
    ensure!(outcomes(&preview) == ["true", "true", "true"], "{preview}");
    let answer = call("evaluate", &request("order"))?;
    ensure!(
        answer.header("idempotent-replayed").is_empty(),
        "the preview consumed the transaction"
    );
    let answer = answer.expect(200)?;
    for field in ["applicable", "reason", "effect", "discount", "promotion"] {
        ensure!(answer[field] == preview[field], "{field}: {answer} {preview}");
    }
    let mut few = request("order-2");
    few["attributes"]["quantity"] = json!(1);
    let refused = call("preview", &few)?.expect(200)?;
    ensure!(refused["reason"]["code"] == "condition_not_met", "{refused}");
    ensure!(outcomes(&refused) == ["true", "false", "skipped"], "{refused}");
    // A user's is the origin's, which tells what each part saw, and asks drafts.
    let explained = merchant.post("/v1/promotions/previews/preview", &few)?.expect(200)?;
    ensure!(outcomes(&explained) == outcomes(&refused), "{explained}");
    ensure!(explained["trace"][1]["values"][0]["value"] == "1", "{explained}");
    few["draft"] = promotion("previews");
    few["draft"]["condition"] = json!("quantity == 1");
    let drafted = merchant.post("/v1/promotions/previews/preview", &few)?.expect(200)?;
    ensure!(drafted["applicable"] == true, "{drafted}");
    call("preview", &json!([]))?.expect_problem(422, "invalid_request")?;
    let mistyped = format!("{}x", key.get(..key.len() - 1).unwrap_or_default());
    stack
        .edge
        .post("/v1/promotions/previews/preview", Some(&mistyped), &request("x"))?
        .expect_problem(401, "app_key_invalid")?;
    let totals = merchant.counted("previews", 1)?;
    ensure!(totals["redemptions"] == 1, "{totals}");
    Ok(())
}
