//! The local session key. `session` signs tokens with it, and `serve` verifies them.

use anyhow::{Context, Result};
use aws_lc_rs::encoding::{AsDer, Pkcs8V1Der, PublicKeyX509Der};
use aws_lc_rs::rsa::{KeyPair, KeySize};
use aws_lc_rs::signature::KeyPair as _;
use clap::Args;
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use serde_json::{Map, Value};
use shared::models::MemberId;
use std::fs::{self, OpenOptions};
use std::io::{ErrorKind, Write};
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

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
    github_id: Option<String>,
    /// GitHub user ID to state in the session; signing up with it gives it to the member
    #[arg(long, value_name = "NUMBER")]
    github_user_id: Option<String>,
}

/// Prints a session token.
pub fn print(options: &Options) -> Result<ExitCode> {
    println!("{}", SessionKey::open()?.token_with(&options.user_id, options.ttl, &options.github())?);
    Ok(ExitCode::SUCCESS)
}

impl Options {
    /// Returns the claims about GitHub.
    fn github(&self) -> Map<String, Value> {
        let claims = [("github_id", &self.github_id), ("github_user_id", &self.github_user_id)];
        claims.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value.clone()?.into()))).collect()
    }
}

/// An RSA key that signs session tokens.
pub struct SessionKey {
    pem: String,
}

impl SessionKey {
    /// Reads the key from `$SKYSQUAD_HOME/session-key.pem` (default `.skysquad/session-key.pem`). If the file does not
    /// exist, creates it with a new key, readable only by its owner.
    pub fn open() -> Result<Self> {
        let home = std::env::var_os("SKYSQUAD_HOME").map_or_else(|| PathBuf::from(".skysquad"), PathBuf::from);
        let file = home.join("session-key.pem");
        match fs::read_to_string(&file) {
            Ok(pem) => Ok(Self { pem }),
            Err(error) if error.kind() == ErrorKind::NotFound => {
                Self::create(&file).with_context(|| format!("cannot create {}", file.display()))
            }
            Err(error) => Err(error).with_context(|| format!("cannot read {}", file.display())),
        }
    }

    fn create(file: &std::path::Path) -> Result<Self> {
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
            Ok(()) => Ok(Self { pem }),
            Err(error) if error.kind() == ErrorKind::AlreadyExists => Ok(Self { pem: fs::read_to_string(file)? }),
            Err(error) => Err(error.into()),
        }
    }

    /// Returns a session token of the member that is valid from now on for `ttl`.
    pub fn token(&self, member: &MemberId, ttl: Duration) -> Result<String> {
        self.token_with(member, ttl, &Map::new())
    }

    /// Creates a session with further claims.
    pub fn token_with(&self, member: &MemberId, ttl: Duration, further: &Map<String, Value>) -> Result<String> {
        let now = SystemTime::now().duration_since(UNIX_EPOCH)?;
        let mut claims = further.clone();
        claims.insert("userId".to_owned(), member.as_str().into());
        claims.insert("iat".to_owned(), now.as_secs().into());
        claims.insert("exp".to_owned(), now.saturating_add(ttl).as_secs().into());
        let key = EncodingKey::from_rsa_pem(self.pem.as_bytes()).context("the session key is not an RSA key in PEM")?;
        Ok(encode(&Header::new(Algorithm::RS256), &claims, &key)?)
    }

    /// Returns the public key, which verifies tokens, in PEM format.
    pub fn public_pem(&self) -> Result<String> {
        let der = pem::parse(&self.pem).context("the session key is not in PEM format")?;
        let pair =
            KeyPair::from_pkcs8(der.contents()).ok().context("the session key is not an RSA key in PKCS #8 format")?;
        let public = AsDer::<PublicKeyX509Der>::as_der(pair.public_key())
            .ok()
            .context("cannot encode the public session key")?;
        Ok(pem::encode(&pem::Pem::new("PUBLIC KEY", public.as_ref())))
    }
}
