//! Generates members, airlines, brands, products and flights. Each row is computed from its number, so that other rows
//! can refer to it.

use super::{flight_id, time, written};
use fastrand::Rng;
use serde_json::{Value, json};

const FIRST_NAMES: [&str; 8] = ["Ada", "Amelia", "Bessie", "Charles", "Emil", "Grace", "Katherine", "Orville"];
const LAST_NAMES: [&str; 8] = ["Coleman", "Earhart", "Hopper", "Johnson", "Lindbergh", "Lovelace", "Post", "Wright"];
const AIRCRAFT: [&str; 4] = ["Boeing 737-800", "Airbus A320", "Embraer E190", "De Havilland Canada Dash 8"];
const AIRPORTS: [&str; 8] = ["KJFK", "KLAX", "EGLL", "EHAM", "LFPG", "EDDF", "RJTT", "YSSY"];
const GOODS: [&str; 4] = ["Priority Boarding", "Lounge Access", "Window Seat", "Upgrade"];

const UPPER: &[u8; 36] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";

/// Writes a number with `length` digits from the given alphabet.
fn digits(mut number: u64, alphabet: &[u8], length: usize) -> String {
    let mut digits = vec![alphabet[0]; length];
    let base = alphabet.len() as u64;
    for place in digits.iter_mut().rev() {
        *place = alphabet[usize::try_from(number % base).expect("a remainder is below the base")];
        number /= base;
    }
    String::from_utf8(digits).expect("alphabets are ASCII")
}

/// A generated community.
pub struct Community {
    /// Number of rows of each kind.
    pub rows: u64,
    pub seed: u64,
    /// Number of rows in 1,000 that have a defect.
    pub defects: u32,
}

impl Community {
    /// Returns the random numbers of a row.
    pub fn random(&self, kind: &str, number: u64) -> Rng {
        let kind = kind.bytes().fold(self.seed, |hash, byte| hash.wrapping_mul(31).wrapping_add(u64::from(byte)));
        Rng::with_seed(kind ^ number.wrapping_mul(0x9e37_79b9_7f4a_7c15))
    }

    pub fn is_defective(&self, random: &mut Rng) -> bool {
        random.u32(..1000) < self.defects
    }

    /// Returns the number of brands. There are only 36 × 36 IATA designators.
    pub fn brands(&self) -> u64 {
        self.rows.min(36 * 36)
    }

    /// Returns a member as exported from Firestore, including fields that are not imported.
    pub fn member(&self, number: u64) -> Value {
        let mut random = self.random("member", number);
        let has_left = random.u8(..10) == 0;
        let created_at = time(number, 0).as_millisecond();
        let mut member = json!({
            "id": format!("member{number:08}"), "username": format!("pilot-{number}"),
            "first_name": random.choice(FIRST_NAMES), "last_name": random.choice(LAST_NAMES),
            "email": format!("pilot-{number}@example.com"), "phone": format!("+1202555{:04}", number % 10_000),
            "yoe": random.u8(..20), "company": "", "img": format!("https://example.com/{number}.png"),
            "github_id": format!("pilot-{number}"), "github_user_id": format!("{}", 1_000_000 + number),
            "github_display_name": format!("Pilot {number}"), "isMember": !has_left, "tokens": {},
            "roles": { "archived": has_left, "in_discord": !has_left, "member": random.bool() },
            "incompleteUserDetails": false, "created_at": created_at, "updated_at": created_at,
        });
        if random.bool() {
            member["discordId"] = json!(format!("{}", 799_600_467_218_000_000 + number));
            member["discordJoinedAt"] = json!("2023-01-02T03:04:05.678000+00:00");
        }
        member
    }

    /// Returns an airline, with the API key that its game servers use.
    pub fn airline(&self, number: u64) -> Value {
        let key = self.random("key", number).u128(..);
        json!({
            "airlineId": format!("airline-{number}"), "name": format!("Airline {number}"),
            "apiKey": format!("key_{key:032x}"), "inviteLink": "https://discord.gg/example",
            "serverId": format!("{}", 899_600_467_218_000_000 + number),
            "createdAt": written(time(number, 0)), "updatedAt": written(time(number, 0)),
        })
    }

    /// Returns the primary brand of the airline with the same number.
    pub fn brand(number: u64) -> Value {
        json!({
            "brandId": format!("brand-{number}"), "airlineId": format!("airline-{number}"),
            "name": format!("Brand {number}"), "iata": digits(number, UPPER, 2),
            "icao": digits(number, &UPPER[..26], 3), "callsign": format!("EXAMPLE {number}"), "isPrimary": true,
            "logoUrl": null, "accentColor": "#2ea5f7", "secondaryColor": "#242429", "elementColor": "#fbfbfb",
        })
    }

    /// Returns the ID of a product.
    pub fn product_id(number: u64) -> String {
        digits(number, b"0123456789abcdefghijklmnopqrstuvwxyz", 6)
    }

    /// Returns the name of a product.
    pub fn product_name(number: u64) -> &'static str {
        GOODS[usize::try_from(number % 4).expect("a remainder is below 4")]
    }

    /// Returns a product of a random airline.
    pub fn product(&self, number: u64) -> Value {
        let mut random = self.random("product", number);
        json!({
            "productId": Self::product_id(number), "airlineId": format!("airline-{}", random.u64(..self.rows)),
            "name": Self::product_name(number), "description": null, "priceMiles": random.u32(50..5000),
            "active": random.u8(..10) > 0, "createdAt": written(time(number, 0)),
        })
    }

    /// Returns a flight of a random airline that has a brand. One in ten flights was never ended.
    pub fn flight(&self, number: u64) -> Value {
        let mut random = self.random("flight", number);
        let brand = random.u64(..self.brands());
        let codeshare = (random.u8(..10) == 0).then(|| format!("airline-{}", random.u64(..self.rows)));
        let start = flight_start(number);
        let end = (random.u8(..10) > 0).then(|| written(time(start + 90, 0)));
        json!({
            "id": flight_id(self.seed, number), "code": format!("EX{}", number % 10_000),
            "gameId": format!("{}", 1_000_000_000 + number), "aircraft": random.choice(AIRCRAFT),
            "airlineId": format!("airline-{brand}"), "brandId": format!("brand-{brand}"),
            "startTime": written(time(start, 0)), "startedAt": written(time(start + 5, 0)), "endTime": end,
            "lastTickAt": written(time(start + 89, 0)), "codeshareAirlineId": codeshare,
            "departure": random.choice(AIRPORTS), "arrival": random.choice(AIRPORTS), "discordEventLink": null,
        })
    }
}

/// Returns when a flight starts, in minutes after the start of the original system.
pub fn flight_start(number: u64) -> u64 {
    number * 10
}
