//! Members with their claims and index entries, and badges.

use crate::batch::key_of;
use crate::item::{Item, from_item, or_log, readable, text, to_item, value, values};
use crate::keys::{BADGES, CLAIM, Key};
use crate::query::Range;
use crate::stored::Claim;
use crate::transaction::{CommitResult, Transaction};
use crate::update::{VersionedWrite, update_expression};
use crate::{Store, StoreError, Table};
use models::facet::{EntryDetail, Listing, Partition, Roster, RosterKey, entries};
use models::{Badge, BadgeId, DiscordId, GithubLogin, GithubNumber, ListingKey, Member, MemberId, Timestamp, Username};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::ops::Bound;
use uuid::Uuid;

/// A record of what was done to a member.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct MemberAudit {
    /// What was done: `archived`, `unarchived`, …
    pub action: String,
    /// Who did it: the id of a member or the name of a job.
    pub by: String,
    /// Why it was done, if a reason was given.
    pub reason: Option<String>,
    /// When it was done.
    pub at: Timestamp,
}

/// Result of creating or changing a member.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MemberChanged {
    /// The write took effect.
    Done,
    /// The write was rejected, because a value that must be unique is already taken.
    Taken,
    /// The write was rejected, because the member has changed since it was read or because it conflicts with another
    /// write. If `in_doubt` is set, an earlier attempt may have taken effect.
    Stale {
        /// Whether an attempt got no response.
        in_doubt: bool,
    },
}

/// An entry of the members' index.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IndexEntry<K> {
    /// Sort key of the entry: a [`ListingKey`] in a listing, the member's id in a roster.
    pub key: K,
    /// What the entry holds besides its key.
    pub detail: EntryDetail,
}

/// Entries of a listing that were read with one request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IndexBlock {
    /// The entries, in the order in which they were read.
    pub entries: Vec<IndexEntry<ListingKey>>,
    /// Whether there are no further entries in the span.
    pub is_last: bool,
}

/// Selects entries of one partition of the index.
#[derive(Debug, Clone)]
pub struct Span {
    /// Prefix of the positions to select.
    pub prefix: String,
    /// Where to start: the lowest position to select, or the highest when reading backward.
    pub from: Bound<String>,
    /// Whether to read from the end to the beginning.
    pub backward: bool,
    /// Maximum number of entries; `None` for all.
    pub limit: Option<usize>,
}

impl Default for Span {
    /// Selects all entries, in ascending order.
    fn default() -> Self {
        Self { prefix: String::new(), from: Bound::Unbounded, backward: false, limit: None }
    }
}

impl Span {
    /// Returns the lowest and the highest position of the span. The lowest is never empty, because DynamoDB rejects
    /// empty sort keys.
    fn bounds(&self) -> (String, String) {
        let first = format!("{}{BEFORE_ALL}", self.prefix);
        let last = format!("{}{AFTER_ALL}", self.prefix);
        match (&self.from, self.backward) {
            (Bound::Unbounded, _) => (first, last),
            (Bound::Included(from), false) => (from.clone().max(first), last),
            (Bound::Excluded(from), false) => (format!("{from}{BEFORE_ALL}").max(first), last),
            (Bound::Included(from), true) => (first, from.clone().min(last)),
            (Bound::Excluded(from), true) => (first, just_before(from).min(last)),
        }
    }

    /// Returns the items of the span in a partition of the index, or `None` if there can be none.
    fn range(&self, pk: &str) -> Option<Range<'static>> {
        let (low, high) = self.bounds();
        let range = Range::of(
            Table::Users,
            "#pk = :pk AND #sk BETWEEN :low AND :high",
            values([(":pk", value(pk)), (":low", value(&low)), (":high", value(&high))]),
        );
        (low <= high).then_some(Range { backward: self.backward, limit: self.limit, ..range })
    }
}

/// Sorts before every character of a position.
const BEFORE_ALL: char = '\u{1}';
/// Sorts after every character of a position.
const AFTER_ALL: char = '\u{7f}';

/// Returns a text that sorts before `position`, but after every other position that does.
fn just_before(position: &str) -> String {
    let mut before = position.to_owned();
    match before.pop().and_then(|last| u8::try_from(last).ok()).and_then(|last| last.checked_sub(1)) {
        Some(previous) => format!("{before}{}{AFTER_ALL}", char::from(previous)),
        None => before,
    }
}

impl Store {
    /// Reads a member. One request.
    ///
    /// # Errors
    /// Any [`StoreError`].
    pub async fn member(&self, member: &MemberId) -> Result<Option<Member>, StoreError> {
        self.get(&Key::member(member)).await
    }

    /// Reads members, whose ids must be distinct, in the order of the ids. Skips members that do not exist or
    /// cannot be read. One request per 100 members.
    ///
    /// # Errors
    /// Any [`StoreError`].
    pub async fn members(&self, members: &[MemberId]) -> Result<Vec<Member>, StoreError> {
        let keys: Vec<Key> = members.iter().map(Key::member).collect();
        let mut found = self.batch_get(keys.clone()).await?;
        Ok(found.take_readable(&keys))
    }

    /// Reads members for a page like [`members`](Self::members), but eventually consistent, for half the capacity.
    ///
    /// # Errors
    /// Any [`StoreError`].
    pub async fn members_of_page(&self, members: &[MemberId]) -> Result<Vec<Member>, StoreError> {
        let keys: Vec<Key> = members.iter().map(Key::member).collect();
        Ok(self.batch_get_eventually(keys.clone()).await?.take_readable(&keys))
    }

    /// Finds a member by username, regardless of case. Two requests, or one if there is no such member.
    ///
    /// # Errors
    /// Any [`StoreError`].
    pub async fn member_by_username(&self, username: &Username) -> Result<Option<Member>, StoreError> {
        self.claimant(&Key::username(username)).await
    }

    /// Finds a member by linked Discord account. Two requests, or one if there is no such member.
    ///
    /// # Errors
    /// Any [`StoreError`].
    pub async fn member_by_discord(&self, discord: &DiscordId) -> Result<Option<Member>, StoreError> {
        self.claimant(&Key::discord(discord)).await
    }

    /// Finds a member by numeric GitHub user id. Two requests, or one if there is no such member.
    ///
    /// # Errors
    /// Any [`StoreError`].
    pub async fn member_by_github_number(&self, number: &GithubNumber) -> Result<Option<Member>, StoreError> {
        self.claimant(&Key::github_number(number)).await
    }

    /// Finds a member by GitHub login, regardless of case. Two requests, or one if there is no such member.
    ///
    /// # Errors
    /// Any [`StoreError`].
    pub async fn member_by_github_login(&self, login: &GithubLogin) -> Result<Option<Member>, StoreError> {
        self.claimant(&Key::github(&login.as_str().to_lowercase())).await
    }

    async fn claimant(&self, claim: &Key) -> Result<Option<Member>, StoreError> {
        match self.get::<Claim>(claim).await? {
            Some(claim) => self.member(&claim.id).await,
            None => Ok(None),
        }
    }

    /// Returns whether a username is taken, regardless of case. One request.
    ///
    /// # Errors
    /// Any [`StoreError`].
    pub async fn is_username_taken(&self, username: &Username) -> Result<bool, StoreError> {
        Ok(self.get::<Claim>(&Key::username(username)).await?.is_some())
    }

    /// Returns, by login, the ids of the members who hold the claims on GitHub logins. Leaves out claims that cannot be
    /// read. The logins must be distinct and in lower case. One request per 100 logins.
    ///
    /// # Errors
    /// Any [`StoreError`].
    pub async fn members_by_github(&self, logins: &[String]) -> Result<BTreeMap<String, MemberId>, StoreError> {
        let keys: Vec<Key> = logins.iter().map(|login| Key::github(login)).collect();
        let mut found = self.batch_get(keys.clone()).await?;
        let claims = logins.iter().zip(&keys).filter_map(|(login, key)| {
            let claim: Claim = readable(found.take_item(key)?)?;
            Some((login.clone(), claim.id))
        });
        Ok(claims.collect())
    }

    /// Creates a member with its claims and index entries. One request.
    ///
    /// # Errors
    /// Any [`StoreError`].
    pub async fn create_member(&self, member: &Member, token: [u8; 16]) -> Result<MemberChanged, StoreError> {
        let transaction = self.transaction(token).create(&Key::member(&member.id), member);
        let transaction = add_index_changes(transaction, &BTreeMap::new(), &claims_and_index_entries(member));
        Ok(match transaction.commit_retrying_conflicts().await? {
            Ok(()) => MemberChanged::Done,
            Err(_) => MemberChanged::Taken,
        })
    }

    /// Changes a member from `before`, as it was read, to `after`, together with its claims and index entries, and
    /// records the change if `audit` is given. Writes only the fields that differ, so that changes to other fields that
    /// `edit_profile` has made in the meantime are kept. One request.
    ///
    /// # Errors
    /// Any [`StoreError`].
    pub async fn change_member(
        &self,
        before: &Member,
        after: &Member,
        operation: Uuid,
        audit: Option<&MemberAudit>,
        token: [u8; 16],
    ) -> Result<MemberChanged, StoreError> {
        let key = Key::member(&before.id);
        let after = Member { version: before.version + 1, operation: Some(operation), ..after.clone() };
        let (item_before, item_after) = (to_item(&key, before), to_item(&key, &after));
        if audit.is_none() && claims_and_index_entries(before) == claims_and_index_entries(&after) {
            // One item alone costs half as much outside of a transaction.
            let seen = values([(":seen", value(before.version))]);
            return Ok(match self.change(&key, (&item_before, &item_after), "#version = :seen", seen).await? {
                VersionedWrite::Done => MemberChanged::Done,
                VersionedWrite::Stale { in_doubt } => MemberChanged::Stale { in_doubt },
            });
        }
        let (old, new) = (claims_and_index_entries(before), claims_and_index_entries(&after));
        let transaction = update_member(self.transaction(token), before, &after);
        let mut transaction = add_index_changes(transaction, &old, &new);
        if let Some(audit) = audit {
            transaction = transaction.create(&Key::member_audit(&before.id, audit.at, operation), audit);
        }
        Ok(match transaction.commit().await? {
            CommitResult::Done => MemberChanged::Done,
            CommitResult::Refused { failed, in_doubt: false } if !failed.contains(&0) => MemberChanged::Taken,
            CommitResult::Refused { in_doubt, .. } | CommitResult::Conflict { in_doubt } => {
                MemberChanged::Stale { in_doubt }
            }
        })
    }

    /// Writes a member who takes the GitHub login of another one: creates the member, or changes it from `before`, as it was
    /// read, and takes the login from its holder, as it was read, in one transaction. One request.
    ///
    /// # Errors
    /// Any [`StoreError`].
    pub async fn take_github_login(
        &self,
        before: Option<&Member>,
        after: &Member,
        holder: &Member,
        operation: Uuid,
        token: [u8; 16],
    ) -> Result<MemberChanged, StoreError> {
        let changed = |before: &Member, after: Member| Member {
            version: before.version + 1,
            operation: Some(operation),
            ..after
        };
        let without_login = Member { github_id: None, updated_at: after.updated_at, ..holder.clone() };
        let without_login = changed(holder, without_login);
        let after = before.map_or_else(|| after.clone(), |before| changed(before, after.clone()));
        let mut transaction = self.transaction(token);
        transaction = match before {
            Some(before) => update_member(transaction, before, &after),
            None => transaction.create(&Key::member(&after.id), &after),
        };
        transaction = update_member(transaction, holder, &without_login);
        // Nothing but the login moves: whatever else the holder has claimed must stay theirs.
        let login = holder.github_id.iter().map(|login| Key::github(&login.as_str().to_lowercase()));
        let mut old = before.map(claims_and_index_entries).unwrap_or_default();
        old.extend(login.map(|key| {
            let claim = to_item(&key, &Claim { id: holder.id.clone() });
            (key, claim)
        }));
        Ok(match add_index_changes(transaction, &old, &claims_and_index_entries(&after)).commit().await? {
            CommitResult::Done => MemberChanged::Done,
            CommitResult::Refused { in_doubt, .. } | CommitResult::Conflict { in_doubt } => {
                MemberChanged::Stale { in_doubt }
            }
        })
    }

    /// Reads the first entries of a span of a listing, ordered by position: up to the span's limit or a megabyte. Leaves out
    /// entries that cannot be read. Eventually consistent. One request, or none if nothing can be in the span.
    ///
    /// # Errors
    /// Any [`StoreError`].
    pub async fn listing(&self, listing: &Listing, span: &Span) -> Result<IndexBlock, StoreError> {
        let pk = Key::facet(&Partition::Listing(listing.clone()), "").pk;
        let Some(range) = span.range(&pk) else { return Ok(IndexBlock { entries: Vec::new(), is_last: true }) };
        let response = self.query_page(&Range { is_eventual: true, ..range }, None).await?;
        let is_last = response.last_evaluated_key.is_none();
        let items = response.items.unwrap_or_default().into_iter();
        let entries = items.filter_map(|item| or_log(index_entry(item, |key| key.parse().ok()))).collect();
        Ok(IndexBlock { entries, is_last })
    }

    /// Reads entries of a roster, in the roster's order. Leaves out entries that cannot be read. One request per megabyte.
    ///
    /// # Errors
    /// Any [`StoreError`].
    pub async fn roster(&self, roster: Roster, span: &Span) -> Result<Vec<IndexEntry<RosterKey>>, StoreError> {
        let pk = Key::facet(&Partition::Roster(roster), "").pk;
        let Some(range) = span.range(&pk) else { return Ok(Vec::new()) };
        let mut entries = Vec::new();
        let mut after = None;
        loop {
            let limit = span.limit.map(|limit| limit - entries.len());
            let items = self.query(Range { limit, after: after.take(), ..range.clone() }).await?;
            // Entries that cannot be read leave room for others.
            let last = items.last().filter(|_| Some(items.len()) == limit);
            after = last
                .map(|last| Key { table: Table::Users, pk: pk.clone(), sk: text(last, "sk").to_owned() }.attributes());
            entries.extend(items.into_iter().filter_map(|item| or_log(index_entry(item, RosterKey::parse))));
            if after.is_none() || Some(entries.len()) == span.limit {
                return Ok(entries);
            }
        }
    }

    /// Counts entries of a listing. Eventually consistent. One request per megabyte, which is some 10,000 entries, but no
    /// memory for them.
    ///
    /// # Errors
    /// Any [`StoreError`].
    pub async fn count_listing(&self, listing: &Listing, span: &Span) -> Result<usize, StoreError> {
        self.count_entries(&Partition::Listing(listing.clone()), span, true).await
    }

    /// Counts entries of a roster. One request per megabyte, which is some 10,000 entries, but no memory for them.
    ///
    /// # Errors
    /// Any [`StoreError`].
    pub async fn count_roster(&self, roster: Roster, span: &Span) -> Result<usize, StoreError> {
        self.count_entries(&Partition::Roster(roster), span, false).await
    }

    async fn count_entries(&self, partition: &Partition, span: &Span, is_eventual: bool) -> Result<usize, StoreError> {
        match span.range(&Key::facet(partition, "").pk) {
            Some(range) => self.count(Range { is_eventual, ..range }).await,
            None => Ok(0),
        }
    }

    /// Reads a badge. One request.
    ///
    /// # Errors
    /// Any [`StoreError`].
    pub async fn badge(&self, badge: &BadgeId) -> Result<Option<Badge>, StoreError> {
        self.get(&Key::badge(badge)).await
    }

    /// Reads badges, whose ids must be distinct, in the order of the ids. Skips badges that do not exist or cannot
    /// be read. One request per 100 badges.
    ///
    /// # Errors
    /// Any [`StoreError`].
    pub async fn badges_of(&self, badges: &[BadgeId]) -> Result<Vec<Badge>, StoreError> {
        let keys: Vec<Key> = badges.iter().map(Key::badge).collect();
        let mut found = self.batch_get(keys.clone()).await?;
        Ok(found.take_readable(&keys))
    }

    /// Reads all badges. One request per megabyte.
    ///
    /// # Errors
    /// Any [`StoreError`].
    pub async fn badges(&self) -> Result<Vec<Badge>, StoreError> {
        let range = Range::of(Table::Users, "#pk = :pk", values([(":pk", value(BADGES))]));
        Ok(self.query(range).await?.into_iter().filter_map(readable).collect())
    }

    /// Creates a badge. One request.
    ///
    /// # Errors
    /// Any [`StoreError`].
    pub async fn create_badge(&self, badge: &Badge, token: [u8; 16]) -> Result<(), StoreError> {
        let created = self.transaction(token).create(&Key::badge(&badge.id), badge).commit_retrying_conflicts().await?;
        created.map_err(|_| StoreError::Failed("the random id of a new badge is already taken".into()))
    }
}

fn index_entry<K>(item: Item, parse: impl Fn(&str) -> Option<K>) -> Result<IndexEntry<K>, StoreError> {
    let Key { pk, sk, .. } = key_of(Table::Users, &item)?;
    let malformed = || StoreError::Unreadable { key: format!("{pk} {sk}"), cause: "its sort key is malformed".into() };
    Ok(IndexEntry { key: parse(&sk).ok_or_else(malformed)?, detail: from_item(item)? })
}

/// Returns the claims and index entries that a member should have.
pub(crate) fn claims_and_index_entries(member: &Member) -> BTreeMap<Key, Item> {
    let claims = Key::member_claims(member).into_iter().map(|key| {
        let item = to_item(&key, &Claim { id: member.id.clone() });
        (key, item)
    });
    let entries = entries(member).into_iter().map(|((partition, position), detail)| {
        let key = Key::facet(&partition, &position);
        let item = to_item(&key, &detail);
        (key, item)
    });
    claims.chain(entries).collect()
}

/// Adds the change of a member from `before`, as it was read, to `after`.
fn update_member<'a>(transaction: Transaction<'a>, before: &Member, after: &Member) -> Transaction<'a> {
    let key = Key::member(&before.id);
    let (change, mut changed) = update_expression(&to_item(&key, before), &to_item(&key, after));
    changed.insert(":seen".to_owned(), value(before.version));
    transaction.update(&key, &change, Some("#version = :seen"), changed)
}

/// Adds the operations that turn members' claims and index entries from `old` into `new`. New claims must be free. A claim
/// that moves from one of these members to another, and index entries, need no condition: they change only with a version
/// of their member, which the same transaction checks.
fn add_index_changes<'a>(
    mut transaction: Transaction<'a>,
    old: &BTreeMap<Key, Item>,
    new: &BTreeMap<Key, Item>,
) -> Transaction<'a> {
    for (key, item) in new.iter().filter(|(key, item)| old.get(*key) != Some(*item)) {
        transaction = match key.sk.as_str() {
            CLAIM if !old.contains_key(key) => {
                transaction.put(key, item.clone(), "attribute_not_exists(#pk)", Item::new())
            }
            _ => transaction.replace(key, item.clone()),
        };
    }
    for key in old.keys().filter(|key| !new.contains_key(*key)) {
        transaction = transaction.remove(key);
    }
    transaction
}
