//! `cargo xtask dev`: the whole system on this machine, with a demo organisation and one evaluation to look at.
//!
//! Ports are looked at first, then everything is built, started in the order of its needs, and seeded through the edge
//! as any client would. The parts stop in the opposite order, whatever ends the command.

mod demo;

use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Result, bail};
use clap::Args;

use crate::process::Process;
use crate::services::edge::{Edge, EdgeConfig, Runtime};
use crate::services::mailbox::{Mailbox, MailboxConfig};
use crate::services::origin::{Origin, OriginConfig};
use crate::services::postgres::{self, Postgres, PostgresConfig};
use crate::services::secrets::Secrets;
use crate::services::{self, Built};
use crate::{paths, ports, process};
use demo::Demo;

/// How often we look whether every part is still there.
const WATCH: Duration = Duration::from_millis(500);

/// What `cargo xtask dev` takes.
#[derive(Debug, Clone, Args)]
pub struct Options {
    /// End after the printed decision.
    #[arg(long)]
    once: bool,
    /// Where clients and browsers reach everything.
    #[arg(long, env = "COUPONS_EDGE_PORT", default_value_t = 8787)]
    edge_port: u16,
    /// Where the edge reaches the origin.
    #[arg(long, env = "COUPONS_ORIGIN_PORT", default_value_t = 8080)]
    origin_port: u16,
    /// Where a debugger reaches the edge.
    #[arg(long, env = "COUPONS_INSPECTOR_PORT", default_value_t = 9229)]
    inspector_port: u16,
    /// Where the origin reaches PostgreSQL.
    #[arg(long, env = "COUPONS_POSTGRES_PORT", default_value_t = 5439)]
    postgres_port: u16,
    /// Where people look into the mailbox.
    #[arg(long, env = "COUPONS_MAILBOX_PORT", default_value_t = 1080)]
    mailbox_port: u16,
    /// Where the mailbox takes mail.
    #[arg(long, env = "COUPONS_SMTP_PORT", default_value_t = 1025)]
    smtp_port: u16,
}

/// The running parts, in the order in which they stop.
struct Parts {
    edge: Edge,
    origin: Origin,
    mailbox: Mailbox,
    postgres: Postgres,
}

/// Runs it.
///
/// # Errors
/// When something cannot be set up, built, started or seeded, or a part ends by itself.
pub fn run(options: &Options) -> Result<()> {
    let started = Instant::now();
    require_ports(options)?;
    let built = services::build()?;
    let parts = start(options, &built, &paths::dev())?;
    let demo = Demo::ensure(parts.edge.url(), &paths::dev().join("demo.json"))?;
    let decision = demo.evaluate_until_live()?;
    println!("{decision:#}");
    println!("\n{}", describe(options, &parts, &demo));
    println!("ready after {:.1} s", started.elapsed().as_secs_f64());
    if options.once {
        return Ok(());
    }
    println!("Ctrl-C stops everything.");
    process::interrupt_is_normal();
    watch(&parts)
}

/// Each is wanted by us alone; a taken one is found before minutes of building.
fn require_ports(options: &Options) -> Result<()> {
    let mut wanted = vec![
        (options.edge_port, "edge", "--edge-port", "COUPONS_EDGE_PORT"),
        (options.origin_port, "origin", "--origin-port", "COUPONS_ORIGIN_PORT"),
        (
            options.inspector_port,
            "edge's debugger",
            "--inspector-port",
            "COUPONS_INSPECTOR_PORT",
        ),
        (
            options.mailbox_port,
            "mailbox",
            "--mailbox-port",
            "COUPONS_MAILBOX_PORT",
        ),
        (options.smtp_port, "mailbox's SMTP", "--smtp-port", "COUPONS_SMTP_PORT"),
    ];
    if postgres::external_url().is_none() {
        wanted.push((
            options.postgres_port,
            "PostgreSQL",
            "--postgres-port",
            "COUPONS_POSTGRES_PORT",
        ));
    }
    for (index, (port, part, flag, variable)) in wanted.iter().enumerate() {
        if let Some((_, other, ..)) = wanted.iter().take(index).find(|(earlier, ..)| earlier == port) {
            bail!(
                "port {port} is chosen for both the {other} and the {part}: choose another with {flag} or {variable}"
            );
        }
        ports::require_free(*port, part, flag, variable)?;
    }
    Ok(())
}

fn start(options: &Options, built: &Built, dir: &Path) -> Result<Parts> {
    eprintln!("• starting PostgreSQL, the mailbox, the origin and the edge …");
    paths::create_dir(dir)?;
    let npm = &built.tools.npm;
    let secrets = Secrets::kept_in(&dir.join("secrets.env"))?;
    let postgres = Postgres::start(&PostgresConfig::kept(&dir.join("postgres"), options.postgres_port))?;
    let mailbox = MailboxConfig {
        web_port: options.mailbox_port,
        smtp_port: options.smtp_port,
        log: dir.join("mailbox.log"),
    };
    let mailbox = Mailbox::start(npm, &mailbox)?;
    let origin = Origin::start(&OriginConfig {
        port: options.origin_port,
        database_url: postgres.url().to_owned(),
        edge_url: format!("http://127.0.0.1:{}", options.edge_port),
        smtp_port: options.smtp_port,
        shows_previews: true,
        secrets: secrets.clone(),
        log: dir.join("origin.log"),
    })?;
    let edge = EdgeConfig {
        port: options.edge_port,
        runtime: Runtime::Wrangler {
            inspector_port: options.inspector_port,
        },
        origin_url: origin.url().to_owned(),
        cors_origins: "",
        internal_secret: secrets.internal_secret,
        dir: dir.join("edge"),
    };
    let edge = Edge::start(npm, &edge)?;
    Ok(Parts {
        edge,
        origin,
        mailbox,
        postgres,
    })
}

fn describe(options: &Options, parts: &Parts, demo: &Demo) -> String {
    let (edge, mailbox, smtp) = (parts.edge.url(), parts.mailbox.url(), options.smtp_port);
    format!(
        "app       {edge}/\n\
         sign in   {email} with {password}\n\
         API       {edge}/v1/\n\
         app key   {key}\n\
         origin    {origin}\n\
         mailbox   {mailbox}/ (SMTP on port {smtp})\n\
         mails     {origin}/dev/mails\n\
         database  {database}\n\n\
         try it:\n{curl}\n",
        email = demo.email,
        password = demo.password,
        key = demo.app_key,
        origin = parts.origin.url(),
        database = parts.postgres.url(),
        curl = demo.curl(edge),
    )
}

/// Returns only when a part has ended by itself.
fn watch(parts: &Parts) -> Result<()> {
    let mut watched: Vec<&Process> = vec![parts.edge.process(), parts.origin.process(), parts.mailbox.process()];
    watched.extend(parts.postgres.process());
    loop {
        if let Some(ended) = watched.iter().find(|process| !process.is_running()) {
            bail!(
                "{} has ended by itself; the end of its log:\n{}",
                ended.name(),
                ended.log_tail()
            );
        }
        thread::sleep(WATCH);
    }
}
