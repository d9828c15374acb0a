//! The usage report, read from the roll-up.

use serde_json::{Value, json};

use crate::ingest::{changed, record};
use crate::support::{TestApp, with_app};

#[tokio::test]
async fn figures_add_up() {
    with_app(async |app: TestApp| {
        let ana = app.register("ana").await;
        let empty = ana.get("/v1/reports/usage").await.expect(200).json();
        assert_eq!(
            empty,
            json!({"updated_at": null, "totals": {
                "evaluations": 0, "applicable": 0, "not_applicable": 0, "by_reason": {}, "ratio": null,
                "discount": [], "given_back": [], "redemptions": 0, "rolled_back": 0, "response_ms": {"mean": null}
            }})
        );
        let summer = ana.create_promotion("summer-10").await["id"].clone();
        let winter = ana.create_promotion("winter").await["id"].clone();
        let refusal =
            |reason: &str| json!({"reason": reason, "discount": null, "redemption_id": null, "response_ms": 1});
        let most = json!({"amount": 9_007_199_254_740_991_u64, "currency": "USD"});
        let records = [
            record(&ana, &summer, 1),
            changed(
                record(&ana, &summer, 2),
                json!({"discount": {"amount": 95, "currency": "UYU"}, "response_ms": 3}),
            ),
            changed(record(&ana, &summer, 3), json!({"discount": most})),
            changed(
                record(&ana, &summer, 4),
                json!({"discount": most, "at": "2026-11-21T11:00:00Z"}),
            ),
            changed(record(&ana, &summer, 5), refusal("condition_not_met")),
            changed(record(&ana, &summer, 6), refusal("expired")),
            record(&ana, &winter, 7),
        ];
        // In two deliveries, so that the roll-up is added to.
        app.ingest(&records[..3]).await.expect(200);
        app.clock.advance(chrono::TimeDelta::seconds(5));
        app.ingest(&records[3..]).await.expect(200);
        let report = async |query: &str| ana.get(&format!("/v1/reports/usage?{query}")).await.expect(200).json();
        assert_eq!(
            report("promotion=summer-10").await,
            json!({"updated_at": "2026-11-21T10:30:05Z", "totals": {
                "evaluations": 6, "applicable": 4, "not_applicable": 2,
                "by_reason": {"condition_not_met": 1, "expired": 1}, "ratio": 0.6667,
                "discount": [
                    {"amount": 18_014_398_509_481_982_u64, "currency": "USD"},
                    {"amount": 1_300, "currency": "UYU"}
                ],
                "given_back": [], "redemptions": 4, "rolled_back": 0, "response_ms": {"mean": 6.8}
            }})
        );
        let count = async |query: &str| report(query).await["totals"]["evaluations"].clone();
        assert_eq!(count("").await, 7);
        assert_eq!(count("promotion=SUMMER-10&from=2026-11-21T11:00:00Z").await, 1);
        assert_eq!(count("promotion=summer-10&to=2026-11-21T11:00:00Z").await, 5);
        assert_eq!(count("from=2026-11-21T10:00:00Z&to=2026-11-21T10:01:00Z").await, 6);
        assert_eq!(count("to=2026-11-21T10:00:00Z").await, 0);
    })
    .await;
}

#[tokio::test]
async fn questions_are_checked() {
    with_app(async |app: TestApp| {
        let (ana, bob) = (app.register("ana").await, app.register("bob").await);
        bob.create_promotion("bobs").await;
        for code in ["bobs", "none", "-"] {
            ana.get(&format!("/v1/reports/usage?promotion={code}"))
                .await
                .expect_problem(404, "not_found");
        }
        let check = async |query: &str, expected: &[&str]| {
            let answer = ana
                .get(&format!("/v1/reports/usage?{query}"))
                .await
                .expect_problem(422, "invalid_request");
            let pointers: Vec<_> = answer.field_errors().into_iter().map(|(pointer, _)| pointer).collect();
            assert_eq!(pointers, expected, "{query}");
        };
        check("from=yesterday&to=5", &["/from", "/to"]).await;
        check("from=2026-11-21T10:00:00Z&to=2026-11-21T10:00:00Z", &["/to"]).await;
        ana.get("/v1/reports/usage?from=a&from=b")
            .await
            .expect_problem(400, "malformed");
    })
    .await;
}

#[tokio::test]
async fn reports_do_not_read_records() {
    with_app(async |app: TestApp| {
        let ana = app.register("ana").await;
        let summer = ana.create_promotion("summer-10").await["id"].clone();
        app.ingest(&[record(&ana, &summer, 1)]).await.expect(200);
        sqlx::query("delete from evaluations").execute(&app.pool).await.unwrap();
        let report: Value = ana.get("/v1/reports/usage").await.expect(200).json();
        assert_eq!(report["totals"]["evaluations"], 1);
    })
    .await;
}
