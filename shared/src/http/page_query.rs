//! Query parameters of a paged listing.

use super::error::FlyersError;
use crate::App;
use axum::extract::{FromRequestParts, Query};
use http::request::Parts;
use serde::Deserialize;

/// The requested page of a listing.
#[derive(Debug)]
pub struct PageQuery {
    /// Maximum number of items on the page: 1 to 100, default 50.
    pub limit: usize,
    /// Cursor that the previous page returned. It has not been validated.
    pub next: Option<String>,
}

#[derive(Deserialize)]
struct Given {
    limit: Option<String>,
    next: Option<String>,
}

impl FromRequestParts<App> for PageQuery {
    type Rejection = FlyersError;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Self::Rejection> {
        let bad = |message: &str| FlyersError::BadRequest(message.to_owned());
        let Query(given) = Query::<Given>::from_request_parts(parts, app)
            .await
            .map_err(|_| bad("\"limit\" and \"next\" must be given once, in UTF-8"))?;
        let limit = given.limit.map_or(Ok(50), |limit| {
            let digits = limit.bytes().all(|b| b.is_ascii_digit());
            let limit = limit.parse().ok().filter(|limit| digits && (1..=100).contains(limit));
            limit.ok_or_else(|| bad("\"limit\" must be an integer from 1 to 100"))
        })?;
        Ok(Self { limit, next: given.next })
    }
}
