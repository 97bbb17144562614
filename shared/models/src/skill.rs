//! Skills of members, each with a level.

use crate::{LevelId, TagId, Text, whole};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Name of a tag or level, 1 to 100 characters.
pub type Label = Text<1, 100>;

/// A skill of a member: a tag that names it and a level that rates it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(example = json!({
    "tagId": "rust", "tagName": "Rust", "levelId": "level-4", "levelName": "4", "levelValue": 4
}))]
pub struct Skill {
    /// Id of the skill's tag: 1 to 64 letters, digits, `-` and `_`.
    pub tag_id: TagId,
    /// Name of the skill's tag, 1 to 100 characters.
    pub tag_name: Label,
    /// Id of the skill's level: 1 to 64 letters, digits, `-` and `_`.
    pub level_id: LevelId,
    /// Name of the skill's level, 1 to 100 characters.
    pub level_name: Label,
    /// Numeric value of the skill's level, an integer.
    pub level_value: i64,
}

/// The name of a skill's tag and its new level.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SkillDraft {
    /// Name of the skill's tag, 1 to 100 characters.
    #[schema(example = "Rust")]
    pub tag_name: Label,
    /// Id of the skill's level: 1 to 64 letters, digits, `-` and `_`.
    pub level_id: LevelId,
    /// Name of the skill's level, 1 to 100 characters.
    #[schema(example = "3")]
    pub level_name: Label,
    /// Numeric value of the skill's level, an integer.
    #[serde(deserialize_with = "whole")]
    #[schema(example = 3)]
    pub level_value: i64,
}
