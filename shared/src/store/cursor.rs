//! Paging: an opaque cursor that is good for one listing.

use aws_lc_rs::digest::{SHA256, digest};
use data_encoding::BASE64URL_NOPAD;

/// One page of a listing.
#[derive(Debug, Clone, PartialEq)]
pub struct Page<T> {
    /// What is on it.
    pub items: Vec<T>,
    /// Where the next page begins; none on the last one.
    pub next: Option<String>,
}

/// The cursor is not one of this listing's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a cursor of this listing")]
pub struct BadCursor;

/// Bytes of checksum.
const CHECKSUM: usize = 8;

/// A position in a listing, as text. The checksum tells a damaged cursor, or one of another listing, from a
/// good one. It is no secret and need not be: a cursor only says where in the listing to go on, and whoever
/// may read the listing may go anywhere in it.
pub(super) fn encode(listing: &str, position: &str) -> String {
    let mut bytes = checksum(listing, position).to_vec();
    bytes.extend_from_slice(position.as_bytes());
    BASE64URL_NOPAD.encode(&bytes)
}

/// The position that a cursor of this listing holds.
pub(super) fn decode(listing: &str, cursor: &str) -> Result<String, BadCursor> {
    let bytes = BASE64URL_NOPAD.decode(cursor.as_bytes()).map_err(|_| BadCursor)?;
    let (sum, position) = bytes.split_at_checked(CHECKSUM).ok_or(BadCursor)?;
    let position = std::str::from_utf8(position).map_err(|_| BadCursor)?;
    if sum == checksum(listing, position) { Ok(position.to_owned()) } else { Err(BadCursor) }
}

fn checksum(listing: &str, position: &str) -> [u8; CHECKSUM] {
    let digest = digest(&SHA256, format!("{listing}\n{position}").as_bytes());
    digest.as_ref()[..CHECKSUM].try_into().expect("a SHA-256 digest has 32 bytes")
}

impl<T> Page<T> {
    /// The page made of up to `limit` of the items. Where there are more, the last one shown gives the
    /// position to go on after.
    pub(super) fn of(mut items: Vec<T>, limit: usize, listing: &str, position: impl Fn(&T) -> String) -> Self {
        let more = items.len() > limit;
        items.truncate(limit);
        let next = items.last().filter(|_| more).map(|last| encode(listing, &position(last)));
        Self { items, next }
    }
}
