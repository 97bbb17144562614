//! Links: addresses that people can click.

use crate::string_type::{kept_strings, string_type};
use regex_lite::Regex;
use std::sync::LazyLock;

/// Maximum length of a link, in characters.
const MAX_LENGTH: usize = 2048;

string_type! {
    /// Link that people can click: an `http` or `https` URL, or a host with an optional path such as `example.com/x`, of
    /// at most 2,048 ASCII characters. A link with any other scheme could run a script.
    Link, expects "an http or https URL, or a host such as example.com/x, of up to 2048 characters",
    pattern r"^([Hh][Tt][Tt][Pp][Ss]?://([!$&-.0-;=A-Z_a-z~%]*@)?([A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*\.?|\[[0-9A-Fa-f:.]+\])(:[0-9]{1,5})?|([A-Za-z0-9_-]+\.)+[A-Za-z][A-Za-z0-9-]*)([/?#][!#-;=?-\[\]-_a-~]*)?$",
    example "https://discord.gg/skyteam",
    |value| {
        static REGEX: LazyLock<Regex> = LazyLock::new(|| Regex::new(Link::PATTERN).expect("it is a regular expression"));
        value.len() <= MAX_LENGTH && REGEX.is_match(value)
    }
}

string_type! {
    /// Address of an avatar picture, of at most 2,048 ASCII characters: a [`Link`], or an address of ROBLOX's own, which
    /// begins with `rbxthumb:`, `rbxassetid:`, `rbxasset:` or `//` and a host.
    AvatarUrl, expects "an http, https or ROBLOX URL of up to 2048 characters",
    pattern r"^(([Hh][Tt][Tt][Pp][Ss]?:)?//([!$&-.0-;=A-Z_a-z~%]*@)?([A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*\.?|\[[0-9A-Fa-f:.]+\])(:[0-9]{1,5})?|([A-Za-z0-9_-]+\.)+[A-Za-z][A-Za-z0-9-]*|rbx(thumb|assetid|asset):[!#-;=?-\[\]-_a-~]+)([/?#][!#-;=?-\[\]-_a-~]*)?$",
    example "https://tr.rbxcdn.com/...",
    |value| {
        static REGEX: LazyLock<Regex> =
            LazyLock::new(|| Regex::new(AvatarUrl::PATTERN).expect("it is a regular expression"));
        value.len() <= MAX_LENGTH && REGEX.is_match(value)
    }
}

kept_strings!(Link, AvatarUrl);
