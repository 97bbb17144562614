//! The built binary, as Lambda runs it.

use crate::guild::{Guild, TOKEN};
use insta::assert_json_snapshot;
use serde_json::{Value, json};
use testing::lambda::{
    Environment, Function, Outcome, expect_to_fail_before_its_deadline, expect_to_need_its_variables,
};
use testing::{TestApp, demo_event};

const BINARY: &str = env!("CARGO_BIN_EXE_archive-users");

/// The Discord accounts of the demo's Ada and Amelia.
const ON_DISCORD: [u64; 2] = [799_600_467_218_923_521, 799_600_467_218_923_522];

async fn start(environment: &Environment) -> Function {
    Function::start(BINARY, environment).await.expect("the function starts")
}

async fn run(function: &mut Function) -> Outcome {
    function.invoke(&demo_event("archive-users")).await
}

async fn ran(function: &mut Function) -> Value {
    let answer = run(function).await.expect("the job runs");
    serde_json::from_slice(&answer).expect("its answer is JSON")
}

/// Which of the demo's members have a role.
async fn with_role(app: &TestApp, role: &str) -> Vec<&'static str> {
    let mut having = Vec::new();
    for id in ["ada", "amelia", "bessie", "charles", "demo-admin", "dorothy", "emil"] {
        let user = app.get(&format!("/users/userId/{id}")).send().await.expect(200).json();
        if user["user"]["roles"][role] == true {
            having.push(id);
        }
    }
    having
}

fn with_discord(app: &TestApp, guild: &Guild) -> Environment {
    Environment::of(app)
        .with("DISCORD_API_URL", &guild.api_url())
        .with("DISCORD_GUILD_ID", "799600467218923520")
        .with("DISCORD_BOT_TOKEN", TOKEN)
}

#[tokio::test]
async fn archives_who_is_not_on_discord_by_what_is_stored() {
    let app = crate::with_demo().await;
    let mut function = start(&Environment::of(&app)).await;

    assert_eq!(ran(&mut function).await, json!({ "discord": null, "found": 2, "archived": 2, "failed": 0 }));
    assert_eq!(with_role(&app, "archived").await, ["charles", "dorothy", "emil"]);

    // Nobody is left to archive.
    assert_eq!(ran(&mut function).await, json!({ "discord": null, "found": 0, "archived": 0, "failed": 0 }));
    let ended = function.end().await;
    assert_json_snapshot!(
        ended.log("archive-users"),
        { "[].timestamp" => "[now]", "[]._aws" => "[metrics]", "[].dynamodb_read_units" => "[units]", "[].dynamodb_write_units" => "[units]" },
        @r#"
    [
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
      },
      {
        "_aws": "[metrics]",
        "dynamodb_read_units": "[units]",
        "dynamodb_requests": 1,
        "dynamodb_retries": 0,
        "dynamodb_write_units": "[units]",
        "failed": 0,
        "found": 0,
        "level": "INFO",
        "members_archived": 0,
        "message": "archive-users",
        "target": "archive_users",
        "timestamp": "[now]"
      }
    ]
    "#
    );
    assert_eq!(ended.stderr, "");
}

#[tokio::test]
async fn takes_over_who_is_on_discord_before_it_archives() {
    let (app, guild) = (crate::with_demo().await, Guild::of(&ON_DISCORD).await);
    let mut function = start(&with_discord(&app, &guild)).await;

    assert_json_snapshot!(ran(&mut function).await, @r#"
    {
      "archived": 4,
      "discord": {
        "joined": 0,
        "left": 2,
        "onDiscord": 2
      },
      "failed": 0,
      "found": 4
    }
    "#);

    assert_eq!(with_role(&app, "in_discord").await, ["ada", "amelia"]);
    assert_eq!(with_role(&app, "archived").await, ["bessie", "charles", "demo-admin", "dorothy", "emil"]);
    let ended = function.end().await;
    assert!(!ended.stdout.contains(TOKEN), "{}", ended.stdout);
}

#[tokio::test]
async fn archives_nobody_and_says_why_when_discord_does_not_tell_who_is_there() {
    // It knows no path at all.
    let (app, guild) = (crate::with_demo().await, Guild::start().await);
    let mut function = start(&with_discord(&app, &guild)).await;

    let failed = run(&mut function).await.expect_err("the job fails");

    assert_json_snapshot!(failed, @r#"
    {
      "errorMessage": "Discord's member list is incomplete; nothing was changed",
      "errorType": "&alloc::boxed::Box<dyn core::error::Error + core::marker::Send + core::marker::Sync>"
    }
    "#);
    assert_eq!(with_role(&app, "archived").await, ["dorothy"]);
    let ended = function.end().await;
    assert_json_snapshot!(
        ended.log("a job failed"),
        { "[].timestamp" => "[now]", "[]._aws" => "[metrics]", "[].dynamodb_read_units" => "[units]", "[].dynamodb_write_units" => "[units]" },
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

#[tokio::test]
async fn fails_before_its_deadline_when_dynamodb_does_not_answer() {
    expect_to_fail_before_its_deadline(BINARY, "archive-users").await;
}

#[tokio::test]
async fn does_not_start_without_its_variables() {
    expect_to_need_its_variables(BINARY).await;
}

#[tokio::test]
async fn does_not_start_with_a_bad_variable() {
    let app = crate::start().await;
    for (name, value) in [("ARCHIVE_MAX_SHARE", "1.5"), ("ARCHIVE_GRACE_DAYS", "-1"), ("DISCORD_TIMEOUT_SECONDS", "0")]
    {
        let ended = Function::start(BINARY, &Environment::of(&app).with(name, value)).await;
        let ended = ended.expect_err("the function does not start");
        assert_eq!(ended.status.code(), Some(1), "{name}");
        let message = format!("Error: environment variable {name} is bad: not a number within its range\n");
        assert_eq!(ended.stderr, message);
    }
}
