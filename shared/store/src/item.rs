//! Conversion between models and DynamoDB items.

use crate::keys::Key;
use crate::stored::Stored;
use crate::{StoreError, with_causes};
use aws_sdk_dynamodb::types::AttributeValue;
use serde::Serialize;
use std::collections::HashMap;

pub(crate) type Item = HashMap<String, AttributeValue>;

/// Returns the item with the given key and value. Leaves out nulls, so that `attribute_not_exists` is the only test for
/// an absent value.
pub(crate) fn to_item(key: &Key, value: &impl Stored) -> Item {
    let mut item: Item =
        serde_dynamo::to_item(value.form()).expect("every stored form is a struct of strings, numbers and booleans");
    item.retain(|_, value| !value.is_null());
    item.extend(key.attributes());
    item
}

/// Returns a string attribute, such as a part of the key; empty if the item has none of this name.
pub(crate) fn text<'a>(item: &'a Item, name: &str) -> &'a str {
    item.get(name).and_then(|value| value.as_s().ok()).map_or("", String::as_str)
}

/// Returns the value of an item, or [`StoreError::Unreadable`].
pub(crate) fn from_item<T: Stored>(item: Item) -> Result<T, StoreError> {
    let key = format!("{} {}", text(&item, "pk"), text(&item, "sk"));
    let form: T::Form =
        serde_dynamo::from_item(item).map_err(|error| StoreError::Unreadable { key, cause: error.into() })?;
    Ok(form.into())
}

/// Returns the value of an item that was read with others. An item that cannot be read is logged with its key and left
/// out, so that it does no harm to the others.
pub(crate) fn readable<T: Stored>(item: Item) -> Option<T> {
    or_log(from_item(item))
}

/// Returns the value, or logs why an item that was read with others is left out.
pub(crate) fn or_log<T>(value: Result<T, StoreError>) -> Option<T> {
    value.inspect_err(|error| tracing::error!(error = with_causes(error), "left an item out of a list")).ok()
}

/// Converts a value for use in an expression.
pub(crate) fn value(value: impl Serialize) -> AttributeValue {
    serde_dynamo::to_attribute_value(value)
        .expect("every value is a string, an integer, a boolean or a list of structs")
}

/// Returns the values of an expression, by placeholder.
pub(crate) fn values<const N: usize>(pairs: [(&str, AttributeValue); N]) -> Item {
    pairs.into_iter().map(|(placeholder, value)| (placeholder.to_owned(), value)).collect()
}

/// Returns the attribute names of expressions, by placeholder. Expressions write every attribute as `#name`, so that
/// none collides with DynamoDB's 573 reserved words. The placeholders are extracted from the expressions.
pub(crate) fn names<'a>(expressions: impl IntoIterator<Item = &'a str>) -> HashMap<String, String> {
    expressions
        .into_iter()
        .flat_map(|expression| expression.split('#').skip(1))
        .map(|rest| rest.split(|c: char| !c.is_ascii_alphanumeric() && c != '_').next().unwrap_or_default())
        .map(|name| (format!("#{name}"), name.to_owned()))
        .collect()
}
