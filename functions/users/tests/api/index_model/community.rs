//! The model: the members with their fields, and the members that each question finds.

use super::question::Question;
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Value, json};
use std::cmp::Ordering;
use std::collections::BTreeMap;
use testing::{Answer, TestApp};

/// Ids with every kind of character that an id can have. Some sort before `#`, `-` and letters, and some after.
const IDS: [&str; 12] = ["a", "A", "_", "-", "a-", "a_", "Z9", "0", "b-b_B", "aa", "--", "z"];
/// Usernames in mixed case, some of which are prefixes of others.
pub const USERNAMES: [&str; 12] =
    ["adam", "Adam-B", "ADAMA", "adam-", "aDa1", "Zoe-", "bOb-", "bobby", "BOBB", "BOB-1", "adamAntine", "zZ-9"];
const TAGS: [&str; 3] = ["rust", "go", "r-u_S"];
/// Levels that share some of their fields with each other.
const LEVELS: [(&str, &str, i64); 4] =
    [("l-1", "Junior & co", 1), ("l_2", "2", 1), ("l-1", "2", -2), ("l_2", "Junior & co", -2)];
const STATES: [&str; 4] = ["ACTIVE", "OOO", "IDLE", "ONBOARDING"];
const DAY: i64 = 24 * 60 * 60 * 1000;

/// A change to one member, identified by a number, or to all members.
#[derive(Debug, Clone)]
pub enum Change {
    SignUp {
        who: usize,
        named: bool,
        member: bool,
        in_discord: bool,
    },
    ChooseUsername {
        who: usize,
    },
    Roles {
        who: usize,
        member: Option<bool>,
        archived: Option<bool>,
    },
    Discord {
        who: usize,
        linked: Option<bool>,
        in_discord: Option<bool>,
        joined_days_ago: Option<i64>,
    },
    Status {
        who: usize,
        state: &'static str,
    },
    PutSkill {
        who: usize,
        tag: &'static str,
        level: usize,
    },
    DeleteSkill {
        who: usize,
        tag: &'static str,
    },
    /// Archives all members who are not on Discord.
    Archive,
}

/// Generates the usernames, indexed by member number.
pub fn usernames() -> impl Strategy<Value = Vec<String>> {
    Just(USERNAMES.map(str::to_owned).to_vec()).prop_shuffle()
}

/// Generates changes to a dozen members, most of whom sign up first.
pub fn changes() -> impl Strategy<Value = Vec<Change>> {
    let who = || 0..IDS.len();
    let mostly = prop::bool::weighted;
    let sign_up = move |who| {
        (Just(who), mostly(0.8), any::<bool>(), any::<bool>())
            .prop_map(|(who, named, member, in_discord)| Change::SignUp { who, named, member, in_discord })
    };
    let sign_ups: Vec<_> = (0..IDS.len() - 1).map(sign_up).collect();
    let maybe = || prop::option::of(any::<bool>());
    let discord = (who(), maybe(), maybe(), prop::option::of(select(vec![0, 10, 31, 32, 400])));
    let change = prop_oneof![
        1 => who().prop_flat_map(sign_up),
        3 => who().prop_map(|who| Change::ChooseUsername { who }),
        3 => (who(), maybe()).prop_map(|(who, member)| Change::Roles { who, member, archived: Some(true) }),
        2 => (who(), maybe(), maybe()).prop_map(|(who, member, archived)| Change::Roles { who, member, archived }),
        6 => discord.prop_map(|(who, linked, in_discord, joined_days_ago)| {
            Change::Discord { who, linked, in_discord, joined_days_ago }
        }),
        6 => (who(), select(&STATES[..])).prop_map(|(who, state)| Change::Status { who, state }),
        8 => (who(), select(&TAGS[..]), 0..LEVELS.len())
            .prop_map(|(who, tag, level)| Change::PutSkill { who, tag, level }),
        1 => (who(), select(&TAGS[..])).prop_map(|(who, tag)| Change::DeleteSkill { who, tag }),
        1 => Just(Change::Archive),
    ];
    (sign_ups, prop::collection::vec(change, 30..60)).prop_map(|(mut changes, more)| {
        changes.extend(more);
        changes
    })
}

/// The fields of a member that listings depend on.
#[derive(Debug, Clone, Default)]
struct Person {
    username: Option<String>,
    member: bool,
    archived: bool,
    in_discord: bool,
    joined_days_ago: Option<i64>,
    discord_id: Option<String>,
    state: Option<&'static str>,
    skills: BTreeMap<&'static str, usize>,
}

/// All members.
#[derive(Debug)]
pub struct Community {
    usernames: Vec<String>,
    people: BTreeMap<usize, Person>,
}

impl Community {
    /// Creates a community without members. Members who have or choose a username get the one for their number.
    pub fn new(usernames: Vec<String>) -> Self {
        Self { usernames, people: BTreeMap::new() }
    }

    /// Applies a change and returns the expected response status.
    pub fn apply(&mut self, change: &Change) -> u16 {
        let username = |who: usize| self.usernames[who].clone();
        match *change {
            Change::SignUp { who, named, member, in_discord } => {
                if self.people.contains_key(&who) {
                    return 409;
                }
                let username = named.then(|| username(who));
                self.people.insert(who, Person { username, member, in_discord, ..Person::default() });
                200
            }
            Change::ChooseUsername { who } => {
                let username = username(who);
                self.change(who, |person| {
                    if person.username.is_some() {
                        return 403;
                    }
                    person.username = Some(username);
                    204
                })
            }
            Change::Roles { who, member, archived } => {
                if member.is_none() && archived.is_none() {
                    return 400;
                }
                self.change(who, |person| {
                    if member == Some(person.member) || archived == Some(person.archived) {
                        return 409;
                    }
                    person.member = member.unwrap_or(person.member);
                    person.archived = archived.unwrap_or(person.archived);
                    200
                })
            }
            Change::Discord { who, linked, in_discord, joined_days_ago } => {
                if linked.is_none() && in_discord.is_none() && joined_days_ago.is_none() {
                    return 400;
                }
                self.change(who, |person| {
                    if let Some(linked) = linked {
                        person.discord_id = linked.then(|| discord_id(who));
                    }
                    person.in_discord = in_discord.unwrap_or(person.in_discord);
                    person.joined_days_ago = joined_days_ago.or(person.joined_days_ago);
                    // Joining Discord unarchives the member.
                    person.archived &= in_discord != Some(true);
                    200
                })
            }
            Change::Status { who, state } => self.change(who, |person| {
                person.state = Some(state);
                200
            }),
            Change::PutSkill { who, tag, level } => self.change(who, |person| {
                person.skills.insert(tag, level);
                200
            }),
            Change::DeleteSkill { who, tag } => {
                self.change(who, |person| if person.skills.remove(tag).is_some() { 204 } else { 404 })
            }
            Change::Archive => {
                for person in self.people.values_mut() {
                    person.archived |= !person.in_discord;
                }
                200
            }
        }
    }

    fn change(&mut self, who: usize, change: impl FnOnce(&mut Person) -> u16) -> u16 {
        self.people.get_mut(&who).map_or(404, change)
    }

    /// Sends a change to the system under test.
    pub async fn send(&self, app: &TestApp, root: &str, change: &Change) -> Answer {
        let (call, body) = match *change {
            Change::SignUp { who, named, member, in_discord } => {
                let roles = json!({ "in_discord": in_discord, "member": member });
                let mut draft = json!({ "id": IDS[who], "first_name": "A", "last_name": "B", "roles": roles });
                if named {
                    draft["username"] = json!(self.usernames[who]);
                }
                (app.post("/users").bearer(root), draft)
            }
            Change::ChooseUsername { who } => {
                let own = app.session(IDS[who]);
                (app.patch("/users/self").bearer(&own), json!({ "username": self.usernames[who] }))
            }
            Change::Roles { who, member, archived } => {
                let path = format!("/users/{}/temporary/data", IDS[who]);
                (app.patch(&path).bearer(root), given([("member", json!(member)), ("archived", json!(archived))]))
            }
            Change::Discord { who, linked, in_discord, joined_days_ago } => {
                let joined = joined_days_ago.map(|days| {
                    let joined = app.now().as_millisecond() - days * DAY;
                    shared::models::Timestamp::from_millisecond(joined).expect("the time should be valid").to_string()
                });
                let mut body = given([("in_discord", json!(in_discord)), ("discordJoinedAt", json!(joined))]);
                if let Some(linked) = linked {
                    body["discordId"] = json!(linked.then(|| discord_id(who)));
                }
                (app.patch(&format!("/users/{}/discord", IDS[who])).bearer(root), body)
            }
            Change::Status { who, state } => {
                let until = app.now().as_millisecond() + DAY;
                let path = format!("/users/status/{}", IDS[who]);
                (app.patch(&path).bearer(root), json!({ "state": state, "until": until }))
            }
            Change::PutSkill { who, tag, level } => {
                let (id, name, value) = LEVELS[level];
                let skill = json!({ "tagName": "Tag", "levelId": id, "levelName": name, "levelValue": value });
                let path = format!("/users/{}/skills/{tag}", IDS[who]);
                (app.call(http::Method::PUT, &path).bearer(root), skill)
            }
            Change::Archive => (app.patch("/users").bearer(root), json!({ "action": "archiveUsers" })),
            Change::DeleteSkill { who, tag } => {
                return app.delete(&format!("/users/{}/skills/{tag}", IDS[who])).bearer(root).send().await;
            }
        };
        call.json(&body).send().await
    }

    /// Returns the members that a question finds, in order and in the form of [`shown`].
    pub fn answer(&self, question: &Question) -> Vec<Value> {
        let mut found: Vec<_> = self
            .people
            .iter()
            .filter_map(|(who, person)| Some((person.username.clone()?, *who, person)))
            .filter(|(username, _, person)| match question {
                Question::List(prefix, role) => {
                    let prefix = prefix.unwrap_or_default().to_lowercase();
                    !person.archived && username.to_lowercase().starts_with(&prefix) && (person.member || !role)
                }
                Question::Search(filters) => person.satisfies(filters),
            })
            .collect();
        found.sort_by(|(one, ..), (other, ..)| -> Ordering { one.to_lowercase().cmp(&other.to_lowercase()) });
        found
            .into_iter()
            .map(|(username, who, person)| {
                let discord_id = person.discord_id.as_ref();
                json!([IDS[who], username, person.member, person.archived, person.in_discord, discord_id])
            })
            .collect()
    }
}

/// Returns the fields of a member in a response that the model tracks.
pub fn shown(user: &Value) -> Value {
    let role = |role: &str| user["roles"][role] == json!(true);
    json!([user["id"], user["username"], user["isMember"], role("archived"), role("in_discord"), user.get("discordId")])
}

impl Person {
    /// Returns whether the member matches every filter. A filter with several values matches if any of them does.
    fn satisfies(&self, filters: &[(&str, &str)]) -> bool {
        let given = |name: &str| -> Vec<&str> {
            filters.iter().filter(|(other, _)| *other == name).map(|(_, value)| *value).collect()
        };
        let holds = |name: &str, test: &dyn Fn(&str) -> bool| {
            let values = given(name);
            values.is_empty() || values.into_iter().any(test)
        };
        let skill = self.skills.iter().any(|(tag, level)| {
            let (id, name, value) = LEVELS[*level];
            holds("tagId", &|wanted| wanted == *tag)
                && holds("levelId", &|wanted| wanted == id)
                && holds("levelName", &|wanted| wanted == name)
                && holds("levelValue", &|wanted| wanted == value.to_string())
        });
        let by_skill = ["tagId", "levelId", "levelName", "levelValue"].iter().any(|name| !given(name).is_empty());
        let more_than = |days: i64| self.in_discord && self.joined_days_ago.is_some_and(|joined| joined > days);
        let roles_ask_for_archived = given("role").iter().any(|role| role.eq_ignore_ascii_case("archived"));
        (skill || !by_skill)
            && (!self.archived || roles_ask_for_archived)
            && holds("search", &|prefix| {
                let username = self.username.as_ref().map(|username| username.to_lowercase());
                username.is_some_and(|username| username.starts_with(&prefix.to_lowercase()))
            })
            && holds("state", &|state| match state {
                "ONBOARDING31DAYS" => self.state == Some("ONBOARDING") && more_than(31),
                state => self.state == Some(state),
            })
            && holds("role", &|role| match role {
                "MEMBER" | "member" => self.member && !self.archived,
                "INDISCORD" | "in_discord" => self.in_discord && !self.archived,
                _ => self.archived,
            })
            && holds("verified", &|verified| (verified == "true") == self.discord_id.is_some())
            && holds("time", &|time| {
                more_than(time.trim_end_matches('d').parse().expect("the filter should be a number of days"))
            })
    }
}

fn discord_id(who: usize) -> String {
    format!("7996004672189235{who:02}")
}

/// Returns an object with the fields that are not null.
fn given<const N: usize>(fields: [(&str, Value); N]) -> Value {
    fields.into_iter().filter(|(_, value)| !value.is_null()).map(|(name, value)| (name.to_owned(), value)).collect()
}
