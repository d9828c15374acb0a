//! A day's evaluations in an hour, at a constant rate: every one is answered, stored and counted, and seen soon.
//!
//! In the suite one minute of it; `cargo xtask drill day` sends the whole, and `cargo xtask drill day-with-outage` stops the
//! origin for five minutes in the middle.

use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use serde_json::{Value, json};

use crate::chart;
use crate::client::{PASSWORD, request};
use crate::load::{self, Answered, Outcome, Plan, of_thousand};
use crate::stack::Stack;
use crate::till::Till;

/// 328,000 an hour: what the system before this one had on its busiest day.
const PER_HOUR: u64 = 328_000;
/// Seconds of load, seconds without the origin in their middle, and the file of the result.
const VARIABLE: &str = "COUPONS_DAY";
const SHORT: Form = Form {
    time: Duration::from_secs(60),
    outage: Duration::ZERO,
    result: None,
};
/// Of so many evaluations one redeems: the others' carts are too small.
const REDEEMS_EVERY: u64 = 20;
/// How late a record may be seen in the report.
const LATE: Duration = Duration::from_secs(120);
/// How many may be later than that without an outage: one in ten thousand.
const MAX_LATE: usize = 32;
/// How many connections the development server may cut off: one in ten thousand calls.
const MAX_REPEATED: u64 = 32;
/// Longest wait, after the load, for the last one to be counted.
const DRAIN: Duration = Duration::from_secs(300);
/// Tokens live for ten minutes.
const SIGN_IN_EVERY: Duration = Duration::from_secs(300);
/// Between two lines of progress.
const TELL_EVERY: Duration = Duration::from_secs(15);

struct Form {
    time: Duration,
    outage: Duration,
    result: Option<PathBuf>,
}

impl Form {
    fn read() -> Result<Self> {
        let Ok(text) = std::env::var(VARIABLE) else {
            return Ok(SHORT);
        };
        let mut words = text.split(' ');
        let mut secs = || -> Result<Duration> {
            let word = words
                .next()
                .with_context(|| format!("{VARIABLE}: a number is missing"))?;
            Ok(Duration::from_secs(word.parse()?))
        };
        let (time, outage) = (secs()?, secs()?);
        Ok(Self {
            time,
            outage,
            result: words.next().map(PathBuf::from),
        })
    }

    fn plan(&self) -> Plan {
        Plan {
            calls: PER_HOUR * self.time.as_secs() / 3_600,
            time: self.time,
        }
    }
}

/// What the report told, and when.
#[derive(Debug, Clone, Copy)]
struct Sight {
    after: Duration,
    evaluations: u64,
}

/// Whoever looks at the report.
struct Watcher<'s> {
    till: &'s Till<'s>,
    token: String,
    signed_in: Instant,
    told: Instant,
    sights: Vec<Sight>,
}

impl<'s> Watcher<'s> {
    fn new(till: &'s Till<'s>) -> Self {
        Self {
            token: till.merchant.token.clone(),
            till,
            signed_in: Instant::now(),
            told: Instant::now(),
            sights: Vec::new(),
        }
    }

    /// The totals, unless the origin is away.
    fn totals(&mut self) -> Result<Option<Value>> {
        let edge = &self.till.stack.edge;
        if self.signed_in.elapsed() > SIGN_IN_EVERY {
            let body = json!({"email": self.till.merchant.email, "password": PASSWORD});
            let answer = edge.post("/v1/auth/login", None, &body)?;
            if answer.status == 200 {
                let token = answer.json()?["access_token"].as_str().context("no token")?.to_owned();
                (self.token, self.signed_in) = (token, Instant::now());
            }
        }
        let path = format!("/v1/reports/usage?promotion={}", self.till.code);
        let answer = edge.get(&path, Some(&self.token))?;
        if answer.status == 200 {
            return Ok(Some(answer.json()?["totals"].clone()));
        }
        ensure!(answer.status >= 500, "the report: {answer:?}");
        Ok(None)
    }

    fn look(&mut self, after: Duration, answered: u64) -> Result<u64> {
        let totals = self.totals()?;
        let seen = totals.and_then(|totals| totals["evaluations"].as_u64());
        if let Some(evaluations) = seen {
            self.sights.push(Sight { after, evaluations });
        }
        if self.told.elapsed() >= TELL_EVERY {
            self.told = Instant::now();
            let seen = seen.map_or("origin away".to_owned(), |seen| format!("{seen} in the report"));
            println!("  {:>5} s: {answered} answered, {seen}", after.as_secs());
        }
        Ok(seen.unwrap_or_default())
    }
}

pub(crate) fn day(stack: &Stack) -> Result<()> {
    let form = Form::read()?;
    let plan = form.plan();
    let till = Till::open(stack, "day", json!({}))?;
    let mut watcher = Watcher::new(&till);
    let start = Instant::now();
    let mut trouble = None;
    let outcome = thread::scope(|scope| {
        let outage = scope.spawn(|| interrupt(stack, &form));
        let outcome = load::run(
            plan,
            |number| evaluate(&till, number),
            |after, answered| {
                trouble = trouble.take().or(watcher.look(after, answered).err());
            },
        );
        match outage.join() {
            Ok(ended) => ended?,
            Err(_) => bail!("the outage panicked"),
        }
        anyhow::Ok(outcome)
    })?;
    trouble.map_or(Ok(()), Err)?;
    ensure!(
        outcome.failures == 0,
        "{} calls failed, such as {:?}",
        outcome.failures,
        outcome.failure
    );
    let deadline = Instant::now() + DRAIN;
    while watcher.look(start.elapsed(), plan.calls)? < plan.calls {
        ensure!(
            Instant::now() < deadline,
            "not all are counted after {DRAIN:?}: {:?}",
            watcher.sights.last()
        );
        thread::sleep(Duration::from_millis(500));
    }
    settle(&form, plan, &mut watcher, &outcome)
}

/// Stops the origin in the middle of the load.
fn interrupt(stack: &Stack, form: &Form) -> Result<()> {
    if form.outage.is_zero() {
        return Ok(());
    }
    thread::sleep((form.time - form.outage) / 2);
    stack.stop_origin();
    thread::sleep(form.outage);
    stack.start_origin()
}

fn evaluate(shop: &Till<'_>, number: u64) -> Result<()> {
    let redeems = redeems(number);
    let mut body = request(&format!("day-{number}"));
    if !redeems {
        body["attributes"]["total"] = json!(12.5);
    }
    let answer = shop.evaluate(&body)?.expect(200)?;
    ensure!(answer["applicable"] == redeems, "{answer}");
    Ok(())
}

const fn redeems(number: u64) -> bool {
    number.is_multiple_of(REDEEMS_EVERY)
}

/// Accepted = stored = counted, and in time.
fn settle(form: &Form, plan: Plan, watcher: &mut Watcher<'_>, outcome: &Outcome) -> Result<()> {
    let redemptions = plan.calls.div_ceil(REDEEMS_EVERY);
    // The session of the beginning has ended during an hour.
    let merchant = watcher.till.merchant.sign_in()?;
    let till = Till {
        stack: watcher.till.stack,
        merchant: &merchant,
        code: watcher.till.code.clone(),
        key: watcher.till.key,
    };
    let tally = till.told(redemptions)?;
    let totals = watcher.totals()?.context("no report")?;
    // What was repeated may have been counted at first: it is evaluated once more then, and redeems no more than once.
    let counted = totals["evaluations"].as_u64().unwrap_or_default();
    ensure!(
        (plan.calls..=plan.calls + outcome.repeated).contains(&counted) && outcome.repeated <= MAX_REPEATED,
        "{} sent, {} repeated, {totals}",
        plan.calls,
        outcome.repeated
    );
    ensure!(
        totals["redemptions"] == redemptions && tally.committed == redemptions,
        "{totals} {tally:?}"
    );
    let mut delays = delays(&outcome.answered, &watcher.sights);
    let late = delays.iter().filter(|delay| **delay > LATE).count();
    ensure!(
        late <= MAX_LATE || !form.outage.is_zero(),
        "{late} were seen later than {LATE:?}"
    );
    let mut latencies: Vec<_> = outcome.answered.iter().map(|answered| answered.latency).collect();
    let millis = |value: Duration| (value.as_secs_f64() * 100_000.0).round() / 100.0;
    let result = json!({
        "drill": "day", "seconds": form.time.as_secs(), "origin_away_seconds": form.outage.as_secs(),
        "answered": outcome.answered.len(), "repeated": outcome.repeated,
        "counted": totals["evaluations"], "redemptions": totals["redemptions"], "seen_after_two_minutes": late,
        "latency_ms": {"p50": millis(of_thousand(&mut latencies, 500)), "p99": millis(of_thousand(&mut latencies, 990)),
                       "most": millis(of_thousand(&mut latencies, 1_000))},
        "record_to_report_ms": {"p50": millis(of_thousand(&mut delays, 500)), "p99": millis(of_thousand(&mut delays, 990)),
                                "most": millis(of_thousand(&mut delays, 1_000))},
    });
    println!("{result}");
    form.result
        .as_deref()
        .map_or(Ok(()), |file| write(file, &result, outcome, &watcher.sights))
}

/// For each answer, how long after it the report counted as many.
fn delays(answered: &[Answered], sights: &[Sight]) -> Vec<Duration> {
    let mut sights = sights.iter().peekable();
    let mut delays = Vec::new();
    for (before, answer) in (0..).zip(answered) {
        while sights.next_if(|sight| sight.evaluations <= before).is_some() {}
        let seen = sights.peek().map_or(Duration::MAX, |sight| sight.after);
        delays.push(seen.saturating_sub(answer.at()));
    }
    delays
}

/// The result and its chart, beside each other.
fn write(file: &Path, result: &Value, outcome: &Outcome, sights: &[Sight]) -> Result<()> {
    std::fs::write(file, format!("{result:#}\n")).context("the result cannot be written")?;
    let slice = |sight: &&Sight| sight.after.as_secs() / 10;
    let waiting = sights.iter().map(|sight| {
        let answered = outcome
            .answered
            .partition_point(|answered| answered.at() <= sight.after);
        (
            sight.after.as_secs_f64(),
            (answered as f64 - sight.evaluations as f64).max(0.0),
        )
    });
    let waiting: Vec<_> = waiting.collect();
    let slices = sights.last().as_ref().map_or(0, slice);
    let latency = |thousandths| -> Vec<(f64, f64)> {
        let of_slice = |number: u64| {
            let of = outcome
                .answered
                .iter()
                .filter(|answered| answered.due.as_secs() / 10 == number);
            let mut values: Vec<_> = of.map(|answered| answered.latency).collect();
            (!values.is_empty()).then(|| {
                (
                    number as f64 * 10.0,
                    of_thousand(&mut values, thousandths).as_secs_f64() * 1e3,
                )
            })
        };
        (0..=slices).filter_map(of_slice).collect()
    };
    let panels = [
        chart::Panel {
            title: "answer in ms, of each ten seconds: p50 blue, p99 orange",
            lines: vec![latency(500), latency(990)],
        },
        chart::Panel {
            title: "answered and not yet in the report",
            lines: vec![waiting],
        },
    ];
    std::fs::write(file.with_extension("svg"), chart::draw(&panels)).context("the chart cannot be written")
}
