//! The member index: for each value by which members are listed or searched, a *facet* that holds one entry per
//! matching member, in listing order.
//!
//! [`entries`] is the only definition of the index. A member's entries change in the transaction that changes the
//! member, and `skysquad audit` compares the two.

use crate::member::{ARCHIVED, IN_DISCORD, MEMBER};
use crate::{LevelId, ListingKey, Member, MemberId, Position, Skill, State, TagId, Timestamp};
use std::collections::BTreeMap;

/// A property by which members are listed or searched.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Facet {
    /// Every member with a username. Members without one are not listed.
    All,
    /// Members who have the role.
    Role(&'static str),
    /// Members with a linked Discord account (`true`) or without one (`false`).
    Verified(bool),
    /// Members whose status has the state.
    State(State),
    /// Members with a skill of the tag.
    Tag(TagId),
    /// Members with a skill at the level.
    LevelId(LevelId),
    /// Members with a skill at a level of the name.
    LevelName(String),
    /// Members with a skill at a level of the value.
    LevelValue(i64),
}

/// A facet, restricted to archived or to unarchived members. They are kept apart so that a listing of unarchived
/// members never reads past archived ones.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Listing {
    /// The property that the members share.
    pub facet: Facet,
    /// Whether the members are archived.
    pub archived: bool,
}

/// A set of members that is not a listing. It includes members without a username.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Roster {
    /// Unarchived members who are not on Discord, by time of sign-up. Archiving reads it.
    NotInDiscord,
    /// Unarchived members who are on Discord.
    InDiscord,
    /// Unarchived members without a linked Discord account.
    Unverified,
    /// Members with a linked Discord account, archived or not. They are compared with Discord's member list.
    Linked,
}

/// A partition of the index.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Partition {
    /// Entries in listing order.
    Listing(Listing),
    /// Entries in an order of the roster's own.
    Roster(Roster),
}

impl std::fmt::Display for Partition {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Roster(Roster::NotInDiscord) => f.write_str("not-in-discord"),
            Self::Roster(Roster::InDiscord) => f.write_str("in-discord"),
            Self::Roster(Roster::Unverified) => f.write_str("unverified"),
            Self::Roster(Roster::Linked) => f.write_str("linked"),
            Self::Listing(Listing { facet, archived }) => {
                if *archived {
                    f.write_str("archived/")?;
                }
                match facet {
                    Facet::All => f.write_str("all"),
                    Facet::Role(role) => write!(f, "role#{role}"),
                    Facet::Verified(true) => f.write_str("discord#linked"),
                    Facet::Verified(false) => f.write_str("discord#none"),
                    Facet::State(state) => write!(f, "state#{}", state.as_str()),
                    Facet::Tag(tag) => write!(f, "tag#{tag}"),
                    Facet::LevelId(level) => write!(f, "level#{level}"),
                    Facet::LevelName(name) => write!(f, "level-name#{name}"),
                    Facet::LevelValue(value) => write!(f, "level-value#{value}"),
                }
            }
        }
    }
}

/// What an index entry holds beside the member's position: enough to filter without reading the member.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct EntryDetail {
    /// Time the member joined the Discord server.
    pub joined_at: Option<Timestamp>,
    /// Linked Discord account.
    pub discord_id: Option<String>,
    /// Whether the member is on Discord.
    pub in_discord: Option<bool>,
    /// The skill that places the member in the facet.
    pub skill: Option<Skill>,
}

/// Returns the index entries of a member: their detail by partition and sort key, which together are unique.
#[must_use]
pub fn entries(member: &Member) -> BTreeMap<(Partition, String), EntryDetail> {
    let mut entries = BTreeMap::new();
    list(member, &mut entries);
    enrol(member, &mut entries);
    entries
}

fn list(member: &Member, entries: &mut BTreeMap<(Partition, String), EntryDetail>) {
    let Some(username) = &member.username else {
        return;
    };
    let archived = member.has_role(ARCHIVED);
    let position = Position::new(username, member.id.clone());
    let mut add = |facet, tag: Option<&TagId>, detail| {
        let key = ListingKey { position: position.clone(), tag: tag.cloned() };
        entries.insert((Partition::Listing(Listing { facet, archived }), key.to_string()), detail);
    };
    let nothing = EntryDetail::default();
    let joined = EntryDetail { joined_at: member.discord_joined_at, ..EntryDetail::default() };
    add(Facet::All, None, nothing.clone());
    if member.has_role(MEMBER) {
        add(Facet::Role(MEMBER), None, nothing.clone());
    }
    if member.has_role(IN_DISCORD) {
        add(Facet::Role(IN_DISCORD), None, joined.clone());
    }
    add(Facet::Verified(member.discord_id.is_some()), None, nothing.clone());
    if let Some(status) = &member.current_status {
        // A search for long onboarding filters by the time of joining as well.
        let is_onboarding = status.state == State::Onboarding && member.has_role(IN_DISCORD);
        add(Facet::State(status.state), None, if is_onboarding { joined } else { nothing });
    }
    for skill in member.skills.values() {
        let tag = Some(&skill.tag_id);
        let detail = EntryDetail { skill: Some(skill.clone()), ..EntryDetail::default() };
        add(Facet::Tag(skill.tag_id.clone()), tag, detail.clone());
        add(Facet::LevelId(skill.level_id.clone()), tag, detail.clone());
        add(Facet::LevelName(skill.level_name.to_string()), tag, detail.clone());
        add(Facet::LevelValue(skill.level_value), tag, detail);
    }
}

fn enrol(member: &Member, entries: &mut BTreeMap<(Partition, String), EntryDetail>) {
    let in_discord = member.has_role(IN_DISCORD);
    let mut add = |roster, key: String, detail| {
        entries.insert((Partition::Roster(roster), key), detail);
    };
    let id = member.id.to_string();
    if !member.has_role(ARCHIVED) {
        if in_discord {
            add(Roster::InDiscord, id.clone(), EntryDetail::default());
        } else {
            add(Roster::NotInDiscord, sign_up_key(member.created_at.into(), &id), EntryDetail::default());
        }
        if member.discord_id.is_none() {
            add(Roster::Unverified, id.clone(), EntryDetail::default());
        }
    }
    if let Some(discord_id) = &member.discord_id {
        let detail = EntryDetail {
            joined_at: member.discord_joined_at,
            discord_id: Some(discord_id.to_string()),
            in_discord: Some(in_discord),
            ..EntryDetail::default()
        };
        add(Roster::Linked, id, detail);
    }
}

/// Returns the sort key in [`Roster::NotInDiscord`] of the member with the id who signed up at the instant.
#[must_use]
pub fn sign_up_key(signed_up: Timestamp, id: &str) -> String {
    format!("{:015}#{id}", signed_up.as_millisecond())
}

/// The sort key of an entry of a [`Roster`]: a [`sign_up_key`] or the member's id alone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RosterKey {
    /// Where the entry stands in the roster's order.
    pub position: String,
    /// The member whose entry it is.
    pub member: MemberId,
}

impl RosterKey {
    /// Parses a sort key. Returns `None` if it is malformed.
    #[must_use]
    pub fn parse(sort_key: &str) -> Option<Self> {
        Some(Self { position: sort_key.to_owned(), member: member_at(sort_key)? })
    }
}

/// Returns the id of the member whose index entry has the sort key, in any partition: the key is a [`ListingKey`], a
/// [`sign_up_key`] or the id alone. Returns `None` if the key is malformed.
#[must_use]
pub fn member_at(sort_key: &str) -> Option<MemberId> {
    sort_key.split('#').nth(1).unwrap_or(sort_key).parse().ok()
}
