//! Whether the process lives, is ready, and works as a whole. Public, and tells nothing of any tenant.

use std::borrow::Cow;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::Serialize;

use crate::app::App;
use crate::db::{jobs, outbox, schema};
use crate::openapi::describe::Describe;
use crate::openapi::doc::Doc;
use crate::openapi::operation::Operation;
use crate::problem::{Error, chain};

/// How long a value may wait for the edge before the publisher counts as failing, in seconds: well above a retry's
/// longest delay.
const MAX_PUBLISH_AGE_SECS: i64 = 120;

/// How long a job may wait for a worker before the jobs count as failing, in seconds: well above a worker's poll and a
/// burst's queue. A job that failed waits until its next attempt is due, and does not count.
const MAX_JOB_WAIT_SECS: i64 = 120;

/// Whether something works.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
enum Condition {
    Ok,
    Failing,
}

/// The body of `/healthz` and `/readyz`.
#[derive(Debug, Serialize)]
pub(crate) struct StatusOut {
    status: Condition,
}

/// `200` of `/readyz`.
pub(crate) struct Ready;

/// The answer of `/health_check`.
#[derive(Debug, Serialize)]
pub(crate) struct HealthOut {
    status: Condition,
    components: Components,
}

/// The same with its status.
pub(crate) struct HealthAnswer(StatusCode, HealthOut);

#[derive(Debug, Serialize)]
struct Components {
    database: StatusOut,
    publisher: PublisherOut,
    jobs: JobsOut,
}

#[derive(Debug, Serialize)]
struct PublisherOut {
    status: Condition,
    /// Values that wait for the edge; `null` when the database does not tell.
    backlog: Option<i64>,
    /// How long the oldest waits, in seconds.
    oldest_secs: Option<i64>,
}

#[derive(Debug, Serialize)]
struct JobsOut {
    status: Condition,
    /// Jobs that were given up: for somebody to look at. They do not fail the component, for a mail to an address that
    /// refuses it is one of them. `null` when the database does not tell.
    dead: Option<i64>,
    /// How long the oldest has been waiting for a worker, in seconds.
    oldest_due_secs: Option<i64>,
}

pub(crate) const GET_PROCESS: Doc = Doc::new("get_process", "The process answers.");

/// `GET /healthz`: the process answers.
pub(crate) async fn get_process() -> Json<StatusOut> {
    Json(StatusOut { status: Condition::Ok })
}

pub(crate) const GET_READINESS: Doc = Doc::new("get_readiness", "Ready for traffic.");

/// `GET /readyz`: the database is reached and has this release's schema.
pub(crate) async fn get_readiness(State(app): State<App>) -> Result<Ready, Error> {
    schema::check_pool(app.db.app()).await.map_err(|error| {
        tracing::warn!(error = chain(&error), "not ready");
        Error::unavailable("The database is not reached, or has another schema than this release.")
    })?;
    Ok(Ready)
}

pub(crate) const GET_HEALTH: Doc = Doc::new("get_health", "200 only when every component works, each named.");

/// `GET /health_check`: 200 only when every component works, each named.
pub(crate) async fn get_health(State(app): State<App>) -> HealthAnswer {
    let database = match schema::check_pool(app.db.app()).await {
        Ok(()) => Condition::Ok,
        Err(error) => {
            tracing::warn!(error = chain(&error), "the database fails");
            Condition::Failing
        }
    };
    let publisher = measure_publisher(&app).await;
    let jobs = measure_jobs(&app).await;
    let works = [database, publisher.status, jobs.status]
        .iter()
        .all(|status| *status == Condition::Ok);
    let (code, status) = if works {
        (StatusCode::OK, Condition::Ok)
    } else {
        (StatusCode::SERVICE_UNAVAILABLE, Condition::Failing)
    };
    let components = Components {
        database: StatusOut { status: database },
        publisher,
        jobs,
    };
    HealthAnswer(code, HealthOut { status, components })
}

impl IntoResponse for Ready {
    fn into_response(self) -> Response {
        Json(StatusOut { status: Condition::Ok }).into_response()
    }
}

impl Describe for Ready {
    fn describe(operation: &mut Operation<'_>) {
        operation.answers::<StatusOut>(200, "Ready");
        // The edge's; the origin's is a problem.
        operation.answers::<StatusOut>(503, "Not ready");
    }
}

impl IntoResponse for HealthAnswer {
    fn into_response(self) -> Response {
        (self.0, Json(self.1)).into_response()
    }
}

impl Describe for HealthAnswer {
    fn describe(operation: &mut Operation<'_>) {
        operation.answers::<HealthOut>(200, "Every component works");
        operation.answers::<HealthOut>(503, "A component fails");
    }
}

/// The edge answers these paths at the public address, with words and components of its own: the schemas hold for
/// both.
impl JsonSchema for StatusOut {
    fn schema_name() -> Cow<'static, str> {
        "Status".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "object", "required": ["status"],
            "properties": {"status": {"type": "string", "examples": ["up"]}}
        })
    }
}

impl JsonSchema for HealthOut {
    fn schema_name() -> Cow<'static, str> {
        "Health".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "object", "required": ["status", "components"],
            "properties": {
                "status": {"type": "string", "examples": ["up"]},
                "components": {"type": "object", "additionalProperties": {"type": "object"}}
            }
        })
    }
}

/// The publisher may run in another process: what waits in the outbox tells how it does.
async fn measure_publisher(app: &App) -> PublisherOut {
    match outbox::measure_backlog(app.db.worker()).await {
        Ok(backlog) => {
            let oldest_secs = backlog.oldest_created_at.map(|at| (app.clock.now() - at).num_seconds());
            let late = oldest_secs.is_some_and(|secs| secs > MAX_PUBLISH_AGE_SECS);
            let status = if late { Condition::Failing } else { Condition::Ok };
            PublisherOut {
                status,
                backlog: Some(backlog.rows),
                oldest_secs,
            }
        }
        Err(error) => {
            tracing::warn!(error = chain(&error), "the backlog cannot be measured");
            PublisherOut {
                status: Condition::Failing,
                backlog: None,
                oldest_secs: None,
            }
        }
    }
}

/// As with the publisher: what waits tells how the workers do.
async fn measure_jobs(app: &App) -> JobsOut {
    let now = app.clock.now();
    match jobs::measure_jobs(app.db.worker(), now).await {
        Ok(state) => {
            let oldest_due_secs = state.oldest_due_at.map(|at| (now - at).num_seconds());
            let late = oldest_due_secs.is_some_and(|secs| secs > MAX_JOB_WAIT_SECS);
            let status = if late { Condition::Failing } else { Condition::Ok };
            JobsOut {
                status,
                dead: Some(state.dead),
                oldest_due_secs,
            }
        }
        Err(error) => {
            tracing::warn!(error = chain(&error), "the jobs cannot be measured");
            JobsOut {
                status: Condition::Failing,
                dead: None,
                oldest_due_secs: None,
            }
        }
    }
}
