//! Members: who they are, what they have, how they are listed and found.

mod archive;
mod badges;
mod directory;
mod discord;
mod github;
mod list;
mod profile;
mod roles;
mod search;
mod settle;
mod sign_up;
mod skills;
mod status;
mod sync;

pub use archive::{Archived, Archiving, Failed, Reported, archive, unverified};
pub use badges::{BadgeDraft, award_badge, badges_of, create_badge, take_badge};
pub use directory::{is_username_available, member, member_by_discord, member_by_username};
pub use discord::{DiscordChange, change_discord};
pub use github::{GithubConfig, GithubQuery};
pub use list::{Cursor, MemberList, PageRequest, list, list_by_github, not_in_list};
pub use profile::{ProfileChange, change_profile};
pub use roles::{RoleChange, change_roles, grant_super_user};
pub use search::{MemberSearch, SearchResult, SearchedRole, search};
pub use sign_up::{MemberDraft, SignedUpBy, sign_up};
pub use skills::{delete_skill, put_skill, skills_of};
pub use status::{StatusDraft, set_status, status_of};
pub use sync::{DiscordConfig, SyncError, Synced, sync};

use crate::error::{Failure, MembersError};

/// What is answered when a member who is asked for is not there.
const NOBODY: MembersError = MembersError::NotFound("User doesn't exist");
/// The same, where something was to be changed.
const NOT_FOUND: MembersError = MembersError::NotFound("User not found");

/// What is answered when something of a member that must be unique is another's.
const TAKEN: MembersError = MembersError::Conflict("User already exists");

/// Labels what goes wrong unexpectedly as a route does.
pub trait OrFail<T> {
    /// The same result; an unexpected error answers as `failure` says.
    ///
    /// # Errors
    /// Those of the result.
    fn or_fail(self, failure: Failure) -> Result<T, MembersError>;
}

impl<T, E: Into<MembersError>> OrFail<T> for Result<T, E> {
    fn or_fail(self, failure: Failure) -> Result<T, MembersError> {
        self.map_err(|error| match error.into() {
            MembersError::Failed(_, cause) => MembersError::Failed(failure, cause),
            error => error,
        })
    }
}
