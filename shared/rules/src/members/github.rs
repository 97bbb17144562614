//! Authors of issues and pull requests on GitHub, found with its search API.
//!
//! <https://docs.github.com/en/rest/search/search#search-issues-and-pull-requests>: 100 results per page, 1,000 per
//! search, 30 requests per minute with a token.
//!
//! GitHub sorts by the time an issue or pull request was created or last updated, but not by the time it was closed or
//! merged. Results found by these times are therefore sorted here. That is exact as long as GitHub finds at most 1,000
//! results, all of which it returns. Of more, those with the latest (or earliest) update are requested, among which are
//! those closed latest (or earliest), because closing is an update.

use super::MemberError;
use crate::outside::{Secret, ServiceError, WhenLimited};
use crate::{Context, Outside};
use models::Timestamp;
use serde::Deserialize;
use std::collections::HashSet;
use std::time::Duration;
use store::with_causes;

/// Number of results per page.
const PAGE_SIZE: usize = 100;
/// Maximum number of results that GitHub returns per search.
const MAX_RESULTS: usize = 1000;

/// How to reach GitHub.
#[derive(Debug, Clone)]
pub struct GithubConfig {
    /// Base URL of the API.
    pub api_url: String,
    /// Organization whose issues and pull requests are searched.
    pub org: String,
    /// API token.
    pub token: Secret,
    /// Maximum time per request.
    pub timeout: Duration,
}

/// A search for issues or pull requests.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GithubQuery {
    /// Search terms in GitHub's syntax: `is:pr is:open created:…`.
    terms: String,
    /// Whether the results are ordered by the time they were closed, rather than created. Merging a pull request closes
    /// it.
    by_closing: bool,
    /// Whether the earliest result comes first.
    oldest_first: bool,
}

impl GithubQuery {
    /// Parses the `query` parameter: `filterBy:… sortBy:… startDate:… endDate:… days:…`, separated by spaces. `days`
    /// counts back from `now`.
    ///
    /// # Errors
    /// `Invalid`, naming what is wrong.
    pub fn parse(query: &str, now: Timestamp) -> Result<Self, MemberError> {
        let bad = |message: String| MemberError::Invalid(message);
        let (mut filter, mut oldest_first, mut start, mut end) = (None, false, None, None);
        let mut days = None;
        let mut seen = HashSet::new();
        for token in query.split([' ', '+']).filter(|token| !token.is_empty()) {
            let (key, value) =
                token.split_once(':').ok_or_else(|| bad(format!("\"query\": {token} is no key:value")))?;
            if !seen.insert(key) {
                return Err(bad(format!("\"query\": {key} must be given once")));
            }
            let date = || {
                // `parse` also accepts other ISO 8601 notations, with or without a time of day.
                let date = value.parse().ok().filter(|date: &jiff::civil::Date| date.to_string() == value);
                date.ok_or_else(|| bad(format!("\"query\": {key} must be a date as YYYY-MM-DD")))
            };
            match key {
                "filterBy" => {
                    filter =
                        Some(match value {
                            "OPEN_PRS" => ("is:pr is:open", "created"),
                            "MERGED_PRS" => ("is:pr is:merged", "merged"),
                            "OPEN_ISSUES" => ("is:issue is:open", "created"),
                            "CLOSED_ISSUES" => ("is:issue is:closed", "closed"),
                            _ => return Err(bad(
                                "\"query\": filterBy must be one of OPEN_PRS, MERGED_PRS, OPEN_ISSUES, CLOSED_ISSUES"
                                    .to_owned(),
                            )),
                        });
                }
                "sortBy" => {
                    oldest_first = match value {
                        "RECENT_FIRST" => false,
                        "OLDEST_FIRST" => true,
                        _ => return Err(bad("\"query\": sortBy must be RECENT_FIRST or OLDEST_FIRST".to_owned())),
                    };
                }
                "startDate" => start = Some(date()?),
                "endDate" => end = Some(date()?),
                "days" => {
                    let value: Option<i32> = value.parse().ok().filter(|days| (1..=3650).contains(days));
                    days =
                        Some(value.ok_or_else(|| bad("\"query\": days must be an integer from 1 to 3650".to_owned()))?);
                }
                _ => return Err(bad(format!("\"query\": {key} is not allowed"))),
            }
        }
        let (terms, field) = filter.ok_or_else(|| bad("\"query\": filterBy is required".to_owned()))?;
        if let (Some(days), None) = (days, start) {
            let span = jiff::Span::new().days(days);
            start = now.date().checked_sub(span).ok();
        }
        if start.zip(end).is_some_and(|(start, end)| end < start) {
            return Err(bad("\"query\": endDate must not be before startDate".to_owned()));
        }
        let range = match (start, end) {
            (None, None) => String::new(),
            (Some(start), None) => format!(" {field}:>={start}"),
            (None, Some(end)) => format!(" {field}:<={end}"),
            (Some(start), Some(end)) => format!(" {field}:{start}..{end}"),
        };
        Ok(Self { terms: format!("{terms}{range}"), by_closing: field != "created", oldest_first })
    }
}

/// Returns the GitHub logins of the authors of what a query finds, in lower case, without duplicates and in the order
/// of the query. One request to GitHub per 100 results, at most ten.
///
/// # Errors
/// `GithubUnavailable` if GitHub is not configured, cannot be reached or rate-limits the requests.
pub(super) async fn authors(
    context: &Context,
    outside: &Outside,
    query: &GithubQuery,
) -> Result<Vec<String>, MemberError> {
    let Some(config) = &outside.github else {
        return Err(MemberError::GithubUnavailable { message: "GitHub is not configured", retry_after: None });
    };
    let mut issues = find(context, outside, config, query).await.map_err(|error| unavailable(&error))?;
    if query.by_closing {
        issues.sort_by_key(|issue| issue.closed_at);
        if !query.oldest_first {
            issues.reverse();
        }
    }
    let mut seen = HashSet::new();
    let logins = issues.into_iter().filter_map(|issue| issue.user).map(|user| user.login.to_lowercase());
    Ok(logins.filter(|login| seen.insert(login.clone())).collect())
}

#[derive(Deserialize)]
struct Results {
    total_count: usize,
    /// Whether GitHub stopped the search before it had found everything.
    #[serde(default, rename = "incomplete_results")]
    incomplete: bool,
    items: Vec<Issue>,
}

/// An issue or pull request.
#[derive(Deserialize)]
struct Issue {
    /// `None` if the account has been deleted.
    user: Option<User>,
    closed_at: Option<Timestamp>,
}

#[derive(Deserialize)]
struct User {
    login: String,
}

/// Returns what a query finds, in GitHub's order. One request to GitHub per 100 results, at most ten.
async fn find(
    context: &Context,
    outside: &Outside,
    config: &GithubConfig,
    query: &GithubQuery,
) -> Result<Vec<Issue>, ServiceError> {
    let url = format!("{}/search/issues", config.api_url.trim_end_matches('/'));
    let terms = format!("org:{} {}", config.org, query.terms);
    let sort = if query.by_closing { "updated" } else { "created" };
    let order = if query.oldest_first { "asc" } else { "desc" };
    let token = outside.secrets.read(&config.token, context.now()).await?;
    let authorization = format!("Bearer {token}");
    let headers = [("authorization", authorization.as_str()), ("accept", "application/vnd.github+json")];
    let mut issues = Vec::new();
    for page in 1..=MAX_RESULTS / PAGE_SIZE {
        let number = page.to_string();
        let parameters =
            [("q", terms.as_str()), ("sort", sort), ("order", order), ("per_page", "100"), ("page", number.as_str())];
        let results: Results =
            outside.client.get_json(&url, &parameters, &headers, config.timeout, WhenLimited::Fail).await?;
        if results.incomplete {
            return Err(ServiceError::bad_answer("the results are incomplete"));
        }
        let count = results.items.len();
        issues.extend(results.items);
        if count < PAGE_SIZE || page * PAGE_SIZE >= results.total_count.min(MAX_RESULTS) {
            break;
        }
    }
    Ok(issues)
}

fn unavailable(error: &ServiceError) -> MemberError {
    tracing::warn!(error = with_causes(error), "GitHub is not available");
    MemberError::GithubUnavailable { message: "GitHub is not available", retry_after: error.retry_after() }
}
