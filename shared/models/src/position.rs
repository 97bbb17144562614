//! The order of members in listings.

use crate::{Member, MemberId, TagId, Username};
use std::fmt;
use std::str::FromStr;

/// A member's place in every listing: by username without regard to case, then by id.
///
/// Its text form is `<username>#<id>`, with the username in lower case. `#` sorts before every character of usernames
/// and ids, so the text forms sort in the order of the positions.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Position {
    username: String,
    id: MemberId,
}

/// Sort key of an index entry in a listing: the member's position and, in the facets of skills, where a member may have
/// several entries, the skill's tag. Its text form is `<position>` or `<position>#<tag>`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ListingKey {
    /// The member's position.
    pub position: Position,
    /// Tag of the skill that the entry stands for.
    pub tag: Option<TagId>,
}

impl Position {
    /// Returns the position of the member with the given username and id.
    #[must_use]
    pub fn new(username: &Username, id: MemberId) -> Self {
        Self { username: username.folded(), id }
    }

    /// Returns the position of a member, or `None` without a username.
    #[must_use]
    pub fn of(member: &Member) -> Option<Self> {
        member.username.as_ref().map(|username| Self::new(username, member.id.clone()))
    }

    /// Returns the lowest sort key that an entry at this position can have.
    #[must_use]
    pub fn first_key(&self) -> String {
        self.to_string()
    }

    /// Returns a text that sorts after all sort keys of entries at this position, but before those of later positions.
    #[must_use]
    pub fn last_key(&self) -> String {
        format!("{self}#\u{7f}")
    }

    /// Returns the member's id.
    #[must_use]
    pub fn id(&self) -> &MemberId {
        &self.id
    }
}

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}#{}", self.username, self.id)
    }
}

impl fmt::Display for ListingKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.position.fmt(f)?;
        self.tag.iter().try_for_each(|tag| write!(f, "#{tag}"))
    }
}

impl FromStr for ListingKey {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        const EXPECTED: &str = "expected <username>#<member id> or <username>#<member id>#<tag>";
        let (username, rest) = text.split_once('#').filter(|(username, _)| !username.is_empty()).ok_or(EXPECTED)?;
        let (id, tag) = rest.split_once('#').map_or((rest, None), |(id, tag)| (id, Some(tag)));
        let position = Position { username: username.to_owned(), id: id.parse().map_err(|_| EXPECTED)? };
        Ok(Self { position, tag: tag.map(|tag| tag.parse().map_err(|_| EXPECTED)).transpose()? })
    }
}
