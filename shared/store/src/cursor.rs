//! Pagination: opaque cursors, each valid for one listing.

use crate::CursorError;
use crate::item::{Item, readable};
use crate::stored::Stored;
use aws_lc_rs::digest::{SHA256, digest};
use data_encoding::BASE64URL_NOPAD;

/// One page of a listing.
#[derive(Debug, Clone, PartialEq)]
pub struct Page<T> {
    /// The items on the page.
    pub items: Vec<T>,
    /// Cursor of the next page; `None` on the last page.
    pub next: Option<String>,
}

/// Length of a cursor's checksum in bytes.
const CHECKSUM_BYTES: usize = 8;

/// Encodes a position in a listing as a cursor. The checksum detects cursors that are damaged or belong to another
/// listing. It is not secret and need not be: a cursor only says where in the listing to continue, and whoever may read
/// the listing may start anywhere in it.
pub(crate) fn encode(listing: &str, position: &str) -> String {
    let mut bytes = checksum(listing, position).to_vec();
    bytes.extend_from_slice(position.as_bytes());
    BASE64URL_NOPAD.encode(&bytes)
}

/// Maximum length of a position in bytes. With its prefix it is a sort key, which may have 1,024 bytes.
const MAX_POSITION_BYTES: usize = 512;

/// Returns the position that a cursor of this listing encodes. A cursor may be made by hand, so the position is checked to
/// be possible in a sort key.
pub(crate) fn decode(listing: &str, cursor: &str) -> Result<String, CursorError> {
    let bytes = BASE64URL_NOPAD.decode(cursor.as_bytes()).map_err(|_| CursorError)?;
    let (sum, position) = bytes.split_at_checked(CHECKSUM_BYTES).ok_or(CursorError)?;
    let position = std::str::from_utf8(position).map_err(|_| CursorError)?;
    let is_possible = (1..=MAX_POSITION_BYTES).contains(&position.len());
    if is_possible && sum == checksum(listing, position) { Ok(position.to_owned()) } else { Err(CursorError) }
}

fn checksum(listing: &str, position: &str) -> [u8; CHECKSUM_BYTES] {
    let digest = digest(&SHA256, format!("{listing}\n{position}").as_bytes());
    digest.as_ref()[..CHECKSUM_BYTES].try_into().expect("a SHA-256 digest has 32 bytes")
}

impl<T> Page<T> {
    /// Creates a page of the first `limit` items, without those that cannot be read. If there are more, the position of
    /// the last of them becomes the cursor of the next page.
    pub(crate) fn of<S: Stored>(
        mut items: Vec<Item>,
        limit: usize,
        listing: &str,
        position: impl Fn(&Item) -> String,
        value: impl Fn(S) -> T,
    ) -> Self {
        let more = items.len() > limit;
        items.truncate(limit);
        let next = items.last().filter(|_| more).map(|last| encode(listing, &position(last)));
        Self { items: items.into_iter().filter_map(readable).map(value).collect(), next }
    }
}
