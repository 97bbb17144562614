//! Looking members up.

use super::NOBODY;
use crate::App;
use crate::error::MembersError;
use crate::models::{DiscordId, Member, MemberId, Username};

/// A member by id, archived or not. One request.
///
/// # Errors
/// `NotFound`; as any read.
pub async fn member(app: &App, id: &str) -> Result<Member, MembersError> {
    let id: MemberId = id.parse().map_err(|_| NOBODY)?;
    app.store.member(&id).await?.ok_or(NOBODY)
}

/// A member by username, whatever the case, archived or not. Two requests; none if it cannot be a username.
///
/// # Errors
/// `NotFound`; as any read.
pub async fn member_by_username(app: &App, username: &str) -> Result<Member, MembersError> {
    let username: Username = username.parse().map_err(|_| NOBODY)?;
    app.store.member_by_username(&username).await?.ok_or(NOBODY)
}

/// A member by linked Discord account. Two requests.
///
/// # Errors
/// `NotFound`; as any read.
pub async fn member_by_discord(app: &App, discord: &str) -> Result<Member, MembersError> {
    let discord: DiscordId = discord.parse().map_err(|_| NOBODY)?;
    app.store.member_by_discord(&discord).await?.ok_or(NOBODY)
}

/// Whether a name could be a new member's username: well formed, not reserved, and nobody's. One request, strongly
/// consistent; none if it cannot be a username.
///
/// # Errors
/// As any read.
pub async fn is_username_available(app: &App, username: &str) -> Result<bool, MembersError> {
    match username.parse::<Username>() {
        Ok(username) => Ok(!app.store.is_username_taken(&username).await?),
        Err(_) => Ok(false),
    }
}
