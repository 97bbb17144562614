//! Members, their claims and their entries in the index.

use super::item::{Item, to_item, value, values};
use super::keys::{BADGES, CLAIM, Key};
use super::query::Range;
use super::transaction::{Ended, Transaction};
use super::update::Changed;
use super::{Store, Table};
use crate::error::StoreError;
use crate::models::facet::{EntryDetail, Partition, entries};
use crate::models::{Badge, BadgeId, DiscordId, Member, MemberId, Timestamp, Username};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::ops::Bound;
use uuid::Uuid;

/// What was done to a member, for the record.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct MemberAudit {
    /// What: `archived`, `unarchived`, …
    pub action: String,
    /// Who did it: a member's id, or the job's name.
    pub by: String,
    /// Why, as far as it was said.
    pub reason: Option<String>,
    /// When.
    pub at: Timestamp,
}

/// How a change of a member ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MemberChanged {
    /// It happened.
    Done,
    /// It did not, for something that must be unique is taken.
    Taken,
    /// It did not, for the member has changed since it was read, or another change was under way. With `in_doubt` an
    /// attempt of it got no answer.
    Stale {
        /// Whether an attempt got no answer.
        in_doubt: bool,
    },
}

/// An entry of the index as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Where in its partition.
    pub position: String,
    /// What it says besides.
    pub detail: EntryDetail,
}

/// Which entries of a partition.
#[derive(Debug, Clone)]
pub struct Span {
    /// Only positions that begin so.
    pub prefix: String,
    /// Only positions from here on; where they are read backward, down from here.
    pub from: Bound<String>,
    /// From the end to the beginning.
    pub backward: bool,
    /// How many at most; all, if none.
    pub limit: Option<usize>,
}

impl Default for Span {
    /// All of them, forward.
    fn default() -> Self {
        Self { prefix: String::new(), from: Bound::Unbounded, backward: false, limit: None }
    }
}

impl Span {
    /// The first and the last position in the span. Sort keys are never empty.
    fn ends(&self) -> (String, String) {
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
}

/// Sort before and after every character that positions have.
const BEFORE_ALL: char = '\u{1}';
const AFTER_ALL: char = '\u{7f}';

/// A text that sorts before that position and after every other one that does.
fn just_before(position: &str) -> String {
    let mut before = position.to_owned();
    match before.pop().and_then(|last| u8::try_from(last).ok()).and_then(|last| last.checked_sub(1)) {
        Some(previous) => format!("{before}{}{AFTER_ALL}", char::from(previous)),
        None => before,
    }
}

#[derive(Serialize, Deserialize)]
struct Claim {
    id: MemberId,
}

impl Store {
    /// One member: one request.
    ///
    /// # Errors
    /// As any read: when the time was up, or DynamoDB failed.
    pub async fn member(&self, member: &MemberId) -> Result<Option<Member>, StoreError> {
        self.get(&Key::member(member)).await
    }

    /// Those members, all distinct, as far as they are there, in that order: one request for each 100.
    ///
    /// # Errors
    /// As any read: when the time was up, or DynamoDB failed.
    pub async fn members(&self, members: &[MemberId]) -> Result<Vec<Member>, StoreError> {
        let keys: Vec<Key> = members.iter().map(Key::member).collect();
        let mut found = self.batch_get(keys.clone()).await?;
        keys.iter().filter_map(|key| found.take(key).transpose()).collect()
    }

    /// The member of that username, whatever the case: two requests, or one if there is none.
    ///
    /// # Errors
    /// As any read: when the time was up, or DynamoDB failed.
    pub async fn member_by_username(&self, username: &Username) -> Result<Option<Member>, StoreError> {
        self.claimant(&Key::username(username)).await
    }

    /// The member with that Discord account: two requests, or one if there is none.
    ///
    /// # Errors
    /// As any read: when the time was up, or DynamoDB failed.
    pub async fn member_by_discord(&self, discord: &DiscordId) -> Result<Option<Member>, StoreError> {
        self.claimant(&Key::discord(discord)).await
    }

    async fn claimant(&self, claim: &Key) -> Result<Option<Member>, StoreError> {
        match self.get::<Claim>(claim).await? {
            Some(claim) => self.member(&claim.id).await,
            None => Ok(None),
        }
    }

    /// Whether a username is taken, whatever the case: one request.
    ///
    /// # Errors
    /// As any read: when the time was up, or DynamoDB failed.
    pub async fn is_username_taken(&self, username: &Username) -> Result<bool, StoreError> {
        Ok(self.get::<Claim>(&Key::username(username)).await?.is_some())
    }

    /// The ids that hold those claims on GitHub logins, all distinct in lower case, by login: one request for each 100.
    ///
    /// # Errors
    /// As any read: when the time was up, or DynamoDB failed.
    pub async fn members_by_github(&self, logins: &[String]) -> Result<BTreeMap<String, MemberId>, StoreError> {
        let keys: Vec<Key> = logins.iter().map(|login| Key::github(login)).collect();
        let mut found = self.batch_get(keys.clone()).await?;
        let mut members = BTreeMap::new();
        for (login, key) in logins.iter().zip(&keys) {
            if let Some(claim) = found.take::<Claim>(key)? {
                members.insert(login.clone(), claim.id);
            }
        }
        Ok(members)
    }

    /// Makes a member, with claims and entries in the index: one request.
    ///
    /// # Errors
    /// As any write: when the time was up, or DynamoDB failed.
    pub async fn create_member(&self, member: &Member, token: [u8; 16]) -> Result<MemberChanged, StoreError> {
        let transaction = self.transaction(token).create(&Key::member(&member.id), member);
        let transaction = reindexed(transaction, None, member);
        Ok(match transaction.settle().await? {
            Ok(()) => MemberChanged::Done,
            Err(_) => MemberChanged::Taken,
        })
    }

    /// Changes a member from what was read to something else, with claims, entries in the index and a record of it: one
    /// request. Only what differs is written, so that changes of other fields, made meanwhile by `edit_profile`,
    /// survive.
    ///
    /// # Errors
    /// As any write: when the time was up, or DynamoDB failed.
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
        let (change, mut changed) = difference(&to_item(&key, before), &to_item(&key, &after));
        changed.insert(":seen".to_owned(), value(before.version));
        let transaction = self.transaction(token).update(&key, &change, Some("#version = :seen"), changed);
        let mut transaction = reindexed(transaction, Some(before), &after);
        if let Some(audit) = audit {
            transaction = transaction.create(&Key::member_audit(&before.id, audit.at, operation), audit);
        }
        Ok(match transaction.commit().await? {
            Ended::Done => MemberChanged::Done,
            Ended::Refused { failed, in_doubt: false } if !failed.contains(&0) => MemberChanged::Taken,
            Ended::Refused { in_doubt, .. } | Ended::Conflict { in_doubt } => MemberChanged::Stale { in_doubt },
        })
    }

    /// Changes fields of a member that nothing else depends on, each by itself: one request. None if there is no such
    /// member.
    ///
    /// # Errors
    /// As any write: when the time was up, or DynamoDB failed.
    pub async fn edit_profile(
        &self,
        member: &MemberId,
        fields: &impl Serialize,
        now: Timestamp,
    ) -> Result<Option<Member>, StoreError> {
        let mut fields: Item = serde_dynamo::to_item(fields).expect("a change is a struct of strings and numbers");
        fields.retain(|_, value| !value.is_null());
        fields.insert("updated_at".to_owned(), value(now.as_millisecond()));
        let assignments: Vec<String> = fields.keys().map(|name| format!("#{name} = :{name}")).collect();
        let placed = fields.into_iter().map(|(name, value)| (format!(":{name}"), value)).collect();
        let change = format!("SET {}", assignments.join(", "));
        match self.update(&Key::member(member), &change, "attribute_exists(#pk)", placed).await? {
            Changed::Done(member) => Ok(Some(member)),
            Changed::Refused(_) => Ok(None),
        }
    }

    /// Entries of a partition of the index: one request for each megabyte.
    ///
    /// # Errors
    /// As any read: when the time was up, or DynamoDB failed.
    pub async fn index_entries(&self, partition: &Partition, span: &Span) -> Result<Vec<Entry>, StoreError> {
        let (low, high) = span.ends();
        if low > high {
            return Ok(Vec::new());
        }
        let key = Key::facet(partition, "");
        let range = Range {
            backward: span.backward,
            limit: span.limit,
            ..Range::of(
                Table::Users,
                "#pk = :pk AND #sk BETWEEN :low AND :high",
                values([(":pk", value(key.pk)), (":low", value(low)), (":high", value(high))]),
            )
        };
        let items = self.query(range).await?;
        items.into_iter().map(entry).collect()
    }

    /// One badge: one request.
    ///
    /// # Errors
    /// As any read: when the time was up, or DynamoDB failed.
    pub async fn badge(&self, badge: &BadgeId) -> Result<Option<Badge>, StoreError> {
        self.get(&Key::badge(badge)).await
    }

    /// Those badges, all distinct, as far as they are there, in that order: one request for each 100.
    ///
    /// # Errors
    /// As any read: when the time was up, or DynamoDB failed.
    pub async fn badges_of(&self, badges: &[BadgeId]) -> Result<Vec<Badge>, StoreError> {
        let keys: Vec<Key> = badges.iter().map(Key::badge).collect();
        let mut found = self.batch_get(keys.clone()).await?;
        keys.iter().filter_map(|key| found.take(key).transpose()).collect()
    }

    /// All badges: one request for each megabyte.
    ///
    /// # Errors
    /// As any read: when the time was up, or DynamoDB failed.
    pub async fn badges(&self) -> Result<Vec<Badge>, StoreError> {
        let range = Range::of(Table::Users, "#pk = :pk", values([(":pk", value(BADGES))]));
        self.query(range).await?.into_iter().map(super::item::from_item).collect()
    }

    /// Makes a badge: one request.
    ///
    /// # Errors
    /// As any write: when the time was up, or DynamoDB failed.
    pub async fn create_badge(&self, badge: &Badge, token: [u8; 16]) -> Result<(), StoreError> {
        let created = self.transaction(token).create(&Key::badge(&badge.id), badge).settle().await?;
        created.map_err(|_| StoreError::Failed("a new badge's random id was taken".into()))
    }
}

fn entry(item: Item) -> Result<Entry, StoreError> {
    let position = super::batch::key_of(Table::Users, &item)?.sk;
    Ok(Entry { position, detail: super::item::from_item(item)? })
}

/// The claims and index entries that a member should have.
pub(super) fn indexed(member: &Member) -> BTreeMap<Key, Item> {
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

/// Adds what takes a member's claims and index entries from what they were to what they will be. Claims must be free;
/// entries are the member's own.
fn reindexed<'a>(mut transaction: Transaction<'a>, before: Option<&Member>, after: &Member) -> Transaction<'a> {
    let old = before.map(indexed).unwrap_or_default();
    let new = indexed(after);
    for (key, item) in new.iter().filter(|(key, item)| old.get(*key) != Some(*item)) {
        transaction = match key.sk.as_str() {
            CLAIM => transaction.put(key, item.clone(), "attribute_not_exists(#pk)", Item::new()),
            _ => transaction.replace(key, item.clone()),
        };
    }
    for key in old.keys().filter(|key| !new.contains_key(*key)) {
        transaction = transaction.remove(key);
    }
    transaction
}

/// The update that makes one item of another, with the values that it sets.
fn difference(before: &Item, after: &Item) -> (String, Item) {
    let (mut set, mut values) = (Vec::new(), Item::new());
    for (name, value) in after.iter().filter(|(name, value)| before.get(*name) != Some(*value)) {
        set.push(format!("#{name} = :{name}"));
        values.insert(format!(":{name}"), value.clone());
    }
    let remove: Vec<String> =
        before.keys().filter(|name| !after.contains_key(*name)).map(|name| format!("#{name}")).collect();
    let removal = if remove.is_empty() { String::new() } else { format!(" REMOVE {}", remove.join(", ")) };
    (format!("SET {}{removal}", set.join(", ")), values)
}
