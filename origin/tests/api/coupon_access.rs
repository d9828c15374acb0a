//! Which promotions take coupons, and whose coupons they are.

use serde_json::{Value, json};

use crate::coupon_batches::{CLUB, codes, create_batch};
use crate::support::{Answer, TestApp, with_app};

#[tokio::test]
async fn only_promotions_of_coupons_that_live_take_them() {
    with_app(async |app: TestApp| {
        let ana = app.register("ana").await;
        ana.create_promotion("summer-10").await;
        for path in ["coupon-batches", "coupons", "coupons.csv", "coupons/X"] {
            let answer = ana.get(&format!("/v1/promotions/summer-10/{path}")).await;
            let detail = answer.expect_problem(409, "conflict").json()["detail"].to_string();
            assert!(detail.contains("kind"), "{detail}");
        }
        ana.create_coupon_promotion("club").await;
        let made = create_batch(&ana, json!({"count": 1})).await;
        let code = &codes(&ana, &made["id"]).await[0];
        sqlx::query("update promotions set status = 'archived', version = 1, counted = false where code = 'club'")
            .execute(&app.pool)
            .await
            .unwrap();
        for (path, body) in [
            ("coupon-batches".to_owned(), json!({"count": 1})),
            (
                format!("coupon-batches/{}/revoke", made["id"].as_str().unwrap()),
                json!({}),
            ),
            ("coupons".to_owned(), json!({"code": "A"})),
            (format!("coupons/{code}/revoke"), json!({})),
        ] {
            let answer = ana.post(&format!("{CLUB}/{path}"), &body).await;
            let detail = answer.expect_problem(409, "conflict").json()["detail"].to_string();
            assert!(detail.contains("archived"), "{detail}");
        }
    })
    .await;
}

/// Another tenant learns nothing: what exists elsewhere and what exists nowhere are answered alike.
#[tokio::test]
async fn another_tenants_coupons_are_nowhere() {
    with_app(async |app: TestApp| {
        let (ana, mallory) = (app.register("ana").await, app.register("mallory").await);
        ana.create_coupon_promotion("club").await;
        mallory.create_coupon_promotion("mine").await;
        let made = create_batch(&ana, json!({"count": 1})).await;
        let id = made["id"].as_str().unwrap();
        ana.post(&format!("{CLUB}/coupons"), &json!({"code": "WELCOME"}))
            .await
            .expect(201);
        let code = codes(&ana, &made["id"]).await.remove(0);
        let nowhere = "batch_0198c5f0a1b27c3d8e4f5a6b7c8d9e0f";
        let said = |answer: Answer| {
            let mut json = answer.expect_problem(404, "not_found").json();
            json["request_id"] = Value::Null;
            json
        };
        let alike = async |there: String, nowhere: String| {
            for path in [there.clone(), nowhere.clone()] {
                assert_eq!(
                    said(mallory.get(&path).await),
                    said(mallory.get(&nowhere).await),
                    "{path}"
                );
            }
            let (there, nowhere) = (format!("{there}/revoke"), format!("{nowhere}/revoke"));
            let empty = json!({});
            assert_eq!(
                said(mallory.post(&there, &empty).await),
                said(mallory.post(&nowhere, &empty).await)
            );
        };
        let mine = "/v1/promotions/mine";
        alike(
            format!("{CLUB}/coupons/WELCOME"),
            "/v1/promotions/none/coupons/WELCOME".to_owned(),
        )
        .await;
        alike(format!("{mine}/coupons/WELCOME"), format!("{mine}/coupons/NOWHERE")).await;
        alike(format!("{mine}/coupons/{code}"), format!("{mine}/coupons/NOWHERE")).await;
        alike(
            format!("{mine}/coupon-batches/{id}"),
            format!("{mine}/coupon-batches/{nowhere}"),
        )
        .await;
        let files = [id, nowhere].map(|id| format!("{mine}/coupon-batches/{id}/coupons.csv"));
        assert_eq!(said(mallory.get(&files[0]).await), said(mallory.get(&files[1]).await));
        let lists = [id, nowhere].map(|id| format!("{mine}/coupons?batch={id}"));
        assert_eq!(said(mallory.get(&lists[0]).await), said(mallory.get(&lists[1]).await));
        let found = mallory
            .get(&format!("{mine}/coupons?q={code}"))
            .await
            .expect(200)
            .json();
        assert_eq!(found["items"], json!([]));
        // A code of one tenant is free to another.
        mallory
            .post(&format!("{mine}/coupons"), &json!({"code": "WELCOME"}))
            .await
            .expect(201);
        mallory
            .post(&format!("{mine}/coupons"), &json!({ "code": code }))
            .await
            .expect(201);
    })
    .await;
}

#[tokio::test]
async fn a_draft_is_deleted_with_its_coupons() {
    with_app(async |app: TestApp| {
        let ana = app.register("ana").await;
        ana.create_coupon_promotion("club").await;
        let made = create_batch(&ana, json!({"count": 1})).await;
        let code = &codes(&ana, &made["id"]).await[0];
        ana.post(&format!("{CLUB}/coupons"), &json!({"code": "WELCOME"}))
            .await
            .expect(201);
        ana.post(&format!("{CLUB}/coupons/{code}/revoke"), &json!({}))
            .await
            .expect(200);
        let mut transaction = app.pool.begin().await.unwrap();
        sqlx::raw_sql("set local role coupons_app")
            .execute(&mut *transaction)
            .await
            .unwrap();
        let set = sqlx::query("select set_config('app.organization_id', $1, true)").bind(ana.organization_uuid());
        set.execute(&mut *transaction).await.unwrap();
        sqlx::query("delete from promotions")
            .execute(&mut *transaction)
            .await
            .unwrap();
        transaction.commit().await.unwrap();
        let left: i64 =
            sqlx::query_scalar("select (select count(*) from coupons) + (select count(*) from coupon_batches)")
                .fetch_one(&app.pool)
                .await
                .unwrap();
        assert_eq!(left, 0);
    })
    .await;
}
