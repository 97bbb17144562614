//! Every write route, with every fault at each of its DynamoDB requests: a success has its one effect, and a failure none,
//! or at most that one where nobody could know; never half of it.

mod write;

use crate::people::with_superuser;
use crate::stored::Stored;
use futures_util::future::join_all;
use serde_json::json;
use std::time::Duration;
use testing::{Answer, Fault, TestApp};
use write::{Request, Scene, Write};

/// How long a request may take that cannot succeed: enough for what it reads first, also on a busy machine.
const PATIENCE: Duration = Duration::from_secs(1);

/// Over so many systems the trials of a route are spread: most of their time is waiting.
const SIDE_BY_SIDE: usize = 12;

/// A fault at one of a route's requests, and what it leads to.
#[derive(Debug, Clone)]
struct Trial {
    position: usize,
    fault: Fault,
    /// Whether it is met again and again.
    lasts: bool,
    succeeds: bool,
    has_effect: bool,
}

/// One trial for each fault at each request of a route.
fn trials(write: Write) -> Vec<Trial> {
    let mut trials = Vec::new();
    let last = write.operations().len() - 1;
    for (position, operation) in write.operations().iter().enumerate() {
        let passing = |fault| Trial { position, fault, lasts: false, succeeds: true, has_effect: true };
        let failing = |fault| Trial { position, fault, lasts: true, succeeds: false, has_effect: false };
        // Of a read that nobody answered it is certain that it changed nothing.
        let in_doubt = |fault| Trial { has_effect: position == last, ..failing(fault) };
        trials.extend([
            passing(Fault::None),
            passing(Fault::Error(400, "ThrottlingException")),
            passing(Fault::Error(500, "InternalServerError")),
            passing(Fault::CutBefore),
            passing(Fault::CutAfter),
            passing(Fault::Delay(Duration::from_millis(20))),
            failing(Fault::Error(400, "ThrottlingException")),
            failing(Fault::Error(400, "AccessDeniedException")),
            failing(Fault::Error(500, "InternalServerError")),
            failing(Fault::CutBefore),
            in_doubt(Fault::CutAfter),
            in_doubt(Fault::Delay(PATIENCE + Duration::from_millis(100))),
        ]);
        let refusals = match *operation {
            "TransactWriteItems" => vec![
                Fault::Conflict,
                Fault::Error(400, "ProvisionedThroughputExceededException"),
                Fault::Error(400, "RequestLimitExceeded"),
                Fault::Error(400, "TransactionInProgressException"),
            ],
            "UpdateItem" => vec![
                Fault::Error(400, "TransactionConflictException"),
                Fault::Error(400, "ProvisionedThroughputExceededException"),
            ],
            _ => vec![],
        };
        for fault in refusals {
            trials.extend([passing(fault.clone()), failing(fault)]);
        }
    }
    trials
}

/// What a fault does to the requests that follow the first one that meets it.
fn afterwards(write: Write, trial: &Trial) -> Vec<Fault> {
    match trial.fault {
        // Only transactions meet others; what is read again between two attempts is answered.
        Fault::Conflict if write.rereads() => {
            std::iter::repeat_n([Fault::Conflict, Fault::None], 500).flatten().collect()
        }
        _ => vec![],
    }
}

async fn undergo(scene: &Scene, stored: &Stored, n: usize, trial: &Trial) {
    let request = scene.request(n).await;
    let before = stored.items().await;
    scene.app.wire.reset();
    let untouched = vec![Fault::None; trial.position];
    if trial.lasts {
        scene.app.wire.disturb(untouched.into_iter().chain(afterwards(scene.write, trial)));
        scene.app.wire.disturb_all(trial.fault.clone());
    } else {
        scene.app.wire.disturb(untouched.into_iter().chain([trial.fault.clone()]));
    }

    let answer = answer(if trial.lasts { &scene.impatient } else { &scene.app }, request).await;

    scene.app.wire.all_arrived().await;
    scene.app.wire.reset();
    let said = format!("{:?}: {trial:?}: {}", scene.write, String::from_utf8_lossy(&answer.bytes));
    if trial.succeeds {
        assert_eq!(answer.status.as_u16(), scene.write.success(), "{said}");
    } else {
        assert!(scene.write.failures(trial.position).contains(&answer.json()), "{said}");
    }
    let effect = write::effect(&before, &stored.items().await, n);
    let expected = if trial.has_effect { scene.write.effect() } else { &[] };
    assert_eq!(effect, expected, "{said}");
}

async fn answer(app: &TestApp, (method, path, session, body): Request) -> Answer {
    app.call(method, &path).bearer(&session).json(&body).send().await
}

async fn withstands_faults(write: Write) {
    let trials = trials(write);
    join_all((0..SIDE_BY_SIDE).map(async |share| {
        let scene = Scene::of(write).await;
        let stored = Stored::of(&scene.app);
        for (n, trial) in trials.iter().skip(share).step_by(SIDE_BY_SIDE).enumerate() {
            undergo(&scene, &stored, n, trial).await;
        }
    }))
    .await;
}

#[tokio::test]
async fn do_not_harm_signing_up() {
    withstands_faults(Write::SignUp).await;
}

#[tokio::test]
async fn do_not_harm_editing_a_profile() {
    withstands_faults(Write::EditProfile).await;
}

#[tokio::test]
async fn do_not_harm_choosing_a_username() {
    withstands_faults(Write::ChooseUsername).await;
}

#[tokio::test]
async fn do_not_harm_changing_roles() {
    withstands_faults(Write::ChangeRoles).await;
}

#[tokio::test]
async fn do_not_harm_changing_discord() {
    withstands_faults(Write::ChangeDiscord).await;
}

#[tokio::test]
async fn do_not_harm_making_a_badge() {
    withstands_faults(Write::CreateBadge).await;
}

#[tokio::test]
async fn do_not_harm_awarding_a_badge() {
    withstands_faults(Write::AwardBadge).await;
}

#[tokio::test]
async fn do_not_harm_taking_a_badge() {
    withstands_faults(Write::TakeBadge).await;
}

#[tokio::test]
async fn do_not_harm_putting_a_skill() {
    withstands_faults(Write::PutSkill).await;
}

#[tokio::test]
async fn do_not_harm_deleting_a_skill() {
    withstands_faults(Write::DeleteSkill).await;
}

#[tokio::test]
async fn do_not_harm_setting_a_status() {
    withstands_faults(Write::SetStatus).await;
}

#[tokio::test]
async fn meet_the_requests_that_they_are_meant_for() {
    for write in Write::ALL {
        let scene = Scene::of(write).await;
        let request = scene.request(0).await;
        scene.app.wire.reset();

        let answer = answer(&scene.app, request).await;

        assert_eq!(answer.status.as_u16(), write.success(), "{write:?}");
        assert_eq!(scene.app.wire.take_operations(), write.operations(), "{write:?}");
    }
}

/// Its answer was lost, and asking again met another transaction: what is read then shows that it happened.
#[tokio::test]
async fn do_not_make_a_role_exist_already() {
    let (app, root) = with_superuser().await;
    app.member("grace", &[]).await;
    app.wire.disturb([Fault::None, Fault::None, Fault::CutAfter, Fault::Conflict]);

    let call = app.patch("/users/grace/temporary/data").bearer(&root);
    let changed = call.json(&json!({ "member": true })).send().await;

    assert_eq!(changed.json(), json!({ "message": "role updated successfully!" }));
    let operations = ["GetItem", "GetItem", "TransactWriteItems", "TransactWriteItems", "GetItem"];
    assert_eq!(app.wire.take_operations(), operations);
    assert_eq!(Stored::of(&app).audits().await.lines().count(), 1);
}

/// The same of a username, which was chosen by this very request.
#[tokio::test]
async fn do_not_make_a_username_set_or_taken() {
    let app = crate::start().await;
    app.member("ada", &[]).await;
    app.wire.disturb([Fault::None, Fault::None, Fault::CutAfter, Fault::Conflict]);

    let call = app.patch("/users/self").bearer(&app.session("ada"));
    let changed = call.json(&json!({ "username": "ada-lovelace" })).send().await;

    assert_eq!(changed.shown(), "204");
    assert_eq!(Stored::of(&app).claims().await, "USERNAME#ada-lovelace: ada");
}

/// The first attempt arrives after the second one was answered.
#[tokio::test]
async fn do_not_sign_up_twice() {
    let app = crate::start().await;
    app.wire.disturb([Fault::None, Fault::Late(Duration::from_millis(50))]);

    let call = app.post("/users").bearer(&app.session("ada"));
    let draft = json!({ "username": "ada-lovelace", "first_name": "Ada", "last_name": "Lovelace" });
    let made = call.json(&draft).send().await;

    app.wire.all_arrived().await;
    assert_eq!(made.status, 200);
    assert_eq!(Stored::of(&app).claims().await, "USERNAME#ada-lovelace: ada");
}

/// The first attempt arrives when a second one, by what was read again, has been answered, or between the two.
#[tokio::test]
async fn do_not_change_roles_twice() {
    let (app, root) = with_superuser().await;
    for (n, arrival) in [0, 1, 5, 20, 100].into_iter().enumerate() {
        let id = format!("member-{n}");
        app.member(&id, &[]).await;
        app.wire.disturb([Fault::None, Fault::None, Fault::Late(Duration::from_millis(arrival)), Fault::Conflict]);

        let call = app.patch(&format!("/users/{id}/temporary/data")).bearer(&root);
        let _changed = call.json(&json!({ "member": true })).send().await.expect(200);

        app.wire.all_arrived().await;
        assert_eq!(Stored::of(&app).audits().await.lines().count(), n + 1, "{arrival} ms");
    }
}
