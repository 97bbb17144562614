//! The members of the demo community, varied enough that every route has something to return.

use super::{at, parse, text};
use anyhow::Result;
use models::{Badge, MemberId};
use rules::Context;
use rules::members::{
    RoleChange, SignedUpBy, award_badge, change_discord, change_roles, put_skill, set_status, sign_up,
};
use serde_json::{Value, json};

/// ID of the superuser.
pub const SUPER_USER: &str = "demo-admin";

/// Time when all members signed up.
const SIGNED_UP: &str = "2024-02-01T09:00:00.000Z";

/// Time when the members got their skills, badges, statuses and roles.
const SINCE: &str = "2024-03-01T12:00:00.000Z";

/// ID of a badge that several members have.
const FIRST_FLIGHT: &str = "first-flight";

pub(super) async fn load(context: &Context) -> Result<()> {
    make_badges(context).await?;
    for member in members() {
        let id: MemberId = parse(member["id"].clone())?;
        let by: MemberId = text(SUPER_USER)?;
        let by = SignedUpBy { id: &by, is_super_user: true, github_id: None, github_user_id: None };
        sign_up(&at(context, SIGNED_UP)?, by, parse(member)?).await?;
        equip(&at(context, SINCE)?, &id).await?;
    }
    let archive =
        RoleChange { archived: Some(true), reason: Some("Left the community".to_owned()), ..RoleChange::default() };
    change_roles(&at(context, SINCE)?, &text(SUPER_USER)?, &text("dorothy")?, &archive).await?;
    Ok(())
}

async fn make_badges(context: &Context) -> Result<()> {
    for (id, name, description) in
        [(FIRST_FLIGHT, "First Flight", "Flew for the first time"), ("night-owl", "Night Owl", "Landed after midnight")]
    {
        let badge: Badge = parse(json!({
            "id": id, "name": name, "description": description, "imageUrl": format!("https://example.com/{id}.png"),
            "createdBy": SUPER_USER, "createdAt": 1_706_778_000_000_u64,
        }))?;
        context.store.create_badge(&badge, context.random()).await?;
    }
    Ok(())
}

/// Returns the members as they sign up. Charles and Emil are not on Discord, so that there is somebody to archive. Emil
/// has no username yet.
fn members() -> [Value; 7] {
    [
        json!({
            "id": SUPER_USER, "username": SUPER_USER, "first_name": "Demo", "last_name": "Admin",
            "email": "demo-admin@example.com", "phone": 12_025_550_147_u64,
            "discordId": "799600467218923520", "roles": { "super_user": true, "member": true, "in_discord": true },
        }),
        json!({
            "id": "ada", "username": "Ada-Lovelace", "first_name": "Ada", "last_name": "Lovelace",
            "email": "ada@example.com", "phone": 442_079_460_958_u64, "yoe": 5, "company": "Analytical Engines",
            "designation": "Programmer", "website": "https://example.com/ada", "linkedin_id": "ada-lovelace",
            "github_id": "ada-lovelace", "github_user_id": "1815", "github_display_name": "Ada Lovelace",
            "discordId": "799600467218923521", "roles": { "member": true, "in_discord": true },
        }),
        json!({
            "id": "amelia", "username": "amelia-e", "first_name": "Amelia", "last_name": "Earhart",
            "discordId": "799600467218923522", "roles": { "member": true, "in_discord": true },
        }),
        json!({
            "id": "bessie", "username": "bessie-c", "first_name": "Bessie", "last_name": "Coleman",
            "discordId": "799600467218923523", "roles": { "in_discord": true },
        }),
        json!({ "id": "charles", "username": "charles-b", "first_name": "Charles", "last_name": "Babbage" }),
        json!({
            "id": "dorothy", "username": "dorothy-v", "first_name": "Dorothy", "last_name": "Vaughan",
            "roles": { "member": true },
        }),
        json!({ "id": "emil", "first_name": "Emil", "last_name": "Post" }),
    ]
}

/// Gives a member skills, badges and a status, and sets when they joined Discord.
async fn equip(context: &Context, id: &MemberId) -> Result<()> {
    let (skills, badges, status, joined): (&[_], &[_], _, _) = match id.as_str() {
        SUPER_USER => (&[], &[FIRST_FLIGHT], json!({ "state": "ACTIVE" }), "2024-02-01T09:30:00.000Z"),
        "ada" => (
            &[("rust", "Rust", 4), ("dispatch", "Dispatch", 2)],
            &[FIRST_FLIGHT, "night-owl"],
            json!({ "state": "ACTIVE", "message": "Planning next week's flights" }),
            "2024-02-02T18:00:00.000Z",
        ),
        "amelia" => (
            &[("rust", "Rust", 2)],
            &[FIRST_FLIGHT],
            json!({ "state": "OOO", "until": 4_070_908_800_000_u64, "message": "Around the world" }),
            "2024-02-03T18:00:00.000Z",
        ),
        "bessie" => (&[("dispatch", "Dispatch", 1)], &[], json!({ "state": "ONBOARDING" }), "2024-02-04T18:00:00.000Z"),
        _ => return Ok(()),
    };
    for (tag, name, level) in skills {
        let skill = json!({
            "tagName": name, "levelId": format!("level-{level}"), "levelName": level.to_string(), "levelValue": level,
        });
        put_skill(context, id, text(tag)?, parse(skill)?).await?;
    }
    for badge in badges {
        award_badge(context, id, &text(badge)?).await?;
    }
    set_status(context, id, parse(status)?).await?;
    change_discord(context, SUPER_USER, id, &parse(json!({ "discordJoinedAt": joined }))?).await?;
    Ok(())
}
