//! Between models and DynamoDB's items.

use super::keys::Key;
use crate::error::StoreError;
use aws_sdk_dynamodb::types::AttributeValue;
use serde::{Serialize, de::DeserializeOwned};
use std::collections::HashMap;

pub(super) type Item = HashMap<String, AttributeValue>;

/// The item of that key that holds the value, as its fields are named on the wire. What is null is left out,
/// so that `attribute_not_exists` is the one way to ask for what is not there.
pub(super) fn to_item(key: &Key, value: &impl Serialize) -> Item {
    let mut item: Item =
        serde_dynamo::to_item(value).expect("every stored type is a struct of strings, integers and booleans");
    item.retain(|_, value| !value.is_null());
    item.extend(key.attributes());
    item
}

/// The value that an item holds.
pub(super) fn from_item<T: DeserializeOwned>(item: Item) -> Result<T, StoreError> {
    serde_dynamo::from_item(item).map_err(|error| StoreError::Failed(error.into()))
}

/// A value within an expression.
pub(super) fn value(value: impl Serialize) -> AttributeValue {
    serde_dynamo::to_attribute_value(value)
        .expect("every value is a string, an integer, a boolean or a list of structs")
}

/// The values of an expression, by placeholder.
pub(super) fn values<const N: usize>(pairs: [(&str, AttributeValue); N]) -> Item {
    pairs.into_iter().map(|(placeholder, value)| (placeholder.to_owned(), value)).collect()
}

/// The names of expressions. In them each attribute is written `#name`, so that none collides with
/// DynamoDB's 573 reserved words; the placeholders are read off the expressions themselves.
pub(super) fn names<'a>(expressions: impl IntoIterator<Item = &'a str>) -> HashMap<String, String> {
    expressions
        .into_iter()
        .flat_map(|expression| expression.split('#').skip(1))
        .map(|rest| rest.split(|c: char| !c.is_ascii_alphanumeric() && c != '_').next().unwrap_or_default())
        .map(|name| (format!("#{name}"), name.to_owned()))
        .collect()
}
