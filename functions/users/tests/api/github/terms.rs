//! Search terms sent to GitHub.

use super::{Found, Scene, parameter};

/// The current date is March 15, 2024.
#[tokio::test]
async fn are_translated_to_githubs_syntax() {
    let scene = Scene::with(Found::by(&[])).await;
    // The query, then the search terms, sort field and sort order that are sent.
    let queries = [
        ("filterBy:OPEN_PRS", "org:skysquad is:pr is:open", "created", "desc"),
        ("filterBy:MERGED_PRS", "org:skysquad is:pr is:merged", "updated", "desc"),
        ("filterBy:OPEN_ISSUES", "org:skysquad is:issue is:open", "created", "desc"),
        ("filterBy:CLOSED_ISSUES", "org:skysquad is:issue is:closed", "updated", "desc"),
        ("filterBy:OPEN_PRS+sortBy:RECENT_FIRST", "org:skysquad is:pr is:open", "created", "desc"),
        ("filterBy:OPEN_PRS+sortBy:OLDEST_FIRST", "org:skysquad is:pr is:open", "created", "asc"),
        ("sortBy:OLDEST_FIRST%20filterBy:CLOSED_ISSUES", "org:skysquad is:issue is:closed", "updated", "asc"),
        ("filterBy:OPEN_PRS%2BsortBy:OLDEST_FIRST", "org:skysquad is:pr is:open", "created", "asc"),
        ("++filterBy:OPEN_PRS++", "org:skysquad is:pr is:open", "created", "desc"),
        (
            "filterBy:OPEN_PRS+startDate:2024-01-02",
            "org:skysquad is:pr is:open created:>=2024-01-02",
            "created",
            "desc",
        ),
        (
            "filterBy:MERGED_PRS+endDate:2024-01-02",
            "org:skysquad is:pr is:merged merged:<=2024-01-02",
            "updated",
            "desc",
        ),
        (
            "filterBy:OPEN_ISSUES+startDate:2024-01-02+endDate:2024-02-29",
            "org:skysquad is:issue is:open created:2024-01-02..2024-02-29",
            "created",
            "desc",
        ),
        (
            "filterBy:CLOSED_ISSUES+endDate:2024-01-02+startDate:2024-01-02",
            "org:skysquad is:issue is:closed closed:2024-01-02..2024-01-02",
            "updated",
            "desc",
        ),
        ("filterBy:OPEN_PRS+days:1", "org:skysquad is:pr is:open created:>=2024-03-14", "created", "desc"),
        ("filterBy:CLOSED_ISSUES+days:15", "org:skysquad is:issue is:closed closed:>=2024-02-29", "updated", "desc"),
        (
            "filterBy:MERGED_PRS+days:30+endDate:2024-03-01",
            "org:skysquad is:pr is:merged merged:2024-02-14..2024-03-01",
            "updated",
            "desc",
        ),
    ];
    for (query, terms, sort, order) in queries {
        scene.github.reset().await;
        scene.respond_with(Found::by(&[])).await;

        let _answer = scene.search(query).await.expect(200);

        let asked = &scene.received_requests().await[0];
        let sent = ["q", "sort", "order", "per_page", "page"].map(|name| parameter(asked, name));
        assert_eq!(sent, [terms, sort, order, "100", "1"], "{query}");
    }
}

#[tokio::test]
async fn are_rejected_if_unknown_even_when_github_is_not_configured() {
    let scene = Scene::with(Found::by(&["bob"])).await;
    let unconfigured = scene.app.configured(|app| app.outside.github = None);
    let dates = "must be a date as YYYY-MM-DD";
    let queries = [
        ("", "filterBy is required".to_owned()),
        ("+", "filterBy is required".to_owned()),
        ("sortBy:RECENT_FIRST", "filterBy is required".to_owned()),
        ("OPEN_PRS", "OPEN_PRS is no key:value".to_owned()),
        ("filterBy:", "filterBy must be one of OPEN_PRS, MERGED_PRS, OPEN_ISSUES, CLOSED_ISSUES".to_owned()),
        ("filterBy:open_prs", "filterBy must be one of OPEN_PRS, MERGED_PRS, OPEN_ISSUES, CLOSED_ISSUES".to_owned()),
        ("filterBy:OPEN_PRS+filterBy:OPEN_PRS", "filterBy must be given once".to_owned()),
        ("filterBy:OPEN_PRS+sortBy:NEWEST", "sortBy must be RECENT_FIRST or OLDEST_FIRST".to_owned()),
        ("filterBy:OPEN_PRS+author:bob", "author is not allowed".to_owned()),
        ("filterBy:OPEN_PRS+is:public", "is is not allowed".to_owned()),
        ("filterBy:OPEN_PRS+startDate:", format!("startDate {dates}")),
        ("filterBy:OPEN_PRS+startDate:2024-02-30", format!("startDate {dates}")),
        ("filterBy:OPEN_PRS+startDate:2024-1-2", format!("startDate {dates}")),
        ("filterBy:OPEN_PRS+startDate:20240102", format!("startDate {dates}")),
        ("filterBy:OPEN_PRS+startDate:2024-01-02T03:04:05", format!("startDate {dates}")),
        ("filterBy:OPEN_PRS+endDate:yesterday", format!("endDate {dates}")),
        ("filterBy:OPEN_PRS+endDate:02-01-2024", format!("endDate {dates}")),
        ("filterBy:OPEN_PRS+days:0", "days must be an integer from 1 to 3650".to_owned()),
        ("filterBy:OPEN_PRS+days:-1", "days must be an integer from 1 to 3650".to_owned()),
        ("filterBy:OPEN_PRS+days:1.5", "days must be an integer from 1 to 3650".to_owned()),
        ("filterBy:OPEN_PRS+days:3651", "days must be an integer from 1 to 3650".to_owned()),
        ("filterBy:OPEN_PRS+days:99999999999999999999", "days must be an integer from 1 to 3650".to_owned()),
        (
            "filterBy:OPEN_PRS+startDate:2024-01-02+endDate:2024-01-01",
            "endDate must not be before startDate".to_owned(),
        ),
    ];
    for (query, message) in queries {
        let refused = scene.search(query).await.expect(400);

        assert_eq!(refused.json()["message"], format!("\"query\": {message}"), "{query}");
        let ada = unconfigured.session("ada");
        let unasked = unconfigured.get(&format!("/users?query={query}")).bearer(&ada).send().await;
        assert_eq!(unasked.shown(), refused.shown(), "{query}");
    }
    assert!(scene.received_requests().await.is_empty());
}
