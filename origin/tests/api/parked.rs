//! Messages that cannot be stored wait for an operator, and none is lost.

use serde_json::{Value, json};

use crate::ingest::{changed, record, states};
use crate::ledger_events::committed;
use crate::support::{TestApp, User, with_app};

async fn evaluations(user: &User) -> Value {
    user.get("/v1/reports/usage").await.expect(200).json()["totals"]["evaluations"].clone()
}

/// Reason, body and count of each parked message.
async fn parked(app: &TestApp) -> Vec<(String, String, i64)> {
    let query = sqlx::query_as("select reason, body, times from parked_messages order by body");
    query.fetch_all(&app.pool).await.unwrap()
}

#[tokio::test]
async fn an_unknown_version_is_parked_and_acknowledged() {
    with_app(async |app: TestApp| {
        let ana = app.register("ana").await;
        let id = ana.create_promotion("summer-10").await["id"].clone();
        let newer = changed(record(&ana, &id, 1), json!({"v": 2, "weather": "fine"}));
        let event = committed(&ana, &id, 2);
        let inside = changed(
            event.clone(),
            json!({"record": changed(event["record"].clone(), json!({"v": 3}))}),
        );
        let batch = [newer.clone(), record(&ana, &id, 3), inside];
        let answer = app.ingest(&batch).await.expect(200);
        assert_eq!(states(&answer), ["parked", "stored", "parked"]);
        // Delivered again.
        app.ingest(&batch[..1]).await.expect(200);
        let newer = newer.to_string();
        for (reason, body, times) in parked(&app).await {
            let (version, expected) = if body == newer { (2, 2) } else { (3, 1) };
            assert_eq!(reason, format!("format version {version} is not known here"), "{body}");
            assert_eq!(times, expected, "{body}");
        }
        assert_eq!(evaluations(&ana).await, 1);
        let lines = app.list_parked().await;
        assert_eq!(lines.len(), 2);
        assert!(
            lines.iter().any(|line| line.contains("×2 format version 2")),
            "{lines:?}"
        );
    })
    .await;
}

#[tokio::test]
async fn dead_letters_are_parked_and_replayed() {
    with_app(async |app: TestApp| {
        let ana = app.register("ana").await;
        let id = ana.create_promotion("summer-10").await["id"].clone();
        let letter = |body: &str| json!({"v": 1, "reason": "in vain", "body": body});
        let bodies = [
            record(&ana, &id, 1).to_string(),
            committed(&ana, &id, 2).to_string(),
            changed(record(&ana, &id, 3), json!({"v": 2})).to_string(),
            "no JSON, and a \0 in it".to_owned(),
        ];
        let letters: Vec<_> = bodies.iter().map(|body| letter(body)).collect();
        let answer = app.send_dead_letters(&letters).await.expect(200).json();
        assert_eq!(answer, json!({"v": 1, "parked": 4}));
        // The answer was lost.
        app.send_dead_letters(&letters).await.expect(200);
        assert_eq!(parked(&app).await.len(), 4);
        // One of them came by another way meanwhile.
        app.ingest(&[record(&ana, &id, 1)]).await.expect(200);
        let replayed = app.replay_parked().await;
        assert_eq!((replayed.stored, replayed.parked), (2, 2));
        app.roll_up().await;
        assert_eq!(evaluations(&ana).await, 2);
        let replayed = app.replay_parked().await;
        assert_eq!((replayed.stored, replayed.parked), (0, 2));
        assert_eq!(evaluations(&ana).await, 2);
    })
    .await;
}

#[tokio::test]
async fn letters_are_bounded() {
    with_app(async |app: TestApp| {
        let letter = json!({"v": 1, "reason": "x", "body": "\u{1}".repeat(48 * 1024)});
        app.send_dead_letters(&vec![letter.clone(); 3]).await.expect(200);
        app.send_dead_letters(&vec![letter; 4])
            .await
            .expect_problem(413, "body_too_large");
        app.send_dead_letters(&vec![json!({"v": 1, "reason": "x", "body": "y"}); 101])
            .await
            .expect_problem(422, "invalid_request");
        app.send_dead_letters(&[json!({"v": 2})])
            .await
            .expect_problem(400, "malformed");
        assert_eq!(parked(&app).await.len(), 1);
    })
    .await;
}
