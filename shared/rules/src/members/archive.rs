//! Putting members away who are not on Discord.

use super::MemberError;
use super::settling::{Update, change_member_from};
use crate::Context;
use futures_util::stream::{self, StreamExt, TryStreamExt};
use models::facet::{Roster, sign_up_key};
use models::{ARCHIVED, IN_DISCORD, Member, MemberId};
use serde::Serialize;
use std::ops::Bound;
use std::time::Duration;
use store::{Invocation, MemberAudit, Span, StoreError, with_causes};

/// How many members are put away at once.
const SIDE_BY_SIDE: usize = 16;

/// How many are read by one request, and how many of these are under way at once: few, for answers are large.
const BATCH: usize = 100;
const BATCHES_SIDE_BY_SIDE: usize = 4;

/// With less time left than this, no further member is begun with.
const TIME_FOR_ONE: Duration = Duration::from_millis(250);

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
    /// Those archived.
    pub archived: Vec<Reported>,
    /// Those left for the next run, because of a failure or for want of time.
    pub failed: Vec<Reported>,
}

impl Archived {
    /// How many were to be archived and did not join Discord, nor were archived by somebody else, meanwhile.
    #[must_use]
    pub fn found(&self) -> usize {
        self.archived.len() + self.failed.len()
    }
}

/// Why a run did not come to anything.
#[derive(Debug, thiserror::Error)]
pub enum ArchiveError {
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

/// Archives every member who is not on Discord and not archived, each by one conditional transaction, so that somebody
/// who joins meanwhile is not archived. Runs that overlap or are cut short do no harm. One
/// request for each megabyte of index, some 10,000 of them, one for each 100 and one for each.
///
/// All are read before the first is archived, so that an error of reading means that nobody was. Those whom the time does
/// not suffice for are left for the next run and counted as failed.
///
/// # Errors
/// `Safety` and `All` as they say; as any read.
pub async fn archive(context: &Context, how: &Archiving) -> Result<Archived, ArchiveError> {
    let ids = candidates(context, how.grace).await?;
    if let Some(max_share) = how.max_share {
        hold_back(context, ids.len(), max_share).await?;
    }
    let batches: Vec<Vec<MemberId>> = ids.chunks(BATCH).map(<[_]>::to_vec).collect();
    let members: Vec<Vec<Member>> = stream::iter(batches)
        .map(|batch| async move { context.store.members(&batch).await })
        .buffered(BATCHES_SIDE_BY_SIDE)
        .try_collect()
        .await?;
    let invocation = Invocation::current();
    let attempts = stream::iter(members.into_iter().flatten()).map(|member| {
        let has_time = invocation.remaining() > TIME_FOR_ONE;
        async move {
            let ended = if has_time { Some(archive_one(context, how, &member).await) } else { None };
            (member, ended)
        }
    });
    let mut attempts = attempts.buffered(SIDE_BY_SIDE);
    let mut run = Archived::default();
    let mut left = 0;
    while let Some((member, ended)) = attempts.next().await {
        let reported = Reported {
            id: member.id,
            first_name: member.first_name.to_string(),
            last_name: member.last_name.to_string(),
        };
        match ended {
            Some(Ok(true)) => run.archived.push(reported),
            // Joined Discord, or archived by somebody else, while the run was on its way.
            Some(Ok(false)) => {}
            Some(Err(error)) => {
                tracing::error!(
                    member = reported.id.as_str(),
                    error = with_causes(&error),
                    "could not archive a member"
                );
                run.failed.push(reported);
            }
            None => {
                left += 1;
                run.failed.push(reported);
            }
        }
    }
    invocation.count_archived(run.archived.len());
    if left > 0 {
        let archived = run.archived.len();
        tracing::error!(archived, left, "the time was up before all were archived; the next run goes on");
    }
    if run.archived.is_empty() && !run.failed.is_empty() {
        return Err(ArchiveError::All(run.failed.len()));
    }
    Ok(run)
}

/// Who is to be archived: those not on Discord who signed up so long ago; all of them, if no time is given.
async fn candidates(context: &Context, grace: Duration) -> Result<Vec<MemberId>, StoreError> {
    let span = if grace.is_zero() {
        Span::default()
    } else {
        let until = sign_up_key(context.now().minus(grace), "~");
        Span { from: Bound::Included(until), backward: true, ..Span::default() }
    };
    let entries = context.store.roster(Roster::NotInDiscord, &span).await?;
    Ok(entries.into_iter().map(|entry| entry.key).collect())
}

/// Archives one member, unless they joined Discord or were archived in the meantime. Returns whether it did.
async fn archive_one(context: &Context, how: &Archiving, member: &Member) -> Result<bool, MemberError> {
    let mut archives = false;
    let archive = |mut member: Member| {
        archives = !member.has_role(IN_DISCORD) && !member.has_role(ARCHIVED);
        if !archives {
            return Ok(Update::unrecorded(member));
        }
        member.roles.insert(ARCHIVED.to_owned(), true);
        let audit = MemberAudit {
            action: format!("{ARCHIVED}: true"),
            by: how.by.clone(),
            reason: Some("not on Discord".to_owned()),
            at: context.now(),
        };
        Ok(Update { after: member, audit: Some(audit) })
    };
    match change_member_from(context, member, MemberError::Taken, archive).await {
        Ok(_) => Ok(archives),
        Err(MemberError::NotFound) => Ok(false),
        Err(error) => Err(error),
    }
}

/// Fails if so many are too large a share of the unarchived members. Counts no more of those than it takes to tell: cost
/// grows with those to archive, not with all.
#[allow(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "counts of people"
)]
async fn hold_back(context: &Context, found: usize, max_share: f64) -> Result<(), ArchiveError> {
    /// Shares such as 0.07 are not exact: 7 of 100 are no more than that share all the same.
    const ROUNDING: f64 = 1e-6;
    if found == 0 {
        return Ok(());
    }
    let enough = if max_share > 0.0 { (found as f64 / max_share).ceil() as usize } else { 0 };
    let enough = enough.max(SAFETY_FROM);
    let mut unarchived = 0;
    for roster in [Roster::NotInDiscord, Roster::InDiscord] {
        if unarchived < enough {
            let span = Span { limit: Some(enough - unarchived), ..Span::default() };
            unarchived += context.store.roster(roster, &span).await?.len();
        }
    }
    if unarchived >= SAFETY_FROM && found as f64 > max_share * unarchived as f64 + ROUNDING {
        tracing::error!(safety_stops = 1, found, unarchived, max_share, "too many would be archived: nobody is");
        return Err(ArchiveError::Safety { found, unarchived, max_share });
    }
    Ok(())
}

/// The unarchived members without a linked Discord account. One
/// request for each megabyte of index, some 10,000 of them, and one for each 100.
///
/// # Errors
/// As any read.
pub async fn unverified(context: &Context) -> Result<Vec<Member>, StoreError> {
    let entries = context.store.roster(Roster::Unverified, &Span::default()).await?;
    let ids: Vec<MemberId> = entries.into_iter().map(|entry| entry.key).collect();
    let mut members = context.store.members(&ids).await?;
    members.retain(|member| !member.has_role(ARCHIVED) && member.discord_id.is_none());
    Ok(members)
}
