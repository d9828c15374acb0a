//! Child processes that end with us: each in a process group of its own, listed in one place, stopped on Ctrl-C.
//!
//! Our own group on the terminal holds only this process, so that an interrupt reaches us first and everything is
//! stopped in order. A child that outlives its stop signal is killed after [`STOP_SECS`].

use std::fs::{self, File};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};
use rustix::process::{Pid, Signal, WaitId, WaitIdOptions, kill_process, kill_process_group, waitid};
use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use signal_hook::iterator::Signals;

/// How long a child may take to end by itself: the origin finishes its requests, Postgres its checkpoint.
const STOP_SECS: u64 = 15;
/// How often we look whether a child has ended.
const POLL: Duration = Duration::from_millis(20);
/// The exit code of a command that an interrupt ended: 128 + SIGINT, as shells count.
const INTERRUPTED_CODE: i32 = 130;
/// How many of a log's last lines an error shows.
const TAIL_LINES: usize = 30;

/// Where a child's output goes.
#[derive(Debug, Clone)]
pub enum Output {
    /// Our own terminal or log.
    Terminal,
    /// A file, replaced at the start.
    Log(PathBuf),
}

/// How a child is told to stop.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StopBy {
    /// SIGTERM to the whole group.
    Terminate,
    /// SIGINT to the leader alone: PostgreSQL's fast shutdown, in which the leader ends its own children.
    InterruptLeader,
}

/// A running child and its group. Dropping it stops it.
#[derive(Debug)]
pub struct Process {
    name: String,
    log: Option<PathBuf>,
    running: Arc<Running>,
}

#[derive(Debug)]
struct Running {
    pid: Pid,
    stop_by: StopBy,
    /// None when its end has been collected.
    child: Mutex<Option<Child>>,
}

#[derive(Debug)]
struct Registry {
    closed: bool,
    running: Vec<Arc<Running>>,
}

static REGISTRY: Mutex<Registry> = Mutex::new(Registry {
    closed: false,
    running: Vec::new(),
});
static INTERRUPT_IS_NORMAL: AtomicBool = AtomicBool::new(false);

/// From now on Ctrl-C, SIGTERM and SIGHUP stop every running child, the last started first, and end this process.
///
/// # Errors
/// When the system refuses the signal handlers.
pub fn stop_all_on_interrupt() -> Result<()> {
    let mut signals = Signals::new([SIGINT, SIGTERM, SIGHUP]).context("cannot watch for Ctrl-C")?;
    thread::spawn(move || {
        if signals.forever().next().is_some() {
            eprintln!("stopping …");
            stop_all();
            std::process::exit(if INTERRUPT_IS_NORMAL.load(Ordering::SeqCst) {
                0
            } else {
                INTERRUPTED_CODE
            });
        }
    });
    Ok(())
}

/// Says that an interrupt is how this command ends: the exit code is then 0.
pub fn interrupt_is_normal() {
    INTERRUPT_IS_NORMAL.store(true, Ordering::SeqCst);
}

impl Process {
    /// Starts `command` without input, in a group of its own.
    ///
    /// # Errors
    /// When the program or its log file cannot be opened.
    pub fn spawn(name: &str, command: &mut Command, output: &Output, stop_by: StopBy) -> Result<Self> {
        let log = match output {
            Output::Terminal => None,
            Output::Log(path) => {
                redirect(command, path)?;
                Some(path.clone())
            }
        };
        command.stdin(Stdio::null()).process_group(0);
        let mut registry = lock(&REGISTRY);
        if registry.closed {
            bail!("interrupted");
        }
        let program = command.get_program().to_string_lossy().into_owned();
        let child = command
            .spawn()
            .with_context(|| format!("cannot start {name}: is {program} installed?"))?;
        let running = Arc::new(Running {
            pid: Pid::from_child(&child),
            stop_by,
            child: Mutex::new(Some(child)),
        });
        registry.running.push(Arc::clone(&running));
        Ok(Self {
            name: name.to_owned(),
            log,
            running,
        })
    }

    /// What it is, for people.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The end of its log; empty when it writes to the terminal.
    #[must_use]
    pub fn log_tail(&self) -> String {
        self.log.as_deref().map(tail).unwrap_or_default()
    }

    /// Its number, which is also its group's.
    #[must_use]
    pub fn id(&self) -> u32 {
        self.running.pid.as_raw_nonzero().get().unsigned_abs()
    }

    /// Whether it is still there.
    #[must_use]
    pub fn is_running(&self) -> bool {
        !self.running.has_ended()
    }

    /// Waits for its end at most `limit`, calling `tick` after each `every`; None when it still runs then.
    ///
    /// # Errors
    /// When the system cannot tell how it ended.
    pub fn wait(self, limit: Option<Duration>, every: Duration, mut tick: impl FnMut()) -> Result<Option<ExitStatus>> {
        let started = Instant::now();
        let mut next_tick = started + every;
        while !self.running.has_ended() {
            let now = Instant::now();
            if limit.is_some_and(|limit| now.duration_since(started) >= limit) {
                return Ok(None);
            }
            if now >= next_tick {
                tick();
                next_tick = now + every;
            }
            thread::sleep(POLL);
        }
        let child = lock(&self.running.child).take();
        let status = child
            .context("interrupted")?
            .wait()
            .with_context(|| format!("cannot tell how {} ended", self.name));
        deregister(&self.running);
        status.map(Some)
    }

    /// Polls `ready` until it holds.
    ///
    /// # Errors
    /// When the process ends first or `limit` passes; shows the end of its log.
    pub fn wait_ready(&self, limit: Duration, mut ready: impl FnMut() -> bool) -> Result<()> {
        let deadline = Instant::now() + limit;
        while !ready() {
            if !self.is_running() {
                bail!(
                    "{} ended while starting; the end of its log:\n{}",
                    self.name,
                    self.log_tail()
                );
            }
            if Instant::now() >= deadline {
                let secs = limit.as_secs();
                bail!(
                    "{} was not ready within {secs} s; the end of its log:\n{}",
                    self.name,
                    self.log_tail()
                );
            }
            thread::sleep(POLL);
        }
        Ok(())
    }

    /// Stops it and everything in its group, and waits until they are gone.
    pub fn stop(self) {
        drop(self);
    }

    /// The same without a word before, as a machine that loses its power.
    pub fn kill(self) {
        // Its end follows: what has gone is not told to stop.
        let _gone = kill_process_group(self.running.pid, Signal::KILL);
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.running.stop();
        deregister(&self.running);
    }
}

impl Running {
    /// Looks without collecting, so that the group's number stays ours until [`Self::stop`] has used it.
    fn has_ended(&self) -> bool {
        if lock(&self.child).is_none() {
            return true;
        }
        let options = WaitIdOptions::EXITED | WaitIdOptions::NOHANG | WaitIdOptions::NOWAIT;
        !matches!(waitid(WaitId::Pid(self.pid), options), Ok(None))
    }

    fn stop(&self) {
        if lock(&self.child).is_none() {
            return;
        }
        // A group that has already gone answers with an error, which is what we want.
        let _gone = match self.stop_by {
            StopBy::Terminate => kill_process_group(self.pid, Signal::TERM),
            StopBy::InterruptLeader => kill_process(self.pid, Signal::INT),
        };
        let deadline = Instant::now() + Duration::from_secs(STOP_SECS);
        while !self.has_ended() && Instant::now() < deadline {
            thread::sleep(POLL);
        }
        // Also what the leader left behind.
        let _gone = kill_process_group(self.pid, Signal::KILL);
        let child = lock(&self.child).take();
        if let Some(mut child) = child {
            let _status = child.wait();
        }
    }
}

/// The last lines of a log file, for an error message.
#[must_use]
pub fn tail(log: &Path) -> String {
    let bytes = fs::read(log).unwrap_or_default();
    let text = String::from_utf8_lossy(&bytes);
    let lines: Vec<&str> = text.lines().collect();
    let start = lines.len().saturating_sub(TAIL_LINES);
    format!(
        "{}\n(all of it: {})",
        lines.get(start..).unwrap_or_default().join("\n"),
        log.display()
    )
}

fn redirect(command: &mut Command, path: &Path) -> Result<()> {
    if let Some(parent) = path.parent() {
        crate::paths::create_dir(parent)?;
    }
    let describe = || format!("cannot write the log {}", path.display());
    let file = File::create(path).with_context(describe)?;
    command.stderr(file.try_clone().with_context(describe)?).stdout(file);
    Ok(())
}

fn stop_all() {
    let running = {
        let mut registry = lock(&REGISTRY);
        registry.closed = true;
        std::mem::take(&mut registry.running)
    };
    for process in running.iter().rev() {
        process.stop();
    }
}

fn deregister(running: &Arc<Running>) {
    lock(&REGISTRY).running.retain(|other| !Arc::ptr_eq(other, running));
}

/// A poisoned lock only says that another thread panicked; the list is still right.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shell(script: &str, output: &Output) -> Process {
        Process::spawn(
            "a shell",
            Command::new("sh").args(["-c", script]),
            output,
            StopBy::Terminate,
        )
        .unwrap()
    }

    #[test]
    fn stop_ends_the_whole_group() {
        let dir = tempfile::tempdir().unwrap();
        let log = dir.path().join("log");
        // The grandchild ignores SIGTERM and would live on.
        let process = shell(
            "(trap '' TERM; echo $$; sleep 600 & echo $!; wait) & wait",
            &Output::Log(log.clone()),
        );
        let lines = || {
            fs::read_to_string(&log)
                .unwrap()
                .lines()
                .map(str::to_owned)
                .collect::<Vec<_>>()
        };
        process
            .wait_ready(Duration::from_secs(10), || lines().len() == 2)
            .unwrap();
        let sleeper = Path::new("/proc").join(lines().last().unwrap());
        process.stop();
        let deadline = Instant::now() + Duration::from_secs(10);
        // Gone, or a zombie that only its adopter can collect.
        while fs::read_to_string(sleeper.join("stat")).is_ok_and(|stat| !stat.contains(") Z ")) {
            assert!(Instant::now() < deadline, "the grandchild outlived its group");
            thread::sleep(POLL);
        }
    }

    #[test]
    fn an_early_end_shows_the_log() {
        let dir = tempfile::tempdir().unwrap();
        let process = shell("echo no room on the disk; exit 1", &Output::Log(dir.path().join("log")));
        let error = process
            .wait_ready(Duration::from_secs(10), || false)
            .unwrap_err()
            .to_string();
        assert!(
            error.contains("ended while starting") && error.contains("no room on the disk"),
            "{error}"
        );
    }

    #[test]
    fn wait_is_bounded() {
        let process = shell("sleep 600", &Output::Terminal);
        let mut ticks = 0;
        let every = Duration::from_millis(1);
        assert_eq!(
            process
                .wait(Some(Duration::from_millis(100)), every, || ticks += 1)
                .unwrap(),
            None
        );
        assert!(ticks > 0);
    }
}
