//! The diagram of functions and tables in `docs/architecture.md`, generated from `template.yaml`. Another test checks
//! that its roles allow exactly what the code does.

use crate::blocks;
use serde_json::Value;
use std::collections::BTreeSet;
use testing::template::{Function, Template};

/// What an action that a role allows does with a table.
fn verb(action: &str) -> &'static str {
    match action {
        "GetItem" | "BatchGetItem" | "Query" | "Scan" | "ConditionCheckItem" => "reads",
        "PutItem" | "UpdateItem" | "DeleteItem" => "writes",
        _ => panic!("{action} neither reads nor writes"),
    }
}

/// All statements of a role, at any depth.
fn statements(role: &Value) -> Vec<&Value> {
    match role {
        Value::Object(fields) if fields.contains_key("Action") && fields.contains_key("Resource") => vec![role],
        Value::Object(fields) => fields.values().flat_map(statements).collect(),
        Value::Array(elements) => elements.iter().flat_map(statements).collect(),
        _ => Vec::new(),
    }
}

/// What a function does with a table: reads, writes or both.
fn use_of(template: &Template, function: &Function, table: &str) -> BTreeSet<&'static str> {
    let role = function.properties["Role"]["Fn::GetAtt"][0].as_str().expect("a function has a role of its own");
    let mut verbs = BTreeSet::new();
    for statement in statements(template.resource(role)) {
        // The resource is the table or one of its indexes.
        if statement["Resource"].to_string().contains(table) {
            let actions = statement["Action"].as_array().into_iter().flatten().filter_map(Value::as_str);
            verbs.extend(actions.filter_map(|action| action.strip_prefix("dynamodb:")).map(verb));
        }
    }
    verbs
}

/// Returns the name of a function's node: `EndStaleFlights` for `end-stale-flights`.
fn node(crate_name: &str) -> String {
    let capital = |word: &str| word[..1].to_uppercase() + &word[1..];
    crate_name.split('-').map(capital).collect()
}

/// The external services of which a function has the URL.
fn services(function: &Function) -> impl Iterator<Item = &'static str> {
    let variables = function.properties["Environment"]["Variables"].as_object().expect("variables");
    variables.keys().filter_map(|name| name.strip_suffix("_API_URL")).map(|name| match name {
        "GITHUB" => "GitHub",
        "DISCORD" => "Discord",
        _ => panic!("{name} is a service without a name"),
    })
}

fn diagram(template: &Template) -> String {
    let tables: Vec<_> = template.resources("AWS::DynamoDB::Table").map(|(name, _)| name).collect();
    let mut lines = vec!["```mermaid".to_owned(), "flowchart LR".to_owned()];
    for function in template.functions() {
        let name = node(&function.crate_name);
        let box_of_it = format!("{name}[{}]", function.crate_name);
        if !function.routes.is_empty() {
            lines.push(format!("    Api([API Gateway]) -- {} routes --> {box_of_it}", function.routes.len()));
        }
        for schedule in &function.schedules {
            lines.push(format!("    Scheduler([EventBridge Scheduler]) -- \"{schedule}\" --> {box_of_it}"));
        }
        for table in &tables {
            let arrow = match Vec::from_iter(use_of(template, &function, table))[..] {
                [] => continue,
                ["reads"] => "-->",
                ["reads", "writes"] => "==>",
                ref verbs => panic!("{name} {verbs:?} {table}: the diagram has no arrow for that"),
            };
            let label = table.trim_end_matches("Table").to_lowercase();
            lines.push(format!("    {name} {arrow} {table}[({label})]"));
        }
        for service in services(&function) {
            lines.push(format!("    {name} -- asks --> {service}([{service}])"));
        }
        let on_failure = &function.properties["EventInvokeConfig"]["DestinationConfig"]["OnFailure"];
        if let Some(queue) = on_failure["Destination"]["Fn::GetAtt"][0].as_str() {
            lines.push(format!("    {name} -. failed runs .-> {queue}[/{queue}/]"));
        }
    }
    lines.push("```".to_owned());
    lines.join("\n")
}

#[test]
fn the_diagram_is_that_of_the_template() {
    blocks::check("docs/architecture.md", "functions", &diagram(&Template::read()));
}
