//! What the ledger decided is compared with what is stored of it.

use chrono::TimeDelta;
use engine::wire::v1::{TallyAnswer, TallyDiscount, V1};
use origin::jobs::LedgerFilter;
use serde_json::{Value, json};

use crate::ingest::changed;
use crate::ledger_events::{committed, event, of_amount};
use crate::support::edge::Fault;
use crate::support::{TestApp, User, wait_for, with_app};

/// An active promotion with a redemption and its roll-back, all stored.
async fn create(app: &TestApp, user: &User, code: &str, first: u32) -> Value {
    let id = user.create_promotion(code).await["id"].clone();
    user.activate(code).await;
    let rolled_back = of_amount(event(user, &id, first + 1, "rolled_back"), 1_205);
    app.ingest(&[committed(user, &id, first), rolled_back])
        .await
        .expect(200);
    id
}

/// What an honest ledger tells of that.
fn honest() -> TallyAnswer {
    TallyAnswer {
        v: V1,
        events: 2,
        outstanding: 0,
        oldest_outstanding_at: None,
        committed: 1,
        rolled_back: 1,
        discounts: vec![TallyDiscount {
            currency: "UYU".parse().unwrap(),
            committed: 1_205,
            returned: 1_205,
        }],
    }
}

async fn lines(app: &TestApp, filter: LedgerFilter) -> Vec<String> {
    let tallies = app.reconcile_ledger(&filter).await;
    let text = |tally: &origin::jobs::Tally| tally.to_string().split_once(' ').unwrap().1.to_owned();
    // Promotions of one moment stand in any order.
    let mut lines: Vec<_> = tallies.iter().map(text).collect();
    lines.sort();
    lines
}

#[tokio::test]
async fn what_is_missing_and_what_is_twice_is_seen() {
    with_app(async |app: TestApp| {
        let ana = app.register("ana").await;
        let id = create(&app, &ana, "summer", 1).await;
        let id = id.as_str().unwrap();
        ana.create_promotion("draft").await;
        let check = async |tally: TallyAnswer, expected: &str| {
            app.edge.ledger.set_tally(id, tally);
            assert_eq!(
                lines(&app, LedgerFilter::default()).await,
                [format!("summer: {expected}")]
            );
        };
        check(honest(), "2 accepted, 2 stored, 0 duplicate, 0 missing").await;
        let on_its_way = TallyAnswer {
            events: 3,
            outstanding: 1,
            ..honest()
        };
        check(on_its_way, "3 accepted, 2 stored, 0 duplicate, 1 missing").await;
        let lost = TallyAnswer { events: 4, ..honest() };
        check(lost, "4 accepted, 2 stored, 0 duplicate, 2 missing (2 lost)").await;
        let other = TallyAnswer {
            rolled_back: 0,
            ..honest()
        };
        check(
            other,
            "2 accepted, 2 stored, 0 duplicate, 0 missing; rolled back: 0 in the ledger, 1 in the reports",
        )
        .await;
        // Another event says what one said before.
        let again = changed(
            event(&ana, &json!(id), 9, "committed"),
            json!({"redemption_id": "red_0198c5f0a1b27c3d8e4f5a6b00000001"}),
        );
        app.ingest(&[again]).await.expect(200);
        let three = TallyAnswer { events: 3, ..honest() };
        check(
            three,
            "3 accepted, 3 stored, 1 duplicate, 0 missing; redemptions: 1 in the ledger, 2 in the reports",
        )
        .await;
    })
    .await;
}

#[tokio::test]
async fn a_comparison_may_be_of_one_organization_or_promotion() {
    with_app(async |app: TestApp| {
        let (ana, bob) = (app.register("ana").await, app.register("bob").await);
        for (user, code, first) in [(&ana, "a", 1), (&ana, "b", 11), (&bob, "a", 1)] {
            let id = create(&app, user, code, first).await;
            app.edge.ledger.set_tally(id.as_str().unwrap(), honest());
        }
        let whole = |code: &str| format!("{code}: 2 accepted, 2 stored, 0 duplicate, 0 missing");
        let organization = Some(ana.organization_id.parse().unwrap());
        assert_eq!(lines(&app, LedgerFilter::default()).await.len(), 3);
        let of_ana = LedgerFilter {
            organization,
            code: None,
        };
        assert_eq!(lines(&app, of_ana).await, [whole("a"), whole("b")]);
        let code = Some("B".parse().unwrap());
        assert_eq!(lines(&app, LedgerFilter { organization, code }).await, [whole("b")]);
        let code = Some("c".parse().unwrap());
        assert_eq!(
            lines(&app, LedgerFilter { organization, code }).await,
            Vec::<String>::new()
        );
    })
    .await;
}

#[tokio::test]
async fn the_job_compares_each_day() {
    with_app(async |app: TestApp| {
        let ana = app.register("ana").await;
        for number in 0..3 {
            let id = create(&app, &ana, &format!("p-{number}"), number * 10).await;
            app.edge.ledger.set_tally(id.as_str().unwrap(), honest());
        }
        app.start_jobs();
        let wait_for_next_run = async || {
            wait_for("the next run", async || {
                let query = "select exists (select from jobs where kind = 'reconcile_ledger' and finished_at is null \
                             and run_at > $1) and not exists (select from jobs where kind = 'reconcile_ledger' \
                             and finished_at is null and run_at <= $1)";
                let query = sqlx::query_scalar(query).bind(app.clock.now());
                let is_planned: bool = query.fetch_one(&app.pool).await.unwrap();
                is_planned.then_some(())
            })
            .await;
        };
        wait_for_next_run().await;
        assert_eq!(app.edge.ledger.tally_calls(), 0);
        app.clock.advance(TimeDelta::days(1));
        wait_for("three comparisons", async || {
            (app.edge.ledger.tally_calls() == 3).then_some(())
        })
        .await;
        wait_for_next_run().await;
        // An edge that fails is asked again, from the beginning of the run.
        app.edge.ledger.fail([Fault::Before]);
        app.clock.advance(TimeDelta::days(1));
        wait_for("a failure", async || (app.edge.ledger.tally_calls() == 4).then_some(())).await;
        wait_for_next_run().await;
        app.clock.advance(TimeDelta::seconds(121));
        wait_for("three more", async || {
            (app.edge.ledger.tally_calls() == 7).then_some(())
        })
        .await;
    })
    .await;
}
