//! Every key of the three tables.

use crate::Table;
use aws_sdk_dynamodb::types::AttributeValue;
use models::facet::Partition;
use models::{
    AirlineIata, AirlineIcao, AirlineId, BadgeId, BrandId, Callsign, DiscordId, FlightId, FlyerId, GithubNumber,
    KeyDigest, KeyId, Member, MemberId, ProductId, Timestamp, Username,
};
use std::collections::HashMap;
use uuid::Uuid;

/// Primary key of an item, with the item's table.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct Key {
    pub table: Table,
    pub pk: String,
    pub sk: String,
}

/// Maximum number of history entries on a page. A full page is about 7 kB. That is far below the limit of 400 kB per
/// item, and small enough for cheap appends: the cost of a write depends on the size of the whole item.
pub(crate) const HISTORY_PAGE_SIZE: u64 = 100;

/// Number of index partitions over which the running flights are spread. A partition accepts 1,000 writes per second,
/// and a tick is two.
pub(crate) const RUNNING_SHARDS: u8 = 8;

impl std::fmt::Display for Key {
    /// Writes the table and both keys, separated by spaces.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let table = match self.table {
            Table::Users => "users",
            Table::Flights => "flights",
            Table::Ledgers => "ledgers",
        };
        write!(f, "{table} {} {}", self.pk, self.sk)
    }
}

impl Key {
    fn new(table: Table, pk: String, sk: impl Into<String>) -> Self {
        Self { table, pk, sk: sk.into() }
    }

    /// Returns the attributes of the key.
    pub fn attributes(&self) -> HashMap<String, AttributeValue> {
        HashMap::from([
            ("pk".to_owned(), AttributeValue::S(self.pk.clone())),
            ("sk".to_owned(), AttributeValue::S(self.sk.clone())),
        ])
    }

    pub fn flyer(flyer: &FlyerId) -> Self {
        Self::new(Table::Users, flyer_partition(flyer), FLYER)
    }

    /// Key of the history page that starts at entry number `page * HISTORY_PAGE_SIZE`.
    pub fn history_page(flyer: &FlyerId, page: u64) -> Self {
        Self::new(Table::Users, flyer_partition(flyer), format!("FLIGHTS#{page:08}"))
    }

    pub fn member(member: &MemberId) -> Self {
        Self::new(Table::Users, format!("MEMBER#{member}"), MEMBER)
    }

    /// Key of the claim on a username.
    pub fn username(username: &Username) -> Self {
        Self::claim("USERNAME", &username.folded())
    }

    /// Key of the claim on a Discord account.
    pub fn discord(id: &DiscordId) -> Self {
        Self::claim("DISCORD", id.as_str())
    }

    /// Keys of a member's claims, one for each value that must be unique among members.
    pub fn member_claims(member: &Member) -> Vec<Self> {
        let username = member.username.as_ref().map(Self::username);
        let discord = member.discord_id.as_ref().map(Self::discord);
        // GitHub logins are case-insensitive.
        let login = member.github_id.as_ref().map(|id| Self::github(&id.as_str().to_lowercase()));
        let number = member.github_user_id.as_ref().map(Self::github_number);
        [username, discord, login, number].into_iter().flatten().collect()
    }

    /// Key of the claim on a GitHub login, which must be in lower case.
    pub fn github(login: &str) -> Self {
        Self::claim("GITHUB", login)
    }

    /// Key of the claim on a numeric GitHub user id.
    pub fn github_number(number: &GithubNumber) -> Self {
        Self::claim("GITHUBUSER", number.as_str())
    }

    fn claim(of: &str, value: &str) -> Self {
        Self::new(Table::Users, format!("{of}#{value}"), CLAIM)
    }

    /// Key of a member's entry in the index.
    pub fn facet(partition: &Partition, position: &str) -> Self {
        Self::new(Table::Users, facet_partition(partition), position)
    }

    /// Key of the record of what was done to a member.
    pub fn member_audit(member: &MemberId, at: Timestamp, operation: Uuid) -> Self {
        Self::new(Table::Users, format!("MEMBER#{member}"), format!("AUDIT#{at}#{operation}"))
    }

    /// Key of a badge. All badges are in one partition, because they are few and listed together.
    pub fn badge(badge: &BadgeId) -> Self {
        Self::new(Table::Users, BADGES.to_owned(), format!("BADGE#{badge}"))
    }

    /// Key of the nightly audit's checkpoint.
    pub fn audit_checkpoint() -> Self {
        Self::new(Table::Users, "JOB#audit".to_owned(), "CHECKPOINT")
    }

    pub fn ledger_entry(flyer: &FlyerId, seq: u64) -> Self {
        Self::new(Table::Ledgers, flyer_partition(flyer), ledger_position(seq))
    }

    /// Key of the recorded outcome of a request, in the partition of the flyer whom it concerns. The `Idempotency-Key` comes
    /// last, because it may contain nearly any visible character.
    pub fn outcome(airline: &AirlineId, flyer: &FlyerId, idempotency_key: &str) -> Self {
        Self::new(Table::Ledgers, flyer_partition(flyer), format!("{OUTCOME}#{airline}#{idempotency_key}"))
    }

    pub fn airline(airline: &AirlineId) -> Self {
        Self::new(Table::Flights, airline_partition(airline), AIRLINE)
    }

    /// Key of an API key in its airline's list of keys.
    pub fn airline_key(airline: &AirlineId, key: &KeyId) -> Self {
        Self::new(Table::Flights, airline_partition(airline), format!("{KEY_PREFIX}{key}"))
    }

    /// Key of the record of an API key, which is found by the key's digest.
    pub fn api_key(digest: &KeyDigest) -> Self {
        Self::new(Table::Flights, format!("APIKEY#{}", digest.as_str()), "KEY")
    }

    pub fn product(airline: &AirlineId, product: &ProductId) -> Self {
        Self::new(Table::Flights, airline_partition(airline), format!("{PRODUCT_PREFIX}{product}"))
    }

    pub fn brand(airline: &AirlineId, brand: &BrandId) -> Self {
        Self::new(Table::Flights, airline_partition(airline), format!("{BRAND_PREFIX}{brand}"))
    }

    /// Keys of a brand's claims, one for each value that must be unique among all airlines' brands.
    pub fn brand_claims(brand: &BrandId, iata: &AirlineIata, icao: &AirlineIcao, callsign: &Callsign) -> [Self; 4] {
        [
            format!("BRAND#{brand}"),
            format!("IATA#{iata}"),
            format!("ICAO#{icao}"),
            format!("CALLSIGN#{}", callsign.as_str().to_lowercase()),
        ]
        .map(|pk| Self::new(Table::Flights, pk, CLAIM))
    }

    /// Key of the record that the job which ends silent flights has stopped.
    pub fn stale_flights_stop() -> Self {
        Self::new(Table::Flights, "JOB#end-stale-flights".to_owned(), "STOP")
    }

    pub fn flight(flight: FlightId) -> Self {
        Self::new(Table::Flights, flight_partition(flight), FLIGHT)
    }

    pub fn passenger(flight: FlightId, flyer: &FlyerId) -> Self {
        Self::new(Table::Flights, flight_partition(flight), format!("{PASSENGER_PREFIX}{flyer}"))
    }
}

pub(crate) const FLYER: &str = "FLYER";
pub(crate) const AIRLINE: &str = "AIRLINE";
pub(crate) const FLIGHT: &str = "FLIGHT";
/// Start of the sort key of every recorded outcome.
pub(crate) const OUTCOME: &str = "OUTCOME";
pub(crate) const KEY_PREFIX: &str = "KEY#";
pub(crate) const PRODUCT_PREFIX: &str = "PRODUCT#";
pub(crate) const BRAND_PREFIX: &str = "BRAND#";
pub(crate) const PASSENGER_PREFIX: &str = "PASSENGER#";

/// Sort key of every claim.
pub(crate) const CLAIM: &str = "CLAIM";

/// Partition key of all badges.
pub(crate) const BADGES: &str = "BADGES";

pub(crate) const MEMBER: &str = "MEMBER";

pub(crate) fn facet_partition(partition: &Partition) -> String {
    format!("FACET#{partition}")
}

pub(crate) fn flyer_partition(flyer: &FlyerId) -> String {
    format!("FLYER#{flyer}")
}

pub(crate) fn airline_partition(airline: &AirlineId) -> String {
    format!("AIRLINE#{airline}")
}

pub(crate) fn flight_partition(flight: FlightId) -> String {
    format!("FLIGHT#{flight}")
}

/// Sort key of a ledger entry: its number, padded so that the text sorts in numerical order.
pub(crate) fn ledger_position(seq: u64) -> String {
    format!("{seq:012}")
}

/// Partition key of every flight in the index of planned flights, which is written when a flight is planned and when it
/// starts or ends.
pub(crate) const PLANNED_PARTITION: &str = "all";

/// Partition key of a flight in the index of running flights.
pub(crate) fn running_shard(flight: FlightId) -> String {
    flight.shard(RUNNING_SHARDS).to_string()
}
