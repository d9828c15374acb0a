//! The drill: promotions end, and the process that tells people is killed over and over while it sends.
//!
//! A small one is in the suite; `cargo xtask drill notices` sets [`FULL`] and waits for real leases to run out.

use std::collections::{BTreeMap, BTreeSet};
use std::process::Stdio;
use std::time::Duration;

use serde_json::json;
use sqlx::PgPool;
use tokio::process::Child;
use tokio_util::sync::CancellationToken;

use crate::process::program;
use crate::support::database::TestDatabase;
use crate::support::mailbox::FakeMailbox;
use crate::support::promotion;

/// How many promotions and kills, such as `10000 20`.
const FULL: &str = "NOTICE_DRILL";
/// Longest wait for the next mails or the end: a small drill takes seconds, and a full one waits for leases.
const PATIENCE: Duration = Duration::from_secs(20 * 60);

/// How hard it is.
#[derive(Debug, Clone, Copy)]
struct Drill {
    promotions: usize,
    kills: usize,
    /// Leases of who was killed end at once, as if two minutes had passed.
    ends_leases: bool,
}

/// What came of it.
#[derive(Debug, PartialEq, Eq)]
struct Counts {
    promotions: usize,
    kills: usize,
    sent: usize,
    distinct: usize,
    repeated: usize,
    missing: usize,
    changed: usize,
    expiries: usize,
}

fn drill() -> Drill {
    let Ok(text) = std::env::var(FULL) else {
        return Drill {
            promotions: 300,
            kills: 4,
            ends_leases: true,
        };
    };
    let (promotions, kills) = text.split_once(' ').expect("NOTICE_DRILL is like `10000 20`");
    Drill {
        promotions: promotions.parse().unwrap(),
        kills: kills.parse().unwrap(),
        ends_leases: false,
    }
}

#[tokio::test]
async fn no_notice_is_lost_or_another_one_when_the_worker_is_killed() {
    let drill = drill();
    let (database, stop) = (TestDatabase::create().await, CancellationToken::new());
    let mailbox = FakeMailbox::start(stop.clone()).await;
    let pool = PgPool::connect(&database.url).await.unwrap();
    insert_promotions(&pool, drill.promotions).await;
    let started = std::time::Instant::now();
    for kill in 1..=drill.kills {
        let mut worker = start_worker(&database.url, &mailbox.url);
        let mails = drill.promotions * kill / (drill.kills + 1);
        wait_until("mails", async || mailbox.taken() >= mails).await;
        // SIGKILL: no time for anything.
        worker.kill().await.unwrap();
        if drill.ends_leases {
            let end = "update jobs set leased_until = now() where leased_until is not null";
            sqlx::query(end).execute(&pool).await.unwrap();
        }
    }
    let mut worker = start_worker(&database.url, &mailbox.url);
    wait_until("the end", async || count_left(&pool).await == 0).await;
    worker.kill().await.unwrap();
    let counts = count(&drill, &mailbox, &pool).await;
    println!("{} in {:.0} s", counts, started.elapsed().as_secs_f64());
    let expected = Counts {
        sent: counts.sent,
        repeated: counts.sent - drill.promotions,
        distinct: drill.promotions,
        expiries: drill.promotions,
        promotions: drill.promotions,
        kills: drill.kills,
        missing: 0,
        changed: 0,
    };
    assert_eq!(counts, expected);
    stop.cancel();
    pool.close().await;
    database.drop().await;
}

/// An organisation whose promotions have just ended, before any worker looked, and a member who wants to know.
async fn insert_promotions(pool: &PgPool, count: usize) {
    let mut transaction = pool.begin().await.unwrap();
    for statement in [
        "insert into organizations (id, name, created_at) values ('00000000-0001-7101-8101-010101010101', 'O', now())",
        "insert into roles (organization_id, id, name, built_in, permissions, created_at, updated_at) \
         select id, gen_random_uuid(), 'Admin', 'admin', '{}', now(), now() from organizations",
        "insert into users (id, email, name, password_hash, created_at) \
         values (gen_random_uuid(), 'ana@example.com', 'Ana', 'x', now())",
        "insert into memberships (organization_id, user_id, role_id, created_at, notify_promotion_expiry) \
         select r.organization_id, u.id, r.id, now(), true from roles r, users u",
    ] {
        sqlx::query(statement).execute(&mut *transaction).await.unwrap();
    }
    let insert = "insert into promotions (id, organization_id, code, status, version, terms, ends_at, counted, created_at, \
                  updated_at) select gen_random_uuid(), o.id, 'drill-' || n, 'active', 1, $1, now() - interval '1 second', \
                  false, now(), now() from organizations o, generate_series(1, $2) n";
    let insert = sqlx::query(insert).bind(promotion("drill"));
    insert
        .bind(i32::try_from(count).unwrap())
        .execute(&mut *transaction)
        .await
        .unwrap();
    let job = json!({"v": 1, "kind": "reschedule_notices", "after": null,
                     "organization_id": "org_00000000000171018101010101010101"});
    let insert = "insert into jobs (id, organization_id, payload, created_at, run_at) \
                  select gen_random_uuid(), id, $1, now(), now() from organizations";
    sqlx::query(insert).bind(job).execute(&mut *transaction).await.unwrap();
    transaction.commit().await.unwrap();
}

/// The program itself, whose log nobody reads.
fn start_worker(database_url: &str, smtp_url: &str) -> Child {
    let mut program = program(&["work"], database_url);
    program.env("SMTP_URL", smtp_url).env("RUST_LOG", "off");
    program.stdout(Stdio::null()).stderr(Stdio::inherit());
    program.spawn().unwrap()
}

/// Jobs that are not done, except the next cleaning and the next comparison.
async fn count_left(pool: &PgPool) -> i64 {
    let query = "select count(*) from jobs where finished_at is null and cancelled_at is null \
                 and kind in ('reschedule_notices', 'tell_notice', 'send_notice')";
    sqlx::query_scalar(query).fetch_one(pool).await.unwrap()
}

async fn count(drill: &Drill, mailbox: &FakeMailbox, pool: &PgPool) -> Counts {
    let mails = mailbox.mails();
    let mut by_id = BTreeMap::<&str, Vec<&str>>::new();
    for mail in &mails {
        by_id.entry(&mail.message_id).or_default().push(&mail.raw);
    }
    let told: BTreeSet<_> = mails.iter().map(|mail| told_code(&mail.text)).collect();
    let jobs: Vec<String> =
        sqlx::query_scalar("select replace(id::text, '-', '') from jobs where kind = 'send_notice'")
            .fetch_all(pool)
            .await
            .unwrap();
    let is_missing = |job: &&String| !by_id.contains_key(format!("job_{job}@coupons.example.com").as_str());
    let is_untold = |number: &usize| !told.contains(format!("drill-{number}").as_str());
    let missing = jobs.iter().filter(is_missing).count() + (1..=drill.promotions).filter(is_untold).count();
    let expiries: i64 = sqlx::query_scalar("select count(*) from audit_events where action = 'promotion.expired'")
        .fetch_one(pool)
        .await
        .unwrap();
    Counts {
        promotions: drill.promotions,
        kills: drill.kills,
        sent: mails.len(),
        distinct: by_id.len(),
        repeated: mails.len() - by_id.len(),
        missing,
        changed: by_id
            .values()
            .filter(|mails| mails.iter().any(|raw| *raw != mails[0]))
            .count(),
        expiries: usize::try_from(expiries).unwrap(),
    }
}

/// The code of the promotion that a mail is about.
fn told_code(text: &str) -> &str {
    let (_, rest) = text.split_once("/promotions/").unwrap();
    rest.split_whitespace().next().unwrap()
}

async fn wait_until(what: &str, is_so: impl AsyncFn() -> bool) {
    let poll = async {
        while !is_so().await {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    tokio::time::timeout(PATIENCE, poll)
        .await
        .unwrap_or_else(|_| panic!("waited in vain for {what}"));
}

impl std::fmt::Display for Counts {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self {
            promotions,
            kills,
            sent,
            distinct,
            repeated,
            missing,
            changed,
            expiries,
        } = self;
        write!(
            f,
            "notices of {promotions} promotions, {kills} kills: {sent} sent, {distinct} distinct Message-IDs, \
             {missing} missing, {repeated} repeated, {changed} changed, {expiries} expiries in the trail"
        )
    }
}
