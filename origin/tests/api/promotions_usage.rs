//! The usage of several promotions at once.

use serde_json::{Value, json};

use crate::ingest::{changed, record};
use crate::support::{TestApp, User, with_app};

async fn report(user: &User, query: &str) -> Value {
    user.get(&format!("/v1/reports/promotions?{query}"))
        .await
        .expect(200)
        .json()
}

/// What the report of one promotion says of it.
async fn of_one(user: &User, code: &str, query: &str) -> Value {
    let usage = user.get(&format!("/v1/reports/usage?promotion={code}&{query}")).await;
    let totals = usage.expect(200).json()["totals"].clone();
    let mut item = json!({"code": code});
    for name in [
        "evaluations",
        "applicable",
        "not_applicable",
        "ratio",
        "redemptions",
        "discount",
    ] {
        item[name] = totals[name].clone();
    }
    item
}

#[tokio::test]
async fn figures_are_those_of_each_promotion() {
    with_app(async |app: TestApp| {
        let (ana, bob) = (app.register("ana").await, app.register("bob").await);
        let summer = ana.create_promotion("summer-10").await["id"].clone();
        let winter = ana.create_promotion("winter").await["id"].clone();
        ana.create_promotion("unused").await;
        let bobs = bob.create_promotion("winter").await["id"].clone();
        let refused = json!({"reason": "expired", "discount": null, "redemption_id": null});
        let records = [
            record(&ana, &summer, 1),
            changed(record(&ana, &summer, 2), refused.clone()),
            changed(
                record(&ana, &summer, 3),
                json!({"discount": {"amount": 5, "currency": "USD"}}),
            ),
            changed(record(&ana, &summer, 4), json!({"at": "2026-11-20T10:15:00Z"})),
            changed(record(&ana, &winter, 5), refused),
            record(&bob, &bobs, 6),
            record(&bob, &bobs, 7),
        ];
        app.ingest(&records).await.expect(200);
        assert_eq!(
            report(&ana, "codes=unused,summer-10").await,
            json!({"updated_at": "2026-11-21T10:30:00Z", "lag_seconds": 0, "items": [
                {"code": "unused", "evaluations": 0, "applicable": 0, "not_applicable": 0, "ratio": null,
                 "redemptions": 0, "discount": []},
                {"code": "summer-10", "evaluations": 4, "applicable": 3, "not_applicable": 1, "ratio": 0.75,
                 "redemptions": 3, "discount": [{"amount": 5, "currency": "USD"}, {"amount": 2410, "currency": "UYU"}]}
            ]})
        );
        for period in [
            "",
            "from=2026-11-21T00:00:00Z",
            "to=2026-11-21T10:14:59Z",
            "to=2026-11-21T10:15:01Z",
            "from=2026-11-20T10:29:59Z&to=2026-11-21T10:15:00Z",
        ] {
            let items = report(&ana, &format!("codes=summer-10,winter,unused&{period}")).await["items"].clone();
            for (item, code) in items.as_array().unwrap().iter().zip(["summer-10", "winter", "unused"]) {
                assert_eq!(*item, of_one(&ana, code, period).await, "{period}");
            }
        }
        let check = async |user: &User, codes: &str, expected: &[(&str, u64)]| {
            let items = report(user, &format!("codes={codes}")).await["items"].clone();
            let items = items.as_array().unwrap().iter();
            let told: Vec<_> = items
                .map(|item| (item["code"].as_str().unwrap(), item["evaluations"].as_u64().unwrap()))
                .collect();
            assert_eq!(told, expected, "{codes}");
        };
        // In the order of the question, each once; what names none is left out, another tenant's too.
        check(
            &ana,
            "winter,SUMMER-10,none,summer-10,winter",
            &[("winter", 1), ("summer-10", 4)],
        )
        .await;
        check(&bob, "winter,summer-10", &[("winter", 2)]).await;
    })
    .await;
}

#[tokio::test]
async fn answers_tell_how_fresh_they_are() {
    with_app(async |app: TestApp| {
        let ana = app.register("ana").await;
        let summer = ana.create_promotion("summer-10").await["id"].clone();
        app.ingest_alone(&[record(&ana, &summer, 1)]).await.expect(200);
        app.clock.advance(chrono::TimeDelta::seconds(7));
        let check = async |updated_at: &str, lag_seconds: u64, evaluations: u64| {
            let report = report(&ana, "codes=summer-10").await;
            let told = (
                &report["updated_at"],
                &report["lag_seconds"],
                &report["items"][0]["evaluations"],
            );
            assert_eq!(told, (&json!(updated_at), &json!(lag_seconds), &json!(evaluations)));
        };
        check("2026-11-21T10:30:00Z", 7, 0).await;
        app.roll_up().await;
        check("2026-11-21T10:30:07Z", 0, 1).await;
        // From the sums alone.
        sqlx::query("delete from evaluations").execute(&app.pool).await.unwrap();
        check("2026-11-21T10:30:07Z", 0, 1).await;
    })
    .await;
}

#[tokio::test]
async fn questions_are_checked() {
    with_app(async |app: TestApp| {
        let ana = app.register("ana").await;
        let check = async |query: &str, expected: &[(&str, &str)]| {
            let answer = ana.get(&format!("/v1/reports/promotions?{query}")).await;
            let found = answer.expect_problem(422, "invalid_request").field_errors();
            let found: Vec<_> = found
                .iter()
                .map(|(pointer, code)| (pointer.as_str(), code.as_str()))
                .collect();
            assert_eq!(found, expected, "{query}");
        };
        let invalid = ("/codes", "codes_invalid");
        for query in ["", "codes=", "codes=a,", "codes=a,-b", "codes=a%20b"] {
            check(query, &[invalid]).await;
        }
        check(
            "codes=,&from=yesterday&to=5",
            &[invalid, ("/from", "time_invalid"), ("/to", "time_invalid")],
        )
        .await;
        let same = "2026-11-21T10:00:00Z";
        check(
            &format!("codes=a&from={same}&to={same}"),
            &[("/to", "ends_before_start")],
        )
        .await;
        let codes = |count: usize| {
            (0..count)
                .map(|number| format!("p-{number}"))
                .collect::<Vec<_>>()
                .join(",")
        };
        assert_eq!(report(&ana, &format!("codes={}", codes(100))).await["items"], json!([]));
        check(&format!("codes={}", codes(101)), &[("/codes", "codes_too_many")]).await;
    })
    .await;
}
