//! Everything for the edge again, for a store that was lost.

use std::collections::BTreeMap;

use origin::admin::Revisions;
use serde_json::json;

use crate::app_keys::outbox_values;
use crate::support::{TestApp, wait_for, with_app};

#[tokio::test]
async fn everything_goes_out_again() {
    with_app(async |app: TestApp| {
        let (ana, bob) = (app.register("ana").await, app.register("bob").await);
        for user in [&ana, &bob] {
            // More than a batch holds.
            for number in 0..101 {
                let body = json!({"name": format!("Shop {number}"), "promotions": "all"});
                user.post("/v1/app-keys", &body).await.expect(201);
            }
            user.create_promotion("draft").await;
            user.create_promotion("summer-10").await;
            user.activate("summer-10").await;
            user.post("/v1/promotions/summer-10/pause", &json!({}))
                .await
                .expect(200);
        }
        let before = outbox_values(&app).await;
        let newest: BTreeMap<_, _> = before.iter().cloned().collect();
        let mut newest: Vec<_> = newest.into_iter().collect();
        let republished = app.republish(Revisions::Kept).await;
        assert_eq!((republished.promotions, republished.app_keys), (2, 202));
        let mut again = outbox_values(&app).await.split_off(before.len());
        for rows in [&mut newest, &mut again] {
            rows.sort_by(|(one, _), (other, _)| one.cmp(other));
        }
        assert_eq!(again, newest);

        app.republish(Revisions::Kept).await;
        app.start_jobs();
        wait_for("everything to be published", async || {
            let live = ana.get("/v1/promotions/summer-10").await.expect(200).json();
            let keys = app.edge.value("jwks");
            (live["published"]["state"] == "live" && keys.is_some()).then_some(())
        })
        .await;
        let rule = app.edge.value(&format!("promo/{}/summer-10", bob.organization_id));
        assert!(rule.is_none_or(|rule| rule["version"] == 2));
    })
    .await;
}
