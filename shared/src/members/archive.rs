//! Putting members away who are not on Discord.

use crate::App;
use crate::error::{Failure, MembersError, StoreError};
use crate::models::facet::{Partition, Roster, since};
use crate::models::{ARCHIVED, IN_DISCORD, Member, MemberId};
use crate::store::{Backoff, MemberAudit, MemberChanged, Span};
use futures_util::stream::{self, StreamExt};
use serde::Serialize;
use std::ops::Bound;
use std::time::Duration;

/// How many members are put away at once.
const SIDE_BY_SIDE: usize = 16;

/// How many are read at once.
const BATCH: usize = 100;

/// A run from this many unarchived members on is held back if it would put away too large a share of them.
const SAFETY_FROM: usize = 10;

/// How a run goes about it.
#[derive(Debug, Clone, PartialEq)]
pub struct Archiving {
    /// Who does it: a member's id, or the job's name.
    pub by: String,
    /// Members stay who signed up less than that ago.
    pub grace: Duration,
    /// The run archives nobody if it would archive more than that share of the unarchived members; any, if none.
    pub max_share: Option<f64>,
}

/// A member as a run reports them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Reported {
    /// The member's id.
    pub id: MemberId,
    /// First name.
    #[schema(example = "Ada")]
    pub first_name: String,
    /// Last name.
    #[schema(example = "Lovelace")]
    pub last_name: String,
}

/// What a run did.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Archived {
    /// Those found who were to be archived.
    pub found: usize,
    /// Those archived.
    pub archived: Vec<Reported>,
    /// Those left for the next run, because of a failure.
    pub failed: Vec<Reported>,
}

/// Why a run did not come to anything.
#[derive(Debug, thiserror::Error)]
pub enum Failed {
    /// It would have archived too many.
    #[error("{found} of {unarchived} members would be archived, more than a share of {max_share}: nobody was")]
    Safety {
        /// How many.
        found: usize,
        /// Of how many, at least.
        unarchived: usize,
        /// The share allowed.
        max_share: f64,
    },
    /// All failed.
    #[error("none of {0} members could be archived")]
    All(usize),
    /// The members could not be read.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<Failed> for MembersError {
    fn from(failed: Failed) -> Self {
        Self::Failed(Failure::Internal, failed.into())
    }
}

/// Archives every member who is not on Discord and not archived, each by one conditional transaction, so that somebody
/// who joins meanwhile is not archived (contract, *PATCH /users*). Runs that overlap or are cut short do no harm. One
/// request for each 100 of them and one for each.
///
/// # Errors
/// `Safety` and `All` as they say; as any read.
pub async fn archive(app: &App, how: &Archiving) -> Result<Archived, Failed> {
    let until = app.now().minus(how.grace);
    let span = Span { from: Bound::Included(since(until, "~")), backward: true, ..Span::default() };
    let not_in_discord = Partition::Roster(Roster::NotInDiscord);
    let entries = app.store.index_entries(&not_in_discord, &span).await?;
    let ids = entries.iter().map(|entry| super::list::id_at(&entry.position)).collect::<Result<Vec<_>, _>>()?;
    if let Some(max_share) = how.max_share {
        hold_back(app, ids.len(), max_share).await?;
    }
    let mut run = Archived { found: ids.len(), ..Archived::default() };
    for batch in ids.chunks(BATCH) {
        let members = app.store.members(batch).await?;
        let attempts = stream::iter(members).map(|member| async move {
            let ended = archive_one(app, how, &member).await;
            (member, ended)
        });
        let ended: Vec<_> = attempts.buffered(SIDE_BY_SIDE).collect().await;
        for (member, ended) in ended {
            let reported = Reported {
                id: member.id,
                first_name: member.first_name.to_string(),
                last_name: member.last_name.to_string(),
            };
            match ended {
                Ok(true) => run.archived.push(reported),
                // Joined Discord, or archived by somebody else, while the run was on its way.
                Ok(false) => run.found -= 1,
                Err(error) => {
                    tracing::error!(
                        member = reported.id.as_str(),
                        error = &error as &dyn std::error::Error,
                        "could not archive a member"
                    );
                    run.failed.push(reported);
                }
            }
        }
    }
    if run.archived.is_empty() && !run.failed.is_empty() {
        return Err(Failed::All(run.failed.len()));
    }
    Ok(run)
}

/// Archives one member, unless they joined Discord or were archived meanwhile. Tells whether it did.
async fn archive_one(app: &App, how: &Archiving, member: &Member) -> Result<bool, StoreError> {
    let operation = uuid::Builder::from_random_bytes(app.random()).into_uuid();
    let mut backoff = Backoff::default();
    let mut before = member.clone();
    loop {
        if before.operation == Some(operation) {
            return Ok(true);
        }
        if before.has_role(IN_DISCORD) || before.has_role(ARCHIVED) {
            return Ok(false);
        }
        let now = app.now();
        let mut after = before.clone();
        after.roles.insert(ARCHIVED.to_owned(), true);
        after.updated_at = now.into();
        let audit = MemberAudit {
            action: format!("{ARCHIVED}: true"),
            by: how.by.clone(),
            reason: Some("not on Discord".to_owned()),
            at: now,
        };
        match app.store.change_member(&before, &after, operation, Some(&audit), app.random()).await? {
            MemberChanged::Done => return Ok(true),
            MemberChanged::Taken => return Err(StoreError::Failed("archiving takes nothing unique".into())),
            MemberChanged::Stale { .. } => {}
        }
        if !backoff.wait().await {
            return Err(StoreError::Busy("other changes of the member were in the way".into()));
        }
        match app.store.member(&before.id).await? {
            Some(member) => before = member,
            None => return Ok(false),
        }
    }
}

/// Fails if so many are too large a share of the unarchived members. Counts no more of those than it takes to tell: cost
/// grows with those to archive, not with all.
async fn hold_back(app: &App, found: usize, max_share: f64) -> Result<(), Failed> {
    #[allow(
        clippy::cast_precision_loss,
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "counts of people"
    )]
    let enough = ((found as f64 / max_share).ceil() as usize).max(SAFETY_FROM);
    let mut unarchived = 0;
    for roster in [Roster::NotInDiscord, Roster::InDiscord] {
        if unarchived < enough {
            let span = Span { limit: Some(enough - unarchived), ..Span::default() };
            unarchived += app.store.index_entries(&Partition::Roster(roster), &span).await?.len();
        }
    }
    if unarchived >= SAFETY_FROM && unarchived < enough {
        return Err(Failed::Safety { found, unarchived, max_share });
    }
    Ok(())
}

/// The unarchived members without a linked Discord account (contract, *PATCH /users*, `nonVerifiedDiscordUsers`). One
/// request for each megabyte of index, some 10,000 of them, and one for each 100.
///
/// # Errors
/// As any read.
pub async fn unverified(app: &App) -> Result<Vec<Member>, StoreError> {
    let entries = app.store.index_entries(&Partition::Roster(Roster::Unverified), &Span::default()).await?;
    let ids: Vec<MemberId> = entries.iter().filter_map(|entry| entry.position.parse().ok()).collect();
    let mut members = app.store.members(&ids).await?;
    members.retain(|member| !member.has_role(ARCHIVED) && member.discord_id.is_none());
    Ok(members)
}
