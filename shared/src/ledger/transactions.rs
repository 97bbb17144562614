//! Reading a ledger.

use crate::App;
use crate::error::FlyersError;
use crate::models::{FlyerId, LedgerEntry};
use crate::store::Page;

/// A page of a flyer's ledger, newest first (contract, *GET /user/{id}/transactions*). One request; two when
/// there is nothing on it.
///
/// # Errors
/// `UserNotFound`; `BadRequest` when the cursor is not one of this ledger's; as any read.
pub async fn transactions(
    app: &App,
    flyer: &FlyerId,
    limit: usize,
    next: Option<&str>,
) -> Result<Page<LedgerEntry>, FlyersError> {
    let page = app.store.ledger_page(flyer, limit, next).await?;
    let page = page.map_err(|bad| FlyersError::BadRequest(format!("\"next\": {bad}")))?;
    // Whoever has entries is there.
    if page.items.is_empty() && app.store.account(flyer).await?.is_none() {
        return Err(FlyersError::UserNotFound);
    }
    Ok(page)
}
