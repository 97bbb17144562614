//! Commands for whoever runs the system.

use crate::tables::{self, run};
use anyhow::Result;
use clap::{Args, Subcommand};
use serde_json::json;
use shared::airlines::AirlineDraft;
use shared::members::{SignedUpBy, grant_super_user, sign_up};
use shared::models::{AirlineId, MemberId, Name, PublicMember, SUPER_USER, ServerId, Username, WebUrl};
use std::collections::BTreeMap;
use std::process::ExitCode;
use std::time::Duration;

/// How long a job may take: as long as a function on AWS can.
const JOB_TIME: Duration = Duration::from_mins(15);

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
    /// Make a member a superuser
    Grant(GrantMember),
}

#[derive(Debug, Args)]
pub struct GrantMember {
    /// The member's id
    id: MemberId,
    /// May make airlines and keys, and edit members
    #[arg(long, required = true)]
    super_user: bool,
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
    #[arg(long)]
    username: Option<Username>,
    /// May make airlines and keys, and edit members
    #[arg(long)]
    super_user: bool,
}

#[derive(Debug, Subcommand)]
pub enum Job {
    /// End flights that gave no sign of life for 5 minutes
    EndStaleFlights,
    /// Archive members who are not on Discord
    ArchiveUsers {
        /// However many they are
        #[arg(long)]
        force: bool,
    },
}

/// Runs a command on airlines.
pub async fn airline(command: Airline, tables: &tables::Options) -> Result<ExitCode> {
    let Airline::Create(new) = command;
    let app = tables.app().await?;
    let draft =
        AirlineDraft { airline_id: new.id, name: new.name, invite_link: new.invite_link, server_id: new.server_id };
    let created = run(shared::airlines::create(&app.context, draft)).await?;
    println!("{}", serde_json::to_string(&created)?);
    Ok(ExitCode::SUCCESS)
}

/// Runs a command on members.
pub async fn member(command: Member, tables: &tables::Options) -> Result<ExitCode> {
    let app = tables.app().await?;
    let id = "skysquad".parse().map_err(anyhow::Error::msg)?;
    let by = SignedUpBy { id: &id, is_super_user: true, github_id: None, github_user_id: None };
    let member = match command {
        Member::Create(new) => {
            let roles: BTreeMap<&str, bool> = new.super_user.then_some((SUPER_USER, true)).into_iter().collect();
            let mut draft = json!({
                "id": new.id, "first_name": new.first_name, "last_name": new.last_name, "roles": roles,
            });
            if let Some(username) = new.username {
                draft["username"] = json!(username);
            }
            run(sign_up(&app.context, by, serde_json::from_value(draft)?)).await?
        }
        Member::Grant(grant) => run(grant_super_user(&app.context, by.id.as_str(), &grant.id)).await?,
    };
    println!("{}", serde_json::to_string(&PublicMember::from(member))?);
    Ok(ExitCode::SUCCESS)
}

/// Runs a job.
pub async fn job(job: Job, tables: &tables::Options) -> Result<ExitCode> {
    let app = tables.app().await?;
    let done = match job {
        Job::EndStaleFlights => serde_json::to_string(&end_stale_flights::handle(&app, JOB_TIME).await?)?,
        Job::ArchiveUsers { force } => serde_json::to_string(&archive_users::handle(&app, JOB_TIME, force).await?)?,
    };
    println!("{done}");
    Ok(ExitCode::SUCCESS)
}
