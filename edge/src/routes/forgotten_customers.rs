//! `POST /internal/forgotten-customers`: a customer whom the ledger names no more.

use engine::ledger::Objects;
use engine::problem::ProblemType;
use engine::wire::v1::{
    FORGOTTEN_CUSTOMERS_PATH, ForgetCustomerAnswer, ForgetCustomerRequest, MAX_FORGETTING_PROMOTIONS, PromotionObjects,
    V1,
};
use worker::{Request, Response};

use super::signed;
use crate::app::App;
use crate::problem::Failure;
use crate::{answer, ledger};

/// Longest body in bytes: [`MAX_FORGETTING_PROMOTIONS`] promotions of some 150 bytes, and a customer's name.
const MAX_FORGOTTEN_CUSTOMERS_BYTES: usize = 16 * 1024;

/// Has the objects of promotions forget a customer.
///
/// Awaits the body, then the objects, all at once. Repeating is safe.
pub(crate) async fn post_forgotten_customer(app: &App, request: &mut Request) -> Result<Response, Failure> {
    let request: ForgetCustomerRequest =
        signed::read(app, request, FORGOTTEN_CUSTOMERS_PATH, MAX_FORGOTTEN_CUSTOMERS_BYTES).await?;
    signed::at_most(request.objects.len(), MAX_FORGETTING_PROMOTIONS, "objects")?;
    let objects: Vec<Objects> = request.objects.into_iter().map(PromotionObjects::objects).collect();
    ledger::forget_customer(app.bindings(), &objects, &request.customer_id)
        .await
        .map_err(|cause| Failure::fault(ProblemType::LedgerUnavailable, cause))?;
    let stored = objects.len();
    Ok(answer::json(200, &ForgetCustomerAnswer { v: V1, stored }))
}
