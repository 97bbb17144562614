//! Looking up a member by id, username or Discord account.

use crate::Context;
use models::{DiscordId, Member, MemberId, Username};
use store::StoreError;

/// Returns the member with the given id, archived or not. One request, or none if it cannot be an id.
///
/// # Errors
/// Any [`StoreError`].
pub async fn member(context: &Context, id: &str) -> Result<Option<Member>, StoreError> {
    match id.parse::<MemberId>() {
        Ok(id) => context.store.member(&id).await,
        Err(_) => Ok(None),
    }
}

/// Returns the member with the given username, regardless of case, archived or not. Two requests, one if there is no
/// such member, or none if it cannot be a username.
///
/// # Errors
/// Any [`StoreError`].
pub async fn member_by_username(context: &Context, username: &str) -> Result<Option<Member>, StoreError> {
    match username.parse::<Username>() {
        Ok(username) => context.store.member_by_username(&username).await,
        Err(_) => Ok(None),
    }
}

/// Returns the member with the given Discord account, archived or not. Two requests, one if there is no such member, or
/// none if it cannot be the id of an account.
///
/// # Errors
/// Any [`StoreError`].
pub async fn member_by_discord(context: &Context, discord: &str) -> Result<Option<Member>, StoreError> {
    match discord.parse::<DiscordId>() {
        Ok(discord) => context.store.member_by_discord(&discord).await,
        Err(_) => Ok(None),
    }
}

/// Returns whether a new member could have the given username: it is well formed, not reserved and not taken. One
/// strongly consistent request, or none if it cannot be a username.
///
/// # Errors
/// Any [`StoreError`].
pub async fn is_username_available(context: &Context, username: &str) -> Result<bool, StoreError> {
    match username.parse::<Username>() {
        Ok(username) => Ok(!context.store.is_username_taken(&username).await?),
        Err(_) => Ok(false),
    }
}
