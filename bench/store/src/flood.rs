//! How soon a merchant's records are stored and in the report, alone and beside a merchant that floods.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};
use chrono::Utc;
use engine::wire::v1::MAX_INGEST_RECORDS;
use serde_json::{Value, json};

use crate::events::Events;
use crate::ingest::{is_stored, join};
use crate::origin::{Setting, agent};
use crate::shop::Shop;
use crate::{millis, round};

/// Each with and without the flood.
const ROUNDS: usize = 8;
const ROUND: Duration = Duration::from_secs(10);
/// The merchant beside the flood records one evaluation each.
const PAUSE: Duration = Duration::from_millis(50);
/// Whoever floods; the origin stores for four at a time.
const FLOODERS: u64 = 3;
/// Between two looks at the report.
const LOOK_EVERY: Duration = Duration::from_millis(20);
/// Longest wait for a record to be seen, or for the flood to be summed.
const PATIENCE: Duration = Duration::from_secs(60);

/// Of each record of the merchant beside the flood, in milliseconds.
#[derive(Debug, Default)]
struct Delays {
    stored: Vec<f64>,
    seen: Vec<f64>,
}

struct Bench<'s> {
    setting: &'s Setting,
    quiet: Shop,
    flooding: Shop,
    /// Records of the merchant beside the flood so far.
    recorded: u64,
    /// Tells the records of one thread from those of others.
    seed: AtomicU64,
}

/// Measures, and answers with the result.
pub(crate) fn measure(setting: &Setting) -> Result<Value> {
    let _served = setting.serve()?;
    let _working = setting.work()?;
    let mut bench = Bench {
        setting,
        quiet: Shop::register(setting, "quiet")?,
        flooding: Shop::register(setting, "flooding")?,
        recorded: 0,
        seed: AtomicU64::new(0),
    };
    let (mut alone, mut beside, mut flood) = (Delays::default(), Delays::default(), 0);
    for _ in 0..ROUNDS {
        bench.quiet.sign_in(setting)?;
        bench.round(&mut alone)?;
        flood += bench.flooded_round(&mut beside)?;
        bench.wait_until_summed()?;
    }
    let per_sec = flood as f64 / (ROUND.as_secs_f64() * ROUNDS as f64);
    Ok(report(&alone, &beside, per_sec))
}

impl Bench<'_> {
    /// A record now and then; each has to be seen before the round ends.
    fn round(&mut self, delays: &mut Delays) -> Result<()> {
        let (agent, mut events) = (agent(), self.events(&self.quiet));
        let (start, first) = (Instant::now(), self.recorded);
        let mut sent = Vec::new();
        while start.elapsed() < ROUND {
            let record = events.next(Utc::now())?;
            let before = Instant::now();
            while !is_stored(self.setting, &agent, std::slice::from_ref(&record))? {
                ensure!(before.elapsed() < PATIENCE, "a record is not stored");
                thread::sleep(LOOK_EVERY);
            }
            delays.stored.push(millis(before.elapsed()));
            sent.push(before);
            self.recorded += 1;
            self.look(first, &sent, delays)?;
            thread::sleep(PAUSE.saturating_sub(before.elapsed()));
        }
        let last = Instant::now();
        while self.look(first, &sent, delays)? < self.recorded {
            ensure!(last.elapsed() < PATIENCE, "a record is not in the report");
            thread::sleep(LOOK_EVERY);
        }
        Ok(())
    }

    /// What the report counts. Notes how long it took those to be seen that are new in it.
    fn look(&self, first: u64, sent: &[Instant], delays: &mut Delays) -> Result<u64> {
        let report = self.quiet.get(self.setting, "/v1/reports/usage")?;
        let counted = report.pointer("/totals/evaluations").and_then(Value::as_u64);
        let counted = counted.context("no count in the report")?;
        let all_before = delays.stored.len() - sent.len();
        let new = usize::try_from(counted - first)?;
        let known = delays.seen.len() - all_before;
        let new_ones = sent.iter().take(new).skip(known);
        delays.seen.extend(new_ones.map(|sent| millis(sent.elapsed())));
        Ok(counted)
    }

    /// The same beside the flood; answers how many records that stored.
    fn flooded_round(&mut self, delays: &mut Delays) -> Result<u64> {
        let is_over = AtomicBool::new(false);
        let (setting, flooding) = (self.setting, self.flooding.clone());
        let sources: Vec<_> = (0..FLOODERS).map(|_| self.events(&flooding)).collect();
        thread::scope(|scope| {
            let is_over = &is_over;
            let threads: Vec<_> = sources
                .into_iter()
                .map(|events| scope.spawn(move || flood(setting, events, is_over)))
                .collect();
            let result = self.round(delays);
            is_over.store(true, Ordering::Relaxed);
            let stored = threads.into_iter().map(join).sum::<Result<u64>>();
            result.and(stored)
        })
    }

    fn events(&self, shop: &Shop) -> Events {
        Events::new(shop.clone(), (1 + self.seed.fetch_add(1, Ordering::Relaxed)) << 32)
    }

    /// So that the flood of one round does not reach into the next.
    fn wait_until_summed(&self) -> Result<()> {
        let mut client = self.setting.connect()?;
        let start = Instant::now();
        while client
            .query_one("select count(*) from roll_up_queue", &[])?
            .get::<_, i64>(0)
            > 0
        {
            ensure!(start.elapsed() < PATIENCE, "the flood is not summed");
            thread::sleep(LOOK_EVERY);
        }
        Ok(())
    }
}

/// Full batches, one after the other.
fn flood(setting: &Setting, mut events: Events, is_over: &AtomicBool) -> Result<u64> {
    let (agent, mut stored) = (agent(), 0);
    while !is_over.load(Ordering::Relaxed) {
        let records = (0..MAX_INGEST_RECORDS).map(|_| events.next(Utc::now()));
        let records = records.collect::<Result<Vec<_>>>()?;
        if is_stored(setting, &agent, &records)? {
            stored += records.len() as u64;
        }
    }
    Ok(stored)
}

fn report(alone: &Delays, beside: &Delays, flood_per_sec: f64) -> Value {
    println!("| | records | stored p50 | p99 | in the report p50 | p99 |\n|---|---:|---:|---:|---:|---:|");
    let sides = [("alone", alone), ("beside", beside)].map(|(name, delays)| {
        let count = delays.stored.len();
        let (stored, seen) = (Percentiles::of(&delays.stored), Percentiles::of(&delays.seen));
        println!(
            "| {name} | {count} | {:.1} ms | {:.1} ms | {:.0} ms | {:.0} ms |",
            stored.p50, stored.p99, seen.p50, seen.p99
        );
        (name, count, stored, seen)
    });
    println!("the flood: {flood_per_sec:.0} records/s");
    let [(_, _, stored_alone, seen_alone), (_, _, stored_beside, seen_beside)] = &sides;
    json!({
        "bench": "flood",
        "ratios": {
            "stored_p99": round(stored_beside.p99 / stored_alone.p99),
            "seen_p99": round(seen_beside.p99 / seen_alone.p99),
        },
        "flood_per_sec": flood_per_sec.round(),
        "sides": sides.each_ref().map(|(name, count, stored, seen)| json!({
            "side": name, "records": count, "stored_ms": stored.json(), "seen_ms": seen.json(),
        })),
    })
}

struct Percentiles {
    p50: f64,
    p99: f64,
}

impl Percentiles {
    fn of(values: &[f64]) -> Self {
        let mut values = values.to_vec();
        values.sort_by(f64::total_cmp);
        // The value that so many of a hundred do not pass.
        let at = |percent: usize| {
            let place = (values.len() * percent).div_ceil(100).saturating_sub(1);
            values.get(place).copied().unwrap_or(f64::NAN)
        };
        Self {
            p50: at(50),
            p99: at(99),
        }
    }

    fn json(&self) -> Value {
        json!({"p50": round(self.p50), "p99": round(self.p99)})
    }
}
