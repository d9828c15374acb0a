//! `/health_check` (every component), `/healthz` (this process) and `/readyz` (ready for traffic).

use std::time::Duration;

use futures_util::future::join4;
use serde::Serialize;
use worker::{Headers, Response};

use super::locations;
use crate::app::{App, Bindings};
use crate::outgoing::{self, within};
use crate::{answer, ledger, origin};

/// How long a component may take to be called up: a check has to answer before its caller gives up.
const CHECK_TIMEOUT: Duration = Duration::from_secs(3);

#[derive(Serialize)]
struct HealthAnswer {
    status: &'static str,
    components: Components,
}

#[derive(Serialize)]
struct Components {
    kv: Component,
    queue: Component,
    ledger: Component,
    files: Component,
    origin: Component,
}

#[derive(Serialize)]
struct Component {
    state: State,
    #[serde(skip_serializing_if = "Option::is_none")]
    detail: Option<&'static str>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
enum State {
    Up,
    Down,
}

#[derive(Serialize)]
struct StatusAnswer {
    status: &'static str,
}

/// Each component by name; 200 only when all work. Awaits one harmless read of each.
pub(crate) async fn get_health_check(app: &App) -> Response {
    let bindings = app.bindings();
    let (kv, ledger, files, origin) = join4(
        check_kv(bindings),
        ledger::check(bindings),
        locations::check(bindings, CHECK_TIMEOUT),
        check_origin(bindings),
    )
    .await;
    let queue = check_queues(bindings);
    let all_up = [&kv, &queue, &ledger, &files, &origin].into_iter().all(Result::is_ok);
    let component = |name: &'static str, result: Result<(), String>, advice| match result {
        Ok(()) => Component {
            state: State::Up,
            detail: None,
        },
        Err(cause) => {
            crate::log::error("component_down", app.request_id(), &format!("{name}: {cause}"));
            Component {
                state: State::Down,
                detail: Some(advice),
            }
        }
    };
    let components = Components {
        kv: component(
            "kv",
            kv,
            "KV cannot be read: evaluations go on from the caches of warm isolates.",
        ),
        queue: component("queue", queue, "A queue is not bound: check the deployment's queues."),
        ledger: component(
            "ledger",
            ledger,
            "The ledger cannot be reached: redemptions answer 503.",
        ),
        files: component(
            "files",
            files,
            "The app's files cannot be read: deploy them with the Worker. Requests that name a city answer 503 on new isolates.",
        ),
        origin: component(
            "origin",
            origin,
            "The origin cannot be reached: evaluations go on, records wait.",
        ),
    };
    let status = if all_up { "up" } else { "down" };
    answer::json(if all_up { 200 } else { 503 }, &HealthAnswer { status, components })
}

/// The process answers.
pub(crate) fn get_healthz() -> Response {
    answer::json(200, &StatusAnswer { status: "up" })
}

/// The deployment is complete: every binding, address and secret that a request needs is there.
pub(crate) fn get_readyz(app: &App) -> Response {
    let bindings = app.bindings();
    let parts = [
        bindings.store().map(drop).map_err(|error| error.to_string()),
        check_queues(bindings),
        bindings.ledger().map(drop).map_err(|error| error.to_string()),
        bindings.assets().map(drop).map_err(|error| error.to_string()),
        bindings.origin_url().map(drop),
        bindings.internal_secret().map(drop),
    ];
    let mut ready = true;
    for cause in parts.into_iter().filter_map(Result::err) {
        crate::log::error("not_ready", app.request_id(), &cause);
        ready = false;
    }
    let status = if ready { "up" } else { "down" };
    answer::json(if ready { 200 } else { 503 }, &StatusAnswer { status })
}

async fn check_kv(bindings: &Bindings) -> Result<(), String> {
    let store = bindings.store().map_err(|error| error.to_string())?;
    let read = async { store.get("health").text().await.map_err(worker::Error::from) };
    within(CHECK_TIMEOUT, read)
        .await
        .map(drop)
        .map_err(|error| error.to_string())
}

/// Only that the queues are bound: sending would leave messages behind.
fn check_queues(bindings: &Bindings) -> Result<(), String> {
    bindings
        .records()
        .and_then(|_| bindings.dead_letters())
        .map(drop)
        .map_err(|error| error.to_string())
}

async fn check_origin(bindings: &Bindings) -> Result<(), String> {
    let url = format!("{}/readyz", bindings.origin_url()?);
    let request = outgoing::request("GET", &url, &Headers::new(), None).map_err(|error| error.to_string())?;
    let response = origin::send(request, CHECK_TIMEOUT)
        .await
        .map_err(|error| error.to_string())?;
    match response.status_code() {
        200 => Ok(()),
        status => Err(format!("{url} answered {status}")),
    }
}
