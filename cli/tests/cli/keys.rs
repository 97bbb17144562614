//! The table of keys in `docs/architecture.md`: each kind of item that is in the tables stands there, and nothing else. What
//! is in the tables is what the demo community has, and what every route and job makes of it.

use crate::blocks;
use crate::documents::at_top;
use crate::permissions::discord_server;
use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::AttributeValue;
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fs;
use std::sync::Arc;
use std::time::Duration;
use testing::template::{Function, Route, Template};
use testing::{TestApp, demo_event, demo_session};

const DOCUMENT: &str = "docs/architecture.md";

/// A row of the table: a kind of item.
#[derive(Clone)]
struct Kind {
    table: String,
    /// Its keys, with `<…>` for what differs.
    partition_key: String,
    sort_key: String,
    what: String,
}

/// Where an item is.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Place {
    table: &'static str,
    partition_key: String,
    sort_key: String,
}

impl Kind {
    /// Reads a row; none, if it is the head of the table.
    fn of(row: &str) -> Option<Self> {
        let cells: Vec<&str> = row.split('|').map(str::trim).collect();
        let [_, table, partition_key, sort_key, what, ..] = cells[..] else { panic!("{row} is no row") };
        let key = |cell: &str| cell.trim_matches('`').to_owned();
        ["users", "flights", "ledgers"].contains(&table).then(|| Self {
            table: table.to_owned(),
            partition_key: key(partition_key),
            sort_key: key(sort_key),
            what: what.to_owned(),
        })
    }

    fn is_of(&self, place: &Place) -> bool {
        self.table == place.table
            && fits(&self.partition_key, &place.partition_key)
            && fits(&self.sort_key, &place.sort_key)
    }

    /// What its keys begin with in the code: `FLYER`, `FLIGHTS`.
    fn names(&self) -> impl Iterator<Item = String> {
        [&self.partition_key, &self.sort_key].into_iter().filter_map(|key| name(key))
    }
}

/// Whether a key is as described: part by part, of which those in `<…>` may be anything.
fn fits(described: &str, key: &str) -> bool {
    // The archived have the same listings, apart from everybody else's.
    let key = key.replace("FACET#archived/", "FACET#");
    let (described, key): (Vec<_>, Vec<_>) = (described.split('#').collect(), key.split('#').collect());
    described.len() == key.len() && described.iter().zip(key).all(|(part, own)| part.starts_with('<') || *part == own)
}

/// The capitals that a key begins with.
fn name(key: &str) -> Option<String> {
    let name: String = key.chars().take_while(char::is_ascii_uppercase).collect();
    let rest = &key[name.len()..];
    ((rest.is_empty() || rest.starts_with('#')) && !name.is_empty()).then_some(name)
}

type Contents = BTreeMap<Place, HashMap<String, AttributeValue>>;

/// All items of the three tables.
async fn contents(app: &TestApp) -> Contents {
    let client = Client::from_conf(engine::config(app.endpoint()).build());
    let tables = app.tables();
    let mut contents = Contents::new();
    for (table, name) in [("users", &tables.users), ("flights", &tables.flights), ("ledgers", &tables.ledgers)] {
        let mut items = client.scan().table_name(name).into_paginator().items().send();
        while let Some(item) = items.next().await {
            let item = item.expect("an item");
            let key = |name: &str| item[name].as_s().expect("keys are strings").clone();
            let place = Place { table, partition_key: key("pk"), sort_key: key("sk") };
            contents.insert(place, item);
        }
    }
    contents
}

/// What was put, changed or removed between two looks.
fn written(before: &Contents, after: &Contents) -> BTreeSet<Place> {
    let places = before.keys().chain(after.keys());
    places.filter(|place| before.get(place) != after.get(place)).cloned().collect()
}

async fn written_by_route(route: &Route) -> BTreeSet<Place> {
    let app = crate::with_demo().await;
    if route.operation == "refund_transaction" {
        let _purchase = app.call_of(&demo_event("buy-product")).send().await.expect(200);
    }
    let before = contents(&app).await;
    let answer = app.call_of(&demo_event(&route.event())).send().await;
    assert!(answer.status.is_success() || route.key == "$default", "{}: {}", route.key, answer.shown());
    if route.operation == "create_user" {
        // Somebody of whom all is known that nobody else may share.
        let draft = json!({
            "first_name": "Katherine", "last_name": "Johnson", "username": "katherine-j", "github_id": "katherine-j",
            "github_user_id": "1918", "discordId": "799600467218923599",
        });
        let _made = app.post("/users").bearer(&demo_session()).json(&draft).send().await.expect(200);
    }
    written(&before, &contents(&app).await)
}

async fn written_by_job(crate_name: &str) -> BTreeSet<Place> {
    let mut app = crate::with_demo().await;
    let _flight = app.call_of(&demo_event("server-start")).send().await.expect(200);
    let before = contents(&app).await;
    app.clock.advance(Duration::from_hours(1));
    let time = Duration::from_secs(10);
    match crate_name {
        "archive-users" => {
            let (_discord, config) = discord_server().await;
            app.app.outside.discord = Some(Arc::new(config));
            let run = archive_users::handle(&app.app, time, true).await.expect("it runs");
            assert_eq!((run.discord.map(|synced| synced.left), run.archived), (Some(3), 5));
        }
        "audit" => assert!(audit::handle(&app.app, Duration::from_mins(10)).await.expect("it runs").is_complete),
        "end-stale-flights" => assert_eq!(end_stale_flights::handle(&app.app, time).await.expect("it runs").ended, 1),
        _ => panic!("{crate_name} has no run here"),
    }
    written(&before, &contents(&app).await)
}

/// Which functions write which items.
async fn writers(functions: &[Function]) -> BTreeMap<Place, BTreeSet<String>> {
    let mut writers: BTreeMap<Place, BTreeSet<String>> = BTreeMap::new();
    for function in functions {
        let mut places = BTreeSet::new();
        for route in &function.routes {
            places.append(&mut written_by_route(route).await);
        }
        if !function.schedules.is_empty() {
            places.append(&mut written_by_job(&function.crate_name).await);
        }
        for place in places {
            writers.entry(place).or_default().insert(function.crate_name.clone());
        }
    }
    writers
}

/// The table that the document has.
fn documented() -> Vec<Kind> {
    let text = fs::read_to_string(at_top(DOCUMENT)).unwrap();
    let (_, rest) = text.split_once("<!-- keys -->").expect("the block begins");
    let (block, _) = rest.split_once("<!-- /keys -->").expect("the block ends");
    block.lines().filter(|line| line.starts_with('|')).filter_map(Kind::of).collect()
}

#[tokio::test]
async fn each_kind_of_item_is_documented_with_who_writes_it() {
    let kinds = documented();
    let writers = writers(&Template::read().functions()).await;
    let mut there: BTreeSet<Place> = writers.keys().cloned().collect();
    there.extend(contents(&crate::with_demo().await).await.into_keys());
    for place in &there {
        let fitting = kinds.iter().filter(|kind| kind.is_of(place)).count();
        assert_eq!(fitting, 1, "{place:?} is of {fitting} of the kinds in {DOCUMENT}");
    }
    let mut rows = vec!["| table | pk | sk | item | written by |".to_owned(), "|---|---|---|---|---|".to_owned()];
    for kind in kinds {
        let Kind { table, partition_key, sort_key, what } = &kind;
        assert!(there.iter().any(|place| kind.is_of(place)), "{partition_key}, {sort_key} of {DOCUMENT} is nowhere");
        let of_kind = writers.iter().filter(|(place, _)| kind.is_of(place));
        let functions: BTreeSet<&str> = of_kind.flat_map(|(_, functions)| functions).map(String::as_str).collect();
        let functions = Vec::from_iter(functions).join(", ");
        rows.push(format!("| {table} | `{partition_key}` | `{sort_key}` | {what} | {functions} |"));
    }
    blocks::check(DOCUMENT, "keys", &rows.join("\n"));
}

/// The keys that code makes, but no event led to.
#[test]
fn each_name_in_a_key_is_documented() {
    let code = fs::read_to_string(at_top("shared/src/store/keys.rs")).unwrap();
    let code: String = code.lines().filter(|line| !line.trim_start().starts_with("//")).collect();
    let in_code: BTreeSet<String> = code.split('"').skip(1).step_by(2).filter_map(name).collect();
    let in_document: BTreeSet<String> = documented().iter().flat_map(Kind::names).collect();
    assert_eq!(in_document, in_code);
}
