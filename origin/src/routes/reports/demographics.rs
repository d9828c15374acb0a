//! Who was evaluated, as far as nobody is found in it: see [`crate::disclosure`].

use axum::Json;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::http::header::VARY;
use axum::response::{IntoResponse, Response};
use chrono::{DateTime, DurationRound, TimeDelta, Utc};
use engine::problem::{FieldError, ProblemType};
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::{Deserialize, Serialize};

use super::totals::quotient;
use super::{find_id, sheet};
use crate::app::App;
use crate::auth::{Allowed, ReportsRead};
use crate::db::demographics::{AGE, CITY, COUNTRY, DisclosedRow, find_told_to, sum_disclosed_cells};
use crate::disclosure::{HIDDEN, THRESHOLD, country_of};
use crate::mail::Language;
use crate::openapi::describe::Describe;
use crate::openapi::doc::Doc;
use crate::openapi::operation::Operation;
use crate::openapi::schema;
use crate::places::{country_name, location_name};
use crate::problem::Error;
use crate::routes::input::{Query, TIME_HELP, parse_time};
use crate::routes::language::{choose_language, lang_schema};
use crate::routes::promotions::parse_code;

/// Rows of an answer, the largest ones: what a page can show.
const MAX_ROWS: usize = 1_000;

const COLUMNS: &[&str] = &[
    "key",
    "name",
    "country",
    "evaluations",
    "applicable",
    "not_applicable",
    "ratio",
];

/// What is asked.
#[derive(Debug, Deserialize, JsonSchema)]
pub(crate) struct DemographicsQuery {
    /// A promotion's code; all promotions when absent.
    #[schemars(schema_with = "schema::code")]
    promotion: Option<String>,
    /// What the rows are; `country` when absent.
    #[schemars(schema_with = "by_schema")]
    by: Option<String>,
    /// Inclusive; taken down to the full hour, UTC. A period counts if it ended after it.
    #[schemars(with = "Option<DateTime<Utc>>")]
    from: Option<String>,
    /// Exclusive, and taken up to the full hour. A period counts if it ended by it.
    #[schemars(with = "Option<DateTime<Utc>>")]
    to: Option<String>,
    /// The language of the names; that of `Accept-Language` when absent.
    #[schemars(schema_with = "lang_schema")]
    lang: Option<String>,
}

/// The answer.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Demographics")]
pub(crate) struct DemographicsOut {
    /// Until when the figures go at most: the end of the last period that is told; `null` before the first.
    updated_at: Option<DateTime<Utc>>,
    /// How many seconds ago that was.
    lag_seconds: Option<i64>,
    /// The least number of evaluations that is told.
    threshold: u64,
    /// The largest first, and at most 1,000.
    rows: Vec<RowOut>,
    /// Evaluations in rows beyond these.
    omitted: u64,
    /// Evaluations of the same periods that are in no row, for they would tell of too few people.
    hidden: u64,
}

/// Evaluations with something in common.
#[derive(Debug, PartialEq, Serialize, JsonSchema)]
#[schemars(rename = "DemographicsRow")]
struct RowOut {
    /// ISO 3166-1 alpha-2, the three characters of UN/LOCODE, or an age band; `null` for unknown.
    key: Option<String>,
    name: String,
    /// A city's country; `null` for unknown and for what is no city.
    country: Option<String>,
    evaluations: u64,
    applicable: u64,
    not_applicable: u64,
    /// Applicable ÷ evaluations, to four decimals.
    ratio: Option<f64>,
}

/// The same in the form that the client takes.
#[derive(Debug)]
pub(crate) struct DemographicsAnswer(Response);

impl IntoResponse for DemographicsAnswer {
    fn into_response(self) -> Response {
        self.0
    }
}

impl Describe for DemographicsAnswer {
    fn describe(operation: &mut Operation<'_>) {
        operation.answers::<DemographicsOut>(200, "Who was evaluated; as CSV the rows alone");
        operation.answers_text(200, "Who was evaluated; as CSV the rows alone", "text/csv");
    }
}

pub(crate) const GET_DEMOGRAPHICS: Doc = Doc::new(
    "get_demographics",
    "Where the shoppers were and how old, as far as nobody is found in it.",
)
.problems(&[ProblemType::NotFound]);

/// `GET /v1/reports/demographics`.
pub(crate) async fn get_demographics(
    State(app): State<App>,
    Allowed { principal, .. }: Allowed<ReportsRead>,
    headers: HeaderMap,
    Query(query): Query<DemographicsQuery>,
) -> Result<DemographicsAnswer, Error> {
    let Question {
        language,
        dimension,
        from,
        to,
    } = Question::parse(&query, &headers)?;
    let code = query.promotion.as_deref().map(parse_code).transpose()?;
    let read = || async {
        let mut tenant = app.db.begin(principal.organization).await?;
        let promotion = match &code {
            Some(code) => Some(find_id(&mut tenant, code).await?),
            None => None,
        };
        let told_to = find_told_to(&mut tenant, promotion, dimension.as_str()).await?;
        let rows = sum_disclosed_cells(&mut tenant, promotion, dimension.as_str(), from, to).await?;
        tenant.commit((told_to, rows)).await
    };
    let (told_to, rows) = app.db.transaction("get_demographics", read).await?;
    let mut answer = DemographicsOut {
        updated_at: told_to,
        lag_seconds: told_to.map(|told_to| (app.clock.now() - told_to).num_seconds()),
        threshold: THRESHOLD,
        rows: Vec::new(),
        omitted: 0,
        hidden: 0,
    };
    for row in rows {
        answer.add(row, dimension, language)?;
    }
    if sheet::is_wanted(&headers) {
        return sheet::file("demographics", COLUMNS, answer.rows.iter().map(RowOut::cells)).map(DemographicsAnswer);
    }
    Ok(DemographicsAnswer(([(VARY, "accept")], Json(answer)).into_response()))
}

/// What rows are.
#[derive(Debug, Clone, Copy)]
enum Dimension {
    Country,
    City,
    Age,
}

impl Dimension {
    const ALL: [Self; 3] = [Self::Country, Self::City, Self::Age];

    fn parse(by: Option<&str>) -> Result<Self, FieldError> {
        let Some(by) = by else { return Ok(Self::Country) };
        let dimension = Self::ALL.into_iter().find(|dimension| dimension.as_str() == by);
        dimension.ok_or_else(|| FieldError::new("/by", "by_invalid", "Send `country`, `city` or `age`."))
    }

    const fn as_str(self) -> &'static str {
        match self {
            Self::Country => COUNTRY,
            Self::City => CITY,
            Self::Age => AGE,
        }
    }
}

fn by_schema(_: &mut SchemaGenerator) -> Schema {
    schema::words(Dimension::ALL.map(Dimension::as_str))
}

/// The query, checked. Its times are full hours.
struct Question {
    language: Language,
    dimension: Dimension,
    from: Option<DateTime<Utc>>,
    to: Option<DateTime<Utc>>,
}

impl Question {
    fn parse(query: &DemographicsQuery, headers: &HeaderMap) -> Result<Self, Error> {
        let language = choose_language(query.lang.as_deref(), headers);
        let dimension = Dimension::parse(query.by.as_deref());
        let from = parse_hour("from", query.from.as_deref(), TimeDelta::zero());
        let to = parse_hour(
            "to",
            query.to.as_deref(),
            TimeDelta::hours(1) - TimeDelta::nanoseconds(1),
        );
        match (language, dimension, from, to) {
            (Ok(language), Ok(dimension), Ok(from), Ok(to)) => {
                if from.zip(to).is_some_and(|(from, to)| to <= from) {
                    let detail = "Send an end that is after the start.";
                    return Err(Error::invalid(vec![FieldError::new(
                        "/to",
                        "ends_before_start",
                        detail,
                    )]));
                }
                Ok(Self {
                    language,
                    dimension,
                    from,
                    to,
                })
            }
            (language, dimension, from, to) => {
                let errors = [language.err(), dimension.err(), from.err(), to.err()];
                Err(Error::invalid(errors.into_iter().flatten().collect()))
            }
        }
    }
}

/// The full hour of a time after `shift`.
fn parse_hour(name: &str, text: Option<&str>, shift: TimeDelta) -> Result<Option<DateTime<Utc>>, FieldError> {
    let Some(text) = text else { return Ok(None) };
    let time = parse_time(text).and_then(|time| time.checked_add_signed(shift));
    let hour = time.and_then(|time| time.duration_trunc(TimeDelta::hours(1)).ok());
    let error = || FieldError::new(format!("/{name}"), "time_invalid", TIME_HELP);
    hour.map(Some).ok_or_else(error)
}

impl DemographicsOut {
    fn add(&mut self, row: DisclosedRow, dimension: Dimension, language: Language) -> Result<(), Error> {
        let evaluations = u64::try_from(row.evaluations).map_err(Error::fault)?;
        if row.key == HIDDEN {
            self.hidden = evaluations;
        } else if self.rows.len() == MAX_ROWS {
            self.omitted += evaluations;
        } else {
            let applicable = u64::try_from(row.applicable).map_err(Error::fault)?;
            let (country, key) = match dimension {
                Dimension::City => (text(country_of(&row.key)), row.key.get(2..).and_then(text)),
                Dimension::Country | Dimension::Age => (None, text(&row.key)),
            };
            self.rows.push(RowOut {
                name: name(key.as_deref(), country.as_deref(), dimension, language),
                key,
                country,
                evaluations,
                applicable,
                not_applicable: evaluations.saturating_sub(applicable),
                ratio: quotient(applicable.into(), evaluations, 10_000),
            });
        }
        Ok(())
    }
}

impl RowOut {
    /// As many as [`COLUMNS`].
    fn cells(&self) -> [String; 7] {
        [
            self.key.clone().unwrap_or_default(),
            self.name.clone(),
            self.country.clone().unwrap_or_default(),
            self.evaluations.to_string(),
            self.applicable.to_string(),
            self.not_applicable.to_string(),
            self.ratio.map(|ratio| ratio.to_string()).unwrap_or_default(),
        ]
    }
}

fn text(text: &str) -> Option<String> {
    (!text.is_empty()).then(|| text.to_owned())
}

/// A code that nobody knows a name of stands for itself.
fn name(key: Option<&str>, country: Option<&str>, dimension: Dimension, language: Language) -> String {
    let Some(key) = key else {
        return match language {
            Language::English => "Unknown".to_owned(),
            Language::Spanish => "Desconocido".to_owned(),
        };
    };
    let name = match dimension {
        Dimension::Country => country_name(key, language),
        Dimension::City => country.and_then(|country| location_name(country, key)),
        Dimension::Age => None,
    };
    name.unwrap_or(key).to_owned()
}

const _: () = assert!(MAX_ROWS == 1_000, "the documentation of `rows` names the bound");
