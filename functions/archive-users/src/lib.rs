//! Puts members away who are not on Discord; runs every day.

use serde::Serialize;
use shared::members::{Archiving, Failed, SyncError, Synced, archive, sync};
use shared::{App, job};
use std::time::Duration;

/// What a run did.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ArchiveRun {
    /// What was taken over from Discord, where that is configured.
    pub discord: Option<Synced>,
    /// Members found who were to be archived.
    pub found: usize,
    /// Members archived.
    pub archived: usize,
    /// Members left for the next run, because of a failure or for want of time.
    pub failed: usize,
}

/// Why a run did not come to anything.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// Discord could not be asked.
    #[error(transparent)]
    Sync(#[from] SyncError),
    /// Nobody was archived.
    #[error(transparent)]
    Archive(#[from] Failed),
}

/// Takes over from Discord who is there, where that is configured, then archives who is not, within the time given, and
/// logs what it did. With `force` a run is not held back, however many it archives.
///
/// # Errors
/// When Discord's list is not complete or could not be taken over, too many would be archived, or DynamoDB failed. The next
/// run goes on where this one stopped.
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
    let discord = match &app.discord {
        Some(discord) => {
            let synced = sync(app, discord).await?;
            let Synced { on_discord, joined, left } = synced;
            tracing::info!(on_discord, joined, left, "took over from Discord");
            Some(synced)
        }
        None => None,
    };
    let how = Archiving {
        by: "archive-users".to_owned(),
        grace: Duration::from_hours(24 * u64::from(app.archiving.grace_days)),
        max_share: (!force).then_some(app.archiving.max_share),
    };
    let run = archive(app, &how).await?;
    Ok(ArchiveRun { discord, found: run.found(), archived: run.archived.len(), failed: run.failed.len() })
}
