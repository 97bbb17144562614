//! What the tests begin with, and how they look at what came of it.

use archive_users::{ArchiveRun, RunError, handle};
use serde_json::{Value, json};
use std::time::Duration;
use testing::TestApp;

pub const DAY: Duration = Duration::from_hours(24);

/// The API with so many members who are on Discord, `on-0` and so on, who signed up long ago.
pub async fn with_members_on_discord(count: usize) -> TestApp {
    let app = crate::start().await;
    sign_up(&app, "on", count, &["in_discord"]).await;
    app.clock.advance(8 * DAY);
    app
}

/// The API with so many members who are not on Discord, `off-0` and so on, beyond their first days, among few enough others
/// for every one of them to be archived.
pub async fn with_members_off_discord(count: usize) -> TestApp {
    let app = crate::start().await;
    sign_up(&app, "off", count, &[]).await;
    app.clock.advance(8 * DAY);
    app.configured(|app| app.archiving.max_share = 1.0)
}

/// Makes members `<name>-0` and so on.
pub async fn sign_up(app: &TestApp, name: &str, count: usize, roles: &[&str]) {
    for number in 0..count {
        app.member(&format!("{name}-{number}"), roles).await;
    }
}

/// Runs the job as its schedule does.
pub async fn try_run(app: &TestApp) -> Result<ArchiveRun, RunError> {
    handle(&app.app, Duration::from_secs(10), false).await
}

/// The same, which must succeed: how many it found, archived, and left.
pub async fn run(app: &TestApp) -> (usize, usize, usize) {
    let ArchiveRun { found, archived, failed, .. } = try_run(app).await.expect("the job runs");
    (found, archived, failed)
}

/// A member as everybody sees them.
pub async fn member(app: &TestApp, id: &str) -> Value {
    app.get(&format!("/users/userId/{id}")).send().await.expect(200).json()["user"].clone()
}

/// Whether a member is archived.
pub async fn is_archived(app: &TestApp, id: &str) -> bool {
    member(app, id).await["roles"]["archived"] == json!(true)
}

/// How many of `<name>-0` and so on are archived.
pub async fn archived(app: &TestApp, name: &str, count: usize) -> usize {
    let mut archived = 0;
    for number in 0..count {
        archived += usize::from(is_archived(app, &format!("{name}-{number}")).await);
    }
    app.wire.reset();
    archived
}

/// Links, joins or leaves, as a superuser records it.
pub async fn record(app: &TestApp, id: &str, change: &Value) {
    let root = app.session("root");
    let recorded = app.patch(&format!("/users/{id}/discord")).bearer(&root).json(change).send().await;
    let _member = recorded.expect(200);
}
