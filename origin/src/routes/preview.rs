//! What mails look like, with sample data: for development, where `DEV_PREVIEW` is set. Elsewhere nothing is here.

use askama::Template;
use axum::extract::{FromRequestParts, State};
use axum::http::header::CONTENT_TYPE;
use axum::http::request::Parts;
use axum::response::{Html, IntoResponse, Response};
use serde::Deserialize;

use super::input::{Path, Query};
use crate::app::App;
use crate::mail::{Content, Language, samples};
use crate::problem::Error;

/// Present where previews are shown.
#[derive(Debug)]
pub(crate) struct Previews;

impl FromRequestParts<App> for Previews {
    type Rejection = Error;

    async fn from_request_parts(_: &mut Parts, app: &App) -> Result<Self, Error> {
        if app.dev_preview { Ok(Self) } else { Err(nothing()) }
    }
}

/// How a mail is shown.
#[derive(Debug, Deserialize)]
pub(crate) struct PreviewQuery {
    locale: Option<String>,
    #[serde(default)]
    format: Format,
}

#[derive(Debug, Clone, Copy, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Format {
    #[default]
    Html,
    Text,
}

#[derive(Template)]
#[template(path = "dev/mails.html")]
struct ListPage {
    names: Vec<&'static str>,
}

/// `GET /dev/mails`: links to every mail.
pub(crate) async fn list_mails(State(app): State<App>, _: Previews) -> Result<Html<String>, Error> {
    let names = samples::all(&app.public_url)
        .into_iter()
        .map(|(name, _)| name)
        .collect();
    ListPage { names }.render().map(Html).map_err(Error::fault)
}

/// `GET /dev/mails/{name}`: one, in the language of `locale` and as `format`.
pub(crate) async fn get_mail(
    State(app): State<App>,
    _: Previews,
    Path(name): Path<String>,
    Query(query): Query<PreviewQuery>,
) -> Result<Response, Error> {
    let samples = samples::all(&app.public_url);
    let (_, mail) = samples.iter().find(|(sample, _)| *sample == name).ok_or_else(nothing)?;
    let language = Language::of_locale(query.locale.as_deref());
    let content = Content::render(mail, language).map_err(Error::fault)?;
    Ok(match query.format {
        Format::Html => Html(content.html).into_response(),
        Format::Text => {
            let text = format!("Subject: {}\n\n{}", content.subject, content.text);
            ([(CONTENT_TYPE, "text/plain; charset=utf-8")], text).into_response()
        }
    })
}

fn nothing() -> Error {
    Error::not_found("Nothing is at this address: see the API's documentation for its paths.")
}
