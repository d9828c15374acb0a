//! Users, roles and the organisation's settings.

use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{Answer, TestApp, User, with_app};

async fn items(user: &User, path: &str) -> Vec<Value> {
    user.get(path).await.expect(200).json()["items"]
        .as_array()
        .unwrap()
        .clone()
}

async fn role_id(user: &User, name: &str) -> String {
    let roles = items(user, "/v1/roles").await;
    let role = roles.iter().find(|role| role["name"] == name).unwrap();
    role["id"].as_str().unwrap().to_owned()
}

async fn create_role(admin: &User, name: &str, permissions: &[&str]) -> String {
    let body = json!({"name": name, "permissions": permissions});
    let role = admin.post("/v1/roles", &body).await.expect(201).json();
    role["id"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn the_organization_has_settings() {
    with_app(async |app: TestApp| {
        app.start_jobs();
        let ana = app.register("ana").await;
        let organization = ana.get("/v1/organization").await.expect(200).json();
        assert_eq!(
            (&organization["name"], &organization["locale"]),
            (&json!("ana's shop"), &Value::Null)
        );
        let body = json!({"name": "Ana & Co", "locale": "es"});
        let changed = ana.patch("/v1/organization", &body).await.expect(200).json();
        assert_eq!(
            (&changed["name"], &changed["locale"]),
            (&json!("Ana & Co"), &json!("es"))
        );
        assert_eq!(ana.get("/v1/organization").await.json(), changed);
        // What is left out stays.
        let changed = ana
            .patch("/v1/organization", &json!({"locale": null}))
            .await
            .expect(200)
            .json();
        assert_eq!(
            (&changed["name"], &changed["locale"]),
            (&json!("Ana & Co"), &Value::Null)
        );
        assert_eq!(changed["expiry_notice_days"], 3);
        for days in [json!(1), json!(30), json!(7.0)] {
            let body = json!({"expiry_notice_days": days});
            let changed = ana.patch("/v1/organization", &body).await.expect(200).json();
            assert_eq!(changed["expiry_notice_days"].as_f64(), days.as_f64());
        }
        for days in [
            json!(0),
            json!(31),
            json!(-1),
            json!(1.5),
            json!("7"),
            json!(null),
            json!([7]),
        ] {
            let answer = ana
                .patch("/v1/organization", &json!({"expiry_notice_days": days}))
                .await;
            let errors = answer.expect_problem(422, "invalid_request").field_errors();
            assert_eq!(
                errors,
                [("/expiry_notice_days".to_owned(), "days_invalid".to_owned())],
                "{days}"
            );
        }
        assert_eq!(ana.get("/v1/organization").await.json()["expiry_notice_days"], 7);
        let answer = ana
            .patch("/v1/organization", &json!({"name": "", "plan": "free"}))
            .await;
        let errors = answer.expect_problem(422, "invalid_request").field_errors();
        assert_eq!(errors[0], ("/plan".to_owned(), "field_unknown".to_owned()));
        assert_eq!(errors[1], ("/name".to_owned(), "name_invalid".to_owned()));
    })
    .await;
}

#[tokio::test]
async fn people_have_a_profile() {
    with_app(async |app: TestApp| {
        let ana = app.register("ana").await;
        let body = json!({"name": "Ana Á.", "locale": "es-UY"});
        let changed = ana.patch("/v1/me", &body).await.expect(200).json();
        assert_eq!(
            (&changed["user"]["name"], &changed["user"]["locale"]),
            (&json!("Ana Á."), &json!("es-UY"))
        );
        assert_eq!(ana.get("/v1/me").await.json(), changed);
        assert_eq!(changed["notices"], json!({"promotion_expiry": false}));
        for (choice, expected) in [(json!({"promotion_expiry": true}), true), (json!({}), true)] {
            let changed = ana
                .patch("/v1/me", &json!({"notices": choice}))
                .await
                .expect(200)
                .json();
            assert_eq!(changed["notices"], json!({"promotion_expiry": expected}), "{choice}");
        }
        let events = ana.get("/v1/audit-events?action=user.updated").await.json();
        let choice = |event: &Value, side: &str| event[side]["notices"]["promotion_expiry"].clone();
        let events = events["items"].as_array().unwrap();
        let chosen = |event: &&Value| [choice(event, "before"), choice(event, "after")] == [json!(false), json!(true)];
        assert_eq!(events.iter().filter(chosen).count(), 1, "{events:?}");
        for body in [
            json!({"notices": null}),
            json!({"notices": true}),
            json!({"notices": {"promotion_expiry": "yes"}}),
            json!({"notices": {"promotion_expiry": null}}),
            json!({"notices": {"promotion_expired": true}}),
            json!({"email": "other@example.com"}),
            json!({"role_id": "x"}),
            json!({"name": null}),
        ] {
            ana.patch("/v1/me", &body).await.expect_problem(422, "invalid_request");
        }
    })
    .await;
}

#[tokio::test]
async fn users_are_listed_and_found() {
    with_app(async |app: TestApp| {
        let ana = app.register("ana").await;
        for name in ["bruno", "carla", "dario"] {
            app.add_member(&ana, name, "Analyst").await;
        }
        app.register("mallory").await;
        let check = async |query: &str, expected: &[&str]| {
            let mut names: Vec<_> = items(&ana, &format!("/v1/users{query}"))
                .await
                .iter()
                .map(|user| user["name"].as_str().unwrap().to_owned())
                .collect();
            names.sort();
            assert_eq!(names, expected, "{query}");
        };
        check("", &["ana", "bruno", "carla", "dario"]).await;
        check("?q=CARL", &["carla"]).await;
        check("?q=%25", &[]).await;
        check("?q=bruno-of", &["bruno"]).await;
        let page = ana.get("/v1/users?limit=3").await.expect(200).json();
        let rest = format!("/v1/users?limit=3&cursor={}", page["next_cursor"].as_str().unwrap());
        assert_eq!(items(&ana, &rest).await.len(), 1);
        ana.get("/v1/users?q=%00").await.expect_problem(422, "invalid_request");
    })
    .await;
}

#[tokio::test]
async fn a_change_of_role_acts_on_the_next_request() {
    with_app(async |app: TestApp| {
        let ana = app.register("ana").await;
        let bruno = app.add_analyst(&ana).await;
        let path = format!("/v1/users/{}", bruno.id);
        bruno.get("/v1/app-keys").await.expect_problem(403, "forbidden");
        let role = create_role(&ana, "Keys", &["app_keys.manage"]).await;
        let changed = ana.patch(&path, &json!({"role_id": role})).await.expect(200).json();
        assert_eq!(changed["role"]["name"], "Keys");
        // The same token, which still carries the old permissions.
        bruno.get("/v1/app-keys").await.expect(200);
        bruno.get("/v1/promotions").await.expect_problem(403, "forbidden");
        let permissions = json!({"permissions": ["promotions.read"]});
        ana.patch(&format!("/v1/roles/{role}"), &permissions).await.expect(200);
        bruno.get("/v1/app-keys").await.expect_problem(403, "forbidden");
        bruno.get("/v1/promotions").await.expect(200);
    })
    .await;
}

#[tokio::test]
async fn who_is_disabled_or_removed_is_out_at_once() {
    with_app(async |app: TestApp| {
        let ana = app.register("ana").await;
        let bruno = app.add_analyst(&ana).await;
        let path = format!("/v1/users/{}", bruno.id);
        let changed = ana.patch(&path, &json!({"disabled": true})).await.expect(200).json();
        assert_eq!(changed["disabled"], true);
        bruno.get("/v1/me").await.expect_problem(401, "unauthenticated");
        let body = json!({"email": bruno.email, "password": crate::support::PASSWORD});
        app.post("/v1/auth/login", &body).await.expect_problem(403, "forbidden");
        ana.patch(&path, &json!({"disabled": false})).await.expect(200);
        // The old session stays ended; a new one is let in.
        bruno.get("/v1/me").await.expect_problem(401, "unauthenticated");
        let bruno = app.login(&bruno.email).await;
        ana.delete(&path).await.expect(204);
        bruno.get("/v1/me").await.expect_problem(401, "unauthenticated");
        ana.delete(&path).await.expect_problem(404, "not_found");
        // The person belonged nowhere else, so nothing of them is kept.
        let people: i64 = sqlx::query_scalar("select count(*) from users")
            .fetch_one(&app.pool)
            .await
            .unwrap();
        assert_eq!(people, 1);
    })
    .await;
}

#[tokio::test]
async fn the_last_administrator_stays() {
    with_app(async |app: TestApp| {
        let ana = app.register("ana").await;
        let analyst = role_id(&ana, "Analyst").await;
        let own = format!("/v1/users/{}", ana.id);
        ana.patch(&own, &json!({"role_id": analyst}))
            .await
            .expect_problem(409, "conflict");
        ana.patch(&own, &json!({"disabled": true}))
            .await
            .expect_problem(409, "conflict");
        ana.delete(&own).await.expect_problem(409, "conflict");
        ana.get("/v1/users").await.expect(200);
        // A second one who cannot sign in does not count.
        let bea = app.add_member(&ana, "bea", "Admin").await;
        let other = format!("/v1/users/{}", bea.id);
        ana.patch(&other, &json!({"disabled": true})).await.expect(200);
        ana.delete(&own).await.expect_problem(409, "conflict");
        ana.patch(&other, &json!({"disabled": false})).await.expect(200);
        ana.delete(&own).await.expect(204);
    })
    .await;
}

#[tokio::test]
async fn administrators_who_remove_each_other_at_once_leave_one() {
    with_app(async |app: TestApp| {
        let ana = app.register("ana").await;
        let mut admins = vec![ana.clone()];
        for index in 0..5 {
            admins.push(app.add_member(&ana, &format!("admin{index}"), "Admin").await);
        }
        let analyst = role_id(&ana, "Analyst").await;
        let mut calls = tokio::task::JoinSet::new();
        for (index, admin) in admins.iter().enumerate() {
            // Everyone demotes, disables or removes everyone, themselves included.
            for (other, target) in admins.iter().enumerate() {
                let (path, body) = (format!("/v1/users/{}", target.id), json!({"role_id": analyst}));
                let request = match (index + other) % 3 {
                    0 => admin.request(Method::DELETE, &path),
                    1 => admin.request(Method::PATCH, &path).json(&json!({"disabled": true})),
                    _ => admin.request(Method::PATCH, &path).json(&body),
                };
                calls.spawn(Answer::read(request));
            }
        }
        for answer in calls.join_all().await {
            assert!([200, 204, 401, 403, 404, 409].contains(&answer.status), "{answer:?}");
        }
        let left: i64 = sqlx::query_scalar(
            "select count(*) from memberships m join roles r on r.id = m.role_id \
             where r.built_in = 'admin' and m.disabled_at is null",
        )
        .fetch_one(&app.pool)
        .await
        .unwrap();
        assert!(left >= 1, "{left}");
    })
    .await;
}

#[tokio::test]
async fn roles_are_made_changed_and_deleted() {
    with_app(async |app: TestApp| {
        let ana = app.register("ana").await;
        let roles = items(&ana, "/v1/roles").await;
        let summary: Vec<_> = roles.iter().map(|role| (&role["built_in"], &role["users"])).collect();
        assert_eq!(summary.len(), 2);
        assert!(summary.contains(&(&json!("admin"), &json!(1))), "{summary:?}");
        assert!(summary.contains(&(&json!("analyst"), &json!(0))), "{summary:?}");
        let role = create_role(
            &ana,
            "Editor",
            &["promotions.write", "promotions.read", "promotions.read"],
        )
        .await;
        let path = format!("/v1/roles/{role}");
        let changed = ana.patch(&path, &json!({"name": "Author"})).await.expect(200).json();
        assert_eq!(changed["name"], "Author");
        assert_eq!(changed["permissions"], json!(["promotions.read", "promotions.write"]));
        for (body, pointer, code) in [
            (json!({"name": "", "permissions": []}), "/name", "name_invalid"),
            (json!({"name": "X"}), "/permissions", "permissions_invalid"),
            (
                json!({"name": "X", "permissions": "all"}),
                "/permissions",
                "permissions_invalid",
            ),
            (
                json!({"name": "X", "permissions": ["reports.read", "x"]}),
                "/permissions/1",
                "permission_unknown",
            ),
            (
                json!({"name": "X", "permissions": [], "built_in": "admin"}),
                "/built_in",
                "field_unknown",
            ),
        ] {
            let answer = ana
                .post("/v1/roles", &body)
                .await
                .expect_problem(422, "invalid_request");
            assert_eq!(answer.field_errors(), [(pointer.to_owned(), code.to_owned())], "{body}");
        }
        let taken = json!({"name": "author", "permissions": []});
        ana.post("/v1/roles", &taken).await.expect_problem(409, "conflict");
        for name in ["Admin", "Analyst"] {
            let built_in = format!("/v1/roles/{}", role_id(&ana, name).await);
            ana.patch(&built_in, &json!({"name": "Other"}))
                .await
                .expect_problem(409, "conflict");
            ana.delete(&built_in).await.expect_problem(409, "conflict");
        }
        app.add_member(&ana, "bruno", "Author").await;
        let answer = ana.delete(&path).await.expect_problem(409, "conflict");
        assert!(answer.text.contains("Users have this role"), "{}", answer.text);
        let bruno = items(&ana, "/v1/users?q=bruno").await[0]["id"]
            .as_str()
            .unwrap()
            .to_owned();
        ana.delete(&format!("/v1/users/{bruno}")).await.expect(204);
        ana.delete(&path).await.expect(204);
        ana.delete(&path).await.expect_problem(404, "not_found");
    })
    .await;
}

#[tokio::test]
async fn nobody_grants_what_they_do_not_hold() {
    with_app(async |app: TestApp| {
        let ana = app.register("ana").await;
        let admin_role = role_id(&ana, "Admin").await;
        let analyst_role = role_id(&ana, "Analyst").await;
        let manager_role = create_role(&ana, "Manager", &["users.manage", "reports.read"]).await;
        let reader_role = create_role(&ana, "Reader", &["reports.read"]).await;
        let max = app.add_member(&ana, "max", "Manager").await;
        let rita = app.add_member(&ana, "rita", "Reader").await;
        let forbidden = async |answer: Answer| {
            answer.expect_problem(403, "forbidden");
        };
        // Their own role, themselves, a new role, an invitation: no way up.
        let more = json!({"permissions": ["users.manage", "reports.read", "audit.read"]});
        forbidden(max.patch(&format!("/v1/roles/{manager_role}"), &more).await).await;
        forbidden(
            max.patch(&format!("/v1/users/{}", max.id), &json!({"role_id": admin_role}))
                .await,
        )
        .await;
        forbidden(
            max.patch(&format!("/v1/users/{}", rita.id), &json!({"role_id": analyst_role}))
                .await,
        )
        .await;
        forbidden(
            max.post("/v1/roles", &json!({"name": "Up", "permissions": ["audit.read"]}))
                .await,
        )
        .await;
        let invitation = json!({"email": "friend@example.com", "role_id": admin_role});
        forbidden(max.post("/v1/invitations", &invitation).await).await;
        // Nor do they take from those who hold more.
        forbidden(
            max.patch(&format!("/v1/users/{}", ana.id), &json!({"disabled": true}))
                .await,
        )
        .await;
        forbidden(max.delete(&format!("/v1/users/{}", ana.id)).await).await;
        // What they hold, they give.
        let role = json!({"role_id": manager_role});
        max.patch(&format!("/v1/users/{}", rita.id), &role).await.expect(200);
        max.patch(&format!("/v1/users/{}", rita.id), &json!({"role_id": reader_role}))
            .await
            .expect(200);
        max.post("/v1/roles", &json!({"name": "Less", "permissions": ["reports.read"]}))
            .await
            .expect(201);
    })
    .await;
}

#[tokio::test]
async fn other_organizations_roles_and_users_do_not_exist() {
    with_app(async |app: TestApp| {
        let (ana, mallory) = (app.register("ana").await, app.register("mallory").await);
        let role = create_role(&mallory, "Theirs", &[]).await;
        let bruno = app.add_analyst(&ana).await;
        let answer = ana
            .patch(&format!("/v1/users/{}", bruno.id), &json!({"role_id": role}))
            .await;
        let errors = answer.expect_problem(422, "invalid_request").field_errors();
        assert_eq!(errors, [("/role_id".to_owned(), "role_unknown".to_owned())]);
        for path in [format!("/v1/users/{}", bruno.id), format!("/v1/users/{}", ana.id)] {
            mallory
                .patch(&path, &json!({"disabled": true}))
                .await
                .expect_problem(404, "not_found");
            mallory.delete(&path).await.expect_problem(404, "not_found");
        }
        ana.patch(&format!("/v1/roles/{role}"), &json!({"name": "x"}))
            .await
            .expect_problem(404, "not_found");
    })
    .await;
}
