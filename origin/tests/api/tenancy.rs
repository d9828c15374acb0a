//! Tenancy in the database itself.

use sqlx::{Executor, Row};

use crate::ingest::record;
use crate::support::{TestApp, with_app};

/// Tables without a tenant, each with its reason.
const GLOBAL_TABLES: &[&str] = &[
    // The migrations that were applied.
    "_sqlx_migrations",
    // Ways to a new password: they belong to people.
    "password_resets",
    // People, whom memberships tie to organisations.
    "users",
];

#[tokio::test]
async fn every_tenant_table_has_forced_row_level_security() {
    with_app(async |app: TestApp| {
        let tables = sqlx::query(
            "select c.relname::text as name, c.relrowsecurity and c.relforcerowsecurity as forced, \
             (select count(*) from pg_policy p where p.polrelid = c.oid and p.polname <> 'tests') as policies, \
             c.relname = 'organizations' or exists (select from pg_attribute a where a.attrelid = c.oid \
             and a.attname = 'organization_id' and not a.attisdropped) as tenant \
             from pg_class c where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p')",
        )
        .fetch_all(&app.pool)
        .await
        .unwrap();
        assert!(tables.len() >= 10, "{}", tables.len());
        for table in tables {
            let name: String = table.get("name");
            let is_global = GLOBAL_TABLES.contains(&name.as_str());
            assert_ne!(
                table.get::<bool, _>("tenant"),
                is_global,
                "{name}: give it an organization_id, or list it here"
            );
            let protected = table.get::<bool, _>("forced") && table.get::<i64, _>("policies") > 0;
            assert!(
                is_global || protected,
                "{name}: force row-level security and write a policy"
            );
        }
    })
    .await;
}

#[tokio::test]
async fn the_roles_own_nothing_and_bypass_nothing() {
    with_app(async |app: TestApp| {
        let bad: i64 = sqlx::query_scalar(
            "select count(*) from pg_roles r where r.rolname in ('coupons_app', 'coupons_worker') \
             and (r.rolsuper or r.rolbypassrls or r.rolcanlogin \
             or exists (select from pg_class c where c.relowner = r.oid))",
        )
        .fetch_one(&app.pool)
        .await
        .unwrap();
        assert_eq!(bad, 0);
    })
    .await;
}

#[tokio::test]
async fn a_query_sees_its_organization_alone() {
    with_app(async |app: TestApp| {
        let (ana, bob) = (app.register("ana").await, app.register("bob").await);
        for user in [&ana, &bob] {
            let promotion = user.create_promotion("summer-10").await["id"].clone();
            user.activate("summer-10").await;
            let body = serde_json::json!({"name": "Shop", "promotions": "all"});
            user.post("/v1/app-keys", &body).await.expect(201);
            let number = if user.email.starts_with("ana") { 1 } else { 2 };
            app.ingest(&[record(user, &promotion, number)]).await.expect(200);
            let insert = "insert into jobs (id, organization_id, payload, created_at, run_at, cancelled_at) \
                          values (gen_random_uuid(), $1::uuid, '{\"v\": 1, \"kind\": \"x\"}', now(), now(), now())";
            let insert = sqlx::query(insert).bind(user.organization_uuid()).execute(&app.pool);
            insert.await.unwrap();
        }
        let count = async |organization: Option<String>, table: &str| -> Option<i64> {
            let mut transaction = app.pool.begin().await.unwrap();
            transaction.execute("set local role coupons_app").await.unwrap();
            if let Some(organization) = organization {
                let set = sqlx::query("select set_config('app.organization_id', $1, true)").bind(organization);
                set.execute(&mut *transaction).await.unwrap();
            }
            // The outbox may be written and not read; its absence is an error here, not a number.
            let statement = sqlx::AssertSqlSafe(format!("select count(*) from {table}"));
            sqlx::query_scalar(statement).fetch_one(&mut *transaction).await.ok()
        };
        for table in [
            "organizations",
            "memberships",
            "sessions",
            "promotions",
            "app_keys",
            "evaluations",
            "usage_hourly",
            "jobs",
        ] {
            assert_eq!(count(None, table).await, Some(0), "{table}");
            assert_eq!(count(Some(ana.organization_uuid()), table).await, Some(1), "{table}");
            let nobody = "0198c5f0a1b27c3d8e4f5a6b7c8d9e0f".to_owned();
            assert_eq!(count(Some(nobody), table).await, Some(0), "{table}");
        }
        assert_eq!(count(Some(ana.organization_uuid()), "outbox").await, None);
    })
    .await;
}

#[tokio::test]
async fn a_row_of_another_organization_is_not_written() {
    with_app(async |app: TestApp| {
        let (ana, bob) = (app.register("ana").await, app.register("bob").await);
        let mut transaction = app.pool.begin().await.unwrap();
        transaction.execute("set local role coupons_app").await.unwrap();
        let set = sqlx::query("select set_config('app.organization_id', $1, true)").bind(ana.organization_uuid());
        set.execute(&mut *transaction).await.unwrap();
        let error = sqlx::query(
            "insert into app_keys (id, organization_id, name, hash, preview, mode, scope, created_at) \
             values (gen_random_uuid(), $1::uuid, 'x', repeat('a', 64), 'x', 'live', '\"all\"', now())",
        )
        .bind(bob.organization_uuid())
        .execute(&mut *transaction)
        .await
        .unwrap_err();
        assert!(error.to_string().contains("row-level security"), "{error}");
    })
    .await;
}
