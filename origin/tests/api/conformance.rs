//! What a store of evaluations has to do, as random histories that Postgres and a reference in memory go through side by
//! side: each message counts once, however often and in whatever order it comes, whoever sums and whoever dies meanwhile,
//! and counting anew changes nothing.

mod mistakes;

use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Debug;

use chrono::{DateTime, TimeDelta, Utc};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use serde_json::{Value, json};

use crate::ingest::{changed, record, states};
use crate::ledger_events::{committed, event, of_amount};
use crate::roll_up_faults::kill_a_turn;
use crate::support::{TestApp, User, with_app};

/// Histories that are tried.
const HISTORIES: u32 = 25;
/// Messages that a history is made of.
const MESSAGES: usize = 40;

/// What happens to a store.
#[derive(Debug, Clone)]
enum Step {
    /// Messages arrive, by their numbers.
    Append(Vec<usize>),
    /// All that waits is summed.
    RollUp,
    /// The same by two workers at once.
    RollUpTwice,
    /// A worker dies while it sums.
    Kill,
    /// All is summed anew.
    Rebuild,
}

/// A store under test: of the messages of one promotion.
trait Store {
    /// Whether each message was stored now.
    async fn append(&mut self, messages: &[Value]) -> Vec<bool>;
    async fn roll_up(&mut self);
    async fn roll_up_twice(&mut self);
    async fn kill(&mut self);
    async fn rebuild(&mut self);
    /// What is counted, once all is summed, in hours.
    async fn series(&mut self) -> BTreeMap<String, Value>;
}

/// Holds what was appended, and counts when it is asked.
#[derive(Default)]
struct Reference {
    stored: BTreeSet<String>,
    records: BTreeMap<String, Value>,
    events: Vec<Value>,
}

/// The application, over HTTP.
struct Postgres {
    app: TestApp,
    user: User,
    code: String,
}

impl Store for Reference {
    async fn append(&mut self, messages: &[Value]) -> Vec<bool> {
        let mut fates = Vec::new();
        for message in messages {
            let id = text(&message["id"]);
            let is_event = message["kind"].is_string();
            let record = if is_event { &message["record"] } else { message };
            let is_new = if is_event {
                self.stored.insert(id)
            } else {
                !self.records.contains_key(&id)
            };
            if is_event && is_new {
                self.events.push(message.clone());
            }
            if is_new && record.is_object() {
                self.records.insert(text(&record["id"]), record.clone());
            }
            fates.push(is_new);
        }
        fates
    }

    async fn roll_up(&mut self) {}

    async fn roll_up_twice(&mut self) {}

    async fn kill(&mut self) {}

    async fn rebuild(&mut self) {}

    async fn series(&mut self) -> BTreeMap<String, Value> {
        let mut hours: BTreeMap<String, Sums> = BTreeMap::new();
        for record in self.records.values() {
            hours.entry(hour(&record["at"])).or_default().add_record(record);
        }
        for event in &self.events {
            hours.entry(hour(&event["at"])).or_default().add_event(event);
        }
        let hours = hours.into_iter().filter(|(_, sums)| *sums != Sums::default());
        hours.map(|(hour, sums)| (hour, sums.told())).collect()
    }
}

impl Store for Postgres {
    async fn append(&mut self, messages: &[Value]) -> Vec<bool> {
        let answer = self.app.ingest_alone(messages).await.expect(200);
        states(&answer).iter().map(|state| state == "stored").collect()
    }

    async fn roll_up(&mut self) {
        self.app.roll_up().await;
        // A turn that fails says so in the log alone.
        let waiting = sqlx::query_scalar("select count(*) from roll_up_queue");
        let waiting: i64 = waiting.fetch_one(&self.app.pool).await.unwrap();
        assert_eq!(waiting, 0);
    }

    async fn roll_up_twice(&mut self) {
        tokio::join!(self.app.roll_up(), self.app.roll_up());
        // One may have left early, since the other had the sums.
        self.roll_up().await;
    }

    async fn kill(&mut self) {
        kill_a_turn(&self.app).await;
    }

    async fn rebuild(&mut self) {
        self.app.rebuild_reports().await;
    }

    async fn series(&mut self) -> BTreeMap<String, Value> {
        let span = "interval=hour&from=2026-11-21T00:00:00Z&to=2026-11-22T00:00:00Z";
        let report = self
            .user
            .get(&format!("/v1/reports/usage?promotion={}&{span}", self.code))
            .await;
        let report = report.expect(200).json();
        assert_eq!(report["lag_seconds"], 0);
        let series = report["series"].as_array().unwrap().iter();
        let nothing = Sums::default().told();
        let series = series.map(|part| (hour(&part["from"]), told(&part["totals"])));
        series.filter(|(_, told)| *told != nothing).collect()
    }
}

/// The sums of an hour.
#[derive(Debug, Default, PartialEq)]
struct Sums {
    reasons: BTreeMap<String, u64>,
    times: Vec<u64>,
    redemptions: u64,
    rolled_back: u64,
    discount: u64,
    given_back: u64,
}

impl Sums {
    fn add_record(&mut self, record: &Value) {
        let reason = record["reason"].as_str().unwrap_or_default().to_owned();
        *self.reasons.entry(reason).or_default() += 1;
        self.times.push(record["response_ms"].as_u64().unwrap());
        self.discount += amount(record);
        self.redemptions += u64::from(record["redemption_id"].is_string());
    }

    fn add_event(&mut self, event: &Value) {
        match event["kind"].as_str().unwrap() {
            "committed" if event["record"].is_null() => {
                self.redemptions += 1;
                self.discount += amount(event);
            }
            "partly_rolled_back" => self.given_back += amount(event),
            "rolled_back" => {
                self.rolled_back += 1;
                self.given_back += amount(event);
            }
            _ => {}
        }
    }

    /// As a report tells them.
    fn told(mut self) -> Value {
        self.times.sort_unstable();
        let bounds = [
            1, 2, 3, 5, 8, 12, 20, 30, 50, 80, 120, 200, 300, 500, 800, 1_200, 2_000, 5_000, 30_000,
        ];
        let rank = (self.times.len() * 95).div_ceil(100);
        let time = rank.checked_sub(1).map(|place| self.times[place]);
        let p95 = time.and_then(|time| bounds.iter().find(|bound| time <= **bound));
        let applicable = self.reasons.remove("");
        json!([
            applicable.unwrap_or_default(),
            self.reasons,
            self.redemptions,
            self.rolled_back,
            self.discount,
            self.given_back,
            p95
        ])
    }
}

fn told(totals: &Value) -> Value {
    let sum = |name: &str| {
        totals[name]
            .as_array()
            .unwrap()
            .first()
            .map_or(json!(0), |sum| sum["amount"].clone())
    };
    json!([
        totals["applicable"],
        totals["by_reason"],
        totals["redemptions"],
        totals["rolled_back"],
        sum("discount"),
        sum("given_back"),
        totals["response_ms"]["p95"]
    ])
}

fn amount(message: &Value) -> u64 {
    message["discount"]["amount"].as_u64().unwrap_or_default()
}

fn text(value: &Value) -> String {
    value.as_str().unwrap().to_owned()
}

/// The day and the hour of a time.
fn hour(at: &Value) -> String {
    at.as_str().unwrap()[..13].to_owned()
}

/// What a promotion's messages are made of: minute of the day, what it is, milliseconds.
fn drafts() -> impl Strategy<Value = Vec<(u16, u8, u32)>> {
    proptest::collection::vec((400_u16..640, 0_u8..12, 0_u32..40_000), MESSAGES)
}

fn message(user: &User, id: &Value, number: u32, draft: (u16, u8, u32)) -> Value {
    let (minute, what, millis) = draft;
    let midnight: DateTime<Utc> = "2026-11-21T00:00:00Z".parse().unwrap();
    let at = midnight + TimeDelta::minutes(minute.into()) + TimeDelta::milliseconds(millis.into());
    let at =
        json!({"at": at.to_rfc3339_opts(chrono::SecondsFormat::Millis, true), "response_ms": millis >> (millis % 16)});
    let refused = |reason: &str| json!({"reason": reason, "discount": null, "redemption_id": null});
    let record = changed(record(user, id, number), at.clone());
    let at = json!({"at": at["at"]});
    let of = |kind: &str| changed(event(user, id, number, kind), at.clone());
    match what {
        0..=3 => record,
        4 => changed(record, refused("condition_not_met")),
        5 => changed(record, refused("expired")),
        6 | 7 => changed(committed(user, id, number), json!({"at": at["at"], "record": record})),
        8 => of_amount(of("committed"), 700),
        9 => of_amount(of("partly_rolled_back"), 205),
        10 => of_amount(of("rolled_back"), 500),
        _ => of("released"),
    }
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let arrival = proptest::collection::vec(0..MESSAGES, 1..12).prop_map(Step::Append);
    let step = prop_oneof![
        6 => arrival,
        2 => Just(Step::RollUp),
        1 => Just(Step::RollUpTwice),
        1 => Just(Step::Kill),
        1 => Just(Step::Rebuild),
    ];
    proptest::collection::vec(step, 4..16)
}

/// Takes a store through a history beside the reference. `Err`: where they differ.
async fn check(store: &mut impl Store, messages: &[Value], steps: &[Step]) -> Result<(), String> {
    let mut reference = Reference::default();
    let mut differences = Vec::new();
    for step in steps.iter().chain([&Step::RollUp, &Step::Rebuild]) {
        let is_counted = match step {
            Step::Append(numbers) => {
                let arrivals: Vec<_> = numbers.iter().map(|number| messages[*number].clone()).collect();
                let (stored, expected) = (store.append(&arrivals).await, reference.append(&arrivals).await);
                let how_many = |fates: &Vec<bool>| fates.iter().map(|is_stored| u64::from(*is_stored)).sum();
                differences.extend(difference("stored", step, &stored, &expected, how_many));
                false
            }
            Step::Kill => {
                store.kill().await;
                false
            }
            Step::RollUp => {
                store.roll_up().await;
                true
            }
            Step::RollUpTwice => {
                store.roll_up_twice().await;
                true
            }
            Step::Rebuild => {
                store.rebuild().await;
                true
            }
        };
        if is_counted {
            let (series, expected) = (store.series().await, reference.series().await);
            differences.extend(difference("counted", step, &series, &expected, how_many_in));
        }
    }
    if differences.is_empty() {
        return Ok(());
    }
    Err(format!("{} of {steps:?}", differences.join("\n")))
}

/// Tells what is not as expected, and whether it is more or less.
fn difference<T: PartialEq + Debug>(
    what: &str,
    step: &Step,
    found: &T,
    expected: &T,
    how_many: impl Fn(&T) -> u64,
) -> Option<String> {
    let side = match how_many(found).cmp(&how_many(expected)) {
        Ordering::Less => "less",
        Ordering::Equal => "other",
        Ordering::Greater => "more",
    };
    (found != expected).then(|| format!("{side} {what} at {step:?}: {found:?} instead of {expected:?}"))
}

/// Evaluations, redemptions and roll-backs of a series.
fn how_many_in(series: &BTreeMap<String, Value>) -> u64 {
    let how_many = |told: &Value| -> u64 {
        let reasons = told[1].as_object().unwrap().values();
        let counts = [&told[0], &told[2], &told[3]].into_iter().chain(reasons);
        counts.map(|count| count.as_u64().unwrap()).sum()
    };
    series.values().map(how_many).sum()
}

/// Takes the application through histories, each of a promotion of its own, until it differs from the reference.
async fn check_histories(app: &TestApp) -> Result<(), String> {
    let user = app.register("ana").await;
    let rng = TestRng::deterministic_rng(RngAlgorithm::ChaCha);
    let mut runner = TestRunner::new_with_rng(Config::default(), rng);
    for history in 0..HISTORIES {
        let code = format!("p-{history}");
        let id = user.create_promotion(&code).await["id"].clone();
        let drafts = drafts().new_tree(&mut runner).unwrap().current();
        let steps = steps().new_tree(&mut runner).unwrap().current();
        let numbered = (history * 1_000..).zip(drafts);
        let messages: Vec<_> = numbered
            .map(|(number, draft)| message(&user, &id, number, draft))
            .collect();
        let mut store = Postgres {
            app: app.clone(),
            user: user.clone(),
            code,
        };
        check(&mut store, &messages, &steps).await?;
    }
    Ok(())
}

#[tokio::test]
async fn postgres_counts_as_the_reference_does() {
    with_app(async |app: TestApp| check_histories(&app).await.unwrap()).await;
}
