//! The audit finds what is wrong, and nothing else.

mod community;
mod mutations;
mod poison;
mod set_back;
mod traffic;

use shared::audit::audit;
use testing::TestApp;

/// Returns what an audit finds.
async fn findings(app: &TestApp) -> Vec<String> {
    let mut findings = Vec::new();
    let audit = audit(app.context(), |breach| findings.push(breach.to_string()), |_| {});
    audit.await.expect("the audit should complete");
    findings
}

/// Returns an item's keys, separated by a space.
fn name(item: &testing::Item) -> String {
    let key = |name: &str| item[name].as_s().expect("keys are strings").clone();
    format!("{} {}", key("pk"), key("sk"))
}
