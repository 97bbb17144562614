//! The scheduled Lambda function that archives members who are not on Discord.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    shared::telemetry::init();
    let app = &shared::App::from_env().await?;
    shared::job::serve(async |time| archive_users::handle(app, time, false).await).await
}
