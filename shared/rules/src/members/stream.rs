//! Reads facets of the member index in blocks.

use super::budget::MIN_READ;
use super::search::MemberSearch;
use crate::Context;
use models::Position;
use models::facet::{EntryDetail, Facet, Listing};
use std::cmp::Reverse;
use std::collections::VecDeque;
use std::ops::Bound;
use store::{Span, StoreError};

/// Maximum number of entries of each facet that are read at first, if there are several, and of all together.
pub(super) const FIRST_READ: usize = 256;
const FIRST_READS: usize = 2560;

/// How much larger each further read is.
const GROWTH: usize = 16;

/// Maximum number of entries that are read at the same time. They take up to 12 MB.
pub(super) const MAX_READ: usize = 8192;

/// Maximum number of entries that the current blocks of a search hold together. What is kept of them takes up to 10 MB.
const MAX_HELD: usize = 65_536;

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

/// A facet that is read in blocks.
pub(super) struct Stream<'a> {
    listing: Listing,
    condition: Option<Condition<'a>>,
    /// Members whose entries count and who were read but not passed yet.
    block: VecDeque<Place>,
    /// The last member who was read.
    read_to: Option<Place>,
    /// Where the next block starts.
    from: Bound<String>,
    is_complete: bool,
    pub limit: usize,
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
    pub async fn read(&mut self, context: &Context, settings: &Settings, limit: usize) -> Result<(), StoreError> {
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
pub(super) enum Head<'z> {
    /// This member.
    At(&'z Place),
    /// Not known until more is read.
    Unknown,
    /// There is none.
    End,
}

/// A way to find all who meet a criterion, as far as it has been read.
pub(super) struct Streams<'a> {
    pub criterion: Criterion,
    streams: Vec<Stream<'a>>,
}

/// How far all streams of a way have been read.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Extent<'z> {
    To(Option<&'z Place>),
    End,
}

impl<'a> Streams<'a> {
    /// Creates the streams of a way among the archived or the unarchived members.
    pub fn new(way: Way<'a>, archived: bool, settings: &Settings) -> Self {
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
        Self { criterion: way.criterion, streams: way.sources.into_iter().map(stream).collect() }
    }

    /// Returns the streams without a block.
    pub fn empty(&mut self) -> impl Iterator<Item = &mut Stream<'a>> {
        self.streams.iter_mut().filter(|stream| stream.is_empty())
    }

    /// Passes and counts all further members, without reading them: at least up to `limit`. Returns `None` if that is not
    /// possible, because there are several facets or not every entry counts. One request per megabyte of index.
    pub async fn count(
        &mut self,
        context: &Context,
        settings: &Settings,
        limit: usize,
    ) -> Result<Option<usize>, StoreError> {
        let [stream] = &mut self.streams[..] else { return Ok(None) };
        if stream.condition.is_some() {
            return Ok(None);
        }
        let known = stream.block.len();
        let rest = limit.saturating_sub(known);
        let unread = if stream.is_complete || rest == 0 {
            0
        } else {
            context.store.count_listing(&stream.listing, &stream.rest(settings, rest)).await?
        };
        stream.block.clear();
        stream.is_complete = true;
        Ok(Some(known + unread))
    }

    pub fn head(&self) -> Head<'_> {
        let first = self.streams.iter().filter_map(|stream| stream.block.front()).min();
        let empty_from = self.empty_from();
        match first {
            // Whoever comes in a stream without a block comes after its last member who was read.
            Some(first) if empty_from.is_none_or(|read_to| Some(first) <= read_to) => Head::At(first),
            None if empty_from.is_none() => Head::End,
            _ => Head::Unknown,
        }
    }

    pub fn is_unknown(&self) -> bool {
        matches!(self.head(), Head::Unknown)
    }

    /// Returns up to where all streams without a block have been read. The inner `None` is the beginning.
    #[allow(clippy::option_option, reason = "the outer one tells whether there is such a stream")]
    pub fn empty_from(&self) -> Option<Option<&Place>> {
        self.streams.iter().filter(|stream| stream.is_empty()).map(|stream| stream.read_to.as_ref()).min()
    }

    pub fn extent(&self) -> Extent<'_> {
        let incomplete = self.streams.iter().filter(|stream| !stream.is_complete);
        incomplete.map(|stream| Extent::To(stream.read_to.as_ref())).min().unwrap_or(Extent::End)
    }

    pub fn leap(&mut self, to: &Place) {
        self.streams.iter_mut().for_each(|stream| stream.leap(to));
    }

    pub fn pass(&mut self, place: &Place) {
        for stream in &mut self.streams {
            if stream.block.front() == Some(place) {
                stream.block.pop_front();
                stream.passed += 1;
            }
        }
    }

    pub fn read(&self) -> usize {
        self.streams.iter().map(|stream| stream.read).sum()
    }

    pub fn passed(&self) -> usize {
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
