//! Every key of the three tables.

use super::Table;
use crate::models::facet::Partition;
use crate::models::{
    AirlineIata, AirlineIcao, AirlineId, BadgeId, BrandId, Callsign, DiscordId, FlightId, FlyerId, KeyDigest, KeyId,
    Member, MemberId, ProductId, Timestamp, Username,
};
use aws_sdk_dynamodb::types::AttributeValue;
use std::collections::HashMap;
use uuid::Uuid;

/// Where an item is.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct Key {
    pub table: Table,
    pub pk: String,
    pub sk: String,
}

/// How many history entries a page holds. A full one is some 7 kB, far from an item's 400 kB, and small
/// enough that appending to it stays cheap: a write costs by the size of the whole item.
pub(super) const HISTORY_PAGE_SIZE: u64 = 100;

/// Over how many partitions of the index the running flights are spread. Each takes 1,000 writes a second,
/// and a tick is two.
pub(super) const RUNNING_SHARDS: u8 = 8;

impl Key {
    fn new(table: Table, pk: String, sk: impl Into<String>) -> Self {
        Self { table, pk, sk: sk.into() }
    }

    /// As DynamoDB takes it.
    pub fn attributes(&self) -> HashMap<String, AttributeValue> {
        HashMap::from([
            ("pk".to_owned(), AttributeValue::S(self.pk.clone())),
            ("sk".to_owned(), AttributeValue::S(self.sk.clone())),
        ])
    }

    pub fn flyer(flyer: &FlyerId) -> Self {
        Self::new(Table::Users, flyer_partition(flyer), FLYER)
    }

    /// The page that holds a flyer's history entries from number `page * HISTORY_PAGE_SIZE` on.
    pub fn history_page(flyer: &FlyerId, page: u64) -> Self {
        Self::new(Table::Users, flyer_partition(flyer), format!("FLIGHTS#{page:08}"))
    }

    pub fn member(member: &MemberId) -> Self {
        Self::new(Table::Users, format!("MEMBER#{member}"), MEMBER)
    }

    /// The claim on a username.
    pub fn username(username: &Username) -> Self {
        Self::claim("USERNAME", &username.folded())
    }

    /// The claim on a Discord account.
    pub fn discord(id: &DiscordId) -> Self {
        Self::claim("DISCORD", id.as_str())
    }

    /// The claims that a member holds: what no two members share.
    pub fn member_claims(member: &Member) -> Vec<Self> {
        let username = member.username.as_ref().map(Self::username);
        let discord = member.discord_id.as_ref().map(Self::discord);
        // Logins on GitHub are compared without regard to case.
        let login = member.github_id.as_ref().map(|id| Self::github(&id.as_str().to_lowercase()));
        let number = member.github_user_id.as_ref().map(|id| Self::claim("GITHUBUSER", id.as_str()));
        [username, discord, login, number].into_iter().flatten().collect()
    }

    /// The claim on a GitHub login, given in lower case.
    pub fn github(login: &str) -> Self {
        Self::claim("GITHUB", login)
    }

    fn claim(of: &str, value: &str) -> Self {
        Self::new(Table::Users, format!("{of}#{value}"), CLAIM)
    }

    /// A member's entry in the index.
    pub fn facet(partition: &Partition, position: &str) -> Self {
        Self::new(Table::Users, facet_partition(partition), position)
    }

    /// What was done to a member, when.
    pub fn member_audit(member: &MemberId, at: Timestamp, operation: Uuid) -> Self {
        Self::new(Table::Users, format!("MEMBER#{member}"), format!("AUDIT#{at}#{operation}"))
    }

    /// A badge; all are in one partition, because they are few and listed together.
    pub fn badge(badge: &BadgeId) -> Self {
        Self::new(Table::Users, BADGES.to_owned(), format!("BADGE#{badge}"))
    }

    /// Where the nightly audit goes on.
    pub fn audit_checkpoint() -> Self {
        Self::new(Table::Users, "JOB#audit".to_owned(), "CHECKPOINT")
    }

    pub fn ledger_entry(flyer: &FlyerId, seq: u64) -> Self {
        Self::new(Table::Ledgers, flyer_partition(flyer), ledger_position(seq))
    }

    /// The idempotency key stands last, because it may contain any visible character.
    pub fn outcome(airline: &AirlineId, flyer: &FlyerId, idempotency_key: &str) -> Self {
        Self::new(Table::Ledgers, format!("IDEMPOTENCY#{airline}#{flyer}#{idempotency_key}"), OUTCOME)
    }

    pub fn airline(airline: &AirlineId) -> Self {
        Self::new(Table::Flights, airline_partition(airline), AIRLINE)
    }

    pub fn airline_key(airline: &AirlineId, key: &KeyId) -> Self {
        Self::new(Table::Flights, airline_partition(airline), format!("{KEY_PREFIX}{key}"))
    }

    pub fn api_key(digest: &KeyDigest) -> Self {
        Self::new(Table::Flights, format!("APIKEY#{}", digest.as_str()), "KEY")
    }

    pub fn product(airline: &AirlineId, product: &ProductId) -> Self {
        Self::new(Table::Flights, airline_partition(airline), format!("{PRODUCT_PREFIX}{product}"))
    }

    pub fn brand(airline: &AirlineId, brand: &BrandId) -> Self {
        Self::new(Table::Flights, airline_partition(airline), format!("{BRAND_PREFIX}{brand}"))
    }

    /// What of a brand is unique over all airlines, each held by one claim.
    pub fn brand_claims(brand: &BrandId, iata: &AirlineIata, icao: &AirlineIcao, callsign: &Callsign) -> [Self; 4] {
        [
            format!("BRAND#{brand}"),
            format!("IATA#{iata}"),
            format!("ICAO#{icao}"),
            format!("CALLSIGN#{}", callsign.as_str().to_lowercase()),
        ]
        .map(|pk| Self::new(Table::Flights, pk, CLAIM))
    }

    pub fn flight(flight: FlightId) -> Self {
        Self::new(Table::Flights, flight_partition(flight), FLIGHT)
    }

    pub fn passenger(flight: FlightId, flyer: &FlyerId) -> Self {
        Self::new(Table::Flights, flight_partition(flight), format!("{PASSENGER_PREFIX}{flyer}"))
    }
}

pub(super) const FLYER: &str = "FLYER";
pub(super) const AIRLINE: &str = "AIRLINE";
pub(super) const FLIGHT: &str = "FLIGHT";
pub(super) const OUTCOME: &str = "OUTCOME";
pub(super) const KEY_PREFIX: &str = "KEY#";
pub(super) const PRODUCT_PREFIX: &str = "PRODUCT#";
pub(super) const BRAND_PREFIX: &str = "BRAND#";
pub(super) const PASSENGER_PREFIX: &str = "PASSENGER#";

/// The sort key of every claim.
pub(super) const CLAIM: &str = "CLAIM";

/// Where all badges are.
pub(super) const BADGES: &str = "BADGES";

pub(super) const MEMBER: &str = "MEMBER";

pub(super) fn facet_partition(partition: &Partition) -> String {
    format!("FACET#{partition}")
}

pub(super) fn flyer_partition(flyer: &FlyerId) -> String {
    format!("FLYER#{flyer}")
}

pub(super) fn airline_partition(airline: &AirlineId) -> String {
    format!("AIRLINE#{airline}")
}

pub(super) fn flight_partition(flight: FlightId) -> String {
    format!("FLIGHT#{flight}")
}

/// The sort key of a ledger entry: its number, padded so that text sorts as numbers do.
pub(super) fn ledger_position(seq: u64) -> String {
    format!("{seq:012}")
}

/// In which partition of the index of running flights a flight is.
pub(super) fn running_shard(flight: FlightId) -> String {
    flight.shard(RUNNING_SHARDS).to_string()
}
