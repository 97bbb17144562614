//! Skysquad's tables. The only crate that uses DynamoDB.
//!
//! [`schema`] defines the tables, `keys` every key, and `stored` the attributes of every item. The other modules have
//! one function for each unit that a rule reads or writes. Its documentation states the cost in DynamoDB requests, not
//! counting retries. All of these requests go through `request`, which retries them until the deadline of the
//! [`Invocation`] and counts them.
//!
//! A `token` names a transaction. It is 16 random bytes, new for each call: however often a transaction is sent with
//! its token, DynamoDB executes it only once.
//!
//! Every read is strongly consistent unless its documentation says otherwise. Reads of the two global indexes can't be:
//! before an item that was found there is changed, a condition on the item itself checks it again.

mod airlines;
mod audit;
mod batch;
mod cursor;
mod error;
mod flights;
mod flyers;
mod import;
mod invocation;
mod item;
mod keys;
mod ledgers;
mod members;
mod query;
mod request;
mod retry;
mod rewrite;
pub mod schema;
mod stored;
mod transaction;
mod update;

pub use airlines::{BrandCreated, KeyAdded, KeyRecord, LiveKey, NewAirline, NewKey};
pub use audit::{Checkpoint, Content, Disagreement, Record, Recorded, ScanPosition};
pub use cursor::Page;
pub use error::{Cause, CursorError, PageError, StoreError, with_causes};
pub use flights::{FlightChanged, MissingForFlight, SilentFlight};
pub use flyers::HistoryRound;
pub use import::{Batch, CreateResult, Creation, Requirement};
pub use invocation::{Invocation, Tally, time_left};
pub use ledgers::{
    BoardingState, Committed, Corrected, CorrectionState, Effect, Movement, Outcome, OutcomeOf, PurchaseState,
    StoredEntry,
};
pub use members::{IndexBlock, IndexEntry, MemberAudit, MemberChanged, Span};
pub use retry::{Attempt, retry};
pub use rewrite::WholeLedger;
pub use stored::{CreditedPassenger, VersionedFlight, VersionedProduct};
pub use update::{Changed, VersionedWrite};

/// Configuration of the DynamoDB client.
pub use aws_sdk_dynamodb::config::Builder as ClientConfig;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::config::{retry::RetryConfig, timeout::TimeoutConfig};
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// Names of the three tables.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tables {
    /// The table of members and flyers.
    pub users: String,
    /// The table of airlines, their keys, products and brands, and flights.
    pub flights: String,
    /// The table of ledger entries and recorded outcomes.
    pub ledgers: String,
}

impl Default for Tables {
    /// Returns the names that are used locally.
    fn default() -> Self {
        Self { users: "users".to_owned(), flights: "flights".to_owned(), ledgers: "ledgers".to_owned() }
    }
}

/// One of the three tables.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Table {
    /// Members and flyers.
    #[default]
    Users,
    /// Airlines, their keys, products and brands, and flights.
    Flights,
    /// Ledger entries and recorded outcomes.
    Ledgers,
}

/// Access to the tables through a DynamoDB client. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Store {
    client: Client,
    tables: Tables,
}

impl Store {
    /// Creates a store with the AWS configuration of the environment. Does not send a request yet.
    pub async fn connect(tables: Tables) -> Self {
        let sdk = aws_config::defaults(aws_config::BehaviorVersion::latest()).load().await;
        Self::with_config((&sdk).into(), tables)
    }

    /// Creates a store with the given client configuration.
    ///
    /// Disables the SDK's own retries, which know neither the deadline nor which failures leave a write in doubt, and
    /// are not counted. `request` retries instead.
    #[must_use]
    pub fn with_config(config: ClientConfig, tables: Tables) -> Self {
        let config = config
            .retry_config(RetryConfig::disabled())
            .timeout_config(TimeoutConfig::builder().connect_timeout(Duration::from_secs(1)).build());
        Self { client: Client::from_conf(config.build()), tables }
    }

    /// Returns the name of a table.
    #[must_use]
    pub fn name(&self, table: Table) -> &str {
        match table {
            Table::Users => &self.tables.users,
            Table::Flights => &self.tables.flights,
            Table::Ledgers => &self.tables.ledgers,
        }
    }
}
