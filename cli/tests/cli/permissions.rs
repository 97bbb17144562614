//! The functions' roles in `template.yaml` allow what their code does, and nothing else.

use crate::events::event;
use crate::jobs;
use serde_json::{Value, json};
use shared::Invocation;
use shared::login::{GithubAccount, admit};
use shared::members::GithubConfig;
use shared::outside::Secret;
use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;
use testing::template::{Function, Route, Template};
use testing::{Access, Fault, TestApp, demo_session};
use wiremock::matchers::any;
use wiremock::{Mock, MockServer, ResponseTemplate};

/// A statement of a role: actions on resources, limited to items whose partition keys begin with one of `keys`, if any.
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

    /// Returns the actions and keys that no access uses.
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

/// Returns the name of a resource: `FlightsTable`, `FlightsTable/index/upcoming`, or a parameter that holds an ARN.
fn name(resource: &Value) -> String {
    // The stack's own resource unless another one is configured.
    if let Some(own) = resource["Fn::If"].get(2) {
        return name(own);
    }
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

/// Everything that a function does: for the events of its routes, each also refused and disturbed, and for its
/// schedules.
async fn used(function: &Function) -> BTreeSet<Access> {
    let mut used = BTreeSet::new();
    for route in &function.routes {
        used.append(&mut used_by_route(route).await);
    }
    if !function.schedules.is_empty() {
        let (mut app, accesses) = jobs::with_work().await.noting_accesses();
        jobs::run(&mut app, &function.crate_name).await;
        used.append(&mut accesses.noted());
    }
    match function.crate_name.as_str() {
        "users" => used.append(&mut used_by_rare_requests_of_users().await),
        "login" => used.append(&mut used_by_log_ins().await),
        _ => {}
    }
    used
}

/// What a route's event does on a fresh demo community, when it succeeds, when it is repeated and when it is refused.
/// If the route can write, also when one of its requests to DynamoDB is in doubt, and its retry is in conflict.
async fn used_by_route(route: &Route) -> BTreeSet<Access> {
    let event = event(&route.event());
    let (app, accesses) = crate::with_demo().await.noting_accesses();
    let answer = app.call_of(&event).send().await;
    let calls = app.wire.take_operations().len();
    assert!(answer.is_as_documented() || route.key == "$default", "{}: {}", route.key, answer.shown());
    for refused in [with_another_key(&event), of_unknown_items(&event)] {
        let _answer = app.call_of(&refused).send().await;
    }
    let mut used = accesses.noted();
    if !route.key.starts_with("GET ") {
        for undisturbed in 0..calls {
            let (app, accesses) = crate::with_demo().await.noting_accesses();
            let faults = std::iter::repeat_n(Fault::None, undisturbed).chain([Fault::CutBefore, Fault::Conflict]);
            app.wire.disturb(faults);
            let _answer = app.call_of(&event).send().await;
            used.append(&mut accesses.noted());
        }
    }
    used
}

/// The same request, but not recognizable as a repetition.
fn with_another_key(event: &Value) -> Value {
    let mut event = event.clone();
    if let Some(key) = event["headers"].get_mut("idempotency-key") {
        *key = "another".into();
    }
    event
}

/// The same request for items that do not exist: each parameter in its path has another value of the same form.
fn of_unknown_items(event: &Value) -> Value {
    let next = |c: char| match c {
        '9' => '0',
        'f' => 'a',
        'z' => 'g',
        '0'..='8' | 'a'..='e' | 'g'..='y' => char::from(u8::try_from(c).expect("ASCII") + 1),
        c => c,
    };
    let mut unknown = with_another_key(event);
    let Some((_, path)) = event["routeKey"].as_str().and_then(|key| key.split_once(' ')) else { return unknown };
    let mut path = path.to_owned();
    for (name, value) in event["pathParameters"].as_object().into_iter().flatten() {
        let value: String = value.as_str().expect("a parameter is text").chars().map(next).collect();
        path = path.replace(&format!("{{{name}}}"), &value);
    }
    unknown["rawPath"] = path.into();
    unknown
}

/// Signs up a member with every attribute that must be unique.
pub async fn sign_up_with_every_claim(app: &TestApp) {
    let grace = json!({
        "first_name": "Grace",
        "last_name": "Hopper",
        "username": "grace-hopper",
        "github_id": "grace",
        "github_user_id": "1906",
        "discordId": "799600467218923599",
    });
    let _signed_up = app.post("/users").bearer(&demo_session()).json(&grace).send().await.expect(200);
}

/// What no event does: a sign-up with everything that must be unique, and the listing that asks GitHub.
async fn used_by_rare_requests_of_users() -> BTreeSet<Access> {
    let github = MockServer::start().await;
    let found = json!({ "total_count": 1, "items": [{ "user": { "login": "ada-lovelace" }, "closed_at": null }] });
    Mock::given(any()).respond_with(ResponseTemplate::new(200).set_body_json(found)).mount(&github).await;
    let (mut app, accesses) = crate::with_demo().await.noting_accesses();
    app.app.outside.github = Some(Arc::new(GithubConfig {
        api_url: github.uri(),
        org: "skysquad".to_owned(),
        token: Secret::Given("token".to_owned()),
        timeout: Duration::from_secs(10),
    }));
    let app = app.configured(|_| {});
    let listed = app.get("/users?query=filterBy:OPEN_PRS").bearer(&demo_session()).send().await.expect(200).json();
    assert_eq!(listed["users"].as_array().map(Vec::len), Some(1));
    sign_up_with_every_claim(&app).await;
    accesses.noted()
}

/// What no event does, because it takes an answer of GitHub: the first log-in of a member, one with another login, and one
/// that takes over the login of another member.
async fn used_by_log_ins() -> BTreeSet<Access> {
    let (app, accesses) = crate::with_demo().await.noting_accesses();
    for (number, login) in [("1", "old"), ("1", "new"), ("2", "new")] {
        let account = GithubAccount {
            number: number.parse().expect("a number"),
            login: login.parse().expect("a login"),
            name: None,
            email: None,
            created_at: None,
        };
        let _member = Invocation::lasting(Duration::from_secs(10)).run(admit(app.context(), &account)).await;
    }
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

/// Each action that a role allows, with its resource.
fn lines(statements: &[&Statement]) -> BTreeSet<String> {
    let mut lines = BTreeSet::new();
    for statement in statements {
        for action in &statement.actions {
            lines.extend(statement.resources.iter().map(|resource| format!("{action} {resource}")));
        }
    }
    lines
}

/// What a function needs besides tables: writing its log, keeping the event of a failed run, and reading its secrets.
fn expected_beside_tables(function: &Function) -> BTreeSet<String> {
    let log_group = function.properties["LoggingConfig"]["LogGroup"]["Ref"].as_str().expect("a log group");
    let mut expected =
        BTreeSet::from(["CreateLogStream", "PutLogEvents"].map(|action| format!("logs:{action} {log_group}")));
    let on_failure = &function.properties["EventInvokeConfig"]["DestinationConfig"]["OnFailure"];
    if let Some(queue) = on_failure["Destination"]["Fn::GetAtt"][0].as_str() {
        expected.insert(format!("sqs:SendMessage {queue}"));
    }
    let variables = function.properties["Environment"]["Variables"].as_object().expect("variables");
    if variables.contains_key("SESSION_KEY_ID") {
        expected.insert("kms:Sign SessionKey".to_owned());
    }
    for (_, secret) in variables.iter().filter(|(name, _)| name.ends_with("_ARN")) {
        expected.insert(format!("secretsmanager:GetSecretValue {}", secret["Ref"].as_str().expect("a parameter")));
    }
    expected
}

/// Members and flyers share a table, so roles limit access to items.
#[test]
fn only_the_audit_can_access_every_item() {
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

/// Except for traces, whose actions cannot be limited to resources.
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
