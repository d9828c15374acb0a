//! The configuration: everything that the environment decides, read once, with all errors at once.

use std::fmt;
use std::net::{Ipv4Addr, SocketAddr};
use std::str::FromStr;

use chrono::TimeDelta;
use engine::signature::MIN_SECRET_BYTES;
use reqwest::Url;
use sqlx::postgres::PgConnectOptions;

use crate::mail::{MailConfig, SmtpServer, SmtpTimeouts};
use crate::secret::OriginSecret;

/// Where the origin listens unless told otherwise: this machine only.
const DEFAULT_LISTEN: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(Ipv4Addr::LOCALHOST), 8080);

/// How long evaluations are kept unless told otherwise, in days: a year with a month to look back on.
const DEFAULT_RETENTION_DAYS: u16 = 400;
/// The shortest time, in days: longer than the queue delivers a message.
const MIN_RETENTION_DAYS: u16 = 7;

/// The origin's configuration.
#[derive(Debug, Clone)]
pub struct Config {
    /// `DATABASE_URL`: PostgreSQL 15 or newer, `postgres://user:password@host:port/name`. The login role migrates, and
    /// is a member of `coupons_app` and `coupons_worker`.
    pub database: Database,
    /// `ORIGIN_LISTEN`: address and port; 127.0.0.1:8080 when absent.
    pub listen: SocketAddr,
    /// `EDGE_URL`: where the publisher reaches the edge.
    pub edge_url: Url,
    /// `INTERNAL_SECRET`: signs the calls between edge and origin; the same text at both, at least 32 bytes of it.
    pub internal_secret: Secret,
    /// `ORIGIN_SECRET`: what the origin alone holds, at least 32 bytes, another text than `INTERNAL_SECRET`; the origin
    /// derives its keys from it.
    pub origin_secret: OriginSecret,
    /// `PUBLIC_URL`: where people reach the merchant app: the issuer of tokens, and where links in mails lead.
    pub public_url: Url,
    /// `SMTP_URL` and `MAIL_FROM`: the server that takes mails, and who they are from.
    pub mail: MailConfig,
    /// `EVALUATION_RETENTION_DAYS`: how long the raw records of evaluations are kept, from which reports can be counted
    /// anew; 400 when absent, at least 7. Reports stay.
    pub evaluation_retention: TimeDelta,
    /// `REQUIRE_EDGE`: whether `/v1/*` is refused to whoever is not the edge; `false` when absent.
    pub require_edge: bool,
    /// `RUN_JOBS`: whether `serve` also runs the jobs; `true` when absent.
    pub run_jobs: bool,
    /// `DEV_PREVIEW`: whether `/dev/mails` shows what mails look like; `false` when absent.
    pub dev_preview: bool,
}

/// Bytes that no log may show.
#[derive(Clone)]
pub struct Secret(Vec<u8>);

impl Secret {
    /// The bytes.
    pub fn reveal(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[redacted]")
    }
}

/// Where the database is; shows no password.
#[derive(Clone)]
pub struct Database(PgConnectOptions);

impl Database {
    /// For the driver.
    pub const fn options(&self) -> &PgConnectOptions {
        &self.0
    }
}

impl fmt::Display for Database {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{}:{}/{}",
            self.0.get_host(),
            self.0.get_port(),
            self.0.get_database().unwrap_or_default()
        )
    }
}

impl fmt::Debug for Database {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// Everything that is wrong with the environment, a sentence for each variable.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("the configuration is not complete:{}", .0.iter().map(|error| format!("\n  {error}")).collect::<String>())]
pub struct ConfigError(pub Vec<String>);

impl Config {
    /// Reads the configuration through `lookup`, which is the environment in production.
    ///
    /// # Errors
    /// Names every variable that is missing or wrong, and what to set.
    pub fn read(lookup: impl Fn(&str) -> Option<String>) -> Result<Self, ConfigError> {
        let mut reader = Reader {
            lookup,
            errors: Vec::new(),
        };
        let database = reader.required("DATABASE_URL", DATABASE_HELP, parse_database);
        let listen = reader.optional(
            "ORIGIN_LISTEN",
            "an address and port like 127.0.0.1:8080",
            parse,
            DEFAULT_LISTEN,
        );
        let edge_url = reader.required(
            "EDGE_URL",
            "the edge's address, like https://coupons.example.com",
            parse_url,
        );
        let internal_secret = reader.required("INTERNAL_SECRET", SECRET_HELP, parse_secret);
        let origin_secret = reader.required("ORIGIN_SECRET", ORIGIN_SECRET_HELP, |text| {
            let is_shared =
                |secret: &OriginSecret| internal_secret.as_ref().is_some_and(|shared| secret.is_same(&shared.0));
            OriginSecret::new(text).filter(|secret| !is_shared(secret))
        });
        let public_url = reader.required("PUBLIC_URL", PUBLIC_URL_HELP, parse_url);
        let mail = reader.mail();
        let retention_days = reader.optional(
            "EVALUATION_RETENTION_DAYS",
            "a number of days, 7 at least",
            parse_retention,
            DEFAULT_RETENTION_DAYS,
        );
        let require_edge = reader.optional("REQUIRE_EDGE", "true or false", parse, false);
        let run_jobs = reader.optional("RUN_JOBS", "true or false", parse, true);
        let dev_preview = reader.optional("DEV_PREVIEW", "true or false", parse, false);
        let complete = || {
            Some(Self {
                database: database?,
                listen: listen?,
                edge_url: edge_url?,
                internal_secret: internal_secret?,
                origin_secret: origin_secret?,
                public_url: public_url?,
                mail: mail?,
                evaluation_retention: TimeDelta::days(retention_days?.into()),
                require_edge: require_edge?,
                run_jobs: run_jobs?,
                dev_preview: dev_preview?,
            })
        };
        complete().ok_or(ConfigError(reader.errors))
    }
}

impl Config {
    /// A line for each variable, without secrets: neither the secrets themselves nor what an address may hold of them.
    pub fn summary(&self) -> String {
        let lines = [
            ("DATABASE_URL", self.database.to_string()),
            ("ORIGIN_LISTEN", self.listen.to_string()),
            ("EDGE_URL", self.edge_url.origin().ascii_serialization()),
            ("INTERNAL_SECRET", "[redacted]".to_owned()),
            ("ORIGIN_SECRET", "[redacted]".to_owned()),
            ("PUBLIC_URL", self.public_url.to_string()),
            ("SMTP_URL", "[redacted]".to_owned()),
            ("MAIL_FROM", self.mail.from.to_string()),
            (
                "EVALUATION_RETENTION_DAYS",
                self.evaluation_retention.num_days().to_string(),
            ),
            ("REQUIRE_EDGE", self.require_edge.to_string()),
            ("RUN_JOBS", self.run_jobs.to_string()),
        ];
        lines.iter().map(|(name, value)| format!("{name}={value}\n")).collect()
    }
}

impl Database {
    /// Reads `DATABASE_URL` alone: all that migrating needs.
    ///
    /// # Errors
    /// As [`Config::read`].
    pub fn read(lookup: impl Fn(&str) -> Option<String>) -> Result<Self, ConfigError> {
        let mut reader = Reader {
            lookup,
            errors: Vec::new(),
        };
        reader
            .required("DATABASE_URL", DATABASE_HELP, parse_database)
            .ok_or(ConfigError(reader.errors))
    }
}

const DATABASE_HELP: &str = "postgres://user:password@host:port/database";
const SECRET_HELP: &str = "at least 32 bytes, the same at edge and origin; `origin admin generate-secrets` makes one";
const ORIGIN_SECRET_HELP: &str =
    "at least 32 bytes, another text than INTERNAL_SECRET; `origin admin generate-secrets` makes one";
const PUBLIC_URL_HELP: &str = "the address that users see, like https://coupons.example.com";
const SMTP_URL_HELP: &str = "smtps://user:password@host, smtp://user:password@host?tls=required, or without a password \
                             smtp://host:port";

/// The environment, and what is wrong with it so far. No error repeats a value: it may be a secret.
struct Reader<L> {
    lookup: L,
    errors: Vec<String>,
}

impl<L: Fn(&str) -> Option<String>> Reader<L> {
    fn required<T>(&mut self, name: &str, help: &str, parse: impl Fn(&str) -> Option<T>) -> Option<T> {
        let Some(text) = self.text(name) else {
            self.errors.push(format!("{name} is not set: set it to {help}"));
            return None;
        };
        self.parsed(name, help, parse(&text))
    }

    fn optional<T>(&mut self, name: &str, help: &str, parse: impl Fn(&str) -> Option<T>, default: T) -> Option<T> {
        match self.text(name) {
            Some(text) => self.parsed(name, help, parse(&text)),
            None => Some(default),
        }
    }

    fn mail(&mut self) -> Option<MailConfig> {
        let server = self.required("SMTP_URL", SMTP_URL_HELP, SmtpServer::parse);
        let from = self.required("MAIL_FROM", "a mailbox like Coupons <no-reply@example.com>", parse);
        Some(MailConfig {
            server: server?,
            from: from?,
            timeouts: SmtpTimeouts::default(),
        })
    }

    fn text(&self, name: &str) -> Option<String> {
        (self.lookup)(name).filter(|text| !text.is_empty())
    }

    fn parsed<T>(&mut self, name: &str, help: &str, value: Option<T>) -> Option<T> {
        if value.is_none() {
            self.errors.push(format!("{name} is not valid: set it to {help}"));
        }
        value
    }
}

fn parse<T: FromStr>(text: &str) -> Option<T> {
    text.parse().ok()
}

fn parse_database(text: &str) -> Option<Database> {
    let is_postgres = text.starts_with("postgres://") || text.starts_with("postgresql://");
    let options: PgConnectOptions = text.parse().ok().filter(|_| is_postgres)?;
    Some(Database(options.application_name("coupons-origin")))
}

fn parse_url(text: &str) -> Option<Url> {
    text.parse::<Url>()
        .ok()
        .filter(|url| matches!(url.scheme(), "http" | "https") && url.has_host())
}

fn parse_retention(text: &str) -> Option<u16> {
    text.parse().ok().filter(|days| *days >= MIN_RETENTION_DAYS)
}

fn parse_secret(text: &str) -> Option<Secret> {
    (text.len() >= MIN_SECRET_BYTES).then(|| Secret(text.as_bytes().to_vec()))
}
