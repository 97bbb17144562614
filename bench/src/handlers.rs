//! The computing of a warm invocation, from the event to the response, while DynamoDB responds at once: instructions,
//! counted by Valgrind, and allocations. Neither depends on the machine's speed or on what else it does.

use crate::scene::{self, Scene};
use crate::tape::{Player, Recorder};
use anyhow::{Context as _, bail};
use axum::Router;
use lambda_http::lambda_runtime::{self, LambdaEvent};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use shared::config::Config;
use shared::models::Timestamp;
use shared::store::Store;
use shared::{App, Clock};
use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use testing::{START, Session};
use tokio::runtime::Runtime;

/// Everything that a process needs to repeat an invocation without DynamoDB.
#[derive(Serialize, Deserialize)]
struct Recording {
    function: String,
    event: String,
    session_keys: String,
    /// DynamoDB's responses to the first invocation of an instance and to each later one.
    responses: Vec<String>,
    /// Number of responses to the first invocation.
    first: usize,
    status: u64,
    response_bytes: usize,
}

/// What an invocation of an operation costs.
pub struct Measured {
    pub name: String,
    pub status: u64,
    pub requests: usize,
    pub response_bytes: usize,
    pub instructions: u64,
    pub allocations: u64,
    pub allocated_bytes: u64,
}

/// Measures the scenes whose names contain `filter`. Files are kept in `folder` meanwhile.
pub fn measure(runtime: &Runtime, filter: &str, folder: &Path) -> anyhow::Result<Vec<Measured>> {
    fs::create_dir_all(folder)?;
    let mut measured = Vec::new();
    for scene in scene::all().into_iter().filter(|scene| scene.name.contains(filter)) {
        let recording = runtime.block_on(record(&scene)).with_context(|| scene.name.clone())?;
        let file = folder.join(format!("{}.json", scene.name.replace([',', ' '], "-")));
        fs::write(&file, serde_json::to_vec(&recording)?)?;
        let (few, many) = (3, 13);
        let instructions = (instructions(&file, many)? - instructions(&file, few)?) / (many - few);
        let (allocations, allocated_bytes) = allocations(runtime, &recording)?;
        measured.push(Measured {
            name: scene.name,
            status: recording.status,
            requests: recording.responses.len() - recording.first,
            response_bytes: recording.response_bytes,
            instructions,
            allocations,
            allocated_bytes,
        });
    }
    Ok(measured)
}

/// Repeats the recorded invocation, for Valgrind to watch.
pub async fn replay(file: &Path, times: u64) -> anyhow::Result<()> {
    let recording: Recording = serde_json::from_slice(&fs::read(file)?)?;
    let router = player(&recording)?;
    // The first invocation of an instance reads the caller's key, which later ones know.
    for _ in 0..=times {
        invoke(&router, &recording.event).await?;
    }
    Ok(())
}

async fn record(scene: &Scene) -> anyhow::Result<Recording> {
    let recorder = Recorder::default();
    let (mut responses, mut keys) = (Vec::new(), None);
    let mut first = 0;
    let mut answer = Value::Null;
    for _ in 0..2 {
        // The same invocation again, on an equal community.
        let community = scene.community().await;
        let config = engine::config(community.endpoint()).http_client(recorder.clone());
        let mut app = community.app.clone();
        app.context.store = Store::with_config(config, community.tables().clone());
        app.keys = keys.take().unwrap_or_default();
        keys = Some(app.keys.clone());
        first = responses.len();
        answer = invoke(&router(&scene.function, app)?, &scene.event.to_string()).await?;
        responses.extend(recorder.take());
    }
    Ok(Recording {
        function: scene.function.clone(),
        event: scene.event.to_string(),
        session_keys: Session::public_key(),
        responses,
        first,
        status: answer["statusCode"].as_u64().context("a response has a status")?,
        response_bytes: answer["body"].as_str().unwrap_or_default().len(),
    })
}

fn router(function: &str, app: App) -> anyhow::Result<Router> {
    Ok(match function {
        "airlines" => airlines::router(app),
        "flights" => flights::router(app),
        "miles" => miles::router(app),
        "system" => system::router(app),
        "users" => users::router(app),
        _ => bail!("there is no function {function}"),
    })
}

/// Returns the routes of a recording, on the recorded responses.
fn player(recording: &Recording) -> anyhow::Result<Router> {
    let config = Config::from_variables(|name| match name {
        "USERS_TABLE" | "FLIGHTS_TABLE" | "LEDGERS_TABLE" => Some(name.to_owned()),
        "SESSION_PUBLIC_KEYS" => Some(recording.session_keys.clone()),
        _ => None,
    })?;
    let client = engine::config("http://localhost").http_client(Player::new(&recording.responses, recording.first));
    let mut app = App::new(&config, Store::with_config(client, config.tables.clone()));
    app.context = app.context.with_clock(StoppedClock(START.parse().map_err(anyhow::Error::msg)?));
    router(&recording.function, app)
}

struct StoppedClock(Timestamp);

impl Clock for StoppedClock {
    fn now(&self) -> Timestamp {
        self.0
    }
}

/// Sends an event to a function, and returns its response as Lambda receives it.
async fn invoke(router: &Router, event: &str) -> anyhow::Result<Value> {
    let mut context = lambda_runtime::Context::default();
    let deadline = SystemTime::now() + Duration::from_secs(10);
    context.deadline = u64::try_from(deadline.duration_since(UNIX_EPOCH)?.as_millis())?;
    let event = LambdaEvent::new(serde_json::from_str(event)?, context);
    let response = shared::http::answer(router.clone(), event).await?;
    Ok(serde_json::from_slice(&serde_json::to_vec(&response)?)?)
}

/// Returns the number of instructions of a process that repeats the recording.
fn instructions(file: &Path, times: u64) -> anyhow::Result<u64> {
    let mut valgrind = Command::new("valgrind");
    valgrind.args(["--tool=callgrind", "--callgrind-out-file=/dev/null"]).arg(std::env::current_exe()?);
    let output = valgrind.arg("replay").arg(file).arg(times.to_string()).output().context("valgrind")?;
    let log = String::from_utf8_lossy(&output.stderr);
    let collected = log.lines().find_map(|line| line.split_once("Collected : ")).context("valgrind counted nothing")?;
    Ok(collected.1.trim().parse()?)
}

/// Returns the number and size of the allocations of one invocation.
fn allocations(runtime: &Runtime, recording: &Recording) -> anyhow::Result<(u64, u64)> {
    const TIMES: u64 = 10;
    let router = player(recording)?;
    let invoke = || runtime.block_on(invoke(&router, &recording.event));
    invoke()?;
    let counted = allocation_counter::measure(|| {
        for _ in 0..TIMES {
            drop(invoke());
        }
    });
    Ok((counted.count_total / TIMES, counted.bytes_total / TIMES))
}
