//! Listing members by username.

use super::MemberError;
use super::github::{self, GithubQuery};
use crate::{Context, Outside};
use futures_util::future::try_join;
use models::facet::{Facet, Listing};
use models::{ARCHIVED, ListingKey, Member, MemberId, Position, PublicMember, Username};
use std::ops::Bound;
use store::{IndexEntry, Span, StoreError};

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

/// Where the member of a cursor stands in listings.
pub(super) async fn position_of(context: &Context, id: &MemberId, parameter: &str) -> Result<Position, MemberError> {
    let member = context.store.member(id).await?;
    let position = member.and_then(|member: Member| Some(Position::new(member.username.as_ref()?, member.id)));
    position.ok_or_else(|| not_in_list(parameter, id.as_str()))
}

/// What is said of a cursor that is no member's id, or the id of somebody who is listed nowhere.
#[must_use]
pub fn not_in_list(parameter: &str, id: &str) -> MemberError {
    // No id is longer.
    let id: String = id.chars().take(64).collect();
    MemberError::invalid(format!("{parameter} must be the id of a member in the list, and {id} is not"))
}

/// A page of the unarchived members whose usernames begin with `prefix`, by username, both without regard to case
///. Two requests for the first page, or by page number; four by `next` or `prev`, wherever they
/// are, at any number of members. Capacity by page number: one read unit for each 4 kB of index entries skipped, some 40.
///
/// # Errors
/// `BadRequest` when the cursor's member is unknown; as any read.
pub async fn list(context: &Context, prefix: &str, page: &PageRequest) -> Result<MemberList, MemberError> {
    let prefix = prefix.to_ascii_lowercase();
    let size = page.size;
    let (entries, has_prev, has_next) = match &page.cursor {
        Cursor::Page(number) => {
            let skipped = number.saturating_mul(size);
            let span = Span { prefix, limit: Some(skipped.saturating_add(size + 1)), ..Span::default() };
            let mut entries = read(context, &span).await?;
            let has_prev = skipped > 0 && !entries.is_empty();
            entries.drain(..skipped.min(entries.len()));
            let has_next = entries.len() > size;
            entries.truncate(size);
            (entries, has_prev, has_next)
        }
        Cursor::Next(id) => {
            let from = position_of(context, id, "next").await?;
            let (page, before) = around(context, &prefix, &from, size, false).await?;
            let has_next = page.len() > size;
            (page.into_iter().take(size).collect(), before, has_next)
        }
        Cursor::Prev(id) => {
            let from = position_of(context, id, "prev").await?;
            let (page, after) = around(context, &prefix, &from, size, true).await?;
            let has_prev = page.len() > size;
            let mut entries: Vec<IndexEntry<ListingKey>> = page.into_iter().take(size).collect();
            entries.reverse();
            (entries, has_prev, after)
        }
    };
    let ids: Vec<MemberId> = entries.iter().map(|entry| entry.key.position.id().clone()).collect();
    let next = ids.last().filter(|_| has_next).cloned();
    let prev = ids.first().filter(|_| has_prev).cloned();
    Ok(MemberList { members: present(context, &ids).await?, next, prev })
}

/// The entries beyond a position, one more than a page, and whether there are any on its other side.
async fn around(
    context: &Context,
    prefix: &str,
    from: &Position,
    size: usize,
    backward: bool,
) -> Result<(Vec<IndexEntry<ListingKey>>, bool), StoreError> {
    let page =
        Span { prefix: prefix.to_owned(), from: Bound::Excluded(from.to_string()), backward, limit: Some(size + 1) };
    let other_side = Span {
        from: Bound::Included(from.to_string()),
        backward: !backward,
        limit: Some(1),
        prefix: prefix.to_owned(),
    };
    let (page, other_side) = try_join(read(context, &page), read(context, &other_side)).await?;
    Ok((page, !other_side.is_empty()))
}

async fn read(context: &Context, span: &Span) -> Result<Vec<IndexEntry<ListingKey>>, StoreError> {
    // No username has other characters or is longer; positions have and are.
    let begins_usernames = span.prefix.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
    if !begins_usernames || span.prefix.len() > Username::MAX_LENGTH {
        return Ok(Vec::new());
    }
    context.store.listing(&Listing { facet: Facet::All, archived: false }, span).await
}

/// Those members as everybody may see them, without any that are put away or have no username yet: they are not listed.
async fn present(context: &Context, ids: &[MemberId]) -> Result<Vec<PublicMember>, StoreError> {
    let members = context.store.members(ids).await?;
    let is_listed = |member: &Member| member.username.is_some() && !member.has_role(ARCHIVED);
    Ok(members.into_iter().filter(is_listed).map(PublicMember::from).collect())
}

/// The unarchived members who authored what the query asks for on GitHub, in that order. One
/// request for each 100 of them, twice, besides those to GitHub.
///
/// # Errors
/// `GithubUnavailable` when GitHub is not configured, not reachable or has had enough; as any read.
pub async fn list_by_github(
    context: &Context,
    outside: &Outside,
    query: &GithubQuery,
) -> Result<Vec<PublicMember>, MemberError> {
    let authors = github::authors(context, outside, query).await?;
    let ids = context.store.members_by_github(&authors).await?;
    let ids: Vec<MemberId> = authors.iter().filter_map(|login| ids.get(login).cloned()).collect();
    Ok(present(context, &ids).await?)
}
