//! The `skysquad` command: a local server, administration and checks.

mod admin;
mod api;
mod audit;
mod demo;
mod example_export;
mod import;
mod login_page;
mod serve;
mod session;
mod tables;

use clap::{Parser, Subcommand};
use std::process::ExitCode;

/// The backend of a virtual-airline community
///
/// Data goes to standard output and messages to standard error. The exit status is 0 on success, 1 on failure and 2 on
/// a usage error.
#[derive(Debug, Parser)]
#[command(version, disable_help_subcommand = true)]
struct Cli {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    tables: tables::Options,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Run the API and DynamoDB on this machine (the default command)
    ///
    /// Creates the tables and, if they are empty, a demo community. Prints `ready http://HOST:PORT dynamodb
    /// http://HOST:PORT` to standard output once both accept connections. The scheduled jobs run as on AWS: silent
    /// flights are ended every minute; members who are not on Discord are archived, and all data is audited, every 24
    /// hours.
    ///
    /// Stops on SIGINT or SIGTERM and then exits with 0. Exits with 1 if a port is in use or the data file cannot be
    /// opened.
    Serve(serve::Options),
    /// Print a session token that `serve` or a stack accepts
    ///
    /// The token is signed with the key in `$SKYSQUAD_HOME/session-key.pem` (default `.skysquad/session-key.pem`),
    /// which is created on first use, or with a stack's KMS key.
    Session(session::Options),
    /// Print the public keys of sessions, as `SESSION_PUBLIC_KEYS` and the parameter `SessionPublicKeys` take them
    SessionKeys(session::KeysOptions),
    /// Create airlines
    #[command(subcommand)]
    Airline(admin::Airline),
    /// Create members and make them superusers
    #[command(subcommand)]
    Member(admin::Member),
    Import(import::Import),
    ExampleExport(example_export::ExampleExport),
    /// Check every ledger, the claims on unique values and the member index
    ///
    /// Reads all data and changes nothing. Prints each mismatch as a line, and exits with 1 if there are any.
    Audit,
    /// Run a scheduled job once and print its result as JSON
    #[command(subcommand)]
    Jobs(admin::Job),
    /// Print the OpenAPI document of the API
    Openapi,
}

#[tokio::main]
async fn main() -> ExitCode {
    let cli = Cli::parse();
    let done = match cli.command.unwrap_or_else(|| Command::Serve(serve::Options::default())) {
        Command::Serve(options) => serve::serve(options, &cli.tables).await,
        Command::Session(options) => session::print(options).await,
        Command::SessionKeys(options) => session::print_keys(options).await,
        Command::Airline(command) => admin::airline(command, &cli.tables).await,
        Command::Member(command) => admin::member(command, &cli.tables).await,
        Command::Import(options) => import::import(options, &cli.tables).await,
        Command::ExampleExport(options) => example_export::write(&options),
        Command::Audit => audit::audit(&cli.tables).await,
        Command::Jobs(job) => admin::job(job, &cli.tables).await,
        Command::Openapi => {
            print!("{}", api::openapi());
            Ok(ExitCode::SUCCESS)
        }
    };
    done.unwrap_or_else(|error| {
        eprintln!("skysquad: {error:#}");
        ExitCode::FAILURE
    })
}
