//! Reads or changes a single item.

use crate::item::{Item, from_item, names};
use crate::keys::Key;
use crate::request::{RequestError, call, read};
use crate::stored::Stored;
use crate::{Store, StoreError};
use aws_sdk_dynamodb::operation::update_item::UpdateItemError;
use aws_sdk_dynamodb::types::{ReturnConsumedCapacity, ReturnValue, ReturnValuesOnConditionCheckFailure as OnFailure};

/// Result of a conditional change of one item.
#[derive(Debug, Clone, PartialEq)]
pub enum Changed<T> {
    /// The change took effect. This is the item after it.
    Done(T),
    /// The condition did not hold. This is the unchanged item, or `None` if it does not exist.
    Refused(Option<T>),
}

impl Store {
    /// Reads an item. One request.
    pub(crate) async fn get<T: Stored>(&self, key: &Key) -> Result<Option<T>, StoreError> {
        let response = read(|| {
            self.client
                .get_item()
                .table_name(self.name(key.table))
                .set_key(Some(key.attributes()))
                .consistent_read(true)
                .return_consumed_capacity(ReturnConsumedCapacity::Total)
                .send()
        })
        .await?;
        response.item.map(from_item).transpose()
    }

    /// Changes an item if the condition holds. The change must be safe to repeat. One request.
    pub(crate) async fn update<T: Stored>(
        &self,
        key: &Key,
        change: &str,
        condition: &str,
        values: Item,
    ) -> Result<Changed<T>, StoreError> {
        let response = call(|| {
            self.client
                .update_item()
                .table_name(self.name(key.table))
                .set_key(Some(key.attributes()))
                .update_expression(change)
                .condition_expression(condition)
                .set_expression_attribute_names(Some(names([change, condition])))
                .set_expression_attribute_values(Some(values.clone()))
                .return_values(ReturnValue::AllNew)
                .return_values_on_condition_check_failure(OnFailure::AllOld)
                .return_consumed_capacity(ReturnConsumedCapacity::Total)
                .send()
        })
        .await;
        match response {
            Ok(response) => Ok(Changed::Done(from_item(response.attributes.unwrap_or_default())?)),
            Err(RequestError::Rejected { error: UpdateItemError::ConditionalCheckFailedException(failed), .. }) => {
                Ok(Changed::Refused(failed.item.map(from_item).transpose()?))
            }
            Err(error) => Err(error.into()),
        }
    }

    /// Changes an item from what was read to something else, if the condition holds. Only attributes that differ are
    /// written. `values` are those of the condition. One request.
    pub(crate) async fn change(
        &self,
        key: &Key,
        (before, after): (&Item, &Item),
        condition: &str,
        values: Item,
    ) -> Result<VersionedWrite, StoreError> {
        let (change, mut changed) = update_expression(before, after);
        changed.extend(values);
        let response = call(|| {
            self.client
                .update_item()
                .table_name(self.name(key.table))
                .set_key(Some(key.attributes()))
                .update_expression(&change)
                .condition_expression(condition)
                .set_expression_attribute_names(Some(names([change.as_str(), condition])))
                .set_expression_attribute_values(Some(changed.clone()))
                .return_consumed_capacity(ReturnConsumedCapacity::Total)
                .send()
        })
        .await;
        match response {
            Ok(_) => Ok(VersionedWrite::Done),
            Err(RequestError::Rejected { error: UpdateItemError::ConditionalCheckFailedException(_), in_doubt }) => {
                Ok(VersionedWrite::Stale { in_doubt })
            }
            Err(error) => Err(error.into()),
        }
    }
}

/// Result of a change that is conditional on a version.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum VersionedWrite {
    /// The change took effect.
    Done,
    /// The change did not take effect, because the item has another version.
    Stale {
        /// Whether an attempt got no response, so that it may be the one that made the other version.
        in_doubt: bool,
    },
}

/// Returns the expression that turns one item into another, and the values that it sets.
pub(crate) fn update_expression(before: &Item, after: &Item) -> (String, Item) {
    let (mut set, mut values) = (Vec::new(), Item::new());
    for (name, value) in after.iter().filter(|(name, value)| before.get(*name) != Some(*value)) {
        set.push(format!("#{name} = :{name}"));
        values.insert(format!(":{name}"), value.clone());
    }
    let remove: Vec<String> =
        before.keys().filter(|name| !after.contains_key(*name)).map(|name| format!("#{name}")).collect();
    let removal = if remove.is_empty() { String::new() } else { format!(" REMOVE {}", remove.join(", ")) };
    (format!("SET {}{removal}", set.join(", ")), values)
}
