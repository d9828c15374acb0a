//! The reconciler: what drifted at the edge is seen and put right; and republishing after the database was restored.

use chrono::TimeDelta;
use origin::admin::Revisions;
use origin::jobs::{Reconciled, Repair};
use serde_json::json;

use crate::publisher::{SPACING, published, wait_until_live};
use crate::support::{TestApp, User, wait_for, with_app};

const fn found(checked: usize, equal: usize, missing: usize, different: usize) -> Reconciled {
    Reconciled {
        checked,
        equal,
        missing,
        different,
    }
}

/// More than two pages of keys, all live: 2 for each promotion.
async fn publish_promotions(user: &User) {
    for number in 0..51 {
        let code = format!("p-{number}");
        user.create_promotion(&code).await;
        user.activate(&code).await;
    }
    for number in 0..51 {
        wait_until_live(user, &format!("p-{number}")).await;
    }
}

/// The keys of the edge are not the test's business.
async fn forget_signing_keys(app: &TestApp) {
    sqlx::query("delete from outbox where key = 'jwks'")
        .execute(&app.pool)
        .await
        .unwrap();
}

#[tokio::test]
async fn drift_is_seen_and_repaired() {
    with_app(async |app: TestApp| {
        let ana = app.register("ana").await;
        forget_signing_keys(&app).await;
        let jobs = app.start_jobs();
        publish_promotions(&ana).await;
        jobs.cancel();
        forget_signing_keys(&app).await;
        assert_eq!(
            app.reconcile(Repair::No).await,
            found(0, 0, 0, 0),
            "the edge may not show it yet"
        );
        app.clock.advance(TimeDelta::minutes(2));
        assert_eq!(app.reconcile(Repair::Yes).await, found(102, 102, 0, 0));
        let key = |code: &str| format!("promo/{}/{code}", ana.organization_id);
        let lost = ana.get("/v1/promotions/p-7").await.json()["id"].clone();
        let lost = format!("ledger/{}/{}/shards", ana.organization_id, lost.as_str().unwrap());
        app.edge.lose(&lost);
        app.edge.tamper(&key("p-8"), 0);
        assert_eq!(app.reconcile(Repair::No).await, found(102, 100, 1, 1));
        assert_eq!(published(&ana, "p-7").await["state"], "live");
        assert_eq!(app.reconcile(Repair::Yes).await, found(102, 100, 1, 1));
        for code in ["p-7", "p-8"] {
            assert_eq!(published(&ana, code).await["state"], "publishing", "{code}");
        }
        // Until it is there again, nothing is compared.
        assert_eq!(app.reconcile(Repair::Yes).await, found(100, 100, 0, 0));
        app.start_jobs();
        for code in ["p-7", "p-8"] {
            wait_until_live(&ana, code).await;
        }
        assert_eq!(app.edge.value(&key("p-8")).unwrap()["version"], 1);
        assert!(app.edge.value(&lost).is_some());
    })
    .await;
}

/// Waits until a run is asked for that is not due.
async fn wait_for_next_run(app: &TestApp) {
    wait_for("the next run", async || {
        let query = "select exists (select from jobs where kind = 'reconcile' and finished_at is null and run_at > $1)";
        let query = sqlx::query_scalar(query).bind(app.clock.now());
        let exists: bool = query.fetch_one(&app.pool).await.unwrap();
        exists.then_some(())
    })
    .await;
}

#[tokio::test]
async fn the_job_repairs_each_hour() {
    with_app(async |app: TestApp| {
        let ana = app.register("ana").await;
        app.start_jobs();
        ana.create_promotion("summer-10").await;
        ana.activate("summer-10").await;
        let key = format!("promo/{}/summer-10", ana.organization_id);
        for is_down in [false, false, true, false] {
            // Access tokens live ten minutes.
            let ana = app.login(&ana.email).await;
            wait_until_live(&ana, "summer-10").await;
            wait_for_next_run(&app).await;
            app.edge.set_down(is_down);
            app.edge.lose(&key);
            app.clock.advance(TimeDelta::hours(1));
            if is_down {
                // The next hour is waited for.
                wait_for_next_run(&app).await;
                app.edge.set_down(false);
                app.clock.advance(TimeDelta::hours(1));
            }
            wait_for("the repair", async || app.edge.value(&key)).await;
        }
    })
    .await;
}

/// A run of the job takes 1,000 keys and asks for the next one.
#[tokio::test]
async fn more_keys_than_a_run_takes_are_compared_in_several() {
    with_app(async |app: TestApp| {
        let ana = app.register("ana").await;
        app.start_jobs();
        wait_for_next_run(&app).await;
        let insert = "insert into outbox (organization_id, key, value, created_at, next_attempt_at, published_at) \
                      select $1::uuid, 'key/' || lpad(n::text, 4, '0'), '{}', $2, $2, $2 from generate_series(1, 1050) n";
        let insert = sqlx::query(insert).bind(ana.organization_uuid()).bind(app.clock.now());
        insert.execute(&app.pool).await.unwrap();
        app.clock.advance(TimeDelta::hours(1));
        for key in ["key/0001", "key/1000", "key/1050"] {
            wait_for("the repair", async || app.edge.value(key)).await;
        }
    })
    .await;
}

/// A change that comes between the comparison and the repair is not undone, for rows keep their order.
#[tokio::test]
async fn a_repair_undoes_no_change() {
    with_app(async |app: TestApp| {
        let ana = app.register("ana").await;
        let jobs = app.start_jobs();
        ana.create_promotion("summer-10").await;
        ana.activate("summer-10").await;
        wait_until_live(&ana, "summer-10").await;
        jobs.cancel();
        app.clock.advance(TimeDelta::minutes(2));
        let key = format!("promo/{}/summer-10", ana.organization_id);
        app.edge.lose(&key);
        app.reconcile(Repair::Yes).await;
        ana.post("/v1/promotions/summer-10/pause", &json!({})).await.expect(200);
        app.start_jobs();
        assert_eq!(wait_until_live(&ana, "summer-10").await["version"], 2);
        assert_eq!(app.edge.value(&key).unwrap()["status"], "paused");
    })
    .await;
}

/// The edge has newer revisions than a database that was restored: only raised ones get through.
#[tokio::test]
async fn a_restored_database_gets_through_with_raised_revisions() {
    with_app(async |app: TestApp| {
        let ana = app.register("ana").await;
        let promotion = ana.create_promotion("summer-10").await;
        ana.activate("summer-10").await;
        app.start_jobs();
        wait_until_live(&ana, "summer-10").await;
        let key = format!("promo/{}/summer-10", ana.organization_id);
        let ledger = format!(
            "ledger/{}/{}/shards",
            ana.organization_id,
            promotion["id"].as_str().unwrap()
        );
        let lost_future = 1_000_000;
        app.edge.tamper(&key, lost_future);
        app.clock.advance(SPACING);
        app.republish(Revisions::Kept).await;
        wait_for("the outbox to be empty", async || {
            let waiting: i64 =
                sqlx::query_scalar("select count(*) from outbox where published_at is null and superseded_at is null")
                    .fetch_one(&app.pool)
                    .await
                    .unwrap();
            (waiting == 0).then_some(())
        })
        .await;
        assert_eq!(app.edge.value(&key).unwrap(), json!({}), "older than what the edge has");
        app.clock.advance(SPACING);
        let before = app.clock.now();
        app.republish(Revisions::Raised).await;
        wait_for("the rule", async || {
            let rule = app.edge.value(&key)?;
            (rule["version"] == 1).then_some(())
        })
        .await;
        let millis = u64::try_from(before.timestamp_millis()).unwrap();
        assert!(app.edge.revision(&key).unwrap() > millis);
        wait_for("the ledger", async || {
            let config = app.edge.value(&ledger)?;
            (config["revision"].as_u64().unwrap() >= millis).then_some(())
        })
        .await;
        let etag = ana.get("/v1/promotions/summer-10").await.header("etag");
        assert_eq!(etag, format!("\"{millis}\""));
        app.republish(Revisions::Raised).await;
        let etag = ana.get("/v1/promotions/summer-10").await.header("etag");
        assert_eq!(etag, format!("\"{}\"", millis + 1));
    })
    .await;
}
