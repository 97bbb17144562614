//! Commands for whoever runs the system.

use crate::tables::{self, run};
use anyhow::{Result, bail};
use clap::{Args, Subcommand};
use shared::airlines::AirlineDraft;
use shared::models::{AirlineId, MemberId, Name, ServerId, WebUrl};
use std::collections::BTreeMap;
use std::process::ExitCode;
use std::time::Duration;

/// How long a job may take: as long as its function on AWS.
const JOB_TIME: Duration = Duration::from_mins(1);

#[derive(Debug, Subcommand)]
pub enum Airline {
    /// Make an airline and print it with its API key, which is shown this once
    Create(CreateAirline),
}

#[derive(Debug, Args)]
pub struct CreateAirline {
    /// Its id: 1 to 64 of a-z, 0-9 and -
    #[arg(long)]
    id: AirlineId,
    /// Its name
    #[arg(long)]
    name: Name,
    /// Where people join its community
    #[arg(long)]
    invite_link: Option<WebUrl>,
    /// Its Discord server
    #[arg(long)]
    server_id: Option<ServerId>,
}

#[derive(Debug, Subcommand)]
pub enum Member {
    /// Make a member, such as the first superuser of a new stack
    Create(CreateMember),
}

#[derive(Debug, Args)]
pub struct CreateMember {
    /// The member's id: 1 to 64 letters, digits, - and _
    #[arg(long)]
    id: MemberId,
    /// First name
    #[arg(long)]
    first_name: Name,
    /// Last name
    #[arg(long)]
    last_name: Name,
    /// Name in the community: 4 to 32 letters, digits and -
    #[arg(long, value_parser = parse_username)]
    username: Option<String>,
    /// May make airlines and keys, and edit members
    #[arg(long)]
    super_user: bool,
}

fn parse_username(username: &str) -> Result<String, &'static str> {
    let is_valid =
        (4..=32).contains(&username.len()) && username.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
    if is_valid { Ok(username.to_owned()) } else { Err("expected 4 to 32 letters, digits and -") }
}

#[derive(Debug, Subcommand)]
pub enum Job {
    /// End flights that gave no sign of life for 5 minutes
    EndStaleFlights,
}

/// Runs a command on airlines.
pub async fn airline(command: Airline, tables: &tables::Options) -> Result<ExitCode> {
    let Airline::Create(new) = command;
    let app = tables.app().await;
    let draft =
        AirlineDraft { airline_id: new.id, name: new.name, invite_link: new.invite_link, server_id: new.server_id };
    let created = run(shared::airlines::create(&app, draft)).await?;
    println!("{}", serde_json::to_string(&created)?);
    Ok(ExitCode::SUCCESS)
}

/// Runs a command on members.
pub async fn member(command: Member, tables: &tables::Options) -> Result<ExitCode> {
    let Member::Create(new) = command;
    let app = tables.app().await;
    let now = app.now();
    let roles = new.super_user.then(|| ("super_user".to_owned(), true));
    let member = shared::models::Member {
        id: new.id,
        username: new.username,
        first_name: new.first_name.to_string(),
        last_name: new.last_name.to_string(),
        roles: BTreeMap::from_iter(roles),
        created_at: now,
        updated_at: now,
    };
    if !run(app.store.create_member(&member, app.random())).await? {
        bail!("User already exists");
    }
    println!("{}", serde_json::to_string(&member)?);
    Ok(ExitCode::SUCCESS)
}

/// Runs a job.
pub async fn job(job: Job, tables: &tables::Options) -> Result<ExitCode> {
    let Job::EndStaleFlights = job;
    let app = tables.app().await;
    let ended = end_stale_flights::handle(&app, JOB_TIME).await?;
    println!("{}", serde_json::to_string(&ended)?);
    Ok(ExitCode::SUCCESS)
}
