//! DynamoDB's faults.

use crate::Fault::{
    self, Canceled, CanceledForAll, Conflict, CutAfter, CutBefore, Delay, Error, Late, LateInPart, LeaveTable,
    LeaveUnprocessed,
};
use std::time::Duration;

/// What a fault means for the request that it hits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Class {
    /// The request had no effect. It can be repeated.
    Refusal,
    /// Nobody knows whether the request took effect, or whether it will. It can be repeated.
    Doubt,
    /// The request had no effect, and a repeat would fail in the same way.
    Lasting,
    /// The request is processed late or in part.
    Slowness,
    /// The request takes effect after the caller's deadline.
    Silence,
}

/// The requests that a fault can hit.
#[derive(Debug, Clone, Copy)]
enum Target {
    Any,
    Batch,
    Write,
    Update,
    Transaction,
}

/// Time for which a request is delayed.
const SHORT: Duration = Duration::from_millis(30);

/// Stands for a little more time than the caller has.
pub(super) const TOO_LONG: Duration = Duration::MAX;

pub(super) const THROTTLED: Fault = Error(400, "ThrottlingException");
pub(super) const ERROR: Fault = Error(500, "InternalServerError");
pub(super) const IN_PROGRESS: Fault = Error(400, "TransactionInProgressException");
pub(super) const UPDATE_CONFLICT: Fault = Error(400, "TransactionConflictException");
pub(super) const LATE: Fault = Late(SHORT);

/// All faults that a write has to withstand.
const FAULTS: [(Class, Target, Fault); 26] = [
    (Class::Refusal, Target::Any, THROTTLED),
    (Class::Refusal, Target::Any, Error(400, "ProvisionedThroughputExceededException")),
    (Class::Refusal, Target::Any, Error(400, "RequestLimitExceeded")),
    (Class::Refusal, Target::Transaction, Conflict),
    (Class::Refusal, Target::Transaction, Canceled("ThrottlingError")),
    (Class::Refusal, Target::Transaction, Canceled("ProvisionedThroughputExceeded")),
    (Class::Refusal, Target::Transaction, CanceledForAll),
    (Class::Refusal, Target::Update, UPDATE_CONFLICT),
    (Class::Doubt, Target::Any, ERROR),
    (Class::Doubt, Target::Any, Error(503, "ServiceUnavailable")),
    (Class::Doubt, Target::Any, CutBefore),
    (Class::Doubt, Target::Any, CutAfter),
    (Class::Doubt, Target::Write, LATE),
    (Class::Doubt, Target::Transaction, IN_PROGRESS),
    (Class::Doubt, Target::Transaction, LateInPart(SHORT, 0)),
    (Class::Doubt, Target::Transaction, LateInPart(SHORT, 1)),
    (Class::Doubt, Target::Transaction, LateInPart(SHORT, 2)),
    (Class::Lasting, Target::Any, Error(400, "ValidationException")),
    (Class::Lasting, Target::Any, Error(400, "AccessDeniedException")),
    (Class::Lasting, Target::Any, Error(400, "ResourceNotFoundException")),
    (Class::Slowness, Target::Any, Delay(SHORT)),
    (Class::Slowness, Target::Batch, LeaveUnprocessed),
    (Class::Slowness, Target::Batch, LeaveTable("users")),
    (Class::Slowness, Target::Batch, LeaveTable("flights")),
    (Class::Slowness, Target::Batch, LeaveTable("ledgers")),
    (Class::Silence, Target::Any, Delay(TOO_LONG)),
];

/// Returns the faults of some classes that can hit an operation.
pub(super) fn faults_of<'a>(operation: &'a str, classes: &'a [Class]) -> impl Iterator<Item = Fault> + 'a {
    let is_one = |(class, target, _): &&(Class, Target, Fault)| classes.contains(class) && target.includes(operation);
    FAULTS.iter().filter(is_one).map(|(_, _, fault)| fault.clone())
}

/// Returns the faults of which any two must be withstood in a row by a write with the given operation.
pub(super) fn paired_faults(operation: &str) -> &'static [Fault] {
    match operation {
        "TransactWriteItems" => &[LATE, CutAfter, Conflict, CanceledForAll, ERROR, THROTTLED, CutBefore, IN_PROGRESS],
        _ => &[LATE, CutAfter, UPDATE_CONFLICT, ERROR, THROTTLED],
    }
}

/// Returns whether a fault is among the pairs of which the second one may last until the deadline.
pub(super) fn may_last_in_pair(fault: &Fault) -> bool {
    ![THROTTLED, CutBefore, IN_PROGRESS].contains(fault)
}

/// Returns the fault of a write that conflicts with another one.
pub(super) fn conflict_of(operation: &str) -> Fault {
    if operation == "TransactWriteItems" { Conflict } else { UPDATE_CONFLICT }
}

impl Target {
    fn includes(self, operation: &str) -> bool {
        match self {
            Self::Any => true,
            Self::Batch => operation == "BatchGetItem",
            Self::Write => is_write(operation),
            Self::Update => operation == "UpdateItem",
            Self::Transaction => operation == "TransactWriteItems",
        }
    }
}

pub(super) fn is_write(operation: &str) -> bool {
    ["UpdateItem", "TransactWriteItems"].contains(&operation)
}

/// Returns whether an operation can respond with a fault.
pub(super) fn can_hit(fault: &Fault, operation: &str) -> bool {
    let listed = FAULTS.iter().find(|(_, _, listed)| listed == fault).map(|(_, target, _)| *target);
    match fault {
        Late(_) => Target::Write.includes(operation),
        LateInPart(..) => Target::Transaction.includes(operation),
        LeaveTable(_) => Target::Batch.includes(operation),
        _ => listed.is_none_or(|target| target.includes(operation)),
    }
}

/// Returns whether the caller of a request cannot know if it took effect. If the request is sent normally, its response
/// may not arrive before the deadline.
pub(super) fn leaves_doubt(fault: &Fault) -> bool {
    match fault {
        Error(status, _) => *status >= 500 || *fault == IN_PROGRESS,
        Conflict | Canceled(_) | CanceledForAll => false,
        _ => true,
    }
}

/// Returns whether a request with this fault reaches DynamoDB, sooner or later.
pub(super) fn arrives(fault: &Fault) -> bool {
    matches!(fault, Fault::None | CutAfter | Delay(_) | Late(_) | LateInPart(..))
}
