//! Listings of ledger entries.

use super::LedgerError;
use crate::Context;
use models::{FlyerId, LedgerEntry};
use store::Page;

/// Returns a page of a flyer's ledger, newest entry first. One request, or two if the page is empty.
///
/// # Errors
/// `UserNotFound` if the flyer does not exist; `Cursor` if the cursor is damaged or belongs to another listing;
/// `Store`.
pub async fn transactions(
    context: &Context,
    flyer: &FlyerId,
    limit: usize,
    next: Option<&str>,
) -> Result<Page<LedgerEntry>, LedgerError> {
    let page = context.store.ledger_page(flyer, limit, next).await?;
    // A flyer who has entries exists.
    if page.items.is_empty() && context.store.account(flyer).await?.is_none() {
        return Err(LedgerError::UserNotFound);
    }
    Ok(page)
}
