//! Mail: what is written to whom, and its way to the mail server.
//!
//! ```text
//! job → Mail (data) → Content (templates in the recipient's language) → message with headers → SMTP
//! ```
//!
//! A mail is data until it is rendered, so that tests and the preview show exactly what is sent. Its Message-ID goes by
//! the job that sends it: what is sent again, because the server's answer was lost, is the same mail to whoever gets it
//! twice. Links come from `PUBLIC_URL` alone, never from a request.

mod content;
mod language;
pub(crate) mod links;
mod message;
pub(crate) mod samples;
mod smtp;

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use engine::ids::JobId;
use lettre::message::Mailbox;
use reqwest::Url;

use crate::auth::permission::BuiltIn;

pub(crate) use content::Content;
pub(crate) use language::Language;
pub(crate) use smtp::MailError;
pub use smtp::{SmtpServer, SmtpTimeouts};

/// A mail as data. A kind is added here, with its templates in [`content`] and its sample in [`samples`].
#[derive(Debug, Clone)]
pub(crate) enum Mail {
    /// Somebody is invited into an organisation.
    Invitation(Invitation),
    /// Somebody asked for a new password.
    PasswordReset(PasswordReset),
    /// A password was changed.
    PasswordChanged(PasswordChanged),
    /// A promotion ends in some days.
    PromotionEnding(PromotionEnd),
    /// A promotion has ended.
    PromotionExpired(PromotionEnd),
}

/// See [`Mail::Invitation`].
#[derive(Debug, Clone)]
pub(crate) struct Invitation {
    pub(crate) organization_name: String,
    pub(crate) inviter_name: String,
    pub(crate) role: RoleName,
    pub(crate) accept_url: Url,
    /// Also takes the one-click POST of RFC 8058.
    pub(crate) decline_url: Url,
    pub(crate) expires_at: DateTime<Utc>,
}

/// A role in a mail.
#[derive(Debug, Clone)]
pub(crate) struct RoleName {
    /// Which of those that every organisation has.
    pub(crate) built_in: Option<BuiltIn>,
    pub(crate) name: String,
}

/// See [`Mail::PasswordReset`].
#[derive(Debug, Clone)]
pub(crate) struct PasswordReset {
    pub(crate) name: String,
    pub(crate) reset_url: Url,
    pub(crate) valid_minutes: i64,
}

/// See [`Mail::PasswordChanged`].
#[derive(Debug, Clone)]
pub(crate) struct PasswordChanged {
    pub(crate) name: String,
    pub(crate) at: DateTime<Utc>,
    /// Where whoever did not do it gets a new one.
    pub(crate) forgot_url: Url,
}

/// See [`Mail::PromotionEnding`] and [`Mail::PromotionExpired`].
#[derive(Debug, Clone)]
pub(crate) struct PromotionEnd {
    pub(crate) name: String,
    pub(crate) organization_name: String,
    pub(crate) promotion_name: String,
    pub(crate) promotion_url: Url,
    /// In the promotion's time zone.
    pub(crate) ends_at: DateTime<Tz>,
    /// Calendar days until then, when the mail was written.
    pub(crate) days_left: i64,
}

/// A mail and its recipient.
#[derive(Debug)]
pub(crate) struct Letter<'a> {
    /// The job that sends it: the mail's identity, however often it is sent.
    pub(crate) id: JobId,
    /// When it was written: its Date, however often and whenever it is sent.
    pub(crate) written_at: DateTime<Utc>,
    /// The recipient's name, if it is known.
    pub(crate) name: Option<&'a str>,
    pub(crate) email: &'a str,
    pub(crate) language: Language,
    pub(crate) mail: &'a Mail,
}

/// How mail is sent: a part of the configuration.
#[derive(Debug, Clone)]
pub struct MailConfig {
    /// `SMTP_URL`.
    pub server: SmtpServer,
    /// `MAIL_FROM`.
    pub from: Mailbox,
    /// How long the server may take.
    pub timeouts: SmtpTimeouts,
}

/// Sends mails.
#[derive(Debug, Clone)]
pub(crate) struct Mailer {
    config: MailConfig,
}

impl Mailer {
    pub(crate) fn new(config: &MailConfig) -> Self {
        Self { config: config.clone() }
    }

    /// Sends a letter. Repeating it sends the same bytes, so the same Message-ID.
    pub(crate) async fn send(&self, letter: &Letter<'_>) -> Result<(), MailError> {
        let message = message::compose(&self.config.from, letter)?;
        smtp::deliver(&self.config.server, self.config.timeouts, &message).await
    }
}
