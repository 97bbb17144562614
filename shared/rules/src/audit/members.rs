//! What must hold of members: each has its claims and its entries in the index, and there are no others.

use super::{Audited, BATCH, Breach, SIDE_BY_SIDE, Tell};
use crate::Context;
use futures_util::stream::{self, StreamExt, TryStreamExt};
use models::{Member, MemberId};
use std::collections::{BTreeMap, BTreeSet};
use store::{IndexItem, ScanPosition, StoreError};

/// How often something is read anew before it counts as wrong: members may change while they are audited.
const LOOKS: u32 = 3;

/// Audits the next members against the index; tells after each few.
pub(super) async fn check(
    context: &Context,
    position: ScanPosition,
    done: &mut Audited,
    tell: &mut impl Tell,
) -> Result<Option<ScanPosition>, StoreError> {
    let (members, next) = context.store.scan_members(position).await?;
    for members in members.chunks(SIDE_BY_SIDE) {
        let checks = stream::iter(members).map(|member| of_member(context, member));
        let breaches: Vec<_> = checks.buffered(SIDE_BY_SIDE).try_collect().await?;
        done.members += members.len() as u64;
        tell(done, breaches.concat());
    }
    Ok(next)
}

/// Audits the next claims and entries of the index against the members; tells after each few.
pub(super) async fn check_index(
    context: &Context,
    position: ScanPosition,
    done: &mut Audited,
    tell: &mut impl Tell,
) -> Result<Option<ScanPosition>, StoreError> {
    let (items, next) = context.store.scan_index(position).await?;
    for items in items.chunks(BATCH) {
        tell(done, of_index(context, items).await?);
    }
    Ok(next)
}

/// Claims and entries that a member should have and has not.
async fn of_member(context: &Context, member: &Member) -> Result<Vec<Breach>, StoreError> {
    let mut member = member.clone();
    let mut missing = Vec::new();
    for _ in 0..LOOKS {
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

/// Claims and entries that nobody should have.
async fn of_index(context: &Context, items: &[IndexItem]) -> Result<Vec<Breach>, StoreError> {
    let mut suspects: Vec<&IndexItem> = items.iter().collect();
    for _ in 0..LOOKS {
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
        // A member who changed since the scan has taken the entry along.
        let there = context.store.still_in_index(&suspects).await?;
        suspects.retain(|item| there.contains(&item.name()));
    }
    let breach = |item: &&IndexItem| Breach {
        subject: item.name(),
        problem: match &item.owner {
            Some(owner) => format!("is not of member {owner}"),
            None => "is of no member".to_owned(),
        },
    };
    Ok(suspects.iter().map(breach).collect())
}
