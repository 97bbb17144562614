//! Searching members by skill, status, role and Discord account.

use super::MemberError;
use super::list::{Cursor, Neighbor, PageRequest, ends, position_of};
use crate::Context;
use futures_util::future::try_join_all;
use models::facet::{EntryDetail, Facet, Listing};
use models::{
    ARCHIVED, IN_DISCORD, LevelId, MEMBER, Member, MemberId, Position, PublicMember, Skill, State, TagId, Timestamp,
};
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Bound;
use std::time::Duration;
use store::{Span, StoreError};

/// Up to this many candidates are read without narrowing them down further, at one request per 100.
const FEW_CANDIDATES: usize = 1000;

/// Number of index entries that cost as much to read as one candidate: a request reads some 8,000 entries, or 100
/// members.
const ENTRIES_PER_CANDIDATE: usize = 80;

/// Number of entries of each facet that are read at first. Each further read is eight times as large.
const FIRST_READ: usize = 256;

/// Time on Discord after which onboarding counts as long.
const LONG_ONBOARDING: Duration = Duration::from_hours(31 * 24);

/// Search criteria. A member must match every kind of criterion that is given, and for each kind one of its values.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct MemberSearch {
    /// Tags of a skill. `tag_ids`, `level_ids`, `level_names` and `level_values` must match the same skill.
    pub tag_ids: Vec<TagId>,
    /// Level ids of that skill.
    pub level_ids: Vec<LevelId>,
    /// Level names of that skill.
    pub level_names: Vec<String>,
    /// Level values of that skill.
    pub level_values: Vec<i64>,
    /// States of the member.
    pub states: Vec<State>,
    /// Whether to match members who are onboarding and have been on Discord for more than 31 days. It counts as another
    /// value of `states`.
    pub long_onboarding: bool,
    /// Roles of the member. Archived members match only if [`SearchedRole::Archived`] is given; the other roles are
    /// those of unarchived members.
    pub roles: Vec<SearchedRole>,
    /// Whether the member has a linked Discord account (`true`) or none (`false`).
    pub verified: Vec<bool>,
    /// Matches members who have been on Discord for longer than this.
    pub in_discord_for: Option<Duration>,
}

/// A role by which members are searched.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SearchedRole {
    /// A full member.
    Member,
    /// Someone who is on the Discord server.
    InDiscord,
    /// An archived member.
    Archived,
}

/// Result of a search: a page of the matching members, and their number.
#[derive(Debug, Clone, PartialEq)]
pub struct SearchResult {
    /// The members on the page.
    pub members: Vec<PublicMember>,
    /// Number of matching members on all pages.
    pub count: usize,
    /// The next page; `None` if no members match after this one.
    pub next: Option<Neighbor>,
    /// The previous page; `None` if no members match before this one.
    pub prev: Option<Neighbor>,
}

impl MemberSearch {
    fn has_skill_criteria(&self) -> bool {
        !self.tag_ids.is_empty()
            || !self.level_ids.is_empty()
            || !self.level_names.is_empty()
            || !self.level_values.is_empty()
    }

    fn has_state_criteria(&self) -> bool {
        !self.states.is_empty() || self.long_onboarding
    }

    fn includes_archived(&self) -> bool {
        self.roles.contains(&SearchedRole::Archived)
    }

    /// Returns the roles that unarchived members are searched by.
    fn unarchived_roles(&self) -> Vec<&'static str> {
        let name = |role: &SearchedRole| match role {
            SearchedRole::Member => Some(MEMBER),
            SearchedRole::InDiscord => Some(IN_DISCORD),
            SearchedRole::Archived => None,
        };
        self.roles.iter().filter_map(name).collect()
    }

    /// Returns whether no criterion is given.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    fn skill_matches(&self, skill: &Skill) -> bool {
        fn any<T: PartialEq>(wanted: &[T], value: &T) -> bool {
            wanted.is_empty() || wanted.contains(value)
        }
        any(&self.tag_ids, &skill.tag_id)
            && any(&self.level_ids, &skill.level_id)
            && any(&self.level_names, &skill.level_name.to_string())
            && any(&self.level_values, &skill.level_value)
    }

    /// Returns whether a member matches. This defines what [`search`] finds with the index. A member without a username
    /// never matches.
    #[must_use]
    pub fn matches(&self, member: &Member, now: Timestamp) -> bool {
        let joined_before = |time| member.discord_joined_at.is_some_and(|joined| joined < now.minus(time));
        let on_discord_for = |time| member.has_role(IN_DISCORD) && joined_before(time);
        let state = member.current_status.as_ref().map(|status| status.state);
        let by_skill = !self.has_skill_criteria() || member.skills.values().any(|skill| self.skill_matches(skill));
        let by_state = !self.has_state_criteria()
            || state.is_some_and(|state| self.states.contains(&state))
            || (self.long_onboarding && state == Some(State::Onboarding) && on_discord_for(LONG_ONBOARDING));
        let by_role = if member.has_role(ARCHIVED) {
            self.includes_archived()
        } else {
            self.roles.is_empty() || self.unarchived_roles().into_iter().any(|role| member.has_role(role))
        };
        let by_discord = self.verified.is_empty() || self.verified.contains(&member.discord_id.is_some());
        let by_time = self.in_discord_for.is_none_or(on_discord_for);
        member.username.is_some() && by_skill && by_state && by_role && by_discord && by_time
    }

    /// Returns the kinds of criteria that are given, for archived or unarchived members, each as the facets of its
    /// values. Returns `None` if no such member can match. If being archived is the only criterion, returns the facet
    /// of all archived members.
    fn kinds(&self, archived: bool, now: Timestamp) -> Option<Vec<Criterion>> {
        let mut kinds = Vec::new();
        let roles = self.unarchived_roles();
        let is_wanted =
            if archived { self.includes_archived() } else { !(self.includes_archived() && roles.is_empty()) };
        if !is_wanted {
            return None;
        }
        let way = |facets: Vec<(Facet, Detail)>| -> Way {
            facets.into_iter().map(|(facet, detail)| Source::new(facet, archived, detail)).collect()
        };
        if self.has_skill_criteria() {
            // The facets of any one of the parameters suffice, because the details of their entries decide on the
            // others.
            let ways: [Vec<Facet>; 4] = [
                self.tag_ids.iter().cloned().map(Facet::Tag).collect(),
                self.level_ids.iter().cloned().map(Facet::LevelId).collect(),
                self.level_names.iter().cloned().map(Facet::LevelName).collect(),
                self.level_values.iter().copied().map(Facet::LevelValue).collect(),
            ];
            let given = ways.into_iter().filter(|facets| !facets.is_empty());
            let by_skill = |facets: Vec<Facet>| way(facets.into_iter().map(|facet| (facet, Detail::Skill)).collect());
            kinds.push(Criterion { ways: given.map(by_skill).collect() });
        }
        let mut add = |facets| kinds.push(Criterion { ways: vec![way(facets)] });
        if self.has_state_criteria() {
            let mut facets: Vec<_> = self.states.iter().map(|state| (Facet::State(*state), Detail::Any)).collect();
            if self.long_onboarding {
                facets.push((Facet::State(State::Onboarding), Detail::JoinedBefore(now.minus(LONG_ONBOARDING))));
            }
            add(facets);
        }
        if !archived && !roles.is_empty() {
            add(roles.into_iter().map(|role| (Facet::Role(role), Detail::Any)).collect());
        }
        if !self.verified.is_empty() {
            add(self.verified.iter().map(|verified| (Facet::Verified(*verified), Detail::Any)).collect());
        }
        if let Some(time) = self.in_discord_for {
            add(vec![(Facet::Role(IN_DISCORD), Detail::JoinedBefore(now.minus(time)))]);
        }
        if kinds.is_empty() {
            kinds.push(Criterion { ways: vec![way(vec![(Facet::All, Detail::Any)])] });
        }
        Some(kinds)
    }
}

/// The condition on an entry's detail for the entry to count.
#[derive(Debug, Clone, Copy)]
enum Detail {
    Any,
    Skill,
    JoinedBefore(Timestamp),
}

/// One kind of criterion, and the ways to find the members who match it. Each way finds all of them.
struct Criterion {
    ways: Vec<Way>,
}

/// The facets of a criterion's values. A member in any of them matches.
type Way = Vec<Source>;

/// A facet, as far as it has been read.
struct Source {
    listing: Listing,
    detail: Detail,
    /// Positions of the entries that count, in listing order.
    found: BTreeSet<Position>,
    from: Bound<String>,
    is_complete: bool,
}

impl Source {
    fn new(facet: Facet, archived: bool, detail: Detail) -> Self {
        Self {
            listing: Listing { facet, archived },
            detail,
            found: BTreeSet::new(),
            from: Bound::Unbounded,
            is_complete: false,
        }
    }

    /// Reads the next `limit` entries, or all remaining ones.
    async fn read(&mut self, context: &Context, search: &MemberSearch, limit: Option<usize>) -> Result<(), StoreError> {
        if self.is_complete {
            return Ok(());
        }
        let span = Span { from: self.from.clone(), limit, ..Span::default() };
        let entries = context.store.listing(&self.listing, &span).await?;
        self.is_complete = limit.is_none_or(|limit| entries.len() < limit);
        if let Some(last) = entries.last() {
            self.from = Bound::Excluded(last.key.to_string());
        }
        let counting = entries.into_iter().filter(|entry| self.detail.counts(&entry.detail, search));
        self.found.extend(counting.map(|entry| entry.key.position));
        Ok(())
    }
}

impl Detail {
    fn counts(self, entry: &EntryDetail, search: &MemberSearch) -> bool {
        match self {
            Self::Any => true,
            Self::Skill => entry.skill.as_ref().is_some_and(|skill| search.skill_matches(skill)),
            Self::JoinedBefore(limit) => entry.joined_at.is_some_and(|joined| joined < limit),
        }
    }
}

impl Criterion {
    /// Returns a way that has been read completely, if there is one.
    fn complete_way(&self) -> Option<&Way> {
        self.ways.iter().find(|way| way.iter().all(|source| source.is_complete))
    }

    /// Returns the positions of the members who match, if they are known.
    fn found(&self) -> Option<BTreeSet<&Position>> {
        Some(self.complete_way()?.iter().flat_map(|source| &source.found).collect())
    }

    /// Reads the next `limit` entries of each facet, or all remaining ones, unless it is already known who matches.
    async fn read(&mut self, context: &Context, search: &MemberSearch, limit: Option<usize>) -> Result<(), StoreError> {
        if self.complete_way().is_none() {
            let sources = self.ways.iter_mut().flatten();
            try_join_all(sources.map(|source| source.read(context, search, limit))).await?;
        }
        Ok(())
    }
}

/// Finds members, and returns a page of them, ordered by username.
///
/// Reads all kinds of criteria concurrently, in larger and larger parts, until all matches of one kind are known: those
/// of the most selective one. They are the candidates. If another kind has many more matches, the candidates themselves
/// are read instead. The cost therefore depends on the most selective criterion: one request per facet of it and about
/// as many for each of the others, one per 100 candidates if the other kinds are far from complete, and one for the
/// page.
///
/// # Errors
/// `Invalid` if no criterion is given, or if the cursor's member does not exist or is never listed; `Store`.
pub async fn search(context: &Context, search: &MemberSearch, page: &PageRequest) -> Result<SearchResult, MemberError> {
    if search.is_empty() {
        return Err(MemberError::invalid("Filter for item not provided".to_owned()));
    }
    let from = match &page.cursor {
        Cursor::Page(_) => None,
        Cursor::Next(id) => Some(position_of(context, id, "next").await?),
        Cursor::Prev(id) => Some(position_of(context, id, "prev").await?),
    };
    let mut found = Matches::default();
    for archived in [false, true] {
        found.extend(matches(context, search, archived).await?);
    }
    let positions: Vec<&Position> = found.positions.iter().collect();
    let (start, end) = match (&page.cursor, &from) {
        (Cursor::Next(_), Some(from)) => {
            let start = positions.partition_point(|position| *position <= from);
            (start, start.saturating_add(page.size))
        }
        (Cursor::Prev(_), Some(from)) => {
            let end = positions.partition_point(|position| *position < from);
            (end.saturating_sub(page.size), end)
        }
        (Cursor::Page(number), _) => {
            let start = number.saturating_mul(page.size);
            (start, start.saturating_add(page.size))
        }
        _ => (0, page.size),
    };
    let count = positions.len();
    let (mut start, mut end) = (start.min(count), end.min(count));
    let (members, start, end) = loop {
        let ids: Vec<MemberId> =
            found.positions.iter().skip(start).take(end - start).map(|at| at.id().clone()).collect();
        let members = found.present(context, search, &ids).await?;
        // If none of a page's members can be read, the page continues with those that follow.
        if !members.is_empty() || start == end {
            break (members, start, end);
        }
        (start, end) = match page.cursor {
            Cursor::Prev(_) => (start.saturating_sub(page.size), start),
            Cursor::Page(_) | Cursor::Next(_) => (end, end.saturating_add(page.size).min(count)),
        };
    };
    if members.is_empty() {
        let last_page = match count.saturating_sub(page.size).checked_sub(1) {
            Some(before) => found.positions.iter().nth(before).map(|position| Neighbor::After(position.id().clone())),
            None => Some(Neighbor::First),
        };
        let next = Some(Neighbor::First).filter(|_| end < count);
        return Ok(SearchResult { members, next, prev: last_page.filter(|_| start > 0), count });
    }
    let (first, last) = ends(&members);
    let next = last.filter(|_| end < count).map(Neighbor::After);
    Ok(SearchResult { next, prev: first.filter(|_| start > 0).map(Neighbor::Before), members, count })
}

/// Matching members: their positions in listing order, and those of them that have already been read.
#[derive(Default)]
struct Matches {
    positions: BTreeSet<Position>,
    read: BTreeMap<MemberId, Member>,
}

impl Matches {
    fn extend(&mut self, other: Self) {
        self.positions.extend(other.positions);
        self.read.extend(other.read);
    }

    /// Returns the public form of members. Omits those who have stopped matching since the index was read.
    async fn present(
        &mut self,
        context: &Context,
        search: &MemberSearch,
        ids: &[MemberId],
    ) -> Result<Vec<PublicMember>, StoreError> {
        let unread: Vec<MemberId> = ids.iter().filter(|id| !self.read.contains_key(id)).cloned().collect();
        for member in context.store.members(&unread).await? {
            if search.matches(&member, context.now()) {
                self.read.insert(member.id.clone(), member);
            }
        }
        Ok(ids.iter().filter_map(|id| self.read.remove(id)).map(PublicMember::from).collect())
    }
}

async fn read(
    context: &Context,
    search: &MemberSearch,
    kinds: &mut [Criterion],
    limit: Option<usize>,
) -> Result<(), StoreError> {
    try_join_all(kinds.iter_mut().map(|kind| kind.read(context, search, limit))).await?;
    Ok(())
}

/// Returns the positions that all kinds have in common, considering only kinds whose matches are known. Returns `None`
/// if there is no such kind.
fn found_by_all(kinds: &[Criterion]) -> Option<BTreeSet<Position>> {
    let common = kinds.iter().filter_map(Criterion::found).reduce(|found, other| &found & &other)?;
    Some(common.into_iter().cloned().collect())
}

/// Finds the matching members among the archived or the unarchived ones.
async fn matches(context: &Context, search: &MemberSearch, archived: bool) -> Result<Matches, StoreError> {
    let now = context.now();
    let Some(mut kinds) = search.kinds(archived, now) else {
        return Ok(Matches::default());
    };
    // If there is only one way, it has to be read completely anyway.
    let is_only_way = kinds.iter().map(|kind| kind.ways.len()).sum::<usize>() == 1;
    let mut limit = FIRST_READ;
    let mut candidates = loop {
        read(context, search, &mut kinds, (!is_only_way).then_some(limit)).await?;
        if let Some(candidates) = found_by_all(&kinds) {
            break candidates;
        }
        limit = limit.saturating_mul(8);
    };
    if candidates.len() > FEW_CANDIDATES {
        // Costs no more than reading the candidates. Another kind may match nearly everybody.
        read(context, search, &mut kinds, Some(candidates.len() * ENTRIES_PER_CANDIDATE)).await?;
        candidates = found_by_all(&kinds).unwrap_or(candidates);
    }
    if kinds.iter().all(|kind| kind.complete_way().is_some()) {
        return Ok(Matches { positions: candidates, read: BTreeMap::new() });
    }
    let ids: Vec<MemberId> = candidates.iter().map(|position| position.id().clone()).collect();
    let mut found = Matches::default();
    for member in context.store.members(&ids).await? {
        if member.has_role(ARCHIVED) == archived && search.matches(&member, now) {
            let position = member.username.as_ref().map(|username| Position::new(username, member.id.clone()));
            found.positions.extend(position);
            found.read.insert(member.id.clone(), member);
        }
    }
    Ok(found)
}
