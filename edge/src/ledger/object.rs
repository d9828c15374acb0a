//! The Durable Object: SQLite tables around [`engine::ledger::decide`].

use std::cell::{Cell, RefCell};
use std::time::Duration;

use engine::ids::LedgerEventId;
use engine::ledger::{Config, Outcome, Submission};
use serde::de::DeserializeOwned;
// The attribute macro expects the crate by this name.
use worker::wasm_bindgen::{self, prelude::wasm_bindgen};
use worker::{DurableObject, Env, Request, Response, ResponseBuilder, Result, SqlStorage, State, durable_object};

use super::host::{Moment, Step, carry_out, end_reservations};
use super::outbox::MAX_BATCHES;
use super::protocol::{
    ACKNOWLEDGE_PATH, Acknowledgement, COMMAND_PATH, CONFIG_PATH, COUPONS_PATH, CouponList, FORGOTTEN_CUSTOMERS_PATH,
    ForgottenCustomer, HEALTH_PATH, REVOKED_KEYS_PATH, Reply, RevokedKey, TALLY_PATH,
};
use super::row::{Fallible, text, time};
use super::store::Store;
use crate::app::{Bindings, now_millis};
use crate::outgoing::within;
use crate::random::random;
use crate::records::send_text;
use crate::{answer, body, log};

/// How long an event may wait for others to be sent with, in milliseconds. Whatever it sends, an alarm is a call, a written
/// row and a message; the queue's consumer waits as long again, and reports are some seconds behind.
const RELAY_DELAY_MILLIS: u64 = 1_000;
/// How long to wait after the queue has refused a batch, in milliseconds.
const RELAY_RETRY_MILLIS: u64 = 5_000;
/// The time after which an event that was not acknowledged is sent again, in milliseconds, at first: longer than the
/// queue and the origin take for one when all is well.
const RESEND_MILLIS: u64 = 60_000;
/// How long the queue may take for a batch.
const SEND_TIMEOUT: Duration = Duration::from_secs(10);

/// The redemptions of one shard of a promotion, or of all of it.
#[durable_object(alarm)]
pub(crate) struct Ledger {
    state: State,
    bindings: Bindings,
    /// A constructor cannot fail.
    store: Fallible<Store<SqlStorage>>,
    /// The stored configuration as it was last read; `None` before it is read.
    config: RefCell<Option<Option<Config>>>,
    /// When the alarm rings, in milliseconds, as far as this instance knows.
    armed_for: Cell<Option<u64>>,
    /// Whether this instance has seen to its alarm.
    is_awake: Cell<bool>,
}

impl DurableObject for Ledger {
    fn new(state: State, env: Env) -> Self {
        Self {
            store: Store::open(state.storage().sql()),
            state,
            bindings: Bindings::new(env),
            config: RefCell::new(None),
            armed_for: Cell::new(None),
            is_awake: Cell::new(false),
        }
    }

    /// Awaits the body, in a new instance the storage, and there and for a command the setting of the alarm; from there to
    /// the reply nothing is awaited, so no other request comes in between. The platform holds the reply back until the
    /// write is durable. Repeating a command gives the first outcome; repeating anything else changes nothing.
    async fn fetch(&self, mut request: Request) -> Result<Response> {
        let path = request.path();
        let method = request.inner().method();
        let body = request.bytes().await?;
        self.wake_armed().await;
        let result = match (method.as_str(), path.as_str()) {
            ("POST", COMMAND_PATH) => self.command(&body).await,
            ("POST", CONFIG_PATH) => self.configure(&body),
            ("GET", CONFIG_PATH) => self.tell_config(),
            ("POST", COUPONS_PATH) => self.list(&body),
            ("POST", REVOKED_KEYS_PATH) => self.revoke_key(&body),
            ("POST", FORGOTTEN_CUSTOMERS_PATH) => self.forget_customer(&body),
            ("POST", ACKNOWLEDGE_PATH) => self.acknowledge(&body),
            ("GET", TALLY_PATH) => self.tally(),
            ("GET", HEALTH_PATH) => self.health(),
            _ => Err(format!("no such path: {method} {path}")),
        };
        Ok(result.unwrap_or_else(|cause| {
            log::error("ledger_failed", "", &cause);
            ResponseBuilder::new().with_status(500).fixed(cause.into_bytes())
        }))
    }

    /// Ends reservations and sends what is due. Awaits the storage in a new instance, the queue, where sending twice is
    /// harmless, and the setting of the next alarm. Never fails: the platform gives up an alarm that does.
    async fn alarm(&self) -> Result<Response> {
        self.armed_for.set(None);
        let next = self.relay().await.unwrap_or_else(|cause| {
            log::error("relay_failed", "", &cause);
            Some(now_millis().saturating_add(RELAY_RETRY_MILLIS))
        });
        if let Some(next) = next
            && let Err(cause) = self.arm(next.max(now_millis())).await
        {
            log::error("relay_not_armed", "", &cause);
        }
        Response::empty()
    }
}

#[wasm_bindgen]
impl Ledger {
    /// Carries out a command whose event is sent by the alarm that is set, or declines; [`Ledger::fetch`] does it in full then,
    /// from the beginning. `entry.js` calls it with the request's bytes and sends what it answers, which is empty for the usual
    /// outcome ([`BRIEFLY`](super::protocol::BRIEFLY)).
    #[allow(
        dead_code,
        unreachable_pub,
        reason = "JavaScript alone calls it, which only what is public is exported to"
    )]
    pub fn command_at_once(&self, body: &[u8]) -> Option<Vec<u8>> {
        if !self.is_awake.get() {
            return None;
        }
        match self.step(body, now_millis()) {
            Ok(Step::Answered(Outcome::Granted { exhausted: false })) => Some(Vec::new()),
            Ok(Step::Answered(outcome)) => serde_json::to_vec(&Reply::new(outcome)).ok(),
            Ok(Step::Unarmed) | Err(_) => None,
        }
    }
}

impl Ledger {
    /// Sets the alarm before anything is written, so that what is written is sent.
    async fn command(&self, body: &[u8]) -> Fallible<Response> {
        loop {
            let now = now_millis();
            match self.step(body, now)? {
                Step::Answered(outcome) => return Ok(answer::json(200, &Reply::new(outcome))),
                Step::Unarmed => self.arm(now.saturating_add(RELAY_DELAY_MILLIS)).await?,
            }
        }
    }

    fn step(&self, body: &[u8], now: u64) -> Fallible<Step> {
        let store = self.store.as_ref()?;
        let Submission { key, command } = Submission::from_json(str::from_utf8(body).map_err(text)?)?;
        let moment = Moment {
            now,
            is_armed: self.is_armed(now),
            new_id: &|| event_id(now),
        };
        self.with_config(store, |config| carry_out(store, config, &key, command, &moment))
    }

    /// Has a new instance take over from the one before it, when the alarm rings that it was left, or now without one: it may
    /// have died with the machine, or could not be set. Awaits the storage, once in an instance's life.
    async fn wake(&self) -> Fallible<()> {
        if self.is_awake.replace(true) {
            return Ok(());
        }
        let left = self.state.storage().get_alarm().await;
        let taken_over = left.map_err(|error| error.to_string()).and_then(|left| {
            let left = left.and_then(|millis| u64::try_from(millis).ok());
            self.store.as_ref()?.take_over(left.unwrap_or_else(now_millis))
        });
        self.is_awake.set(taken_over.is_ok());
        taken_over
    }

    /// Sets the alarm of a new instance once more.
    async fn wake_armed(&self) {
        if self.is_awake.get() {
            return;
        }
        let armed = async {
            self.wake().await?;
            match self.next_due()? {
                Some(next) => self.arm(next.max(now_millis())).await,
                None => Ok(()),
            }
        };
        if let Err(cause) = armed.await {
            log::error("relay_not_armed", "", &cause);
        }
    }

    /// Sends what is due, and tells when there is something to do again.
    async fn relay(&self) -> Fallible<Option<u64>> {
        self.wake().await?;
        let store = self.store.as_ref()?;
        let now = now_millis();
        let moment = Moment {
            now,
            // What is written here is sent right below.
            is_armed: true,
            new_id: &|| event_id(now),
        };
        end_reservations(store, &moment)?;
        store.begin_relay();
        let queue = self.bindings.records().map_err(|error| error.to_string())?;
        let resend_millis = self.bindings.ledger_resend_millis().unwrap_or(RESEND_MILLIS);
        for _ in 0..MAX_BATCHES {
            let Some(batch) = store.next_batch(now_millis(), resend_millis)? else {
                break;
            };
            for cause in &batch.unreadable {
                log::error("event_unreadable", "", cause);
            }
            if let Some(message) = batch.to_text()
                && let Err(error) = within(SEND_TIMEOUT, send_text(&queue, message)).await
            {
                store.give_back(batch);
                return Err(error.to_string());
            }
            store.set_sent(batch);
        }
        self.next_due()
    }

    /// When the alarm has to ring again, in milliseconds.
    fn next_due(&self) -> Fallible<Option<u64>> {
        let at_last = now_millis().saturating_add(RELAY_DELAY_MILLIS);
        self.store.as_ref()?.next_due(at_last)
    }

    /// Has the alarm ring at `at_millis`, or before if it is set already.
    async fn arm(&self, at_millis: u64) -> Fallible<()> {
        if self.armed_for.get().is_some_and(|armed_for| armed_for <= at_millis) {
            return Ok(());
        }
        // Noted before the await, in which others run: a later time must not take the place of this one.
        self.armed_for.set(Some(at_millis));
        let done = self.state.storage().set_alarm(time(at_millis)).await;
        done.map_err(|error| {
            self.armed_for.set(None);
            error.to_string()
        })
    }

    fn is_armed(&self, now_millis: u64) -> bool {
        let at_last = now_millis.saturating_add(RELAY_DELAY_MILLIS);
        self.armed_for.get().is_some_and(|armed_for| armed_for <= at_last)
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

    fn revoke_key(&self, body: &[u8]) -> Fallible<Response> {
        let RevokedKey { key_id, .. } = parse(body)?;
        self.store.as_ref()?.revoke_key(key_id)?;
        Ok(answer::json(200, &()))
    }

    fn forget_customer(&self, body: &[u8]) -> Fallible<Response> {
        let ForgottenCustomer { customer_id, .. } = parse(body)?;
        self.store.as_ref()?.forget_customer(&customer_id)?;
        Ok(answer::json(200, &()))
    }

    fn acknowledge(&self, body: &[u8]) -> Fallible<Response> {
        let Acknowledgement { events, .. } = parse(body)?;
        self.store.as_ref()?.acknowledge(&events)?;
        Ok(answer::json(200, &()))
    }

    fn tally(&self) -> Fallible<Response> {
        Ok(answer::json(200, &self.store.as_ref()?.tally()?))
    }

    fn health(&self) -> Fallible<Response> {
        self.store.as_ref()?.check()?;
        Ok(answer::json(200, &Reply::new(Outcome::Unused)))
    }

    /// Hands over the configuration, which is read and parsed once.
    fn with_config<T>(
        &self,
        store: &Store<SqlStorage>,
        work: impl FnOnce(Option<&Config>) -> Fallible<T>,
    ) -> Fallible<T> {
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

fn event_id(now_millis: u64) -> Fallible<LedgerEventId> {
    let random = random().map_err(|failure| failure.cause().to_owned())?;
    Ok(LedgerEventId::from_parts(now_millis, random))
}

fn parse<T: DeserializeOwned>(sent: &[u8]) -> Fallible<T> {
    body::parse(sent).map_err(|error| error.to_string())
}
