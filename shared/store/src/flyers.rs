//! Flyers and their histories.

use crate::item::{or_log, readable};
use crate::keys::Key;
use crate::stored::HistoryPage;
use crate::{Store, StoreError};
use models::{Account, Flight, FlightId, FlyerId, HistoryEntry};
use std::collections::HashMap;

/// What [`Store::history_round`] reads.
#[derive(Debug, Default)]
pub struct HistoryRound {
    /// History entries by flyer and page number.
    pub pages: HashMap<(FlyerId, u64), Vec<HistoryEntry>>,
    /// Flights by id.
    pub flights: HashMap<FlightId, Flight>,
}

impl Store {
    /// Returns the number of pages of a history with that many entries.
    #[must_use]
    pub fn history_pages(entries: u64) -> u64 {
        entries.div_ceil(crate::keys::HISTORY_PAGE_SIZE)
    }

    /// Reads a flyer. One request.
    ///
    /// # Errors
    /// Any [`StoreError`].
    pub async fn account(&self, flyer: &FlyerId) -> Result<Option<Account>, StoreError> {
        self.get(&Key::flyer(flyer)).await
    }

    /// Reads flyers, which must be distinct, together with the first page of each history. Omits flyers that do not
    /// exist. A flyer who cannot be read, or whose page cannot be, is logged and `None`. One request per 50 flyers.
    ///
    /// Nearly every history has a single page. Reading it together with the flyer saves a round of requests.
    ///
    /// # Errors
    /// Any [`StoreError`] except `Unreadable`.
    pub async fn accounts_with_first_page(
        &self,
        flyers: &[FlyerId],
    ) -> Result<HashMap<FlyerId, Option<(Account, Vec<HistoryEntry>)>>, StoreError> {
        let keys = flyers.iter().flat_map(|flyer| [Key::flyer(flyer), Key::history_page(flyer, 0)]).collect();
        let mut found = self.batch_get(keys).await?;
        let mut accounts = HashMap::with_capacity(flyers.len());
        for flyer in flyers {
            let page = found.take_item(&Key::history_page(flyer, 0));
            if let Some(account) = found.take_item(&Key::flyer(flyer)) {
                let page = page.map_or_else(|| Some(HistoryPage::default()), readable);
                let account = readable::<Account>(account).zip(page).map(|(account, page)| (account, page.entries));
                accounts.insert(flyer.clone(), account);
            }
        }
        Ok(accounts)
    }

    /// Reads pages of histories and flights together. All must be distinct. Whatever is referred to exists: what does
    /// not, or cannot be read, is logged and omitted. One request per 100 pages and flights.
    ///
    /// # Errors
    /// Any [`StoreError`] except `Unreadable`.
    pub async fn history_round(
        &self,
        pages: Vec<(FlyerId, u64)>,
        flights: Vec<FlightId>,
    ) -> Result<HistoryRound, StoreError> {
        let page_keys = pages.iter().map(|(flyer, page)| Key::history_page(flyer, *page));
        let keys = page_keys.chain(flights.iter().map(|flight| Key::flight(*flight))).collect();
        let mut found = self.batch_get(keys).await?;
        let mut item = |key: Key| {
            let item = found.take_item(&key);
            or_log(item.ok_or_else(|| StoreError::Failed(format!("{key} is referred to, but missing").into())))
        };
        let mut round = HistoryRound::default();
        for (flyer, page) in pages {
            let read = item(Key::history_page(&flyer, page)).and_then(readable::<HistoryPage>);
            round.pages.extend(read.map(|read| ((flyer, page), read.entries)));
        }
        for flight in flights {
            let read = item(Key::flight(flight)).and_then(readable);
            round.flights.extend(read.map(|read| (flight, read)));
        }
        Ok(round)
    }
}
