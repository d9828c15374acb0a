//! Storing records: by the origin's ingest, by binary COPY, and by an INSERT for each.

use std::thread;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use anyhow::{Result, anyhow, ensure};
use chrono::{DateTime, Utc};
use engine::signature::{self, Call};
use engine::wire::v1::{
    EvaluationRecord, INGEST_PATH, IngestAnswer, IngestRequest, IngestResult, MAX_INGEST_RECORDS, V1,
};
use postgres::Client;
use serde_json::value::to_raw_value;
use serde_json::{Value, json};
use ureq::Agent;

use crate::events::Events;
use crate::origin::{Setting, agent};
use crate::shop::Shop;
use crate::{cpu, median, round, rows};

const ROUNDS: usize = 9;
/// Enough to keep two cores busy.
const CONNECTIONS: usize = 4;
/// Records that a connection stores in a round.
const RECORDS: usize = 5_000;
/// The same one by one, which takes long.
const SINGLE_RECORDS: usize = 500;
/// Longest wait for all to be summed.
const PATIENCE: Duration = Duration::from_secs(300);
const LOOK_EVERY: Duration = Duration::from_millis(20);

/// Who stores.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Side {
    /// The origin: batches as the edge's consumer posts them.
    Ours,
    Copy,
    /// The same once more, so that one sees what the measurement itself does.
    CopyAgain,
    Insert,
}

impl Side {
    const ALL: [Self; 4] = [Self::Ours, Self::Copy, Self::CopyAgain, Self::Insert];

    const fn name(self) -> &'static str {
        match self {
            Self::Ours => "ours",
            Self::Copy => "copy",
            Self::CopyAgain => "copy_again",
            Self::Insert => "insert",
        }
    }

    const fn records(self) -> usize {
        match self {
            Self::Ours | Self::Copy | Self::CopyAgain => RECORDS,
            Self::Insert => SINGLE_RECORDS,
        }
    }
}

/// What a round says of a side.
#[derive(Debug, Clone, Copy)]
struct Sample {
    per_sec: f64,
    /// PostgreSQL's processor time for a record.
    postgres_micros: f64,
    /// The origin's.
    origin_micros: f64,
}

/// What is measured on.
struct Bench<'s> {
    setting: &'s Setting,
    shop: Shop,
    /// Open all the time: what a connection took is told as long as it lives.
    clients: Vec<Client>,
    postmaster: u32,
    origin: u32,
    /// Tells the records of one thread from those of others.
    seed: u64,
}

/// Measures, and answers with the result.
pub(crate) fn measure(setting: &Setting) -> Result<Value> {
    let served = setting.serve()?;
    let mut bench = Bench {
        setting,
        shop: Shop::register(setting, "measured")?,
        clients: (0..CONNECTIONS).map(|_| setting.connect()).collect::<Result<_>>()?,
        postmaster: cpu::postmaster(&mut setting.connect()?)?,
        origin: served.id(),
        seed: 0,
    };
    for side in Side::ALL {
        bench.round(side)?;
    }
    let mut rounds = Side::ALL.map(|side| (side, Vec::new()));
    for round in 0..ROUNDS {
        // Another one begins each time.
        rounds.rotate_left(round % Side::ALL.len());
        for (side, samples) in &mut rounds {
            samples.push(bench.round(*side)?);
        }
    }
    bench.check()?;
    let roll_up_micros = bench.roll_up()?;
    Ok(report(&rounds, roll_up_micros))
}

impl Bench<'_> {
    fn round(&mut self, side: Side) -> Result<Sample> {
        let parts = (0..CONNECTIONS).map(|_| self.records(side.records()));
        let parts = parts.collect::<Result<Vec<_>>>()?;
        let (postgres, origin) = (cpu::of_tree(self.postmaster)?, cpu::of_tree(self.origin)?);
        let time = match side {
            Side::Ours => self.post(&parts)?,
            Side::Copy | Side::CopyAgain => self.in_parallel(&parts, rows::copy)?,
            Side::Insert => self.in_parallel(&parts, rows::insert)?,
        };
        let count = (CONNECTIONS * side.records()) as f64;
        let micros = |process, before| -> Result<f64> {
            let spent = cpu::of_tree(process)?.saturating_sub(before);
            Ok(spent.as_secs_f64() * 1e6 / count)
        };
        Ok(Sample {
            per_sec: count / time.as_secs_f64(),
            postgres_micros: micros(self.postmaster, postgres)?,
            origin_micros: micros(self.origin, origin)?,
        })
    }

    /// Records of the last seconds.
    fn records(&mut self, count: usize) -> Result<Vec<EvaluationRecord>> {
        self.seed += 1;
        let mut events = Events::new(self.shop.clone(), self.seed << 32);
        let now = Utc::now().timestamp_millis();
        let at = |number: usize| DateTime::from_timestamp_millis(now - (count - number) as i64).unwrap_or_default();
        (0..count).map(|number| events.next(at(number))).collect()
    }

    /// Each part over a connection of its own.
    fn in_parallel(
        &mut self,
        parts: &[Vec<EvaluationRecord>],
        store: fn(&mut Client, &[EvaluationRecord]) -> Result<()>,
    ) -> Result<Duration> {
        let start = Instant::now();
        thread::scope(|scope| {
            let threads: Vec<_> = self
                .clients
                .iter_mut()
                .zip(parts)
                .map(|(client, part)| scope.spawn(move || store(client, part)))
                .collect();
            threads.into_iter().try_for_each(join)
        })?;
        Ok(start.elapsed())
    }

    /// As the edge's consumer does: full batches, signed.
    fn post(&self, parts: &[Vec<EvaluationRecord>]) -> Result<Duration> {
        let bodies = parts
            .iter()
            .map(|part| part.chunks(MAX_INGEST_RECORDS).map(body).collect::<Result<Vec<_>>>());
        let bodies = bodies.collect::<Result<Vec<_>>>()?;
        let setting = self.setting;
        let start = Instant::now();
        thread::scope(|scope| {
            let threads: Vec<_> = bodies
                .iter()
                .map(|bodies| scope.spawn(move || post_all(setting, bodies)))
                .collect();
            threads.into_iter().try_for_each(join)
        })?;
        Ok(start.elapsed())
    }

    /// Everybody stored all.
    fn check(&self) -> Result<()> {
        let expected: usize = Side::ALL
            .map(|side| (ROUNDS + 1) * CONNECTIONS * side.records())
            .iter()
            .sum();
        let stored: i64 = self
            .setting
            .connect()?
            .query_one("select count(*) from evaluations", &[])?
            .get(0);
        ensure!(
            stored == i64::try_from(expected)?,
            "{expected} rows expected, {stored} are there"
        );
        Ok(())
    }

    /// The processor time that summing takes for a record, in microseconds: all that ingest left waiting.
    fn roll_up(&self) -> Result<f64> {
        let mut client = self.setting.connect()?;
        let before = cpu::of_tree(self.postmaster)?;
        let working = self.setting.work()?;
        let deadline = Instant::now() + PATIENCE;
        while client
            .query_one("select count(*) from roll_up_queue", &[])?
            .get::<_, i64>(0)
            > 0
        {
            ensure!(Instant::now() < deadline, "the roll-up does not come to its end");
            thread::sleep(LOOK_EVERY);
        }
        let spent = cpu::of_tree(self.postmaster)? - before + cpu::of_tree(working.id())?;
        let count = ((ROUNDS + 1) * CONNECTIONS * RECORDS) as f64;
        Ok(spent.as_secs_f64() * 1e6 / count)
    }
}

fn post_all(setting: &Setting, bodies: &[String]) -> Result<()> {
    let agent = agent();
    for body in bodies {
        let answer = post(setting, &agent, body)?;
        ensure!(are_stored(&answer), "the origin did not store a batch: {answer}");
    }
    Ok(())
}

/// Sends records as the edge's consumer does. Whether they are stored; else the origin is busy.
pub(crate) fn is_stored(setting: &Setting, agent: &Agent, records: &[EvaluationRecord]) -> Result<bool> {
    Ok(are_stored(&post(setting, agent, &body(records)?)?))
}

fn are_stored(answer: &str) -> bool {
    serde_json::from_str(answer)
        .is_ok_and(|answer: IngestAnswer| answer.results.iter().all(|result| *result == IngestResult::Stored))
}

fn post(setting: &Setting, agent: &Agent, body: &str) -> Result<String> {
    let now_secs = SystemTime::now().duration_since(UNIX_EPOCH)?.as_secs();
    let call = Call::post(INGEST_PATH, body.as_bytes());
    let signature = signature::sign(setting.internal_secret.as_bytes(), &call, now_secs);
    let request = agent
        .post(format!("{}{INGEST_PATH}", setting.url))
        .header(signature::HEADER, signature)
        .content_type("application/json");
    Ok(request.send(body)?.body_mut().read_to_string()?)
}

pub(crate) fn join<T>(thread: thread::ScopedJoinHandle<'_, Result<T>>) -> Result<T> {
    thread.join().map_err(|_| anyhow!("a thread panicked"))?
}

fn body(records: &[EvaluationRecord]) -> Result<String> {
    let records = records.iter().map(to_raw_value).collect::<Result<_, _>>()?;
    Ok(serde_json::to_string(&IngestRequest { v: V1, records })?)
}

fn report(rounds: &[(Side, Vec<Sample>)], roll_up_micros: f64) -> Value {
    let samples = |side| {
        rounds
            .iter()
            .filter(move |(of, _)| *of == side)
            .flat_map(|(_, samples)| samples)
    };
    let against = |one, other| {
        let pairs = samples(one).zip(samples(other));
        round(median(
            pairs.map(|(one, other): (&Sample, &Sample)| one.per_sec / other.per_sec),
        ))
    };
    let of = |side, what: fn(&Sample) -> f64| median(samples(side).map(what));
    println!("| who | records/s | PostgreSQL | origin |\n|---|---:|---:|---:|");
    let mut cells = Vec::new();
    for side in Side::ALL {
        let per_sec = of(side, |sample| sample.per_sec);
        let postgres = of(side, |sample| sample.postgres_micros);
        let origin = of(side, |sample| sample.origin_micros);
        println!("| {} | {per_sec:.0} | {postgres:.1} µs | {origin:.1} µs |", side.name());
        cells.push(json!({"side": side.name(), "per_sec": per_sec.round(),
            "postgres_micros": round(postgres), "origin_micros": round(origin)}));
    }
    let ours_micros = of(Side::Ours, |sample| sample.postgres_micros + sample.origin_micros);
    println!("| roll-up, both | | {roll_up_micros:.1} µs | |");
    json!({
        "bench": "ingest",
        "ratios": {
            "vs_copy": against(Side::Ours, Side::Copy),
            "noise": against(Side::CopyAgain, Side::Copy),
            "vs_single_insert": against(Side::Ours, Side::Insert),
            "rollup_vs_ingest_cpu": round(roll_up_micros / ours_micros),
        },
        "sides": cells,
        "roll_up_micros": round(roll_up_micros),
    })
}
