//! Boarding flights, which earns miles.

use super::LedgerError;
use super::commit::{Request, commit_movement};
use super::movement::{Reason, ensure_movable, movement};
use crate::Context;
use crate::idempotency::{Answered, IdempotencyKey, Recordable, Repeatable};
use models::{
    Account, AirlineId, AvatarUrl, EntrySource, FlightId, FlightMiles, Flyer, FlyerId, IdNumber, Integer, Name,
    Passenger, Timestamp, shown,
};
use serde::{Deserialize, Serialize};
use store::{BoardingState, Effect, Movement};
use uuid::Uuid;

/// A flyer who boards a flight, and the miles that the flyer earns on it.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Boarding {
    /// ROBLOX user id of the passenger, from 1 to 2^63 - 1, as a string or as an integer.
    #[schema(value_type = IdNumber, example = "123456789")]
    pub user_id: FlyerId,
    /// Miles that the passenger earns on the flight, an integer from 0 to 1,000,000.
    #[schema(example = 500)]
    pub miles: FlightMiles,
    /// ROBLOX user name of the flyer, 1 to 100 characters. Required for a flyer who was never seen before; replaces that of
    /// any other, unless it cannot be shown.
    #[serde(default, deserialize_with = "shown")]
    #[schema(example = "pilot123")]
    pub username: Option<Name>,
    /// ROBLOX display name of the flyer, 1 to 100 characters. Required for a flyer who was never seen before; replaces that
    /// of any other, unless it cannot be shown.
    #[serde(default, deserialize_with = "shown")]
    #[schema(example = "Captain John")]
    pub display_name: Option<Name>,
    /// URL of the flyer's avatar picture, at most 2,048 characters: `http`, `https`, a host such as `example.com/x`, or
    /// ROBLOX's own (`rbxthumb:`, `rbxassetid:`, `rbxasset:`, `//host/…`); optional. Replaces that of a flyer seen before;
    /// left out if it cannot be shown.
    #[serde(default, deserialize_with = "shown")]
    pub avatar_url: Option<AvatarUrl>,
}

/// Result of a boarding: the passenger, and the flyer afterwards.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
pub struct Boarded {
    /// The flyer as a passenger of the flight.
    pub passenger: Passenger,
    /// The flyer after the boarding, with the new balance.
    pub user: Flyer,
}

impl Recordable for Boarded {
    const STATUS: u16 = 201;
}

/// Boards a flyer on a flight that the airline operates or shares, and credits the miles, in one transaction. Creates a
/// flyer who was never seen before. Two requests, plus two per conflicting movement of the flyer's miles.
///
/// # Errors
/// In this order: `IdempotencyKeyReused`; `FlightNotFound`; `AlreadyBoarded`; `FlightEnded`; `NameRequired` for a new
/// flyer without names; `BalanceOutOfRange`; `Store`.
pub async fn board(
    context: &Context,
    airline: &AirlineId,
    flight: FlightId,
    boarding: &Boarding,
    idempotency_key: Option<&IdempotencyKey>,
) -> Result<Answered<Boarded>, LedgerError> {
    let flyer = &boarding.user_id;
    let request = ("boarding", flight, boarding);
    let repeatable = |key| Repeatable::new(key, airline, flyer, &request).known_before_as(&request);
    let repeatable = idempotency_key.map(repeatable);
    let request = Request { flyer, repeatable: repeatable.as_ref() };
    let read = || context.store.boarding_state(flyer, flight, repeatable.as_ref().map(|given| given.of));
    let decide = |state, operation| decide(context, airline, boarding, operation, state);
    commit_movement(context, request, read, decide).await
}

fn decide(
    context: &Context,
    airline: &AirlineId,
    boarding: &Boarding,
    operation: Uuid,
    state: BoardingState,
) -> Result<(Movement, Boarded), LedgerError> {
    let now = context.now();
    let flight = state.flight.filter(|flight| flight.is_flown_by(airline)).ok_or(LedgerError::FlightNotFound)?;
    if state.passenger.is_some() {
        return Err(LedgerError::AlreadyBoarded);
    }
    if flight.end_time.is_some() {
        return Err(LedgerError::FlightEnded);
    }
    let is_new = state.account.is_none();
    let mut account = state.account.map_or_else(|| new_account(boarding, now), Ok)?;
    ensure_movable(&account)?;
    refresh(&mut account.flyer, boarding);
    let miles = boarding.miles.get();
    let user_id = boarding.user_id.clone();
    let passenger = Passenger { flight_id: flight.id, user_id, miles, joined_at: now, reversed_at: None };
    let reason = Reason {
        amount: i64::try_from(miles).expect("miles of a flight are at most 1,000,000"),
        source: EntrySource::Flight,
        airline_id: Some(airline.clone()),
        flight_id: Some(flight.id),
        product_id: None,
        note: "Miles earned from flight".to_owned(),
        reverses: None,
    };
    let effects = vec![
        Effect::FlightBoarded(flight.id),
        Effect::Boarding { passenger: passenger.clone(), history_position: account.flights_count },
    ];
    let movement = movement(&account, is_new, reason, operation, now, effects)
        .ok_or_else(|| LedgerError::BalanceOutOfRange("\"miles\""))?;
    let answer = Boarded { passenger, user: movement.account.flyer.clone() };
    Ok((movement, answer))
}

/// Takes over the names and the picture that are given: people rename themselves, and addresses of pictures age.
fn refresh(flyer: &mut Flyer, boarding: &Boarding) {
    let Boarding { username, display_name, avatar_url, .. } = boarding.clone();
    flyer.username = username.unwrap_or_else(|| flyer.username.clone());
    flyer.display_name = display_name.unwrap_or_else(|| flyer.display_name.clone());
    flyer.avatar_url = avatar_url.or_else(|| flyer.avatar_url.take());
}

fn new_account(boarding: &Boarding, now: Timestamp) -> Result<Account, LedgerError> {
    let required = |name: &Option<Name>, field| name.clone().ok_or(LedgerError::NameRequired(field));
    Ok(Account {
        flyer: Flyer {
            user_id: boarding.user_id.clone(),
            username: required(&boarding.username, "username")?,
            display_name: required(&boarding.display_name, "displayName")?,
            miles: Integer::try_from(0).expect("0 is in range"),
            avatar_url: boarding.avatar_url.clone(),
            created_at: now,
            updated_at: now,
        },
        seq: 0,
        flights_count: 0,
        rewriting: None,
    })
}
