//! The brands an airline flies under.

use super::{AirlineId, BrandId, Name, Text, WebUrl, ids::string_type};
use serde::{Deserialize, Serialize};

string_type! {
    /// An airline's IATA designator.
    AirlineIata, expects "2 of A-Z and 0-9", pattern "^[A-Z0-9]{2}$", example "ST",
    |value| value.len() == 2 && value.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit())
}

string_type! {
    /// An airline's ICAO designator.
    AirlineIcao, expects "3 upper-case letters", pattern "^[A-Z]{3}$", example "SKT",
    |value| value.len() == 3 && value.bytes().all(|b| b.is_ascii_uppercase())
}

string_type! {
    /// A colour as CSS writes it.
    Colour, expects "a colour as #rrggbb", pattern "^#[0-9A-Fa-f]{6}$", example "#2ea5f7",
    |value| value.strip_prefix('#').is_some_and(|hex| hex.len() == 6 && hex.bytes().all(|b| b.is_ascii_hexdigit()))
}

/// A radio callsign. Two that differ only in case are the same one.
pub type Callsign = Text<1, 32>;

/// A brand as it is stored. Whether it is the primary one is the airline's to say.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(example = json!({
    "brandId": "skyteam-main", "airlineId": "skyteam", "name": "SkyTeam Mainline", "iata": "ST", "icao": "SKT",
    "callsign": "SKYTEAM", "isPrimary": true, "logoUrl": null, "accentColor": "#0b3d91",
    "secondaryColor": "#ffffff", "elementColor": "#0b3d91"
}))]
pub struct Brand {
    /// Its id.
    pub brand_id: BrandId,
    /// Whose it is.
    pub airline_id: AirlineId,
    /// Its name.
    pub name: Name,
    /// IATA designator.
    pub iata: AirlineIata,
    /// ICAO designator.
    pub icao: AirlineIcao,
    /// Radio callsign.
    pub callsign: Callsign,
    /// Whether it is the one primary brand of its airline.
    #[serde(default)]
    pub is_primary: bool,
    /// Where its logo is.
    #[schema(required)]
    pub logo_url: Option<WebUrl>,
    /// Accent colour.
    pub accent_color: Colour,
    /// Secondary colour.
    pub secondary_color: Colour,
    /// Element colour.
    pub element_color: Colour,
}

/// What an airline says of a new brand.
#[derive(Debug, Clone, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct BrandDraft {
    /// Its id, unique over all airlines.
    pub brand_id: BrandId,
    /// Its name.
    #[schema(example = "SkyTeam Mainline")]
    pub name: Name,
    /// IATA designator, unique.
    pub iata: AirlineIata,
    /// ICAO designator, unique.
    pub icao: AirlineIcao,
    /// Radio callsign, unique without regard to case.
    #[schema(example = "SKYTEAM")]
    pub callsign: Callsign,
    /// Whether it takes over as the airline's primary brand.
    #[serde(default)]
    pub is_primary: bool,
    /// Where its logo is.
    pub logo_url: Option<WebUrl>,
    /// Default `#2ea5f7`.
    pub accent_color: Option<Colour>,
    /// Default `#242429`.
    pub secondary_color: Option<Colour>,
    /// Default `#fbfbfb`.
    pub element_color: Option<Colour>,
}

impl BrandDraft {
    /// The brand of that airline, defaults filled in.
    #[must_use]
    pub fn of(self, airline_id: AirlineId) -> Brand {
        let colour = |given: Option<Colour>, default: &str| {
            given.unwrap_or_else(|| default.parse().expect("the defaults are colours"))
        };
        Brand {
            brand_id: self.brand_id,
            airline_id,
            name: self.name,
            iata: self.iata,
            icao: self.icao,
            callsign: self.callsign,
            is_primary: self.is_primary,
            logo_url: self.logo_url,
            accent_color: colour(self.accent_color, "#2ea5f7"),
            secondary_color: colour(self.secondary_color, "#242429"),
            element_color: colour(self.element_color, "#fbfbfb"),
        }
    }
}
