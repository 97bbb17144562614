//! What a page of a listing or search may cost.

use std::sync::Arc;
use store::Invocation;

/// Maximum number of requests of an invocation that reads a page, except the one for the members on it, which may be
/// answered in two parts.
const MAX_REQUESTS: usize = 28;

/// Maximum number of read units of an invocation that reads a page, except those for the members on it.
const MAX_UNITS: f64 = 1100.0;

/// Read units for a response of a megabyte, the largest there is: one for each 8 kB, because it is eventually consistent.
const UNITS_PER_RESPONSE: f64 = 128.5;

/// Number of index entries per read unit. Entries take up to 2 kB, and most of them 100 bytes.
const ENTRIES_PER_UNIT: f64 = 4.0;

/// Minimum number of index entries per read: more than a member has in any facet, one per skill.
pub(super) const MIN_READ: usize = 64;

/// Read units for a member, who takes up to 32 kB.
const UNITS_PER_MEMBER: f64 = 4.0;

/// What is left of the requests and read units that the running invocation may consume for a page: 30 requests and
/// 1,500 read units with the members on the page. Retries count, too. Outside of an invocation, there is no limit.
#[derive(Clone)]
pub(super) struct Budget(Arc<Invocation>);

impl Budget {
    /// Returns the budget of the running invocation.
    pub fn current() -> Self {
        Self(Invocation::current())
    }

    fn units(&self) -> f64 {
        MAX_UNITS - self.0.read_units()
    }

    fn admits_requests(&self, requests: usize) -> bool {
        self.0.requests() as usize + requests <= MAX_REQUESTS
    }

    /// Returns the number of index entries that each of a number of reads may have, or `None` if there cannot be that
    /// many reads.
    #[allow(
        clippy::cast_precision_loss,
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "requests and units are few, and a negative number becomes 0"
    )]
    pub fn entries_for(&self, reads: usize) -> Option<usize> {
        let units = self.units() / reads.max(1) as f64;
        let entries = if units < UNITS_PER_RESPONSE { (units * ENTRIES_PER_UNIT) as usize } else { usize::MAX };
        (self.admits_requests(reads) && entries >= MIN_READ).then_some(entries)
    }

    /// Returns how many members may be read at once, or `None` if none may.
    #[allow(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "units are few, and a negative number becomes 0"
    )]
    pub fn members(&self) -> Option<usize> {
        let members = (self.units() / UNITS_PER_MEMBER) as usize;
        (self.admits_requests(1) && members > 0).then_some(members)
    }
}
