//! Query parameters of a paged listing.

use super::error::FlyersError;
use crate::App;
use axum::extract::{FromRequestParts, Query};
use http::request::Parts;

/// The requested page of a listing.
#[derive(Debug)]
pub struct PageQuery {
    /// Maximum number of items on the page: 1 to 100, default 50.
    pub limit: usize,
    /// Cursor that the previous page returned. It has not been validated.
    pub next: Option<String>,
}

impl FromRequestParts<App> for PageQuery {
    type Rejection = FlyersError;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Self::Rejection> {
        let bad = |message: String| FlyersError::BadRequest(message);
        let pairs = Query::<Vec<(String, String)>>::from_request_parts(parts, app).await;
        let Query(pairs) = pairs.map_err(|_| bad("Query must be percent-encoded UTF-8".to_owned()))?;
        let (mut limit, mut next) = (None, None);
        for (name, value) in pairs {
            let given: &mut Option<String> = match name.as_str() {
                "limit" => &mut limit,
                "next" => &mut next,
                _ => {
                    let name: String = name.chars().take(64).collect();
                    return Err(bad(format!("\"{name}\" is not allowed")));
                }
            };
            if given.get_or_insert_with(|| value.clone()) != &value {
                return Err(bad(format!("\"{name}\" must be given once")));
            }
        }
        let limit = limit.map_or(Ok(50), |limit| {
            let digits = limit.bytes().all(|b| b.is_ascii_digit());
            let limit = limit.parse().ok().filter(|limit| digits && (1..=100).contains(limit));
            limit.ok_or_else(|| bad("\"limit\" must be an integer from 1 to 100".to_owned()))
        })?;
        Ok(Self { limit, next })
    }
}
