//! The organisation of whoever is signed in, and its settings.

use axum::Json;
use axum::extract::State;
use chrono::{DateTime, Utc};
use engine::ids::OrganizationId;
use engine::problem::ProblemType;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::Serialize;
use serde_json::Value;

use super::fields;
use super::input::{Fields, JsonBody};
use crate::app::App;
use crate::audit::{self, Action, Entry};
use crate::auth::{Allowed, OrganizationManage, Principal};
use crate::db::organizations::{self, OrganizationRow};
use crate::jobs::reschedule_notices;
use crate::openapi::doc::{Doc, Field};
use crate::openapi::schema::{self, Id};
use crate::problem::Error;

/// The fewest and most days before an end: less is the end itself, and of what is more than a month away nobody needs to
/// be reminded.
const MIN_NOTICE_DAYS: i16 = 1;
const MAX_NOTICE_DAYS: i16 = 30;

/// An organisation.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Organization")]
pub(crate) struct OrganizationOut {
    #[schemars(with = "Id<OrganizationId>")]
    pub(crate) id: OrganizationId,
    pub(crate) name: String,
    /// The language of mails to people who have chosen none.
    pub(crate) locale: Option<String>,
    /// How many days before the end of a promotion those who chose it are reminded.
    #[schemars(range(min = MIN_NOTICE_DAYS, max = MAX_NOTICE_DAYS))]
    expiry_notice_days: i16,
    created_at: DateTime<Utc>,
}

impl OrganizationOut {
    pub(crate) fn from_row(id: OrganizationId, row: OrganizationRow) -> Self {
        Self {
            id,
            name: row.name,
            locale: row.locale,
            expiry_notice_days: row.expiry_notice_days,
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
    Field::optional("expiry_notice_days", notice_days_schema),
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
    let days = fields.has("expiry_notice_days").then(|| notice_days(&mut fields));
    fields.finish()?;
    let now = app.clock.now();
    let gone = || Error::not_found("The organisation is gone: sign in again.");
    let update = || async {
        let mut tenant = app.db.begin(principal.organization).await?;
        let row = organizations::lock_organization(&mut tenant).await?.ok_or_else(gone)?;
        let before = OrganizationOut::from_row(principal.organization, row);
        let name = name.unwrap_or(&before.name);
        let locale = locale.clone().unwrap_or_else(|| before.locale.clone());
        let days = days.unwrap_or(before.expiry_notice_days);
        organizations::update_organization(&mut tenant, name, locale.as_deref(), days, now).await?;
        if days != before.expiry_notice_days {
            reschedule_notices(&mut tenant, None, now).await?;
        }
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

/// Days before an end. A whole number, however it is written: JSON knows one kind of numbers.
fn notice_days(fields: &mut Fields<'_>) -> i16 {
    let number = fields.value("expiry_notice_days").and_then(Value::as_f64);
    let days = (MIN_NOTICE_DAYS..=MAX_NOTICE_DAYS).find(|days| number == Some(f64::from(*days)));
    days.unwrap_or_else(|| {
        let detail = format!("Send a whole number of days from {MIN_NOTICE_DAYS} to {MAX_NOTICE_DAYS}.");
        fields.error("/expiry_notice_days", "days_invalid", detail);
        MIN_NOTICE_DAYS
    })
}

fn notice_days_schema(_: &mut SchemaGenerator) -> Schema {
    json_schema!({
        "type": "integer", "minimum": MIN_NOTICE_DAYS, "maximum": MAX_NOTICE_DAYS,
        "description": "How many days before the end of a promotion those who chose it are reminded."
    })
}
