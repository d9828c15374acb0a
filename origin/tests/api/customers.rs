//! Forgetting a customer: coupons at once, the ledger by a job, and nobody is named.

use std::collections::BTreeSet;

use chrono::TimeDelta;
use serde_json::{Value, json};

use crate::support::edge::Fault;
use crate::support::{TestApp, wait_for, with_app};

#[tokio::test]
async fn a_customer_is_forgotten() {
    with_app(async |app: TestApp| {
        let ana = app.register("ana").await;
        let club = ana.create_coupon_promotion("club").await["id"]
            .as_str()
            .unwrap()
            .to_owned();
        ana.create_promotion("draft").await;
        ana.activate("club").await;
        for (code, customer) in [("HERS", "c/7 é"), ("HIS", "c-8")] {
            let body = json!({"code": code, "customer_id": customer});
            ana.post("/v1/promotions/club/coupons", &body).await.expect(201);
        }
        app.start_jobs();
        let answer = ana.delete("/v1/customers/c%2F7%20%C3%A9").await.expect(202).json();
        assert_eq!(answer, json!({"coupons_revoked": 1}));
        let told = wait_for("the ledger to forget", async || {
            let revoked = app.edge.ledger.coupon(&club, "HERS")?;
            let forgotten = app.edge.ledger.forgotten();
            (revoked.revoked && !forgotten.is_empty()).then_some((revoked, forgotten))
        })
        .await;
        assert_eq!(told.0.customer_id, None);
        let calls: Vec<_> = told.1.iter().map(|call| call.customer_id.as_str()).collect();
        let objects: Vec<_> = told.1[0]
            .objects
            .iter()
            .map(|object| object.promotion_id.to_string())
            .collect();
        assert_eq!((calls, objects), (vec!["c/7 é"], vec![club.clone()]));
        let coupon = async |code: &str| {
            let path = format!("/v1/promotions/club/coupons/{code}");
            let coupon = ana.get(&path).await.expect(200).json();
            (coupon["state"].clone(), coupon["customer_id"].clone())
        };
        assert_eq!(coupon("HERS").await, (json!("revoked"), Value::Null));
        assert_eq!(coupon("HIS").await.1, "c-8");
        // The entry tells that it was done, and not to whom; who knows the name finds the same entry again.
        ana.delete("/v1/customers/c%2F7%20%C3%A9").await.expect(202);
        ana.delete("/v1/customers/c-9").await.expect(202);
        let trail = ana
            .get("/v1/audit-events?action=customer.forgotten")
            .await
            .expect(200)
            .json();
        let entries = trail["items"].as_array().unwrap();
        let digests: BTreeSet<_> = entries.iter().map(|entry| entry["object"]["id"].to_string()).collect();
        assert_eq!((entries.len(), digests.len()), (3, 2), "{trail}");
        assert!(!trail.to_string().contains("c/7"), "{trail}");
    })
    .await;
}

#[tokio::test]
async fn every_page_of_promotions_forgets_and_again_after_failures() {
    with_app(async |app: TestApp| {
        let ana = app.register("ana").await;
        for number in 0..11 {
            ana.create_promotion(&format!("p-{number}")).await;
            ana.activate(&format!("p-{number}")).await;
        }
        ana.post("/v1/promotions/p-3/archive", &json!({})).await.expect(200);
        app.edge.ledger.fail([Fault::Before]);
        ana.delete("/v1/customers/c-77").await.expect(202);
        app.start_jobs();
        let promotions = || -> Vec<usize> {
            app.edge
                .ledger
                .forgotten()
                .iter()
                .map(|call| call.objects.len())
                .collect()
        };
        wait_for("every page", async || {
            app.clock.advance(TimeDelta::seconds(6));
            (promotions() == [10, 1]).then_some(())
        })
        .await;
        wait_for("the job to end", async || {
            app.list_jobs_left().await.is_empty().then_some(())
        })
        .await;
    })
    .await;
}

#[tokio::test]
async fn what_names_nobody_is_not_found() {
    with_app(async |app: TestApp| {
        let ana = app.register("ana").await;
        for name in [&"x".repeat(1_000), "%00", "%0A"] {
            ana.delete(&format!("/v1/customers/{name}"))
                .await
                .expect_problem(404, "not_found");
        }
    })
    .await;
}
