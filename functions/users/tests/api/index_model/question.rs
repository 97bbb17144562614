//! Requests to the listings.

use proptest::prelude::*;
use proptest::sample::select;

/// A listing or search request.
#[derive(Debug, Clone)]
pub enum Question {
    /// Lists all members, or those whose usernames start with a prefix, or those with the role `member` among them.
    List(Option<&'static str>, bool),
    /// Searches members by the filters in the query string, the last of which may be a prefix of usernames.
    Search(Vec<(&'static str, &'static str)>),
}

/// The filters with all of their possible values.
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

/// Generates questions with page sizes. Filters occur alone, together and with several values.
pub fn questions() -> impl Strategy<Value = Vec<(Question, usize)>> {
    let prefixes = ["a", "A", "adam", "aDAm-", "b", "BOB", "bob-1", "z", "zz", "adamantine-x", "ü", "#"];
    let prefix = move |weight| prop::option::weighted(weight, select(prefixes.to_vec()));
    let filter =
        select(&FILTERS[..]).prop_flat_map(|(name, values)| select(values).prop_map(move |value| (name, value)));
    let search = (prop::collection::vec(filter, 1..4), prefix(0.3)).prop_map(|(mut filters, prefix)| {
        filters.extend(prefix.map(|prefix| ("search", prefix)));
        Question::Search(filters)
    });
    let question = prop_oneof![
        1 => (prefix(0.6), any::<bool>()).prop_map(|(prefix, role)| Question::List(prefix, role)),
        5 => search,
    ];
    let size = select(vec![1, 2, 3, 5, 100]);
    prop::collection::vec((question, size), 8..14)
}

impl Question {
    pub fn is_search(&self) -> bool {
        matches!(self, Self::Search(_))
    }

    /// Returns the path up to the first parameter.
    pub fn path(&self) -> &'static str {
        if self.is_search() { "/users/search?" } else { "/users?" }
    }

    /// Returns the parameters that every link repeats.
    pub fn rest(&self) -> String {
        match self {
            Self::List(prefix, role) => {
                let prefix = prefix.map(|prefix| format!("&search={}", encoded(prefix))).unwrap_or_default();
                prefix + if *role { "&roles=member" } else { "" }
            }
            Self::Search(filters) => {
                let mut pairs = Vec::new();
                for (name, value) in filters {
                    let pair = format!("&{name}={}", encoded(value));
                    // The same value twice counts once.
                    if !pairs.contains(&pair) {
                        pairs.push(pair);
                    }
                }
                pairs.concat()
            }
        }
    }
}

/// Percent-encodes a value as browsers do (`encodeURIComponent`).
fn encoded(value: &str) -> String {
    let encode = |byte: u8| match byte {
        b if b.is_ascii_alphanumeric() || b"-_.!~*'()".contains(&b) => char::from(b).to_string(),
        b => format!("%{b:02X}"),
    };
    value.bytes().map(encode).collect::<Vec<_>>().concat()
}

/// Splits a query that needs no decoding into its filters.
pub fn pairs(query: &'static str) -> Vec<(&'static str, &'static str)> {
    query.split('&').filter_map(|pair| pair.split_once('=')).collect()
}
