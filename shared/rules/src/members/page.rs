//! Pages of listings and searches of members.

use super::MemberError;
use super::budget::Budget;
use super::search::MemberSearch;
use super::stream::{Course, Place};
use super::walk::{Reach, Walk};
use super::zip::Match;
use crate::Context;
use futures_util::future::try_join;
use models::{Member, MemberId, Position, PublicMember};
use std::collections::BTreeSet;
use std::ops::Bound;
use store::StoreError;

/// Up to this number, matches are counted, and pages can be asked for by number.
pub const MAX_COUNTED: usize = 10_000;

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

/// Selects a page of a listing or search.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PageRequest {
    /// Where the page starts.
    pub cursor: Cursor,
    /// Maximum number of members on the page, 1 to 100.
    pub size: usize,
}

/// A page beside another one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Neighbor {
    /// The first page.
    First,
    /// The page after this member.
    After(MemberId),
    /// The page before this member.
    Before(MemberId),
}

/// A page of members, with its neighbors.
#[derive(Debug, Clone, PartialEq)]
pub struct MemberPage {
    /// The members on the page.
    pub members: Vec<PublicMember>,
    /// The next page, if there are members after this one.
    pub next: Option<Neighbor>,
    /// The previous page, if there are members before this one; the last page if this one is empty and beyond the end.
    pub prev: Option<Neighbor>,
    /// Number of members on all pages, if it was asked for.
    pub count: Option<Count>,
}

/// Number of members who match a search.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Count {
    /// Number of members counted, up to [`MAX_COUNTED`].
    pub counted: usize,
    /// Whether these are all.
    pub is_exact: bool,
}

/// Returns the error for a cursor that is not the id of a listed member.
#[must_use]
pub fn not_in_list(parameter: &str, id: &str) -> MemberError {
    // Ids are at most 64 characters long.
    let id: String = id.chars().take(64).collect();
    MemberError::invalid(format!("{parameter} must be the id of a member in the list, and {id} is not"))
}

/// Reads a page of the members who match a search, ordered by username regardless of case, and counts them if `counts`
/// is set. Eventually consistent.
///
/// Reads one block of index entries for each facet of the search, further ones where they do not fill the page, and the
/// members on it. For `next` and `prev`, reads the cursor's member as well. Counting reads the index from its beginning
/// until 10,000 members are found; a page by number is found on the way. At most 30 requests and 1,500 read units. If
/// they do not suffice, the page is short, and continues at the member whom the search has reached. A page whose members
/// cannot be read continues with those that follow, for a link could not name any of them.
///
/// In memory are the members on the page, up to 100 to judge, up to 8,192 index entries that are being read, and up to
/// 65,536 positions of entries that were: some 25 MB.
///
/// # Errors
/// `Invalid` if the cursor's member does not exist or is never listed; `Store`.
pub(super) async fn read_page(
    context: &Context,
    search: &MemberSearch,
    page: &PageRequest,
    counts: bool,
) -> Result<MemberPage, MemberError> {
    let reading = Reading { context, search, budget: Budget::current(), size: page.size, counts };
    match &page.cursor {
        Cursor::Page(number) => Ok(reading.by_number(*number).await?),
        Cursor::Next(id) => {
            let (member, position) = listed(context, id, "next").await?;
            Ok(reading.beside(reading.matches(&member), position, false).await?)
        }
        Cursor::Prev(id) => {
            let (member, position) = listed(context, id, "prev").await?;
            Ok(reading.beside(reading.matches(&member), position, true).await?)
        }
    }
}

/// Returns a cursor's member and their position in listings. One request.
async fn listed(context: &Context, id: &MemberId, parameter: &str) -> Result<(Member, Position), MemberError> {
    let member = context.store.member(id).await?;
    let found = member.and_then(|member| Position::of(&member).map(|position| (member, position)));
    found.ok_or_else(|| not_in_list(parameter, id.as_str()))
}

/// A page that is being read.
struct Reading<'a> {
    context: &'a Context,
    search: &'a MemberSearch,
    budget: Budget,
    size: usize,
    counts: bool,
}

/// The matches on a page.
struct Rows {
    found: Vec<Match>,
    /// What follows in the direction of reading.
    ahead: Ahead,
}

/// What follows a page in the direction of reading.
enum Ahead {
    Nothing,
    More,
    /// Perhaps something after this member, whom the search has reached.
    Reached(MemberId),
}

impl Reading<'_> {
    fn walk(&self, course: Course) -> Walk<'_> {
        Walk::new(self.context, self.search, &self.budget, course)
    }

    /// Turns up to one more match than fits on the page into the rows of the page.
    fn rows(&self, mut found: Vec<Match>, walk: &Walk) -> Result<Rows, StoreError> {
        let ahead = if found.len() > self.size {
            found.truncate(self.size);
            Ahead::More
        } else {
            match walk.reach() {
                Reach::End => Ahead::Nothing,
                Reach::At(place) => Ahead::Reached(place.position().id().clone()),
                Reach::Nowhere => return Err(StoreError::Busy("retries have used up the requests of a page".into())),
            }
        };
        Ok(Rows { found, ahead })
    }

    /// Reads up to a number of matches.
    async fn take(walk: &mut Walk<'_>, limit: usize) -> Result<Vec<Match>, StoreError> {
        let mut found = Vec::new();
        while found.len() < limit
            && let Some(next) = walk.next().await?
        {
            found.push(next);
        }
        Ok(found)
    }

    fn matches(&self, member: &Member) -> bool {
        self.search.matches(member, self.context.now())
    }

    async fn by_number(&self, number: usize) -> Result<MemberPage, StoreError> {
        let skipped = number.saturating_mul(self.size);
        let wanted = skipped.saturating_add(self.size + 1);
        let mut walk = self.walk(Course { from: Bound::Unbounded, backward: false, wanted });
        let before = Self::take(&mut walk, skipped).await?;
        let found = Self::take(&mut walk, self.size + 1).await?;
        let counted = before.len() + found.len();
        let rows = self.rows(found, &walk)?;
        let (members, count) = try_join(self.present(&rows.found), self.count(walk, counted)).await?;
        if let Some(page) = self.beyond_unreadable(&members, &rows, false).await? {
            return Ok(MemberPage { count, ..page });
        }
        let last_page = self.last_page(before.iter().rev());
        Ok(page_of(members, rows, last_page, count, false))
    }

    /// Reads the page next to a position, at which a match is if `is_behind` is set.
    async fn beside(&self, is_behind: bool, position: Position, backward: bool) -> Result<MemberPage, StoreError> {
        let place = Place::new(position.clone(), backward);
        let mut walk = self.walk(Course { from: place.after(), backward, wanted: self.size + 1 });
        let found = Self::take(&mut walk, self.size + 1).await?;
        let rows = self.rows(found, &walk)?;
        drop(walk);
        let rest = async {
            let from = Place::new(position, !backward).at();
            let last_page = if rows.found.is_empty() && !backward {
                let mut all = self.walk(Course { from, backward: true, wanted: self.size + 1 });
                let found = Self::take(&mut all, self.size + 1).await?;
                self.last_page(found.iter())
            } else {
                let has_behind = is_behind || {
                    let mut behind = self.walk(Course { from, backward: !backward, wanted: 1 });
                    // If the budget does not suffice to find out, a link is better than none.
                    behind.next().await?.is_some() || behind.reach() != Reach::End
                };
                has_behind.then_some(Neighbor::First)
            };
            let everybody = self.walk(Course { from: Bound::Unbounded, backward: false, wanted: MAX_COUNTED + 1 });
            Ok((last_page, self.count(everybody, 0).await?))
        };
        let (members, (last_page, count)) = try_join(self.present(&rows.found), rest).await?;
        if let Some(page) = self.beyond_unreadable(&members, &rows, backward).await? {
            return Ok(MemberPage { count, ..page });
        }
        Ok(page_of(members, rows, last_page, count, backward))
    }

    /// Returns the page that follows rows of which no member can be read.
    async fn beyond_unreadable(
        &self,
        members: &[PublicMember],
        rows: &Rows,
        backward: bool,
    ) -> Result<Option<MemberPage>, StoreError> {
        match (&rows.ahead, rows.found.last()) {
            (Ahead::More, Some(last)) if members.is_empty() => {
                let reading = Self { counts: false, budget: self.budget.clone(), ..*self };
                let position = last.place.position().clone();
                Ok(Some(Box::pin(reading.beside(true, position, backward)).await?))
            }
            _ => Ok(None),
        }
    }

    /// Returns the last page, given the last matches, last one first; `None` if there are none.
    fn last_page<'m>(&self, mut last: impl Iterator<Item = &'m Match>) -> Option<Neighbor> {
        last.next()?;
        Some(match last.nth(self.size - 1) {
            Some(before) => Neighbor::After(before.place.position().id().clone()),
            None => Neighbor::First,
        })
    }

    /// Counts the matches that a walk has not returned yet, if they are to be counted, and adds those that it has.
    async fn count(&self, mut walk: Walk<'_>, counted: usize) -> Result<Option<Count>, StoreError> {
        if !self.counts {
            return Ok(None);
        }
        let (rest, is_exact) = walk.count((MAX_COUNTED + 1).saturating_sub(counted)).await?;
        let counted = (counted + rest).min(MAX_COUNTED);
        Ok(Some(Count { counted, is_exact }))
    }

    /// Returns the public form of members. Omits those who have stopped matching since the index was read.
    async fn present(&self, found: &[Match]) -> Result<Vec<PublicMember>, StoreError> {
        let unread = found.iter().filter(|found| found.member.is_none());
        let ids: BTreeSet<&MemberId> = unread.map(|found| found.place.position().id()).collect();
        let ids: Vec<MemberId> = ids.into_iter().cloned().collect();
        let read = if ids.is_empty() { Vec::new() } else { self.context.store.members_of_page(&ids).await? };
        let member = |found: &Match| {
            let is_this = |member: &&Member| found.holds(member, self.search, self.context);
            found.member.as_ref().or_else(|| read.iter().find(is_this)).cloned()
        };
        Ok(found.iter().filter_map(member).map(PublicMember::from).collect())
    }
}

/// Returns the page with the given members, in listing order. `behind` is set if there is a page in the direction from
/// which it was read; if this one is empty, it is that page.
fn page_of(
    mut members: Vec<PublicMember>,
    rows: Rows,
    behind: Option<Neighbor>,
    count: Option<Count>,
    backward: bool,
) -> MemberPage {
    let beside = |id: MemberId, is_after: bool| if is_after { Neighbor::After(id) } else { Neighbor::Before(id) };
    // A member who cannot be read could not be found again, so links name a member who is shown, if there is one.
    let id = |row: Option<&Match>| row.map(|row| row.place.position().id().clone());
    let shown = |member: Option<&PublicMember>| member.map(|member| member.id.clone());
    let first = shown(members.first()).or_else(|| id(rows.found.first()));
    let last = shown(members.last()).or_else(|| id(rows.found.last()));
    let (ahead, reached) = match rows.ahead {
        Ahead::Nothing => (None, None),
        Ahead::More => (last, None),
        Ahead::Reached(member) => (Some(member.clone()), Some(member)),
    };
    let ahead = ahead.map(|id| beside(id, !backward));
    let behind = behind.map(|behind| first.or(reached).map_or(behind, |id| beside(id, backward)));
    let count = count.map(|count| Count { counted: count.counted.max(members.len()), ..count });
    let (next, prev) = if backward { (behind, ahead) } else { (ahead, behind) };
    if backward {
        members.reverse();
    }
    MemberPage { members, next, prev, count }
}
