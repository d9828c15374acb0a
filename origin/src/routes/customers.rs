//! Shoppers, as shops name them.

use axum::Json;
use axum::extract::State;
use base16ct::lower as hex;
use schemars::JsonSchema;
use serde::Serialize;

use super::input::{Accepted, Path};
use crate::app::App;
use crate::audit::{self, Action, Entry};
use crate::auth::{Allowed, OrganizationManage};
use crate::coupons::coupon::{customer_path_schema, is_customer};
use crate::coupons::publish_pending;
use crate::db::coupons::forget_customer_of_coupons;
use crate::jobs::ask_to_forget;
use crate::openapi::doc::Doc;
use crate::problem::Error;

/// What a customer's name in the audit trail is derived for: whoever knows the name finds the entry, and the entry tells
/// nobody the name.
const PURPOSE: &str = "forgotten-customer";

/// What was done at once; the ledger follows.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct ForgottenCustomer {
    /// Coupons that only this customer could use: they are revoked.
    coupons_revoked: i64,
}

pub(crate) const FORGET_CUSTOMER: Doc = Doc::new(
    "forget_customer",
    "Forgets who a customer is: what was consumed stays counted, and names nobody.",
)
.path(&[("customer_id", customer_path_schema)]);

/// `DELETE /v1/customers/{customer_id}`. Whether anybody was called so is not told, for the origin does not know.
pub(crate) async fn forget_customer(
    State(app): State<App>,
    Allowed { principal, .. }: Allowed<OrganizationManage>,
    Path(customer): Path<String>,
) -> Result<Accepted<Json<ForgottenCustomer>>, Error> {
    if !is_customer(&customer) {
        return Err(Error::not_found("No shop can have called a customer so."));
    }
    let organization = principal.organization;
    let digest = app
        .origin_secret
        .derive(PURPOSE, &[organization.uuid().as_bytes(), customer.as_bytes()]);
    let forget = || async {
        let now = app.clock.now();
        let mut tenant = app.db.begin(organization).await?;
        let promotions = forget_customer_of_coupons(&mut tenant, &customer, now).await?;
        let coupons_revoked = promotions.values().sum();
        for promotion in promotions.into_keys() {
            publish_pending(&mut tenant, promotion.into(), now).await?;
        }
        ask_to_forget(&mut tenant, &customer, None, now).await?;
        let answer = ForgottenCustomer { coupons_revoked };
        let entry = Entry::new(Action::CustomerForgotten, hex::encode_string(&digest)).after(&answer)?;
        audit::record(&app, &mut tenant, &principal.actor(), entry).await?;
        tenant.commit(answer).await
    };
    let answer = app.db.transaction("forget_customer", forget).await?;
    Ok(Accepted(Json(answer)))
}
