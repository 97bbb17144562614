//! Access to the tables of a stack, deployed or local.

use anyhow::{Context, Result};
use aws_config::BehaviorVersion;
use clap::Args;
use shared::auth::SessionVerifier;
use shared::config::Config;
use shared::store::{ClientConfig, Store, StoreError, Tables, with_causes};
use shared::{App, Invocation};
use std::time::Duration;

/// Deadline of a command, long enough for an audit of a large community.
const A_DAY: Duration = Duration::from_hours(24);

/// Time within which the tables must respond before a command begins: a wrong host name, region or credentials are reported
/// after it, rather than retried for as long as the command may take.
const TIME_TO_CONNECT: Duration = Duration::from_secs(5);

/// Selects the DynamoDB tables to use. `USERS_TABLE`, `FLIGHTS_TABLE` and `LEDGERS_TABLE` name them; the defaults are
/// the names of the local tables.
#[derive(Debug, Args)]
pub struct Options {
    /// DynamoDB endpoint, such as `http://127.0.0.1:8000` for a running `serve`. By default, that of the AWS region
    #[arg(long, global = true, value_name = "URL", env = "AWS_ENDPOINT_URL_DYNAMODB")]
    endpoint_url: Option<String>,
}

impl Options {
    /// Returns an application that uses these tables. It accepts no sessions, because AWS credentials authorize the
    /// person who runs the command.
    pub async fn app(&self) -> Result<App> {
        let tables = Self::names();
        let store = Store::with_config(self.config().await, tables.clone());
        let reached = Invocation::lasting(TIME_TO_CONNECT).run(store.ping()).await;
        reached.map_err(|error| with_all_causes(&error)).with_context(|| {
            let place = self.endpoint_url.as_deref().unwrap_or("DynamoDB; check the AWS region and credentials");
            format!("cannot read the table {} at {place}", tables.users)
        })?;
        let of_app = Config::with(tables.clone(), SessionVerifier::default(), |name| std::env::var(name).ok())?;
        Ok(App::new(&of_app, store))
    }

    /// Returns the endpoint that the user has chosen, if any.
    pub fn endpoint(&self) -> Option<&str> {
        self.endpoint_url.as_deref()
    }

    /// Returns the names of the tables.
    pub fn names() -> Tables {
        let default = Tables::default();
        let named = |variable, default| std::env::var(variable).ok().filter(|name| !name.is_empty()).unwrap_or(default);
        Tables {
            users: named("USERS_TABLE", default.users),
            flights: named("FLIGHTS_TABLE", default.flights),
            ledgers: named("LEDGERS_TABLE", default.ledgers),
        }
    }

    /// Returns the client configuration that reaches them.
    pub async fn config(&self) -> ClientConfig {
        let has_credentials = ["AWS_ACCESS_KEY_ID", "AWS_PROFILE"].iter().any(|name| std::env::var_os(name).is_some());
        match &self.endpoint_url {
            // The embedded DynamoDB accepts any credentials, so none have to be configured.
            Some(endpoint) if endpoint.starts_with("http://") && !has_credentials => engine::config(endpoint),
            endpoint => {
                let sdk = aws_config::defaults(BehaviorVersion::latest());
                let sdk = match endpoint {
                    Some(endpoint) => sdk.endpoint_url(endpoint),
                    None => sdk,
                };
                (&sdk.load().await).into()
            }
        }
    }
}

/// Returns an error with the messages of all its causes.
fn with_all_causes(error: &StoreError) -> anyhow::Error {
    anyhow::Error::msg(with_causes(error))
}

/// Runs the work of a command as an invocation.
pub async fn run<F: Future>(work: F) -> F::Output {
    Invocation::lasting(A_DAY).run(work).await
}
