//! `skysquad example-export`, and importing what it makes.

use super::{expect_sound, said};
use crate::server::{Server, skysquad};
use insta::assert_snapshot;
use std::fs;
use std::path::Path;
use tempfile::TempDir;

const KINDS: [&str; 8] =
    ["members", "airlines", "brands", "products", "flights", "flyers", "passengers", "transactions"];

fn export(directory: &Path, options: &[&str]) -> std::process::Output {
    let mut command = skysquad(directory);
    command.arg("example-export").arg(directory.join("export")).args(options).output().unwrap()
}

/// What each import prints, as a line.
fn import_all(server: &Server, directory: &Path) -> String {
    let one = |kind: &str| {
        let file = directory.join(format!("export/{kind}.ndjson"));
        let imported = server.run(&["import", kind, "--rate", "1000000", file.to_str().unwrap()]);
        format!("{kind}: {}", said(&imported).trim_end().replace('\n', "; "))
    };
    KINDS.map(one).join("\n")
}

#[test]
fn imports_a_made_up_export_and_changes_nothing_the_second_time() {
    let directory = TempDir::new().unwrap();
    let written = export(directory.path(), &["--rows", "150"]);
    assert!(written.status.success(), "{written:?}");
    let server = Server::start(&["--no-demo"]);

    assert_snapshot!(import_all(&server, directory.path()), @"
    members: 150 imported, 0 already present, 0 rejected
    airlines: 150 imported, 0 already present, 0 rejected
    brands: 150 imported, 0 already present, 0 rejected
    products: 150 imported, 0 already present, 0 rejected
    flights: 150 imported, 0 already present, 0 rejected
    flyers: 150 imported, 0 already present, 0 rejected
    passengers: 150 imported, 0 already present, 0 rejected
    transactions: 38 imported, 150 already present, 0 rejected
    ");
    expect_sound(&server);
    assert_snapshot!(import_all(&server, directory.path()), @"
    members: 0 imported, 150 already present, 0 rejected
    airlines: 0 imported, 150 already present, 0 rejected
    brands: 0 imported, 150 already present, 0 rejected
    products: 0 imported, 150 already present, 0 rejected
    flights: 0 imported, 150 already present, 0 rejected
    flyers: 0 imported, 150 already present, 0 rejected
    passengers: 0 imported, 150 already present, 0 rejected
    transactions: 0 imported, 188 already present, 0 rejected
    ");
    expect_sound(&server);
}

#[test]
fn makes_up_more_defects_on_demand_and_the_same_export_twice() {
    let [one, two, clean] = [(); 3].map(|()| TempDir::new().unwrap());
    for directory in [&one, &two] {
        export(directory.path(), &["--rows", "120", "--defects", "400", "--seed", "7"]);
    }
    for kind in KINDS {
        let read = |directory: &TempDir| fs::read(directory.path().join(format!("export/{kind}.ndjson"))).unwrap();
        assert!(read(&one) == read(&two), "{kind}");
    }
    let server = Server::start(&["--no-demo"]);
    let imported = import_all(&server, one.path());
    assert!(imported.contains("but a balance must not be negative"), "{imported}");
    assert!(imported.contains("has already boarded the flight"), "{imported}");
    assert!(imported.contains("a second time"), "{imported}");
    expect_sound(&server);

    export(clean.path(), &["--rows", "120", "--defects", "0"]);
    let server = Server::start(&["--no-demo"]);
    let imported = import_all(&server, clean.path());
    assert!(imported.lines().all(|line| line.ends_with(" 0 rejected")), "{imported}");
    expect_sound(&server);
}

#[test]
fn overwrites_no_export() {
    let directory = TempDir::new().unwrap();
    assert!(export(directory.path(), &["--rows", "1"]).status.success());
    let again = export(directory.path(), &["--rows", "1"]);
    assert_eq!(again.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&again.stderr).contains("cannot create"), "{again:?}");
}
