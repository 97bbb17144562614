//! Listings of members by username.

use super::MemberError;
use super::github::{self, GithubQuery};
use crate::{Context, Outside};
use futures_util::future::try_join;
use models::facet::{Facet, Listing};
use models::{ARCHIVED, ListingKey, Member, MemberId, Position, PublicMember, Username};
use std::ops::Bound;
use store::{IndexEntry, Span, StoreError};

/// Where a page starts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cursor {
    /// After this many pages.
    Page(usize),
    /// After this member.
    Next(MemberId),
    /// Before this member.
    Prev(MemberId),
}

/// A page of a listing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PageRequest {
    /// Where the page starts.
    pub cursor: Cursor,
    /// Maximum number of members on the page, 1 to 100.
    pub size: usize,
}

/// Another page of the same listing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Neighbor {
    /// The first page.
    First,
    /// The page that starts after this member.
    After(MemberId),
    /// The page that ends before this member.
    Before(MemberId),
}

/// A page of members, with its neighbors. An empty page beyond an end has the page at that end as its neighbor.
#[derive(Debug, Clone, PartialEq)]
pub struct MemberList {
    /// The members on the page.
    pub members: Vec<PublicMember>,
    /// The next page; `None` if there are no members after this one.
    pub next: Option<Neighbor>,
    /// The previous page; `None` if there are no members before this one.
    pub prev: Option<Neighbor>,
}

/// Returns the position of a cursor's member in listings. One request.
///
/// # Errors
/// `Invalid` if the member does not exist or is never listed; `Store`.
pub(super) async fn position_of(context: &Context, id: &MemberId, parameter: &str) -> Result<Position, MemberError> {
    let member = context.store.member(id).await?;
    let position = member.and_then(|member: Member| Some(Position::new(member.username.as_ref()?, member.id)));
    position.ok_or_else(|| not_in_list(parameter, id.as_str()))
}

/// Returns the error for a cursor that is not the id of a listed member.
#[must_use]
pub fn not_in_list(parameter: &str, id: &str) -> MemberError {
    // Ids are at most 64 characters long.
    let id: String = id.chars().take(64).collect();
    MemberError::invalid(format!("{parameter} must be the id of a member in the list, and {id} is not"))
}

/// Returns a page of the unarchived members whose usernames start with `prefix`, ordered by username, both regardless
/// of case. Two requests for the first page or by page number, and four by `next` or `prev`, however many members there
/// are and wherever the page is; one more if the page is beyond the last member. Capacity by page number: one read unit per 4 kB of skipped index entries, which is
/// some 40.
///
/// # Errors
/// `Invalid` if the cursor's member does not exist or is never listed; `Store`.
pub async fn list(context: &Context, prefix: &str, page: &PageRequest) -> Result<MemberList, MemberError> {
    let prefix = prefix.to_ascii_lowercase();
    let size = page.size;
    let (members, has_prev, has_next) = match &page.cursor {
        Cursor::Page(number) => {
            let skipped = number.saturating_mul(size);
            let limit = Some(skipped.saturating_add(size + 1));
            let span = Span { prefix: prefix.clone(), limit, ..Span::default() };
            let mut entries = read(context, &span).await?;
            let has_prev = skipped > 0 && !entries.is_empty();
            entries.drain(..skipped.min(entries.len()));
            let (members, has_next) = fill(context, entries, span, size).await?;
            (members, has_prev, has_next)
        }
        Cursor::Next(id) => {
            let from = position_of(context, id, "next").await?;
            let (span, entries, has_prev) = around(context, &prefix, &from, size, false).await?;
            let (members, has_next) = fill(context, entries, span, size).await?;
            (members, has_prev, has_next)
        }
        Cursor::Prev(id) => {
            let from = position_of(context, id, "prev").await?;
            let (span, entries, has_next) = around(context, &prefix, &from, size, true).await?;
            let (mut members, has_prev) = fill(context, entries, span, size).await?;
            members.reverse();
            (members, has_prev, has_next)
        }
    };
    if members.is_empty() {
        let next = Some(Neighbor::First).filter(|_| has_next);
        let prev = if has_prev { last_page(context, prefix, size).await? } else { None };
        return Ok(MemberList { members, next, prev });
    }
    let (first, last) = ends(&members);
    let next = last.filter(|_| has_next).map(Neighbor::After);
    Ok(MemberList { next, prev: first.filter(|_| has_prev).map(Neighbor::Before), members })
}

/// Returns the page of the last members; `None` if there are none. One request.
async fn last_page(context: &Context, prefix: String, size: usize) -> Result<Option<Neighbor>, StoreError> {
    let span = Span { prefix, backward: true, limit: Some(size + 1), ..Span::default() };
    let entries = read(context, &span).await?;
    Ok((!entries.is_empty()).then(|| match entries.get(size) {
        Some(before) => Neighbor::After(before.key.position.id().clone()),
        None => Neighbor::First,
    }))
}

/// Returns the ids of the first and the last member on a page, which links use as cursors.
pub(super) fn ends(members: &[PublicMember]) -> (Option<MemberId>, Option<MemberId>) {
    let id = |member: &PublicMember| member.id.clone();
    (members.first().map(id), members.last().map(id))
}

/// Returns the members of a page that begins with the entries, and whether there are more. If none of a page's members
/// can be read, the page continues with those that follow: links could not continue there.
async fn fill(
    context: &Context,
    mut entries: Vec<IndexEntry<ListingKey>>,
    span: Span,
    size: usize,
) -> Result<(Vec<PublicMember>, bool), StoreError> {
    loop {
        let has_more = entries.len() > size;
        entries.truncate(size);
        let ids: Vec<MemberId> = entries.iter().map(|entry| entry.key.position.id().clone()).collect();
        let members = present(context, &ids).await?;
        let Some(last) = entries.last().filter(|_| has_more && members.is_empty()) else {
            return Ok((members, has_more));
        };
        let from = Bound::Excluded(last.key.to_string());
        entries = read(context, &Span { from, limit: Some(size + 1), ..span.clone() }).await?;
    }
}

/// Returns the span beyond a position with its entries, one more than fits on the page, and whether there are any on the
/// other side.
async fn around(
    context: &Context,
    prefix: &str,
    from: &Position,
    size: usize,
    backward: bool,
) -> Result<(Span, Vec<IndexEntry<ListingKey>>, bool), StoreError> {
    let span =
        Span { prefix: prefix.to_owned(), from: Bound::Excluded(from.to_string()), backward, limit: Some(size + 1) };
    let other_side = Span {
        from: Bound::Included(from.to_string()),
        backward: !backward,
        limit: Some(1),
        prefix: prefix.to_owned(),
    };
    let (entries, other_side) = try_join(read(context, &span), read(context, &other_side)).await?;
    Ok((span, entries, !other_side.is_empty()))
}

async fn read(context: &Context, span: &Span) -> Result<Vec<IndexEntry<ListingKey>>, StoreError> {
    // Usernames consist of these characters and have a maximum length. Positions contain others and are longer, so they
    // could match a prefix that no username has.
    let begins_usernames = span.prefix.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
    if !begins_usernames || span.prefix.len() > Username::MAX_LENGTH {
        return Ok(Vec::new());
    }
    context.store.listing(&Listing { facet: Facet::All, archived: false }, span).await
}

/// Returns the public form of members. Omits those who are archived or do not have a username yet, because they are not
/// listed.
async fn present(context: &Context, ids: &[MemberId]) -> Result<Vec<PublicMember>, StoreError> {
    let members = context.store.members(ids).await?;
    let is_listed = |member: &Member| member.username.is_some() && !member.has_role(ARCHIVED);
    Ok(members.into_iter().filter(is_listed).map(PublicMember::from).collect())
}

/// Returns the unarchived members who authored what a query finds on GitHub, in the order of the query. Two requests
/// per 100 authors, besides those to GitHub.
///
/// # Errors
/// `GithubUnavailable` if GitHub is not configured, cannot be reached or rate-limits the requests; `Store`.
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
