//! Promotions: create, read, activate, pause. What a merchant writes is checked by the engine, and a change reaches
//! the edge through the outbox, written in the same transaction.

use axum::Json;
use axum::extract::State;
use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use engine::ids::{OrganizationId, PromotionId};
use engine::problem::{FieldError, ProblemType};
use engine::promotion::{PromotionCode, Rule, Status, Terms};
use engine::wire::v1::promotion_key;
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;

use super::input::{Created, JsonBody, Page, PageQuery, Path, Query};
use crate::app::App;
use crate::audit::{self, Action, Entry};
use crate::auth::{Allowed, Principal, PromotionsRead, PromotionsWrite};
use crate::db::Tenant;
use crate::db::outbox::{NewOutboxRow, insert_outbox};
use crate::db::promotions::{self, PromotionRow};
use crate::openapi::doc::{Doc, MakeSchema};
use crate::openapi::promotion as openapi;
use crate::openapi::schema::{self, Id};
use crate::problem::Error;
use crate::random::new_id;
use crate::zones;

/// A promotion as the API tells it.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Promotion")]
pub(crate) struct PromotionOut {
    #[schemars(with = "Id<PromotionId>")]
    id: PromotionId,
    #[serde(flatten)]
    #[schemars(with = "openapi::Terms")]
    terms: Terms,
    #[schemars(schema_with = "openapi::status")]
    status: Status,
    /// Counts published states: 0 for a draft.
    version: u64,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
    /// `null` for a draft, which the edge does not know.
    published: Option<Published>,
}

/// Whether the edge has the newest version.
#[derive(Debug, Serialize, JsonSchema)]
struct Published {
    version: u64,
    state: PublishState,
    /// When the edge confirmed it.
    at: Option<DateTime<Utc>>,
}

#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
enum PublishState {
    Publishing,
    Live,
}

pub(crate) const LIST_PROMOTIONS: Doc =
    Doc::new("list_promotions", "The promotions of the organisation, newest first.");

/// `GET /v1/promotions`, newest first.
pub(crate) async fn list_promotions(
    State(app): State<App>,
    Allowed { principal, .. }: Allowed<PromotionsRead>,
    Query(page): Query<PageQuery>,
) -> Result<Json<Page<PromotionOut>>, Error> {
    let page = page.parse::<PromotionId>()?;
    let list = || async {
        let mut tenant = app.db.begin(principal.organization).await?;
        let rows = promotions::list_promotions(&mut tenant, page.before, page.rows()).await?;
        tenant.commit(rows).await
    };
    let rows = app.db.transaction("list_promotions", list).await?;
    let rows: Result<Vec<_>, Error> = rows.into_iter().map(PromotionOut::from_row).collect();
    Ok(Json(
        page.page(
            rows?
                .into_iter()
                .map(|promotion| (promotion.id.to_string(), promotion))
                .collect(),
        ),
    ))
}

pub(crate) const CREATE_PROMOTION: Doc = Doc::new("create_promotion", "Makes a draft.")
    .open_body(openapi::TERMS, openapi::example)
    .problems(&[ProblemType::Conflict]);

/// `POST /v1/promotions`: a draft.
pub(crate) async fn create_promotion(
    State(app): State<App>,
    Allowed { principal, .. }: Allowed<PromotionsWrite>,
    JsonBody(body): JsonBody,
) -> Result<Created<Json<PromotionOut>>, Error> {
    let terms = check_terms(&body).map_err(Error::invalid)?;
    let now = app.clock.now();
    let id = new_id(PromotionId::from_parts, now)?;
    let json = serde_json::to_value(&terms).map_err(Error::fault)?;
    let out = PromotionOut {
        id,
        terms,
        status: Status::Draft,
        version: 0,
        created_at: now,
        updated_at: now,
        published: None,
    };
    let insert = || async {
        let mut tenant = app.db.begin(principal.organization).await?;
        promotions::insert_promotion(&mut tenant, id, out.terms.code(), &json, now).await?;
        let entry = Entry::new(Action::PromotionCreated, id).after(&out)?;
        audit::record(&app, &mut tenant, &principal.actor(), entry).await?;
        tenant.commit(()).await
    };
    app.db.transaction("create_promotion", insert).await?;
    Ok(Created(Json(out)))
}

const PATH: &[(&str, MakeSchema)] = &[("code", schema::code)];

pub(crate) const GET_PROMOTION: Doc = Doc::new("get_promotion", "A promotion.").path(PATH);

/// `GET /v1/promotions/{code}`.
pub(crate) async fn get_promotion(
    State(app): State<App>,
    Allowed { principal, .. }: Allowed<PromotionsRead>,
    Path(code): Path<String>,
) -> Result<Json<PromotionOut>, Error> {
    let code = parse_code(&code)?;
    let find = || async {
        let mut tenant = app.db.begin(principal.organization).await?;
        let row = promotions::find_promotion(&mut tenant, &code).await?;
        tenant.commit(row).await
    };
    let row = app.db.transaction("get_promotion", find).await?;
    row.ok_or_else(not_found).and_then(PromotionOut::from_row).map(Json)
}

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
) -> Result<Json<PromotionOut>, Error> {
    change_status(&app, &principal, &code, Status::Active).await.map(Json)
}

pub(crate) const PAUSE_PROMOTION: Doc = Doc::new("pause_promotion", "Pauses an active promotion.")
    .path(PATH)
    .problems(&[ProblemType::Conflict]);

/// `POST /v1/promotions/{code}/pause`: from active.
pub(crate) async fn pause_promotion(
    State(app): State<App>,
    Allowed { principal, .. }: Allowed<PromotionsWrite>,
    Path(code): Path<String>,
) -> Result<Json<PromotionOut>, Error> {
    change_status(&app, &principal, &code, Status::Paused).await.map(Json)
}

/// 404 for a code that names nothing here.
pub(crate) fn not_found() -> Error {
    Error::not_found("No promotion has this code: list your promotions for those that exist.")
}

/// A code in a path or a query. One that cannot exist names nothing.
pub(crate) fn parse_code(text: &str) -> Result<PromotionCode, Error> {
    text.parse().map_err(|_| not_found())
}

/// The terms in a body: the engine checks all but the time zone, which needs a database of zones.
fn check_terms(body: &Value) -> Result<Terms, Vec<FieldError>> {
    let parsed = Terms::parse(body);
    let zone = body.get("time_zone").and_then(Value::as_str);
    if zone.is_none_or(|zone| zone.parse::<Tz>().is_ok()) {
        return parsed;
    }
    let mut errors = parsed.err().unwrap_or_default();
    if errors.iter().all(|error| error.pointer != "/time_zone") {
        let detail = "Send an IANA name, such as \"America/Montevideo\".";
        errors.push(FieldError::new("/time_zone", "time_zone_unknown", detail));
    }
    Err(errors)
}

/// Moves a promotion to `status` and tells the edge, in one transaction.
async fn change_status(app: &App, principal: &Principal, code: &str, status: Status) -> Result<PromotionOut, Error> {
    let organization = principal.organization;
    let code = parse_code(code)?;
    let now = app.clock.now();
    let change = || async {
        let mut tenant = app.db.begin(organization).await?;
        let row = promotions::lock_promotion(&mut tenant, &code)
            .await?
            .ok_or_else(not_found)?;
        let promotion = PromotionOut::from_row(row)?;
        let action = check_transition(promotion.status, status)?;
        let entry = Entry::new(action, promotion.id).before(&promotion)?;
        let promotion = promotion.moved_to(status, now);
        let version = i64::try_from(promotion.version).map_err(Error::fault)?;
        promotions::update_promotion_status(&mut tenant, promotion.id, status, version, now).await?;
        publish(&mut tenant, &promotion, now).await?;
        audit::record(app, &mut tenant, &principal.actor(), entry.after(&promotion)?).await?;
        tenant.commit(promotion).await
    };
    app.db.transaction("change_status", change).await
}

/// Tells the edge what a promotion is now.
pub(crate) async fn publish(tenant: &mut Tenant, promotion: &PromotionOut, now: DateTime<Utc>) -> Result<(), Error> {
    let organization = tenant.organization();
    let value = rule(organization, promotion)?.to_json().map_err(Error::fault)?;
    let version = i64::try_from(promotion.version).map_err(Error::fault)?;
    let row = NewOutboxRow {
        key: &promotion_key(organization, promotion.terms.code()),
        value: &value,
        promotion: Some((promotion.id, version)),
    };
    Ok(insert_outbox(tenant, &row, now).await?)
}

/// What the edge stores of a promotion, with the offsets of its time zone as the database of today has them.
fn rule(organization: OrganizationId, promotion: &PromotionOut) -> Result<Rule, Error> {
    let terms = &promotion.terms;
    let zone: Tz = terms
        .time_zone()
        .parse()
        .map_err(|error| Error::fault(format!("{error}")))?;
    let zone = zones::zone(zone).map_err(Error::fault)?;
    Ok(Rule::new(
        organization,
        promotion.id,
        promotion.version,
        promotion.status,
        terms,
        &zone,
    ))
}

/// What the change is called, or 409.
fn check_transition(from: Status, to: Status) -> Result<Action, Error> {
    let detail = match (from, to) {
        (Status::Draft | Status::Paused, Status::Active) => return Ok(Action::PromotionActivated),
        (Status::Active, Status::Paused) => return Ok(Action::PromotionPaused),
        (Status::Active, Status::Active) => "The promotion is active already.",
        (Status::Paused, Status::Paused) => "The promotion is paused already.",
        (Status::Draft, Status::Paused) => "The promotion is a draft, which applies nowhere: activate it first.",
        (Status::Draft | Status::Active | Status::Paused, Status::Draft) => "A promotion never becomes a draft again.",
    };
    Err(Error::new(ProblemType::Conflict, detail))
}

impl PromotionOut {
    pub(crate) fn from_row(row: PromotionRow) -> Result<Self, Error> {
        let status = parse_status(&row.status)?;
        let version = u64::try_from(row.version).map_err(Error::fault)?;
        let terms = Terms::parse(&row.terms)
            .map_err(|errors| Error::fault(format!("the stored terms of {} are not valid: {errors:?}", row.id)))?;
        let live_at = row.published_at.filter(|_| row.published_version == Some(row.version));
        Ok(Self {
            id: row.id.into(),
            terms,
            status,
            version,
            created_at: row.created_at,
            updated_at: row.updated_at,
            published: Published::of(status, version, live_at),
        })
    }

    fn moved_to(self, status: Status, now: DateTime<Utc>) -> Self {
        let version = self.version + 1;
        Self {
            status,
            version,
            updated_at: now,
            published: Published::of(status, version, None),
            ..self
        }
    }
}

impl Published {
    fn of(status: Status, version: u64, live_at: Option<DateTime<Utc>>) -> Option<Self> {
        let state = if live_at.is_some() {
            PublishState::Live
        } else {
            PublishState::Publishing
        };
        match status {
            Status::Draft => None,
            Status::Active | Status::Paused => Some(Self {
                version,
                state,
                at: live_at,
            }),
        }
    }
}

fn parse_status(text: &str) -> Result<Status, Error> {
    [Status::Draft, Status::Active, Status::Paused]
        .into_iter()
        .find(|status| status.as_str() == text)
        .ok_or_else(|| Error::fault(format!("unknown status {text}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn transitions() {
        use Status::{Active, Draft, Paused};
        for from in [Draft, Active, Paused] {
            for to in [Draft, Active, Paused] {
                let allowed = matches!((from, to), (Draft | Paused, Active) | (Active, Paused));
                assert_eq!(check_transition(from, to).is_ok(), allowed, "{from:?} to {to:?}");
            }
        }
    }
}
