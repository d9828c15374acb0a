//! The life of a promotion: activate, pause, archive.

use axum::extract::State;
use engine::problem::ProblemType;

use super::{Answer, PATH, change_promotion};
use crate::app::App;
use crate::audit::Action;
use crate::auth::{Allowed, PromotionsWrite};
use crate::openapi::doc::Doc;
use crate::problem::Error;
use crate::routes::etag::IfMatch;
use crate::routes::input::Path;

pub(crate) const ACTIVATE_PROMOTION: Doc = Doc::new(
    "activate_promotion",
    "Makes a draft or a paused promotion active, and publishes it to the edge.",
)
.path(PATH)
.problems(&[ProblemType::Conflict]);

/// `POST /v1/promotions/{code}/activate`: from draft or paused.
pub(crate) async fn activate_promotion(
    State(app): State<App>,
    Allowed { principal, .. }: Allowed<PromotionsWrite>,
    Path(code): Path<String>,
    if_match: IfMatch,
) -> Result<Answer, Error> {
    let now = app.clock.now();
    change_promotion(&app, &principal, &code, Action::PromotionActivated, |before| {
        if_match.check(before.revision)?;
        before.activate(now)
    })
    .await
}

pub(crate) const PAUSE_PROMOTION: Doc = Doc::new("pause_promotion", "Pauses an active promotion.")
    .path(PATH)
    .problems(&[ProblemType::Conflict]);

/// `POST /v1/promotions/{code}/pause`: from active.
pub(crate) async fn pause_promotion(
    State(app): State<App>,
    Allowed { principal, .. }: Allowed<PromotionsWrite>,
    Path(code): Path<String>,
    if_match: IfMatch,
) -> Result<Answer, Error> {
    let now = app.clock.now();
    change_promotion(&app, &principal, &code, Action::PromotionPaused, |before| {
        if_match.check(before.revision)?;
        before.pause(now)
    })
    .await
}

pub(crate) const ARCHIVE_PROMOTION: Doc = Doc::new(
    "archive_promotion",
    "Ends an active or paused promotion for good; its versions and reports stay.",
)
.path(PATH)
.problems(&[ProblemType::Conflict]);

/// `POST /v1/promotions/{code}/archive`: from active or paused, expired and exhausted ones too.
pub(crate) async fn archive_promotion(
    State(app): State<App>,
    Allowed { principal, .. }: Allowed<PromotionsWrite>,
    Path(code): Path<String>,
    if_match: IfMatch,
) -> Result<Answer, Error> {
    let now = app.clock.now();
    change_promotion(&app, &principal, &code, Action::PromotionArchived, |before| {
        if_match.check(before.revision)?;
        before.archive(now)
    })
    .await
}
