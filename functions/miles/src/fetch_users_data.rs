//! `POST /users/fetchUsersData`

use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use shared::Context;
use shared::history::{FlyerHistory, fetch_users_data as fetch};
use shared::http::openapi::ApiKeyResponses;
use shared::http::{Caller, FlyersError, FlyersErrorBody, RawBody};
use shared::models::parse_json;

/// The requested flyers with their flights.
#[derive(Serialize, utoipa::ToSchema)]
pub(crate) struct UsersData {
    /// One element for each requested id, in the order requested.
    data: Vec<FlyerHistory>,
}

/// ROBLOX user ids of the flyers to fetch: an object with `userIds`, or the array alone.
#[derive(Serialize, utoipa::ToSchema)]
#[serde(untagged)]
#[allow(dead_code, reason = "it exists to be described")]
pub(crate) enum UserIds {
    /// An object that holds the array.
    Object {
        /// ROBLOX user ids, as strings or integers; at most 100 distinct ones.
        #[serde(rename = "userIds")]
        #[schema(min_items = 1, example = json!(["123456789", "987654321"]))]
        user_ids: Vec<UserId>,
    },
    /// The array of ids on its own.
    List(Vec<UserId>),
}

/// ROBLOX user id of a flyer, as a string or as an integer.
#[derive(Serialize, utoipa::ToSchema)]
#[serde(untagged)]
#[allow(dead_code, reason = "it exists to be described")]
pub(crate) enum UserId {
    /// The id as a decimal string.
    Text(String),
    /// The id as a JSON integer.
    Number(u64),
}

/// Fetch flyers with their flights
///
/// Returns each requested flyer, in the order requested, with the flights that the flyer boarded, the most recently
/// boarded first. An unknown id yields `user: null` and no flights. Ids are trimmed; empty ones and `null` are skipped;
/// a repeated id is repeated in the response.
#[utoipa::path(
    post,
    path = "/users/fetchUsersData",
    tag = "Miles",
    security(("apiKey" = [])),
    extensions(("x-dynamodb-requests" = json!(
        "2; in general, 1 per 50 flyers and 1 per 100 flights, so 3 for 100 flyers with 100 flights in total"
    ))),
    request_body(content = UserIds, example = json!({ "userIds": ["123456789", "987654321"] })),
    responses(
        (status = 200, description = "The requested flyers with their flights.", body = UsersData),
        (status = 400, body = FlyersErrorBody,
            description = "No ids were given, more than 100 distinct ones, or an element that is not an id.",
            example = json!({ "error": "Provide a list of userIds in the request body" })),
        (status = 413, body = FlyersErrorBody,
            description = "The request body is larger than 100 kB, or the response would be larger than 6 MB.",
            example = json!({ "error": "The answer would be larger than 6 MB; ask for less at a time" })),
        ApiKeyResponses,
    )
)]
pub(crate) async fn fetch_users_data(
    _: Caller,
    State(context): State<Context>,
    RawBody(body): RawBody,
) -> Result<Json<UsersData>, FlyersError> {
    let ids = user_ids(&body)?;
    Ok(Json(UsersData { data: fetch(&context, &ids).await? }))
}

#[derive(Deserialize)]
struct Object<'a> {
    #[serde(borrow, rename = "userIds")]
    user_ids: Option<&'a RawValue>,
}

/// Reads the ids in a body. They are parsed as raw JSON, because an id may be an integer of up to 20 digits, which no
/// 64-bit type holds.
fn user_ids(body: &[u8]) -> Result<Vec<String>, FlyersError> {
    if body.trim_ascii().is_empty() {
        return Err(FlyersError::MissingUserIds);
    }
    let root: &RawValue = parse_json(body)?;
    let list = if root.get().starts_with('{') {
        parse_json::<Object>(root.get().as_bytes())?.user_ids.ok_or(FlyersError::MissingUserIds)?
    } else {
        root
    };
    if !list.get().starts_with('[') {
        return Err(FlyersError::MissingUserIds);
    }
    let elements: Vec<&RawValue> = parse_json(list.get().as_bytes())?;
    let ids = elements.into_iter().enumerate().map(|(position, element)| user_id(position, element.get()));
    ids.filter_map(Result::transpose).collect()
}

/// Reads the id in one element; `None` if it is empty or null.
fn user_id(position: usize, json: &str) -> Result<Option<String>, FlyersError> {
    let bad = || FlyersError::BadRequest(format!("\"userIds[{position}]\" must be a string or an integer"));
    if json == "null" {
        return Ok(None);
    }
    if json.starts_with('"') {
        // The body as a whole is valid JSON, so nothing else can be wrong with a string in it.
        let half = |_| FlyersError::BadRequest(format!("\"userIds[{position}]\" holds half of a surrogate pair"));
        let text: String = parse_json(json.as_bytes()).map_err(half)?;
        let id = text.trim();
        return Ok((!id.is_empty()).then(|| id.to_owned()));
    }
    let digits = json.strip_prefix('-').unwrap_or(json);
    let is_integer = !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit());
    if is_integer { Ok(Some(json.to_owned())) } else { Err(bad()) }
}
