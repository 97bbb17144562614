//! Writes that happen together or not at all.

use super::Store;
use super::item::{Item, names, to_item};
use super::keys::Key;
use super::request::{Backoff, Refusal, call};
use crate::error::StoreError;
use aws_lc_rs::digest::{SHA256, digest};
use aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsError;
use aws_sdk_dynamodb::types::{ConditionCheck, Delete, Put, ReturnConsumedCapacity, TransactWriteItem, Update};
use serde::Serialize;
use uuid::Uuid;

/// A TransactWriteItems request in the making.
pub(super) struct Transaction<'a> {
    store: &'a Store,
    /// Sent with every attempt, so that however often it arrives it takes effect once (DynamoDB keeps it for
    /// 10 minutes).
    token: Uuid,
    operations: Vec<TransactWriteItem>,
}

/// How a transaction ended.
#[derive(Debug)]
pub(super) enum Ended {
    /// All of it happened.
    Done,
    /// Nothing of it happened, because the conditions of these operations, by position, did not hold.
    Refused { failed: Vec<usize>, in_doubt: bool },
    /// Nothing of it happened, because of another transaction under way or a throttled table.
    Conflict { in_doubt: bool },
}

impl Store {
    /// A transaction without operations yet. DynamoDB keeps tokens for the whole account, so the table's name goes into
    /// it: stacks and tests side by side may have the same random numbers.
    pub(super) fn transaction(&self, token: [u8; 16]) -> Transaction<'_> {
        let digest = digest(&SHA256, &[token.as_slice(), self.tables.users.as_bytes()].concat());
        let token = digest.as_ref()[..16].try_into().expect("a SHA-256 digest has 32 bytes");
        Transaction { store: self, token: uuid::Builder::from_random_bytes(token).into_uuid(), operations: Vec::new() }
    }
}

impl Transaction<'_> {
    fn add(mut self, operation: TransactWriteItem) -> Self {
        self.operations.push(operation);
        self
    }

    /// Makes an item, which must not be there yet.
    pub fn create(self, key: &Key, value: &impl Serialize) -> Self {
        self.put(key, to_item(key, value), "attribute_not_exists(#pk)", Item::new())
    }

    /// Makes items, none of which may be there yet.
    pub fn create_items(self, items: impl IntoIterator<Item = (Key, Item)>) -> Self {
        let create =
            |transaction: Self, (key, item)| transaction.put(&key, item, "attribute_not_exists(#pk)", Item::new());
        items.into_iter().fold(self, create)
    }

    /// Puts an item where the condition holds.
    pub fn put(self, key: &Key, item: Item, condition: &str, values: Item) -> Self {
        let put = Put::builder()
            .table_name(self.store.name(key.table))
            .set_item(Some(item))
            .condition_expression(condition)
            .set_expression_attribute_names(Some(names([condition])))
            .set_expression_attribute_values(Some(values).filter(|values| !values.is_empty()))
            .build()
            .expect("table and item are set");
        self.add(TransactWriteItem::builder().put(put).build())
    }

    /// Changes an item where the condition holds.
    pub fn update(self, key: &Key, change: &str, condition: Option<&str>, values: Item) -> Self {
        let update = Update::builder()
            .table_name(self.store.name(key.table))
            .set_key(Some(key.attributes()))
            .update_expression(change)
            .set_condition_expression(condition.map(str::to_owned))
            .set_expression_attribute_names(Some(names([change, condition.unwrap_or_default()])))
            .set_expression_attribute_values(Some(values))
            .build()
            .expect("table, key and change are set");
        self.add(TransactWriteItem::builder().update(update).build())
    }

    /// Puts an item, whether or not it is there.
    pub fn replace(self, key: &Key, item: Item) -> Self {
        let put = Put::builder()
            .table_name(self.store.name(key.table))
            .set_item(Some(item))
            .build()
            .expect("table and item are set");
        self.add(TransactWriteItem::builder().put(put).build())
    }

    /// Removes an item, if it is there.
    pub fn remove(self, key: &Key) -> Self {
        let delete = Delete::builder()
            .table_name(self.store.name(key.table))
            .set_key(Some(key.attributes()))
            .build()
            .expect("table and key are set");
        self.add(TransactWriteItem::builder().delete(delete).build())
    }

    /// Removes an item, which must be there.
    pub fn delete(self, key: &Key) -> Self {
        let delete = Delete::builder()
            .table_name(self.store.name(key.table))
            .set_key(Some(key.attributes()))
            .condition_expression("attribute_exists(#pk)")
            .set_expression_attribute_names(Some(names(["#pk"])))
            .build()
            .expect("table and key are set");
        self.add(TransactWriteItem::builder().delete(delete).build())
    }

    /// Changes nothing, and asks that the condition holds.
    pub fn check(self, key: &Key, condition: &str, values: Item) -> Self {
        let check = ConditionCheck::builder()
            .table_name(self.store.name(key.table))
            .set_key(Some(key.attributes()))
            .condition_expression(condition)
            .set_expression_attribute_names(Some(names([condition])))
            .set_expression_attribute_values(Some(values).filter(|values| !values.is_empty()))
            .build()
            .expect("table, key and condition are set");
        self.add(TransactWriteItem::builder().condition_check(check).build())
    }

    /// Sends it: one request.
    pub async fn commit(&self) -> Result<Ended, StoreError> {
        let answer = call(|| {
            self.store
                .client
                .transact_write_items()
                .client_request_token(self.token.to_string())
                .set_transact_items(Some(self.operations.clone()))
                .return_consumed_capacity(ReturnConsumedCapacity::Total)
                .send()
        })
        .await;
        let (error, in_doubt) = match answer {
            Ok(_) => return Ok(Ended::Done),
            Err(Refusal::Failed(error)) => return Err(error),
            Err(Refusal::Answered { error, in_doubt }) => (error, in_doubt),
        };
        let TransactWriteItemsError::TransactionCanceledException(cancelled) = error else {
            return Err(StoreError::Failed(error.into()));
        };
        let codes: Vec<_> = cancelled.cancellation_reasons().iter().map(|reason| reason.code()).collect();
        let failed: Vec<usize> = codes
            .iter()
            .enumerate()
            .filter(|(_, code)| **code == Some("ConditionalCheckFailed"))
            .map(|(position, _)| position)
            .collect();
        if !failed.is_empty() {
            return Ok(Ended::Refused { failed, in_doubt });
        }
        let is_transient = |code: Option<&str>| {
            matches!(code, Some("TransactionConflict" | "ThrottlingError" | "ProvisionedThroughputExceeded"))
        };
        if codes.iter().copied().any(is_transient) {
            Ok(Ended::Conflict { in_doubt })
        } else {
            Err(StoreError::Failed(cancelled.into()))
        }
    }

    /// Sends it until nothing else is in its way: for transactions that depend on nothing that was read, and
    /// so may be repeated as they are. `Ok(Err(positions))` names the operations whose conditions failed.
    pub async fn settle(&self) -> Result<Result<(), Vec<usize>>, StoreError> {
        let mut backoff = Backoff::default();
        let mut ever_in_doubt = false;
        loop {
            match self.commit().await? {
                Ended::Done => return Ok(Ok(())),
                Ended::Refused { failed, .. } => return Ok(Err(failed)),
                Ended::Conflict { in_doubt } => {
                    ever_in_doubt |= in_doubt;
                    if !backoff.wait().await {
                        let cause = "in conflict with other transactions".into();
                        return Err(if ever_in_doubt {
                            StoreError::OutcomeUnknown(cause)
                        } else {
                            StoreError::Busy(cause)
                        });
                    }
                }
            }
        }
    }
}
