//! Finding members by what they are and have.

use super::MemberError;
use super::list::{Cursor, PageRequest, position_of};
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

/// Up to so many candidates are looked at one by one, a request for each 100.
const ONE_BY_ONE: usize = 1000;

/// So many entries cost as much as one candidate does: a request reads some 8,000 of them, or 100 members.
const ENTRIES_FOR_A_CANDIDATE: usize = 80;

/// How much of each facet is read at first; then eight times as much, and so on.
const FIRST_READ: usize = 256;

/// After so long on Discord, onboarding has taken long.
const LONG_ONBOARDING: Duration = Duration::from_hours(31 * 24);

/// What members are searched by: every kind that is given must hold; within one, any of its values.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct MemberSearch {
    /// Of one and the same skill.
    pub tag_ids: Vec<TagId>,
    /// Of one and the same skill.
    pub level_ids: Vec<LevelId>,
    /// Of one and the same skill.
    pub level_names: Vec<String>,
    /// Of one and the same skill.
    pub level_values: Vec<i64>,
    /// What the member is up to.
    pub states: Vec<State>,
    /// Onboarding, and on Discord for more than 31 days; another value of the same kind as `states`.
    pub long_onboarding: bool,
    /// What the member is. Nobody who is archived is found by anything else than that.
    pub roles: Vec<SearchedRole>,
    /// Has a linked Discord account, or none.
    pub verified: Vec<bool>,
    /// On Discord for more than that.
    pub in_discord_for: Option<Duration>,
}

/// A role that members are searched by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SearchedRole {
    /// A full member.
    Member,
    /// On the Discord server.
    InDiscord,
    /// Put away.
    Archived,
}

/// What a search finds.
#[derive(Debug, Clone, PartialEq)]
pub struct SearchResult {
    /// The members on the page.
    pub members: Vec<PublicMember>,
    /// How many match in all.
    pub count: usize,
    /// The member after whom the next page begins, if there is one.
    pub next: Option<MemberId>,
    /// The member before whom the previous page ends, if there is one.
    pub prev: Option<MemberId>,
}

impl MemberSearch {
    fn by_skill(&self) -> bool {
        !self.tag_ids.is_empty()
            || !self.level_ids.is_empty()
            || !self.level_names.is_empty()
            || !self.level_values.is_empty()
    }

    fn by_state(&self) -> bool {
        !self.states.is_empty() || self.long_onboarding
    }

    fn archived_wanted(&self) -> bool {
        self.roles.contains(&SearchedRole::Archived)
    }

    /// The roles that are asked of the unarchived.
    fn asked_roles(&self) -> Vec<&'static str> {
        let name = |role: &SearchedRole| match role {
            SearchedRole::Member => Some(MEMBER),
            SearchedRole::InDiscord => Some(IN_DISCORD),
            SearchedRole::Archived => None,
        };
        self.roles.iter().filter_map(name).collect()
    }

    /// Whether nothing is asked for.
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

    /// Whether a member matches: what the index answers, said plainly. Nobody without a username does.
    #[must_use]
    pub fn matches(&self, member: &Member, now: Timestamp) -> bool {
        let joined_before = |time| member.discord_joined_at.is_some_and(|joined| joined < now.minus(time));
        let on_discord_for = |time| member.has_role(IN_DISCORD) && joined_before(time);
        let state = member.current_status.as_ref().map(|status| status.state);
        let by_skill = !self.by_skill() || member.skills.values().any(|skill| self.skill_matches(skill));
        let by_state = !self.by_state()
            || state.is_some_and(|state| self.states.contains(&state))
            || (self.long_onboarding && state == Some(State::Onboarding) && on_discord_for(LONG_ONBOARDING));
        let by_role = if member.has_role(ARCHIVED) {
            self.archived_wanted()
        } else {
            self.roles.is_empty() || self.asked_roles().into_iter().any(|role| member.has_role(role))
        };
        let by_discord = self.verified.is_empty() || self.verified.contains(&member.discord_id.is_some());
        let by_time = self.in_discord_for.is_none_or(on_discord_for);
        member.username.is_some() && by_skill && by_state && by_role && by_discord && by_time
    }

    /// The kinds of filter that are given, for those who are archived or those who are not, each as the facets of its
    /// values. None if nobody of them can match; everybody, if only being archived is asked for.
    fn kinds(&self, archived: bool, now: Timestamp) -> Option<Vec<Kind>> {
        let mut kinds = Vec::new();
        let roles = self.asked_roles();
        let is_wanted = if archived { self.archived_wanted() } else { !(self.archived_wanted() && roles.is_empty()) };
        if !is_wanted {
            return None;
        }
        let way = |facets: Vec<(Facet, Detail)>| -> Way {
            facets.into_iter().map(|(facet, detail)| Source::new(facet, archived, detail)).collect()
        };
        if self.by_skill() {
            // The facets of any of the parameters will do, for the entries' details tell the rest.
            let ways: [Vec<Facet>; 4] = [
                self.tag_ids.iter().cloned().map(Facet::Tag).collect(),
                self.level_ids.iter().cloned().map(Facet::LevelId).collect(),
                self.level_names.iter().cloned().map(Facet::LevelName).collect(),
                self.level_values.iter().copied().map(Facet::LevelValue).collect(),
            ];
            let given = ways.into_iter().filter(|facets| !facets.is_empty());
            let by_skill = |facets: Vec<Facet>| way(facets.into_iter().map(|facet| (facet, Detail::Skill)).collect());
            kinds.push(Kind { ways: given.map(by_skill).collect() });
        }
        let mut add = |facets| kinds.push(Kind { ways: vec![way(facets)] });
        if self.by_state() {
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
            kinds.push(Kind { ways: vec![way(vec![(Facet::All, Detail::Any)])] });
        }
        Some(kinds)
    }
}

/// What an entry must say to count.
#[derive(Debug, Clone, Copy)]
enum Detail {
    Any,
    Skill,
    JoinedBefore(Timestamp),
}

/// One kind of filter, and the ways to those whom it finds: each finds them all.
struct Kind {
    ways: Vec<Way>,
}

/// The facets of a filter's values, any of which will do.
type Way = Vec<Source>;

/// One facet, as far as it was read.
struct Source {
    listing: Listing,
    detail: Detail,
    /// Positions in the order of listings that count.
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

    /// Reads so many entries more, or all.
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

impl Kind {
    /// A way that was read to its end, if there is one.
    fn complete_way(&self) -> Option<&Way> {
        self.ways.iter().find(|way| way.iter().all(|source| source.is_complete))
    }

    /// Those whom it finds, if they are known.
    fn found(&self) -> Option<BTreeSet<&Position>> {
        Some(self.complete_way()?.iter().flat_map(|source| &source.found).collect())
    }

    /// Reads so many entries more of each facet, or all, unless it is known whom they find.
    async fn read(&mut self, context: &Context, search: &MemberSearch, limit: Option<usize>) -> Result<(), StoreError> {
        if self.complete_way().is_none() {
            let sources = self.ways.iter_mut().flatten();
            try_join_all(sources.map(|source| source.read(context, search, limit))).await?;
        }
        Ok(())
    }
}

/// Finds members, and answers a page of them by username.
///
/// All kinds of filter are read side by side, more and more of each, until it is known whom one of them finds: the most
/// selective. Its candidates are looked at one by one where another kind finds many more. So a search costs by its most
/// selective filter: one request for each of its facets and as little of the others, one for each 100 candidates where
/// the other kinds are far from their ends, and one for the page.
///
/// # Errors
/// `BadRequest` when nothing is asked for, or the cursor's member is unknown; as any read.
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
    let (start, end) = (start.min(positions.len()), end.min(positions.len()));
    let ids: Vec<MemberId> = positions[start..end].iter().map(|position| position.id().clone()).collect();
    let next = ids.last().filter(|_| end < positions.len()).cloned();
    let prev = ids.first().filter(|_| start > 0).cloned();
    let count = positions.len();
    Ok(SearchResult { members: found.present(context, search, &ids).await?, count, next, prev })
}

/// Who matches: positions in the order of listings, and the members that were read on the way.
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

    /// Those members as everybody may see them, without any that changed since the index was read.
    async fn present(
        mut self,
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
    kinds: &mut [Kind],
    limit: Option<usize>,
) -> Result<(), StoreError> {
    try_join_all(kinds.iter_mut().map(|kind| kind.read(context, search, limit))).await?;
    Ok(())
}

/// Whom all those kinds find of which that is known; none if it is known of no kind.
fn found_by_all(kinds: &[Kind]) -> Option<BTreeSet<Position>> {
    let common = kinds.iter().filter_map(Kind::found).reduce(|found, other| &found & &other)?;
    Some(common.into_iter().cloned().collect())
}

/// Those who match among the archived, or among the others.
async fn matches(context: &Context, search: &MemberSearch, archived: bool) -> Result<Matches, StoreError> {
    let now = context.now();
    let Some(mut kinds) = search.kinds(archived, now) else {
        return Ok(Matches::default());
    };
    // The only way there is will be read to its end anyway.
    let is_only_way = kinds.iter().map(|kind| kind.ways.len()).sum::<usize>() == 1;
    let mut limit = FIRST_READ;
    let mut candidates = loop {
        read(context, search, &mut kinds, (!is_only_way).then_some(limit)).await?;
        if let Some(candidates) = found_by_all(&kinds) {
            break candidates;
        }
        limit = limit.saturating_mul(8);
    };
    if candidates.len() > ONE_BY_ONE {
        // No more than the candidates would cost: another kind may find nearly everybody.
        read(context, search, &mut kinds, Some(candidates.len() * ENTRIES_FOR_A_CANDIDATE)).await?;
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
