//! Whether the process lives, is ready, and works as a whole. Public, and tells nothing of any tenant.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::Serialize;

use crate::app::App;
use crate::db::{outbox, schema};
use crate::problem::{Error, chain};

/// How long a value may wait for the edge before the publisher counts as failing, in seconds: well above a retry's
/// longest delay.
const MAX_PUBLISH_AGE_SECS: i64 = 120;

/// Whether something works.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
enum Condition {
    Ok,
    Failing,
}

/// `200` of `/healthz` and `/readyz`.
#[derive(Debug, Serialize)]
pub(crate) struct StatusOut {
    status: Condition,
}

/// The answer of `/health_check`.
#[derive(Debug, Serialize)]
pub(crate) struct HealthOut {
    status: Condition,
    components: Components,
}

#[derive(Debug, Serialize)]
struct Components {
    database: StatusOut,
    publisher: PublisherOut,
}

#[derive(Debug, Serialize)]
struct PublisherOut {
    status: Condition,
    /// Values that wait for the edge; `null` when the database does not tell.
    backlog: Option<i64>,
    /// How long the oldest waits, in seconds.
    oldest_secs: Option<i64>,
}

/// `GET /healthz`: the process answers.
pub(crate) async fn get_process() -> Json<StatusOut> {
    Json(StatusOut { status: Condition::Ok })
}

/// `GET /readyz`: the database is reached and has this release's schema.
pub(crate) async fn get_readiness(State(app): State<App>) -> Result<Json<StatusOut>, Error> {
    schema::check_pool(app.db.app()).await.map_err(|error| {
        tracing::warn!(error = chain(&error), "not ready");
        Error::unavailable("The database is not reached, or has another schema than this release.")
    })?;
    Ok(Json(StatusOut { status: Condition::Ok }))
}

/// `GET /health_check`: 200 only when every component works, each named.
pub(crate) async fn get_health(State(app): State<App>) -> (StatusCode, Json<HealthOut>) {
    let database = match schema::check_pool(app.db.app()).await {
        Ok(()) => Condition::Ok,
        Err(error) => {
            tracing::warn!(error = chain(&error), "the database fails");
            Condition::Failing
        }
    };
    let publisher = measure_publisher(&app).await;
    let works = database == Condition::Ok && publisher.status == Condition::Ok;
    let (code, status) = if works {
        (StatusCode::OK, Condition::Ok)
    } else {
        (StatusCode::SERVICE_UNAVAILABLE, Condition::Failing)
    };
    let components = Components {
        database: StatusOut { status: database },
        publisher,
    };
    (code, Json(HealthOut { status, components }))
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
