//! Batches of generated coupons.

use std::collections::BTreeSet;
use std::num::NonZeroU32;

use engine::coupon::{Batch, BatchTerms, CouponKey, CouponSet};
use engine::ids::CouponBatchId;
use engine::promotion::Rule;
use serde_json::{Value, json};

use crate::publisher::SPACING;
use crate::support::{TestApp, User, wait_for, with_app};

pub(crate) const CLUB: &str = "/v1/promotions/club";

/// Makes a batch of the promotion `club`.
pub(crate) async fn create_batch(user: &User, body: Value) -> Value {
    let path = format!("{CLUB}/coupon-batches");
    user.post(&path, &body).await.expect(202).json()
}

/// A batch of the promotion `club`.
pub(crate) async fn batch(user: &User, id: &Value) -> Value {
    let id = id.as_str().unwrap();
    user.get(&format!("{CLUB}/coupon-batches/{id}"))
        .await
        .expect(200)
        .json()
}

/// The first field of each line of a CSV file.
pub(crate) fn first_column(csv: &str) -> Vec<String> {
    csv.lines()
        .skip(1)
        .map(|line| line.split(',').next().unwrap().to_owned())
        .collect()
}

/// The codes of a batch of the promotion `club`.
pub(crate) async fn codes(user: &User, id: &Value) -> Vec<String> {
    let id = id.as_str().unwrap();
    let path = format!("{CLUB}/coupon-batches/{id}/coupons.csv");
    first_column(&user.get(&path).await.expect(200).text)
}

/// What the edge has of the promotion `club`.
fn published_set(app: &TestApp, user: &User) -> Option<CouponSet> {
    let rule = app.edge.value(&format!("promo/{}/club", user.organization_id))?;
    let rule = Rule::from_json(&rule.to_string()).unwrap();
    rule.coupons().cloned()
}

#[tokio::test]
async fn a_batch_exists_at_once_and_is_ready_when_the_edge_has_it() {
    with_app(async |app: TestApp| {
        let ana = app.register("ana").await;
        ana.create_coupon_promotion("club").await;
        let body = json!({"count": 3, "max_uses": null, "pattern": "#####-#####", "prefix": "Summer-",
                          "expires_at": "2027-01-31T23:59:59Z"});
        let made = create_batch(&ana, body).await;
        let expected = json!({
            "id": made["id"], "status": "prepared", "generated": 3, "count": 3, "pattern": "SUMMER-#####-#####",
            "max_uses": null, "expires_at": "2027-01-31T23:59:59Z", "created_at": "2026-11-21T10:30:00Z",
            "ready_at": null, "revoked_at": null
        });
        assert_eq!(made, expected);
        assert_eq!(batch(&ana, &made["id"]).await, expected);
        ana.activate("club").await;
        assert_eq!(batch(&ana, &made["id"]).await["status"], "publishing");
        app.start_jobs();
        wait_for("the batch to be ready", async || {
            (batch(&ana, &made["id"]).await["status"] == "ready").then_some(())
        })
        .await;
        let set = published_set(&app, &ana).unwrap();
        for code in codes(&ana, &made["id"]).await {
            let typed = code.to_lowercase().replace('0', "o").parse().unwrap();
            assert!(
                matches!(set.find(&typed), engine::coupon::Match::Generated { .. }),
                "{code}"
            );
        }
        // Another batch is another revision of the same version.
        let version = ana.get(CLUB).await.json()["version"].clone();
        let other = create_batch(&ana, json!({"count": 2})).await;
        assert_eq!(
            (&other["pattern"], &other["max_uses"], &other["status"]),
            (&json!("#####-#####"), &json!(1), &json!("publishing"))
        );
        app.clock.advance(SPACING);
        wait_for("the other batch to be ready", async || {
            (batch(&ana, &other["id"]).await["status"] == "ready").then_some(())
        })
        .await;
        assert_eq!(ana.get(CLUB).await.json()["version"], version);
        assert_eq!(published_set(&app, &ana).unwrap().batches.len(), 2);
        let page = ana
            .get(&format!("{CLUB}/coupon-batches?limit=1"))
            .await
            .expect(200)
            .json();
        let cursor = page["next_cursor"].as_str().unwrap();
        let rest = ana.get(&format!("{CLUB}/coupon-batches?limit=1&cursor={cursor}")).await;
        let ids = [&page["items"][0]["id"], &rest.expect(200).json()["items"][0]["id"]]
            .map(|id| id.as_str().unwrap().to_owned());
        let expected = [&made["id"], &other["id"]].map(|id| id.as_str().unwrap().to_owned());
        assert_eq!(BTreeSet::from(ids), BTreeSet::from(expected));
    })
    .await;
}

#[tokio::test]
async fn what_is_wrong_with_a_batch_is_said() {
    with_app(async |app: TestApp| {
        let ana = app.register("ana").await;
        ana.create_coupon_promotion("club").await;
        let check = async |body: Value, expected: &[(&str, &str)]| {
            let answer = ana.post(&format!("{CLUB}/coupon-batches"), &body).await;
            let errors = answer.expect_problem(422, "invalid_request").field_errors();
            let expected: Vec<_> = expected.iter().map(|&(p, c)| (p.to_owned(), c.to_owned())).collect();
            assert_eq!(errors, expected, "{body}");
        };
        for count in [
            json!(0),
            json!(-1),
            json!(1_000_001),
            json!(1.5),
            json!("5"),
            json!(null),
            json!(1e30),
        ] {
            check(json!({ "count": count }), &[("/count", "count_invalid")]).await;
        }
        check(json!({}), &[("/count", "count_invalid")]).await;
        for uses in [json!(0), json!(-1), json!(4_294_967_296_u64), json!("1"), json!(1.5)] {
            check(
                json!({"count": 1, "max_uses": uses}),
                &[("/max_uses", "max_uses_invalid")],
            )
            .await;
        }
        for pattern in [
            json!("####"),
            json!("#".repeat(25)),
            json!("=########"),
            json!("ñ########"),
            json!(5),
            json!(""),
        ] {
            check(
                json!({"count": 1, "pattern": pattern}),
                &[("/pattern", "pattern_invalid")],
            )
            .await;
        }
        for prefix in [json!("="), json!("a b"), json!("#"), json!("x".repeat(64)), json!([])] {
            check(json!({"count": 1, "prefix": prefix}), &[("/prefix", "pattern_invalid")]).await;
        }
        check(
            json!({"count": 1, "expires_at": "2026-11-21T10:30:00Z"}),
            &[("/expires_at", "time_past")],
        )
        .await;
        check(
            json!({"count": 1, "expires_at": "tomorrow"}),
            &[("/expires_at", "time_invalid")],
        )
        .await;
        check(json!({"count": 1, "colour": "red"}), &[("/colour", "field_unknown")]).await;
        check(
            json!({"count": 0, "max_uses": 0, "pattern": "#", "expires_at": 5}),
            &[
                ("/count", "count_invalid"),
                ("/max_uses", "max_uses_invalid"),
                ("/expires_at", "time_invalid"),
                ("/pattern", "pattern_invalid"),
            ],
        )
        .await;
        let made: i64 = sqlx::query_scalar("select count(*) from coupon_batches")
            .fetch_one(&app.pool)
            .await
            .unwrap();
        assert_eq!(made, 0);
    })
    .await;
}

#[tokio::test]
async fn batches_fit_their_pattern() {
    with_app(async |app: TestApp| {
        let ana = app.register("ana").await;
        ana.create_coupon_promotion("club").await;
        // Eight symbols have room for 1,048,576 coupons, in whatever pattern.
        create_batch(&ana, json!({"count": 1_000_000, "pattern": "####-####"})).await;
        let refused = async |count: u32| {
            let body = json!({"count": count, "pattern": "########"});
            let answer = ana.post(&format!("{CLUB}/coupon-batches"), &body).await;
            let answer = answer.expect_problem(422, "invalid_request");
            assert_eq!(
                answer.field_errors(),
                [("/pattern".to_owned(), "pattern_too_short".to_owned())]
            );
            answer.json()["errors"][0]["detail"].as_str().unwrap().to_owned()
        };
        let detail = refused(48_577).await;
        assert!(detail.contains("room for 48576 more"), "{detail}");
        create_batch(&ana, json!({"count": 48_576, "pattern": "########"})).await;
        refused(1).await;
        create_batch(&ana, json!({"count": 1, "pattern": "#########"})).await;
    })
    .await;
}

#[tokio::test]
async fn no_code_is_made_twice() {
    with_app(async |app: TestApp| {
        let ana = app.register("ana").await;
        ana.create_coupon_promotion("club").await;
        let calls: Vec<_> = [
            "A-####-####",
            "A-####-####",
            "A########",
            "A-#########",
            "B-####-####",
            "########",
        ]
        .into_iter()
        .cycle()
        .take(18)
        .map(|pattern| {
            let ana = ana.clone();
            tokio::spawn(async move { create_batch(&ana, json!({"count": 50, "pattern": pattern})).await })
        })
        .collect();
        let mut seen = BTreeSet::new();
        for call in calls {
            let made = call.await.unwrap();
            for code in codes(&ana, &made["id"]).await {
                // Hyphens do not count when a code is typed.
                assert!(seen.insert(code.replace('-', "")), "{code}");
            }
        }
        assert_eq!(seen.len(), 18 * 50);
    })
    .await;
}

/// The codes that a batch makes from some serial numbers on.
fn derive(key: CouponKey, first: u64, count: u32) -> Vec<String> {
    let terms = BatchTerms {
        id: CouponBatchId::from_parts(1, [1; 10]),
        max_uses: None,
        expires_at: None,
        revoked: false,
    };
    let count = NonZeroU32::new(count).unwrap();
    let batch = Batch::new(terms, "A_#####-#####".parse().unwrap(), first, count).unwrap();
    batch.codes(key, 0).map(|code| code.to_string()).collect()
}

#[tokio::test]
async fn a_batch_passes_over_chosen_codes() {
    with_app(async |app: TestApp| {
        let ana = app.register("ana").await;
        ana.create_coupon_promotion("club").await;
        let add = async |code: &str| {
            ana.post(&format!("{CLUB}/coupons"), &json!({ "code": code }))
                .await
                .expect(201);
        };
        add("OTHER").await;
        let key: Vec<u8> = sqlx::query_scalar("select coupon_key from promotions")
            .fetch_one(&app.pool)
            .await
            .unwrap();
        let key = CouponKey::new(key.try_into().unwrap());
        // The codes that a batch would make with the serial numbers 3 and 12.
        let would_be = derive(key, 0, 20);
        add(&would_be[3]).await;
        add(&would_be[12].replace('-', "")).await;
        // Like the pattern, and with another serial number.
        add("A_ZZZZZ-ZZZZZ").await;
        let made = create_batch(&ana, json!({"count": 9, "pattern": "A_#####-#####"})).await;
        assert_eq!(codes(&ana, &made["id"]).await, derive(key, 13, 9));
        let more = create_batch(&ana, json!({"count": 9, "pattern": "B-#####-#####"})).await;
        assert_eq!(codes(&ana, &more["id"]).await.len(), 9);
        let page = ana
            .get(&format!("{CLUB}/coupons?q={}", would_be[3]))
            .await
            .expect(200)
            .json();
        assert_eq!(page["items"][0]["batch_id"], Value::Null);
    })
    .await;
}

#[tokio::test]
async fn a_revoked_batch_is_over_for_good() {
    with_app(async |app: TestApp| {
        app.start_jobs();
        let ana = app.register("ana").await;
        ana.create_coupon_promotion("club").await;
        ana.activate("club").await;
        let made = create_batch(&ana, json!({"count": 2})).await;
        app.clock.advance(chrono::TimeDelta::seconds(5));
        let path = format!("{CLUB}/coupon-batches/{}/revoke", made["id"].as_str().unwrap());
        let revoked = ana.post(&path, &json!({})).await.expect(200).json();
        assert_eq!(
            (&revoked["status"], &revoked["revoked_at"]),
            (&json!("revoked"), &json!("2026-11-21T10:30:05Z"))
        );
        app.clock.advance(chrono::TimeDelta::seconds(5));
        assert_eq!(
            ana.post(&path, &json!({})).await.expect(200).json()["revoked_at"],
            revoked["revoked_at"]
        );
        wait_for("the edge to know", async || {
            // However late the batch itself was published: two writes of a key are a second apart.
            app.clock.advance(chrono::TimeDelta::seconds(1));
            published_set(&app, &ana)?.batches[0].terms().revoked.then_some(())
        })
        .await;
        let code = &codes(&ana, &made["id"]).await[0];
        let coupon = ana.get(&format!("{CLUB}/coupons/{code}")).await.expect(200).json();
        assert_eq!(coupon["state"], "revoked");
    })
    .await;
}

#[tokio::test]
async fn a_promotion_has_a_bounded_number_of_batches() {
    with_app(async |app: TestApp| {
        let ana = app.register("ana").await;
        ana.create_coupon_promotion("club").await;
        create_batch(&ana, json!({"count": 1})).await;
        let fill = "insert into coupon_batches (organization_id, id, promotion_id, pattern, first, count, created_at) \
                    select organization_id, gen_random_uuid(), promotion_id, pattern, n, 1, created_at \
                    from coupon_batches, generate_series(1, 199) n";
        sqlx::raw_sql(fill).execute(&app.pool).await.unwrap();
        let answer = ana.post(&format!("{CLUB}/coupon-batches"), &json!({"count": 1})).await;
        answer.expect_problem(409, "conflict");
    })
    .await;
}
