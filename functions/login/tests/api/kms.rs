//! Signing in AWS KMS, against a local server.

use aws_sdk_kms::config::{BehaviorVersion, Builder, Credentials, Region};
use login::KmsSigner;
use serde_json::{Value, json};
use shared::auth::{LocalSigner, SessionClaims, SessionVerifier, Signer, session_token};
use testing::Session;
use wiremock::matchers::header;
use wiremock::{Mock, MockServer, Request, ResponseTemplate};

fn signer(kms: &MockServer) -> KmsSigner {
    let credentials = Credentials::new("id", "secret", None, None, "test");
    let config = Builder::new()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new("eu-west-1"))
        .endpoint_url(kms.uri())
        .credentials_provider(credentials);
    KmsSigner::new("the-key".to_owned()).with_config(config)
}

#[tokio::test]
async fn makes_sessions_that_the_printed_key_verifies() {
    let kms = MockServer::start().await;
    let local = LocalSigner::from_pem(&Session::private_key()).expect("a key");
    let der = pem::parse(local.public_pem()).expect("it is PEM").into_contents();
    let answer = json!({ "KeyId": "the-key", "PublicKey": data_encoding::BASE64.encode(&der) });
    Mock::given(header("x-amz-target", "TrentService.GetPublicKey"))
        .respond_with(ResponseTemplate::new(200).set_body_json(answer))
        .mount(&kms)
        .await;
    Mock::given(header("x-amz-target", "TrentService.Sign"))
        .respond_with(|request: &Request| {
            let asked: Value = serde_json::from_slice(&request.body).expect("it is JSON");
            assert_eq!(asked["KeyId"], "the-key");
            assert_eq!(asked["MessageType"], "RAW");
            assert_eq!(asked["SigningAlgorithm"], "RSASSA_PKCS1_V1_5_SHA_256");
            let message =
                data_encoding::BASE64.decode(asked["Message"].as_str().expect("text").as_bytes()).expect("base64");
            let local = LocalSigner::from_pem(&Session::private_key()).expect("a key");
            let signature = std::thread::spawn(move || {
                let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
                runtime.block_on(async { local.sign(&message).await.expect("a signature") })
            });
            let signature = data_encoding::BASE64.encode(&signature.join().expect("it signs"));
            ResponseTemplate::new(200).set_body_json(json!({ "KeyId": "the-key", "Signature": signature }))
        })
        .mount(&kms)
        .await;
    let signer = signer(&kms);
    let printed = format!("kid: {}\n{}", signer.key_id(), signer.public_pem().await.expect("a public key"));
    let verifier = SessionVerifier::new(&printed, "rds-session".to_owned()).expect("the key is good");
    let now = testing::START.parse().expect("a time");
    let claims = SessionClaims {
        member: "ada".parse().expect("an id"),
        github_id: None,
        github_user_id: None,
        issued_at: now,
        ttl: std::time::Duration::from_mins(1),
    };

    let token = session_token(&signer, &claims).await.expect("a session");

    let bearer = format!("Bearer {token}").parse().expect("a header");
    let headers = [(http::header::AUTHORIZATION, bearer)].into_iter().collect();
    assert_eq!(verifier.verify(&headers, now).expect("it is valid").id.as_str(), "ada");
}

#[tokio::test]
async fn fails_where_the_caller_may_not_sign() {
    let kms = MockServer::start().await;
    let refused = json!({ "__type": "AccessDeniedException", "message": "not authorized to perform: kms:Sign" });
    Mock::given(wiremock::matchers::any())
        .respond_with(ResponseTemplate::new(400).set_body_json(refused))
        .mount(&kms)
        .await;
    assert!(signer(&kms).sign(b"message").await.is_err());
    assert!(signer(&kms).public_pem().await.is_err());
}
