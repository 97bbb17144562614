//! Reaching the tables of a stack, deployed or local.

use anyhow::Result;
use aws_config::BehaviorVersion;
use clap::Args;
use shared::auth::SessionVerifier;
use shared::config::Config;
use shared::store::{Store, Tables};
use shared::{App, Invocation};
use std::time::Duration;

/// Long enough for any command; an audit of everything goes on for as long as it takes.
const A_DAY: Duration = Duration::from_hours(24);

/// Which DynamoDB. Tables are named by `USERS_TABLE`, `FLIGHTS_TABLE` and `LEDGERS_TABLE`; by default as locally.
#[derive(Debug, Args)]
pub struct Options {
    /// Where DynamoDB listens, such as `http://127.0.0.1:8000` of a running `serve`; by default the AWS region's
    #[arg(long, global = true, env = "AWS_ENDPOINT_URL_DYNAMODB")]
    endpoint_url: Option<String>,
}

impl Options {
    /// The application on those tables. It trusts no session: whoever runs a command is known to AWS.
    pub async fn app(&self) -> Result<App> {
        let default = Tables::default();
        let named = |variable, default| std::env::var(variable).ok().filter(|name| !name.is_empty()).unwrap_or(default);
        let tables = Tables {
            users: named("USERS_TABLE", default.users),
            flights: named("FLIGHTS_TABLE", default.flights),
            ledgers: named("LEDGERS_TABLE", default.ledgers),
        };
        let has_credentials = ["AWS_ACCESS_KEY_ID", "AWS_PROFILE"].iter().any(|name| std::env::var_os(name).is_some());
        let config = match &self.endpoint_url {
            // A local engine takes any credentials, so it needs none.
            Some(endpoint) if endpoint.starts_with("http://") && !has_credentials => engine::config(endpoint),
            endpoint => {
                let sdk = aws_config::defaults(BehaviorVersion::latest());
                let sdk = match endpoint {
                    Some(endpoint) => sdk.endpoint_url(endpoint),
                    None => sdk,
                };
                (&sdk.load().await).into()
            }
        };
        let of_app = Config::with(tables.clone(), SessionVerifier::default(), |name| std::env::var(name).ok())?;
        Ok(App::new(&of_app, Store::with_config(config, tables)))
    }
}

/// Runs a command's work.
pub async fn run<F: Future>(work: F) -> F::Output {
    Invocation::lasting(A_DAY).run(work).await
}
