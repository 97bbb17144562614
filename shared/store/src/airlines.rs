//! Airlines and their keys, products and brands.

use crate::item::{Item, readable, to_item, value, values};
use crate::keys::{AIRLINE, BRAND_PREFIX, KEY_PREFIX, Key, PRODUCT_PREFIX, airline_partition};
use crate::query::Range;
use crate::schema::TTL_ATTRIBUTE;
use crate::stored::{BrandClaim, Claim, PrimaryBrand, Stored, VersionedProduct};
use crate::update::VersionedWrite;
use crate::{Store, StoreError, Table};
use models::{Airline, AirlineId, Brand, BrandId, KeyDigest, KeyId, Product, ProductId, Timestamp};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// The record of an API key that is found by the key's digest.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct KeyRecord {
    /// Airline that the key belongs to.
    pub airline_id: AirlineId,
    /// Id of the key.
    pub key_id: KeyId,
    /// Time the key stops working; `None` if it has no end.
    pub ends_at: Option<Timestamp>,
}

/// The record of an API key in its airline's list of keys.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct LiveKey {
    /// Id of the key.
    pub key_id: KeyId,
    /// Digest of the key.
    pub digest: KeyDigest,
    /// Time the key was created.
    pub created_at: Timestamp,
    /// Time the key stops working; `None` if it has no end.
    pub ends_at: Option<Timestamp>,
}

/// An airline to create, with its first key.
#[derive(Debug)]
pub struct NewAirline<'a> {
    /// The airline.
    pub airline: &'a Airline,
    /// The airline's first key.
    pub key: &'a NewKey,
}

/// An API key to create.
#[derive(Debug)]
pub struct NewKey {
    /// Id of the key.
    pub key_id: KeyId,
    /// Digest of the key.
    pub digest: KeyDigest,
    /// Time of creation.
    pub created_at: Timestamp,
}

/// Result of [`Store::add_key`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyAdded {
    /// The key was added.
    Done,
    /// The airline does not exist.
    NoSuchAirline,
    /// One of the older keys has changed since it was read.
    KeysChanged,
}

/// Result of creating a brand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BrandCreated {
    /// The brand was created.
    Done,
    /// One of its unique values belongs to another brand.
    Taken,
    /// The airline has another primary brand than was read.
    PrimaryChanged,
}

impl Store {
    /// Looks up an API key by its digest. One request.
    ///
    /// # Errors
    /// Any [`StoreError`].
    pub async fn key_record(&self, digest: &KeyDigest) -> Result<Option<KeyRecord>, StoreError> {
        self.get(&Key::api_key(digest)).await
    }

    /// Reads an airline. One request.
    ///
    /// # Errors
    /// Any [`StoreError`].
    pub async fn airline(&self, airline: &AirlineId) -> Result<Option<Airline>, StoreError> {
        self.get(&Key::airline(airline)).await
    }

    /// Checks that the table of members and flyers responds. One request.
    ///
    /// # Errors
    /// Any [`StoreError`].
    pub async fn ping(&self) -> Result<(), StoreError> {
        let key = Key { table: Table::Users, pk: "PROBE".to_owned(), sk: "PROBE".to_owned() };
        self.get::<Claim>(&key).await.map(|_| ())
    }

    /// Reads an airline, and checks that all three tables respond. One request.
    ///
    /// # Errors
    /// Any [`StoreError`], including when only one of the other two tables does not respond.
    pub async fn airline_and_probe(&self, airline: &AirlineId) -> Result<Option<Airline>, StoreError> {
        let key = Key::airline(airline);
        let probe = |table| Key { table, pk: "PROBE".to_owned(), sk: "PROBE".to_owned() };
        let keys = vec![key.clone(), probe(Table::Users), probe(Table::Ledgers)];
        self.batch_get(keys).await?.take(&key)
    }

    /// Creates an airline with its first key. Returns `false` if the airline's id is already taken. One request.
    ///
    /// # Errors
    /// Any [`StoreError`].
    pub async fn create_airline(&self, new: &NewAirline<'_>, token: [u8; 16]) -> Result<bool, StoreError> {
        let items = airline_items(new.airline, Some(new.key));
        let created = self.transaction(token).create_items(items).commit_retrying_conflicts().await?;
        Ok(created.is_ok())
    }

    /// Reads the API keys of an airline, some of which may have ended. One request.
    ///
    /// # Errors
    /// Any [`StoreError`].
    pub async fn keys(&self, airline: &AirlineId) -> Result<Vec<LiveKey>, StoreError> {
        let items = self.query(airline_range(airline, KEY_PREFIX)).await?;
        Ok(items.into_iter().filter_map(readable).collect())
    }

    /// Adds a key to an airline and makes the older keys in `ended` stop working at `end`. One request.
    ///
    /// # Errors
    /// Any [`StoreError`].
    pub async fn add_key(
        &self,
        airline: &AirlineId,
        key: &NewKey,
        ended: &[LiveKey],
        end: Timestamp,
        token: [u8; 16],
    ) -> Result<KeyAdded, StoreError> {
        let transaction = self.transaction(token).check(&Key::airline(airline), "attribute_exists(#pk)", Item::new());
        let mut transaction = transaction.create_items(key_items(airline, key));
        for old in ended {
            let mut end = values([(":end", value(end)), (":ttl", value(key_ttl(end)))]);
            // The key must not have changed since it was read. Otherwise, of two concurrent rotations, the later one
            // could postpone the end that the other one set.
            let unchanged = if let Some(seen) = old.ends_at {
                end.insert(":seen".to_owned(), value(seen));
                "#endsAt = :seen"
            } else {
                "attribute_exists(#pk) AND attribute_not_exists(#endsAt)"
            };
            for place in [Key::airline_key(airline, &old.key_id), Key::api_key(&old.digest)] {
                let change = "SET #endsAt = :end, #expires_at = :ttl";
                transaction = transaction.update(&place, change, Some(unchanged), end.clone());
            }
        }
        Ok(match transaction.commit_retrying_conflicts().await? {
            Ok(()) => KeyAdded::Done,
            Err(failed) if failed.contains(&0) => KeyAdded::NoSuchAirline,
            Err(_) => KeyAdded::KeysChanged,
        })
    }

    /// Deletes a key. Returns `false` if it does not exist. Two requests.
    ///
    /// # Errors
    /// Any [`StoreError`].
    pub async fn remove_key(&self, airline: &AirlineId, key: &KeyId, token: [u8; 16]) -> Result<bool, StoreError> {
        let place = Key::airline_key(airline, key);
        let Some(live) = self.get::<LiveKey>(&place).await? else {
            return Ok(false);
        };
        let transaction = self.transaction(token).delete(&place).delete(&Key::api_key(&live.digest));
        Ok(transaction.commit_retrying_conflicts().await?.is_ok())
    }

    /// Reads all products of an airline, ordered by id. One request per megabyte.
    ///
    /// # Errors
    /// Any [`StoreError`].
    pub async fn products(&self, airline: &AirlineId) -> Result<Vec<Product>, StoreError> {
        let items = self.query(airline_range(airline, PRODUCT_PREFIX)).await?;
        Ok(items.into_iter().filter_map(readable).collect())
    }

    /// Creates a product. Returns `false` if its id is already taken. One request.
    ///
    /// # Errors
    /// Any [`StoreError`].
    pub async fn create_product(&self, product: &Product, token: [u8; 16]) -> Result<bool, StoreError> {
        let key = Key::product(&product.airline_id, &product.product_id);
        let created = self.transaction(token).create(&key, product).commit_retrying_conflicts().await?;
        Ok(created.is_ok())
    }

    /// Reads a product. One request.
    ///
    /// # Errors
    /// Any [`StoreError`].
    pub async fn product(
        &self,
        airline: &AirlineId,
        product: &ProductId,
    ) -> Result<Option<VersionedProduct>, StoreError> {
        self.get(&Key::product(airline, product)).await
    }

    /// Changes a product from what was read to something else. One request.
    ///
    /// # Errors
    /// Any [`StoreError`].
    pub async fn change_product(
        &self,
        before: &VersionedProduct,
        after: &Product,
        operation: Uuid,
    ) -> Result<VersionedWrite, StoreError> {
        let key = Key::product(&after.airline_id, &after.product_id);
        let after =
            VersionedProduct { product: after.clone(), version: before.version + 1, operation: Some(operation) };
        let (before_item, after) = (to_item(&key, before), to_item(&key, &after));
        let seen = values([(":seen", value(before.version))]);
        // A product is created without a version.
        let condition = match before.version {
            0 => "attribute_exists(#pk) AND (attribute_not_exists(#version) OR #version = :seen)",
            _ => "#version = :seen",
        };
        self.change(&key, (&before_item, &after), condition, seen).await
    }

    /// Reads the id of an airline's primary brand, if it has one. One request.
    ///
    /// # Errors
    /// Any [`StoreError`].
    pub async fn primary_brand(&self, airline: &AirlineId) -> Result<Option<BrandId>, StoreError> {
        Ok(self.get::<PrimaryBrand>(&Key::airline(airline)).await?.and_then(|primary| primary.brand_id))
    }

    /// Creates a brand. If `primary` is given, makes it the airline's primary brand, provided that the primary brand still
    /// is that one, or none. One request.
    ///
    /// # Errors
    /// Any [`StoreError`].
    pub async fn create_brand(
        &self,
        brand: &Brand,
        primary: Option<Option<&BrandId>>,
        token: [u8; 16],
    ) -> Result<BrandCreated, StoreError> {
        let items = brand_items(brand);
        let claims = items.len();
        let mut transaction = self.transaction(token).create_items(items);
        if let Some(seen) = primary {
            let mut given = values([(":brand", value(&brand.brand_id))]);
            let condition = match seen {
                None => "attribute_exists(#pk) AND attribute_not_exists(#primaryBrandId)",
                Some(seen) => {
                    given.insert(":seen".to_owned(), value(seen));
                    "#primaryBrandId = :seen"
                }
            };
            let airline = Key::airline(&brand.airline_id);
            transaction = transaction.update(&airline, "SET #primaryBrandId = :brand", Some(condition), given);
        }
        Ok(match transaction.commit_retrying_conflicts().await? {
            Ok(()) => BrandCreated::Done,
            Err(failed) if failed.iter().any(|position| *position < claims) => BrandCreated::Taken,
            Err(_) => BrandCreated::PrimaryChanged,
        })
    }

    /// Reads all brands of an airline, ordered by id. One request per megabyte.
    ///
    /// # Errors
    /// Any [`StoreError`].
    pub async fn brands(&self, airline: &AirlineId) -> Result<Vec<Brand>, StoreError> {
        // The airline itself, which names the primary brand, sorts directly before its brands.
        let range = Range::of(
            Table::Flights,
            "#pk = :pk AND #sk BETWEEN :first AND :last",
            values([
                (":pk", value(airline_partition(airline))),
                (":first", value(AIRLINE)),
                (":last", value(format!("{BRAND_PREFIX}~"))),
            ]),
        );
        let mut primary = None;
        let mut brands = Vec::new();
        for item in self.query(range).await? {
            if item.get("sk") == Some(&value(AIRLINE)) {
                primary = readable::<PrimaryBrand>(item).and_then(|airline| airline.brand_id);
            } else if let Some(brand) = readable::<Brand>(item) {
                brands.push(Brand { is_primary: primary.as_ref() == Some(&brand.brand_id), ..brand });
            }
        }
        Ok(brands)
    }
}

/// Returns the items of a new airline, the airline itself first.
pub(crate) fn airline_items(airline: &Airline, key: Option<&NewKey>) -> Vec<(Key, Item)> {
    let place = Key::airline(&airline.airline_id);
    let item = to_item(&place, airline);
    let of_key = key.map(|key| key_items(&airline.airline_id, key)).into_iter().flatten();
    [(place, item)].into_iter().chain(of_key).collect()
}

/// Returns the items of a new brand, the brand itself first.
pub(crate) fn brand_items(brand: &Brand) -> Vec<(Key, Item)> {
    let place = Key::brand(&brand.airline_id, &brand.brand_id);
    let item = to_item(&place, brand);
    [(place, item)].into_iter().chain(brand_claims(brand)).collect()
}

/// Returns the claims that a brand should have.
pub(crate) fn brand_claims(brand: &Brand) -> [(Key, Item); 4] {
    let claim = BrandClaim { airline_id: brand.airline_id.clone(), brand_id: brand.brand_id.clone() };
    Key::brand_claims(&brand.brand_id, &brand.iata, &brand.icao, &brand.callsign).map(|key| {
        let item = to_item(&key, &claim);
        (key, item)
    })
}

/// Returns the two items of a new key: the airline's list entry and the record found by the digest.
fn key_items(airline: &AirlineId, key: &NewKey) -> [(Key, Item); 2] {
    let live =
        LiveKey { key_id: key.key_id.clone(), digest: key.digest.clone(), created_at: key.created_at, ends_at: None };
    let record = KeyRecord { airline_id: airline.clone(), key_id: key.key_id.clone(), ends_at: None };
    [live_key_item(airline, &live), key_record_item(Key::api_key(&key.digest), &record)]
}

/// Returns the item of an API key in its airline's list.
pub(crate) fn live_key_item(airline: &AirlineId, live: &LiveKey) -> (Key, Item) {
    ending(Key::airline_key(airline, &live.key_id), live, live.ends_at)
}

/// Returns the item of an API key that is found by the key's digest.
pub(crate) fn key_record_item(place: Key, record: &KeyRecord) -> (Key, Item) {
    ending(place, record, record.ends_at)
}

fn ending(key: Key, value_of_item: &impl Stored, ends_at: Option<Timestamp>) -> (Key, Item) {
    let mut item = to_item(&key, value_of_item);
    item.extend(ends_at.map(|end| (TTL_ATTRIBUTE.to_owned(), value(key_ttl(end)))));
    (key, item)
}

/// Returns the time at which DynamoDB may delete a key that ends. TTL counts in whole seconds. One more second ensures that
/// no key is deleted before its end.
fn key_ttl(end: Timestamp) -> i64 {
    end.as_second() + 1
}

/// Returns the range of an airline's items whose sort keys start with `prefix`.
fn airline_range(airline: &AirlineId, prefix: &str) -> Range<'static> {
    Range::of(
        Table::Flights,
        "#pk = :pk AND begins_with(#sk, :prefix)",
        values([(":pk", value(airline_partition(airline))), (":prefix", value(prefix))]),
    )
}
