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
    /// The flyer with that id; `null` when there is none.
    #[schema(required)]
    pub user: Option<Flyer>,
    /// Flights that the flyer boarded, most recently boarded first, each with the `miles` earned on it.
    pub flights: Vec<Flight>,
}

/// Reads flyers with their histories. Returns one element per id, in the order of `ids`, which may contain duplicates
/// and texts that cannot be the id of a flyer.
///
/// One BatchGetItem per 50 distinct flyers, then one per 100 distinct flights and further pages of history, in at most
/// three rounds. The requests of a round are sent concurrently. For 100 flyers with up to 100 flights each, on 100
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
    ids.iter().map(|id| histories.of(id)).collect()
}

type Accounts = HashMap<FlyerId, (Account, Vec<HistoryEntry>)>;

/// Rejects a request whose response would be too large, before its flights are read.
fn check_size(ids: &[String], accounts: &Accounts) -> Result<(), HistoryError> {
    let flights: u64 = ids
        .iter()
        .filter_map(|id| id.parse::<FlyerId>().ok())
        .filter_map(|flyer| accounts.get(&flyer))
        .map(|(account, _)| account.flights_count)
        .sum();
    if flights * MIN_FLIGHT_BYTES > models::MAX_ANSWER_BYTES as u64 {
        return Err(HistoryError::TooLarge);
    }
    Ok(())
}

struct Histories {
    entries: HashMap<FlyerId, (Flyer, Vec<HistoryEntry>)>,
    flights: HashMap<FlightId, Flight>,
}

impl Histories {
    /// Reads the flights of the first pages together with the further pages, then the flights of those.
    async fn read(store: &Store, accounts: Accounts) -> Result<Self, HistoryError> {
        let further_pages: Vec<(FlyerId, u64)> = accounts
            .iter()
            .flat_map(|(flyer, (account, _))| {
                (1..Store::history_pages(account.flights_count)).map(|page| (flyer.clone(), page))
            })
            .collect();
        let first_flights = flights_in(accounts.values().map(|(_, entries)| entries));
        let round = store.history_round(further_pages.clone(), first_flights.into_iter().collect()).await?;
        let HistoryRound { pages: mut further, mut flights } = round;

        let unread = flights_in(further.values()).into_iter().filter(|id| !flights.contains_key(id)).collect();
        flights.extend(store.history_round(Vec::new(), unread).await?.flights);

        let mut entries: HashMap<_, _> =
            accounts.into_iter().map(|(flyer, (account, first_page))| (flyer, (account.flyer, first_page))).collect();
        // The pages were listed above in the order in which they are appended here.
        for page in further_pages {
            if let (Some((_, all)), Some(more)) = (entries.get_mut(&page.0), further.remove(&page)) {
                all.extend(more);
            }
        }
        Ok(Self { entries, flights })
    }

    fn of(&self, id: &str) -> Result<FlyerHistory, HistoryError> {
        let found = id.parse().ok().and_then(|flyer: FlyerId| self.entries.get(&flyer));
        let Some((flyer, entries)) = found else {
            return Ok(FlyerHistory { user_id: id.to_owned(), user: None, flights: Vec::new() });
        };
        let flights = entries
            .iter()
            .rev()
            .map(|entry| {
                let missing = || StoreError::Failed(format!("flight {} was not read", entry.flight_id).into());
                let flight = self.flights.get(&entry.flight_id).ok_or_else(missing)?;
                Ok(Flight { miles: Some(entry.miles.saturating_sub(entry.taken)), ..flight.clone() })
            })
            .collect::<Result<_, HistoryError>>()?;
        Ok(FlyerHistory { user_id: id.to_owned(), user: Some(flyer.clone()), flights })
    }
}

fn flights_in<'a>(pages: impl IntoIterator<Item = &'a Vec<HistoryEntry>>) -> HashSet<FlightId> {
    pages.into_iter().flatten().map(|entry| entry.flight_id).collect()
}
