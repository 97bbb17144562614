//! The writes that are tried, and what each of them does to the table.

use super::PATIENCE;
use crate::people::{named, with_superuser};
use crate::stored::Item;
use http::Method;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use testing::TestApp;

/// A request: method, path, session, body.
pub type Request = (Method, String, String, Value);

#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Write {
    SignUp,
    EditProfile,
    ChooseUsername,
    ChangeRoles,
    ChangeDiscord,
    CreateBadge,
    AwardBadge,
    TakeBadge,
    PutSkill,
    DeleteSkill,
    SetStatus,
}

impl Write {
    pub const ALL: [Self; 11] = [
        Self::SignUp,
        Self::EditProfile,
        Self::ChooseUsername,
        Self::ChangeRoles,
        Self::ChangeDiscord,
        Self::CreateBadge,
        Self::AwardBadge,
        Self::TakeBadge,
        Self::PutSkill,
        Self::DeleteSkill,
        Self::SetStatus,
    ];

    /// What it asks of DynamoDB: reads, who calls first, and a write at the end.
    pub fn operations(self) -> &'static [&'static str] {
        match self {
            Self::SignUp | Self::CreateBadge => &["GetItem", "TransactWriteItems"],
            Self::EditProfile => &["GetItem", "UpdateItem"],
            Self::AwardBadge => &["GetItem", "GetItem", "GetItem", "TransactWriteItems"],
            _ => &["GetItem", "GetItem", "TransactWriteItems"],
        }
    }

    /// Whether it reads the member again after a conflict.
    pub fn rereads(self) -> bool {
        !matches!(self, Self::SignUp | Self::CreateBadge | Self::EditProfile)
    }

    pub fn success(self) -> u16 {
        match self {
            Self::SignUp
            | Self::ChangeRoles
            | Self::ChangeDiscord
            | Self::CreateBadge
            | Self::PutSkill
            | Self::SetStatus => 200,
            Self::EditProfile | Self::ChooseUsername | Self::AwardBadge | Self::TakeBadge | Self::DeleteSkill => 204,
        }
    }

    /// What it may answer when something unexpected goes wrong at that request. The first one tells who calls, and has
    /// words of its own where the contract has none.
    pub fn failures(self, position: usize) -> Vec<Value> {
        let internal = json!({
            "statusCode": 500, "error": "Internal Server Error", "message": "An internal server error occurred",
        });
        let unavailable = json!({
            "statusCode": 503, "error": "Service Unavailable", "message": "Something went wrong please contact admin",
        });
        match self {
            Self::SignUp | Self::EditProfile | Self::ChooseUsername | Self::SetStatus => vec![unavailable],
            Self::ChangeRoles => vec![internal],
            _ if position == 0 => vec![unavailable, internal],
            _ => vec![unavailable],
        }
    }

    /// What is added, changed and removed in the table, all of it together.
    pub fn effect(self) -> &'static [&'static str] {
        match self {
            Self::SignUp => &[
                "+ FACET#all {id}#{id}",
                "+ FACET#discord#none {id}#{id}",
                "+ FACET#not-in-discord 001710498600000#{id}",
                "+ FACET#unverified {id}",
                "+ GITHUB#{id} CLAIM",
                "+ MEMBER#{id} MEMBER",
                "+ USERNAME#{id} CLAIM",
            ],
            Self::EditProfile | Self::AwardBadge | Self::TakeBadge => &["~ MEMBER#{id} MEMBER"],
            Self::ChooseUsername => &[
                "+ FACET#all {id}#{id}",
                "+ FACET#discord#none {id}#{id}",
                "+ USERNAME#{id} CLAIM",
                "~ MEMBER#{id} MEMBER",
            ],
            Self::ChangeRoles => &[
                "+ FACET#archived/all {id}#{id}",
                "+ FACET#archived/discord#none {id}#{id}",
                "+ MEMBER#{id} AUDIT",
                "- FACET#all {id}#{id}",
                "- FACET#discord#none {id}#{id}",
                "- FACET#not-in-discord 001710498600000#{id}",
                "- FACET#unverified {id}",
                "~ MEMBER#{id} MEMBER",
            ],
            Self::ChangeDiscord => &[
                "+ DISCORD#{discord} CLAIM",
                "+ FACET#discord#linked {id}#{id}",
                "+ FACET#linked {id}",
                "- FACET#discord#none {id}#{id}",
                "- FACET#unverified {id}",
                "~ MEMBER#{id} MEMBER",
            ],
            Self::CreateBadge => &["+ BADGES BADGE"],
            Self::PutSkill => &[
                "+ FACET#level#l1 {id}#{id}#rust",
                "+ FACET#level-name#One {id}#{id}#rust",
                "+ FACET#level-value#1 {id}#{id}#rust",
                "+ FACET#tag#rust {id}#{id}#rust",
                "~ MEMBER#{id} MEMBER",
            ],
            Self::DeleteSkill => &[
                "- FACET#level#l1 {id}#{id}#rust",
                "- FACET#level-name#One {id}#{id}#rust",
                "- FACET#level-value#1 {id}#{id}#rust",
                "- FACET#tag#rust {id}#{id}#rust",
                "~ MEMBER#{id} MEMBER",
            ],
            Self::SetStatus => &["+ FACET#state#IDLE {id}#{id}", "~ MEMBER#{id} MEMBER"],
        }
    }
}

/// The id and username of the `n`th member.
fn member(n: usize) -> String {
    format!("member-{n:03}")
}

/// The Discord account of the `n`th member.
fn discord(n: usize) -> String {
    format!("9000{n:03}")
}

/// What differs between both: added, removed, changed; without what differs from member to member and time to time.
pub fn effect(before: &BTreeMap<String, Item>, after: &BTreeMap<String, Item>, n: usize) -> Vec<String> {
    let anonymous = |key: &str| {
        let key = key.replace(&member(n), "{id}").replace(&discord(n), "{discord}");
        let random = [" AUDIT#", " BADGE#"].iter().find_map(|random| key.find(random).map(|at| at + random.len() - 1));
        random.map_or(key.clone(), |end| key[..end].to_owned())
    };
    let added = after.keys().filter(|key| !before.contains_key(*key)).map(|key| format!("+ {}", anonymous(key)));
    let removed = before.keys().filter(|key| !after.contains_key(*key)).map(|key| format!("- {}", anonymous(key)));
    let changed = after.iter().filter(|(key, item)| before.get(*key).is_some_and(|old| old != *item));
    let changed = changed.map(|(key, _)| format!("~ {}", anonymous(key)));
    let mut effect: Vec<_> = added.chain(removed).chain(changed).collect();
    effect.sort();
    effect
}

/// A system on which one write after the other is tried.
pub struct Scene {
    pub app: TestApp,
    /// The same, with little time for a request.
    pub impatient: TestApp,
    pub write: Write,
    root: String,
    badge: String,
}

impl Scene {
    pub async fn of(write: Write) -> Self {
        let (app, root) = with_superuser().await;
        let badge = json!({ "name": "Ace", "imageUrl": "i" });
        let made = app.post("/badges").bearer(&root).json(&badge).send().await.expect(200).json();
        let badge = made["badge"]["id"].as_str().unwrap().to_owned();
        Self { impatient: app.another_instance(PATIENCE), app, write, root, badge }
    }

    /// The write, ready to be asked for, of the `n`th member.
    pub async fn request(&self, n: usize) -> Request {
        let id = member(n);
        let session = match self.write {
            Write::SignUp | Write::CreateBadge => self.app.session(&id),
            Write::ChooseUsername => {
                self.app.member(&id, &[]).await;
                self.app.session(&id)
            }
            _ => named(&self.app, &self.root, &id, &id).await,
        };
        let root = || self.root.clone();
        match self.write {
            Write::SignUp => {
                let draft = json!({ "username": id, "github_id": id, "first_name": "A", "last_name": "L" });
                (Method::POST, "/users".to_owned(), session, draft)
            }
            Write::EditProfile => (Method::PATCH, "/users/self".to_owned(), session, json!({ "company": "Engines" })),
            Write::ChooseUsername => (Method::PATCH, "/users/self".to_owned(), session, json!({ "username": id })),
            Write::ChangeRoles => {
                (Method::PATCH, format!("/users/{id}/temporary/data"), root(), json!({ "archived": true }))
            }
            Write::ChangeDiscord => {
                (Method::PATCH, format!("/users/{id}/discord"), root(), json!({ "discordId": discord(n) }))
            }
            Write::CreateBadge => {
                (Method::POST, "/badges".to_owned(), root(), json!({ "name": "Pioneer", "imageUrl": "i" }))
            }
            Write::AwardBadge => (Method::PUT, self.badge_of(&id), root(), json!({})),
            Write::TakeBadge => {
                let awarded = self.app.call(Method::PUT, &self.badge_of(&id)).bearer(&self.root).send().await;
                let _awarded = awarded.expect(204);
                (Method::DELETE, self.badge_of(&id), root(), json!({}))
            }
            Write::PutSkill | Write::DeleteSkill => {
                let path = format!("/users/{id}/skills/rust");
                let skill = json!({ "tagName": "Rust", "levelId": "l1", "levelName": "One", "levelValue": 1 });
                if self.write == Write::PutSkill {
                    return (Method::PUT, path, root(), skill);
                }
                let put = self.app.call(Method::PUT, &path).bearer(&self.root).json(&skill).send().await;
                let _put = put.expect(200);
                (Method::DELETE, path, root(), json!({}))
            }
            Write::SetStatus => (Method::PATCH, "/users/status/self".to_owned(), session, json!({ "state": "IDLE" })),
        }
    }

    fn badge_of(&self, id: &str) -> String {
        format!("/users/{id}/badges/{}", self.badge)
    }
}
