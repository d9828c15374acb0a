//! Notices of promotions that end: told once, in time, to those who chose them.

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;

use crate::support::mailbox::{Delivered, Fault};
use crate::support::{PUBLIC_URL, TestApp, User, promotion, wait_for, with_app};

/// The end of the promotions here: 23:59:59 in Montevideo.
pub(crate) const ENDS_AT: &str = "2026-12-11T02:59:59Z";
/// Three days before.
pub(crate) const REMINDED_AT: &str = "2026-12-08T02:59:59Z";
/// The tests' clock ticks in these.
pub(crate) const TICK: TimeDelta = TimeDelta::milliseconds(1);

pub(crate) fn time(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

pub(crate) async fn create(user: &User, code: &str) {
    let mut terms = promotion(code);
    terms["ends_at"] = json!(ENDS_AT);
    user.post("/v1/promotions", &terms).await.expect(201);
}

async fn create_active(user: &User, code: &str) {
    create(user, code).await;
    user.activate(code).await;
}

async fn choose(user: &User, wanted: bool) {
    let body = json!({"notices": {"promotion_expiry": wanted}});
    user.patch("/v1/me", &body).await.expect(200);
}

pub(crate) async fn set_days(user: &User, days: u8) {
    let body = json!({"expiry_notice_days": days});
    user.patch("/v1/organization", &body).await.expect(200);
}

pub(crate) async fn pause(user: &User, code: &str) {
    let path = format!("/v1/promotions/{code}/pause");
    user.post(&path, &json!({})).await.expect(200);
}

pub(crate) async fn execute(app: &TestApp, statement: &'static str) {
    sqlx::raw_sql(statement).execute(&app.pool).await.unwrap();
}

/// An administrator who chose the notices, in an organisation with an active promotion.
pub(crate) async fn start(app: &TestApp) -> User {
    let ana = app.register("ana").await;
    choose(&ana, true).await;
    create_active(&ana, "summer-10").await;
    ana
}

/// Moves the clock and waits until all that is due then is done; signs in again, for tokens are good for minutes.
pub(crate) async fn go_to(app: &TestApp, user: &User, at: DateTime<Utc>) -> User {
    app.clock.advance(at - app.clock.now());
    settle(app).await;
    app.login(&user.email).await
}

pub(crate) async fn settle(app: &TestApp) {
    execute(app, "notify jobs").await;
    wait_for("what is due to be done", async || {
        let query = "select count(*) from jobs where finished_at is null and cancelled_at is null and dead_at is null \
                     and run_at <= $1";
        let due: i64 = sqlx::query_scalar(query)
            .bind(app.clock.now())
            .fetch_one(&app.pool)
            .await
            .unwrap();
        (due == 0).then_some(())
    })
    .await;
}

/// To whom and about what the mails were so far.
pub(crate) fn told(app: &TestApp) -> Vec<(String, String)> {
    let mut told: Vec<_> = app
        .mailbox
        .mails()
        .into_iter()
        .map(|mail| (mail.to, mail.subject))
        .collect();
    told.sort();
    told
}

/// The trail's entries about expiries.
async fn expiries(user: &User) -> Vec<Value> {
    let path = "/v1/audit-events?action=promotion.expired";
    let items = user.get(path).await.expect(200).json()["items"].clone();
    items.as_array().unwrap().clone()
}

#[tokio::test]
async fn those_who_chose_them_get_them_in_their_language() {
    with_app(async |app: TestApp| {
        let ana = start(&app).await;
        ana.patch("/v1/me", &json!({"locale": "es-UY"})).await.expect(200);
        let bruno = app.add_analyst(&ana).await;
        choose(&bruno, true).await;
        // The rest get nothing: who chose nothing, who is disabled, and other organisations.
        app.add_member(&ana, "carla", "Analyst").await;
        let dario = app.add_member(&ana, "dario", "Analyst").await;
        choose(&dario, true).await;
        let path = format!("/v1/users/{}", dario.id);
        ana.patch(&path, &json!({"disabled": true})).await.expect(200);
        choose(&app.register("elena").await, true).await;
        app.start_jobs();
        go_to(&app, &ana, time(REMINDED_AT) - TICK).await;
        assert_eq!(told(&app), []);
        let ana = go_to(&app, &ana, time(REMINDED_AT)).await;
        let told_to = |to: &User, subject: &str| (to.email.clone(), subject.to_owned());
        let reminders = [
            told_to(&ana, "«Summer 10 %» termina en 3 días"),
            told_to(&bruno, "“Summer 10 %” ends in 3 days"),
        ];
        assert_eq!(told(&app), reminders);
        let query = "select count(*) from jobs where kind = 'send_notice'";
        let asked: i64 = sqlx::query_scalar(query).fetch_one(&app.pool).await.unwrap();
        assert_eq!(asked, 2, "nobody else is even asked for");
        assert_eq!(expiries(&ana).await.len(), 0);
        let ana = go_to(&app, &ana, time(ENDS_AT)).await;
        assert_eq!(told(&app), reminders);
        // The organisation's language is for who has none.
        ana.patch("/v1/organization", &json!({"locale": "es"}))
            .await
            .expect(200);
        go_to(&app, &ana, time(ENDS_AT) + TICK).await;
        let mails: Vec<Delivered> = app.mailbox.mails().into_iter().skip(2).collect();
        assert_eq!(mails.len(), 2);
        for mail in mails {
            assert_eq!(mail.subject, "«Summer 10 %» terminó");
            for part in [
                "terminó el 10 de diciembre de 2026 a las 23:59 (America/Montevideo)",
                &format!("\n{PUBLIC_URL}/promotions/summer-10\n"),
                "ana's shop",
                "desactiva los avisos de promociones que terminan",
            ] {
                assert!(
                    mail.text.replace("\r\n", "\n").contains(part),
                    "{part} in {}",
                    mail.text
                );
            }
            let link = format!("href=\"{PUBLIC_URL}/promotions/summer-10\"");
            assert!(mail.html.contains(&link), "{}", mail.html);
            assert!(
                mail.raw.contains("\r\nDate: Fri, 11 Dec 2026 02:59:59 +0000\r\n"),
                "{}",
                mail.raw
            );
        }
    })
    .await;
}

#[tokio::test]
async fn the_trail_tells_an_expiry_once() {
    with_app(async |app: TestApp| {
        let ana = start(&app).await;
        app.start_jobs();
        let ana = go_to(&app, &ana, time(ENDS_AT) + TICK).await;
        pause(&ana, "summer-10").await;
        settle(&app).await;
        // A worker that died before it wrote down that it was done.
        execute(
            &app,
            "update jobs set finished_at = null, unique_key = null where kind = 'tell_notice'",
        )
        .await;
        settle(&app).await;
        let entries = expiries(&ana).await;
        assert_eq!(entries.len(), 1, "{entries:?}");
        assert_eq!(entries[0]["actor"], json!({"type": "system"}));
        assert_eq!(entries[0]["after"], json!({"ends_at": ENDS_AT}));
        assert_eq!(entries[0]["object"]["type"], "promotion");
        assert_eq!(app.mailbox.mails().len(), 1);
    })
    .await;
}

/// What a job finds when its time comes, whatever was planned.
#[tokio::test]
async fn what_is_not_so_any_more_is_not_told() {
    for statement in [
        "update promotions set status = 'archived'",
        "update promotions set status = 'draft', version = 0, counted = null",
        "update promotions set ends_at = null",
        "update promotions set ends_at = ends_at + interval '1 day'",
        "delete from outbox; alter table promotion_versions disable trigger user; delete from promotion_versions; \
         delete from promotions",
    ] {
        with_app(async move |app: TestApp| {
            let ana = start(&app).await;
            execute(&app, statement).await;
            app.start_jobs();
            let ana = go_to(&app, &ana, time(REMINDED_AT)).await;
            let ana = go_to(&app, &ana, time(ENDS_AT) + TICK).await;
            assert_eq!((told(&app), expiries(&ana).await), (vec![], vec![]), "{statement}");
        })
        .await;
    }
}

#[tokio::test]
async fn a_late_worker_tells_once_and_the_truth() {
    let check = async |comes_at: DateTime<Utc>, subjects: &'static [&'static str], expired: usize| {
        with_app(async move |app: TestApp| {
            let ana = start(&app).await;
            app.clock.advance(comes_at - app.clock.now());
            app.start_jobs();
            let ana = go_to(&app, &ana, comes_at).await;
            let told: Vec<_> = told(&app).into_iter().map(|(_, subject)| subject).collect();
            assert_eq!(told, subjects, "{comes_at}");
            assert_eq!(expiries(&ana).await.len(), expired, "{comes_at}");
        })
        .await;
    };
    check(time("2026-12-09T03:00:00Z"), &["“Summer 10 %” ends tomorrow"], 0).await;
    check(time(ENDS_AT), &["“Summer 10 %” ends today"], 0).await;
    check(time(ENDS_AT) + TICK, &["“Summer 10 %” has ended"], 1).await;
    check(time(ENDS_AT) + TimeDelta::days(7), &["“Summer 10 %” has ended"], 1).await;
    check(time(ENDS_AT) + TimeDelta::days(7) + TICK, &[], 1).await;
}

#[tokio::test]
async fn an_end_is_told_once_however_often_the_promotion_changes() {
    with_app(async |app: TestApp| {
        let ana = start(&app).await;
        app.start_jobs();
        let ana = go_to(&app, &ana, time(REMINDED_AT)).await;
        for days in [10, 30, 3] {
            pause(&ana, "summer-10").await;
            ana.activate("summer-10").await;
            set_days(&ana, days).await;
            settle(&app).await;
        }
        assert_eq!(told(&app).len(), 1);
        // Another end is told again.
        let later = time(ENDS_AT) + TimeDelta::days(1);
        ana.patch_present("/v1/promotions/summer-10", &json!({"ends_at": later}))
            .await
            .expect(200);
        go_to(&app, &ana, time(REMINDED_AT) + TimeDelta::days(1)).await;
        assert_eq!(told(&app).len(), 2);
    })
    .await;
}

#[tokio::test]
async fn many_members_get_one_mail_each() {
    with_app(async |app: TestApp| {
        let ana = start(&app).await;
        // More than a page.
        execute(
            &app,
            "with people as (insert into users (id, email, name, password_hash, created_at) \
             select gen_random_uuid(), 'm' || n || '@example.com', 'M', 'x', now() from generate_series(1, 520) n \
             returning id) insert into memberships (organization_id, user_id, role_id, created_at, \
             notify_promotion_expiry) select m.organization_id, p.id, m.role_id, now(), true \
             from people p, memberships m",
        )
        .await;
        app.clock.advance(time(ENDS_AT) + TICK - app.clock.now());
        app.start_jobs();
        app.start_jobs();
        settle(&app).await;
        let mut told: Vec<_> = told(&app).into_iter().map(|(to, _)| to).collect();
        assert_eq!(told.len(), 521);
        told.dedup();
        assert_eq!(told.len(), 521);
        assert!(told.contains(&ana.email));
    })
    .await;
}

#[tokio::test]
async fn a_mail_that_waits_is_sent_only_while_it_is_right() {
    let check = async |statement: &'static str, expected: usize| {
        with_app(async move |app: TestApp| {
            let ana = start(&app).await;
            app.mailbox.fail([Fault::Defer]);
            app.start_jobs();
            go_to(&app, &ana, time(REMINDED_AT)).await;
            execute(&app, statement).await;
            app.clock.advance(TimeDelta::seconds(5));
            settle(&app).await;
            assert_eq!(told(&app).len(), expected, "{statement}");
        })
        .await;
    };
    check("select 1", 1).await;
    check("update memberships set notify_promotion_expiry = false", 0).await;
    check("update memberships set disabled_at = now()", 0).await;
    check("update promotions set ends_at = ends_at + interval '1 second'", 0).await;
    check("update promotions set status = 'archived'", 0).await;
}

/// The server took the mail and its answer was lost: it is the same mail again, a day later too.
#[tokio::test]
async fn a_mail_says_the_same_whenever_it_is_sent() {
    with_app(async |app: TestApp| {
        let ana = start(&app).await;
        app.mailbox.fail([Fault::DropAfterDot]);
        let stop = CancellationToken::new();
        let worker = app.start_worker(stop.clone());
        go_to(&app, &ana, time(REMINDED_AT)).await;
        stop.cancel();
        worker.await.unwrap();
        app.clock.advance(TimeDelta::days(1));
        app.start_jobs();
        settle(&app).await;
        let mails = app.mailbox.mails();
        assert_eq!(mails.len(), 2);
        assert_eq!(mails[0].raw, mails[1].raw);
        assert_eq!(mails[0].subject, "“Summer 10 %” ends in 3 days");
        let query = "select id::text from jobs where kind = 'send_notice'";
        let id: String = sqlx::query_scalar(query).fetch_one(&app.pool).await.unwrap();
        let expected = format!("job_{}@coupons.example.com", id.replace('-', ""));
        assert_eq!(mails[0].message_id, expected);
    })
    .await;
}
