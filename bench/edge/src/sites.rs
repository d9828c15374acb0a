//! What is measured: one workerd with all Workers, and another one with what stands in for KV and the queue.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use anyhow::{Context as _, Result, ensure};
use engine::signature::{self, Call};
use engine::wire::v1::{PUBLISH_PATH, PublishAnswer, PublishRequest, V1};

use crate::cases::{self, Case};
use crate::load::{self, Request};
use crate::workerd::{Setup, Worker, Workerd, free_ports};

/// Longest wait for records to be at the queue.
const PATIENCE: Duration = Duration::from_secs(10);

/// Who answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Site {
    /// Reads the body.
    Empty,
    /// The same once more, so that one sees what the measurement itself does.
    EmptyAgain,
    /// The Worker.
    Ours,
    /// Our engine, doing what the peers do.
    Alone,
    CelJs,
    JsonLogic,
    JsonRules,
    /// Has an object write what it is sent as one row.
    EmptyObject,
    /// The same once more.
    EmptyObjectAgain,
}

impl Site {
    /// Who evaluates.
    pub(crate) const EVALUATING: [Self; 7] = [
        Self::Empty,
        Self::EmptyAgain,
        Self::Ours,
        Self::Alone,
        Self::CelJs,
        Self::JsonLogic,
        Self::JsonRules,
    ];
    /// Who writes.
    pub(crate) const WRITING: [Self; 3] = [Self::EmptyObject, Self::EmptyObjectAgain, Self::Ours];

    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Empty => "empty",
            Self::EmptyAgain => "empty_again",
            Self::Ours => "ours",
            Self::Alone => "alone",
            Self::CelJs => "cel_js",
            Self::JsonLogic => "json_logic",
            Self::JsonRules => "json_rules",
            Self::EmptyObject => "empty_object",
            Self::EmptyObjectAgain => "empty_object_again",
        }
    }

    fn worker(self, port: u16) -> Worker {
        Worker {
            name: self.name(),
            modules: self.modules(),
            settings: self.settings(),
            port,
        }
    }

    const fn modules(self) -> &'static [&'static str] {
        match self {
            Self::Empty | Self::EmptyAgain => &["empty.js"],
            Self::Ours => OURS,
            Self::Alone => &["alone.js", "alone.wasm", "values.json"],
            Self::CelJs => &["cel_js.out.js"],
            Self::JsonLogic => &["json_logic.out.js"],
            Self::JsonRules => &["json_rules.out.js"],
            Self::EmptyObject | Self::EmptyObjectAgain => &["empty_object.js"],
        }
    }

    fn settings(self) -> String {
        match self {
            Self::Empty | Self::EmptyAgain | Self::Alone | Self::CelJs | Self::JsonLogic | Self::JsonRules => {
                String::new()
            }
            Self::Ours => bindings(),
            Self::EmptyObject | Self::EmptyObjectAgain => format!(
                r#"
      bindings = [(name = "ROWS", durableObjectNamespace = "Rows")],
      durableObjectNamespaces = [(className = "Rows", uniqueKey = "{}", enableSql = true)],
      durableObjectStorage = (localDisk = "objects"),
"#,
                self.name()
            ),
        }
    }
}

/// The Worker as it is deployed.
const OURS: &[&str] = &["entry.js", "build/index.js", "build/index_bg.wasm"];
/// The same behind a module that tells the size of its memory.
const MEASURED: &[&str] = &[
    "measured.js",
    "spy.js",
    "entry.js",
    "build/index.js",
    "build/index_bg.wasm",
];

/// Of our Worker and whoever calls it as the origin does.
const SECRET: &str = "a secret that this measurement alone has";

/// The Worker's bindings, as wrangler.toml names them, but for the app's files, which are needed by requests that name a
/// city and by the app alone. Nobody acknowledges the ledger's events here, so they are sent again as late as can be.
fn bindings() -> String {
    format!(
        r#"
      bindings = [
        (name = "STORE", kvNamespace = "standin"), (name = "RECORDS", queue = "standin"),
        (name = "DEAD_LETTERS", queue = "standin"),
        (name = "LEDGER", durableObjectNamespace = "Ledger"), (name = "GATE", durableObjectNamespace = "Gate"),
        (name = "ORIGIN_URL", text = "http://127.0.0.1:1"), (name = "INTERNAL_SECRET", text = "{SECRET}"),
        (name = "LEDGER_RESEND_SECS", text = "86400"),
      ],
      durableObjectNamespaces = [
        (className = "Ledger", uniqueKey = "ledger", enableSql = true), (className = "Gate", uniqueKey = "gate", enableSql = true),
      ],
      durableObjectStorage = (localDisk = "objects"),
"#
    )
}

/// What bindings name: the stand-in, and a folder of `modules` for objects, which one process alone may have.
fn services(modules: &Path, objects: &str, standin_port: u16) -> Result<String> {
    let objects = modules.join(objects);
    fs::create_dir_all(&objects).context("no folder for the objects")?;
    let objects = objects.display();
    Ok(format!(
        "    (name = \"standin\", external = (address = \"127.0.0.1:{standin_port}\", http = ())),\n    (name = \"objects\", disk = (path = \"{objects}\", writable = true)),\n"
    ))
}

/// Everything that runs.
#[derive(Debug)]
pub(crate) struct Sites {
    pub(crate) workerd: Workerd,
    _standin: Workerd,
    workers: Vec<Worker>,
    standin_port: u16,
    key: String,
    modules: PathBuf,
}

impl Sites {
    pub(crate) fn start(program: &Path, modules: &Path, key: &str, sites: &[Site]) -> Result<Self> {
        let [standin_port] = free_ports()?;
        let standin = Worker {
            name: "standin",
            modules: &["standin.js", "values.json"],
            settings: String::new(),
            port: standin_port,
        };
        let setup = Setup {
            name: "standin",
            workers: &[standin],
            services: "",
            v8_flags: &[],
        };
        let standin = Workerd::start(Command::new(program), modules, setup)?;
        let ports = free_ports::<{ Site::EVALUATING.len() }>()?;
        let workers: Vec<_> = sites.iter().zip(ports).map(|(site, port)| site.worker(port)).collect();
        let services = services(modules, "objects", standin_port)?;
        let setup = Setup {
            name: "sites",
            workers: &workers,
            services: &services,
            v8_flags: &[],
        };
        let workerd = Workerd::start(Command::new(program), modules, setup)?;
        Ok(Self {
            workerd,
            _standin: standin,
            workers,
            standin_port,
            key: key.to_owned(),
            modules: modules.to_owned(),
        })
    }

    /// The Worker once more, in a process of its own that tells its memory, and its port.
    pub(crate) fn start_measured(&self, program: &Path) -> Result<(Workerd, u16)> {
        let [port] = free_ports()?;
        let worker = Worker {
            name: "measured",
            modules: MEASURED,
            settings: bindings(),
            port,
        };
        Ok((self.start_alone(Command::new(program), worker, &[])?, port))
    }

    /// A site once more, in a process of its own that `program` is, and its port.
    pub(crate) fn start_once_more(&self, site: Site, program: Command, v8_flags: &[&str]) -> Result<(Workerd, u16)> {
        let [port] = free_ports()?;
        Ok((self.start_alone(program, site.worker(port), v8_flags)?, port))
    }

    fn start_alone(&self, program: Command, worker: Worker, v8_flags: &[&str]) -> Result<Workerd> {
        let objects = format!("objects-{}", worker.name);
        let setup = Setup {
            name: worker.name,
            workers: &[worker],
            services: &services(&self.modules, &objects, self.standin_port)?,
            v8_flags,
        };
        Workerd::start(program, &self.modules, setup)
    }

    /// The folder of all Workers' modules.
    pub(crate) fn modules(&self) -> &Path {
        &self.modules
    }

    pub(crate) fn port(&self, site: Site) -> u16 {
        self.workers
            .iter()
            .find(|worker| worker.name == site.name())
            .map_or(0, |worker| worker.port)
    }

    /// The request of a case, the same for everybody.
    pub(crate) fn request(&self, rule: &str, body: &str) -> Request {
        let headers = format!("Authorization: Bearer {}\r\n", self.key);
        Request::post(&format!("/v1/promotions/{rule}/evaluate"), &headers, body)
    }

    /// Tells our Worker at `port` of the promotions, in a call that the origin signs.
    pub(crate) fn publish(&self, port: u16) -> Result<()> {
        let entries = cases::shop()?.ledger;
        let request = PublishRequest { v: V1, entries };
        let body = serde_json::to_string(&request)?;
        let now_secs = SystemTime::now().duration_since(UNIX_EPOCH)?.as_secs();
        let signature = signature::sign(SECRET.as_bytes(), &Call::post(PUBLISH_PATH, body.as_bytes()), now_secs);
        let headers = format!("{}: {signature}\r\n", signature::HEADER);
        let (status, text) = load::once(port, &Request::post(PUBLISH_PATH, &headers, &body))?;
        let stored = serde_json::from_str::<PublishAnswer>(&text).map_or(0, |answer| answer.stored.len());
        ensure!(
            stored == request.entries.len(),
            "the ledger was not told: {status} {text}"
        );
        Ok(())
    }

    /// Everybody but the empty ones decides each case and its opposite rightly, and our records arrive.
    pub(crate) fn check(&self) -> Result<()> {
        let before = self.records()?;
        let cases = cases::cases();
        for site in [Site::Ours, Site::Alone, Site::CelJs, Site::JsonLogic, Site::JsonRules] {
            for Case { rule, body, size } in &cases {
                self.decides(site, rule, body, false).context(*size)?;
            }
            for rule in cases::RULES {
                self.decides(site, rule, &cases::applicable(), true)?;
            }
        }
        let expected = before + u64::try_from(cases.len() + cases::RULES.len())?;
        self.wait_for_records(expected)
    }

    fn decides(&self, site: Site, rule: &str, body: &str, applicable: bool) -> Result<()> {
        let (status, answer) = load::once(self.port(site), &self.request(rule, body))?;
        let says = format!("\"applicable\":{applicable}");
        ensure!(
            status == 200 && answer.contains(&says),
            "{} {rule}: expected {says}, got {status} {answer}",
            site.name()
        );
        Ok(())
    }

    /// How many records the queue has been given.
    pub(crate) fn records(&self) -> Result<u64> {
        let (_, text) = load::once(self.standin_port, &Request::get("/records"))?;
        text.parse().with_context(|| format!("no number of records: {text}"))
    }

    pub(crate) fn wait_for_records(&self, expected: u64) -> Result<()> {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let records = self.records()?;
            if records == expected {
                return Ok(());
            }
            ensure!(
                Instant::now() < deadline,
                "{expected} records expected at the queue, {records} are there"
            );
            thread::sleep(Duration::from_millis(20));
        }
    }

    /// Waits until nothing goes on any more: what requests started has ended when no record came for so long. A number of
    /// records would be reached before the work that follows the last one.
    pub(crate) fn settle(&self, quiet: Duration) -> Result<()> {
        let mut before = self.records()?;
        loop {
            thread::sleep(quiet);
            let records = self.records()?;
            if records == before {
                return Ok(());
            }
            before = records;
        }
    }
}
