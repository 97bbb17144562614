//! Brands: the names and designators under which an airline flies.

use crate::{AirlineId, BrandId, Link, Name, Text, filled, string_type::string_type};
use serde::{Deserialize, Serialize};

string_type! {
    /// IATA airline designator: 2 characters of `A-Z` and `0-9`.
    AirlineIata, expects "2 of A-Z and 0-9", pattern "^[A-Z0-9]{2}$", example "ST",
    |value| value.len() == 2 && value.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit())
}

string_type! {
    /// ICAO airline designator: 3 upper-case letters.
    AirlineIcao, expects "3 upper-case letters", pattern "^[A-Z]{3}$", example "SKT",
    |value| value.len() == 3 && value.bytes().all(|b| b.is_ascii_uppercase())
}

string_type! {
    /// Colour in CSS hexadecimal notation, `#rrggbb`.
    Colour, expects "a colour as #rrggbb", pattern "^#[0-9A-Fa-f]{6}$", example "#2ea5f7",
    |value| value.strip_prefix('#').is_some_and(|hex| hex.len() == 6 && hex.bytes().all(|b| b.is_ascii_hexdigit()))
}

/// Radio callsign, 1 to 32 characters. Callsigns that differ only in case are the same.
pub type Callsign = Text<1, 32>;

/// A brand of an airline, under which it operates flights.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(example = json!({
    "brandId": "skyteam-main", "airlineId": "skyteam", "name": "SkyTeam Mainline", "iata": "ST", "icao": "SKT",
    "callsign": "SKYTEAM", "isPrimary": true, "logoUrl": null, "accentColor": "#0b3d91",
    "secondaryColor": "#ffffff", "elementColor": "#0b3d91"
}))]
pub struct Brand {
    /// Id of the brand, unique across all airlines: 1 to 64 lower-case letters, digits and hyphens.
    pub brand_id: BrandId,
    /// Id of the airline that owns the brand.
    pub airline_id: AirlineId,
    /// Name of the brand, 1 to 100 characters.
    pub name: Name,
    /// IATA airline designator, unique across all brands: 2 characters of `A-Z` and `0-9`.
    pub iata: AirlineIata,
    /// ICAO airline designator, unique across all brands: 3 upper-case letters.
    pub icao: AirlineIcao,
    /// Radio callsign of 1 to 32 characters, unique across all brands without regard to case.
    pub callsign: Callsign,
    /// Whether this is the airline's primary brand; at most one is.
    pub is_primary: bool,
    /// URL of the brand's logo, at most 2,048 characters; `null` when none was given.
    #[schema(required)]
    pub logo_url: Option<Link>,
    /// Accent colour of the brand, as `#rrggbb`.
    pub accent_color: Colour,
    /// Secondary colour of the brand, as `#rrggbb`.
    pub secondary_color: Colour,
    /// Colour of interface elements, as `#rrggbb`.
    pub element_color: Colour,
}

/// Fields of a new brand.
#[derive(Debug, Clone, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct BrandDraft {
    /// Id of the brand, chosen by the caller and unique across all airlines: 1 to 64 lower-case letters, digits and
    /// hyphens.
    pub brand_id: BrandId,
    /// Name of the brand, 1 to 100 characters.
    #[schema(example = "SkyTeam Mainline")]
    pub name: Name,
    /// IATA airline designator, unique across all brands: 2 characters of `A-Z` and `0-9`.
    pub iata: AirlineIata,
    /// ICAO airline designator, unique across all brands: 3 upper-case letters.
    pub icao: AirlineIcao,
    /// Radio callsign of 1 to 32 characters, unique across all brands without regard to case.
    #[schema(example = "SKYTEAM")]
    pub callsign: Callsign,
    /// Whether the brand replaces the airline's current primary brand; `false` when absent.
    #[schema(default = false)]
    pub is_primary: Option<bool>,
    /// URL of the brand's logo, an `http` or `https` URL or a host such as `example.com/x`, at most 2,048 characters;
    /// optional.
    #[serde(default, deserialize_with = "filled")]
    pub logo_url: Option<Link>,
    /// Accent colour of the brand, as `#rrggbb`; default `#2ea5f7`.
    pub accent_color: Option<Colour>,
    /// Secondary colour of the brand, as `#rrggbb`; default `#242429`.
    pub secondary_color: Option<Colour>,
    /// Colour of interface elements, as `#rrggbb`; default `#fbfbfb`.
    pub element_color: Option<Colour>,
}

impl BrandDraft {
    /// Returns the brand of the given airline, with defaults filled in.
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
            is_primary: self.is_primary.unwrap_or_default(),
            logo_url: self.logo_url,
            accent_color: colour(self.accent_color, "#2ea5f7"),
            secondary_color: colour(self.secondary_color, "#242429"),
            element_color: colour(self.element_color, "#fbfbfb"),
        }
    }
}
