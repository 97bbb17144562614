//! Proves that a write withstands the faults of DynamoDB and the network: it takes effect once or not at all, and its
//! response says which, wherever that can be known.
//!
//! A test describes its write with [`Write`] and its circumstances with [`Scene`], and calls [`withstand`]:
//!
//! - A fault that passes, at any of the write's DynamoDB requests, or several in a row, changes neither the response
//!   nor what is stored.
//! - A fault that cannot pass, such as `AccessDeniedException`, is not repeated. Nothing is stored.
//! - If a fault lasts until the deadline, the response is "busy" if nothing was stored and never will be, and "failed"
//!   if that is unknown.
//! - After a failure, the same request can be repeated. It takes effect once in all if it is safe to repeat.
//!
//! What is stored is compared as a whole, in all tables, with what the same request stores without faults.

mod faults;
mod stage;
mod trial;

use crate::{Answer, Call, TestApp};
use stage::withstand_trials;
use std::pin::Pin;
use std::rc::Rc;
use trial::{End, Trial, longer_sequences, never_passing_faults, pairs_of_faults, passing_faults};

/// Describes a write. Responses are written like `503 retry-after: 1 {"error":"Please retry"}`.
#[derive(Debug, Clone, Copy)]
pub struct Write {
    /// DynamoDB operations that it sends, in order. The last one writes.
    pub requests: &'static [&'static str],
    /// Start of the response to a success.
    pub success: &'static str,
    /// Items that are added (`+`), changed (`~`) and removed (`-`), with random IDs shown as `…`.
    pub effect: &'static [&'static str],
    /// Responses to failures.
    pub failures: Failures,
    /// Start of the response to a repeat after the request took effect. `None` if it then takes effect again.
    pub repeated: Option<&'static str>,
}

/// Responses of a route to failures of DynamoDB.
#[derive(Debug, Clone, Copy)]
pub struct Failures {
    /// Responses while the caller is identified, with the first request.
    pub of_caller: Failure,
    /// Responses later.
    pub of_write: Failure,
}

/// Responses to the two kinds of failures.
#[derive(Debug, Clone, Copy)]
pub struct Failure {
    /// DynamoDB was busy until the deadline. Nothing was stored.
    pub busy: &'static str,
    /// DynamoDB failed, or nobody knows whether something was stored.
    pub failed: &'static str,
}

/// Response of the members' routes when they are unavailable.
pub const UNAVAILABLE: &str =
    r#"503 {"statusCode":503,"error":"Service Unavailable","message":"Something went wrong please contact admin"}"#;

/// Response of the members' routes to an unexpected error.
pub const INTERNAL: &str =
    r#"500 {"statusCode":500,"error":"Internal Server Error","message":"An internal server error occurred"}"#;

impl Failure {
    /// Returns the same response to both kinds.
    #[must_use]
    pub const fn always(response: &'static str) -> Self {
        Self { busy: response, failed: response }
    }

    /// The members' routes, unless their contract says otherwise.
    pub const MEMBERS: Self = Self { busy: UNAVAILABLE, failed: INTERNAL };

    /// The flyers' routes.
    pub const FLYERS: Self = Self {
        busy: r#"503 retry-after: 1 {"error":"Please retry"}"#,
        failed: r#"500 {"error":"Internal Server Error"}"#,
    };
}

impl Failures {
    /// The members' routes, unless their contract says otherwise.
    pub const MEMBERS: Self = Self { of_caller: Failure::MEMBERS, of_write: Failure::MEMBERS };

    /// The flyers' routes.
    pub const FLYERS: Self = Self { of_caller: Failure::FLYERS, of_write: Failure::FLYERS };
}

type Run = Box<dyn for<'a> Fn(&'a TestApp) -> Pin<Box<dyn Future<Output = String> + 'a>>>;

/// A test that is about to send a write. All scenes of a write must be alike.
pub struct Scene {
    app: TestApp,
    run: Run,
}

impl Scene {
    /// A scene in which a request is sent.
    pub fn request(app: TestApp, request: impl for<'a> Fn(&'a TestApp) -> Call<'a> + 'static) -> Self {
        let run: Run = Box::new(move |app| {
            let call = request(app);
            Box::pin(async { response(&call.send().await) })
        });
        Self { app, run }
    }

    /// A scene in which a job runs for as long as requests may take. `job` returns its result in words.
    pub fn job(app: TestApp, job: impl AsyncFn(&TestApp) -> String + 'static) -> Self {
        let job = Rc::new(job);
        let run: Run = Box::new(move |app| {
            let job = job.clone();
            Box::pin(async move { job(app).await })
        });
        Self { app, run }
    }
}

/// Returns status, headers and body.
fn response(answer: &Answer) -> String {
    let mut response = answer.status.as_u16().to_string();
    for name in ["retry-after", "idempotency-replayed"] {
        if let Some(value) = answer.header(name) {
            response = format!("{response} {name}: {value}");
        }
    }
    format!("{response} {}", String::from_utf8_lossy(&answer.bytes))
}

/// Asserts that a write withstands all faults, as the [module](self) describes.
pub async fn withstand(write: &Write, prepare: impl AsyncFn() -> Scene) {
    withstand_trials(write, prepare, trials(write)).await;
}

/// Asserts that a write withstands all faults that pass.
pub async fn withstand_passing(write: &Write, prepare: impl AsyncFn() -> Scene) {
    let passing = trials(write).into_iter().filter(|trial| trial.end == End::Success);
    withstand_trials(write, prepare, passing.collect()).await;
}

fn trials(write: &Write) -> Vec<Trial> {
    let requests = write.requests;
    // Those that take the longest come first.
    let trials = [never_passing_faults, longer_sequences, pairs_of_faults, passing_faults];
    trials.map(|trials| trials(requests)).concat()
}
