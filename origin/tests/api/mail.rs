//! Mail over real SMTP, with a server that takes it, defers it, refuses it, falls silent or hangs up.

use chrono::TimeDelta;
use serde_json::json;

use crate::support::mailbox::Fault;
use crate::support::{PUBLIC_URL, TestApp, hurry_mail, wait_for, with_app, with_app_of};

/// Asks for a reset: the way to a mail that every test takes.
async fn ask(app: &TestApp, email: &str) {
    app.post("/v1/auth/password/forgot", &json!({"email": email}))
        .await
        .expect(202);
}

/// Waits for the outcome of the only reset's job: what it says, and whether it is dead.
async fn wait_for_failure(app: &TestApp) -> (String, bool) {
    wait_for("the failure", async || {
        let query = "select last_error, dead_at is not null from jobs \
                     where kind = 'send_password_reset' and last_error is not null";
        sqlx::query_as::<_, (String, bool)>(query)
            .fetch_optional(&app.pool)
            .await
            .unwrap()
    })
    .await
}

#[tokio::test]
async fn a_mail_arrives_as_it_was_written() {
    with_app(async |app: TestApp| {
        app.start_jobs();
        let body = json!({"organization_name": "Ñandú", "name": "Ana Núñez", "email": "ana@example.com",
                          "password": "correct horse", "locale": "es-UY"});
        app.post("/v1/auth/register", &body).await.expect(201);
        ask(&app, "Ana@Example.com").await;
        let mail = app.wait_for_mails(1).await.remove(0);
        assert_eq!(
            mail.envelope,
            (
                "no-reply@coupons.example.com".to_owned(),
                vec!["ana@example.com".to_owned()]
            )
        );
        assert_eq!(
            (mail.from.as_str(), mail.to.as_str()),
            ("no-reply@coupons.example.com", "ana@example.com")
        );
        assert_eq!(mail.subject, "Elige una contraseña nueva para Coupons");
        let link = format!("{PUBLIC_URL}/reset-password#token={}", mail.token());
        assert!(
            mail.text.contains("Hola, Ana Núñez:") && mail.text.contains(&link),
            "{}",
            mail.text
        );
        assert_eq!(
            mail.html.matches(&format!("href=\"{link}\"")).count(),
            2,
            "{}",
            mail.html
        );
        let header = |line: &str| assert!(mail.raw.contains(&format!("\r\n{line}\r\n")), "{line} in {}", mail.raw);
        header("Date: Sat, 21 Nov 2026 10:30:00 +0000");
        header("Auto-Submitted: auto-generated");
        let (id, domain) = mail.message_id.split_once('@').unwrap();
        assert!(
            id.starts_with("job_") && domain == "coupons.example.com",
            "{}",
            mail.message_id
        );
        assert!(!mail.raw.contains("List-Unsubscribe"), "{}", mail.raw);
    })
    .await;
}

#[tokio::test]
async fn what_may_pass_is_tried_again() {
    let check = async |fault: Fault, expected: &'static str| {
        with_app_of(hurry_mail, async move |app: TestApp| {
            app.mailbox.fail([fault]);
            app.start_jobs();
            let ana = app.register("ana").await;
            ask(&app, &ana.email).await;
            let (error, dead) = wait_for_failure(&app).await;
            assert!(error.contains(expected) && !dead, "{fault:?}: {error}");
            assert!(!error.contains("token"), "{fault:?}: {error}");
            assert_eq!(app.mailbox.conversations(), 1, "{fault:?}");
            // The delay is at most this.
            app.clock.advance(TimeDelta::seconds(5));
            wait_for("the second attempt", async || {
                app.list_jobs_left().await.is_empty().then_some(())
            })
            .await;
            assert_eq!(app.mailbox.mails().last().unwrap().to, ana.email, "{fault:?}");
        })
        .await;
    };
    check(Fault::Unwelcome, "554").await;
    check(Fault::Defer, "451").await;
    check(Fault::Hang, "did not take it within 1s").await;
    check(Fault::DropAfterDot, "incomplete response").await;
}

#[tokio::test]
async fn a_refused_mail_is_given_up_visibly() {
    with_app(async |app: TestApp| {
        app.leave_jobs();
        app.mailbox.fail([Fault::Refuse]);
        app.start_jobs();
        let ana = app.register("ana").await;
        ask(&app, &ana.email).await;
        let (error, dead) = wait_for_failure(&app).await;
        assert!(
            dead && error.contains("550") && error.contains("nobody has this address"),
            "{error}"
        );
        assert_eq!(
            app.get("/health_check").await.expect(200).json()["components"]["jobs"]["dead"],
            1
        );
    })
    .await;
}

#[tokio::test]
async fn a_server_that_is_away_is_waited_for() {
    let nobody = |config: &mut origin::config::Config| {
        config.mail.server = origin::mail::SmtpServer::parse("smtp://127.0.0.1:9").unwrap();
    };
    with_app_of(nobody, async |app: TestApp| {
        app.leave_jobs();
        app.start_jobs();
        let ana = app.register("ana").await;
        ask(&app, &ana.email).await;
        let (error, dead) = wait_for_failure(&app).await;
        assert!(!dead && error.contains("127.0.0.1:9 (Plain) cannot be used"), "{error}");
    })
    .await;
}

#[tokio::test]
async fn a_mail_whose_answer_was_lost_is_the_same_mail_again() {
    with_app(async |app: TestApp| {
        app.mailbox.fail([Fault::DropAfterDot]);
        app.start_jobs();
        let ana = app.register("ana").await;
        ask(&app, &ana.email).await;
        wait_for_failure(&app).await;
        app.clock.advance(TimeDelta::seconds(5));
        let mails = app.wait_for_mails(2).await;
        assert_eq!(mails[0].raw, mails[1].raw);
        assert!(
            mails[0].raw.contains(&format!("Message-ID: <{}>", mails[0].message_id)),
            "{}",
            mails[0].raw
        );
    })
    .await;
}

#[tokio::test]
async fn links_do_not_come_from_the_request() {
    with_app(async |app: TestApp| {
        app.start_jobs();
        let ana = app.register("ana").await;
        let request = app
            .request(reqwest::Method::POST, "/v1/auth/password/forgot")
            .header("host", "evil.example")
            .header("x-forwarded-host", "evil.example")
            .header("forwarded", "host=evil.example")
            .header("origin", "https://evil.example")
            .json(&json!({"email": ana.email}));
        crate::support::Answer::read(request).await.expect(202);
        let mail = app.wait_for_mails(1).await.remove(0);
        assert!(!mail.raw.contains("evil"), "{}", mail.raw);
        assert!(
            mail.text.contains(&format!("{PUBLIC_URL}/reset-password#token=")),
            "{}",
            mail.text
        );
    })
    .await;
}

#[tokio::test]
async fn previews_are_shown_where_they_are_wanted() {
    for path in ["/dev/mails", "/dev/mails/invitation", "/dev/mails/nothing"] {
        with_app(async move |app: TestApp| {
            app.get(path).await.expect_problem(404, "not_found");
        })
        .await;
    }
    with_app_of(
        |config| config.dev_preview = true,
        async |app: TestApp| {
            let list = app.get("/dev/mails").await.expect(200);
            for name in [
                "invitation",
                "password-reset",
                "password-changed",
                "promotion-ending",
                "promotion-expired",
            ] {
                assert!(
                    list.text.contains(&format!("/dev/mails/{name}?locale=es")),
                    "{}",
                    list.text
                );
                let check = async |query: &str, media_type: &str, language: &str| {
                    let answer = app.get(&format!("/dev/mails/{name}{query}")).await.expect(200);
                    assert_eq!(answer.header("content-type"), media_type, "{name}{query}");
                    assert!(answer.text.contains(language), "{name}{query}: {}", answer.text);
                };
                let (html, text) = ("text/html; charset=utf-8", "text/plain; charset=utf-8");
                check("", html, "lang=\"en\"").await;
                check("?locale=es-UY", html, "lang=\"es\"").await;
                check("?format=text", text, "promotions that know").await;
                check("?locale=es&format=text", text, "promociones que saben").await;
            }
            app.get("/dev/mails/nothing").await.expect_problem(404, "not_found");
            app.get("/dev/mails/invitation?format=png")
                .await
                .expect_problem(400, "malformed");
        },
    )
    .await;
}
