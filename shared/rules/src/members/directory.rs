//! Looking members up.

use crate::Context;
use models::{DiscordId, Member, MemberId, Username};
use store::StoreError;

/// Returns the member with that id, archived or not. One request; none if it cannot be an id.
///
/// # Errors
/// Any [`StoreError`].
pub async fn member(context: &Context, id: &str) -> Result<Option<Member>, StoreError> {
    match id.parse::<MemberId>() {
        Ok(id) => context.store.member(&id).await,
        Err(_) => Ok(None),
    }
}

/// Returns the member with that username, compared without regard to case, archived or not. Two requests; one if nobody
/// has it, none if it cannot be a username.
///
/// # Errors
/// Any [`StoreError`].
pub async fn member_by_username(context: &Context, username: &str) -> Result<Option<Member>, StoreError> {
    match username.parse::<Username>() {
        Ok(username) => context.store.member_by_username(&username).await,
        Err(_) => Ok(None),
    }
}

/// Returns the member with that linked Discord account. Two requests; one if nobody has it, none if it cannot be an
/// account's id.
///
/// # Errors
/// Any [`StoreError`].
pub async fn member_by_discord(context: &Context, discord: &str) -> Result<Option<Member>, StoreError> {
    match discord.parse::<DiscordId>() {
        Ok(discord) => context.store.member_by_discord(&discord).await,
        Err(_) => Ok(None),
    }
}

/// Returns whether a new member could have that username: it is well formed, not reserved, and nobody has it. One strongly
/// consistent request; none if it cannot be a username.
///
/// # Errors
/// Any [`StoreError`].
pub async fn is_username_available(context: &Context, username: &str) -> Result<bool, StoreError> {
    match username.parse::<Username>() {
        Ok(username) => Ok(!context.store.is_username_taken(&username).await?),
        Err(_) => Ok(false),
    }
}
