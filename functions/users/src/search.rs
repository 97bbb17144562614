//! `GET /users/search`

use crate::list::{Links, encode, page_request};
use axum::Json;
use axum::extract::State;
use serde::Serialize;
use shared::Context;
use shared::http::openapi::SessionResponses;
use shared::http::{Failure, MembersError, MembersErrorBody, OrFail, QueryParams, SignedIn};
use shared::members::{MemberSearch, SearchedRole, search};
use shared::models::{Label, PublicMember, State as MemberState};
use std::time::Duration;

/// A page of search results.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct UsersFound {
    /// `Users found successfully!`, or `No users found` when no member matches.
    #[schema(example = "Users found successfully!")]
    message: &'static str,
    /// Members on the page, ordered by username.
    users: Vec<PublicMember>,
    /// Links to the pages before and after this one.
    links: Links,
    /// Number of members who match, on all pages together.
    #[schema(example = 1)]
    count: usize,
}

/// Query parameters that filter. The links repeat them.
const FILTERS: [&str; 8] = ["levelId", "levelName", "levelValue", "tagId", "state", "role", "verified", "time"];

/// Maximum number of distinct filter values in a request: each costs a query.
const MAX_FILTER_VALUES: usize = 20;

/// Search members
///
/// Returns a page of the members who match every kind of filter that is given, ordered by username. Within one kind,
/// repeated values are alternatives. `levelId`, `levelName`, `levelValue` and `tagId` must all match the same skill of
/// a member. Archived members are found only with `role=ARCHIVED`; members without a username are never found.
#[utoipa::path(
    get,
    path = "/users/search",
    tag = "Members",
    security(("sessionCookie" = []), ("sessionToken" = [])),
    extensions(("x-dynamodb-requests" = json!(
        "3; more if the most selective filter has many matches, 1 per 8,000 entries or 100 members"
    ))),
    params(
        ("tagId" = Option<Vec<String>>, Query, nullable = false, example = json!(["dispatch"]),
            description = "Id of the tag of a skill that members have. May be repeated."),
        ("levelId" = Option<Vec<String>>, Query, nullable = false,
            description = "Id of the level of a skill that members have. May be repeated."),
        ("levelName" = Option<Vec<String>>, Query, nullable = false,
            description = "Name of the level of a skill that members have, 1 to 100 characters. May be repeated."),
        ("levelValue" = Option<Vec<i64>>, Query, nullable = false,
            description = "Numeric value of the level of a skill that members have, an integer. May be repeated."),
        ("state" = Option<Vec<String>>, Query, nullable = false, example = json!(["ONBOARDING"]),
            description = "State of the members: `ACTIVE`, `OOO`, `IDLE`, `ONBOARDING`, or `ONBOARDING31DAYS` \
                for members who are onboarding and have been on Discord for more than 31 days. May be repeated."),
        ("role" = Option<Vec<String>>, Query, nullable = false,
            description = "Role of the members: `MEMBER`, `INDISCORD` or `ARCHIVED`. May be repeated."),
        ("verified" = Option<bool>, Query, nullable = false,
            description = "Whether members have a linked Discord account."),
        ("time" = Option<String>, Query, nullable = false, pattern = "^[0-9]{1,5}d$",
            description = "Number of days, such as `31d`: members have been on Discord for longer than that."),
        ("size" = Option<u8>, Query, nullable = false, minimum = 1, maximum = 100,
            description = "Maximum number of members on the page, 1 to 100; default 100."),
        ("page" = Option<u32>, Query, nullable = false,
            description = "Number of pages to skip, 0 or more; default 0. Cannot be combined with `next` or `prev`."),
        ("next" = Option<String>, Query, nullable = false,
            description = "Id of a member: the page starts after that member. Cannot be combined with `page` or `prev`."),
        ("prev" = Option<String>, Query, nullable = false,
            description = "Id of a member: the page ends before that member. Cannot be combined with `page` or `next`."),
    ),
    responses(
        (status = 200, description = "A page of the members who match, which may be empty.", body = UsersFound),
        (status = 400, body = MembersErrorBody,
            description = "No filter was given, or a parameter is invalid; the message names it.",
            example = json!({ "statusCode": 400, "error": "Bad Request", "message": "Filter for item not provided" })),
        SessionResponses,
    )
)]
pub(crate) async fn search_users(
    _: SignedIn,
    State(context): State<Context>,
    mut query: QueryParams,
) -> Result<Json<UsersFound>, MembersError> {
    let page = page_request(&mut query)?;
    let given = query.given(&FILTERS);
    if given.len() > MAX_FILTER_VALUES {
        return Err(MembersError::BadRequest(format!("At most {MAX_FILTER_VALUES} filter values are allowed")));
    }
    let rest: Vec<String> = given.iter().map(|(name, value)| format!("&{name}={}", encode(value))).collect();
    let filters = filters(&mut query)?;
    query.finish()?;
    let found = search(&context, &filters, &page).await.or_fail(Failure::SearchUnavailable)?;
    let message = if found.count == 0 { "No users found" } else { "Users found successfully!" };
    let links = Links::new("/users/search", page.size, &rest.concat(), found.next.as_ref(), found.prev.as_ref());
    Ok(Json(UsersFound { message, users: found.members, links, count: found.count }))
}

fn filters(query: &mut QueryParams) -> Result<MemberSearch, MembersError> {
    let name = |text: &str| text.parse().ok().map(|name: Label| name.to_string());
    let mut search = MemberSearch {
        tag_ids: query.parse_all("tagId", "a tag's id", |text| text.parse().ok())?,
        level_ids: query.parse_all("levelId", "a level's id", |text| text.parse().ok())?,
        level_names: query.parse_all("levelName", "a level's name", name)?,
        level_values: query.parse_all("levelValue", "an integer", |text| text.parse().ok())?,
        verified: query.parse_all("verified", "true or false", |text| text.parse().ok())?,
        in_discord_for: query.parse_all("time", "a number of days, such as 31d", days)?.into_iter().min(),
        ..MemberSearch::default()
    };
    let states = "one of ACTIVE, OOO, IDLE, ONBOARDING, ONBOARDING31DAYS";
    for state in query.parse_all("state", states, state)? {
        match state {
            Some(state) => search.states.push(state),
            None => search.long_onboarding = true,
        }
    }
    search.roles = query.parse_all("role", "one of MEMBER, INDISCORD, ARCHIVED", |text| match text {
        "MEMBER" | "member" => Some(SearchedRole::Member),
        "INDISCORD" | "in_discord" => Some(SearchedRole::InDiscord),
        "ARCHIVED" | "archived" => Some(SearchedRole::Archived),
        _ => None,
    })?;
    Ok(search)
}

/// Reads a state; the inner `None` stands for long onboarding.
#[allow(clippy::option_option, reason = "the outer one tells whether the text is a state at all")]
fn state(text: &str) -> Option<Option<MemberState>> {
    match text {
        "ONBOARDING31DAYS" => Some(None),
        "ACTIVE" => Some(Some(MemberState::Active)),
        "OOO" => Some(Some(MemberState::Ooo)),
        "IDLE" => Some(Some(MemberState::Idle)),
        "ONBOARDING" => Some(Some(MemberState::Onboarding)),
        _ => None,
    }
}

fn days(text: &str) -> Option<Duration> {
    let days = text.strip_suffix('d').filter(|days| days.len() <= 5 && days.bytes().all(|b| b.is_ascii_digit()))?;
    days.parse().ok().map(|days: u64| Duration::from_hours(days * 24))
}
