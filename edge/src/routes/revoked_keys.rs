//! `POST /internal/revoked-keys`: an application key that ledger objects refuse from now on, whatever KV still says.

use engine::ledger::Objects;
use engine::problem::ProblemType;
use engine::wire::v1::{
    MAX_REVOKED_KEY_PROMOTIONS, PromotionObjects, REVOKED_KEYS_PATH, RevokedKeyAnswer, RevokedKeyRequest, V1,
};
use worker::{Request, Response};

use super::signed;
use crate::app::App;
use crate::problem::Failure;
use crate::{answer, ledger};

/// Longest body in bytes: [`MAX_REVOKED_KEY_PROMOTIONS`] promotions of some 150 bytes.
const MAX_REVOKED_KEYS_BYTES: usize = 16 * 1024;

/// Has the objects of promotions refuse a key.
///
/// Awaits the body, then the objects, all at once. Repeating is safe.
pub(crate) async fn post_revoked_key(app: &App, request: &mut Request) -> Result<Response, Failure> {
    let request: RevokedKeyRequest = signed::read(app, request, REVOKED_KEYS_PATH, MAX_REVOKED_KEYS_BYTES).await?;
    signed::at_most(request.objects.len(), MAX_REVOKED_KEY_PROMOTIONS, "objects")?;
    let objects: Vec<Objects> = request.objects.into_iter().map(PromotionObjects::objects).collect();
    ledger::revoke_key(app.bindings(), &objects, request.key_id)
        .await
        .map_err(|cause| Failure::fault(ProblemType::LedgerUnavailable, cause))?;
    let stored = objects.len();
    Ok(answer::json(200, &RevokedKeyAnswer { v: V1, stored }))
}
