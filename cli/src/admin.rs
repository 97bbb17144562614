//! Commands for operators: airlines, members and jobs.

use crate::tables::{self, run};
use anyhow::Result;
use clap::{Args, Subcommand};
use serde_json::json;
use shared::airlines::AirlineDraft;
use shared::members::{SignedUpBy, grant_super_user, sign_up};
use shared::models::{AirlineId, Link, MemberId, Name, PublicMember, SUPER_USER, ServerId, Username};
use std::collections::BTreeMap;
use std::process::ExitCode;
use std::time::Duration;

/// Deadline of a job: the longest that a Lambda function can run.
const JOB_TIME: Duration = Duration::from_mins(15);

#[derive(Debug, Subcommand)]
pub enum Airline {
    /// Create an airline and print it as JSON, with its API key, which cannot be displayed again
    Create(CreateAirline),
}

#[derive(Debug, Args)]
pub struct CreateAirline {
    /// ID of the airline: 1 to 64 characters from a-z, 0-9 and -
    #[arg(long)]
    id: AirlineId,
    /// Name of the airline
    #[arg(long)]
    name: Name,
    /// Link with which people join the airline's community [default: discord.gg/skyteam]
    #[arg(long, value_name = "URL")]
    invite_link: Option<Link>,
    /// ID of the airline's Discord server
    #[arg(long, value_name = "ID")]
    server_id: Option<ServerId>,
}

#[derive(Debug, Subcommand)]
pub enum Member {
    /// Create a member, such as the first superuser of a new stack, and print it as JSON
    Create(CreateMember),
    /// Make a member a superuser and print the member as JSON
    Grant(GrantMember),
}

#[derive(Debug, Args)]
pub struct GrantMember {
    /// ID of the member
    id: MemberId,
    /// Grant the role `super_user`, which allows creating airlines and API keys and editing members
    #[arg(long, required = true)]
    super_user: bool,
}

#[derive(Debug, Args)]
pub struct CreateMember {
    /// ID of the member: 1 to 64 letters, digits, - and _
    #[arg(long)]
    id: MemberId,
    /// First name of the member
    #[arg(long)]
    first_name: Name,
    /// Last name of the member
    #[arg(long)]
    last_name: Name,
    /// Username: 4 to 32 letters, digits and -
    #[arg(long)]
    username: Option<Username>,
    /// Grant the role `super_user`, which allows creating airlines and API keys and editing members
    #[arg(long)]
    super_user: bool,
}

#[derive(Debug, Subcommand)]
pub enum Job {
    /// End flights whose game server has been silent for 5 minutes
    EndStaleFlights,
    /// Archive members who are not on Discord
    ///
    /// If Discord is configured (`DISCORD_GUILD_ID`), first updates the members from the Discord server's member list.
    /// Archives nobody, and exits with 1, if the list is incomplete or more members than `ARCHIVE_MAX_SHARE` allows
    /// would be archived.
    ArchiveUsers {
        /// Archive the members no matter how many they are
        #[arg(long)]
        force: bool,
    },
}

/// Runs a subcommand of `airline`.
pub async fn airline(command: Airline, tables: &tables::Options) -> Result<ExitCode> {
    let Airline::Create(new) = command;
    let app = tables.app().await?;
    let draft =
        AirlineDraft { airline_id: new.id, name: new.name, invite_link: new.invite_link, server_id: new.server_id };
    let created = run(shared::airlines::create(&app.context, draft)).await?;
    println!("{}", serde_json::to_string(&created)?);
    Ok(ExitCode::SUCCESS)
}

/// Runs a subcommand of `member`.
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

/// Runs a job once and prints its result.
pub async fn job(job: Job, tables: &tables::Options) -> Result<ExitCode> {
    let app = tables.app().await?;
    let done = match job {
        Job::EndStaleFlights => serde_json::to_string(&end_stale_flights::handle(&app, JOB_TIME).await?)?,
        Job::ArchiveUsers { force } => serde_json::to_string(&archive_users::handle(&app, JOB_TIME, force).await?)?,
    };
    println!("{done}");
    Ok(ExitCode::SUCCESS)
}
