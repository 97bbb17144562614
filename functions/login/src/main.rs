//! The Lambda function that logs members in.

use shared::App;
use shared::config::{Config, ConfigError};
use std::sync::Arc;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_http::Error> {
    shared::telemetry::init();
    let config = Config::from_env()?;
    let mut app = App::connect(&config).await;
    if config.login.is_some() {
        let key_id = config.session_key_id.ok_or(ConfigError::Missing("SESSION_KEY_ID"))?;
        app.signer = Some(Arc::new(login::KmsSigner::new(key_id)));
    }
    shared::http::run(login::router(app)).await
}
