//! Application keys: created and shown once, listed without their secret, replaced, revoked. Each change tells the edge.

pub(crate) mod rotation;

use std::collections::BTreeSet;

use axum::Json;
use axum::extract::State;
use axum::response::NoContent;
use chrono::{DateTime, Utc};
use engine::app_key::{AppKey, Mode, SECRET_CHARS};
use engine::ids::AppKeyId;
use engine::problem::FieldError;
use engine::promotion::PromotionCode;
use engine::wire::v1::{AppKeyEntry, KeyScope, V1, app_key_key};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::Serialize;
use serde_json::Value;

use super::input::{Created, Fields, JsonBody, Page, PageQuery, Path, Query};
use crate::app::App;
use crate::audit::{self, Action, Entry};
use crate::auth::{Allowed, AppKeysManage};
use crate::db::Tenant;
use crate::db::app_keys::{self, AppKeyRow};
use crate::db::outbox::{NewOutboxRow, insert_outbox};
use crate::db::promotions::find_promotion_codes;
use crate::jobs;
use crate::openapi::doc::{Doc, Field};
use crate::openapi::operation::nullable;
use crate::openapi::schema::{self, Id};
use crate::problem::Error;
use crate::random::{self, new_id};

/// Most promotions that one key names: the edge reads the list with every key it loads. More are better served by
/// `"all"`.
const MAX_SCOPE_CODES: usize = 100;

/// A key without its secret.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "AppKey")]
pub(crate) struct AppKeyOut {
    #[schemars(with = "Id<AppKeyId>")]
    id: AppKeyId,
    name: String,
    #[schemars(schema_with = "schema::mode")]
    mode: Mode,
    #[schemars(schema_with = "scope_schema")]
    promotions: KeyScope,
    /// The start of the key, to recognise it by.
    preview: String,
    created_at: DateTime<Utc>,
    expires_at: Option<DateTime<Utc>>,
    revoked_at: Option<DateTime<Utc>>,
    /// The key that took its place.
    #[schemars(with = "Option<Id<AppKeyId>>")]
    rotated_to: Option<AppKeyId>,
    /// When it last evaluated, as far as its records have come in.
    last_used_at: Option<DateTime<Utc>>,
}

/// A new key.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "CreatedAppKey")]
pub(crate) struct CreatedAppKeyOut {
    /// The secret: here and never again.
    key: String,
    #[serde(flatten)]
    app_key: AppKeyOut,
}

pub(crate) const LIST_APP_KEYS: Doc = Doc::new(
    "list_app_keys",
    "The application keys, newest first, without their secrets.",
);

/// `GET /v1/app-keys`, newest first.
pub(crate) async fn list_app_keys(
    State(app): State<App>,
    Allowed { principal, .. }: Allowed<AppKeysManage>,
    Query(page): Query<PageQuery>,
) -> Result<Json<Page<AppKeyOut>>, Error> {
    let page = page.parse::<AppKeyId>()?;
    let list = || async {
        let mut tenant = app.db.begin(principal.organization).await?;
        let rows = app_keys::list_app_keys(&mut tenant, page.before, page.rows()).await?;
        tenant.commit(rows).await
    };
    let rows = app.db.transaction("list_app_keys", list).await?;
    let keys: Result<Vec<_>, Error> = rows.into_iter().map(AppKeyOut::from_row).collect();
    Ok(Json(page.page(
        keys?.into_iter().map(|key| (key.id.to_string(), key)).collect(),
    )))
}

const NEW_APP_KEY: &[Field] = &[
    Field::required("name", schema::name),
    Field::optional("mode", mode_or_null),
    Field::required("promotions", scope_schema),
    Field::optional("expires_at", schema::time_or_null),
];

pub(crate) const CREATE_APP_KEY: Doc = Doc::new(
    "create_app_key",
    "Makes an application key, `test` unless asked otherwise. `key` of the answer is shown here and never again.",
)
.body(NEW_APP_KEY);

/// `POST /v1/app-keys`.
pub(crate) async fn create_app_key(
    State(app): State<App>,
    Allowed { principal, .. }: Allowed<AppKeysManage>,
    JsonBody(body): JsonBody,
) -> Result<Created<Json<CreatedAppKeyOut>>, Error> {
    let now = app.clock.now();
    let new = NewAppKey::parse(&body, now)?;
    let id = new_id(AppKeyId::from_parts, now)?;
    let random = random::bytes::<{ 2 * SECRET_CHARS }>()?;
    let key = AppKey::from_random(new.mode, principal.organization, random);
    let row = AppKeyRow {
        id: id.uuid(),
        name: new.name,
        hash: key.hash(),
        preview: key.preview(),
        mode: new.mode.as_str().to_owned(),
        scope: serde_json::to_value(&new.promotions).map_err(Error::fault)?,
        created_at: now,
        expires_at: new.expires_at,
        revoked_at: None,
        rotated_to: None,
        last_used_at: None,
    };
    let create = || async {
        let mut tenant = app.db.begin(principal.organization).await?;
        check_scope(&mut tenant, &new.promotions).await?;
        app_keys::insert_app_key(&mut tenant, &row).await?;
        publish(&mut tenant, &row, now).await?;
        let app_key = AppKeyOut::from_row(row.clone())?;
        let entry = Entry::new(Action::AppKeyCreated, id).after(&app_key)?;
        audit::record(&app, &mut tenant, &principal.actor(), entry).await?;
        tenant.commit(app_key).await
    };
    let app_key = app.db.transaction("create_app_key", create).await?;
    let key = key.reveal().to_owned();
    Ok(Created(Json(CreatedAppKeyOut { key, app_key })))
}

pub(crate) const REVOKE_APP_KEY: Doc =
    Doc::new("revoke_app_key", "Revokes an application key.").path(&[("id", schema::id::<AppKeyId>)]);

/// `DELETE /v1/app-keys/{id}`: revokes it. Safe to repeat.
pub(crate) async fn revoke_app_key(
    State(app): State<App>,
    Allowed { principal, .. }: Allowed<AppKeysManage>,
    Path(id): Path<String>,
) -> Result<NoContent, Error> {
    let id = parse_id(&id)?;
    let now = app.clock.now();
    let revoke = || async {
        let mut tenant = app.db.begin(principal.organization).await?;
        let row = app_keys::lock_app_key(&mut tenant, id).await?.ok_or_else(not_found)?;
        if row.revoked_at.is_none() {
            app_keys::revoke_app_key(&mut tenant, id, now).await?;
            let revoked = AppKeyRow {
                revoked_at: Some(now),
                ..row.clone()
            };
            publish(&mut tenant, &revoked, now).await?;
            jobs::push_revoked_key(&mut tenant, id, None, now).await?;
            let entry = Entry::new(Action::AppKeyRevoked, id).before(&AppKeyOut::from_row(row)?)?;
            audit::record(&app, &mut tenant, &principal.actor(), entry).await?;
        }
        tenant.commit(()).await
    };
    app.db.transaction("revoke_app_key", revoke).await?;
    Ok(NoContent)
}

fn mode_or_null(schemas: &mut SchemaGenerator) -> Schema {
    nullable(schema::mode(schemas))
}

fn scope_schema(schemas: &mut SchemaGenerator) -> Schema {
    let code = schema::code(schemas);
    json_schema!({"anyOf": [
        {"type": "string", "enum": ["all"]},
        {"type": "array", "items": code, "minItems": 1, "maxItems": MAX_SCOPE_CODES}
    ]})
}

fn not_found() -> Error {
    Error::not_found("No application key has this id: list your keys for those that exist.")
}

/// An id in a path. One that cannot exist names nothing.
fn parse_id(text: &str) -> Result<AppKeyId, Error> {
    text.parse().map_err(|_| not_found())
}

/// Tells the edge what a key is now. A revoked key stays published, so that every copy learns of it.
pub(crate) async fn publish(tenant: &mut Tenant, row: &AppKeyRow, now: DateTime<Utc>) -> Result<(), Error> {
    let entry = AppKeyEntry {
        v: V1,
        id: row.id.into(),
        organization_id: tenant.organization(),
        mode: parse_mode(&row.mode)?,
        promotions: parse_scope(&row.scope)?,
        expires_at: row.expires_at,
        revoked: row.revoked_at.is_some(),
    };
    let value = serde_json::to_string(&entry).map_err(Error::fault)?;
    let outbox = NewOutboxRow {
        key: &app_key_key(&row.hash),
        value: &value,
        promotion: None,
    };
    Ok(insert_outbox(tenant, &outbox, now).await?)
}

/// 422 for each code that names no promotion of the organisation.
async fn check_scope(tenant: &mut Tenant, scope: &KeyScope) -> Result<(), Error> {
    let codes: Vec<_> = match scope {
        KeyScope::All(_) => return Ok(()),
        KeyScope::Named(codes) => codes.iter().map(PromotionCode::to_string).collect(),
    };
    let known = find_promotion_codes(tenant, &codes).await?;
    let unknown = codes.iter().filter(|code| !known.contains_key(*code));
    let errors: Vec<_> = unknown
        .map(|code| {
            let detail = format!("No promotion has the code `{code}`: create it first.");
            FieldError::new("/promotions", "promotion_unknown", detail)
        })
        .collect();
    if errors.is_empty() {
        Ok(())
    } else {
        Err(Error::invalid(errors))
    }
}

/// The body of a creation, checked in itself.
struct NewAppKey {
    name: String,
    mode: Mode,
    promotions: KeyScope,
    expires_at: Option<DateTime<Utc>>,
}

impl NewAppKey {
    fn parse(body: &Value, now: DateTime<Utc>) -> Result<Self, Error> {
        let mut fields = Fields::only(body, NEW_APP_KEY)?;
        let name = fields.name("name").unwrap_or_default().to_owned();
        let mode = match fields.value("mode").map(Value::as_str) {
            None => Mode::Test,
            Some(mode) => mode.and_then(|mode| parse_mode(mode).ok()).unwrap_or_else(|| {
                fields.error("/mode", "mode_unknown", "Send \"live\" or \"test\".");
                Mode::Test
            }),
        };
        let promotions = parse_named_scope(&mut fields);
        let expires_at = fields.time("expires_at");
        if expires_at.is_some_and(|expires_at| expires_at <= now) {
            fields.error(
                "/expires_at",
                "time_past",
                "Send a time in the future, or null for a key without end.",
            );
        }
        fields.finish()?;
        Ok(Self {
            name,
            mode,
            promotions,
            expires_at,
        })
    }
}

fn parse_named_scope(fields: &mut Fields<'_>) -> KeyScope {
    let value = fields.value("promotions");
    if value.and_then(Value::as_str) == Some("all") {
        return KeyScope::ALL;
    }
    let codes = value
        .and_then(Value::as_array)
        .filter(|codes| (1..=MAX_SCOPE_CODES).contains(&codes.len()));
    let Some(codes) = codes else {
        let detail = format!("Send \"all\", or a list of 1 to {MAX_SCOPE_CODES} codes of promotions.");
        fields.error("/promotions", "scope_invalid", detail);
        return KeyScope::ALL;
    };
    let mut named = BTreeSet::new();
    for (index, code) in codes.iter().enumerate() {
        match code.as_str().map(str::parse::<PromotionCode>) {
            Some(Ok(code)) => _ = named.insert(code),
            Some(Err(error)) => {
                fields.error(
                    format!("/promotions/{index}"),
                    "code_invalid",
                    format!("Send a code: {error}."),
                );
            }
            None => fields.error(
                format!("/promotions/{index}"),
                "code_invalid",
                "Send the code as a string.",
            ),
        }
    }
    KeyScope::Named(named)
}

impl AppKeyOut {
    fn from_row(row: AppKeyRow) -> Result<Self, Error> {
        Ok(Self {
            id: row.id.into(),
            name: row.name,
            mode: parse_mode(&row.mode)?,
            promotions: parse_scope(&row.scope)?,
            preview: row.preview,
            created_at: row.created_at,
            expires_at: row.expires_at,
            revoked_at: row.revoked_at,
            rotated_to: row.rotated_to.map(AppKeyId::from),
            last_used_at: row.last_used_at,
        })
    }
}

fn parse_mode(text: &str) -> Result<Mode, Error> {
    let known = [Mode::Live, Mode::Test].into_iter().find(|mode| mode.as_str() == text);
    known.ok_or_else(|| Error::fault(format!("unknown mode {text}")))
}

fn parse_scope(json: &Value) -> Result<KeyScope, Error> {
    serde_json::from_value(json.clone()).map_err(Error::fault)
}
