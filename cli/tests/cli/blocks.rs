//! Generated files and generated blocks of documents. A block stands between `<!-- name -->` and `<!-- /name -->`. If a
//! file or block differs from what the code generates, its test fails; with `UPDATE_DOCS=1` in the environment, the
//! test writes it.

use crate::documents::at_top;
use std::fs;
use std::sync::Mutex;

/// Held while a block is written, because several tests write to the same document.
static WRITING: Mutex<()> = Mutex::new(());

/// Whether tests write what they generate.
pub fn is_updating() -> bool {
    std::env::var_os("UPDATE_DOCS").is_some()
}

/// What to do about a file that is not current.
pub const HOW_TO_UPDATE: &str = "is not current; run: UPDATE_DOCS=1 cargo test -p skysquad --test cli";

/// Compares a block of a document with what the code generates.
pub fn check(document: &str, name: &str, made: &str) {
    let _turn = WRITING.lock();
    let path = at_top(document);
    let text = fs::read_to_string(&path).unwrap();
    let (begin, end) = (format!("<!-- {name} -->\n"), format!("\n<!-- /{name} -->"));
    let (before, rest) = text.split_once(&begin).unwrap_or_else(|| panic!("{document} has no block {name}"));
    let (found, after) = rest.split_once(&end).unwrap_or_else(|| panic!("{document}: the block {name} does not end"));
    let made = format!("\n{}\n", made.trim());
    if found == made {
        return;
    }
    assert!(is_updating(), "{document} {HOW_TO_UPDATE}. The block {name} should be:\n{made}");
    fs::write(&path, [before, &begin, &made, &end, after].concat()).unwrap();
}

/// Compares a file with what the code generates.
pub fn check_file(name: &str, made: &str) {
    let path = at_top(name);
    if fs::read_to_string(&path).is_ok_and(|found| found == made) {
        return;
    }
    assert!(is_updating(), "{name} {HOW_TO_UPDATE}");
    fs::write(&path, made).unwrap();
}
