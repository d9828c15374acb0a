//! The Durable Object: SQLite tables around [`engine::ledger::decide`].

use std::cell::RefCell;

use chrono::{DateTime, Utc};
use engine::ledger::{Command, Config, Event, Outcome, Redeem, State as Known, decide};
// The attribute macro expects the crate by this name.
use worker::wasm_bindgen;
use worker::{DurableObject, Env, Request, Response, ResponseBuilder, Result, State, durable_object};

use super::protocol::{COMMAND_PATH, CONFIG_PATH, COUPONS_PATH, CouponList, HEALTH_PATH, Reply, Submission};
use super::store::{self, Store};
use crate::app::now_millis;
use crate::{answer, log};

/// Why a request cannot be answered.
type Fallible<T> = std::result::Result<T, String>;

/// The redemptions of one shard of a promotion, or of all of it.
#[durable_object(fetch)]
pub(crate) struct Ledger {
    /// Whether the tables are there; a constructor cannot fail.
    store: Fallible<Store>,
    /// The stored configuration as it was last read; `None` before it is read.
    config: RefCell<Option<Option<Config>>>,
}

impl DurableObject for Ledger {
    fn new(state: State, _env: Env) -> Self {
        Self {
            store: Store::open(state.storage().sql()),
            config: RefCell::new(None),
        }
    }

    /// Awaits the body alone; from there to the reply nothing is awaited, so no other request comes in between. The
    /// platform holds the reply back until the write is durable. Repeating a command gives the first outcome; repeating
    /// anything else changes nothing.
    async fn fetch(&self, mut request: Request) -> Result<Response> {
        let path = request.path();
        let method = request.inner().method();
        let body = request.bytes().await?;
        let result = match (method.as_str(), path.as_str()) {
            ("POST", COMMAND_PATH) => self.command(&body),
            ("POST", CONFIG_PATH) => self.configure(&body),
            ("GET", CONFIG_PATH) => self.tell_config(),
            ("POST", COUPONS_PATH) => self.list(&body),
            ("GET", HEALTH_PATH) => self.health(),
            _ => Err(format!("no such path: {method} {path}")),
        };
        Ok(result.unwrap_or_else(|cause| {
            log::error("ledger_failed", "", &cause);
            ResponseBuilder::new().with_status(500).fixed(cause.into_bytes())
        }))
    }
}

impl Ledger {
    /// Everything that can fail comes before the one write.
    fn command(&self, body: &[u8]) -> Fallible<Response> {
        let store = self.store.as_ref()?;
        let Submission {
            transaction_id: key,
            command,
            ..
        } = parse(body)?;
        let now_millis = now_millis();
        let (event, outcome) = self.with_config(store, |config| {
            let known = known(store, &key, &command, config)?;
            Ok(decide(&known, command, time(now_millis)))
        })?;
        let response = answer::json(200, &Reply::new(outcome));
        if let Some(Event::Redeemed(redeem)) = event {
            store.insert(&key, &redeem, now_millis)?;
        }
        Ok(response)
    }

    fn configure(&self, body: &[u8]) -> Fallible<Response> {
        self.store.as_ref()?.set_config(&parse(body)?)?;
        self.config.replace(None);
        Ok(answer::json(200, &()))
    }

    fn tell_config(&self) -> Fallible<Response> {
        let text = self.store.as_ref()?.config()?;
        let (status, text) = text.map_or((404, String::new()), |text| (200, text));
        Ok(ResponseBuilder::new().with_status(status).fixed(text.into_bytes()))
    }

    fn list(&self, body: &[u8]) -> Fallible<Response> {
        let CouponList { coupons, .. } = parse(body)?;
        self.store.as_ref()?.list(&coupons)?;
        Ok(answer::json(200, &()))
    }

    fn health(&self) -> Fallible<Response> {
        self.store.as_ref()?.entry("")?;
        Ok(answer::json(200, &Reply::new(Outcome::Unused)))
    }

    /// Hands over the configuration, which is read and parsed once.
    fn with_config<T>(&self, store: &Store, work: impl FnOnce(Option<&Config>) -> Fallible<T>) -> Fallible<T> {
        let mut config = self.config.borrow_mut();
        if config.is_none() {
            let text = store.config()?;
            *config = Some(
                text.as_deref()
                    .map(Config::from_json)
                    .transpose()
                    .map_err(|error| error.to_string())?,
            );
        }
        work(config.as_ref().and_then(Option::as_ref))
    }
}

/// What the ledger knows that a command is about.
fn known<'s>(store: &Store, key: &str, command: &Command, config: Option<&'s Config>) -> Fallible<Known<'s>> {
    let entry = store.entry(key)?;
    let mut known = Known {
        config,
        ..Known::default()
    };
    if let (None, Command::Redeem(redeem)) = (&entry, command) {
        read_counts(store, redeem, &mut known)?;
    }
    known.entry = entry;
    Ok(known)
}

fn read_counts(store: &Store, redeem: &Redeem, known: &mut Known<'_>) -> Fallible<()> {
    let Some(claim) = &redeem.claim else { return Ok(()) };
    if claim.counted {
        known.redemptions = store.count(store::REDEMPTIONS)?;
        if let Some(discount) = redeem.entry.answer.discount {
            known.spent = store.count(&store::spent(discount.currency().code()))?;
        }
        if let Some(id) = &claim.customer_id {
            known.customer_redemptions = store.count(&store::customer(id))?;
        }
    }
    if let Some(coupon) = &claim.coupon {
        known.coupon_uses = store.count(&store::coupon(&coupon.code))?;
        known.coupon = store.coupon(&coupon.code)?;
    }
    Ok(())
}

fn parse<T: serde::de::DeserializeOwned>(body: &[u8]) -> Fallible<T> {
    serde_json::from_slice(body).map_err(|error| error.to_string())
}

fn time(millis: u64) -> DateTime<Utc> {
    i64::try_from(millis)
        .ok()
        .and_then(DateTime::from_timestamp_millis)
        .unwrap_or_default()
}
