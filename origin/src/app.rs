//! What every handler and job shares.

use std::sync::Arc;

use chrono::TimeDelta;
use engine::wire::v1::MAX_INGESTS;
use reqwest::Url;
use tokio::sync::Semaphore;

use crate::auth::password::{PasswordError, Passwords};
use crate::auth::token::Tokens;
use crate::clock::Clock;
use crate::config::{Config, Secret};
use crate::db::Db;
use crate::mail::Mailer;
use crate::problem::Error;
use crate::secret::OriginSecret;
use crate::store::PostgresStore;

/// The application: cheap to clone, the same for all requests and jobs.
#[derive(Debug, Clone)]
pub struct App {
    pub(crate) db: Db,
    pub(crate) clock: Clock,
    pub(crate) tokens: Tokens,
    pub(crate) passwords: Passwords,
    pub(crate) internal_secret: Arc<Secret>,
    pub(crate) origin_secret: OriginSecret,
    pub(crate) edge_url: Url,
    /// Where links in mails lead.
    pub(crate) public_url: Url,
    pub(crate) mailer: Mailer,
    pub(crate) store: PostgresStore,
    /// How old a record may be.
    pub(crate) retention: TimeDelta,
    /// One for each call of ingest that is worked on.
    pub(crate) ingest_slots: Arc<Semaphore>,
    pub(crate) dev_preview: bool,
    pub(crate) require_edge: bool,
}

/// Why the application cannot start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// No connection, or not in the role.
    #[error(
        "the database {database} refuses its pools: the role of DATABASE_URL must be a member of coupons_app and \
         coupons_worker (GRANT coupons_app, coupons_worker TO it)"
    )]
    Database {
        /// Where.
        database: String,
        /// Why.
        #[source]
        source: sqlx::Error,
    },
    /// The signing keys.
    #[error("the signing keys cannot be read from the database")]
    SigningKeys(#[source] Error),
    /// The password hasher.
    #[error("passwords cannot be hashed on this machine")]
    Passwords(#[from] PasswordError),
}

impl App {
    /// Connects to the database, whose schema was checked before.
    ///
    /// # Errors
    /// See [`StartError`].
    pub async fn start(config: &Config, clock: Clock) -> Result<Self, StartError> {
        let db = Db::connect(&config.database)
            .await
            .map_err(|source| StartError::Database {
                database: config.database.to_string(),
                source,
            })?;
        let secret = config.origin_secret.clone();
        let tokens = Tokens::load(db.app().clone(), secret, config.public_url.as_str(), clock.now())
            .await
            .map_err(StartError::SigningKeys)?;
        Ok(Self {
            store: PostgresStore::new(db.clone()),
            db,
            clock,
            tokens,
            passwords: Passwords::new()?,
            internal_secret: Arc::new(config.internal_secret.clone()),
            origin_secret: config.origin_secret.clone(),
            edge_url: config.edge_url.clone(),
            public_url: config.public_url.clone(),
            mailer: Mailer::new(&config.mail),
            retention: config.evaluation_retention,
            ingest_slots: Arc::new(Semaphore::new(MAX_INGESTS)),
            dev_preview: config.dev_preview,
            require_edge: config.require_edge,
        })
    }

    /// Closes the connections to the database.
    pub async fn close(&self) {
        self.db.close().await;
    }
}
