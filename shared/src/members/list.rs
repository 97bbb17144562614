//! Listing members by username.

use super::github::{self, GithubQuery};
use crate::App;
use crate::error::{MembersError, StoreError};
use crate::models::facet::{Facet, Listing, Partition, position};
use crate::models::{ARCHIVED, Member, MemberId, PublicMember, Username};
use crate::store::{Entry, Span};
use futures_util::future::try_join;
use std::ops::Bound;

/// Where a page begins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cursor {
    /// After so many pages.
    Page(usize),
    /// After that member.
    Next(MemberId),
    /// Before that member.
    Prev(MemberId),
}

/// Which page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PageRequest {
    /// Where it begins.
    pub cursor: Cursor,
    /// How many are on it, 1 to 100.
    pub size: usize,
}

/// A page of members.
#[derive(Debug, Clone, PartialEq)]
pub struct MemberList {
    /// The members on it.
    pub members: Vec<PublicMember>,
    /// The member after whom the next page begins, if there is one.
    pub next: Option<MemberId>,
    /// The member before whom the previous page ends, if there is one.
    pub prev: Option<MemberId>,
}

/// The id in a position of a listing.
pub(super) fn id_at(position: &str) -> Result<MemberId, StoreError> {
    let id = position.split('#').nth(1).and_then(|id| id.parse().ok());
    id.ok_or_else(|| StoreError::Failed(format!("the index has a position {position}").into()))
}

/// Where the member of a cursor stands in listings.
pub(super) async fn position_of(app: &App, id: &MemberId, parameter: &str) -> Result<String, MembersError> {
    let member = app.store.member(id).await?;
    let position = member.and_then(|member| Some(position(member.username.as_ref()?, &member.id)));
    position.ok_or_else(|| not_in_list(parameter, id.as_str()))
}

/// What is said of a cursor that is no member's id, or the id of somebody who is listed nowhere.
#[must_use]
pub fn not_in_list(parameter: &str, id: &str) -> MembersError {
    // No id is longer.
    let id: String = id.chars().take(64).collect();
    MembersError::BadRequest(format!("{parameter} must be the id of a member in the list, and {id} is not"))
}

/// A page of the unarchived members whose usernames begin with `prefix`, by username, both without regard to case
/// (contract, *GET /users*). Two requests for the first page, or by page number; four by `next` or `prev`, wherever they
/// are, at any number of members. Capacity by page number: one read unit for each 4 kB of index entries skipped, some 40.
///
/// # Errors
/// `BadRequest` when the cursor's member is unknown; as any read.
pub async fn list(app: &App, prefix: &str, page: &PageRequest) -> Result<MemberList, MembersError> {
    let prefix = prefix.to_ascii_lowercase();
    let size = page.size;
    let (entries, has_prev, has_next) = match &page.cursor {
        Cursor::Page(number) => {
            let skipped = number.saturating_mul(size);
            let span = Span { prefix, limit: Some(skipped.saturating_add(size + 1)), ..Span::default() };
            let mut entries = read(app, &span).await?;
            let has_prev = skipped > 0 && !entries.is_empty();
            entries.drain(..skipped.min(entries.len()));
            let has_next = entries.len() > size;
            entries.truncate(size);
            (entries, has_prev, has_next)
        }
        Cursor::Next(id) => {
            let from = position_of(app, id, "next").await?;
            let (page, before) = around(app, &prefix, from, size, false).await?;
            let has_next = page.len() > size;
            (page.into_iter().take(size).collect(), before, has_next)
        }
        Cursor::Prev(id) => {
            let from = position_of(app, id, "prev").await?;
            let (page, after) = around(app, &prefix, from, size, true).await?;
            let has_prev = page.len() > size;
            let mut entries: Vec<Entry> = page.into_iter().take(size).collect();
            entries.reverse();
            (entries, has_prev, after)
        }
    };
    let ids = entries.iter().map(|entry| id_at(&entry.position)).collect::<Result<Vec<_>, _>>()?;
    let next = ids.last().filter(|_| has_next).cloned();
    let prev = ids.first().filter(|_| has_prev).cloned();
    Ok(MemberList { members: present(app, &ids).await?, next, prev })
}

/// The entries beyond a position, one more than a page, and whether there are any on its other side.
async fn around(
    app: &App,
    prefix: &str,
    from: String,
    size: usize,
    backward: bool,
) -> Result<(Vec<Entry>, bool), StoreError> {
    let page = Span { prefix: prefix.to_owned(), from: Bound::Excluded(from.clone()), backward, limit: Some(size + 1) };
    let other_side =
        Span { from: Bound::Included(from), backward: !backward, limit: Some(1), prefix: prefix.to_owned() };
    let (page, other_side) = try_join(read(app, &page), read(app, &other_side)).await?;
    Ok((page, !other_side.is_empty()))
}

async fn read(app: &App, span: &Span) -> Result<Vec<Entry>, StoreError> {
    // No username has other characters or is longer; positions have and are.
    let begins_usernames = span.prefix.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
    if !begins_usernames || span.prefix.len() > Username::MAX_LENGTH {
        return Ok(Vec::new());
    }
    app.store.index_entries(&Partition::Listing(Listing { facet: Facet::All, archived: false }), span).await
}

/// Those members as everybody may see them, without any that are put away or have no username yet: they are not listed.
async fn present(app: &App, ids: &[MemberId]) -> Result<Vec<PublicMember>, StoreError> {
    let members = app.store.members(ids).await?;
    let is_listed = |member: &Member| member.username.is_some() && !member.has_role(ARCHIVED);
    Ok(members.into_iter().filter(is_listed).map(PublicMember::from).collect())
}

/// The unarchived members who authored what the query asks for on GitHub, in that order (contract, *GET /users*). One
/// request for each 100 of them, twice, besides those to GitHub.
///
/// # Errors
/// `GithubUnavailable` when GitHub is not configured, not reachable or has had enough; as any read.
pub async fn list_by_github(app: &App, query: &GithubQuery) -> Result<Vec<PublicMember>, MembersError> {
    let authors = github::authors(app, query).await?;
    let ids = app.store.members_by_github(&authors).await?;
    let ids: Vec<MemberId> = authors.iter().filter_map(|login| ids.get(login).cloned()).collect();
    Ok(present(app, &ids).await?)
}
