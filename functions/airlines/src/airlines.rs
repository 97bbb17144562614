//! `POST /airlines`, `POST /airlines/{airlineId}/keys` and `DELETE /airlines/{airlineId}/keys/{keyId}`

use axum::Json;
use axum::extract::State;
use http::StatusCode;
use shared::App;
use shared::airlines::{self, AirlineDraft, CreatedAirline, CreatedKey, KeyDraft};
use shared::error::MembersError;
use shared::http::members::{Body, Params};
use shared::http::openapi::{MembersBodyFailures, SuperuserFailures};
use shared::http::{MembersErrorBody, Superuser};
use shared::models::{AirlineId, KeyId};

/// Make an airline
///
/// Answers its first API key, which is shown this once.
#[utoipa::path(
    post,
    path = "/airlines",
    tag = "Airlines",
    security(("sessionCookie" = []), ("sessionToken" = [])),
    request_body(content = AirlineDraft, example = json!({ "airlineId": "nordic-wings", "name": "Nordic Wings" })),
    responses(
        (status = 201, description = "The airline and its key.", body = CreatedAirline),
        (status = 400, description = "A field is missing or bad; says which.", body = MembersErrorBody,
            example = json!({ "statusCode": 400, "error": "Bad Request", "message": "\"name\" is required" })),
        (status = 409, description = "The id is taken.", body = MembersErrorBody,
            example = json!({ "statusCode": 409, "error": "Conflict", "message": "Airline already exists" })),
        MembersBodyFailures,
        SuperuserFailures,
    )
)]
pub(crate) async fn create_airline(
    _: Superuser,
    State(app): State<App>,
    Body(draft): Body<AirlineDraft>,
) -> Result<(StatusCode, Json<CreatedAirline>), MembersError> {
    let created = airlines::create(&app, draft).await?;
    Ok((StatusCode::CREATED, Json(created)))
}

/// Make another API key for an airline
///
/// With `overlapSeconds` the older keys end after that time; without, they stay.
#[utoipa::path(
    post,
    path = "/airlines/{airlineId}/keys",
    tag = "Airlines",
    security(("sessionCookie" = []), ("sessionToken" = [])),
    params(("airlineId" = AirlineId, Path, description = "The airline.", example = "oceanic")),
    request_body(content = KeyDraft, example = json!({ "overlapSeconds": 3600 })),
    responses(
        (status = 201, description = "The key, shown this once.", body = CreatedKey),
        (status = 400, description = "A field is bad; says which.", body = MembersErrorBody,
            example = json!({
                "statusCode": 400, "error": "Bad Request",
                "message": "\"overlapSeconds\" invalid value: integer \"-1\", expected an integer from 0 to 31536000"
            })),
        (status = 404, description = "No such airline.", body = MembersErrorBody,
            example = json!({ "statusCode": 404, "error": "Not Found", "message": "Airline not found" })),
        (status = 409, description = "It has 40 keys already.", body = MembersErrorBody,
            example = json!({ "statusCode": 409, "error": "Conflict", "message": "Too many keys, revoke some first" })),
        MembersBodyFailures,
        SuperuserFailures,
    )
)]
pub(crate) async fn create_key(
    _: Superuser,
    State(app): State<App>,
    Params(airline): Params<String>,
    Body(draft): Body<KeyDraft>,
) -> Result<(StatusCode, Json<CreatedKey>), MembersError> {
    let airline: AirlineId = airline.parse().map_err(|_| MembersError::NotFound("Airline not found"))?;
    let created = airlines::add_key(&app, &airline, &draft).await?;
    Ok((StatusCode::CREATED, Json(created)))
}

/// Revoke an API key
///
/// It is refused everywhere within a minute.
#[utoipa::path(
    delete,
    path = "/airlines/{airlineId}/keys/{keyId}",
    tag = "Airlines",
    security(("sessionCookie" = []), ("sessionToken" = [])),
    params(
        ("airlineId" = AirlineId, Path, description = "The airline.", example = "oceanic"),
        ("keyId" = KeyId, Path, description = "The key's id, not the key.", example = "demo"),
    ),
    responses(
        (status = 204, description = "Revoked."),
        (status = 404, description = "The airline has no such key.", body = MembersErrorBody,
            example = json!({ "statusCode": 404, "error": "Not Found", "message": "Key not found" })),
        SuperuserFailures,
    )
)]
pub(crate) async fn revoke_key(
    _: Superuser,
    State(app): State<App>,
    Params((airline, key)): Params<(String, String)>,
) -> Result<StatusCode, MembersError> {
    let unknown = |_| MembersError::NotFound("Key not found");
    let airline: AirlineId = airline.parse().map_err(unknown)?;
    let key: KeyId = key.parse().map_err(unknown)?;
    airlines::revoke_key(&app, &airline, &key).await?;
    Ok(StatusCode::NO_CONTENT)
}
