//! The sequences of faults that a write has to withstand.

use super::faults::Class::{Doubt, Lasting, Refusal, Silence, Slowness};
use super::faults::{
    ERROR, THROTTLED, TOO_LONG, can_hit, conflict_of, faults_of, leaves_doubt, may_last_in_pair, paired_faults,
};
use crate::Fault::{self, CutAfter, CutBefore, Delay, Late, LateInPart, LeaveTable};
use std::slice;
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// Time limit of requests that must succeed.
pub(super) const PATIENT: Duration = Duration::from_secs(10);

/// Time limit of requests that cannot succeed, at first. It is doubled if they met too few faults in that time.
const IMPATIENT: Duration = Duration::from_millis(150);

/// How a trial must end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum End {
    /// With the same response as without faults.
    Success,
    /// With the response to a failure.
    Failure,
    /// With either, depending on whether the outcome could be determined.
    Any,
}

/// A sequence of faults.
#[derive(Debug, Clone)]
pub(super) struct Trial {
    /// Number of requests that are sent normally at first.
    undisturbed: usize,
    /// Faults, each of which hits the next request that it can hit.
    faults: Vec<Fault>,
    /// Fault that then hits every request that it can hit.
    then: Fault,
    pub end: End,
}

/// A request to DynamoDB that was sent in a trial.
#[derive(Debug, Clone)]
pub(super) struct Request {
    pub operation: String,
    pub fault: Fault,
}

/// The requests that were sent in a trial so far.
pub(super) type Requests = Arc<Mutex<Vec<Request>>>;

impl Trial {
    /// Some faults, after which all is well.
    pub fn passing(undisturbed: usize, faults: &[Fault]) -> Self {
        Self { undisturbed, faults: faults.to_vec(), then: Fault::None, end: End::Success }
    }

    /// Some faults, the last of which never passes.
    pub fn never_passing(undisturbed: usize, faults: &[Fault], then: Fault, end: End) -> Self {
        Self { undisturbed, faults: faults.to_vec(), then, end }
    }

    /// Returns the time limit of the first attempt.
    pub fn patience(&self) -> Duration {
        if self.end == End::Success { PATIENT } else { IMPATIENT }
    }

    /// Returns whether the trial is about a single fault that must not be repeated.
    pub fn is_lasting(&self) -> bool {
        self.end == End::Failure && self.then == Fault::None
    }

    /// Returns whether the requests met as many faults as the trial is about. If not, the time was too short.
    pub fn is_met(&self, requests: &[Request]) -> bool {
        let until_deadline = match self.then {
            Fault::None => 0,
            Delay(_) => 1,
            // The request is repeated.
            _ => 2,
        };
        let met = requests.iter().filter(|request| request.fault != Fault::None).count();
        met >= self.faults.iter().filter(|fault| **fault != Fault::None).count() + until_deadline
    }

    /// Returns the fault of each request by its operation, and records them.
    pub fn script(&self, patience: Duration, requests: Requests) -> impl FnMut(&str) -> Fault + Send + use<> {
        let Self { mut undisturbed, faults, then, .. } = self.clone();
        let mut faults = faults.into_iter().peekable();
        move |operation| {
            let fault = if undisturbed > 0 {
                undisturbed -= 1;
                Fault::None
            } else {
                match faults.peek().unwrap_or(&then) {
                    fault if can_hit(fault, operation) => faults.next().unwrap_or_else(|| then.clone()),
                    _ => Fault::None,
                }
            };
            let request = Request { operation: operation.to_owned(), fault: fault.clone() };
            requests.lock().expect("the lock is never held during a panic").push(request);
            let too_long = patience + Duration::from_millis(30);
            match fault {
                Delay(TOO_LONG) => Delay(too_long),
                Late(TOO_LONG) => Late(too_long),
                fault => fault,
            }
        }
    }
}

/// Returns a trial for each fault that passes, at each of the requests.
pub(super) fn passing_faults(requests: &[&str]) -> Vec<Trial> {
    let mut trials = Vec::new();
    for (position, operation) in requests.iter().enumerate() {
        let faults = faults_of(operation, &[Refusal, Doubt, Slowness]);
        trials.extend(faults.map(|fault| Trial::passing(position, &[fault])));
    }
    trials
}

/// Returns a trial for each fault that never passes, at each of the requests.
pub(super) fn never_passing_faults(requests: &[&str]) -> Vec<Trial> {
    let mut trials = Vec::new();
    for (position, operation) in requests.iter().enumerate() {
        for fault in faults_of(operation, &[Refusal, Doubt, Silence]) {
            // If reads succeed, they may show that the write took effect.
            let may_succeed = leaves_doubt(&fault) && !can_hit(&fault, "GetItem");
            let end = if may_succeed { End::Any } else { End::Failure };
            trials.push(Trial::never_passing(position, &[], fault, end));
        }
        let once = faults_of(operation, &[Lasting]);
        trials.extend(once.map(|fault| Trial::never_passing(position, &[fault], Fault::None, End::Failure)));
    }
    trials
}

/// Returns trials with any two faults in a row, of which the first hits the write at the end of the requests. After
/// them, all is well, or the second one never passes.
pub(super) fn pairs_of_faults(requests: &[&str]) -> Vec<Trial> {
    let mut trials = Vec::new();
    let (write, last) = (requests[requests.len() - 1], requests.len() - 1);
    let faults = paired_faults(write);
    for first in faults {
        for second in faults {
            let (first, second) = (first.clone(), second.clone());
            if may_last_in_pair(&first) && may_last_in_pair(&second) {
                trials.push(Trial::never_passing(last, slice::from_ref(&first), second.clone(), End::Any));
            }
            if !leaves_doubt(&first) && first != THROTTLED && can_hit(&second, "GetItem") {
                // The state is read again before the next write, which the second fault hits.
                trials.push(Trial::passing(last, &[first.clone(), Fault::None, second.clone()]));
            }
            trials.push(Trial::passing(last, &[first, second]));
        }
        // An attempt is in doubt, the next one is refused, and then nothing can be read.
        if leaves_doubt(first) {
            let faults = [first.clone(), conflict_of(write)];
            trials.push(Trial::never_passing(last, &faults, THROTTLED, End::Any));
        }
    }
    trials
}

/// Returns longer sequences of faults, which start with the write at the end of the requests. If the state is read
/// again after a conflict, the ledger may be read as well, to find out about an attempt that is in doubt.
pub(super) fn longer_sequences(requests: &[&str]) -> Vec<Trial> {
    let last = requests.len() - 1;
    let conflict = || conflict_of(requests[last]);
    let after = |ms| Late(Duration::from_millis(ms));
    let (late, delayed) = (after(40), Delay(Duration::from_millis(100)));
    let mut passing = vec![
        vec![CutAfter, CutAfter, CutAfter],
        vec![CutAfter, conflict(), CutAfter, THROTTLED],
        vec![CutAfter, THROTTLED, conflict()],
        vec![ERROR, conflict(), Fault::None, THROTTLED, Fault::None, CutAfter],
        vec![CutBefore, conflict(), Fault::None, Fault::None, conflict(), Fault::None, Fault::None, CutAfter],
        vec![ERROR, conflict(), Fault::None, Fault::None, CutAfter, conflict()],
        vec![conflict(), Fault::None, CutAfter, conflict(), ERROR, Fault::None, ERROR],
        vec![late.clone(), conflict(), Fault::None, Fault::None, late.clone(), conflict()],
        // An attempt arrives before, while or after the next one is decided.
        vec![after(0), conflict()],
        vec![after(5), conflict()],
        vec![after(15), conflict()],
        vec![late.clone(), conflict(), delayed.clone()],
        vec![late.clone(), conflict(), Fault::None, delayed.clone()],
        vec![late.clone(), conflict(), Fault::None, Fault::None, delayed.clone()],
    ];
    if requests.contains(&"BatchGetItem") {
        // It arrives after one table was read and before another.
        passing
            .extend(["users", "ledgers"].map(|left| vec![late.clone(), conflict(), LeaveTable(left), delayed.clone()]));
    }
    if requests[last] == "TransactWriteItems" {
        // Its items become visible one after another.
        passing.extend((0..4).map(|position| vec![LateInPart(Duration::from_millis(15), position), conflict()]));
    }
    let too_late = Late(TOO_LONG);
    let until_deadline = [
        (vec![too_late.clone()], conflict()),
        (vec![too_late.clone(), conflict()], THROTTLED),
        (vec![too_late.clone(), conflict(), Fault::None], THROTTLED),
        (vec![too_late, conflict(), Fault::None, Fault::None], THROTTLED),
    ];
    let until_deadline = until_deadline.map(|(faults, then)| Trial::never_passing(last, &faults, then, End::Any));
    let passing = passing.iter().map(|faults| Trial::passing(last, faults));
    until_deadline.into_iter().chain(passing).collect()
}
