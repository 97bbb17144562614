//! Every item is deleted, every attribute removed, and every value in every attribute changed, one at a time: the audit
//! notices each, except for those that [`FREE`] lists. Mutations of unrelated items are audited together.

use super::community::community;
use super::{findings, name};
use aws_sdk_dynamodb::types::AttributeValue;
use std::collections::BTreeSet;
use testing::{Item, Stored};

/// One step from an item to one of its values.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Step {
    Name(String),
    Place(usize),
}

/// Returns the paths of all values below a value that hold no other values.
fn leaves(value: &AttributeValue, path: &mut Vec<Step>, all: &mut Vec<Vec<Step>>) {
    let below: Vec<(Step, &AttributeValue)> = match value {
        AttributeValue::M(fields) => fields.iter().map(|(name, value)| (Step::Name(name.clone()), value)).collect(),
        AttributeValue::L(values) => values.iter().enumerate().map(|(at, value)| (Step::Place(at), value)).collect(),
        _ => return all.push(path.clone()),
    };
    for (step, value) in below {
        path.push(step);
        leaves(value, path, all);
        path.pop();
    }
}

/// Changes the value at a path to another one of the same form.
fn change(value: &mut AttributeValue, path: &[Step]) {
    match (value, path) {
        (AttributeValue::M(fields), [Step::Name(name), rest @ ..]) => {
            change(fields.get_mut(name).expect("the path exists"), rest);
        }
        (AttributeValue::L(values), [Step::Place(at), rest @ ..]) => change(&mut values[*at], rest),
        (AttributeValue::Bool(value), []) => *value = !*value,
        (AttributeValue::N(number), []) => {
            *number = number.parse::<i64>().map_or_else(|_| "5.5".to_owned(), |number| (number + 1).to_string());
        }
        (AttributeValue::S(text), []) => *text = another(text),
        (value @ AttributeValue::Null(_), []) => *value = AttributeValue::S("x".to_owned()),
        (value, path) => panic!("{path:?} of {value:?}"),
    }
}

/// Returns another text of the same form.
fn another(text: &str) -> String {
    const WORDS: [(&str, &str); 6] = [
        ("earn", "spend"),
        ("flight", "purchase"),
        ("refund", "adjustment"),
        ("ACTIVE", "IDLE"),
        ("OOO", "ONBOARDING"),
        ("passenger", "opening"),
    ];
    let words = WORDS.into_iter().flat_map(|(one, other)| [(one, other), (other, one)]);
    if let Some((_, other)) = words.into_iter().find(|(word, _)| *word == text) {
        return other.to_owned();
    }
    if let Some(time) = text.strip_suffix(".000Z") {
        return format!("{time}.001Z");
    }
    if text.starts_with('{') {
        return text.replacen("\"miles\":", "\"miles\":1", 1);
    }
    let mut other = text.to_owned();
    let Some(last) = other.pop() else { return "x".to_owned() };
    other.push(match last {
        '0'..='8' | 'a'..='e' | 'g'..='y' | 'A'..='Y' => char::from(u8::try_from(last).expect("ASCII") + 1),
        '9' => '0',
        'f' | 'z' => 'a',
        'Z' => 'A',
        _ => 'x',
    });
    other
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum How {
    /// The item is deleted.
    Deleted,
    /// The attribute is removed.
    Removed,
    /// The value is changed.
    Changed,
}

/// One change of one item.
struct Mutation {
    table: String,
    original: Item,
    /// The item instead; `None` if it is deleted.
    mutant: Option<Item>,
    /// Name of the item.
    item: String,
    /// Path of the value, such as `roles.member`.
    value: String,
    how: How,
}

impl std::fmt::Display for Mutation {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {} {:?}", self.item, self.value, self.how)
    }
}

/// Returns all mutations of all items.
async fn mutations(stored: &Stored) -> Vec<Mutation> {
    let mut all = Vec::new();
    for (table, items) in stored.tables().await {
        for original in items {
            let mut add = |value: String, how, mutant| {
                let (table, original, item) = (table.clone(), original.clone(), name(&original));
                all.push(Mutation { table, original, mutant, item, value, how });
            };
            add(String::new(), How::Deleted, None);
            for (attribute, value) in original.iter().filter(|(name, _)| *name != "pk" && *name != "sk") {
                let mut without = original.clone();
                without.remove(attribute);
                add(attribute.clone(), How::Removed, Some(without));
                let mut paths = Vec::new();
                leaves(value, &mut Vec::new(), &mut paths);
                for path in paths {
                    let mut mutant = original.clone();
                    change(mutant.get_mut(attribute).expect("it has the attribute"), &path);
                    let steps = path.iter().map(|step| match step {
                        Step::Name(name) => format!(".{name}"),
                        Step::Place(at) => format!(".{at}"),
                    });
                    add(format!("{attribute}{}", steps.collect::<String>()), How::Changed, Some(mutant));
                }
            }
        }
    }
    all
}

/// Mutations that nothing else tells of: items, the attributes that may be removed (or the item), the values that may be
/// changed, and the reason. `*` stands for any text.
const FREE: &[(&str, &str, &str, &str)] = &[
    // Items that may be missing.
    ("MEMBER#* AUDIT#*", "item", "", "records refer to members, but nothing to them"),
    ("FLYER#* OUTCOME#*", "item", "", "it may have expired"),
    ("JOB#end-stale-flights STOP", "item stoppedAt", "stoppedAt", "only the next run reads it"),
    ("JOB#audit CHECKPOINT", "item next", "begunAt", "an audit may start over"),
    ("AIRLINE#skyteam PRODUCT#l0un9e", "item", "", "nobody has bought it"),
    ("AIRLINE#skyteam PRODUCT#0ld5ku", "item", "", "nobody has bought it"),
    ("FLIGHT#00000000-0000-4000-8000-000000000001 FLIGHT", "item", "", "nobody has boarded it"),
    ("FLIGHT#c7d9* FLIGHT", "item", "", "nobody has boarded it"),
    // Names, and other texts for people.
    ("AIRLINE#* AIRLINE", "", "name inviteLink", "texts"),
    ("AIRLINE#* BRAND#*", "", "name accentColor secondaryColor elementColor", "a text, and colours"),
    ("AIRLINE#* PRODUCT#*", "description", "name description", "texts"),
    ("BADGES BADGE#*", "", "name description imageUrl createdBy", "texts"),
    ("FLIGHT#* FLIGHT", "", "code gameId aircraft departure arrival discordEventLink", "what only the flight says"),
    ("FLYER#* FLYER", "avatarUrl", "username displayName avatarUrl", "texts"),
    ("FLYER#* 0*", "", "note", "a text"),
    ("MEMBER#* AUDIT#*", "reason", "action by reason", "texts"),
    ("MEMBER#* MEMBER", "first_name last_name", "first_name last_name currentStatus.message", "texts"),
    ("MEMBER#* MEMBER", "company designation img website yoe", "company designation img website yoe", "texts"),
    ("MEMBER#* MEMBER", "linkedin_id twitter_id instagram_id", "linkedin_id twitter_id instagram_id", "texts"),
    ("MEMBER#* MEMBER", "email phone status userType", "email phone status userType", "texts"),
    ("MEMBER#* MEMBER", "github_display_name", "github_display_name", "a text"),
    // Choices that nothing depends on.
    ("AIRLINE#* AIRLINE", "primaryBrandId", "", "an airline needs no primary brand"),
    ("AIRLINE#* PRODUCT#*", "", "active priceMiles", "a purchase has the price of its time"),
    ("FLIGHT#* FLIGHT", "codeshareAirlineId", "", "a flight needs no partner"),
    ("FLIGHT#* FLIGHT", "boarded", "boarded", "version 1 left no mark"),
    ("MEMBER#* MEMBER", "", "roles.super_user", "nobody lists superusers"),
    ("MEMBER#* MEMBER", "", "incompleteUserDetails", "other systems say so on their own"),
    // Times that nothing else knows.
    ("AIRLINE#* AIRLINE", "", "createdAt updatedAt", "times"),
    ("AIRLINE#* KEY#*", "", "createdAt", "a time"),
    ("AIRLINE#* PRODUCT#*", "", "createdAt", "a time"),
    ("BADGES BADGE#*", "", "createdAt", "a time"),
    ("FLIGHT#* FLIGHT", "", "startTime startedAt endTime lastTickAt", "times"),
    ("FLIGHT#6d0a* FLIGHT", "lastTickAt", "", "it has not started"),
    ("FLIGHT#550e* FLIGHT", "startedAt", "", "it may have ended without a start"),
    ("MEMBER#* MEMBER", "", "updated_at currentStatus.from currentStatus.updatedAt", "times"),
    ("MEMBER#amelia MEMBER", "", "currentStatus.until", "a time"),
    // Only the roster of those who are neither archived nor on Discord is ordered by sign-up, and the others have changed
    // since.
    ("MEMBER#a* MEMBER", "", "created_at operation version", "a time, and a count of changes"),
    ("MEMBER#bessie MEMBER", "", "created_at operation version", "a time, and a count of changes"),
    ("MEMBER#d* MEMBER", "", "created_at operation version", "a time, and a count of changes"),
    ("MEMBER#grace MEMBER", "", "created_at operation version", "a time, and a count of changes"),
    // Neither the last entry of a flyer, nor a boarding, nor what an outcome records.
    ("FLYER#246813579 000000000002", "", "createdAt", "a time"),
    // What comes from another system.
    ("FLYER#7 *2", "airlineId", "airlineId", "the airline need not exist here"),
    ("FLYER#7 *3", "", "origin", "the id of a row in the other system"),
    ("FLYER#7 *4", "", "origin", "the id of a row in the other system"),
    ("FLYER#7 000000000003", "", "createdAt", "a time"),
    ("FLYER#7 000000000004", "", "createdAt", "a time"),
    ("FLYER#7 000000000005", "", "createdAt", "a time"),
    ("FLYER#7 FLYER", "", "createdAt updatedAt", "the other system knows when"),
    ("FLYER#123456789 FLYER", "", "createdAt", "the other system knows when"),
    ("FLYER#246813579 FLYER", "", "createdAt", "the other system knows when"),
    // Names of requests, and counts of changes.
    ("AIRLINE#* PRODUCT#*", "", "operation version", "only the product counts its changes"),
    ("FLYER#20000* *1", "", "operation", "a random id"),
    ("FLYER#555666777 *1", "", "operation", "a random id"),
    ("FLYER#123456789 *2", "", "operation", "a random id"),
    ("FLYER#123456789 *3", "", "operation", "a random id"),
    ("FLYER#123456789 *4", "", "operation", "a random id"),
    ("FLYER#246813579 *2", "", "operation", "a random id"),
    ("FLYER#246813579 *3", "", "operation", "a random id"),
    (
        "FLYER#* OUTCOME#*",
        "status",
        "fingerprint status",
        "what only the caller knows, and version 1 recorded no status",
    ),
];

/// Returns whether a text is as described.
fn fits(described: &str, text: &str) -> bool {
    match described.split_once('*') {
        None => described == text,
        Some((start, rest)) => {
            text.strip_prefix(start).is_some_and(|text| (0..=text.len()).any(|at| fits(rest, &text[at..])))
        }
    }
}

/// The mutations in [`FREE`], one by one.
fn free() -> Vec<(How, &'static str, &'static str)> {
    let mut free = Vec::new();
    for (items, removed, changed, _) in FREE {
        let removed = removed.split_whitespace().map(|value| match value {
            "item" => (How::Deleted, *items, ""),
            value => (How::Removed, *items, value),
        });
        free.extend(removed.chain(changed.split_whitespace().map(|value| (How::Changed, *items, value))));
    }
    free
}

impl Mutation {
    fn is_any_of(&self, (how, items, value): (How, &str, &str)) -> bool {
        self.how == how && self.value == value && fits(items, &self.item)
    }
}

/// Returns the texts in a value, in lower case, and the parts of those that are keys.
fn texts(value: &AttributeValue) -> BTreeSet<String> {
    match value {
        AttributeValue::S(text) => {
            let parts = text.split('#').chain(text.rsplit_once('-').map(|(flyer, _)| flyer));
            parts.chain([text.as_str()]).map(str::to_lowercase).collect()
        }
        AttributeValue::M(fields) => fields.values().flat_map(texts).collect(),
        AttributeValue::L(values) => values.iter().flat_map(texts).collect(),
        _ => BTreeSet::new(),
    }
}

/// By what other items refer to an item, and all texts in it.
struct Names {
    own: Option<String>,
    all: BTreeSet<String>,
}

impl Names {
    fn of(item: &Item) -> Self {
        let name = name(item);
        let (pk, sk) = name.split_once(' ').expect("a name has two parts");
        let last = |key: &str| key.split_once('#').map(|(_, id)| id.to_lowercase());
        let own = match (pk.split('#').next(), sk.split('#').next()) {
            // What is wrong with any of a flyer's entries and pages may be found with the flyer.
            (Some("FLYER"), _) | (_, Some("MEMBER" | "FLIGHT" | "AIRLINE")) => last(pk),
            (Some("AIRLINE" | "BADGES"), _) => last(sk),
            _ => None,
        };
        Self { own, all: item.values().flat_map(texts).collect() }
    }

    /// Returns whether what is wrong with one of two items may seem wrong with the other.
    fn are_related_to(&self, other: &Self) -> bool {
        let refers = |from: &Self, to: &Self| to.own.as_ref().is_some_and(|own| from.all.contains(own));
        refers(self, other) || refers(other, self)
    }
}

/// Returns whether a finding is about the item.
fn is_about(finding: &str, item: &str) -> bool {
    let flyer = item.strip_prefix("FLYER#").and_then(|rest| rest.split(' ').next());
    finding.contains(&format!(" {item}")) || flyer.is_some_and(|flyer| finding.starts_with(&format!("flyer {flyer}:")))
}

async fn write(stored: &Stored, mutations: &[&Mutation]) {
    let writes =
        mutations.iter().map(|mutation| (mutation.table.as_str(), &mutation.original, mutation.mutant.as_ref()));
    stored.write(writes).await;
}

async fn undo(stored: &Stored, mutations: &[&Mutation]) {
    let writes =
        mutations.iter().map(|mutation| (mutation.table.as_str(), &mutation.original, Some(&mutation.original)));
    stored.write(writes).await;
}

#[tokio::test]
async fn are_noticed_unless_nothing_else_tells_of_them() {
    let app = community().await;
    assert_eq!(findings(&app).await, [""; 0]);
    let stored = Stored::of(&app);
    let mutations = mutations(&stored).await;
    let listed = free();
    let (free, caught): (Vec<&Mutation>, Vec<&Mutation>) =
        mutations.iter().partition(|mutation| listed.iter().any(|free| mutation.is_any_of(*free)));

    let unused: Vec<_> =
        listed.iter().filter(|listed| !free.iter().any(|mutation| mutation.is_any_of(**listed))).collect();
    assert!(unused.is_empty(), "is listed, but there is no such mutation: {unused:#?}");
    // One mutation of each item at a time, so that none undoes another.
    let mut rest = free.clone();
    while !rest.is_empty() {
        let mut items = BTreeSet::new();
        let (round, later): (Vec<_>, Vec<_>) = rest.into_iter().partition(|mutation| items.insert(&mutation.item));
        write(&stored, &round).await;
        assert_eq!(findings(&app).await, [""; 0], "is listed, but noticed");
        undo(&stored, &round).await;
        rest = later;
    }

    let mut unnoticed = Vec::new();
    let mut rest: Vec<(&Mutation, Names)> =
        caught.iter().map(|mutation| (*mutation, Names::of(&mutation.original))).collect();
    let mut audits = 0;
    while !rest.is_empty() {
        let (mut round, mut later): (Vec<(&Mutation, Names)>, Vec<_>) = (Vec::new(), Vec::new());
        for (mutation, names) in rest {
            let is_related =
                |(other, others): &(&Mutation, Names)| other.item == mutation.item || names.are_related_to(others);
            if round.iter().any(is_related) { &mut later } else { &mut round }.push((mutation, names));
        }
        let together: Vec<&Mutation> = round.into_iter().map(|(mutation, _)| mutation).collect();
        write(&stored, &together).await;
        let findings = findings(&app).await;
        audits += 1;
        unnoticed.extend(
            together
                .iter()
                .filter(|mutation| !findings.iter().any(|finding| is_about(finding, &mutation.item)))
                .map(ToString::to_string),
        );
        undo(&stored, &together).await;
        rest = later;
    }
    assert!(unnoticed.is_empty(), "{} unnoticed: {unnoticed:#?}", unnoticed.len());
    println!("{} mutations: {} noticed in {audits} audits, {} free", mutations.len(), caught.len(), free.len());
}

/// A kind of which the community has no item would go untested.
#[tokio::test]
async fn are_of_items_of_every_kind() {
    let code = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/store/src/keys.rs")).expect("the code");
    let code: String = code.lines().filter(|line| !line.trim_start().starts_with("//")).collect();
    let texts = code.split('"').skip(1).step_by(2).map(|text| text.split(['#', '{']).next().unwrap_or_default());
    let is_name = |text: &&str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_uppercase());
    let names: BTreeSet<&str> = texts.filter(is_name).collect();
    assert!(names.len() > 20, "{names:?}");
    let items = Stored::of(&community().await).items().await;
    let there: BTreeSet<&str> = items.keys().flat_map(|name| name.split([' ', '#'])).collect();
    let missing: Vec<_> = names.iter().filter(|name| !there.contains(*name)).collect();
    assert!(missing.is_empty(), "no item has {missing:?} in its key");
}
