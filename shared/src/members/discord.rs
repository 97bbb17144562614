//! Members' Discord accounts.

use super::settle::{Change, settle};
use super::{NOT_FOUND, TAKEN};
use crate::App;
use crate::error::MembersError;
use crate::models::{ARCHIVED, DiscordId, IN_DISCORD, Member, MemberId, Timestamp};
use crate::store::MemberAudit;
use serde::Deserialize;

/// What is new about a member on Discord: what is absent stays as it is.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DiscordChange {
    /// The linked account; null unlinks it.
    #[serde(rename = "discordId", default, deserialize_with = "crate::models::present")]
    #[schema(value_type = Option<DiscordId>)]
    pub discord_id: Option<Option<DiscordId>>,
    /// Whether the member is on the server. Joining it unarchives.
    #[serde(default, deserialize_with = "crate::models::present")]
    #[schema(nullable = false)]
    pub in_discord: Option<bool>,
    /// When the member joined it.
    #[serde(rename = "discordJoinedAt", default, deserialize_with = "crate::models::present")]
    #[schema(nullable = false)]
    pub discord_joined_at: Option<Timestamp>,
}

/// Links or unlinks a member's Discord account, and records joining and leaving the server (contract, *PATCH
/// /users/{userId}/discord*). Two requests.
///
/// # Errors
/// `BadRequest` when there is nothing to change; `NotFound`; `Conflict` when another member has that account; as any
/// write.
pub async fn change_discord(
    app: &App,
    by: &str,
    id: &MemberId,
    change: &DiscordChange,
) -> Result<Member, MembersError> {
    if *change == DiscordChange::default() {
        return Err(MembersError::BadRequest("Body must have at least one field to change".to_owned()));
    }
    let now = app.now();
    let apply = |member: Member| {
        let mut after = member;
        if let Some(discord_id) = &change.discord_id {
            after.discord_id.clone_from(discord_id);
        }
        if let Some(joined_at) = change.discord_joined_at {
            after.discord_joined_at = Some(joined_at);
        }
        let mut audit = None;
        if let Some(in_discord) = change.in_discord {
            after.roles.insert(IN_DISCORD.to_owned(), in_discord);
            if in_discord && after.has_role(ARCHIVED) {
                after.roles.insert(ARCHIVED.to_owned(), false);
                let action = format!("{ARCHIVED}: false");
                let reason = Some("joined Discord".to_owned());
                audit = Some(MemberAudit { action, by: by.to_owned(), reason, at: now });
            }
        }
        Ok(Change { after, audit })
    };
    settle(app, id, TAKEN, apply).await?.ok_or(NOT_FOUND)
}
