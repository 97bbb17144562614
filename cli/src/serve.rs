//! `skysquad serve`: the API, DynamoDB and the scheduled jobs in one process.

use crate::session::local_signer;
use crate::{api, demo, tables};
use anyhow::{Context, Result};
use clap::Args;
use engine::Engine;
use shared::auth::{DEFAULT_SESSION_COOKIE, LocalSigner, SessionVerifier, Signer};
use shared::config::Config;
use shared::store::{ClientConfig, Store, Tables};
use shared::{App, Invocation};
use std::convert::Infallible;
use std::io::IsTerminal;
use std::net::{IpAddr, Ipv4Addr};
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};
use tokio::time::{Instant, MissedTickBehavior};
use tracing_subscriber::Layer;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

/// Deadline for creating the tables and the demo community.
const SETUP_TIME: Duration = Duration::from_mins(1);

/// Interval and deadline of the job that ends silent flights. The interval is that of the schedule on AWS.
const EVERY_MINUTE: Duration = Duration::from_mins(1);

/// Interval of the archiving job and of the audit, as scheduled on AWS.
const EVERY_DAY: Duration = Duration::from_hours(24);

/// Deadline of an archiving run and of an audit: the longest that a Lambda function can run.
const JOB_TIME: Duration = Duration::from_mins(15);

#[derive(Debug, Args)]
pub struct Options {
    /// Address on which the API and DynamoDB listen
    #[arg(long, default_value_t = Options::default().host)]
    host: IpAddr,
    /// Port of the API, or 0 for any free port
    #[arg(long, default_value_t = Options::default().port)]
    port: u16,
    /// Port of DynamoDB, or 0 for any free port
    #[arg(long, default_value_t = Options::default().dynamodb_port)]
    dynamodb_port: u16,
    /// SQLite file in which to keep the data. By default, data is kept in memory and lost when the server stops
    #[arg(long, value_name = "FILE")]
    data: Option<PathBuf>,
    /// Do not create the demo community in empty tables
    #[arg(long)]
    no_demo: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self { host: Ipv4Addr::LOCALHOST.into(), port: 3000, dynamodb_port: 8000, data: None, no_demo: false }
    }
}

/// Serves until the process receives SIGINT or SIGTERM.
pub async fn serve(options: Options, tables: &tables::Options) -> Result<ExitCode> {
    log_to_stderr();
    let mut interrupted = signal(SignalKind::interrupt())?;
    let mut terminated = signal(SignalKind::terminate())?;
    let stop = async move {
        tokio::select! {
            _ = interrupted.recv() => {}
            _ = terminated.recv() => {}
        }
    };

    let address = (options.host, options.port);
    let listener = TcpListener::bind(address).await.with_context(|| format!("cannot listen on {address:?}"))?;
    let signer = Arc::new(local_signer()?);
    let dynamodb = Dynamodb::open(&options, tables).await?;
    let app = app(&dynamodb, signer.clone())?;
    let url = format!("http://{}", listener.local_addr()?);

    let is_demo = Invocation::lasting(SETUP_TIME).run(set_up(&app, &dynamodb, !options.no_demo)).await?;
    if is_demo {
        eprintln!("{}", demo::introduction(&url, &*signer).await?);
    }
    println!("ready {url} dynamodb {}", dynamodb.url);

    let jobs = run_jobs(app.clone());
    tokio::select! {
        served = axum::serve(listener, api::router(app)).with_graceful_shutdown(stop) => served?,
        never = jobs => match never {},
    }
    Ok(ExitCode::SUCCESS)
}

/// The DynamoDB that a server uses.
struct Dynamodb {
    url: String,
    config: ClientConfig,
    tables: Tables,
    /// Whether the server creates the tables: not on AWS, where the stack does.
    creates_tables: bool,
    /// The embedded one, unless another was chosen. It stops when this is dropped.
    _engine: Option<Engine>,
}

impl Dynamodb {
    async fn open(options: &Options, tables: &tables::Options) -> Result<Self> {
        if let Some(url) = tables.endpoint() {
            let (config, url, tables) = (tables.config().await, url.to_owned(), tables::Options::names());
            return Ok(Self { creates_tables: url.starts_with("http://"), url, config, tables, _engine: None });
        }
        let engine = Engine::start(&engine::Options {
            host: options.host,
            port: options.dynamodb_port,
            data: options.data.clone(),
            contents: None,
        })
        .with_context(|| format!("cannot start DynamoDB on port {}", options.dynamodb_port))?;
        Ok(Self {
            url: format!("http://{}", engine.address()),
            config: engine.config(),
            tables: Tables::default(),
            creates_tables: true,
            _engine: Some(engine),
        })
    }
}

fn app(dynamodb: &Dynamodb, signer: Arc<LocalSigner>) -> Result<App> {
    let sessions = SessionVerifier::new(&signer.public_pem(), DEFAULT_SESSION_COOKIE.to_owned());
    let sessions = sessions.map_err(anyhow::Error::msg)?;
    let config = Config::with(dynamodb.tables.clone(), sessions, |name| std::env::var(name).ok())?;
    let store = Store::with_config(dynamodb.config.clone(), config.tables.clone());
    let signer: Option<Arc<dyn Signer>> = Some(signer);
    Ok(App { signer, ..App::new(&config, store) })
}

/// Creates the tables and, if they are empty and `wants_demo` is set, the demo community. Returns whether the tables
/// contain the demo community.
async fn set_up(app: &App, dynamodb: &Dynamodb, wants_demo: bool) -> Result<bool> {
    if dynamodb.creates_tables {
        let created = app.context.store.create_tables().await;
        created.with_context(|| format!("cannot create the tables in DynamoDB at {}", dynamodb.url))?;
    }
    if dynamodb.creates_tables && wants_demo && app.context.store.is_empty().await? {
        engine::demo::load(&app.context).await?;
    }
    let airline = engine::demo::AIRLINE.parse().map_err(anyhow::Error::msg)?;
    Ok(app.context.store.airline(&airline).await?.is_some())
}

/// Runs the scheduled jobs. They log their results and failures.
async fn run_jobs(app: App) -> Infallible {
    let mut minutes = tokio::time::interval(EVERY_MINUTE);
    // The first run is a day after the start, so that the demo community is complete until then.
    let mut days = tokio::time::interval_at(Instant::now() + EVERY_DAY, EVERY_DAY);
    for interval in [&mut minutes, &mut days] {
        interval.set_missed_tick_behavior(MissedTickBehavior::Skip);
    }
    loop {
        tokio::select! {
            _ = minutes.tick() => {
                let _logged = end_stale_flights::handle(&app, EVERY_MINUTE).await;
            }
            _ = days.tick() => {
                let _logged = archive_users::handle(&app, JOB_TIME, false).await;
                let _logged = audit::handle(&app, JOB_TIME).await;
            }
        }
    }
}

/// Logs to standard error: as text on a terminal, otherwise as one JSON object per line.
fn log_to_stderr() {
    let lines = tracing_subscriber::fmt::layer().with_writer(std::io::stderr);
    let lines = if std::io::stderr().is_terminal() {
        lines.compact().boxed()
    } else {
        lines.json().flatten_event(true).with_current_span(false).boxed()
    };
    tracing_subscriber::registry().with(shared::telemetry::levels()).with(lines).init();
}
