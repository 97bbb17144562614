//! Taking over from Discord who is on the server.
//!
//! <https://discord.com/developers/docs/resources/guild#list-guild-members>: 1,000 members a page, by ascending id,
//! `after` the last one.

use super::discord::{DiscordChange, change_discord};
use crate::App;
use crate::error::{MembersError, StoreError};
use crate::models::facet::{Partition, Roster};
use crate::models::{MemberId, Timestamp};
use crate::outbound::{Patience, Refused};
use crate::store::Span;
use futures_util::stream::{self, StreamExt};
use serde::{Deserialize, Serialize};
use std::collections::HashMap;

/// Members of a page.
const PAGE: usize = 1000;

/// How many members are changed at once.
const SIDE_BY_SIDE: usize = 16;

/// How to reach Discord.
#[derive(Clone)]
pub struct DiscordConfig {
    /// Where its API is.
    pub api_url: String,
    /// Which server.
    pub guild_id: String,
    /// What opens it.
    pub bot_token: String,
}

impl std::fmt::Debug for DiscordConfig {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("DiscordConfig").field("api_url", &self.api_url).finish_non_exhaustive()
    }
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
    /// Members who could not be changed.
    pub failed: usize,
}

/// Why nothing was taken over.
#[derive(Debug, thiserror::Error)]
pub enum SyncError {
    /// Discord did not give its whole list.
    #[error("Discord's list of members is not complete: nothing was changed")]
    Incomplete(#[from] Refused),
    /// Our members could not be read.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Takes over from Discord who is on the server, and since when. An incomplete list changes nothing. One request to
/// Discord for each 1,000 people there, one read for each megabyte of index, and two requests for each member who joined
/// or left.
///
/// # Errors
/// `Incomplete`; as any read.
pub async fn sync(app: &App, discord: &DiscordConfig) -> Result<Synced, SyncError> {
    let there = people(app, discord).await?;
    let linked = app.store.index_entries(&Partition::Roster(Roster::Linked), &Span::default()).await?;
    let mut changes: Vec<(MemberId, DiscordChange)> = Vec::new();
    let mut synced = Synced { on_discord: there.len(), ..Synced::default() };
    for entry in linked {
        let detail = entry.detail;
        let (Ok(id), Some(discord_id)) = (entry.position.parse(), detail.discord_id) else { continue };
        let was_there = detail.in_discord == Some(true);
        let change = match there.get(&discord_id) {
            Some(joined_at) if !was_there || *joined_at != detail.joined_at => {
                synced.joined += usize::from(!was_there);
                DiscordChange { in_discord: Some(true), discord_joined_at: *joined_at, discord_id: None }
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
        let attempt = change_discord(app, "archive-users", &id, &change).await;
        attempt.map(|_| ()).map_err(|error| (id, error))
    });
    let ended: Vec<Result<(), (MemberId, MembersError)>> = attempts.buffer_unordered(SIDE_BY_SIDE).collect().await;
    for (id, error) in ended.into_iter().filter_map(Result::err) {
        synced.failed += 1;
        let error = &error as &dyn std::error::Error;
        tracing::error!(member = id.as_str(), error, "could not take over a member from Discord");
    }
    Ok(synced)
}

/// Who is on the server, and since when, by Discord account.
async fn people(app: &App, discord: &DiscordConfig) -> Result<HashMap<String, Option<Timestamp>>, Refused> {
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
    let authorization = format!("Bot {}", discord.bot_token);
    let mut people = HashMap::new();
    let mut after = "0".to_owned();
    loop {
        let page: Vec<Person> = app
            .outbound
            .get_json(
                &url,
                &[("limit", "1000"), ("after", &after)],
                &[("authorization", &authorization)],
                Patience::Wait,
            )
            .await?;
        let count = page.len();
        let before = people.len();
        if let Some(last) = page.last() {
            after.clone_from(&last.user.id);
        }
        people.extend(page.into_iter().map(|person| (person.user.id, person.joined_at)));
        if people.len() < before + count {
            return Err(Refused::bad_answer("a member is listed twice"));
        }
        if count < PAGE {
            return Ok(people);
        }
    }
}
