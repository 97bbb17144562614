//! `GET /users/search`

use crate::list::{Links, encode, page_request};
use axum::Json;
use axum::extract::State;
use serde::Serialize;
use shared::App;
use shared::error::{Failure, MembersError};
use shared::http::openapi::SessionFailures;
use shared::http::{MembersErrorBody, QueryParams, SignedIn};
use shared::members::{MemberSearch, OrFail, SearchedRole, search};
use shared::models::{PublicMember, State as MemberState};
use std::time::Duration;

/// A page of what was found.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct UsersFound {
    /// Whether anybody was.
    #[schema(example = "Users found successfully!")]
    message: &'static str,
    /// The members.
    users: Vec<PublicMember>,
    /// The pages around this one.
    links: Links,
    /// How many match in all.
    #[schema(example = 1)]
    count: usize,
}

/// The parameters that say what to search by, as links repeat them.
const FILTERS: [&str; 8] = ["levelId", "levelName", "levelValue", "tagId", "state", "role", "verified", "time"];

/// Search members
///
/// Those who satisfy every kind of filter given; within one kind, repeated values are alternatives. `levelId`,
/// `levelName`, `levelValue` and `tagId` hold of one and the same skill. Archived members are found with `role=ARCHIVED`
/// only.
#[utoipa::path(
    get,
    path = "/users/search",
    tag = "Members",
    security(("sessionCookie" = []), ("sessionToken" = [])),
    params(
        ("tagId" = Option<Vec<String>>, Query, nullable = false, description = "A skill's tag. May be repeated.", example = json!(["rust"])),
        ("levelId" = Option<Vec<String>>, Query, nullable = false, description = "A skill's level. May be repeated."),
        ("levelName" = Option<Vec<String>>, Query, nullable = false, description = "A skill's level, by name. May be repeated."),
        ("levelValue" = Option<Vec<i64>>, Query, nullable = false, description = "A skill's level, as a number. May be repeated."),
        ("state" = Option<Vec<String>>, Query, nullable = false,
            description = "`ACTIVE`, `OOO`, `IDLE`, `ONBOARDING`, or `ONBOARDING31DAYS` for onboarding and on Discord for more than 31 days. May be repeated."),
        ("role" = Option<Vec<String>>, Query, nullable = false, description = "`MEMBER`, `INDISCORD`, `ARCHIVED`. May be repeated."),
        ("verified" = Option<bool>, Query, nullable = false, description = "Whether a Discord account is linked."),
        ("time" = Option<String>, Query, nullable = false, pattern = "^[0-9]{1,5}d$", description = "On Discord for more than so many days: `31d`."),
        ("size" = Option<u8>, Query, nullable = false, minimum = 1, maximum = 100, description = "Members a page; default 100."),
        ("page" = Option<u32>, Query, nullable = false, description = "How many pages to skip."),
        ("next" = Option<String>, Query, nullable = false, description = "The page after that member."),
        ("prev" = Option<String>, Query, nullable = false, description = "The page before that member."),
    ),
    responses(
        (status = 200, description = "Those found, or nobody.", body = UsersFound),
        (status = 400, description = "No filter, or a bad parameter; says which.", body = MembersErrorBody,
            example = json!({ "statusCode": 400, "error": "Bad Request", "message": "Filter for item not provided" })),
        SessionFailures,
    )
)]
pub(crate) async fn search_users(
    _: SignedIn,
    State(app): State<App>,
    mut query: QueryParams,
) -> Result<Json<UsersFound>, MembersError> {
    let page = page_request(&mut query)?;
    // Links that the original system made carry it.
    query.flag("dev")?;
    let rest: Vec<String> =
        query.given(&FILTERS).iter().map(|(name, value)| format!("&{name}={}", encode(value))).collect();
    let filters = filters(&mut query)?;
    query.finish()?;
    let found = search(&app, &filters, &page).await.or_fail(Failure::SearchUnavailable)?;
    let message = if found.count == 0 { "No users found" } else { "Users found successfully!" };
    let links = Links::new("/users/search", page.size, &rest.concat(), found.next.as_ref(), found.prev.as_ref());
    Ok(Json(UsersFound { message, users: found.members, links, count: found.count }))
}

fn filters(query: &mut QueryParams) -> Result<MemberSearch, MembersError> {
    let name = |text: &str| Some(text.to_owned()).filter(|text| (1..=100).contains(&text.chars().count()));
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

/// A state; none for long onboarding.
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
