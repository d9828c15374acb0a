//! Sample requests of a promotion: what a merchant tries it with, kept as it was written.
//!
//! A sample is test data of the merchant's own and decides nothing, so it is checked for being a JSON object and no more:
//! one that is wrong on purpose shows what a shop would be told.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::State;
use axum::response::NoContent;
use chrono::{DateTime, Utc};
use engine::ids::{PromotionId, SampleId};
use engine::problem::ProblemType;
use engine::promotion::PromotionCode;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use serde_json::value::RawValue;

use super::{lock, not_found, parse_code};
use crate::app::App;
use crate::audit::{self, Action, Entry};
use crate::auth::{Allowed, PromotionsRead, PromotionsWrite};
use crate::db::samples::{self, SampleRow};
use crate::db::{Tenant, promotions};
use crate::openapi::doc::{Doc, Field, MakeSchema};
use crate::openapi::schema::{self, Id};
use crate::problem::Error;
use crate::random::new_id;
use crate::routes::input::{Created, Fields, JsonText, Page, Path};

/// Most samples of a promotion: more than anyone tells apart, and a list of them stays one page below a megabyte.
const MAX_SAMPLES: i64 = 50;
/// Longest request of a sample, in bytes as it was written: room for carts that are far beyond a shop's, and a quarter of
/// what an evaluation may have.
const MAX_REQUEST_BYTES: usize = 16 * 1024;

/// A sample.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Sample")]
pub(crate) struct SampleOut {
    #[schemars(with = "Id<SampleId>")]
    id: SampleId,
    name: String,
    /// The body of an evaluation as it was written, right or wrong.
    #[schemars(with = "BTreeMap<String, Value>")]
    request: Box<RawValue>,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
}

impl SampleOut {
    fn from_row(row: SampleRow) -> Result<Self, Error> {
        Ok(Self {
            id: row.id.into(),
            name: row.name,
            request: RawValue::from_string(row.request).map_err(Error::fault)?,
            created_at: row.created_at,
            updated_at: row.updated_at,
        })
    }
}

/// What the audit trail keeps of a sample: not its request, which would stay there for good.
#[derive(Serialize)]
struct Noted<'a> {
    id: SampleId,
    promotion: &'a PromotionCode,
    name: &'a str,
    updated_at: DateTime<Utc>,
}

impl<'a> Noted<'a> {
    fn of(row: &'a SampleRow, promotion: &'a PromotionCode) -> Self {
        Self {
            id: row.id.into(),
            promotion,
            name: &row.name,
            updated_at: row.updated_at,
        }
    }
}

const PATH: &[(&str, MakeSchema)] = &[("code", schema::code), ("id", schema::id::<SampleId>)];

const NEW_SAMPLE: &[Field] = &[
    Field::required("name", schema::name),
    Field::required("request", request_schema),
];

const CHANGED_SAMPLE: &[Field] = &[
    Field::optional("name", schema::name),
    Field::optional("request", request_schema),
];

fn request_schema(_: &mut SchemaGenerator) -> Schema {
    let description = format!(
        "The body of an evaluation, of at most {MAX_REQUEST_BYTES} bytes. It is kept as it is written, right or wrong, \
         for everybody who may read promotions: write no shopper's data into it."
    );
    json_schema!({"type": "object", "description": description})
}

pub(crate) const LIST_SAMPLES: Doc = Doc::new(
    "list_samples",
    "The requests that are kept with a promotion to try it with, the oldest first: at most 50, on one page.",
)
.path(super::PATH);

const _: () = assert!(MAX_SAMPLES == 50, "the documentation of `list_samples` names the bound");

/// `GET /v1/promotions/{code}/samples`.
pub(crate) async fn list_samples(
    State(app): State<App>,
    Allowed { principal, .. }: Allowed<PromotionsRead>,
    Path(code): Path<String>,
) -> Result<Json<Page<SampleOut>>, Error> {
    let code = parse_code(&code)?;
    let list = || async {
        let mut tenant = app.db.begin(principal.organization).await?;
        let promotion = promotions::find_promotion(&mut tenant, &code).await?;
        let promotion = PromotionId::from(promotion.ok_or_else(not_found)?.id);
        let rows = samples::list_samples(&mut tenant, promotion).await?;
        tenant.commit(rows).await
    };
    let rows = app.db.transaction("list_samples", list).await?;
    let items: Result<Vec<_>, Error> = rows.into_iter().map(SampleOut::from_row).collect();
    Ok(Json(Page::whole(items?)))
}

pub(crate) const CREATE_SAMPLE: Doc = Doc::new("create_sample", "Keeps a request with a promotion to try it with.")
    .path(super::PATH)
    .body(NEW_SAMPLE)
    .problems(&[ProblemType::Conflict]);

/// `POST /v1/promotions/{code}/samples`: whatever the promotion's state.
pub(crate) async fn create_sample(
    State(app): State<App>,
    Allowed { principal, .. }: Allowed<PromotionsWrite>,
    Path(code): Path<String>,
    body: JsonText,
) -> Result<Created<Json<SampleOut>>, Error> {
    let code = parse_code(&code)?;
    let now = app.clock.now();
    let id = new_id(SampleId::from_parts, now)?;
    let create = || async {
        let mut tenant = app.db.begin(principal.organization).await?;
        let promotion = lock(&mut tenant, &code).await?.id;
        let (name, request) = parse_new(&body)?;
        if samples::count_samples(&mut tenant, promotion).await? >= MAX_SAMPLES {
            let detail = format!("A promotion has at most {MAX_SAMPLES} samples: delete or change one of them.");
            return Err(Error::new(ProblemType::Conflict, detail));
        }
        let row = SampleRow {
            id: id.uuid(),
            name: name.to_owned(),
            request: request.to_owned(),
            created_at: now,
            updated_at: now,
        };
        samples::insert_sample(&mut tenant, promotion, &row).await?;
        let entry = Entry::new(Action::SampleCreated, id).after(&Noted::of(&row, &code))?;
        audit::record(&app, &mut tenant, &principal.actor(), entry).await?;
        tenant.commit(row).await
    };
    let row = app.db.transaction("create_sample", create).await?;
    Ok(Created(Json(SampleOut::from_row(row)?)))
}

pub(crate) const UPDATE_SAMPLE: Doc = Doc::new("update_sample", "Changes a sample: what is left out stays as it is.")
    .path(PATH)
    .body(CHANGED_SAMPLE);

/// `PATCH /v1/promotions/{code}/samples/{id}`: a change of nothing is none.
pub(crate) async fn update_sample(
    State(app): State<App>,
    Allowed { principal, .. }: Allowed<PromotionsWrite>,
    Path((code, id)): Path<(String, String)>,
    body: JsonText,
) -> Result<Json<SampleOut>, Error> {
    let (code, id) = (parse_code(&code)?, parse_id(&id)?);
    let mut fields = Fields::only(&body.json, CHANGED_SAMPLE)?;
    let name = fields.has("name").then(|| fields.name("name")).flatten();
    let request = fields.has("request").then(|| parse_request(&mut fields, &body));
    let request = request.transpose()?;
    fields.finish()?;
    let now = app.clock.now();
    let update = || async {
        let mut tenant = app.db.begin(principal.organization).await?;
        let promotion = lock(&mut tenant, &code).await?.id;
        let before = find(&mut tenant, promotion, id).await?;
        let (name, request) = (name.unwrap_or(&before.name), request.unwrap_or(&before.request));
        if (name, request) == (before.name.as_str(), before.request.as_str()) {
            return tenant.commit(before).await;
        }
        let after = SampleRow {
            name: name.to_owned(),
            request: request.to_owned(),
            updated_at: now,
            ..before.clone()
        };
        samples::update_sample(&mut tenant, promotion, &after).await?;
        let entry = Entry::new(Action::SampleUpdated, id)
            .before(&Noted::of(&before, &code))?
            .after(&Noted::of(&after, &code))?;
        audit::record(&app, &mut tenant, &principal.actor(), entry).await?;
        tenant.commit(after).await
    };
    let row = app.db.transaction("update_sample", update).await?;
    Ok(Json(SampleOut::from_row(row)?))
}

pub(crate) const DELETE_SAMPLE: Doc = Doc::new("delete_sample", "Deletes a sample.").path(PATH);

/// `DELETE /v1/promotions/{code}/samples/{id}`.
pub(crate) async fn delete_sample(
    State(app): State<App>,
    Allowed { principal, .. }: Allowed<PromotionsWrite>,
    Path((code, id)): Path<(String, String)>,
) -> Result<NoContent, Error> {
    let (code, id) = (parse_code(&code)?, parse_id(&id)?);
    let delete = || async {
        let mut tenant = app.db.begin(principal.organization).await?;
        let promotion = lock(&mut tenant, &code).await?.id;
        let before = find(&mut tenant, promotion, id).await?;
        samples::delete_sample(&mut tenant, promotion, id).await?;
        let entry = Entry::new(Action::SampleDeleted, id).before(&Noted::of(&before, &code))?;
        audit::record(&app, &mut tenant, &principal.actor(), entry).await?;
        tenant.commit(()).await
    };
    app.db.transaction("delete_sample", delete).await?;
    Ok(NoContent)
}

/// Copies the samples of a promotion to another one, which has none, in their order.
pub(super) async fn copy_samples(
    tenant: &mut Tenant,
    from: PromotionId,
    to: PromotionId,
    now: DateTime<Utc>,
) -> Result<(), Error> {
    let rows = samples::list_samples(tenant, from).await?;
    let originals: Vec<_> = rows.iter().map(|row| row.id).collect();
    let ids = originals.iter().map(|_| Ok(new_id(SampleId::from_parts, now)?.uuid()));
    let mut copies = ids.collect::<Result<Vec<_>, Error>>()?;
    // Drawn at one moment, they have no order of their own.
    copies.sort_unstable();
    Ok(samples::copy_samples(tenant, from, to, &originals, &copies, now).await?)
}

async fn find(tenant: &mut Tenant, promotion: PromotionId, id: SampleId) -> Result<SampleRow, Error> {
    samples::find_sample(tenant, promotion, id).await?.ok_or_else(missing)
}

/// The name and the request of a new sample.
fn parse_new(body: &JsonText) -> Result<(&str, &str), Error> {
    let mut fields = Fields::only(&body.json, NEW_SAMPLE)?;
    let name = fields.name("name").unwrap_or_default();
    let request = parse_request(&mut fields, body)?;
    fields.finish()?;
    Ok((name, request))
}

/// The text of the field `request`; what is wrong with it goes to the errors.
fn parse_request<'a>(fields: &mut Fields<'_>, body: &'a JsonText) -> Result<&'a str, Error> {
    #[derive(Deserialize)]
    struct Texts<'a> {
        #[serde(borrow)]
        request: Option<&'a RawValue>,
    }
    let texts: Texts<'_> = serde_json::from_slice(&body.text).map_err(Error::fault)?;
    let text = texts.request.map(RawValue::get).unwrap_or_default();
    if !fields.value("request").is_some_and(Value::is_object) {
        let detail = "Send a JSON object: the body of an evaluation, right or wrong.";
        fields.error("/request", "not_an_object", detail);
    } else if text.len() > MAX_REQUEST_BYTES {
        let detail = format!("Send at most {MAX_REQUEST_BYTES} bytes.");
        fields.error("/request", "request_too_long", detail);
    }
    Ok(text)
}

/// An id in a path. One that cannot exist names nothing.
fn parse_id(text: &str) -> Result<SampleId, Error> {
    text.parse().map_err(|_| missing())
}

fn missing() -> Error {
    Error::not_found("No sample of the promotion has this id: list its samples for those that exist.")
}
