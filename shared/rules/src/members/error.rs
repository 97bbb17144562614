//! Errors of operations on members.

use crate::commit::StorageFailure;
use store::StoreError;

/// Why a member, or something that belongs to a member, could not be found or changed.
#[derive(Debug, thiserror::Error)]
pub enum MemberError {
    /// The member does not exist.
    #[error("User not found")]
    NotFound,
    /// The badge does not exist, or the member does not have it.
    #[error("Badge not found")]
    BadgeNotFound,
    /// The member does not have the skill.
    #[error("Skill not found")]
    SkillNotFound,
    /// The id, or another value that must be unique, belongs to another member.
    #[error("User already exists")]
    Taken,
    /// The username belongs to another member.
    #[error("Username already exists")]
    UsernameTaken,
    /// The member already has a username, which cannot be changed.
    #[error("Cannot update username again")]
    UsernameIsSet,
    /// A role already has the requested value.
    #[error("role already exist!")]
    RoleExists,
    /// The member already has [`MAX_SKILLS`](super::MAX_SKILLS) other skills.
    #[error("User has too many skills")]
    TooManySkills,
    /// The request is not valid. The text names the field and what is wrong with it.
    #[error("{0}")]
    Invalid(String),
    /// GitHub could not be searched.
    #[error("{message}")]
    GithubUnavailable {
        /// The reason.
        message: &'static str,
        /// Number of seconds after which to retry, if GitHub rate-limited the request.
        retry_after: Option<u64>,
    },
    /// The tables could not be read or written.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl MemberError {
    /// Creates the error for a request that is not valid, for the given reason.
    pub(crate) fn invalid(reason: impl Into<String>) -> Self {
        Self::Invalid(reason.into())
    }
}

impl StorageFailure for MemberError {
    fn is_outcome_unknown(&self) -> bool {
        matches!(self, Self::Store(StoreError::OutcomeUnknown(_)))
    }
}
