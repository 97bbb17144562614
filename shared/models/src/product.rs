//! Products that airlines sell for miles.

use crate::{AirlineId, Integer, Lines, Name, ProductId, Timestamp, filled, filled_or_removed, kept};
use serde::{Deserialize, Serialize};

/// Price of a product, 1 to 1,000,000,000 miles.
pub type Price = Integer<1, 1_000_000_000>;

/// Description of a product, 1 to 1,000 characters.
pub type Description = Lines<1, 1000>;

/// A product that an airline sells for miles.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(example = json!({
    "productId": "a1b2c3", "airlineId": "skyteam", "name": "Priority Boarding",
    "description": "Board the aircraft before other passengers", "priceMiles": 500, "active": true,
    "createdAt": "2024-01-15T10:30:00.000Z"
}))]
pub struct Product {
    /// Id of the product: 6 lower-case letters and digits.
    pub product_id: ProductId,
    /// Id of the airline that sells the product.
    pub airline_id: AirlineId,
    /// Name of the product, 1 to 100 characters.
    #[serde(deserialize_with = "kept")]
    pub name: Name,
    /// Description of the product, at most 1,000 characters; `null` when it has none.
    #[serde(default, deserialize_with = "kept")]
    #[schema(required)]
    pub description: Option<Description>,
    /// Price in miles, an integer from 1 to 1,000,000,000.
    pub price_miles: Price,
    /// Whether the product is for sale. An inactive product cannot be bought.
    pub active: bool,
    /// Time the product was created, ISO 8601 UTC with milliseconds.
    pub created_at: Timestamp,
}

/// Fields of a new product.
#[derive(Debug, Clone, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ProductDraft {
    /// Name of the product, 1 to 100 characters.
    #[schema(example = "Priority Boarding")]
    pub name: Name,
    /// Price in miles, an integer from 1 to 1,000,000,000.
    #[schema(example = 500)]
    pub price_miles: Price,
    /// Description of the product, at most 1,000 characters; optional.
    #[serde(default, deserialize_with = "filled")]
    #[schema(example = "Board the aircraft before other passengers")]
    pub description: Option<Description>,
    /// Whether the product is for sale; `true` when absent.
    #[schema(default = true)]
    pub active: Option<bool>,
}

/// A partial update of a product. Fields that are absent keep their values.
#[derive(Debug, Clone, Default, PartialEq, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ProductChange {
    /// New name of the product, 1 to 100 characters.
    #[serde(default, deserialize_with = "filled")]
    #[schema(example = "Priority Boarding")]
    pub name: Option<Name>,
    /// New price in miles, an integer from 1 to 1,000,000,000.
    #[schema(example = 450)]
    pub price_miles: Option<Price>,
    /// New description of the product, at most 1,000 characters; `null` or a blank text removes it.
    #[serde(default, deserialize_with = "filled_or_removed")]
    #[schema(value_type = Option<Description>)]
    pub description: Option<Option<Description>>,
    /// Whether the product is for sale from now on.
    pub active: Option<bool>,
}

impl ProductChange {
    /// Returns the product after the change.
    #[must_use]
    pub fn applied_to(self, product: Product) -> Product {
        Product {
            name: self.name.unwrap_or(product.name),
            price_miles: self.price_miles.unwrap_or(product.price_miles),
            description: self.description.unwrap_or(product.description),
            active: self.active.unwrap_or(product.active),
            ..product
        }
    }
}
