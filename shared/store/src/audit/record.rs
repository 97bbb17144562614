//! What items of each kind look like, and which other items must agree with them.

use crate::airlines::{brand_claims, key_record_item, live_key_item};
use crate::batch::key_of;
use crate::flights::flight_item;
use crate::item::{Item, from_item, text, to_item, value};
use crate::keys::Key;
use crate::members::claims_and_index_entries;
use crate::schema::RUNNING;
use crate::stored::{
    BrandClaim, CheckpointItem, Claim, CreditedPassenger, HistoryPage, PrimaryBrand, SafetyStop, Stored,
    VersionedFlight, VersionedProduct,
};
use crate::{KeyRecord, LiveKey, MemberAudit, Outcome, StoreError, StoredEntry, Table, with_causes};
use aws_sdk_dynamodb::types::AttributeValue;
use models::facet::{EntryDetail, member_at};
use models::{
    Account, Airline, AirlineId, Badge, Brand, EntrySource, Flyer, FlyerId, LedgerEntry, Member, MemberId, Passenger,
    Product, Timestamp, TransactionId, parse_json,
};
use serde::Deserialize;
use std::str::FromStr;

/// An item, as a scan found it.
#[derive(Debug)]
pub struct Record {
    pub(super) key: Key,
    pub(super) item: Item,
    pub(super) links: Vec<Link>,
    /// What is wrong with the item by itself.
    pub(super) problems: Vec<String>,
    /// What the item holds, as far as audits count or examine it further.
    pub content: Content,
}

/// What an item holds, as far as audits count or examine it further.
#[derive(Debug)]
pub enum Content {
    /// A flyer.
    Flyer(Box<Account>),
    /// A ledger entry.
    Entry,
    /// A passenger of a flight.
    Boarding,
    /// A member.
    Member,
    /// Anything else, including what cannot be read.
    Other,
}

/// What another item must be for an item to be right.
#[derive(Debug)]
pub(super) struct Link {
    /// Key of the other item.
    pub key: Key,
    /// What the other item must be.
    pub expected: Expected,
    /// Time from which the other item may be gone.
    pub until: Option<Timestamp>,
}

#[derive(Debug)]
pub(super) enum Expected {
    /// It exists.
    There,
    /// It exists with these values of attributes. An attribute that is null must be absent.
    With(Item),
    /// It is this item.
    Exactly(Item),
    /// It is the item that this one follows from: it has a link to this one.
    Owner,
}

impl Link {
    fn of(key: Key, expected: Expected) -> Self {
        Self { key, expected, until: None }
    }

    fn there(key: Key) -> Self {
        Self::of(key, Expected::There)
    }

    fn with<const N: usize>(key: Key, attributes: [(&str, AttributeValue); N]) -> Self {
        Self::of(key, Expected::With(attributes.map(|(name, value)| (name.to_owned(), value)).into()))
    }

    fn owner(key: Key) -> Self {
        Self::of(key, Expected::Owner)
    }
}

/// An item that was read as one of its kind.
pub(super) struct Reading {
    /// The item, written anew from its content.
    anew: Item,
    pub links: Vec<Link>,
    problems: Vec<String>,
    content: Content,
}

impl Reading {
    fn of(anew: Item) -> Self {
        Self { anew, links: Vec::new(), problems: Vec::new(), content: Content::Other }
    }

    fn with_links(self, links: impl IntoIterator<Item = Link>) -> Self {
        Self { links: links.into_iter().collect(), ..self }
    }

    fn with_content(self, content: Content) -> Self {
        Self { content, ..self }
    }

    fn require(mut self, holds: bool, problem: &str) -> Self {
        if !holds {
            self.problems.push(problem.to_owned());
        }
        self
    }
}

impl Record {
    /// Reads an item of a table as one of its kind.
    pub(super) fn of(table: Table, item: Item) -> Result<Self, StoreError> {
        let key = key_of(table, &item)?;
        let (links, problems, content) = match read(&key, &item) {
            Ok(Reading { anew, links, mut problems, content }) => {
                problems.extend(differences(&item, &anew));
                (links, problems, content)
            }
            Err(problem) => (Vec::new(), vec![problem], Content::Other),
        };
        Ok(Self { key, item, links, problems, content })
    }
}

/// Returns a problem for each attribute in which an item is not as it would be written. Its key, the index attributes and
/// other values that follow from the rest are among them.
fn differences(item: &Item, anew: &Item) -> Vec<String> {
    let mut names: Vec<&String> = item.keys().chain(anew.keys()).collect();
    names.sort_unstable();
    names.dedup();
    let is_different = |name: &&String| match (item.get(*name), anew.get(*name)) {
        // A fraction may be written in several ways.
        (Some(AttributeValue::N(one)), Some(AttributeValue::N(other))) => {
            one != other && one.parse::<f64>().ok() != other.parse::<f64>().ok()
        }
        (one, other) => one != other,
    };
    let problem = |name: &String| match (item.get(name), anew.get(name)) {
        (None, _) => format!("{name} is missing"),
        (_, None) => format!("{name} does not belong there"),
        _ => format!("{name} does not follow from the rest of the item"),
    };
    names.into_iter().filter(is_different).map(problem).collect()
}

/// Reads an item as one of the kind that its key tells.
pub(super) fn read(key: &Key, item: &Item) -> Result<Reading, String> {
    use Table::{Flights, Ledgers, Users};
    let (partition, of) = key.pk.split_once('#').unwrap_or((&key.pk, ""));
    let (sort, at) = key.sk.split_once('#').unwrap_or((&key.sk, ""));
    match (key.table, partition, sort) {
        (Users, "FLYER", "FLYER") => Ok(flyer(parsed(item)?)),
        (Users, "FLYER", "FLIGHTS") => Ok(history_page(&part(of)?, part(at)?, &parsed(item)?)),
        (Users, "MEMBER", "MEMBER") => Ok(member(&parsed(item)?)),
        (Users, "MEMBER", "AUDIT") => member_audit(&part(of)?, at, &parsed(item)?),
        (Users, "USERNAME" | "DISCORD" | "GITHUB" | "GITHUBUSER", "CLAIM") => {
            let claim: Claim = parsed(item)?;
            Ok(Reading::of(to_item(key, &claim)).with_links([Link::owner(Key::member(&claim.id))]))
        }
        (Users, "FACET", _) => {
            let owner = member_at(&key.sk).ok_or("is not at the position of a member")?;
            let detail: EntryDetail = parsed(item)?;
            Ok(Reading::of(to_item(key, &detail)).with_links([Link::owner(Key::member(&owner))]))
        }
        (Users, "BADGES", "BADGE") => {
            let badge: Badge = parsed(item)?;
            Ok(Reading::of(to_item(&Key::badge(&badge.id), &badge)))
        }
        (Users, "JOB", "CHECKPOINT") => {
            Ok(Reading::of(to_item(&Key::audit_checkpoint(), &parsed::<CheckpointItem>(item)?)))
        }
        (Flights, "AIRLINE", "AIRLINE") => Ok(airline(&parsed(item)?, &parsed(item)?)),
        (Flights, "AIRLINE", "KEY") => Ok(live_key(&part(of)?, &parsed(item)?)),
        (Flights, "AIRLINE", "PRODUCT") => Ok(product(&parsed(item)?)),
        (Flights, "AIRLINE", "BRAND") => Ok(brand(&parsed(item)?)),
        (Flights, "APIKEY", "KEY") => Ok(api_key(key, of, &parsed(item)?)),
        (Flights, "BRAND" | "IATA" | "ICAO" | "CALLSIGN", "CLAIM") => {
            let claim: BrandClaim = parsed(item)?;
            let owner = Key::brand(&claim.airline_id, &claim.brand_id);
            Ok(Reading::of(to_item(key, &claim)).with_links([Link::owner(owner)]))
        }
        (Flights, "JOB", "STOP") => Ok(Reading::of(to_item(&Key::stale_flights_stop(), &parsed::<SafetyStop>(item)?))),
        (Flights, "FLIGHT", "FLIGHT") => flight(item, &parsed(item)?),
        (Flights, "FLIGHT", "PASSENGER") => Ok(passenger(&parsed(item)?)),
        (Ledgers, "FLYER", "OUTCOME") => {
            let (airline, _) = at.split_once('#').ok_or("its key cannot be read")?;
            outcome(key, airline, of, &parsed(item)?)
        }
        (Ledgers, "FLYER", _) => Ok(entry(&parsed(item)?)),
        // Version 1 recorded outcomes under keys of their own.
        (Ledgers, "IDEMPOTENCY", "OUTCOME") => {
            let (airline, rest) = of.split_once('#').ok_or("its key cannot be read")?;
            let (flyer, _) = rest.split_once('#').ok_or("its key cannot be read")?;
            outcome(key, airline, flyer, &parsed(item)?)
        }
        _ => Err("is of an unknown kind".to_owned()),
    }
}

fn parsed<T: Stored>(item: &Item) -> Result<T, String> {
    from_item(item.clone()).map_err(|error| match error {
        StoreError::Unreadable { cause, .. } => format!("cannot be read: {}", with_causes(&*cause)),
        error => with_causes(&error),
    })
}

/// Reads a part of a key.
fn part<T: FromStr>(text: &str) -> Result<T, String> {
    text.parse().map_err(|_| format!("its key cannot be read: \"{text}\""))
}

fn flyer(account: Account) -> Reading {
    Reading::of(to_item(&Key::flyer(&account.flyer.user_id), &account)).with_content(Content::Flyer(Box::new(account)))
}

fn history_page(flyer: &FlyerId, page: u64, history: &HistoryPage) -> Reading {
    let boardings = history.entries.iter().map(|entry| {
        let boarded = [("miles", value(entry.miles)), ("joinedAt", value(entry.joined_at))];
        Link::with(Key::passenger(entry.flight_id, flyer), boarded)
    });
    let links = [Link::there(Key::flyer(flyer))].into_iter().chain(boardings);
    Reading::of(to_item(&Key::history_page(flyer, page), history)).with_links(links)
}

fn member(member: &Member) -> Reading {
    let follows =
        claims_and_index_entries(member).into_iter().map(|(key, item)| Link::of(key, Expected::Exactly(item)));
    let badges = member.badges.iter().map(|badge| Link::there(Key::badge(badge)));
    let has_skills_by_tag = member.skills.iter().all(|(tag, skill)| *tag == skill.tag_id);
    Reading::of(to_item(&Key::member(&member.id), member))
        .with_links(follows.chain(badges))
        .with_content(Content::Member)
        .require(has_skills_by_tag, "a skill is not under its tag")
        .require((member.version == 1) == member.operation.is_none(), "its version is not that of its last change")
}

fn member_audit(member: &MemberId, at: &str, audit: &MemberAudit) -> Result<Reading, String> {
    let (_, operation) = at.rsplit_once('#').ok_or("its key cannot be read")?;
    Ok(Reading::of(to_item(&Key::member_audit(member, audit.at, part(operation)?), audit)))
}

fn airline(airline: &Airline, primary: &PrimaryBrand) -> Reading {
    let key = Key::airline(&airline.airline_id);
    let mut anew = to_item(&key, airline);
    anew.extend(to_item(&key, primary));
    Reading::of(anew)
        .with_links(primary.brand_id.iter().map(|brand| Link::there(Key::brand(&airline.airline_id, brand))))
}

fn live_key(airline: &AirlineId, live: &LiveKey) -> Reading {
    let (key_id, ends_at) = (value(&live.key_id), value(live.ends_at));
    let record = [("airlineId", value(airline)), ("keyId", key_id), ("endsAt", ends_at)];
    // DynamoDB deletes the two items of a key that has ended one after the other.
    let twin = Link { until: live.ends_at, ..Link::with(Key::api_key(&live.digest), record) };
    Reading::of(live_key_item(airline, live).1).with_links([twin, Link::there(Key::airline(airline))])
}

fn api_key(key: &Key, digest: &str, record: &KeyRecord) -> Reading {
    let live = [("keyId", value(&record.key_id)), ("digest", value(digest)), ("endsAt", value(record.ends_at))];
    let twin = Link::with(Key::airline_key(&record.airline_id, &record.key_id), live);
    Reading::of(key_record_item(key.clone(), record).1).with_links([Link { until: record.ends_at, ..twin }])
}

fn product(stored: &VersionedProduct) -> Reading {
    let product = &stored.product;
    Reading::of(to_item(&Key::product(&product.airline_id, &product.product_id), stored))
        .with_links([Link::there(Key::airline(&product.airline_id))])
        .require((stored.version == 0) == stored.operation.is_none(), "its version is not that of its last change")
}

fn brand(brand: &Brand) -> Reading {
    let claims = brand_claims(brand).into_iter().map(|(key, item)| Link::of(key, Expected::Exactly(item)));
    Reading::of(to_item(&Key::brand(&brand.airline_id, &brand.brand_id), brand))
        .with_links(claims.chain([Link::there(Key::airline(&brand.airline_id))]))
}

/// Also checks that the flight is in the indexes that list and end it, and in no other: an item is in an index if it has
/// the index's key attributes.
fn flight(item: &Item, stored: &VersionedFlight) -> Result<Reading, String> {
    let flight = &stored.flight;
    let last_tick_at = item.get(RUNNING.sort_key).map(|_| part(text(item, RUNNING.sort_key))).transpose()?;
    let codeshare = flight.codeshare_airline_id.iter().map(|airline| Link::there(Key::airline(airline)));
    let brand = Link::there(Key::brand(&flight.airline_id, &flight.brand_id));
    let mut anew = flight_item(flight, last_tick_at);
    anew.extend(to_item(&Key::flight(flight.id), stored));
    let has_end = flight.end_time.is_some();
    Ok(Reading::of(anew)
        .with_links(codeshare.chain([brand]))
        .require((stored.version == 0) == stored.operation.is_none(), "its version is not that of its last change")
        .require(has_end || flight.cancelled_at.is_none() && stored.ended_by.is_none(), "was ended, but has no end")
        .require(flight.cancelled_at.is_none() || stored.boarded.is_none(), "was boarded, but is cancelled")
        .require(flight.started_at.is_none() || last_tick_at.is_some(), "has started, but has no last tick"))
}

fn passenger(CreditedPassenger { passenger, seq }: &CreditedPassenger) -> Reading {
    let credit = [
        ("flightId", value(passenger.flight_id)),
        ("source", value(EntrySource::Flight)),
        ("amount", value(passenger.miles)),
        ("createdAt", value(passenger.joined_at)),
    ];
    let links = [
        Link::there(Key::flight(passenger.flight_id)),
        Link::with(Key::ledger_entry(&passenger.user_id, *seq), credit),
    ];
    let stored = CreditedPassenger { passenger: passenger.clone(), seq: *seq };
    Reading::of(to_item(&Key::passenger(passenger.flight_id, &passenger.user_id), &stored))
        .with_links(links)
        .with_content(Content::Boarding)
}

/// The chain of entries is checked with the flyer, as are boardings.
fn entry(stored: &StoredEntry) -> Reading {
    let StoredEntry { entry, refunded_by, imported_from, .. } = stored;
    let of_entry = |id: &str| id.parse().map(|TransactionId { flyer, seq }| Key::ledger_entry(&flyer, seq));
    let mut reading = Reading::of(to_item(&Key::ledger_entry(&entry.user_id, entry.seq), stored))
        .with_content(Content::Entry)
        .require(entry.id == LedgerEntry::id_of(&entry.user_id, entry.seq), "its id is not that of its number");
    let mut links = vec![Link::there(Key::flyer(&entry.user_id))];
    // What an imported entry names need not have been imported. Flights have.
    if let (Some(airline), None) = (&entry.airline_id, imported_from) {
        links.push(Link::there(Key::airline(airline)));
        links.extend(entry.product_id.iter().map(|product| Link::there(Key::product(airline, product))));
    }
    if entry.source != EntrySource::Flight {
        links.extend(entry.flight_id.map(|flight| Link::there(Key::flight(flight))));
    }
    if let (EntrySource::Reversal, Some(flight)) = (entry.source, entry.flight_id) {
        links.push(Link::with(Key::passenger(flight, &entry.user_id), [("reversedAt", value(entry.created_at))]));
    }
    if let Some(id) = &entry.reverses {
        let by = [("refundedBy", value(&entry.id)), ("airlineId", value(&entry.airline_id))];
        let other = match entry.source {
            // A reversal may take less than was earned.
            EntrySource::Reversal => {
                vec![("source", value(EntrySource::Flight)), ("flightId", value(entry.flight_id))]
            }
            _ => vec![
                ("source", value(EntrySource::Purchase)),
                ("amount", value(entry.amount.saturating_neg())),
                ("productId", value(&entry.product_id)),
            ],
        };
        let attributes = by.into_iter().chain(other).map(|(name, value)| (name.to_owned(), value)).collect();
        match of_entry(id) {
            Ok(key) => links.push(Link::of(key, Expected::With(attributes))),
            Err(_) => reading = reading.require(false, "reverses what is no entry"),
        }
    }
    if let Some(id) = refunded_by {
        match of_entry(id) {
            Ok(key) => links.push(Link::with(key, [("reverses", value(&entry.id))])),
            Err(_) => reading = reading.require(false, "is refunded by what is no entry"),
        }
    }
    reading.with_links(links)
}

/// The response that an outcome records, as far as it tells of the ledger entry.
#[derive(Deserialize)]
struct Response {
    user: Flyer,
    /// Of a boarding.
    passenger: Option<Passenger>,
    /// Of a purchase.
    product: Option<Product>,
    /// Of a correction.
    transaction: Option<LedgerEntry>,
}

fn outcome(key: &Key, airline: &str, of: &str, outcome: &Outcome) -> Result<Reading, String> {
    let Response { user, passenger, product, transaction } = parse_json(outcome.answer.as_bytes())
        .map_err(|error| format!("the recorded response cannot be read: {error}"))?;
    let TransactionId { flyer, seq } = part(outcome.entry.as_deref().unwrap_or_default())?;
    let entry = || Key::ledger_entry(&flyer, seq);
    let moved =
        [("airlineId", value(airline)), ("balanceAfter", value(user.miles)), ("createdAt", value(user.updated_at))];
    let earned = passenger
        .map(|boarded| Link::with(entry(), [("flightId", value(boarded.flight_id)), ("amount", value(boarded.miles))]));
    let spent = product.map(|product| {
        let amount = -i64::try_from(product.price_miles.get()).expect("a price is at most 1,000,000,000");
        Link::with(entry(), [("productId", value(product.product_id)), ("amount", value(amount))])
    });
    let corrected = transaction.map(|transaction| {
        let corrected = [("amount", value(transaction.amount)), ("reverses", value(transaction.reverses))];
        Link::with(entry(), corrected)
    });
    Ok(Reading::of(to_item(key, outcome))
        .with_links([Link::with(entry(), moved)].into_iter().chain(earned).chain(spent).chain(corrected))
        .require(flyer == user.user_id && flyer.as_str() == of, "belongs to another flyer")
        .require(
            outcome.expires_at == user.updated_at.plus(Outcome::RETENTION).as_second(),
            "is not kept for its time",
        ))
}
