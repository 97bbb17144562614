//! A running `skysquad serve`.

use serde_json::Value;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use tempfile::TempDir;

/// The demo airline's key.
pub const KEY: &str = "sky_demo-key-for-local-use-only";

/// A `skysquad` command with its own home directory and an empty environment.
pub fn skysquad(home: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_skysquad"));
    command.env_clear().env("SKYSQUAD_HOME", home);
    command
}

/// A running server. Killed when dropped.
pub struct Server {
    process: Child,
    /// URL of the API.
    pub url: String,
    /// URL of DynamoDB.
    pub dynamodb: String,
    home: TempDir,
}

impl Server {
    /// Starts a server on free ports.
    pub fn start(options: &[&str]) -> Self {
        let home = TempDir::new().expect("a directory");
        let mut process = skysquad(home.path())
            .args(["serve", "--port", "0", "--dynamodb-port", "0"])
            .args(options)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("the binary starts");
        let mut ready = String::new();
        BufReader::new(process.stdout.take().expect("it is piped")).read_line(&mut ready).expect("a line");
        let words: Vec<&str> = ready.split_whitespace().collect();
        let ["ready", url, "dynamodb", dynamodb] = words[..] else { panic!("not ready: {ready:?}") };
        Self { url: url.to_owned(), dynamodb: dynamodb.to_owned(), process, home }
    }

    /// Runs another command on the server's tables.
    pub fn run(&self, arguments: &[&str]) -> Output {
        let mut command = skysquad(self.home.path());
        command.args(arguments).args(["--endpoint-url", &self.dynamodb]).output().expect("the binary runs")
    }

    /// Returns a session token that the server accepts.
    pub fn session(&self, arguments: &[&str]) -> String {
        let printed = skysquad(self.home.path()).arg("session").args(arguments).output().expect("the binary runs");
        assert!(printed.status.success(), "{printed:?}");
        String::from_utf8(printed.stdout).expect("it is text").trim().to_owned()
    }

    /// Sends a request and returns the status and the body.
    pub fn send(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> (u16, Value) {
        send(method, &format!("{}{path}", self.url), headers, body)
    }

    /// Sends a request with the demo airline's key.
    pub fn call(&self, method: &str, path: &str, body: &str) -> (u16, Value) {
        self.send(method, path, &[("x-api-key", KEY)], body)
    }

    /// Asks the server to stop, and returns how it did.
    pub fn stop(mut self) -> Option<i32> {
        let stopped = Command::new("kill").arg(self.process.id().to_string()).status().expect("kill is there");
        assert!(stopped.success());
        self.process.wait().expect("it ends").code()
    }

    /// Kills the server.
    pub fn kill(mut self) {
        self.process.kill().expect("it runs");
        self.process.wait().expect("it ends");
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _may_have_ended = self.process.kill();
        let _may_have_ended = self.process.wait();
    }
}

/// Sends a request and returns the status and the body, which is null if it is empty.
pub fn send(method: &str, url: &str, headers: &[(&str, &str)], body: &str) -> (u16, Value) {
    let mut request = ureq::http::Request::builder().method(method).uri(url);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let agent: ureq::Agent =
        ureq::config::Config::builder().http_status_as_error(false).allow_non_standard_methods(true).build().into();
    let answer = if body.is_empty() {
        agent.run(request.body(()).expect("a good request"))
    } else {
        agent.run(request.body(body.to_owned()).expect("a good request"))
    };
    let mut answer = answer.expect("an answer");
    let text = answer.body_mut().read_to_string().expect("text");
    (answer.status().as_u16(), serde_json::from_str(&text).unwrap_or(Value::Null))
}
