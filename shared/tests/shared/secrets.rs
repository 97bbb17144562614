//! Secrets stored in AWS Secrets Manager.

use aws_sdk_secretsmanager::config::{BehaviorVersion, Builder, Credentials, Region};
use serde_json::json;
use shared::models::Timestamp;
use shared::outside::{Secret, Secrets};
use std::time::Duration;
use wiremock::matchers::{body_json, header};
use wiremock::{Mock, MockServer, ResponseTemplate};

const ARN: &str = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:discord-AbCdEf";

fn now() -> Timestamp {
    testing::START.parse().unwrap()
}

fn secrets(manager: &MockServer) -> Secrets {
    let credentials = Credentials::new("id", "secret", None, None, "test");
    Secrets::with_config(
        Builder::new()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::new("eu-west-1"))
            .credentials_provider(credentials)
            .endpoint_url(manager.uri()),
    )
}

fn answer(text: &str) -> Mock {
    let answer = json!({ "ARN": ARN, "Name": "discord", "VersionId": "1", "SecretString": text });
    Mock::given(header("x-amz-target", "secretsmanager.GetSecretValue"))
        .and(body_json(json!({ "SecretId": ARN })))
        .respond_with(ResponseTemplate::new(200).set_body_json(answer))
}

#[tokio::test]
async fn are_used_directly_when_given() {
    let manager = MockServer::start().await;
    let secret = Secret::Given("t0ken".to_owned());
    assert_eq!(secrets(&manager).read(&secret, now()).await.unwrap(), "t0ken");
    assert_eq!(manager.received_requests().await.unwrap().len(), 0);
}

#[tokio::test]
async fn are_cached_until_they_may_have_been_rotated() {
    let manager = MockServer::start().await;
    let (secrets, secret) = (secrets(&manager), Secret::Kept(ARN.to_owned()));
    let first = answer("t0ken").mount_as_scoped(&manager).await;
    let almost = now().plus(Duration::from_secs(299));
    for at in [now(), now(), almost] {
        assert_eq!(secrets.read(&secret, at).await.unwrap(), "t0ken");
    }
    assert_eq!(first.received_requests().await.len(), 1);
    drop(first);
    let _rotated = answer("another").mount_as_scoped(&manager).await;
    assert_eq!(secrets.read(&secret, almost).await.unwrap(), "t0ken");
    assert_eq!(secrets.read(&secret, now().plus(Duration::from_mins(5))).await.unwrap(), "another");
}

#[tokio::test]
async fn are_read_again_after_a_failure() {
    let manager = MockServer::start().await;
    let (secrets, secret) = (secrets(&manager), Secret::Kept(ARN.to_owned()));
    let denied = json!({ "__type": "AccessDeniedException", "Message": "not authorized" });
    let denied = Mock::given(wiremock::matchers::any()).respond_with(ResponseTemplate::new(400).set_body_json(denied));
    let denied = denied.mount_as_scoped(&manager).await;
    let error = secrets.read(&secret, now()).await.unwrap_err();
    let message = shared::store::with_causes(&error);
    assert!(
        message.starts_with(&format!("{ARN} cannot be read: ")) && message.contains("AccessDeniedException"),
        "{message}"
    );
    drop(denied);
    let _answer = answer("t0ken").mount_as_scoped(&manager).await;
    assert_eq!(secrets.read(&secret, now()).await.unwrap(), "t0ken");
}

#[tokio::test]
async fn must_be_text() {
    let manager = MockServer::start().await;
    let binary = json!({ "ARN": ARN, "Name": "discord", "VersionId": "1", "SecretBinary": "AAEC" });
    let answer = ResponseTemplate::new(200).set_body_json(binary);
    Mock::given(wiremock::matchers::any()).respond_with(answer).mount(&manager).await;
    let error = secrets(&manager).read(&Secret::Kept(ARN.to_owned()), now()).await.unwrap_err();
    assert_eq!(shared::store::with_causes(&error), format!("{ARN} cannot be read: it is not text"));
}
