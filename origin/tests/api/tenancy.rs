//! Tenancy in the database itself.

use chrono::TimeDelta;
use sqlx::{Executor, Row};

use crate::ingest::record;
use crate::ledger_events::event;
use crate::support::{TestApp, with_app};

/// Tables without a tenant, each with its reason.
const GLOBAL_TABLES: &[&str] = &[
    // The migrations that were applied.
    "_sqlx_migrations",
    // Failed sign-ins of accounts that may not even exist, by hash.
    "login_failures",
    // Allowances of addresses and accounts, by hash.
    "rate_limits",
    // Messages that nobody could read, and so of nobody knows which tenant.
    "parked_messages",
    // Ways to a new password: they belong to people.
    "password_resets",
    // Since when raw records are kept, for the whole platform.
    "record_retention",
    // When each generation of the key signs that issues everybody's tokens.
    "signing_keys",
    // People, whom memberships tie to organisations.
    "users",
];

/// Keys and foreign keys of tenant tables that do not begin with the organisation, each with its reason.
const KEYS_WITHOUT_ORGANIZATION: &[&str] = &[
    // The edge finds a key by its hash alone, before it knows whose it is.
    "app_keys_hash_key",
    // Some jobs are of no organisation; a job is named by nobody but its worker.
    "jobs_pkey",
    // A person is no tenant's.
    "invitations_invited_by_fkey",
    "memberships_user_id_fkey",
    // The tenant itself.
    "organizations_pkey",
    // Numbered in the order of writing, and never shown.
    "outbox_pkey",
];

#[tokio::test]
async fn every_tenant_table_has_forced_row_level_security() {
    with_app(async |app: TestApp| {
        let tables = sqlx::query(
            "select c.relname::text as name, c.relrowsecurity and c.relforcerowsecurity as forced, \
             (select count(*) from pg_policy p where p.polrelid = c.oid and p.polname <> 'tests') as policies, \
             c.relname = 'organizations' or exists (select from pg_attribute a where a.attrelid = c.oid \
             and a.attname = 'organization_id' and not a.attisdropped) as tenant \
             from pg_class c where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') \
             and not c.relispartition",
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

/// A partition is reached through its parent, whose policies then hold.
#[tokio::test]
async fn partitions_are_closed() {
    with_app(async |app: TestApp| {
        let day = |day: i64| app.clock.now() + TimeDelta::days(day);
        let make = sqlx::query("select ensure_partitions($1, $2)");
        make.bind(day(100)).bind(day(102)).execute(&app.pool).await.unwrap();
        let partitions = sqlx::query(
            "select c.relname::text as name, c.relrowsecurity and c.relforcerowsecurity as forced, \
             (select count(*) from pg_policy p where p.polrelid = c.oid and p.polname <> 'tests') as policies, \
             (select count(*) from aclexplode(c.relacl) g where g.grantee <> c.relowner) as grants \
             from pg_class c where c.relnamespace = 'public'::regnamespace and c.relkind = 'r' and c.relispartition",
        )
        .fetch_all(&app.pool)
        .await
        .unwrap();
        assert!(partitions.len() >= 20, "{}", partitions.len());
        for partition in partitions {
            let name: String = partition.get("name");
            let (policies, grants): (i64, i64) = (partition.get("policies"), partition.get("grants"));
            assert!(partition.get::<bool, _>("forced"), "{name}");
            assert_eq!((policies, grants), (0, 0), "{name}");
        }
    })
    .await;
}

#[tokio::test]
async fn keys_begin_with_the_organization() {
    with_app(async |app: TestApp| {
        let keys = sqlx::query(
            "select c.conname::text as name, a.attname::text as first from pg_constraint c \
             join pg_class t on t.oid = c.conrelid and t.relnamespace = 'public'::regnamespace \
             join pg_attribute a on a.attrelid = t.oid and a.attnum = c.conkey[1] \
             where c.contype in ('p', 'u', 'f') and t.relrowsecurity \
             union all select i.relname::text, a.attname::text from pg_index x join pg_class i on i.oid = x.indexrelid \
             join pg_class t on t.oid = x.indrelid and t.relnamespace = 'public'::regnamespace \
             join pg_attribute a on a.attrelid = t.oid and a.attnum = x.indkey[0] \
             where x.indisunique and t.relrowsecurity",
        )
        .fetch_all(&app.pool)
        .await
        .unwrap();
        let mut exceptions = std::collections::BTreeSet::new();
        for key in keys {
            let (name, first): (String, String) = (key.get("name"), key.get("first"));
            let is_exception = KEYS_WITHOUT_ORGANIZATION.contains(&name.as_str());
            assert_ne!(first == "organization_id", is_exception, "{name} begins with {first}");
            exceptions.extend(is_exception.then_some(name));
        }
        assert_eq!(exceptions.len(), KEYS_WITHOUT_ORGANIZATION.len(), "{exceptions:?}");
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
        let mut waiting = Vec::new();
        for user in [&ana, &bob] {
            let promotion = user.create_promotion("summer-10").await["id"].clone();
            user.activate("summer-10").await;
            let sample = serde_json::json!({"name": "A cart", "request": {}});
            user.post("/v1/promotions/summer-10/samples", &sample).await.expect(201);
            let body = serde_json::json!({"name": "Shop", "promotions": "all"});
            user.post("/v1/app-keys", &body).await.expect(201);
            let number = if user.email.starts_with("ana") { 1 } else { 2 };
            let told = [
                record(user, &promotion, number),
                event(user, &promotion, number, "released"),
            ];
            app.ingest(&told).await.expect(200);
            let insert = "insert into roll_up_queue (organization_id, received_at, first_id, last_id) \
                          values ($1::uuid, now(), $1::uuid, $1::uuid)";
            waiting.push(sqlx::query(insert).bind(user.organization_uuid()));
            user.create_coupon_promotion("club").await;
            user.post("/v1/promotions/club/coupon-batches", &serde_json::json!({"count": 1}))
                .await
                .expect(202);
            user.post("/v1/promotions/club/coupons", &serde_json::json!({"code": "WELCOME"}))
                .await
                .expect(201);
            let insert = "insert into jobs (id, organization_id, payload, created_at, run_at, cancelled_at) \
                          values (gen_random_uuid(), $1::uuid, '{\"v\": 1, \"kind\": \"x\"}', now(), now(), now())";
            let insert = sqlx::query(insert).bind(user.organization_uuid()).execute(&app.pool);
            insert.await.unwrap();
        }
        for insert in waiting {
            insert.execute(&app.pool).await.unwrap();
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
        for (table, rows) in [
            ("organizations", 1),
            ("memberships", 1),
            ("sessions", 1),
            ("roles", 2),
            ("promotions", 2),
            ("promotion_versions", 1),
            ("promotion_samples", 1),
            ("coupon_batches", 1),
            ("coupons", 1),
            ("app_keys", 1),
            ("evaluations", 1),
            ("ledger_events", 1),
            // Of the promotion, and of all.
            ("usage_quarters", 2),
            ("response_quarters", 2),
            ("roll_up_queue", 1),
            // The notices of the promotion's end wait beside it.
            ("jobs", 3),
        ] {
            assert_eq!(count(None, table).await, Some(0), "{table}");
            assert_eq!(count(Some(ana.organization_uuid()), table).await, Some(rows), "{table}");
            let nobody = "0198c5f0a1b27c3d8e4f5a6b7c8d9e0f".to_owned();
            assert_eq!(count(Some(nobody), table).await, Some(0), "{table}");
        }
        assert_eq!(count(Some(ana.organization_uuid()), "outbox").await, None);
    })
    .await;
}

#[tokio::test]
async fn requests_write_nothing_for_the_whole_platform() {
    with_app(async |app: TestApp| {
        let ana = app.register("ana").await;
        let insert = async |statement: &'static str| {
            let mut transaction = app.pool.begin().await.unwrap();
            transaction.execute("set local role coupons_app").await.unwrap();
            let set = sqlx::query("select set_config('app.organization_id', $1, true)").bind(ana.organization_uuid());
            set.execute(&mut *transaction).await.unwrap();
            transaction.execute(statement).await.unwrap_err().to_string()
        };
        let error =
            insert("insert into outbox (key, value, created_at, next_attempt_at) values ('jwks', '{}', now(), now())");
        let error = error.await;
        assert!(error.contains("row-level security"), "{error}");
        for statement in [
            "insert into signing_keys (generation, created_at, active_at) values (9, now(), now())",
            "update signing_keys set retired_at = null",
        ] {
            let error = insert(statement).await;
            assert!(error.contains("permission denied"), "{error}");
        }
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
