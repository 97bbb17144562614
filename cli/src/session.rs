//! Session tokens, and the keys that sign them: the local one, which `serve` uses too, or a stack's, in AWS KMS.

use anyhow::{Context, Error, Result};
use aws_lc_rs::encoding::{AsDer, Pkcs8V1Der};
use aws_lc_rs::rsa::{KeyPair, KeySize};
use clap::Args;
use login::KmsSigner;
use shared::auth::{LocalSigner, SessionClaims, Signer, session_token};
use shared::models::{GithubLogin, GithubNumber, MemberId};
use shared::{Clock, SystemClock};
use std::fs::{self, OpenOptions};
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

#[derive(Debug, Args)]
pub struct Options {
    /// ID of the member, who does not have to exist
    #[arg(long, value_name = "ID")]
    user_id: MemberId,
    /// Time until the token expires, such as 30d or "1h 30m"
    #[arg(long, default_value = "30d", value_parser = humantime::parse_duration)]
    ttl: Duration,
    /// GitHub login to state in the session; signing up with it gives it to the member
    #[arg(long, value_name = "LOGIN")]
    github_id: Option<GithubLogin>,
    /// GitHub user ID to state in the session; signing up with it gives it to the member
    #[arg(long, value_name = "NUMBER")]
    github_user_id: Option<GithubNumber>,
    /// ID of the KMS key that signs, as a stack's output `SessionKeyId` names it, which takes the permission `kms:Sign`. By
    /// default, the local key
    #[arg(long, value_name = "ID", env = "SESSION_KEY_ID")]
    key_id: Option<String>,
}

#[derive(Debug, Args)]
pub struct KeysOptions {
    /// IDs of KMS keys, as a stack's output `SessionKeyId` names it. By default, the local key
    #[arg(value_name = "KEY_ID", env = "SESSION_KEY_ID", value_delimiter = ',')]
    key_ids: Vec<String>,
}

/// Prints a session token.
pub async fn print(options: Options) -> Result<ExitCode> {
    let Options { user_id, ttl, github_id, github_user_id, key_id } = options;
    let signer: Box<dyn Signer> = match key_id {
        Some(key_id) => Box::new(KmsSigner::new(key_id)),
        None => Box::new(local_signer()?),
    };
    let claims = SessionClaims { member: user_id, github_id, github_user_id, issued_at: SystemClock.now(), ttl };
    println!("{}", session_token(&*signer, &claims).await.map_err(Error::from_boxed)?);
    Ok(ExitCode::SUCCESS)
}

/// Prints public keys, each after a line with its ID, as `SESSION_PUBLIC_KEYS` takes them.
pub async fn print_keys(options: KeysOptions) -> Result<ExitCode> {
    if options.key_ids.is_empty() {
        let signer = local_signer()?;
        print!("kid: {}\n{}", signer.key_id(), signer.public_pem());
    }
    for key_id in options.key_ids {
        let signer = KmsSigner::new(key_id);
        let pem = signer.public_pem().await.map_err(Error::from_boxed);
        print!("kid: {}\n{}", signer.key_id(), pem.with_context(|| format!("cannot read {}", signer.key_id()))?);
    }
    Ok(ExitCode::SUCCESS)
}

/// Returns a session token of a member that is valid from now on for `ttl`.
pub async fn token_of(signer: &dyn Signer, member: MemberId, ttl: Duration) -> Result<String> {
    let issued_at = SystemClock.now();
    let claims = SessionClaims { member, github_id: None, github_user_id: None, issued_at, ttl };
    session_token(signer, &claims).await.map_err(Error::from_boxed)
}

/// Reads the local key from `$SKYSQUAD_HOME/session-key.pem` (default `.skysquad/session-key.pem`). If the file does not
/// exist, creates it with a new key, readable only by its owner.
pub fn local_signer() -> Result<LocalSigner> {
    let home = std::env::var_os("SKYSQUAD_HOME").map_or_else(|| PathBuf::from(".skysquad"), PathBuf::from);
    let file = home.join("session-key.pem");
    let pem = match fs::read_to_string(&file) {
        Ok(pem) => pem,
        Err(error) if error.kind() == ErrorKind::NotFound => {
            create(&file).with_context(|| format!("cannot create {}", file.display()))?
        }
        Err(error) => return Err(error).with_context(|| format!("cannot read {}", file.display())),
    };
    LocalSigner::from_pem(&pem).map_err(Error::msg)
}

fn create(file: &Path) -> Result<String> {
    let pair = KeyPair::generate(KeySize::Rsa2048).ok().context("cannot generate an RSA key")?;
    let der = AsDer::<Pkcs8V1Der>::as_der(&pair).ok().context("cannot encode the RSA key as PKCS #8")?;
    let pem = pem::encode(&pem::Pem::new("PRIVATE KEY", der.as_ref()));
    if let Some(home) = file.parent() {
        fs::create_dir_all(home)?;
    }
    // The key is written to a temporary file, which is then linked into place. Readers never see an incomplete
    // file, and if two processes create a key at the same time, both use the one that was linked first.
    let draft = file.with_extension(format!("{}.draft", std::process::id()));
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(&draft)?.write_all(pem.as_bytes())?;
    let linked = fs::hard_link(&draft, file);
    fs::remove_file(&draft)?;
    match linked {
        Ok(()) => Ok(pem),
        Err(error) if error.kind() == ErrorKind::AlreadyExists => Ok(fs::read_to_string(file)?),
        Err(error) => Err(error.into()),
    }
}
