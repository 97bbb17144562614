//! Adds a flyer's history in the original system to the ledger.

use super::Imported;
use super::history::{HistoryRow, ImportedBoarding, ImportedMovement, Row};
use super::layout::{Fact, FactKey, lay_out};
use crate::Context;
use models::{Flight, FlightId, FlyerId, HistoryKind};
use std::collections::{HashMap, HashSet};
use store::{Attempt, Store, StoreError, StoredEntry, WholeLedger, retry};

/// Adds all rows of a file that concern a flyer to the flyer's ledger, and returns the result for each row, in order.
/// Leaves the balance unchanged. Repeating a completed import changes nothing; repeating an interrupted one completes
/// it.
///
/// Four requests, plus one per 100 flights that are new to the flyer and one per further 99 changes; three if nothing
/// is new. All of these again for each conflicting movement of miles.
///
/// # Errors
/// Any [`StoreError`]. The ledger may then be partially rewritten, in which case no miles move until the import is
/// repeated.
pub async fn rebuild(
    context: &Context,
    kind: HistoryKind,
    flyer: &FlyerId,
    rows: &[HistoryRow],
) -> Result<Vec<Imported>, StoreError> {
    let attempt = async |()| {
        let Some(ledger) = context.store.whole_ledger(flyer).await? else {
            return Ok(Attempt::Done(vec![refused("the flyer does not exist: import flyers first"); rows.len()]));
        };
        let assessment = Assessment::of(&ledger, rows, &new_flights(&context.store, &ledger, rows).await?);
        if assessment.added.is_empty() && ledger.account.rewriting.is_none() {
            return Ok(Attempt::Done(assessment.outcomes));
        }
        if let Some(reason) = obstacle(&ledger, kind) {
            return Ok(Attempt::Done(assessment.refusing_what_is_new(rows, &reason)));
        }
        let facts = assessment.known.values().cloned().collect();
        // The ledger always grows, so that a movement decided on the old ledger does not fit the new one.
        let Ok(entries) = lay_out(&ledger.account, facts, ledger.account.seq + 1) else {
            let reason = "a balance of the ledger would be out of range";
            return Ok(Attempt::Done(assessment.refusing_what_is_new(rows, reason)));
        };
        if let Some(other) = unfinished(&ledger).filter(|_| moves_down(&ledger, &entries)) {
            return Ok(Attempt::Done(assessment.refusing_what_is_new(rows, &finish_first(other))));
        }
        if context.store.rewrite(&ledger, &entries, kind, || context.random()).await? {
            return Ok(Attempt::Done(assessment.outcomes));
        }
        Ok(Attempt::Repeat(format!("miles of flyer {flyer} kept moving").into(), ()))
    };
    retry((), attempt, |cause, ()| StoreError::Busy(cause)).await
}

fn refused(reason: &str) -> Imported {
    Imported::Rejected(reason.to_owned())
}

/// Returns why nothing new can be added to a ledger, if that is so.
fn obstacle(ledger: &WholeLedger, kind: HistoryKind) -> Option<String> {
    if ledger.entries.iter().any(|stored| stored.imported_from.is_none()) {
        return Some("the flyer has already moved miles in this system".to_owned());
    }
    // Facts that an interrupted import has not written yet are only in its file. They belong in between.
    unfinished(ledger).filter(|other| *other != kind).map(finish_first)
}

/// Returns the kind of import that is rewriting the ledger, if one is.
fn unfinished(ledger: &WholeLedger) -> Option<HistoryKind> {
    ledger.account.rewriting.as_ref().map(|rewriting| rewriting.kind)
}

/// Returns the reason to finish another import first.
fn finish_first(other: HistoryKind) -> String {
    format!("another import of {other} is in progress for this flyer or was interrupted: run it first")
}

/// Returns whether a fact of the ledger would move to a lower number than the highest it has. That happens if an
/// interrupted import left room for facts that only its file contains.
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

/// Reads the flights of boardings and movements that the ledger does not contain. One request per 100 flights.
async fn new_flights(
    store: &Store,
    ledger: &WholeLedger,
    rows: &[HistoryRow],
) -> Result<HashMap<FlightId, Flight>, StoreError> {
    let known = facts_of(ledger);
    let unknown = rows.iter().filter(|row| !known.contains_key(&FactKey::of(&row.what)));
    let named = unknown.filter_map(|row| match &row.what {
        Row::Boarding(boarding) => Some(boarding.flight),
        Row::Movement(movement) => movement.flight_id,
        Row::Credit { .. } => None,
    });
    let new: HashSet<_> = named.collect();
    store.flights(&new.into_iter().collect::<Vec<_>>()).await
}

/// What a file's rows mean for a ledger.
struct Assessment {
    /// Facts of the ledger and of the accepted rows.
    known: Facts,
    /// Keys of the facts that the ledger does not contain yet.
    added: HashSet<FactKey>,
    outcomes: Vec<Imported>,
}

impl Assessment {
    /// Assesses the rows one after another, by the ledger and the previous rows.
    fn of(ledger: &WholeLedger, rows: &[HistoryRow], flights: &HashMap<FlightId, Flight>) -> Self {
        let mut assessment = Self { known: facts_of(ledger), added: HashSet::new(), outcomes: Vec::new() };
        let mut credited = HashSet::new();
        for row in rows {
            let outcome = match &row.what {
                Row::Boarding(boarding) => assessment.boarding(boarding, flights.get(&boarding.flight)),
                Row::Credit { flight, miles } => assessment.credit(*flight, *miles, credited.insert(*flight)),
                Row::Movement(movement) => assessment.movement(movement, flights),
            };
            assessment.outcomes.push(outcome);
        }
        assessment
    }

    fn add(&mut self, fact: Fact) -> Imported {
        self.added.insert(fact.key.clone());
        self.known.insert(fact.key.clone(), fact);
        Imported::Created
    }

    fn boarding(&mut self, boarding: &ImportedBoarding, flight: Option<&Flight>) -> Imported {
        match (self.known.get(&FactKey::Boarding(boarding.flight)), flight) {
            (Some(known), _) if Some(known.amount) == i64::try_from(boarding.miles).ok() && known.at == boarding.at => {
                Imported::Existing
            }
            (Some(_), _) => refused("the flyer has already boarded the flight, with other miles or at another time"),
            (None, Some(flight)) => self.add(Fact::boarding(boarding, flight.airline_id.clone())),
            (None, None) => refused("the flight does not exist: import flights first"),
        }
    }

    /// Assesses a row with which the original system credits the miles of a boarding.
    fn credit(&self, flight: FlightId, miles: i64, is_first: bool) -> Imported {
        match self.known.get(&FactKey::Boarding(flight)) {
            None => refused("the flyer has not boarded the flight: import passengers first"),
            Some(_) if !is_first => refused("the flight is credited a second time"),
            Some(boarding) if boarding.amount == miles => Imported::Existing,
            Some(_) => refused("the flyer earned other miles on the flight"),
        }
    }

    fn movement(&mut self, movement: &ImportedMovement, flights: &HashMap<FlightId, Flight>) -> Imported {
        let fact = Fact::movement(movement.clone());
        match self.known.get(&fact.key) {
            Some(known) if *known == fact => Imported::Existing,
            Some(_) => refused("another transaction of the flyer has the same id"),
            None if movement.flight_id.is_some_and(|flight| !flights.contains_key(&flight)) => {
                refused("the flight does not exist: import flights first")
            }
            None => self.add(fact),
        }
    }

    /// Returns the results if nothing may be added to the ledger.
    fn refusing_what_is_new(self, rows: &[HistoryRow], reason: &str) -> Vec<Imported> {
        let outcomes = self.outcomes.into_iter().zip(rows).map(|(outcome, row)| match outcome {
            Imported::Created | Imported::Existing if self.added.contains(&FactKey::of(&row.what)) => refused(reason),
            outcome => outcome,
        });
        outcomes.collect()
    }
}
