//! The types of the domain. Every value of these types is valid: it is parsed once, where it enters the system.
//!
//! Their serialized form is the one used in requests and responses, including the order of fields. How they are stored
//! is up to the crate `store`.

mod airline;
mod badge;
mod brand;
mod characters;
mod contact;
pub mod facet;
mod flight;
mod flyer;
mod given;
mod ids;
mod imported_from;
mod json;
mod kept;
mod ledger;
mod limits;
mod link;
mod member;
mod number;
mod outside_ids;
mod position;
mod product;
mod skill;
mod status;
mod string_type;
mod text;
mod time;
mod username;

pub use airline::{Airline, ApiKey, DEFAULT_INVITE_LINK, KeyDigest};
pub use badge::Badge;
pub use brand::{AirlineIata, AirlineIcao, Brand, BrandDraft, Callsign, Colour};
pub use contact::{Email, Phone};
pub use flight::{DEFAULT_EVENT_LINK, Flight, FlightChange, FlightDraft, FlightMiles, Passenger, UpcomingFlight};
pub use flyer::{Account, Flyer, HistoryEntry};
pub use given::{filled, filled_or_removed, present, shown};
pub use ids::{
    AirlineId, BadgeId, BrandId, FlightId, KeyId, LevelId, MemberId, ProductId, RoleName, TagId, TransactionId,
};
pub use imported_from::{HistoryKind, ImportedFrom, Rewriting, RowId};
pub use json::{JsonError, parse_json};
pub use kept::{Keep, kept};
pub use ledger::{AdjustedMiles, EntrySource, EntryType, LedgerEntry};
pub use limits::MAX_ANSWER_BYTES;
pub use link::{AvatarUrl, Link};
pub use member::{
    ARCHIVED, IN_DISCORD, MEMBER, Member, Picture, PrivateMember, Profile, ProfileText, PublicMember, RESTRICTED,
    SUPER_USER, Tokens, Years,
};
pub use number::{Balance, Integer, MAX_MILES, whole};
pub use outside_ids::{DiscordId, FlyerId, GameId, GithubLogin, GithubNumber, IdNumber, ServerId};
pub use position::{ListingKey, Position};
pub use product::{Description, Price, Product, ProductChange, ProductDraft};
pub use skill::{Label, Skill, SkillDraft};
pub use status::{ProfileStatus, State, Status, UserStatus};
pub use text::{AirportCode, Lines, Name, Text};
pub use time::{Millis, Timestamp};
pub use username::Username;
