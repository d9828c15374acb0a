//! The redemption ledger: which transactions were used. The decisions are [`engine::ledger`]'s; this is their host.
//!
//! ```text
//! routes ─ call ─▶ name::object_name ─▶ object (one Durable Object per organisation, promotion and shard)
//!                                        read state → engine::ledger::decide → write, without an await → reply
//! ```

mod name;
mod object;
mod protocol;

use std::time::Duration;

use engine::ledger::{Command, Outcome};
use engine::problem::ProblemType;
use engine::promotion::Rule;
use worker::{Headers, Stub};

use crate::app::{App, Bindings};
use crate::outgoing::{self, CallError, within};
use crate::problem::Failure;
use protocol::{COMMAND_URL, HEALTH_URL, Reply, Submission};

/// How long a shop's checkout waits for the ledger: an object that moves between machines is back within about this
/// time, and a shopper does not wait for longer.
const TIMEOUT: Duration = Duration::from_secs(5);

/// Has the ledger decide a command for a transaction of a promotion.
///
/// Awaits the object once. Repeating it is safe: the ledger answers the same fingerprint as before.
pub(crate) async fn call(app: &App, rule: &Rule, transaction_id: &str, command: Command) -> Result<Outcome, Failure> {
    let name = name::object_name(rule.organization_id(), rule.promotion_id(), transaction_id);
    let submission = Submission::new(transaction_id, command);
    submit(app.bindings(), &name, &submission)
        .await
        .map_err(|cause| Failure::fault(ProblemType::LedgerUnavailable, format!("ledger object {name}: {cause}")))
}

/// Whether an object can be reached and reads its storage.
pub(crate) async fn check(bindings: &Bindings) -> Result<(), String> {
    let stub = stub(bindings, name::HEALTH)?;
    let response = within(TIMEOUT, stub.fetch_with_str(HEALTH_URL))
        .await
        .map_err(|error| error.to_string())?;
    match response.status_code() {
        200 => Ok(()),
        status => Err(format!("the object answered {status}")),
    }
}

async fn submit(bindings: &Bindings, name: &str, submission: &Submission) -> Result<Outcome, String> {
    let body = serde_json::to_vec(submission).map_err(|error| error.to_string())?;
    let request = outgoing::request("POST", COMMAND_URL, &Headers::new(), Some(&body)).map_err(text)?;
    let stub = stub(bindings, name)?;
    let exchange = async {
        let mut response = stub.fetch_with_request(request).await?;
        let body = response.bytes().await?;
        Ok((response.status_code(), body))
    };
    match within(TIMEOUT, exchange).await.map_err(text)? {
        (200, body) => serde_json::from_slice::<Reply>(&body)
            .map(|reply| reply.outcome)
            .map_err(|error| error.to_string()),
        (status, body) => Err(format!("answered {status}: {}", String::from_utf8_lossy(&body))),
    }
}

fn stub(bindings: &Bindings, name: &str) -> Result<Stub, String> {
    let stub = bindings.ledger().and_then(|namespace| namespace.get_by_name(name));
    stub.map_err(|error| error.to_string())
}

fn text(error: CallError) -> String {
    error.to_string()
}
