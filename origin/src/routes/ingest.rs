//! What the edge's queue brings: messages to be stored, and those that it gave up.

use axum::Json;
use axum::body::Bytes;
use axum::extract::{FromRequest, Request, State};
use engine::problem::{FieldError, ProblemType};
use engine::wire::v1::{
    DeadLettersAnswer, DeadLettersRequest, IngestAnswer, IngestRequest, MAX_DEAD_LETTERS, MAX_INGEST_RECORDS, V1,
};
use serde::de::DeserializeOwned;

use crate::app::App;
use crate::client::SignedByEdge;
use crate::ingest::{Parked, park, take_messages};
use crate::problem::Error;

/// Largest body: a record has under 2 KiB, so a full batch fits twice over; what is larger did not come from the edge's
/// own.
pub(crate) const MAX_INGEST_BODY_BYTES: usize = MAX_INGEST_RECORDS * 4 * 1024;
/// Largest body of dead letters: they come from one message of the queue, which has at most 128 kB, and JSON may write a byte
/// as six.
pub(crate) const MAX_DEAD_LETTERS_BODY_BYTES: usize = 1024 * 1024;

/// A body whose signature is the edge's.
pub(crate) struct Signed<T>(T);

impl<T: DeserializeOwned> FromRequest<App> for Signed<T> {
    type Rejection = Error;

    async fn from_request(request: Request, app: &App) -> Result<Self, Error> {
        if request.extensions().get::<SignedByEdge>().is_none() {
            return Err(Error::unauthenticated(
                "Sign the call with the secret that edge and origin share.",
            ));
        }
        let body = Bytes::from_request(request, app).await?;
        let body = serde_json::from_slice(&body)
            .map_err(|error| Error::new(ProblemType::Malformed, format!("Send what the edge sends: {error}.")))?;
        Ok(Self(body))
    }
}

/// `POST /internal/ingest`. Beyond the calls that the database has connections for, the answer is at once when to come
/// back: the queue waits better than a connection.
pub(crate) async fn ingest_records(
    State(app): State<App>,
    Signed(request): Signed<IngestRequest>,
) -> Result<Json<IngestAnswer>, Error> {
    at_most(request.records.len(), MAX_INGEST_RECORDS, "/records")?;
    let Ok(_slot) = app.ingest_slots.try_acquire() else {
        return Err(Error::unavailable(
            "The origin stores as much as it can: send the same again in a moment.",
        ));
    };
    let results = take_messages(&app, &request.records).await?;
    Ok(Json(IngestAnswer { v: V1, results }))
}

/// `POST /internal/dead-letters`. Awaits the parking, which may be repeated.
pub(crate) async fn park_dead_letters(
    State(app): State<App>,
    Signed(request): Signed<DeadLettersRequest>,
) -> Result<Json<DeadLettersAnswer>, Error> {
    at_most(request.letters.len(), MAX_DEAD_LETTERS, "/letters")?;
    let letters = request.letters.iter();
    let letters: Vec<_> = letters
        .map(|letter| Parked::new(&letter.reason, &letter.body))
        .collect();
    park(&app, &letters).await?;
    Ok(Json(DeadLettersAnswer {
        v: V1,
        parked: letters.len(),
    }))
}

fn at_most(count: usize, most: usize, pointer: &str) -> Result<(), Error> {
    if count <= most {
        return Ok(());
    }
    let detail = format!("Send at most {most}.");
    Err(Error::invalid(vec![FieldError::new(pointer, "too_many", detail)]))
}
