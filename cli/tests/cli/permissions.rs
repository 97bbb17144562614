//! The functions' roles in `template.yaml` allow what their code does, and nothing else.

use serde_json::{Value, json};
use shared::members::{DiscordConfig, GithubConfig};
use shared::outside::Secret;
use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;
use testing::template::{Function, Route, Template};
use testing::{Access, Accesses, DEMO_KEY, DEMO_SUPER_USER, Fault, TestApp, demo_event};
use wiremock::matchers::{any, query_param};
use wiremock::{Mock, MockServer, ResponseTemplate};

/// A statement of a role: actions on resources, of items whose partition keys begin with one of `keys`; of all, if none.
#[derive(Debug)]
struct Statement {
    actions: BTreeSet<String>,
    resources: BTreeSet<String>,
    keys: Option<BTreeSet<String>>,
}

/// The statements of a function's role.
fn statements(template: &Template, function: &Function) -> Vec<Statement> {
    let role = function.properties["Role"]["Fn::GetAtt"][0].as_str().expect("a function has a role of its own");
    let policies = template.resource(role)["Properties"]["Policies"].as_array().expect("a role has policies");
    let statements = policies.iter().flat_map(|policy| policy["PolicyDocument"]["Statement"].as_array().unwrap());
    // Some are there only where a secret is configured.
    statements.map(|statement| Statement::of(statement["Fn::If"].get(1).unwrap_or(statement))).collect()
}

impl Statement {
    fn of(statement: &Value) -> Self {
        assert_eq!(statement["Effect"], "Allow");
        let text = |value: &Value| value.as_str().expect("text").to_owned();
        let keys = statement.get("Condition").map(|condition| {
            let condition = condition.as_object().expect("a condition");
            assert_eq!(condition.keys().collect::<Vec<_>>(), ["ForAllValues:StringLike"]);
            let keys = &condition["ForAllValues:StringLike"]["dynamodb:LeadingKeys"];
            one_or_more(keys).into_iter().map(|key| text(key).trim_end_matches('*').to_owned()).collect()
        });
        Self {
            actions: one_or_more(&statement["Action"]).into_iter().map(text).collect(),
            resources: one_or_more(&statement["Resource"]).into_iter().map(name).collect(),
            keys,
        }
    }

    fn allows(&self, access: &Access) -> bool {
        let has_key = match (&self.keys, &access.key) {
            (Some(keys), Some(key)) => keys.contains(key),
            (None, _) => true,
            (Some(_), None) => false,
        };
        has_key
            && self.actions.contains(&format!("dynamodb:{}", access.action))
            && self.resources.contains(&access.resource)
    }

    /// What of it nobody makes use of.
    fn unused(&self, used: &BTreeSet<Access>) -> Vec<String> {
        let allowed: Vec<_> = used.iter().filter(|access| self.allows(access)).collect();
        let of_actions: BTreeSet<_> =
            allowed.iter().map(|access| format!("dynamodb:{} {}", access.action, access.resource)).collect();
        let of_keys: BTreeSet<_> = allowed.iter().filter_map(|access| access.key.clone()).collect();
        let unused_keys = self.keys.iter().flatten().filter(|key| !of_keys.contains(*key)).cloned();
        lines(&[self]).difference(&of_actions).cloned().chain(unused_keys).collect()
    }
}

fn one_or_more(value: &Value) -> Vec<&Value> {
    value.as_array().map_or_else(|| vec![value], |values| values.iter().collect())
}

/// `FlightsTable` or `FlightsTable/index/upcoming`, or a parameter. Only ARNs of the stack's own resources, and those that
/// it was given, are understood.
fn name(resource: &Value) -> String {
    if let Some(parameter) = resource["Ref"].as_str() {
        return parameter.to_owned();
    }
    if let [Value::String(name), Value::String(attribute)] = resource["Fn::GetAtt"].as_array().map_or(&[][..], |x| x) {
        assert_eq!(attribute, "Arn");
        return name.clone();
    }
    let text = resource["Fn::Sub"].as_str().unwrap_or_else(|| panic!("{resource} is no resource of the stack"));
    let (name, rest) = text.strip_prefix("${").and_then(|text| text.split_once(".Arn}")).expect("an ARN of the stack");
    assert!(rest.starts_with("/index/") && !rest.contains('*'), "{text}");
    format!("{name}{rest}")
}

/// What a function does for each of its events, when something is in the way as well, and in what is rarer.
async fn used(function: &Function) -> BTreeSet<Access> {
    let mut used = BTreeSet::new();
    for route in &function.routes {
        used.append(&mut used_by_route(route).await);
        if route.key.starts_with("GET ") {
            continue;
        }
        // An attempt to write that may have taken effect is looked into. The write is one of the first calls.
        for calls_before in 1..=3 {
            let (app, accesses) = fresh(route).await;
            let undisturbed = std::iter::repeat_n(Fault::None, calls_before);
            app.wire.disturb(undisturbed.chain([Fault::CutBefore, Fault::Conflict]));
            let _whatever = app.call_of(&demo_event(&route.event())).send().await;
            used.append(&mut accesses.noted());
        }
    }
    used.append(&mut match function.crate_name.as_str() {
        "end-stale-flights" => used_by_end_stale_flights().await,
        "archive-users" => used_by_archive_users().await,
        "audit" => used_by_audit().await,
        "users" => used_by_rarer_routes_of_users().await,
        _ => BTreeSet::new(),
    });
    used
}

/// The demo with what a route's event needs, behind an instance whose accesses are noted.
async fn fresh(route: &Route) -> (TestApp, Accesses) {
    let demo = crate::with_demo().await;
    if route.operation == "refund_transaction" {
        let _purchase = demo.call_of(&demo_event("buy-product")).send().await.expect(200);
    }
    demo.noting_accesses()
}

async fn used_by_route(route: &Route) -> BTreeSet<Access> {
    let (app, accesses) = fresh(route).await;
    let event = demo_event(&route.event());
    let answer = app.call_of(&event).send().await;
    assert!(answer.status.is_success() || route.key == "$default", "{}: {}", route.key, answer.shown());
    match route.operation.as_str() {
        // An empty ledger makes it look whether there is such a flyer.
        "list_transactions" => drop(app.get("/user/1/transactions").key(DEMO_KEY).send().await.expect(404)),
        // A refusal makes it look whether the same request was answered meanwhile.
        "buy_product" => {
            let unknown = app.post("/user/123456789/buyProduct").json(&json!({ "productId": "zzzzzz" }));
            let _refused = unknown.key(DEMO_KEY).header("idempotency-key", "another").send().await.expect(404);
        }
        "board_passenger" => {
            let passenger: Value = serde_json::from_str(event["body"].as_str().expect("a body")).expect("JSON");
            let again = app.post(event["rawPath"].as_str().expect("a path")).json(&passenger);
            let _refused = again.key(DEMO_KEY).header("idempotency-key", "another").send().await.expect(409);
        }
        _ => {}
    }
    accesses.noted()
}

async fn used_by_end_stale_flights() -> BTreeSet<Access> {
    let demo = crate::with_demo().await;
    let _flight = demo.call_of(&demo_event("server-start")).send().await.expect(200);
    demo.clock.advance(Duration::from_hours(1));
    let (app, accesses) = demo.noting_accesses();
    let run = end_stale_flights::handle(&app.app, Duration::from_secs(10)).await.expect("the job runs");
    assert_eq!(run.ended, 1);
    accesses.noted()
}

/// A Discord server that only one of the demo's members is still on, and how to reach it.
pub async fn discord_server() -> (MockServer, DiscordConfig) {
    let discord = MockServer::start().await;
    let people = json!([{ "user": { "id": "799600467218923521" }, "joined_at": "2024-02-02T18:00:00.000000+00:00" }]);
    let first = Mock::given(query_param("after", "0")).respond_with(ResponseTemplate::new(200).set_body_json(people));
    first.mount(&discord).await;
    let rest = Mock::given(any()).respond_with(ResponseTemplate::new(200).set_body_json(json!([])));
    rest.with_priority(10).mount(&discord).await;
    let config = DiscordConfig {
        api_url: discord.uri(),
        guild_id: "1".to_owned(),
        bot_token: Secret::Given("token".to_owned()),
        timeout: Duration::from_secs(10),
    };
    (discord, config)
}

async fn used_by_archive_users() -> BTreeSet<Access> {
    let (_discord, config) = discord_server().await;
    let demo = crate::with_demo().await;
    let (mut app, accesses) = demo.noting_accesses();
    app.app.outside.discord = Some(Arc::new(config));
    let run = archive_users::handle(&app.app, Duration::from_secs(10), false).await.expect("the job runs");
    assert_eq!(run.discord.map(|synced| synced.left), Some(3));
    assert_eq!(run.archived, 5);
    accesses.noted()
}

async fn used_by_audit() -> BTreeSet<Access> {
    let demo = crate::with_demo().await;
    let _purchase = demo.call_of(&demo_event("buy-product")).send().await.expect(200);
    let (app, accesses) = demo.noting_accesses();
    let run = audit::handle(&app.app, Duration::from_mins(10)).await.expect("the job runs");
    assert!(run.is_complete);
    accesses.noted()
}

/// A sign-up with all that must be unique, and the listing that asks GitHub.
async fn used_by_rarer_routes_of_users() -> BTreeSet<Access> {
    let github = MockServer::start().await;
    let found = json!({ "total_count": 1, "items": [{ "user": { "login": "ada-lovelace" }, "closed_at": null }] });
    Mock::given(any()).respond_with(ResponseTemplate::new(200).set_body_json(found)).mount(&github).await;
    let demo = crate::with_demo().await;
    let (mut app, accesses) = demo.noting_accesses();
    app.app.outside.github = Some(Arc::new(GithubConfig {
        api_url: github.uri(),
        org: "skysquad".to_owned(),
        token: Secret::Given("token".to_owned()),
        timeout: Duration::from_secs(10),
    }));
    let app = app.configured(|_| {});
    let session = app.session(DEMO_SUPER_USER);
    let listed = app.get("/users?query=filterBy:OPEN_PRS").bearer(&session).send().await.expect(200).json();
    assert_eq!(listed["users"].as_array().map(Vec::len), Some(1));
    let grace = json!({
        "first_name": "Grace",
        "last_name": "Hopper",
        "username": "grace-hopper",
        "github_id": "grace",
        "github_user_id": "1906",
        "discordId": "799600467218923599",
    });
    let _signed_up = app.post("/users").bearer(&session).json(&grace).send().await.expect(200);
    accesses.noted()
}

#[tokio::test]
async fn each_role_allows_what_its_function_does_and_nothing_else() {
    let template = Template::read();
    for function in template.functions() {
        let name = &function.crate_name;
        let statements = statements(&template, &function);
        let (of_tables, others): (Vec<_>, Vec<_>) = statements
            .iter()
            .partition(|statement| statement.actions.iter().all(|action| action.starts_with("dynamodb:")));
        let used = used(&function).await;
        let refused: Vec<_> =
            used.iter().filter(|access| !of_tables.iter().any(|statement| statement.allows(access))).collect();
        assert!(refused.is_empty(), "{name} is not allowed {refused:#?}");
        let unused: Vec<_> = of_tables.iter().flat_map(|statement| statement.unused(&used)).collect();
        assert!(unused.is_empty(), "{name} has no use for {unused:#?}");
        assert_eq!(lines(&others), expected_beside_tables(&function), "{name}");
    }
}

/// What a role allows, an action on a resource each.
fn lines(statements: &[&Statement]) -> BTreeSet<String> {
    let mut lines = BTreeSet::new();
    for statement in statements {
        for action in &statement.actions {
            lines.extend(statement.resources.iter().map(|resource| format!("{action} {resource}")));
        }
    }
    lines
}

/// To log, to leave a failed run's event, and to read the secrets that it is told of.
fn expected_beside_tables(function: &Function) -> BTreeSet<String> {
    let log_group = function.properties["LoggingConfig"]["LogGroup"]["Ref"].as_str().expect("a log group");
    let mut expected =
        BTreeSet::from(["CreateLogStream", "PutLogEvents"].map(|action| format!("logs:{action} {log_group}")));
    let on_failure = &function.properties["EventInvokeConfig"]["DestinationConfig"]["OnFailure"];
    if let Some(queue) = on_failure["Destination"]["Fn::GetAtt"][0].as_str() {
        expected.insert(format!("sqs:SendMessage {queue}"));
    }
    let variables = function.properties["Environment"]["Variables"].as_object().expect("variables");
    for (_, secret) in variables.iter().filter(|(name, _)| name.ends_with("_ARN")) {
        expected.insert(format!("secretsmanager:GetSecretValue {}", secret["Ref"].as_str().expect("a parameter")));
    }
    expected
}

/// Members and flyers share a table: which of its items a function gets at is said wherever it can be.
#[test]
fn only_the_audit_gets_at_every_item() {
    let template = Template::read();
    for function in template.functions() {
        for statement in statements(&template, &function) {
            let is_of_table = statement.resources.iter().all(|resource| resource.ends_with("Table"));
            let is_limited = statement.keys.is_some();
            assert!(
                is_limited || !is_of_table || function.crate_name == "audit",
                "{}: {statement:?}",
                function.crate_name
            );
        }
    }
}

/// But for traces, whose actions know no resources.
#[test]
fn no_policy_allows_everything() {
    let template = Template::read();
    for (name, policy) in template.resources("AWS::IAM::ManagedPolicy") {
        assert_eq!(
            policy["Properties"]["PolicyDocument"]["Statement"],
            json!([{
                "Effect": "Allow",
                "Action": ["xray:PutTelemetryRecords", "xray:PutTraceSegments"],
                "Resource": "*",
            }]),
            "{name}"
        );
    }
    for (name, role) in template.resources("AWS::IAM::Role") {
        assert_eq!(role["Properties"]["ManagedPolicyArns"], json!([{ "Ref": "TracesPolicy" }]), "{name}");
        let statements = role["Properties"]["Policies"][0]["PolicyDocument"]["Statement"].as_array().unwrap();
        for statement in statements {
            for wide in [&statement["Action"], &statement["Resource"]] {
                assert!(!wide.to_string().contains('*'), "{name}: {wide}");
            }
        }
    }
}
