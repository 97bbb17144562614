//! Finds items that do not agree with those that they are linked to.

use super::record::{Expected, Record, read};
use crate::batch::Found;
use crate::item::Item;
use crate::keys::Key;
use crate::{Store, StoreError};
use aws_sdk_dynamodb::types::AttributeValue;
use models::Timestamp;
use std::collections::{BTreeSet, HashMap, HashSet};

/// Number of times that records are read that seem wrong, but keep changing.
const MAX_CHECKS: u32 = 3;

/// Something wrong with an item.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Disagreement {
    /// Table and key of the item.
    pub item: String,
    /// What is wrong.
    pub problem: String,
}

impl Store {
    /// Returns what is wrong with the records: those that cannot be read or are not as they would be written, and those
    /// that do not agree with other items. One request per 100 distinct items that the records are linked to, and one
    /// more per 100 that seem wrong.
    ///
    /// Items that belong together change in one transaction, but are not read in one. What seems wrong is therefore
    /// wrong only if the record has not changed while the others were read.
    ///
    /// # Errors
    /// Any [`StoreError`].
    pub async fn disagreements(&self, records: Vec<Record>, now: Timestamp) -> Result<Vec<Disagreement>, StoreError> {
        let mut wrong = Vec::new();
        let mut suspects = records;
        for _ in 0..MAX_CHECKS {
            let linked: BTreeSet<&Key> =
                suspects.iter().flat_map(|record| &record.links).map(|link| &link.key).collect();
            let found = self.batch_get(linked.into_iter().cloned().collect()).await?;
            let owners = links_of_owners(&suspects, &found);
            let judged = suspects.into_iter().map(|record| {
                let problems = record.all_problems(&found, &owners, now);
                (record, problems)
            });
            let seeming: Vec<(Record, Vec<String>)> = judged.filter(|(_, problems)| !problems.is_empty()).collect();
            let mut again = self.batch_get(seeming.iter().map(|(record, _)| record.key.clone()).collect()).await?;
            suspects = Vec::new();
            for (record, problems) in seeming {
                match again.take_item(&record.key) {
                    Some(item) if item == record.item => {
                        let item = record.key.to_string();
                        wrong.extend(problems.into_iter().map(|problem| Disagreement { item: item.clone(), problem }));
                    }
                    Some(item) => suspects.push(Record::of(record.key.table, item)?),
                    None => {}
                }
            }
            if suspects.is_empty() {
                break;
            }
        }
        Ok(wrong)
    }
}

/// Returns the keys that the owners among the linked items are linked to, by the owner's key. Leaves out owners that cannot
/// be read.
fn links_of_owners(records: &[Record], found: &Found) -> HashMap<Key, HashSet<Key>> {
    let links = records.iter().flat_map(|record| &record.links);
    let owners: BTreeSet<&Key> =
        links.filter(|link| matches!(link.expected, Expected::Owner)).map(|link| &link.key).collect();
    let links = |owner: &Key| Some(read(owner, found.item(owner)?).ok()?.links.into_iter().map(|link| link.key));
    owners.into_iter().filter_map(|owner| Some((owner.clone(), links(owner)?.collect()))).collect()
}

impl Record {
    /// Returns what is wrong with the record, given the items that it is linked to.
    fn all_problems(&self, found: &Found, owners: &HashMap<Key, HashSet<Key>>, now: Timestamp) -> Vec<String> {
        let linked = self.links.iter().filter_map(|link| {
            let Some(other) = found.item(&link.key) else {
                let may_be_gone = link.until.is_some_and(|until| until <= now);
                return (!may_be_gone).then(|| format!("{} is missing", link.key));
            };
            let agrees = match &link.expected {
                Expected::There => true,
                Expected::With(attributes) => attributes.iter().all(|(name, value)| has(other, name, value)),
                Expected::Exactly(item) => other == item,
                Expected::Owner => owners.get(&link.key).is_none_or(|follow| follow.contains(&self.key)),
            };
            (!agrees).then(|| match link.expected {
                Expected::Owner => format!("does not belong to {}", link.key),
                _ => format!("{} does not agree with it", link.key),
            })
        });
        let mut problems: Vec<String> = self.problems.iter().cloned().chain(linked).collect();
        // An item may be linked to another one in several ways.
        problems.dedup();
        problems
    }
}

fn has(item: &Item, name: &str, value: &AttributeValue) -> bool {
    match item.get(name) {
        Some(other) => other == value,
        None => value.is_null(),
    }
}
