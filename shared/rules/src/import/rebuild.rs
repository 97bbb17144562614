//! Bringing rows of the original system's histories into a flyer's ledger.

use super::Imported;
use super::history::{Boarding, HistoryRow, Movement, Row};
use super::layout::{Fact, FactKey, lay_out};
use crate::Context;
use models::{Flight, FlightId, FlyerId, HistoryKind};
use std::collections::{HashMap, HashSet};
use store::{Attempt, Store, StoreError, StoredEntry, WholeLedger, retry};

/// Brings a flyer's rows of a file into the flyer's ledger, all of them together, and tells what became of each, in that
/// order. The balance stays as it is. Again changes nothing; after a run that was stopped, it goes on from there.
///
/// Four requests, and one more for each 100 flights that are new to the flyer and for each further 99 changes; three, if
/// nothing is new. Again, as long as miles move meanwhile.
///
/// # Errors
/// As any read and write: then the ledger may be in between, no miles move, and doing it again is the way on.
pub async fn rebuild(
    context: &Context,
    kind: HistoryKind,
    flyer: &FlyerId,
    rows: &[HistoryRow],
) -> Result<Vec<Imported>, StoreError> {
    let attempt = async |()| {
        let Some(ledger) = context.store.whole_ledger(flyer).await? else {
            return Ok(Attempt::Done(vec![refused("there is no such flyer: flyers are imported first"); rows.len()]));
        };
        let assessment = Assessment::of(&ledger, rows, &new_flights(&context.store, &ledger, rows).await?);
        if assessment.added.is_empty() && ledger.account.rewriting.is_none() {
            return Ok(Attempt::Done(assessment.outcomes));
        }
        if let Some(reason) = obstacle(&ledger, kind) {
            return Ok(Attempt::Done(assessment.refusing_what_is_new(rows, &reason)));
        }
        let facts = assessment.known.values().cloned().collect();
        // More entries than there were, always: a movement that was decided on the old ledger must not fit the new one.
        let Ok(entries) = lay_out(&ledger.account, facts, ledger.account.seq + 1) else {
            let reason = "the balance would leave its range on the way";
            return Ok(Attempt::Done(assessment.refusing_what_is_new(rows, reason)));
        };
        if let Some(other) = unfinished(&ledger).filter(|_| moves_down(&ledger, &entries)) {
            return Ok(Attempt::Done(assessment.refusing_what_is_new(rows, &first(other))));
        }
        if context.store.rewrite(&ledger, &entries, kind, || context.random()).await? {
            return Ok(Attempt::Done(assessment.outcomes));
        }
        Ok(Attempt::Repeat(format!("miles of flyer {flyer} kept moving").into(), ()))
    };
    retry((), attempt, |cause, ()| StoreError::Busy(cause)).await
}

fn refused(reason: &str) -> Imported {
    Imported::Refused(reason.to_owned())
}

/// Why nothing new can come into a ledger.
fn obstacle(ledger: &WholeLedger, kind: HistoryKind) -> Option<String> {
    if ledger.entries.iter().any(|stored| stored.imported_from.is_none()) {
        return Some("the flyer has moved miles here already".to_owned());
    }
    // What a stopped import had not written yet is in its file alone, and has its places in between.
    unfinished(ledger).filter(|other| *other != kind).map(first)
}

/// Of what an import is that is rewriting the ledger.
fn unfinished(ledger: &WholeLedger) -> Option<HistoryKind> {
    ledger.account.rewriting.as_ref().map(|rewriting| rewriting.kind)
}

/// That it has to be finished.
fn first(other: HistoryKind) -> String {
    format!("another import of {other} is at this flyer, or was stopped there: run that one first")
}

/// Whether something that the ledger states would have a lower number than the highest it has: an import that was stopped
/// left room for what its file alone has.
fn moves_down(ledger: &WholeLedger, entries: &[StoredEntry]) -> bool {
    let places = |entries: &[StoredEntry]| -> HashMap<FactKey, u64> {
        entries.iter().filter_map(|stored| Some((Fact::of(stored)?.key, stored.entry.seq))).collect()
    };
    let after = places(entries);
    places(&ledger.entries).iter().any(|(fact, place)| after[fact] < *place)
}

type Facts = HashMap<FactKey, Fact>;

fn facts_of(ledger: &WholeLedger) -> Facts {
    ledger.entries.iter().filter_map(Fact::of).map(|fact| (fact.key.clone(), fact)).collect()
}

/// The flights of boardings that the ledger does not have: one request for each 100.
async fn new_flights(
    store: &Store,
    ledger: &WholeLedger,
    rows: &[HistoryRow],
) -> Result<HashMap<FlightId, Flight>, StoreError> {
    let known = facts_of(ledger);
    let boarded = rows.iter().filter_map(|row| match &row.what {
        Row::Boarding(boarding) => Some(boarding.flight),
        _ => None,
    });
    let new: HashSet<_> = boarded.filter(|flight| !known.contains_key(&FactKey::Boarding(*flight))).collect();
    store.flights(&new.into_iter().collect::<Vec<_>>()).await
}

/// What rows come to on a ledger.
struct Assessment {
    /// Facts of the ledger and of the rows.
    known: Facts,
    /// Those of them that the ledger does not have.
    added: HashSet<FactKey>,
    outcomes: Vec<Imported>,
}

impl Assessment {
    /// Judges the rows one after the other, by the ledger and the rows before.
    fn of(ledger: &WholeLedger, rows: &[HistoryRow], flights: &HashMap<FlightId, Flight>) -> Self {
        let mut assessment = Self { known: facts_of(ledger), added: HashSet::new(), outcomes: Vec::new() };
        let mut credited = HashSet::new();
        for row in rows {
            let outcome = match &row.what {
                Row::Boarding(boarding) => assessment.boarding(boarding, flights.get(&boarding.flight)),
                Row::Credit { flight, miles } => assessment.credit(*flight, *miles, credited.insert(*flight)),
                Row::Movement(movement) => assessment.movement(movement),
            };
            assessment.outcomes.push(outcome);
        }
        assessment
    }

    fn add(&mut self, fact: Fact) -> Imported {
        self.added.insert(fact.key.clone());
        self.known.insert(fact.key.clone(), fact);
        Imported::Made
    }

    fn boarding(&mut self, boarding: &Boarding, flight: Option<&Flight>) -> Imported {
        match (self.known.get(&FactKey::Boarding(boarding.flight)), flight) {
            (Some(known), _) if Some(known.amount) == i64::try_from(boarding.miles).ok() && known.at == boarding.at => {
                Imported::There
            }
            (Some(_), _) => refused("the flyer is on that flight already, with other miles or at another time"),
            (None, Some(flight)) => self.add(Fact::boarding(boarding, flight.airline_id.clone())),
            (None, None) => refused("there is no such flight: flights are imported first"),
        }
    }

    /// The original system's own row about the miles of a boarding.
    fn credit(&self, flight: FlightId, miles: i64, is_first: bool) -> Imported {
        match self.known.get(&FactKey::Boarding(flight)) {
            None => refused("the flyer was not on that flight: passengers are imported first"),
            Some(_) if !is_first => refused("it credits the flight a second time"),
            Some(boarding) if boarding.amount == miles => Imported::There,
            Some(_) => refused("the flyer earned other miles on that flight"),
        }
    }

    fn movement(&mut self, movement: &Movement) -> Imported {
        let fact = Fact::movement(movement.clone());
        match self.known.get(&fact.key) {
            Some(known) if *known == fact => Imported::There,
            Some(_) => refused("another transaction of the flyer has that id"),
            None => self.add(fact),
        }
    }

    /// What becomes of the rows if none may add anything.
    fn refusing_what_is_new(self, rows: &[HistoryRow], reason: &str) -> Vec<Imported> {
        let outcomes = self.outcomes.into_iter().zip(rows).map(|(outcome, row)| match outcome {
            Imported::Made | Imported::There if self.added.contains(&FactKey::of(&row.what)) => refused(reason),
            outcome => outcome,
        });
        outcomes.collect()
    }
}
