//! The database: two pools with two roles, and transactions of one organisation.
//!
//! One file per resource, one function per statement. A function takes a [`Tenant`], the only way to a tenant's rows:
//! row-level security shows what the transaction's organisation owns, and nothing without one.

pub(crate) mod app_keys;
pub(crate) mod audit_events;
pub(crate) mod coupon_batches;
pub(crate) mod coupons;
pub(crate) mod demographics;
pub(crate) mod evaluations;
pub(crate) mod invitations;
pub mod jobs;
pub(crate) mod ledger_events;
pub(crate) mod login_failures;
pub(crate) mod memberships;
pub(crate) mod notices;
pub(crate) mod organizations;
pub(crate) mod outbox;
pub(crate) mod parked_messages;
pub(crate) mod partitions;
pub(crate) mod password_resets;
pub(crate) mod promotion_versions;
pub(crate) mod promotions;
pub(crate) mod rate_limits;
pub(crate) mod roles;
pub(crate) mod roll_up;
pub(crate) mod samples;
pub mod schema;
pub(crate) mod sessions;
pub(crate) mod signing_keys;
pub(crate) mod usage;
pub(crate) mod users;

use std::time::Duration;

use engine::ids::{OrganizationId, UserId};
use engine::wire::v1::MAX_INGESTS;
use sqlx::postgres::{PgConnection, PgPool, PgPoolOptions};
use sqlx::{Postgres, Transaction};
use uuid::Uuid;

use crate::config::Database;
use crate::jobs::MAX_RUNNING_JOBS;
use crate::problem::Error;

/// Connections for requests: a few per core of a small database server keep it busy; more only queue inside it.
const APP_CONNECTIONS: u32 = 10;
/// Connections for jobs and health: the listeners of the publisher's two lanes and of the jobs, one to claim, one for
/// health, one for the roll-up, and one for each job that runs. The publisher's statements have connections outside of
/// the pool.
const WORKER_CONNECTIONS: u32 = 6 + MAX_RUNNING_JOBS;
// Ingest leaves most of them to people.
const _: () = assert!(2 * MAX_INGESTS < APP_CONNECTIONS as usize);
/// How long a request waits for a connection: then the database is overloaded, and the client is told to come back.
const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(5);
/// How often a transaction that lost to another one is tried in all.
const MAX_ATTEMPTS: u32 = 3;

/// What a connection of each role starts with. No statement of ours takes seconds: the limits free the connection when
/// something is wrong.
const ENTER_APP: &str = "set role coupons_app; set statement_timeout = '10s'; set lock_timeout = '5s'; \
                         set idle_in_transaction_session_timeout = '15s'";
const ENTER_WORKER: &str = "set role coupons_worker; set statement_timeout = '30s'; set lock_timeout = '5s'";

/// The pools.
#[derive(Debug, Clone)]
pub struct Db {
    app: PgPool,
    worker: PgPool,
}

impl Db {
    /// Opens both pools and takes their roles.
    ///
    /// # Errors
    /// When the database cannot be reached or the login role may not take the roles.
    pub async fn connect(database: &Database) -> Result<Self, sqlx::Error> {
        let app = pool(database, APP_CONNECTIONS, ENTER_APP).await?;
        let worker = pool(database, WORKER_CONNECTIONS, ENTER_WORKER).await?;
        Ok(Self { app, worker })
    }

    /// The pool of requests, for what belongs to no tenant.
    pub(crate) const fn app(&self) -> &PgPool {
        &self.app
    }

    /// The pool of jobs, which crosses tenants.
    pub(crate) const fn worker(&self) -> &PgPool {
        &self.worker
    }

    /// Closes every connection.
    pub async fn close(&self) {
        self.app.close().await;
        self.worker.close().await;
    }

    /// Runs `work`, which begins and commits one transaction, again when it lost to another one. So `work` does nothing
    /// but database calls.
    pub(crate) async fn transaction<T, F>(&self, name: &'static str, work: impl Fn() -> F) -> Result<T, Error>
    where
        F: Future<Output = Result<Committed<T>, Error>>,
    {
        let mut attempt = 1;
        loop {
            match work().await {
                Err(error) if error.is_transient() && attempt < MAX_ATTEMPTS => {
                    tracing::warn!(transaction = name, attempt, "lost to another transaction, trying again");
                    attempt += 1;
                }
                result => return result.map(|Committed(value)| value),
            }
        }
    }

    /// Begins a transaction of a person, over all their organisations.
    pub(crate) async fn begin_person(&self, user: UserId) -> Result<Person, sqlx::Error> {
        let mut transaction = self.app.begin().await?;
        enter_person(&mut transaction, user).await?;
        Ok(Person { transaction, user })
    }

    /// Begins a transaction of an organisation. Dropped without a commit, it leaves nothing behind.
    pub(crate) async fn begin(&self, organization: OrganizationId) -> Result<Tenant, sqlx::Error> {
        let mut tenant = Tenant {
            transaction: self.app.begin().await?,
            organization,
        };
        tenant.enter(organization).await?;
        Ok(tenant)
    }
}

/// The value of a transaction that was committed: nothing else makes one, so no commit is forgotten.
#[derive(Debug)]
pub(crate) struct Committed<T>(T);

/// A transaction that sees one organisation.
#[derive(Debug)]
pub(crate) struct Tenant {
    transaction: Transaction<'static, Postgres>,
    organization: OrganizationId,
}

impl Tenant {
    /// Goes on as another organisation: for ingest, whose one transaction stores records of several, and for a user who
    /// switches.
    pub(crate) async fn enter(&mut self, organization: OrganizationId) -> Result<(), sqlx::Error> {
        set_organization(&mut self.transaction, organization).await?;
        self.organization = organization;
        Ok(())
    }

    /// Sees what belongs to a person too: their sessions and memberships elsewhere.
    pub(crate) async fn enter_person(&mut self, user: UserId) -> Result<(), sqlx::Error> {
        enter_person(&mut self.transaction, user).await
    }

    /// Commits, and answers `value`.
    pub(crate) async fn commit<T>(self, value: T) -> Result<Committed<T>, Error> {
        self.transaction.commit().await?;
        Ok(Committed(value))
    }

    /// The organisation.
    pub(crate) const fn organization(&self) -> OrganizationId {
        self.organization
    }

    /// The organisation as a statement's parameter.
    pub(crate) const fn id(&self) -> Uuid {
        self.organization.uuid()
    }

    /// For a statement.
    pub(crate) fn connection(&mut self) -> &mut PgConnection {
        &mut self.transaction
    }
}

/// A transaction that sees what belongs to a person: their sessions and memberships, and one organisation at a time of
/// those.
#[derive(Debug)]
pub(crate) struct Person {
    transaction: Transaction<'static, Postgres>,
    user: UserId,
}

impl Person {
    /// Goes on in an organisation.
    pub(crate) async fn enter(&mut self, organization: OrganizationId) -> Result<(), sqlx::Error> {
        set_organization(&mut self.transaction, organization).await
    }

    /// Commits, and answers `value`.
    pub(crate) async fn commit<T>(self, value: T) -> Result<Committed<T>, Error> {
        self.transaction.commit().await?;
        Ok(Committed(value))
    }

    /// The person as a statement's parameter.
    pub(crate) const fn id(&self) -> Uuid {
        self.user.uuid()
    }

    /// For a statement.
    pub(crate) fn connection(&mut self) -> &mut PgConnection {
        &mut self.transaction
    }
}

async fn enter_person(connection: &mut PgConnection, user: UserId) -> Result<(), sqlx::Error> {
    sqlx::query!("select set_config('app.user_id', $1, true)", user.uuid().to_string())
        .fetch_one(connection)
        .await
        .map(drop)
}

async fn set_organization(connection: &mut PgConnection, organization: OrganizationId) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "select set_config('app.organization_id', $1, true)",
        organization.uuid().to_string()
    )
    .fetch_one(connection)
    .await
    .map(drop)
}

async fn pool(database: &Database, connections: u32, enter: &'static str) -> Result<PgPool, sqlx::Error> {
    PgPoolOptions::new()
        .max_connections(connections)
        .acquire_timeout(ACQUIRE_TIMEOUT)
        .after_connect(move |connection, _| {
            Box::pin(async move { sqlx::raw_sql(enter).execute(connection).await.map(drop) })
        })
        .connect_with(database.options().clone())
        .await
}
