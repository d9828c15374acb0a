//! Evaluations answered from the isolate's memory, beside the same ones on the ordinary way.

use std::io::{Cursor, Write as _};
use std::net::{Shutdown, TcpStream};

use anyhow::{Context as _, Result, ensure};
use reqwest::Method;
use reqwest::blocking::Body;
use serde_json::{Value, json};

use crate::client::{Answer, Merchant, read, request};
use crate::stack::Stack;

const PATH: &str = "/v1/promotions/warm/evaluate";
/// Headers that belong to the connection or to the moment.
const OF_THE_MOMENT: [&str; 5] = [
    "date",
    "connection",
    "keep-alive",
    "transfer-encoding",
    "content-length",
];

/// Both ways give the same answers and headers: refusals, problems of the body, and what the ledger decides. A body of
/// undeclared length is always read on the ordinary way.
pub(crate) fn both_ways(stack: &Stack) -> Result<()> {
    let merchant = Merchant::register(&stack.edge, "warm")?;
    merchant.live_promotion("warm")?;
    let (_, key) = merchant.app_key(&json!("all"))?;
    let refused = refused("t").to_string();
    let large = |bytes: usize| {
        let mut body = self::refused("t");
        body["other"] = json!("");
        let missing = bytes - body.to_string().len();
        body["other"] = json!("x".repeat(missing));
        body.to_string()
    };
    let mut wrong = request("t");
    wrong["country"] = json!("XX");
    wrong["attributes"] = json!({"total": "1"});
    let cases = [
        ("refused", "application/json", refused.clone(), 200),
        ("no type", "", refused.clone(), 200),
        ("malformed", "application/json", "{\"country\":".to_owned(), 400),
        ("wrong fields", "application/json", wrong.to_string(), 422),
        ("no JSON", "text/plain", refused.clone(), 415),
        ("64 KiB", "application/json", large(64 * 1024), 200),
        ("64 KiB and a byte", "application/json", large(64 * 1024 + 1), 413),
        ("applicable", "application/json", request("both-ways").to_string(), 200),
        ("bad key", "application/json", refused.clone(), 401),
    ];
    for (name, content_type, body, status) in cases {
        let key = if status == 401 { "ck_live_x" } else { &key };
        let send = |body: Body| {
            let mut request = stack.edge.raw(Method::POST, PATH).bearer_auth(key);
            if !content_type.is_empty() {
                request = request.header("content-type", content_type);
            }
            read(request.header("x-request-id", "both-ways").body(body))
        };
        // The first one fills the isolate's memory, if nothing has yet.
        send(body.clone().into())?;
        let warm = send(body.clone().into())?;
        let ordinary = send(Body::new(Cursor::new(body.into_bytes())))?;
        ensure!(warm.status == status, "{name}: expected {status}, got {warm:?}");
        ensure!(
            comparable(&warm)? == comparable(&ordinary)?,
            "{name}: {warm:?}\n{ordinary:?}"
        );
    }
    let unnamed = stack.edge.post(PATH, Some(&key), &self::refused("t"))?;
    ensure!(unnamed.header("x-request-id").starts_with("req_"), "{unnamed:?}");
    Ok(())
}

/// Records of refusals are sent in batches, and each arrives; clients that leave disturb nobody.
pub(crate) fn batches(stack: &Stack) -> Result<()> {
    const EVALUATIONS: u64 = 130;
    let merchant = Merchant::register(&stack.edge, "batches")?;
    merchant.live_promotion("batches")?;
    let (_, key) = merchant.app_key(&json!("all"))?;
    let path = "/v1/promotions/batches/evaluate";
    for number in 0..EVALUATIONS {
        if number % 10 == 0 {
            leave(stack, path, &key)?;
        }
        let answer = stack.edge.post(path, Some(&key), &refused("t"))?.expect(200)?;
        ensure!(answer["reason"]["code"] == "condition_not_met", "{answer}");
    }
    let totals = merchant.counted("batches", EVALUATIONS)?;
    ensure!(totals["evaluations"] == EVALUATIONS, "{totals}");
    Ok(())
}

fn refused(transaction_id: &str) -> Value {
    let mut body = request(transaction_id);
    body["attributes"]["total"] = json!(1);
    body
}

/// A client that goes away in the middle of its body.
fn leave(stack: &Stack, path: &str, key: &str) -> Result<()> {
    let address = stack.edge_url.strip_prefix("http://").context("no address")?;
    let mut connection = TcpStream::connect(address)?;
    let head = format!(
        "POST {path} HTTP/1.1\r\nHost: {address}\r\nAuthorization: Bearer {key}\r\nContent-Length: 500\r\n\r\n{{"
    );
    connection.write_all(head.as_bytes())?;
    Ok(connection.shutdown(Shutdown::Both)?)
}

/// Status, headers and body without what differs from one request to the next.
fn comparable(answer: &Answer) -> Result<Value> {
    let mut headers: Vec<_> = answer
        .headers
        .iter()
        .filter(|(name, _)| !OF_THE_MOMENT.contains(&name.as_str()) && name.as_str() != "idempotent-replayed")
        .map(|(name, value)| (name.to_string(), String::from_utf8_lossy(value.as_bytes()).into_owned()))
        .collect();
    headers.sort();
    let mut body = answer.json()?;
    if let Some(fields) = body.as_object_mut() {
        fields.retain(|name, _| !matches!(name.as_str(), "evaluation_id" | "rule_age_seconds"));
    }
    Ok(json!({"status": answer.status, "headers": headers, "body": body}))
}
