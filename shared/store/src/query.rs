//! Reads a range of items.

use crate::item::{Item, names};
use crate::request::read;
use crate::schema::Index;
use crate::{Store, StoreError, Table};
use aws_sdk_dynamodb::types::ReturnConsumedCapacity;

/// A range of items in one partition of a table or index.
pub(crate) struct Range<'a> {
    pub table: Table,
    pub index: Option<&'a Index>,
    /// Key condition expression, with attributes written as `#name`.
    pub condition: &'a str,
    pub values: Item,
    /// Whether to read from the end to the beginning.
    pub backward: bool,
    /// Position to continue after: the key of an item, including the index's key attributes.
    pub after: Option<Item>,
    /// Maximum number of items; `None` for all.
    pub limit: Option<usize>,
}

impl<'a> Range<'a> {
    /// Returns a range of a table, without a limit and in ascending order.
    pub fn of(table: Table, condition: &'a str, values: Item) -> Self {
        Self { table, index: None, condition, values, backward: false, after: None, limit: None }
    }
}

impl Store {
    /// Reads a range. One request per megabyte, at least one.
    pub(crate) async fn query(&self, range: Range<'_>) -> Result<Vec<Item>, StoreError> {
        let names = names([range.condition]);
        let is_consistent = range.index.is_none_or(Index::is_local);
        let mut items = Vec::new();
        let mut after = range.after;
        loop {
            let limit = range.limit.map(|limit| i32::try_from(limit - items.len()).unwrap_or(i32::MAX));
            let response = read(|| {
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
            items.extend(response.items.unwrap_or_default());
            after = response.last_evaluated_key;
            if after.is_none() || range.limit.is_some_and(|limit| items.len() >= limit) {
                return Ok(items);
            }
        }
    }
}
