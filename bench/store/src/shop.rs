//! A merchant with promotions and an app key, made through the API.

use anyhow::{Context as _, Result, ensure};
use engine::ids::{AppKeyId, OrganizationId, PromotionId};
use serde_json::{Value, json};

use crate::origin::{Setting, agent};

/// Of every merchant here.
const PASSWORD: &str = "a long one that nobody guesses";
/// Promotions of a merchant.
const PROMOTIONS: usize = 20;

#[derive(Debug, Clone)]
pub(crate) struct Shop {
    /// Of the organisation; its promotions' codes and the account's address begin with it.
    pub(crate) name: String,
    pub(crate) organization: OrganizationId,
    pub(crate) promotions: Vec<PromotionId>,
    pub(crate) app_key: AppKeyId,
    token: String,
}

impl Shop {
    /// A new merchant; `name` tells the one from others.
    pub(crate) fn register(setting: &Setting, name: &str) -> Result<Self> {
        let account = json!({
            "organization_name": name, "name": name, "email": email(name), "password": PASSWORD,
        });
        let account = call(setting, "POST", "/v1/auth/register", "", Some(&account))?;
        let token = text(&account, "/access_token")?.to_owned();
        let organization = text(&account, "/organization/id")?.parse()?;
        let mut promotions = Vec::new();
        for number in 0..PROMOTIONS {
            let promotion = json!({
                "code": format!("{name}-{number}"), "name": "Measured", "kind": "discount",
                "condition": "total >= 100", "attributes": {"total": "number"},
                "effect": {"type": "percentage", "percent": "10"},
            });
            let promotion = call(setting, "POST", "/v1/promotions", &token, Some(&promotion))?;
            promotions.push(text(&promotion, "/id")?.parse()?);
        }
        let key = json!({"name": "Measured", "promotions": "all"});
        let key = call(setting, "POST", "/v1/app-keys", &token, Some(&key))?;
        Ok(Self {
            name: name.to_owned(),
            organization,
            promotions,
            app_key: text(&key, "/id")?.parse()?,
            token,
        })
    }

    /// Begins another session: a token is good for ten minutes.
    pub(crate) fn sign_in(&mut self, setting: &Setting) -> Result<()> {
        let account = json!({"email": email(&self.name), "password": PASSWORD});
        let session = call(setting, "POST", "/v1/auth/login", "", Some(&account))?;
        text(&session, "/access_token")?.clone_into(&mut self.token);
        Ok(())
    }

    /// Asks for something as the merchant's user.
    pub(crate) fn get(&self, setting: &Setting, path: &str) -> Result<Value> {
        call(setting, "GET", path, &self.token, None)
    }
}

fn email(name: &str) -> String {
    format!("{name}@example.com")
}

fn call(setting: &Setting, method: &str, path: &str, token: &str, body: Option<&Value>) -> Result<Value> {
    let request = ureq::http::Request::builder()
        .method(method)
        .uri(format!("{}{path}", setting.url))
        .header("Authorization", format!("Bearer {token}"))
        .header("Content-Type", "application/json")
        .body(body.map(Value::to_string).unwrap_or_default())?;
    let mut answer = agent().run(request)?;
    let text = answer.body_mut().read_to_string()?;
    ensure!(
        answer.status().is_success(),
        "{method} {path}: {} {text}",
        answer.status()
    );
    Ok(serde_json::from_str(&text)?)
}

/// A text in an answer.
fn text<'a>(answer: &'a Value, pointer: &str) -> Result<&'a str> {
    let text = answer.pointer(pointer).and_then(Value::as_str);
    text.with_context(|| format!("no {pointer} in {answer}"))
}
