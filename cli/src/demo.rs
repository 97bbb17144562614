//! The introduction to the demo community, which `serve` prints at startup.

use crate::session::token_of;
use anyhow::Result;
use engine::demo::{AIRLINE, API_KEY, FLYER, PRODUCTS, SUPER_USER};
use shared::auth::Signer;
use shared::models::MemberId;
use std::time::Duration;

/// Returns an introduction with the API key, a session token and example requests.
pub async fn introduction(url: &str, signer: &dyn Signer) -> Result<String> {
    let super_user: MemberId = SUPER_USER.parse().map_err(anyhow::Error::msg)?;
    let session = token_of(signer, super_user, Duration::from_hours(30 * 24)).await?;
    let [product, ..] = PRODUCTS;
    Ok(format!(
        r#"Serving the demo community. API reference: {url}/docs
Log in as one of its members: {url}/auth/github/login

API key of the airline {AIRLINE}: {API_KEY}

Example requests of a game server:
  curl -X POST {url}/users/fetchUsersData -H "x-api-key: {API_KEY}" \
    -H "Content-Type: application/json" -d '{{"userIds": ["{FLYER}", "987654321"]}}'
  curl -X POST {url}/user/{FLYER}/buyProduct -H "x-api-key: {API_KEY}" \
    -H "Content-Type: application/json" -d '{{"productId": "{product}"}}'
  curl {url}/flight/fetchUpcomingFlights -H "x-api-key: {API_KEY}"

Example requests of the superuser {SUPER_USER}:
  SESSION={session}
  curl {url}/users/ada-lovelace
  curl "{url}/users?size=3" -H "Authorization: Bearer $SESSION"
  curl "{url}/users/search?tagId=rust&verified=true" -H "Authorization: Bearer $SESSION"
  curl -X PATCH {url}/users/status/self -H "Authorization: Bearer $SESSION" \
    -H "Content-Type: application/json" -d '{{"state": "IDLE"}}'
  curl -X POST {url}/airlines -H "Authorization: Bearer $SESSION" \
    -H "Content-Type: application/json" -d '{{"airlineId": "my-airline", "name": "My Airline"}}'
"#
    ))
}
