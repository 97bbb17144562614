//! `GET /users`

use crate::lookup::{NO_SUCH_USER, UserFound};
use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Serialize;
use shared::http::openapi::SessionResponses;
use shared::http::{Failure, MembersError, MembersErrorBody, OrFail, QueryParams, SignedIn};
use shared::members::{
    Cursor, GithubQuery, Neighbor, PageRequest, list, list_by_github, member, member_by_discord, not_in_list,
};
use shared::models::PublicMember;
use shared::{Context, Outside};

/// Links to the pages before and after this one.
#[derive(Debug, Default, Serialize, utoipa::ToSchema)]
pub(crate) struct Links {
    /// Path and query of the next page; empty if there are no members after this one.
    #[schema(example = "/users?next=4kFh2LmQ9sZt7WbXc1Vd&size=100")]
    pub next: String,
    /// Path and query of the previous page; empty if there are no members before this one. On an empty page beyond the
    /// end, that of the last page.
    #[schema(example = "")]
    pub prev: String,
}

impl Links {
    /// Creates the links of a listing at `path`. `rest` holds its further query parameters, percent-encoded.
    pub fn new(path: &str, size: usize, rest: &str, next: Option<&Neighbor>, prev: Option<&Neighbor>) -> Self {
        let link = |page: Option<&Neighbor>| {
            let from = match page {
                None => return String::new(),
                Some(Neighbor::First) => String::new(),
                Some(Neighbor::After(id)) => format!("next={id}&"),
                Some(Neighbor::Before(id)) => format!("prev={id}&"),
            };
            format!("{path}?{from}size={size}{rest}")
        };
        Self { next: link(next), prev: link(prev) }
    }
}

/// A page of members with links to the pages around it.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct UserList {
    /// Always `Users returned successfully!`, for people to read.
    #[schema(example = "Users returned successfully!")]
    message: &'static str,
    /// Members on the page, in listing order.
    users: Vec<PublicMember>,
    /// Links to the pages before and after this one.
    links: Links,
}

/// Returns whether a text is a number without leading zeros and signs.
fn is_number(text: &str) -> bool {
    text == "0" || (!text.starts_with('0') && !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit()))
}

/// Reads the maximum number of members on a page, which is `max` unless the parameter says less.
pub(crate) fn page_size(query: &mut QueryParams, max: usize) -> Result<usize, MembersError> {
    let Some(size) = query.one("size")? else { return Ok(max) };
    let number = Some(size).filter(|size| is_number(size)).and_then(|size| size.parse().ok());
    let bad = || MembersError::BadRequest(format!("size must be in range 1-{max}"));
    number.filter(|size| (1..=max).contains(size)).ok_or_else(bad)
}

/// Reads the parameters that select a page.
pub(crate) fn page_request(query: &mut QueryParams) -> Result<PageRequest, MembersError> {
    let bad = |message: &str| MembersError::BadRequest(message.to_owned());
    let size = page_size(query, 100)?;
    let page = query.one("page")?.map(|page| {
        // A number too large for `usize` is past the last page, as `usize::MAX` is.
        let number = Some(page).filter(|page| is_number(page)).map(|page| page.parse().unwrap_or(usize::MAX));
        number.ok_or_else(|| bad("page value either be a positive number or zero"))
    });
    let page: Option<usize> = page.transpose()?;
    let (next, prev) = (query.one("next")?, query.one("prev")?);
    let id = |name: &str, id: &str| id.parse().map_err(|_| MembersError::from(not_in_list(name, id)));
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
/// Returns a page of the members who are not archived and have a username, ordered by username without regard to case.
/// Following `links.next` from page to page visits each of them once.
///
/// With `profile=true` the response is the caller's own record instead, and with `id` or `discordId` a single member.
/// With `query` it lists the authors of pull requests or issues on GitHub.
#[utoipa::path(
    get,
    path = "/users",
    tag = "Members",
    security(("sessionCookie" = []), ("sessionToken" = [])),
    extensions(("x-dynamodb-requests" = json!(
        "2; with `next` or `prev`, 4; for a single member, 1 or 2; with `query`, 2 per 100 members, plus the \
        requests to GitHub"
    ))),
    params(
        ("size" = Option<u8>, Query, nullable = false, minimum = 1, maximum = 100, example = 2,
            description = "Maximum number of members on the page, 1 to 100; default 100."),
        ("page" = Option<u32>, Query, nullable = false,
            description = "Number of pages to skip, 0 or more; default 0. Cannot be combined with `next` or `prev`."),
        ("next" = Option<String>, Query, nullable = false,
            description = "Id of a member: the page starts after that member. Cannot be combined with `page` or `prev`."),
        ("prev" = Option<String>, Query, nullable = false,
            description = "Id of a member: the page ends before that member. Cannot be combined with `page` or `next`."),
        ("search" = Option<String>, Query, nullable = false, min_length = 1,
            description = "Prefix of the usernames to list, without regard to case."),
        ("query" = Option<String>, Query, nullable = false,
            description = "Lists the authors of pull requests or issues on GitHub. Tokens of the form `key:value`, \
                separated by spaces: `filterBy` (required), one of `OPEN_PRS`, `MERGED_PRS`, `OPEN_ISSUES`, \
                `CLOSED_ISSUES`; `sortBy`, `RECENT_FIRST` (default) or `OLDEST_FIRST`; `startDate` and `endDate`, as \
                `YYYY-MM-DD`; `days`, 1 to 3650, the number of days back from today when there is no `startDate`."),
        ("profile" = Option<bool>, Query, nullable = false, description = "`true` returns the caller's own record."),
        ("id" = Option<String>, Query, nullable = false, description = "Id of the single member to return."),
        ("discordId" = Option<String>, Query, nullable = false,
            description = "Id of the Discord account of the single member to return."),
    ),
    responses(
        (status = 200, description = "A page of members with links to the pages around it.", body = UserList),
        (status = 400, description = "A parameter is invalid; the message names it.", body = MembersErrorBody,
            example = json!({ "statusCode": 400, "error": "Bad Request", "message": "size must be in range 1-100" })),
        (status = 404, body = MembersErrorBody,
            description = "No member has this id or Discord account, or the caller has not signed up.",
            example = json!({ "statusCode": 404, "error": "Not Found", "message": "User doesn't exist" })),
        SessionResponses,
    )
)]
pub(crate) async fn list_users(
    SignedIn(session): SignedIn,
    State(context): State<Context>,
    State(outside): State<Outside>,
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
        let own = member(&context, session.id.as_str()).await.or_fail(Failure::Unavailable)?;
        return Ok(Json(PublicMember::from(own.ok_or(NO_SUCH_USER)?)).into_response());
    }
    if let Some(id) = id {
        let found = member(&context, &id).await.or_fail(Failure::Unavailable)?;
        return Ok(Json(UserFound::or_404(found)?).into_response());
    }
    if let Some(discord_id) = discord_id {
        let found = member_by_discord(&context, &discord_id).await.or_fail(Failure::Unavailable)?;
        return Ok(Json(UserFound::or_404(found)?).into_response());
    }
    let message = "Users returned successfully!";
    if let Some(github) = github {
        let github = GithubQuery::parse(&github, context.now())?;
        let users = list_by_github(&context, &outside, &github).await.or_fail(Failure::Unavailable)?;
        return Ok(Json(UserList { message, users, links: Links::default() }).into_response());
    }
    let prefix = search.as_deref().unwrap_or_default();
    let found = list(&context, prefix, &page).await.or_fail(Failure::Unavailable)?;
    let rest = search.map(|search| format!("&search={}", encode(&search))).unwrap_or_default();
    let links = Links::new("/users", page.size, &rest, found.next.as_ref(), found.prev.as_ref());
    Ok(Json(UserList { message, users: found.members, links }).into_response())
}

/// What `encodeURIComponent` of JavaScript leaves as it is (ECMA-262, "encodeURIComponent").
const UNESCAPED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'_')
    .remove(b'.')
    .remove(b'!')
    .remove(b'~')
    .remove(b'*')
    .remove(b'\'')
    .remove(b'(')
    .remove(b')');

/// Percent-encodes the value of a query parameter as the original systems do.
pub(crate) fn encode(value: &str) -> String {
    utf8_percent_encode(value, UNESCAPED).to_string()
}
