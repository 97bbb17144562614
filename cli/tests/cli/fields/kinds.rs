//! Kinds of fields, with values that each refuses and keeps.

use serde_json::{Value, json};

/// What a field holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A text of one line for people to read.
    Line,
    /// A text for people to read that may have several lines.
    Lines,
    Link,
    Avatar,
    Email,
    Phone,
    RobloxId,
    DiscordId,
    GithubLogin,
    GithubNumber,
    /// A whole number, and one that is valid in the example of each operation.
    Quantity(i64),
    /// A word of a notation of its own, a time or a truth value.
    Other,
}

/// Returns the kind of the field with the name and the schema; `None` if it is not known.
pub fn kind(name: &str, schema: &Value) -> Option<Kind> {
    Some(match name {
        // A member's username has a notation of its own, a flyer's has not.
        "username" if schema.to_string().contains("schemas/Username") => Kind::Other,
        "name"
        | "callsign"
        | "code"
        | "aircraft"
        | "username"
        | "displayName"
        | "tagName"
        | "levelName"
        | "createdBy"
        | "first_name"
        | "last_name"
        | "company"
        | "designation"
        | "github_display_name"
        | "userType"
        | "linkedin_id"
        | "twitter_id"
        | "instagram_id" => Kind::Line,
        "description" | "message" | "reason" | "note" => Kind::Lines,
        "logoUrl" | "inviteLink" | "discordEventLink" | "img" | "imageUrl" | "website" => Kind::Link,
        "avatarUrl" => Kind::Avatar,
        "email" => Kind::Email,
        "phone" => Kind::Phone,
        "userId" | "gameId" => Kind::RobloxId,
        "discordId" | "serverId" => Kind::DiscordId,
        "github_id" => Kind::GithubLogin,
        "github_user_id" => Kind::GithubNumber,
        "miles" | "priceMiles" | "expectedPrice" | "amount" | "overlapSeconds" | "levelValue" => Kind::Quantity(500),
        "yoe" => Kind::Quantity(5),
        "from" | "until" => Kind::Quantity(1_710_498_600_000),
        "id" | "airlineId" | "brandId" | "productId" | "departure" | "arrival" | "startTime" | "codeshareAirlineId"
        | "iata" | "icao" | "accentColor" | "secondaryColor" | "elementColor" | "levelId" | "state" | "status"
        | "action" | "discordJoinedAt" | "active" | "isPrimary" | "isMember" | "member" | "archived" | "in_discord"
        | "roles" | "partial" => Kind::Other,
        _ => return None,
    })
}

const FORBIDDEN: [&str; 12] = [
    "Ada\u{202e}",
    "\u{202a}Ada\u{202c}",
    "\u{2066}Ada\u{2069}",
    "A\u{2067}da",
    "A\u{0}da",
    "A\u{1b}da",
    "A\u{7f}da",
    "A\u{85}da",
    "A\tda",
    "A\u{fffe}da",
    "A\u{fdd0}da",
    "A\u{10ffff}da",
];
const INVISIBLE: [&str; 8] = [
    "\u{200b}\u{200b}\u{200b}",
    "\u{2060}\u{2060}\u{2060}",
    "\u{3164}\u{3164}\u{3164}",
    "\u{115f}\u{115f}\u{115f}",
    "\u{2800}\u{2800}\u{2800}",
    "\u{feff} \u{feff}",
    "\u{ad}\u{200d}\u{ad}",
    "\u{e0041}\u{fe0f}\u{e0041}",
];
const LINE_BREAKS: [&str; 4] = ["two\nlines", "two\r\nlines", "two\u{2028}lines", "two\u{2029}lines"];

/// Links, and whether they are of our own or of ROBLOX.
const NO_LINKS: [&str; 16] = [
    "javascript:alert(1)",
    "JavaScript:alert(1)",
    "java\tscript:alert(1)",
    "\u{1}javascript:alert(1)",
    " javascript:alert(1)",
    "javascript://example.com/%0aalert(1)",
    "data:text/html,<script>",
    "vbscript:x",
    "file:///etc/passwd",
    "ftp://example.com",
    "mailto:ada@example.com",
    "https:example.com",
    "https://",
    "example",
    "https://example.com/a b",
    "https:\\\\example.com",
];
const ROBLOX_LINKS: [&str; 4] = [
    "rbxthumb://type=AvatarHeadShot&id=1&w=150&h=150",
    "rbxassetid://1234567890",
    "rbxasset://textures/ui/x.png",
    "//tr.rbxcdn.com/30DAY-Avatar/150/150/Png",
];

impl Kind {
    /// Returns values that are refused, as JSON.
    pub fn refused(self) -> Vec<Value> {
        let texts = |groups: &[&[&str]]| groups.concat().into_iter().map(Value::from).collect::<Vec<_>>();
        let not_strings = || vec![json!(true), json!(["Ada"]), json!({ "text": "Ada" })];
        let mut refused = match self {
            Self::Line => texts(&[&FORBIDDEN, &INVISIBLE, &LINE_BREAKS]),
            Self::Lines => texts(&[&FORBIDDEN, &INVISIBLE]),
            Self::Link => texts(&[&NO_LINKS, &ROBLOX_LINKS]),
            Self::Avatar => texts(&[&NO_LINKS, &["rbx:1", "//"]]),
            Self::Email => texts(&[&[
                "ada",
                "@example.com",
                "ada@",
                "ada@example.com, bob@example.com",
                "ada@example.com;bob@example.com",
                "Ada <ada@example.com>",
                "ada@@example.com",
                "a b@example.com",
                ".ada@example.com",
                "a..b@example.com",
                "ada@-example.com",
                "ada@example..com",
                "ada@exam_ple.com",
                "ada@[1.2.3.256]",
                "ada@example.com\n",
                "\u{e4}da@example.com",
            ]]),
            Self::Phone => [
                texts(&[&[
                    "044 20 7946 0958",
                    "+044",
                    "0",
                    "123",
                    "1234567890123456",
                    "+",
                    "++4420",
                    "44+20",
                    "4420x1",
                    "٤٤٢٠",
                    "44.20",
                ]]),
                vec![json!(0), json!(123), json!(1_234_567_890_123_456_u64), json!(-4420), json!(4420.5)],
            ]
            .concat(),
            Self::RobloxId => [
                texts(&[&[
                    "0",
                    "000123456789",
                    "0123",
                    "+1",
                    "-1",
                    " 1",
                    "1 ",
                    "1.0",
                    "1e3",
                    "٣",
                    "9223372036854775808",
                    "18446744073709551616",
                    "abc",
                ]]),
                vec![json!(0), json!(-1), json!(1.5), json!(5e2), json!(9_223_372_036_854_775_808_u64)],
            ]
            .concat(),
            Self::DiscordId => [
                texts(&[&[
                    "0799600467218923524",
                    "1",
                    "1234567890123456",
                    "123456789012345678901",
                    " 799600467218923524",
                    "79960046721892352a",
                    "+799600467218923524",
                ]]),
                vec![json!(799_600_467_218_923_524_u64)],
            ]
            .concat(),
            Self::GithubLogin => texts(&[&["a b", "ada.l", "\u{e4}da", "a/b", "ada\u{200b}"]]),
            Self::GithubNumber => {
                [texts(&[&["0", "01815", "+1815", "1815.0", "ada"]]), vec![json!(0), json!(-1), json!(1815.5)]].concat()
            }
            Self::Quantity(_) => vec![json!("500"), json!(500.5), json!(1e300), json!([500])],
            Self::Other => vec![json!({ "a": {} }), json!([[]])],
        };
        if !matches!(self, Self::Quantity(_) | Self::Other) {
            refused.extend(not_strings());
        }
        refused
    }

    /// Returns values that are accepted, as JSON, each with the string or number that is stored for it.
    pub fn kept(self) -> Vec<(Value, Value)> {
        let same = |texts: &[&str]| texts.iter().map(|text| (json!(text), json!(text))).collect::<Vec<_>>();
        match self {
            Self::Line => vec![
                (json!("Zoe\u{308}"), json!("Zo\u{eb}")),
                (json!(" \u{a0}\u{212b}ngstro\u{308}m\n"), json!("\u{c5}ngstr\u{f6}m")),
                (json!("\u{1f468}\u{200d}\u{2708}\u{fe0f}"), json!("\u{1f468}\u{200d}\u{2708}\u{fe0f}")),
                (json!("\u{646}\u{645}\u{6cc}\u{200c}\u{62e}"), json!("\u{646}\u{645}\u{6cc}\u{200c}\u{62e}")),
            ],
            Self::Lines => {
                let mut kept = same(&LINE_BREAKS);
                kept.push((json!("\n Zoe\u{308} \u{2029}"), json!("Zo\u{eb}")));
                kept
            }
            Self::Link => {
                same(&["https://example.com/a?b=c#d", "HTTP://localhost:3000", "example.com/x", "discord.gg/skyteam"])
            }
            Self::Avatar => [same(&ROBLOX_LINKS), same(&["https://example.com/a.png", "example.com/x"])].concat(),
            Self::Email => same(&[
                "ada@example.com",
                "a.b+c@mail.example.com",
                "\"ada l\"@example.com",
                "ada@[192.0.2.1]",
                "ada@localhost",
            ]),
            Self::Phone => vec![
                (json!("+44 (20) 7946-0958"), json!(442_079_460_958_u64)),
                (json!("442079460958"), json!(442_079_460_958_u64)),
                (json!(442_079_460_958_u64), json!(442_079_460_958_u64)),
                (json!("1234"), json!(1234)),
            ],
            Self::RobloxId => vec![
                (json!("9223372036854775807"), json!("9223372036854775807")),
                (json!(555_666_778), json!("555666778")),
                (json!("1"), json!("1")),
            ],
            Self::DiscordId => same(&["12345678901234567", "99999999999999999999"]),
            Self::GithubLogin => same(&["a", "Ada_L-1815"]),
            Self::GithubNumber => vec![(json!("1816"), json!("1816")), (json!(1816), json!("1816"))],
            Self::Quantity(_) | Self::Other => Vec::new(),
        }
    }
}
