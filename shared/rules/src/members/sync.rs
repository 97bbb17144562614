//! Synchronizes members with the member list of the Discord server.
//!
//! <https://discord.com/developers/docs/resources/guild#list-guild-members>: 1,000 members per page, by ascending id,
//! `after` the last one.

use super::MemberError;
use super::change::{Update, change_member};
use super::discord::{DiscordChange, with_discord};
use crate::outside::{Secret, ServiceError, WhenLimited};
use crate::{Context, Outside};
use futures_util::stream::{self, StreamExt};
use models::facet::{EntryDetail, Roster};
use models::{Member, MemberId, Millis, Timestamp};
use serde::{Deserialize, Serialize};
use std::num::ParseIntError;
use std::ops::Bound;
use std::time::Duration;
use store::{Span, StoreError, with_causes};

/// Maximum number of members that are changed concurrently.
const MAX_CONCURRENT_CHANGES: usize = 16;

/// Number of stored members per read.
const PAGE: usize = 1000;

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
    /// This many of the members who joined or left could not be changed. The others were.
    #[error("{0} members could not be synchronized with Discord")]
    Unsettled(usize),
}

/// Updates who is on the Discord server, and since when, from Discord's member list. Changes nothing if the list is
/// incomplete. Each change depends on the member still having the account that was looked up.
///
/// Holds Discord's list in memory, some 32 bytes per member of the server, and a thousand stored members at a time. One
/// request to Discord per 1,000 members of the server and one more; one read per 1,000 members with accounts, and two
/// requests per member who joined or left.
///
/// # Errors
/// `Incomplete` if Discord did not return its complete list; `Unsettled` if some members could not be changed, in which
/// case the others were; `Store` if the members could not be read.
pub async fn sync(context: &Context, outside: &Outside, discord: &DiscordConfig) -> Result<Synced, SyncError> {
    let asked_at = context.now().into();
    let guild = Guild::read(context, outside, discord).await?;
    let mut synced = Synced { on_discord: guild.0.len(), ..Synced::default() };
    let mut failed = 0;
    let mut rest = Span { limit: Some(PAGE), ..Span::default() };
    loop {
        let linked = context.store.roster(Roster::Linked, &rest).await?;
        let is_last = linked.len() < PAGE;
        if let Some(last) = linked.last() {
            rest.from = Bound::Excluded(last.key.position.clone());
        }
        let judged = linked.into_iter().filter_map(|entry| {
            let change = guild.judge(&entry.detail)?;
            Some(Judged { id: entry.key.member, account: entry.detail.discord_id?, change, asked_at })
        });
        let mut attempts = stream::iter(judged)
            .map(async |judged| {
                let ended = judged.apply(context).await;
                (judged, ended)
            })
            .buffer_unordered(MAX_CONCURRENT_CHANGES);
        while let Some((Judged { id, change, .. }, ended)) = attempts.next().await {
            match (ended, change.in_discord) {
                (Ok(true), Some(true)) => synced.joined += 1,
                (Ok(true), Some(false)) => synced.left += 1,
                (Ok(_), _) => {}
                (Err(error), _) => {
                    // A member who cannot be read cannot be archived either.
                    failed += usize::from(!matches!(error, MemberError::Store(StoreError::Unreadable { .. })));
                    let (member, error) = (id.as_str(), with_causes(&error));
                    tracing::error!(member, error, "could not synchronize a member with Discord");
                }
            }
        }
        if is_last {
            break;
        }
    }
    if failed == 0 { Ok(synced) } else { Err(SyncError::Unsettled(failed)) }
}

/// A member whose record differs from Discord's list.
struct Judged {
    id: MemberId,
    /// The account that was looked up.
    account: String,
    change: DiscordChange,
    /// Time when Discord was asked for its list.
    asked_at: Millis,
}

impl Judged {
    /// Makes the change. Returns `false` if the member has been changed in such a way that the list no longer applies.
    async fn apply(&self, context: &Context) -> Result<bool, MemberError> {
        let mut applies = false;
        let change = |member: Member| {
            let has_account = member.discord_id.as_ref().is_some_and(|id| id.as_str() == self.account);
            // Whoever was recorded while Discord was being asked may have joined after their place in the list was read.
            let is_outdated = self.change.in_discord == Some(false) && member.updated_at >= self.asked_at;
            applies = has_account && !is_outdated;
            if !applies {
                return Ok(Update::unrecorded(member));
            }
            Ok(with_discord(member, "archive-users", &self.change, context.now()))
        };
        match change_member(context, &self.id, MemberError::Taken, change).await {
            Ok(_) => Ok(applies),
            Err(MemberError::NotFound) => Ok(false),
            Err(error) => Err(error),
        }
    }
}

/// The members of the Discord server by account id, in ascending order, with the time each joined.
struct Guild(Vec<(u64, Option<Timestamp>)>);

impl Guild {
    /// Returns how a member's record has to change, if it has to.
    fn judge(&self, linked: &EntryDetail) -> Option<DiscordChange> {
        let account: Option<u64> = linked.discord_id.as_ref()?.parse().ok();
        let found = account.and_then(|account| self.0.binary_search_by_key(&account, |(id, _)| *id).ok());
        let was_there = linked.in_discord == Some(true);
        match found.map(|at| self.0[at].1) {
            Some(joined_at) if !was_there => {
                Some(DiscordChange { in_discord: Some(true), discord_joined_at: joined_at, discord_id: None })
            }
            // Only the date: somebody who was archived while on Discord has not joined again.
            Some(Some(joined_at)) if linked.joined_at != Some(joined_at) => {
                Some(DiscordChange { discord_joined_at: Some(joined_at), ..DiscordChange::default() })
            }
            None if was_there => Some(DiscordChange { in_discord: Some(false), ..DiscordChange::default() }),
            _ => None,
        }
    }

    /// Reads the list.
    ///
    /// It ends with an empty page, not with one that is not full: Discord does not guarantee that pages are full, and
    /// anybody missing from the list would be archived.
    async fn read(context: &Context, outside: &Outside, discord: &DiscordConfig) -> Result<Self, ServiceError> {
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
        let mut members = Vec::new();
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
            let account = |member: ServerMember| Ok((member.user.id.parse()?, member.joined_at));
            let page: Result<Vec<(u64, _)>, ParseIntError> = page.into_iter().map(account).collect();
            let mut page = page.map_err(|_| ServiceError::bad_answer("the id of an account is not a number"))?;
            page.sort_unstable_by_key(|(id, _)| *id);
            if page[0].0 <= last {
                return Err(ServiceError::bad_answer("a page does not start after the previous one"));
            }
            if page.windows(2).any(|pair| pair[0].0 == pair[1].0) {
                return Err(ServiceError::bad_answer("an account is listed twice"));
            }
            last = page[page.len() - 1].0;
            members.extend(page);
        }
        // The bot itself is on the server.
        if members.is_empty() { Err(ServiceError::bad_answer("the list is empty")) } else { Ok(Self(members)) }
    }
}
