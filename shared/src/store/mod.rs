//! The tables: the only code that knows DynamoDB.
//!
//! [`schema`] defines the tables, `keys` every key in them. Everything else here is one function for each
//! thing that a rule reads or writes as a whole, with its cost in DynamoDB requests. All go through
//! `request`, which retries, and counts into the [`Invocation`](crate::invocation::Invocation).
//!
//! Every read is strongly consistent, except of the two global indexes, which cannot be: what is read there
//! is judged again by a condition on the item before anything is written.

mod airlines;
mod audit;
mod batch;
mod cursor;
mod flights;
mod flyers;
mod import;
mod item;
mod keys;
mod ledgers;
mod members;
mod query;
mod request;
mod rewrite;
pub mod schema;
mod transaction;
mod update;

pub use airlines::{KeyAdded, KeyRecord, LiveKey, NewAirline, NewKey};
pub use audit::{CreditedPassenger, IndexItem, Part, Position};
pub use cursor::{BadCursor, Page};
pub use flights::{MissingForFlight, SilentFlight};
pub use flyers::HistoryRound;
pub use import::{Batch, Created, Creation, Needed};
pub use ledgers::{
    BoardingState, Committed, Effect, Movement, Outcome, OutcomeOf, PurchaseState, RefundState, StoredEntry,
};
pub use members::{Entry, MemberAudit, MemberChanged, Span};
pub use request::Backoff;
pub use rewrite::WholeLedger;
pub use update::Changed;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::config::{Builder, retry::RetryConfig, timeout::TimeoutConfig};
use std::time::Duration;

/// The three tables' names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tables {
    /// Members and flyers.
    pub users: String,
    /// Airlines, what is theirs, and flights.
    pub flights: String,
    /// Ledger entries and idempotency records.
    pub ledgers: String,
}

impl Default for Tables {
    /// The names used locally.
    fn default() -> Self {
        Self { users: "users".to_owned(), flights: "flights".to_owned(), ledgers: "ledgers".to_owned() }
    }
}

/// One of the three tables.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Table {
    /// Members and flyers.
    Users,
    /// Airlines, what is theirs, and flights.
    Flights,
    /// Ledger entries and idempotency records.
    Ledgers,
}

/// The tables, reached through one client. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Store {
    client: Client,
    tables: Tables,
}

impl Store {
    /// The tables as the environment's AWS configuration reaches them. Sends nothing yet.
    pub async fn connect(tables: Tables) -> Self {
        let sdk = aws_config::defaults(aws_config::BehaviorVersion::latest()).load().await;
        Self::with_config((&sdk).into(), tables)
    }

    /// The tables as this client configuration reaches them.
    ///
    /// The SDK's own retries are turned off: they know neither the deadline nor which failures leave a write
    /// in doubt, and would not be counted. `request` does both.
    #[must_use]
    pub fn with_config(config: Builder, tables: Tables) -> Self {
        let config = config
            .retry_config(RetryConfig::disabled())
            .timeout_config(TimeoutConfig::builder().connect_timeout(Duration::from_secs(1)).build());
        Self { client: Client::from_conf(config.build()), tables }
    }

    /// The name of a table.
    #[must_use]
    pub fn name(&self, table: Table) -> &str {
        match table {
            Table::Users => &self.tables.users,
            Table::Flights => &self.tables.flights,
            Table::Ledgers => &self.tables.ledgers,
        }
    }
}
