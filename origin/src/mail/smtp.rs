//! One mail, one conversation with the mail server, each step with its time limit.
//!
//! The protocol is lettre's; how long to wait and what an answer means is decided here. Its pooled transport is not
//! used: a send that is given up half way would go back into the pool, and the next mail would read the last one's
//! answers.

use std::fmt;
use std::time::Duration;

use lettre::Message;
use lettre::transport::smtp::Error as SmtpError;
use lettre::transport::smtp::authentication::{Credentials, DEFAULT_MECHANISMS};
use lettre::transport::smtp::client::{AsyncSmtpConnection, TlsParameters};
use lettre::transport::smtp::extension::ClientId;
use percent_encoding::percent_decode_str;
use reqwest::Url;

/// Longest way to a signed-in connection: a few round trips and a handshake.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
/// Longest handing over. Servers look into a mail after its last line, some for many seconds; giving up too early sends
/// it twice.
const SEND_TIMEOUT: Duration = Duration::from_secs(30);
/// Longest goodbye: the mail is the server's by then, whatever it says.
const QUIT_TIMEOUT: Duration = Duration::from_secs(1);
/// The ports of submission with TLS from the start and with STARTTLS (RFC 8314 §3.3), and of plain SMTP.
const SUBMISSIONS_PORT: u16 = 465;
const SUBMISSION_PORT: u16 = 587;
const SMTP_PORT: u16 = 25;

/// A mail server; shows no password.
#[derive(Clone)]
pub struct SmtpServer {
    host: String,
    port: u16,
    security: Security,
    credentials: Option<Credentials>,
}

/// How the server may take.
#[derive(Debug, Clone, Copy)]
pub struct SmtpTimeouts {
    /// Until it is ready for a mail.
    pub connect: Duration,
    /// Until it has taken the mail.
    pub send: Duration,
}

/// Why a mail was not sent. The texts are the server's and hold no secret.
#[derive(Debug, thiserror::Error)]
pub(crate) enum MailError {
    /// Sending it again may succeed.
    #[error("the mail was not taken for now: {0}")]
    Temporary(String),
    /// It will never be taken.
    #[error("the mail was refused: {0}")]
    Permanent(String),
}

/// When TLS begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Security {
    /// Never: for a server on the same machine or in a private network.
    Plain,
    /// After a command; a server without it is refused.
    StartTls,
    /// At once.
    Tls,
}

impl Default for SmtpTimeouts {
    fn default() -> Self {
        Self {
            connect: CONNECT_TIMEOUT,
            send: SEND_TIMEOUT,
        }
    }
}

impl SmtpServer {
    /// Reads `smtps://user:password@host`, `smtp://user:password@host?tls=required` or `smtp://host`, each with a port if
    /// it is not the usual one. A password without TLS is refused: it would travel for everyone to read.
    pub fn parse(text: &str) -> Option<Self> {
        let url: Url = text.parse().ok()?;
        let security = match (url.scheme(), url.query()) {
            ("smtps", None) => Security::Tls,
            ("smtp", Some("tls=required")) => Security::StartTls,
            ("smtp", None) => Security::Plain,
            _ => return None,
        };
        let default_port = match security {
            Security::Tls => SUBMISSIONS_PORT,
            Security::StartTls => SUBMISSION_PORT,
            Security::Plain => SMTP_PORT,
        };
        let credentials = read_credentials(&url)?;
        let is_safe = credentials.is_none() || security != Security::Plain;
        let has_path = !matches!(url.path(), "" | "/");
        // An IPv6 address is in brackets in a URL alone.
        let host = url
            .host_str()
            .map(|host| host.trim_matches(['[', ']']))
            .filter(|host| !host.is_empty())?;
        (is_safe && !has_path).then_some(Self {
            host: host.to_owned(),
            port: url.port().unwrap_or(default_port),
            security,
            credentials,
        })
    }
}

/// `None` when they cannot be read; `Some(None)` when there are none.
fn read_credentials(url: &Url) -> Option<Option<Credentials>> {
    let decode = |text: &str| {
        percent_decode_str(text)
            .decode_utf8()
            .ok()
            .map(|text| text.into_owned())
    };
    match (url.username(), url.password()) {
        ("", None) => Some(None),
        (user, Some(password)) if !user.is_empty() => Some(Some(Credentials::new(decode(user)?, decode(password)?))),
        _ => None,
    }
}

impl fmt::Debug for SmtpServer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{} ({:?})", self.host, self.port, self.security)
    }
}

/// Hands a message over. What goes wrong before the server hears of the message is never the message's fault.
pub(super) async fn deliver(server: &SmtpServer, timeouts: SmtpTimeouts, message: &Message) -> Result<(), MailError> {
    let mut connection = tokio::time::timeout(timeouts.connect, connect(server, timeouts.connect))
        .await
        .map_err(|_| MailError::Temporary(format!("{server:?} was not ready within {:?}", timeouts.connect)))?
        .map_err(|error| MailError::Temporary(format!("{server:?} cannot be used: {error}")))?;
    tokio::time::timeout(timeouts.send, connection.send(message.envelope(), &message.formatted()))
        .await
        .map_err(|_| MailError::Temporary(format!("{server:?} did not take it within {:?}", timeouts.send)))?
        .map_err(|error| judge(&error))?;
    if tokio::time::timeout(QUIT_TIMEOUT, connection.quit()).await.is_err() {
        tracing::debug!("the mail server did not say goodbye");
    }
    Ok(())
}

async fn connect(server: &SmtpServer, timeout: Duration) -> Result<AsyncSmtpConnection, SmtpError> {
    let hello = ClientId::default();
    let tls = || TlsParameters::new(server.host.clone());
    let wrapper = match server.security {
        Security::Tls => Some(tls()?),
        Security::Plain | Security::StartTls => None,
    };
    let address = (server.host.as_str(), server.port);
    let mut connection = AsyncSmtpConnection::connect_tokio1(address, Some(timeout), &hello, wrapper, None).await?;
    if server.security == Security::StartTls {
        connection.starttls(tls()?, &hello).await?;
    }
    if let Some(credentials) = &server.credentials {
        connection.auth(DEFAULT_MECHANISMS, credentials).await?;
    }
    Ok(connection)
}

/// A 5xx is the server's last word on this mail (RFC 5321 §4.2.1); all else may pass.
fn judge(error: &SmtpError) -> MailError {
    if error.is_permanent() {
        MailError::Permanent(error.to_string())
    } else {
        MailError::Temporary(error.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses() {
        let check = |text: &str, expected: Option<&str>| {
            let shown = SmtpServer::parse(text).map(|server| format!("{server:?}"));
            assert_eq!(shown.as_deref(), expected, "{text}");
        };
        check("smtp://127.0.0.1:1025", Some("127.0.0.1:1025 (Plain)"));
        check("smtp://[::1]:1025", Some("::1:1025 (Plain)"));
        check("smtp://mail.example.com", Some("mail.example.com:25 (Plain)"));
        check(
            "smtp://u:p@mail.example.com?tls=required",
            Some("mail.example.com:587 (StartTls)"),
        );
        check("smtps://u:p@mail.example.com", Some("mail.example.com:465 (Tls)"));
        check("smtps://u:p@mail.example.com:2465", Some("mail.example.com:2465 (Tls)"));
        for bad in [
            "",
            "mail.example.com",
            "http://mail.example.com",
            "smtp://",
            "smtp://u:p@mail.example.com",
            "smtps://u@mail.example.com",
            "smtps://:p@mail.example.com",
            "smtps://u:%FF@mail.example.com",
            "smtp://mail.example.com?tls=opportunistic",
            "smtp://mail.example.com/name",
        ] {
            check(bad, None);
        }
    }

    #[test]
    fn passwords_are_decoded_and_hidden() {
        let server = SmtpServer::parse("smtps://ana%40example.com:p%3Aw@mail.example.com").unwrap();
        let expected = Credentials::new("ana@example.com".to_owned(), "p:w".to_owned());
        assert!(server.credentials.as_ref() == Some(&expected));
        assert_eq!(format!("{server:?}"), "mail.example.com:465 (Tls)");
    }
}
