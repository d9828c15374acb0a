//! What the ledger has to list reaches the edge, whatever fails on the way.

use chrono::TimeDelta;
use origin::admin::Revisions;
use reqwest::Method;
use serde_json::{Value, json};

use crate::coupon_batches::{CLUB, codes, create_batch};
use crate::publisher::SPACING;
use crate::support::edge::Fault;
use crate::support::{Answer, TestApp, User, wait_for, with_app};

/// Longer than a job is put off for after its first failures.
const LATER: TimeDelta = TimeDelta::seconds(121);

async fn import(user: &User, count: usize) -> Answer {
    let mut file = "code\n".to_owned();
    for number in 0..count {
        file += &format!("A{number}\n");
    }
    let request = user.request(Method::POST, &format!("{CLUB}/coupons/import"));
    Answer::read(request.header("content-type", "text/csv").body(file)).await
}

async fn create(user: &User, code: &str) {
    user.post(&format!("{CLUB}/coupons"), &json!({ "code": code }))
        .await
        .expect(201);
}

async fn revoke(user: &User, code: &str) {
    user.post(&format!("{CLUB}/coupons/{code}/revoke"), &json!({}))
        .await
        .expect(200);
}

async fn is_published(user: &User, code: &str) -> bool {
    user.get(&format!("{CLUB}/coupons/{code}")).await.expect(200).json()["published"] == true
}

async fn wait_until_published(user: &User, code: &str) {
    wait_for("the coupon to be published", async || {
        is_published(user, code).await.then_some(())
    })
    .await;
}

async fn count_pending(app: &TestApp) -> i64 {
    sqlx::query_scalar("select count(*) from coupons where pending")
        .fetch_one(&app.pool)
        .await
        .unwrap()
}

async fn wait_until_settled(app: &TestApp) {
    wait_for("everything to be settled", async || {
        (count_pending(app).await == 0).then_some(())
    })
    .await;
}

/// Whether the rule at the edge says that the ledger lists coupons.
fn is_listed(app: &TestApp, user: &User) -> Option<Value> {
    let rule = app.edge.value(&format!("promo/{}/club", user.organization_id))?;
    Some(rule["coupons"]["listed"].clone())
}

#[tokio::test]
async fn a_draft_tells_nothing_before_it_is_activated() {
    with_app(async |app: TestApp| {
        app.start_jobs();
        let ana = app.register("ana").await;
        let promotion = ana.create_coupon_promotion("club").await["id"]
            .as_str()
            .unwrap()
            .to_owned();
        create(&ana, "WELCOME").await;
        import(&ana, 3).await.expect(200);
        assert!(app.list_jobs_left().await.is_empty());
        ana.activate("club").await;
        wait_until_published(&ana, "WELCOME").await;
        wait_until_settled(&app).await;
        assert_eq!((app.edge.ledger.calls(), app.edge.ledger.count()), (vec![4], 4));
        let known = app.edge.ledger.coupon(&promotion, "WELCOME").unwrap();
        assert_eq!((known.max_uses.map(u32::from), known.revoked), (Some(1), false));
    })
    .await;
}

#[tokio::test]
async fn the_first_listed_coupon_changes_the_rule() {
    with_app(async |app: TestApp| {
        app.start_jobs();
        let ana = app.register("ana").await;
        ana.create_coupon_promotion("club").await;
        ana.activate("club").await;
        wait_for("the rule", async || is_listed(&app, &ana)).await;
        assert_eq!(is_listed(&app, &ana), Some(Value::Null));
        let rows = async || -> i64 {
            sqlx::query_scalar("select count(*) from outbox where organization_id is not null")
                .fetch_one(&app.pool)
                .await
                .unwrap()
        };
        let before = rows().await;
        create(&ana, "A").await;
        assert!(rows().await > before);
        let after = rows().await;
        create(&ana, "B").await;
        import(&ana, 1).await.expect(200);
        assert_eq!(rows().await, after);
        app.clock.advance(SPACING);
        wait_for("the rule to say so", async || {
            (is_listed(&app, &ana)? == true).then_some(())
        })
        .await;
        wait_until_settled(&app).await;
        assert_eq!(ana.get(CLUB).await.json()["version"], 1);
    })
    .await;
}

#[tokio::test]
async fn an_import_changes_the_rule_too() {
    with_app(async |app: TestApp| {
        app.start_jobs();
        let ana = app.register("ana").await;
        ana.create_coupon_promotion("club").await;
        ana.activate("club").await;
        // Written before the clock goes on: the next write waits for as long from there.
        wait_for("the rule", async || is_listed(&app, &ana)).await;
        import(&ana, 1).await.expect(200);
        app.clock.advance(SPACING);
        wait_for("the rule to say so", async || {
            (is_listed(&app, &ana)? == true).then_some(())
        })
        .await;
        wait_until_settled(&app).await;
    })
    .await;
}

#[tokio::test]
async fn revocations_reach_the_ledger() {
    with_app(async |app: TestApp| {
        app.start_jobs();
        let ana = app.register("ana").await;
        let promotion = ana.create_coupon_promotion("club").await["id"]
            .as_str()
            .unwrap()
            .to_owned();
        ana.activate("club").await;
        create(&ana, "WELCOME").await;
        let made = create_batch(&ana, json!({"count": 2})).await;
        let generated = codes(&ana, &made["id"]).await;
        wait_until_published(&ana, "WELCOME").await;
        app.clock.advance(SPACING);
        let before = app.edge.ledger.coupon(&promotion, "WELCOME").unwrap();
        for code in ["WELCOME", &generated[0]] {
            revoke(&ana, code).await;
            wait_until_published(&ana, code).await;
            assert!(app.edge.ledger.coupon(&promotion, code).unwrap().revoked, "{code}");
        }
        assert!(app.edge.ledger.coupon(&promotion, "WELCOME").unwrap().revision > before.revision);
        assert_eq!(app.edge.ledger.coupon(&promotion, &generated[1]), None);
    })
    .await;
}

#[tokio::test]
async fn an_edge_that_is_away_catches_up() {
    with_app(async |app: TestApp| {
        let ana = app.register("ana").await;
        ana.create_coupon_promotion("club").await;
        ana.activate("club").await;
        app.edge
            .ledger
            .fail([Fault::Before, Fault::Nonsense, Fault::After, Fault::FirstOnly]);
        import(&ana, 2_500).await.expect(200);
        app.start_jobs();
        for failures in 1..=4 {
            wait_for("a failure", async || {
                let query = "select attempts from jobs where kind = 'push_coupons' and last_error is not null \
                             and leased_until is null and run_at > $1";
                let query = sqlx::query_scalar::<_, i32>(query).bind(app.clock.now());
                let attempts = query.fetch_optional(&app.pool).await.unwrap()?;
                (attempts == failures).then_some(())
            })
            .await;
            assert_eq!(count_pending(&app).await, 2_500);
            app.clock.advance(LATER);
        }
        wait_until_settled(&app).await;
        assert_eq!(app.edge.ledger.calls(), [1_000, 1_000, 1_000, 1_000, 1_000, 1_000, 500]);
        assert_eq!(app.edge.ledger.count(), 2_500);
    })
    .await;
}

/// A change takes the place of the job that waits, so that one job per promotion tells all, and at once.
#[tokio::test]
async fn a_promotion_has_one_live_job() {
    with_app(async |app: TestApp| {
        let ana = app.register("ana").await;
        ana.create_coupon_promotion("club").await;
        ana.activate("club").await;
        for code in ["A", "B", "C"] {
            create(&ana, code).await;
            assert_eq!(app.list_jobs_left().await.len(), 1);
        }
        app.start_jobs();
        wait_until_settled(&app).await;
        assert_eq!(app.edge.ledger.calls(), [3]);
    })
    .await;
}

/// What changes while a page is under way goes on waiting, and is sent with its newer revision.
#[tokio::test]
async fn a_change_during_a_call_is_not_lost() {
    with_app(async |app: TestApp| {
        let ana = app.register("ana").await;
        let promotion = ana.create_coupon_promotion("club").await["id"]
            .as_str()
            .unwrap()
            .to_owned();
        ana.activate("club").await;
        create(&ana, "A").await;
        let hold = app.edge.ledger.hold().await;
        app.start_jobs();
        wait_for("the call", async || (app.edge.ledger.calls().len() == 1).then_some(())).await;
        revoke(&ana, "A").await;
        assert!(!is_published(&ana, "A").await);
        drop(hold);
        wait_until_published(&ana, "A").await;
        assert!(app.edge.ledger.coupon(&promotion, "A").unwrap().revoked);
    })
    .await;
}

/// A worker that dies between the edge's write and the mark leaves a page that is sent again.
#[tokio::test]
async fn a_worker_that_dies_leaves_nothing_untold() {
    with_app(async |app: TestApp| {
        let ana = app.register("ana").await;
        ana.create_coupon_promotion("club").await;
        ana.activate("club").await;
        import(&ana, 10).await.expect(200);
        let hold = app.edge.ledger.hold().await;
        let worker = app.start_worker(tokio_util::sync::CancellationToken::new());
        wait_for("the edge's write", async || {
            (app.edge.ledger.count() == 10).then_some(())
        })
        .await;
        worker.abort();
        assert!(worker.await.unwrap_err().is_cancelled());
        drop(hold);
        assert_eq!(count_pending(&app).await, 10);
        app.start_jobs();
        app.clock.advance(LATER);
        wait_until_settled(&app).await;
        assert_eq!((app.edge.ledger.calls(), app.edge.ledger.count()), (vec![10, 10], 10));
    })
    .await;
}

/// A job that found nothing more, and is not written down as finished, does not keep the next one from being asked for.
#[tokio::test]
async fn a_change_at_the_end_of_a_job_is_not_lost() {
    with_app(async |app: TestApp| {
        let ana = app.register("ana").await;
        ana.create_coupon_promotion("club").await;
        ana.activate("club").await;
        create(&ana, "A").await;
        let hold = app.edge.ledger.hold().await;
        app.start_jobs();
        wait_for("the call", async || (app.edge.ledger.calls().len() == 1).then_some(())).await;
        let mut blocker = app.pool.begin().await.unwrap();
        sqlx::raw_sql("select from jobs where kind = 'push_coupons' for update")
            .execute(&mut *blocker)
            .await
            .unwrap();
        drop(hold);
        let waits_at = async |statement: &str| -> Option<()> {
            let query = "select exists (select from pg_stat_activity where wait_event_type = 'Lock' \
                         and datname = current_database() and query like $1)";
            let waits: bool = sqlx::query_scalar(query)
                .bind(statement)
                .fetch_one(&app.pool)
                .await
                .unwrap();
            waits.then_some(())
        };
        wait_for("the job to end", || waits_at("update jobs set finished_at%")).await;
        let user = ana.clone();
        let call = tokio::spawn(async move { create(&user, "B").await });
        wait_for("the change to ask for a job", async || {
            if call.is_finished() {
                Some(())
            } else {
                waits_at("update jobs set cancelled_at%").await
            }
        })
        .await;
        blocker.rollback().await.unwrap();
        call.await.unwrap();
        wait_until_published(&ana, "B").await;
    })
    .await;
}

#[tokio::test]
async fn a_lost_ledger_is_told_again() {
    with_app(async |app: TestApp| {
        app.start_jobs();
        let ana = app.register("ana").await;
        let promotion = ana.create_coupon_promotion("club").await["id"]
            .as_str()
            .unwrap()
            .to_owned();
        ana.activate("club").await;
        create(&ana, "WELCOME").await;
        create(&ana, "MINE").await;
        revoke(&ana, "MINE").await;
        wait_until_settled(&app).await;
        let before = app.edge.ledger.coupon(&promotion, "MINE").unwrap();
        app.edge.ledger.lose();
        app.republish(Revisions::Kept).await;
        wait_until_settled(&app).await;
        let again = app.edge.ledger.coupon(&promotion, "MINE").unwrap();
        assert!(again.revoked && again.revision > before.revision, "{again:?}");
        assert_eq!(app.edge.ledger.count(), 2);
        let millis = u64::try_from(app.clock.now().timestamp_millis()).unwrap();
        app.republish(Revisions::Raised).await;
        wait_until_settled(&app).await;
        assert!(app.edge.ledger.coupon(&promotion, "WELCOME").unwrap().revision >= millis);
    })
    .await;
}

#[tokio::test]
async fn coupons_are_not_forgotten_when_their_job_is_given_up() {
    with_app(async |app: TestApp| {
        let ana = app.register("ana").await;
        ana.create_coupon_promotion("club").await;
        ana.activate("club").await;
        create(&ana, "WELCOME").await;
        let gave_up = sqlx::query("update jobs set dead_at = $1, last_error = 'no edge' where kind = 'push_coupons'");
        gave_up.bind(app.clock.now()).execute(&app.pool).await.unwrap();
        app.start_jobs();
        wait_for("the job to be asked for", async || {
            let query = "select exists (select from jobs where kind = 'reconcile')";
            let exists: bool = sqlx::query_scalar(query).fetch_one(&app.pool).await.unwrap();
            exists.then_some(())
        })
        .await;
        assert_eq!(count_pending(&app).await, 1);
        app.clock.advance(TimeDelta::hours(1));
        let ana = app.login(&ana.email).await;
        wait_until_published(&ana, "WELCOME").await;
        app.leave_jobs();
    })
    .await;
}
