//! Checks that what must hold does, of every ledger and of the members' index; runs every night.

use serde::Serialize;
use shared::audit::{Audited, Breach, Checkpoint, audit_part};
use shared::error::StoreError;
use shared::invocation::Invocation;
use shared::{App, job};
use std::time::Duration;

/// With less time left than this, no further part is begun with: a part is a megabyte of items, some thousands of flyers.
pub const TIME_FOR_ONE_PART: Duration = Duration::from_mins(2);

/// Breaches that one run shows; a table gone wrong would otherwise fill the log. All are counted.
const SHOWN: u64 = 100;

/// What a run did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct AuditRun {
    /// What it looked at.
    #[serde(flatten)]
    pub audited: Audited,
    /// Whether it came to the end; if not, the next run goes on where this one stopped.
    pub is_complete: bool,
}

/// Audits within the time given, from where the last run stopped, and logs what it found. What does not hold is a metric,
/// not a failure of the run.
///
/// # Errors
/// As any read. The next run goes on where this one stopped.
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
    let begun_at = app.now();
    let mut next = Some(app.store.audit_checkpoint().await?.unwrap_or_default());
    let mut audited = Audited::default();
    let mut shown = 0;
    let on_breach = |breach: Breach| {
        shown += 1;
        if shown <= SHOWN {
            tracing::error!(subject = breach.subject, problem = breach.problem, "does not hold");
        }
    };
    let ended = parts(app, &mut next, &mut audited, on_breach).await;
    app.store.put_audit_checkpoint(next.as_ref(), begun_at).await?;
    ended.map(|()| AuditRun { audited, is_complete: next.is_none() })
}

/// Part after part, as long as there is time; leaves in `next` what was not done.
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
        *next = audit_part(app, at.clone(), audited, &mut on_breach, |_| {}).await?;
    }
    Ok(())
}
