//! A private PostgreSQL cluster on 127.0.0.1, for development and tests; or the one that `DATABASE_URL` names.
//!
//! PostgreSQL refuses to run as root: then another user runs it, and where that user cannot reach the checkout the data
//! is kept under [`ROOT_DATA`] instead. The program's login role owns its database and may create databases and roles,
//! and is no superuser: what a managed PostgreSQL gives.

use std::env;
use std::fs;
use std::os::unix::fs::{PermissionsExt as _, chown};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::{Context as _, Result, bail};

use super::postgres_binaries::{self, Binaries};
use super::postgres_single;
use super::secrets::random_text;
use crate::process::{Output, Process, StopBy};
use crate::stamp::Stamp;
use crate::{paths, step};

/// A clean start takes a second; recovery after a crash some more.
const READY_SECS: u64 = 60;
const PASSWORD_BYTES: usize = 24;
/// Where root keeps data that its user of PostgreSQL can reach.
pub const ROOT_DATA: &str = "/var/lib/coupons";
/// The first version in which a role that creates a role is not at once its member.
pub(super) const SELF_GRANT_SINCE: u32 = 16;
pub(super) const SELF_GRANT: &str = "createrole_self_grant=set,inherit";
/// Passwords only, over TCP on this machine only.
const HBA: &str = "host all all 127.0.0.1/32 scram-sha-256\n";
/// Tests need no crash safety and gain half of their time.
const UNSAFE_SETTINGS: [&str; 3] = ["fsync=off", "synchronous_commit=off", "full_page_writes=off"];

/// Which cluster to run.
#[derive(Debug, Clone)]
pub struct PostgresConfig {
    /// Its folder: password, log and, where its user can reach it, the data.
    pub dir: PathBuf,
    /// Where it listens, on 127.0.0.1.
    pub port: u16,
    /// Whether its data is deleted at its end.
    pub temporary: bool,
    /// Whether what was committed outlives a kill; it costs time.
    pub safe: bool,
    /// Where its data is kept, which its user has to reach; chosen when left out.
    pub data: Option<PathBuf>,
}

impl PostgresConfig {
    /// A cluster that is kept between runs.
    #[must_use]
    pub fn kept(dir: &Path, port: u16) -> Self {
        Self {
            dir: dir.to_path_buf(),
            port,
            temporary: false,
            safe: true,
            data: None,
        }
    }

    /// A cluster that ends with its value.
    #[must_use]
    pub fn temporary(dir: &Path, port: u16) -> Self {
        Self {
            dir: dir.to_path_buf(),
            port,
            temporary: true,
            safe: false,
            data: None,
        }
    }
}

/// A running PostgreSQL.
#[derive(Debug)]
pub struct Postgres {
    /// None for the server of `DATABASE_URL`, which is not ours.
    process: Option<Process>,
    cluster: Option<Cluster>,
    url: String,
    delete: Vec<PathBuf>,
}

/// What a cluster of ours runs as.
#[derive(Debug)]
struct Cluster {
    config: PostgresConfig,
    data: PathBuf,
    binaries: Binaries,
    user: Option<User>,
}

/// A user of the system.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct User {
    uid: u32,
    gid: u32,
}

impl Postgres {
    /// The server of `DATABASE_URL` when that is set, else a cluster as `config` says, started and ready.
    ///
    /// # Errors
    /// When there is no PostgreSQL and none can be installed, or it does not start; says what to do.
    pub fn start(config: &PostgresConfig) -> Result<Self> {
        match external_url() {
            Some(url) => Ok(Self {
                process: None,
                cluster: None,
                url,
                delete: Vec::new(),
            }),
            None => Self::start_private(config, &[]),
        }
    }

    /// A cluster as `config` says, whatever `DATABASE_URL` is; a new one starts with `sql` in its database, run by a
    /// superuser.
    ///
    /// # Errors
    /// As [`Self::start`].
    pub fn start_private(config: &PostgresConfig, sql: &[String]) -> Result<Self> {
        let user = run_as()?;
        paths::create_dir(&config.dir)?;
        let data = match &config.data {
            Some(data) => data.clone(),
            None => data_dir(&config.dir, user)?,
        };
        let binaries = postgres_binaries::find(&data, user)?;
        refuse_running(&data)?;
        let password = initialise(config, &data, &binaries, user, sql)?;
        let delete = if config.temporary {
            vec![data.clone(), config.dir.clone()]
        } else {
            Vec::new()
        };
        let url = format!("postgres://coupons:{password}@127.0.0.1:{}/coupons", config.port);
        let config = config.clone();
        let cluster = Cluster {
            config,
            data,
            binaries,
            user,
        };
        Ok(Self {
            process: Some(cluster.run()?),
            cluster: Some(cluster),
            url,
            delete,
        })
    }

    /// Stops it, as an operator does for a new release, and starts it again. `false`: it is not ours, and goes on.
    ///
    /// # Errors
    /// When it does not start again.
    pub fn restart(&mut self) -> Result<bool> {
        let Some(cluster) = &self.cluster else {
            return Ok(false);
        };
        if let Some(process) = self.process.take() {
            process.stop();
        }
        self.process = Some(cluster.run()?);
        Ok(true)
    }

    /// Kills it without a word before; its children end when they see that. `false`: it is not ours, and goes on.
    pub fn kill(&mut self) -> bool {
        self.process.take().map(Process::kill).is_some()
    }

    /// How clients reach it: `postgres://…`.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Its process, when it is ours.
    #[must_use]
    pub const fn process(&self) -> Option<&Process> {
        self.process.as_ref()
    }
}

impl Cluster {
    /// Starts it and waits until it is ready.
    fn run(&self) -> Result<Process> {
        let process = spawn(&self.config, &self.data, &self.binaries, self.user)?;
        let pid_file = self.data.join("postmaster.pid");
        process
            .wait_ready(Duration::from_secs(READY_SECS), || {
                is_ready(&pid_file, process.id(), self.config.port)
            })
            .context(
                "PostgreSQL does not start: correct what its log says, or set DATABASE_URL to a server of yours",
            )?;
        Ok(process)
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        if let Some(process) = self.process.take() {
            process.stop();
        }
        for dir in &self.delete {
            // A folder that cannot be deleted is replaced at the next start.
            let _left = fs::remove_dir_all(dir);
        }
    }
}

impl User {
    /// Makes `command` run as `user`, when that is not us.
    pub(super) fn apply(user: Option<Self>, command: &mut Command) -> &mut Command {
        if let Some(user) = user {
            command.uid(user.uid).gid(user.gid);
        }
        // A folder that every user may stand in.
        command.current_dir("/")
    }

    /// Whether `user` may look into `dir`.
    pub(super) fn reaches(user: Option<Self>, dir: &Path) -> bool {
        let mut command = Command::new("test");
        command.arg("-x").arg(dir);
        Self::apply(user, &mut command)
            .status()
            .is_ok_and(|status| status.success())
    }
}

/// `DATABASE_URL`, when it is set.
#[must_use]
pub fn external_url() -> Option<String> {
    env::var("DATABASE_URL").ok().filter(|url| !url.is_empty())
}

/// Someone else when we are root, whom PostgreSQL refuses.
fn run_as() -> Result<Option<User>> {
    if !rustix::process::getuid().is_root() {
        return Ok(None);
    }
    let id = |flag: &str, name: &str| step::read(Command::new("id").args([flag, name])).ok()?.parse().ok();
    let user = ["postgres", "nobody"].iter().find_map(|name| {
        Some(User {
            uid: id("-u", name)?,
            gid: id("-g", name)?,
        })
    });
    user.map(Some)
        .context("PostgreSQL does not run as root, and there is no user postgres or nobody: set DATABASE_URL")
}

/// Where the data is: in the cluster's folder, or where its user can reach it.
fn data_dir(dir: &Path, user: Option<User>) -> Result<PathBuf> {
    if User::reaches(user, dir) {
        return Ok(dir.join("data"));
    }
    let hash = Stamp::new().text(&dir.to_string_lossy()).finish();
    let data = Path::new(ROOT_DATA).join(hash.get(..16).unwrap_or(&hash)).join("data");
    if !data.exists() {
        eprintln!(
            "• PostgreSQL's user cannot reach {}: its data is in {}",
            dir.display(),
            data.display()
        );
    }
    Ok(data)
}

/// Makes the cluster, its role and its database once; answers with the role's password.
fn initialise(
    config: &PostgresConfig,
    data: &Path,
    binaries: &Binaries,
    user: Option<User>,
    sql: &[String],
) -> Result<String> {
    let kept = config.dir.join("password");
    // What is left of a temporary one was being deleted when its run was interrupted.
    let is_whole = !config.temporary && data.join("PG_VERSION").exists();
    if let (Ok(password), true) = (fs::read_to_string(&kept), is_whole) {
        return Ok(password);
    }
    // An initialisation that was interrupted has no password yet.
    if data.exists() {
        fs::remove_dir_all(data).with_context(|| format!("cannot remove {}", data.display()))?;
    }
    prepare_dir(data, user)?;
    let mut command = Command::new(binaries.program("initdb"));
    command
        .arg("--pgdata")
        .arg(data)
        .args(["--username=postgres", "--encoding=UTF8", "--locale=C", "--auth=trust"]);
    User::apply(user, command.arg("--no-sync"));
    step::read(&mut command).context("initdb could not make a PostgreSQL cluster: set DATABASE_URL to use another")?;
    fs::write(data.join("pg_hba.conf"), HBA).context("cannot write pg_hba.conf")?;
    let password = random_text(PASSWORD_BYTES)?;
    let role = format!("create role coupons login createdb createrole password '{password}'");
    let database = "create database coupons owner coupons".to_owned();
    postgres_single::run(data, binaries, user, "postgres", &[role, database])?;
    if !sql.is_empty() {
        postgres_single::run(data, binaries, user, "coupons", sql)?;
    }
    paths::write_private(&kept, &password)?;
    Ok(password)
}

fn prepare_dir(data: &Path, user: Option<User>) -> Result<()> {
    let describe = || format!("cannot prepare {} for PostgreSQL", data.display());
    fs::create_dir_all(data).with_context(describe)?;
    fs::set_permissions(data, fs::Permissions::from_mode(0o700)).with_context(describe)?;
    user.map_or(Ok(()), |user| chown(data, Some(user.uid), Some(user.gid)))
        .with_context(describe)
}

/// A lock file left by a crash is removed; one of a running server is respected.
fn refuse_running(data: &Path) -> Result<()> {
    let file = data.join("postmaster.pid");
    let Ok(text) = fs::read_to_string(&file) else {
        return Ok(());
    };
    let pid = text.lines().next().unwrap_or_default().trim();
    let name = fs::read_to_string(format!("/proc/{pid}/comm")).unwrap_or_default();
    if name.trim() == "postgres" {
        bail!(
            "a PostgreSQL (process {pid}) already runs on {}: end the other cargo xtask dev, or that process",
            data.display()
        );
    }
    if Path::new("/proc/self").exists() {
        fs::remove_file(&file).with_context(|| format!("cannot remove {}", file.display()))?;
    }
    Ok(())
}

fn spawn(config: &PostgresConfig, data: &Path, binaries: &Binaries, user: Option<User>) -> Result<Process> {
    let mut command = Command::new(binaries.program("postgres"));
    command.arg("-D").arg(data).args(["-p", &config.port.to_string()]);
    let mut settings = vec![
        "listen_addresses=127.0.0.1",
        "unix_socket_directories=",
        "max_connections=200",
    ];
    if !config.safe {
        settings.extend(UNSAFE_SETTINGS);
    }
    if binaries.major >= SELF_GRANT_SINCE {
        settings.push(SELF_GRANT);
    }
    for setting in settings {
        command.args(["-c", setting]);
    }
    let log = Output::Log(config.dir.join("postgres.log"));
    Process::spawn(
        "PostgreSQL",
        User::apply(user, &mut command),
        &log,
        StopBy::InterruptLeader,
    )
}

/// As `pg_ctl` does it: the lock file's first line is the process, which may be one that was killed, its fourth the port,
/// its eighth the state.
fn is_ready(pid_file: &Path, process: u32, port: u16) -> bool {
    let text = fs::read_to_string(pid_file).unwrap_or_default();
    let mut lines = text.lines().map(str::trim);
    let is_ours = lines.next() == Some(process.to_string().as_str());
    let listens = lines.nth(2) == Some(port.to_string().as_str());
    is_ours && listens && lines.nth(3) == Some("ready")
}

#[cfg(test)]
mod tests {
    use std::net::TcpStream;

    use super::*;
    use crate::ports;

    #[test]
    fn readiness_is_read_as_pg_ctl_does() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("postmaster.pid");
        let check = |text: &str, ready: bool| {
            fs::write(&file, text).unwrap();
            assert_eq!(is_ready(&file, 12, 5439), ready, "{text:?}");
        };
        check("12\n/data\n1700000000\n5439\n\n127.0.0.1\n  123 4\nready   \n", true);
        check("12\n/data\n1700000000\n5439\n\n127.0.0.1\n  123 4\nstarting\n", false);
        check("13\n/data\n1700000000\n5439\n\n127.0.0.1\n  123 4\nready   \n", false);
        check("12\n/data\n1700000000\n5440\n\n127.0.0.1\n  123 4\nready   \n", false);
        check("12\n/data\n", false);
        check("", false);
    }

    #[test]
    fn a_cluster_is_kept_between_starts_unless_it_is_temporary() {
        let dir = paths::scratch().join("test-postgres");
        let _old = fs::remove_dir_all(&dir);
        let [port] = ports::free().unwrap();
        let config = PostgresConfig::kept(&dir, port);
        let first = Postgres::start_private(&config, &[]).unwrap();
        TcpStream::connect(("127.0.0.1", port)).unwrap();
        let url = first.url().to_owned();
        drop(first);
        assert!(TcpStream::connect(("127.0.0.1", port)).is_err(), "it must have stopped");
        let data = data_dir(&dir, run_as().unwrap()).unwrap();
        // The number of a process that is there and is no PostgreSQL: our own.
        fs::write(data.join("postmaster.pid"), format!("{}\n", std::process::id())).unwrap();
        let second = Postgres::start_private(&config, &[]).unwrap();
        assert_eq!(second.url(), url, "the same cluster with the same password");
        drop(second);
        // What an interrupted deletion leaves does not start.
        fs::remove_dir_all(data.join("pg_notify")).unwrap();
        let temporary = PostgresConfig {
            temporary: true,
            ..config
        };
        let third = Postgres::start_private(&temporary, &[]).unwrap();
        assert_ne!(third.url(), url, "a temporary cluster is always a new one");
        drop(third);
        assert!(!data.exists(), "a temporary cluster deletes its data");
    }
}
