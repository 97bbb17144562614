//! The setup that the tests share, and the reads that check the results.

use archive_users::{ArchiveRun, RunError, handle};
use serde_json::{Value, json};
use std::time::Duration;
use testing::TestApp;

pub const DAY: Duration = Duration::from_hours(24);

/// Starts the API with `count` members `on-0` and so on, who are on Discord and signed up long ago.
pub async fn with_members_on_discord(count: usize) -> TestApp {
    let app = crate::start().await;
    sign_up(&app, "on", count, &["in_discord"]).await;
    app.clock.advance(8 * DAY);
    app
}

/// Starts the API with `count` members `off-0` and so on, who are not on Discord and are past their grace period. The
/// safety limit allows archiving all of them.
pub async fn with_members_off_discord(count: usize) -> TestApp {
    let app = crate::start().await;
    sign_up(&app, "off", count, &[]).await;
    app.clock.advance(8 * DAY);
    app.configured(|app| app.archiving.max_share = 1.0)
}

/// Creates members `<name>-0` and so on.
pub async fn sign_up(app: &TestApp, name: &str, count: usize, roles: &[&str]) {
    for number in 0..count {
        app.member(&format!("{name}-{number}"), roles).await;
    }
}

/// Runs the job as its schedule does.
pub async fn try_run(app: &TestApp) -> Result<ArchiveRun, RunError> {
    handle(&app.app, Duration::from_secs(10), false).await
}

/// Runs the job, which must succeed, and returns how many members it found, archived and failed to archive.
pub async fn run(app: &TestApp) -> (usize, usize, usize) {
    let ArchiveRun { found, archived, failed, .. } = try_run(app).await.expect("the job should run");
    (found, archived, failed)
}

/// Returns a member as the public API shows them.
pub async fn member(app: &TestApp, id: &str) -> Value {
    app.get(&format!("/users/userId/{id}")).send().await.expect(200).json()["user"].clone()
}

/// Returns whether a member is archived.
pub async fn is_archived(app: &TestApp, id: &str) -> bool {
    member(app, id).await["roles"]["archived"] == json!(true)
}

/// Returns how many of the members `<name>-0` and so on are archived.
pub async fn archived(app: &TestApp, name: &str, count: usize) -> usize {
    let mut archived = 0;
    for number in 0..count {
        archived += usize::from(is_archived(app, &format!("{name}-{number}")).await);
    }
    app.wire.reset();
    archived
}

/// Records a Discord link, join or departure as a superuser.
pub async fn record(app: &TestApp, id: &str, change: &Value) {
    let root = app.session("root");
    let recorded = app.patch(&format!("/users/{id}/discord")).bearer(&root).json(change).send().await;
    let _member = recorded.expect(200);
}
