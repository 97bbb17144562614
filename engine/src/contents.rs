//! Reads tables without a request, for tests that compare all that is stored.

use crate::Engine;
use aws_sdk_dynamodb::primitives::Blob;
use aws_sdk_dynamodb::types::AttributeValue;
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
