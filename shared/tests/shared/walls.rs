//! The walls between the crates: which may depend on which, and on DynamoDB's SDK and axum (docs/architecture.md, "Crates").

use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

/// The crates of the workspace, each with its dependencies, but for those of its tests.
fn crates() -> BTreeMap<String, BTreeSet<String>> {
    let metadata = Command::new(env!("CARGO")).args(["metadata", "--no-deps", "--format-version", "1", "--offline"]);
    let metadata = { metadata }.current_dir(env!("CARGO_MANIFEST_DIR")).output().expect("cargo runs");
    let metadata: Value = serde_json::from_slice(&metadata.stdout).expect("metadata are JSON");
    let text = |value: &Value| value.as_str().expect("a text").to_owned();
    let packages = metadata["packages"].as_array().expect("packages").iter();
    let crates = packages.map(|package| {
        let dependencies = package["dependencies"].as_array().expect("dependencies").iter();
        let dependencies = dependencies.filter(|dependency| dependency["kind"] != "dev");
        (text(&package["name"]), dependencies.map(|dependency| text(&dependency["name"])).collect())
    });
    crates.collect()
}

/// The crates that no function links: the local engine, the test kit and the command line.
const TOOLS: [&str; 3] = ["engine", "testing", "skysquad"];

#[test]
fn arrows_go_one_way() {
    let crates = crates();
    let layers = ["models", "store", "rules", "shared"];
    for (name, dependencies) in &crates {
        let below: &[&str] = match layers.iter().position(|layer| layer == name) {
            Some(layer) => &layers[..layer],
            None if TOOLS.contains(&name.as_str()) => continue,
            // A function names `shared` alone, which re-exports what functions use.
            None => &["shared"],
        };
        let ours: BTreeSet<_> = dependencies.iter().filter(|name| crates.contains_key(*name)).collect();
        let refused: Vec<_> = ours.iter().filter(|name| !below.contains(&name.as_str())).collect();
        assert!(refused.is_empty(), "{name} depends on {refused:?}");
    }
}

#[test]
fn only_the_store_knows_dynamodb() {
    for (name, dependencies) in crates() {
        let knows = ["aws-sdk-dynamodb", "serde_dynamo"].iter().any(|sdk| dependencies.contains(*sdk));
        assert!(!knows || name == "store" || TOOLS.contains(&name.as_str()), "{name} depends on DynamoDB's SDK");
    }
}

#[test]
fn models_store_and_rules_know_no_http_server() {
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
