//! schemathesis calls the origin with what its OpenAPI document allows and with what it forbids, and holds every answer
//! against the document: no server errors, no status, header or body that the document does not name, no ignored
//! authentication, no bad input that is taken.
//!
//! The origin and its PostgreSQL are private and real; the caller is an administrator. Nothing of the product is set
//! aside for it: where a rate limit is used up, 429 is an answer that the document names, and it is taken only after
//! the body was checked, so that bad input is looked at in any case. `xtask/schemathesis/schemathesis.toml` says how
//! much is tried; the seed is fixed.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result, bail};
use serde_json::{Value, json};

use crate::http::{Client, Options};
use crate::services::origin::{self, Origin, OriginConfig};
use crate::services::postgres::{Postgres, PostgresConfig};
use crate::services::secrets::{Secrets, random_text};
use crate::toolchain::python::{self, Python};
use crate::{paths, ports, step};

/// What the edge answers, and the origin does not have. (A preview is the edge's for a shop and the origin's for a user.)
const AT_THE_EDGE: &[&str] = &[
    "evaluate_promotion",
    "reserve_promotion",
    "get_redemption",
    "confirm_redemption",
    "release_redemption",
    "roll_back_redemption",
];
/// What ends the caller's own session, after which everything would be refused: called by themselves, at the end.
/// (Nobody can be thrown out otherwise: the last administrator is neither removed nor disabled, and signing out ends
/// only the session of a cookie, which browsers and schemathesis send back over HTTPS alone.)
const ENDS_THE_SESSION: &[&str] = &["switch_organization", "end_own_session"];
const PASSWORD_BYTES: usize = 16;

/// Runs it.
///
/// # Errors
/// When an answer is not as the document says; the output is above.
pub fn run() -> Result<()> {
    let python = python::ensure()?;
    origin::build()?;
    let dir = paths::scratch().join("schemathesis");
    if dir.exists() {
        std::fs::remove_dir_all(&dir).with_context(|| format!("cannot remove {}", dir.display()))?;
    }
    paths::create_dir(&dir)?;
    // At the last ports nobody listens: what is published and what is mailed waits.
    let [postgres_port, port, edge_port, smtp_port] = ports::free()?;
    let postgres = Postgres::start(&PostgresConfig::temporary(&dir.join("postgres"), postgres_port))?;
    let origin = Origin::start(&OriginConfig {
        port,
        database_url: postgres.url().to_owned(),
        edge_url: format!("http://127.0.0.1:{edge_port}"),
        smtp_port,
        shows_previews: false,
        secrets: Secrets::generate()?,
        log: dir.join("origin.log"),
    })?;
    let client = Client::new(origin.url());
    let document = keep_document(&client, &dir)?;
    let mut validator = python.command("openapi-spec-validator");
    step::run_quietly("validating the OpenAPI document", validator.arg(&document))?;
    let token = prepare_organization(&client)?;
    call(
        &python,
        &origin,
        &document,
        &token,
        &Selection::AllBut(&[AT_THE_EDGE, ENDS_THE_SESSION]),
    )?;
    call(&python, &origin, &document, &token, &Selection::Only(ENDS_THE_SESSION))
}

/// Which operations are called.
enum Selection<'a> {
    AllBut(&'a [&'a [&'a str]]),
    Only(&'a [&'a str]),
}

impl Selection<'_> {
    const fn what(&self) -> &'static str {
        match self {
            Self::AllBut(_) => "calling the origin with schemathesis",
            Self::Only(_) => "ending sessions with schemathesis",
        }
    }

    fn add_to(&self, command: &mut Command) {
        let (option, ids) = match self {
            Self::AllBut(ids) => ("--exclude-operation-id", ids.concat()),
            Self::Only(ids) => ("--include-operation-id", ids.to_vec()),
        };
        for id in ids {
            command.args([option, id]);
        }
    }
}

fn call(python: &Python, origin: &Origin, document: &Path, token: &str, selection: &Selection<'_>) -> Result<()> {
    let mut command = python.command("schemathesis");
    command
        .arg("--config-file")
        .arg(paths::root().join("xtask/schemathesis/schemathesis.toml"));
    command.args(["run", "--url", origin.url(), "--continue-on-failure"]);
    command.args(["--header", &format!("Authorization: Bearer {token}")]);
    selection.add_to(&mut command);
    // Everything is on this machine.
    command.env("NO_PROXY", "*");
    command.arg(document).current_dir(paths::scratch().join("schemathesis"));
    step::run_openly(selection.what(), &mut command)
}

fn keep_document(client: &Client, dir: &Path) -> Result<PathBuf> {
    let answer = client.call("GET", "/v1/openapi.json", Options::default())?;
    let path = dir.join("openapi.json");
    std::fs::write(&path, answer.body.to_string()).with_context(|| format!("cannot write {}", path.display()))?;
    Ok(path)
}

/// An organisation with its administrator, whose token is the answer, and the promotion that the document's examples
/// name: chance makes no promotion, for a condition has to parse.
fn prepare_organization(client: &Client) -> Result<String> {
    let registration = json!({
        "organization_name": "Schemathesis", "name": "Schemathesis", "email": "admin@example.com",
        "password": random_text(PASSWORD_BYTES)?
    });
    let signed_in = create(client, "/v1/auth/register", None, &registration)?;
    let token = signed_in
        .get("access_token")
        .and_then(Value::as_str)
        .unwrap_or_default();
    let promotion = json!({
        "code": "summer-10", "name": "Summer", "kind": "discount", "condition": "true",
        "effect": {"type": "percentage", "percent": "10"}
    });
    create(client, "/v1/promotions", Some(token), &promotion)?;
    Ok(token.to_owned())
}

fn create(client: &Client, path: &str, bearer: Option<&str>, body: &Value) -> Result<Value> {
    let options = Options {
        bearer,
        body: Some(body),
        ..Options::default()
    };
    let answer = client.call("POST", path, options)?;
    if answer.status != 201 {
        bail!("POST {path} answered {}: {}", answer.status, answer.body);
    }
    Ok(answer.body)
}
