//! Earning miles.

use super::idempotency::{IdempotencyKey, Settled, fingerprint, replay};
use super::movement::{Reason, movement};
use super::settle::{Judgement, settle};
use crate::App;
use crate::error::FlyersError;
use crate::models::{
    Account, AirlineId, EntrySource, FlightId, FlightMiles, Flyer, FlyerId, Integer, Name, Passenger, Timestamp, WebUrl,
};
use crate::store::{BoardingState, Effect, OutcomeOf};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// Who boards, for how many miles.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Boarding {
    /// ROBLOX user id.
    pub user_id: FlyerId,
    /// Miles earned.
    #[schema(example = 500)]
    pub miles: FlightMiles,
    /// ROBLOX user name; required for a flyer not seen before, else not used.
    #[schema(example = "pilot123")]
    pub username: Option<Name>,
    /// ROBLOX display name; required for a flyer not seen before, else not used.
    #[schema(example = "Captain John")]
    pub display_name: Option<Name>,
    /// Where the picture of a flyer not seen before is.
    pub avatar_url: Option<WebUrl>,
}

/// What a boarding answers.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Boarded {
    /// The flyer on the flight.
    pub passenger: Passenger,
    /// The flyer, with the new balance.
    pub user: Flyer,
}

/// Boards a flyer on a flight of the airline and credits the miles (contract, *POST /flight/{id}/passengers*).
/// A flyer not seen before is made. Two requests if nobody is in the way.
///
/// # Errors
/// In this order: `IdempotencyKeyReused`; `FlightNotFound`, also if the airline neither operates nor shares it;
/// `AlreadyBoarded`; `FlightEnded`; `BadRequest` for a new flyer without names, or a balance past its range;
/// `PleaseRetry` when the time is up and nothing happened.
pub async fn board(
    app: &App,
    airline: &AirlineId,
    flight: FlightId,
    boarding: &Boarding,
    idempotency_key: Option<&IdempotencyKey>,
) -> Result<Settled<Boarded>, FlyersError> {
    let flyer = &boarding.user_id;
    let outcome_of = idempotency_key.map(|key| OutcomeOf { airline, flyer, key: key.as_str() });
    let fingerprint = fingerprint(&("boarding", flight, boarding));
    let judge = async |operation: Uuid| {
        let state = app.store.boarding_state(flyer, flight, outcome_of).await?;
        judge(app, airline, boarding, &fingerprint, operation, state)
    };
    settle(app, outcome_of.map(|of| (of, fingerprint.as_str())), judge).await
}

fn judge(
    app: &App,
    airline: &AirlineId,
    boarding: &Boarding,
    fingerprint: &str,
    operation: Uuid,
    state: BoardingState,
) -> Result<Judgement<Boarded>, FlyersError> {
    let now = app.now();
    if let Some(settled) = replay(state.outcome.as_ref(), fingerprint, now)? {
        return Ok(Judgement::Replay(settled));
    }
    let flight = state.flight.filter(|flight| flight.is_flown_by(airline)).ok_or(FlyersError::FlightNotFound)?;
    if state.passenger.is_some() {
        return Err(FlyersError::AlreadyBoarded);
    }
    if flight.end_time.is_some() {
        return Err(FlyersError::FlightEnded);
    }
    let is_new = state.account.is_none();
    let account = state.account.map_or_else(|| new_account(boarding, now), Ok)?;
    let miles = boarding.miles.get();
    let passenger = Passenger { flight_id: flight.id, user_id: boarding.user_id.clone(), miles, joined_at: now };
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
        Effect::FlightOpen(flight.id),
        Effect::Boarding { passenger: passenger.clone(), history_position: account.flights_count },
    ];
    let movement = movement(&account, is_new, reason, operation, now, effects)
        .ok_or_else(|| FlyersError::BadRequest("\"miles\" would take the balance past its range".to_owned()))?;
    let answer = Boarded { passenger, user: movement.account.flyer.clone() };
    Ok(Judgement::Move(Box::new(movement), answer))
}

fn new_account(boarding: &Boarding, now: Timestamp) -> Result<Account, FlyersError> {
    let required = |name: &Option<Name>, field| {
        let missing = || FlyersError::BadRequest(format!("\"{field}\" is required for a flyer not seen before"));
        name.clone().ok_or_else(missing)
    };
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
