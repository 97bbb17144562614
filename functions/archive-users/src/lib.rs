//! Archives members who are not on Discord. Runs every day.

use serde::Serialize;
use shared::members::{ArchiveError, Archiving, SyncError, Synced, archive, sync};
use shared::{App, job};
use std::time::Duration;

/// The result of a run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ArchiveRun {
    /// What was synchronized from Discord; `None` where Discord is not configured.
    pub discord: Option<Synced>,
    /// Number of members to archive.
    pub found: usize,
    /// Number of members archived.
    pub archived: usize,
    /// Number of members left for the next run, because of a failure or for lack of time.
    pub failed: usize,
}

/// The reason why a run failed.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// The Discord server's member list could not be synchronized.
    #[error(transparent)]
    Sync(#[from] SyncError),
    /// No member was archived.
    #[error(transparent)]
    Archive(#[from] ArchiveError),
}

/// Synchronizes who is on the Discord server, where Discord is configured, then archives the members who are not,
/// within the given time, and logs the result. With `force`, the safety stop does not apply, however many members are
/// archived.
///
/// # Errors
/// `Sync` if Discord's member list is incomplete or could not be applied; `Archive` if too many members would be
/// archived, none could be, or DynamoDB failed. The next run continues where this one stopped.
pub async fn handle(app: &App, time: Duration, force: bool) -> Result<ArchiveRun, RunError> {
    job::run("archive-users", time, Box::pin(run(app, force)), |run, cost| {
        tracing::info!(
            found = run.found,
            members_archived = run.archived,
            failed = run.failed,
            dynamodb_requests = cost.requests(),
            dynamodb_retries = cost.retries(),
            dynamodb_read_units = cost.read_units(),
            dynamodb_write_units = cost.write_units(),
            "archive-users"
        );
    })
    .await
}

async fn run(app: &App, force: bool) -> Result<ArchiveRun, RunError> {
    let discord = match &app.outside.discord {
        Some(discord) => {
            let synced = sync(&app.context, &app.outside, discord).await?;
            let Synced { on_discord, joined, left } = synced;
            tracing::info!(on_discord, joined, left, "synchronized with Discord");
            Some(synced)
        }
        None => None,
    };
    let how = Archiving {
        by: "archive-users".to_owned(),
        grace: Duration::from_hours(24 * u64::from(app.archiving.grace_days)),
        max_share: (!force).then_some(app.archiving.max_share),
    };
    let run = archive(&app.context, &how).await?;
    Ok(ArchiveRun { discord, found: run.found(), archived: run.archived.count, failed: run.failed.count })
}
