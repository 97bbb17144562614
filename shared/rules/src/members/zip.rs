//! Zips facets of the member index: a leapfrog join of sorted streams.
//!
//! Each kind of criterion is a union of facets, of which a matching member has an entry in at least one. All streams are
//! sorted by position. The earliest member whom each kind still has to offer is known, so nobody before the latest of
//! these can match: every stream leaps there, without reading what lies between. Where all kinds meet, a member matches.
//!
//! A kind with very many more entries than the others is not read on. Instead, the members whom the others have in common
//! are read, a hundred at a time, and judged themselves.
//!
//! A zip holds the current block of each stream, and the positions of members found but not yet taken, which are no more
//! than the entries of the blocks.

use super::budget::Budget;
use super::search::MemberSearch;
use super::stream::{FIRST_READ, Head, MAX_READ, Place, Settings, Streams, Way};
use crate::Context;
use futures_util::future::try_join_all;
use models::{ARCHIVED, Member, MemberId, Position};
use std::collections::VecDeque;
use store::StoreError;

/// A kind is denser than another if it has this many entries per member whom the other has to offer. To read these
/// entries costs as much as to read the member.
const DENSE: usize = 64;

/// Maximum number of members that are read at once in order to judge them.
const MAX_JUDGED: usize = 100;

/// A member who matches.
pub(super) struct Match {
    pub place: Place,
    /// Whether the member was found among the archived ones.
    pub archived: bool,
    /// The member, if it has been read.
    pub member: Option<Member>,
}

impl Match {
    /// Returns whether the member is where the index has it, and matches.
    pub fn holds(&self, member: &Member, search: &MemberSearch, context: &Context) -> bool {
        member.has_role(ARCHIVED) == self.archived
            && Position::of(member).as_ref() == Some(self.place.position())
            && search.matches(member, context.now())
    }
}

/// The kinds of criteria that members of one side, archived or not, must all meet.
pub(super) struct Zip<'a> {
    archived: bool,
    kinds: Vec<Streams<'a>>,
    /// Whether a kind has been left out, so that members have to be read in order to judge them.
    judges_members: bool,
    /// Members to judge.
    candidates: VecDeque<Place>,
    /// The last member who was judged.
    judged_to: Option<Place>,
    /// Members who match.
    matches: VecDeque<Match>,
    /// Whether the kinds have no further member in common.
    is_complete: bool,
}

impl<'a> Zip<'a> {
    /// Creates a zip. `judges_members` tells that these are not all of the criteria.
    pub fn new(ways: Vec<Way<'a>>, archived: bool, judges_members: bool, settings: &Settings) -> Self {
        Self {
            archived,
            kinds: ways.into_iter().map(|way| Streams::new(way, archived, settings)).collect(),
            judges_members,
            candidates: VecDeque::new(),
            judged_to: None,
            matches: VecDeque::new(),
            is_complete: false,
        }
    }

    /// Returns whether the next match is not known yet.
    pub fn is_searching(&self) -> bool {
        self.matches.is_empty() && !(self.is_complete && self.candidates.is_empty())
    }

    /// Returns where the next match is, if it is known.
    pub fn next(&self) -> Option<&Place> {
        self.matches.front().map(|found| &found.place)
    }

    /// Removes and returns the next match, if it is known.
    pub fn take(&mut self) -> Option<Match> {
        self.matches.pop_front()
    }

    /// Returns the last member up to whom all matches are known.
    pub fn reached(&self) -> Option<&Place> {
        if self.candidates.is_empty() {
            self.kinds.iter().filter(|kind| kind.is_unknown()).filter_map(|kind| kind.empty_from()?).max()
        } else {
            self.judged_to.as_ref()
        }
    }

    /// Passes and counts further matches, up to a number, without reading them. Returns `None` if that is not possible,
    /// because not every further entry is one. One request per megabyte of index.
    pub async fn count(
        &mut self,
        context: &Context,
        settings: &Settings,
        limit: usize,
    ) -> Result<Option<usize>, StoreError> {
        let [kind] = &mut self.kinds[..] else { return Ok(None) };
        let known = self.matches.len();
        if self.judges_members {
            return Ok(None);
        }
        let Some(rest) = kind.count(context, settings, limit.saturating_sub(known)).await? else { return Ok(None) };
        self.matches.clear();
        self.is_complete = true;
        Ok(Some(known + rest))
    }

    /// Finds more matches, as far as the budget admits: judges candidates, or reads the blocks that are needed to find
    /// some. One request, or one per stream. Returns `false` if the budget does not admit it.
    pub async fn advance(
        &mut self,
        context: &Context,
        search: &MemberSearch,
        settings: &Settings,
        budget: &Budget,
    ) -> Result<bool, StoreError> {
        if !self.candidates.is_empty() {
            return self.judge(context, search, budget).await;
        }
        self.leave_out_dense_kind();
        let unknown = self.kinds.iter_mut().filter(|kind| kind.is_unknown());
        let mut empty: Vec<_> = unknown.flat_map(Streams::empty).collect();
        let Some(limit) = budget.entries_for(empty.len()) else { return Ok(false) };
        let largest = empty.iter().map(|stream| stream.limit).max().unwrap_or(MAX_READ);
        for together in empty.chunks_mut(MAX_READ / largest) {
            try_join_all(together.iter_mut().map(|stream| stream.read(context, settings, limit))).await?;
        }
        self.keep_sparsest_ways();
        self.leap();
        Ok(true)
    }

    /// Passes members until one of the streams has to be read.
    fn leap(&mut self) {
        loop {
            let mut latest: Option<&Place> = None;
            let (mut is_known, mut is_common) = (true, true);
            for kind in &self.kinds {
                match kind.head() {
                    Head::At(place) => {
                        is_common &= latest.is_none_or(|latest| latest == place);
                        latest = latest.max(Some(place));
                    }
                    Head::Unknown => is_known = false,
                    Head::End => {
                        self.is_complete = true;
                        return;
                    }
                }
            }
            let Some(place) = latest.cloned() else { return };
            if is_known && is_common {
                self.kinds.iter_mut().for_each(|kind| kind.pass(&place));
                if self.judges_members {
                    self.candidates.push_back(place);
                } else {
                    self.matches.push_back(Match { place, archived: self.archived, member: None });
                }
            } else {
                self.kinds.iter_mut().for_each(|kind| kind.leap(&place));
                if !is_known {
                    return;
                }
            }
        }
    }

    /// Keeps one way for each criterion: the one with the fewest entries, of which as many reach the furthest.
    fn keep_sparsest_ways(&mut self) {
        self.kinds.sort_by(|a, b| a.criterion.cmp(&b.criterion).then_with(|| b.extent().cmp(&a.extent())));
        self.kinds.dedup_by_key(|kind| kind.criterion);
    }

    /// Leaves out a kind that has to be read, if it has very many more entries than another.
    fn leave_out_dense_kind(&mut self) {
        let is_dense = |(at, kind): (usize, &Streams)| {
            let others = self.kinds.iter().enumerate().filter(|(other, _)| *other != at);
            let fewest = others.map(|(_, other)| other.passed()).min();
            kind.is_unknown() && fewest.is_some_and(|fewest| kind.read() > DENSE * (fewest + 1) + FIRST_READ)
        };
        if let Some(dense) = self.kinds.iter().enumerate().position(is_dense) {
            self.kinds.remove(dense);
            self.judges_members = true;
        }
    }

    /// Reads the next candidates and finds out which of them match. One request.
    async fn judge(&mut self, context: &Context, search: &MemberSearch, budget: &Budget) -> Result<bool, StoreError> {
        let Some(admitted) = budget.members() else { return Ok(false) };
        let count = self.candidates.len().min(MAX_JUDGED).min(admitted);
        let ids: Vec<MemberId> =
            self.candidates.iter().take(count).map(|place| place.position().id().clone()).collect();
        let members = context.store.members_of_page(&ids).await?;
        for place in self.candidates.drain(..count) {
            self.judged_to = Some(place.clone());
            let found = Match { place, archived: self.archived, member: None };
            let member = members.iter().find(|member| found.holds(member, search, context)).cloned();
            if member.is_some() {
                self.matches.push_back(Match { member, ..found });
            }
        }
        Ok(true)
    }
}
