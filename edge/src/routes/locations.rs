//! The locations that a request's city is looked up in: 92 kB of which the Worker's module is free. The first request of an
//! isolate that names a city has them brought from the app's files, and they stay.

use std::cell::Cell;
use std::time::Duration;

use engine::demographics::Locations;
use engine::evaluate::EvaluateError;
use engine::problem::ProblemType;
use engine::promotion::Rule;
use worker::{Method, Request};

use super::evaluate::EVALUATOR;
use crate::app::{App, Bindings, now_millis};
use crate::circuit::Circuit;
use crate::outgoing::{bytes, within};
use crate::problem::Failure;

/// Where the file is, as `xtask/src/dist/app.rs` puts it. The host is a name only: the request never leaves the platform.
const FOLDER_URL: &str = "https://assets/assets/";
/// Bounds how long a shop waits for them.
const TIMEOUT: Duration = Duration::from_secs(5);

thread_local! {
    /// What this isolate knows of the app's files.
    static CIRCUIT: Cell<Circuit> = const { Cell::new(Circuit::CLOSED) };
}

/// Brings the locations if a body cannot be judged without them.
///
/// Awaits the platform's files once, and nothing when the isolate has them or the body names no city; until then each body is
/// read here once more. It changes nothing else: requests that come meanwhile bring them too. While they are known to be
/// away, nobody waits for them.
pub(super) async fn bring_for(app: &App, rule: &Rule, body: &[u8]) -> Result<(), Failure> {
    let are_needed = EVALUATOR.with_borrow_mut(|evaluator| {
        !evaluator.has_locations() && evaluator.read(rule, body, app.now()) == Err(EvaluateError::LocationsNeeded)
    });
    if !are_needed {
        return Ok(());
    }
    let (circuit, admitted) = CIRCUIT.get().admit(now_millis());
    CIRCUIT.set(circuit);
    admitted.map_err(|wait_millis| unavailable(format!("away, asked for again in {wait_millis} ms")))?;
    let fetched = fetch(app.bindings()).await;
    let (circuit, _) = CIRCUIT.get().learn(fetched.is_ok(), now_millis());
    CIRCUIT.set(circuit);
    let locations = fetched.map_err(unavailable)?;
    EVALUATOR.with_borrow_mut(|evaluator| evaluator.set_locations(locations));
    Ok(())
}

/// Whether they can be brought. Awaits the platform's files once and changes nothing.
pub(super) async fn check(bindings: &Bindings, timeout: Duration) -> Result<(), String> {
    let exchange = async {
        let answer = bindings.assets()?.fetch_request(request(Method::Head)?).await?;
        Ok(answer.status_code())
    };
    let status = within(timeout, exchange).await.map_err(|error| error.to_string())?;
    is_there(status)
}

fn request(method: Method) -> worker::Result<Request> {
    Request::new(&format!("{FOLDER_URL}{}", Locations::FILE_NAME), method)
}

async fn fetch(bindings: &Bindings) -> Result<Locations, String> {
    let exchange = async {
        let answer = bindings.assets()?.fetch_request(request(Method::Get)?).await?;
        Ok((answer.status_code(), bytes(answer).await?))
    };
    let (status, bytes) = within(TIMEOUT, exchange).await.map_err(|error| error.to_string())?;
    read(status, bytes)
}

/// What came for the file, which may be anything.
fn read(status: u16, bytes: Vec<u8>) -> Result<Locations, String> {
    is_there(status)?;
    Locations::read(bytes).map_err(|error| error.to_string())
}

fn is_there(status: u16) -> Result<(), String> {
    if status == 200 {
        return Ok(());
    }
    let name = Locations::FILE_NAME;
    Err(format!(
        "{name} has status {status}: deploy the app's files with the Worker"
    ))
}

fn unavailable(cause: String) -> Failure {
    Failure::fault(ProblemType::Unavailable, format!("the locations: {cause}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn other_answers_are_refused() {
        let check = |status, bytes: &[u8], said: &str| {
            let found = read(status, bytes.to_vec()).err().unwrap();
            assert!(found.contains(said), "{found}");
        };
        check(404, b"", "status 404");
        check(304, b"", "status 304");
        check(200, b"", "0 bytes");
        check(200, b"<!doctype html>", Locations::FILE_NAME);
    }
}
