//! The things of the domain. A value of any of these types is valid: each is parsed once, at the edge.
//!
//! Field order is the order on the wire, which clients see.

mod airline;
mod brand;
mod flight;
mod flyer;
mod ids;
mod ledger;
mod member;
mod number;
mod product;
mod text;
mod time;

pub use airline::{Airline, ApiKey, DEFAULT_INVITE_LINK, KeyDigest, ServerId};
pub use brand::{AirlineIata, AirlineIcao, Brand, BrandDraft, Callsign, Colour};
pub use flight::{DEFAULT_EVENT_LINK, Flight, FlightDraft, FlightMiles, Passenger, UpcomingFlight};
pub use flyer::{Account, Flyer, HistoryEntry};
pub use ids::{AirlineId, BrandId, FlightId, FlyerId, KeyId, MemberId, ProductId, TransactionId};
pub use ledger::{EntrySource, EntryType, LedgerEntry};
pub use member::Member;
pub use number::{Balance, Integer, MAX_MILES};
pub use product::{Description, Price, Product, ProductChange, ProductDraft};
pub use text::{AirportCode, Name, Text, WebUrl};
pub use time::Timestamp;
