//! DynamoDB inside the process, for local work and tests, and a demo community to fill it with.
//!
//! The crate `dynoxide-rs` implements DynamoDB's HTTP API on SQLite, in memory or in a file. It is reached over
//! loopback with the same AWS SDK client as the real DynamoDB.

mod contents;
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

/// Interval at which expired items are deleted. DynamoDB itself promises "within a few days".
const SWEEP_EVERY: Duration = Duration::from_mins(1);

/// Time that open connections get to finish when the engine stops.
const STOP_WITHIN: Duration = Duration::from_secs(1);

/// Configuration of an engine: its address and its data.
#[derive(Debug, Clone)]
pub struct Options {
    /// Address to listen on.
    pub host: IpAddr,
    /// Port to listen on, or 0 for any free port.
    pub port: u16,
    /// File in which to keep the data. `None` keeps it in memory.
    pub data: Option<PathBuf>,
    /// File written by [`Engine::save`] whose contents replace the data. `None` keeps the data that exists.
    pub contents: Option<PathBuf>,
}

impl Default for Options {
    fn default() -> Self {
        Self { host: Ipv4Addr::LOCALHOST.into(), port: 0, data: None, contents: None }
    }
}

/// A running engine. Dropping it stops it.
pub struct Engine {
    address: SocketAddr,
    database: Database,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Engine {
    /// Starts an engine on a thread of its own, because SQLite is synchronous and would block other tasks.
    ///
    /// # Errors
    /// Returns an error if the port is in use or a file cannot be opened.
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
            restore(&database, contents)?;
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

    /// Returns the address on which the engine listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Writes all data to a new file.
    ///
    /// # Errors
    /// Returns an error if the file already exists or cannot be written.
    pub fn save(&self, file: &Path) -> io::Result<()> {
        self.database.vacuum_into(&file.to_string_lossy()).map_err(io::Error::other)
    }

    /// Replaces all data with the contents of a file written by [`Engine::save`].
    ///
    /// # Errors
    /// Returns an error if the file cannot be read.
    pub fn restore(&self, file: &Path) -> io::Result<()> {
        restore(&self.database, file)
    }

    /// Returns a client configuration for this engine.
    #[must_use]
    pub fn config(&self) -> Builder {
        config(&format!("http://{}", self.address))
    }
}

/// Returns a client configuration for the local engine at an endpoint. The engine accepts any credentials.
#[must_use]
pub fn config(endpoint: &str) -> Builder {
    aws_sdk_dynamodb::Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::from_static("us-east-1"))
        .credentials_provider(Credentials::new("local", "local", None, None, "local"))
        .endpoint_url(endpoint)
}

fn restore(database: &Database, file: &Path) -> io::Result<()> {
    database.restore_from(&file.to_string_lossy()).map_err(io::Error::other)
}

async fn run(listener: TcpListener, database: Database, stopped: oneshot::Receiver<()>) {
    let listener = tokio::net::TcpListener::from_std(listener).expect("the listener is non-blocking");
    let swept = database.clone();
    let sweep = async move {
        loop {
            tokio::time::sleep(SWEEP_EVERY).await;
            // On a thread for blocking work, because it reads all data. Requests are handled in between.
            let database = swept.clone();
            let sweeping = tokio::task::spawn_blocking(move || database.sweep_ttl());
            // The next sweep deletes what this one could not. Readers ignore expired items until then.
            let _result = sweeping.await;
        }
    };
    let serve = serve_with_shutdown(listener, database, std::future::pending());
    tokio::select! {
        _ = serve => {}
        () = sweep => {}
        // Dropping the sender also completes the receiver.
        _ = stopped => {}
    }
}

impl Drop for Engine {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            // The only error is a panic of the thread, which has already been printed.
            let _result = thread.join();
        }
    }
}
