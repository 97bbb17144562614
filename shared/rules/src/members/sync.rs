//! Taking over from Discord who is on the server.
//!
//! <https://discord.com/developers/docs/resources/guild#list-guild-members>: 1,000 members a page, by ascending id,
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

/// How many members are changed at once.
const SIDE_BY_SIDE: usize = 16;

/// How to reach Discord.
#[derive(Debug, Clone)]
pub struct DiscordConfig {
    /// Where its API is.
    pub api_url: String,
    /// Which server.
    pub guild_id: String,
    /// What opens it.
    pub bot_token: Secret,
    /// How long one request may take.
    pub timeout: Duration,
}

/// What a sync did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Synced {
    /// Members of the Discord server.
    pub on_discord: usize,
    /// Members found to have joined.
    pub joined: usize,
    /// Members found to have left.
    pub left: usize,
}

/// Why nothing was taken over.
#[derive(Debug, thiserror::Error)]
pub enum SyncError {
    /// Discord did not give its whole list.
    #[error("Discord's list of members is not complete: nothing was changed")]
    Incomplete(#[from] ServiceError),
    /// Our members could not be read.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Some who joined or left could not be changed, so that what is stored is not what Discord says.
    #[error("{0} members could not be taken over from Discord")]
    Unsettled(usize),
}

/// Takes over from Discord who is on the server, and since when. An incomplete list changes nothing. One request to
/// Discord for each 1,000 people there and one more, one read for each megabyte of index, and two requests for each member
/// who joined or left.
///
/// # Errors
/// `Incomplete`; `Unsettled` when somebody could not be changed, and the others were; as any read.
pub async fn sync(context: &Context, outside: &Outside, discord: &DiscordConfig) -> Result<Synced, SyncError> {
    // What is stored is read first: who is recorded as joined while Discord is asked must not pass for somebody who left.
    let linked = context.store.roster(Roster::Linked, &Span::default()).await?;
    let there = people(context, outside, discord).await?;
    let mut changes: Vec<(MemberId, DiscordChange)> = Vec::new();
    let mut synced = Synced { on_discord: there.len(), ..Synced::default() };
    for entry in linked {
        let detail = entry.detail;
        let (id, Some(discord_id)) = (entry.key, detail.discord_id) else { continue };
        let was_there = detail.in_discord == Some(true);
        let change = match there.get(&discord_id) {
            Some(joined_at) if !was_there => {
                synced.joined += 1;
                DiscordChange { in_discord: Some(true), discord_joined_at: *joined_at, discord_id: None }
            }
            // The date alone: somebody who was put away while on Discord has not joined anew.
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
    let ended: Vec<Result<(), (MemberId, MemberError)>> = attempts.buffer_unordered(SIDE_BY_SIDE).collect().await;
    let failed: Vec<_> = ended.into_iter().filter_map(Result::err).collect();
    for (id, error) in &failed {
        tracing::error!(member = id.as_str(), error = with_causes(error), "could not take over a member from Discord");
    }
    if failed.is_empty() { Ok(synced) } else { Err(SyncError::Unsettled(failed.len())) }
}

/// Who is on the server, and since when, by Discord account.
///
/// The list ends with an empty page, not with one that is not full: Discord does not promise to fill pages, and whoever
/// would be missing would be archived.
async fn people(
    context: &Context,
    outside: &Outside,
    discord: &DiscordConfig,
) -> Result<HashMap<String, Option<Timestamp>>, ServiceError> {
    #[derive(Deserialize)]
    struct Person {
        user: Account,
        joined_at: Option<Timestamp>,
    }
    #[derive(Deserialize)]
    struct Account {
        id: String,
    }
    let url = format!("{}/guilds/{}/members", discord.api_url.trim_end_matches('/'), discord.guild_id);
    let token = outside.secrets.read(&discord.bot_token, context.now()).await?;
    let authorization = format!("Bot {token}");
    let mut people = HashMap::new();
    let mut last: u64 = 0;
    loop {
        let after = last.to_string();
        let query = [("limit", "1000"), ("after", &after)];
        let headers = [("authorization", authorization.as_str())];
        let page: Vec<Person> =
            outside.client.get_json(&url, &query, &headers, discord.timeout, WhenLimited::Wait).await?;
        if page.is_empty() {
            break;
        }
        let before = last;
        for person in page {
            let id: u64 =
                person.user.id.parse().map_err(|_| ServiceError::bad_answer("an account's id is no number"))?;
            if id <= before {
                return Err(ServiceError::bad_answer("a page does not begin where the last one ended"));
            }
            last = last.max(id);
            if people.insert(person.user.id, person.joined_at).is_some() {
                return Err(ServiceError::bad_answer("somebody is listed twice"));
            }
        }
    }
    // The bot itself is on the server.
    if people.is_empty() { Err(ServiceError::bad_answer("nobody is listed")) } else { Ok(people) }
}
