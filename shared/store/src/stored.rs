//! The stored form of every item.
//!
//! Models are converted to and from the types in this module, which define the attribute names. Renaming a field in
//! Rust or in the API therefore does not change the tables.

use crate::{Checkpoint, KeyRecord, LiveKey, MemberAudit, Outcome, StoredEntry};
use models::facet::EntryDetail;
use models::{
    Account, Airline, AirlineIata, AirlineIcao, AirlineId, AirportCode, AvatarUrl, Badge, BadgeId, Balance, Brand,
    BrandId, Callsign, Colour, Description, DiscordId, Email, EntrySource, EntryType, Flight, FlightId, Flyer, FlyerId,
    GameId, GithubLogin, GithubNumber, HistoryEntry, HistoryKind, ImportedFrom, Label, LedgerEntry, LevelId, Lines,
    Link, Member, MemberId, Millis, Name, Passenger, Phone, Picture, Price, Product, ProductId, Profile, ProfileText,
    Rewriting, ServerId, Skill, State, Status, TagId, Text, Timestamp, Username, Years, kept,
};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use uuid::Uuid;

/// A value that can be stored in an item.
pub(crate) trait Stored: Sized {
    /// The stored form.
    type Form: Serialize + DeserializeOwned + Into<Self>;

    /// Converts the value to its stored form.
    fn form(&self) -> Self::Form;
}

/// Defines the stored form of a struct: which fields are stored, and under which attribute names. `but` lists the
/// fields that are not stored, with the values that they get when an item is read. A `kept` field is read as it is: its
/// type may have become stricter since.
macro_rules! stored {
    (
        $model:ident as $form:ident { $($(#[$kept:meta])* $field:ident: $type:ty = $name:literal),+ $(,)? }
        $(but { $($unstored:ident: $value:expr),+ })?
    ) => {
        #[derive(Serialize, Deserialize)]
        pub(crate) struct $form {
            $($(#[$kept])* #[serde(rename = $name)] $field: $type,)+
        }

        impl Stored for $model {
            type Form = $form;

            fn form(&self) -> $form {
                $form { $($field: self.$field.clone(),)+ }
            }
        }

        impl From<$form> for $model {
            fn from(form: $form) -> Self {
                Self { $($field: form.$field,)+ $($($unstored: $value,)+)? }
            }
        }
    };
}

/// Implements [`Stored`] for types of this crate that are their own stored form.
macro_rules! stored_as_is {
    ($($type:ty),+ $(,)?) => {$(
        impl Stored for $type {
            type Form = Self;

            fn form(&self) -> Self {
                self.clone()
            }
        }
    )+};
}
stored_as_is!(
    BrandClaim,
    CheckpointItem,
    Claim,
    FlightKey,
    FlightKeys,
    Ignored,
    KeyRecord,
    LiveKey,
    MemberAudit,
    Outcome
);

/// An item of which nothing matters but that it exists.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Ignored {}

/// A claim on a value that must be unique among brands.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct BrandClaim {
    /// The airline of the brand.
    #[serde(rename = "airlineId")]
    pub airline_id: AirlineId,
    /// The brand that holds the claim.
    #[serde(rename = "brandId")]
    pub brand_id: BrandId,
}

/// A claim on a value that must be unique among members.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct Claim {
    /// The member who holds the claim.
    pub id: MemberId,
}

/// Where the nightly audit continues.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct CheckpointItem {
    /// Where it continues; `None` if the last run was complete.
    pub next: Option<Checkpoint>,
    /// Time the run began that stopped there.
    #[serde(rename = "begunAt")]
    pub begun_at: Timestamp,
}

/// When a job first stopped because it would have changed too much; no time if its last run did not stop.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct SafetyStop {
    #[serde(rename = "stoppedAt")]
    pub stopped_at: Option<Timestamp>,
}
stored_as_is!(SafetyStop);

/// An item of an index that holds nothing but keys.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct FlightKey {
    pub pk: String,
}

/// An item of the index of running flights.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct FlightKeys {
    pub pk: String,
    #[serde(rename = "lastTickAt")]
    pub last_tick_at: Timestamp,
}

stored! {
    Airline as AirlineItem {
        airline_id: AirlineId = "airlineId",
        #[serde(deserialize_with = "kept")]
        name: Name = "name",
        #[serde(deserialize_with = "kept")]
        invite_link: Link = "inviteLink",
        #[serde(default, deserialize_with = "kept")]
        server_id: Option<ServerId> = "serverId",
        created_at: Timestamp = "createdAt",
        updated_at: Timestamp = "updatedAt",
    }
}

/// The attribute of an airline that names its primary brand. Since there is only one such attribute, changing the
/// primary brand is a single write.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct PrimaryBrand {
    #[serde(rename = "primaryBrandId")]
    pub brand_id: Option<BrandId>,
}
stored_as_is!(PrimaryBrand);

stored! {
    Brand as BrandItem {
        brand_id: BrandId = "brandId",
        airline_id: AirlineId = "airlineId",
        #[serde(deserialize_with = "kept")]
        name: Name = "name",
        iata: AirlineIata = "iata",
        icao: AirlineIcao = "icao",
        #[serde(deserialize_with = "kept")]
        callsign: Callsign = "callsign",
        #[serde(default, deserialize_with = "kept")]
        logo_url: Option<Link> = "logoUrl",
        accent_color: Colour = "accentColor",
        secondary_color: Colour = "secondaryColor",
        element_color: Colour = "elementColor",
    } but { is_primary: false }
}

stored! {
    Product as ProductForm {
        product_id: ProductId = "productId",
        airline_id: AirlineId = "airlineId",
        #[serde(deserialize_with = "kept")]
        name: Name = "name",
        #[serde(default, deserialize_with = "kept")]
        description: Option<Description> = "description",
        price_miles: Price = "priceMiles",
        active: bool = "active",
        created_at: Timestamp = "createdAt",
    }
}

/// A product with what its changes are conditional on.
#[derive(Debug, Clone, PartialEq)]
pub struct VersionedProduct {
    /// The product.
    pub product: Product,
    /// Number of changes since it was created.
    pub version: u64,
    /// Id of the operation that made the last change.
    pub operation: Option<Uuid>,
}

#[derive(Serialize, Deserialize)]
pub(crate) struct ProductItem {
    #[serde(flatten)]
    product: ProductForm,
    /// Absent before the first change.
    #[serde(default, skip_serializing_if = "is_zero")]
    version: u64,
    operation: Option<Uuid>,
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
fn is_zero(version: &u64) -> bool {
    *version == 0
}

impl Stored for VersionedProduct {
    type Form = ProductItem;

    fn form(&self) -> ProductItem {
        ProductItem { product: self.product.form(), version: self.version, operation: self.operation }
    }
}

impl From<ProductItem> for VersionedProduct {
    fn from(item: ProductItem) -> Self {
        Self { product: item.product.into(), version: item.version, operation: item.operation }
    }
}

stored! {
    Flight as FlightForm {
        id: FlightId = "id",
        #[serde(deserialize_with = "kept")]
        code: Name = "code",
        #[serde(deserialize_with = "kept")]
        game_id: GameId = "gameId",
        #[serde(deserialize_with = "kept")]
        aircraft: Name = "aircraft",
        airline_id: AirlineId = "airlineId",
        brand_id: BrandId = "brandId",
        departure: AirportCode = "departure",
        arrival: AirportCode = "arrival",
        start_time: Timestamp = "startTime",
        started_at: Option<Timestamp> = "startedAt",
        end_time: Option<Timestamp> = "endTime",
        codeshare_airline_id: Option<AirlineId> = "codeshareAirlineId",
        #[serde(deserialize_with = "kept")]
        discord_event_link: Link = "discordEventLink",
        cancelled_at: Option<Timestamp> = "cancelledAt",
    } but { miles: None }
}

/// A flight with what its changes are conditional on.
#[derive(Debug, Clone, PartialEq)]
pub struct VersionedFlight {
    /// The flight.
    pub flight: Flight,
    /// Number of changes by the airline since it was created. Starting, ticking and ending do not count.
    pub version: u64,
    /// Id of the operation that made the last of these changes.
    pub operation: Option<Uuid>,
    /// Mark that somebody has boarded the flight, since boarding leaves one.
    pub boarded: Option<bool>,
    /// What ended the flight, if that can be undone.
    pub ended_by: Option<String>,
}

#[derive(Serialize, Deserialize)]
pub(crate) struct FlightItem {
    #[serde(flatten)]
    flight: FlightForm,
    /// Absent before the first change.
    #[serde(default, skip_serializing_if = "is_zero")]
    version: u64,
    operation: Option<Uuid>,
    boarded: Option<bool>,
    #[serde(rename = "endedBy")]
    ended_by: Option<String>,
}

impl Stored for VersionedFlight {
    type Form = FlightItem;

    fn form(&self) -> FlightItem {
        FlightItem {
            flight: self.flight.form(),
            version: self.version,
            operation: self.operation,
            boarded: self.boarded,
            ended_by: self.ended_by.clone(),
        }
    }
}

impl From<FlightItem> for VersionedFlight {
    fn from(item: FlightItem) -> Self {
        Self {
            flight: item.flight.into(),
            version: item.version,
            operation: item.operation,
            boarded: item.boarded,
            ended_by: item.ended_by,
        }
    }
}

stored! {
    Passenger as PassengerForm {
        flight_id: FlightId = "flightId",
        #[serde(deserialize_with = "kept")]
        user_id: FlyerId = "userId",
        miles: u64 = "miles",
        joined_at: Timestamp = "joinedAt",
        reversed_at: Option<Timestamp> = "reversedAt",
    }
}

stored! {
    Flyer as FlyerForm {
        #[serde(deserialize_with = "kept")]
        user_id: FlyerId = "userId",
        #[serde(deserialize_with = "kept")]
        username: Name = "username",
        #[serde(deserialize_with = "kept")]
        display_name: Name = "displayName",
        miles: Balance = "miles",
        #[serde(default, deserialize_with = "kept")]
        avatar_url: Option<AvatarUrl> = "avatarUrl",
        created_at: Timestamp = "createdAt",
        updated_at: Timestamp = "updatedAt",
    }
}

stored! {
    Rewriting as RewritingForm {
        kind: HistoryKind = "kind",
        transaction: Uuid = "transaction",
    }
}

#[derive(Serialize, Deserialize)]
pub(crate) struct AccountItem {
    #[serde(flatten)]
    flyer: FlyerForm,
    seq: u64,
    #[serde(rename = "flightsCount")]
    flights_count: u64,
    rewriting: Option<RewritingForm>,
}

impl Stored for Account {
    type Form = AccountItem;

    fn form(&self) -> AccountItem {
        AccountItem {
            flyer: self.flyer.form(),
            seq: self.seq,
            flights_count: self.flights_count,
            rewriting: self.rewriting.as_ref().map(Stored::form),
        }
    }
}

impl From<AccountItem> for Account {
    fn from(item: AccountItem) -> Self {
        Self {
            flyer: item.flyer.into(),
            seq: item.seq,
            flights_count: item.flights_count,
            rewriting: item.rewriting.map(Into::into),
        }
    }
}

#[derive(Serialize, Deserialize)]
pub(crate) struct HistoryEntryForm {
    #[serde(rename = "flightId")]
    flight_id: FlightId,
    miles: u64,
    #[serde(rename = "joinedAt")]
    joined_at: Timestamp,
    #[serde(skip_serializing_if = "Option::is_none")]
    taken: Option<u64>,
}

impl Stored for HistoryEntry {
    type Form = HistoryEntryForm;

    fn form(&self) -> HistoryEntryForm {
        let Self { flight_id, miles, joined_at, taken } = *self;
        HistoryEntryForm { flight_id, miles, joined_at, taken: Some(taken).filter(|taken| *taken > 0) }
    }
}

impl From<HistoryEntryForm> for HistoryEntry {
    fn from(form: HistoryEntryForm) -> Self {
        let HistoryEntryForm { flight_id, miles, joined_at, taken } = form;
        Self { flight_id, miles, joined_at, taken: taken.unwrap_or_default() }
    }
}

/// A page of a flyer's history, in boarding order.
#[derive(Debug, Default, Clone)]
pub(crate) struct HistoryPage {
    pub entries: Vec<HistoryEntry>,
}

#[derive(Serialize, Deserialize)]
pub(crate) struct HistoryPageItem {
    entries: Vec<HistoryEntryForm>,
}

impl Stored for HistoryPage {
    type Form = HistoryPageItem;

    fn form(&self) -> HistoryPageItem {
        HistoryPageItem { entries: self.entries.iter().map(Stored::form).collect() }
    }
}

impl From<HistoryPageItem> for HistoryPage {
    fn from(item: HistoryPageItem) -> Self {
        Self { entries: item.entries.into_iter().map(Into::into).collect() }
    }
}

stored! {
    LedgerEntry as LedgerEntryForm {
        id: String = "id",
        #[serde(deserialize_with = "kept")]
        user_id: FlyerId = "userId",
        seq: u64 = "seq",
        amount: i64 = "amount",
        r#type: EntryType = "type",
        source: EntrySource = "source",
        airline_id: Option<AirlineId> = "airlineId",
        flight_id: Option<FlightId> = "flightId",
        product_id: Option<ProductId> = "productId",
        note: String = "note",
        balance_after: u64 = "balanceAfter",
        created_at: Timestamp = "createdAt",
        reverses: Option<String> = "reverses",
    }
}

#[derive(Serialize, Deserialize)]
pub(crate) struct EntryItem {
    #[serde(flatten)]
    entry: LedgerEntryForm,
    operation: Uuid,
    #[serde(rename = "refundedBy")]
    refunded_by: Option<String>,
    origin: Option<ImportedFrom>,
}

impl Stored for StoredEntry {
    type Form = EntryItem;

    fn form(&self) -> EntryItem {
        EntryItem {
            entry: self.entry.form(),
            operation: self.operation,
            refunded_by: self.refunded_by.clone(),
            origin: self.imported_from.clone(),
        }
    }
}

impl From<EntryItem> for StoredEntry {
    fn from(item: EntryItem) -> Self {
        Self {
            entry: item.entry.into(),
            operation: item.operation,
            refunded_by: item.refunded_by,
            imported_from: item.origin,
        }
    }
}

/// A passenger of a flight, with the number of the ledger entry that credits the miles.
#[derive(Debug, Clone, PartialEq)]
pub struct CreditedPassenger {
    /// The passenger.
    pub passenger: Passenger,
    /// Number of the ledger entry.
    pub seq: u64,
}

#[derive(Serialize, Deserialize)]
pub(crate) struct PassengerItem {
    #[serde(flatten)]
    passenger: PassengerForm,
    seq: u64,
}

impl Stored for CreditedPassenger {
    type Form = PassengerItem;

    fn form(&self) -> PassengerItem {
        PassengerItem { passenger: self.passenger.form(), seq: self.seq }
    }
}

impl From<PassengerItem> for CreditedPassenger {
    fn from(item: PassengerItem) -> Self {
        Self { passenger: item.passenger.into(), seq: item.seq }
    }
}

stored! {
    Skill as SkillForm {
        tag_id: TagId = "tagId",
        #[serde(deserialize_with = "kept")]
        tag_name: Label = "tagName",
        level_id: LevelId = "levelId",
        #[serde(deserialize_with = "kept")]
        level_name: Label = "levelName",
        level_value: i64 = "levelValue",
    }
}

stored! {
    Status as StatusForm {
        state: State = "state",
        #[serde(deserialize_with = "kept")]
        message: Lines<0, 500> = "message",
        from: Millis = "from",
        until: Option<Millis> = "until",
        updated_at: Millis = "updatedAt",
    }
}

stored! {
    Picture as PictureForm {
        public_id: String = "publicId",
        url: String = "url",
    }
}

stored! {
    Badge as BadgeItem {
        id: BadgeId = "id",
        #[serde(deserialize_with = "kept")]
        name: Text<3, 30> = "name",
        #[serde(deserialize_with = "kept")]
        description: Lines<0, 130> = "description",
        #[serde(deserialize_with = "kept")]
        image_url: Link = "imageUrl",
        #[serde(deserialize_with = "kept")]
        created_by: Text<1, 100> = "createdBy",
        created_at: Millis = "createdAt",
    }
}

stored! {
    Profile as ProfileForm {
        yoe: Option<Years> = "yoe",
        #[serde(default, deserialize_with = "kept")]
        company: Option<ProfileText> = "company",
        #[serde(default, deserialize_with = "kept")]
        designation: Option<ProfileText> = "designation",
        #[serde(default, deserialize_with = "kept")]
        img: Option<Link> = "img",
        #[serde(default, deserialize_with = "kept")]
        linkedin_id: Option<ProfileText> = "linkedin_id",
        #[serde(default, deserialize_with = "kept")]
        twitter_id: Option<ProfileText> = "twitter_id",
        #[serde(default, deserialize_with = "kept")]
        instagram_id: Option<ProfileText> = "instagram_id",
        #[serde(default, deserialize_with = "kept")]
        website: Option<Link> = "website",
    }
}

#[derive(Serialize, Deserialize)]
pub(crate) struct MemberItem {
    id: MemberId,
    username: Option<Username>,
    #[serde(default, deserialize_with = "kept")]
    first_name: Option<Name>,
    #[serde(default, deserialize_with = "kept")]
    last_name: Option<Name>,
    #[serde(default, deserialize_with = "kept")]
    email: Option<Email>,
    #[serde(default, deserialize_with = "kept")]
    phone: Option<Phone>,
    #[serde(flatten)]
    profile: ProfileForm,
    #[serde(default, deserialize_with = "kept")]
    github_id: Option<GithubLogin>,
    #[serde(default, deserialize_with = "kept")]
    github_user_id: Option<GithubNumber>,
    github_created_at: Option<Millis>,
    #[serde(default, deserialize_with = "kept")]
    github_display_name: Option<ProfileText>,
    #[serde(rename = "userType")]
    #[serde(default, deserialize_with = "kept")]
    user_type: Option<ProfileText>,
    #[serde(rename = "discordId")]
    #[serde(default, deserialize_with = "kept")]
    discord_id: Option<DiscordId>,
    #[serde(rename = "discordJoinedAt")]
    discord_joined_at: Option<Timestamp>,
    #[serde(default)]
    badges: Vec<BadgeId>,
    roles: BTreeMap<String, bool>,
    picture: Option<PictureForm>,
    #[serde(rename = "incompleteUserDetails", default)]
    incomplete_user_details: bool,
    #[serde(rename = "profileURL")]
    #[serde(default, deserialize_with = "kept")]
    profile_url: Option<ProfileText>,
    #[serde(default, deserialize_with = "kept")]
    status: Option<ProfileText>,
    #[serde(rename = "currentStatus")]
    current_status: Option<StatusForm>,
    #[serde(default)]
    skills: BTreeMap<TagId, SkillForm>,
    created_at: Millis,
    updated_at: Millis,
    version: u64,
    operation: Option<Uuid>,
}

impl Stored for Member {
    type Form = MemberItem;

    fn form(&self) -> MemberItem {
        let Self { picture, current_status, skills, profile, .. } = self;
        MemberItem {
            id: self.id.clone(),
            username: self.username.clone(),
            first_name: self.first_name.clone(),
            last_name: self.last_name.clone(),
            email: self.email.clone(),
            phone: self.phone,
            profile: profile.form(),
            github_id: self.github_id.clone(),
            github_user_id: self.github_user_id.clone(),
            github_created_at: self.github_created_at,
            github_display_name: self.github_display_name.clone(),
            user_type: self.user_type.clone(),
            discord_id: self.discord_id.clone(),
            discord_joined_at: self.discord_joined_at,
            badges: self.badges.clone(),
            roles: self.roles.clone(),
            picture: picture.as_ref().map(Stored::form),
            incomplete_user_details: self.incomplete_user_details,
            profile_url: self.profile_url.clone(),
            status: self.status.clone(),
            current_status: current_status.as_ref().map(Stored::form),
            skills: skills.iter().map(|(tag, skill)| (tag.clone(), skill.form())).collect(),
            created_at: self.created_at,
            updated_at: self.updated_at,
            version: self.version,
            operation: self.operation,
        }
    }
}

impl From<MemberItem> for Member {
    fn from(item: MemberItem) -> Self {
        Self {
            id: item.id,
            username: item.username,
            first_name: item.first_name,
            last_name: item.last_name,
            email: item.email,
            phone: item.phone,
            profile: item.profile.into(),
            github_id: item.github_id,
            github_user_id: item.github_user_id,
            github_created_at: item.github_created_at,
            github_display_name: item.github_display_name,
            user_type: item.user_type,
            discord_id: item.discord_id,
            discord_joined_at: item.discord_joined_at,
            badges: item.badges,
            roles: item.roles,
            picture: item.picture.map(Into::into),
            incomplete_user_details: item.incomplete_user_details,
            profile_url: item.profile_url,
            status: item.status,
            current_status: item.current_status.map(Into::into),
            skills: item.skills.into_iter().map(|(tag, skill)| (tag, skill.into())).collect(),
            created_at: item.created_at,
            updated_at: item.updated_at,
            version: item.version,
            operation: item.operation,
        }
    }
}

#[derive(Serialize, Deserialize)]
pub(crate) struct EntryDetailForm {
    #[serde(rename = "joinedAt")]
    joined_at: Option<Timestamp>,
    #[serde(rename = "discordId")]
    discord_id: Option<String>,
    #[serde(rename = "inDiscord")]
    in_discord: Option<bool>,
    skill: Option<SkillForm>,
}

impl Stored for EntryDetail {
    type Form = EntryDetailForm;

    fn form(&self) -> EntryDetailForm {
        EntryDetailForm {
            joined_at: self.joined_at,
            discord_id: self.discord_id.clone(),
            in_discord: self.in_discord,
            skill: self.skill.as_ref().map(Stored::form),
        }
    }
}

impl From<EntryDetailForm> for EntryDetail {
    fn from(form: EntryDetailForm) -> Self {
        Self {
            joined_at: form.joined_at,
            discord_id: form.discord_id,
            in_discord: form.in_discord,
            skill: form.skill.map(Into::into),
        }
    }
}
