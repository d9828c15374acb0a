//! A client of the HTTP contract, as a shop or a merchant's program would be written.

use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use reqwest::blocking::Client;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

/// Longest wait for a state that has to come, such as a promotion that goes live.
const PATIENCE: Duration = Duration::from_secs(60);
/// Between two looks at it.
const LOOK_EVERY: Duration = Duration::from_millis(50);

/// Looks until `look` finds something.
///
/// # Errors
/// Its own error, or that nothing came within [`PATIENCE`].
pub(crate) fn wait_for<T>(what: &str, look: impl FnMut() -> Result<Option<T>>) -> Result<T> {
    wait_within(PATIENCE, what, look)
}

/// The same with another limit than [`PATIENCE`].
///
/// # Errors
/// As [`wait_for`].
pub(crate) fn wait_within<T>(limit: Duration, what: &str, mut look: impl FnMut() -> Result<Option<T>>) -> Result<T> {
    let deadline = Instant::now() + limit;
    loop {
        if let Some(found) = look().with_context(|| format!("while waiting for {what}"))? {
            return Ok(found);
        }
        ensure!(Instant::now() < deadline, "waited {limit:?} in vain for {what}");
        std::thread::sleep(LOOK_EVERY);
    }
}

/// An answer, read completely.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: reqwest::header::HeaderMap,
    pub(crate) text: String,
}

impl Answer {
    pub(crate) fn json(&self) -> Result<Value> {
        serde_json::from_str(&self.text).with_context(|| format!("no JSON: {} {}", self.status, self.text))
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default()
    }

    /// The body, if the status is the expected one.
    pub(crate) fn expect(self, status: u16) -> Result<Value> {
        ensure!(
            self.status == status,
            "expected {status}, got {} {}",
            self.status,
            self.text
        );
        if self.text.is_empty() {
            Ok(Value::Null)
        } else {
            self.json()
        }
    }

    /// The problem, if it is well-formed and of the expected status and code.
    pub(crate) fn expect_problem(self, status: u16, code: &str) -> Result<Value> {
        let kind = self.header("content-type").to_owned();
        let request_id = self.header("x-request-id").to_owned();
        let problem = self.expect(status)?;
        ensure!(kind == engine::problem::MEDIA_TYPE, "media type {kind}");
        ensure!(problem["code"] == code, "expected {code}, got {problem}");
        ensure!(problem["status"] == status, "{problem}");
        ensure!(
            !request_id.is_empty() && problem["request_id"] == request_id,
            "{request_id}: {problem}"
        );
        ensure!(
            problem["detail"].as_str().is_some_and(|detail| detail.len() > 10),
            "no advice: {problem}"
        );
        Ok(problem)
    }
}

/// One address.
#[derive(Debug, Clone)]
pub(crate) struct Api {
    base: String,
    http: Client,
}

impl Api {
    pub(crate) fn new(base: &str) -> Result<Self> {
        let http = Client::builder().timeout(Duration::from_secs(30)).no_proxy().build()?;
        Ok(Self {
            base: base.to_owned(),
            http,
        })
    }

    pub(crate) fn send(&self, method: Method, path: &str, bearer: Option<&str>, body: Option<&str>) -> Result<Answer> {
        let mut request = self.http.request(method, format!("{}{path}", self.base));
        if let Some(bearer) = bearer {
            request = request.bearer_auth(bearer);
        }
        if let Some(body) = body {
            request = request.header("content-type", "application/json").body(body.to_owned());
        }
        read(request)
    }

    pub(crate) fn get(&self, path: &str, bearer: Option<&str>) -> Result<Answer> {
        self.send(Method::GET, path, bearer, None)
    }

    pub(crate) fn post(&self, path: &str, bearer: Option<&str>, body: &Value) -> Result<Answer> {
        self.send(Method::POST, path, bearer, Some(&body.to_string()))
    }

    /// A request of which the caller sets everything.
    pub(crate) fn raw(&self, method: Method, path: &str) -> reqwest::blocking::RequestBuilder {
        self.http.request(method, format!("{}{path}", self.base))
    }
}

pub(crate) fn read(request: reqwest::blocking::RequestBuilder) -> Result<Answer> {
    let response = request.send()?;
    let (status, headers) = (response.status(), response.headers().clone());
    Ok(Answer {
        status: StatusCode::as_u16(&status),
        headers,
        text: response.text()?,
    })
}

/// A signed-in administrator of an organisation of their own.
#[derive(Debug, Clone)]
pub(crate) struct Merchant {
    pub(crate) api: Api,
    pub(crate) token: String,
    pub(crate) email: String,
}

pub(crate) const PASSWORD: &str = "a long enough password";

impl Merchant {
    /// Registers an organisation; `name` makes the e-mail, so it is given once.
    pub(crate) fn register(api: &Api, name: &str) -> Result<Self> {
        let email = format!("{name}@example.com");
        let body = json!({"organization_name": name, "name": "Test", "email": email, "password": PASSWORD});
        let answer = api.post("/v1/auth/register", None, &body)?.expect(201)?;
        let token = answer["access_token"].as_str().context("no token")?.to_owned();
        Ok(Self {
            api: api.clone(),
            token,
            email,
        })
    }

    /// The same person in a new session.
    pub(crate) fn sign_in(&self) -> Result<Self> {
        let login = json!({"email": self.email, "password": PASSWORD});
        let session = self.api.post("/v1/auth/login", None, &login)?.expect(200)?;
        let token = session["access_token"].as_str().context("no token")?.to_owned();
        Ok(Self { token, ..self.clone() })
    }

    pub(crate) fn get(&self, path: &str) -> Result<Answer> {
        self.api.get(path, Some(&self.token))
    }

    pub(crate) fn post(&self, path: &str, body: &Value) -> Result<Answer> {
        self.api.post(path, Some(&self.token), body)
    }

    /// Creates and activates a promotion and waits until the edge has it.
    pub(crate) fn live_promotion(&self, code: &str) -> Result<()> {
        self.post("/v1/promotions", &promotion(code))?.expect(201)?;
        self.move_to(code, "activate")
    }

    /// Activates or pauses, and waits until the edge has it.
    pub(crate) fn move_to(&self, code: &str, verb: &str) -> Result<()> {
        let path = format!("/v1/promotions/{code}");
        let version = self.post(&format!("{path}/{verb}"), &json!({}))?.expect(200)?["version"].clone();
        wait_for("the promotion to be live", || {
            let promotion = self.get(&path)?.expect(200)?;
            let published = &promotion["published"];
            Ok((published["state"] == "live" && published["version"] == version).then_some(()))
        })
    }

    /// Creates an application key and waits until the edge knows it.
    pub(crate) fn app_key(&self, promotions: &Value) -> Result<(String, String)> {
        let body = json!({"name": "shop", "promotions": promotions});
        let answer = self.post("/v1/app-keys", &body)?.expect(201)?;
        let (Some(id), Some(key)) = (answer["id"].as_str(), answer["key"].as_str()) else {
            bail!("no key in {answer}");
        };
        wait_for("the key to be known", || {
            let answer = self
                .api
                .post("/v1/promotions/any-code/evaluate", Some(key), &json!({}))?;
            Ok((answer.status != 401).then_some(()))
        })?;
        Ok((id.to_owned(), key.to_owned()))
    }

    pub(crate) fn totals(&self, code: &str) -> Result<Value> {
        let report = self.get(&format!("/v1/reports/usage?promotion={code}"))?.expect(200)?;
        Ok(report["totals"].clone())
    }

    /// Waits until the report counts so many evaluations, and answers its totals.
    pub(crate) fn counted(&self, code: &str, evaluations: u64) -> Result<Value> {
        wait_for(&format!("{evaluations} counted evaluations"), || {
            let totals = self.totals(code)?;
            Ok((totals["evaluations"] == evaluations).then_some(totals))
        })
    }
}

/// The contract's example promotion, without limits.
pub(crate) fn promotion(code: &str) -> Value {
    json!({
        "code": code, "name": "Summer 10 %", "kind": "discount",
        "condition": "total >= 100 and quantity > 2 and payment_method in ['visa', 'oca']",
        "attributes": {"total": "number", "quantity": "integer", "payment_method": "string"},
        "effect": {"type": "percentage", "percent": "10", "max_amount": {"amount": 50000, "currency": "UYU"}},
        "starts_at": null, "ends_at": null, "time_zone": "America/Montevideo",
        "limits": {"total": null, "per_customer": null, "budget": null}
    })
}

/// The contract's example request.
pub(crate) fn request(transaction_id: &str) -> Value {
    json!({
        "country": "UY", "city": "MVD", "birth_date": "1990-04-05",
        "attributes": {"total": 120.50, "quantity": 3, "payment_method": "visa"},
        "amount": {"amount": 12050, "currency": "UYU"},
        "transaction_id": transaction_id, "coupon_code": null, "customer_id": "c-77"
    })
}

/// Makes calls from as many threads, and answers what each gave.
pub(crate) fn at_once<T: Send>(calls: usize, call: impl Fn(usize) -> Result<T> + Sync) -> Result<Vec<T>> {
    std::thread::scope(|scope| {
        let call = &call;
        let threads: Vec<_> = (0..calls).map(|number| scope.spawn(move || call(number))).collect();
        threads
            .into_iter()
            .map(|thread| thread.join().unwrap_or_else(|_| anyhow::bail!("a call panicked")))
            .collect()
    })
}
