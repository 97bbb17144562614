//! `skysquad`: a local server, administration and checks. Data goes to standard output, words to standard error; exit
//! status 0, 1 (failed) or 2 (usage).

mod admin;
mod api;
mod audit;
mod demo;
mod example_export;
mod import;
mod serve;
mod session;
mod tables;

use clap::{Parser, Subcommand};
use std::process::ExitCode;

/// The backend of a virtual-airline community.
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
    /// Serve the whole system on this machine, with a DynamoDB of its own (the default)
    Serve(serve::Options),
    /// Print a session token, signed with the local key that `serve` trusts
    Session(session::Options),
    /// Make an airline
    #[command(subcommand)]
    Airline(admin::Airline),
    /// Make a member
    #[command(subcommand)]
    Member(admin::Member),
    Import(import::Import),
    ExampleExport(example_export::ExampleExport),
    /// Check that what must hold of every ledger does, and print what doesn't
    Audit,
    /// Run a scheduled job once
    #[command(subcommand)]
    Jobs(admin::Job),
    /// Print the OpenAPI document
    Openapi,
}

#[tokio::main]
async fn main() -> ExitCode {
    let cli = Cli::parse();
    let done = match cli.command.unwrap_or_else(|| Command::Serve(serve::Options::default())) {
        Command::Serve(options) => serve::serve(options).await,
        Command::Session(options) => session::print(&options),
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
