//! What an airline sells for miles.

use super::{AirlineId, Integer, Name, ProductId, Text, Timestamp};
use serde::{Deserialize, Serialize};

/// A price in miles.
pub type Price = Integer<1, 1_000_000_000>;

/// A description of a product.
pub type Description = Text<0, 1000>;

/// A product.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(example = json!({
    "productId": "a1b2c3", "airlineId": "skyteam", "name": "Priority Boarding",
    "description": "Board the aircraft before other passengers", "priceMiles": 500, "active": true,
    "createdAt": "2024-01-15T10:30:00.000Z"
}))]
pub struct Product {
    /// Its id.
    pub product_id: ProductId,
    /// Who sells it.
    pub airline_id: AirlineId,
    /// Its name.
    pub name: Name,
    /// What it is.
    #[schema(required)]
    pub description: Option<Description>,
    /// What it costs, in miles.
    pub price_miles: Price,
    /// Whether it can be bought.
    pub active: bool,
    /// When it was made.
    pub created_at: Timestamp,
}

/// What an airline says of a new product.
#[derive(Debug, Clone, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ProductDraft {
    /// Its name.
    #[schema(example = "Priority Boarding")]
    pub name: Name,
    /// What it costs, in miles.
    #[schema(example = 500)]
    pub price_miles: Price,
    /// What it is.
    #[schema(example = "Board the aircraft before other passengers")]
    pub description: Option<Description>,
    /// Whether it can be bought; default true.
    #[serde(default = "yes")]
    #[schema(default = true)]
    pub active: bool,
}

fn yes() -> bool {
    true
}

/// A change of a product: what is absent stays as it is.
#[derive(Debug, Clone, Default, PartialEq, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ProductChange {
    /// Its new name.
    #[serde(default, deserialize_with = "crate::models::present")]
    #[schema(value_type = Option<Name>, nullable = false, example = "Priority Boarding")]
    pub name: Option<Name>,
    /// What it costs from now on, in miles.
    #[serde(default, deserialize_with = "crate::models::present")]
    #[schema(value_type = Option<Price>, nullable = false, example = 450)]
    pub price_miles: Option<Price>,
    /// What it is; null takes the description away.
    #[serde(default, deserialize_with = "crate::models::present")]
    #[schema(value_type = Option<Description>)]
    pub description: Option<Option<Description>>,
    /// Whether it can be bought.
    #[serde(default, deserialize_with = "crate::models::present")]
    #[schema(value_type = Option<bool>, nullable = false)]
    pub active: Option<bool>,
}
