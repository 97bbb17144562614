//! `POST /airlines`, `POST /airlines/{airlineId}/keys` and `DELETE /airlines/{airlineId}/keys/{keyId}`

use axum::Json;
use axum::extract::State;
use http::StatusCode;
use shared::Context;
use shared::airlines::{self, AirlineDraft, CreatedAirline, CreatedKey, KeyDraft};
use shared::http::members::{Body, Params};
use shared::http::openapi::{MembersBodyResponses, SuperuserResponses};
use shared::http::{MembersError, MembersErrorBody, Superuser};
use shared::models::{AirlineId, KeyId};

/// Create an airline
///
/// Creates the airline together with its first API key, which only this response shows. Repeating the request returns
/// 409 and changes nothing.
#[utoipa::path(
    post,
    path = "/airlines",
    tag = "Airlines",
    security(("sessionCookie" = []), ("sessionToken" = [])),
    extensions(("x-dynamodb-requests" = json!("2"))),
    request_body(content = AirlineDraft, example = json!({
        "airlineId": "nordic-wings", "name": "Nordic Wings", "serverId": "112233445566778899"
    })),
    responses(
        (status = 201, description = "The airline that was created, with its first API key.", body = CreatedAirline),
        (status = 400, description = "A field is missing or invalid; the message names it.", body = MembersErrorBody,
            example = json!({ "statusCode": 400, "error": "Bad Request", "message": "\"name\" is required" })),
        (status = 409, description = "Another airline already has this id.", body = MembersErrorBody,
            example = json!({ "statusCode": 409, "error": "Conflict", "message": "Airline already exists" })),
        MembersBodyResponses,
        SuperuserResponses,
    )
)]
pub(crate) async fn create_airline(
    _: Superuser,
    State(context): State<Context>,
    Body(draft): Body<AirlineDraft>,
) -> Result<(StatusCode, Json<CreatedAirline>), MembersError> {
    let created = airlines::create(&context, draft).await?;
    Ok((StatusCode::CREATED, Json(created)))
}

/// Create an API key for an airline
///
/// Creates another API key, which only this response shows. With `overlapSeconds`, the airline's older keys expire
/// after that time unless they expire sooner; without it, they stay valid. Repeating the request creates yet another
/// key.
#[utoipa::path(
    post,
    path = "/airlines/{airlineId}/keys",
    tag = "Airlines",
    security(("sessionCookie" = []), ("sessionToken" = [])),
    extensions(("x-dynamodb-requests" = json!("3, plus 2 per conflicting change of the keys"))),
    params(("airlineId" = AirlineId, Path, description = "Id of the airline.", example = "oceanic")),
    request_body(content = KeyDraft, example = json!({ "overlapSeconds": 3600 })),
    responses(
        (status = 201, description = "The key that was created. It is not shown again.", body = CreatedKey),
        (status = 400, description = "A field is invalid; the message names it.", body = MembersErrorBody,
            example = json!({
                "statusCode": 400, "error": "Bad Request",
                "message": "\"overlapSeconds\" must be an integer from 0 to 31536000"
            })),
        (status = 404, description = "No airline has this id.", body = MembersErrorBody,
            example = json!({ "statusCode": 404, "error": "Not Found", "message": "Airline not found" })),
        (status = 409, description = "The airline already has 40 valid keys.", body = MembersErrorBody,
            example = json!({ "statusCode": 409, "error": "Conflict", "message": "Too many keys, revoke some first" })),
        MembersBodyResponses,
        SuperuserResponses,
    )
)]
pub(crate) async fn create_key(
    _: Superuser,
    State(context): State<Context>,
    Params(airline): Params<String>,
    Body(draft): Body<KeyDraft>,
) -> Result<(StatusCode, Json<CreatedKey>), MembersError> {
    let airline: AirlineId = airline.parse().map_err(|_| MembersError::NotFound("Airline not found"))?;
    let created = airlines::add_key(&context, &airline, &draft).await?;
    Ok((StatusCode::CREATED, Json(created)))
}

/// Revoke an API key
///
/// The key is rejected everywhere within a minute. Repeating the request returns 404.
#[utoipa::path(
    delete,
    path = "/airlines/{airlineId}/keys/{keyId}",
    tag = "Airlines",
    security(("sessionCookie" = []), ("sessionToken" = [])),
    extensions(("x-dynamodb-requests" = json!("3"))),
    params(
        ("airlineId" = AirlineId, Path, description = "Id of the airline.", example = "oceanic"),
        ("keyId" = KeyId, Path, description = "Id of the API key, not the key itself.", example = "demo"),
    ),
    responses(
        (status = 204, description = "The API key was revoked."),
        (status = 404, description = "The airline has no API key with this id.", body = MembersErrorBody,
            example = json!({ "statusCode": 404, "error": "Not Found", "message": "Key not found" })),
        SuperuserResponses,
    )
)]
pub(crate) async fn revoke_key(
    _: Superuser,
    State(context): State<Context>,
    Params((airline, key)): Params<(String, String)>,
) -> Result<StatusCode, MembersError> {
    let unknown = |_| MembersError::NotFound("Key not found");
    let airline: AirlineId = airline.parse().map_err(unknown)?;
    let key: KeyId = key.parse().map_err(unknown)?;
    airlines::revoke_key(&context, &airline, &key).await?;
    Ok(StatusCode::NO_CONTENT)
}
