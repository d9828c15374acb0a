//! Promotions: create, read, change, delete. What a merchant writes is checked by the engine, and a change reaches the
//! edge through the outbox, written in the same transaction.
//!
//! ```text
//! request ▶ terms (engine, local times) ▶ Promotion: may it? what becomes of it? ▶ store_change: one transaction
//! ```

mod life;
mod list;
mod preview;
mod promotion;
mod samples;
mod store;
mod terms;
mod versions;

use axum::Json;
use axum::extract::State;
use axum::response::NoContent;
use chrono::{DateTime, Utc};
use engine::ids::PromotionId;
use engine::problem::ProblemType;
use engine::promotion::{PromotionCode, Standing, Status, Terms};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::{Map, Value};

pub(crate) use life::{
    ACTIVATE_PROMOTION, ARCHIVE_PROMOTION, PAUSE_PROMOTION, activate_promotion, archive_promotion, pause_promotion,
};
pub(crate) use list::{LIST_PROMOTIONS, list_promotions};
pub(crate) use preview::{PREVIEW_PROMOTION, preview_promotion};
pub(crate) use promotion::Promotion;
pub(crate) use samples::{
    CREATE_SAMPLE, DELETE_SAMPLE, LIST_SAMPLES, UPDATE_SAMPLE, create_sample, delete_sample, list_samples,
    update_sample,
};
pub(crate) use store::publish;
pub(crate) use versions::{
    GET_PROMOTION_VERSION, LIST_PROMOTION_VERSIONS, RESTORE_PROMOTION_VERSION, get_promotion_version,
    list_promotion_versions, restore_promotion_version,
};

use super::etag::{IfMatch, Tagged};
use super::input::{Created, Fields, JsonBody, Path};
use crate::app::App;
use crate::audit::Action;
use crate::auth::{Allowed, Principal, PromotionsRead, PromotionsWrite};
use crate::db::Tenant;
use crate::db::promotions;
use crate::openapi::doc::{Doc, Field, MakeSchema};
use crate::openapi::promotion as openapi;
use crate::openapi::schema::{self, Id};
use crate::problem::Error;
use crate::random::new_id;
use store::{Change, store_change};
use terms::{change_terms, check_fields, parse_terms};

/// A promotion as the API tells it.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Promotion")]
pub(crate) struct PromotionOut {
    #[schemars(with = "Id<PromotionId>")]
    id: PromotionId,
    #[serde(flatten)]
    #[schemars(with = "openapi::Terms")]
    terms: Terms,
    #[schemars(schema_with = "openapi::standing")]
    status: Standing,
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

impl PromotionOut {
    /// What is to be told of a promotion.
    pub(crate) fn new(promotion: &Promotion, now: DateTime<Utc>) -> Self {
        Self {
            id: promotion.id,
            terms: promotion.terms.clone(),
            status: promotion.standing(now),
            version: promotion.version,
            created_at: promotion.created_at,
            updated_at: promotion.updated_at,
            published: Published::of(promotion),
        }
    }

    /// The same as an answer.
    fn answer(promotion: &Promotion, now: DateTime<Utc>) -> Answer {
        Tagged {
            revision: promotion.revision,
            answer: Json(Self::new(promotion, now)),
        }
    }
}

impl Published {
    fn of(promotion: &Promotion) -> Option<Self> {
        let at = promotion.live_at();
        let state = match at {
            Some(_) => PublishState::Live,
            None => PublishState::Publishing,
        };
        (promotion.status != Status::Draft).then_some(Self {
            version: promotion.version,
            state,
            at,
        })
    }
}

type Answer = Tagged<Json<PromotionOut>>;

const PATH: &[(&str, MakeSchema)] = &[("code", schema::code)];

pub(crate) const CREATE_PROMOTION: Doc = Doc::new("create_promotion", "Makes a draft.")
    .open_body(openapi::TERMS, openapi::example)
    .problems(&[ProblemType::Conflict]);

/// `POST /v1/promotions`: a draft.
pub(crate) async fn create_promotion(
    State(app): State<App>,
    Allowed { principal, .. }: Allowed<PromotionsWrite>,
    JsonBody(body): JsonBody,
) -> Result<Created<Answer>, Error> {
    let terms = parse_terms(&body)?;
    let now = app.clock.now();
    let draft = Promotion::draft(new_id(PromotionId::from_parts, now)?, terms, now);
    let answer = PromotionOut::answer(&draft, now);
    let change = Change::Created(&draft);
    let create = || async {
        let mut tenant = app.db.begin(principal.organization).await?;
        store_change(&app, &mut tenant, &principal, Action::PromotionCreated, change).await?;
        tenant.commit(()).await
    };
    app.db.transaction("create_promotion", create).await?;
    Ok(Created(answer))
}

pub(crate) const GET_PROMOTION: Doc = Doc::new("get_promotion", "A promotion.").path(PATH);

/// `GET /v1/promotions/{code}`.
pub(crate) async fn get_promotion(
    State(app): State<App>,
    Allowed { principal, .. }: Allowed<PromotionsRead>,
    Path(code): Path<String>,
) -> Result<Answer, Error> {
    let code = parse_code(&code)?;
    let find = || async {
        let mut tenant = app.db.begin(principal.organization).await?;
        let row = promotions::find_promotion(&mut tenant, &code).await?;
        tenant.commit(row).await
    };
    let row = app.db.transaction("get_promotion", find).await?;
    let promotion = Promotion::from_row(row.ok_or_else(not_found)?)?;
    Ok(PromotionOut::answer(&promotion, app.clock.now()))
}

pub(crate) const UPDATE_PROMOTION: Doc = Doc::new(
    "update_promotion",
    "Changes the fields that are sent; null resets one that may be left out, and each limit counts by itself.",
)
.path(PATH)
.body(openapi::CHANGED_TERMS)
.problems(&[ProblemType::Conflict, ProblemType::PreconditionRequired]);

/// `PATCH /v1/promotions/{code}`: a change of nothing makes no version.
pub(crate) async fn update_promotion(
    State(app): State<App>,
    Allowed { principal, .. }: Allowed<PromotionsWrite>,
    Path(code): Path<String>,
    if_match: IfMatch,
    JsonBody(body): JsonBody,
) -> Result<Answer, Error> {
    check_fields(&body)?;
    let now = app.clock.now();
    change_promotion(&app, &principal, &code, Action::PromotionUpdated, |before| {
        if_match.require(before.revision)?;
        before.with_terms(change_terms(&before.terms, &body)?, now)
    })
    .await
}

pub(crate) const DELETE_PROMOTION: Doc = Doc::new(
    "delete_promotion",
    "Deletes a draft; a promotion that was published is archived instead.",
)
.path(PATH)
.problems(&[ProblemType::Conflict]);

/// `DELETE /v1/promotions/{code}`: a draft.
pub(crate) async fn delete_promotion(
    State(app): State<App>,
    Allowed { principal, .. }: Allowed<PromotionsWrite>,
    Path(code): Path<String>,
    if_match: IfMatch,
) -> Result<NoContent, Error> {
    let code = parse_code(&code)?;
    let delete = || async {
        let mut tenant = app.db.begin(principal.organization).await?;
        let before = lock(&mut tenant, &code).await?;
        if_match.check(before.revision)?;
        before.check_deletable()?;
        let change = Change::Deleted(&before);
        store_change(&app, &mut tenant, &principal, Action::PromotionDeleted, change).await?;
        tenant.commit(()).await
    };
    app.db.transaction("delete_promotion", delete).await?;
    Ok(NoContent)
}

const DUPLICATE: &[Field] = &[
    Field::required("code", schema::code),
    Field::optional("name", schema::name_or_null),
];

pub(crate) const DUPLICATE_PROMOTION: Doc = Doc::new(
    "duplicate_promotion",
    "Makes a draft with the terms of a promotion and its samples, under another code.",
)
.path(PATH)
.body(DUPLICATE)
.problems(&[ProblemType::Conflict]);

/// `POST /v1/promotions/{code}/duplicate`: a draft, whatever became of the promotion.
pub(crate) async fn duplicate_promotion(
    State(app): State<App>,
    Allowed { principal, .. }: Allowed<PromotionsWrite>,
    Path(code): Path<String>,
    JsonBody(body): JsonBody,
) -> Result<Created<Answer>, Error> {
    let code = parse_code(&code)?;
    let now = app.clock.now();
    let id = new_id(PromotionId::from_parts, now)?;
    let duplicate = || async {
        let mut tenant = app.db.begin(principal.organization).await?;
        let row = promotions::find_promotion(&mut tenant, &code).await?;
        let original = Promotion::from_row(row.ok_or_else(not_found)?)?;
        let draft = Promotion::draft(id, duplicate_terms(&original.terms, &body)?, now);
        let answer = PromotionOut::answer(&draft, now);
        let change = Change::Created(&draft);
        store_change(&app, &mut tenant, &principal, Action::PromotionCreated, change).await?;
        samples::copy_samples(&mut tenant, original.id, draft.id, now).await?;
        tenant.commit(answer).await
    };
    app.db.transaction("duplicate_promotion", duplicate).await.map(Created)
}

fn duplicate_terms(original: &Terms, body: &Value) -> Result<Terms, Error> {
    let fields = Fields::only(body, DUPLICATE)?;
    let sent = |name: &'static str| fields.value(name).map(|value| (name.to_owned(), value.clone()));
    // Without a code there is no other promotion, and null is no code.
    let code = sent("code").or_else(|| Some(("code".to_owned(), Value::Null)));
    let changes: Map<_, _> = code.into_iter().chain(sent("name")).collect();
    fields.finish()?;
    change_terms(original, &changes.into())
}

/// Changes a promotion as `decide` says, in one transaction. A change that leaves it as it was is none.
async fn change_promotion(
    app: &App,
    principal: &Principal,
    code: &str,
    action: Action,
    decide: impl Fn(&Promotion) -> Result<Promotion, Error>,
) -> Result<Answer, Error> {
    let code = parse_code(code)?;
    let now = app.clock.now();
    let work = || async {
        let mut tenant = app.db.begin(principal.organization).await?;
        let before = lock(&mut tenant, &code).await?;
        let after = decide(&before)?;
        let answer = store_changed(app, &mut tenant, principal, action, before, after).await?;
        tenant.commit(answer).await
    };
    let promotion = app.db.transaction("change_promotion", work).await?;
    Ok(PromotionOut::answer(&promotion, now))
}

/// Stores a change unless it changes nothing; the promotion as it is then.
async fn store_changed(
    app: &App,
    tenant: &mut Tenant,
    principal: &Principal,
    action: Action,
    before: Promotion,
    after: Promotion,
) -> Result<Promotion, Error> {
    if before.is_like(&after)? {
        return Ok(before);
    }
    let change = Change::Changed {
        before: &before,
        after: &after,
    };
    store_change(app, tenant, principal, action, change).await?;
    Ok(after)
}

/// The promotion with a code; nobody else changes it until the transaction ends.
async fn lock(tenant: &mut Tenant, code: &PromotionCode) -> Result<Promotion, Error> {
    let row = promotions::lock_promotion(tenant, code).await?;
    Promotion::from_row(row.ok_or_else(not_found)?)
}

/// 404 for a code that names nothing here.
pub(crate) fn not_found() -> Error {
    Error::not_found("No promotion has this code: list your promotions for those that exist.")
}

/// A code in a path or a query. One that cannot exist names nothing.
pub(crate) fn parse_code(text: &str) -> Result<PromotionCode, Error> {
    text.parse().map_err(|_| not_found())
}
