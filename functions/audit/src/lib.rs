//! Checks the invariants of all stored data. Runs every night.

use serde::Serialize;
use shared::audit::{Audited, Breach, audit_part};
use shared::store::{Checkpoint, StoreError};
use shared::{App, Invocation, job};
use std::time::Duration;

/// Minimum time left for another part to be started. A part is one megabyte of items, at most some thousands of flyers.
pub const TIME_FOR_ONE_PART: Duration = Duration::from_mins(2);

/// Maximum number of breaches that a run logs, so that a corrupt table does not flood the log. All breaches are
/// counted.
const SHOWN: u64 = 100;

/// The result of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct AuditRun {
    /// What the run audited.
    #[serde(flatten)]
    pub audited: Audited,
    /// Whether the audit reached the end. If not, the next run continues where this one stopped.
    pub is_complete: bool,
}

/// Audits within the given time, starting where the last run stopped, and logs the result. A breach counts in a metric
/// and does not fail the run.
///
/// # Errors
/// Returns a [`StoreError`] if the time ran out or DynamoDB failed. The next run continues where this one stopped.
pub async fn handle(app: &App, time: Duration) -> Result<AuditRun, StoreError> {
    job::run("audit", time, Box::pin(run(app)), |run, cost| {
        let Audited { flyers, entries, boardings, members, breaches } = run.audited;
        tracing::info!(
            flyers,
            entries,
            boardings,
            members,
            audit_mismatches = breaches,
            is_complete = run.is_complete,
            dynamodb_requests = cost.requests(),
            dynamodb_retries = cost.retries(),
            dynamodb_read_units = cost.read_units(),
            dynamodb_write_units = cost.write_units(),
            "audit"
        );
    })
    .await
}

async fn run(app: &App) -> Result<AuditRun, StoreError> {
    let begun_at = app.context.now();
    let mut next = Some(app.context.store.audit_checkpoint().await?.unwrap_or_default());
    let mut audited = Audited::default();
    let mut shown = 0;
    let on_breach = |breach: Breach| {
        shown += 1;
        if shown <= SHOWN {
            tracing::error!(subject = breach.subject, problem = breach.problem, "does not hold");
        }
    };
    let ended = parts(app, &mut next, &mut audited, on_breach).await;
    app.context.store.put_audit_checkpoint(next.as_ref(), begun_at).await?;
    ended.map(|()| AuditRun { audited, is_complete: next.is_none() })
}

/// Audits part after part while time is left, and leaves in `next` where to continue.
async fn parts(
    app: &App,
    next: &mut Option<Checkpoint>,
    audited: &mut Audited,
    mut on_breach: impl FnMut(Breach),
) -> Result<(), StoreError> {
    let invocation = Invocation::current();
    while invocation.remaining() > TIME_FOR_ONE_PART
        && let Some(at) = next
    {
        *next = audit_part(&app.context, at, audited, &mut on_breach, |_| {}).await?;
    }
    Ok(())
}
