//! Generates flyers, with the flights that they boarded and the miles that they earned and spent.

use super::community::{Community, flight_start};
use super::{Rows, flight_id, time, written};
use anyhow::Result;
use fastrand::Rng;
use serde_json::{Value, json};
use std::path::Path;

/// Each flyer's balance and number of flights, according to the rows written so far.
struct Flyers {
    miles: Vec<i64>,
    flights: Vec<u64>,
}

struct Histories<'a> {
    community: &'a Community,
    flyers: Flyers,
    passengers: Rows,
    transactions: Rows,
    next_transaction: u64,
}

/// Writes the files of flyers, passengers and transactions.
pub fn write(directory: &Path, community: &Community) -> Result<()> {
    let flyers = usize::try_from(community.rows)?;
    let mut histories = Histories {
        community,
        flyers: Flyers { miles: vec![0; flyers], flights: vec![0; flyers] },
        passengers: Rows::of(directory, "passengers")?,
        transactions: Rows::of(directory, "transactions")?,
        next_transaction: 1,
    };
    for number in 0..community.rows {
        histories.boarding(number)?;
    }
    let Histories { flyers, passengers, transactions, .. } = histories;
    passengers.finish()?;
    transactions.finish()?;
    super::write_file(
        directory,
        "flyers",
        (0..).zip(flyers.miles).map(|(number, miles)| flyer(community, number, miles)),
    )
}

impl Histories<'_> {
    /// Writes a passenger, the transaction that credits the miles and, for every fourth boarding, another transaction.
    fn boarding(&mut self, number: u64) -> Result<()> {
        let community = self.community;
        let mut random = community.random("boarding", number);
        let flyer = flyer_of(community, number);
        let flight = self.next_flight(flyer);
        let miles: i64 = random.i64(50..2000);
        let at = written(time(flight_start(flight) + 3, random.u64(..60_000)));
        let (user_id, flight_id) = (user_id(flyer), flight_id(community.seed, flight).to_string());
        let passenger =
            |miles: i64| json!({ "flightId": flight_id, "userId": user_id, "miles": miles, "createdAt": at });
        self.passengers.add(&passenger(miles))?;
        self.flyers.miles[flyer] += miles;
        let earned = json!({
            "userId": user_id, "amount": miles, "type": "earn", "source": "flight", "flightId": flight_id,
            "note": "Miles earned from flight", "createdAt": at,
        });
        match (community.is_defective(&mut random), random.u8(..3)) {
            (true, 0) => self.passengers.add(&passenger(miles + 1))?,
            (true, 1) => {
                self.transaction(earned.clone())?;
                self.transaction(earned)?;
            }
            (true, _) => {}
            (false, _) => self.transaction(earned)?,
        }
        if number.is_multiple_of(4) {
            self.other(flyer, flight, &mut random)?;
        }
        Ok(())
    }

    /// Writes a purchase, or a bonus if the flyer does not have enough miles for the purchase.
    fn other(&mut self, flyer: usize, flight: u64, random: &mut Rng) -> Result<()> {
        let price = random.i64(50..1500);
        let user_id = user_id(flyer);
        let at = written(time(flight_start(flight) + 60, random.u64(..60_000)));
        let balance = &mut self.flyers.miles[flyer];
        if *balance < price {
            *balance += 100;
            return self.transaction(json!({
                "userId": user_id, "amount": 100, "type": "earn", "source": "bonus", "note": "Welcome", "createdAt": at,
            }));
        }
        *balance -= price;
        let product = random.u64(..self.community.rows);
        let name = Community::product_name(product);
        let product_id = random.bool().then(|| Community::product_id(product));
        self.transaction(json!({
            "userId": user_id, "amount": -price, "type": "spend", "source": "purchase", "productId": product_id,
            "note": format!("Purchase: {name}"), "createdAt": at,
        }))
    }

    fn transaction(&mut self, mut row: Value) -> Result<()> {
        row["id"] = json!(self.next_transaction);
        self.next_transaction += 1;
        self.transactions.add(&row)
    }

    /// Returns a flight that the flyer has not boarded yet.
    fn next_flight(&mut self, flyer: usize) -> u64 {
        let boarded = &mut self.flyers.flights[flyer];
        *boarded += 1;
        let first = self.community.random("first flight", flyer as u64).u64(..self.community.rows);
        (first + *boarded) % self.community.rows
    }
}

/// Returns the flyer of a boarding. One in a thousand flyers accounts for a quarter of all boardings.
fn flyer_of(community: &Community, number: u64) -> usize {
    let rows = community.rows;
    let busy = rows / 1000 + 1;
    let flyer = if number < rows / 4 { number % busy } else { number };
    usize::try_from(flyer).expect("a vector has one element per flyer")
}

fn user_id(flyer: usize) -> String {
    format!("{}", 100_000_000 + flyer)
}

fn flyer(community: &Community, number: usize, miles: i64) -> Value {
    let mut random = community.random("flyer", number as u64);
    let miles = match (community.is_defective(&mut random), random.u8(..10)) {
        (true, 0) => -random.i64(1..500),
        (true, _) => miles + random.i64(1..500),
        (false, _) => miles,
    };
    json!({
        "userId": user_id(number), "username": format!("flyer{number}"), "displayName": format!("Flyer {number}"),
        "miles": miles, "avatarUrl": null, "createdAt": "2022-01-01 00:00:00",
        "updatedAt": written(time(number as u64, 0)),
    })
}
