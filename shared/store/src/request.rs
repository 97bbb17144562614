//! Sends requests to DynamoDB. All requests go through this module, except those that create tables.

use crate::invocation::{CapacityUnit, Invocation};
use crate::retry::{Attempt, retry_within};
use crate::{Cause, StoreError};
use aws_sdk_dynamodb::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_dynamodb::types::ConsumedCapacity;
use std::time::Duration;

/// Time after which an attempt is abandoned and retried.
const ATTEMPT_TIMEOUT: Duration = Duration::from_secs(3);

/// Why a request failed.
#[derive(Debug)]
pub(crate) enum RequestError<E> {
    /// DynamoDB rejected the request, and would reject a retry too.
    Rejected {
        /// DynamoDB's response.
        error: E,
        /// Whether an earlier attempt got no response and may have taken effect, or may still do so.
        in_doubt: bool,
    },
    /// The request failed for another reason.
    Failed(StoreError),
}

impl<E> From<StoreError> for RequestError<E> {
    fn from(error: StoreError) -> Self {
        Self::Failed(error)
    }
}

impl<E: std::error::Error + Send + Sync + 'static> From<RequestError<E>> for StoreError {
    fn from(error: RequestError<E>) -> Self {
        match error {
            RequestError::Rejected { error, in_doubt: false } => Self::Failed(error.into()),
            RequestError::Rejected { error, in_doubt: true } => Self::OutcomeUnknown(error.into()),
            RequestError::Failed(error) => error,
        }
    }
}

/// A response that reports the capacity that the request consumed.
pub(crate) trait Metered {
    const UNIT: CapacityUnit;

    fn consumed(&self) -> &[ConsumedCapacity];
}

macro_rules! metered {
    ($($operation:ident::$output:ident: $unit:ident, $field:ident);* $(;)?) => {$(
        impl Metered for aws_sdk_dynamodb::operation::$operation::$output {
            const UNIT: CapacityUnit = CapacityUnit::$unit;

            fn consumed(&self) -> &[ConsumedCapacity] {
                metered!(@slice self $field)
            }
        }
    )*};
    (@slice $self:ident one) => { $self.consumed_capacity.as_slice() };
    (@slice $self:ident many) => { $self.consumed_capacity.as_deref().unwrap_or_default() };
}
metered! {
    get_item::GetItemOutput: Read, one;
    query::QueryOutput: Read, one;
    scan::ScanOutput: Read, one;
    update_item::UpdateItemOutput: Write, one;
    batch_get_item::BatchGetItemOutput: Read, many;
    transact_get_items::TransactGetItemsOutput: Read, many;
    transact_write_items::TransactWriteItemsOutput: Write, many;
}

/// How to handle a failed attempt.
enum AttemptFailure {
    /// It was rejected without taking effect. Retry.
    Transient,
    /// It may or may not have taken effect. Retry, and remember that the request is in doubt.
    InDoubt,
    /// A retry would fail in the same way.
    Final,
}

fn classify<E: ProvideErrorMetadata>(error: &SdkError<E>, unit: CapacityUnit) -> AttemptFailure {
    match error {
        SdkError::ServiceError(context) => match context.err().code() {
            Some("ThrottlingException" | "ProvisionedThroughputExceededException" | "RequestLimitExceeded") => {
                AttemptFailure::Transient
            }
            // Another attempt with the same token is still in progress: one that has timed out here.
            Some("TransactionInProgressException") => AttemptFailure::InDoubt,
            // A write that is not part of a transaction conflicted with a transaction.
            Some("TransactionConflictException") => AttemptFailure::Transient,
            // A transaction that reads met one that writes, or a table was throttled.
            Some("TransactionCanceledException") if unit == CapacityUnit::Read => AttemptFailure::Transient,
            _ if context.raw().status().is_server_error() => AttemptFailure::InDoubt,
            _ => AttemptFailure::Final,
        },
        SdkError::ConstructionFailure(_) => AttemptFailure::Final,
        _ => AttemptFailure::InDoubt,
    }
}

/// Sends a write, and retries it with jitter until it gets a final response or the invocation has no time left for writes.
///
/// `send` must be safe to repeat: a write that has the same effect when it is repeated, or a transaction with a
/// ClientRequestToken.
pub(crate) async fn call<T, E, F>(send: impl Fn() -> F) -> Result<T, RequestError<E>>
where
    F: Future<Output = Result<T, SdkError<E>>>,
    T: Metered,
    E: ProvideErrorMetadata + std::error::Error + Send + Sync + 'static,
{
    call_within(Invocation::remaining_for_writes, send).await
}

async fn call_within<T, E, F>(
    remaining: impl Fn(&Invocation) -> Duration,
    send: impl Fn() -> F,
) -> Result<T, RequestError<E>>
where
    F: Future<Output = Result<T, SdkError<E>>>,
    T: Metered,
    E: ProvideErrorMetadata + std::error::Error + Send + Sync + 'static,
{
    let invocation = &*Invocation::current();
    if remaining(invocation).is_zero() {
        return Err(StoreError::Busy("there is no time left".into()).into());
    }
    let attempt = |Progress { is_retry, in_doubt }| {
        invocation.count_request(is_retry);
        let limit = ATTEMPT_TIMEOUT.min(remaining(invocation));
        // Boxed: the SDK's futures are some 15 kB each, and deeply nested.
        let response = tokio::time::timeout(limit, Box::pin(send()));
        async move {
            let repeat = |cause: Cause, in_doubt| Ok(Attempt::Repeat(cause, Progress { is_retry: true, in_doubt }));
            let error = match response.await {
                Ok(Ok(output)) => {
                    for capacity in output.consumed() {
                        invocation.count_capacity(T::UNIT, capacity.capacity_units().unwrap_or_default());
                    }
                    return Ok(Attempt::Done(output));
                }
                Ok(Err(error)) => error,
                Err(elapsed) => return repeat(elapsed.into(), true),
            };
            match classify(&error, T::UNIT) {
                AttemptFailure::Final => Err(match error {
                    SdkError::ServiceError(context) => RequestError::Rejected { error: context.into_err(), in_doubt },
                    error if in_doubt => StoreError::OutcomeUnknown(error.into()).into(),
                    error => StoreError::Failed(error.into()).into(),
                }),
                AttemptFailure::Transient => repeat(error.into(), in_doubt),
                AttemptFailure::InDoubt => repeat(error.into(), true),
            }
        }
    };
    retry_within(&remaining, Progress::default(), attempt, |cause, Progress { in_doubt, .. }| {
        let error = if in_doubt { StoreError::OutcomeUnknown(cause) } else { StoreError::Busy(cause) };
        error.into()
    })
    .await
}

/// What is known after the attempts so far.
#[derive(Default)]
struct Progress {
    /// Whether the next attempt is a retry.
    is_retry: bool,
    /// Whether an attempt got no response and may have taken effect, or may still do so.
    in_doubt: bool,
}

/// Sends a read in the same way, until the deadline. Its outcome is never in doubt.
pub(crate) async fn read<T, E, F>(send: impl Fn() -> F) -> Result<T, StoreError>
where
    F: Future<Output = Result<T, SdkError<E>>>,
    T: Metered,
    E: ProvideErrorMetadata + std::error::Error + Send + Sync + 'static,
{
    call_within(Invocation::remaining, send).await.map_err(|error| match error {
        RequestError::Rejected { error, .. } => StoreError::Failed(error.into()),
        RequestError::Failed(StoreError::OutcomeUnknown(cause)) => StoreError::Busy(cause),
        RequestError::Failed(error) => error,
    })
}
