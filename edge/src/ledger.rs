//! The redemption ledger: what was used, and how much of each limit. The decisions are [`engine::ledger`]'s; this is
//! their host.
//!
//! ```text
//! routes ─ call ─▶ object (a Durable Object of organisation, promotion and shard, or one for all of it)
//!                  read state → engine::ledger::decide → write, without an await → reply
//!                                                          └─ outbox ─ alarm ─▶ queue ─▶ consumer ─▶ origin
//!                                                               ▲──────── acknowledge ──────┘
//! ```

mod forget;
mod host;
mod object;
mod outbox;
mod pack;
mod protocol;
mod row;
mod schema;
mod store;
mod tally;

use std::collections::BTreeMap;
use std::time::Duration;

use engine::ids::{AppKeyId, LedgerEventId};
use engine::ledger::{Command, Config, ListedCoupon, Objects, Outcome, Place, Submission};
use engine::problem::ProblemType;
use engine::wire::v1::TallyAnswer;
use futures_util::future::{join_all, try_join_all};
use worker::js_sys::{Promise, Uint8Array};
use worker::wasm_bindgen::{self, JsValue, closure::Closure, prelude::wasm_bindgen};
use worker::wasm_bindgen_futures::JsFuture;
use worker::{Env, web_sys};

use crate::app::{App, Bindings};
use crate::body;
use crate::outgoing::within;
use crate::problem::Failure;
use protocol::{
    ACKNOWLEDGE_PATH, Acknowledgement, BRIEFLY, COMMAND_PATH, CONFIG_PATH, COUPONS_PATH, CouponList,
    FORGOTTEN_CUSTOMERS_PATH, ForgottenCustomer, HEALTH_PATH, HOST, REVOKED_KEYS_PATH, RevokedKey, TALLY_PATH,
    outcome_of,
};

/// How long a shop's checkout waits for the ledger: an object that moves between machines is back within about this
/// time, and a shopper does not wait for longer.
const TIMEOUT: Duration = Duration::from_secs(5);
/// The object that health checks reach.
const HEALTH: &str = "health";

/// Has the ledger decide a command for the redemption of a place.
///
/// Awaits the object once. Repeating it is safe: the ledger answers the same fingerprint as before.
pub(crate) async fn call(app: &App, place: &Place, command: Command) -> Result<Outcome, Failure> {
    submit(app, &place.object(), place.key(), command).await
}

/// Has the ledger decide a command that names its redemption, which is kept by `object`.
///
/// Awaits the object once. Repeating it is safe, but for a part that is given back without an idempotency key.
pub(crate) async fn call_named(app: &App, object: &str, command: Command) -> Result<Outcome, Failure> {
    submit(app, object, "", command).await
}

async fn submit(app: &App, object: &str, key: &str, command: Command) -> Result<Outcome, Failure> {
    let path = format!("{COMMAND_PATH}{BRIEFLY}");
    let reply = post(app.bindings(), object, &path, &submission(key, command)).await;
    read(object, reply)
}

/// The same as [`call`] where there is no future: a promise of what `then` makes of the outcome, or this itself. A future's
/// waking costs more than a promise, and a timer for each more than both.
///
/// `soon` is a function of `entry.js`: it turns a promise into one of the same, or of nothing when it takes too long.
pub(crate) fn ask(
    bindings: &Bindings,
    place: &Place,
    command: Command,
    soon: &JsValue,
    then: impl FnOnce(Result<Outcome, Failure>) -> web_sys::Response + 'static,
) -> JsValue {
    let object = place.object();
    let body = submission(place.key(), command);
    let url = format!("{HOST}{COMMAND_PATH}{BRIEFLY}");
    let name = object.clone();
    let then = move |reply: Option<Vec<u8>>, cause: Option<String>| {
        let reply = match cause {
            None => Ok(reply.unwrap_or_default()),
            Some(cause) => Err(format!("ledger object {object}: {cause}")),
        };
        then(read(&object, reply))
    };
    let then = Closure::once_into_js(then);
    ask_object(bindings.env(), &name, &url, &body, soon, &then).into()
}

fn submission(key: &str, command: Command) -> Vec<u8> {
    let key = key.to_owned();
    Submission { key, command }.to_json()
}

/// What a reply says. One without a body is the usual outcome.
fn read(object: &str, reply: Result<Vec<u8>, String>) -> Result<Outcome, Failure> {
    let reply = reply.map_err(unavailable)?;
    if reply.is_empty() {
        return Ok(Outcome::Granted { exhausted: false });
    }
    outcome_of(&reply).map_err(|error| unavailable(format!("ledger object {object}: {error}")))
}

fn unavailable(cause: impl ToString) -> Failure {
    Failure::fault(ProblemType::LedgerUnavailable, cause.to_string())
}

/// Tells all objects of a promotion what the origin says of it.
///
/// Awaits each object once, all at the same time. Repeating it is safe: an object keeps the newest.
pub(crate) async fn configure(bindings: &Bindings, config: &Config) -> Result<(), String> {
    let objects = Objects {
        organization: config.organization_id,
        promotion: config.promotion_id,
        counted: config.counted,
    };
    tell(bindings, objects.all(), CONFIG_PATH, to_json(config)?).await
}

/// Has all objects of promotions refuse a key.
///
/// Awaits each object once, all at the same time. Repeating it is safe.
pub(crate) async fn revoke_key(bindings: &Bindings, objects: &[Objects], key_id: AppKeyId) -> Result<(), String> {
    let names = objects.iter().flat_map(|objects| objects.all()).collect();
    tell(bindings, names, REVOKED_KEYS_PATH, to_json(&RevokedKey::new(key_id))?).await
}

/// Has all objects of promotions forget who a customer is.
///
/// Awaits each object once, all at the same time. Repeating it is safe.
pub(crate) async fn forget_customer(bindings: &Bindings, objects: &[Objects], customer_id: &str) -> Result<(), String> {
    let names = objects.iter().flat_map(|objects| objects.all()).collect();
    let body = to_json(&ForgottenCustomer::new(customer_id))?;
    tell(bindings, names, FORGOTTEN_CUSTOMERS_PATH, body).await
}

/// Tells an object which of its events the origin has stored.
///
/// Awaits the object once. Repeating it is safe.
pub(crate) async fn acknowledge(bindings: &Bindings, object: &str, events: Vec<LedgerEventId>) -> Result<(), String> {
    let body = to_json(&Acknowledgement::new(events))?;
    post(bindings, object, ACKNOWLEDGE_PATH, &body).await.map(drop)
}

/// The sums over all redemptions of a promotion.
///
/// Awaits each object once, all at the same time, and changes nothing.
pub(crate) async fn tally(bindings: &Bindings, objects: Objects) -> Result<TallyAnswer, String> {
    let calls = objects.all().into_iter().map(async |object| {
        let body = get(bindings, &object, TALLY_PATH).await?.unwrap_or_default();
        body::parse(&body).map_err(|error| format!("ledger object {object}: {error}"))
    });
    let tallies: Vec<TallyAnswer> = try_join_all(calls).await?;
    Ok(tallies.into_iter().fold(TallyAnswer::default(), tally::plus))
}

/// The configurations that the objects of a promotion have, as texts; `None` for one that has none.
///
/// Awaits each object once and changes nothing.
pub(crate) async fn configurations(bindings: &Bindings, objects: Objects) -> Result<Vec<Option<String>>, String> {
    let calls = objects.all().into_iter().map(async |object| {
        let body = get(bindings, &object, CONFIG_PATH).await?;
        body.map(String::from_utf8)
            .transpose()
            .map_err(|error| error.to_string())
    });
    try_join_all(calls).await
}

/// Lists coupons with the objects that count them.
///
/// Awaits each of these objects once, all at the same time. Repeating it is safe: an object keeps the newest of a code.
pub(crate) async fn list_coupons(
    bindings: &Bindings,
    objects: Objects,
    coupons: Vec<ListedCoupon>,
) -> Result<(), String> {
    let mut lists: BTreeMap<String, Vec<ListedCoupon>> = BTreeMap::new();
    for coupon in coupons {
        lists.entry(objects.of_coupon(&coupon.code)).or_default().push(coupon);
    }
    let calls = lists.into_iter().map(async |(object, coupons)| {
        let body = to_json(&CouponList::new(coupons))?;
        post(bindings, &object, COUPONS_PATH, &body).await
    });
    join_all(calls)
        .await
        .into_iter()
        .try_for_each(|listed| listed.map(drop))
}

/// Whether an object can be reached and reads its storage.
pub(crate) async fn check(bindings: &Bindings) -> Result<(), String> {
    get(bindings, HEALTH, HEALTH_PATH).await.map(drop)
}

/// Posts the same to several objects at the same time, and waits for all. Their `200` says all; its body is `null`.
async fn tell(bindings: &Bindings, objects: Vec<String>, path: &str, body: Vec<u8>) -> Result<(), String> {
    let calls = objects
        .into_iter()
        .map(async |object| post(bindings, &object, path, &body).await);
    join_all(calls).await.into_iter().try_for_each(|told| told.map(drop))
}

/// What a body says to an object.
fn to_json(body: &impl serde::Serialize) -> Result<Vec<u8>, String> {
    serde_json::to_vec(body).map_err(|error| error.to_string())
}

/// The body of an object's `200`, none for its `204`; it answers with another status when it failed.
async fn post(bindings: &Bindings, object: &str, path: &str, body: &[u8]) -> Result<Vec<u8>, String> {
    let call = post_to_object(bindings.env(), object, &format!("{HOST}{path}"), body);
    exchange(object, call).await.map(Option::unwrap_or_default)
}

/// The body of an object's `200`; `None` when it has nothing to tell.
async fn get(bindings: &Bindings, object: &str, path: &str) -> Result<Option<Vec<u8>>, String> {
    let call = get_from_object(bindings.env(), object, &format!("{HOST}{path}"));
    exchange(object, call).await
}

async fn exchange(object: &str, call: Promise) -> Result<Option<Vec<u8>>, String> {
    let call = async {
        let body = JsFuture::from(call).await?;
        Ok((!body.is_undefined()).then(|| Uint8Array::from(body).to_vec()))
    };
    let answer = within(TIMEOUT, call).await;
    answer.map_err(|error| format!("ledger object {object}: {error}"))
}

#[wasm_bindgen(module = "/src/glue.js")]
extern "C" {
    #[wasm_bindgen(js_name = ask)]
    fn ask_object(env: &Env, name: &str, url: &str, body: &[u8], soon: &JsValue, then: &JsValue) -> Promise;
    #[wasm_bindgen(js_name = post)]
    fn post_to_object(env: &Env, name: &str, url: &str, body: &[u8]) -> Promise;
    #[wasm_bindgen(js_name = get)]
    fn get_from_object(env: &Env, name: &str, url: &str) -> Promise;
}
