//! Definition of the tables. It creates them locally, and `template.yaml` must match it.

use crate::{Store, StoreError, Table};
use aws_sdk_dynamodb::error::ProvideErrorMetadata;
use aws_sdk_dynamodb::types::{
    AttributeDefinition, BillingMode, GlobalSecondaryIndex, KeySchemaElement, KeyType, LocalSecondaryIndex, Projection,
    ProjectionType, ScalarAttributeType, TimeToLiveSpecification,
};

/// Attribute from which DynamoDB's TTL reads the time to delete an item, in seconds since 1970.
pub const TTL_ATTRIBUTE: &str = "expires_at";

/// Definition of a table. Its keys are the strings `pk` and `sk`.
#[derive(Debug)]
pub struct Definition {
    /// The table.
    pub table: Table,
    /// Whether DynamoDB deletes items after the time in their [`TTL_ATTRIBUTE`].
    pub expires: bool,
    /// The table's indexes.
    pub indexes: &'static [Index],
}

/// Definition of an index. An index with the partition key `pk` is local and can be read consistently; any other index
/// is global. All key attributes are strings, and the index has only the items that have all of them.
#[derive(Debug)]
pub struct Index {
    /// Name of the index.
    pub name: &'static str,
    /// Attribute that is the partition key.
    pub partition_key: &'static str,
    /// Attribute that is the sort key.
    pub sort_key: &'static str,
    /// Attributes that the index holds besides the keys.
    pub projection: Projected,
}

/// Attributes that an index holds besides the keys.
#[derive(Debug, PartialEq, Eq)]
pub enum Projected {
    /// None.
    KeysOnly,
    /// All attributes of the item.
    All,
    /// The given attributes.
    Include(&'static [&'static str]),
}

/// Flights that have not ended, by airline and planned start. It does not include `lastTickAt`, so that a tick does not
/// write to it.
pub const UPCOMING: Index = Index {
    name: "upcoming",
    partition_key: "upcomingOf",
    sort_key: "startTime",
    projection: Projected::Include(&[
        "id",
        "code",
        "gameId",
        "aircraft",
        "airlineId",
        "brandId",
        "departure",
        "arrival",
        "startedAt",
        "codeshareAirlineId",
        "discordEventLink",
    ]),
};

/// Flights that have started but not ended, by shard and time of the last tick.
pub const RUNNING: Index =
    Index { name: "running", partition_key: "running", sort_key: "lastTickAt", projection: Projected::KeysOnly };

/// Flights that have neither started nor ended, by planned start.
pub const PLANNED: Index =
    Index { name: "planned", partition_key: "planned", sort_key: "startTime", projection: Projected::KeysOnly };

/// Passengers of a flight, in boarding order.
pub const BOARDED: Index =
    Index { name: "boarded", partition_key: "pk", sort_key: "joinedAt", projection: Projected::All };

/// Definitions of all tables.
pub const TABLES: [Definition; 3] = [
    Definition { table: Table::Users, expires: false, indexes: &[] },
    Definition { table: Table::Flights, expires: true, indexes: &[UPCOMING, RUNNING, PLANNED, BOARDED] },
    Definition { table: Table::Ledgers, expires: true, indexes: &[] },
];

impl Index {
    /// Returns whether the index is local.
    #[must_use]
    pub fn is_local(&self) -> bool {
        self.partition_key == "pk"
    }

    fn key_schema(&self) -> Vec<KeySchemaElement> {
        key_schema(self.partition_key, self.sort_key)
    }

    fn projection(&self) -> Projection {
        let (kind, attributes) = match self.projection {
            Projected::KeysOnly => (ProjectionType::KeysOnly, None),
            Projected::All => (ProjectionType::All, None),
            Projected::Include(names) => {
                (ProjectionType::Include, Some(names.iter().map(|name| (*name).to_owned()).collect()))
            }
        };
        Projection::builder().projection_type(kind).set_non_key_attributes(attributes).build()
    }
}

fn key_schema(partition: &str, sort: &str) -> Vec<KeySchemaElement> {
    [(partition, KeyType::Hash), (sort, KeyType::Range)]
        .into_iter()
        .map(|(name, kind)| {
            KeySchemaElement::builder().attribute_name(name).key_type(kind).build().expect("name and type are set")
        })
        .collect()
}

impl Store {
    /// Creates the tables that do not exist yet. For local engines only: on AWS, the stack creates them.
    ///
    /// # Errors
    /// [`StoreError::Failed`] if the engine rejects a request or can't be reached.
    pub async fn create_tables(&self) -> Result<(), StoreError> {
        for definition in &TABLES {
            self.create_table(definition).await?;
        }
        Ok(())
    }

    async fn create_table(&self, definition: &Definition) -> Result<(), StoreError> {
        let mut attributes = vec!["pk", "sk"];
        for index in definition.indexes {
            attributes.extend([index.partition_key, index.sort_key]);
        }
        attributes.sort_unstable();
        attributes.dedup();
        let attributes = attributes.into_iter().map(|name| {
            AttributeDefinition::builder()
                .attribute_name(name)
                .attribute_type(ScalarAttributeType::S)
                .build()
                .expect("name and type are set")
        });
        let (local, global): (Vec<_>, Vec<_>) = definition.indexes.iter().partition(|index| index.is_local());
        let local = local.into_iter().map(|index| {
            LocalSecondaryIndex::builder()
                .index_name(index.name)
                .set_key_schema(Some(index.key_schema()))
                .projection(index.projection())
                .build()
                .expect("name and keys are set")
        });
        let global = global.into_iter().map(|index| {
            GlobalSecondaryIndex::builder()
                .index_name(index.name)
                .set_key_schema(Some(index.key_schema()))
                .projection(index.projection())
                .build()
                .expect("name and keys are set")
        });
        let name = self.name(definition.table);
        let created = self
            .client
            .create_table()
            .table_name(name)
            .billing_mode(BillingMode::PayPerRequest)
            .set_attribute_definitions(Some(attributes.collect()))
            .set_key_schema(Some(key_schema("pk", "sk")))
            .set_local_secondary_indexes(Some(local.collect()).filter(|all: &Vec<_>| !all.is_empty()))
            .set_global_secondary_indexes(Some(global.collect()).filter(|all: &Vec<_>| !all.is_empty()))
            .send()
            .await;
        match created {
            Ok(_) if definition.expires => {}
            Ok(_) => return Ok(()),
            Err(error) if error.code() == Some("ResourceInUseException") => return Ok(()),
            Err(error) => return Err(StoreError::Failed(error.into())),
        }
        let ttl = TimeToLiveSpecification::builder().attribute_name(TTL_ATTRIBUTE).enabled(true).build();
        self.client
            .update_time_to_live()
            .table_name(name)
            .time_to_live_specification(ttl.expect("name and state are set"))
            .send()
            .await
            .map_err(|error| StoreError::Failed(error.into()))?;
        Ok(())
    }
}
