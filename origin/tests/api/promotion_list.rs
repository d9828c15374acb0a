//! The list of promotions: search, filters, order, and pages that keep their place.

use chrono::TimeDelta;
use serde_json::{Value, json};

use crate::ingest::{changed, record};
use crate::support::{TestApp, User, promotion, with_app};

async fn create(app: &TestApp, user: &User, code: &str, name: &str, changes: Value) {
    let mut body = promotion(code);
    body["name"] = json!(name);
    for (field, value) in changes.as_object().unwrap() {
        body[field] = value.clone();
    }
    user.post("/v1/promotions", &body).await.expect(201);
    app.clock.advance(TimeDelta::milliseconds(1));
}

/// The codes of a page, and its cursor.
async fn page(user: &User, query: &str) -> (Vec<String>, Option<String>) {
    let page = user.get(&format!("/v1/promotions?{query}")).await.expect(200).json();
    let codes = page["items"].as_array().unwrap().iter();
    let codes = codes.map(|item| item["code"].as_str().unwrap().to_owned()).collect();
    (codes, page["next_cursor"].as_str().map(str::to_owned))
}

/// Every code of a list, in pages of two.
async fn all(user: &User, query: &str) -> Vec<String> {
    let (mut codes, mut cursor) = page(user, &format!("{query}&limit=2")).await;
    while let Some(text) = cursor {
        let (more, next) = page(user, &format!("{query}&limit=2&cursor={text}")).await;
        codes.extend(more);
        cursor = next;
    }
    codes
}

/// One of each standing and of each kind.
async fn fill(app: &TestApp, ana: &User) {
    let soon = app.clock.now() + TimeDelta::seconds(1);
    create(app, ana, "draft", "Ñandú 5 %", json!({"ends_at": null})).await;
    create(app, ana, "active", "oferta", json!({"ends_at": "2027-03-01T00:00:00Z"})).await;
    create(
        app,
        ana,
        "paused",
        "Nube",
        json!({"kind": "coupon", "ends_at": "2027-02-01T00:00:00Z"}),
    )
    .await;
    create(app, ana, "expired", "Abril", json!({"ends_at": soon.to_rfc3339()})).await;
    create(
        app,
        ana,
        "exhausted",
        "zorro",
        json!({"ends_at": null, "limits": {"total": 1}}),
    )
    .await;
    create(
        app,
        ana,
        "archived",
        "Zapatos_100%",
        json!({"ends_at": "2027-01-01T00:00:00Z"}),
    )
    .await;
    for code in ["active", "paused", "expired", "exhausted", "archived"] {
        ana.activate(code).await;
        app.clock.advance(TimeDelta::milliseconds(1));
    }
    for (code, call) in [("paused", "pause"), ("archived", "archive")] {
        ana.post(&format!("/v1/promotions/{code}/{call}"), &json!({}))
            .await
            .expect(200);
        app.clock.advance(TimeDelta::milliseconds(1));
    }
    let id = ana.get("/v1/promotions/exhausted").await.json()["id"].clone();
    let told = changed(record(ana, &id, 1), json!({"exhausted": true}));
    app.ingest(&[told]).await.expect(200);
    app.clock.advance(TimeDelta::seconds(2));
}

#[tokio::test]
async fn lists_are_searched_filtered_and_sorted() {
    with_app(async |app: TestApp| {
        // The notice of an end that passes.
        app.leave_jobs();
        let (ana, bob) = (app.register("ana").await, app.register("bob").await);
        fill(&app, &ana).await;
        create(&app, &bob, "active", "Bob's", json!({})).await;
        let check = async |query: &str, expected: &[&str]| assert_eq!(all(&ana, query).await, expected, "{query}");
        let newest = ["archived", "exhausted", "expired", "paused", "active", "draft"];
        let oldest = ["draft", "active", "paused", "expired", "exhausted", "archived"];
        check("", &newest).await;
        check("sort=-created_at", &newest).await;
        check("sort=created_at", &oldest).await;
        check(
            "sort=updated_at",
            &["draft", "active", "expired", "exhausted", "paused", "archived"],
        )
        .await;
        check(
            "sort=-updated_at",
            &["archived", "paused", "exhausted", "expired", "active", "draft"],
        )
        .await;
        // By the alphabet, not by bytes.
        check(
            "sort=name",
            &["expired", "draft", "paused", "active", "archived", "exhausted"],
        )
        .await;
        check(
            "sort=-name",
            &["exhausted", "archived", "active", "paused", "draft", "expired"],
        )
        .await;
        // What never ends comes behind all ends.
        check(
            "sort=ends_at",
            &["expired", "archived", "paused", "active", "draft", "exhausted"],
        )
        .await;
        check(
            "sort=-ends_at",
            &["exhausted", "draft", "active", "paused", "archived", "expired"],
        )
        .await;
        for standing in oldest {
            check(&format!("status={standing}"), &[standing]).await;
        }
        check(
            "status=draft,paused,archived&sort=created_at",
            &["draft", "paused", "archived"],
        )
        .await;
        check("kind=coupon", &["paused"]).await;
        check("kind=discount&status=active,paused", &["active"]).await;
        check(
            "ends_before=2027-02-01T00:00:00Z&sort=ends_at",
            &["expired", "archived"],
        )
        .await;
        let soon = "ends_before=2027-02-01T00:00:00.001Z&sort=ends_at";
        check(soon, &["expired", "archived", "paused"]).await;
        check(&format!("{soon}&status=active,paused"), &["paused"]).await;
        check("ends_before=2026-11-21T10:30:00Z", &[]).await;
        check("q=OFERTA", &["active"]).await;
        check("q=%C3%B1AND", &["draft"]).await;
        check("q=xp&sort=created_at", &["expired"]).await;
        check("q=EXH", &["exhausted"]).await;
        // No patterns: what is sent is what is looked for.
        check("q=%25&sort=created_at", &["draft", "archived"]).await;
        check("q=s_100", &["archived"]).await;
        check("q=.*", &[]).await;
        check("q=%00", &[]).await;
    })
    .await;
}

#[tokio::test]
async fn a_page_keeps_its_place_when_promotions_are_added() {
    with_app(async |app: TestApp| {
        let ana = app.register("ana").await;
        for (sort, added) in [
            ("-created_at", ["new-1", "new-2"]),
            ("created_at", ["new-1", "new-2"]),
            ("name", ["new-1", "new-2"]),
            ("-ends_at", ["new-1", "new-2"]),
        ] {
            let ana = if sort == "-created_at" {
                ana.clone()
            } else {
                app.register(&format!("ana{sort}")).await
            };
            for number in 0..6 {
                let code = format!("p-{number}");
                // Equal names and ends: the order among them has to be one, too.
                create(
                    &app,
                    &ana,
                    &code,
                    &format!("Name {}", number / 3),
                    json!({"ends_at": null}),
                )
                .await;
            }
            let expected = all(&ana, &format!("sort={sort}")).await;
            assert_eq!(expected.len(), 6);
            let (mut codes, cursor) = page(&ana, &format!("sort={sort}&limit=3")).await;
            for code in added {
                create(&app, &ana, code, "Name 0", json!({"ends_at": null})).await;
            }
            ana.delete(&format!("/v1/promotions/{}", codes[2])).await.expect(204);
            let mut cursor = cursor;
            while let Some(text) = cursor {
                let (more, next) = page(&ana, &format!("sort={sort}&limit=3&cursor={text}")).await;
                codes.extend(more);
                cursor = next;
            }
            codes.retain(|code| !added.contains(&code.as_str()));
            assert_eq!(codes, expected, "{sort}");
        }
    })
    .await;
}

#[tokio::test]
async fn wrong_questions_are_named() {
    with_app(async |app: TestApp| {
        let ana = app.register("ana").await;
        for code in ["a", "b"] {
            create(&app, &ana, code, code, json!({})).await;
        }
        let (_, cursor) = page(&ana, "sort=name&limit=1").await;
        let cursor = cursor.unwrap();
        page(&ana, &format!("sort=name&cursor={cursor}")).await;
        let check = async |query: &str, expected: &[(&str, &str)]| {
            let answer = ana.get(&format!("/v1/promotions?{query}")).await;
            let answer = answer.expect_problem(422, "invalid_request");
            let expected: Vec<_> = expected
                .iter()
                .map(|(pointer, code)| ((*pointer).to_owned(), (*code).to_owned()))
                .collect();
            assert_eq!(answer.field_errors(), expected, "{query}");
        };
        let of_another_sort = [("/cursor", "cursor_invalid")];
        check(&format!("cursor={cursor}"), &of_another_sort).await;
        check(&format!("sort=-name&cursor={cursor}"), &of_another_sort).await;
        check(&format!("sort=name&cursor={cursor}x"), &of_another_sort).await;
        check("cursor=e30", &of_another_sort).await;
        check("sort=code", &[("/sort", "sort_unknown")]).await;
        check("status=active,", &[("/status", "status_unknown")]).await;
        check(
            "status=live&kind=gift&ends_before=soon&sort=&q=",
            &[
                ("/status", "status_unknown"),
                ("/kind", "kind_unknown"),
                ("/ends_before", "time_invalid"),
                ("/sort", "sort_unknown"),
            ],
        )
        .await;
        check(&format!("q={}", "x".repeat(201)), &[("/q", "query_invalid")]).await;
        // A cursor of another tenant is a place in an order, and shows nothing of theirs.
        let bob = app.register("bob").await;
        assert_eq!(page(&bob, &format!("sort=name&cursor={cursor}")).await.0, [""; 0]);
    })
    .await;
}
