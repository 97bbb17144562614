//! The functions' roles in `template.yaml` allow what their code does, and nothing else.

use serde_json::{Value, json};
use shared::members::DiscordConfig;
use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;
use testing::template::{Function, Template};
use testing::{DEMO_KEY, TestApp, demo_event};
use wiremock::matchers::{any, query_param};
use wiremock::{Mock, MockServer, ResponseTemplate};

/// Which actions on which resources a function's role allows, `Query FlightsTable/index/upcoming`.
fn allowed(template: &Template, function: &Function) -> BTreeSet<String> {
    let role = function.properties["Role"]["Fn::GetAtt"][0].as_str().expect("a function has a role of its own");
    let policies = template.resource(role)["Properties"]["Policies"].as_array().expect("a role has policies");
    let statements = policies.iter().flat_map(|policy| policy["PolicyDocument"]["Statement"].as_array().unwrap());
    let mut allowed = BTreeSet::new();
    for statement in statements {
        assert_eq!(statement["Effect"], "Allow");
        for resource in one_or_more(&statement["Resource"]) {
            for action in one_or_more(&statement["Action"]) {
                let action = action.as_str().expect("an action is text");
                allowed.insert(format!("{action} {}", name(resource)));
            }
        }
    }
    allowed
}

fn one_or_more(value: &Value) -> Vec<&Value> {
    value.as_array().map_or_else(|| vec![value], |values| values.iter().collect())
}

/// `FlightsTable` or `FlightsTable/index/upcoming`. Only ARNs of the stack's own resources are understood.
fn name(resource: &Value) -> String {
    if let [Value::String(name), Value::String(attribute)] = resource["Fn::GetAtt"].as_array().map_or(&[][..], |x| x) {
        assert_eq!(attribute, "Arn");
        return name.clone();
    }
    let text = resource["Fn::Sub"].as_str().unwrap_or_else(|| panic!("{resource} is no resource of the stack"));
    let (name, rest) = text.strip_prefix("${").and_then(|text| text.split_once(".Arn}")).expect("an ARN of the stack");
    assert!(rest.starts_with("/index/") && !rest.contains('*'), "{text}");
    format!("{name}{rest}")
}

/// What a function does for each of its events, and in what is rarer.
async fn used(function: &Function) -> BTreeSet<String> {
    let mut used = BTreeSet::new();
    for route in &function.routes {
        let demo = TestApp::with_demo().await;
        if route.operation == "refund_transaction" {
            let _purchase = demo.call_of(&demo_event("buy-product")).send().await.expect(200);
        }
        let (app, accesses) = demo.noting_accesses();
        let answer = app.call_of(&demo_event(&route.event())).send().await;
        assert!(answer.status.is_success() || route.key == "$default", "{}: {}", route.key, answer.shown());
        if route.operation == "list_transactions" {
            // An empty ledger makes it look whether there is such a flyer.
            let _unknown = app.get("/user/1/transactions").key(DEMO_KEY).send().await.expect(404);
        }
        used.append(&mut accesses.noted());
    }
    used.append(&mut match function.crate_name.as_str() {
        "end-stale-flights" => used_by_end_stale_flights().await,
        "archive-users" => used_by_archive_users().await,
        _ => BTreeSet::new(),
    });
    used
}

async fn used_by_end_stale_flights() -> BTreeSet<String> {
    let demo = TestApp::with_demo().await;
    let _flight = demo.call_of(&demo_event("server-start")).send().await.expect(200);
    demo.clock.advance(Duration::from_hours(1));
    let (app, accesses) = demo.noting_accesses();
    let run = end_stale_flights::handle(&app.app, Duration::from_secs(10)).await.expect("the job runs");
    assert_eq!(run.ended, 1);
    accesses.noted()
}

/// With a Discord server that only one of the demo's members is still on.
async fn used_by_archive_users() -> BTreeSet<String> {
    let discord = MockServer::start().await;
    let people = json!([{ "user": { "id": "799600467218923521" }, "joined_at": "2024-02-02T18:00:00.000000+00:00" }]);
    let first = Mock::given(query_param("after", "0")).respond_with(ResponseTemplate::new(200).set_body_json(people));
    first.mount(&discord).await;
    let rest = Mock::given(any()).respond_with(ResponseTemplate::new(200).set_body_json(json!([])));
    rest.with_priority(10).mount(&discord).await;

    let demo = TestApp::with_demo().await;
    let (mut app, accesses) = demo.noting_accesses();
    app.app.discord = Some(Arc::new(DiscordConfig {
        api_url: discord.uri(),
        guild_id: "1".to_owned(),
        bot_token: "token".to_owned(),
        timeout: Duration::from_secs(10),
    }));
    let run = archive_users::handle(&app.app, Duration::from_secs(10), false).await.expect("the job runs");
    assert_eq!(run.discord.map(|synced| synced.left), Some(3));
    assert_eq!(run.archived, 5);
    accesses.noted()
}

#[tokio::test]
async fn each_role_allows_what_its_function_does_and_nothing_else() {
    let template = Template::read();
    for function in template.functions() {
        let log_group = function.properties["LoggingConfig"]["LogGroup"]["Ref"].as_str().expect("a log group");
        let mut expected =
            BTreeSet::from(["CreateLogStream", "PutLogEvents"].map(|action| format!("logs:{action} {log_group}")));
        let on_failure = &function.properties["EventInvokeConfig"]["DestinationConfig"]["OnFailure"];
        if let Some(queue) = on_failure["Destination"]["Fn::GetAtt"][0].as_str() {
            expected.insert(format!("sqs:SendMessage {queue}"));
        }
        expected.extend(used(&function).await.into_iter().map(|access| format!("dynamodb:{access}")));
        assert_eq!(allowed(&template, &function), expected, "{}", function.crate_name);
    }
}
