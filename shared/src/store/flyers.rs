//! Flyers and their histories.

use super::Store;
use super::item::from_item;
use super::keys::Key;
use crate::error::StoreError;
use crate::models::{Account, Flight, FlightId, FlyerId, HistoryEntry};
use serde::{Deserialize, Serialize};
use std::collections::HashMap;

/// A page of a flyer's history, in the order boarded.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(super) struct HistoryPage {
    pub entries: Vec<HistoryEntry>,
}

/// What one round of reading histories brings.
#[derive(Debug, Default)]
pub struct HistoryRound {
    /// Entries by flyer and page.
    pub pages: HashMap<(FlyerId, u64), Vec<HistoryEntry>>,
    /// Flights by id.
    pub flights: HashMap<FlightId, Flight>,
}

impl Store {
    /// How many pages a history of that many entries has.
    #[must_use]
    pub fn history_pages(entries: u64) -> u64 {
        entries.div_ceil(super::keys::HISTORY_PAGE_SIZE)
    }

    /// One flyer: one request.
    ///
    /// # Errors
    /// As any read: when the time was up, or DynamoDB failed.
    pub async fn account(&self, flyer: &FlyerId) -> Result<Option<Account>, StoreError> {
        self.get(&Key::flyer(flyer)).await
    }

    /// Flyers with the first page of their histories: one request for each 50 of them.
    ///
    /// The first page is read along because nearly everybody has no other, which spares a round.
    ///
    /// # Errors
    /// As any read: when the time was up, or DynamoDB failed.
    pub async fn accounts_with_first_page(
        &self,
        flyers: &[FlyerId],
    ) -> Result<HashMap<FlyerId, (Account, Vec<HistoryEntry>)>, StoreError> {
        let keys = flyers.iter().flat_map(|flyer| [Key::flyer(flyer), Key::history_page(flyer, 0)]).collect();
        let mut found = self.batch_get(keys).await?;
        let mut accounts = HashMap::with_capacity(flyers.len());
        for flyer in flyers {
            if let Some(account) = found.take::<Account>(&Key::flyer(flyer))? {
                let page: HistoryPage = found.take(&Key::history_page(flyer, 0))?.unwrap_or_default();
                accounts.insert(flyer.clone(), (account, page.entries));
            }
        }
        Ok(accounts)
    }

    /// Pages of histories and flights, all distinct, together: one request for each 100.
    ///
    /// # Errors
    /// As any read, and when one of them is missing: both are there if anything refers to them.
    pub async fn history_round(
        &self,
        pages: Vec<(FlyerId, u64)>,
        flights: Vec<FlightId>,
    ) -> Result<HistoryRound, StoreError> {
        let page_keys = pages.iter().map(|(flyer, page)| Key::history_page(flyer, *page));
        let keys = page_keys.chain(flights.iter().map(|flight| Key::flight(*flight))).collect();
        let mut found = self.batch_get(keys).await?;
        let mut item = |key: Key| {
            found
                .take_item(&key)
                .ok_or_else(|| StoreError::Failed(format!("{} {} is referred to and missing", key.pk, key.sk).into()))
        };
        let mut round = HistoryRound::default();
        for (flyer, page) in pages {
            let entries = from_item::<HistoryPage>(item(Key::history_page(&flyer, page))?)?.entries;
            round.pages.insert((flyer, page), entries);
        }
        for flight in flights {
            round.flights.insert(flight, from_item(item(Key::flight(flight))?)?);
        }
        Ok(round)
    }
}
