//! The origin's program: `serve`, `work`, `migrate`, `check-config` and `admin`.

use std::io::Write as _;
use std::net::SocketAddr;
use std::process::ExitCode;
use std::time::Duration;

use anyhow::Context;
use clap::{Parser, Subcommand};
use engine::ids::OrganizationId;
use engine::promotion::PromotionCode;
use origin::admin::{Republished, Revisions};
use origin::app::App;
use origin::clock::Clock;
use origin::config::{Config, Database};
use origin::db::schema;
use origin::ingest::Replayed;
use origin::jobs::{LedgerFilter, Reconciled, Repair, Tally};
use origin::{admin, generate_secret, ingest, jobs, router};
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};
use tokio_util::sync::CancellationToken;
use tracing_subscriber::EnvFilter;

/// How long requests and jobs may take to finish after a stop signal: platforms kill after ten seconds or more.
const STOP_TIMEOUT: Duration = Duration::from_secs(10);
/// What is logged unless `RUST_LOG` says otherwise.
const DEFAULT_LOG: &str = "info,sqlx=warn";

/// The origin of Coupons: accounts, promotions, ingest and reports.
#[derive(Debug, Parser)]
#[command(version)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Serve HTTP and, unless RUN_JOBS=false, run the jobs.
    Serve,
    /// Run the jobs alone.
    Work,
    /// Bring the database to this release's schema.
    Migrate,
    /// Read the configuration, and say everything that is wrong with it, or what it is. Connects to nothing.
    CheckConfig,
    /// Things an operator does by hand.
    Admin {
        #[command(subcommand)]
        command: AdminCommand,
    },
}

#[derive(Debug, Subcommand)]
enum AdminCommand {
    /// Print new values for INTERNAL_SECRET and ORIGIN_SECRET.
    GenerateSecrets,
    /// Make an organisation and invite its administrator; prints the invitation's link too.
    CreateOrganization {
        /// Its name.
        #[arg(long)]
        name: String,
        /// The administrator's e-mail.
        #[arg(long)]
        admin_email: String,
    },
    /// Print a link to a new password of an account, good for half an hour.
    ResetPassword {
        /// The account's e-mail.
        #[arg(long)]
        email: String,
    },
    /// Make the next signing key of access tokens; it signs once the edge knows it, in ten minutes.
    RotateSigningKeys {
        /// A key has leaked: the new one signs at once, and no token of the others is good; everybody's next call
        /// refreshes theirs.
        #[arg(long)]
        now: bool,
    },
    /// Count reports anew, from the records that are kept. Safe to repeat, and while the service runs.
    Rebuild {
        #[command(subcommand)]
        part: RebuildPart,
    },
    /// Messages that could not be stored.
    Parked {
        #[command(subcommand)]
        command: ParkedCommand,
    },
    /// Send everything that the edge knows again, for a store that was lost or replaced. Safe to repeat.
    Republish {
        /// The database was restored from a backup: number everything ahead of all that the edge may have, so that it
        /// takes what is older than that.
        #[arg(long)]
        all: bool,
    },
    /// Compare what the edge has with what it was told. The jobs do this each hour, with --repair.
    #[command(args_conflicts_with_subcommands = true)]
    Reconcile {
        /// Send what is missing or different again. What differs once more after that is newer at the edge than here: see
        /// `republish --all`.
        #[arg(long)]
        repair: bool,
        #[command(subcommand)]
        part: Option<ReconcilePart>,
    },
}

#[derive(Debug, Subcommand)]
enum RebuildPart {
    /// What the reports read.
    Reports {
        /// Of this organisation alone, by its identifier.
        #[arg(long)]
        organization: Option<OrganizationId>,
    },
}

#[derive(Debug, Subcommand)]
enum ParkedCommand {
    /// Print a line for each: when it first came, how often, why it is here, and the message.
    List,
    /// Store those that can be stored by now.
    Replay,
}

#[derive(Debug, Subcommand)]
enum ReconcilePart {
    /// Compare what the ledger decided with what is stored of it: a line for each promotion, and the sums. The jobs do this
    /// each day.
    Ledger {
        /// Of this organisation alone, by its identifier.
        #[arg(long)]
        organization: Option<OrganizationId>,
        /// Of this promotion alone, by its code.
        #[arg(long, requires = "organization")]
        promotion: Option<PromotionCode>,
    },
}

#[tokio::main]
async fn main() -> ExitCode {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new(DEFAULT_LOG));
    tracing_subscriber::fmt()
        .json()
        .flatten_event(true)
        .with_span_list(false)
        .with_env_filter(filter)
        .init();
    match run(Arguments::parse().command).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // Nobody is left to tell when standard error is closed.
            _ = writeln!(std::io::stderr(), "origin: {error:#}");
            ExitCode::FAILURE
        }
    }
}

async fn run(command: Command) -> anyhow::Result<()> {
    match command {
        Command::Serve => serve().await,
        Command::Work => work().await,
        Command::Migrate => Ok(schema::migrate(&Database::read(variable)?).await?),
        Command::CheckConfig => {
            let config = Config::read(variable)?;
            Ok(write!(std::io::stdout(), "{}", config.summary())?)
        }
        Command::Admin { command } => administer(command).await,
    }
}

async fn administer(command: AdminCommand) -> anyhow::Result<()> {
    match command {
        AdminCommand::GenerateSecrets => {
            let (internal, origin) = (generate_secret()?, generate_secret()?);
            writeln!(std::io::stdout(), "INTERNAL_SECRET={internal}\nORIGIN_SECRET={origin}")?;
        }
        AdminCommand::CreateOrganization { name, admin_email } => {
            let (_, app) = start().await?;
            let link = admin::create_organization(&app, &name, &admin_email).await?;
            writeln!(
                std::io::stdout(),
                "{admin_email} is invited, by mail and by this link: {link}"
            )?;
            app.close().await;
        }
        AdminCommand::ResetPassword { email } => {
            let (_, app) = start().await?;
            let link = admin::reset_password(&app, &email).await?;
            writeln!(std::io::stdout(), "{link}")?;
            app.close().await;
        }
        AdminCommand::RotateSigningKeys { now } => {
            let (_, app) = start().await?;
            let rotated = admin::rotate_signing_keys(&app, now).await?;
            writeln!(
                std::io::stdout(),
                "generation {} signs from {}; what others signed is good until {}",
                rotated.generation,
                rotated.active_at,
                rotated.retired_at
            )?;
            app.close().await;
        }
        AdminCommand::Rebuild {
            part: RebuildPart::Reports { organization },
        } => {
            let (_, app) = start().await?;
            let organizations = admin::rebuild_reports(&app, organization).await?;
            writeln!(
                std::io::stdout(),
                "the reports of {organizations} organisations are counted anew"
            )?;
            app.close().await;
        }
        AdminCommand::Parked { command } => administer_parked(command).await?,
        AdminCommand::Republish { all } => {
            let (_, app) = start().await?;
            let revisions = if all { Revisions::Raised } else { Revisions::Kept };
            let Republished { promotions, app_keys } = admin::republish(&app, revisions).await?;
            writeln!(
                std::io::stdout(),
                "{promotions} promotions, {app_keys} application keys and the public keys go to the edge again"
            )?;
            app.close().await;
        }
        AdminCommand::Reconcile {
            part:
                Some(ReconcilePart::Ledger {
                    organization,
                    promotion: code,
                }),
            ..
        } => reconcile_ledger(&LedgerFilter { organization, code }).await?,
        AdminCommand::Reconcile { repair, part: None } => {
            let (_, app) = start().await?;
            let repair = if repair { Repair::Yes } else { Repair::No };
            let Reconciled {
                checked,
                equal,
                missing,
                different,
            } = jobs::reconcile_all(&app, repair).await?;
            writeln!(
                std::io::stdout(),
                "{checked} checked, {equal} equal, {missing} missing, {different} different"
            )?;
            app.close().await;
        }
    }
    Ok(())
}

async fn administer_parked(command: ParkedCommand) -> anyhow::Result<()> {
    let (_, app) = start().await?;
    let mut out = std::io::stdout();
    match command {
        ParkedCommand::List => {
            for line in ingest::list_parked(&app).await? {
                writeln!(out, "{line}")?;
            }
        }
        ParkedCommand::Replay => {
            let Replayed { stored, parked } = ingest::replay_parked(&app).await?;
            writeln!(out, "{stored} stored, {parked} still parked")?;
        }
    }
    app.close().await;
    Ok(())
}

async fn reconcile_ledger(filter: &LedgerFilter) -> anyhow::Result<()> {
    let (_, app) = start().await?;
    let tallies = jobs::reconcile_ledger(&app, filter).await?;
    let mut out = std::io::stdout();
    for tally in &tallies {
        writeln!(out, "{tally}")?;
    }
    let sum = |part: fn(&Tally) -> u64| tallies.iter().map(part).sum::<u64>();
    writeln!(
        out,
        "{} promotions: {} accepted, {} stored, {} duplicate, {} missing; {} differ",
        tallies.len(),
        sum(|tally| tally.accepted),
        sum(|tally| tally.stored),
        sum(|tally| tally.duplicate),
        sum(|tally| tally.missing),
        tallies.iter().filter(|tally| !tally.differences.is_empty()).count()
    )?;
    app.close().await;
    Ok(())
}

fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

async fn serve() -> anyhow::Result<()> {
    let (config, app) = start().await?;
    let listener = TcpListener::bind(config.listen).await.with_context(|| {
        format!(
            "cannot listen on {}: stop what uses it, or set ORIGIN_LISTEN to another address",
            config.listen
        )
    })?;
    let stop = stop_signal()?;
    tracing::info!(address = %listener.local_addr()?, jobs = config.run_jobs, "serving");
    let server = async {
        let service = router::router(app.clone()).into_make_service_with_connect_info::<SocketAddr>();
        let server = axum::serve(listener, service).with_graceful_shutdown(stop.clone().cancelled_owned());
        server.await.context("the server failed")
    };
    let jobs = async {
        if config.run_jobs {
            jobs::run(&app, stop.clone()).await
        } else {
            Ok(())
        }
    };
    let both = async { tokio::try_join!(server, jobs).map(drop) };
    finish(&app, &stop, both).await
}

async fn work() -> anyhow::Result<()> {
    let (_, app) = start().await?;
    let stop = stop_signal()?;
    tracing::info!("working");
    finish(&app, &stop, jobs::run(&app, stop.clone())).await
}

async fn start() -> anyhow::Result<(Config, App)> {
    let config = Config::read(variable)?;
    schema::check_database(&config.database).await?;
    // The HTTP client and the database's driver share one TLS implementation; it is set once.
    _ = rustls::crypto::ring::default_provider().install_default();
    let app = App::start(&config, Clock::system()).await?;
    Ok((config, app))
}

/// Waits for `running`; once a stop was asked for, only [`STOP_TIMEOUT`] more.
async fn finish(
    app: &App,
    stop: &CancellationToken,
    running: impl Future<Output = anyhow::Result<()>>,
) -> anyhow::Result<()> {
    let deadline = async {
        stop.cancelled().await;
        tokio::time::sleep(STOP_TIMEOUT).await;
    };
    let result = tokio::select! {
        result = running => result,
        () = deadline => {
            tracing::warn!("some requests did not finish in time");
            Ok(())
        }
    };
    if tokio::time::timeout(Duration::from_secs(1), app.close()).await.is_err() {
        tracing::warn!("connections to the database were left open");
    }
    tracing::info!("stopped");
    result
}

/// Cancelled by SIGTERM or SIGINT.
fn stop_signal() -> anyhow::Result<CancellationToken> {
    let stop = CancellationToken::new();
    let mut terminate = signal(SignalKind::terminate()).context("SIGTERM cannot be watched")?;
    let mut interrupt = signal(SignalKind::interrupt()).context("SIGINT cannot be watched")?;
    let cancel = stop.clone();
    tokio::spawn(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
        tracing::info!("stopping");
        cancel.cancel();
    });
    Ok(stop)
}
