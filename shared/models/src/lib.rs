//! The types of the domain. Every value of these types is valid: it is parsed once, where it enters the system.
//!
//! Their serialized form is the one used in requests and responses, including the order of fields. How they are stored
//! is up to the crate `store`.

mod airline;
mod badge;
mod brand;
pub mod facet;
mod flight;
mod flyer;
mod ids;
mod imported_from;
mod json;
mod ledger;
mod limits;
mod member;
mod number;
mod position;
mod product;
mod skill;
mod status;
mod string_type;
mod text;
mod time;
mod username;

pub use airline::{Airline, ApiKey, DEFAULT_INVITE_LINK, KeyDigest, ServerId};
pub use badge::Badge;
pub use brand::{AirlineIata, AirlineIcao, Brand, BrandDraft, Callsign, Colour};
pub use flight::{DEFAULT_EVENT_LINK, Flight, FlightChange, FlightDraft, FlightMiles, Passenger, UpcomingFlight};
pub use flyer::{Account, Flyer, HistoryEntry};
pub use ids::{
    AirlineId, BadgeId, BrandId, DiscordId, FlightId, FlyerId, KeyId, LevelId, MemberId, ProductId, RoleName, TagId,
    TransactionId,
};
pub use imported_from::{HistoryKind, ImportedFrom, Rewriting, RowId};
pub use json::{JsonError, parse_json};
pub use ledger::{AdjustedMiles, EntrySource, EntryType, LedgerEntry};
pub use limits::MAX_ANSWER_BYTES;
pub use member::{
    ARCHIVED, Email, Handle, IN_DISCORD, MEMBER, Member, Phone, Picture, PrivateMember, Profile, ProfileText,
    PublicMember, RESTRICTED, SUPER_USER, Tokens, Years,
};
pub use number::{Balance, Integer, MAX_MILES};
pub use position::{ListingKey, Position};
pub use product::{Description, Price, Product, ProductChange, ProductDraft};
pub use skill::{Label, Skill, SkillDraft};
pub use status::{ProfileStatus, State, Status, UserStatus};
pub use text::{AirportCode, Name, Text, WebUrl};
pub use time::{Millis, Timestamp};
pub use username::Username;

/// Distinguishes a field that is present, even if it is `null`, from one that is absent: serde calls this function only
/// for the former. A type that has no null value then rejects it.
///
/// # Errors
/// Returns the errors of the type's own deserializer.
pub fn present<'de, T: serde::Deserialize<'de>, D: serde::Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<T>, D::Error> {
    T::deserialize(deserializer).map(Some)
}
