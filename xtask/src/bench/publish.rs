//! From a merchant's change to the edge, on a stack of its own: how long a change takes to be live, and a batch of
//! coupons to be ready.

use std::fs;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail, ensure};
use serde_json::{Value, json};

use crate::http::{Answer, Client, Options};
use crate::paths;
use crate::services::secrets::random_text;
use crate::services::{self, Stack};

/// As many changes as the 99th percentile needs to mean something.
const CHANGES: usize = 200;
/// The changes go round as many promotions, so that none is changed twice in a second, which is all that KV takes of a
/// key.
const PROMOTIONS: usize = 40;
/// Coupons of the batches that are measured, and whether their file is read too.
const BATCHES: [(u64, bool); 2] = [(100_000, true), (1_000_000, false)];
/// Between two looks at whether something is live.
const LOOK_EVERY: Duration = Duration::from_millis(5);
/// Longest wait for it.
const PATIENCE: Duration = Duration::from_secs(60);

pub(super) fn run() -> Result<()> {
    services::build()?;
    let stack = Stack::start("bench-publish")?;
    let merchant = Merchant::register(&stack.edge_url())?;
    let mut live = merchant.measure_changes()?;
    live.sort_by(f64::total_cmp);
    let (p50, p99) = (percentile(&live, 50), percentile(&live, 99));
    println!("{CHANGES} changes of {PROMOTIONS} promotions, from the call to `live`: p50 {p50:.0} ms, p99 {p99:.0} ms");
    let mut batches = Vec::new();
    for (count, with_file) in BATCHES {
        let batch = merchant.measure_batch(count, with_file)?;
        println!("{count} coupons: {batch}");
        batches.push(batch);
    }
    let result = json!({
        "bench": "publish",
        "ratios": {},
        "live_ms": {"p50": p50.round(), "p99": p99.round(), "changes": CHANGES},
        "batches": batches,
    });
    let results = paths::root().join("bench/results");
    paths::create_dir(&results)?;
    fs::write(results.join("publish.json"), format!("{result:#}\n")).context("the results cannot be written")?;
    println!("{result}");
    Ok(())
}

/// The value that so many percent of the sorted ones do not pass.
fn percentile(sorted: &[f64], percent: usize) -> f64 {
    let rank = (sorted.len() * percent).div_ceil(100);
    sorted.get(rank.saturating_sub(1)).copied().unwrap_or(f64::NAN)
}

/// A merchant with a token of ten minutes: the measurement is over before.
struct Merchant {
    client: Client,
    token: String,
}

impl Merchant {
    fn register(edge_url: &str) -> Result<Self> {
        let client = Client::new(edge_url);
        let account = json!({
            "organization_name": "Measured", "name": "Measured",
            "email": format!("bench-{}@example.com", random_text(8)?), "password": random_text(16)?,
        });
        let options = Options {
            body: Some(&account),
            ..Options::default()
        };
        let answer = expect(201, client.call("POST", "/v1/auth/register", options)?)?;
        let token = text(&answer, "/access_token")?.to_owned();
        Ok(Self { client, token })
    }

    fn call(&self, method: &str, path: &str, body: Option<&Value>) -> Result<Answer> {
        let options = Options {
            bearer: Some(&self.token),
            body,
            ..Options::default()
        };
        self.client.call(method, path, options)
    }

    /// The milliseconds of each change. A promotion is activated, then paused, then activated again …
    fn measure_changes(&self) -> Result<Vec<f64>> {
        for number in 0..PROMOTIONS {
            let promotion = promotion(&format!("measured-{number}"), "discount");
            expect(201, self.call("POST", "/v1/promotions", Some(&promotion))?)?;
        }
        (0..CHANGES)
            .map(|change| {
                let verb = if (change / PROMOTIONS).is_multiple_of(2) {
                    "activate"
                } else {
                    "pause"
                };
                self.measure_change(&format!("measured-{}", change % PROMOTIONS), verb)
            })
            .collect()
    }

    fn measure_change(&self, code: &str, verb: &str) -> Result<f64> {
        let start = Instant::now();
        let changed = self.call("POST", &format!("/v1/promotions/{code}/{verb}"), Some(&json!({})))?;
        let version = expect(200, changed)?.pointer("/version").cloned();
        until("the change to be live", || {
            let promotion = expect(200, self.call("GET", &format!("/v1/promotions/{code}"), None)?)?;
            let is_newest = promotion.pointer("/published/version") == version.as_ref();
            Ok(is_newest && text(&promotion, "/published/state")? == "live")
        })?;
        Ok(millis_since(start))
    }

    fn measure_batch(&self, count: u64, with_file: bool) -> Result<Value> {
        let code = format!("coupons-{count}");
        expect(
            201,
            self.call("POST", "/v1/promotions", Some(&promotion(&code, "coupon")))?,
        )?;
        self.measure_change(&code, "activate")?;
        let batches = format!("/v1/promotions/{code}/coupon-batches");
        let start = Instant::now();
        let batch = expect(202, self.call("POST", &batches, Some(&json!({"count": count})))?)?;
        let path = format!("{batches}/{}", text(&batch, "/id")?);
        until("the batch to be ready", || {
            let batch = expect(200, self.call("GET", &path, None)?)?;
            Ok(text(&batch, "/status")? == "ready")
        })?;
        let ready_ms = millis_since(start).round();
        let start = Instant::now();
        let csv_bytes = if with_file {
            Some(self.client.download(&format!("{path}/coupons.csv"), &self.token)?)
        } else {
            None
        };
        let csv_ms = csv_bytes.map(|_| millis_since(start).round());
        Ok(json!({"coupons": count, "ready_ms": ready_ms, "csv_bytes": csv_bytes, "csv_ms": csv_ms}))
    }
}

fn promotion(code: &str, kind: &str) -> Value {
    json!({
        "code": code, "name": "Measured", "kind": kind,
        "condition": "total >= 100 and quantity > 2 and payment_method in ['visa', 'oca']",
        "attributes": {"total": "number", "quantity": "integer", "payment_method": "string"},
        "effect": {"type": "percentage", "percent": "10"},
    })
}

/// A text in an answer.
fn text<'a>(answer: &'a Value, pointer: &str) -> Result<&'a str> {
    let text = answer.pointer(pointer).and_then(Value::as_str);
    text.with_context(|| format!("no {pointer} in {answer}"))
}

fn expect(status: u16, answer: Answer) -> Result<Value> {
    ensure!(
        answer.status == status,
        "expected {status}, got {} {}",
        answer.status,
        answer.body
    );
    Ok(answer.body)
}

fn until(what: &str, mut look: impl FnMut() -> Result<bool>) -> Result<()> {
    let deadline = Instant::now() + PATIENCE;
    while !look()? {
        if Instant::now() > deadline {
            bail!("waited {} s in vain for {what}", PATIENCE.as_secs());
        }
        thread::sleep(LOOK_EVERY);
    }
    Ok(())
}

fn millis_since(start: Instant) -> f64 {
    start.elapsed().as_secs_f64() * 1_000.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles() {
        let check = |count: u32, percent, expected: f64| {
            let sorted: Vec<f64> = (1..=count).map(f64::from).collect();
            assert!(
                (percentile(&sorted, percent) - expected).abs() < 0.5,
                "{count} {percent}"
            );
        };
        check(1, 50, 1.0);
        check(200, 50, 100.0);
        check(200, 99, 198.0);
        check(100, 100, 100.0);
    }
}
