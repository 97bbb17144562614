//! The dependency rules for the crates: which may depend on which, on DynamoDB's SDK and on axum (docs/architecture.md,
//! "Crates").

use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

/// Returns the crates of the workspace with their dependencies, not counting dev-dependencies.
fn crates() -> BTreeMap<String, BTreeSet<String>> {
    let mut cargo = Command::new(env!("CARGO"));
    cargo.args(["metadata", "--no-deps", "--format-version", "1", "--offline"]).current_dir(env!("CARGO_MANIFEST_DIR"));
    let metadata = cargo.output().expect("cargo should run");
    let metadata: Value = serde_json::from_slice(&metadata.stdout).expect("the metadata should be JSON");
    let text = |value: &Value| value.as_str().expect("the value should be a string").to_owned();
    let packages = metadata["packages"].as_array().expect("`packages` should be an array").iter();
    let crates = packages.map(|package| {
        let dependencies = package["dependencies"].as_array().expect("`dependencies` should be an array").iter();
        let dependencies = dependencies.filter(|dependency| dependency["kind"] != "dev");
        (text(&package["name"]), dependencies.map(|dependency| text(&dependency["name"])).collect())
    });
    crates.collect()
}

/// Crates that no function links: the local engine, the test kit, the measurements and the command line.
const TOOLS: [&str; 4] = ["engine", "testing", "bench", "skysquad"];

#[test]
fn allow_only_dependencies_in_one_direction() {
    let crates = crates();
    let layers = ["models", "store", "rules", "shared"];
    for (name, dependencies) in &crates {
        let below: &[&str] = match layers.iter().position(|layer| layer == name) {
            Some(layer) => &layers[..layer],
            None if TOOLS.contains(&name.as_str()) => continue,
            // A function depends only on `shared`, which re-exports what functions use.
            None => &["shared"],
        };
        let ours: BTreeSet<_> = dependencies.iter().filter(|name| crates.contains_key(*name)).collect();
        let refused: Vec<_> = ours.iter().filter(|name| !below.contains(&name.as_str())).collect();
        assert!(refused.is_empty(), "{name} depends on {refused:?}");
    }
}

#[test]
fn let_only_the_store_depend_on_dynamodb() {
    for (name, dependencies) in crates() {
        let knows = ["aws-sdk-dynamodb", "serde_dynamo"].iter().any(|sdk| dependencies.contains(*sdk));
        // The engine and the test kit configure its client.
        assert!(!knows || ["store", "engine", "testing"].contains(&name.as_str()), "{name} depends on DynamoDB's SDK");
    }
}

#[test]
fn keep_http_servers_out_of_models_store_and_rules() {
    let crates = crates();
    for name in ["models", "store", "rules"] {
        for server in ["axum", "tower", "tower-http", "lambda_http", "lambda_runtime", "utoipa-axum"] {
            assert!(!crates[name].contains(server), "{name} depends on {server}");
        }
    }
    for heavy in ["tokio", "aws-config", "reqwest"] {
        assert!(!crates["models"].contains(heavy), "models depends on {heavy}");
    }
}
