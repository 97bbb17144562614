//! Discord accounts of members.

use super::MemberError;
use super::change::{Update, change_member};
use crate::Context;
use models::{ARCHIVED, DiscordId, IN_DISCORD, Member, MemberId, Timestamp};
use serde::Deserialize;
use store::MemberAudit;

/// A partial update of a member's Discord account. Fields that are absent keep their values.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DiscordChange {
    /// Id of the Discord account to link, a string of 17 to 20 digits; `null` unlinks the account.
    #[serde(rename = "discordId", default, deserialize_with = "models::present")]
    #[schema(value_type = Option<DiscordId>)]
    pub discord_id: Option<Option<DiscordId>>,
    /// Whether the member is on the Discord server. `true` also unarchives the member.
    pub in_discord: Option<bool>,
    /// Time the member joined the Discord server, ISO 8601 with offset.
    #[serde(rename = "discordJoinedAt")]
    pub discord_joined_at: Option<Timestamp>,
}

/// Links or unlinks a member's Discord account, and records whether and since when the member is on the Discord server.
/// Two requests, plus two per conflicting change.
///
/// # Errors
/// `Invalid` if the change contains no fields; `NotFound` if the member does not exist; `Taken` if another member has
/// the account; `Store`.
pub async fn change_discord(
    context: &Context,
    by: &str,
    id: &MemberId,
    change: &DiscordChange,
) -> Result<Member, MemberError> {
    if *change == DiscordChange::default() {
        return Err(MemberError::invalid("Body must have at least one field to change".to_owned()));
    }
    let now = context.now();
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
        Ok(Update { after, audit })
    };
    change_member(context, id, MemberError::Taken, apply).await
}
