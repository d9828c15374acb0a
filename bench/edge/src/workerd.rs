//! workerd as a child process: its configuration, its start and end, and the processor time that it takes.

use std::fmt::Write as _;
use std::fs;
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};

/// Longest wait for its sockets: under Valgrind it starts in some ten seconds.
const PATIENCE: Duration = Duration::from_secs(60);
/// Between two looks at it.
const LOOK_EVERY: Duration = Duration::from_millis(20);

/// A Worker: its name, its modules with their files below the folder, the first one being its entry, and further settings.
#[derive(Debug)]
pub(crate) struct Worker {
    pub(crate) name: &'static str,
    pub(crate) modules: &'static [&'static str],
    pub(crate) settings: String,
    pub(crate) port: u16,
}

/// What one workerd serves.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Setup<'a> {
    /// Of its configuration and its log.
    pub(crate) name: &'a str,
    /// Each has its own port of the loopback interface.
    pub(crate) workers: &'a [Worker],
    /// What their bindings name.
    pub(crate) services: &'a str,
    pub(crate) v8_flags: &'a [&'a str],
}

/// A running workerd. Dropping it ends it.
#[derive(Debug)]
pub(crate) struct Workerd(Child);

impl Workerd {
    /// Starts `program`, workerd itself or what runs it, with the modules in `dir`.
    pub(crate) fn start(mut program: Command, dir: &Path, setup: Setup<'_>) -> Result<Self> {
        let name = setup.name;
        let file = dir.join(format!("{name}.capnp"));
        fs::write(&file, configuration(setup)).context("the configuration cannot be written")?;
        let log = fs::File::create(dir.join(format!("{name}.log"))).context("the log cannot be written")?;
        let child = program
            .args(["serve", "--experimental"])
            .arg(&file)
            .current_dir(dir)
            .stdin(Stdio::null())
            .stdout(log.try_clone()?)
            .stderr(log)
            .spawn()
            .with_context(|| format!("{} cannot be started", program.get_program().display()))?;
        let mut started = Self(child);
        for worker in setup.workers {
            started.wait_for(worker.port, &dir.join(format!("{name}.log")))?;
        }
        Ok(started)
    }

    fn wait_for(&mut self, port: u16, log: &Path) -> Result<()> {
        let deadline = Instant::now() + PATIENCE;
        while TcpStream::connect(("127.0.0.1", port)).is_err() {
            if self.0.try_wait()?.is_some() || Instant::now() > deadline {
                bail!(
                    "workerd does not start:\n{}",
                    fs::read_to_string(log).unwrap_or_default()
                );
            }
            thread::sleep(LOOK_EVERY);
        }
        Ok(())
    }

    /// The process's number.
    pub(crate) fn id(&self) -> u32 {
        self.0.id()
    }

    /// Processor time of all its threads so far, to the nanosecond.
    pub(crate) fn cpu(&self) -> Result<Duration> {
        let mut nanos = 0;
        for task in fs::read_dir(format!("/proc/{}/task", self.0.id()))
            .context("processor times are read from Linux's /proc")?
        {
            let text = fs::read_to_string(task?.path().join("schedstat"))?;
            let first = text.split(' ').next().unwrap_or_default();
            nanos += first
                .parse::<u64>()
                .with_context(|| format!("no processor time in {text:?}"))?;
        }
        Ok(Duration::from_nanos(nanos))
    }

    /// Resident memory in bytes.
    pub(crate) fn resident_bytes(&self) -> Result<u64> {
        let status = fs::read_to_string(format!("/proc/{}/status", self.0.id()))?;
        let line = status
            .lines()
            .find_map(|line| line.strip_prefix("VmRSS:"))
            .context("no VmRSS")?;
        let kilobytes: u64 = line.trim().trim_end_matches("kB").trim().parse()?;
        Ok(kilobytes * 1_024)
    }
}

impl Drop for Workerd {
    fn drop(&mut self) {
        _ = self.0.kill();
        _ = self.0.wait();
    }
}

/// Ports that were free a moment ago.
pub(crate) fn free_ports<const N: usize>() -> Result<[u16; N]> {
    let mut listeners = Vec::new();
    for _ in 0..N {
        listeners.push(TcpListener::bind(("127.0.0.1", 0))?);
    }
    let mut ports = [0; N];
    for (port, listener) in ports.iter_mut().zip(&listeners) {
        *port = listener.local_addr()?.port();
    }
    Ok(ports)
}

fn configuration(setup: Setup<'_>) -> String {
    let Setup {
        workers,
        services,
        v8_flags,
        ..
    } = setup;
    let flags: Vec<_> = v8_flags.iter().map(|flag| format!("\"{flag}\"")).collect();
    let mut text = format!(
        "using Workerd = import \"/workerd/workerd.capnp\";\nconst config :Workerd.Config = (\n  v8Flags = [{}],\n  services = [\n",
        flags.join(", ")
    );
    for Worker {
        name,
        modules,
        settings,
        ..
    } in workers
    {
        // Writing to memory does not fail.
        _ = writeln!(
            text,
            "    (name = \"{name}\", worker = (compatibilityDate = \"2026-11-01\", {settings} modules = ["
        );
        for module in *modules {
            let kind = if module.ends_with(".wasm") { "wasm" } else { "esModule" };
            let kind = if module.ends_with(".json") { "json" } else { kind };
            _ = writeln!(text, "      (name = \"{module}\", {kind} = embed \"{module}\"),");
        }
        text.push_str("    ])),\n");
    }
    text.push_str(services);
    text.push_str("  ],\n  sockets = [\n");
    for Worker { name, port, .. } in workers {
        _ = writeln!(
            text,
            "    (name = \"{name}\", address = \"127.0.0.1:{port}\", http = (), service = \"{name}\"),"
        );
    }
    text.push_str("  ],\n);\n");
    text
}
