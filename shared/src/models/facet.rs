//! The member index: for each value that members are listed or searched by, a *facet* that holds an entry for each of
//! them, in the order of listings.
//!
//! [`entries`] is its one definition. A member's entries change in the transaction that changes the member, and
//! `skysquad audit` compares both.

use super::member::{ARCHIVED, IN_DISCORD, MEMBER};
use super::{LevelId, Member, MemberId, Skill, State, TagId, Timestamp, Username};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// What members are listed or searched by.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Facet {
    /// Everybody with a username; the others are listed nowhere.
    All,
    /// Members with the role.
    Role(&'static str),
    /// Members with a linked Discord account, or without.
    Verified(bool),
    /// Members in a state.
    State(State),
    /// Members with a skill of that tag.
    Tag(TagId),
    /// Members with a skill of that level.
    LevelId(LevelId),
    /// Members with a skill of a level of that name.
    LevelName(String),
    /// Members with a skill of a level of that value.
    LevelValue(i64),
}

/// A facet of those who are archived or those who are not: apart, so that nobody's listing pays for the archived.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Listing {
    /// What by.
    pub facet: Facet,
    /// Of whom.
    pub archived: bool,
}

/// Other sets of members, whether or not they have a username.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Roster {
    /// Unarchived and not on Discord, by the time of sign-up: what archiving reads.
    NotInDiscord,
    /// Unarchived and on Discord.
    InDiscord,
    /// Unarchived and without a linked Discord account.
    Unverified,
    /// With a linked Discord account, archived or not: what is compared with Discord's list.
    Linked,
}

/// A partition of the index.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Partition {
    /// In the order of listings.
    Listing(Listing),
    /// In an order of its own.
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

/// What an entry says besides who it is: enough to filter by without the member.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct EntryDetail {
    /// Since when the member is on Discord.
    pub joined_at: Option<Timestamp>,
    /// Linked Discord account.
    pub discord_id: Option<String>,
    /// Whether the member is on Discord.
    pub in_discord: Option<bool>,
    /// The skill that puts the member into the facet.
    pub skill: Option<Skill>,
}

/// Where a member stands in listings: by username without regard to case, and there is one of each.
#[must_use]
pub fn position(username: &Username, id: &MemberId) -> String {
    format!("{}#{id}", username.folded())
}

/// The entries of a member: partition and position, which are unique, and detail.
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
    let position = position(username, &member.id);
    let mut add = |facet, position: &str, detail| {
        entries.insert((Partition::Listing(Listing { facet, archived }), position.to_owned()), detail);
    };
    let nothing = EntryDetail::default();
    let joined = EntryDetail { joined_at: member.discord_joined_at, ..EntryDetail::default() };
    add(Facet::All, &position, nothing.clone());
    if member.has_role(MEMBER) {
        add(Facet::Role(MEMBER), &position, nothing.clone());
    }
    if member.has_role(IN_DISCORD) {
        add(Facet::Role(IN_DISCORD), &position, joined.clone());
    }
    add(Facet::Verified(member.discord_id.is_some()), &position, nothing.clone());
    if let Some(status) = &member.current_status {
        // Whether onboarding has taken long is asked along with the state.
        let is_onboarding = status.state == State::Onboarding && member.has_role(IN_DISCORD);
        add(Facet::State(status.state), &position, if is_onboarding { joined } else { nothing });
    }
    for skill in member.skills.values() {
        let position = format!("{position}#{}", skill.tag_id);
        let detail = EntryDetail { skill: Some(skill.clone()), ..EntryDetail::default() };
        add(Facet::Tag(skill.tag_id.clone()), &position, detail.clone());
        add(Facet::LevelId(skill.level_id.clone()), &position, detail.clone());
        add(Facet::LevelName(skill.level_name.to_string()), &position, detail.clone());
        add(Facet::LevelValue(skill.level_value), &position, detail);
    }
}

fn enrol(member: &Member, entries: &mut BTreeMap<(Partition, String), EntryDetail>) {
    let in_discord = member.has_role(IN_DISCORD);
    let mut add = |roster, position: String, detail| {
        entries.insert((Partition::Roster(roster), position), detail);
    };
    let id = member.id.to_string();
    if !member.has_role(ARCHIVED) {
        if in_discord {
            add(Roster::InDiscord, id.clone(), EntryDetail::default());
        } else {
            add(Roster::NotInDiscord, since(member.created_at.into(), &id), EntryDetail::default());
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

/// A position by an instant.
#[must_use]
pub fn since(instant: Timestamp, id: &str) -> String {
    format!("{:015}#{id}", instant.as_millisecond())
}
