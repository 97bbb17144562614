//! The README's sessions: each command, sent to a fresh server, returns the response printed below it.

use crate::documents::at_top;
use crate::server::{Server, send};
use serde_json::Value;
use std::fs;

/// A command and its response.
struct Step {
    command: String,
    answer: String,
}

/// Returns the steps in the README's `console` blocks: a command after `$ `, continued after a line that ends in `\`,
/// then its response up to the next command.
fn steps(readme: &str) -> Vec<Step> {
    let mut steps: Vec<Step> = Vec::new();
    let mut in_block = false;
    let mut continues = false;
    for line in readme.lines() {
        if line.starts_with("```") {
            in_block = line == "```console";
        } else if in_block && (continues || line.starts_with("$ ")) {
            if !continues {
                steps.push(Step { command: String::new(), answer: String::new() });
            }
            let step = steps.last_mut().expect("a command began");
            let part = line.strip_prefix("$ ").unwrap_or(line);
            continues = part.ends_with('\\');
            step.command.push_str(part.trim_end_matches('\\'));
        } else if in_block {
            steps.last_mut().expect("answers follow commands").answer.push_str(line);
        }
    }
    steps
}

/// Sends the request that `curl` would send, with the options that the README uses. Returns null if there is no body.
fn curl(server: &Server, command: &str) -> Value {
    let words = shlex::split(command).expect("a command that a shell could read");
    assert_eq!(words[0], "curl");
    let (mut method, mut url, mut headers, mut body) = (None, String::new(), Vec::new(), String::new());
    let mut words = words.into_iter().skip(1);
    while let Some(word) = words.next() {
        let mut value = || words.next().expect("an option has a value");
        match word.as_str() {
            "-X" => method = Some(value()),
            "-H" => headers.push(value()),
            "-d" => body = value(),
            "-s" => {}
            _ => url = word.replace("http://127.0.0.1:3000", &server.url),
        }
    }
    let method = method.unwrap_or_else(|| if body.is_empty() { "GET" } else { "POST" }.to_owned());
    let headers: Vec<_> = headers.iter().map(|header| header.split_once(": ").expect("name: value")).collect();
    send(&method, &url, &headers, &body).1
}

/// The demo's own times are before this year, present times after its start.
const TODAY: &str = "2026";
const TODAY_IN_MS: u64 = 1_767_225_600_000;
/// Times after this one are not present times, either.
const AGES_AWAY_IN_MS: u64 = 4_000_000_000_000;

/// Replaces present times, which differ from run to run.
fn without_times(value: &mut Value) {
    match value {
        Value::Number(number) if number.as_u64().is_some_and(|ms| (TODAY_IN_MS..AGES_AWAY_IN_MS).contains(&ms)) => {
            *value = "now".into();
        }
        Value::String(text) if text.len() == 24 && text.ends_with('Z') && text.as_str() > TODAY => {
            "now".clone_into(text);
        }
        Value::Array(values) => values.iter_mut().for_each(without_times),
        Value::Object(fields) => fields.values_mut().for_each(without_times),
        _ => {}
    }
}

/// Parses a command that sets a shell variable to what `skysquad` prints, into the variable's name and the arguments.
fn assignment(command: &str) -> Option<(&str, Vec<String>)> {
    let (variable, rest) = command.split_once("=$(cargo run -q -- ")?;
    Some((variable, shlex::split(rest.strip_suffix(')')?)?))
}

#[test]
fn every_answer_in_the_readme_is_what_the_server_answers() {
    let readme = fs::read_to_string(at_top("README.md")).unwrap();
    let steps = steps(&readme);
    assert!(steps.len() >= 15, "the README shows sessions");
    let server = Server::start(&[]);
    let mut variables: Vec<(String, String)> = Vec::new();
    for Step { mut command, answer } in steps {
        if let Some((variable, arguments)) = assignment(&command) {
            let printed = server.run(&arguments.iter().map(String::as_str).collect::<Vec<_>>());
            assert!(printed.status.success() && answer.is_empty(), "{command}");
            let printed = String::from_utf8(printed.stdout).unwrap();
            variables.push((format!("${variable}"), printed.trim_end().to_owned()));
            continue;
        }
        for (variable, value) in &variables {
            command = command.replace(variable, value);
        }
        let mut expected = match answer.as_str() {
            "" => Value::Null,
            answer => serde_json::from_str(answer).unwrap_or_else(|_| panic!("{command}: {answer}")),
        };
        let mut answered = curl(&server, &command);
        without_times(&mut expected);
        without_times(&mut answered);
        assert_eq!(answered, expected, "{command}");
    }
}
