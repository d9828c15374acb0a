//! Passwords: forgotten, reset, changed; and which are refused.

use chrono::TimeDelta;
use reqwest::Method;
use reqwest::header::COOKIE;
use serde_json::{Value, json};

use crate::support::mailbox::{Delivered, Fault};
use crate::support::{Answer, PASSWORD, TestApp, User, wait_for, with_app};

const NEW_PASSWORD: &str = "battery staple";

async fn forget(app: &TestApp, email: &str) -> Answer {
    app.post("/v1/auth/password/forgot", &json!({"email": email}))
        .await
        .expect(202)
}

async fn reset(app: &TestApp, token: &str, password: &str) -> Answer {
    app.post(
        "/v1/auth/password/reset",
        &json!({"token": token, "password": password}),
    )
    .await
}

/// Asks for a reset and waits for its mail, which is the `count`th of all.
async fn ask_for_mail(app: &TestApp, email: &str, count: usize) -> Delivered {
    forget(app, email).await;
    app.wait_for_mails(count).await.swap_remove(count - 1)
}

async fn login(app: &TestApp, email: &str, password: &str) -> Answer {
    app.post("/v1/auth/login", &json!({"email": email, "password": password}))
        .await
}

async fn count(app: &TestApp, what: &'static str) -> i64 {
    sqlx::query_scalar(sqlx::AssertSqlSafe(format!("select count(*) from {what}")))
        .fetch_one(&app.pool)
        .await
        .unwrap()
}

#[tokio::test]
async fn a_forgotten_password_is_replaced() {
    with_app(async |app: TestApp| {
        app.start_jobs();
        let ana = app.register("ana").await;
        let other = login(&app, &ana.email, PASSWORD).await.expect(200);
        let bob = app.register("bob").await;
        let mail = ask_for_mail(&app, &ana.email, 1).await;
        assert_eq!(mail.to, ana.email);
        let token = mail.token();
        let answer = reset(&app, &token, NEW_PASSWORD).await.expect(204);
        assert_eq!(answer.text, "");
        login(&app, &ana.email, PASSWORD)
            .await
            .expect_problem(401, "credentials_invalid");
        login(&app, &ana.email, NEW_PASSWORD).await.expect(200);
        let cookie = other.header("set-cookie").split(';').next().unwrap().to_owned();
        let refresh = app.request(Method::POST, "/v1/auth/refresh").header(COOKIE, cookie);
        Answer::read(refresh).await.expect_problem(401, "unauthenticated");
        assert_eq!(count(&app, "sessions").await, 2, "Ana's newest and Bob's");
        let notice = app.wait_for_mails(2).await.swap_remove(1);
        assert_eq!(
            (notice.to, notice.subject),
            (ana.email.clone(), "Your Coupons password was changed".to_owned())
        );
        assert!(
            notice.text.contains("on 21 November 2026 at 10:30 UTC"),
            "{}",
            notice.text
        );
        reset(&app, &token, "another password")
            .await
            .expect_problem(410, "gone");
        login(&app, &bob.email, PASSWORD).await.expect(200);
    })
    .await;
}

#[tokio::test]
async fn sessions_end_in_every_organization() {
    with_app(async |app: TestApp| {
        app.start_jobs();
        let (ana, bob) = (app.register("ana").await, app.register("bob").await);
        for statement in [
            "insert into memberships (organization_id, user_id, role_id, created_at) \
             select o.organization_id, a.id, o.role_id, a.created_at from users a, memberships o join users b \
             on b.id = o.user_id where a.email = $1 and b.email = $2",
            "insert into sessions (id, organization_id, user_id, family_hash, token_hash, created_at, refreshed_at, \
             expires_at) select gen_random_uuid(), m.organization_id, u.id, s.family_hash, s.token_hash, s.created_at, \
             s.refreshed_at, s.expires_at from users u join memberships m on m.user_id = u.id join users b on true \
             join sessions s on s.user_id = b.id and s.organization_id = m.organization_id \
             where u.email = $1 and b.email = $2",
        ] {
            let rows = sqlx::query(statement)
                .bind(&ana.email)
                .bind(&bob.email)
                .execute(&app.pool)
                .await
                .unwrap();
            assert_eq!(rows.rows_affected(), 1);
        }
        assert_eq!(count(&app, "sessions").await, 3);
        let token = ask_for_mail(&app, &ana.email, 1).await.token();
        reset(&app, &token, NEW_PASSWORD).await.expect(204);
        assert_eq!(count(&app, "sessions").await, 1, "Bob's");
    })
    .await;
}

#[tokio::test]
async fn one_of_many_at_once_succeeds() {
    with_app(async |app: TestApp| {
        app.start_jobs();
        let ana = app.register("ana").await;
        let token = ask_for_mail(&app, &ana.email, 1).await.token();
        let attempts = (0..20).map(|number| {
            let (app, token) = (app.clone(), token.clone());
            tokio::spawn(async move {
                let password = format!("password of {number}");
                (reset(&app, &token, &password).await, password)
            })
        });
        let mut winners = Vec::new();
        for attempt in attempts.collect::<Vec<_>>() {
            let (answer, password) = attempt.await.unwrap();
            if answer.status == 204 {
                winners.push(password);
            } else {
                answer.expect_problem(410, "gone");
            }
        }
        assert_eq!(winners.len(), 1, "{winners:?}");
        login(&app, &ana.email, &winners[0]).await.expect(200);
        app.wait_for_mails(2).await;
    })
    .await;
}

#[tokio::test]
async fn links_that_are_not_good_are_gone() {
    with_app(async |app: TestApp| {
        app.start_jobs();
        let ana = app.register("ana").await;
        let first = ask_for_mail(&app, &ana.email, 1).await.token();
        // As long as its job lives, another request asks for no other.
        wait_for("the job to end", async || {
            app.list_jobs_left().await.is_empty().then_some(())
        })
        .await;
        app.clock.advance(TimeDelta::minutes(1));
        let second = ask_for_mail(&app, &ana.email, 2).await.token();
        let gone = async |token: &str| reset(&app, token, NEW_PASSWORD).await.expect_problem(410, "gone");
        gone(&first).await;
        let (id, key) = second.split_once('.').unwrap();
        let (first_id, _) = first.split_once('.').unwrap();
        for token in [
            "",
            "x",
            id,
            &format!("{id}."),
            &format!("{first_id}.{key}"),
            &format!("{id}.{}", "0".repeat(64)),
        ] {
            gone(token).await;
        }
        let set_email = async |email: &str| {
            let update = sqlx::query("update users set email = $1")
                .bind(email)
                .execute(&app.pool);
            update.await.unwrap();
        };
        set_email("ana@elsewhere.example").await;
        gone(&second).await;
        set_email(&ana.email).await;
        app.clock.advance(TimeDelta::minutes(30));
        gone(&second).await;
        app.clock.advance(TimeDelta::milliseconds(-1));
        reset(&app, &second, NEW_PASSWORD).await.expect(204);
    })
    .await;
}

#[tokio::test]
async fn asking_again_at_once_sends_no_second_mail() {
    with_app(async |app: TestApp| {
        app.start_jobs();
        let ana = app.register("ana").await;
        let token = ask_for_mail(&app, &ana.email, 1).await.token();
        wait_for("the job to end", async || {
            app.list_jobs_left().await.is_empty().then_some(())
        })
        .await;
        forget(&app, "ANA@example.com").await;
        wait_for("the second job", async || {
            (count(&app, "jobs where finished_at is not null").await == 2).then_some(())
        })
        .await;
        assert_eq!(app.mailbox.mails().len(), 1);
        reset(&app, &token, NEW_PASSWORD).await.expect(204);
    })
    .await;
}

#[tokio::test]
async fn a_used_link_stays_used_when_its_mail_is_sent_again() {
    with_app(async |app: TestApp| {
        app.mailbox.fail([Fault::DropAfterDot]);
        app.start_jobs();
        let ana = app.register("ana").await;
        let token = ask_for_mail(&app, &ana.email, 1).await.token();
        wait_for("the failure", async || {
            (count(&app, "jobs where last_error is not null").await == 1).then_some(())
        })
        .await;
        reset(&app, &token, NEW_PASSWORD).await.expect(204);
        app.wait_for_mails(2).await;
        app.clock.advance(TimeDelta::seconds(5));
        wait_for("the second attempt", async || {
            app.list_jobs_left().await.is_empty().then_some(())
        })
        .await;
        assert_eq!(app.mailbox.mails().len(), 2, "the link and the notice");
        reset(&app, &token, "another password")
            .await
            .expect_problem(410, "gone");
    })
    .await;
}

#[tokio::test]
async fn a_mail_that_is_too_late_is_not_sent() {
    with_app(async |app: TestApp| {
        app.leave_jobs();
        app.mailbox.fail([Fault::Defer]);
        app.start_jobs();
        let ana = app.register("ana").await;
        forget(&app, &ana.email).await;
        wait_for("the failure", async || {
            (count(&app, "jobs where last_error is not null").await == 1).then_some(())
        })
        .await;
        app.clock.advance(TimeDelta::minutes(30));
        wait_for("the end", async || {
            (count(&app, "jobs where dead_at is not null").await == 1).then_some(())
        })
        .await;
        assert_eq!(
            app.list_jobs_left().await,
            ["send_password_reset: the link expired before its mail could be sent"]
        );
        assert!(app.mailbox.mails().is_empty());
    })
    .await;
}

#[tokio::test]
async fn nobody_learns_whether_an_address_is_known() {
    with_app(async |app: TestApp| {
        app.start_jobs();
        let ana = app.register("ana").await;
        let (known, unknown) = (forget(&app, &ana.email).await, forget(&app, "nobody@example.com").await);
        assert_eq!(known.text, unknown.text);
        let headers = |answer: &Answer| {
            let mut headers = answer.headers.clone();
            for changing in ["x-request-id", "date"] {
                assert!(headers.remove(changing).is_some(), "{changing}");
            }
            headers
        };
        assert_eq!(headers(&known), headers(&unknown));
        app.wait_for_mails(1).await;
        wait_for("both jobs", async || {
            (count(&app, "jobs where finished_at is not null").await == 2).then_some(())
        })
        .await;
        assert_eq!(app.mailbox.mails().len(), 1);
        for email in [json!("nobody"), json!(null), json!(5), json!("a@b.c\r\nBcc: d@e.f")] {
            let answer = app.post("/v1/auth/password/forgot", &json!({"email": email})).await;
            assert_eq!(
                answer.expect_problem(422, "invalid_request").field_errors(),
                [pair("/email", "email_invalid")]
            );
        }
    })
    .await;
}

#[tokio::test]
async fn a_password_is_changed_with_the_current_one() {
    with_app(async |app: TestApp| {
        app.start_jobs();
        let ana = app.register("ana").await;
        let open = ask_for_mail(&app, &ana.email, 1).await.token();
        let change = async |user: &User, current: Value, new: &str| {
            user.post(
                "/v1/me/password",
                &json!({"current_password": current, "new_password": new}),
            )
            .await
        };
        for wrong in [json!("wrong horse"), json!(""), json!("x".repeat(129))] {
            let answer = change(&ana, wrong, NEW_PASSWORD)
                .await
                .expect_problem(422, "invalid_request");
            assert_eq!(answer.field_errors(), [pair("/current_password", "password_wrong")]);
        }
        let answer = change(&ana, json!(null), NEW_PASSWORD)
            .await
            .expect_problem(422, "invalid_request");
        assert_eq!(answer.field_errors(), [pair("/current_password", "password_missing")]);
        let elsewhere = app.login(&ana.email).await;
        change(&ana, json!(PASSWORD), NEW_PASSWORD).await.expect(204);
        ana.get("/v1/me").await.expect(200);
        elsewhere.get("/v1/me").await.expect_problem(401, "unauthenticated");
        login(&app, &ana.email, PASSWORD)
            .await
            .expect_problem(401, "credentials_invalid");
        login(&app, &ana.email, NEW_PASSWORD).await.expect(200);
        reset(&app, &open, "another password").await.expect_problem(410, "gone");
        assert_eq!(
            app.wait_for_mails(2).await[1].subject,
            "Your Coupons password was changed"
        );
    })
    .await;
}

#[tokio::test]
async fn weak_passwords_are_refused_everywhere() {
    with_app(async |app: TestApp| {
        app.start_jobs();
        let ana = app.register("ana.nunez").await;
        let token = ask_for_mail(&app, &ana.email, 1).await.token();
        for (password, code) in [
            ("seven77", "password_invalid"),
            ("Password1", "password_common"),
            ("ana.nunez", "password_personal"),
            ("Ana.Nunez@example.com", "password_personal"),
        ] {
            let check = async |answer: Answer, pointer: &str| {
                let answer = answer.expect_problem(422, "invalid_request");
                assert_eq!(answer.field_errors(), [pair(pointer, code)], "{password}");
            };
            let registration =
                json!({"organization_name": "Shop", "name": "ana.nunez", "email": ana.email, "password": password});
            check(app.post("/v1/auth/register", &registration).await, "/password").await;
            check(reset(&app, &token, password).await, "/password").await;
            let change = json!({"current_password": PASSWORD, "new_password": password});
            check(ana.post("/v1/me/password", &change).await, "/new_password").await;
        }
        reset(&app, &token, NEW_PASSWORD).await.expect(204);
    })
    .await;
}

fn pair(pointer: &str, code: &str) -> (String, String) {
    (pointer.to_owned(), code.to_owned())
}
