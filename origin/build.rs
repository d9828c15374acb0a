//! Rebuilds when a migration is added, and checks SQL against the committed `.sqlx` unless told otherwise.

fn main() {
    println!("cargo:rerun-if-changed=../migrations");
    println!("cargo:rerun-if-env-changed=SQLX_OFFLINE");
    // `DATABASE_URL` names the server that tests use, whose own database has no tables: without this, the macros would
    // check the statements there. `SQLX_OFFLINE=false` with a migrated database renews the committed data.
    if std::env::var_os("SQLX_OFFLINE").is_none() {
        println!("cargo:rustc-env=SQLX_OFFLINE=true");
    }
}
