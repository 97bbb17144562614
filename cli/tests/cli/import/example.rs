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
    members: 150 made, 0 there already, 0 refused
    airlines: 150 made, 0 there already, 0 refused
    brands: 150 made, 0 there already, 0 refused
    products: 150 made, 0 there already, 0 refused
    flights: 150 made, 0 there already, 0 refused
    flyers: 150 made, 0 there already, 0 refused
    passengers: 150 made, 0 there already, 0 refused
    transactions: 38 made, 150 there already, 0 refused
    ");
    expect_sound(&server);
    assert_snapshot!(import_all(&server, directory.path()), @"
    members: 0 made, 150 there already, 0 refused
    airlines: 0 made, 150 there already, 0 refused
    brands: 0 made, 150 there already, 0 refused
    products: 0 made, 150 there already, 0 refused
    flights: 0 made, 150 there already, 0 refused
    flyers: 0 made, 150 there already, 0 refused
    passengers: 0 made, 150 there already, 0 refused
    transactions: 0 made, 188 there already, 0 refused
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
    assert!(imported.contains("and no balance is below 0 here"), "{imported}");
    assert!(imported.contains("on that flight already"), "{imported}");
    assert!(imported.contains("a second time"), "{imported}");
    expect_sound(&server);

    export(clean.path(), &["--rows", "120", "--defects", "0"]);
    let server = Server::start(&["--no-demo"]);
    let imported = import_all(&server, clean.path());
    assert!(imported.lines().all(|line| line.ends_with(" 0 refused")), "{imported}");
    expect_sound(&server);
}

#[test]
fn overwrites_no_export() {
    let directory = TempDir::new().unwrap();
    assert!(export(directory.path(), &["--rows", "1"]).status.success());
    let again = export(directory.path(), &["--rows", "1"]);
    assert_eq!(again.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&again.stderr).contains("cannot make"), "{again:?}");
}
