//! Processor time of PostgreSQL and of the origin, from Linux's `/proc`.

use std::fs;
use std::time::Duration;

use anyhow::{Context as _, Result};
use postgres::Client;

/// The first process of the server that answers.
pub(crate) fn postmaster(client: &mut Client) -> Result<u32> {
    let backend: i32 = client.query_one("select pg_backend_pid()", &[])?.get(0);
    parent(u32::try_from(backend)?).context("PostgreSQL runs on another machine: measure where it runs")
}

/// Of a process and its children that are there, to the nanosecond.
pub(crate) fn of_tree(process: u32) -> Result<Duration> {
    let mut sum = of(process)?;
    for entry in fs::read_dir("/proc").context("processor times are read from Linux's /proc")? {
        let id = entry?.file_name().to_string_lossy().parse().ok();
        let Some(id) = id.filter(|id| parent(*id) == Some(process)) else {
            continue;
        };
        // One that has just ended took nothing worth telling.
        sum += of(id).unwrap_or_default();
    }
    Ok(sum)
}

fn of(process: u32) -> Result<Duration> {
    let mut nanos = 0;
    for task in fs::read_dir(format!("/proc/{process}/task"))? {
        let text = fs::read_to_string(task?.path().join("schedstat"))?;
        nanos += text.split(' ').next().unwrap_or_default().parse::<u64>()?;
    }
    Ok(Duration::from_nanos(nanos))
}

fn parent(process: u32) -> Option<u32> {
    let status = fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("PPid:"))?;
    line.trim().parse().ok()
}
