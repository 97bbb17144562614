//! Airlines, their keys, and what they offer.

use crate::Context;
use models::{
    Airline, AirlineId, ApiKey, Brand, BrandDraft, DEFAULT_INVITE_LINK, Integer, KeyId, Name, Product, ProductChange,
    ProductDraft, ProductId, ServerId, WebUrl,
};
use serde::{Deserialize, Serialize};
use std::time::Duration;
use store::{Attempt, KeyAdded, NewAirline, NewKey, StoreError, retry};

/// An airline holds at most so many keys that did not end: ending all of them with the making of another fits
/// into one transaction, which takes 100 writes.
pub const MAX_KEYS: usize = 40;

/// Tables that take longer do not answer.
const STATUS_PATIENCE: Duration = Duration::from_secs(2);

/// Why an airline, its keys or what it offers were not changed or read.
#[derive(Debug, thiserror::Error)]
pub enum AirlineError {
    /// There is no such airline.
    #[error("Airline not found")]
    NotFound,
    /// The id is taken.
    #[error("Airline already exists")]
    AlreadyExists,
    /// The airline has no such key.
    #[error("Key not found")]
    KeyNotFound,
    /// The airline has [`MAX_KEYS`] keys that have not ended.
    #[error("Too many keys, revoke some first")]
    TooManyKeys,
    /// The airline has no such product.
    #[error("Product not found")]
    ProductNotFound,
    /// A change of a product names nothing to change.
    #[error("Body must have at least one of name, priceMiles, description, active")]
    NothingToChange,
    /// The id, a designator or the callsign of a brand is taken.
    #[error("Brand already exists")]
    BrandExists,
    /// The tables could not be read or written.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// How long an older key stays valid beside a new one, in seconds.
pub type OverlapSeconds = Integer<0, 31_536_000>;

/// What is said of a new airline.
#[derive(Debug, Clone, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct AirlineDraft {
    /// Its id.
    pub airline_id: AirlineId,
    /// Its name.
    #[schema(example = "SkyTeam")]
    pub name: Name,
    /// Where people join its community; default `https://discord.gg/skyteam`.
    pub invite_link: Option<WebUrl>,
    /// Its Discord server.
    pub server_id: Option<ServerId>,
}

/// A new airline with its first key.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct CreatedAirline {
    /// The airline.
    pub airline: Airline,
    /// Its API key, shown this once.
    pub api_key: ApiKey,
    /// The key's id.
    pub key_id: KeyId,
}

/// What is said of a new key.
#[derive(Debug, Clone, Default, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct KeyDraft {
    /// After so many seconds the older keys end, at most 365 days; absent, they stay.
    #[schema(example = 3600)]
    pub overlap_seconds: Option<OverlapSeconds>,
}

/// A new key.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct CreatedKey {
    /// The API key, shown this once.
    pub api_key: ApiKey,
    /// The key's id.
    pub key_id: KeyId,
}

/// What the airline sees of itself and of the system.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct SystemStatus {
    /// Always true.
    #[schema(example = true)]
    pub ok: bool,
    /// Whether the tables answer.
    #[schema(example = true)]
    pub miles_available: bool,
    /// The airline; null while the tables do not answer.
    #[schema(required)]
    pub airline: Option<Airline>,
}

fn new_key(context: &Context) -> (NewKey, ApiKey) {
    let (key_id, api_key) = context.new_api_key();
    (NewKey { key_id, digest: api_key.digest(), created_at: context.now() }, api_key)
}

/// Makes an airline with its first key. One request.
///
/// # Errors
/// `Conflict` when the id is taken; as any write.
pub async fn create(context: &Context, draft: AirlineDraft) -> Result<CreatedAirline, AirlineError> {
    let now = context.now();
    let default_link = || DEFAULT_INVITE_LINK.parse().expect("the default is a URL");
    let airline = Airline {
        airline_id: draft.airline_id,
        name: draft.name,
        invite_link: draft.invite_link.unwrap_or_else(default_link),
        server_id: draft.server_id,
        created_at: now,
        updated_at: now,
    };
    let (key, api_key) = new_key(context);
    if context.store.create_airline(&NewAirline { airline: &airline, key: &key }, context.random()).await? {
        Ok(CreatedAirline { airline, api_key, key_id: key.key_id })
    } else {
        Err(AirlineError::AlreadyExists)
    }
}

/// Makes another key for an airline, and with an overlap, ends the older ones after it. Two requests if nobody changes the keys meanwhile.
///
/// # Errors
/// `NotFound` when there is no such airline; `Conflict` when it holds [`MAX_KEYS`] already; as any write.
pub async fn add_key(context: &Context, airline: &AirlineId, draft: &KeyDraft) -> Result<CreatedKey, AirlineError> {
    let attempt = async |()| {
        let now = context.now();
        let mut older = context.store.keys(airline).await?;
        older.retain(|key| key.ends_at.is_none_or(|end| now < end));
        if older.len() >= MAX_KEYS {
            return Err(AirlineError::TooManyKeys);
        }
        let end = now.plus(Duration::from_secs(draft.overlap_seconds.map_or(0, Integer::get)));
        // A key that ends sooner already keeps its end.
        older.retain(|key| draft.overlap_seconds.is_some() && key.ends_at.is_none_or(|own| end < own));
        let (key, api_key) = new_key(context);
        match context.store.add_key(airline, &key, &older, end, context.random()).await? {
            KeyAdded::Done => Ok(Attempt::Done(CreatedKey { api_key, key_id: key.key_id })),
            KeyAdded::NoSuchAirline => Err(AirlineError::NotFound),
            KeyAdded::KeysChanged => Ok(Attempt::Repeat("the airline's keys kept changing".into(), ())),
        }
    };
    retry((), attempt, |cause, ()| StoreError::Busy(cause).into()).await
}

/// Revokes a key: functions that remember it refuse it
/// within a minute. Two requests.
///
/// # Errors
/// `NotFound` when the airline has no such key; as any write.
pub async fn revoke_key(context: &Context, airline: &AirlineId, key: &KeyId) -> Result<(), AirlineError> {
    if context.store.remove_key(airline, key, context.random()).await? {
        Ok(())
    } else {
        Err(AirlineError::KeyNotFound)
    }
}

/// The airline itself. One request.
///
/// # Errors
/// As any read.
pub async fn airline(context: &Context, airline: &AirlineId) -> Result<Airline, AirlineError> {
    let found = context.store.airline(airline).await?;
    found.ok_or_else(|| StoreError::Failed(format!("airline {airline} has a key and no record").into()).into())
}

/// Whether the tables answer. One request; two if they don't. Never fails.
pub async fn status(context: &Context, airline: &AirlineId) -> SystemStatus {
    let probe = tokio::time::timeout(STATUS_PATIENCE, context.store.airline_and_probe(airline)).await;
    if let Ok(Ok(airline)) = probe {
        return SystemStatus { ok: true, miles_available: true, airline };
    }
    tracing::warn!(?probe, "the tables do not answer");
    // The airline's own table may be well.
    let airline = tokio::time::timeout(STATUS_PATIENCE, context.store.airline(airline)).await;
    SystemStatus { ok: true, miles_available: false, airline: airline.ok().and_then(Result::ok).flatten() }
}

/// The airline's products, active or not, the oldest first. One
/// request for each megabyte.
///
/// # Errors
/// As any read.
pub async fn products(context: &Context, airline: &AirlineId) -> Result<Vec<Product>, AirlineError> {
    let mut products = context.store.products(airline).await?;
    products.sort_by_key(|product| product.created_at);
    Ok(products)
}

/// Makes a product. One request.
///
/// # Errors
/// As any write.
pub async fn create_product(
    context: &Context,
    airline: &AirlineId,
    draft: ProductDraft,
) -> Result<Product, AirlineError> {
    let product = Product {
        product_id: context.new_product_id(),
        airline_id: airline.clone(),
        name: draft.name,
        description: draft.description,
        price_miles: draft.price_miles,
        active: draft.active,
        created_at: context.now(),
    };
    let attempt = async |mut product: Product| {
        if context.store.create_product(&product, context.random()).await? {
            return Ok(Attempt::Done(product));
        }
        product.product_id = context.new_product_id();
        Ok(Attempt::Repeat("no free product id was found".into(), product))
    };
    retry(product, attempt, |cause, _| StoreError::Busy(cause).into()).await
}

/// Changes a product. One request.
///
/// # Errors
/// `BadRequest` when nothing is to change; `ProductNotFound`, also for another airline's; as any write.
pub async fn change_product(
    context: &Context,
    airline: &AirlineId,
    product: &ProductId,
    change: &ProductChange,
) -> Result<Product, AirlineError> {
    if *change == ProductChange::default() {
        return Err(AirlineError::NothingToChange);
    }
    context.store.change_product(airline, product, change).await?.ok_or(AirlineError::ProductNotFound)
}

/// Makes a brand. One request.
///
/// # Errors
/// `BrandExists` when the id, a designator or the callsign is taken; as any write.
pub async fn create_brand(context: &Context, airline: &AirlineId, draft: BrandDraft) -> Result<Brand, AirlineError> {
    let brand = draft.of(airline.clone());
    if context.store.create_brand(&brand, context.random()).await? { Ok(brand) } else { Err(AirlineError::BrandExists) }
}

/// The airline's brands, by id. One request for each megabyte.
///
/// # Errors
/// As any read.
pub async fn brands(context: &Context, airline: &AirlineId) -> Result<Vec<Brand>, AirlineError> {
    Ok(context.store.brands(airline).await?)
}
