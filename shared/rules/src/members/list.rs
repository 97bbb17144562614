//! Listings and searches of members, by username.

use super::MemberError;
use super::github::{self, GithubQuery};
use super::page::{MemberPage, PageRequest, read_page};
use super::search::MemberSearch;
use crate::{Context, Outside};
use models::{Member, MemberId, PublicMember};

/// Returns a page of the members who match a search, ordered by username regardless of case: of all unarchived members
/// if there are no criteria. Two requests for a page by number and three by `next` or `prev`, however many members there
/// are and wherever the page is. Capacity by page number: one read unit per 8 kB of skipped index entries, which is some
/// 80.
///
/// # Errors
/// `Invalid` if the cursor's member does not exist or is never listed; `Store`.
pub async fn list(context: &Context, search: &MemberSearch, page: &PageRequest) -> Result<MemberPage, MemberError> {
    read_page(context, search, page, false).await
}

/// Finds members, and returns a page of them, ordered by username, with their number.
///
/// The index is read only where all criteria may meet, so the cost depends on the most selective of them: one request per
/// facet, more where many entries have to be passed, one per 100 members who are judged because one criterion applies to
/// far more members than the others, and one for the page. At most 30 requests and 1,500 read units. Where they do not
/// suffice, the page is short, and the next one continues at the member whom the search has reached.
///
/// # Errors
/// `Invalid` if no criterion is given, or if the cursor's member does not exist or is never listed; `Store`.
pub async fn search(context: &Context, search: &MemberSearch, page: &PageRequest) -> Result<MemberPage, MemberError> {
    if search.is_empty() {
        return Err(MemberError::invalid("Filter for item not provided".to_owned()));
    }
    read_page(context, search, page, true).await
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
    let members = context.store.members(&ids).await?;
    let everybody = MemberSearch::default();
    let is_listed = |member: &Member| everybody.matches(member, context.now());
    Ok(members.into_iter().filter(is_listed).map(PublicMember::from).collect())
}
