//! Reads a range of items.

use crate::item::{Item, names};
use crate::request::read;
use crate::schema::Index;
use crate::{Store, StoreError, Table};
use aws_sdk_dynamodb::operation::query::QueryOutput;
use aws_sdk_dynamodb::types::{ReturnConsumedCapacity, Select};

/// A range of items in one partition of a table or index.
#[derive(Clone)]
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
        let mut items = Vec::new();
        let add = |response: QueryOutput| {
            items.extend(response.items.unwrap_or_default());
            items.len()
        };
        self.query_pages(range, None, add).await?;
        Ok(items)
    }

    /// Counts the items of a range. One request per megabyte, at least one.
    pub(crate) async fn count(&self, range: Range<'_>) -> Result<usize, StoreError> {
        let mut count = 0;
        let add = |response: QueryOutput| {
            count += usize::try_from(response.count).unwrap_or_default();
            count
        };
        self.query_pages(range, Some(Select::Count), add).await?;
        Ok(count)
    }

    /// Reads a range, one page per megabyte. Passes each page to `add`, which returns the number of items so far.
    async fn query_pages(
        &self,
        range: Range<'_>,
        select: Option<Select>,
        mut add: impl FnMut(QueryOutput) -> usize,
    ) -> Result<(), StoreError> {
        let names = names([range.condition]);
        let is_consistent = range.index.is_none_or(Index::is_local);
        let mut after = range.after;
        let mut limit = range.limit;
        loop {
            let response = read(|| {
                self.client
                    .query()
                    .table_name(self.name(range.table))
                    .set_index_name(range.index.map(|index| index.name.to_owned()))
                    .key_condition_expression(range.condition)
                    .set_expression_attribute_names(Some(names.clone()))
                    .set_expression_attribute_values(Some(range.values.clone()))
                    .set_select(select.clone())
                    .scan_index_forward(!range.backward)
                    .consistent_read(is_consistent)
                    .set_limit(limit.map(|limit| i32::try_from(limit).unwrap_or(i32::MAX)))
                    .set_exclusive_start_key(after.clone())
                    .return_consumed_capacity(ReturnConsumedCapacity::Total)
                    .send()
            })
            .await?;
            after.clone_from(&response.last_evaluated_key);
            let found = add(response);
            limit = range.limit.map(|limit| limit.saturating_sub(found));
            if after.is_none() || limit == Some(0) {
                return Ok(());
            }
        }
    }
}
