//! A database for each test, copied from a migrated template.

use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use origin::config::Database;
use origin::db::schema;
use sqlx::{AssertSqlSafe, Connection, PgConnection};
use tokio::sync::OnceCell;

/// One process at a time makes or replaces the template.
const TEMPLATE_LOCK: i64 = 0x636f_7570_6f6e_7402;
/// A test looks at every tenant's rows with the role that owns the tables; forced row-level security would show a role
/// that is no superuser nothing. The roles that the origin takes are not this one, so nothing changes for them.
const SEE_ALL_TENANTS: &str = "do $$ declare name text; begin
    for name in select relname from pg_class where relrowsecurity loop
        execute format('create policy tests on %I to current_user using (true) with check (true)', name);
    end loop;
end $$";
/// The template's name, once this process has made sure of it.
static TEMPLATE: OnceCell<String> = OnceCell::const_new();
static COUNTER: AtomicU32 = AtomicU32::new(0);

/// A database of one test.
pub(crate) struct TestDatabase {
    pub(crate) url: String,
    name: String,
}

impl TestDatabase {
    /// A copy of the template.
    pub(crate) async fn create() -> Self {
        let template = TEMPLATE.get_or_init(create_template).await;
        let database = Self::new(&format!("t{}", COUNTER.fetch_add(1, Ordering::Relaxed)));
        execute(format!("create database {} template {template}", database.name)).await;
        database
    }

    /// An empty database, without a schema.
    pub(crate) async fn create_empty() -> Self {
        let database = Self::new(&format!("e{}", COUNTER.fetch_add(1, Ordering::Relaxed)));
        execute(format!("create database {}", database.name)).await;
        database
    }

    pub(crate) async fn drop(self) {
        execute(format!("drop database {} with (force)", self.name)).await;
    }

    fn new(suffix: &str) -> Self {
        let name = format!("coupons_test_{}_{suffix}", std::process::id());
        let (server, options) = split_database(&server_url());
        Self {
            url: format!("{server}/{name}{options}"),
            name,
        }
    }
}

/// The server that the tests use.
fn server_url() -> String {
    std::env::var("DATABASE_URL").unwrap_or_else(|_| {
        panic!(
            "DATABASE_URL is not set: run `cargo xtask test origin`, which starts PostgreSQL, or set DATABASE_URL to \
             a server where databases may be created"
        )
    })
}

/// Makes sure of the template. It stays for the next run; other migrations make another one.
async fn create_template() -> String {
    let name = format!("coupons_template_{:x}", fingerprint());
    let mut connection = connect().await;
    sqlx::query("select pg_advisory_lock($1)")
        .bind(TEMPLATE_LOCK)
        .execute(&mut connection)
        .await
        .unwrap();
    let exists: bool = sqlx::query_scalar("select exists (select from pg_database where datname = $1)")
        .bind(&name)
        .fetch_one(&mut connection)
        .await
        .unwrap();
    if !exists {
        migrate_template(&name).await;
    }
    connection.close().await.unwrap();
    name
}

/// Under another name until it is complete, so that a run that is killed leaves no half of a template.
async fn migrate_template(name: &str) {
    let (server, options) = split_database(&server_url());
    let unfinished = format!("{name}_unfinished");
    execute(format!("create database {unfinished}")).await;
    let url = format!("{server}/{unfinished}{options}");
    let database = Database::read(|_| Some(url.clone())).unwrap();
    schema::migrate(&database).await.unwrap();
    let mut connection = PgConnection::connect(&url).await.unwrap();
    sqlx::raw_sql(SEE_ALL_TENANTS).execute(&mut connection).await.unwrap();
    // As old as the tests' clock says, whenever they run.
    let age = sqlx::query("update signing_keys set created_at = $1").bind(super::now());
    age.execute(&mut connection).await.unwrap();
    connection.close().await.unwrap();
    execute(format!("alter database {unfinished} rename to {name}")).await;
}

/// Changes with the migrations.
fn fingerprint() -> u64 {
    use std::hash::{DefaultHasher, Hash, Hasher};
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../migrations");
    let mut files: Vec<_> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    files.sort();
    let mut hasher = DefaultHasher::new();
    files
        .iter()
        .for_each(|path| std::fs::read(path).unwrap().hash(&mut hasher));
    hasher.finish()
}

async fn connect() -> PgConnection {
    PgConnection::connect(&server_url()).await.unwrap()
}

/// Runs a statement on the server's own database. A connection that just closed may still count on the server, and the
/// server may be vacuuming, which only its owner may interrupt: "is being accessed" (55006) and "must be a member"
/// (42501) are tried again for a bounded time.
async fn execute(statement: String) {
    let mut connection = connect().await;
    let mut attempts = 0;
    loop {
        let result = sqlx::raw_sql(AssertSqlSafe(statement.clone()))
            .execute(&mut connection)
            .await;
        match result {
            Ok(_) => break,
            Err(sqlx::Error::Database(error))
                if matches!(error.code().as_deref(), Some("55006" | "42501")) && attempts < 100 =>
            {
                attempts += 1;
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
            Err(error) => panic!("{statement}: {error}"),
        }
    }
    connection.close().await.unwrap();
}

/// `postgres://user@host:port` and `?options` of an address.
fn split_database(url: &str) -> (String, String) {
    let (base, options) = url
        .split_once('?')
        .map_or((url, String::new()), |(base, rest)| (base, format!("?{rest}")));
    let authority = base.find("://").map_or(0, |at| at + 3);
    let end = base[authority..].find('/').map_or(base.len(), |at| authority + at);
    (base[..end].to_owned(), options)
}
