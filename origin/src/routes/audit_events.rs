//! The audit trail, newest first, with filters.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::State;
use chrono::{DateTime, Utc};
use engine::ids::{AuditEventId, UserId};
use engine::problem::FieldError;
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::input::{Page, PageQuery, Query, TIME_HELP, parse_time};
use crate::app::App;
use crate::audit::Action;
use crate::auth::{Allowed, AuditRead};
use crate::db::audit_events::{self, AuditEventRow, AuditFilter};
use crate::openapi::doc::Doc;
use crate::openapi::schema::{self, Id};
use crate::problem::Error;

/// An entry.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "AuditEvent")]
pub(crate) struct AuditEventOut {
    #[schemars(with = "Id<AuditEventId>")]
    id: AuditEventId,
    time: DateTime<Utc>,
    /// Who, as they were then.
    #[schemars(with = "BTreeMap<String, Value>")]
    actor: Value,
    action: String,
    object: ObjectOut,
    /// The object before; `null` when it began, or its state is not part of the entry.
    before: Option<Value>,
    /// The object after.
    after: Option<Value>,
    request_id: Option<String>,
}

#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "AuditObject")]
struct ObjectOut {
    #[serde(rename = "type")]
    kind: String,
    id: String,
}

impl AuditEventOut {
    fn from_row(row: AuditEventRow) -> Self {
        Self {
            id: row.id.into(),
            time: row.at,
            actor: row.actor,
            action: row.action,
            object: ObjectOut {
                kind: row.object_type,
                id: row.object_id,
            },
            before: row.before,
            after: row.after,
            request_id: row.request_id,
        }
    }
}

/// Which entries.
#[derive(Debug, Deserialize, JsonSchema)]
pub(crate) struct AuditQuery {
    /// A user's id.
    #[schemars(with = "Option<Id<UserId>>")]
    actor: Option<String>,
    /// What was done.
    #[schemars(schema_with = "action_schema")]
    action: Option<String>,
    /// A kind of object, such as `role`.
    object_type: Option<String>,
    /// An object's id or code.
    object_id: Option<String>,
    /// From this time on.
    #[schemars(with = "Option<DateTime<Utc>>")]
    from: Option<String>,
    /// Before this time.
    #[schemars(with = "Option<DateTime<Utc>>")]
    to: Option<String>,
}

fn action_schema(_: &mut SchemaGenerator) -> Schema {
    schema::words(Action::ALL.iter().map(|action| action.as_str()))
}

pub(crate) const LIST_AUDIT_EVENTS: Doc = Doc::new(
    "list_audit_events",
    "Who did what to which object, newest first. Filters narrow it down.",
);

/// `GET /v1/audit-events`.
pub(crate) async fn list_audit_events(
    State(app): State<App>,
    Allowed { principal, .. }: Allowed<AuditRead>,
    Query(page): Query<PageQuery>,
    Query(query): Query<AuditQuery>,
) -> Result<Json<Page<AuditEventOut>>, Error> {
    let page = page.parse::<AuditEventId>()?;
    let filter = query.parse()?;
    let list = || async {
        let mut tenant = app.db.begin(principal.organization).await?;
        let rows = audit_events::list_audit_events(&mut tenant, &filter, page.before, page.rows()).await?;
        tenant.commit(rows).await
    };
    let rows = app.db.transaction("list_audit_events", list).await?;
    let events = rows.into_iter().map(AuditEventOut::from_row);
    Ok(Json(
        page.page(events.map(|event| (event.id.to_string(), event)).collect()),
    ))
}

impl AuditQuery {
    fn parse(&self) -> Result<AuditFilter, Error> {
        let mut errors = Vec::new();
        let actor: Option<UserId> = self.actor.as_deref().and_then(|actor| {
            let parsed = actor.parse().ok();
            if parsed.is_none() {
                errors.push(FieldError::new("/actor", "actor_invalid", "Send a user's id."));
            }
            parsed
        });
        let action = self.action.clone();
        if action
            .as_deref()
            .is_some_and(|word| Action::ALL.iter().all(|action| action.as_str() != word))
        {
            let words: Vec<_> = Action::ALL.iter().map(|action| action.as_str()).collect();
            let detail = format!("Send one of `{}`.", words.join("`, `"));
            errors.push(FieldError::new("/action", "action_unknown", detail));
        }
        for (name, text) in [("/object_type", &self.object_type), ("/object_id", &self.object_id)] {
            if text.as_deref().is_some_and(|text| text.contains('\0')) {
                errors.push(FieldError::new(
                    name,
                    "object_invalid",
                    "Send text without the character U+0000.",
                ));
            }
        }
        let mut time = |name: &str, text: &Option<String>| {
            let parsed = text.as_deref().map(parse_time);
            if parsed == Some(None) {
                errors.push(FieldError::new(name, "time_invalid", TIME_HELP));
            }
            parsed.flatten()
        };
        let (from, to) = (time("/from", &self.from), time("/to", &self.to));
        if !errors.is_empty() {
            return Err(Error::invalid(errors));
        }
        Ok(AuditFilter {
            actor,
            action,
            object_type: self.object_type.clone(),
            object_id: self.object_id.clone(),
            from,
            to,
        })
    }
}
