//! Who is signed in.

use axum::Json;
use axum::extract::State;
use engine::ids::{OrganizationId, UserId};
use serde::Serialize;

use crate::app::App;
use crate::auth::{Principal, Role};
use crate::db::{Tenant, organizations, users};
use crate::problem::Error;

/// A user in their organisation.
#[derive(Debug, Serialize)]
pub(crate) struct Account {
    pub(crate) user: UserOut,
    pub(crate) organization: OrganizationOut,
    /// What the user may do.
    permissions: Vec<&'static str>,
}

/// A user.
#[derive(Debug, Serialize)]
pub(crate) struct UserOut {
    pub(crate) id: UserId,
    name: String,
    email: String,
    locale: Option<String>,
    role: &'static str,
}

/// An organisation.
#[derive(Debug, Serialize)]
pub(crate) struct OrganizationOut {
    pub(crate) id: OrganizationId,
    name: String,
}

/// `GET /v1/me`.
pub(crate) async fn get_me(State(app): State<App>, principal: Principal) -> Result<Json<Account>, Error> {
    let load = || async {
        let mut tenant = app.db.begin(principal.organization).await?;
        let (account, _) = load_account(&mut tenant, principal.user).await?;
        tenant.commit(account).await
    };
    let account = app.db.transaction("get_me", load).await?;
    Ok(Json(account))
}

/// A member of the transaction's organisation. Who is none any more has to sign in again.
pub(crate) async fn load_account(tenant: &mut Tenant, user: UserId) -> Result<(Account, Role), Error> {
    let gone = || Error::unauthenticated("This user is no longer a member of the organisation: sign in again.");
    let member = users::find_member(tenant, user).await?.ok_or_else(gone)?;
    let name = organizations::find_organization_name(tenant).await?.ok_or_else(gone)?;
    let role = Role::parse(&member.role).ok_or_else(|| Error::fault(format!("unknown role {}", member.role)))?;
    let account = Account {
        user: UserOut {
            id: user,
            name: member.name,
            email: member.email,
            locale: member.locale,
            role: role.as_str(),
        },
        organization: OrganizationOut {
            id: tenant.organization(),
            name,
        },
        permissions: role
            .permissions()
            .iter()
            .map(|permission| permission.as_str())
            .collect(),
    };
    Ok((account, role))
}
