//! Synchronizes members with the member list of the Discord server.
//!
//! <https://discord.com/developers/docs/resources/guild#list-guild-members>: 1,000 members per page, by ascending id,
//! `after` the last one.

use super::MemberError;
use super::discord::{DiscordChange, change_discord};
use crate::outside::{Secret, ServiceError, WhenLimited};
use crate::{Context, Outside};
use futures_util::stream::{self, StreamExt};
use models::facet::Roster;
use models::{MemberId, Timestamp};
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use std::time::Duration;
use store::{Span, StoreError, with_causes};

/// Maximum number of members that are changed concurrently.
const MAX_CONCURRENT_CHANGES: usize = 16;

/// How to reach Discord.
#[derive(Debug, Clone)]
pub struct DiscordConfig {
    /// Base URL of the API.
    pub api_url: String,
    /// Id of the Discord server.
    pub guild_id: String,
    /// Token of the bot that reads the member list.
    pub bot_token: Secret,
    /// Maximum time per request.
    pub timeout: Duration,
}

/// Result of a run of [`sync`].
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Synced {
    /// Number of members of the Discord server.
    pub on_discord: usize,
    /// Number of members who were found to have joined the server.
    pub joined: usize,
    /// Number of members who were found to have left the server.
    pub left: usize,
}

/// Why members could not be synchronized.
#[derive(Debug, thiserror::Error)]
pub enum SyncError {
    /// Discord did not return its complete member list.
    #[error("Discord's member list is incomplete; nothing was changed")]
    Incomplete(#[from] ServiceError),
    /// The stored members could not be read.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// This many of the members who joined or left could not be changed, although they can be read. The others were.
    #[error("{0} members could not be synchronized with Discord")]
    Unsettled(usize),
}

/// Updates who is on the Discord server, and since when, from Discord's member list. Changes nothing if the list is
/// incomplete. One request to Discord per 1,000 members of the server and one more; one read per megabyte of index, and
/// two requests per member who joined or left.
///
/// # Errors
/// `Incomplete` if Discord did not return its complete list; `Unsettled` if some members could not be changed, in which
/// case the others were; `Store` if the members could not be read.
pub async fn sync(context: &Context, outside: &Outside, discord: &DiscordConfig) -> Result<Synced, SyncError> {
    // The stored members are read first: somebody who is recorded as joined while Discord is being read must not appear
    // to have left.
    let linked = context.store.roster(Roster::Linked, &Span::default()).await?;
    let there = server_members(context, outside, discord).await?;
    let mut changes: Vec<(MemberId, DiscordChange)> = Vec::new();
    let mut synced = Synced { on_discord: there.len(), ..Synced::default() };
    for entry in linked {
        let detail = entry.detail;
        let (id, Some(discord_id)) = (entry.key.member, detail.discord_id) else { continue };
        let was_there = detail.in_discord == Some(true);
        let change = match there.get(&discord_id) {
            Some(joined_at) if !was_there => {
                synced.joined += 1;
                DiscordChange { in_discord: Some(true), discord_joined_at: *joined_at, discord_id: None }
            }
            // Only the date: somebody who was archived while on Discord has not joined again.
            Some(Some(joined_at)) if detail.joined_at != Some(*joined_at) => {
                DiscordChange { discord_joined_at: Some(*joined_at), ..DiscordChange::default() }
            }
            None if was_there => {
                synced.left += 1;
                DiscordChange { in_discord: Some(false), ..DiscordChange::default() }
            }
            _ => continue,
        };
        changes.push((id, change));
    }
    let attempts = stream::iter(changes).map(async |(id, change)| {
        let attempt = change_discord(context, "archive-users", &id, &change).await;
        attempt.map(|_| ()).map_err(|error| (id, error))
    });
    let ended: Vec<Result<(), (MemberId, MemberError)>> =
        attempts.buffer_unordered(MAX_CONCURRENT_CHANGES).collect().await;
    let mut unsettled = 0;
    for (id, error) in ended.into_iter().filter_map(Result::err) {
        tracing::error!(
            member = id.as_str(),
            error = with_causes(&error),
            "could not synchronize a member with Discord"
        );
        // A member who cannot be read cannot be archived either.
        unsettled += usize::from(!matches!(error, MemberError::Store(StoreError::Unreadable { .. })));
    }
    if unsettled == 0 { Ok(synced) } else { Err(SyncError::Unsettled(unsettled)) }
}

/// Returns the members of the Discord server by account id, with the time each joined.
///
/// The list ends with an empty page, not with one that is not full: Discord does not guarantee that pages are full, and
/// anybody missing from the list would be archived.
async fn server_members(
    context: &Context,
    outside: &Outside,
    discord: &DiscordConfig,
) -> Result<HashMap<String, Option<Timestamp>>, ServiceError> {
    #[derive(Deserialize)]
    struct ServerMember {
        user: DiscordUser,
        joined_at: Option<Timestamp>,
    }
    #[derive(Deserialize)]
    struct DiscordUser {
        id: String,
    }
    let url = format!("{}/guilds/{}/members", discord.api_url.trim_end_matches('/'), discord.guild_id);
    let token = outside.secrets.read(&discord.bot_token, context.now()).await?;
    let authorization = format!("Bot {token}");
    let mut server_members = HashMap::new();
    let mut last: u64 = 0;
    loop {
        let after = last.to_string();
        let query = [("limit", "1000"), ("after", &after)];
        let headers = [("authorization", authorization.as_str())];
        let page: Vec<ServerMember> =
            outside.client.get_json(&url, &query, &headers, discord.timeout, WhenLimited::Wait).await?;
        if page.is_empty() {
            break;
        }
        let before = last;
        for member in page {
            let id: u64 =
                member.user.id.parse().map_err(|_| ServiceError::bad_answer("the id of an account is not a number"))?;
            if id <= before {
                return Err(ServiceError::bad_answer("a page does not start after the previous one"));
            }
            last = last.max(id);
            if server_members.insert(member.user.id, member.joined_at).is_some() {
                return Err(ServiceError::bad_answer("an account is listed twice"));
            }
        }
    }
    // The bot itself is on the server.
    if server_members.is_empty() { Err(ServiceError::bad_answer("the list is empty")) } else { Ok(server_members) }
}
