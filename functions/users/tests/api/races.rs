//! Concurrent requests from several threads.

use crate::people::{named, seen, sign_up, with_superuser};
use http::{Method, StatusCode};
use serde_json::{Value, json};
use std::sync::Arc;
use testing::{Answer, Stored, TestApp};
use tokio::task::JoinSet;

/// Number of times that each race is run, on different members each time.
const ROUNDS: usize = 5;

/// A request: method, path, session, body.
type Request = (Method, String, String, Value);

/// Sends all requests concurrently and returns the responses in the same order.
async fn race(app: &Arc<TestApp>, requests: Vec<Request>) -> Vec<Answer> {
    let mut calls = JoinSet::new();
    for (position, (method, path, session, body)) in requests.into_iter().enumerate() {
        let app = app.clone();
        calls.spawn(async move { (position, app.call(method, &path).bearer(&session).json(&body).send().await) });
    }
    let mut answers = calls.join_all().await;
    answers.sort_by_key(|(position, _)| *position);
    answers.into_iter().map(|(_, answer)| answer).collect()
}

/// Returns the number of responses with the given status.
fn count(answers: &[Answer], status: StatusCode) -> usize {
    answers.iter().filter(|answer| answer.status == status).count()
}

/// Returns the name in a mix of upper and lower case that depends on `n`.
fn in_mixed_case(name: &str, n: usize) -> String {
    let letters = name.chars().enumerate();
    letters.map(|(at, c)| if n >> (at % 5) & 1 == 1 { c.to_ascii_uppercase() } else { c }).collect()
}

/// Signs up 32 members at once, each with the fields that `unique` returns for their number. Asserts that exactly one
/// succeeds and that the others leave nothing behind.
async fn signs_up_one(unique: impl Fn(usize) -> Value) {
    let (app, root) = with_superuser().await;
    let app = Arc::new(app);
    let before = Stored::of(&app).items().await.len();
    let requests = (0..32).map(|n| {
        let mut draft = json!({ "id": format!("member-{n}"), "first_name": "Ada", "last_name": "Lovelace" });
        draft.as_object_mut().unwrap().extend(unique(n).as_object().unwrap().clone());
        (Method::POST, "/users".to_owned(), root.clone(), draft)
    });

    let answers = race(&app, requests.collect()).await;

    assert_eq!(count(&answers, StatusCode::OK), 1);
    assert_eq!(count(&answers, StatusCode::CONFLICT), 31);
    let winner = answers.iter().find(|answer| answer.status == StatusCode::OK).unwrap().json();
    let winner = winner["id"].as_str().unwrap();
    let items = Stored::of(&app).items().await;
    let foreign = items.keys().filter(|key| key.contains("member-") && !key.contains(winner));
    assert_eq!(foreign.collect::<Vec<_>>(), Vec::<&String>::new());
    let claims = Stored::of(&app).claims().await;
    assert_eq!(claims.lines().count(), 1, "{claims}");
    assert!(claims.ends_with(winner), "{claims}");
    assert!(items.len() > before);
}

#[tokio::test(flavor = "multi_thread")]
async fn give_a_username_to_one_of_many_members() {
    signs_up_one(|n| json!({ "username": in_mixed_case("ada-lovelace", n) })).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn give_a_github_login_to_one_of_many_members() {
    signs_up_one(|n| json!({ "github_id": in_mixed_case("ada-lovelace", n) })).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn give_a_github_user_id_to_one_of_many_members() {
    signs_up_one(|_| json!({ "github_user_id": "1815" })).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn give_a_discord_account_to_one_of_many_members() {
    signs_up_one(|_| json!({ "discordId": "799600467218923521" })).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn create_one_record_per_member() {
    let app = Arc::new(crate::start().await);
    let ada = app.session("ada");
    let requests = (0..32).map(|n| {
        let draft = json!({ "username": format!("ada-{n}"), "first_name": "Ada", "last_name": "Lovelace" });
        (Method::POST, "/users".to_owned(), ada.clone(), draft)
    });

    let answers = race(&app, requests.collect()).await;

    assert_eq!(count(&answers, StatusCode::OK), 1);
    assert_eq!(count(&answers, StatusCode::CONFLICT), 31);
    assert_eq!(Stored::of(&app).claims().await.lines().count(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn let_a_member_choose_only_one_of_two_usernames() {
    let app = Arc::new(crate::start().await);
    for round in 0..ROUNDS {
        let id = format!("member-{round}");
        app.member(&id, &[]).await;
        let session = app.session(&id);
        let choose = |name: &str| {
            let body = json!({ "username": format!("{name}-{round}"), "company": name });
            (Method::PATCH, "/users/self".to_owned(), session.clone(), body)
        };

        let answers = race(&app, vec![choose("ada-lovelace"), choose("countess")]).await;

        assert_eq!(count(&answers, StatusCode::NO_CONTENT), 1);
        let (forbidden, conflict) = (count(&answers, StatusCode::FORBIDDEN), count(&answers, StatusCode::CONFLICT));
        assert_eq!(forbidden + conflict, 1);
        let chosen = if answers[0].status == StatusCode::NO_CONTENT { "ada-lovelace" } else { "countess" };
        let seen = seen(&app, &id).await;
        assert_eq!([&seen["username"], &seen["company"]], [&json!(format!("{chosen}-{round}")), &json!(chosen)]);
        let claims = Stored::of(&app).claims().await;
        let own: Vec<_> = claims.lines().filter(|claim| claim.ends_with(&id)).collect();
        assert_eq!(own, [format!("USERNAME#{chosen}-{round}: {id}")]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn let_only_one_of_two_members_choose_a_username() {
    let app = Arc::new(crate::start().await);
    for round in 0..ROUNDS {
        let ids = [format!("ada-{round}"), format!("grace-{round}")];
        let mut requests = Vec::new();
        for (n, id) in ids.iter().enumerate() {
            app.member(id, &[]).await;
            let body = json!({ "username": in_mixed_case("admiral", n * 31) + &round.to_string() });
            requests.push((Method::PATCH, "/users/self".to_owned(), app.session(id), body));
        }

        let answers = race(&app, requests).await;

        assert_eq!(count(&answers, StatusCode::NO_CONTENT), 1);
        assert_eq!(count(&answers, StatusCode::CONFLICT), 1);
        for (id, answer) in ids.iter().zip(&answers) {
            let is_named = seen(&app, id).await.get("username").is_some();
            assert_eq!(is_named, answer.status == StatusCode::NO_CONTENT);
        }
    }
}

/// Either account can win. Both requests must succeed and leave exactly one claim.
#[tokio::test(flavor = "multi_thread")]
async fn link_one_of_two_discord_accounts() {
    let (app, root) = with_superuser().await;
    let app = Arc::new(app);
    for round in 0..ROUNDS {
        let id = format!("member-{round}");
        app.member(&id, &[]).await;
        let link = |account: usize| {
            let body = json!({ "discordId": format!("7996004672189235{round}{account}") });
            (Method::PATCH, format!("/users/{id}/discord"), root.clone(), body)
        };

        let answers = race(&app, (0..4).map(link).collect()).await;

        assert_eq!(count(&answers, StatusCode::OK), 4);
        let linked = seen(&app, &id).await["discordId"].as_str().unwrap().to_owned();
        let claims = Stored::of(&app).claims().await;
        let own: Vec<_> = claims.lines().filter(|claim| claim.ends_with(&id)).collect();
        assert_eq!(own, [format!("DISCORD#{linked}: {id}")]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn keep_concurrent_changes_to_different_fields() {
    let (app, root) = with_superuser().await;
    let app = Arc::new(app);
    for round in 0..ROUNDS {
        let id = format!("member-{round}");
        app.member(&id, &[]).await;
        let session = app.session(&id);
        let own = |body: Value| (Method::PATCH, "/users/self".to_owned(), session.clone(), body);
        let others = |path: &str, body: Value| (Method::PATCH, format!("/users/{id}/{path}"), root.clone(), body);
        let requests = vec![
            own(json!({ "company": "Engines" })),
            own(json!({ "designation": "Countess" })),
            own(json!({ "yoe": 7, "website": "https://example.com" })),
            own(json!({ "username": format!("ada-{round}"), "twitter_id": "ada" })),
            others("temporary/data", json!({ "member": true })),
            others("discord", json!({ "discordId": format!("79960046721892351{round}"), "in_discord": true })),
            (Method::PATCH, "/users/status/self".to_owned(), session.clone(), json!({ "state": "IDLE" })),
        ];

        let answers = race(&app, requests).await;

        assert!(answers.iter().all(|answer| answer.status.is_success()), "{answers:?}");
        let seen = seen(&app, &id).await;
        let kept =
            ["company", "designation", "yoe", "website", "username", "twitter_id", "isMember", "discordId", "roles"];
        let kept: Vec<_> = kept.iter().map(|field| &seen[field]).collect();
        assert_eq!(
            json!(kept),
            json!([
                "Engines", "Countess", 7, "https://example.com", format!("ada-{round}"), "ada", true, format!("79960046721892351{round}"),
                { "archived": false, "in_discord": true, "member": true },
            ])
        );
        let status = app.get(&format!("/users/status/{id}")).send().await.expect(200).json();
        assert_eq!(status["userStatus"]["currentStatus"]["state"], "IDLE");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn change_a_role_once() {
    let (app, root) = with_superuser().await;
    let _grace = named(&app, &root, "grace", "Hopper").await;
    let app = Arc::new(app);
    for round in 0..ROUNDS {
        let body = json!({ "archived": round % 2 == 0, "reason": format!("round {round}") });
        let request = (Method::PATCH, "/users/grace/temporary/data".to_owned(), root.clone(), body);

        let answers = race(&app, vec![request.clone(), request]).await;

        assert_eq!(count(&answers, StatusCode::OK), 1);
        assert_eq!(count(&answers, StatusCode::CONFLICT), 1);
        let refused = answers.iter().find(|answer| answer.status == StatusCode::CONFLICT).unwrap().json();
        assert_eq!(refused["message"], "role already exist!");
        assert_eq!(Stored::of(&app).audits().await.lines().count(), round + 1);
    }
}

/// Archived members can join and joined members can be archived. Either way, the index must match the member's record.
#[tokio::test(flavor = "multi_thread")]
async fn keep_the_index_consistent_when_joining_and_archiving() {
    let (app, root) = with_superuser().await;
    let app = Arc::new(app);
    for round in 0..ROUNDS {
        let id = format!("member-{round}");
        let _session = named(&app, &root, &id, &id).await;
        let requests = vec![
            (Method::PATCH, format!("/users/{id}/temporary/data"), root.clone(), json!({ "archived": true })),
            (Method::PATCH, format!("/users/{id}/discord"), root.clone(), json!({ "in_discord": true })),
        ];

        let answers = race(&app, requests).await;

        assert_eq!(count(&answers, StatusCode::OK), 2);
        let is_archived = seen(&app, &id).await["roles"]["archived"] == true;
        let keys = Stored::of(&app).keys().await;
        assert_eq!(keys.contains(&format!("FACET#archived/all {id}#{id}")), is_archived, "{keys}");
        assert_eq!(keys.contains(&format!("FACET#all {id}#{id}")), !is_archived, "{keys}");
        assert_eq!(keys.contains(&format!("FACET#in-discord {id}")), !is_archived, "{keys}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn award_each_badge_once_and_lose_none() {
    let (app, root) = with_superuser().await;
    let _grace = named(&app, &root, "grace", "Hopper").await;
    let mut badges = Vec::new();
    for n in 0..4 {
        let badge = json!({ "name": format!("Badge {n}"), "imageUrl": "example.com/i" });
        let created = app.post("/badges").bearer(&root).json(&badge).send().await.expect(200).json();
        badges.push(created["badge"]["id"].as_str().unwrap().to_owned());
    }
    let app = Arc::new(app);
    let twice = badges.iter().chain(&badges);
    let requests = twice.map(|id| (Method::PUT, format!("/users/grace/badges/{id}"), root.clone(), json!({})));

    let answers = race(&app, requests.collect()).await;

    assert_eq!(count(&answers, StatusCode::NO_CONTENT), 8);
    let mut awarded: Vec<String> = serde_json::from_value(seen(&app, "grace").await["badges"].clone()).unwrap();
    awarded.sort();
    badges.sort();
    assert_eq!(awarded, badges);
}

/// A rejected sign-up leaves no record, whatever else happens to the username at the same time.
#[tokio::test(flavor = "multi_thread")]
async fn give_a_username_to_either_a_sign_up_or_a_choice() {
    let app = Arc::new(crate::start().await);
    for round in 0..ROUNDS {
        let (old, new) = (format!("old-{round}"), format!("new-{round}"));
        app.member(&old, &[]).await;
        let username = format!("admiral-{round}");
        let draft = json!({ "username": username, "first_name": "Grace", "last_name": "Hopper" });
        let requests = vec![
            (Method::PATCH, "/users/self".to_owned(), app.session(&old), json!({ "username": username })),
            (Method::POST, "/users".to_owned(), app.session(&new), draft),
        ];

        let answers = race(&app, requests).await;

        assert_eq!(count(&answers, StatusCode::CONFLICT), 1);
        let is_signed_up = answers[1].status == StatusCode::OK;
        let found = app.get(&format!("/users/userId/{new}")).send().await;
        assert_eq!(found.status == StatusCode::OK, is_signed_up);
        let again = json!({ "first_name": "Grace", "last_name": "Hopper" });
        let again = sign_up(&app, &app.session(&new), &again).await;
        assert_eq!(again.status == StatusCode::CONFLICT, is_signed_up, "a failed sign-up should be repeatable");
    }
}
