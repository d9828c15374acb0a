//! Passwords: ask for a reset by mail, use it, change one's own.

use axum::extract::State;
use axum::http::StatusCode;
use chrono::{DateTime, Utc};
use engine::ids::{JobId, UserId};
use engine::problem::{FieldError, ProblemType};
use serde_json::Value;

use super::auth::is_email;
use super::input::{Fields, JsonBody};
use crate::app::App;
use crate::auth::Principal;
use crate::auth::password_rule::{MAX_PASSWORD_CHARS, check_password};
use crate::auth::reset_token::read_reset_token;
use crate::db::jobs::{self, NewJob};
use crate::db::{Person, memberships, password_resets, sessions, users};
use crate::jobs::Job;
use crate::problem::Error;
use crate::random::new_id;

/// `POST /v1/auth/password/forgot`. Whether anybody has the address is the job's to find out: the answer and the work
/// before it are the same for all.
pub(crate) async fn request_password_reset(
    State(app): State<App>,
    JsonBody(body): JsonBody,
) -> Result<StatusCode, Error> {
    let email = parse_email(&body)?;
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
    Ok(StatusCode::ACCEPTED)
}

/// `POST /v1/auth/password/reset`: once for each link. Ends all the person's sessions.
pub(crate) async fn reset_password(State(app): State<App>, JsonBody(body): JsonBody) -> Result<StatusCode, Error> {
    let (token, password) = parse_reset(&body)?;
    let now = app.clock.now();
    let reset = read_reset_token(&app.origin_secret, token).ok_or_else(gone)?;
    let owner = password_resets::find_open_reset(app.db.app(), reset, now)
        .await?
        .ok_or_else(gone)?;
    accept("/password", password, [&owner.email, &owner.name])?;
    let new_hash = app.passwords.hash(password.to_owned()).await?;
    let user = UserId::from(owner.user_id);
    let job = new_id(JobId::from_parts, now)?;
    let use_reset = || async {
        let mut person = app.db.begin_person(user).await?;
        let used = password_resets::end_reset(&mut person, reset, now).await?
            && replace_password(&mut person, user, [&owner.password_hash, &new_hash], job, now).await?;
        person.commit(used).await
    };
    if app.db.transaction("reset_password", use_reset).await? {
        Ok(StatusCode::NO_CONTENT)
    } else {
        Err(gone())
    }
}

/// `POST /v1/me/password`. Ends all the person's sessions.
pub(crate) async fn change_password(
    State(app): State<App>,
    principal: Principal,
    JsonBody(body): JsonBody,
) -> Result<StatusCode, Error> {
    let (current, new) = parse_change(&body)?;
    let user = principal.user;
    let owner = users::find_owner(app.db.app(), user)
        .await?
        .ok_or_else(|| Error::unauthenticated("This user is gone: sign in again."))?;
    accept("/new_password", new, [&owner.email, &owner.name])?;
    if !app
        .passwords
        .verify(current.to_owned(), Some(owner.password_hash.clone()))
        .await?
    {
        let detail = "Send the password that you sign in with; if you forgot it, ask for a reset.";
        return Err(Error::invalid(vec![FieldError::new(
            "/current_password",
            "password_wrong",
            detail,
        )]));
    }
    let new_hash = app.passwords.hash(new.to_owned()).await?;
    let now = app.clock.now();
    let job = new_id(JobId::from_parts, now)?;
    let change = || async {
        let mut person = app.db.begin_person(user).await?;
        let changed = replace_password(&mut person, user, [&owner.password_hash, &new_hash], job, now).await?;
        person.commit(changed).await
    };
    if app.db.transaction("change_password", change).await? {
        Ok(StatusCode::NO_CONTENT)
    } else {
        Err(Error::new(
            ProblemType::Conflict,
            "The password was changed at the same moment: sign in again.",
        ))
    }
}

/// Replaces a password and what hangs on the old one: sessions and links to new ones end, and a mail tells the person.
/// `false`: another transaction replaced it, and nothing was done.
async fn replace_password(
    person: &mut Person,
    user: UserId,
    [old_hash, new_hash]: [&str; 2],
    job: JobId,
    now: DateTime<Utc>,
) -> Result<bool, Error> {
    if !users::replace_password(person, old_hash, new_hash).await? {
        return Ok(false);
    }
    end_sessions(person).await?;
    password_resets::end_resets(person, now).await?;
    let new = NewJob {
        id: job,
        organization: None,
        job: &Job::SendPasswordChanged { user_id: user, at: now },
        unique_key: None,
        run_at: now,
    };
    jobs::insert_job(person.connection(), &new, now).await?;
    Ok(true)
}

/// Ends the person's sessions, in all their organisations.
async fn end_sessions(person: &mut Person) -> Result<(), Error> {
    for organization in memberships::list_organizations(person).await? {
        person.enter(organization).await?;
        sessions::delete_sessions_of(person).await?;
    }
    Ok(())
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
    let mut fields = Fields::of(body)?;
    let email = fields
        .text("email")
        .map(str::trim)
        .unwrap_or_default()
        .to_ascii_lowercase();
    if !is_email(&email) {
        fields.error(
            "/email",
            "email_invalid",
            "Send an e-mail address, such as \"ana@example.com\".",
        );
    }
    fields.finish()?;
    Ok(email)
}

fn parse_reset(body: &Value) -> Result<(&str, &str), Error> {
    let mut fields = Fields::of(body)?;
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
    let mut fields = Fields::of(body)?;
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
