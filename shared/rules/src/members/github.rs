//! Who did what on GitHub: its search API.
//!
//! <https://docs.github.com/en/rest/search/search#search-issues-and-pull-requests>: 100 results a page, 1,000 in all, 30
//! requests a minute with a token.
//!
//! GitHub sorts by when an issue or pull request was created or last updated, and not by when it was closed or merged. So
//! what is found by these dates is put into their order here. That is exact as long as GitHub finds no more than the 1,000
//! that it gives; of more, it is asked for those with the latest (or earliest) update, among which the latest (or earliest)
//! closed ones are, as nothing is closed without being updated.

use super::MemberError;
use crate::outside::{Secret, ServiceError, WhenLimited};
use crate::{Context, Outside};
use models::Timestamp;
use serde::Deserialize;
use std::collections::HashSet;
use std::time::Duration;
use store::with_causes;

/// Results of a page, and the most that GitHub gives of one search.
const PAGE: usize = 100;
const MOST: usize = 1000;

/// How to reach GitHub.
#[derive(Debug, Clone)]
pub struct GithubConfig {
    /// Where its API is.
    pub api_url: String,
    /// Whose pull requests and issues count.
    pub org: String,
    /// What opens it.
    pub token: Secret,
    /// How long one request may take.
    pub timeout: Duration,
}

/// What to look for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GithubQuery {
    /// In GitHub's own terms: `is:pr is:open created:…`.
    terms: String,
    /// Whether the results are in the order in which they were closed, rather than created. Merging closes.
    by_closing: bool,
    /// Whether that order begins with the earliest.
    oldest_first: bool,
}

impl GithubQuery {
    /// Reads the `query` parameter: `filterBy:… sortBy:… startDate:… endDate:… days:…`, apart by spaces. `days` counts
    /// back from `now`.
    ///
    /// # Errors
    /// `BadRequest`, naming what is wrong.
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
                // Other notations of ISO 8601, and times of day, are dates to `parse` as well.
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

/// The logins, in lower case, of those who authored what the query asks for, each once, in its order.
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
    /// Whether GitHub gave up looking before it had found all.
    #[serde(default, rename = "incomplete_results")]
    incomplete: bool,
    items: Vec<Issue>,
}

/// An issue or pull request.
#[derive(Deserialize)]
struct Issue {
    /// None of a deleted account.
    user: Option<User>,
    closed_at: Option<Timestamp>,
}

#[derive(Deserialize)]
struct User {
    login: String,
}

/// What the query asks for, as far as GitHub gives it, in GitHub's order. One request for each 100, at most ten.
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
    for page in 1..=MOST / PAGE {
        let number = page.to_string();
        let parameters =
            [("q", terms.as_str()), ("sort", sort), ("order", order), ("per_page", "100"), ("page", number.as_str())];
        let results: Results =
            outside.client.get_json(&url, &parameters, &headers, config.timeout, WhenLimited::Fail).await?;
        if results.incomplete {
            return Err(ServiceError::bad_answer("not all results"));
        }
        let count = results.items.len();
        issues.extend(results.items);
        if count < PAGE || page * PAGE >= results.total_count.min(MOST) {
            break;
        }
    }
    Ok(issues)
}

fn unavailable(error: &ServiceError) -> MemberError {
    tracing::warn!(error = with_causes(error), "GitHub is not available");
    MemberError::GithubUnavailable { message: "GitHub is not available", retry_after: error.retry_after() }
}
