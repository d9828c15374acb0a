//! The organisation of whoever is signed in, and its settings.

use axum::Json;
use axum::extract::State;
use chrono::{DateTime, Utc};
use engine::ids::OrganizationId;
use engine::problem::ProblemType;
use schemars::JsonSchema;
use serde::Serialize;

use super::fields;
use super::input::{Fields, JsonBody};
use crate::app::App;
use crate::audit::{self, Action, Entry};
use crate::auth::{Allowed, OrganizationManage, Principal};
use crate::db::organizations::{self, OrganizationRow};
use crate::openapi::doc::{Doc, Field};
use crate::openapi::schema::{self, Id};
use crate::problem::Error;

/// An organisation.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Organization")]
pub(crate) struct OrganizationOut {
    #[schemars(with = "Id<OrganizationId>")]
    pub(crate) id: OrganizationId,
    pub(crate) name: String,
    /// The language of mails to people who have chosen none.
    pub(crate) locale: Option<String>,
    created_at: DateTime<Utc>,
}

impl OrganizationOut {
    pub(crate) fn from_row(id: OrganizationId, row: OrganizationRow) -> Self {
        Self {
            id,
            name: row.name,
            locale: row.locale,
            created_at: row.created_at,
        }
    }
}

pub(crate) const GET_ORGANIZATION: Doc =
    Doc::new("get_organization", "The organisation of the caller.").problems(&[ProblemType::NotFound]);

/// `GET /v1/organization`.
pub(crate) async fn get_organization(
    State(app): State<App>,
    principal: Principal,
) -> Result<Json<OrganizationOut>, Error> {
    let find = || async {
        let mut tenant = app.db.begin(principal.organization).await?;
        let row = organizations::find_organization(&mut tenant).await?;
        tenant.commit(row).await
    };
    let row = app.db.transaction("get_organization", find).await?;
    let row = row.ok_or_else(|| Error::not_found("The organisation is gone: sign in again."))?;
    Ok(Json(OrganizationOut::from_row(principal.organization, row)))
}

const CHANGED_ORGANIZATION: &[Field] = &[
    Field::optional("name", schema::name),
    Field::optional("locale", fields::locale_schema),
];

pub(crate) const UPDATE_ORGANIZATION: Doc = Doc::new(
    "update_organization",
    "Changes the organisation: what is left out stays as it is.",
)
.body(CHANGED_ORGANIZATION)
.problems(&[ProblemType::NotFound]);

/// `PATCH /v1/organization`: what is left out stays as it is.
pub(crate) async fn update_organization(
    State(app): State<App>,
    Allowed { principal, .. }: Allowed<OrganizationManage>,
    JsonBody(body): JsonBody,
) -> Result<Json<OrganizationOut>, Error> {
    let mut fields = Fields::only(&body, CHANGED_ORGANIZATION)?;
    let name = fields.has("name").then(|| fields.name("name").unwrap_or_default());
    let locale = fields.has("locale").then(|| fields::locale(&mut fields));
    fields.finish()?;
    let now = app.clock.now();
    let gone = || Error::not_found("The organisation is gone: sign in again.");
    let update = || async {
        let mut tenant = app.db.begin(principal.organization).await?;
        let row = organizations::lock_organization(&mut tenant).await?.ok_or_else(gone)?;
        let before = OrganizationOut::from_row(principal.organization, row);
        let name = name.unwrap_or(&before.name);
        let locale = locale.clone().unwrap_or_else(|| before.locale.clone());
        organizations::update_organization(&mut tenant, name, locale.as_deref(), now).await?;
        let row = organizations::find_organization(&mut tenant).await?.ok_or_else(gone)?;
        let after = OrganizationOut::from_row(principal.organization, row);
        let entry = Entry::new(Action::OrganizationUpdated, principal.organization);
        audit::record(
            &app,
            &mut tenant,
            &principal.actor(),
            entry.before(&before)?.after(&after)?,
        )
        .await?;
        tenant.commit(after).await
    };
    Ok(Json(app.db.transaction("update_organization", update).await?))
}
