//! Reading one item, and changing one.

use super::Store;
use super::item::{Item, from_item, names};
use super::keys::Key;
use super::request::{Refusal, call, read};
use crate::error::StoreError;
use aws_sdk_dynamodb::operation::update_item::UpdateItemError;
use aws_sdk_dynamodb::types::{ReturnConsumedCapacity, ReturnValue, ReturnValuesOnConditionCheckFailure as OnFailure};
use serde::de::DeserializeOwned;

/// How a conditional change of one item ended.
#[derive(Debug, Clone, PartialEq)]
pub enum Changed<T> {
    /// Done; the item as it is now.
    Done(T),
    /// The condition did not hold; the item as it is, if there is one.
    Refused(Option<T>),
}

impl Store {
    /// Reads one item: one request.
    pub(super) async fn get<T: DeserializeOwned>(&self, key: &Key) -> Result<Option<T>, StoreError> {
        let answer = read(|| {
            self.client
                .get_item()
                .table_name(self.name(key.table))
                .set_key(Some(key.attributes()))
                .consistent_read(true)
                .return_consumed_capacity(ReturnConsumedCapacity::Total)
                .send()
        })
        .await?;
        answer.item.map(from_item).transpose()
    }

    /// Changes one item where the condition holds: one request. The change must be one that may be repeated.
    pub(super) async fn update<T: DeserializeOwned>(
        &self,
        key: &Key,
        change: &str,
        condition: &str,
        values: Item,
    ) -> Result<Changed<T>, StoreError> {
        let answer = call(|| {
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
        match answer {
            Ok(answer) => Ok(Changed::Done(from_item(answer.attributes.unwrap_or_default())?)),
            Err(Refusal::Answered { error: UpdateItemError::ConditionalCheckFailedException(failed), .. }) => {
                Ok(Changed::Refused(failed.item.map(from_item).transpose()?))
            }
            Err(refusal) => Err(refusal.into()),
        }
    }
}
