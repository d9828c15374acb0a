//! `POST /internal/tally`: what a promotion's ledger objects hold, so that the origin finds what it was not told.

use engine::problem::ProblemType;
use engine::wire::v1::{TALLY_PATH, TallyRequest};
use worker::{Request, Response};

use super::signed;
use crate::app::App;
use crate::problem::Failure;
use crate::{answer, ledger};

/// Longest body in bytes: one promotion of some 150 bytes.
const MAX_TALLY_BYTES: usize = 1024;

/// Sums over all redemptions of a promotion.
///
/// Awaits the body, then the promotion's objects, all at once, which change nothing.
pub(crate) async fn post_tally(app: &App, request: &mut Request) -> Result<Response, Failure> {
    let request: TallyRequest = signed::read(app, request, TALLY_PATH, MAX_TALLY_BYTES).await?;
    let tally = ledger::tally(app.bindings(), request.objects.objects()).await;
    let tally = tally.map_err(|cause| Failure::fault(ProblemType::LedgerUnavailable, cause))?;
    Ok(answer::json(200, &tally))
}
