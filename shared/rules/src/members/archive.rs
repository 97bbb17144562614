//! Archiving members who are not on Discord.

use super::MemberError;
use super::change::{Update, change_member_from};
use crate::Context;
use futures_util::stream::{self, StreamExt, TryStreamExt};
use models::facet::{Roster, sign_up_key};
use models::{ARCHIVED, IN_DISCORD, Member, MemberId, Name, SUPER_USER};
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

/// Number of index entries per read.
const PAGE: usize = 1000;

/// Maximum number of members that a report names.
const MAX_NAMED: usize = 10_000;

/// Up to this number of members without a linked Discord account are counted.
const MAX_COUNTED: usize = 100_000;

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
    /// First name of the member, 1 to 100 characters; empty if it is not given yet.
    #[schema(example = "Ada")]
    pub first_name: String,
    /// Last name of the member, 1 to 100 characters; empty if it is not given yet.
    #[schema(example = "Lovelace")]
    pub last_name: String,
}

/// Members in the report of an archiving run.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Report {
    /// Number of members.
    pub count: usize,
    /// The members, up to 10,000 of them.
    pub named: Vec<Reported>,
}

impl Report {
    fn add(&mut self, member: Member) {
        self.count += 1;
        if self.named.len() < MAX_NAMED {
            let Member { id, first_name, last_name, .. } = member;
            let text = |name: Option<Name>| name.map(|name| name.to_string()).unwrap_or_default();
            self.named.push(Reported { id, first_name: text(first_name), last_name: text(last_name) });
        }
    }
}

/// Result of a run of [`archive`].
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Archived {
    /// Members who were archived.
    pub archived: Report,
    /// Members left for the next run, because of a failure or for lack of time.
    pub failed: Report,
}

impl Archived {
    /// Returns the number of members to archive. Members who joined Discord or were archived by somebody else during
    /// the run are not counted.
    #[must_use]
    pub fn found(&self) -> usize {
        self.archived.count + self.failed.count
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
/// Members are read and archived a thousand at a time, so that memory does not grow with their number. When time runs
/// out or members cannot be read, the remaining members are left for the next run and count as failed.
///
/// One request per 1,000 members to archive, one per 10,000 more to count them, one per 100 to read them, and one per
/// member to archive.
///
/// # Errors
/// `Safety` if the run would archive more than the maximum share; `All` if none of the members could be archived;
/// `Store` if the members could not be read before the first one was archived.
pub async fn archive(context: &Context, how: &Archiving) -> Result<Archived, ArchiveError> {
    let mut candidates = Candidates::new(context, how.grace);
    let mut ids = candidates.next(context).await?;
    let found = ids.len() + candidates.left(context).await?;
    if let Some(max_share) = how.max_share {
        check_share(context, found, max_share).await?;
    }
    let mut run = Run { left: found, done: Archived::default() };
    let stopped = loop {
        if ids.is_empty() {
            break Ok(());
        }
        let page = match run.archive(context, how, &ids).await {
            Ok(()) if has_time() => candidates.next(context).await,
            ended => ended.map(|()| Vec::new()),
        };
        match page {
            Ok(page) => ids = page,
            Err(error) => break Err(error),
        }
    };
    let Run { left, mut done } = run;
    Invocation::current().count_archived(done.archived.count);
    // Members who signed up during the run are not among those that were counted.
    done.failed.count += left;
    match stopped {
        Err(error) if done.archived.count == 0 && done.failed.named.is_empty() => return Err(error.into()),
        Err(error) => tracing::error!(error = with_causes(&error), "could not read all members to archive"),
        Ok(()) => {}
    }
    if left > 0 || !has_time() {
        let (archived, left) = (done.archived.count, done.failed.count);
        tracing::error!(archived, left, "stopped before all members were archived; the next run continues");
    }
    if done.archived.count == 0 && done.failed.count > 0 {
        return Err(ArchiveError::All(done.failed.count));
    }
    Ok(done)
}

fn has_time() -> bool {
    Invocation::current().remaining() > MIN_TIME_LEFT
}

/// The members to archive, as far as they have been read: those who are not on Discord and signed up at least a grace
/// period ago.
struct Candidates {
    rest: Span,
    is_complete: bool,
}

impl Candidates {
    fn new(context: &Context, grace: Duration) -> Self {
        let rest = if grace.is_zero() {
            Span::default()
        } else {
            let until = sign_up_key(context.now().minus(grace), "~");
            Span { from: Bound::Included(until), backward: true, ..Span::default() }
        };
        Self { rest, is_complete: false }
    }

    /// Reads the ids of the next members. One request.
    async fn next(&mut self, context: &Context) -> Result<Vec<MemberId>, StoreError> {
        if self.is_complete {
            return Ok(Vec::new());
        }
        let span = Span { limit: Some(PAGE), ..self.rest.clone() };
        let entries = context.store.roster(Roster::NotInDiscord, &span).await?;
        self.is_complete = entries.len() < PAGE;
        if let Some(last) = entries.last() {
            self.rest.from = Bound::Excluded(last.key.position.clone());
        }
        Ok(entries.into_iter().map(|entry| entry.key.member).collect())
    }

    /// Returns the number of members who have not been read yet. One request per 10,000 of them.
    async fn left(&self, context: &Context) -> Result<usize, StoreError> {
        if self.is_complete { Ok(0) } else { context.store.count_roster(Roster::NotInDiscord, &self.rest).await }
    }
}

/// A run of [`archive`] as far as it has got.
struct Run {
    /// Number of members who have not been tried yet.
    left: usize,
    done: Archived,
}

impl Run {
    /// Reads and archives members.
    async fn archive(&mut self, context: &Context, how: &Archiving, ids: &[MemberId]) -> Result<(), StoreError> {
        let batches: Vec<Vec<MemberId>> = ids.chunks(BATCH).map(<[_]>::to_vec).collect();
        let reads = stream::iter(batches).map(|batch| async move { context.store.members(&batch).await });
        let members: Vec<Vec<Member>> = reads.buffered(MAX_CONCURRENT_READS).try_collect().await?;
        self.left = self.left.saturating_sub(ids.len());
        let attempts = stream::iter(members.into_iter().flatten()).map(|member| async move {
            let ended = if has_time() { Some(archive_one(context, how, &member).await) } else { None };
            (member, ended)
        });
        let mut attempts = attempts.buffered(MAX_CONCURRENT_CHANGES);
        while let Some((member, ended)) = attempts.next().await {
            match ended {
                Some(Ok(true)) => self.done.archived.add(member),
                // The member is a superuser, or joined Discord or was archived by somebody else during the run.
                Some(Ok(false)) => {}
                Some(Err(error)) => {
                    let id = member.id.as_str();
                    tracing::error!(member = id, error = with_causes(&error), "could not archive a member");
                    self.done.failed.add(member);
                }
                None => self.done.failed.add(member),
            }
        }
        Ok(())
    }
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
            unarchived += context.store.count_roster(roster, &span).await?;
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

/// A page of the unarchived members without a linked Discord account.
#[derive(Debug, Clone, PartialEq)]
pub struct Unverified {
    /// The members on the page, by id.
    pub members: Vec<Member>,
    /// Number of members on all pages, up to 100,000.
    pub count: usize,
    /// Id of the member after whom the next page starts; `None` on the last page.
    pub next: Option<MemberId>,
}

/// Returns up to `size` of the unarchived members without a linked Discord account, from after the member with the id
/// `after`. One request, one per 100 members, and where there are further pages one per 10,000 members to count them.
///
/// # Errors
/// Any [`StoreError`].
pub async fn unverified(context: &Context, size: usize, after: Option<MemberId>) -> Result<Unverified, StoreError> {
    let all = Span { limit: Some(MAX_COUNTED), ..Span::default() };
    let from = after.as_ref().map_or(Bound::Unbounded, |after| Bound::Excluded(after.to_string()));
    let entries =
        context.store.roster(Roster::Unverified, &Span { from, limit: Some(size + 1), ..all.clone() }).await?;
    let has_next = entries.len() > size;
    let ids: Vec<MemberId> = entries.into_iter().take(size).map(|entry| entry.key.member).collect();
    let count = if after.is_none() && !has_next {
        ids.len()
    } else {
        context.store.count_roster(Roster::Unverified, &all).await?
    };
    let mut members = context.store.members(&ids).await?;
    members.retain(|member| !member.has_role(ARCHIVED) && member.discord_id.is_none());
    Ok(Unverified { members, count, next: ids.into_iter().last().filter(|_| has_next) })
}
