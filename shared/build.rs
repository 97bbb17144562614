//! Generates the list of this workspace's crates for `telemetry`, so that a new crate cannot be forgotten.

use std::path::Path;
use std::{env, fs};

fn main() {
    let manifest = Path::new(&env::var("CARGO_MANIFEST_DIR").expect("Cargo sets the variable")).join("../Cargo.toml");
    println!("cargo::rerun-if-changed={}", manifest.display());
    let manifest = fs::read_to_string(manifest).expect("the manifest of the workspace is in the parent folder");
    // The workspace declares each of its packages as a path dependency.
    let packages = manifest.lines().filter_map(|line| line.split_once(" = { path = ")).map(|(name, _)| name);
    let crates: Vec<_> = packages.map(|name| format!("{:?}", name.replace('-', "_"))).collect();
    let list = format!("[{}, \"skysquad\"]", crates.join(", "));
    let file = Path::new(&env::var("OUT_DIR").expect("Cargo sets the variable")).join("crates.rs");
    fs::write(file, list).expect("Cargo creates the folder");
}
