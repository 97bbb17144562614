//! Reads and fills tables without requests, for tests that compare all that is stored or need very much of it.

use crate::Engine;
use aws_sdk_dynamodb::primitives::Blob;
use aws_sdk_dynamodb::types::AttributeValue;
use dynoxide::ImportOptions;
use dynoxide::actions::scan::ScanRequest;
use dynoxide::types;
use std::collections::HashMap;
use std::io;

impl Engine {
    /// Returns all items of a table.
    ///
    /// # Errors
    /// Returns an error if there is no such table.
    pub fn items(&self, table: &str) -> io::Result<Vec<HashMap<String, AttributeValue>>> {
        let mut items = Vec::new();
        let mut exclusive_start_key = None;
        loop {
            let request = ScanRequest { table_name: table.to_owned(), exclusive_start_key, ..ScanRequest::default() };
            let page = self.database.scan(request).map_err(io::Error::other)?;
            items.extend(page.items.into_iter().flatten().map(attributes));
            exclusive_start_key = page.last_evaluated_key;
            if exclusive_start_key.is_none() {
                return Ok(items);
            }
        }
    }

    /// Writes items to a table, replacing those with the same keys.
    ///
    /// # Errors
    /// Returns an error if there is no such table.
    pub fn put_items(&self, table: &str, items: Vec<HashMap<String, AttributeValue>>) -> io::Result<()> {
        let items = items.into_iter().map(stored_item).collect();
        self.database.import_items(table, items, ImportOptions::default()).map_err(io::Error::other)?;
        Ok(())
    }
}

fn attributes(item: types::Item) -> HashMap<String, AttributeValue> {
    item.into_iter().map(|(name, value)| (name, attribute(value))).collect()
}

/// Converts a value of the engine into the same value of the SDK.
fn attribute(value: types::AttributeValue) -> AttributeValue {
    use types::AttributeValue as Stored;
    match value {
        Stored::S(text) => AttributeValue::S(text),
        Stored::N(number) => AttributeValue::N(number),
        Stored::B(bytes) => AttributeValue::B(Blob::new(bytes)),
        Stored::BOOL(value) => AttributeValue::Bool(value),
        Stored::NULL(value) => AttributeValue::Null(value),
        Stored::SS(texts) => AttributeValue::Ss(texts),
        Stored::NS(numbers) => AttributeValue::Ns(numbers),
        Stored::BS(blobs) => AttributeValue::Bs(blobs.into_iter().map(Blob::new).collect()),
        Stored::L(list) => AttributeValue::L(list.into_iter().map(attribute).collect()),
        Stored::M(map) => AttributeValue::M(attributes(map)),
    }
}

fn stored_item(item: HashMap<String, AttributeValue>) -> types::Item {
    item.into_iter().map(|(name, value)| (name, stored(value))).collect()
}

/// Converts a value of the SDK into the same value of the engine.
fn stored(value: AttributeValue) -> types::AttributeValue {
    use types::AttributeValue as Stored;
    match value {
        AttributeValue::S(text) => Stored::S(text),
        AttributeValue::N(number) => Stored::N(number),
        AttributeValue::B(bytes) => Stored::B(bytes.into_inner()),
        AttributeValue::Bool(value) => Stored::BOOL(value),
        AttributeValue::Ss(texts) => Stored::SS(texts),
        AttributeValue::Ns(numbers) => Stored::NS(numbers),
        AttributeValue::Bs(blobs) => Stored::BS(blobs.into_iter().map(Blob::into_inner).collect()),
        AttributeValue::L(list) => Stored::L(list.into_iter().map(stored).collect()),
        AttributeValue::M(map) => Stored::M(stored_item(map)),
        // `Null`, and kinds of values that DynamoDB does not have yet.
        _ => Stored::NULL(true),
    }
}
