//! Badges, which superusers award to members.

use crate::{BadgeId, Lines, Link, Millis, Text};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A badge as it is stored.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Badge {
    /// Id of the badge: 1 to 64 letters, digits, `-` and `_`.
    pub id: BadgeId,
    /// Name of the badge, 3 to 30 characters.
    #[schema(example = "First Flight")]
    pub name: Text<3, 30>,
    /// What the badge is awarded for, at most 130 characters; may be empty.
    pub description: Lines<0, 130>,
    /// URL of the badge's image, at most 2,048 characters.
    pub image_url: Link,
    /// Who created the badge, 1 to 100 characters: by default the id of the superuser who did.
    pub created_by: Text<1, 100>,
    /// Time the badge was created, in milliseconds since 1970.
    pub created_at: Millis,
}
