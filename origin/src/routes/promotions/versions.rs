//! What was published of a promotion: its versions with their differences, and the way back to one.

use std::collections::{BTreeMap, BTreeSet};

use axum::Json;
use axum::extract::State;
use chrono::{DateTime, Utc};
use engine::ids::PromotionId;
use engine::problem::ProblemType;
use engine::promotion::{Status, Terms};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::Serialize;
use serde_json::{Map, Value};

use super::promotion::{number, parse_status, parse_stored};
use super::{Answer, PromotionOut, lock, not_found, parse_code, store_changed};
use crate::app::App;
use crate::audit::Action;
use crate::auth::{Allowed, PromotionsRead, PromotionsWrite};
use crate::db::Tenant;
use crate::db::promotion_versions::{self, VersionRow};
use crate::db::promotions;
use crate::openapi::doc::{Doc, MakeSchema};
use crate::openapi::promotion as openapi;
use crate::openapi::schema;
use crate::problem::Error;
use crate::routes::etag::IfMatch;
use crate::routes::input::{Page, PageQuery, Path, Query};

/// A published state of a promotion.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "PublishedVersion")]
pub(crate) struct VersionOut {
    version: u64,
    #[schemars(schema_with = "openapi::published_status")]
    status: Status,
    /// Who made it, as they were then; `null` for what was published before authors were kept.
    #[schemars(with = "Option<BTreeMap<String, Value>>")]
    author: Option<Value>,
    at: DateTime<Utc>,
    /// The differences to the version before.
    changes: Vec<Difference>,
}

/// A field that another version has otherwise.
#[derive(Debug, PartialEq, Serialize, JsonSchema)]
pub(crate) struct Difference {
    /// A JSON pointer into the terms, or `/status`.
    pointer: String,
    /// `null` where there was nothing, too.
    before: Value,
    after: Value,
}

/// The same with its terms.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "PublishedVersionWithTerms")]
pub(crate) struct VersionWithTerms {
    #[serde(flatten)]
    version: VersionOut,
    #[schemars(with = "openapi::Terms")]
    terms: Terms,
}

impl VersionOut {
    fn from_row(row: VersionRow) -> Result<Self, Error> {
        let mut changes = Vec::new();
        if let Some((status_before, terms_before)) = row.status_before.zip(row.terms_before) {
            compare(
                "/status",
                &status_before.into(),
                &row.status.clone().into(),
                &mut changes,
            );
            compare("", &terms_before, &row.terms, &mut changes);
        }
        Ok(Self {
            version: number(row.version)?,
            status: parse_status(&row.status)?,
            author: row.author,
            at: row.at,
            changes,
        })
    }
}

/// Notes what differs, as deep as both are objects.
fn compare(pointer: &str, before: &Value, after: &Value, differences: &mut Vec<Difference>) {
    if before == after {
        return;
    }
    if let (Value::Object(before), Value::Object(after)) = (before, after) {
        let names: BTreeSet<_> = before.keys().chain(after.keys()).collect();
        for name in names {
            let member = |object: &Map<String, Value>| object.get(name).cloned().unwrap_or_default();
            // RFC 6901 §3.
            let pointer = format!("{pointer}/{}", name.replace('~', "~0").replace('/', "~1"));
            compare(&pointer, &member(before), &member(after), differences);
        }
        return;
    }
    differences.push(Difference {
        pointer: pointer.to_owned(),
        before: before.clone(),
        after: after.clone(),
    });
}

pub(crate) const LIST_PROMOTION_VERSIONS: Doc = Doc::new(
    "list_promotion_versions",
    "What was published of a promotion, newest first, with the differences to the version before.",
)
.path(super::PATH);

/// `GET /v1/promotions/{code}/versions`.
pub(crate) async fn list_promotion_versions(
    State(app): State<App>,
    Allowed { principal, .. }: Allowed<PromotionsRead>,
    Path(code): Path<String>,
    Query(page): Query<PageQuery>,
) -> Result<Json<Page<VersionOut>>, Error> {
    let code = parse_code(&code)?;
    let page = page.parse::<i64>()?;
    let list = || async {
        let mut tenant = app.db.begin(principal.organization).await?;
        let promotion = promotions::find_promotion(&mut tenant, &code).await?;
        let promotion = PromotionId::from(promotion.ok_or_else(not_found)?.id);
        let rows = promotion_versions::list_versions(&mut tenant, promotion, page.before, page.rows()).await?;
        tenant.commit(rows).await
    };
    let rows = app.db.transaction("list_promotion_versions", list).await?;
    let versions = rows.into_iter().map(|row| {
        let cursor = row.version.to_string();
        Ok((cursor, VersionOut::from_row(row)?))
    });
    Ok(Json(page.page(versions.collect::<Result<_, Error>>()?)))
}

const PATH: &[(&str, MakeSchema)] = &[("code", schema::code), ("version", version_schema)];

fn version_schema(_: &mut SchemaGenerator) -> Schema {
    json_schema!({"type": "integer", "minimum": 1})
}

pub(crate) const GET_PROMOTION_VERSION: Doc = Doc::new(
    "get_promotion_version",
    "What was published of a promotion as one version.",
)
.path(PATH);

/// `GET /v1/promotions/{code}/versions/{version}`.
pub(crate) async fn get_promotion_version(
    State(app): State<App>,
    Allowed { principal, .. }: Allowed<PromotionsRead>,
    Path((code, version)): Path<(String, String)>,
) -> Result<Json<VersionWithTerms>, Error> {
    let code = parse_code(&code)?;
    let find = || async {
        let mut tenant = app.db.begin(principal.organization).await?;
        let promotion = promotions::find_promotion(&mut tenant, &code).await?;
        let promotion = PromotionId::from(promotion.ok_or_else(not_found)?.id);
        let row = find_version(&mut tenant, promotion, &version).await?;
        tenant.commit(row).await
    };
    let row = app.db.transaction("get_promotion_version", find).await?;
    Ok(Json(VersionWithTerms {
        terms: parse_stored(&row.terms)?,
        version: VersionOut::from_row(row)?,
    }))
}

pub(crate) const RESTORE_PROMOTION_VERSION: Doc = Doc::new(
    "restore_promotion_version",
    "Makes the terms of a version the present ones, as a further version.",
)
.path(PATH)
.problems(&[ProblemType::Conflict]);

/// `POST /v1/promotions/{code}/versions/{version}/restore`: the terms alone; whether it is active stays as it is.
pub(crate) async fn restore_promotion_version(
    State(app): State<App>,
    Allowed { principal, .. }: Allowed<PromotionsWrite>,
    Path((code, version)): Path<(String, String)>,
    if_match: IfMatch,
) -> Result<Answer, Error> {
    let code = parse_code(&code)?;
    let now = app.clock.now();
    let restore = || async {
        let mut tenant = app.db.begin(principal.organization).await?;
        let before = lock(&mut tenant, &code).await?;
        let row = find_version(&mut tenant, before.id, &version).await?;
        if_match.check(before.revision)?;
        let after = before.with_terms(parse_stored(&row.terms)?, now)?;
        let action = Action::PromotionRestored;
        let promotion = store_changed(&app, &mut tenant, &principal, action, before, after).await?;
        tenant.commit(promotion).await
    };
    let promotion = app.db.transaction("restore_promotion_version", restore).await?;
    Ok(PromotionOut::answer(&promotion, now))
}

/// The version that a path names, or 404.
async fn find_version(tenant: &mut Tenant, promotion: PromotionId, version: &str) -> Result<VersionRow, Error> {
    let missing = || Error::not_found("The promotion has no such version: list its versions for those that exist.");
    let version = version.parse().map_err(|_| missing())?;
    let row = promotion_versions::find_version(tenant, promotion, version).await?;
    row.ok_or_else(missing)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn differences_are_found() {
        let check = |before: Value, after: Value, expected: &[(&str, Value, Value)]| {
            let mut found = Vec::new();
            compare("", &before, &after, &mut found);
            let found: Vec<_> = found.into_iter().map(|d| (d.pointer, d.before, d.after)).collect();
            let expected: Vec<_> = expected
                .iter()
                .map(|(pointer, before, after)| ((*pointer).to_owned(), before.clone(), after.clone()))
                .collect();
            assert_eq!(found, expected);
        };
        let terms = json!({"name": "a", "limits": {"total": 5, "budget": null}, "effect": {"tiers": [1, 2]}});
        check(terms.clone(), terms.clone(), &[]);
        check(
            terms.clone(),
            json!({"name": "b", "limits": {"total": null, "budget": null}, "effect": {"tiers": [1, 3]}}),
            &[
                ("/effect/tiers", json!([1, 2]), json!([1, 3])),
                ("/limits/total", json!(5), json!(null)),
                ("/name", json!("a"), json!("b")),
            ],
        );
        check(
            json!({"a/b": {"x~": 1}}),
            json!({"a/b": {"y": 2}}),
            &[("/a~1b/x~0", json!(1), json!(null)), ("/a~1b/y", json!(null), json!(2))],
        );
        check(
            json!({"a": 1}),
            json!({"a": {"b": 2}}),
            &[("/a", json!(1), json!({"b": 2}))],
        );
    }
}
