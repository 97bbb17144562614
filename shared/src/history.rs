//! Flyers with the flights they were on.

use crate::App;
use crate::error::FlyersError;
use crate::models::{Account, Flight, FlightId, Flyer, FlyerId, HistoryEntry};
use crate::store::{HistoryRound, Store};
use serde::Serialize;
use std::collections::{HashMap, HashSet};

/// At most so many distinct flyers are asked for at once.
pub const MAX_FLYERS: usize = 100;

/// No flight of a history is fewer bytes in a Lambda function's answer: the names of its 14 fields, their
/// quotes (each escaped there), an id and the two times that are always set.
const LEAST_FLIGHT_BYTES: u64 = 330;

/// One of the flyers asked for.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct FlyerHistory {
    /// The id asked for.
    #[schema(example = "123456789")]
    pub user_id: String,
    /// The flyer; null if there is none of that id.
    #[schema(required)]
    pub user: Option<Flyer>,
    /// The flights the flyer was on, the last one boarded first.
    pub flights: Vec<Flight>,
}

/// Reads flyers with their histories, in the order asked for (contract, *POST /users/fetchUsersData*).
///
/// `ids` may repeat, each is read once; an id that cannot be a flyer's is of nobody. One BatchGetItem for each
/// 50 distinct flyers, then one for each 100 distinct flights and further pages of history, in three rounds at
/// the most; of a round, the requests run side by side. For 100 flyers with up to 100 flights each, on 100
/// distinct flights, that is three requests in two rounds. Capacity: one read unit for each 4 kB of each flyer,
/// history page and flight.
///
/// # Errors
/// `MissingUserIds` when there is no id; `BadRequest` when there are more than [`MAX_FLYERS`] distinct ones;
/// `AnswerTooLarge` when it is clear from the number of flights that the answer would be; as any read.
pub async fn fetch_users_data(app: &App, ids: &[String]) -> Result<Vec<FlyerHistory>, FlyersError> {
    if ids.is_empty() {
        return Err(FlyersError::MissingUserIds);
    }
    let distinct: HashSet<&str> = ids.iter().map(String::as_str).collect();
    if distinct.len() > MAX_FLYERS {
        return Err(FlyersError::BadRequest(format!("\"userIds\" must hold at most {MAX_FLYERS} distinct ids")));
    }
    let flyers: Vec<FlyerId> = distinct.iter().filter_map(|id| id.parse().ok()).collect();
    let accounts = app.store.accounts_with_first_page(&flyers).await?;
    check_size(ids, &accounts)?;
    let histories = Histories::read(&app.store, accounts).await?;
    ids.iter().map(|id| histories.of(id)).collect()
}

type Accounts = HashMap<FlyerId, (Account, Vec<HistoryEntry>)>;

/// Refuses what cannot be answered before it is read.
fn check_size(ids: &[String], accounts: &Accounts) -> Result<(), FlyersError> {
    let flights: u64 = ids
        .iter()
        .filter_map(|id| id.parse::<FlyerId>().ok())
        .filter_map(|flyer| accounts.get(&flyer))
        .map(|(account, _)| account.flights_count)
        .sum();
    if flights * LEAST_FLIGHT_BYTES > crate::http::MAX_ANSWER_BYTES as u64 {
        return Err(FlyersError::AnswerTooLarge);
    }
    Ok(())
}

struct Histories {
    entries: HashMap<FlyerId, (Flyer, Vec<HistoryEntry>)>,
    flights: HashMap<FlightId, Flight>,
}

impl Histories {
    /// Reads the flights of the first pages together with the pages after them, then those pages' flights.
    async fn read(store: &Store, accounts: Accounts) -> Result<Self, FlyersError> {
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
        // In the order of the pages, in which they were listed above.
        for page in further_pages {
            if let (Some((_, all)), Some(more)) = (entries.get_mut(&page.0), further.remove(&page)) {
                all.extend(more);
            }
        }
        Ok(Self { entries, flights })
    }

    fn of(&self, id: &str) -> Result<FlyerHistory, FlyersError> {
        let found = id.parse().ok().and_then(|flyer: FlyerId| self.entries.get(&flyer));
        let Some((flyer, entries)) = found else {
            return Ok(FlyerHistory { user_id: id.to_owned(), user: None, flights: Vec::new() });
        };
        let flights = entries
            .iter()
            .rev()
            .map(|entry| {
                let missing = || FlyersError::Internal(format!("flight {} was not read", entry.flight_id).into());
                let flight = self.flights.get(&entry.flight_id).ok_or_else(missing)?;
                Ok(Flight { miles: Some(entry.miles), ..flight.clone() })
            })
            .collect::<Result<_, FlyersError>>()?;
        Ok(FlyerHistory { user_id: id.to_owned(), user: Some(flyer.clone()), flights })
    }
}

fn flights_in<'a>(pages: impl IntoIterator<Item = &'a Vec<HistoryEntry>>) -> HashSet<FlightId> {
    pages.into_iter().flatten().map(|entry| entry.flight_id).collect()
}
