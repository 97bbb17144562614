//! Items that cannot be read are among the findings, and hide no other.

use super::community::community;
use super::{findings, name};
use aws_sdk_dynamodb::types::AttributeValue;
use std::collections::{BTreeMap, HashMap};
use testing::{Item, Stored, TestApp};

/// Attributes of the flights table that are keys of indexes. DynamoDB allows only texts in them.
const INDEXED: [&str; 6] = ["joinedAt", "lastTickAt", "planned", "running", "startTime", "upcomingOf"];

/// A flyer who has a balance out of nothing.
const RICH: &str = "FLYER#200001 FLYER";

/// Returns a value of another form.
fn nonsense(value: Option<&AttributeValue>) -> AttributeValue {
    match value {
        Some(AttributeValue::M(_)) => AttributeValue::S("nonsense".to_owned()),
        _ => AttributeValue::M(HashMap::new()),
    }
}

/// Returns the kind of an item: the names with which its keys begin.
fn kind(item: &Item) -> String {
    let name = name(item);
    let (pk, sk) = name.split_once(' ').expect("a name has two parts");
    let beginning = |key: &str| key.split('#').next().expect("a text has a first part").to_owned();
    match (beginning(pk), beginning(sk)) {
        (pk, sk) if sk.starts_with(|c: char| c.is_ascii_uppercase()) => format!("{pk} {sk}"),
        (pk, _) => pk,
    }
}

/// Returns one item of each kind, with its table.
async fn one_of_each_kind(stored: &Stored) -> Vec<(String, Item)> {
    let mut kinds = BTreeMap::new();
    for (table, items) in stored.tables().await {
        for item in items.into_iter().filter(|item| name(item) != RICH) {
            kinds.insert((table.clone(), kind(&item)), item);
        }
    }
    kinds.into_iter().map(|((table, _), item)| (table, item)).collect()
}

/// Returns an item as which an item cannot be read, one for each of its attributes.
fn spoilt(table: &str, item: &Item) -> Vec<Item> {
    // Index entries may have no attributes, but could.
    let mut names: Vec<&str> =
        item.keys().map(String::as_str).chain((kind(item) == "FACET").then_some("skill")).collect();
    names.sort_unstable();
    names.dedup();
    names.retain(|name| *name != "pk" && *name != "sk" && !(table.ends_with("flights") && INDEXED.contains(name)));
    let spoil = |name: &str| item.clone().into_iter().chain([(name.to_owned(), nonsense(item.get(name)))]).collect();
    names.into_iter().map(spoil).collect()
}

async fn enrich(app: &TestApp, stored: &Stored) {
    let items = stored.items().await;
    let rich: Item =
        items[RICH].clone().into_iter().chain([("miles".to_owned(), AttributeValue::N("999999".to_owned()))]).collect();
    stored.write([(app.tables().users.as_str(), &rich, Some(&rich))]).await;
}

#[tokio::test]
async fn is_found_beside_a_wrong_balance_whatever_its_kind() {
    let app = community().await;
    let stored = Stored::of(&app);
    enrich(&app, &stored).await;
    let items = one_of_each_kind(&stored).await;
    let spoilt: Vec<(String, Item, Vec<Item>)> = items
        .into_iter()
        .map(|(table, item)| {
            let spoilt = spoilt(&table, &item);
            (table, item, spoilt)
        })
        .collect();
    assert!(spoilt.iter().all(|(_, _, spoilt)| !spoilt.is_empty()));
    let rounds = spoilt.iter().map(|(_, _, spoilt)| spoilt.len()).max().unwrap_or_default();
    for round in 0..rounds {
        let now = spoilt.iter().filter_map(|(table, item, spoilt)| Some((table.as_str(), item, spoilt.get(round)?)));
        let now: Vec<_> = now.collect();
        stored.write(now.iter().map(|(table, item, spoilt)| (*table, *item, Some(*spoilt)))).await;

        let findings = findings(&app).await;

        let balance = "flyer 200001: has 999999 miles, but 250 according to the ledger";
        assert!(findings.iter().any(|finding| finding == balance), "{findings:#?}");
        for (_, item, spoilt) in &now {
            let subject = format!(" {}: ", name(item));
            let is_found = findings.iter().any(|finding| finding.contains(&subject));
            assert!(is_found, "{spoilt:?} is not found: {findings:#?}");
        }
        stored.write(now.iter().map(|(table, item, _)| (*table, *item, Some(*item)))).await;
    }
}

#[tokio::test]
async fn is_found_if_its_kind_is_unknown() {
    let app = community().await;
    let stored = Stored::of(&app);
    let tables = app.tables();
    for table in [&tables.users, &tables.flights, &tables.ledgers] {
        for (pk, sk) in [("GHOST#1", "GHOST"), ("FLYER#1", "WINGS"), ("AIRLINE#skyteam", "GHOST#1")] {
            let text = |text: &str| AttributeValue::S(text.to_owned());
            let ghost = Item::from([("pk".to_owned(), text(pk)), ("sk".to_owned(), text(sk))]);
            stored.write([(table.as_str(), &ghost, Some(&ghost))]).await;
            let findings = findings(&app).await;
            assert!(matches!(&findings[..], [finding] if finding.contains(&format!(" {pk} {sk}: "))), "{findings:?}");
            stored.write([(table.as_str(), &ghost, None)]).await;
        }
    }
}
