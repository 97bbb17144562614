//! Writes that take effect together or not at all.

use crate::item::{Item, names, to_item};
use crate::keys::Key;
use crate::request::{RequestError, call, read};
use crate::retry::{Attempt, retry};
use crate::stored::Stored;
use crate::{Store, StoreError};
use aws_lc_rs::digest::{SHA256, digest};
use aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsError;
use aws_sdk_dynamodb::types::{ConditionCheck, Delete, Put, ReturnConsumedCapacity, TransactWriteItem, Update};
use uuid::Uuid;

/// A TransactWriteItems request under construction.
pub(crate) struct Transaction<'a> {
    store: &'a Store,
    /// Sent with every attempt, so that the transaction takes effect only once, however often it arrives (DynamoDB
    /// remembers tokens for 10 minutes).
    token: Uuid,
    operations: Vec<TransactWriteItem>,
}

/// Result of [`Transaction::commit`].
#[derive(Debug)]
pub(crate) enum CommitResult {
    /// The transaction took effect.
    Done,
    /// The transaction had no effect, because the conditions of the operations at these positions did not hold.
    Refused { failed: Vec<usize>, in_doubt: bool },
    /// The transaction had no effect, because it conflicted with another one or a table was throttled.
    Conflict { in_doubt: bool },
}

impl Store {
    /// Returns a transaction without operations. DynamoDB keeps one set of tokens for the whole AWS account. A table's
    /// name is hashed into the token, because concurrent stacks and tests may generate the same random numbers.
    pub(crate) fn transaction(&self, token: [u8; 16]) -> Transaction<'_> {
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

    /// Creates an item, which must not exist yet.
    pub fn create(self, key: &Key, value: &impl Stored) -> Self {
        self.put(key, to_item(key, value), "attribute_not_exists(#pk)", Item::new())
    }

    /// Creates items, none of which may exist yet.
    pub fn create_items(self, items: impl IntoIterator<Item = (Key, Item)>) -> Self {
        let create =
            |transaction: Self, (key, item)| transaction.put(&key, item, "attribute_not_exists(#pk)", Item::new());
        items.into_iter().fold(self, create)
    }

    /// Writes an item if the condition holds.
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

    /// Changes an item if the condition holds.
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

    /// Writes an item, whether or not it exists.
    pub fn replace(self, key: &Key, item: Item) -> Self {
        let put = Put::builder()
            .table_name(self.store.name(key.table))
            .set_item(Some(item))
            .build()
            .expect("table and item are set");
        self.add(TransactWriteItem::builder().put(put).build())
    }

    /// Deletes an item if it exists.
    pub fn remove(self, key: &Key) -> Self {
        let delete = Delete::builder()
            .table_name(self.store.name(key.table))
            .set_key(Some(key.attributes()))
            .build()
            .expect("table and key are set");
        self.add(TransactWriteItem::builder().delete(delete).build())
    }

    /// Deletes an item, which must exist.
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

    /// Requires that the condition holds for an item, without changing the item.
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

    /// Sends the transaction. One request.
    pub async fn commit(&self) -> Result<CommitResult, StoreError> {
        let response = call(|| {
            self.store
                .client
                .transact_write_items()
                .client_request_token(self.token.to_string())
                .set_transact_items(Some(self.operations.clone()))
                .return_consumed_capacity(ReturnConsumedCapacity::Total)
                .send()
        })
        .await;
        let (error, in_doubt) = match response {
            Ok(_) => return Ok(CommitResult::Done),
            Err(RequestError::Failed(error)) => return Err(error),
            Err(RequestError::Rejected { error, in_doubt }) => (error, in_doubt),
        };
        let TransactWriteItemsError::TransactionCanceledException(cancelled) = error else {
            let error = StoreError::Failed(error.into());
            return Err(if in_doubt { error.in_doubt() } else { error });
        };
        let codes: Vec<_> = cancelled.cancellation_reasons().iter().map(|reason| reason.code()).collect();
        let failed: Vec<usize> = codes
            .iter()
            .enumerate()
            .filter(|(_, code)| **code == Some("ConditionalCheckFailed"))
            .map(|(position, _)| position)
            .collect();
        if !failed.is_empty() {
            return Ok(CommitResult::Refused { failed, in_doubt });
        }
        let is_transient = |code: Option<&str>| {
            matches!(code, Some("TransactionConflict" | "ThrottlingError" | "ProvisionedThroughputExceeded"))
        };
        if codes.iter().copied().any(is_transient) {
            Ok(CommitResult::Conflict { in_doubt })
        } else {
            let error = StoreError::Failed(cancelled.into());
            Err(if in_doubt { error.in_doubt() } else { error })
        }
    }

    /// Sends the transaction, repeatedly if it conflicts with others. Only for transactions that do not depend on
    /// anything that was read, so that they can be repeated unchanged. Returns `Ok(Err(positions))` with the positions
    /// of the operations whose conditions did not hold. One request, plus one per conflict.
    pub async fn commit_retrying_conflicts(&self) -> Result<Result<(), Vec<usize>>, StoreError> {
        let error_in_doubt = |error: StoreError, in_doubt: bool| if in_doubt { error.in_doubt() } else { error };
        let attempt = async |was_in_doubt: bool| {
            let result = self.commit().await.map_err(|error| error_in_doubt(error, was_in_doubt))?;
            Ok(match result {
                CommitResult::Done => Attempt::Done(Ok(())),
                CommitResult::Refused { failed, .. } => Attempt::Done(Err(failed)),
                CommitResult::Conflict { in_doubt } => {
                    Attempt::Repeat("conflict with another transaction".into(), was_in_doubt || in_doubt)
                }
            })
        };
        let settled = retry(false, attempt, |cause, in_doubt| error_in_doubt(StoreError::Busy(cause), in_doubt)).await;
        match settled {
            Err(StoreError::OutcomeUnknown(_)) if self.has_created().await => Ok(Ok(())),
            settled => settled,
        }
    }

    /// Returns whether the transaction has taken effect, as far as the first item that it creates tells: new items contain
    /// something random, a time or a name of their own, so that another request's would differ. One request.
    async fn has_created(&self) -> bool {
        let Some(put) = self.operations.iter().find_map(TransactWriteItem::put) else { return false };
        let key = ["pk", "sk"].map(|name| (name.to_owned(), put.item()[name].clone()));
        let response = read(|| {
            self.store
                .client
                .get_item()
                .table_name(put.table_name())
                .set_key(Some(key.clone().into()))
                .consistent_read(true)
                .return_consumed_capacity(ReturnConsumedCapacity::Total)
                .send()
        });
        response.await.is_ok_and(|response| response.item.as_ref() == Some(put.item()))
    }
}
