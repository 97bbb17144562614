//! Why members are not changed or found.

use store::StoreError;

/// Why a member, or something of a member, was not changed or found.
#[derive(Debug, thiserror::Error)]
pub enum MemberError {
    /// There is no such member.
    #[error("User not found")]
    NotFound,
    /// There is no such badge, or the member does not have it.
    #[error("Badge not found")]
    BadgeNotFound,
    /// The member does not have that skill.
    #[error("Skill not found")]
    SkillNotFound,
    /// The id, or something that must be unique, belongs to another member.
    #[error("User already exists")]
    Taken,
    /// The username belongs to another member.
    #[error("Username already exists")]
    UsernameTaken,
    /// The username is chosen once.
    #[error("Cannot update username again")]
    UsernameIsSet,
    /// A role already is what it was to become.
    #[error("role already exist!")]
    RoleExists,
    /// The member has [`MAX_SKILLS`](super::MAX_SKILLS) other skills.
    #[error("User has too many skills")]
    TooManySkills,
    /// What was asked for is not possible; names what is wrong.
    #[error("{0}")]
    Invalid(String),
    /// GitHub cannot be asked.
    #[error("{message}")]
    GithubUnavailable {
        /// Why.
        message: &'static str,
        /// After how many seconds it can, if it said so.
        retry_after: Option<u64>,
    },
    /// The tables could not be read or written.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl MemberError {
    /// What was asked for is not possible, for this reason.
    pub(crate) fn invalid(reason: impl Into<String>) -> Self {
        Self::Invalid(reason.into())
    }
}
