//! When the notices of promotions that end are planned for.

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};

use crate::notices::{ENDS_AT, REMINDED_AT, TICK, create, execute, go_to, pause, set_days, settle, start, time, told};
use crate::support::database::TestDatabase;
use crate::support::{TestApp, with_app};

/// The notices that wait for their time: of which promotion, which, and when.
async fn planned(app: &TestApp) -> Vec<(String, String, DateTime<Utc>)> {
    let query = "select p.code, j.payload ->> 'notice', j.run_at from jobs j \
                 join promotions p on 'prom_' || replace(p.id::text, '-', '') = j.payload ->> 'promotion_id' \
                 where j.kind = 'tell_notice' and j.finished_at is null and j.cancelled_at is null order by 1, 3";
    sqlx::query_as(query).fetch_all(&app.pool).await.unwrap()
}

fn notices(code: &str, reminder: &str, expiry: DateTime<Utc>) -> Vec<(String, String, DateTime<Utc>)> {
    let notice = |name: &str, at| (code.to_owned(), name.to_owned(), at);
    vec![notice("reminder", time(reminder)), notice("expiry", expiry)]
}

#[tokio::test]
async fn notices_follow_the_promotion() {
    with_app(async |app: TestApp| {
        let ana = app.register("ana").await;
        let expiry = time(ENDS_AT) + TICK;
        create(&ana, "summer-10").await;
        assert_eq!(planned(&app).await, [], "a draft comes to no end");
        ana.activate("summer-10").await;
        assert_eq!(planned(&app).await, notices("summer-10", REMINDED_AT, expiry));
        pause(&ana, "summer-10").await;
        assert_eq!(
            planned(&app).await,
            notices("summer-10", REMINDED_AT, expiry),
            "paused, it ends"
        );
        let later_end = time(ENDS_AT) + TimeDelta::days(1);
        ana.patch_present("/v1/promotions/summer-10", &json!({"ends_at": later_end}))
            .await
            .expect(200);
        let later = notices("summer-10", "2026-12-09T02:59:59Z", expiry + TimeDelta::days(1));
        assert_eq!(planned(&app).await, later);
        ana.activate("summer-10").await;
        assert_eq!(planned(&app).await, later);
        ana.patch_present("/v1/promotions/summer-10", &json!({"ends_at": null}))
            .await
            .expect(200);
        assert_eq!(planned(&app).await, [], "without an end there is nothing to tell");
    })
    .await;
}

#[tokio::test]
async fn an_archived_promotion_is_told_no_more() {
    with_app(async |app: TestApp| {
        let ana = app.register("ana").await;
        create(&ana, "summer-10").await;
        ana.activate("summer-10").await;
        assert_eq!(planned(&app).await.len(), 2);
        ana.post("/v1/promotions/summer-10/archive", &json!({}))
            .await
            .expect(200);
        assert_eq!(planned(&app).await, []);
    })
    .await;
}

#[tokio::test]
async fn a_change_of_the_days_reaches_every_promotion() {
    with_app(async |app: TestApp| {
        let ana = start(&app).await;
        create(&ana, "draft").await;
        // More than two pages.
        execute(
            &app,
            "insert into promotions (id, organization_id, code, status, version, terms, ends_at, counted, created_at, \
             updated_at) select gen_random_uuid(), organization_id, 'p' || n, case n % 3 when 0 then 'active' \
             when 1 then 'paused' else 'archived' end, 1, terms, ends_at, false, created_at, updated_at \
             from promotions, generate_series(1, 750) n where code = 'summer-10'; \
             update promotions set ends_at = created_at - interval '8 days' where code in ('p3', 'p4')",
        )
        .await;
        app.start_jobs();
        set_days(&ana, 10).await;
        settle(&app).await;
        let planned = planned(&app).await;
        assert_eq!(planned.len(), 2 * 499);
        for (code, notice, run_at) in planned {
            let expected = match notice.as_str() {
                "reminder" => time("2026-12-01T02:59:59Z"),
                _ => time(ENDS_AT) + TICK,
            };
            assert_eq!(run_at, expected, "{code} {notice}");
        }
        let count =
            async |query: &'static str| -> i64 { sqlx::query_scalar(query).fetch_one(&app.pool).await.unwrap() };
        assert_eq!(count("select count(*) from promotion_notices").await, 0, "too old");
        let pages = "select count(*) from jobs where kind = 'reschedule_notices'";
        assert_eq!(count(pages).await, 3);
        // What stays as it is plans nothing.
        set_days(&ana, 10).await;
        assert_eq!(count(pages).await, 3);
    })
    .await;
}

#[tokio::test]
async fn a_reminder_that_came_too_early_waits_again() {
    with_app(async |app: TestApp| {
        let ana = start(&app).await;
        execute(&app, "update organizations set expiry_notice_days = 1").await;
        app.start_jobs();
        go_to(&app, &ana, time(REMINDED_AT)).await;
        assert_eq!(told(&app), []);
        let expected = notices("summer-10", "2026-12-10T02:59:59Z", time(ENDS_AT) + TICK);
        assert_eq!(planned(&app).await, expected);
    })
    .await;
}

/// Promotions that were there before notices were.
#[tokio::test]
async fn the_migration_asks_for_the_first_notices() {
    let database = TestDatabase::create_empty().await;
    let pool = sqlx::PgPool::connect(&database.url).await.unwrap();
    sqlx::raw_sql("create table _sqlx_migrations ()")
        .execute(&pool)
        .await
        .unwrap();
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../migrations");
    let mut files: Vec<_> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    files.sort();
    for file in files {
        if file.ends_with("0009_notices.sql") {
            // Forced row-level security stops the tables' owner too.
            let insert = "alter table organizations no force row level security; \
                alter table promotions no force row level security; \
                insert into organizations (id, name, created_at) values \
                ('00000000-0001-7101-8101-010101010101', 'a', now()), (gen_random_uuid(), 'b', now()); \
                insert into promotions (id, organization_id, code, status, version, terms, ends_at, counted, created_at, \
                updated_at) select gen_random_uuid(), o.id, 'p' || n, case when o.name = 'a' and n < 3 then 'active' \
                else 'draft' end, case when o.name = 'a' and n < 3 then 1 else 0 end, '{\"name\": \"P\", \"kind\": \"discount\"}', now(), \
                case when o.name = 'a' and n < 3 then false end, now(), now() \
                from organizations o, generate_series(1, 3) n; \
                alter table promotions force row level security";
            sqlx::raw_sql(insert).execute(&pool).await.unwrap();
        }
        let sql = std::fs::read_to_string(file).unwrap();
        sqlx::raw_sql(sqlx::AssertSqlSafe(sql)).execute(&pool).await.unwrap();
    }
    let see = "alter table jobs no force row level security";
    sqlx::raw_sql(see).execute(&pool).await.unwrap();
    let payloads: Vec<Value> = sqlx::query_scalar("select payload from jobs")
        .fetch_all(&pool)
        .await
        .unwrap();
    let expected = json!({"v": 1, "kind": "reschedule_notices", "after": null,
                          "organization_id": "org_00000000000171018101010101010101"});
    assert_eq!(payloads, [expected]);
    pool.close().await;
    database.drop().await;
}
