//! The usage report, read from the roll-up.

use serde_json::{Value, json};

use crate::ingest::{changed, record};
use crate::support::{Answer, TestApp, User, with_app};

#[tokio::test]
async fn figures_add_up() {
    with_app(async |app: TestApp| {
        let ana = app.register("ana").await;
        let empty = ana.get("/v1/reports/usage").await.expect(200).json();
        assert_eq!(
            empty,
            json!({"updated_at": "2026-11-21T10:30:00Z", "lag_seconds": 0, "from": null, "to": null, "totals": {
                "evaluations": 0, "applicable": 0, "not_applicable": 0, "by_reason": {}, "ratio": null,
                "discount": [], "given_back": [], "redemptions": 0, "rolled_back": 0,
                "response_ms": {"mean": null, "p95": null}
            }, "series": []})
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
            json!({"updated_at": "2026-11-21T10:30:05Z", "lag_seconds": 0, "from": null, "to": null, "totals": {
                "evaluations": 6, "applicable": 4, "not_applicable": 2,
                "by_reason": {"condition_not_met": 1, "expired": 1}, "ratio": 0.6667,
                "discount": [
                    {"amount": 18_014_398_509_481_982_u64, "currency": "USD"},
                    {"amount": 1_300, "currency": "UYU"}
                ],
                "given_back": [], "redemptions": 4, "rolled_back": 0, "response_ms": {"mean": 6.8, "p95": 12}
            }, "series": []})
        );
        let count = async |query: &str| report(query).await["totals"]["evaluations"].clone();
        assert_eq!(count("").await, 7);
        assert_eq!(count("promotion=SUMMER-10&from=2026-11-21T11:00:00Z").await, 1);
        assert_eq!(count("promotion=summer-10&to=2026-11-21T11:00:00Z").await, 5);
        assert_eq!(count("from=2026-11-21T10:16:00Z&to=2026-11-21T10:17:00Z").await, 6);
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
        check(
            "interval=week&time_zone=Montevideo&compare=next&to=now",
            &["/to", "/interval", "/time_zone", "/compare"],
        )
        .await;
        check("compare=previous", &["/from"]).await;
        check(
            "interval=hour&from=2026-10-21T10:00:00Z&to=2026-11-21T11:00:01Z",
            &["/to"],
        )
        .await;
        check("interval=day&from=1970-01-01T00:00:00Z", &["/to"]).await;
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

/// The starts of a series and what was evaluated from each on.
fn series(report: &Value) -> Vec<(String, u64)> {
    let parts = report["series"].as_array().unwrap();
    let part = |part: &Value| {
        let from = part["from"].as_str().unwrap().to_owned();
        (from, part["totals"]["evaluations"].as_u64().unwrap())
    };
    for (part, next) in parts.iter().zip(parts.iter().skip(1)) {
        assert_eq!(part["to"], next["from"]);
    }
    parts.iter().map(part).collect()
}

#[tokio::test]
async fn a_series_has_every_interval_of_a_time_zone() {
    with_app(async |app: TestApp| {
        let ana = app.register("ana").await;
        let summer = ana.create_promotion("summer-10").await["id"].clone();
        let at = |number, at: &str| changed(record(&ana, &summer, number), json!({ "at": at }));
        app.ingest(&[
            at(1, "2026-11-01T03:29:00Z"),
            at(2, "2026-11-01T03:30:00Z"),
            at(3, "2026-11-01T05:59:59.999Z"),
            at(4, "2026-11-01T06:00:00Z"),
            at(5, "2026-11-02T05:00:00Z"),
            at(6, "2026-10-31T12:00:00Z"),
        ])
        .await
        .expect(200);
        let report = async |query: &str| ana.get(&format!("/v1/reports/usage?{query}")).await.expect(200).json();
        let check = async |query: &str, expected: &[(&str, u64)]| {
            let report = report(query).await;
            let expected: Vec<_> = expected.iter().map(|(from, n)| ((*from).to_owned(), *n)).collect();
            assert_eq!(series(&report), expected, "{query}");
            let sum: u64 = expected.iter().map(|(_, evaluations)| evaluations).sum();
            assert_eq!(report["totals"]["evaluations"], sum, "{query}");
            assert_eq!(
                (&report["from"], &report["series"][0]["from"]),
                (&json!(expected[0].0), &report["from"])
            );
            assert_eq!(report["to"], report["series"].as_array().unwrap().last().unwrap()["to"]);
        };
        // The first day of winter time has 25 hours in New York.
        check(
            "interval=day&time_zone=America/New_York&from=2026-10-31T12:00:00Z&to=2026-11-02T05:00:00Z",
            &[("2026-10-31T04:00:00Z", 3), ("2026-11-01T04:00:00Z", 2)],
        )
        .await;
        let query = "interval=hour&time_zone=America/New_York&from=2026-11-01T04:00:00Z&to=2026-11-02T05:00:00Z";
        assert_eq!(series(&report(query).await).len(), 25);
        // Half an hour beside UTC.
        check(
            "interval=hour&time_zone=Asia/Kolkata&from=2026-11-01T03:00:00Z&to=2026-11-01T04:00:00Z",
            &[("2026-11-01T02:30:00Z", 1), ("2026-11-01T03:30:00Z", 1)],
        )
        .await;
        check(
            "interval=month&from=2026-09-10T00:00:00Z",
            &[
                ("2026-09-01T00:00:00Z", 0),
                ("2026-10-01T00:00:00Z", 1),
                ("2026-11-01T00:00:00Z", 5),
            ],
        )
        .await;
        for (interval, count) in [("hour", 24), ("day", 30), ("month", 12)] {
            let report = report(&format!("interval={interval}")).await;
            assert_eq!(series(&report).len(), count, "{interval}");
        }
    })
    .await;
}

#[tokio::test]
async fn a_period_is_compared_with_the_one_before() {
    with_app(async |app: TestApp| {
        let ana = app.register("ana").await;
        let summer = ana.create_promotion("summer-10").await["id"].clone();
        let days = [
            "2026-10-31T23:59:00Z",
            "2026-11-01T00:00:00Z",
            "2026-11-05T10:00:00Z",
            "2026-11-10T10:00:00Z",
        ];
        for (number, at) in (1..).zip(days) {
            app.ingest(&[changed(record(&ana, &summer, number), json!({ "at": at }))])
                .await
                .expect(200);
        }
        let check = async |query: &str, expected: (&str, &str, u64)| {
            let path = format!("/v1/reports/usage?compare=previous&{query}");
            let previous = ana.get(&path).await.expect(200).json()["previous"].clone();
            let told = (&previous["from"], &previous["to"], &previous["totals"]["evaluations"]);
            let (from, to, evaluations) = (json!(expected.0), json!(expected.1), json!(expected.2));
            assert_eq!(told, (&from, &to, &evaluations), "{query}");
        };
        check(
            "interval=day&from=2026-11-08T00:00:00Z&to=2026-11-15T00:00:00Z",
            ("2026-11-01T00:00:00Z", "2026-11-08T00:00:00Z", 2),
        )
        .await;
        // A month is as long as it is.
        check(
            "interval=month&from=2026-11-01T00:00:00Z&to=2026-12-01T00:00:00Z",
            ("2026-10-01T00:00:00Z", "2026-11-01T00:00:00Z", 1),
        )
        .await;
        check(
            "from=2026-11-10T00:00:00Z&to=2026-11-10T12:00:00Z",
            ("2026-11-09T12:00:00Z", "2026-11-10T00:00:00Z", 0),
        )
        .await;
        let report = ana.get("/v1/reports/usage").await.expect(200).json();
        assert_eq!(report.get("previous"), None);
    })
    .await;
}

#[tokio::test]
async fn answers_tell_how_fresh_they_are() {
    with_app(async |app: TestApp| {
        let (ana, bob) = (app.register("ana").await, app.register("bob").await);
        let summer = ana.create_promotion("summer-10").await["id"].clone();
        let check = async |user: &User, updated_at: &str, lag_seconds: u64, evaluations: u64| {
            let report = user.get("/v1/reports/usage").await.expect(200).json();
            let told = (
                &report["updated_at"],
                &report["lag_seconds"],
                &report["totals"]["evaluations"],
            );
            assert_eq!(told, (&json!(updated_at), &json!(lag_seconds), &json!(evaluations)));
        };
        app.ingest_alone(&[record(&ana, &summer, 1)]).await.expect(200);
        app.clock.advance(chrono::TimeDelta::seconds(7));
        app.ingest_alone(&[record(&ana, &summer, 2)]).await.expect(200);
        check(&ana, "2026-11-21T10:30:00Z", 7, 0).await;
        check(&bob, "2026-11-21T10:30:07Z", 0, 0).await;
        app.roll_up().await;
        check(&ana, "2026-11-21T10:30:07Z", 0, 2).await;
    })
    .await;
}

#[tokio::test]
async fn reports_are_files_too() {
    with_app(async |app: TestApp| {
        let ana = app.register("ana").await;
        let summer = ana.create_promotion("summer-10").await["id"].clone();
        let refused = json!({"reason": "expired", "discount": null, "redemption_id": null, "response_ms": 900});
        let records = [
            record(&ana, &summer, 1),
            changed(record(&ana, &summer, 2), refused),
            changed(record(&ana, &summer, 3), json!({"discount": {"amount": 5, "currency": "USD"}})),
        ];
        app.ingest(&records).await.expect(200);
        let csv = async |query: &str| {
            let request = ana.request(reqwest::Method::GET, &format!("/v1/reports/usage?{query}"));
            let answer = Answer::read(request.header("accept", "text/csv")).await.expect(200);
            assert_eq!(answer.header("content-type"), "text/csv; charset=utf-8; header=present");
            assert_eq!(answer.header("vary"), "accept");
            answer.text
        };
        let reasons = "condition_not_met,not_active,not_started,expired,coupon_not_found,coupon_expired,coupon_revoked,\
                       coupon_exhausted,wrong_customer,promotion_limit_reached,customer_limit_reached,budget_exhausted,\
                       effect_not_applicable";
        let head = format!(
            "from,to,evaluations,applicable,not_applicable,ratio,redemptions,rolled_back,response_ms_mean,\
             response_ms_p95,{reasons}"
        );
        let sums = "discount_USD,discount_UYU,given_back_USD,given_back_UYU";
        assert_eq!(
            csv("promotion=summer-10").await,
            format!("{head},{sums}\r\n,,3,2,1,0.6667,2,0,308,1200,0,0,0,1,0,0,0,0,0,0,0,0,0,5,1205,0,0\r\n")
        );
        assert_eq!(
            csv("interval=hour&from=2026-11-21T09:00:00Z&to=2026-11-21T11:00:00Z").await,
            format!(
                "{head},{sums}\r\n\
                 2026-11-21T09:00:00Z,2026-11-21T10:00:00Z,0,0,0,,0,0,,,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0\r\n\
                 2026-11-21T10:00:00Z,2026-11-21T11:00:00Z,3,2,1,0.6667,2,0,308,1200,0,0,0,1,0,0,0,0,0,0,0,0,0,5,1205,0,0\r\n"
            )
        );
    })
    .await;
}
