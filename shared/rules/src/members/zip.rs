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

use super::budget::{Budget, MIN_READ};
use super::search::MemberSearch;
use crate::Context;
use futures_util::future::try_join_all;
use models::facet::{EntryDetail, Facet, Listing};
use models::{ARCHIVED, Member, MemberId, Position};
use std::cmp::Reverse;
use std::collections::VecDeque;
use std::ops::Bound;
use store::{Span, StoreError};

/// Maximum number of entries of each facet that are read at first, if there are several, and of all together.
const FIRST_READ: usize = 256;
const FIRST_READS: usize = 2560;

/// How much larger each further read is.
const GROWTH: usize = 16;

/// Maximum number of entries that are read at the same time. They take up to 12 MB.
const MAX_READ: usize = 8192;

/// Maximum number of entries that the current blocks of a search hold together. What is kept of them takes up to 10 MB.
const MAX_HELD: usize = 65_536;

/// A kind is denser than another if it has this many entries per member whom the other has to offer. To read these
/// entries costs as much as to read the member.
const DENSE: usize = 64;

/// Maximum number of members that are read at once in order to judge them.
const MAX_JUDGED: usize = 100;

/// The condition on an entry's detail for the entry to count.
type Condition<'a> = Box<dyn Fn(&EntryDetail) -> bool + Send + Sync + 'a>;

/// A facet whose entries count if they meet the condition, if there is one.
pub(super) struct Source<'a> {
    facet: Facet,
    condition: Option<Condition<'a>>,
}

impl<'a> Source<'a> {
    /// Creates a source whose entries count if their details meet a condition.
    pub fn new(facet: Facet, condition: impl Fn(&EntryDetail) -> bool + Send + Sync + 'a) -> Self {
        Self { facet, condition: Some(Box::new(condition)) }
    }

    /// Creates a source whose entries all count.
    pub fn any(facet: Facet) -> Self {
        Self { facet, condition: None }
    }
}

/// What a search is by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Criterion {
    All,
    Skill,
    State,
    Role,
    Verified,
    Time,
}

/// A way to find all who meet a criterion: whoever has an entry that counts in any of the facets.
pub(super) struct Way<'a> {
    pub criterion: Criterion,
    pub sources: Vec<Source<'a>>,
}

/// A position in the order in which a walk visits members.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Place {
    Forward(Position),
    Backward(Reverse<Position>),
}

impl Place {
    pub fn new(position: Position, backward: bool) -> Self {
        if backward { Self::Backward(Reverse(position)) } else { Self::Forward(position) }
    }

    pub fn position(&self) -> &Position {
        match self {
            Self::Forward(position) | Self::Backward(Reverse(position)) => position,
        }
    }

    /// Returns the bound of a span that starts at this place.
    pub fn at(&self) -> Bound<String> {
        Bound::Included(match self {
            Self::Forward(position) => position.first_key(),
            Self::Backward(Reverse(position)) => position.last_key(),
        })
    }

    /// Returns the bound of a span that starts after this place.
    pub fn after(&self) -> Bound<String> {
        Bound::Excluded(match self {
            Self::Forward(position) => position.last_key(),
            Self::Backward(Reverse(position)) => position.first_key(),
        })
    }
}

/// Where a search starts and how it reads.
#[derive(Clone)]
pub(super) struct Course {
    /// Where to start.
    pub from: Bound<String>,
    /// Whether to read from the end to the beginning.
    pub backward: bool,
    /// Number of members that are wanted.
    pub wanted: usize,
}

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

/// A facet that is read in blocks.
struct Stream<'a> {
    listing: Listing,
    condition: Option<Condition<'a>>,
    /// Members whose entries count and who were read but not passed yet.
    block: VecDeque<Place>,
    /// The last member who was read.
    read_to: Option<Place>,
    /// Where the next block starts.
    from: Bound<String>,
    is_complete: bool,
    limit: usize,
    /// Number of entries read.
    read: usize,
    /// Number of members passed.
    passed: usize,
}

impl Stream<'_> {
    /// Returns whether it is unknown which member comes next.
    fn is_empty(&self) -> bool {
        self.block.is_empty() && !self.is_complete
    }

    /// Returns what has not been read yet.
    fn rest(&self, settings: &Settings, limit: usize) -> Span {
        let Settings { prefix, course, .. } = settings;
        let (prefix, from) = (prefix.clone(), self.from.clone());
        Span { prefix, from, backward: course.backward, limit: Some(limit) }
    }

    /// Reads the next block. One request.
    async fn read(&mut self, context: &Context, settings: &Settings, limit: usize) -> Result<(), StoreError> {
        let limit = self.limit.min(limit);
        let block = context.store.listing(&self.listing, &self.rest(settings, limit)).await?;
        self.is_complete = block.is_last;
        self.read += block.entries.len();
        self.limit = (limit * GROWTH).min(settings.max_read);
        let mut entries = block.entries;
        if let (Some(first), Some(last)) = (entries.first(), entries.last()) {
            let (first, last) = (first.key.position.clone(), last.key.position.clone());
            let may_continue = !block.is_last && entries.iter().any(|entry| entry.key.tag.is_some());
            if may_continue && first != last {
                // The member may have further entries, which belong together.
                entries.retain(|entry| entry.key.position != last);
            }
        }
        for entry in entries {
            let place = Place::new(entry.key.position, settings.course.backward);
            let counts = self.condition.as_ref().is_none_or(|holds| holds(&entry.detail));
            if counts && self.block.back() != Some(&place) {
                self.block.push_back(place.clone());
            }
            self.read_to = Some(place);
        }
        if let Some(place) = &self.read_to {
            self.from = place.after();
        }
        Ok(())
    }

    /// Passes all members before a place.
    fn leap(&mut self, to: &Place) {
        while self.block.front().is_some_and(|place| place < to) {
            self.block.pop_front();
            self.passed += 1;
        }
        if self.is_empty() && self.read_to.as_ref() < Some(to) {
            self.from = to.at();
        }
    }
}

/// The next member whom a kind has to offer.
enum Head<'z> {
    /// This member.
    At(&'z Place),
    /// Not known until more is read.
    Unknown,
    /// There is none.
    End,
}

/// A way to find all who meet a criterion, as far as it has been read.
struct Streams<'a> {
    criterion: Criterion,
    streams: Vec<Stream<'a>>,
}

/// How far all streams of a way have been read.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Extent<'z> {
    To(Option<&'z Place>),
    End,
}

impl Streams<'_> {
    fn head(&self) -> Head<'_> {
        let first = self.streams.iter().filter_map(|stream| stream.block.front()).min();
        let empty_from = self.empty_from();
        match first {
            // Whoever comes in a stream without a block comes after its last member who was read.
            Some(first) if empty_from.is_none_or(|read_to| Some(first) <= read_to) => Head::At(first),
            None if empty_from.is_none() => Head::End,
            _ => Head::Unknown,
        }
    }

    fn is_unknown(&self) -> bool {
        matches!(self.head(), Head::Unknown)
    }

    /// Returns up to where all streams without a block have been read. The inner `None` is the beginning.
    #[allow(clippy::option_option, reason = "the outer one tells whether there is such a stream")]
    fn empty_from(&self) -> Option<Option<&Place>> {
        self.streams.iter().filter(|stream| stream.is_empty()).map(|stream| stream.read_to.as_ref()).min()
    }

    fn extent(&self) -> Extent<'_> {
        let incomplete = self.streams.iter().filter(|stream| !stream.is_complete);
        incomplete.map(|stream| Extent::To(stream.read_to.as_ref())).min().unwrap_or(Extent::End)
    }

    fn leap(&mut self, to: &Place) {
        self.streams.iter_mut().for_each(|stream| stream.leap(to));
    }

    fn pass(&mut self, place: &Place) {
        for stream in &mut self.streams {
            if stream.block.front() == Some(place) {
                stream.block.pop_front();
                stream.passed += 1;
            }
        }
    }

    fn read(&self) -> usize {
        self.streams.iter().map(|stream| stream.read).sum()
    }

    fn passed(&self) -> usize {
        self.streams.iter().map(|stream| stream.passed).sum()
    }
}

/// What all streams of a search have in common.
pub(super) struct Settings {
    prefix: String,
    course: Course,
    /// Number of entries of a stream to read at first.
    first_read: usize,
    /// Maximum number of entries of a stream to read at once.
    max_read: usize,
}

impl Settings {
    /// Returns the settings of a search in a number of streams.
    pub fn new(search: &MemberSearch, course: Course, streams: usize) -> Self {
        let streams = streams.max(1);
        // A single stream has nothing to offer but what is wanted.
        let first_read = if streams == 1 { course.wanted } else { FIRST_READ.min(FIRST_READS / streams) };
        Self {
            prefix: search.prefix.clone(),
            first_read: first_read.clamp(MIN_READ, MAX_READ),
            max_read: MAX_READ.min(MAX_HELD / streams),
            course,
        }
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
        let stream = |source: Source<'a>| Stream {
            listing: Listing { facet: source.facet, archived },
            condition: source.condition,
            block: VecDeque::new(),
            read_to: None,
            from: settings.course.from.clone(),
            is_complete: false,
            limit: settings.first_read,
            read: 0,
            passed: 0,
        };
        let streams =
            |way: Way<'a>| Streams { criterion: way.criterion, streams: way.sources.into_iter().map(stream).collect() };
        Self {
            archived,
            kinds: ways.into_iter().map(streams).collect(),
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
        let [stream] = &mut kind.streams[..] else { return Ok(None) };
        if stream.condition.is_some() || self.judges_members {
            return Ok(None);
        }
        let known = self.matches.len() + stream.block.len();
        let rest = stream.rest(settings, limit.saturating_sub(known));
        let is_known = stream.is_complete || rest.limit == Some(0);
        let unread = if is_known { 0 } else { context.store.count_listing(&stream.listing, &rest).await? };
        self.matches.clear();
        stream.block.clear();
        self.is_complete = true;
        Ok(Some(known + unread))
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
        let mut empty: Vec<_> = unknown.flat_map(|kind| &mut kind.streams).filter(|stream| stream.is_empty()).collect();
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
        let count = self.candidates.len().min(MAX_JUDGED);
        if !budget.admits_members(count) {
            return Ok(false);
        }
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
