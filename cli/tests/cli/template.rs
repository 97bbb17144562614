//! `template.yaml` agrees with the code.

use crate::documents::openapi;
use serde_json::{Value, json};
use shared::App;
use shared::config::Config;
use shared::store::Table;
use shared::store::schema::{Definition, Index, Projected, TABLES, TTL_ATTRIBUTE};
use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use testing::lambda::TIMEOUT;
use testing::template::{Function, Route, Template};
use utoipa_axum::router::OpenApiRouter;

/// The functions that serve routes, with their routers.
fn routers() -> [(&'static str, OpenApiRouter<App>); 6] {
    [
        ("users", users::routes()),
        ("miles", miles::routes()),
        ("flights", flights::routes()),
        ("airlines", airlines::routes()),
        ("system", system::routes()),
        ("login", login::routes()),
    ]
}

/// The routes of an OpenAPI document.
fn routes_in(document: &Value) -> BTreeSet<Route> {
    let paths = document["paths"].as_object().expect("a document has paths");
    let routes = paths.iter().flat_map(|(path, item)| {
        let operations = item.as_object().expect("a path has operations").iter();
        operations.map(move |(method, operation)| Route {
            operation: operation["operationId"].as_str().expect("an operation has an id").to_owned(),
            key: format!("{} {path}", method.to_uppercase()),
        })
    });
    routes.collect()
}

/// The routes of a function except the default route.
fn named_routes(function: &Function) -> BTreeSet<Route> {
    function.routes.iter().filter(|route| route.key != "$default").cloned().collect()
}

#[test]
fn each_route_goes_to_the_function_that_serves_it() {
    let template = Template::read();
    for (name, router) in routers() {
        let document = serde_json::to_value(router.get_openapi()).expect("a document is JSON");
        assert_eq!(named_routes(&template.function_of(name)), routes_in(&document), "{name}");
    }
}

#[test]
fn the_routes_are_those_of_the_api_reference() {
    let routes: BTreeSet<_> = Template::read().functions().iter().flat_map(named_routes).collect();
    assert_eq!(routes, routes_in(&openapi()));
}

#[test]
fn unknown_paths_go_to_system() {
    let functions = Template::read().functions();
    let default: Vec<_> =
        functions.iter().filter(|function| function.routes.iter().any(|route| route.key == "$default")).collect();
    assert_eq!(default.iter().map(|function| &function.crate_name).collect::<Vec<_>>(), ["system"]);
}

#[test]
fn the_jobs_run_on_their_schedules_and_nothing_else_does() {
    let schedules: BTreeMap<_, _> = Template::read()
        .functions()
        .into_iter()
        .filter(|function| !function.schedules.is_empty())
        .map(|function| (function.crate_name, function.schedules))
        .collect();
    assert_eq!(
        json!(schedules),
        json!({
            "archive-users": ["cron(0 3 * * ? *)"],
            "audit": ["cron(0 4 * * ? *)"],
            "end-stale-flights": ["rate(1 minute)"],
        })
    );
}

/// A run is lost if the schedule cannot start it, or if all its attempts fail. The latter is not kept for the job that
/// runs every minute.
#[test]
fn what_fails_of_jobs_is_kept() {
    let queue = json!({ "Fn::GetAtt": ["DeadLetters", "Arn"] });
    for (job, event) in [("archive-users", "EveryDay"), ("audit", "EveryNight"), ("end-stale-flights", "EveryMinute")] {
        let function = Template::read().function_of(job);
        let schedule = &function.properties["Events"][event]["Properties"];
        assert_eq!(schedule["DeadLetterConfig"]["Arn"], queue, "{job}");
        assert!(schedule["RetryPolicy"]["MaximumRetryAttempts"].as_u64() > Some(0), "{job}");
        let invoke = &function.properties["EventInvokeConfig"];
        if job != "end-stale-flights" {
            assert_eq!(invoke["DestinationConfig"]["OnFailure"]["Destination"], queue, "{job}");
        }
        assert!(function.properties["ReservedConcurrentExecutions"].to_string().contains('1'), "{job}");
    }
}

#[test]
fn the_tables_are_those_of_the_schema() {
    let template = Template::read();
    let tables: BTreeSet<_> = template.resources("AWS::DynamoDB::Table").map(|(name, _)| name).collect();
    assert_eq!(tables, BTreeSet::from(TABLES.map(|definition| resource_name(definition.table))));
    for definition in &TABLES {
        let table = template.resource(resource_name(definition.table));
        assert_eq!(shape(&table["Properties"]), shape(&properties(definition)), "{:?}", definition.table);
    }
}

#[test]
fn the_tables_survive_the_stack_and_mistakes() {
    for (name, table) in Template::read().resources("AWS::DynamoDB::Table") {
        assert_eq!(table["DeletionPolicy"], "Retain", "{name}");
        assert_eq!(table["UpdateReplacePolicy"], "Retain", "{name}");
        let properties = &table["Properties"];
        assert_eq!(properties["DeletionProtectionEnabled"], true, "{name}");
        assert_eq!(properties["PointInTimeRecoverySpecification"]["PointInTimeRecoveryEnabled"], true, "{name}");
        assert_eq!(properties["SSESpecification"]["SSEEnabled"], true, "{name}");
        assert_eq!(properties["BillingMode"], "PAY_PER_REQUEST", "{name}");
    }
}

fn resource_name(table: Table) -> &'static str {
    match table {
        Table::Users => "UsersTable",
        Table::Flights => "FlightsTable",
        Table::Ledgers => "LedgersTable",
    }
}

/// Returns a table definition in the form of the template.
fn properties(definition: &Definition) -> Value {
    let (local, global): (Vec<_>, Vec<_>) = definition.indexes.iter().partition(|index| index.is_local());
    let keys = definition.indexes.iter().flat_map(|index| [index.partition_key, index.sort_key]);
    let attributes: BTreeSet<_> = ["pk", "sk"].into_iter().chain(keys).collect();
    let ttl = definition.expires.then(|| json!({ "AttributeName": TTL_ATTRIBUTE, "Enabled": true }));
    json!({
        "KeySchema": key_schema("pk", "sk"),
        "AttributeDefinitions":
            attributes.iter().map(|name| json!({ "AttributeName": name, "AttributeType": "S" })).collect::<Vec<_>>(),
        "GlobalSecondaryIndexes": global.into_iter().map(index).collect::<Vec<_>>(),
        "LocalSecondaryIndexes": local.into_iter().map(index).collect::<Vec<_>>(),
        "TimeToLiveSpecification": ttl,
    })
}

fn index(index: &Index) -> Value {
    let projection = match index.projection {
        Projected::KeysOnly => json!({ "ProjectionType": "KEYS_ONLY" }),
        Projected::All => json!({ "ProjectionType": "ALL" }),
        Projected::Include(names) => json!({ "ProjectionType": "INCLUDE", "NonKeyAttributes": names }),
    };
    json!({
        "IndexName": index.name,
        "KeySchema": key_schema(index.partition_key, index.sort_key),
        "Projection": projection,
    })
}

fn key_schema(partition: &str, sort: &str) -> Value {
    json!([{ "AttributeName": partition, "KeyType": "HASH" }, { "AttributeName": sort, "KeyType": "RANGE" }])
}

/// Returns the properties that define a table, with sorted lists where the order has no meaning.
fn shape(properties: &Value) -> Value {
    let sorted = |name: &str| {
        let mut list = properties[name].as_array().cloned().unwrap_or_default();
        list.sort_by_key(Value::to_string);
        list
    };
    json!({
        "KeySchema": properties["KeySchema"],
        "AttributeDefinitions": sorted("AttributeDefinitions"),
        "GlobalSecondaryIndexes": sorted("GlobalSecondaryIndexes"),
        "LocalSecondaryIndexes": sorted("LocalSecondaryIndexes"),
        "TimeToLiveSpecification": properties["TimeToLiveSpecification"],
    })
}

/// The variables that only this function has. For example, a token is given only to the function that uses it.
fn variables_of_its_own(crate_name: &str) -> &'static [&'static str] {
    match crate_name {
        "users" => &["GITHUB_API_URL", "GITHUB_ORG", "GITHUB_TIMEOUT_SECONDS", "GITHUB_TOKEN_ARN"],
        "login" => &[
            "COOKIE_DOMAIN",
            "GITHUB_API_URL",
            "GITHUB_CLIENT_ID",
            "GITHUB_CLIENT_SECRET_ARN",
            "GITHUB_OAUTH_URL",
            "GITHUB_TIMEOUT_SECONDS",
            "LOGIN_ACCEPT_PLAIN_STATE",
            "MOBILE_REDIRECT_URL",
            "SESSION_KEY_ID",
            "UI_BASE_URL",
            "UI_SIGNUP_URL",
        ],
        "archive-users" => &[
            "ARCHIVE_GRACE_DAYS",
            "ARCHIVE_MAX_SHARE",
            "DISCORD_API_URL",
            "DISCORD_BOT_TOKEN_ARN",
            "DISCORD_GUILD_ID",
            "DISCORD_TIMEOUT_SECONDS",
        ],
        "end-stale-flights" => &["STALE_MAX_SHARE"],
        _ => &[],
    }
}

#[test]
fn every_function_has_the_variables_that_its_part_of_the_configuration_reads() {
    let read = RefCell::new(BTreeSet::from(["LOG_LEVEL", "METRICS_NAMESPACE"].map(str::to_owned)));
    let config = Config::from_variables(|name| {
        // Secrets are set directly only where there is no Secrets Manager.
        if name.ends_with("_TOKEN") || name.ends_with("_SECRET") {
            return None;
        }
        read.borrow_mut().insert(name.to_owned());
        Some(match name {
            "SESSION_PUBLIC_KEYS" => testing::Session::public_key(),
            "LOGIN_ACCEPT_PLAIN_STATE" => "false".to_owned(),
            name if name.ends_with("_URL") || name == "ALLOWED_ORIGINS" => "http://127.0.0.1".to_owned(),
            name if name.ends_with("_ARN") => "arn:aws:secretsmanager:us-east-1:1:secret:x".to_owned(),
            _ => "1".to_owned(),
        })
    });
    config.expect("every variable is read");
    let functions = Template::read().functions();
    let of_some: BTreeSet<_> =
        functions.iter().flat_map(|function| variables_of_its_own(&function.crate_name)).copied().collect();
    for function in &functions {
        let name = function.crate_name.as_str();
        let variables = function.properties["Environment"]["Variables"].as_object().expect("variables");
        // Set only by `sam local`, never on AWS.
        let is_set = |value: &Value| *value != json!({ "Ref": "AWS::NoValue" });
        let set: BTreeSet<_> =
            variables.iter().filter(|(_, value)| is_set(value)).map(|(name, _)| name.clone()).collect();
        let mut expected = read.borrow().clone();
        expected.retain(|variable| {
            variables_of_its_own(name).contains(&variable.as_str()) || !of_some.contains(variable.as_str())
        });
        assert_eq!(set, expected, "{name}");
    }
}

/// Everybody who can view the stack can read its parameters and its functions' variables.
#[test]
fn secrets_are_in_neither_parameters_nor_variables() {
    let template = Template::read();
    for (name, _) in template.parameters() {
        assert!(!name.ends_with("Token") && !name.ends_with("Secret"), "{name}");
    }
    for function in template.functions() {
        let variables = function.properties["Environment"]["Variables"].as_object().expect("variables");
        assert!(
            !variables.keys().any(|name| name.ends_with("_TOKEN") || name.ends_with("_SECRET")),
            "{}",
            function.crate_name
        );
    }
}

#[test]
fn every_function_is_built_and_run_alike() {
    let template = Template::read();
    for (name, function) in template.resources("AWS::Serverless::Function") {
        assert_eq!(function["Metadata"]["BuildMethod"], "rust-cargolambda", "{name}");
    }
    for function in template.functions() {
        let name = &function.crate_name;
        assert_eq!(function.properties["Runtime"], "provided.al2023", "{name}");
        assert_eq!(function.properties["Handler"], "bootstrap", "{name}");
        let (timeout, memory) = match name.as_str() {
            "archive-users" | "audit" => (15 * 60, 512),
            "end-stale-flights" => (TIMEOUT.as_secs(), 128),
            // Must be shorter than the 30 seconds that API Gateway waits.
            "login" | "users" => (29, 256),
            _ => (TIMEOUT.as_secs(), 256),
        };
        assert_eq!(function.properties["Timeout"], timeout, "{name}");
        assert_eq!(function.properties["MemorySize"], memory, "{name}");
    }
}
