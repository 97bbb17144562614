//! Usernames of members.

use crate::string_type::string_type;

string_type! {
    /// Name of a member in the community: 4 to 32 letters, digits and hyphens, and no reserved word. Usernames that
    /// differ only in case are the same.
    Username, expects "4 to 32 letters, digits and -, and no reserved word", pattern "^[A-Za-z0-9-]{4,32}$",
    example "ada-lovelace", is_username
}

/// Usernames that nobody may have: path segments below `/users/`, and words that clients send by mistake.
const RESERVED: [&str; 13] = [
    "self",
    "search",
    "userid",
    "isusernameavailable",
    "status",
    "username",
    "fetchusersdata",
    "badges",
    "skills",
    "discord",
    "temporary",
    "undefined",
    "null",
];

impl Username {
    /// Maximum length of a username, in characters.
    pub const MAX_LENGTH: usize = 32;

    /// Returns the username in lower case, the form in which usernames are compared.
    #[must_use]
    pub fn folded(&self) -> String {
        self.as_str().to_ascii_lowercase()
    }
}

fn is_username(value: &str) -> bool {
    (4..=Username::MAX_LENGTH).contains(&value.len())
        && value.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
        && !RESERVED.contains(&value.to_ascii_lowercase().as_str())
}
