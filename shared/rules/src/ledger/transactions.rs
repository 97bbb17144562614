//! Reading a ledger.

use super::LedgerError;
use crate::Context;
use models::{FlyerId, LedgerEntry};
use store::Page;

/// Returns a page of a flyer's ledger, newest first. One request; two when the page is empty.
///
/// # Errors
/// `UserNotFound`; `Cursor` when the cursor is not one of this ledger's; `Store`.
pub async fn transactions(
    context: &Context,
    flyer: &FlyerId,
    limit: usize,
    next: Option<&str>,
) -> Result<Page<LedgerEntry>, LedgerError> {
    let page = context.store.ledger_page(flyer, limit, next).await?;
    // Whoever has entries exists.
    if page.items.is_empty() && context.store.account(flyer).await?.is_none() {
        return Err(LedgerError::UserNotFound);
    }
    Ok(page)
}
