//! Creates what is imported from the original systems, many records per request.
//!
//! BatchWriteItem has no conditions and would overwrite existing items. Records are therefore created in transactions,
//! as many in each as fit.

use crate::airlines::{airline_items, brand_items};
use crate::flights::flight_item;
use crate::item::{Item, to_item, value, values};
use crate::keys::{CLAIM, Key};
use crate::members::claims_and_index_entries;
use crate::transaction::Transaction;
use crate::{NewKey, Store, StoreError, StoredEntry};
use models::{Account, Airline, Brand, BrandId, Flight, Member, Product, Timestamp};
use std::collections::{BTreeMap, HashSet};

/// Maximum number of operations in a transaction, a limit of DynamoDB.
pub(crate) const MAX_OPERATIONS: usize = 100;

/// What must exist or be free for a record to be created.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Requirement {
    /// Its airline must exist.
    Airline,
    /// Its airline must exist and must not have a primary brand.
    NoPrimaryBrand,
    /// Its brand must exist.
    Brand,
    /// Its codeshare airline must exist.
    CodeshareAirline,
}

/// Result of creating a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CreateResult {
    /// The record was created.
    Created,
    /// The record already existed and has not been changed.
    AlreadyExists,
    /// One of the record's unique values is already taken.
    Taken,
    /// A requirement of the record is not met.
    RequirementNotMet(Requirement),
}

/// A record to create, with all items that belong to it, unless it already exists.
#[derive(Debug, Clone)]
pub struct Creation {
    /// Items that must not exist yet: the record itself, then the others.
    new_items: Vec<(Key, Item)>,
    /// Index entries. Their keys contain the record's id, so no other record has them.
    index_entries: Vec<(Key, Item)>,
    /// Items that must exist or meet another requirement.
    needed: Vec<(Key, Requirement)>,
    /// The brand that becomes the primary brand of the required airline.
    primary: Option<BrandId>,
    /// Whether the record gets a transaction of its own, because it has many items or many values that may be taken.
    is_alone: bool,
}

impl Creation {
    fn of(new_items: Vec<(Key, Item)>, needed: Vec<(Key, Requirement)>) -> Self {
        Self { new_items, index_entries: Vec::new(), needed, primary: None, is_alone: false }
    }

    /// Returns a member to create, with its claims and index entries.
    #[must_use]
    pub fn member(member: &Member) -> Self {
        let key = Key::member(&member.id);
        let item = to_item(&key, member);
        let (claims, index_entries): (Vec<_>, Vec<_>) =
            claims_and_index_entries(member).into_iter().partition(|(key, _)| key.sk == CLAIM);
        let new_items = [(key, item)].into_iter().chain(claims).collect();
        Self { index_entries, is_alone: true, ..Self::of(new_items, Vec::new()) }
    }

    /// Returns an airline to create, with its key if given.
    #[must_use]
    pub fn airline(airline: &Airline, key: Option<&NewKey>) -> Self {
        Self::of(airline_items(airline, key), Vec::new())
    }

    /// Returns a brand of an airline to create, with its claims.
    #[must_use]
    pub fn brand(brand: &Brand) -> Self {
        let airline = Key::airline(&brand.airline_id);
        let needed = if brand.is_primary { Requirement::NoPrimaryBrand } else { Requirement::Airline };
        let primary = brand.is_primary.then(|| brand.brand_id.clone());
        Self { primary, is_alone: true, ..Self::of(brand_items(brand), vec![(airline, needed)]) }
    }

    /// Returns a product of an airline to create.
    #[must_use]
    pub fn product(product: &Product) -> Self {
        let key = Key::product(&product.airline_id, &product.product_id);
        let item = to_item(&key, product);
        Self::of(vec![(key, item)], vec![(Key::airline(&product.airline_id), Requirement::Airline)])
    }

    /// Returns a flight of an airline's brand to create, with the time of its last tick.
    #[must_use]
    pub fn flight(flight: &Flight, last_tick_at: Option<Timestamp>) -> Self {
        let brand = (Key::brand(&flight.airline_id, &flight.brand_id), Requirement::Brand);
        let codeshare = flight.codeshare_airline_id.as_ref();
        let codeshare = codeshare.map(|airline| (Key::airline(airline), Requirement::CodeshareAirline));
        let key = Key::flight(flight.id);
        Self::of(vec![(key, flight_item(flight, last_tick_at))], [brand].into_iter().chain(codeshare).collect())
    }

    /// Returns a flyer to create, with the first entry of the ledger.
    #[must_use]
    pub fn account(account: &Account, first: &StoredEntry) -> Self {
        let key = Key::flyer(&account.flyer.user_id);
        let item = to_item(&key, account);
        let place = Key::ledger_entry(&account.flyer.user_id, first.entry.seq);
        let entry = to_item(&place, first);
        Self::of(vec![(key, item), (place, entry)], Vec::new())
    }

    /// Returns the key of every item that is created or changed.
    fn written_keys(&self) -> impl Iterator<Item = &Key> {
        let changed = self.needed.iter().filter(|_| self.primary.is_some()).map(|(key, _)| key);
        self.new_items.iter().chain(&self.index_entries).map(|(key, _)| key).chain(changed)
    }
}

/// Records that are created together, in one transaction if none of them is refused.
#[derive(Debug, Default)]
pub struct Batch {
    creations: Vec<Creation>,
    written: HashSet<Key>,
    needed: HashSet<Key>,
}

impl Batch {
    /// Returns whether the batch and the record write a common item. They must then be created one after the other, so
    /// that which of them writes it is not left to chance.
    #[must_use]
    pub fn conflicts_with(&self, creation: &Creation) -> bool {
        creation.written_keys().any(|key| self.written.contains(key))
    }

    /// Returns whether the record fits into the same transaction.
    #[must_use]
    pub fn has_room_for(&self, creation: &Creation) -> bool {
        if !self.creations.is_empty() && (creation.is_alone || self.creations[0].is_alone) {
            return false;
        }
        let new_checks = creation.needed.iter().filter(|(key, _)| !self.needed.contains(key)).count();
        let operations = self.written.len() + creation.written_keys().count() + self.needed.len() + new_checks;
        operations <= MAX_OPERATIONS && !self.conflicts_with(creation)
    }

    /// Returns a batch of a single record.
    #[must_use]
    pub fn of(creation: Creation) -> Self {
        let mut batch = Self::default();
        batch.add(creation);
        batch
    }

    /// Adds a record.
    pub fn add(&mut self, creation: Creation) {
        self.written.extend(creation.written_keys().cloned());
        self.needed.extend(creation.needed.iter().map(|(key, _)| key.clone()));
        self.creations.push(creation);
    }
}

impl Store {
    /// Creates the records that do not exist yet, each completely or not at all. Returns the result of each, in order.
    /// `token` returns a new token for each transaction. One request, plus one each time the transaction is refused
    /// because of some of its records.
    ///
    /// # Errors
    /// Any [`StoreError`]. Some of the records may have been created.
    pub async fn create_all(
        &self,
        batch: &Batch,
        mut token: impl FnMut() -> [u8; 16],
    ) -> Result<Vec<CreateResult>, StoreError> {
        // Indexes of the records that are still to be created, and the results of all records.
        let mut waiting: Vec<usize> = (0..batch.creations.len()).collect();
        let mut outcomes = vec![CreateResult::Created; waiting.len()];
        while !waiting.is_empty() {
            let (transaction, failure_results) = add_creations(self.transaction(token()), &batch.creations, &waiting);
            let Err(failed) = transaction.commit_retrying_conflicts().await? else { break };
            let mut refused = BTreeMap::new();
            for (index, outcome) in failed.into_iter().flat_map(|position| &failure_results[position]) {
                // The operation for the record itself comes first. If the record exists, so do its other items.
                refused.entry(*index).or_insert(*outcome);
            }
            if refused.is_empty() {
                return Err(StoreError::Failed(
                    "DynamoDB canceled a transaction without naming a failed condition".into(),
                ));
            }
            waiting.retain(|index| !refused.contains_key(index));
            for (index, outcome) in refused {
                outcomes[index] = outcome;
            }
        }
        Ok(outcomes)
    }
}

/// The results that the failure of one operation has: the indexes of the records that fail with it, and the result of
/// each.
type FailureResults = Vec<(usize, CreateResult)>;

/// Adds the operations that create the `waiting` records. Also returns, for each operation of the transaction, what its
/// failure means.
fn add_creations<'a>(
    mut transaction: Transaction<'a>,
    creations: &[Creation],
    waiting: &[usize],
) -> (Transaction<'a>, Vec<FailureResults>) {
    let mut failure_results = Vec::new();
    let mut checks: BTreeMap<&Key, (Option<&BrandId>, FailureResults)> = BTreeMap::new();
    for &index in waiting {
        let creation = &creations[index];
        for (number, (key, item)) in creation.new_items.iter().enumerate() {
            transaction = transaction.put(key, item.clone(), "attribute_not_exists(#pk)", Item::new());
            failure_results
                .push(vec![(index, if number == 0 { CreateResult::AlreadyExists } else { CreateResult::Taken })]);
        }
        for (key, item) in &creation.index_entries {
            transaction = transaction.replace(key, item.clone());
            failure_results.push(Vec::new());
        }
        for (key, needed) in &creation.needed {
            let (primary, results) = checks.entry(key).or_default();
            *primary = primary.or(creation.primary.as_ref());
            results.push((index, CreateResult::RequirementNotMet(*needed)));
        }
    }
    for (key, (primary, results)) in checks {
        transaction = match primary {
            None => transaction.check(key, "attribute_exists(#pk)", Item::new()),
            Some(brand) => transaction.update(
                key,
                "SET #primaryBrandId = :brand",
                Some("attribute_exists(#pk) AND attribute_not_exists(#primaryBrandId)"),
                values([(":brand", value(brand))]),
            ),
        };
        failure_results.push(results);
    }
    (transaction, failure_results)
}
