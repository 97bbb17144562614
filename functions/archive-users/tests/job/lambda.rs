//! The built binary, as Lambda runs it.

use crate::guild::{FIRST, Guild, TOKEN};
use insta::assert_json_snapshot;
use serde_json::json;
use shared::App;
use std::time::Duration;
use testing::TestApp;
use testing::lambda::{Environment, JobOutcome, JobPair, outcome};

const BINARY: &str = env!("CARGO_BIN_EXE_archive-users");

/// The Discord accounts of the demo's superuser, Ada and Amelia.
const ON_DISCORD: [u64; 3] =
    [799_600_467_218_923_520 - FIRST, 799_600_467_218_923_521 - FIRST, 799_600_467_218_923_522 - FIRST];

testing::job_function_tests!(BINARY, "archive-users", handle);

async fn handle(app: &App, time: Duration) -> JobOutcome {
    outcome(archive_users::handle(app, time, false).await)
}

/// Starts the job as a binary and in process.
async fn pair(
    environment: Environment,
    in_process: &TestApp,
) -> JobPair<'_, impl AsyncFn(&App, Duration) -> JobOutcome> {
    JobPair::start(BINARY, &environment, "archive-users", in_process, handle).await
}

fn with_discord(app: &TestApp, guild: &Guild) -> Environment {
    Environment::of(app)
        .with("DISCORD_API_URL", &guild.api_url())
        .with("DISCORD_GUILD_ID", "799600467218923520")
        .with("DISCORD_BOT_TOKEN", TOKEN)
}

/// Returns the demo's members with a role.
async fn with_role(app: &TestApp, role: &str) -> Vec<&'static str> {
    let mut having = Vec::new();
    for id in ["ada", "amelia", "bessie", "charles", "demo-admin", "dorothy", "emil"] {
        if crate::scene::member(app, id).await["roles"][role] == true {
            having.push(id);
        }
    }
    having
}

#[tokio::test]
async fn archives_who_is_not_on_discord_by_what_is_stored() {
    let (app, in_process) = (crate::with_demo().await, crate::with_demo().await);
    let mut job = pair(Environment::of(&app), &in_process).await;

    assert_eq!(job.run().await, Ok(json!({ "discord": null, "found": 2, "archived": 2, "failed": 0 })));
    assert_eq!(with_role(&app, "archived").await, ["charles", "dorothy", "emil"]);
    assert_eq!(job.run().await, Ok(json!({ "discord": null, "found": 0, "archived": 0, "failed": 0 })));

    assert_json_snapshot!(
        job.end().await.log("archive-users")[0],
        {
            ".timestamp" => "[now]", "._aws" => "[metrics]",
            ".dynamodb_read_units" => "[units]", ".dynamodb_write_units" => "[units]",
        },
        @r#"
    {
      "_aws": "[metrics]",
      "dynamodb_read_units": "[units]",
      "dynamodb_requests": 6,
      "dynamodb_retries": 0,
      "dynamodb_write_units": "[units]",
      "failed": 0,
      "found": 2,
      "level": "INFO",
      "members_archived": 2,
      "message": "archive-users",
      "target": "archive_users",
      "timestamp": "[now]"
    }
    "#
    );
}

#[tokio::test]
async fn takes_over_who_is_on_discord_before_it_archives() {
    let (app, in_process) = (crate::with_demo().await, crate::with_demo().await);
    let guild = Guild::of(&ON_DISCORD).await;
    let in_process = guild.known_to(&in_process, Duration::from_secs(10));
    let mut job = pair(with_discord(&app, &guild), &in_process).await;

    let discord = json!({ "onDiscord": 3, "joined": 0, "left": 1 });
    assert_eq!(job.run().await, Ok(json!({ "discord": discord, "found": 3, "archived": 3, "failed": 0 })));

    assert_eq!(with_role(&app, "in_discord").await, ["ada", "amelia", "demo-admin"]);
    assert_eq!(with_role(&app, "archived").await, ["bessie", "charles", "dorothy", "emil"]);
    let ended = job.end().await;
    assert!(!ended.stdout.contains(TOKEN), "{}", ended.stdout);
}

#[tokio::test]
async fn archives_nobody_and_says_why_when_discord_does_not_tell_who_is_there() {
    let (app, in_process) = (crate::with_demo().await, crate::with_demo().await);
    // It knows no path at all.
    let guild = Guild::start().await;
    let in_process = guild.known_to(&in_process, Duration::from_secs(10));
    let mut job = pair(with_discord(&app, &guild), &in_process).await;

    assert_eq!(job.run().await, Err("Discord's member list is incomplete; nothing was changed".to_owned()));

    assert_eq!(with_role(&app, "archived").await, ["dorothy"]);
    let ended = job.end().await;
    assert_json_snapshot!(
        ended.log("a job failed"),
        {
            "[].timestamp" => "[now]",
            "[].dynamodb_read_units" => "[units]", "[].dynamodb_write_units" => "[units]",
        },
        @r#"
    [
      {
        "dynamodb_read_units": "[units]",
        "dynamodb_requests": 1,
        "dynamodb_retries": 0,
        "dynamodb_write_units": "[units]",
        "error": "Discord's member list is incomplete; nothing was changed: responded with 404 Not Found",
        "job": "archive-users",
        "level": "ERROR",
        "message": "a job failed",
        "target": "shared::job",
        "timestamp": "[now]"
      }
    ]
    "#
    );
    assert!(!ended.stdout.contains(TOKEN), "{}", ended.stdout);
}
