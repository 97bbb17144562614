//! The one place through which every DynamoDB request goes.

use crate::error::StoreError;
use crate::invocation::{Invocation, Units};
use aws_sdk_dynamodb::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_dynamodb::types::ConsumedCapacity;
use std::time::Duration;

/// How long one attempt may take before it is given up and repeated.
const ATTEMPT_TIMEOUT: Duration = Duration::from_secs(3);

/// Waits between attempts: full jitter (Marc Brooker, "Exponential Backoff And Jitter"), from 10 ms, doubling
/// to at most one second.
#[derive(Debug, Default)]
pub struct Backoff {
    attempts: u32,
}

impl Backoff {
    const FIRST: Duration = Duration::from_millis(10);
    const LONGEST: Duration = Duration::from_secs(1);
    /// Less than this left is not worth another attempt.
    const LEAST: Duration = Duration::from_millis(20);

    /// Waits, and tells whether there is time for another attempt.
    pub async fn wait(&mut self) -> bool {
        let ceiling = Self::FIRST.saturating_mul(1 << self.attempts.min(16)).min(Self::LONGEST);
        self.attempts += 1;
        let remaining = Invocation::current().remaining();
        tokio::time::sleep(ceiling.mul_f64(fastrand::f64()).min(remaining)).await;
        Invocation::current().remaining() > Self::LEAST
    }
}

/// How a request that was not done ended.
#[derive(Debug)]
pub(super) enum Refusal<E> {
    /// DynamoDB's answer to this request as such, which repeating it would not change.
    Answered {
        error: E,
        /// Whether an earlier attempt got no answer, and may take effect yet.
        in_doubt: bool,
    },
    /// No such answer.
    Failed(StoreError),
}

impl<E: std::error::Error + Send + Sync + 'static> From<Refusal<E>> for StoreError {
    fn from(refusal: Refusal<E>) -> Self {
        match refusal {
            Refusal::Answered { error, .. } => Self::Failed(error.into()),
            Refusal::Failed(error) => error,
        }
    }
}

/// What an answer says of its cost.
pub(super) trait Metered {
    const UNITS: Units;

    fn consumed(&self) -> &[ConsumedCapacity];
}

macro_rules! metered {
    ($($operation:ident::$output:ident: $units:ident, $field:ident);* $(;)?) => {$(
        impl Metered for aws_sdk_dynamodb::operation::$operation::$output {
            const UNITS: Units = Units::$units;

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
    transact_write_items::TransactWriteItemsOutput: Write, many;
}

/// What to do about a failed attempt.
enum Verdict {
    /// It was refused before it did anything: try again.
    Repeat,
    /// It may or may not have done something: try again, remembering that.
    RepeatInDoubt,
    /// It is DynamoDB's answer.
    Final,
}

fn judge<E: ProvideErrorMetadata>(error: &SdkError<E>) -> Verdict {
    match error {
        SdkError::ServiceError(context) => match context.err().code() {
            Some("ThrottlingException" | "ProvisionedThroughputExceededException" | "RequestLimitExceeded") => {
                Verdict::Repeat
            }
            // The same token is at work already: an attempt that we gave up.
            Some("TransactionInProgressException") => Verdict::RepeatInDoubt,
            // A write outside of a transaction met one.
            Some("TransactionConflictException") => Verdict::Repeat,
            _ if context.raw().status().is_server_error() => Verdict::RepeatInDoubt,
            _ => Verdict::Final,
        },
        SdkError::ConstructionFailure(_) => Verdict::Final,
        _ => Verdict::RepeatInDoubt,
    }
}

/// Sends a request, again and again with jitter, until it is answered or the invocation's time is up.
///
/// `send` must be safe to repeat: a read, a write that has the same effect twice, or a transaction with a
/// ClientRequestToken.
pub(super) async fn call<T, E, F>(send: impl Fn() -> F) -> Result<T, Refusal<E>>
where
    F: Future<Output = Result<T, SdkError<E>>>,
    T: Metered,
    E: ProvideErrorMetadata + std::error::Error + Send + Sync + 'static,
{
    let invocation = Invocation::current();
    let mut backoff = Backoff::default();
    let mut in_doubt = false;
    loop {
        invocation.count_request(backoff.attempts > 0);
        let limit = ATTEMPT_TIMEOUT.min(invocation.remaining());
        let cause: crate::error::Cause = match tokio::time::timeout(limit, send()).await {
            Ok(Ok(output)) => {
                for capacity in output.consumed() {
                    invocation.count_capacity(T::UNITS, capacity.capacity_units().unwrap_or_default());
                }
                return Ok(output);
            }
            Ok(Err(error)) => match judge(&error) {
                Verdict::Final => {
                    return Err(match error {
                        SdkError::ServiceError(context) => Refusal::Answered { error: context.into_err(), in_doubt },
                        error => Refusal::Failed(StoreError::Failed(error.into())),
                    });
                }
                Verdict::Repeat => error.into(),
                Verdict::RepeatInDoubt => {
                    in_doubt = true;
                    error.into()
                }
            },
            Err(elapsed) => {
                in_doubt = true;
                elapsed.into()
            }
        };
        if !backoff.wait().await {
            return Err(Refusal::Failed(if in_doubt {
                StoreError::OutcomeUnknown(cause)
            } else {
                StoreError::Busy(cause)
            }));
        }
    }
}

/// The same for a read, whose outcome cannot be in doubt.
pub(super) async fn read<T, E, F>(send: impl Fn() -> F) -> Result<T, StoreError>
where
    F: Future<Output = Result<T, SdkError<E>>>,
    T: Metered,
    E: ProvideErrorMetadata + std::error::Error + Send + Sync + 'static,
{
    call(send).await.map_err(|refusal| match StoreError::from(refusal) {
        StoreError::OutcomeUnknown(cause) => StoreError::Busy(cause),
        error => error,
    })
}
