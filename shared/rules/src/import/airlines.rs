//! Airlines, brands and products, from rows.

use super::RowError;
use super::fields::{RowTime, if_valid, mended, mended_if_filled, row};
use crate::Context;
use models::{
    Airline, AirlineIata, AirlineIcao, AirlineId, ApiKey, Brand, BrandDraft, BrandId, Callsign, Colour,
    DEFAULT_INVITE_LINK, Description, KeyDigest, Link, Name, Price, Product, ProductId, ServerId, filled,
};
use serde::Deserialize;
use serde_json::Value;
use store::{Creation, NewKey};

/// A row of `airlines`.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct AirlineRow {
    airline_id: AirlineId,
    #[serde(deserialize_with = "mended")]
    name: Name,
    #[serde(default)]
    api_key: OldKey,
    /// Another name of `api_key`.
    #[serde(default)]
    token: OldKey,
    #[serde(default, deserialize_with = "if_valid")]
    invite_link: Option<Link>,
    #[serde(default, deserialize_with = "if_valid")]
    server_id: Option<ServerId>,
    created_at: RowTime,
    #[serde(default, deserialize_with = "filled")]
    updated_at: Option<RowTime>,
}

/// An API key of the original system. Only its digest is kept.
#[derive(Default, Deserialize)]
#[serde(try_from = "Value")]
struct OldKey(Option<KeyDigest>);

impl TryFrom<Value> for OldKey {
    type Error = &'static str;

    fn try_from(value: Value) -> Result<Self, Self::Error> {
        match value {
            Value::Null => Ok(Self(None)),
            Value::String(key) if key.is_empty() => Ok(Self(None)),
            Value::String(key) if ApiKey::is_well_formed(&key) => Ok(Self(Some(KeyDigest::of(&key)))),
            // The message must not contain the key.
            _ => Err("must be a key that an HTTP header can hold"),
        }
    }
}

/// Parses an airline, with the API key of its game servers.
pub(super) fn airline(context: &Context, json: &[u8]) -> Result<Creation, RowError> {
    let row: AirlineRow = row(json)?;
    let default_link = || DEFAULT_INVITE_LINK.parse().expect("the default is a valid URL");
    let airline = Airline {
        airline_id: row.airline_id,
        name: row.name,
        invite_link: row.invite_link.unwrap_or_else(default_link),
        server_id: row.server_id,
        created_at: row.created_at.0,
        updated_at: row.updated_at.unwrap_or(row.created_at).0,
    };
    let key = row.api_key.0.or(row.token.0).map(|digest| {
        // The digest of the digest reveals nothing about the key, and is the same whenever the import is repeated.
        let name = format!("imported-{}", &KeyDigest::of(digest.as_str()).as_str()[..12]);
        NewKey {
            key_id: name.parse().expect("letters, digits and hyphens form a key id"),
            digest,
            created_at: context.now(),
        }
    });
    Ok(Creation::airline(&airline, key.as_ref()))
}

/// A row of `brands`.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct BrandRow {
    brand_id: BrandId,
    airline_id: AirlineId,
    #[serde(deserialize_with = "mended")]
    name: Name,
    iata: AirlineIata,
    icao: AirlineIcao,
    #[serde(deserialize_with = "mended")]
    callsign: Callsign,
    #[serde(default)]
    is_primary: bool,
    #[serde(default, deserialize_with = "if_valid")]
    logo_url: Option<Link>,
    #[serde(default, deserialize_with = "filled")]
    accent_color: Option<Colour>,
    #[serde(default, deserialize_with = "filled")]
    secondary_color: Option<Colour>,
    #[serde(default, deserialize_with = "filled")]
    element_color: Option<Colour>,
}

/// Parses a brand.
pub(super) fn brand(json: &[u8]) -> Result<Creation, RowError> {
    let row: BrandRow = row(json)?;
    let draft = BrandDraft {
        brand_id: row.brand_id,
        name: row.name,
        iata: row.iata,
        icao: row.icao,
        callsign: row.callsign,
        is_primary: Some(row.is_primary),
        logo_url: row.logo_url,
        accent_color: row.accent_color,
        secondary_color: row.secondary_color,
        element_color: row.element_color,
    };
    let brand: Brand = draft.of(row.airline_id);
    Ok(Creation::brand(&brand))
}

/// A row of `milesProducts`.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ProductRow {
    product_id: ProductId,
    airline_id: AirlineId,
    #[serde(deserialize_with = "mended")]
    name: Name,
    #[serde(default, deserialize_with = "mended_if_filled")]
    description: Option<Description>,
    price_miles: Price,
    active: bool,
    created_at: RowTime,
}

/// Parses a product.
pub(super) fn product(json: &[u8]) -> Result<Creation, RowError> {
    let row: ProductRow = row(json)?;
    Ok(Creation::product(&Product {
        product_id: row.product_id,
        airline_id: row.airline_id,
        name: row.name,
        description: row.description,
        price_miles: row.price_miles,
        active: row.active,
        created_at: row.created_at.0,
    }))
}
