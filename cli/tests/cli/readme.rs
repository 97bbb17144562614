//! The README's first session: each `curl` command there, sent to a fresh server, gets the answer printed below it.

use crate::documents::at_top;
use crate::server::{Server, send};
use serde_json::Value;
use std::fs;

/// A command and what it answers.
struct Step {
    command: String,
    answer: String,
}

/// The steps in the README's `console` blocks: a command after `$ `, over several lines where one ends in `\`, then its
/// answer up to the next command.
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

/// Does what `curl` would do with the options that the README uses.
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

/// Takes out what differs from run to run: the times of today.
fn without_times(value: &mut Value) {
    match value {
        Value::String(text) if text.len() == 24 && text.ends_with('Z') && text.as_str() > "2026" => {
            "now".clone_into(text);
        }
        Value::Array(values) => values.iter_mut().for_each(without_times),
        Value::Object(fields) => fields.values_mut().for_each(without_times),
        _ => {}
    }
}

#[test]
fn every_answer_in_the_readme_is_what_the_server_answers() {
    let readme = fs::read_to_string(at_top("README.md")).unwrap();
    let steps: Vec<Step> = steps(&readme).into_iter().filter(|step| step.command.starts_with("curl")).collect();
    assert!(steps.len() >= 5, "the README shows a session");
    let server = Server::start(&[]);
    for Step { command, answer } in steps {
        let mut expected: Value = serde_json::from_str(&answer).unwrap_or_else(|_| panic!("{command}: {answer}"));
        let mut answered = curl(&server, &command);
        without_times(&mut expected);
        without_times(&mut answered);
        assert_eq!(answered, expected, "{command}");
    }
}
