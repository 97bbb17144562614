//! Archiving members who are not on Discord.

use super::MemberError;
use super::change::{Update, change_member_from};
use crate::Context;
use futures_util::stream::{self, StreamExt, TryStreamExt};
use models::facet::{Roster, sign_up_key};
use models::{ARCHIVED, IN_DISCORD, Member, MemberId, SUPER_USER};
use serde::Serialize;
use std::ops::Bound;
use std::time::Duration;
use store::{Invocation, MemberAudit, Span, StoreError, with_causes};

/// Maximum number of members that are archived concurrently.
const MAX_CONCURRENT_CHANGES: usize = 16;

/// Number of members per read.
const BATCH: usize = 100;
/// Maximum number of concurrent reads. Low, because responses are large.
const MAX_CONCURRENT_READS: usize = 4;

/// Once less time than this is left, no further member is archived.
const MIN_TIME_LEFT: Duration = Duration::from_millis(250);

/// Minimum number of unarchived members for the safety stop to apply.
const SAFETY_MINIMUM: usize = 10;

/// Parameters of a run of [`archive`].
#[derive(Debug, Clone, PartialEq)]
pub struct Archiving {
    /// Who archives the members: the id of a member or the name of a job.
    pub by: String,
    /// Time after sign-up during which a member is not archived.
    pub grace: Duration,
    /// Maximum share of the unarchived members, from 0 to 1, that the run may archive. If it would archive more, it
    /// archives nobody. `None` for no limit.
    pub max_share: Option<f64>,
}

/// A member in the report of an archiving run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Reported {
    /// Id of the member: 1 to 64 letters, digits, `-` and `_`.
    pub id: MemberId,
    /// First name of the member, 1 to 100 characters.
    #[schema(example = "Ada")]
    pub first_name: String,
    /// Last name of the member, 1 to 100 characters.
    #[schema(example = "Lovelace")]
    pub last_name: String,
}

/// Result of a run of [`archive`].
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Archived {
    /// Members who were archived.
    pub archived: Vec<Reported>,
    /// Members left for the next run, because of a failure or for lack of time.
    pub failed: Vec<Reported>,
}

impl Archived {
    /// Returns the number of members to archive. Members who joined Discord or were archived by somebody else during
    /// the run are not counted.
    #[must_use]
    pub fn found(&self) -> usize {
        self.archived.len() + self.failed.len()
    }
}

/// Why a run archived nobody.
#[derive(Debug, thiserror::Error)]
pub enum ArchiveError {
    /// The run would have archived too many members.
    #[error("{found} of {unarchived} members would be archived, more than a share of {max_share}; nobody was archived")]
    Safety {
        /// Number of members to archive.
        found: usize,
        /// Number of unarchived members, or a lower bound for it.
        unarchived: usize,
        /// Maximum share of the unarchived members.
        max_share: f64,
    },
    /// None of the given number of members could be archived.
    #[error("none of {0} members could be archived")]
    All(usize),
    /// The members could not be read.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Archives every member who is not on Discord, not archived and no superuser, each in one conditional transaction, so
/// that a member who joins Discord in the meantime is not archived. Runs may overlap or be interrupted.
///
/// All members are read before the first one is archived: if a read fails, nobody has been archived. When time runs
/// out, the remaining members are left for the next run and count as failed.
///
/// One request per megabyte of index, which is some 10,000 entries, one per 100 members to archive, and one per member
/// to archive.
///
/// # Errors
/// `Safety` if the run would archive more than the maximum share; `All` if none of the members could be archived;
/// `Store` if the members could not be read.
pub async fn archive(context: &Context, how: &Archiving) -> Result<Archived, ArchiveError> {
    let ids = candidates(context, how.grace).await?;
    if let Some(max_share) = how.max_share {
        check_share(context, ids.len(), max_share).await?;
    }
    let batches: Vec<Vec<MemberId>> = ids.chunks(BATCH).map(<[_]>::to_vec).collect();
    let members: Vec<Vec<Member>> = stream::iter(batches)
        .map(|batch| async move { context.store.members(&batch).await })
        .buffered(MAX_CONCURRENT_READS)
        .try_collect()
        .await?;
    let invocation = Invocation::current();
    let attempts = stream::iter(members.into_iter().flatten()).map(|member| {
        let has_time = invocation.remaining() > MIN_TIME_LEFT;
        async move {
            let ended = if has_time { Some(archive_one(context, how, &member).await) } else { None };
            (member, ended)
        }
    });
    let mut attempts = attempts.buffered(MAX_CONCURRENT_CHANGES);
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
            // The member is a superuser, or joined Discord or was archived by somebody else during the run.
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
        tracing::error!(archived, left, "ran out of time before all members were archived; the next run continues");
    }
    if run.archived.is_empty() && !run.failed.is_empty() {
        return Err(ArchiveError::All(run.failed.len()));
    }
    Ok(run)
}

/// Returns the members to archive: those who are not on Discord and signed up at least `grace` ago. One request per
/// megabyte of index.
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

/// Archives a member. Returns `false` for a superuser and if the member has joined Discord or been archived in the
/// meantime.
async fn archive_one(context: &Context, how: &Archiving, member: &Member) -> Result<bool, MemberError> {
    let mut archives = false;
    let archive = |mut member: Member| {
        archives = ![IN_DISCORD, ARCHIVED, SUPER_USER].iter().any(|role| member.has_role(role));
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

/// Fails if the members to archive are too large a share of the unarchived members. Counts only as many unarchived
/// members as it takes to decide, so that the cost depends on the number of members to archive, not on that of all
/// members.
#[allow(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "counts of members"
)]
async fn check_share(context: &Context, found: usize, max_share: f64) -> Result<(), ArchiveError> {
    /// Shares such as 0.07 are not exact: 7 of 100 members must not exceed that share.
    const ROUNDING: f64 = 1e-6;
    if found == 0 {
        return Ok(());
    }
    let enough = if max_share > 0.0 { (found as f64 / max_share).ceil() as usize } else { 0 };
    let enough = enough.max(SAFETY_MINIMUM);
    let mut unarchived = 0;
    for roster in [Roster::NotInDiscord, Roster::InDiscord] {
        if unarchived < enough {
            let span = Span { limit: Some(enough - unarchived), ..Span::default() };
            unarchived += context.store.roster(roster, &span).await?.len();
        }
    }
    if unarchived >= SAFETY_MINIMUM && found as f64 > max_share * unarchived as f64 + ROUNDING {
        tracing::error!(
            safety_stops = 1,
            found,
            unarchived,
            max_share,
            "too many members would be archived; archiving nobody"
        );
        return Err(ArchiveError::Safety { found, unarchived, max_share });
    }
    Ok(())
}

/// Returns the unarchived members without a linked Discord account. One request per megabyte of index, which is some
/// 10,000 entries, and one per 100 members.
///
/// # Errors
/// Any [`StoreError`].
pub async fn unverified(context: &Context) -> Result<Vec<Member>, StoreError> {
    let entries = context.store.roster(Roster::Unverified, &Span::default()).await?;
    let ids: Vec<MemberId> = entries.into_iter().map(|entry| entry.key).collect();
    let mut members = context.store.members(&ids).await?;
    members.retain(|member| !member.has_role(ARCHIVED) && member.discord_id.is_none());
    Ok(members)
}
