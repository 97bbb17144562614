//! What members can be searched by, and by which facets of the index they are found.

use super::stream::{Criterion, Source, Way};
use models::facet::{EntryDetail, Facet};
use models::{ARCHIVED, IN_DISCORD, LevelId, MEMBER, Member, Skill, State, TagId, Timestamp, Username};
use std::time::Duration;

/// Time on Discord after which onboarding counts as long.
const LONG_ONBOARDING: Duration = Duration::from_hours(31 * 24);

/// Search criteria. A member must match every kind of criterion that is given, and for each kind one of its values.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct MemberSearch {
    /// Prefix of the username, in lower case. It narrows a search, but is no criterion itself.
    pub prefix: String,
    /// Tags of a skill. `tag_ids`, `level_ids`, `level_names` and `level_values` must match the same skill.
    pub tag_ids: Vec<TagId>,
    /// Level ids of that skill.
    pub level_ids: Vec<LevelId>,
    /// Level names of that skill.
    pub level_names: Vec<String>,
    /// Level values of that skill.
    pub level_values: Vec<i64>,
    /// States of the member.
    pub states: Vec<State>,
    /// Whether to match members who are onboarding and have been on Discord for more than 31 days. It counts as another
    /// value of `states`.
    pub long_onboarding: bool,
    /// Roles of the member. Archived members match only if [`SearchedRole::Archived`] is given; the other roles are
    /// those of unarchived members.
    pub roles: Vec<SearchedRole>,
    /// Whether the member has a linked Discord account (`true`) or none (`false`).
    pub verified: Vec<bool>,
    /// Matches members who have been on Discord for longer than this.
    pub in_discord_for: Option<Duration>,
}

/// A role by which members are searched.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SearchedRole {
    /// A full member.
    Member,
    /// Someone who is on the Discord server.
    InDiscord,
    /// An archived member.
    Archived,
}

impl MemberSearch {
    fn has_skill_criteria(&self) -> bool {
        !self.tag_ids.is_empty()
            || !self.level_ids.is_empty()
            || !self.level_names.is_empty()
            || !self.level_values.is_empty()
    }

    fn has_state_criteria(&self) -> bool {
        !self.states.is_empty() || self.long_onboarding
    }

    fn includes_archived(&self) -> bool {
        self.roles.contains(&SearchedRole::Archived)
    }

    /// Returns the roles that unarchived members are searched by.
    fn unarchived_roles(&self) -> Vec<&'static str> {
        let name = |role: &SearchedRole| match role {
            SearchedRole::Member => Some(MEMBER),
            SearchedRole::InDiscord => Some(IN_DISCORD),
            SearchedRole::Archived => None,
        };
        self.roles.iter().filter_map(name).collect()
    }

    /// Returns whether no criterion is given.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self { prefix: self.prefix.clone(), ..Self::default() }
    }

    fn skill_matches(&self, skill: &Skill) -> bool {
        fn any<T: PartialEq>(wanted: &[T], value: &T) -> bool {
            wanted.is_empty() || wanted.contains(value)
        }
        any(&self.tag_ids, &skill.tag_id)
            && any(&self.level_ids, &skill.level_id)
            && any(&self.level_names, &skill.level_name.to_string())
            && any(&self.level_values, &skill.level_value)
    }

    /// Returns whether the prefix can begin a username. Positions in the index contain further characters and are longer,
    /// so they could match a prefix that no username has.
    pub(super) fn can_match(&self) -> bool {
        let is_of_usernames = self.prefix.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
        is_of_usernames && self.prefix.len() <= Username::MAX_LENGTH
    }

    /// Returns whether a member matches. This defines what listings and searches find with the index. A member without a
    /// username never matches.
    #[must_use]
    pub fn matches(&self, member: &Member, now: Timestamp) -> bool {
        let joined_before = |time| member.discord_joined_at.is_some_and(|joined| joined < now.minus(time));
        let on_discord_for = |time| member.has_role(IN_DISCORD) && joined_before(time);
        let state = member.current_status.as_ref().map(|status| status.state);
        let by_skill = !self.has_skill_criteria() || member.skills.values().any(|skill| self.skill_matches(skill));
        let by_state = !self.has_state_criteria()
            || state.is_some_and(|state| self.states.contains(&state))
            || (self.long_onboarding && state == Some(State::Onboarding) && on_discord_for(LONG_ONBOARDING));
        let by_role = if member.has_role(ARCHIVED) {
            self.includes_archived()
        } else {
            self.roles.is_empty() || self.unarchived_roles().into_iter().any(|role| member.has_role(role))
        };
        let by_discord = self.verified.is_empty() || self.verified.contains(&member.discord_id.is_some());
        let by_time = self.in_discord_for.is_none_or(on_discord_for);
        let by_username = member.username.as_ref().is_some_and(|username| username.folded().starts_with(&self.prefix));
        by_username && by_skill && by_state && by_role && by_discord && by_time
    }

    /// Returns ways to find the archived or the unarchived members who meet each of the criteria. Returns `None` if no such
    /// member can match. Returns none if being archived or not is the only criterion.
    pub(super) fn ways(&self, archived: bool, now: Timestamp) -> Option<Vec<Way<'_>>> {
        let roles = self.unarchived_roles();
        let is_wanted =
            if archived { self.includes_archived() } else { !(self.includes_archived() && roles.is_empty()) };
        if !is_wanted {
            return None;
        }
        let skills: [Vec<Facet>; 4] = [
            self.tag_ids.iter().cloned().map(Facet::Tag).collect(),
            self.level_ids.iter().cloned().map(Facet::LevelId).collect(),
            self.level_names.iter().cloned().map(Facet::LevelName).collect(),
            self.level_values.iter().copied().map(Facet::LevelValue).collect(),
        ];
        let by_skill = |entry: &EntryDetail| entry.skill.as_ref().is_some_and(|skill| self.skill_matches(skill));
        let joined_before = |limit| move |entry: &EntryDetail| entry.joined_at.is_some_and(|joined| joined < limit);

        let mut ways = Vec::new();
        let mut add = |criterion, sources| ways.push(Way { criterion, sources });
        let mut states: Vec<Source> = self.states.iter().map(|state| Source::any(Facet::State(*state))).collect();
        if self.long_onboarding && !self.states.contains(&State::Onboarding) {
            states.push(Source::new(Facet::State(State::Onboarding), joined_before(now.minus(LONG_ONBOARDING))));
        }
        add(Criterion::State, states);
        if !archived {
            add(Criterion::Role, roles.into_iter().map(|role| Source::any(Facet::Role(role))).collect());
        }
        add(
            Criterion::Verified,
            self.verified.iter().map(|verified| Source::any(Facet::Verified(*verified))).collect(),
        );
        let time = self.in_discord_for.map(|time| joined_before(now.minus(time)));
        add(Criterion::Time, time.into_iter().map(|counts| Source::new(Facet::Role(IN_DISCORD), counts)).collect());
        // The facets of any one of the parameters suffice, because the details of their entries decide on the others.
        for facets in skills {
            add(Criterion::Skill, facets.into_iter().map(|facet| Source::new(facet, by_skill)).collect());
        }
        ways.retain(|way| !way.sources.is_empty());
        Some(ways)
    }
}
