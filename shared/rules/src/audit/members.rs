//! What must hold for members: each has its claims and index entries, and there are no others.

use super::{Audited, BATCH, Breach, MAX_CONCURRENT_CHECKS, Report};
use crate::Context;
use futures_util::stream::{self, StreamExt, TryStreamExt};
use models::{Member, MemberId};
use std::collections::{BTreeMap, BTreeSet};
use store::{IndexItem, ScanPosition, StoreError};

/// Number of checks that something must fail to count as a breach. Members may change while they are audited.
const MAX_CHECKS: u32 = 3;

/// Checks the claims and index entries of the next members. Reports after every few members.
pub(super) async fn check(
    context: &Context,
    position: ScanPosition,
    done: &mut Audited,
    report: &mut impl Report,
) -> Result<Option<ScanPosition>, StoreError> {
    let (members, next) = context.store.scan_members(position).await?;
    for members in members.chunks(MAX_CONCURRENT_CHECKS) {
        let checks = stream::iter(members).map(|member| check_member(context, member));
        let breaches: Vec<_> = checks.buffered(MAX_CONCURRENT_CHECKS).try_collect().await?;
        done.members += members.len() as u64;
        report(done, breaches.concat());
    }
    Ok(next)
}

/// Checks whether the next claims and index entries belong to members. Reports after every few items.
pub(super) async fn check_index(
    context: &Context,
    position: ScanPosition,
    done: &mut Audited,
    report: &mut impl Report,
) -> Result<Option<ScanPosition>, StoreError> {
    let (items, next) = context.store.scan_index(position).await?;
    for items in items.chunks(BATCH) {
        report(done, check_items(context, items).await?);
    }
    Ok(next)
}

/// Returns a breach for each claim and index entry that the member should have but that is missing or wrong.
async fn check_member(context: &Context, member: &Member) -> Result<Vec<Breach>, StoreError> {
    let mut member = member.clone();
    let mut missing = Vec::new();
    for _ in 0..MAX_CHECKS {
        missing = context.store.missing_from_index(&member).await?;
        if missing.is_empty() {
            break;
        }
        match context.store.member(&member.id).await? {
            Some(again) => member = again,
            None => return Ok(Vec::new()),
        }
    }
    let breach = |problem| Breach { subject: format!("member {}", member.id), problem };
    Ok(missing.into_iter().map(breach).collect())
}

/// Returns a breach for each claim and index entry that no member should have.
async fn check_items(context: &Context, items: &[IndexItem]) -> Result<Vec<Breach>, StoreError> {
    let mut suspects: Vec<&IndexItem> = items.iter().collect();
    for _ in 0..MAX_CHECKS {
        let owners: BTreeSet<&MemberId> = suspects.iter().filter_map(|item| item.owner.as_ref()).collect();
        let owners: Vec<MemberId> = owners.into_iter().cloned().collect();
        let members = context.store.members(&owners).await?;
        let members: BTreeMap<&MemberId, &Member> = members.iter().map(|member| (&member.id, member)).collect();
        suspects.retain(|item| {
            let owner = item.owner.as_ref().and_then(|owner| members.get(owner));
            !owner.is_some_and(|owner| item.belongs_to(owner))
        });
        if suspects.is_empty() {
            return Ok(Vec::new());
        }
        // If the member has changed since the scan, the item may be gone.
        let there = context.store.still_in_index(&suspects).await?;
        suspects.retain(|item| there.contains(&item.name()));
    }
    let breach = |item: &&IndexItem| Breach {
        subject: item.name(),
        problem: match &item.owner {
            Some(owner) => format!("does not belong to member {owner}"),
            None => "belongs to no member".to_owned(),
        },
    };
    Ok(suspects.iter().map(breach).collect())
}
