//! What a page of a large community costs, wherever it is and whatever is searched.

use super::{change, put_skill};
use crate::pages::Page;
use crate::people::{named, with_superuser};
use http::Method;
use serde_json::{Value, json};
use testing::{Log, TestApp};
use tracing::level_filters::LevelFilter;

/// The limits for every page, in DynamoDB requests and read units.
const MAX_REQUESTS: u64 = 30;
const MAX_UNITS: f64 = 1500.0;

/// Kinds of members, mixed in the order of usernames.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// Two in five: full members on Discord for long, onboarding, with the skill `rust`.
    Common,
    /// Every other: with a Discord account, active, with the skill `go`.
    Plain,
    /// One in 400: full members, new on Discord, idle, with the skill `cobol`.
    Rare,
    /// One in ten: like the common ones, but archived.
    Archived,
    /// The last one: like the common ones, but active.
    Bridge,
}
use Kind::{Archived, Bridge, Common, Plain, Rare};

impl Kind {
    fn of(number: usize, members: usize) -> Self {
        match number {
            _ if number == members - 1 => Bridge,
            _ if number % 10 == 4 => Archived,
            _ if number.is_multiple_of(2) => Common,
            _ if number % 400 == 7 => Rare,
            _ => Plain,
        }
    }

    /// Makes a member one of this kind.
    async fn shape(self, app: &TestApp, root: &str, id: &str) {
        let discord = match self {
            Plain => json!({ "discordId": "799600467218927001" }),
            Rare => json!({ "in_discord": true, "discordJoinedAt": "2024-03-05T10:30:00.000Z" }),
            _ => json!({ "in_discord": true, "discordJoinedAt": "2023-02-09T10:30:00.000Z" }),
        };
        let (state, tag, level) = match self {
            Plain => ("ACTIVE", "go", ("l-2", "Senior", 2)),
            Rare => ("IDLE", "cobol", ("l-1", "Junior", 1)),
            Bridge => ("ACTIVE", "rust", ("l-1", "Junior", 1)),
            _ => ("ONBOARDING", "rust", ("l-1", "Junior", 1)),
        };
        change(app, root, Method::PATCH, &format!("/users/{id}/discord"), &discord).await;
        change(app, root, Method::PATCH, &format!("/users/status/{id}"), &json!({ "state": state })).await;
        put_skill(app, root, id, tag, level).await;
        if self != Plain {
            let roles =
                if self == Archived { json!({ "member": true, "archived": true }) } else { json!({ "member": true }) };
            change(app, root, Method::PATCH, &format!("/users/{id}/temporary/data"), &roles).await;
        }
    }
}

fn id(number: usize) -> String {
    format!("pilot-{number:07}")
}

/// Starts the API with a number of members. Returns it with the superuser's session.
async fn with_members(members: usize) -> (TestApp, String) {
    let (app, root) = with_superuser().await;
    let mut groups = Vec::new();
    for kind in [Common, Plain, Rare, Archived, Bridge] {
        let mut numbers = (0..members).filter(move |number| Kind::of(*number, members) == kind).map(id);
        let first = numbers.next().expect("there should be one of each kind");
        named(&app, &root, &first, &first).await;
        kind.shape(&app, &root, &first).await;
        groups.push((first, numbers));
    }
    app.copy_members(groups).await;
    (app, root)
}

/// A search, and which members it finds.
type Search = (&'static str, &'static [Kind]);

/// Searches where a page fills without much reading.
const FULL: [Search; 25] = [
    ("role=MEMBER", &[Common, Rare, Bridge]),
    ("role=INDISCORD", &[Common, Rare, Bridge]),
    ("verified=false", &[Common, Rare, Bridge]),
    ("verified=true", &[Plain]),
    ("verified=true&verified=false", &[Common, Plain, Rare, Bridge]),
    ("state=ACTIVE", &[Plain, Bridge]),
    ("state=ACTIVE&state=IDLE&state=ONBOARDING&state=OOO", &[Common, Plain, Rare, Bridge]),
    ("state=ONBOARDING31DAYS", &[Common]),
    ("time=100d", &[Common, Bridge]),
    ("tagId=rust", &[Common, Bridge]),
    ("tagId=rust&tagId=go&tagId=cobol", &[Common, Plain, Rare, Bridge]),
    ("levelId=l-1", &[Common, Rare, Bridge]),
    ("levelValue=1&levelName=Junior", &[Common, Rare, Bridge]),
    ("tagId=cobol", &[Rare]),
    ("tagId=cobol&role=MEMBER", &[Rare]),
    ("tagId=cobol&levelId=l-1&verified=false&role=INDISCORD", &[Rare]),
    ("tagId=cobol&state=ACTIVE", &[]),
    ("state=IDLE&verified=true", &[]),
    ("state=OOO&role=MEMBER", &[]),
    ("role=MEMBER&state=ONBOARDING", &[Common]),
    ("role=MEMBER&state=ONBOARDING&verified=false&time=9d", &[Common]),
    ("role=ARCHIVED", &[Archived]),
    ("role=ARCHIVED&tagId=rust&state=ONBOARDING", &[Archived]),
    ("role=ARCHIVED&role=MEMBER", &[Common, Rare, Bridge, Archived]),
    ("role=ARCHIVED&role=INDISCORD&tagId=rust", &[Common, Bridge, Archived]),
];

/// Searches whose filters each match very many members, but hardly any together, and searches with very many values.
const SPARSE: [Search; 6] = [
    ("role=MEMBER&state=ACTIVE", &[Bridge]),
    ("tagId=rust&state=ACTIVE", &[Bridge]),
    ("tagId=rust&verified=true", &[]),
    ("tagId=rust&levelId=l-1&role=MEMBER&verified=false&state=ACTIVE", &[Bridge]),
    (
        "role=MEMBER&state=ACTIVE&verified=false&tagId=rust&tagId=a&tagId=b&tagId=c&tagId=d&tagId=e&tagId=f&tagId=g\
         &tagId=h&tagId=i&tagId=j&tagId=k&tagId=l&tagId=m&tagId=n&tagId=o&tagId=p",
        &[Bridge],
    ),
    (
        "role=ARCHIVED&role=MEMBER&role=INDISCORD&tagId=a&tagId=b&tagId=c&tagId=d&tagId=e&tagId=f&tagId=g&tagId=h&tagId=i\
         &tagId=j&tagId=k&tagId=l&tagId=m&tagId=n&tagId=o&tagId=cobol&tagId=rust",
        &[Common, Rare, Bridge, Archived],
    ),
];

/// Reads pages and keeps account of what they cost.
struct Reader {
    app: TestApp,
    session: String,
    members: usize,
    /// Whether matches up to 10,000 must be counted. Of very many members, that may be more than the budget admits.
    counts_all: bool,
    log: Log,
}

impl Reader {
    async fn of(members: usize, counts_all: bool) -> Self {
        let (app, session) = with_members(members).await;
        Self { app, session, members, counts_all, log: Log::at(LevelFilter::INFO) }
    }

    fn expected(&self, kinds: &[Kind]) -> Vec<String> {
        let numbers = 0..self.members;
        numbers.filter(|number| kinds.contains(&Kind::of(*number, self.members))).map(id).collect()
    }

    /// Reads a page, asserts that it cost no more than it may, and returns it with whether its count is exact.
    async fn page(&self, path: &str) -> (Page, bool) {
        let _earlier = self.log.take();
        let answer = self.app.get(path).bearer(&self.session).send().await.expect(200).json();
        let line = self.log.take();
        let line: Value = serde_json::from_str(line.trim()).expect("a line should be logged");
        let requests = line["dynamodb_requests"].as_u64().expect("the requests should be logged");
        let units = line["dynamodb_read_units"].as_f64().expect("the units should be logged");
        let page = Page::of(&answer);
        let is_exact = answer.get("countIsExact").is_none();
        let (shown, count) = (page.users.len(), page.count.unwrap_or_default());
        let path: String = path.chars().take(100).collect();
        println!(
            "{requests:>2} requests {units:>6.1} units: {shown:>3} of {count}{} {path}",
            if is_exact { "" } else { "+" }
        );
        assert!(requests <= MAX_REQUESTS && units <= MAX_UNITS, "{path}");
        assert!(is_exact || answer["countIsExact"] == json!(false), "{path}");
        (page, is_exact)
    }

    /// Reads a page that must be full, or the end of all, and starts at a number of matches.
    async fn full_page(&self, path: &str, expected: &[String], start: usize) -> Page {
        let (page, is_exact) = self.page(path).await;
        let end = expected.len().min(start + 100);
        assert_eq!(page.ids(), expected[start..end], "{path}");
        assert_eq!(page.next.is_empty(), end == expected.len(), "{path}");
        assert_eq!(page.prev.is_empty(), start == 0, "{path}");
        let countable = Some(expected.len().min(10_000) as u64);
        if self.counts_all || is_exact {
            assert_eq!((page.count, is_exact), (countable, expected.len() <= 10_000), "{path}");
        }
        assert!(page.count <= countable, "{path}");
        page
    }

    /// Reads the first page and one in the middle, by `next` or `prev`.
    async fn check_full(&self, (query, kinds): Search, backward: bool) {
        let path = format!("/users/search?{query}");
        let expected = self.expected(kinds);
        let first = self.full_page(&path, &expected, 0).await;
        if let Some(middle) = expected.len().checked_sub(1).map(|last| last / 2) {
            let (start, page) = if backward {
                let start = middle.saturating_sub(100);
                (start, self.page(&format!("{path}&prev={}", expected[middle])).await.0)
            } else {
                (middle + 1, self.page(&format!("{path}&next={}", expected[middle])).await.0)
            };
            let end = if backward { middle } else { expected.len().min(start + 100) };
            assert_eq!(page.ids(), expected[start..end], "{path}");
            assert_eq!(page.next.is_empty(), end == expected.len(), "{path}");
            assert_eq!(page.prev.is_empty(), start == 0, "{path}");
            assert!(!self.counts_all || page.count == first.count, "{path}");
        }
    }

    /// Reads the second page and back, pages by number and the last ones.
    async fn check_ends(&self, (query, kinds): Search) {
        let path = format!("/users/search?{query}");
        let expected = self.expected(kinds);
        let second = self.full_page(&format!("{path}&page=1"), &expected, 100).await;
        assert_eq!(self.full_page(&format!("{path}&next={}", expected[99]), &expected, 100).await, second);
        let _first = self.full_page(&second.prev, &expected, 0).await;
        let number = (expected.len() - 1).min(10_000) / 100;
        self.full_page(&format!("{path}&page={number}"), &expected, number * 100).await;
        let last = expected.len() - 1;
        let before = self.page(&format!("{path}&prev={}", expected[last])).await.0;
        assert_eq!(before.ids(), expected[last - 100..last], "{path}");
        let empty = self.page(&format!("{path}&next={}", expected[last])).await.0;
        assert_eq!((empty.users.len(), &*empty.next), (0, ""), "{path}");
    }

    /// Follows the links from the first page to the last and back, and returns how many empty pages led on.
    async fn check_sparse(&self, (query, kinds): Search, max_pages: usize) -> usize {
        let path = format!("/users/search?{query}");
        let expected = self.expected(kinds);
        let mut found = Vec::new();
        let (mut last, mut is_exact) = self.page(&path).await;
        let (mut pages, mut empty) = (1, 0);
        loop {
            found.extend(last.ids());
            empty += usize::from(last.users.is_empty() && !last.next.is_empty());
            assert!(!is_exact || last.count == Some(expected.len() as u64), "{path}");
            assert!(last.count <= Some(expected.len() as u64), "{path}");
            if last.next.is_empty() || pages == max_pages {
                break;
            }
            (last, is_exact) = self.page(&last.next).await;
            pages += 1;
        }
        let (forth, end) = (found.len(), last.next.is_empty());
        assert_eq!(found, expected[..if end { expected.len() } else { forth }], "{path}");

        let mut back: Vec<String> = last.ids();
        while !last.prev.is_empty() {
            last = self.page(&last.prev).await.0;
            back.splice(0..0, last.ids());
            pages += 1;
            assert!(pages <= 4 * max_pages, "{path} does not lead back");
        }
        assert_eq!(back, found, "{path}");
        empty
    }
}

#[tokio::test]
async fn hold_for_every_filter_at_any_place() {
    let reader = Reader::of(36_000, true).await;
    for (number, search) in FULL.into_iter().enumerate() {
        reader.check_full(search, number % 2 == 1).await;
    }
    for search in [FULL[0], FULL[21]] {
        reader.check_ends(search).await;
    }
    let mut empty = 0;
    for search in SPARSE {
        empty += reader.check_sparse(search, 6).await;
    }
    assert!(empty > 0, "no search has used up its budget");
    // A list costs no more than what it shows.
    for path in ["/users", "/users?roles=member", "/users?next=pilot-0017777", "/users?page=100"] {
        let (list, _) = reader.page(path).await;
        assert_eq!(list.users.len(), 100, "{path}");
    }
}

/// Takes minutes, and 6 GB of memory.
#[tokio::test]
#[ignore = "it takes minutes; run it with `--ignored --nocapture` to see what every page costs"]
async fn hold_at_a_million_members() {
    let reader = Reader::of(1_000_000, false).await;
    // Where nobody matches, it may take several pages to find that out.
    let (sparse, full): (Vec<Search>, Vec<Search>) = FULL.into_iter().partition(|(_, kinds)| kinds.is_empty());
    for search in SPARSE.into_iter().chain(sparse) {
        reader.check_sparse(search, 3).await;
    }
    for (number, search) in full.into_iter().enumerate() {
        reader.check_full(search, number % 2 == 1).await;
    }
}
