//! `POST /users/fetchUsersData`

use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use shared::App;
use shared::error::FlyersError;
use shared::history::{FlyerHistory, fetch_users_data as fetch};
use shared::http::openapi::ApiKeyFailures;
use shared::http::{Caller, FlyersErrorBody, RawBody, parse_json};

/// The flyers asked for.
#[derive(Serialize, utoipa::ToSchema)]
pub(crate) struct UsersData {
    /// One element for each id asked for, in that order.
    data: Vec<FlyerHistory>,
}

/// Which flyers: an object with `userIds`, or the list alone.
#[derive(Serialize, utoipa::ToSchema)]
#[serde(untagged)]
#[allow(dead_code, reason = "it exists to be described")]
pub(crate) enum UserIds {
    /// An object.
    Object {
        /// Up to 100 distinct ROBLOX user ids, as strings or integers.
        #[serde(rename = "userIds")]
        #[schema(min_items = 1, example = json!(["123456789", "987654321"]))]
        user_ids: Vec<UserId>,
    },
    /// The list alone.
    List(Vec<UserId>),
}

/// A ROBLOX user id.
#[derive(Serialize, utoipa::ToSchema)]
#[serde(untagged)]
#[allow(dead_code, reason = "it exists to be described")]
pub(crate) enum UserId {
    /// As it is.
    Text(String),
    /// As a number.
    Number(u64),
}

/// Fetch flyers with their flights
///
/// Answers each flyer asked for, in the order asked for, with the flights that the flyer was on, the last one
/// boarded first. An id that is unknown gives `user: null` and no flights. Ids are trimmed; empty ones and nulls
/// are dropped; a repeated one is repeated in the answer.
#[utoipa::path(
    post,
    path = "/users/fetchUsersData",
    tag = "Miles",
    security(("apiKey" = [])),
    request_body(content = UserIds, example = json!({ "userIds": ["123456789", "987654321"] })),
    responses(
        (status = 200, description = "The flyers.", body = UsersData),
        (status = 400, description = "No ids, too many, or something that is no id.", body = FlyersErrorBody,
            example = json!({ "error": "Provide a list of userIds in the request body" })),
        (status = 413, description = "Body over 100 kB, or the answer would be larger than 6 MB.",
            body = FlyersErrorBody, example = json!({ "error": "The answer would be larger than 6 MB; ask for less at a time" })),
        ApiKeyFailures,
    )
)]
pub(crate) async fn fetch_users_data(
    _: Caller,
    State(app): State<App>,
    RawBody(body): RawBody,
) -> Result<Json<UsersData>, FlyersError> {
    let ids = user_ids(&body)?;
    Ok(Json(UsersData { data: fetch(&app, &ids).await? }))
}

#[derive(Deserialize)]
struct Object<'a> {
    #[serde(borrow, rename = "userIds")]
    user_ids: Option<&'a RawValue>,
}

/// The ids in a body. They are read as raw JSON, because an id may be an integer of up to 20 digits, more than
/// any integer type of ours holds.
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

/// The id that one element is; none if it is empty or null.
fn user_id(position: usize, json: &str) -> Result<Option<String>, FlyersError> {
    let bad = || FlyersError::BadRequest(format!("\"userIds[{position}]\" must be a string or an integer"));
    if json == "null" {
        return Ok(None);
    }
    if json.starts_with('"') {
        // All that can be wrong here, where the body as a whole is JSON.
        let half = |_| FlyersError::BadRequest(format!("\"userIds[{position}]\" holds half of a surrogate pair"));
        let text: String = parse_json(json.as_bytes()).map_err(half)?;
        let id = text.trim();
        return Ok((!id.is_empty()).then(|| id.to_owned()));
    }
    let digits = json.strip_prefix('-').unwrap_or(json);
    let is_integer = !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit());
    if is_integer { Ok(Some(json.to_owned())) } else { Err(bad()) }
}
