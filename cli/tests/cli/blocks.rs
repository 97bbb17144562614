//! Blocks of documents that are made from the code. A block stands between `<!-- name -->` and `<!-- /name -->`. Where it is
//! not what the code makes of it, its test fails; with `UPDATE_DOCS=1` in the environment, the test writes it.

use crate::documents::at_top;
use std::fs;
use std::sync::Mutex;

/// Tests that write blocks of the same document take turns.
static WRITING: Mutex<()> = Mutex::new(());

/// Holds a block of a document to what the code makes of it.
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
    assert!(
        std::env::var_os("UPDATE_DOCS").is_some(),
        "{document} is not current; run: UPDATE_DOCS=1 cargo test -p skysquad --test cli. The block {name} is to be:\n{made}"
    );
    fs::write(&path, [before, &begin, &made, &end, after].concat()).unwrap();
}
