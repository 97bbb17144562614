//! Airlines, their keys, and what they offer.

use crate::App;
use crate::error::{FlyersError, MembersError, StoreError};
use crate::models::{
    Airline, AirlineId, ApiKey, Brand, BrandDraft, DEFAULT_INVITE_LINK, Integer, KeyId, Name, Product, ProductChange,
    ProductDraft, ProductId, ServerId, WebUrl,
};
use crate::store::{Backoff, KeyAdded, NewAirline, NewKey};
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// An airline holds at most so many keys that did not end: ending all of them with the making of another fits
/// into one transaction, which takes 100 writes.
pub const MAX_KEYS: usize = 40;

/// Tables that take longer do not answer.
const STATUS_PATIENCE: Duration = Duration::from_secs(2);

/// How long an older key stays good beside a new one, in seconds.
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

fn new_key(app: &App) -> (NewKey, ApiKey) {
    let (key_id, api_key) = app.new_api_key();
    (NewKey { key_id, digest: api_key.digest(), created_at: app.now() }, api_key)
}

/// Makes an airline with its first key (contract, *POST /airlines*). One request.
///
/// # Errors
/// `Conflict` when the id is taken; as any write.
pub async fn create(app: &App, draft: AirlineDraft) -> Result<CreatedAirline, MembersError> {
    let now = app.now();
    let default_link = || DEFAULT_INVITE_LINK.parse().expect("the default is a URL");
    let airline = Airline {
        airline_id: draft.airline_id,
        name: draft.name,
        invite_link: draft.invite_link.unwrap_or_else(default_link),
        server_id: draft.server_id,
        created_at: now,
        updated_at: now,
    };
    let (key, api_key) = new_key(app);
    if app.store.create_airline(&NewAirline { airline: &airline, key: &key }, app.random()).await? {
        Ok(CreatedAirline { airline, api_key, key_id: key.key_id })
    } else {
        Err(MembersError::Conflict("Airline already exists"))
    }
}

/// Makes another key for an airline, and with an overlap, ends the older ones after it (contract, *POST
/// /airlines/{airlineId}/keys*). Two requests if nobody changes the keys meanwhile.
///
/// # Errors
/// `NotFound` when there is no such airline; `Conflict` when it holds [`MAX_KEYS`] already; as any write.
pub async fn add_key(app: &App, airline: &AirlineId, draft: &KeyDraft) -> Result<CreatedKey, MembersError> {
    let mut backoff = Backoff::default();
    loop {
        let now = app.now();
        let mut older = app.store.keys(airline).await?;
        older.retain(|key| key.ends_at.is_none_or(|end| now < end));
        if older.len() >= MAX_KEYS {
            return Err(MembersError::Conflict("Too many keys, revoke some first"));
        }
        let end = now.plus(Duration::from_secs(draft.overlap_seconds.map_or(0, Integer::get)));
        // A key that ends sooner already keeps its end.
        older.retain(|key| draft.overlap_seconds.is_some() && key.ends_at.is_none_or(|own| end < own));
        let (key, api_key) = new_key(app);
        match app.store.add_key(airline, &key, &older, end, app.random()).await? {
            KeyAdded::Done => return Ok(CreatedKey { api_key, key_id: key.key_id }),
            KeyAdded::NoSuchAirline => return Err(MembersError::NotFound("Airline not found")),
            KeyAdded::KeysChanged if backoff.wait().await => {}
            KeyAdded::KeysChanged => {
                return Err(StoreError::Busy("the airline's keys kept changing".into()).into());
            }
        }
    }
}

/// Revokes a key (contract, *DELETE /airlines/{airlineId}/keys/{keyId}*): functions that remember it refuse it
/// within a minute. Two requests.
///
/// # Errors
/// `NotFound` when the airline has no such key; as any write.
pub async fn revoke_key(app: &App, airline: &AirlineId, key: &KeyId) -> Result<(), MembersError> {
    if app.store.remove_key(airline, key, app.random()).await? {
        Ok(())
    } else {
        Err(MembersError::NotFound("Key not found"))
    }
}

/// The airline itself (contract, *GET /airline*). One request.
///
/// # Errors
/// As any read.
pub async fn airline(app: &App, airline: &AirlineId) -> Result<Airline, FlyersError> {
    let found = app.store.airline(airline).await?;
    found.ok_or_else(|| StoreError::Failed(format!("airline {airline} has a key and no record").into()).into())
}

/// Whether the tables answer (contract, *GET /status*). One request; two if they don't. Never fails.
pub async fn status(app: &App, airline: &AirlineId) -> SystemStatus {
    let probe = tokio::time::timeout(STATUS_PATIENCE, app.store.airline_and_probe(airline)).await;
    if let Ok(Ok(airline)) = probe {
        return SystemStatus { ok: true, miles_available: true, airline };
    }
    tracing::warn!(?probe, "the tables do not answer");
    // The airline's own table may be well.
    let airline = tokio::time::timeout(STATUS_PATIENCE, app.store.airline(airline)).await;
    SystemStatus { ok: true, miles_available: false, airline: airline.ok().and_then(Result::ok).flatten() }
}

/// The airline's products, active or not, the oldest first (contract, *GET /airline/fetchProductsData*). One
/// request for each megabyte.
///
/// # Errors
/// As any read.
pub async fn products(app: &App, airline: &AirlineId) -> Result<Vec<Product>, FlyersError> {
    let mut products = app.store.products(airline).await?;
    products.sort_by_key(|product| product.created_at);
    Ok(products)
}

/// Makes a product (contract, *POST /airline/products*). One request.
///
/// # Errors
/// As any write.
pub async fn create_product(app: &App, airline: &AirlineId, draft: ProductDraft) -> Result<Product, FlyersError> {
    let mut product = Product {
        product_id: app.new_product_id(),
        airline_id: airline.clone(),
        name: draft.name,
        description: draft.description,
        price_miles: draft.price_miles,
        active: draft.active,
        created_at: app.now(),
    };
    let mut backoff = Backoff::default();
    // Of two billion ids one may be taken, once in a while.
    while !app.store.create_product(&product, app.random()).await? {
        if !backoff.wait().await {
            return Err(StoreError::Busy("no free product id was found".into()).into());
        }
        product.product_id = app.new_product_id();
    }
    Ok(product)
}

/// Changes a product (contract, *PATCH /airline/products/{productId}*). One request.
///
/// # Errors
/// `BadRequest` when nothing is to change; `ProductNotFound`, also for another airline's; as any write.
pub async fn change_product(
    app: &App,
    airline: &AirlineId,
    product: &ProductId,
    change: &ProductChange,
) -> Result<Product, FlyersError> {
    if *change == ProductChange::default() {
        return Err(FlyersError::BadRequest(
            "Body must have at least one of name, priceMiles, description, active".to_owned(),
        ));
    }
    app.store.change_product(airline, product, change).await?.ok_or(FlyersError::ProductNotFound)
}

/// Makes a brand (contract, *POST /airline/brands*). One request.
///
/// # Errors
/// `BrandExists` when the id, a designator or the callsign is taken; as any write.
pub async fn create_brand(app: &App, airline: &AirlineId, draft: BrandDraft) -> Result<Brand, FlyersError> {
    let brand = draft.of(airline.clone());
    if app.store.create_brand(&brand, app.random()).await? { Ok(brand) } else { Err(FlyersError::BrandExists) }
}

/// The airline's brands, by id (contract, *GET /airline/brands*). One request for each megabyte.
///
/// # Errors
/// As any read.
pub async fn brands(app: &App, airline: &AirlineId) -> Result<Vec<Brand>, FlyersError> {
    Ok(app.store.brands(airline).await?)
}
