//! DynamoDB in this process, for local work and tests: the crate `dynoxide-rs`, on SQLite, in memory or in a file,
//! reached over loopback by the same AWS SDK client as the real one. And a demo community to fill it with.

pub mod demo;

use aws_sdk_dynamodb::config::{BehaviorVersion, Builder, Credentials, Region};
use dynoxide::Database;
use dynoxide::server::serve_with_shutdown;
use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::thread::JoinHandle;
use std::time::Duration;
use tokio::sync::oneshot;

/// How often expired items are deleted. DynamoDB itself promises "within a few days".
const SWEEP_EVERY: Duration = Duration::from_mins(1);

/// How long open connections may finish when the engine stops.
const STOP_WITHIN: Duration = Duration::from_secs(1);

/// Where an engine listens and keeps its data.
#[derive(Debug, Clone)]
pub struct Options {
    /// Address to listen on.
    pub host: IpAddr,
    /// Port to listen on; 0 picks a free one.
    pub port: u16,
    /// File to keep the data in; in memory, if none.
    pub data: Option<PathBuf>,
    /// What [`Engine::save`] wrote, to begin with; what is there, if none.
    pub contents: Option<PathBuf>,
}

impl Default for Options {
    fn default() -> Self {
        Self { host: Ipv4Addr::LOCALHOST.into(), port: 0, data: None, contents: None }
    }
}

/// A running engine. Stops when dropped.
pub struct Engine {
    address: SocketAddr,
    database: Database,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Engine {
    /// Starts an engine, on a thread of its own: SQLite works synchronously and would hold up other tasks.
    ///
    /// # Errors
    /// When the port is taken or a file cannot be opened.
    pub fn start(options: &Options) -> io::Result<Self> {
        let listener = TcpListener::bind((options.host, options.port))?;
        listener.set_nonblocking(true)?;
        let address = listener.local_addr()?;
        let database = match &options.data {
            None => Database::memory(),
            Some(file) => Database::new(&file.to_string_lossy()),
        };
        let database = database.map_err(io::Error::other)?;
        if let Some(contents) = &options.contents {
            database.restore_from(&contents.to_string_lossy()).map_err(io::Error::other)?;
        }
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let (stop, stopped) = oneshot::channel::<()>();
        let served = database.clone();
        let thread = std::thread::Builder::new().name("dynamodb".to_owned()).spawn(move || {
            runtime.block_on(run(listener, served, stopped));
            runtime.shutdown_timeout(STOP_WITHIN);
        })?;
        Ok(Self { address, database, stop: Some(stop), thread: Some(thread) })
    }

    /// Where it listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Writes all data to a new file.
    ///
    /// # Errors
    /// When the file is there already, or cannot be written.
    pub fn save(&self, file: &Path) -> io::Result<()> {
        self.database.vacuum_into(&file.to_string_lossy()).map_err(io::Error::other)
    }

    /// The client configuration that reaches it.
    #[must_use]
    pub fn config(&self) -> Builder {
        config(&format!("http://{}", self.address))
    }
}

/// The client configuration that reaches a local engine at an endpoint; any credentials will do.
#[must_use]
pub fn config(endpoint: &str) -> Builder {
    aws_sdk_dynamodb::Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::from_static("us-east-1"))
        .credentials_provider(Credentials::new("local", "local", None, None, "local"))
        .endpoint_url(endpoint)
}

async fn run(listener: TcpListener, database: Database, stopped: oneshot::Receiver<()>) {
    let listener = tokio::net::TcpListener::from_std(listener).expect("the listener is non-blocking");
    let swept = database.clone();
    let sweep = async move {
        loop {
            tokio::time::sleep(SWEEP_EVERY).await;
            // On a thread of its own: it reads everything, and lets requests in between.
            let database = swept.clone();
            let sweeping = tokio::task::spawn_blocking(move || database.sweep_ttl());
            // What could not be deleted now is next time; nobody reads it as valid meanwhile.
            let _result = sweeping.await;
        }
    };
    let serve = serve_with_shutdown(listener, database, std::future::pending());
    tokio::select! {
        _ = serve => {}
        () = sweep => {}
        // Also when the engine is dropped without a word.
        _ = stopped => {}
    }
}

impl Drop for Engine {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            // It has nothing to say but that it panicked, which it said already.
            let _result = thread.join();
        }
    }
}
