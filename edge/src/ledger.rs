//! The redemption ledger: what was used, and how much of each limit. The decisions are [`engine::ledger`]'s; this is
//! their host.
//!
//! ```text
//! routes ─ call ─▶ Objects::of_… ─▶ object (a Durable Object of organisation, promotion and shard, or one for all of it)
//!                                    read state → engine::ledger::decide → write, without an await → reply
//! ```

mod name;
mod object;
mod protocol;
mod store;

use std::collections::BTreeMap;
use std::time::Duration;

use engine::ledger::{Command, Config, ListedCoupon, Outcome};
use engine::problem::ProblemType;
use engine::promotion::Rule;
use futures_util::future::{join_all, try_join_all};
use worker::{Headers, Stub};

use crate::app::{App, Bindings};
use crate::outgoing::{self, CallError, within};
use crate::problem::Failure;
pub(crate) use name::{Objects, Place};
use protocol::{COMMAND_URL, CONFIG_URL, COUPONS_URL, CouponList, HEALTH_URL, Reply, Submission};

/// How long a shop's checkout waits for the ledger: an object that moves between machines is back within about this
/// time, and a shopper does not wait for longer.
const TIMEOUT: Duration = Duration::from_secs(5);

impl Objects {
    /// Those of a rule's promotion.
    pub(crate) const fn of(rule: &Rule) -> Self {
        Self {
            organization: rule.organization_id(),
            promotion: rule.promotion_id(),
            counted: rule.is_counted(),
        }
    }
}

/// Has the ledger decide a command for a redemption.
///
/// Awaits the object once. Repeating it is safe: the ledger answers the same fingerprint as before.
pub(crate) async fn call(app: &App, place: &Place, command: Command) -> Result<Outcome, Failure> {
    let submission = Submission::new(&place.key, command);
    let reply = post::<_, Reply>(app.bindings(), &place.object, COMMAND_URL, &submission).await;
    reply.map(|reply| reply.outcome).map_err(|cause| {
        let object = &place.object;
        Failure::fault(
            ProblemType::LedgerUnavailable,
            format!("ledger object {object}: {cause}"),
        )
    })
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
    let calls = objects.all().into_iter().map(async |object| {
        let done = post::<_, ()>(bindings, &object, CONFIG_URL, config).await;
        done.map_err(|cause| format!("ledger object {object}: {cause}"))
    });
    join_all(calls).await.into_iter().collect()
}

/// The configurations that the objects of a promotion have, as texts; `None` for one that has none.
///
/// Awaits each object once and changes nothing.
pub(crate) async fn configurations(bindings: &Bindings, objects: Objects) -> Result<Vec<Option<String>>, String> {
    let calls = objects.all().into_iter().map(async |object| {
        let exchange = async { read(stub(bindings, &object)?.fetch_with_str(CONFIG_URL)).await };
        match exchange.await? {
            (200, body) => String::from_utf8(body).map(Some).map_err(|error| error.to_string()),
            (404, _) => Ok(None),
            other => Err(unexpected(other)),
        }
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
        let done = post::<_, ()>(bindings, &object, COUPONS_URL, &CouponList::new(coupons)).await;
        done.map_err(|cause| format!("ledger object {object}: {cause}"))
    });
    join_all(calls).await.into_iter().collect()
}

/// Whether an object can be reached and reads its storage.
pub(crate) async fn check(bindings: &Bindings) -> Result<(), String> {
    match read(stub(bindings, name::HEALTH)?.fetch_with_str(HEALTH_URL)).await? {
        (200, _) => Ok(()),
        other => Err(unexpected(other)),
    }
}

async fn post<T: serde::Serialize, R: serde::de::DeserializeOwned>(
    bindings: &Bindings,
    object: &str,
    url: &str,
    body: &T,
) -> Result<R, String> {
    let body = serde_json::to_vec(body).map_err(|error| error.to_string())?;
    let request = outgoing::request("POST", url, &Headers::new(), Some(&body)).map_err(text)?;
    match read(stub(bindings, object)?.fetch_with_request(request)).await? {
        (200, body) => serde_json::from_slice(&body).map_err(|error| error.to_string()),
        other => Err(unexpected(other)),
    }
}

/// An object's status and body.
async fn read(call: impl Future<Output = worker::Result<worker::Response>>) -> Result<(u16, Vec<u8>), String> {
    let exchange = async {
        let mut response = call.await?;
        let body = response.bytes().await?;
        Ok((response.status_code(), body))
    };
    within(TIMEOUT, exchange).await.map_err(text)
}

fn unexpected((status, body): (u16, Vec<u8>)) -> String {
    format!("answered {status}: {}", String::from_utf8_lossy(&body))
}

fn stub(bindings: &Bindings, name: &str) -> Result<Stub, String> {
    let stub = bindings.ledger().and_then(|namespace| namespace.get_by_name(name));
    stub.map_err(|error| error.to_string())
}

fn text(error: CallError) -> String {
    error.to_string()
}
