//! Carries out trials.

use super::faults::{arrives, is_write, leaves_doubt};
use super::trial::{End, PATIENT, Request, Requests, Trial};
use super::{Scene, Write};
use crate::checkpoint::Checkpoint;
use crate::{Fault, Item, Stored};
use futures_util::future::join_all;
use shared::audit::audit;
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::time::Duration;

/// Number of stages on which trials are carried out at the same time. Many trials do little but wait.
const STAGES: usize = 6;

type Items = BTreeMap<String, Item>;

/// Carries out the trials, several at a time.
pub(super) async fn withstand_trials(write: &Write, prepare: impl AsyncFn() -> Scene, trials: Vec<Trial>) {
    let reference = Reference::of(write, Stage::set(&prepare).await).await;
    let stages = STAGES.min(trials.len());
    let trials = RefCell::new(trials.into_iter());
    let next = || trials.borrow_mut().next();
    join_all((0..stages).map(async |_| {
        let mut stage = Stage::set(&prepare).await;
        while let Some(trial) = next() {
            stage.carry_out(&trial, write, &reference, &prepare).await;
        }
    }))
    .await;
}

/// What happens without faults.
struct Reference {
    response: String,
    before: Items,
    after: Items,
}

impl Reference {
    async fn of(write: &Write, stage: Stage) -> Self {
        let before = stage.items().await;
        let (response, requests) = stage.run(&Trial::passing(0, &[]), PATIENT).await;
        let after = stage.items().await;

        let operations: Vec<_> = requests.iter().map(|request| request.operation.as_str()).collect();
        assert_eq!(operations, write.requests);
        assert!(response.starts_with(write.success), "{response}");
        assert_eq!(effect(&before, &after), write.effect);
        let audited = audit(stage.scene.app.context(), |breach| panic!("{breach}"), |_| {}).await;
        assert_eq!(audited.expect("the tables are read").breaches, 0);
        Self { response, before, after }
    }
}

/// A scene on which trials are carried out.
struct Stage {
    scene: Scene,
    stored: Stored,
    /// The state of the scene, unless each trial needs a new one.
    start: Option<Checkpoint>,
}

impl Stage {
    async fn set(prepare: &impl AsyncFn() -> Scene) -> Self {
        let scene = prepare().await;
        scene.app.wire.reset();
        Self { stored: Stored::of(&scene.app), start: scene.app.checkpoint(), scene }
    }

    async fn reset(&mut self, prepare: &impl AsyncFn() -> Scene) {
        match &self.start {
            Some(start) => self.scene.app.rewind(start),
            None => *self = Self::set(prepare).await,
        }
    }

    /// Returns all items without the random IDs of attempts, of which there may be more than without faults.
    async fn items(&self) -> Items {
        let mut items = Items::new();
        for (mut key, mut item) in self.stored.items().await {
            item.remove("operation");
            if key.contains(" AUDIT#") {
                item.remove("sk");
                key = without_random(&key);
                while items.contains_key(&key) {
                    key.push_str(", another");
                }
            }
            items.insert(key, item);
        }
        items
    }

    /// Runs the write on an instance that has not cached anything. Returns its response and its requests.
    async fn run(&self, trial: &Trial, patience: Duration) -> (String, Vec<Request>) {
        let app = &self.scene.app;
        let requests = Requests::default();
        app.wire.disturb_by(trial.script(patience, requests.clone()));
        let response = (self.scene.run)(&app.another_instance(patience)).await;
        app.wire.all_arrived().await;
        app.wire.reset();
        (response, std::mem::take(&mut *requests.lock().expect("the lock is never held during a panic")))
    }

    async fn carry_out(
        &mut self,
        trial: &Trial,
        write: &Write,
        reference: &Reference,
        prepare: &impl AsyncFn() -> Scene,
    ) {
        let mut patience = trial.patience();
        let (response, requests) = loop {
            self.reset(prepare).await;
            let (response, requests) = self.run(trial, patience).await;
            if response == reference.response || trial.is_met(&requests) {
                break (response, requests);
            }
            // The machine is busy.
            patience *= 2;
            assert!(patience < PATIENT, "{trial:?} was not met: {requests:?}");
        };
        let case = format!("{trial:#?}\nrequests: {requests:#?}\nresponse: {response}\nstored");

        let writes = || requests.iter().filter(|request| is_write(&request.operation)).map(|request| &request.fault);
        let has_succeeded = response == reference.response;
        if !has_succeeded {
            let is_of_caller = requests[0].fault != Fault::None;
            let failure = if is_of_caller { write.failures.of_caller } else { write.failures.of_write };
            let is_busy = !writes().any(leaves_doubt) && !trial.is_lasting();
            // DynamoDB computes these reasons, which may take until after the deadline.
            let is_cut = writes().next_back() == Some(&Fault::CanceledForAll) && response == failure.failed;
            assert!(is_cut || response == if is_busy { failure.busy } else { failure.failed }, "{case}");
        }
        match trial.end {
            End::Success => assert!(has_succeeded, "{case}"),
            End::Failure => assert!(!has_succeeded, "{case}"),
            End::Any => {}
        }
        let has_arrived = writes().any(arrives);
        let stored = self.items().await;
        assert_stored(&stored, if has_arrived { &reference.after } else { &reference.before }, &case);
        if trial.is_lasting() {
            let is_last = requests.last().is_some_and(|request| request.fault != Fault::None);
            assert!(is_last, "a retry would be in vain: {case}");
        }

        if has_succeeded || (has_arrived && write.repeated.is_none()) {
            return;
        }
        let (repeated, _) = self.run(&Trial::passing(0, &[]), PATIENT).await;
        let case = format!("{case}, repeated: {repeated}");
        let stored = self.items().await;
        if has_arrived {
            assert!(repeated.starts_with(write.repeated.unwrap_or_default()), "{case}");
            assert_stored(&stored, &reference.after, &case);
        } else {
            assert!(repeated.starts_with(write.success), "{case}");
            assert_eq!(effect(&reference.before, &stored), write.effect, "{case}");
        }
    }
}

fn assert_stored(stored: &Items, expected: &Items, case: &str) {
    assert!(stored == expected, "{case}: {stored:#?}\ninstead of {expected:#?}");
}

/// Returns what was added, changed and removed.
fn effect(before: &Items, after: &Items) -> Vec<String> {
    let added = after.keys().filter(|key| !before.contains_key(*key)).map(|key| format!("+ {}", without_random(key)));
    let removed = before.keys().filter(|key| !after.contains_key(*key)).map(|key| format!("- {}", without_random(key)));
    let changed = after.iter().filter(|(key, item)| before.get(*key).is_some_and(|old| old != *item));
    let changed = changed.map(|(key, _)| format!("~ {}", without_random(key)));
    let mut effect: Vec<_> = added.chain(removed).chain(changed).collect();
    effect.sort();
    effect
}

/// Replaces random IDs in a key.
fn without_random(key: &str) -> String {
    let parts = key.split(' ').map(|part| {
        let is_random = ["AUDIT#", "BADGE#", "KEY#", "APIKEY#", "PRODUCT#", "FLIGHT#"]
            .iter()
            .find(|prefix| part.starts_with(**prefix));
        is_random.map_or_else(|| part.to_owned(), |prefix| format!("{prefix}…"))
    });
    parts.collect::<Vec<_>>().join(" ")
}
