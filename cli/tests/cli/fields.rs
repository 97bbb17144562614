//! Every field of every body, by its kind: which values are refused, which are kept and how, and which count as not
//! given. A new field fails the first test until its kind is known.

mod kinds;

use crate::documents::{Operation, openapi, operations};
use crate::events;
use aws_sdk_dynamodb::types::AttributeValue;
use engine::demo::FLYER;
use kinds::{Kind, kind};
use serde_json::{Value, json};
use testing::{Answer, Stored, TestApp, body_with, demo_event};

/// A field of the body of an operation.
#[derive(Debug)]
struct Field {
    operation: String,
    name: String,
    kind: Kind,
    is_required: bool,
}

/// The fields of all bodies.
fn fields() -> Vec<Field> {
    let document = openapi();
    let mut fields = Vec::new();
    for operation in operations() {
        let schema = &operation.described["requestBody"]["content"]["application/json"]["schema"];
        let Some(reference) = schema["$ref"].as_str() else { continue };
        let schema = document.pointer(reference.trim_start_matches('#')).expect("a reference leads somewhere");
        let required: Vec<&str> =
            schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
        for (name, schema) in schema["properties"].as_object().into_iter().flatten() {
            fields.push(Field {
                operation: operation.event(),
                kind: kind(name, schema).unwrap_or_else(|| panic!("{}: {name} has no kind", operation.event())),
                is_required: required.contains(&name.as_str()),
                name: name.clone(),
            });
        }
    }
    assert!(fields.len() > 80, "there are fields");
    fields
}

impl Field {
    /// Sends the operation's example with this field as the given JSON; without the field if that is empty.
    async fn send(&self, app: &TestApp, json: &str) -> Answer {
        let mut event = events::event(&self.operation);
        let good = serde_json::from_str(event["body"].as_str().expect("a body")).expect("an example is JSON");
        event["body"] = body_with(&good, &self.name, json).into();
        app.call_of(&event).send().await
    }

    /// Whether `null` removes what is stored.
    fn is_removable(&self) -> bool {
        let removes_all = ["update-self", "update-own-profile"];
        removes_all.contains(&self.operation.as_str())
            || [
                ("change-product", "description"),
                ("change-flight", "codeshareAirlineId"),
                ("change-discord", "discordId"),
            ]
            .contains(&(&self.operation, &self.name))
    }

    /// Returns whether a value that cannot be shown is left out: who boards must not lose miles over it.
    fn is_decoration(&self) -> bool {
        self.operation == "board-passenger" && ["username", "displayName", "avatarUrl"].contains(&&*self.name)
    }
}

/// Returns the message of an error, in the shape of either half of the API.
fn message(answer: &Answer) -> String {
    let body: Value = serde_json::from_slice(&answer.bytes).unwrap_or_default();
    body["message"].as_str().or(body["error"].as_str()).unwrap_or_default().to_owned()
}

/// Words with which an error would talk about this program instead of the request.
const INTERNAL: [&str; 8] = ["struct", "i64", "u64", "f64", "invalid type", "invalid value", "sequence", "expected"];

#[tokio::test]
async fn are_refused_with_the_field_and_the_kind() {
    let app = crate::with_demo().await;
    let before = Stored::of(&app).items().await;
    let (mut sent, mut wrong) = (0, Vec::new());
    for field in fields().iter().filter(|field| !field.is_decoration()) {
        for value in field.kind.refused() {
            let refused = field.send(&app, &value.to_string()).await;
            let message = message(&refused);
            let named = message.starts_with(&format!("\"{}", field.name))
                || ["Invalid role", "Invalid payload"].contains(&&*message);
            let said = message.replace(&field.name, "");
            let is_plain = !INTERNAL.iter().any(|word| said.contains(word));
            sent += 1;
            if refused.status != 400 || !named || !is_plain {
                wrong.push(format!("{} {value} → {} {message}", field.name, refused.status.as_u16()));
            }
        }
    }
    wrong.dedup();
    assert!(wrong.is_empty(), "{} of {sent}:\n{}", wrong.len(), wrong.join("\n"));
    assert_eq!(Stored::of(&app).items().await, before);
}

#[tokio::test]
async fn are_left_out_if_they_are_decoration() {
    let mut sent = 0;
    for field in fields().iter().filter(|field| field.is_decoration()) {
        let wrong_types = [json!(1.5), json!(false), json!({}), json!(["x"])];
        for value in field.kind.refused().into_iter().chain(wrong_types) {
            let app = crate::with_demo().await;
            let known = app.store().account(&FLYER.parse().unwrap()).await.unwrap().expect("a flyer of the demo").flyer;
            let mut event = demo_event(&field.operation);
            let mut body: Value = serde_json::from_str(event["body"].as_str().unwrap()).unwrap();
            (body["userId"], body[&field.name]) = (json!(FLYER), value);
            event["body"] = body.to_string().into();
            let boarded = app.call_of(&event).send().await.expect(201).json();
            assert_eq!(boarded["user"][&field.name], json!(known)[&field.name], "{body}");
            sent += 1;
        }
    }
    assert!(sent > 60, "{sent}");
}

/// Returns all stored strings and numbers, and those of an answer.
async fn values(app: &TestApp, answer: &Answer) -> String {
    let stored = format!("{:?}", Stored::of(app).items().await);
    stored + &String::from_utf8_lossy(&answer.bytes)
}

#[tokio::test]
async fn are_kept_in_one_spelling() {
    let (mut sent, mut wrong) = (0, Vec::new());
    for field in fields() {
        for (value, kept) in field.kind.kept() {
            let app = crate::with_demo().await;
            let answer = field.send(&app, &value.to_string()).await;
            sent += 1;
            let values = values(&app, &answer).await;
            // A text may follow another one, such as a note.
            let end = |kept: &str| format!("{kept:?})").split_off(1);
            let spelled = kept.as_str().map_or_else(|| format!("N(\"{kept}\")"), end);
            let is_kept = answer.status.is_success() && values.contains(&spelled);
            let is_respelled =
                kept != value && value.as_str().is_some_and(|value| values.contains(&format!("S({value:?})")));
            if !is_kept || is_respelled {
                wrong.push(format!(
                    "{}: {} {value} → {}",
                    field.operation,
                    field.name,
                    answer.shown().replace('\n', "")
                ));
            }
        }
    }
    assert!(wrong.is_empty(), "{} of {sent}:\n{}", wrong.len(), wrong.join("\n"));
}

/// Sends a field in two ways to equal communities, and returns the two answers if they differ.
async fn difference(field: &Field, one: &str, other: &str) -> Option<String> {
    let mut outcomes = Vec::new();
    for json in [one, other] {
        let app = crate::with_demo().await;
        let answer = field.send(&app, json).await;
        outcomes.push((
            answer.status,
            String::from_utf8_lossy(&answer.bytes).into_owned(),
            Stored::of(&app).items().await,
        ));
    }
    let differ = outcomes[0] != outcomes[1];
    differ.then(|| {
        let shown: Vec<_> = outcomes.iter().map(|(status, body, _)| format!("{} {body}", status.as_u16())).collect();
        format!("{}: {} {one} → {}", field.operation, field.name, shown.join(" instead of "))
    })
}

#[tokio::test]
async fn are_not_given_when_null_or_blank() {
    let mut sent = 0;
    let mut wrong = Vec::new();
    for field in fields() {
        if field.is_removable() {
            continue;
        }
        let is_text =
            matches!(field.kind, Kind::Line | Kind::Lines | Kind::Link | Kind::Avatar | Kind::Email | Kind::Phone);
        let blanks: &[&str] =
            if is_text && !field.is_required { &["null", r#""""#, r#"" \t\u2003""#] } else { &["null"] };
        for blank in blanks {
            sent += 1;
            wrong.extend(difference(&field, blank, "").await);
        }
    }
    assert!(wrong.is_empty(), "{} of {sent}:\n{}", wrong.len(), wrong.join("\n"));
}

#[tokio::test]
async fn are_the_same_number_in_any_notation() {
    let mut wrong = Vec::new();
    for field in fields() {
        let Kind::Quantity(value) = field.kind else { continue };
        let exponent = format!(
            "{}e{}",
            value.to_string().trim_end_matches('0'),
            value.to_string().len() - value.to_string().trim_end_matches('0').len()
        );
        for notation in [format!("{value}.0"), exponent] {
            wrong.extend(difference(&field, &notation, &value.to_string()).await);
        }
    }
    assert!(wrong.is_empty(), "{}:\n{}", wrong.len(), wrong.join("\n"));
}

/// The second spellings of a number.
fn spellings(number: &str) -> Vec<String> {
    ["0", "00", "+", "-", "%20"]
        .map(|sign| format!("{sign}{number}"))
        .into_iter()
        .chain([format!("{number}.0")])
        .collect()
}

/// A path or a parameter with another spelling of an id names nobody.
#[tokio::test]
async fn with_ids_of_others_have_no_second_spelling_in_paths() {
    let app = crate::with_demo().await;
    let before = Stored::of(&app).items().await;
    let mut sent = 0;
    for operation in operations().into_iter().filter(|operation| operation.path.starts_with("/user/{id}")) {
        let mut event = events::event(&operation.event());
        let path = event["rawPath"].as_str().expect("a path").to_owned();
        let id = path.split('/').nth(2).expect("an id").to_owned();
        for spelling in spellings(&id) {
            event["rawPath"] = path.replacen(&id, &spelling, 1).into();
            let _unknown = app.call_of(&event).send().await.expect(404);
            sent += 1;
        }
    }
    assert!(sent >= 18, "{sent} requests");

    let mut event = events::event("fetch-users-data");
    let mut ids = spellings("123456789");
    ids.push("123456789".to_owned());
    event["body"] = json!(ids).to_string().into();
    let data = app.call_of(&event).send().await.expect(200).json()["data"].take();
    let known: Vec<_> = data.as_array().expect("data").iter().filter(|one| !one["user"].is_null()).collect();
    assert_eq!((data.as_array().map(Vec::len), known.len(), &known[0]["userId"]), (Some(7), 1, &json!("123456789")));

    let mut event = events::event("list-users");
    event["rawQueryString"] = "discordId=799600467218923521".into();
    let _known = app.call_of(&event).send().await.expect(200);
    for spelling in spellings("799600467218923521") {
        event["rawQueryString"] = format!("discordId={}", spelling.replace('+', "%2B")).into();
        let _unknown = app.call_of(&event).send().await.expect(404);
    }
    assert_eq!(Stored::of(&app).items().await, before);
}

/// Returns what a field could hold before its kind became as strict as it is; `None` if it held nothing else.
fn outdated(name: &str, value: &str) -> Option<String> {
    let is_own_notation = ["username", "id"].contains(&name);
    match kind(name, &Value::Null)? {
        Kind::Line | Kind::Lines if !is_own_notation => Some(format!("\u{202e} {value}\u{0}\u{2028}")),
        Kind::Link | Kind::Avatar => Some(format!("javascript:{value}")),
        Kind::Email => Some("nobody".to_owned()),
        Kind::RobloxId if name == "gameId" => Some(format!("game {value}")),
        Kind::DiscordId => Some(format!("0{value}")),
        Kind::GithubLogin | Kind::GithubNumber => Some(format!("{value} \u{e4}")),
        _ => None,
    }
}

/// Replaces in an answer what [`outdated`] replaces in the tables.
fn with_outdated(answer: &mut Value) {
    match answer {
        Value::Array(elements) => elements.iter_mut().for_each(with_outdated),
        Value::Object(fields) => {
            for (name, value) in fields {
                match value.as_str().and_then(|text| outdated(name, text)) {
                    Some(text) => *value = text.into(),
                    None if name == "phone" && value.is_u64() => *value = 0.into(),
                    None => with_outdated(value),
                }
            }
        }
        _ => {}
    }
}

/// What is stored was valid once, or came with an import. It is answered as it is.
#[tokio::test]
async fn stay_readable_when_their_kind_becomes_stricter() {
    let app = crate::with_demo().await;
    let is_read =
        |operation: &Operation| operation.method == "GET" && operation.described["responses"].get("200").is_some();
    let reads: Vec<_> = operations().into_iter().filter(is_read).collect();
    let events: Vec<_> = reads.iter().map(|read| events::event(&read.event())).collect();
    let mut expected = Vec::new();
    for event in &events {
        let mut answer = app.call_of(event).send().await.json();
        // That of the route itself is not stored.
        let message = answer.get("message").cloned();
        with_outdated(&mut answer);
        if let Some(message) = message {
            answer["message"] = message;
        }
        expected.push(answer);
    }
    let mut replaced = 0;
    let replacement = |name: &str, value: &AttributeValue| match value {
        AttributeValue::S(text) => outdated(name, text).map(AttributeValue::S),
        AttributeValue::N(_) if name == "phone" => Some(AttributeValue::N("0".to_owned())),
        _ => None,
    };
    Stored::of(&app).replace(replacement).await;

    for ((read, event), expected) in reads.iter().zip(&events).zip(expected) {
        replaced += expected.to_string().matches("\u{202e}").count();
        assert_eq!(app.call_of(event).send().await.expect(200).json(), expected, "{}", read.route_key());
    }
    assert!(replaced > 50, "{replaced} texts were replaced");
}
