//! The table of keys in `docs/architecture.md` lists exactly the kinds of items that are in the tables: those of the
//! demo community, and those that the routes' events and the jobs write.

use crate::blocks;
use crate::documents::at_top;
use crate::events::event;
use crate::jobs;
use crate::permissions::sign_up_with_every_claim;
use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::AttributeValue;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fs;
use testing::TestApp;
use testing::template::{Function, Route, Template};

const DOCUMENT: &str = "docs/architecture.md";

/// A row of the table: a kind of item.
#[derive(Clone)]
struct Kind {
    table: String,
    /// Its keys, with `<…>` for the variable parts.
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
    /// Reads a row. Returns `None` for the head of the table.
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

    /// The names with which its keys begin, such as `FLYER` and `FLIGHTS`.
    fn names(&self) -> impl Iterator<Item = String> {
        [&self.partition_key, &self.sort_key].into_iter().filter_map(|key| name(key))
    }
}

/// Returns whether a key is as described, part by part. Those in `<…>` may be anything.
fn fits(described: &str, key: &str) -> bool {
    // Archived members have the same facets under names of their own.
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

/// Returns where items were created, changed or deleted.
fn written(before: &Contents, after: &Contents) -> BTreeSet<Place> {
    let places = before.keys().chain(after.keys());
    places.filter(|place| before.get(place) != after.get(place)).cloned().collect()
}

async fn written_by_route(route: &Route) -> BTreeSet<Place> {
    let app = crate::with_demo().await;
    let before = contents(&app).await;
    let answer = app.call_of(&event(&route.event())).send().await;
    assert!(answer.is_as_documented() || route.key == "$default", "{}: {}", route.key, answer.shown());
    written(&before, &contents(&app).await)
}

/// Items that no event writes: the claims of a member of whom everything is known.
async fn written_by_rare_requests_of_users() -> BTreeSet<Place> {
    let app = crate::with_demo().await;
    let before = contents(&app).await;
    sign_up_with_every_claim(&app).await;
    written(&before, &contents(&app).await)
}

async fn written_by_job(crate_name: &str) -> BTreeSet<Place> {
    let mut app = jobs::with_work().await;
    let before = contents(&app).await;
    jobs::run(&mut app, crate_name).await;
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
        if function.crate_name == "users" {
            places.append(&mut written_by_rare_requests_of_users().await);
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

/// Also those of keys that no event writes.
#[test]
fn each_name_in_a_key_is_documented() {
    let code = fs::read_to_string(at_top("shared/store/src/keys.rs")).unwrap();
    let code: String = code.lines().filter(|line| !line.trim_start().starts_with("//")).collect();
    let in_code: BTreeSet<String> = code.split('"').skip(1).step_by(2).filter_map(name).collect();
    let in_document: BTreeSet<String> = documented().iter().flat_map(Kind::names).collect();
    assert_eq!(in_document, in_code);
}
