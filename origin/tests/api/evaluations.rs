//! One evaluation by its identifier.

use chrono::TimeDelta;
use engine::evaluate::ReasonCode;
use serde_json::{Value, json};
use sqlx::{AssertSqlSafe, Executor};

use crate::ingest::{changed, id_at, record};
use crate::ledger_events::{committed, event};
use crate::partitions::keep_partitions;
use crate::support::{Answer, TestApp, User, with_app, with_app_of};

async fn get(user: &User, id: &Value) -> Answer {
    user.get(&format!("/v1/evaluations/{}", id.as_str().unwrap())).await
}

#[tokio::test]
async fn a_record_is_told_as_far_as_it_goes() {
    with_app(async |app: TestApp| {
        let ana = app.register("ana").await;
        let promotion = ana.create_promotion("summer-10").await["id"].clone();
        let nothing = json!({
            "discount": null, "redemption_id": null, "country": null, "city": null, "age_band": null, "mode": "test"
        });
        let refused = json!({"reason": "condition_not_met", "version": 4, "response_ms": 0});
        let refused = changed(changed(record(&ana, &promotion, 2), nothing), refused);
        // A reservation consumes nothing for good; its record names neither redemption nor discount.
        let reservation = changed(
            record(&ana, &promotion, 4),
            json!({"discount": null, "redemption_id": null}),
        );
        let reserved = changed(event(&ana, &promotion, 4, "reserved"), json!({"record": reservation}));
        let told = [
            record(&ana, &promotion, 1),
            refused,
            committed(&ana, &promotion, 3),
            reserved,
        ];
        get(&ana, &told[0]["id"]).await.expect_problem(404, "not_found");
        // No roll-up is waited for.
        app.ingest_alone(&told).await.expect(200);
        let check = async |number: u32, changes: Value| {
            let id = json!(id_at("eval", "2026-11-21T10:15:00Z", number));
            let expected = json!({
                "id": id, "promotion": {"code": "summer-10", "version": 1}, "at": "2026-11-21T10:15:00Z",
                "received_at": "2026-11-21T10:30:00Z", "app_key_id": "key_0198c5f0a1b27c3d8e4f5a6b7c8d9e0f",
                "mode": "live", "applicable": true, "reason": null, "discount": {"amount": 1205, "currency": "UYU"},
                "redemption_id": "red_0198c5f0a1b27c3d8e4f5a6b7c8d9e0f", "country": "UY", "city": "MVD",
                "age_band": "25-34", "response_ms": 12
            });
            let told = get(&ana, &id).await.expect(200).json();
            assert_eq!(told, changed(expected, changes), "{number}");
        };
        check(1, json!({})).await;
        let detail = "The condition was not met. The request is not kept: preview it to see which part was false.";
        check(
            2,
            json!({
                "promotion": {"code": "summer-10", "version": 4}, "mode": "test", "applicable": false,
                "reason": {"code": "condition_not_met", "detail": detail}, "discount": null, "redemption_id": null,
                "country": null, "city": null, "age_band": null, "response_ms": 0
            }),
        )
        .await;
        check(3, json!({})).await;
        check(4, json!({"discount": null, "redemption_id": null})).await;
    })
    .await;
}

#[tokio::test]
async fn every_reason_has_its_sentence() {
    with_app(async |app: TestApp| {
        let ana = app.register("ana").await;
        let promotion = ana.create_promotion("summer-10").await["id"].clone();
        let refusal = |reason: ReasonCode| json!({"reason": reason, "discount": null, "redemption_id": null});
        let records = (1..).zip(ReasonCode::ALL);
        let records: Vec<_> = records
            .map(|(number, reason)| changed(record(&ana, &promotion, number), refusal(reason)))
            .collect();
        app.ingest(&records).await.expect(200);
        let mut sentences = std::collections::BTreeSet::new();
        for record in records {
            let reason = get(&ana, &record["id"]).await.expect(200).json()["reason"].clone();
            assert_eq!(reason["code"], record["reason"]);
            let detail = reason["detail"].as_str().unwrap().to_owned();
            assert!(detail.ends_with('.') && sentences.insert(detail), "{reason}");
        }
    })
    .await;
}

#[tokio::test]
async fn what_is_not_kept_is_not_there() {
    let retention = |config: &mut origin::config::Config| config.evaluation_retention = TimeDelta::days(10);
    with_app_of(retention, async |app: TestApp| {
        let (ana, mallory) = (app.register("ana").await, app.register("mallory").await);
        let promotion = ana.create_promotion("summer-10").await["id"].clone();
        let kept = record(&ana, &promotion, 1);
        let old = changed(record(&ana, &promotion, 2), json!({"at": "2026-11-12T10:30:00Z"}));
        app.ingest(&[kept.clone(), old.clone()]).await.expect(200);
        get(&ana, &old["id"]).await.expect(200);
        app.clock.advance(TimeDelta::days(8));
        keep_partitions(&app).await;
        let (ana, mallory) = (app.login(&ana.email).await, app.login(&mallory.email).await);
        get(&ana, &kept["id"]).await.expect(200);
        for (user, id) in [
            (&ana, old["id"].clone()),
            (&ana, json!(id_at("eval", "2026-11-21T10:15:00Z", 9))),
            (&ana, json!("eval_x")),
            (&ana, promotion),
            (&mallory, kept["id"].clone()),
        ] {
            let answer = get(user, &id).await.expect_problem(404, "not_found").json();
            let detail = answer["detail"].as_str().unwrap();
            assert!(
                detail.contains("10 days") && detail.contains("some seconds"),
                "{detail}"
            );
        }
    })
    .await;
}

/// Whoever reads another partition would wait here until it is told to give up.
#[tokio::test]
async fn a_record_is_looked_for_in_its_own_partition() {
    with_app(async |app: TestApp| {
        let ana = app.register("ana").await;
        let promotion = ana.create_promotion("summer-10").await["id"].clone();
        let day = app.clock.now();
        let make = sqlx::query("select ensure_partitions($1, $2)").bind(day - TimeDelta::days(2));
        make.bind(day + TimeDelta::days(2)).execute(&app.pool).await.unwrap();
        let record = record(&ana, &promotion, 1);
        app.ingest(std::slice::from_ref(&record)).await.expect(200);
        let others = "select inhrelid::regclass::text from pg_inherits where inhparent = 'evaluations'::regclass \
                      and inhrelid::regclass::text <> 'evaluations_20261121'";
        let others: Vec<String> = sqlx::query_scalar(others).fetch_all(&app.pool).await.unwrap();
        assert!(others.len() >= 4, "{others:?}");
        let mut locks = app.pool.begin().await.unwrap();
        for other in others {
            let lock = AssertSqlSafe(format!("lock table only {other} in access exclusive mode"));
            locks.execute(lock).await.unwrap();
        }
        get(&ana, &record["id"]).await.expect(200);
        locks.rollback().await.unwrap();
    })
    .await;
}
