//! Coupons one by one.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::coupon_batches::{codes, create_batch};
use crate::ingest::{changed, record};
use crate::support::{TestApp, User, with_app};

const COUPONS: &str = "/v1/promotions/club/coupons";

/// Makes a coupon of the promotion `club`.
async fn create(user: &User, body: Value) -> Value {
    user.post(COUPONS, &body).await.expect(201).json()
}

/// A coupon of the promotion `club`.
async fn coupon(user: &User, code: &str) -> Value {
    user.get(&format!("{COUPONS}/{code}")).await.expect(200).json()
}

fn item_codes(page: &Value) -> Vec<String> {
    let items = page["items"].as_array().unwrap().iter();
    items.map(|item| item["code"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn a_coupon_with_a_chosen_code() {
    with_app(async |app: TestApp| {
        let ana = app.register("ana").await;
        ana.create_coupon_promotion("club").await;
        let body =
            json!({"code": " welcome_1 ", "max_uses": 5, "expires_at": "2027-01-31T23:59:59Z", "customer_id": "c-77"});
        let made = create(&ana, body).await;
        let expected = json!({
            "code": "WELCOME_1", "batch_id": null, "state": "active", "uses": 0, "max_uses": 5,
            "expires_at": "2027-01-31T23:59:59Z", "customer_id": "c-77", "created_at": "2026-11-21T10:30:00Z",
            "revoked_at": null, "published": false
        });
        assert_eq!(made, expected);
        for typed in ["WELCOME_1", "welcome_1", "Welcome_1", "%20welcome_1"] {
            assert_eq!(coupon(&ana, typed).await, expected, "{typed}");
        }
        let short = create(&ana, json!({"code": "a"})).await;
        assert_eq!((&short["max_uses"], &short["expires_at"]), (&json!(1), &Value::Null));
        assert_eq!(
            create(&ana, json!({"code": "b", "max_uses": null})).await["max_uses"],
            Value::Null
        );
        for typed in ["WELCOME", "-", "a%20b", "%00", "%C3%B1"] {
            let answer = ana.get(&format!("{COUPONS}/{typed}")).await;
            answer.expect_problem(404, "not_found");
        }
    })
    .await;
}

#[tokio::test]
async fn what_is_wrong_with_a_coupon_is_said() {
    with_app(async |app: TestApp| {
        let ana = app.register("ana").await;
        ana.create_coupon_promotion("club").await;
        let check = async |body: Value, expected: &[(&str, &str)]| {
            let answer = ana.post(COUPONS, &body).await.expect_problem(422, "invalid_request");
            let expected: Vec<_> = expected.iter().map(|&(p, c)| (p.to_owned(), c.to_owned())).collect();
            assert_eq!(answer.field_errors(), expected, "{body}");
        };
        for code in [
            json!(""),
            json!("-A"),
            json!("=A"),
            json!("A B"),
            json!("ñ"),
            json!("A".repeat(65)),
            json!(5),
            json!(null),
        ] {
            check(json!({ "code": code }), &[("/code", "code_invalid")]).await;
        }
        for customer in [json!(""), json!("a\u{1}"), json!("x".repeat(129)), json!(5)] {
            check(
                json!({"code": "A", "customer_id": customer}),
                &[("/customer_id", "customer_invalid")],
            )
            .await;
        }
        check(
            json!({"code": "A", "max_uses": 0}),
            &[("/max_uses", "max_uses_invalid")],
        )
        .await;
        check(
            json!({"code": "A", "expires_at": "2020-01-01T00:00:00Z"}),
            &[("/expires_at", "time_past")],
        )
        .await;
        check(json!({"code": "A", "pattern": "#"}), &[("/pattern", "field_unknown")]).await;
        let several = [
            ("/code", "code_invalid"),
            ("/max_uses", "max_uses_invalid"),
            ("/expires_at", "time_invalid"),
        ];
        check(json!({"max_uses": -1, "expires_at": 5}), &several).await;
    })
    .await;
}

#[tokio::test]
async fn a_code_is_taken_once() {
    with_app(async |app: TestApp| {
        let ana = app.register("ana").await;
        ana.create_coupon_promotion("club").await;
        let calls: Vec<_> = (0..8)
            .map(|call| {
                let ana = ana.clone();
                let code = if call % 2 == 0 { "WELCOME" } else { "welcome" };
                tokio::spawn(async move { ana.post(COUPONS, &json!({ "code": code })).await.status })
            })
            .collect();
        let mut statuses = Vec::new();
        for call in calls {
            statuses.push(call.await.unwrap());
        }
        statuses.sort_unstable();
        assert_eq!(statuses, [[201].as_slice(), &[409; 7]].concat());
        // A generated coupon's code is taken, however it is spelt, whether it is a row or not.
        let made = create_batch(&ana, json!({"count": 2, "prefix": "S-"})).await;
        let generated = codes(&ana, &made["id"]).await;
        ana.post(&format!("{COUPONS}/{}/revoke", generated[1]), &json!({}))
            .await
            .expect(200);
        for code in [
            &generated[0],
            &generated[0].replace('-', ""),
            &generated[0].to_lowercase(),
            &generated[1],
        ] {
            ana.post(COUPONS, &json!({ "code": code }))
                .await
                .expect_problem(409, "conflict");
        }
    })
    .await;
}

#[tokio::test]
async fn lists_and_finds() {
    with_app(async |app: TestApp| {
        let ana = app.register("ana").await;
        ana.create_coupon_promotion("club").await;
        let made = create_batch(&ana, json!({"count": 5})).await;
        let generated = codes(&ana, &made["id"]).await;
        for code in ["A", "B", "C"] {
            create(&ana, json!({ "code": code })).await;
        }
        ana.post(&format!("{COUPONS}/{}/revoke", generated[3]), &json!({}))
            .await
            .expect(200);
        let list = async |query: &str| ana.get(&format!("{COUPONS}?{query}")).await.expect(200).json();
        let page = list("limit=2").await;
        assert_eq!(item_codes(&page), ["C", "B"]);
        let cursor = page["next_cursor"].as_str().unwrap();
        let page = list(&format!("limit=2&cursor={cursor}")).await;
        assert_eq!(
            (item_codes(&page), &page["next_cursor"]),
            (vec!["A".to_owned()], &Value::Null)
        );
        let batch = format!("batch={}", made["id"].as_str().unwrap());
        let mut seen = Vec::new();
        let mut page = list(&format!("{batch}&limit=2")).await;
        loop {
            let states = page["items"].as_array().unwrap().iter();
            seen.extend(states.map(|item| (item["code"].clone(), item["state"].clone())));
            let Some(cursor) = page["next_cursor"].as_str() else {
                break;
            };
            page = list(&format!("{batch}&limit=2&cursor={cursor}")).await;
        }
        let states = ["active", "active", "active", "revoked", "active"];
        let expected: Vec<_> = generated
            .iter()
            .zip(states)
            .map(|(code, state)| (json!(code), json!(state)))
            .collect();
        assert_eq!(seen, expected);
        let typed = generated[0]
            .to_lowercase()
            .replace('0', "o")
            .replace('1', "l")
            .replace('-', "");
        for (typed, expected) in [(typed.as_str(), generated[0].as_str()), ("%20b", "B")] {
            assert_eq!(item_codes(&list(&format!("q={typed}")).await), [expected]);
        }
        for typed in ["", "D", "%3D1", "%00", "A%25"] {
            assert_eq!(item_codes(&list(&format!("q={typed}")).await), Vec::<String>::new());
        }
        for query in [
            "limit=0",
            "cursor=x",
            "batch=x",
            &format!("{batch}&cursor=-1"),
            &format!("{batch}&cursor=99999999999"),
        ] {
            let answer = ana.get(&format!("{COUPONS}?{query}")).await;
            answer.expect_problem(422, "invalid_request");
        }
        let past = list(&format!("{batch}&cursor=4294967295")).await;
        assert_eq!((item_codes(&past), &past["next_cursor"]), (vec![], &Value::Null));
    })
    .await;
}

#[tokio::test]
async fn a_revoked_coupon_stays_revoked() {
    with_app(async |app: TestApp| {
        let ana = app.register("ana").await;
        ana.create_coupon_promotion("club").await;
        create(&ana, json!({"code": "A"})).await;
        let made = create_batch(&ana, json!({"count": 1})).await;
        let generated = codes(&ana, &made["id"]).await.remove(0);
        for code in ["A", &generated.to_lowercase()] {
            let path = format!("{COUPONS}/{code}/revoke");
            let revoked = ana.post(&path, &json!({})).await.expect(200).json();
            assert_eq!(
                (&revoked["state"], revoked["revoked_at"].is_string()),
                (&json!("revoked"), true)
            );
            assert_eq!(coupon(&ana, code).await, revoked);
            app.clock.advance(chrono::TimeDelta::seconds(1));
            assert_eq!(ana.post(&path, &json!({})).await.expect(200).json(), revoked);
        }
        ana.post(&format!("{COUPONS}/NOWHERE/revoke"), &json!({}))
            .await
            .expect_problem(404, "not_found");
        let events = ana.get("/v1/audit-events").await.expect(200).json();
        let events = events["items"].as_array().unwrap().iter();
        let revocations = events.filter(|event| event["action"] == "coupon.revoked");
        let objects: BTreeSet<_> = revocations.map(|event| event["object"]["id"].to_string()).collect();
        assert_eq!(
            objects,
            BTreeSet::from([json!("club/A"), json!(format!("club/{generated}"))].map(|id| id.to_string()))
        );
    })
    .await;
}

#[tokio::test]
async fn uses_are_counted_once_from_records() {
    with_app(async |app: TestApp| {
        let ana = app.register("ana").await;
        let promotion = ana.create_coupon_promotion("club").await["id"].clone();
        create(&ana, json!({"code": "A", "max_uses": 2})).await;
        let made = create_batch(&ana, json!({"count": 2})).await;
        let generated = codes(&ana, &made["id"]).await;
        let used = |number: u32, code: &str| changed(record(&ana, &promotion, number), json!({ "coupon": code }));
        let first = [used(1, "A"), used(2, &generated[0]), used(3, "GONE")];
        app.ingest(&first).await.expect(200);
        app.ingest(&first).await.expect(200);
        // Refused, or of a record that is known: no use.
        let refused = changed(
            used(4, "A"),
            json!({"redemption_id": null, "reason": "coupon_exhausted"}),
        );
        app.ingest(&[refused, first[0].clone()]).await.expect(200);
        let a = coupon(&ana, "A").await;
        assert_eq!((&a["uses"], &a["state"]), (&json!(1), &json!("active")));
        app.ingest(&[used(5, "A")]).await.expect(200);
        let a = coupon(&ana, "A").await;
        assert_eq!((&a["uses"], &a["state"]), (&json!(2), &json!("exhausted")));
        let used_one = coupon(&ana, &generated[0]).await;
        assert_eq!(
            (&used_one["uses"], &used_one["state"]),
            (&json!(1), &json!("exhausted"))
        );
        assert_eq!(used_one["batch_id"], made["id"]);
        assert_eq!(coupon(&ana, &generated[1]).await["uses"], 0);
        // A code that is known here no more is counted, and is no coupon.
        ana.get(&format!("{COUPONS}/GONE"))
            .await
            .expect_problem(404, "not_found");
        let rows: Vec<(String, i64, bool, bool)> =
            sqlx::query_as("select code, uses, listed, batch_id is not null from coupons order by number")
                .fetch_all(&app.pool)
                .await
                .unwrap();
        let rows: BTreeSet<_> = rows.into_iter().collect();
        let expected = [
            ("A".to_owned(), 2, true, false),
            (generated[0].clone(), 1, false, true),
            ("GONE".to_owned(), 1, false, false),
        ];
        assert_eq!(rows, BTreeSet::from(expected));
        ana.post(&format!("{COUPONS}/{}/revoke", generated[0]), &json!({}))
            .await
            .expect(200);
        app.ingest(&[used(6, &generated[0])]).await.expect(200);
        let revoked = coupon(&ana, &generated[0]).await;
        assert_eq!((&revoked["uses"], &revoked["state"]), (&json!(2), &json!("revoked")));
    })
    .await;
}

#[tokio::test]
async fn deliveries_at_once_count_once() {
    with_app(async |app: TestApp| {
        let ana = app.register("ana").await;
        let promotion = ana.create_coupon_promotion("club").await["id"].clone();
        let made = create_batch(&ana, json!({"count": 10, "max_uses": null})).await;
        let generated = codes(&ana, &made["id"]).await;
        let used = |number: usize| {
            let number_u32 = u32::try_from(number).unwrap();
            changed(
                record(&ana, &promotion, number_u32),
                json!({"coupon": generated[number % 10]}),
            )
        };
        let records: Vec<_> = (0..40).map(used).collect();
        let calls: Vec<_> = (0..6)
            .map(|call| {
                let (app, mut records) = (app.clone(), records.clone());
                // Every record is in several deliveries, and no delivery has all of a coupon's.
                records.rotate_left(call * 7);
                records.truncate(25);
                tokio::spawn(async move { app.ingest_patiently(&records).await.expect(200).status })
            })
            .collect();
        for call in calls {
            assert_eq!(call.await.unwrap(), 200);
        }
        let page = ana
            .get(&format!("{COUPONS}?batch={}", made["id"].as_str().unwrap()))
            .await
            .json();
        let uses: Vec<_> = page["items"]
            .as_array()
            .unwrap()
            .iter()
            .map(|item| item["uses"].clone())
            .collect();
        assert_eq!(uses, vec![json!(4); 10]);
    })
    .await;
}

#[tokio::test]
async fn states_follow_the_clock() {
    with_app(async |app: TestApp| {
        let ana = app.register("ana").await;
        ana.create_coupon_promotion("club").await;
        let ends = json!("2026-11-21T10:30:01Z");
        create(&ana, json!({"code": "A", "expires_at": ends})).await;
        let made = create_batch(&ana, json!({"count": 1, "expires_at": ends})).await;
        let generated = codes(&ana, &made["id"]).await.remove(0);
        // The end is inclusive.
        for (millis, state) in [(1_000, "active"), (1, "expired")] {
            app.clock.advance(chrono::TimeDelta::milliseconds(millis));
            for code in ["A", &generated] {
                assert_eq!(coupon(&ana, code).await["state"], state, "{code}");
            }
        }
    })
    .await;
}
