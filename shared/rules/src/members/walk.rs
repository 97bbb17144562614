//! Visits the members who match a search, in the order of a listing.

use super::budget::Budget;
use super::search::MemberSearch;
use super::stream::{Course, Criterion, Place, Settings, Source, Way};
use super::zip::{Match, Zip};
use crate::Context;
use models::facet::Facet;
use store::StoreError;

/// Maximum number of facets that are read at once. If archived and unarchived members are searched by many values, the
/// criteria with the most values are left out of the zip, and members are read to judge them by these.
const MAX_STREAMS: usize = 20;

/// A walk through the matches among the unarchived and the archived members, from one place on.
pub(super) struct Walk<'a> {
    context: &'a Context,
    search: &'a MemberSearch,
    budget: &'a Budget,
    settings: Settings,
    zips: Vec<Zip<'a>>,
}

/// Up to where a walk has returned all matches.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Reach {
    /// There are no more.
    End,
    /// Up to this member, because the budget is used up.
    At(Place),
    /// The budget did not suffice to find out anything.
    Nowhere,
}

impl<'a> Walk<'a> {
    /// Starts a walk. No request.
    pub fn new(context: &'a Context, search: &'a MemberSearch, budget: &'a Budget, course: Course) -> Self {
        let now = context.now();
        let side = |archived| Some(Side { archived, ways: search.ways(archived, now)?, is_narrowed: false });
        let mut sides: Vec<Side> = [false, true].into_iter().filter(|_| search.can_match()).filter_map(side).collect();
        while streams(&sides) > MAX_STREAMS {
            sides.iter_mut().max_by_key(|side| side.widest().1).expect("streams belong to a side").leave_out_widest();
        }
        for side in sides.iter_mut().filter(|side| side.ways.is_empty()) {
            side.ways.push(Way { criterion: Criterion::All, sources: vec![Source::any(Facet::All)] });
        }
        let settings = Settings::new(search, course, streams(&sides));
        let zip = |side: Side<'a>| Zip::new(side.ways, side.archived, side.is_narrowed, &settings);
        let zips = sides.into_iter().map(zip).collect();
        Self { context, search, budget, settings, zips }
    }

    /// Returns the next match. Returns `None` if there is none, or if the budget does not suffice to find it.
    pub async fn next(&mut self) -> Result<Option<Match>, StoreError> {
        let mut is_admitted = true;
        while is_admitted {
            is_admitted = false;
            // The sides read on in turn, so that none is left behind when the budget is used up.
            for zip in self.zips.iter_mut().filter(|zip| zip.is_searching()) {
                is_admitted |= zip.advance(self.context, self.search, &self.settings, self.budget).await?;
            }
        }
        let reach = self.reach();
        let first = self.zips.iter_mut().filter(|zip| zip.next().is_some()).min_by(|a, b| a.next().cmp(&b.next()));
        Ok(first.and_then(|zip| {
            let is_next = match (&reach, zip.next()) {
                (Reach::End, _) => true,
                (Reach::At(reached), Some(place)) => place <= reached,
                _ => false,
            };
            is_next.then(|| zip.take()).flatten()
        }))
    }

    /// Passes and counts further matches, up to a number. Returns how many there are, and whether these are all.
    pub async fn count(&mut self, limit: usize) -> Result<(usize, bool), StoreError> {
        if let [zip] = &mut self.zips[..]
            && let Some(count) = zip.count(self.context, &self.settings, limit).await?
        {
            return Ok((count.min(limit), count < limit));
        }
        let mut count = 0;
        while count < limit && self.next().await?.is_some() {
            count += 1;
        }
        Ok((count, count < limit && self.reach() == Reach::End))
    }

    /// Returns up to where all matches have been returned, once there is no next one.
    pub fn reach(&self) -> Reach {
        let behind = self.zips.iter().filter(|zip| zip.is_searching()).map(Zip::reached).min();
        behind.map_or(Reach::End, |reached| reached.cloned().map_or(Reach::Nowhere, Reach::At))
    }
}

/// The ways to find members among the archived or the unarchived ones.
struct Side<'a> {
    archived: bool,
    ways: Vec<Way<'a>>,
    /// Whether a criterion has been left out.
    is_narrowed: bool,
}

fn streams(sides: &[Side]) -> usize {
    sides.iter().flat_map(|side| &side.ways).map(|way| way.sources.len()).sum()
}

impl Side<'_> {
    /// Returns where the way with the most facets is, and their number.
    fn widest(&self) -> (usize, usize) {
        let facets = self.ways.iter().map(|way| way.sources.len()).enumerate();
        facets.max_by_key(|(_, facets)| *facets).unwrap_or_default()
    }

    fn leave_out_widest(&mut self) {
        let Way { criterion, .. } = self.ways.remove(self.widest().0);
        self.is_narrowed |= self.ways.iter().all(|way| way.criterion != criterion);
    }
}
