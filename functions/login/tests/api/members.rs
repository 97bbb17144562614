//! Whom a GitHub account logs in: the member with its number, and nobody else.

use crate::scene::{Scene, user};
use serde_json::{Value, json};
use shared::import::{Imported, RecordKind, create, parse};
use shared::models::{Member, State};
use shared::store::Batch;
use std::collections::BTreeSet;
use testing::{Fault, Stored};

async fn member(scene: &Scene, id: &str) -> Member {
    let id = id.parse().expect("an id");
    scene.app.store().member(&id).await.expect("it can be read").expect("the member exists")
}

/// Logs a user in and returns the id of the member.
async fn log_in(scene: &Scene, user: &Value) -> String {
    scene.session_of(user).await.id.to_string()
}

/// Creates a member as an import does.
async fn import(scene: &Scene, id: &str, github_created_at: Value, roles: Value) {
    let row = json!({
        "id": id, "first_name": "Ada", "last_name": "Lovelace", "username": format!("{id}-username"), "github_id": "Ada",
        "roles": roles, "github_created_at": github_created_at,
    });
    let context = scene.app.context();
    let member = parse(context, RecordKind::Members, row.to_string().as_bytes()).expect("a good row");
    let imported = create(context, RecordKind::Members, &Batch::of(member)).await.expect("it is imported");
    assert_eq!(imported, [Imported::Created]);
}

#[tokio::test]
async fn a_new_account_becomes_an_incomplete_member() {
    let scene = Scene::start().await;
    let id = log_in(&scene, &user(1815, "ada")).await;
    let member = member(&scene, &id).await;
    assert_eq!(id.len(), 20);
    assert!(member.incomplete_user_details);
    assert_eq!((&member.username, &member.first_name, &member.last_name), (&None, &None, &None));
    assert_eq!(member.github_id.unwrap().as_str(), "ada");
    assert_eq!(member.github_user_id.unwrap().as_str(), "1815");
    assert_eq!(member.github_display_name.unwrap().as_str(), "Ada Lovelace");
    assert_eq!(member.email.unwrap().as_str(), "ada@example.com");
    assert_eq!(json!(member.roles), json!({ "archived": false, "in_discord": false }));
    assert_eq!(member.current_status.unwrap().state, State::Onboarding);
    assert_eq!(log_in(&scene, &user(1815, "ada")).await, id);
}

#[tokio::test]
async fn name_login_and_address_are_refreshed() {
    let scene = Scene::start().await;
    let id = log_in(&scene, &user(1815, "ada")).await;
    let mut renamed = user(1815, "countess");
    (renamed["name"], renamed["email"]) = (json!("Countess"), json!("countess@example.com"));
    assert_eq!(log_in(&scene, &renamed).await, id);
    let refreshed = member(&scene, &id).await;
    assert_eq!(refreshed.github_id.unwrap().as_str(), "countess");
    assert_eq!(refreshed.github_display_name.unwrap().as_str(), "Countess");
    assert_eq!(refreshed.email.unwrap().as_str(), "countess@example.com");
    assert_eq!(
        Stored::of(&scene.app).claims().await.lines().filter(|line| line.contains("GITHUB")).count(),
        2,
        "the old login is free"
    );
    // What GitHub does not tell stays.
    (renamed["name"], renamed["email"]) = (json!(null), json!(null));
    assert_eq!(log_in(&scene, &renamed).await, id);
    let kept = member(&scene, &id).await;
    assert_eq!(kept.email.unwrap().as_str(), "countess@example.com");
}

#[tokio::test]
async fn the_primary_verified_address_is_taken_where_the_profile_has_none() {
    for (addresses, expected) in [
        (
            json!([{ "email": "b@example.com", "primary": false, "verified": true },
            { "email": "a@example.com", "primary": true, "verified": true }]),
            Some("a@example.com"),
        ),
        (json!([{ "email": "a@example.com", "primary": true, "verified": false }]), None),
        (json!([{ "email": "a@example.com", "primary": false, "verified": true }]), None),
        (json!([]), None),
    ] {
        let scene = Scene::start().await;
        let mut ada = user(1815, "ada");
        ada["email"] = Value::Null;
        scene.github_knows(&ada).await;
        scene.answer("GET", "/user/emails", wiremock::ResponseTemplate::new(200).set_body_json(&addresses)).await;
        let begun = scene.begin("").await;
        let session = scene.session(&scene.come_back(&begun.cookie, &begun.state).await).expect("a session");
        let email = member(&scene, session.id.as_str()).await.email;
        assert_eq!(email.as_ref().map(shared::models::Email::as_str), expected, "{addresses}");
    }
}

/// GitHub gives abandoned logins to others.
#[tokio::test]
async fn a_reused_login_takes_over_nothing() {
    let scene = Scene::start().await;
    let ada = log_in(&scene, &user(1815, "ada")).await;
    let mallory = log_in(&scene, &user(666, "ADA")).await;
    assert_ne!(mallory, ada);
    let (former, newcomer) = (member(&scene, &ada).await, member(&scene, &mallory).await);
    assert_eq!(former.github_id, None);
    assert_eq!(former.github_user_id.unwrap().as_str(), "1815");
    assert_eq!(newcomer.github_id.unwrap().as_str(), "ADA");
    // The former holder still logs in, under the new login.
    assert_eq!(log_in(&scene, &user(1815, "countess")).await, ada);
    assert_eq!(log_in(&scene, &user(666, "ada")).await, mallory);
    // Two who swap their logins keep their accounts.
    assert_eq!(log_in(&scene, &user(1815, "ada")).await, ada);
    assert_eq!(log_in(&scene, &user(666, "countess")).await, mallory);
}

#[tokio::test]
async fn a_shared_address_takes_over_nothing() {
    let scene = Scene::start().await;
    let ids = [log_in(&scene, &user(1, "one")).await, log_in(&scene, &user(2, "two")).await];
    assert_ne!(ids[0], ids[1]);
    for id in ids {
        assert_eq!(member(&scene, &id).await.email.unwrap().as_str(), "ada@example.com");
    }
}

/// A superuser's account is never found by login, nor that of somebody whose account is of another age, or who has a number.
#[tokio::test]
async fn an_imported_member_is_found_by_login_only_if_the_account_is_the_same() {
    let created = 1_449_734_400_000_u64;
    for (github_created_at, roles, is_found) in [
        (json!(created), json!({}), true),
        (json!(created), json!({ "member": true, "archived": true }), true),
        (json!(created + 1), json!({}), false),
        (json!(null), json!({}), false),
        (json!("soon"), json!({}), false),
        (json!(created), json!({ "super_user": true }), false),
    ] {
        let name = format!("{github_created_at} {roles}");
        let scene = Scene::start().await;
        import(&scene, "imported", github_created_at, roles).await;
        let id = log_in(&scene, &user(1815, "ada")).await;
        assert_eq!(id == "imported", is_found, "{name}");
        let imported = member(&scene, "imported").await;
        assert_eq!(imported.github_user_id.is_some(), is_found, "{name}");
        // Once: the number decides from then on.
        assert_eq!(log_in(&scene, &user(1815, "ada")).await, id, "{name}");
        let mut other = user(1852, "ada");
        other["created_at"] = json!("2015-12-10T08:00:00Z");
        assert_ne!(log_in(&scene, &other).await, id, "{name}");
        assert_ne!(log_in(&scene, &other).await, "imported", "{name}");
    }
}

#[tokio::test]
async fn restricted_and_archived_members_log_in_and_stay_what_they_are() {
    for role in ["restricted", "archived", "super_user"] {
        let scene = Scene::start().await;
        let draft = json!({
            "id": "ada", "first_name": "Ada", "last_name": "Lovelace", "github_user_id": "1815", "roles": { role: true },
        });
        scene.app.sign_up(&draft).await;
        assert_eq!(log_in(&scene, &user(1815, "ada")).await, "ada");
        assert!(member(&scene, "ada").await.has_role(role), "{role}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn first_log_ins_at_the_same_time_make_one_member() {
    for _round in 0..8 {
        first_log_ins_at_the_same_time().await;
    }
}

async fn first_log_ins_at_the_same_time() {
    let scene = Scene::start().await;
    scene.github_knows(&user(1815, "ada")).await;
    let begun = [scene.begin("").await, scene.begin("").await, scene.begin("").await, scene.begin("").await];
    let [a, b, c, d] = &begun;
    let answers = tokio::join!(
        scene.come_back(&a.cookie, &a.state),
        scene.come_back(&b.cookie, &b.state),
        scene.come_back(&c.cookie, &c.state),
        scene.come_back(&d.cookie, &d.state),
    );
    let answers = [answers.0, answers.1, answers.2, answers.3];
    let ids: BTreeSet<_> = answers.iter().map(|answer| scene.session(answer).expect("a session").id).collect();
    assert_eq!(ids.len(), 1);
    let members = Stored::of(&scene.app).items().await.into_keys().filter(|key| key.ends_with(" MEMBER")).count();
    assert_eq!(members, 1, "{:#?}", Stored::of(&scene.app).items().await.keys());
}

/// Whatever happens to one request to DynamoDB, nobody becomes two members, and no login is lost or held twice.
#[tokio::test]
async fn a_log_in_withstands_faults() {
    let first: &[Value] = &[];
    let known = [user(1815, "ada")];
    let reused = [user(1815, "former"), user(1852, "ada")];
    let faults = [
        Fault::CutBefore,
        Fault::CutAfter,
        Fault::Conflict,
        Fault::Error(400, "ThrottlingException"),
        Fault::Error(500, "InternalServerError"),
    ];
    for (before, name) in [(first, "a new member"), (&known, "a renamed member"), (&reused, "a login that moves")] {
        for fault in &faults {
            for undisturbed in 0..6 {
                let name = format!("{name}, {fault:?} after {undisturbed}");
                let scene = Scene::start().await;
                for user in before {
                    log_in(&scene, user).await;
                }
                let after = user(1815, if before.len() == 1 { "renamed" } else { "ada" });
                scene.github_knows(&after).await;
                let begun = scene.begin("").await;
                scene.app.wire.disturb(std::iter::repeat_n(Fault::None, undisturbed).chain([fault.clone()]));
                let answer = scene.come_back(&begun.cookie, &begun.state).await;
                scene.app.wire.reset();
                let id = scene.session(&answer).unwrap_or_else(|| panic!("{name}: {answer:?}")).id.to_string();
                assert_eq!(log_in(&scene, &after).await, id, "{name}");
                let stored = Stored::of(&scene.app);
                let members = stored.items().await.into_keys().filter(|key| key.ends_with(" MEMBER")).count();
                assert_eq!(members, before.len().max(1), "{name}");
                let claims = stored.claims().await;
                assert_eq!(claims.lines().count(), before.len().max(1) + 1, "{name}: {claims}");
            }
        }
    }
}

#[tokio::test]
async fn a_log_in_takes_few_requests() {
    let scene = Scene::start().await;
    let mut requests = Vec::new();
    for user in [user(1, "a"), user(1, "a"), user(1, "b"), user(2, "b"), user(1, "c"), user(2, "c")] {
        scene.github_knows(&user).await;
        let begun = scene.begin("").await;
        scene.app.wire.reset();
        let _answer = scene.come_back(&begun.cookie, &begun.state).await;
        requests.push(scene.app.wire.take_operations().len());
    }
    // New, known, renamed, a new member with another's login, renamed, a known member with another's login.
    assert_eq!(requests, [3, 2, 4, 4, 4, 5]);
}
