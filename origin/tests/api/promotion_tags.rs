//! The end of a promotion's identifier is its own in the organisation, for it names the promotion's ledger objects.

use crate::support::{TestApp, promotion, with_app};

#[tokio::test]
async fn two_promotions_of_an_organization_differ_in_their_tags() {
    with_app(async |app: TestApp| {
        let (ana, bob) = (app.register("ana").await, app.register("bob").await);
        let draw_alike = "create function draw_alike() returns trigger language plpgsql as $$ begin \
                          new.id := (left(new.id::text, 26) || '0202020202')::uuid; return new; end $$; \
                          create trigger draw_alike before insert on promotions for each row \
                          execute function draw_alike()";
        sqlx::raw_sql(draw_alike).execute(&app.pool).await.unwrap();
        ana.post("/v1/promotions", &promotion("a")).await.expect(201);
        bob.post("/v1/promotions", &promotion("a")).await.expect(201);
        let again = ana.post("/v1/promotions", &promotion("b")).await;
        let again = again.expect_problem(503, "unavailable");
        assert_eq!(again.header("retry-after"), "2");
        ana.post("/v1/promotions/a/duplicate", &serde_json::json!({"code": "b"}))
            .await
            .expect_problem(503, "unavailable");
        sqlx::raw_sql("drop trigger draw_alike on promotions")
            .execute(&app.pool)
            .await
            .unwrap();
        ana.post("/v1/promotions", &promotion("b")).await.expect(201);
    })
    .await;
}
