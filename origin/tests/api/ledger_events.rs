//! Changes of the ledger: each counts once, however often and in whatever order it comes.

use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use serde_json::{Value, json};

use crate::ingest::{changed, id_at, record, states};
use crate::support::{TestApp, User, promotion, with_app};

/// When the changes of these tests were, unless a test says otherwise.
const EVENT_AT: &str = "2026-11-21T10:20:00Z";
/// Orders that are tried.
const ORDERS: u32 = 40;

/// A change without a discount, coupon and record; `number` makes its identifier.
pub(crate) fn event(user: &User, promotion_id: &Value, number: u32, kind: &str) -> Value {
    json!({
        "v": 1, "id": id_at("evt", EVENT_AT, number), "kind": kind,
        "organization_id": user.organization_id, "promotion_id": promotion_id,
        "redemption_id": format!("red_0198c5f0a1b27c3d8e4f5a6b{number:08x}"), "mode": "live",
        "at": EVENT_AT, "discount": null, "coupon": null, "record": null
    })
}

/// A change that gives or gives back an amount.
pub(crate) fn of_amount(event: Value, amount: u64) -> Value {
    changed(event, json!({"discount": {"amount": amount, "currency": "UYU"}}))
}

/// A commitment with its record, of the same number.
pub(crate) fn committed(user: &User, promotion_id: &Value, number: u32) -> Value {
    let record = record(user, promotion_id, number);
    of_amount(
        changed(
            event(user, promotion_id, number, "committed"),
            json!({ "record": record }),
        ),
        1_205,
    )
}

/// A reservation with its record.
fn reserved(user: &User, promotion_id: &Value, number: u32) -> Value {
    let unused = json!({"discount": null, "redemption_id": null});
    let record = changed(record(user, promotion_id, number), unused);
    changed(
        event(user, promotion_id, number, "reserved"),
        json!({ "record": record }),
    )
}

/// What the report tells of a promotion, in the order evaluations, applicable, redemptions, rolled back, discount, given
/// back.
async fn totals(user: &User, code: &str) -> Value {
    let report = user.get(&format!("/v1/reports/usage?promotion={code}")).await;
    let totals = report.expect(200).json()["totals"].clone();
    let sum = |name: &str| match totals[name].as_array().unwrap().as_slice() {
        [] => json!(0),
        [sum] => sum["amount"].clone(),
        sums => panic!("{sums:?}"),
    };
    json!([
        totals["evaluations"],
        totals["applicable"],
        totals["redemptions"],
        totals["rolled_back"],
        sum("discount"),
        sum("given_back")
    ])
}

#[tokio::test]
async fn each_kind_counts_what_it_means() {
    with_app(async |app: TestApp| {
        let ana = app.register("ana").await;
        let mut number = 0;
        let mut check = async |messages: fn(&User, &Value) -> Vec<Value>, expected: [u64; 6]| {
            number += 1;
            let code = format!("p-{number}");
            let id = ana.create_promotion(&code).await["id"].clone();
            // Their numbers are those of one promotion.
            let messages: Vec<_> = messages(&ana, &id)
                .into_iter()
                .map(|message| renumbered(message, number))
                .collect();
            let answer = app.ingest(&messages).await.expect(200);
            assert_eq!(states(&answer), vec!["stored"; messages.len()], "{messages:?}");
            assert_eq!(totals(&ana, &code).await, json!(expected), "{messages:?}");
        };
        check(|ana, id| vec![reserved(ana, id, 1)], [1, 1, 0, 0, 0, 0]).await;
        check(|ana, id| vec![committed(ana, id, 1)], [1, 1, 1, 0, 1_205, 0]).await;
        // A reservation that was confirmed.
        check(
            |ana, id| vec![of_amount(event(ana, id, 1, "committed"), 1_205)],
            [0, 0, 1, 0, 1_205, 0],
        )
        .await;
        check(|ana, id| vec![event(ana, id, 1, "committed")], [0, 0, 1, 0, 0, 0]).await;
        check(|ana, id| vec![event(ana, id, 1, "released")], [0; 6]).await;
        check(|ana, id| vec![event(ana, id, 1, "expired")], [0; 6]).await;
        check(
            |ana, id| vec![of_amount(event(ana, id, 1, "partly_rolled_back"), 205)],
            [0, 0, 0, 0, 0, 205],
        )
        .await;
        check(
            |ana, id| vec![of_amount(event(ana, id, 1, "rolled_back"), 1_000)],
            [0, 0, 0, 1, 0, 1_000],
        )
        .await;
        check(|ana, id| vec![event(ana, id, 1, "rolled_back")], [0, 0, 0, 1, 0, 0]).await;
        check(
            |ana, id| {
                vec![
                    // Confirmed before it is known to be reserved.
                    of_amount(event(ana, id, 2, "committed"), 1_205),
                    reserved(ana, id, 1),
                    committed(ana, id, 3),
                    of_amount(event(ana, id, 4, "partly_rolled_back"), 205),
                    of_amount(event(ana, id, 5, "rolled_back"), 1_000),
                    record(ana, id, 6),
                ]
            },
            [3, 3, 3, 1, 3 * 1_205, 1_205],
        )
        .await;
    })
    .await;
}

/// The same message with identifiers of another promotion's.
fn renumbered(message: Value, number: u32) -> Value {
    let (old, new) = ("7c3d8e4f5a6b0000", format!("7c3d8e4f5a6b{number:04x}"));
    serde_json::from_str(&message.to_string().replace(old, &new)).unwrap()
}

#[tokio::test]
async fn repetitions_count_once() {
    with_app(async |app: TestApp| {
        let ana = app.register("ana").await;
        let id = ana.create_promotion("summer-10").await["id"].clone();
        let check = async |messages: &[Value], expected: &[&str], sums: [u64; 6]| {
            let answer = app.ingest(messages).await.expect(200);
            assert_eq!(states(&answer), expected, "{messages:?}");
            assert_eq!(totals(&ana, "summer-10").await, json!(sums), "{messages:?}");
        };
        let one = committed(&ana, &id, 1);
        let ten = [1, 1, 1, 0, 1_205, 0];
        check(&[one.clone(), one.clone()], &["stored", "duplicate"], ten).await;
        check(&[one], &["duplicate"], ten).await;
        // Its record came along.
        check(&[record(&ana, &id, 1)], &["duplicate"], ten).await;
        // The record comes by another way: before, and at the same time.
        check(&[record(&ana, &id, 2)], &["stored"], [2, 2, 2, 0, 2_410, 0]).await;
        check(&[committed(&ana, &id, 2)], &["stored"], [2, 2, 2, 0, 2_410, 0]).await;
        let both = [record(&ana, &id, 3), committed(&ana, &id, 3)];
        check(&both, &["stored", "stored"], [3, 3, 3, 0, 3_615, 0]).await;
        let back = of_amount(event(&ana, &id, 4, "rolled_back"), 1_205);
        check(
            &[back.clone(), back.clone()],
            &["stored", "duplicate"],
            [3, 3, 3, 1, 3_615, 1_205],
        )
        .await;
        check(&[back], &["duplicate"], [3, 3, 3, 1, 3_615, 1_205]).await;
    })
    .await;
}

#[tokio::test]
async fn a_bad_event_is_rejected_alone() {
    with_app(async |app: TestApp| {
        let (ana, bob) = (app.register("ana").await, app.register("bob").await);
        let id = ana.create_promotion("summer-10").await["id"].clone();
        let bobs = bob.create_promotion("summer-10").await["id"].clone();
        let other = ana.create_promotion("winter").await["id"].clone();
        let good = committed(&ana, &id, 1);
        let with_record = |changes: Value| {
            let record = changed(good["record"].clone(), changes);
            changed(good.clone(), json!({ "record": record }))
        };
        let bad = [
            changed(good.clone(), json!({"kind": "vanished"})),
            changed(good.clone(), json!({"v": null})),
            changed(good.clone(), json!({"at": "2025-10-17T10:29:59.999Z"})),
            // Of another time than its identifier.
            changed(
                good.clone(),
                json!({"id": good["id"], "at": "2026-11-21T10:20:00.001Z"}),
            ),
            with_record(json!({"id": good["record"]["id"], "at": "2026-11-21T10:15:00.001Z"})),
            changed(good.clone(), json!({"id": "eval_0198c5f0a1b27c3d8e4f5a6b00000001"})),
            changed(good.clone(), json!({"at": "yesterday"})),
            changed(good.clone(), json!({"coupon": "not a coupon"})),
            changed(good.clone(), json!({"discount": {"amount": -1, "currency": "UYU"}})),
            changed(
                good.clone(),
                json!({"promotion_id": "prom_0198c5f0a1b27c3d8e4f5a6b7c8d9e0f"}),
            ),
            changed(event(&ana, &id, 1, "released"), json!({"promotion_id": bobs})),
            with_record(json!({"country": "uy"})),
            with_record(json!({"promotion_id": other})),
            with_record(json!({"organization_id": bob.organization_id})),
        ];
        let count = u32::try_from(bad.len()).unwrap();
        for (number, bad) in (100..).zip(bad) {
            let fresh = committed(&ana, &id, number);
            let answer = app.ingest(&[bad.clone(), fresh]).await.expect(200);
            assert_eq!(states(&answer), ["rejected", "stored"], "{bad}");
        }
        assert_eq!(totals(&ana, "summer-10").await[0], count);
        assert_eq!(totals(&ana, "winter").await, json!([0, 0, 0, 0, 0, 0]));
        assert_eq!(totals(&bob, "summer-10").await, json!([0, 0, 0, 0, 0, 0]));
    })
    .await;
}

async fn status(user: &User, code: &str) -> Value {
    user.get(&format!("/v1/promotions/{code}")).await.expect(200).json()["status"].clone()
}

/// A promotion with a limit, whose times are told apart.
#[tokio::test]
async fn what_is_given_back_later_ends_exhaustion() {
    with_app(async |app: TestApp| {
        let ana = app.register("ana").await;
        let at = |minute: u32| format!("2026-11-21T10:{minute:02}:00Z");
        let mut number = 0;
        let mut check = async |kinds: &[(&str, u32)], expected: &str| {
            number += 1;
            let code = format!("p-{number}");
            let body = changed(promotion(&code), json!({"limits": {"total": 5}}));
            let id = ana.post("/v1/promotions", &body).await.expect(201).json()["id"].clone();
            ana.activate(&code).await;
            for (index, (kind, minute)) in (0..).zip(kinds) {
                let number = number * 100 + index;
                let exhausted = json!({"at": at(*minute), "exhausted": true});
                let message = match *kind {
                    "refusal" => changed(record(&ana, &id, number), exhausted),
                    "grant" => {
                        // It was decided later than it was asked for.
                        let record = changed(record(&ana, &id, number), exhausted);
                        changed(
                            committed(&ana, &id, number),
                            json!({"at": at(minute + 2), "record": record}),
                        )
                    }
                    kind => changed(event(&ana, &id, number, kind), json!({"at": at(*minute)})),
                };
                app.ingest(&[message]).await.expect(200);
            }
            assert_eq!(status(&ana, &code).await, expected, "{kinds:?}");
        };
        check(&[("refusal", 10)], "exhausted").await;
        for kind in ["released", "expired", "partly_rolled_back", "rolled_back"] {
            check(&[("refusal", 10), (kind, 11)], "active").await;
            // In the other order it is the same.
            check(&[(kind, 11), ("refusal", 10)], "active").await;
            check(&[(kind, 10), ("refusal", 11)], "exhausted").await;
            check(&[("refusal", 11), (kind, 10)], "exhausted").await;
        }
        check(&[("refusal", 10), ("committed", 11), ("reserved", 11)], "exhausted").await;
        check(&[("refusal", 10), ("refusal", 14), ("released", 12)], "exhausted").await;
        check(&[("released", 11), ("grant", 10)], "exhausted").await;
        check(&[("released", 13), ("grant", 10)], "active").await;
    })
    .await;
}

/// What a shop did with coupons and limits, as many messages with identifiers from `first` on.
fn story(ana: &User, id: &Value, first: u32) -> Vec<Value> {
    let coupon = |code: &str, message: Value| changed(message, json!({ "coupon": code }));
    let granted = |number: u32, code: &str| {
        let committed = coupon(code, committed(ana, id, number));
        let record = coupon(code, committed["record"].clone());
        changed(committed, json!({ "record": record }))
    };
    let refusal = json!({"at": "2026-11-21T10:25:00Z", "reason": "promotion_limit_reached", "exhausted": true,
        "discount": null, "redemption_id": null});
    vec![
        // Used, and given back in two parts.
        granted(first, "A"),
        of_amount(coupon("A", event(ana, id, first + 1, "partly_rolled_back")), 205),
        of_amount(coupon("A", event(ana, id, first + 2, "rolled_back")), 1_000),
        // Used; its record comes twice.
        granted(first + 3, "A"),
        granted(first + 3, "A")["record"].clone(),
        // Reserved and confirmed an hour later.
        reserved(ana, id, first + 4),
        changed(
            of_amount(coupon("B", event(ana, id, first + 5, "committed")), 700),
            json!({"at": "2026-11-21T11:20:00Z"}),
        ),
        // Reserved and released; reserved and expired.
        reserved(ana, id, first + 6),
        coupon("B", event(ana, id, first + 7, "released")),
        reserved(ana, id, first + 8),
        coupon("B", event(ana, id, first + 9, "expired")),
        // Exhausted for a while.
        changed(record(ana, id, first + 10), refusal),
        changed(
            event(ana, id, first + 11, "released"),
            json!({"at": "2026-11-21T10:26:00Z"}),
        ),
    ]
}

/// An order of a story's messages: some come again, in batches of some length.
fn orders() -> impl Strategy<Value = (Vec<usize>, usize)> {
    let count = 13;
    let again = proptest::collection::vec(0..count, 0..6);
    let order = again.prop_flat_map(move |again| Just((0..count).chain(again).collect::<Vec<_>>()).prop_shuffle());
    (order, 1_usize..=8)
}

#[tokio::test]
async fn any_order_ends_in_the_same_totals() {
    with_app(async |app: TestApp| {
        let ana = app.register("ana").await;
        let rng = TestRng::deterministic_rng(RngAlgorithm::ChaCha);
        let mut runner = TestRunner::new_with_rng(Config::default(), rng);
        for number in 0..ORDERS {
            let code = format!("p-{number}");
            let mut body = changed(promotion(&code), json!({"kind": "coupon"}));
            body["limits"]["total"] = json!(5);
            let id = ana.post("/v1/promotions", &body).await.expect(201).json()["id"].clone();
            ana.activate(&code).await;
            let (order, length) = orders().new_tree(&mut runner).unwrap().current();
            let messages = story(&ana, &id, number * 100);
            let messages: Vec<_> = order.iter().map(|index| messages[*index].clone()).collect();
            for batch in messages.chunks(length) {
                app.ingest(batch).await.expect(200);
            }
            let expected = json!([6, 5, 3, 1, 2 * 1_205 + 700, 1_205]);
            assert_eq!(totals(&ana, &code).await, expected, "{order:?} by {length}");
            let mut uses: Vec<(String, i64)> =
                sqlx::query_as("select code, uses from coupons where promotion_id = $1::uuid")
                    .bind(id.as_str().unwrap().trim_start_matches("prom_"))
                    .fetch_all(&app.pool)
                    .await
                    .unwrap();
            uses.sort();
            assert_eq!(
                uses,
                [("A".to_owned(), 1), ("B".to_owned(), 1)],
                "{order:?} by {length}"
            );
            assert_eq!(status(&ana, &code).await, "active", "{order:?} by {length}");
        }
    })
    .await;
}

#[tokio::test]
async fn a_use_that_is_given_back_first_is_not_shown_below_zero() {
    with_app(async |app: TestApp| {
        let ana = app.register("ana").await;
        let id = ana.create_coupon_promotion("club").await["id"].clone();
        ana.post("/v1/promotions/club/coupons", &json!({"code": "A", "max_uses": 1}))
            .await
            .expect(201);
        let shown = async || ana.get("/v1/promotions/club/coupons/A").await.expect(200).json()["uses"].clone();
        let of_a = |number, kind| changed(event(&ana, &id, number, kind), json!({"coupon": "A"}));
        app.ingest(&[of_a(1, "rolled_back")]).await.expect(200);
        assert_eq!(shown().await, 0);
        app.ingest(&[of_a(2, "committed")]).await.expect(200);
        assert_eq!(shown().await, 0);
        app.ingest(&[of_a(3, "committed")]).await.expect(200);
        assert_eq!(shown().await, 1);
    })
    .await;
}
