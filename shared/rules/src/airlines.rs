//! Airlines with their API keys, products and brands.

use crate::Context;
use crate::commit::{Decision, NumberedChange, StorageFailure, Trace, Written, commit};
use models::{
    Airline, AirlineId, ApiKey, Brand, BrandDraft, DEFAULT_INVITE_LINK, Integer, KeyId, Link, Name, Product,
    ProductChange, ProductDraft, ProductId, ServerId, filled,
};
use serde::{Deserialize, Serialize};
use std::time::{Duration, Instant};
use store::{Attempt, BrandCreated, KeyAdded, NewAirline, NewKey, StoreError, VersionedProduct, VersionedWrite, retry};
use uuid::Uuid;

/// Maximum number of unexpired keys per airline. Creating another key and letting all of these expire fits into one
/// transaction, which is limited to 100 writes.
pub const MAX_KEYS: usize = 40;

/// Time within which a status is known, the identification of the caller included.
pub const STATUS_TIMEOUT: Duration = Duration::from_secs(2);

/// Why an airline, its keys, products or brands could not be read or changed.
#[derive(Debug, thiserror::Error)]
pub enum AirlineError {
    /// The airline does not exist.
    #[error("Airline not found")]
    NotFound,
    /// The id is already taken.
    #[error("Airline already exists")]
    AlreadyExists,
    /// The airline has no such key.
    #[error("Key not found")]
    KeyNotFound,
    /// The airline already has [`MAX_KEYS`] unexpired keys.
    #[error("Too many keys, revoke some first")]
    TooManyKeys,
    /// The airline has no such product.
    #[error("Product not found")]
    ProductNotFound,
    /// The change of a product contains no fields.
    #[error("Body must have at least one of name, priceMiles, description, active")]
    NothingToChange,
    /// The id, a designator or the callsign of the brand is already taken.
    #[error("Brand already exists")]
    BrandExists,
    /// The tables could not be read or written.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl StorageFailure for AirlineError {
    fn is_outcome_unknown(&self) -> bool {
        matches!(self, Self::Store(StoreError::OutcomeUnknown(_)))
    }
}

/// Time for which older keys stay valid beside a new one, in seconds: at most 365 days.
pub type OverlapSeconds = Integer<0, 31_536_000>;

/// Fields of a new airline.
#[derive(Debug, Clone, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct AirlineDraft {
    /// Id of the airline, chosen by the caller: 1 to 64 lower-case letters, digits and hyphens.
    pub airline_id: AirlineId,
    /// Name of the airline, 1 to 100 characters.
    #[schema(example = "SkyTeam")]
    pub name: Name,
    /// Link that invites people to the airline's community, an `http` or `https` URL or a host such as `example.com/x`, at
    /// most 2,048 characters; default `https://discord.gg/skyteam`.
    #[serde(default, deserialize_with = "filled")]
    pub invite_link: Option<Link>,
    /// Id of the airline's Discord server, a string of 17 to 20 digits; optional.
    #[serde(default, deserialize_with = "filled")]
    pub server_id: Option<ServerId>,
}

/// A new airline with its first API key.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct CreatedAirline {
    /// The airline that was created.
    pub airline: Airline,
    /// First API key of the airline, in plain text. It is shown only once, in this response.
    pub api_key: ApiKey,
    /// Id of the key, which is needed to revoke it: 1 to 64 letters, digits, `-` and `_`.
    pub key_id: KeyId,
}

/// Options of a new API key.
#[derive(Debug, Clone, Default, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct KeyDraft {
    /// Number of seconds after which the airline's older keys expire, an integer from 0 to 31,536,000 (365 days); they
    /// do not expire when absent.
    #[schema(example = 3600)]
    pub overlap_seconds: Option<OverlapSeconds>,
}

/// A new API key of an airline.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct CreatedKey {
    /// API key of the airline, in plain text. It is shown only once, in this response.
    pub api_key: ApiKey,
    /// Id of the key, which is needed to revoke it: 1 to 64 letters, digits, `-` and `_`.
    pub key_id: KeyId,
}

/// Status of the service as the calling airline sees it.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct SystemStatus {
    /// Always `true`: the service has responded.
    #[schema(example = true)]
    pub ok: bool,
    /// Whether the tables respond, so that miles can be earned and spent.
    #[schema(example = true)]
    pub miles_available: bool,
    /// The calling airline; `null` while its record cannot be read.
    #[schema(required)]
    pub airline: Option<Airline>,
}

fn new_key(context: &Context) -> (NewKey, ApiKey) {
    let (key_id, api_key) = context.new_api_key();
    (NewKey { key_id, digest: api_key.digest(), created_at: context.now() }, api_key)
}

/// Creates an airline with its first key. One request.
///
/// # Errors
/// `AlreadyExists` if the id is taken; `Store`.
pub async fn create(context: &Context, draft: AirlineDraft) -> Result<CreatedAirline, AirlineError> {
    let now = context.now();
    let default_link = || DEFAULT_INVITE_LINK.parse().expect("the default is a valid URL");
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

/// Creates another key for an airline. If the draft has an overlap, the older keys expire after it. Two requests, plus
/// two per conflicting change of the airline's keys.
///
/// # Errors
/// `NotFound` if the airline does not exist; `TooManyKeys` if it already has [`MAX_KEYS`] unexpired keys; `Store`.
pub async fn add_key(context: &Context, airline: &AirlineId, draft: &KeyDraft) -> Result<CreatedKey, AirlineError> {
    let attempt = async |()| {
        let now = context.now();
        let mut older = context.store.keys(airline).await?;
        older.retain(|key| key.ends_at.is_none_or(|end| now < end));
        if older.len() >= MAX_KEYS {
            return Err(AirlineError::TooManyKeys);
        }
        let end = now.plus(Duration::from_secs(draft.overlap_seconds.map_or(0, Integer::get)));
        // A key that expires earlier than that is left unchanged.
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

/// Revokes a key. Functions that have cached it reject it within a minute. Two requests.
///
/// # Errors
/// `KeyNotFound` if the airline has no such key; `Store`.
pub async fn revoke_key(context: &Context, airline: &AirlineId, key: &KeyId) -> Result<(), AirlineError> {
    if context.store.remove_key(airline, key, context.random()).await? {
        Ok(())
    } else {
        Err(AirlineError::KeyNotFound)
    }
}

/// Returns the airline. One request.
///
/// # Errors
/// `Store`, also if the airline has no record although it has a key.
pub async fn airline(context: &Context, airline: &AirlineId) -> Result<Airline, AirlineError> {
    let found = context.store.airline(airline).await?;
    found.ok_or_else(|| StoreError::Failed(format!("airline {airline} has a key but no record").into()).into())
}

/// Checks whether the tables respond, and returns the airline if it can be read, all of it within `time`. Never fails. One
/// request; two if the tables do not respond.
pub async fn status(context: &Context, airline: &AirlineId, time: Duration) -> SystemStatus {
    let started = Instant::now();
    // The table of airlines may respond even if the others do not, so a part of the time is left to it alone.
    let probe = tokio::time::timeout(time / 3 * 2, context.store.airline_and_probe(airline)).await;
    if let Ok(Ok(airline)) = probe {
        return SystemStatus { ok: true, miles_available: true, airline };
    }
    tracing::warn!(?probe, "the tables do not respond");
    let rest = time.saturating_sub(started.elapsed());
    let airline = tokio::time::timeout(rest, context.store.airline(airline)).await;
    SystemStatus { ok: true, miles_available: false, airline: airline.ok().and_then(Result::ok).flatten() }
}

/// Returns the airline's products, active or not, oldest first. One request per megabyte.
///
/// # Errors
/// `Store`.
pub async fn products(context: &Context, airline: &AirlineId) -> Result<Vec<Product>, AirlineError> {
    let mut products = context.store.products(airline).await?;
    products.sort_by_key(|product| product.created_at);
    Ok(products)
}

/// Creates a product. One request, plus one each time its random id is taken.
///
/// # Errors
/// `Store`.
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
        active: draft.active.unwrap_or(true),
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

/// Changes a product. Fields that are absent keep their values. Two requests, plus two per conflicting change.
///
/// # Errors
/// `NothingToChange` if the change contains no fields; `ProductNotFound` if the airline has no such product; `Store`.
pub async fn change_product(
    context: &Context,
    airline: &AirlineId,
    product: &ProductId,
    change: &ProductChange,
) -> Result<Product, AirlineError> {
    if *change == ProductChange::default() {
        return Err(AirlineError::NothingToChange);
    }
    commit(context, ProductUpdate { context, airline, product, change }).await
}

/// A change of a product. Its number is the version that it creates.
struct ProductUpdate<'a> {
    context: &'a Context,
    airline: &'a AirlineId,
    product: &'a ProductId,
    change: &'a ProductChange,
}

impl NumberedChange for ProductUpdate<'_> {
    type State = VersionedProduct;
    type Write = (VersionedProduct, Product, Uuid);
    type Answer = Product;
    type Error = AirlineError;

    async fn read(&mut self) -> Result<VersionedProduct, AirlineError> {
        let found = self.context.store.product(self.airline, self.product).await?;
        found.ok_or(AirlineError::ProductNotFound)
    }

    /// Sends no request, because the state contains the id of the operation that created it.
    async fn trace(&mut self, state: &VersionedProduct, number: u64) -> Result<Trace, StoreError> {
        Ok(Trace::of_version(state.version, state.operation, number))
    }

    fn decide(
        &mut self,
        before: VersionedProduct,
        operation: Uuid,
    ) -> Result<Decision<Self::Write, Product>, AirlineError> {
        let after = self.change.clone().applied_to(before.product.clone());
        Ok(if after == before.product {
            Decision::Answer(after)
        } else {
            let number = before.version + 1;
            Decision::Write { number, write: (before, after.clone(), operation), answer: after }
        })
    }

    async fn write(&mut self, (before, after, operation): Self::Write) -> Result<Written, AirlineError> {
        Ok(match self.context.store.change_product(&before, &after, operation).await? {
            VersionedWrite::Done => Written::Done,
            VersionedWrite::Stale { in_doubt } => Written::Stale { in_doubt },
        })
    }
}

/// Creates a brand. One request; a primary one takes two, plus two per conflicting change of the primary brand.
///
/// # Errors
/// `BrandExists` if the id, a designator or the callsign is taken; `Store`.
pub async fn create_brand(context: &Context, airline: &AirlineId, draft: BrandDraft) -> Result<Brand, AirlineError> {
    let brand = draft.of(airline.clone());
    let attempt = async |()| {
        let primary = if brand.is_primary { Some(context.store.primary_brand(airline).await?) } else { None };
        let created =
            context.store.create_brand(&brand, primary.as_ref().map(Option::as_ref), context.random()).await?;
        match created {
            BrandCreated::Done => Ok(Attempt::Done(())),
            BrandCreated::Taken => Err(AirlineError::BrandExists),
            BrandCreated::PrimaryChanged => Ok(Attempt::Repeat("the primary brand kept changing".into(), ())),
        }
    };
    retry((), attempt, |cause, ()| StoreError::Busy(cause).into()).await?;
    Ok(brand)
}

/// Returns the airline's brands, ordered by id. One request per megabyte.
///
/// # Errors
/// `Store`.
pub async fn brands(context: &Context, airline: &AirlineId) -> Result<Vec<Brand>, AirlineError> {
    Ok(context.store.brands(airline).await?)
}
