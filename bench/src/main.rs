//! Measures what invocations cost, and prints tables.

// The future that sends every request is nested deeper than the default allows.
#![recursion_limit = "256"]

mod handlers;
mod scene;
mod tape;

use anyhow::bail;
use std::path::Path;
use testing::template::repository;

fn main() -> anyhow::Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match arguments[..] {
        ["replay", file, times] => runtime.block_on(handlers::replay(Path::new(file), times.parse()?)),
        [] => table(&handlers::measure(&runtime, "", &repository().join("target/bench"))?),
        [filter] => table(&handlers::measure(&runtime, filter, &repository().join("target/bench"))?),
        _ => bail!("usage: bench [part of an operation's name]"),
    }
}

#[allow(clippy::unnecessary_wraps, reason = "the last step of main")]
fn table(measured: &[handlers::Measured]) -> anyhow::Result<()> {
    println!(
        "| operation | status | DynamoDB requests | response, bytes | instructions, thousands | allocations | bytes |"
    );
    println!("|---|--:|--:|--:|--:|--:|--:|");
    for one in measured {
        println!(
            "| {} | {} | {} | {} | {} | {} | {} |",
            one.name,
            one.status,
            one.requests,
            one.response_bytes,
            one.instructions / 1000,
            one.allocations,
            one.allocated_bytes
        );
    }
    Ok(())
}
