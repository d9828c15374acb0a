//! The demo organisation: registered once through the public API at the edge, kept in a file, used again.
//!
//! When the database or the edge's state has been deleted the kept one no longer works, and a new one is made.

use std::fs;
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::http::{Answer, Client, Options};
use crate::paths;
use crate::services::secrets::random_text;

const PROMOTION: &str = "summer-10";
/// Publishing takes a second or two; the edge may remember for a while that it knew nothing.
const LIVE_SECS: u64 = 90;
/// How often we ask whether something is live.
const POLL: Duration = Duration::from_millis(250);

/// The demo organisation's credentials, and a client of the edge.
#[derive(Debug)]
pub(super) struct Demo {
    client: Client,
    pub(super) email: String,
    pub(super) password: String,
    pub(super) app_key: String,
}

/// What is kept.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Kept {
    email: String,
    password: String,
    app_key: String,
}

impl Demo {
    /// The kept organisation when it still works, else a new one.
    pub(super) fn ensure(edge_url: &str, file: &Path) -> Result<Self> {
        let client = Client::new(edge_url);
        let kept = fs::read_to_string(file)
            .ok()
            .and_then(|text| serde_json::from_str::<Kept>(&text).ok());
        if let Some(kept) = kept {
            let demo = Self::of(client.clone(), kept);
            if demo.works()? {
                return Ok(demo);
            }
            eprintln!("• the kept demo organisation is gone: making a new one …");
        } else {
            eprintln!("• making a demo organisation …");
        }
        let kept = seed(&client)?;
        paths::write_private(file, &format!("{:#}\n", json!(kept)))?;
        Ok(Self::of(client, kept))
    }

    /// Evaluates the demo promotion once, as soon as the edge knows it; answers with the decision.
    pub(super) fn evaluate_until_live(&self) -> Result<Value> {
        let answer = until("the edge to know the demo promotion and its app key", || {
            let answer = self.evaluate()?;
            Ok((answer.status == 200).then_some(answer.body.clone()).ok_or(answer))
        })?;
        Ok(answer)
    }

    /// A command that evaluates it, to be pasted into a shell.
    pub(super) fn curl(&self, edge_url: &str) -> String {
        format!(
            "curl -s {edge_url}/v1/promotions/{PROMOTION}/evaluate -H 'Authorization: Bearer {key}' \
             -H 'Content-Type: application/json' -d '{body}'",
            key = self.app_key,
            body = request("order-1001"),
        )
    }

    fn of(client: Client, kept: Kept) -> Self {
        Self {
            client,
            email: kept.email,
            password: kept.password,
            app_key: kept.app_key,
        }
    }

    /// Whether the origin still knows the person and the edge the key and the promotion.
    fn works(&self) -> Result<bool> {
        let login = json!({"email": self.email, "password": self.password});
        let signed_in = self.client.call(
            "POST",
            "/v1/auth/login",
            Options {
                body: Some(&login),
                ..Options::default()
            },
        )?;
        Ok(signed_in.status == 200 && self.evaluate()?.status == 200)
    }

    fn evaluate(&self) -> Result<Answer> {
        let body = request(&format!("demo-{}", random_text(8)?));
        let path = format!("/v1/promotions/{PROMOTION}/evaluate");
        self.client.call(
            "POST",
            &path,
            Options {
                bearer: Some(&self.app_key),
                body: Some(&body),
                ..Options::default()
            },
        )
    }
}

/// Registers, creates, activates, waits until the edge has it, and makes a key.
fn seed(client: &Client) -> Result<Kept> {
    let email = format!("demo-{}@example.com", random_text(3)?);
    let password = random_text(12)?;
    let person = json!({
        "organization_name": "Demo shop", "name": "Demo", "email": email, "password": password
    });
    let registered = post(client, "/v1/auth/register", None, &person)?;
    let token = registered
        .get("access_token")
        .and_then(Value::as_str)
        .context("the registration gave no token")?;
    post(client, "/v1/promotions", Some(token), &promotion())?;
    let path = format!("/v1/promotions/{PROMOTION}");
    post(client, &format!("{path}/activate"), Some(token), &json!({}))?;
    until("the promotion to be live at the edge", || {
        let answer = client.call(
            "GET",
            &path,
            Options {
                bearer: Some(token),
                ..Options::default()
            },
        )?;
        let state = answer.body.pointer("/published/state").and_then(Value::as_str);
        Ok(if state == Some("live") {
            Ok(Value::Null)
        } else {
            Err(answer)
        })
    })?;
    let key = post(
        client,
        "/v1/app-keys",
        Some(token),
        &json!({"name": "Demo shop", "promotions": "all"}),
    )?;
    let app_key = key
        .get("key")
        .and_then(Value::as_str)
        .context("the app key's answer holds no key")?
        .to_owned();
    Ok(Kept {
        email,
        password,
        app_key,
    })
}

/// A call that must succeed.
fn post(client: &Client, path: &str, bearer: Option<&str>, body: &Value) -> Result<Value> {
    let key = random_text(16)?;
    let answer = client.call(
        "POST",
        path,
        Options {
            bearer,
            idempotency_key: Some(&key),
            body: Some(body),
        },
    )?;
    if !(200..300).contains(&answer.status) {
        bail!("POST {path} was answered with {}: {}", answer.status, answer.body);
    }
    Ok(answer.body)
}

/// Asks until the answer is the wanted one.
fn until(what: &str, mut ask: impl FnMut() -> Result<Result<Value, Answer>>) -> Result<Value> {
    let deadline = Instant::now() + Duration::from_secs(LIVE_SECS);
    loop {
        match ask()? {
            Ok(value) => return Ok(value),
            Err(last) if Instant::now() >= deadline => bail!(
                "waited {LIVE_SECS} s for {what}; the last answer was {}: {}; the logs in .dev/ say more",
                last.status,
                last.body
            ),
            Err(_) => thread::sleep(POLL),
        }
    }
}

fn promotion() -> Value {
    json!({
        "code": PROMOTION, "name": "Summer 10 %", "kind": "discount",
        "condition": "total >= 100 and quantity > 2 and payment_method in ['visa', 'oca']",
        "attributes": {"total": "number", "quantity": "integer", "payment_method": "string"},
        "effect": {"type": "percentage", "percent": "10", "max_amount": {"amount": 50_000, "currency": "UYU"}},
        "starts_at": null, "ends_at": null, "time_zone": "America/Montevideo",
        "limits": {"total": null, "per_customer": null, "budget": null}
    })
}

fn request(transaction_id: &str) -> Value {
    json!({
        "country": "UY", "city": "MVD", "birth_date": "1990-04-05",
        "attributes": {"total": 120.50, "quantity": 3, "payment_method": "visa"},
        "amount": {"amount": 12_050, "currency": "UYU"},
        "transaction_id": transaction_id
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_curl_line_holds_the_request_that_is_made() {
        let kept = Kept {
            email: String::new(),
            password: String::new(),
            app_key: "ck_test_1".to_owned(),
        };
        let line = Demo::of(Client::new("http://127.0.0.1:1"), kept).curl("http://127.0.0.1:1");
        let body = line.split('\'').rev().nth(1).unwrap();
        assert_eq!(serde_json::from_str::<Value>(body).unwrap(), request("order-1001"));
        assert!(line.contains("'Authorization: Bearer ck_test_1'"));
    }

    #[test]
    fn a_wait_asks_again() {
        let mut asked = 0;
        let answer = until("nothing", || {
            asked += 1;
            let answer = Answer {
                status: 404,
                body: Value::Null,
            };
            Ok(if asked == 2 { Ok(json!("there")) } else { Err(answer) })
        });
        assert_eq!((answer.unwrap(), asked), (json!("there"), 2));
    }
}
