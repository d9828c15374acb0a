//! Passwords: ask for a reset by mail, use it, change one's own.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, NoContent, Response};
use chrono::{DateTime, Utc};
use engine::ids::{JobId, PasswordResetId, SessionId, UserId};
use engine::problem::{FieldError, ProblemType};
use serde_json::Value;

use super::fields;
use super::input::{Fields, JsonBody};
use crate::app::App;
use crate::audit::{self, Action, Actor, Entry};
use crate::auth::Principal;
use crate::auth::password_rule::{MAX_PASSWORD_CHARS, check_password};
use crate::auth::reset_token::read_reset_token;
use crate::auth::sign_in::{Attempt, Caller, account_attempts};
use crate::db::jobs::{self, NewJob};
use crate::db::password_resets::{OpenResetRow, end_reset, end_resets, find_open_reset};
use crate::db::{Person, memberships, sessions, users};
use crate::jobs::Job;
use crate::limits::{self, LINK_BY_ADDRESS, RESET_BY_ACCOUNT, RESET_BY_ADDRESS, account_subject, address_subject};
use crate::openapi::describe::Describe;
use crate::openapi::doc::{Doc, Field};
use crate::openapi::operation::Operation;
use crate::openapi::schema;
use crate::problem::Error;
use crate::random::new_id;

const FORGOTTEN: &[Field] = &[Field::required("email", fields::email_schema)];

pub(crate) const REQUEST_PASSWORD_RESET: Doc = Doc::new(
    "request_password_reset",
    "Sends a link to a new password, if anybody has the e-mail: the answer does not tell.",
)
.body(FORGOTTEN)
.problems(&[ProblemType::RateLimited]);

/// `POST /v1/auth/password/forgot`. Whether anybody has the address is the job's to find out: the answer and the work
/// before it are the same for all.
pub(crate) async fn request_password_reset(
    State(app): State<App>,
    caller: Caller,
    JsonBody(body): JsonBody,
) -> Result<Accepted, Error> {
    let email = parse_email(&body)?;
    limits::take(&app, RESET_BY_ADDRESS, &address_subject(caller.address)).await?;
    limits::take(&app, RESET_BY_ACCOUNT, &account_subject(&email)).await?;
    let now = app.clock.now();
    let key = format!("password_reset:{email}");
    let new = NewJob {
        id: new_id(JobId::from_parts, now)?,
        organization: None,
        job: &Job::SendPasswordReset { email },
        unique_key: Some(&key),
        run_at: now,
    };
    let mut connection = app.db.app().acquire().await?;
    jobs::insert_job(&mut connection, &new, now).await?;
    Ok(Accepted)
}

/// 202: a job does it.
pub(crate) struct Accepted;

impl IntoResponse for Accepted {
    fn into_response(self) -> Response {
        StatusCode::ACCEPTED.into_response()
    }
}

impl Describe for Accepted {
    fn describe(operation: &mut Operation<'_>) {
        operation.answers_nothing(202, "Accepted");
    }
}

const RESET: &[Field] = &[
    Field::required("token", schema::text),
    Field::required("password", fields::password_schema),
];

pub(crate) const RESET_PASSWORD: Doc = Doc::new("reset_password", "Chooses a new password by the link of a mail.")
    .body(RESET)
    .problems(&[ProblemType::Gone, ProblemType::RateLimited]);

/// `POST /v1/auth/password/reset`: once for each link. Ends all the person's sessions, and lets them try passwords
/// again at once.
pub(crate) async fn reset_password(
    State(app): State<App>,
    caller: Caller,
    JsonBody(body): JsonBody,
) -> Result<NoContent, Error> {
    let (token, password) = parse_reset(&body)?;
    limits::take(&app, LINK_BY_ADDRESS, &address_subject(caller.address)).await?;
    let now = app.clock.now();
    let reset = read_reset_token(&app.origin_secret, token).ok_or_else(gone)?;
    let owner = find_open_reset(app.db.app(), reset, now).await?.ok_or_else(gone)?;
    accept("/password", password, [&owner.email, &owner.name])?;
    let new_hash = app.passwords.hash(password.to_owned()).await?;
    let actor = caller.acting(Actor::user(owner.user_id.into(), &owner.name, &owner.email));
    let change = Change::new(&app, actor, &owner.password_hash, new_hash, None)?;
    if !use_reset(&app, &owner, reset, &change).await? {
        return Err(gone());
    }
    Attempt::forget(&app, &account_attempts(&owner.email)).await?;
    Ok(NoContent)
}

const CHANGED_PASSWORD: &[Field] = &[
    Field::required("current_password", schema::text),
    Field::required("new_password", fields::password_schema),
];

pub(crate) const CHANGE_PASSWORD: Doc = Doc::new(
    "change_password",
    "Changes one's password. All one's other sessions end.",
)
.body(CHANGED_PASSWORD)
.problems(&[ProblemType::Conflict, ProblemType::RateLimited]);

/// `POST /v1/me/password`. Ends all the person's other sessions. Who has only the session, and guesses, has to wait as
/// at the sign-in.
pub(crate) async fn change_password(
    State(app): State<App>,
    principal: Principal,
    JsonBody(body): JsonBody,
) -> Result<NoContent, Error> {
    let (current, new) = parse_change(&body)?;
    let user = principal.user;
    let owner = users::find_owner(app.db.app(), user)
        .await?
        .ok_or_else(|| Error::unauthenticated("This user is gone: sign in again."))?;
    accept("/new_password", new, [&owner.email, &owner.name])?;
    let attempt = Attempt::begin(&app, &format!("change {user}")).await?;
    let hash = Some(owner.password_hash.clone());
    if !app.passwords.verify(current.to_owned(), hash).await? {
        let detail = "Send the password that you sign in with; if you forgot it, ask for a reset.";
        let error = FieldError::new("/current_password", "password_wrong", detail);
        return Err(Error::invalid(vec![error]));
    }
    attempt.succeed(&app).await?;
    let new_hash = app.passwords.hash(new.to_owned()).await?;
    let kept = Some(principal.session);
    let change = Change::new(&app, principal.actor(), &owner.password_hash, new_hash, kept)?;
    let work = || async {
        let mut person = app.db.begin_person(user).await?;
        let changed = replace_password(&app, &mut person, user, &change).await?;
        person.commit(changed).await
    };
    if app.db.transaction("change_password", work).await? {
        Ok(NoContent)
    } else {
        Err(Error::new(
            ProblemType::Conflict,
            "The password was changed at the same moment: sign in again.",
        ))
    }
}

/// A password to be replaced.
struct Change<'a> {
    actor: Actor,
    old_hash: &'a str,
    new_hash: String,
    /// The session that goes on: whoever changes a password is signed in, whoever resets one is not.
    kept: Option<SessionId>,
    /// The job that tells the person.
    job: JobId,
    now: DateTime<Utc>,
}

impl<'a> Change<'a> {
    fn new(
        app: &App,
        actor: Actor,
        old_hash: &'a str,
        new_hash: String,
        kept: Option<SessionId>,
    ) -> Result<Self, Error> {
        let now = app.clock.now();
        Ok(Self {
            actor,
            old_hash,
            new_hash,
            kept,
            job: new_id(JobId::from_parts, now)?,
            now,
        })
    }
}

/// `false`: the link was used at the same moment.
async fn use_reset(
    app: &App,
    owner: &OpenResetRow,
    reset: PasswordResetId,
    change: &Change<'_>,
) -> Result<bool, Error> {
    let user = UserId::from(owner.user_id);
    let work = || async {
        let mut person = app.db.begin_person(user).await?;
        let used = end_reset(&mut person, reset, change.now).await?
            && replace_password(app, &mut person, user, change).await?;
        person.commit(used).await
    };
    app.db.transaction("reset_password", work).await
}

/// Replaces a password and what hangs on the old one: sessions and links to new ones end, and a mail tells the person.
/// `false`: another transaction replaced it, and nothing was done.
async fn replace_password(app: &App, person: &mut Person, user: UserId, change: &Change<'_>) -> Result<bool, Error> {
    if !users::replace_password(person, change.old_hash, &change.new_hash).await? {
        return Ok(false);
    }
    let action = match change.kept {
        Some(_) => Action::UserPasswordChanged,
        None => Action::UserPasswordReset,
    };
    for organization in memberships::list_organizations(person).await? {
        person.enter(organization).await?;
        let entry = Entry::new(action, user);
        audit::record_of_person(app, person, organization, &change.actor, entry).await?;
    }
    sessions::delete_person_sessions(person.connection(), user, change.kept).await?;
    end_resets(person, change.now).await?;
    let new = NewJob {
        id: change.job,
        organization: None,
        job: &Job::SendPasswordChanged {
            user_id: user,
            at: change.now,
        },
        unique_key: None,
        run_at: change.now,
    };
    jobs::insert_job(person.connection(), &new, change.now).await?;
    Ok(true)
}

fn gone() -> Error {
    Error::new(
        ProblemType::Gone,
        "The link was used, replaced by a newer one, or has expired: ask for another one.",
    )
}

fn accept(pointer: &str, password: &str, owner: [&str; 2]) -> Result<(), Error> {
    match check_password(pointer, password, owner) {
        Some(error) => Err(Error::invalid(vec![error])),
        None => Ok(()),
    }
}

fn parse_email(body: &Value) -> Result<String, Error> {
    let mut fields = Fields::only(body, FORGOTTEN)?;
    let email = fields::email(&mut fields);
    fields.finish()?;
    Ok(email.to_ascii_lowercase())
}

fn parse_reset(body: &Value) -> Result<(&str, &str), Error> {
    let mut fields = Fields::only(body, RESET)?;
    let token = fields.text("token");
    if token.is_none() {
        fields.error("/token", "token_missing", "Send the token of the link in the mail.");
    }
    let password = fields.text("password");
    if password.is_none() {
        fields.error("/password", "password_missing", "Send the new password.");
    }
    fields.finish()?;
    Ok((token.unwrap_or_default(), password.unwrap_or_default()))
}

fn parse_change(body: &Value) -> Result<(&str, &str), Error> {
    let mut fields = Fields::only(body, CHANGED_PASSWORD)?;
    let current = fields.text("current_password");
    if current.is_none() {
        fields.error(
            "/current_password",
            "password_missing",
            "Send the password that you sign in with.",
        );
    }
    let new = fields.text("new_password");
    if new.is_none() {
        fields.error("/new_password", "password_missing", "Send the new password.");
    }
    fields.finish()?;
    // No stored password is longer: such a one fits nobody, and is not hashed.
    let current = current.filter(|password| password.chars().count() <= MAX_PASSWORD_CHARS);
    Ok((current.unwrap_or_default(), new.unwrap_or_default()))
}
