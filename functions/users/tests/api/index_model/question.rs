//! What is asked of the listings.

use proptest::prelude::*;
use proptest::sample::select;

/// What is asked for.
#[derive(Debug, Clone)]
pub enum Question {
    /// All members, or those whose usernames begin so.
    List(Option<&'static str>),
    /// Members by filters, as they stand in the query.
    Search(Vec<(&'static str, &'static str)>),
}

/// Filters with each of their values.
const FILTERS: [(&str, &[&str]); 8] = [
    ("tagId", &["rust", "go", "nobody-has-it"]),
    ("levelId", &["l-1", "l_2"]),
    ("levelName", &["Junior & co", "2"]),
    ("levelValue", &["1", "-2"]),
    ("state", &["ACTIVE", "OOO", "IDLE", "ONBOARDING", "ONBOARDING31DAYS"]),
    ("role", &["MEMBER", "INDISCORD", "ARCHIVED", "member", "in_discord", "archived"]),
    ("verified", &["true", "false"]),
    ("time", &["0d", "10d", "31d"]),
];

/// Questions with page sizes. Some filters are asked for alone, some together, some with several values.
pub fn questions() -> impl Strategy<Value = Vec<(Question, usize)>> {
    let prefix = prop_oneof![
        2 => Just(None),
        3 => select(vec!["a", "A", "adam", "aDAm-", "b", "BOB", "bob-1", "z", "zz", "adamantine-x", "ü", "#"]).prop_map(Some),
    ];
    let filter =
        select(&FILTERS[..]).prop_flat_map(|(name, values)| select(values).prop_map(move |value| (name, value)));
    let question = prop_oneof![
        1 => prefix.prop_map(Question::List),
        5 => prop::collection::vec(filter, 1..4).prop_map(Question::Search),
    ];
    let size = select(vec![1, 2, 3, 5, 100]);
    prop::collection::vec((question, size), 8..14)
}

impl Question {
    pub fn is_search(&self) -> bool {
        matches!(self, Self::Search(_))
    }

    /// The path, up to the first parameter.
    pub fn path(&self) -> &'static str {
        if self.is_search() { "/users/search?" } else { "/users?" }
    }

    /// What every link repeats.
    pub fn rest(&self) -> String {
        match self {
            Self::List(None) => String::new(),
            Self::List(Some(prefix)) => format!("&search={}", encoded(prefix)),
            Self::Search(filters) => {
                let pairs = filters.iter().map(|(name, value)| format!("&{name}={}", encoded(value)));
                pairs.collect::<Vec<_>>().concat()
            }
        }
    }
}

/// Percent-encoded, all but letters and digits.
fn encoded(value: &str) -> String {
    let encode = |byte: u8| match byte {
        b if b.is_ascii_alphanumeric() => char::from(b).to_string(),
        b => format!("%{b:02X}"),
    };
    value.bytes().map(encode).collect::<Vec<_>>().concat()
}

/// The filters of a query that needs no decoding.
pub fn pairs(query: &'static str) -> Vec<(&'static str, &'static str)> {
    query.split('&').filter_map(|pair| pair.split_once('=')).collect()
}
