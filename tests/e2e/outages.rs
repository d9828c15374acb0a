//! What is behind the edge is away while shops go on: each of their requests is answered, and all of it is stored when
//! the part is back.

use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use serde_json::json;

use crate::client::{at_once, request, wait_for, wait_within};
use crate::stack::Bare;
use crate::till::Till;

/// Shops, and what each waits between two requests: as many as a machine does beside the part's return.
const SHOPS: usize = 4;
const PACE: Duration = Duration::from_millis(40);
/// Requests that are answered at least while the part is away.
const LEAST_REQUESTS: usize = 150;
/// How often the origin is killed while records come in.
const ORIGIN_KILLS: usize = 5;
/// How long the part is away at least, in seconds; nothing in the suite.
const LENGTH_VARIABLE: &str = "COUPONS_OUTAGE_SECS";
/// The longest that what has gathered may take afterwards. A worse time is measured as well before it fails.
const DRAIN: Duration = Duration::from_secs(300);
/// A folder of a small file system, on which the database is to be: the last place for it may be taken.
const DISK_VARIABLE: &str = "COUPONS_SMALL_DISK";
/// What of that file system is taken at a time.
const FILLER_BYTES: usize = 64 * 1024;

/// How long the part is away in the whole form.
pub(crate) fn length() -> Option<Duration> {
    let secs = std::env::var(LENGTH_VARIABLE).ok()?.parse().ok()?;
    Some(Duration::from_secs(secs))
}

/// The small file system, when there is one.
pub(crate) fn small_disk() -> Option<PathBuf> {
    std::env::var_os(DISK_VARIABLE).map(PathBuf::from)
}

/// The origin is stopped.
pub(crate) fn origin_stopped(bare: &Bare) -> Result<()> {
    shops_go_on(bare, "origin-stopped", |shops| {
        bare.stack.stop_origin();
        shops.go_on()?;
        bare.stack.start_origin()
    })
}

/// The origin is killed over and over in the middle of whatever it stores: a transaction is whole or not there, and a batch
/// whose answer was lost comes again.
pub(crate) fn origin_killed(bare: &Bare) -> Result<()> {
    shops_go_on(bare, "origin-killed", |shops| {
        for _ in 0..ORIGIN_KILLS {
            bare.stack.kill_origin();
            bare.stack.start_origin()?;
            shops.go_on()?;
        }
        Ok(())
    })
}

/// The database is killed under the origin, and started again as an operator does.
pub(crate) fn database_killed(bare: &Bare) -> Result<()> {
    shops_go_on(bare, "database-killed", |shops| {
        bare.stack.kill_postgres();
        shops.go_on()?;
        bare.stack.restart_postgres().map(drop)
    })
}

/// The database's disk is full. An operator makes room and starts again what has ended.
pub(crate) fn disk_full(bare: &Bare) -> Result<()> {
    let Some(disk) = small_disk() else {
        println!("{DISK_VARIABLE} names no small file system: cargo xtask drill disk makes one");
        return Ok(());
    };
    shops_go_on(bare, "disk-full", |shops| {
        let filler = disk.join("filler");
        fill(&filler)?;
        wait_for("the database to find no place", || {
            Ok(bare.stack.postgres_log()?.contains("No space left").then_some(()))
        })?;
        shops.go_on()?;
        fs::remove_file(&filler)?;
        bare.stack.restart_postgres().map(drop)
    })
}

/// Takes all that is left.
fn fill(path: &PathBuf) -> Result<()> {
    let mut file = File::create(path)?;
    loop {
        match file.write_all(&[0; FILLER_BYTES]) {
            Ok(()) => {}
            Err(error) if error.kind() == io::ErrorKind::StorageFull => return Ok(()),
            Err(error) => return Err(error).context("cannot fill the disk"),
        }
    }
}

/// Shops that send requests until it is over, by turns an order and an evaluation that consumes nothing.
struct Shops {
    answered: AtomicUsize,
    is_over: AtomicBool,
}

impl Shops {
    /// Lets them go on, for as long as the form wants and for so many requests.
    fn go_on(&self) -> Result<()> {
        let length = length().unwrap_or_default();
        let (started, before) = (Instant::now(), self.answered());
        wait_within(length + DRAIN, "shops to go on", || {
            let is_enough = self.answered() >= before + LEAST_REQUESTS && started.elapsed() >= length;
            Ok((is_enough || self.is_over.load(Ordering::SeqCst)).then_some(()))
        })
    }

    fn answered(&self) -> usize {
        self.answered.load(Ordering::SeqCst)
    }

    /// Sends the requests of one shop. Each is answered at the first time.
    fn run(&self, till: &Till<'_>, shop: usize) -> Result<usize> {
        let mut sent = 0;
        while !self.is_over.load(Ordering::SeqCst) {
            let mut body = request(&format!("{shop}-{sent}"));
            if sent % 2 == 1 {
                body["attributes"]["total"] = json!(1);
            }
            let answer = till.evaluate(&body)?.expect(200)?;
            ensure!(answer["applicable"] == (sent % 2 == 0), "{answer}");
            sent += 1;
            self.answered.fetch_add(1, Ordering::SeqCst);
            thread::sleep(PACE);
        }
        Ok(sent)
    }
}

/// Has shops go on through `trouble`, and compares all that they were told with what is stored.
fn shops_go_on(bare: &Bare, code: &str, trouble: impl FnOnce(&Shops) -> Result<()> + Send) -> Result<()> {
    let till = Till::open(&bare.stack, code, json!({}))?;
    let shops = Shops {
        answered: AtomicUsize::new(0),
        is_over: AtomicBool::new(false),
    };
    let (sent, away) = thread::scope(|scope| {
        let running = scope.spawn(|| {
            let sent = at_once(SHOPS, |shop| shops.run(&till, shop));
            // Nobody waits for shops that have failed.
            shops.is_over.store(true, Ordering::SeqCst);
            sent
        });
        let started = Instant::now();
        let troubled = trouble(&shops);
        let away = started.elapsed();
        shops.is_over.store(true, Ordering::SeqCst);
        let sent = running.join().unwrap_or_else(|_| anyhow::bail!("a shop panicked"))?;
        troubled?;
        Ok::<_, anyhow::Error>((sent, away))
    })?;
    let back = Instant::now();
    // After a long outage the session has ended.
    let merchant = till.merchant.sign_in()?;
    let till = Till {
        merchant: &merchant,
        ..till
    };
    let backlog = bare.standin.backlog();
    let requests: usize = sent.iter().sum();
    let orders: usize = sent.iter().map(|sent| sent.div_ceil(2)).sum();
    wait_within(DRAIN * 2, "all to be stored", || {
        let is_whole = bare.standin.backlog() == 0 && till.merchant.totals(code)?["evaluations"] == requests;
        Ok((is_whole && till.tally()?.outstanding == 0).then_some(()))
    })?;
    let drained = back.elapsed();
    ensure!(drained < DRAIN, "stored only after {drained:?}");
    till.reconciled(u64::try_from(orders)?)?;
    println!(
        "{code}: away for {away:.1?}; {requests} requests, all answered; {backlog} records waited, stored after \
         {drained:.1?}; {orders} orders, missing 0, duplicate 0"
    );
    Ok(())
}
