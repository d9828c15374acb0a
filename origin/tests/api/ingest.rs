//! Ingest: each record once, a bad one alone.

use chrono::{DateTime, Utc};
use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{Answer, TestApp, User, with_app};

/// When the evaluations of these tests were, unless a test says otherwise.
const RECORD_AT: &str = "2026-11-21T10:15:00Z";

/// The identifier of something that happened at a time.
pub(crate) fn id_at(prefix: &str, at: &str, number: u32) -> String {
    let at: DateTime<Utc> = at.parse().unwrap();
    format!("{prefix}_{:012x}7c3d8e4f5a6b{number:08x}", at.timestamp_millis())
}

/// A record of an applicable evaluation; `number` makes its identifier.
pub(crate) fn record(user: &User, promotion_id: &Value, number: u32) -> Value {
    json!({
        "v": 1, "id": id_at("eval", RECORD_AT, number), "organization_id": user.organization_id,
        "promotion_id": promotion_id, "version": 1, "app_key_id": "key_0198c5f0a1b27c3d8e4f5a6b7c8d9e0f",
        "mode": "live", "at": RECORD_AT, "reason": null,
        "discount": {"amount": 1205, "currency": "UYU"}, "redemption_id": "red_0198c5f0a1b27c3d8e4f5a6b7c8d9e0f",
        "country": "UY", "city": "MVD", "age_band": "25-34", "response_ms": 12
    })
}

/// The same with other members. One of another time has another identifier, unless the changes name it.
pub(crate) fn changed(mut record: Value, changes: Value) -> Value {
    for (name, value) in changes.as_object().unwrap() {
        record[name] = value.clone();
    }
    let at = changes["at"].as_str().and_then(|at| at.parse::<DateTime<Utc>>().ok());
    if let Some(at) = at.filter(|_| changes["id"].is_null()) {
        let (prefix, hex) = record["id"].as_str().unwrap().split_once('_').unwrap();
        record["id"] = json!(format!("{prefix}_{:012x}{}", at.timestamp_millis(), &hex[12..]));
    }
    record
}

pub(crate) fn states(answer: &Answer) -> Vec<String> {
    let json = answer.json();
    json["results"]
        .as_array()
        .unwrap()
        .iter()
        .map(|result| result["state"].as_str().unwrap().to_owned())
        .collect()
}

async fn evaluations(user: &User) -> Value {
    user.get("/v1/reports/usage").await.expect(200).json()["totals"]["evaluations"].clone()
}

#[tokio::test]
async fn a_record_counts_once() {
    with_app(async |app: TestApp| {
        let ana = app.register("ana").await;
        let promotion = ana.create_promotion("summer-10").await["id"].clone();
        let (one, two) = (record(&ana, &promotion, 1), record(&ana, &promotion, 2));
        let answer = app.ingest(&[one.clone(), two.clone(), one.clone()]).await.expect(200);
        assert_eq!(states(&answer), ["stored", "stored", "duplicate"]);
        let answer = app.ingest(&[two, record(&ana, &promotion, 3), one]).await.expect(200);
        assert_eq!(states(&answer), ["duplicate", "stored", "duplicate"]);
        assert_eq!(evaluations(&ana).await, 3);
    })
    .await;
}

#[tokio::test]
async fn concurrent_deliveries_count_once() {
    with_app(async |app: TestApp| {
        let (ana, bob) = (app.register("ana").await, app.register("bob").await);
        let anas = ana.create_promotion("a").await["id"].clone();
        let bobs = bob.create_promotion("b").await["id"].clone();
        let mut records: Vec<_> = (0..20).map(|n| record(&ana, &anas, n)).collect();
        records.extend((20..40).map(|n| record(&bob, &bobs, n)));
        let calls: Vec<_> = (0..8)
            .map(|call| {
                let (app, mut records) = (app.clone(), records.clone());
                if call % 2 == 1 {
                    records.reverse();
                }
                tokio::spawn(async move { states(&app.ingest_patiently(&records).await.expect(200)) })
            })
            .collect();
        let mut stored = 0;
        for call in calls {
            stored += call.await.unwrap().iter().filter(|state| *state == "stored").count();
        }
        assert_eq!(stored, 40);
        app.roll_up().await;
        assert_eq!(
            (evaluations(&ana).await, evaluations(&bob).await),
            (json!(20), json!(20))
        );
    })
    .await;
}

#[tokio::test]
async fn a_bad_record_is_rejected_alone() {
    with_app(async |app: TestApp| {
        let (ana, bob) = (app.register("ana").await, app.register("bob").await);
        let promotion = ana.create_promotion("summer-10").await["id"].clone();
        let bobs = bob.create_promotion("summer-10").await["id"].clone();
        let good = record(&ana, &promotion, 1);
        let bad = [
            json!({}),
            json!("text"),
            json!(null),
            changed(good.clone(), json!({"v": null})),
            changed(good.clone(), json!({"v": "2"})),
            changed(good.clone(), json!({"at": "yesterday"})),
            changed(good.clone(), json!({"reason": "bad_weather"})),
            changed(good.clone(), json!({"country": "uy"})),
            changed(good.clone(), json!({"country": "U\u{0}"})),
            changed(good.clone(), json!({"city": "Montevideo"})),
            changed(good.clone(), json!({"version": 18_446_744_073_709_551_615_u64})),
            changed(good.clone(), json!({"response_ms": -1})),
            changed(
                good.clone(),
                json!({"promotion_id": "prom_0198c5f0a1b27c3d8e4f5a6b7c8d9e0f"}),
            ),
            changed(
                good.clone(),
                json!({"organization_id": "org_0198c5f0a1b27c3d8e4f5a6b7c8d9e0f"}),
            ),
            // Older than what is kept.
            changed(good.clone(), json!({"at": "2025-10-17T10:29:59.999Z"})),
            // Another tenant's promotion.
            changed(good.clone(), json!({"promotion_id": bobs})),
        ];
        for (number, bad) in (100..).zip(bad) {
            let mut bad = bad;
            if bad.is_object() && bad.get("id").is_some() {
                let at = bad["at"].as_str().filter(|at| *at != "yesterday").unwrap_or(RECORD_AT);
                bad["id"] = json!(id_at("eval", at, number));
            }
            let fresh = record(&ana, &promotion, number + 1_000);
            let answer = app.ingest(&[bad.clone(), fresh]).await.expect(200);
            assert_eq!(states(&answer), ["rejected", "stored"], "{bad}");
            assert!(answer.json()["results"][0]["detail"].is_string(), "{bad}");
        }
        assert_eq!(
            (evaluations(&ana).await, evaluations(&bob).await),
            (json!(16), json!(0))
        );
    })
    .await;
}

#[tokio::test]
async fn only_signed_calls_are_taken() {
    with_app(async |app: TestApp| {
        let send = async |signature: Option<&str>| {
            let request = app
                .request(Method::POST, "/internal/ingest")
                .body(r#"{"v":1,"records":[]}"#);
            let request = match signature {
                Some(signature) => request.header("x-coupons-signature", signature),
                None => request,
            };
            Answer::read(request).await
        };
        for signature in [None, Some(""), Some("v1,1795257000,00")] {
            send(signature).await.expect_problem(401, "unauthenticated");
        }
        let answer = app.ingest(&[]).await.expect(200).json();
        assert_eq!(answer, json!({"v": 1, "results": []}));
        app.clock.advance(chrono::TimeDelta::seconds(301));
        let old = engine::signature::sign(
            crate::support::INTERNAL_SECRET.as_bytes(),
            &engine::signature::Call::post("/internal/ingest", br#"{"v":1,"records":[]}"#),
            u64::try_from(crate::support::now().timestamp()).unwrap(),
        );
        send(Some(&old)).await.expect_problem(401, "unauthenticated");
    })
    .await;
}

#[tokio::test]
async fn batches_are_bounded() {
    with_app(async |app: TestApp| {
        let ana = app.register("ana").await;
        let promotion = ana.create_promotion("summer-10").await["id"].clone();
        let records: Vec<_> = (0..1_001).map(|n| record(&ana, &promotion, n)).collect();
        app.ingest(&records).await.expect_problem(422, "invalid_request");
        let answer = app.ingest(&records[..1_000]).await.expect(200);
        assert_eq!(states(&answer), vec!["stored"; 1_000]);
        let large = json!("x".repeat(1_000 * 4 * 1024));
        app.ingest(&[large]).await.expect_problem(413, "body_too_large");
        // Larger than other bodies may be.
        let medium = json!("x".repeat(100 * 1024));
        assert_eq!(states(&app.ingest(&[medium]).await.expect(200)), ["rejected"]);
    })
    .await;
}
