//! The things of the domain. A value of any of these types is valid: each is parsed once, at the edge.
//!
//! Field order is the order on the wire, which clients see.

mod airline;
mod brand;
mod community;
pub mod facet;
mod flight;
mod flyer;
mod ids;
mod ledger;
mod member;
mod number;
mod origin;
mod product;
mod text;
mod time;

pub use airline::{Airline, ApiKey, DEFAULT_INVITE_LINK, KeyDigest, ServerId};
pub use brand::{AirlineIata, AirlineIcao, Brand, BrandDraft, Callsign, Colour};
pub use community::{
    Badge, BadgeId, DiscordId, Label, LevelId, RoleName, Skill, SkillDraft, State, Status, TagId, UserStatus,
};
pub use flight::{DEFAULT_EVENT_LINK, Flight, FlightDraft, FlightMiles, Passenger, UpcomingFlight};
pub use flyer::{Account, Flyer, HistoryEntry};
pub use ids::{AirlineId, BrandId, FlightId, FlyerId, KeyId, MemberId, ProductId, TransactionId, Username};
pub use ledger::{EntrySource, EntryType, LedgerEntry};
pub use member::{
    ARCHIVED, Email, Handle, IN_DISCORD, MEMBER, Member, Millis, Phone, Picture, PrivateMember, Profile, ProfileText,
    PublicMember, RESTRICTED, SUPER_USER, Tokens, Years,
};
pub use number::{Balance, Integer, MAX_MILES};
pub use origin::{HistoryKind, Origin, Rewriting, RowId};
pub use product::{Description, Price, Product, ProductChange, ProductDraft};
pub use text::{AirportCode, Name, Text, WebUrl};
pub use time::Timestamp;

/// Tells a field that is present, be it null, from one that is absent: serde calls this only for the former. A field of a
/// type that has no null then refuses it.
///
/// # Errors
/// Those of the type.
pub fn present<'de, T: serde::Deserialize<'de>, D: serde::Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<T>, D::Error> {
    T::deserialize(deserializer).map(Some)
}
