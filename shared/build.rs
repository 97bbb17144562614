//! Lists the crates of this workspace for `telemetry`, so that none is forgotten when one is added.

use std::path::Path;
use std::{env, fs};

fn main() {
    let manifest = Path::new(&env::var("CARGO_MANIFEST_DIR").expect("Cargo sets it")).join("../Cargo.toml");
    println!("cargo::rerun-if-changed={}", manifest.display());
    let manifest = fs::read_to_string(manifest).expect("this crate is in a folder of the workspace");
    // Every package of the workspace is a dependency by path there.
    let packages = manifest.lines().filter_map(|line| line.split_once(" = { path = ")).map(|(name, _)| name);
    let crates: Vec<_> = packages.map(|name| format!("{:?}", name.replace('-', "_"))).collect();
    let list = format!("[{}, \"skysquad\"]", crates.join(", "));
    let file = Path::new(&env::var("OUT_DIR").expect("Cargo sets it")).join("crates.rs");
    fs::write(file, list).expect("Cargo makes the folder");
}
