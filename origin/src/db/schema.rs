//! The schema: the migrations inside this program, and whether a database has exactly them.

use std::collections::BTreeMap;

use sqlx::migrate::{MigrateError, Migrator};
use sqlx::postgres::PgPool;
use sqlx::{Connection, PgConnection};

use crate::config::Database;

static MIGRATOR: Migrator = sqlx::migrate!("../migrations");

/// Why this program does not work with a database. Each says what to do.
#[derive(Debug, thiserror::Error)]
pub enum SchemaError {
    /// No connection.
    #[error("the database {database} cannot be reached: start PostgreSQL or correct DATABASE_URL")]
    Unreachable {
        /// Where.
        database: String,
        /// Why.
        #[source]
        source: sqlx::Error,
    },
    /// Migrations are missing.
    #[error("the database lacks {0} migration(s) of this release: run `origin migrate` first")]
    Behind(usize),
    /// It has migrations that this program does not know.
    #[error(
        "the database has migration {0}, which this release does not know: deploy the release that made it, or newer"
    )]
    Ahead(i64),
    /// A migration was edited after it was applied.
    #[error("migration {0} in the database differs from this release's: migrations are append-only; restore the file")]
    Edited(i64),
    /// A migration failed half way.
    #[error("a migration did not succeed: see the cause, correct it and run `origin migrate` again")]
    Failed(#[source] MigrateError),
    /// The state cannot be read.
    #[error(
        "the database's migrations cannot be read: the role of DATABASE_URL must own the schema or have run `origin migrate`"
    )]
    Unreadable(#[source] sqlx::Error),
}

/// Applies the migrations that are missing.
///
/// # Errors
/// See [`SchemaError`].
pub async fn migrate(database: &Database) -> Result<(), SchemaError> {
    let mut connection = connect(database).await?;
    let result = MIGRATOR.run(&mut connection).await;
    if let Err(MigrateError::VersionMissing(version)) = result {
        return Err(SchemaError::Ahead(version));
    }
    if let Err(MigrateError::VersionMismatch(version)) = result {
        return Err(SchemaError::Edited(version));
    }
    result.map_err(SchemaError::Failed)
}

/// Whether the database has exactly this program's migrations, before the pools take their roles.
///
/// # Errors
/// See [`SchemaError`].
pub async fn check_database(database: &Database) -> Result<(), SchemaError> {
    let mut connection = connect(database).await?;
    let known = sqlx::query_scalar!("select to_regclass('_sqlx_migrations') is not null")
        .fetch_one(&mut connection)
        .await
        .map_err(SchemaError::Unreadable)?;
    if known != Some(true) {
        return Err(SchemaError::Behind(MIGRATOR.iter().count()));
    }
    check_applied(&mut connection).await
}

/// The same on a pool, for readiness.
pub(crate) async fn check_pool(pool: &PgPool) -> Result<(), SchemaError> {
    let mut connection = pool.acquire().await.map_err(SchemaError::Unreadable)?;
    check_applied(&mut connection).await
}

async fn connect(database: &Database) -> Result<PgConnection, SchemaError> {
    PgConnection::connect_with(database.options())
        .await
        .map_err(|source| SchemaError::Unreachable {
            database: database.to_string(),
            source,
        })
}

async fn check_applied(connection: &mut PgConnection) -> Result<(), SchemaError> {
    let rows = sqlx::query!("select version, checksum from _sqlx_migrations order by version")
        .fetch_all(connection)
        .await
        .map_err(SchemaError::Unreadable)?;
    let mut missing: BTreeMap<i64, &[u8]> = MIGRATOR.iter().map(|known| (known.version, &*known.checksum)).collect();
    for row in rows {
        match missing.remove(&row.version) {
            None => return Err(SchemaError::Ahead(row.version)),
            Some(checksum) if checksum != row.checksum => return Err(SchemaError::Edited(row.version)),
            Some(_) => {}
        }
    }
    if missing.is_empty() {
        Ok(())
    } else {
        Err(SchemaError::Behind(missing.len()))
    }
}
