//! Invitations: from the mail to the new user, and what is tried with its link.

use chrono::TimeDelta;
use reqwest::Method;
use serde_json::{Value, json};

use crate::support::mailbox::{Delivered, Fault};
use crate::support::{Answer, PASSWORD, TestApp, User, wait_for, with_app};

const EMAIL: &str = "new@example.com";

async fn role_id(user: &User, name: &str) -> Value {
    let roles = user.get("/v1/roles").await.expect(200).json();
    let roles = roles["items"].as_array().unwrap();
    roles.iter().find(|role| role["name"] == name).unwrap()["id"].clone()
}

/// Invites an analyst; answers the invitation's path and its mail, which is the `count`th of all.
async fn invite(app: &TestApp, admin: &User, email: &str, count: usize) -> (String, Delivered) {
    let body = json!({"email": email, "role_id": role_id(admin, "Analyst").await});
    let invitation = admin.post("/v1/invitations", &body).await.expect(201).json();
    let mail = app.wait_for_mails(count).await.swap_remove(count - 1);
    (format!("/v1/invitations/{}", invitation["id"].as_str().unwrap()), mail)
}

async fn accept(app: &TestApp, token: &str) -> Answer {
    let body = json!({"token": token, "name": "Nora", "password": PASSWORD});
    app.post("/v1/invitations/accept", &body).await
}

async fn inspect(app: &TestApp, token: &str) -> Answer {
    app.post("/v1/invitations/inspect", &json!({"token": token})).await
}

#[tokio::test]
async fn a_stranger_becomes_a_user() {
    with_app(async |app: TestApp| {
        app.start_jobs();
        let ana = app.register("ana").await;
        let (_, mail) = invite(&app, &ana, EMAIL, 1).await;
        assert_eq!(mail.to, EMAIL);
        assert!(mail.subject.contains("ana's shop"), "{}", mail.subject);
        assert!(
            mail.text.contains("https://coupons.example.com/invitation#token="),
            "{}",
            mail.text
        );
        let seen = inspect(&app, &mail.token()).await.expect(200).json();
        assert_eq!(
            seen,
            json!({"organization_name": "ana's shop", "inviter_name": "ana", "role_name": "Analyst",
                   "role_built_in": "analyst", "email": EMAIL, "expires_at": "2026-11-28T10:30:00Z", "has_account": false})
        );
        let answer = accept(&app, &mail.token()).await.expect(201);
        let nora = app.user(EMAIL, &answer);
        assert_eq!(nora.organization_id, ana.organization_id);
        assert_eq!(answer.json()["user"]["role"]["built_in"], "analyst");
        nora.get("/v1/promotions").await.expect(200);
        app.login(EMAIL).await;
        let listed = ana.get("/v1/invitations").await.expect(200).json();
        let listed = &listed["items"][0];
        assert_eq!(
            (&listed["status"], &listed["mail"]["status"]),
            (&json!("accepted"), &json!("sent"))
        );
        let trail = ana.get("/v1/audit-events?object_type=invitation").await.json();
        let actions: Vec<_> = trail["items"]
            .as_array()
            .unwrap()
            .iter()
            .map(|event| &event["action"])
            .collect();
        assert_eq!(actions.len(), 2, "{actions:?}");
    })
    .await;
}

#[tokio::test]
async fn one_person_works_in_several_organizations() {
    with_app(async |app: TestApp| {
        app.start_jobs();
        let (ana, bob) = (app.register("ana").await, app.register("bob").await);
        let (_, mail) = invite(&app, &ana, &bob.email, 1).await;
        assert_eq!(inspect(&app, &mail.token()).await.json()["has_account"], true);
        // The link alone opens no account, and changes no password.
        for password in [json!("another password"), json!(null)] {
            let body = json!({"token": mail.token(), "name": "Bob", "password": password});
            let status = app.post("/v1/invitations/accept", &body).await.status;
            assert!([401, 422].contains(&status), "{status}");
        }
        let bob_at_anas = app.user(&bob.email, &accept(&app, &mail.token()).await.expect(201));
        assert_eq!(
            (&bob_at_anas.id, &bob_at_anas.organization_id),
            (&bob.id, &ana.organization_id)
        );
        let organizations = bob_at_anas.get("/v1/me/organizations").await.expect(200).json();
        let names: Vec<_> = organizations["items"]
            .as_array()
            .unwrap()
            .iter()
            .map(|one| &one["name"])
            .collect();
        assert_eq!(names.len(), 2, "{names:?}");
        // Both sessions live side by side, each in its organisation.
        bob.post("/v1/promotions", &crate::support::promotion("bobs"))
            .await
            .expect(201);
        bob_at_anas
            .get("/v1/promotions/bobs")
            .await
            .expect_problem(404, "not_found");
        let switch = async |user: &User, organization: &str| {
            user.post("/v1/auth/switch", &json!({"organization_id": organization}))
                .await
        };
        let back = switch(&bob_at_anas, &bob.organization_id).await.expect(200);
        let back = app.user(&bob.email, &back);
        back.get("/v1/promotions/bobs").await.expect(200);
        bob_at_anas.get("/v1/me").await.expect_problem(401, "unauthenticated");
        let mallory = app.register("mallory").await;
        switch(&back, &mallory.organization_id)
            .await
            .expect_problem(404, "not_found");
        back.get("/v1/me").await.expect(200);
        // Leaving one organisation leaves the person in the other.
        ana.delete(&format!("/v1/users/{}", bob.id)).await.expect(204);
        switch(&back, &ana.organization_id)
            .await
            .expect_problem(404, "not_found");
        app.login(&bob.email).await.get("/v1/promotions/bobs").await.expect(200);
    })
    .await;
}

#[tokio::test]
async fn twenty_at_once_make_one_user() {
    with_app(async |app: TestApp| {
        app.start_jobs();
        let ana = app.register("ana").await;
        let (_, mail) = invite(&app, &ana, EMAIL, 1).await;
        let mut calls = tokio::task::JoinSet::new();
        for _ in 0..20 {
            let (app, token) = (app.clone(), mail.token());
            calls.spawn(async move { accept(&app, &token).await });
        }
        let mut statuses: Vec<_> = calls.join_all().await.iter().map(|answer| answer.status).collect();
        statuses.sort_unstable();
        assert_eq!(
            (statuses[0], statuses.iter().filter(|status| **status == 201).count()),
            (201, 1),
            "{statuses:?}"
        );
        assert!(
            statuses[1..].iter().all(|status| [409, 503].contains(status)),
            "{statuses:?}"
        );
        accept(&app, &mail.token()).await.expect_problem(409, "conflict");
        let people: i64 = sqlx::query_scalar("select count(*) from users")
            .fetch_one(&app.pool)
            .await
            .unwrap();
        assert_eq!(people, 2);
    })
    .await;
}

#[tokio::test]
async fn links_end() {
    with_app(async |app: TestApp| {
        app.start_jobs();
        let ana = app.register("ana").await;
        let (path, first) = invite(&app, &ana, EMAIL, 1).await;
        let gone = async |token: &str| {
            accept(&app, token).await.expect_problem(410, "gone");
            inspect(&app, token).await.expect_problem(410, "gone");
        };
        // Sent again: the link before is void.
        ana.post(&format!("{path}/resend"), &json!({})).await.expect(200);
        let second = app.wait_for_mails(2).await.swap_remove(1);
        assert_ne!(first.token(), second.token());
        gone(&first.token()).await;
        inspect(&app, &second.token()).await.expect(200);
        // Seven days later; sending again makes it good anew.
        app.clock.advance(TimeDelta::days(7));
        gone(&second.token()).await;
        let ana = app.login(&ana.email).await;
        let body = json!({"email": EMAIL, "role_id": role_id(&ana, "Analyst").await});
        ana.post(&format!("{path}/resend"), &json!({})).await.expect(200);
        let third = app.wait_for_mails(3).await.swap_remove(2);
        ana.post("/v1/invitations", &body).await.expect_problem(409, "conflict");
        // Taken back.
        ana.delete(&path).await.expect(204);
        ana.delete(&path).await.expect(204);
        gone(&third.token()).await;
        ana.post(&format!("{path}/resend"), &json!({}))
            .await
            .expect_problem(409, "conflict");
        let (path, fourth) = invite(&app, &ana, EMAIL, 4).await;
        // Declined, as mail programs do it and twice as they may.
        let decline = async |token: &str| {
            let request = app.request(Method::POST, &format!("/v1/invitations/decline?token={token}"));
            Answer::read(
                request
                    .header("content-type", "application/x-www-form-urlencoded")
                    .body("List-Unsubscribe=One-Click"),
            )
            .await
        };
        let page = app
            .get(&format!("/v1/invitations/decline?token={}", fourth.token()))
            .await;
        assert!(page.status == 200 || page.status == 303, "{page:?}");
        inspect(&app, &fourth.token()).await.expect(200);
        decline(&fourth.token()).await.expect(204);
        decline(&fourth.token()).await.expect_problem(410, "gone");
        gone(&fourth.token()).await;
        ana.delete(&path).await.expect_problem(409, "conflict");
        for token in ["", "x", "inv_1.org_1.00"] {
            inspect(&app, token).await.expect_problem(422, "invalid_request");
        }
    })
    .await;
}

#[tokio::test]
async fn a_link_is_of_one_invitation() {
    with_app(async |app: TestApp| {
        app.start_jobs();
        let (ana, mallory) = (app.register("ana").await, app.register("mallory").await);
        let (_, mail) = invite(&app, &ana, EMAIL, 1).await;
        let (_, theirs) = invite(&app, &mallory, "mallorys@example.com", 2).await;
        let (token, their_token) = (mail.token(), theirs.token());
        let [ours, foreign] = [&token, &their_token].map(|token| token.split('.').collect::<Vec<_>>());
        // Parts of two links make none.
        for parts in [
            [ours[0], ours[1], foreign[2]],
            [ours[0], foreign[1], foreign[2]],
            [foreign[0], ours[1], ours[2]],
            [foreign[0], ours[1], foreign[2]],
        ] {
            accept(&app, &parts.join(".")).await.expect_problem(410, "gone");
        }
        // The body names no other e-mail, role or organisation.
        for field in ["email", "role_id", "organization_id"] {
            let mut body = json!({"token": token, "name": "Nora", "password": PASSWORD});
            body[field] = json!("x");
            app.post("/v1/invitations/accept", &body)
                .await
                .expect_problem(422, "invalid_request");
        }
        let answer = accept(&app, &token).await.expect(201).json();
        assert_eq!(answer["user"]["email"], EMAIL);
    })
    .await;
}

#[tokio::test]
async fn members_are_not_invited_and_roles_of_open_invitations_stay() {
    with_app(async |app: TestApp| {
        app.start_jobs();
        let ana = app.register("ana").await;
        let role = json!({"name": "Reader", "permissions": ["reports.read"]});
        let role = ana.post("/v1/roles", &role).await.expect(201).json()["id"].clone();
        let invite = async |email: &str, role: &Value| {
            ana.post("/v1/invitations", &json!({"email": email, "role_id": role}))
                .await
        };
        invite("ANA@example.com", &role).await.expect_problem(409, "conflict");
        invite("not an address", &role)
            .await
            .expect_problem(422, "invalid_request");
        invite(EMAIL, &json!("role_1"))
            .await
            .expect_problem(422, "invalid_request");
        let path = format!("/v1/invitations/{}", {
            let invitation = invite(EMAIL, &role).await.expect(201).json();
            invitation["id"].as_str().unwrap().to_owned()
        });
        let role_path = format!("/v1/roles/{}", role.as_str().unwrap());
        let answer = ana.delete(&role_path).await.expect_problem(409, "conflict");
        assert!(answer.text.contains("open invitation"), "{}", answer.text);
        app.wait_for_mails(1).await;
        ana.delete(&path).await.expect(204);
        ana.delete(&role_path).await.expect(204);
        assert_eq!(ana.get("/v1/invitations").await.json()["items"][0]["role"], Value::Null);
    })
    .await;
}

#[tokio::test]
async fn a_refused_mail_is_seen() {
    with_app(async |app: TestApp| {
        app.leave_jobs();
        app.start_jobs();
        let ana = app.register("ana").await;
        app.mailbox.fail([Fault::Refuse]);
        let body = json!({"email": EMAIL, "role_id": role_id(&ana, "Analyst").await});
        let made = ana.post("/v1/invitations", &body).await.expect(201).json();
        assert_eq!(made["mail"]["status"], "queued");
        let mail = wait_for("the mail to be given up", async || {
            let mail = ana.get("/v1/invitations").await.json()["items"][0]["mail"].clone();
            (mail["status"] == "failed").then_some(mail)
        })
        .await;
        assert!(mail["detail"].as_str().unwrap().contains("550"), "{mail}");
    })
    .await;
}

#[tokio::test]
async fn nobodys_mailbox_is_filled() {
    with_app(async |app: TestApp| {
        app.start_jobs();
        let (ana, mallory) = (app.register("ana").await, app.register("mallory").await);
        let (path, _) = invite(&app, &ana, EMAIL, 1).await;
        invite(&app, &mallory, EMAIL, 2).await;
        for _ in 0..3 {
            ana.post(&format!("{path}/resend"), &json!({})).await.expect(200);
        }
        let answer = ana.post(&format!("{path}/resend"), &json!({})).await;
        let answer = answer.expect_problem(429, "rate_limited");
        assert_eq!(answer.header("retry-after"), "1201");
    })
    .await;
}

#[tokio::test]
async fn operators_make_organizations_and_links() {
    with_app(async |app: TestApp| {
        app.start_jobs();
        let link = app.create_organization("Tienda", EMAIL).await;
        let mail = app.wait_for_mails(1).await.swap_remove(0);
        assert!(mail.text.contains(&link), "{link} in {}", mail.text);
        let admin = app.user(EMAIL, &accept(&app, &mail.token()).await.expect(201));
        assert_eq!(admin.get("/v1/organization").await.json()["name"], "Tienda");
        admin.get("/v1/users").await.expect(200);
        let link = app.reset_password_link(EMAIL).await;
        let token = link.split_once("#token=").unwrap().1;
        let body = json!({"token": token, "password": "battery staple"});
        app.post("/v1/auth/password/reset", &body).await.expect(204);
        app.post("/v1/auth/password/reset", &body)
            .await
            .expect_problem(410, "gone");
        app.wait_for_mails(2).await;
    })
    .await;
}
