//! People's accounts, as far as the session check needs them.

use super::{MemberId, Timestamp};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A member.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Member {
    /// The member's id.
    pub id: MemberId,
    /// Name in the community; none until it is chosen.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub username: Option<String>,
    /// First name.
    pub first_name: String,
    /// Last name.
    pub last_name: String,
    /// What the member is and may: `super_user`, `restricted`, …
    #[serde(default)]
    pub roles: BTreeMap<String, bool>,
    /// When the record was made.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
}

impl Member {
    /// Whether the member has the role; an absent role is false.
    #[must_use]
    pub fn has_role(&self, role: &str) -> bool {
        self.roles.get(role).copied().unwrap_or(false)
    }
}
