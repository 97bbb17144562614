//! Flyers with the flights that they boarded.

use crate::Context;
use models::{Account, Flight, FlightId, Flyer, FlyerId, HistoryEntry};
use serde::Serialize;
use std::collections::{HashMap, HashSet};
use store::{HistoryRound, Store, StoreError};

/// Maximum number of distinct flyers per request.
pub const MAX_FLYERS: usize = 100;

/// Minimum size of a flight in a Lambda function's response, in bytes: the names of its 14 fields with their quotes,
/// each of which is escaped there, an id and the two times that are always set.
const MIN_FLIGHT_BYTES: u64 = 330;

/// Why histories could not be read.
#[derive(Debug, thiserror::Error)]
pub enum HistoryError {
    /// No id was given.
    #[error("Provide a list of userIds in the request body")]
    NoIds,
    /// More than [`MAX_FLYERS`] distinct ids were given.
    #[error("\"userIds\" must hold at most {MAX_FLYERS} distinct ids")]
    TooManyIds,
    /// The flyers have more flights than fit into one response.
    #[error("The answer would be larger than 6 MB; ask for less at a time")]
    TooLarge,
    /// The tables could not be read.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// One of the requested flyers, with the flights that the flyer boarded.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct FlyerHistory {
    /// ROBLOX user id as it was sent in the request.
    #[schema(example = "123456789")]
    pub user_id: String,
    /// The flyer with that id; `null` when there is none, and when the flyer cannot be read.
    #[schema(required)]
    pub user: Option<Flyer>,
    /// Flights that the flyer boarded, most recently boarded first, each with the `miles` earned on it.
    pub flights: Vec<Flight>,
    /// `unreadable` when what is stored of the flyer is damaged; absent otherwise, also when there is no such flyer.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, value_type = String)]
    pub error: Option<&'static str>,
}

/// Reads flyers with their histories. Returns one element per id, in the order of `ids`, which may contain duplicates
/// and texts that cannot be the id of a flyer.
///
/// One BatchGetItem per 50 distinct flyers, then one per 100 distinct flights and further pages of history, in at most
/// three rounds. The requests of a round are sent concurrently. A flyer who cannot be read does not keep the others from
/// being returned, nor does a flight. For 100 flyers with up to 100 flights each, on 100
/// distinct flights, that is three requests in two rounds. Capacity: one read unit per 4 kB of each flyer, history page
/// and flight.
///
/// # Errors
/// `NoIds` if `ids` is empty; `TooManyIds` if it contains more than [`MAX_FLYERS`] distinct ids; `TooLarge` if the
/// number of flights shows that the response would be too large; `Store`.
pub async fn fetch_users_data(context: &Context, ids: &[String]) -> Result<Vec<FlyerHistory>, HistoryError> {
    if ids.is_empty() {
        return Err(HistoryError::NoIds);
    }
    let distinct: HashSet<&str> = ids.iter().map(String::as_str).collect();
    if distinct.len() > MAX_FLYERS {
        return Err(HistoryError::TooManyIds);
    }
    let flyers: Vec<FlyerId> = distinct.iter().filter_map(|id| id.parse().ok()).collect();
    let accounts = context.store.accounts_with_first_page(&flyers).await?;
    check_size(ids, &accounts)?;
    let histories = Histories::read(&context.store, accounts).await?;
    Ok(ids.iter().map(|id| histories.of(id)).collect())
}

/// The flyers that exist, each with the first page of the history; `None` if they cannot be read.
type Accounts = HashMap<FlyerId, Option<(Account, Vec<HistoryEntry>)>>;

/// Rejects a request whose response would be too large, before its flights are read.
fn check_size(ids: &[String], accounts: &Accounts) -> Result<(), HistoryError> {
    let flights: u64 = ids
        .iter()
        .filter_map(|id| id.parse::<FlyerId>().ok())
        .filter_map(|flyer| accounts.get(&flyer)?.as_ref())
        .map(|(account, _)| account.flights_count)
        .sum();
    if flights * MIN_FLIGHT_BYTES > models::MAX_ANSWER_BYTES as u64 {
        return Err(HistoryError::TooLarge);
    }
    Ok(())
}

struct Histories {
    /// The flyers that exist, each with the whole history; `None` if they cannot be read.
    entries: HashMap<FlyerId, Option<(Flyer, Vec<HistoryEntry>)>>,
    flights: HashMap<FlightId, Flight>,
}

impl Histories {
    /// Reads the flights of the first pages together with the further pages, then the flights of those.
    async fn read(store: &Store, accounts: Accounts) -> Result<Self, HistoryError> {
        let further_pages: Vec<(FlyerId, u64)> = accounts
            .iter()
            .filter_map(|(flyer, read)| Some((flyer, Store::history_pages(read.as_ref()?.0.flights_count))))
            .flat_map(|(flyer, pages)| (1..pages).map(|page| (flyer.clone(), page)))
            .collect();
        let first_flights = flights_in(accounts.values().flatten().map(|(_, entries)| entries));
        let round = store.history_round(further_pages.clone(), first_flights.iter().copied().collect()).await?;
        let HistoryRound { pages: mut further, mut flights } = round;

        let unread = flights_in(further.values()).difference(&first_flights).copied().collect();
        flights.extend(store.history_round(Vec::new(), unread).await?.flights);

        let flyer = |(account, first_page): (Account, Vec<HistoryEntry>)| (account.flyer, first_page);
        let mut entries: HashMap<_, _> = accounts.into_iter().map(|(id, read)| (id, read.map(flyer))).collect();
        // The pages were listed above in the order in which they are appended here.
        for page in further_pages {
            let more = further.remove(&page);
            entries.entry(page.0).and_modify(|read| {
                *read = read.take().zip(more).map(|((flyer, all), more)| (flyer, [all, more].concat()));
            });
        }
        Ok(Self { entries, flights })
    }

    fn of(&self, id: &str) -> FlyerHistory {
        let user_id = id.to_owned();
        match id.parse().ok().and_then(|flyer: FlyerId| self.entries.get(&flyer)) {
            None => FlyerHistory { user_id, user: None, flights: Vec::new(), error: None },
            Some(None) => FlyerHistory { user_id, user: None, flights: Vec::new(), error: Some("unreadable") },
            Some(Some((flyer, entries))) => {
                // A flight that cannot be read has been logged.
                let flights = entries.iter().rev().filter_map(|entry| {
                    let miles = Some(entry.miles.saturating_sub(entry.taken));
                    Some(Flight { miles, ..self.flights.get(&entry.flight_id)?.clone() })
                });
                FlyerHistory { user_id, user: Some(flyer.clone()), flights: flights.collect(), error: None }
            }
        }
    }
}

fn flights_in<'a>(pages: impl IntoIterator<Item = &'a Vec<HistoryEntry>>) -> HashSet<FlightId> {
    pages.into_iter().flatten().map(|entry| entry.flight_id).collect()
}
