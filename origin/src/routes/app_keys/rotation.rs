//! Rotation: a successor takes a key's place, and both work until the shop has changed over.

use axum::Json;
use axum::extract::State;
use chrono::{DateTime, TimeDelta, Utc};
use engine::app_key::{AppKey, SECRET_CHARS};
use engine::ids::AppKeyId;
use engine::problem::ProblemType;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::Serialize;
use serde_json::Value;

use super::{AppKeyOut, CreatedAppKeyOut, not_found, parse_id, parse_mode, publish};
use crate::app::App;
use crate::audit::{self, Action, Entry};
use crate::auth::{Allowed, AppKeysManage};
use crate::db::app_keys::{self, AppKeyRow};
use crate::jobs;
use crate::openapi::doc::{Doc, Field};
use crate::openapi::schema;
use crate::problem::Error;
use crate::random::{self, new_id};
use crate::routes::input::{Created, Fields, JsonBody, Path};

/// How long a replaced key lives on unless asked otherwise, in seconds: a day is enough to change a shop's settings.
const DEFAULT_OVERLAP_SECS: i64 = 24 * 60 * 60;
/// The longest that it may, in seconds: who needs more than a month to change over does not change over.
const MAX_OVERLAP_SECS: i64 = 30 * 24 * 60 * 60;

/// A successor, and what became of the key that it replaces.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "RotatedAppKey")]
pub(crate) struct RotatedAppKeyOut {
    #[serde(flatten)]
    successor: CreatedAppKeyOut,
    replaced: AppKeyOut,
}

const ROTATION: &[Field] = &[Field::optional("overlap_seconds", overlap_schema)];

pub(crate) const ROTATE_APP_KEY: Doc = Doc::new(
    "rotate_app_key",
    "Replaces an application key: it and its successor are good for the overlap. The successor is shown here alone.",
)
.path(&[("id", schema::id::<AppKeyId>)])
.body(ROTATION)
.problems(&[ProblemType::Conflict]);

/// `POST /v1/app-keys/{id}/rotate`. Of several calls for one key the first replaces it.
pub(crate) async fn rotate_app_key(
    State(app): State<App>,
    Allowed { principal, .. }: Allowed<AppKeysManage>,
    Path(id): Path<String>,
    JsonBody(body): JsonBody,
) -> Result<Created<Json<RotatedAppKeyOut>>, Error> {
    let id = parse_id(&id)?;
    let overlap = parse_overlap(&body)?;
    let now = app.clock.now();
    let new_id = new_id(AppKeyId::from_parts, now)?;
    let random = random::bytes::<{ 2 * SECRET_CHARS }>()?;
    let rotate = || async {
        let mut tenant = app.db.begin(principal.organization).await?;
        let old = app_keys::lock_app_key(&mut tenant, id).await?.ok_or_else(not_found)?;
        let follows_live_key = app_keys::has_live_predecessor(&mut tenant, id, now).await?;
        check_rotation(&old, follows_live_key, overlap, now)?;
        let before = AppKeyOut::from_row(old.clone())?;
        let key = AppKey::from_random(parse_mode(&old.mode)?, principal.organization, random);
        let (old, new) = replace(old, new_id, &key, overlap, now);
        app_keys::insert_app_key(&mut tenant, &new).await?;
        app_keys::replace_app_key(&mut tenant, id, new_id, old.expires_at).await?;
        publish(&mut tenant, &new, now).await?;
        publish(&mut tenant, &old, now).await?;
        if overlap.is_zero() {
            jobs::push_revoked_key(&mut tenant, id, None, now).await?;
        }
        let (new, old) = (AppKeyOut::from_row(new)?, AppKeyOut::from_row(old)?);
        let entry = Entry::new(Action::AppKeyRotated, id).before(&before)?.after(&old)?;
        audit::record(&app, &mut tenant, &principal.actor(), entry).await?;
        tenant.commit((key, new, old)).await
    };
    let (key, app_key, replaced) = app.db.transaction("rotate_app_key", rotate).await?;
    let successor = CreatedAppKeyOut {
        key: key.reveal().to_owned(),
        app_key,
    };
    Ok(Created(Json(RotatedAppKeyOut { successor, replaced })))
}

/// Both rows: the successor is good for the same, and as long; the replaced key for the overlap, and never longer than
/// it was.
fn replace(
    old: AppKeyRow,
    id: AppKeyId,
    key: &AppKey,
    overlap: TimeDelta,
    now: DateTime<Utc>,
) -> (AppKeyRow, AppKeyRow) {
    let end = now + overlap;
    let new = AppKeyRow {
        id: id.uuid(),
        hash: key.hash(),
        preview: key.preview(),
        created_at: now,
        last_used_at: None,
        ..old.clone()
    };
    let old = AppKeyRow {
        expires_at: Some(old.expires_at.map_or(end, |expires_at| expires_at.min(end))),
        rotated_to: Some(id.uuid()),
        ..old
    };
    (old, new)
}

/// 409 unless the key is the newest of its line and good, and no third one would be good beside it and its successor.
fn check_rotation(
    old: &AppKeyRow,
    follows_live_key: bool,
    overlap: TimeDelta,
    now: DateTime<Utc>,
) -> Result<(), Error> {
    let detail = if old.revoked_at.is_some() {
        "The application key is revoked: create another.".to_owned()
    } else if let Some(successor) = old.rotated_to {
        format!(
            "The application key was replaced: rotate its successor `{}`.",
            AppKeyId::from(successor)
        )
    } else if old.expires_at.is_some_and(|expires_at| expires_at <= now) {
        "The application key has expired: create another.".to_owned()
    } else if follows_live_key && overlap > TimeDelta::zero() {
        "The key that this one replaced is still good: revoke it, wait for its end, or send `overlap_seconds` 0."
            .to_owned()
    } else {
        return Ok(());
    };
    Err(Error::new(ProblemType::Conflict, detail))
}

fn overlap_schema(_: &mut SchemaGenerator) -> Schema {
    json_schema!({"type": ["integer", "null"], "minimum": 0, "maximum": MAX_OVERLAP_SECS})
}

fn parse_overlap(body: &Value) -> Result<TimeDelta, Error> {
    let mut fields = Fields::only(body, ROTATION)?;
    let secs = match fields.value("overlap_seconds") {
        None => Some(DEFAULT_OVERLAP_SECS),
        Some(value) => value.as_i64().filter(|secs| (0..=MAX_OVERLAP_SECS).contains(secs)),
    };
    if secs.is_none() {
        let detail = format!("Send a whole number of seconds from 0 to {MAX_OVERLAP_SECS}.");
        fields.error("/overlap_seconds", "overlap_invalid", detail);
    }
    fields.finish()?;
    Ok(TimeDelta::seconds(secs.unwrap_or_default()))
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use uuid::Uuid;

    use super::*;

    fn at(secs: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(secs, 0).unwrap()
    }

    fn row() -> AppKeyRow {
        AppKeyRow {
            id: Uuid::nil(),
            name: "Shop".to_owned(),
            hash: String::new(),
            preview: String::new(),
            mode: "live".to_owned(),
            scope: json!("all"),
            created_at: at(0),
            expires_at: None,
            revoked_at: None,
            rotated_to: None,
            last_used_at: Some(at(5)),
        }
    }

    #[test]
    fn which_keys_rotate() {
        let check = |row: AppKeyRow, follows_live_key, overlap, expected: Option<&str>| {
            let checked = check_rotation(&row, follows_live_key, TimeDelta::seconds(overlap), at(100));
            let error = checked.err().map(|error| error.to_string()).unwrap_or_default();
            assert_eq!(error.is_empty(), expected.is_none(), "{error}");
            assert!(error.contains(expected.unwrap_or_default()), "{error}");
        };
        let changed = |change: fn(&mut AppKeyRow)| {
            let mut row = row();
            change(&mut row);
            row
        };
        check(row(), false, 60, None);
        check(changed(|row| row.expires_at = Some(at(101))), false, 60, None);
        check(
            changed(|row| row.expires_at = Some(at(100))),
            false,
            60,
            Some("has expired"),
        );
        check(
            changed(|row| row.revoked_at = Some(at(1))),
            false,
            60,
            Some("is revoked"),
        );
        check(
            changed(|row| row.rotated_to = Some(Uuid::nil())),
            false,
            60,
            Some("its successor `key_0"),
        );
        check(row(), true, 60, Some("still good"));
        check(row(), true, 0, None);
    }

    #[test]
    fn a_replaced_key_never_lives_longer() {
        let check = |expires_at: Option<i64>, overlap, expected| {
            let old = AppKeyRow {
                expires_at: expires_at.map(at),
                ..row()
            };
            let organization = engine::ids::OrganizationId::from_parts(1, [1; 10]);
            let key = AppKey::from_random(engine::app_key::Mode::Live, organization, [1; 2 * SECRET_CHARS]);
            let id = AppKeyId::from_parts(1, [1; 10]);
            let (old, new) = replace(old, id, &key, TimeDelta::seconds(overlap), at(100));
            assert_eq!((old.expires_at, old.rotated_to), (Some(at(expected)), Some(id.uuid())));
            assert_eq!(
                (new.expires_at, new.rotated_to, new.last_used_at),
                (expires_at.map(at), None, None)
            );
        };
        check(None, 60, 160);
        check(None, 0, 100);
        check(Some(130), 60, 130);
        check(Some(190), 60, 160);
    }
}
