//! Whatever is sent, it is answered as the caller's error or as what it says, and nothing else suffers.

use std::io::Write as _;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use flate2::Compression;
use flate2::write::GzEncoder;
use reqwest::Method;
use serde_json::{Value, json};

use crate::client::{Answer, Merchant, promotion, read, request};
use crate::ledger::Seller;
use crate::stack::Stack;
use crate::wire::{Wire, post_head};

/// As the edge takes them.
pub(crate) const MAX_BODY_BYTES: usize = engine::wire::v1::MAX_BODY_BYTES;
/// The edge's bound for a body of the usual size, and what a busy machine adds.
const READ_TIMEOUT: Duration = Duration::from_secs(15);
const SLACK: Duration = Duration::from_secs(10);

pub(crate) const EVALUATE: &str = "/v1/promotions/bad-input/evaluate";
/// A path of the origin's.
pub(crate) const CHECK: &str = "/v1/conditions/check";

pub(crate) struct Shop<'s> {
    stack: &'s Stack,
    pub(crate) merchant: &'s Merchant,
    pub(crate) key: &'s str,
}

impl<'s> Shop<'s> {
    pub(crate) fn open(stack: &'s Stack) -> Result<Self> {
        let Seller { merchant, key, .. } = Seller::get(stack)?;
        // One promotion for all cases of a stack.
        if merchant.get("/v1/promotions/bad-input")?.status == 404 {
            merchant.live_promotion("bad-input")?;
        }
        Ok(Self { stack, merchant, key })
    }

    fn evaluate(&self, body: &Value) -> Result<Answer> {
        self.stack.edge.post(EVALUATE, Some(self.key), body)
    }

    /// Good requests are answered as ever, by an isolate that did not panic.
    pub(crate) fn is_well(&self, order: &str) -> Result<()> {
        let answer = self.evaluate(&request(order))?.expect(200)?;
        ensure!(answer["applicable"] == true, "{answer}");
        let log = self.stack.edge_log()?;
        let panicked = log
            .lines()
            .find(|line| line.contains("panicked") || line.contains("RuntimeError"));
        ensure!(panicked.is_none(), "the Worker's log: {panicked:?}");
        Ok(())
    }
}

/// A problem is one that a client can read.
pub(crate) fn check(answer: &Answer, expected: &[u16]) -> Result<()> {
    ensure!(
        expected.contains(&answer.status),
        "{} instead of {expected:?}: {}",
        answer.status,
        answer.text
    );
    let problem = answer.json()?;
    let is_problem = problem["status"] == answer.status && problem["code"].is_string();
    ensure!(answer.status == 200 || is_problem, "{problem}");
    Ok(())
}

/// Nothing unpacks a body, so no small one becomes a large one; what is encoded is refused by its header alone.
pub(crate) fn encoded_bodies(stack: &Stack) -> Result<()> {
    let shop = Shop::open(stack)?;
    let mut gzip = GzEncoder::new(Vec::new(), Compression::best());
    gzip.write_all(&vec![b' '; 50 * 1024 * 1024])?;
    let bomb = gzip.finish()?;
    ensure!(bomb.len() < MAX_BODY_BYTES, "{} bytes", bomb.len());
    let token = shop.merchant.token.as_str();
    for (path, bearer) in [
        (EVALUATE, shop.key),
        (CHECK, token),
        ("/v1/promotions/bad-input/preview", shop.key),
    ] {
        let post = |coding: Option<&str>| {
            let post = stack.edge.raw(Method::POST, path).bearer_auth(bearer);
            let post = post.header("content-type", "application/json").body(bomb.clone());
            read(match coding {
                Some(coding) => post.header("content-encoding", coding),
                None => post,
            })
        };
        for coding in ["gzip", "br", "deflate", "gzip, gzip", "identity, gzip", "nonsense"] {
            let answer = post(Some(coding))?;
            ensure!(answer.header("accept-encoding") == "identity", "{answer:?}");
            answer.expect_problem(415, "unsupported_media_type").context(path)?;
        }
        check(&post(None)?, &[400])?;
        check(&post(Some("identity"))?, &[400])?;
    }
    shop.is_well("after-encoded")
}

/// Bodies that are not as long as they say, and heads that no client sends: answered or closed, and never a fault.
pub(crate) fn wrong_lengths(stack: &Stack) -> Result<()> {
    let shop = Shop::open(stack)?;
    let body = request("lengths").to_string();
    let length = body.len();
    let (longer, shorter) = (
        format!("Content-Length: {}", length + 50),
        format!("Content-Length: {}", length - 50),
    );
    let exact = format!("Content-Length: {length}");
    let other = format!("Content-Length: {}", length - 1);
    let json = "Content-Type: application/json";
    let chunked = "Transfer-Encoding: chunked";
    let hex = format!("{length:x}\r\n{body}\r\n0\r\n\r\n");
    let cases: Vec<(&str, Vec<&str>, &str)> = vec![
        ("longer than sent", vec![json, &longer], &body),
        ("shorter than sent", vec![json, &shorter], &body),
        ("negative", vec![json, "Content-Length: -1"], &body),
        ("no number", vec![json, "Content-Length: many"], &body),
        (
            "beyond 64 bits",
            vec![json, "Content-Length: 99999999999999999999"],
            &body,
        ),
        (
            "beyond what is taken",
            vec![json, "Content-Length: 9223372036854775807"],
            &body,
        ),
        ("two lengths", vec![json, &exact, &other], &body),
        ("length and chunks", vec![json, &exact, chunked], &hex),
        ("a chunk of no size", vec![json, chunked], "zz\r\n{}\r\n0\r\n\r\n"),
        (
            "a chunk of a negative size",
            vec![json, chunked],
            "-1\r\n{}\r\n0\r\n\r\n",
        ),
        ("a chunk that is cut", vec![json, chunked], "fff\r\n{}"),
        (
            "an unknown coding",
            vec![json, "Transfer-Encoding: gzip, chunked"],
            &hex,
        ),
        ("a header without a name", vec![json, &exact, ": value"], &body),
        ("a header with a space", vec![json, &exact, "X Y: value"], &body),
        ("a head that is cut", vec!["Content-Type"], ""),
    ];
    for (name, lines, body) in cases {
        let mut wire = Wire::connect(&stack.edge_url)?;
        wire.send(post_head(EVALUATE, shop.key, &lines).as_bytes());
        wire.send(body.as_bytes());
        wire.finish_sending();
        let reply = wire.read().context(name)?;
        println!("  {name:28} {:?}", reply.status());
        ensure!(
            is_cut(&reply.text()) || reply.status().is_none_or(|status| status < 500),
            "{name}: {}",
            reply.text()
        );
    }
    shop.is_well("after-lengths")
}

/// Whether the development server in front of the Worker answers for a connection that broke while a body was sent.
pub(crate) fn is_cut(answer: &str) -> bool {
    answer.contains("Network connection lost")
}

/// How many send a byte a second.
const SLOW_CLIENTS: usize = 20;

/// Whoever sends a byte a second holds nothing but the own request, and that not for long.
pub(crate) fn slow_bodies(stack: &Stack) -> Result<()> {
    let shop = Shop::open(stack)?;
    let token = shop.merchant.token.as_str();
    thread::scope(|scope| {
        let clients: Vec<_> = (0..SLOW_CLIENTS)
            .map(|number| {
                let (path, bearer) = if number % 2 == 0 {
                    (EVALUATE, shop.key)
                } else {
                    (CHECK, token)
                };
                scope.spawn(move || drip(&stack.edge_url, path, bearer))
            })
            .collect();
        let mut served = 0;
        while clients.iter().any(|client| !client.is_finished()) {
            shop.evaluate(&request(&format!("meanwhile-{served}")))?.expect(200)?;
            served += 1;
        }
        for client in clients {
            let (status, took) = client.join().map_err(|_| anyhow::anyhow!("a client panicked"))??;
            ensure!(status == Some(408), "{status:?} after {took:?}");
            ensure!(took < READ_TIMEOUT + SLACK, "408 only after {took:?}");
        }
        println!("{served} evaluations while {SLOW_CLIENTS} clients were sending");
        ensure!(served > SLOW_CLIENTS, "only {served} evaluations meanwhile");
        Ok(())
    })?;
    shop.is_well("after-slow")
}

/// Sends a byte each second until there is an answer.
fn drip(url: &str, path: &str, bearer: &str) -> Result<(Option<u16>, Duration)> {
    let started = Instant::now();
    let mut wire = Wire::connect(url)?;
    wire.send(
        post_head(
            path,
            bearer,
            &["Content-Type: application/json", "Content-Length: 1000"],
        )
        .as_bytes(),
    );
    let mut sending = wire.clone_sender()?;
    let sender = thread::spawn(move || {
        while started.elapsed() < READ_TIMEOUT + SLACK && sending.send(b" ") {
            thread::sleep(Duration::from_secs(1));
        }
    });
    let reply = wire.read()?;
    let took = started.elapsed();
    drop(wire);
    _ = sender.join();
    Ok((reply.status(), took))
}

/// Identifiers that look like parts of a path, of a query or of another identifier.
const IDENTIFIERS: &[&str] = &[
    "a",
    "A",
    "a/b",
    "a//b",
    "a/",
    "/a",
    "a%2Fb",
    "a%2fb",
    "..",
    ".",
    "../a",
    "a b",
    "a  b",
    " a",
    "a ",
    "a+b",
    "a|b",
    "a:b",
    "a,b",
    "a;b",
    "a'b",
    "a\"b",
    "a\\b",
    "a?b=c",
    "a#b",
    "a&b",
    "\u{e9}",
    "e\u{301}",
    "\u{1f600}",
    "\u{200b}a",
    "a\u{a0}b",
    "customer:a",
    "coupon:a",
    "redemptions",
    "null",
    "0",
    "00",
    "1",
    "1.0",
    "__proto__",
    "' or 1=1 --",
];

/// Two different identifiers are two different transactions, and two different customers.
pub(crate) fn identifiers(stack: &Stack) -> Result<()> {
    let shop = Shop::open(stack)?;
    let mut body = promotion("once-each");
    body["limits"]["per_customer"] = json!(1);
    shop.merchant.post("/v1/promotions", &body)?.expect(201)?;
    shop.merchant.move_to("once-each", "activate")?;
    let granted = |answer: Answer, what: &str| {
        let replayed = answer.header("idempotent-replayed").to_owned();
        let answer = answer.expect(200)?;
        ensure!(
            answer["applicable"] == true && replayed.is_empty(),
            "{what:?}: {answer}"
        );
        Ok::<_, anyhow::Error>(())
    };
    for identifier in IDENTIFIERS {
        let transaction = shop.evaluate(&request(identifier))?;
        granted(transaction, identifier).context("as a transaction")?;
        let mut of_customer = request(&format!("customer-{identifier}"));
        of_customer["customer_id"] = json!(identifier);
        let path = "/v1/promotions/once-each/evaluate";
        let once = stack.edge.post(path, Some(shop.key), &of_customer)?;
        granted(once, identifier).context("as a customer")?;
        of_customer["transaction_id"] = json!("again");
        let twice = stack.edge.post(path, Some(shop.key), &of_customer)?.expect(200)?;
        ensure!(
            twice["reason"]["code"] == "customer_limit_reached",
            "{identifier:?}: {twice}"
        );
    }
    shop.is_well("after-identifiers")
}

/// Paths whose segments hold separators name nothing, and nothing else.
pub(crate) fn paths(stack: &Stack) -> Result<()> {
    let shop = Shop::open(stack)?;
    for code in [
        "a%2Fb",
        "bad-input%2Fevaluate",
        "..",
        "%2e%2e",
        "bad%20input",
        "bad|input",
        "bad-input%00",
        "%ff",
        "\u{e9}",
        "*",
    ] {
        for verb in ["evaluate", "preview", "activate"] {
            let path = format!("/v1/promotions/{code}/{verb}");
            for bearer in [shop.key, &shop.merchant.token] {
                let answer = stack.edge.post(&path, Some(bearer), &request("paths"))?;
                check(&answer, &[400, 401, 404, 405, 422]).with_context(|| path.clone())?;
            }
        }
    }
    let long = format!("/v1/promotions/{}/evaluate", "a".repeat(8_000));
    check(&stack.edge.post(&long, Some(shop.key), &request("paths"))?, &[404])?;
    shop.is_well("after-paths")
}
