//! Processor time of PostgreSQL and of the origin, from Linux's `/proc`.

use std::fs;
use std::time::Duration;

use anyhow::{Context as _, Result};
use postgres::Client;

/// Linux tells processes its times in hundredths of a second (USER_HZ), on all of today's architectures.
const MILLIS_PER_TICK: u64 = 10;

/// The first process of the server that answers.
pub(crate) fn postmaster(client: &mut Client) -> Result<u32> {
    let backend: i32 = client.query_one("select pg_backend_pid()", &[])?.get(0);
    parent(u32::try_from(backend)?).context("PostgreSQL runs on another machine: measure where it runs")
}

/// Of a process and its children, also of those that have ended, to a hundredth of a second: what the kernel counts, so
/// that nothing is lost with a thread or a connection that closes.
pub(crate) fn of_tree(process: u32) -> Result<Duration> {
    let mut sum = of(process)?;
    for entry in fs::read_dir("/proc").context("processor times are read from Linux's /proc")? {
        let id = entry?.file_name().to_string_lossy().parse().ok();
        let Some(id) = id.filter(|id| parent(*id) == Some(process)) else {
            continue;
        };
        // One that has just ended is among those that the process has waited for, or will be.
        sum += of(id).unwrap_or_default();
    }
    Ok(sum)
}

/// User and system time of a process with the threads and children that it has waited for (proc_pid_stat(5)).
fn of(process: u32) -> Result<Duration> {
    let text = fs::read_to_string(format!("/proc/{process}/stat"))?;
    // The name, which may hold anything, ends at the last bracket; utime is the 12th word behind it.
    let (_, words) = text.rsplit_once(')').context("no name in /proc/<pid>/stat")?;
    let ticks = words.split_whitespace().skip(11).take(4).map(str::parse::<u64>);
    Ok(Duration::from_millis(ticks.sum::<Result<u64, _>>()? * MILLIS_PER_TICK))
}

fn parent(process: u32) -> Option<u32> {
    let status = fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("PPid:"))?;
    line.trim().parse().ok()
}
