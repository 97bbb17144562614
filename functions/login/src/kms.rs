//! Signing with a key that never leaves AWS KMS.

use aws_sdk_kms::Client;
use aws_sdk_kms::config::Builder;
use aws_sdk_kms::primitives::Blob;
use aws_sdk_kms::types::{MessageType, SigningAlgorithmSpec};
use shared::auth::{Signature, Signer, public_pem};
use shared::store::Cause;
use tokio::sync::OnceCell;

/// Signs with an RSA key in AWS KMS. The first use creates the client.
#[derive(Debug)]
pub struct KmsSigner {
    key_id: String,
    config: Option<Builder>,
    client: OnceCell<Client>,
}

impl KmsSigner {
    /// Creates a signer with the key with the given id.
    #[must_use]
    pub fn new(key_id: String) -> Self {
        Self { key_id, config: None, client: OnceCell::new() }
    }

    /// Uses the given client configuration instead of the environment's.
    #[must_use]
    pub fn with_config(self, config: Builder) -> Self {
        Self { config: Some(config), ..self }
    }

    /// Returns the public key in PEM format. One request to KMS.
    ///
    /// # Errors
    /// Returns an error if KMS rejects the request.
    pub async fn public_pem(&self) -> Result<String, Cause> {
        let answer = self.client().await.get_public_key().key_id(&self.key_id).send().await?;
        let der = answer.public_key.ok_or("KMS returned no public key")?;
        Ok(public_pem(der.into_inner()))
    }

    async fn client(&self) -> &Client {
        let connect = async || match &self.config {
            Some(config) => Client::from_conf(config.clone().build()),
            None => Client::new(&aws_config::defaults(aws_config::BehaviorVersion::latest()).load().await),
        };
        self.client.get_or_init(connect).await
    }
}

impl Signer for KmsSigner {
    fn key_id(&self) -> &str {
        &self.key_id
    }

    fn sign<'a>(&'a self, message: &'a [u8]) -> Signature<'a> {
        Box::pin(async move {
            let request = self.client().await.sign().key_id(&self.key_id).message(Blob::new(message));
            let request = request.message_type(MessageType::Raw);
            let answer = request.signing_algorithm(SigningAlgorithmSpec::RsassaPkcs1V15Sha256).send().await?;
            Ok(answer.signature.ok_or("KMS returned no signature")?.into_inner())
        })
    }
}
