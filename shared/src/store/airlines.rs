//! Airlines and what is theirs: keys, products, brands.

use super::item::{Item, from_item, to_item, value, values};
use super::keys::{AIRLINE, BRAND_PREFIX, KEY_PREFIX, Key, PRODUCT_PREFIX, airline_partition};
use super::query::Range;
use super::update::Changed;
use super::{Store, Table};
use crate::error::StoreError;
use crate::models::{
    Airline, AirlineId, Brand, BrandId, KeyDigest, KeyId, Product, ProductChange, ProductId, Timestamp,
};
use serde::{Deserialize, Serialize};

/// What a key's digest leads to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct KeyRecord {
    /// Whose key it is.
    pub airline_id: AirlineId,
    /// The key's name.
    pub key_id: KeyId,
    /// When it stops being good; never, if none.
    pub ends_at: Option<Timestamp>,
}

/// A key as its airline lists it.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct LiveKey {
    /// The key's name.
    pub key_id: KeyId,
    /// Its digest.
    pub digest: KeyDigest,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it stops being good; never, if none.
    pub ends_at: Option<Timestamp>,
}

/// An airline as it is stored.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct StoredAirline {
    #[serde(flatten)]
    airline: Airline,
    /// Its one primary brand: to change it is one write.
    primary_brand_id: Option<BrandId>,
}

/// An airline to be made, with its first key.
#[derive(Debug)]
pub struct NewAirline<'a> {
    /// The airline.
    pub airline: &'a Airline,
    /// Its first key.
    pub key: &'a NewKey,
}

/// A key to be made.
#[derive(Debug)]
pub struct NewKey {
    /// Its name.
    pub key_id: KeyId,
    /// Its digest.
    pub digest: KeyDigest,
    /// When it is made.
    pub created_at: Timestamp,
}

/// How adding a key ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyAdded {
    /// It is there.
    Done,
    /// There is no such airline.
    NoSuchAirline,
    /// The older keys are not what they were.
    KeysChanged,
}

impl Store {
    /// What a key's digest leads to: one request.
    ///
    /// # Errors
    /// As any read: when the time was up, or DynamoDB failed.
    pub async fn key_record(&self, digest: &KeyDigest) -> Result<Option<KeyRecord>, StoreError> {
        self.get(&Key::api_key(digest)).await
    }

    /// One airline: one request.
    ///
    /// # Errors
    /// As any read: when the time was up, or DynamoDB failed.
    pub async fn airline(&self, airline: &AirlineId) -> Result<Option<Airline>, StoreError> {
        self.get(&Key::airline(airline)).await
    }

    /// One airline, and a look at the other two tables to see whether they answer: one request.
    ///
    /// # Errors
    /// When one of the three does not answer.
    pub async fn airline_and_probe(&self, airline: &AirlineId) -> Result<Option<Airline>, StoreError> {
        let key = Key::airline(airline);
        let probe = |table| Key { table, pk: "PROBE".to_owned(), sk: "PROBE".to_owned() };
        let keys = vec![key.clone(), probe(Table::Users), probe(Table::Ledgers)];
        self.batch_get(keys).await?.take(&key)
    }

    /// Makes an airline with its first key: one request. Tells whether it did; not, if the id is taken.
    ///
    /// # Errors
    /// As any write: when the time was up, or DynamoDB failed.
    pub async fn create_airline(&self, new: &NewAirline<'_>, token: [u8; 16]) -> Result<bool, StoreError> {
        let items = airline_items(new.airline, Some(new.key));
        let created = self.transaction(token).create_items(items).settle().await?;
        Ok(created.is_ok())
    }

    /// The keys of an airline, some of which may have ended: one request.
    ///
    /// # Errors
    /// As any read: when the time was up, or DynamoDB failed.
    pub async fn keys(&self, airline: &AirlineId) -> Result<Vec<LiveKey>, StoreError> {
        let items = self.query(beginning_with(airline, KEY_PREFIX)).await?;
        items.into_iter().map(from_item).collect()
    }

    /// Adds a key to an airline, and ends the given older ones at an instant: one request.
    ///
    /// # Errors
    /// As any write: when the time was up, or DynamoDB failed.
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
            // TTL deletes by the second: one later, so that nothing goes before its end.
            let mut end = values([(":end", value(end)), (":ttl", value(end.as_second() + 1))]);
            // As it was read: else of two rotations at once, the later could put off the end that the other set.
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
        Ok(match transaction.settle().await? {
            Ok(()) => KeyAdded::Done,
            Err(failed) if failed.contains(&0) => KeyAdded::NoSuchAirline,
            Err(_) => KeyAdded::KeysChanged,
        })
    }

    /// Removes a key: two requests. Tells whether there was one.
    ///
    /// # Errors
    /// As any write: when the time was up, or DynamoDB failed.
    pub async fn remove_key(&self, airline: &AirlineId, key: &KeyId, token: [u8; 16]) -> Result<bool, StoreError> {
        let place = Key::airline_key(airline, key);
        let Some(live) = self.get::<LiveKey>(&place).await? else {
            return Ok(false);
        };
        let transaction = self.transaction(token).delete(&place).delete(&Key::api_key(&live.digest));
        Ok(transaction.settle().await?.is_ok())
    }

    /// All products of an airline, by id: one request for each megabyte.
    ///
    /// # Errors
    /// As any read: when the time was up, or DynamoDB failed.
    pub async fn products(&self, airline: &AirlineId) -> Result<Vec<Product>, StoreError> {
        let items = self.query(beginning_with(airline, PRODUCT_PREFIX)).await?;
        items.into_iter().map(from_item).collect()
    }

    /// Makes a product: one request. Tells whether it did; not, if the id is taken.
    ///
    /// # Errors
    /// As any write: when the time was up, or DynamoDB failed.
    pub async fn create_product(&self, product: &Product, token: [u8; 16]) -> Result<bool, StoreError> {
        let key = Key::product(&product.airline_id, &product.product_id);
        let created = self.transaction(token).create(&key, product).settle().await?;
        Ok(created.is_ok())
    }

    /// Changes a product: one request. None if there is no such product.
    ///
    /// # Errors
    /// As any write: when the time was up, or DynamoDB failed.
    pub async fn change_product(
        &self,
        airline: &AirlineId,
        product: &ProductId,
        change: &ProductChange,
    ) -> Result<Option<Product>, StoreError> {
        let ProductChange { name, price_miles, description, active } = change;
        let description_removed = matches!(description, Some(None));
        let set = [
            name.as_ref().map(|name| ("#name = :name", ":name", value(name))),
            price_miles.map(|price| ("#priceMiles = :price", ":price", value(price))),
            description.as_ref().and_then(Option::as_ref).map(|text| ("#description = :text", ":text", value(text))),
            active.map(|active| ("#active = :active", ":active", value(active))),
        ];
        let (mut assignments, mut changed) = (Vec::new(), Item::new());
        for (assignment, placeholder, value) in set.into_iter().flatten() {
            assignments.push(assignment);
            changed.insert(placeholder.to_owned(), value);
        }
        // The product's own id, so that a change of nothing or of the description alone is an expression too.
        assignments.push("#productId = :id");
        changed.insert(":id".to_owned(), value(product));
        let removal = if description_removed { " REMOVE #description" } else { "" };
        let change = format!("SET {}{removal}", assignments.join(", "));
        match self.update(&Key::product(airline, product), &change, "attribute_exists(#pk)", changed).await? {
            Changed::Done(product) => Ok(Some(product)),
            Changed::Refused(_) => Ok(None),
        }
    }

    /// Makes a brand, and where it is to be the primary one, makes it that: one request. Tells whether it
    /// did; not, if anything of it that is unique is taken.
    ///
    /// # Errors
    /// As any write: when the time was up, or DynamoDB failed.
    pub async fn create_brand(&self, brand: &Brand, token: [u8; 16]) -> Result<bool, StoreError> {
        let mut transaction = self.transaction(token).create_items(brand_items(brand));
        if brand.is_primary {
            transaction = transaction.update(
                &Key::airline(&brand.airline_id),
                "SET #primaryBrandId = :brand",
                Some("attribute_exists(#pk)"),
                values([(":brand", value(&brand.brand_id))]),
            );
        }
        Ok(transaction.settle().await?.is_ok())
    }

    /// The brands of an airline, by id: one request for each megabyte.
    ///
    /// # Errors
    /// As any read: when the time was up, or DynamoDB failed.
    pub async fn brands(&self, airline: &AirlineId) -> Result<Vec<Brand>, StoreError> {
        // The airline itself, which names the primary brand, sorts right before its brands.
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
                primary = from_item::<StoredAirline>(item)?.primary_brand_id;
            } else {
                let brand: Brand = from_item(item)?;
                brands.push(Brand { is_primary: primary.as_ref() == Some(&brand.brand_id), ..brand });
            }
        }
        Ok(brands)
    }
}

/// The items of a new airline, itself first.
pub(super) fn airline_items(airline: &Airline, key: Option<&NewKey>) -> Vec<(Key, Item)> {
    let place = Key::airline(&airline.airline_id);
    let item = to_item(&place, &StoredAirline { airline: airline.clone(), primary_brand_id: None });
    let of_key = key.map(|key| key_items(&airline.airline_id, key)).into_iter().flatten();
    [(place, item)].into_iter().chain(of_key).collect()
}

/// The items of a new brand, itself first.
pub(super) fn brand_items(brand: &Brand) -> Vec<(Key, Item)> {
    #[derive(Serialize)]
    #[serde(rename_all = "camelCase")]
    struct Claim<'a> {
        brand_id: &'a BrandId,
    }
    let place = Key::brand(&brand.airline_id, &brand.brand_id);
    let mut item = to_item(&place, brand);
    item.remove("isPrimary");
    let claims = Key::brand_claims(&brand.brand_id, &brand.iata, &brand.icao, &brand.callsign);
    let claims = claims.map(|claim| {
        let item = to_item(&claim, &Claim { brand_id: &brand.brand_id });
        (claim, item)
    });
    [(place, item)].into_iter().chain(claims).collect()
}

/// The items of a new key.
fn key_items(airline: &AirlineId, key: &NewKey) -> [(Key, Item); 2] {
    let live =
        LiveKey { key_id: key.key_id.clone(), digest: key.digest.clone(), created_at: key.created_at, ends_at: None };
    let record = KeyRecord { airline_id: airline.clone(), key_id: key.key_id.clone(), ends_at: None };
    let (listed, looked_up) = (Key::airline_key(airline, &key.key_id), Key::api_key(&key.digest));
    let (live, record) = (to_item(&listed, &live), to_item(&looked_up, &record));
    [(listed, live), (looked_up, record)]
}

fn beginning_with(airline: &AirlineId, prefix: &str) -> Range<'static> {
    Range::of(
        Table::Flights,
        "#pk = :pk AND begins_with(#sk, :prefix)",
        values([(":pk", value(airline_partition(airline))), (":prefix", value(prefix))]),
    )
}
