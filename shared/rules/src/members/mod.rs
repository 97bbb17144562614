//! Members: their profiles, roles, statuses, skills and badges, and how they are listed and searched.

mod archive;
mod badges;
mod change;
mod directory;
mod discord;
mod error;
mod github;
mod list;
mod profile;
mod roles;
mod search;
mod sign_up;
mod skills;
mod status;
mod sync;

pub use archive::{ArchiveError, Archived, Archiving, Report, Reported, Unverified, archive, unverified};
pub use badges::{BadgeDraft, award_badge, badges_of, create_badge, take_badge};
pub use directory::{is_username_available, member, member_by_discord, member_by_username};
pub use discord::{DiscordChange, change_discord};
pub use error::MemberError;
pub use github::{GithubConfig, GithubQuery};
pub use list::{Cursor, MemberList, Neighbor, PageRequest, list, list_by_github, not_in_list};
pub use profile::{ProfileChange, change_profile};
pub use roles::{RoleChange, change_roles, grant_super_user};
pub use search::{MemberSearch, SearchResult, SearchedRole, search};
pub use sign_up::{MemberDraft, SignedUpBy, sign_up};
pub use skills::{MAX_SKILLS, delete_skill, put_skill, skills_of};
pub use status::{StatusDraft, set_status, status_of};
pub use sync::{DiscordConfig, SyncError, Synced, sync};
