//! Where a person may be led after logging in. Anything else would be an open redirect, and give sessions away.

use reqwest::Url;

/// Characters that browsers drop from a URL or take for a slash (WHATWG *URL* standard, section 4.4).
fn is_ambiguous(c: char) -> bool {
    c == '\\' || c.is_whitespace() || c.is_control()
}

/// Longest target, in bytes. It becomes part of a URL of GitHub's, twice encoded.
const MAX_LENGTH: usize = 2048;

/// The targets that are allowed.
#[derive(Debug, Clone)]
pub struct Targets {
    /// Origins as browsers write them, such as `https://example.com:8443`.
    origins: Vec<String>,
    ui: Url,
    sign_up: Url,
    mobile: Option<Mobile>,
}

/// The mobile app's address: its scheme, or its origin if the scheme is `http` or `https`.
#[derive(Debug, Clone)]
pub struct Mobile(Url);

/// Where a log-in leads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    /// The address.
    pub url: Url,
    /// Whether the address is the mobile app's, which receives the session in it.
    pub is_mobile: bool,
}

impl Mobile {
    /// Parses the mobile app's address.
    ///
    /// # Errors
    /// Returns the reason if it is no URL, or one that a browser runs or opens itself.
    pub fn parse(text: &str) -> Result<Self, &'static str> {
        let url: Url = text.parse().map_err(|_| "not a URL such as app://log-in")?;
        match url.scheme() {
            "javascript" | "data" | "vbscript" | "file" | "blob" | "about" | "ftp" | "ws" | "wss" => {
                Err("not the address of an app")
            }
            _ => Ok(Self(url)),
        }
    }

    fn is_of(&self, url: &Url) -> bool {
        let is_web = matches!(self.0.scheme(), "http" | "https");
        if is_web { self.0.origin() == url.origin() } else { self.0.scheme() == url.scheme() }
    }
}

impl Targets {
    /// Creates the targets: pages of the given origins, and of `ui`'s host and its sub-domains. `sign_up` is where new members
    /// complete their records.
    ///
    /// # Errors
    /// Returns the reason if `ui` or `sign_up` is not the address of a web page.
    pub fn new(origins: Vec<String>, ui: &str, sign_up: &str, mobile: Option<Mobile>) -> Result<Self, &'static str> {
        let page = |text: &str| parse(text).filter(is_page).ok_or("not a URL such as https://example.com");
        Ok(Self { origins, ui: page(ui)?, sign_up: page(sign_up)?, mobile })
    }

    /// Returns where a log-in leads: to the address that was asked for if it is allowed, else to the UI. `for_mobile` says
    /// that the mobile app asks, which may then be the target.
    #[must_use]
    pub fn choose(&self, asked: Option<&str>, for_mobile: bool) -> Target {
        let asked = asked.and_then(parse);
        match asked {
            Some(url) if for_mobile && self.mobile.as_ref().is_some_and(|mobile| mobile.is_of(&url)) => {
                Target { url, is_mobile: true }
            }
            Some(url) if self.allows(&url) => Target { url, is_mobile: false },
            _ => Target { url: self.ui.clone(), is_mobile: false },
        }
    }

    /// Returns the page that was asked for, if it is allowed.
    #[must_use]
    pub fn page(&self, asked: &str) -> Option<Target> {
        parse(asked).filter(|url| self.allows(url)).map(|url| Target { url, is_mobile: false })
    }

    fn allows(&self, url: &Url) -> bool {
        let origin = url.origin().ascii_serialization();
        let ui_host = self.ui.host_str().unwrap_or_default();
        let host = url.host_str().unwrap_or_default();
        let is_of_ui = host == ui_host || host.strip_suffix(ui_host).is_some_and(|rest| rest.ends_with('.'));
        let is_secure = url.scheme() == "https" && url.port() == self.ui.port();
        is_page(url) && (self.origins.contains(&origin) || url.origin() == self.ui.origin() || (is_secure && is_of_ui))
    }

    /// Returns the address that a target becomes for a member: the sign-up page for one whose record is incomplete, unless
    /// the target asks for the development mode with `dev`; the session is added where the mobile app gets it.
    #[must_use]
    pub fn destination(&self, target: Target, is_incomplete: bool, token: &str) -> Url {
        let Target { mut url, is_mobile } = target;
        if is_incomplete && !url.query_pairs().any(|(name, _)| name == "dev") {
            return self.sign_up.clone();
        }
        if is_mobile {
            url.query_pairs_mut().append_pair("token", token);
        }
        url
    }

    /// Returns the address of the UI that reports a failed log-in.
    #[must_use]
    pub fn failure(&self, code: &str) -> Url {
        let mut url = self.ui.clone();
        url.query_pairs_mut().append_pair("error", code);
        url
    }
}

/// Parses an absolute URL as browsers do, but refuses what they would have to mend.
fn parse(text: &str) -> Option<Url> {
    let is_plain = text.len() <= MAX_LENGTH && !text.contains(is_ambiguous) && text.contains("://");
    let url: Url = text.parse().ok().filter(|_| is_plain)?;
    (url.username().is_empty() && url.password().is_none()).then_some(url)
}

fn is_page(url: &Url) -> bool {
    matches!(url.scheme(), "http" | "https") && url.has_host()
}
