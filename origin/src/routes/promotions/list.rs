//! The list of promotions: searched, filtered, sorted, in pages.

use std::collections::HashMap;
use std::str::FromStr;

use axum::Json;
use axum::extract::State;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, Utc};
use engine::ids::PromotionId;
use engine::problem::FieldError;
use engine::promotion::{Kind, Standing};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};

use super::PromotionOut;
use super::promotion::Promotion;
use crate::app::App;
use crate::auth::{Allowed, PromotionsRead};
use crate::db::promotions::{self, PromotionFilter};
use crate::openapi::doc::Doc;
use crate::openapi::schema;
use crate::problem::Error;
use crate::routes::input::{MAX_NAME_CHARS, Page, PageQuery, Query, TIME_HELP, parse_time};

/// Which promotions, in which order.
#[derive(Debug, Deserialize, JsonSchema)]
pub(crate) struct PromotionQuery {
    /// Part of a name or a code, in any case.
    #[schemars(with = "Option<String>", length(max = MAX_NAME_CHARS))]
    q: Option<String>,
    /// One or more, with commas between them.
    #[schemars(schema_with = "statuses_schema")]
    status: Option<String>,
    /// Those that consume a transaction, or those that consume a coupon.
    #[schemars(schema_with = "kind_schema")]
    kind: Option<String>,
    /// Those that end before this, exclusive; what never ends is none of them.
    #[schemars(with = "Option<DateTime<Utc>>")]
    ends_before: Option<String>,
    /// By what, descending with `-`; `-created_at` unless asked otherwise.
    #[schemars(schema_with = "sort_schema")]
    sort: Option<String>,
}

/// The same, checked.
#[derive(Debug)]
struct Wanted {
    q: Option<String>,
    standings: Option<Vec<String>>,
    kind: Option<&'static str>,
    ends_before: Option<DateTime<Utc>>,
    sort: Sort,
}

macro_rules! sorts {
    ($($name:ident = $word:literal, $by:literal, $descending:literal;)*) => {
        /// The order of a list.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        enum Sort { $($name,)* }

        impl Sort {
            const ALL: &'static [Self] = &[$(Self::$name,)*];

            /// The word in queries and cursors.
            const fn as_str(self) -> &'static str {
                match self { $(Self::$name => $word,)* }
            }

            /// What it goes by.
            const fn by(self) -> &'static str {
                match self { $(Self::$name => $by,)* }
            }

            const fn is_descending(self) -> bool {
                match self { $(Self::$name => $descending,)* }
            }
        }
    };
}

sorts! {
    Newest = "-created_at", "created_at", true;
    Oldest = "created_at", "created_at", false;
    ChangedLast = "-updated_at", "updated_at", true;
    ChangedFirst = "updated_at", "updated_at", false;
    Name = "name", "name", false;
    NameDescending = "-name", "name", true;
    EndsFirst = "ends_at", "ends_at", false;
    EndsLast = "-ends_at", "ends_at", true;
}

fn statuses_schema(_: &mut SchemaGenerator) -> Schema {
    let words = Standing::ALL.map(Standing::as_str).join("|");
    json_schema!({"type": "string", "pattern": format!("^({words})(,({words}))*$"), "examples": ["active,paused"]})
}

fn kind_schema(_: &mut SchemaGenerator) -> Schema {
    schema::words(Kind::ALL.map(Kind::as_str))
}

fn sort_schema(_: &mut SchemaGenerator) -> Schema {
    schema::words(Sort::ALL.iter().map(|sort| sort.as_str()))
}

impl PromotionQuery {
    fn parse(self) -> Result<Wanted, Error> {
        let mut errors = Vec::new();
        let is_long = |q: &String| q.chars().count() > MAX_NAME_CHARS;
        if self.q.as_ref().is_some_and(is_long) {
            let detail = format!("Send at most {MAX_NAME_CHARS} characters.");
            errors.push(FieldError::new("/q", "query_invalid", detail));
        }
        let standings = self.status.map(|words| words.split(',').map(str::to_owned).collect());
        let is_standing = |word: &String| Standing::ALL.iter().any(|standing| standing.as_str() == word);
        if !standings.iter().flatten().all(is_standing) {
            let words = Standing::ALL.map(Standing::as_str).join("`, `");
            let detail = format!("Send one or more of `{words}`, with commas between them.");
            errors.push(FieldError::new("/status", "status_unknown", detail));
        }
        let kinds = Kind::ALL.map(Kind::as_str);
        let kind = self.kind.map(|word| kinds.into_iter().find(|kind| *kind == word));
        if kind == Some(None) {
            let detail = format!("Send `{}`.", kinds.join("` or `"));
            errors.push(FieldError::new("/kind", "kind_unknown", detail));
        }
        let ends_before = self.ends_before.as_deref().map(parse_time);
        if ends_before == Some(None) {
            errors.push(FieldError::new("/ends_before", "time_invalid", TIME_HELP));
        }
        let sort = self.sort.map_or(Some(Sort::Newest), |word| Sort::find(&word));
        match sort {
            Some(sort) if errors.is_empty() => {
                return Ok(Wanted {
                    // No promotion has the character U+0000, and the database refuses it.
                    q: self.q.map(|q| q.replace('\0', "\u{fffd}")),
                    standings,
                    kind: kind.flatten(),
                    ends_before: ends_before.flatten(),
                    sort,
                });
            }
            Some(_) => {}
            None => {
                let words: Vec<_> = Sort::ALL.iter().map(|sort| sort.as_str()).collect();
                let detail = format!("Send one of `{}`.", words.join("`, `"));
                errors.push(FieldError::new("/sort", "sort_unknown", detail));
            }
        }
        Err(Error::invalid(errors))
    }
}

impl Sort {
    fn find(word: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|sort| sort.as_str() == word)
    }
}

/// The place of a promotion in a list of one order, from which the next page goes on: whatever is added meanwhile.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Cursor {
    #[serde(rename = "s")]
    sort: String,
    #[serde(rename = "k")]
    key: String,
    id: PromotionId,
}

impl Cursor {
    fn to_text(&self) -> Result<String, Error> {
        let json = serde_json::to_vec(self).map_err(Error::fault)?;
        Ok(URL_SAFE_NO_PAD.encode(json))
    }
}

impl FromStr for Cursor {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let json = URL_SAFE_NO_PAD.decode(text).map_err(drop)?;
        let cursor: Self = serde_json::from_slice(&json).map_err(drop)?;
        if cursor.key.contains('\0') { Err(()) } else { Ok(cursor) }
    }
}

pub(crate) const LIST_PROMOTIONS: Doc = Doc::new(
    "list_promotions",
    "The promotions of the organisation, newest first unless asked otherwise.",
);

/// `GET /v1/promotions`.
pub(crate) async fn list_promotions(
    State(app): State<App>,
    Allowed { principal, .. }: Allowed<PromotionsRead>,
    Query(page): Query<PageQuery>,
    Query(query): Query<PromotionQuery>,
) -> Result<Json<Page<PromotionOut>>, Error> {
    let wanted = query.parse()?;
    let page = page.parse::<Cursor>()?;
    if page
        .before
        .as_ref()
        .is_some_and(|cursor| cursor.sort != wanted.sort.as_str())
    {
        let detail = "The cursor is of another `sort`: send the one it was made with, or no cursor.";
        return Err(Error::invalid(vec![FieldError::new(
            "/cursor",
            "cursor_invalid",
            detail,
        )]));
    }
    let now = app.clock.now();
    let filter = PromotionFilter {
        q: wanted.q.as_deref(),
        standings: wanted.standings.as_deref(),
        kind: wanted.kind,
        ends_before: wanted.ends_before,
        sort_by: wanted.sort.by(),
        descending: wanted.sort.is_descending(),
        behind: page.before.as_ref().map(|cursor| (cursor.key.as_str(), cursor.id)),
        limit: page.rows(),
    };
    let list = || async {
        let mut tenant = app.db.begin(principal.organization).await?;
        let places = promotions::list_promotion_places(&mut tenant, &filter, now).await?;
        let ids: Vec<_> = places.iter().map(|place| place.id).collect();
        let rows = promotions::find_promotions(&mut tenant, &ids).await?;
        tenant.commit((places, rows)).await
    };
    let (places, rows) = app.db.transaction("list_promotions", list).await?;
    let mut rows: HashMap<_, _> = rows.into_iter().map(|row| (row.id, row)).collect();
    let places = places.into_iter().map(|place| {
        let cursor = Cursor {
            sort: wanted.sort.as_str().to_owned(),
            key: place.sort_key,
            id: place.id.into(),
        };
        Ok((cursor.to_text()?, place.id))
    });
    let page = page.page(places.collect::<Result<_, Error>>()?);
    // A draft may have been deleted between the two statements.
    let page = page.try_filter_map(|id| match rows.remove(&id) {
        Some(row) => Promotion::from_row(row).map(|promotion| Some(PromotionOut::new(&promotion, now))),
        None => Ok(None),
    })?;
    Ok(Json(page))
}
