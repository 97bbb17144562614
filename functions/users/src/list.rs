//! `GET /users`

use crate::lookup::UserFound;
use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use shared::App;
use shared::error::{Failure, MembersError};
use shared::http::openapi::SessionFailures;
use shared::http::{MembersErrorBody, QueryParams, SignedIn};
use shared::members::{
    Cursor, GithubQuery, OrFail, PageRequest, list, list_by_github, member, member_by_discord, not_in_list,
};
use shared::models::{MemberId, PublicMember};

/// Where the pages before and after are.
#[derive(Debug, Default, Serialize, utoipa::ToSchema)]
pub(crate) struct Links {
    /// The next page; empty on the last one.
    #[schema(example = "/users?next=4kFh2LmQ9sZt7WbXc1Vd&size=100")]
    pub next: String,
    /// The page before; empty on the first one.
    #[schema(example = "")]
    pub prev: String,
}

impl Links {
    /// Links to a listing at `path`, whose further parameters, encoded, are `rest`.
    pub fn new(path: &str, size: usize, rest: &str, next: Option<&MemberId>, prev: Option<&MemberId>) -> Self {
        let link = |name: &str, id: Option<&MemberId>| {
            id.map(|id| format!("{path}?{name}={id}&size={size}{rest}")).unwrap_or_default()
        };
        Self { next: link("next", next), prev: link("prev", prev) }
    }
}

/// A page of members.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct UserList {
    /// Always the same.
    #[schema(example = "Users returned successfully!")]
    message: &'static str,
    /// The members.
    users: Vec<PublicMember>,
    /// The pages around this one.
    links: Links,
}

/// Reads which page is asked for.
pub(crate) fn page_request(query: &mut QueryParams) -> Result<PageRequest, MembersError> {
    let bad = |message: &str| MembersError::BadRequest(message.to_owned());
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    let size = match query.one("size")? {
        None => 100,
        Some(size) => {
            let number = Some(size).filter(|size| is_number(size)).and_then(|size| size.parse().ok());
            number.filter(|size| (1..=100).contains(size)).ok_or_else(|| bad("size must be in range 1-100"))?
        }
    };
    let page = query.one("page")?.map(|page| {
        // There are not so many pages as numbers.
        let number = Some(page).filter(|page| is_number(page)).map(|page| page.parse().unwrap_or(usize::MAX));
        number.ok_or_else(|| bad("page value either be a positive number or zero"))
    });
    let page: Option<usize> = page.transpose()?;
    let (next, prev) = (query.one("next")?, query.one("prev")?);
    let id = |name: &str, id: &str| id.parse().map_err(|_| not_in_list(name, id));
    let cursor = match (page, next, prev) {
        (_, Some(_), Some(_)) => return Err(bad("Both prev and next can't be passed")),
        (Some(_), Some(_), None) => return Err(bad("Both page and next can't be passed")),
        (Some(_), None, Some(_)) => return Err(bad("Both page and prev can't be passed")),
        (None, Some(next), None) => Cursor::Next(id("next", &next)?),
        (None, None, Some(prev)) => Cursor::Prev(id("prev", &prev)?),
        (page, None, None) => Cursor::Page(page.unwrap_or_default()),
    };
    Ok(PageRequest { cursor, size })
}

/// List members
///
/// Those who are not archived and have a username, by username without regard to case. With `profile=true` the caller's
/// own record alone; with `id` or `discordId` that member's.
#[utoipa::path(
    get,
    path = "/users",
    tag = "Members",
    security(("sessionCookie" = []), ("sessionToken" = [])),
    params(
        ("size" = Option<u8>, Query, nullable = false, minimum = 1, maximum = 100, description = "Members a page; default 100."),
        ("page" = Option<u32>, Query, nullable = false, description = "How many pages to skip."),
        ("next" = Option<String>, Query, nullable = false, description = "The page after that member."),
        ("prev" = Option<String>, Query, nullable = false, description = "The page before that member."),
        ("search" = Option<String>, Query, nullable = false, min_length = 1, description = "How usernames must begin."),
        ("query" = Option<String>, Query, nullable = false,
            description = "Those who authored something on GitHub: `filterBy:` one of `OPEN_PRS`, `MERGED_PRS`, \
                `OPEN_ISSUES`, `CLOSED_ISSUES`, and optionally `sortBy:` `RECENT_FIRST` or `OLDEST_FIRST`, `startDate:`, \
                `endDate:`, `days:`, apart by spaces."),
        ("profile" = Option<bool>, Query, nullable = false, description = "The caller's own record."),
        ("id" = Option<String>, Query, nullable = false, description = "That member's record."),
        ("discordId" = Option<String>, Query, nullable = false, description = "The record of the member with that Discord account."),
    ),
    responses(
        (status = 200, description = "The members.", body = UserList),
        (status = 400, description = "A parameter is bad; says which.", body = MembersErrorBody,
            example = json!({ "statusCode": 400, "error": "Bad Request", "message": "size must be in range 1-100" })),
        (status = 404, description = "No such member.", body = MembersErrorBody,
            example = json!({ "statusCode": 404, "error": "Not Found", "message": "User doesn't exist" })),
        SessionFailures,
    )
)]
pub(crate) async fn list_users(
    SignedIn(session): SignedIn,
    State(app): State<App>,
    mut query: QueryParams,
) -> Result<Response, MembersError> {
    let page = page_request(&mut query)?;
    let search = query.one("search")?;
    let github = query.one("query")?;
    let own = query.flag("profile")?;
    let (id, discord_id) = (query.one("id")?, query.one("discordId")?);
    query.finish()?;
    if search.as_deref() == Some("") {
        return Err(MembersError::BadRequest("search value must not be empty".to_owned()));
    }

    if own {
        let own = member(&app, session.id.as_str()).await.or_fail(Failure::Unavailable)?;
        return Ok(Json(PublicMember::from(own)).into_response());
    }
    if let Some(id) = id {
        let found = member(&app, &id).await.or_fail(Failure::Unavailable)?;
        return Ok(Json(UserFound::new(found)).into_response());
    }
    if let Some(discord_id) = discord_id {
        let found = member_by_discord(&app, &discord_id).await.or_fail(Failure::Unavailable)?;
        return Ok(Json(UserFound::new(found)).into_response());
    }
    let message = "Users returned successfully!";
    if let Some(github) = github {
        let github = GithubQuery::parse(&github, app.now())?;
        let users = list_by_github(&app, &github).await.or_fail(Failure::Unavailable)?;
        return Ok(Json(UserList { message, users, links: Links::default() }).into_response());
    }
    let prefix = search.as_deref().unwrap_or_default();
    let found = list(&app, prefix, &page).await.or_fail(Failure::Unavailable)?;
    let rest = search.map(|search| format!("&search={}", encode(&search))).unwrap_or_default();
    let links = Links::new("/users", page.size, &rest, found.next.as_ref(), found.prev.as_ref());
    Ok(Json(UserList { message, users: found.members, links }).into_response())
}

/// A query parameter's value, percent-encoded (RFC 3986, section 2.3).
pub(crate) fn encode(value: &str) -> String {
    percent_encoding::utf8_percent_encode(value, percent_encoding::NON_ALPHANUMERIC).to_string()
}
