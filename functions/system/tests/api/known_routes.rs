//! `src/routes.txt` lists the routes of `openapi.json`.

use serde_json::Value;
use std::fs;
use testing::template::repository;

#[test]
fn are_those_of_the_reference() {
    let document = fs::read_to_string(repository().join("openapi.json")).unwrap();
    let document: Value = serde_json::from_str(&document).unwrap();
    let paths = document["paths"].as_object().unwrap().iter();
    let routes = paths.flat_map(|(path, item)| {
        let methods = item.as_object().unwrap().keys();
        methods.map(move |method| format!("{} {path}\n", method.to_uppercase()))
    });
    let expected = routes.collect::<String>();
    let file = repository().join("functions/system/src/routes.txt");
    if std::env::var_os("UPDATE_DOCS").is_some() {
        fs::write(&file, &expected).unwrap();
    }
    assert_eq!(fs::read_to_string(&file).unwrap(), expected, "run: UPDATE_DOCS=1 cargo test --workspace");
}
