//! The edge as a service: the app, health, unknown paths; and what happens while the origin is away.

use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Result, bail, ensure};
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
    // Soon nobody waits for it, and what cannot be there is told so.
    for _ in 0..30 {
        let away = merchant.get("/v1/promotions")?;
        ensure!(!away.header("retry-after").is_empty(), "{away:?}");
        away.expect_problem(503, "unavailable")?;
        merchant.get("/v1/nothing")?.expect_problem(404, "not_found")?;
    }
    let log = stack.edge_log()?;
    let opened = log.lines().filter(|line| line.contains("\"origin_away\"")).count();
    ensure!(opened >= 1, "the circuit did not open");
    ensure!(
        stack.edge.get("/health_check", None)?.status == 503,
        "health does not see that the origin is away"
    );
    stack.start_origin()?;

    wait_for("the origin to be back", || {
        Ok((merchant.get("/v1/promotions")?.status == 200).then_some(()))
    })?;
    ensure!(
        stack.edge_log()?.contains("\"origin_back\""),
        "the circuit did not say that it closed"
    );
    let totals = merchant.counted("away", 4)?;
    ensure!(totals["redemptions"] == 4, "{totals}");
    Ok(())
}

/// How many call at once while the database restarts: more than the origin has connections.
const CALLERS: usize = 16;
/// No answer takes longer: the origin waits five seconds for a connection, and no statement here takes any time.
const LONGEST_ANSWER: Duration = Duration::from_secs(8);

/// The database restarts under load: some calls are told when to come back, none hangs or fails otherwise, and then all
/// goes on by itself, the jobs included.
pub(crate) fn database_restarts(stack: &Stack) -> Result<()> {
    let merchant = Merchant::register(&stack.edge, "restart")?;
    let is_over = AtomicBool::new(false);
    let call = || -> Result<(u16, bool, Duration)> {
        let started = Instant::now();
        let answer = stack.origin_api.get("/v1/me", Some(&merchant.token))?;
        Ok((
            answer.status,
            answer.header("retry-after").is_empty(),
            started.elapsed(),
        ))
    };
    let answers = thread::scope(|scope| -> Result<Vec<_>> {
        let callers: Vec<_> = (0..CALLERS)
            .map(|_| {
                scope.spawn(|| {
                    let mut answers = Vec::new();
                    while !is_over.load(Ordering::SeqCst) {
                        answers.push(call()?);
                    }
                    Ok(answers)
                })
            })
            .collect();
        let restarted = stack.restart_postgres();
        let recovered = wait_for("the database to be used again", || Ok((call()?.0 == 200).then_some(())));
        is_over.store(true, Ordering::SeqCst);
        if !restarted? {
            println!("the database of DATABASE_URL is not this run's own, and was not restarted");
        }
        recovered?;
        let answers = callers
            .into_iter()
            .map(|caller| caller.join().unwrap_or_else(|_| bail!("a caller panicked")));
        let answers: Result<Vec<Vec<_>>> = answers.collect();
        Ok(answers?.concat())
    })?;
    for (status, says_nothing, took) in &answers {
        ensure!(
            matches!(status, 200 | 503) && (*status == 200 || !says_nothing) && *took < LONGEST_ANSWER,
            "{status} after {took:?}, without Retry-After: {says_nothing}"
        );
    }
    let refused = answers.iter().filter(|(status, ..)| *status == 503).count();
    println!(
        "{} calls while the database restarted, {refused} told to come back",
        answers.len()
    );
    merchant.live_promotion("again")
}
