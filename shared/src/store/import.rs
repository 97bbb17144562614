//! Making what is taken over from the original systems, many things with one request.
//!
//! BatchWriteItem knows no conditions and would overwrite what is there. So these are transactions, of as many things as fit.

use super::airlines::{airline_items, brand_items};
use super::flights::flight_item;
use super::item::{Item, to_item, value, values};
use super::keys::{CLAIM, Key};
use super::members::indexed;
use super::transaction::Transaction;
use super::{NewKey, Store, StoredEntry};
use crate::error::StoreError;
use crate::models::{Account, Airline, Brand, BrandId, Flight, Member, Product, Timestamp};
use std::collections::{BTreeMap, HashSet};

/// A transaction's limit of operations.
pub(super) const MAX_OPERATIONS: usize = 100;

/// What must be there, or be free, for something to be made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Needed {
    /// Its airline.
    Airline,
    /// Its airline, which must have no primary brand.
    PrimaryPlace,
    /// Its brand.
    Brand,
    /// The airline that shares it.
    CodeshareAirline,
}

/// How making something ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Created {
    /// It was made.
    Done,
    /// It was there already, and stays as it is.
    There,
    /// Something of it that must be unique is taken.
    Taken,
    /// What it needs is missing.
    Missing(Needed),
}

/// Something to be made, with all that goes with it, unless it is there.
#[derive(Debug, Clone)]
pub struct Creation {
    /// Items that must not be there yet: the thing itself, then what is unique of it.
    made: Vec<(Key, Item)>,
    /// Items that nothing else can have.
    indexed: Vec<(Key, Item)>,
    needed: Vec<(Key, Needed)>,
    /// The primary brand that the airline gets which is needed.
    primary: Option<BrandId>,
    /// Whether it has a transaction of its own: many items, or much that may be taken.
    is_alone: bool,
}

impl Creation {
    fn of(made: Vec<(Key, Item)>, needed: Vec<(Key, Needed)>) -> Self {
        Self { made, indexed: Vec::new(), needed, primary: None, is_alone: false }
    }

    /// A member, with claims and entries in the index.
    #[must_use]
    pub fn member(member: &Member) -> Self {
        let key = Key::member(&member.id);
        let item = to_item(&key, member);
        let (claims, indexed): (Vec<_>, Vec<_>) = indexed(member).into_iter().partition(|(key, _)| key.sk == CLAIM);
        let made = [(key, item)].into_iter().chain(claims).collect();
        Self { indexed, is_alone: true, ..Self::of(made, Vec::new()) }
    }

    /// An airline, with a key if it has one.
    #[must_use]
    pub fn airline(airline: &Airline, key: Option<&NewKey>) -> Self {
        Self::of(airline_items(airline, key), Vec::new())
    }

    /// A brand of an airline, with its claims.
    #[must_use]
    pub fn brand(brand: &Brand) -> Self {
        let airline = Key::airline(&brand.airline_id);
        let needed = if brand.is_primary { Needed::PrimaryPlace } else { Needed::Airline };
        let primary = brand.is_primary.then(|| brand.brand_id.clone());
        Self { primary, is_alone: true, ..Self::of(brand_items(brand), vec![(airline, needed)]) }
    }

    /// A product of an airline.
    #[must_use]
    pub fn product(product: &Product) -> Self {
        let key = Key::product(&product.airline_id, &product.product_id);
        let item = to_item(&key, product);
        Self::of(vec![(key, item)], vec![(Key::airline(&product.airline_id), Needed::Airline)])
    }

    /// A flight of an airline's brand, with its last sign of life.
    #[must_use]
    pub fn flight(flight: &Flight, last_tick_at: Option<Timestamp>) -> Self {
        let brand = (Key::brand(&flight.airline_id, &flight.brand_id), Needed::Brand);
        let codeshare = flight.codeshare_airline_id.as_ref();
        let codeshare = codeshare.map(|airline| (Key::airline(airline), Needed::CodeshareAirline));
        let key = Key::flight(flight.id);
        Self::of(vec![(key, flight_item(flight, last_tick_at))], [brand].into_iter().chain(codeshare).collect())
    }

    /// A flyer, with the first entry of the ledger.
    #[must_use]
    pub fn account(account: &Account, first: &StoredEntry) -> Self {
        let key = Key::flyer(&account.flyer.user_id);
        let item = to_item(&key, account);
        let place = Key::ledger_entry(&account.flyer.user_id, first.entry.seq);
        let entry = to_item(&place, first);
        Self::of(vec![(key, item), (place, entry)], Vec::new())
    }

    /// Every item that it makes or changes.
    fn places(&self) -> impl Iterator<Item = &Key> {
        let changed = self.needed.iter().filter(|_| self.primary.is_some()).map(|(key, _)| key);
        self.made.iter().chain(&self.indexed).map(|(key, _)| key).chain(changed)
    }
}

/// Things that are made together.
#[derive(Debug, Default)]
pub struct Batch {
    creations: Vec<Creation>,
    places: HashSet<Key>,
    needed: HashSet<Key>,
}

impl Batch {
    /// Whether both would make or change the same item: then which of them does must not be left to chance.
    #[must_use]
    pub fn meets(&self, creation: &Creation) -> bool {
        creation.places().any(|place| self.places.contains(place))
    }

    /// Whether there is room for it in the same transaction.
    #[must_use]
    pub fn has_room_for(&self, creation: &Creation) -> bool {
        if !self.creations.is_empty() && (creation.is_alone || self.creations[0].is_alone) {
            return false;
        }
        let further = creation.needed.iter().filter(|(key, _)| !self.needed.contains(key)).count();
        let operations = self.places.len() + creation.places().count() + self.needed.len() + further;
        operations <= MAX_OPERATIONS && !self.meets(creation)
    }

    /// A batch of this alone.
    #[must_use]
    pub fn of(creation: Creation) -> Self {
        let mut batch = Self::default();
        batch.add(creation);
        batch
    }

    /// Adds it.
    pub fn add(&mut self, creation: Creation) {
        self.places.extend(creation.places().cloned());
        self.needed.extend(creation.needed.iter().map(|(key, _)| key.clone()));
        self.creations.push(creation);
    }
}

impl Store {
    /// Makes what is not there yet, each thing as a whole or not at all, and tells how each ended, in that order: one
    /// request, and one more each time that one was refused because of something in it. `token` gives a new one for each.
    ///
    /// # Errors
    /// As any write: then some of it may be made.
    pub async fn create_all(
        &self,
        batch: &Batch,
        mut token: impl FnMut() -> [u8; 16],
    ) -> Result<Vec<Created>, StoreError> {
        // What is still to be made, and what became of the rest.
        let mut waiting: Vec<usize> = (0..batch.creations.len()).collect();
        let mut outcomes = vec![Created::Done; waiting.len()];
        while !waiting.is_empty() {
            let (transaction, meanings) = creating(self.transaction(token()), &batch.creations, &waiting);
            let Err(failed) = transaction.settle().await? else { break };
            let mut refused = BTreeMap::new();
            for (index, outcome) in failed.into_iter().flat_map(|position| &meanings[position]) {
                // Operations of the thing itself come first: where it is there, so is what is unique of it.
                refused.entry(*index).or_insert(*outcome);
            }
            if refused.is_empty() {
                return Err(StoreError::Failed("a transaction was refused without a reason".into()));
            }
            waiting.retain(|index| !refused.contains_key(index));
            for (index, outcome) in refused {
                outcomes[index] = outcome;
            }
        }
        Ok(outcomes)
    }
}

/// For whom the failure of an operation means what.
type Meaning = Vec<(usize, Created)>;

/// Adds the operations that make those of the things, with what the failure of each means.
fn creating<'a>(
    mut transaction: Transaction<'a>,
    creations: &[Creation],
    waiting: &[usize],
) -> (Transaction<'a>, Vec<Meaning>) {
    let mut meanings = Vec::new();
    let mut checks: BTreeMap<&Key, (Option<&BrandId>, Meaning)> = BTreeMap::new();
    for &index in waiting {
        let creation = &creations[index];
        for (number, (key, item)) in creation.made.iter().enumerate() {
            transaction = transaction.put(key, item.clone(), "attribute_not_exists(#pk)", Item::new());
            meanings.push(vec![(index, if number == 0 { Created::There } else { Created::Taken })]);
        }
        for (key, item) in &creation.indexed {
            transaction = transaction.replace(key, item.clone());
            meanings.push(Vec::new());
        }
        for (key, needed) in &creation.needed {
            let (primary, meaning) = checks.entry(key).or_default();
            *primary = primary.or(creation.primary.as_ref());
            meaning.push((index, Created::Missing(*needed)));
        }
    }
    for (key, (primary, meaning)) in checks {
        transaction = match primary {
            None => transaction.check(key, "attribute_exists(#pk)", Item::new()),
            Some(brand) => transaction.update(
                key,
                "SET #primaryBrandId = :brand",
                Some("attribute_exists(#pk) AND attribute_not_exists(#primaryBrandId)"),
                values([(":brand", value(brand))]),
            ),
        };
        meanings.push(meaning);
    }
    (transaction, meanings)
}
