//! Reading a range of items.

use super::item::{Item, names};
use super::request::read;
use super::schema::Index;
use super::{Store, Table};
use crate::error::StoreError;
use aws_sdk_dynamodb::types::ReturnConsumedCapacity;

/// A range of one partition of a table or index.
pub(super) struct Range<'a> {
    pub table: Table,
    pub index: Option<&'a Index>,
    /// Key condition expression, its names as `#name`.
    pub condition: &'a str,
    pub values: Item,
    /// From the end to the beginning.
    pub backward: bool,
    /// Where to go on after: the key of an item, index keys included.
    pub after: Option<Item>,
    /// How many items at most; all, if none.
    pub limit: Option<usize>,
}

impl<'a> Range<'a> {
    /// All of the range in a table, forward.
    pub fn of(table: Table, condition: &'a str, values: Item) -> Self {
        Self { table, index: None, condition, values, backward: false, after: None, limit: None }
    }
}

impl Store {
    /// Reads a range: one request for each megabyte, at least one.
    pub(super) async fn query(&self, range: Range<'_>) -> Result<Vec<Item>, StoreError> {
        let names = names([range.condition]);
        let is_consistent = range.index.is_none_or(Index::is_local);
        let mut items = Vec::new();
        let mut after = range.after;
        loop {
            let limit = range.limit.map(|limit| i32::try_from(limit - items.len()).unwrap_or(i32::MAX));
            let answer = read(|| {
                self.client
                    .query()
                    .table_name(self.name(range.table))
                    .set_index_name(range.index.map(|index| index.name.to_owned()))
                    .key_condition_expression(range.condition)
                    .set_expression_attribute_names(Some(names.clone()))
                    .set_expression_attribute_values(Some(range.values.clone()))
                    .scan_index_forward(!range.backward)
                    .consistent_read(is_consistent)
                    .set_limit(limit)
                    .set_exclusive_start_key(after.clone())
                    .return_consumed_capacity(ReturnConsumedCapacity::Total)
                    .send()
            })
            .await?;
            items.extend(answer.items.unwrap_or_default());
            after = answer.last_evaluated_key;
            if after.is_none() || range.limit.is_some_and(|limit| items.len() >= limit) {
                return Ok(items);
            }
        }
    }
}
