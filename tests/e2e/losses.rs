//! The records that consume nothing and are lost when an isolate dies, by the stop-watch.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use serde_json::json;

use crate::client::{at_once, request, wait_for};
use crate::stack::Bare;
use crate::till::Till;

/// How many kills; `cargo xtask drill losses` sets more.
const KILLS_VARIABLE: &str = "COUPONS_LOSS_KILLS";
const KILLS: usize = 2;
/// As many as an isolate keeps (`MAX_RECORDS` in edge/src/records/pack.rs), and the batch that is on its way.
const MOST_LOST: usize = 200;
/// Evaluations before the first kill, and how many more before each further one, so that no two meet the same moment
/// of a batch.
const BEFORE_FIRST: usize = 150;
const MORE_EACH: usize = 17;

/// How shops send: how many, and what each waits after an answer.
struct Load {
    name: &'static str,
    shops: usize,
    pause: Duration,
}

const LOADS: [Load; 2] = [
    Load {
        name: "as fast as eight shops can",
        shops: 8,
        pause: Duration::ZERO,
    },
    Load {
        name: "one shop with pauses of 5 ms",
        shops: 1,
        pause: Duration::from_millis(5),
    },
];

/// What was lost by a kill: how many records, and how long before it the oldest had been answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Loss {
    records: usize,
    oldest: Duration,
}

/// Counts what was answered against what the queue has.
pub(crate) fn of_records(bare: &Bare) -> Result<()> {
    let till = Till::open(&bare.stack, "losses", json!({}))?;
    let kills = std::env::var(KILLS_VARIABLE).ok().and_then(|kills| kills.parse().ok());
    let kills = kills.unwrap_or(KILLS);
    for load in LOADS {
        let mut losses = Vec::new();
        let mut answered = 0;
        for kill in 0..kills {
            let (count, loss) = kill_under(bare, &till, &load, BEFORE_FIRST + kill * MORE_EACH)?;
            ensure!(loss.records <= MOST_LOST, "kill {kill}: {loss:?}");
            answered += count;
            losses.push(loss);
        }
        losses.sort_unstable();
        let middle = losses.get(losses.len() / 2).context("no kills")?;
        let most = losses.last().context("no kills")?;
        let oldest = losses.iter().map(|loss| loss.oldest).max().unwrap_or_default();
        println!(
            "{}: {kills} kills, {answered} answered, {} lost; by a kill {} in the middle, {} at most; the oldest answered \
             {} ms before",
            load.name,
            losses.iter().map(|loss| loss.records).sum::<usize>(),
            middle.records,
            most.records,
            oldest.as_millis()
        );
    }
    Ok(())
}

/// Kills the edge once it has answered so many; how many it had answered by then, and what is lost of them.
fn kill_under(bare: &Bare, till: &Till<'_>, load: &Load, at_least: usize) -> Result<(usize, Loss)> {
    let answered = Mutex::new(BTreeMap::new());
    let lock = || answered.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    let is_over = AtomicBool::new(false);
    let killed_at = thread::scope(|scope| {
        let shops = scope.spawn(|| {
            at_once(load.shops, |_| {
                let mut body = request("none");
                body["attributes"]["total"] = json!(1);
                while !is_over.load(Ordering::SeqCst) {
                    // The edge dies under it.
                    let Ok(answer) = till.evaluate(&body) else { break };
                    let id = answer.expect(200)?["evaluation_id"]
                        .as_str()
                        .context("no identifier")?
                        .to_owned();
                    lock().insert(id, Instant::now());
                    thread::sleep(load.pause);
                }
                Ok(())
            })
        });
        let waited = wait_for("evaluations", || Ok((lock().len() >= at_least).then_some(())));
        let killed_at = Instant::now();
        bare.stack.kill_edge();
        is_over.store(true, Ordering::SeqCst);
        shops.join().unwrap_or_else(|_| anyhow::bail!("a shop panicked"))?;
        waited.map(|()| killed_at)
    })?;
    bare.stack.start_edge()?;
    let taken = bare.standin.taken();
    let answered = lock();
    let lost: Vec<_> = answered.iter().filter(|(id, _)| !taken.contains_key(*id)).collect();
    ensure!(lost.len() < answered.len(), "no record of {} arrived", answered.len());
    let oldest = lost
        .iter()
        .map(|(_, at)| killed_at.saturating_duration_since(**at))
        .max();
    let loss = Loss {
        records: lost.len(),
        oldest: oldest.unwrap_or_default(),
    };
    Ok((answered.len(), loss))
}
