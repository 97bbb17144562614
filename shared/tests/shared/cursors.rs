//! Cursors are valid only for the listing that issued them.

use shared::models::{FlightId, FlyerId, LedgerEntry, Passenger};
use shared::store::{CursorError, Page, PageError};
use std::time::Duration;
use testing::TestApp;

/// Two flights with the same five passengers, who boarded the first in order of their ids and the second in reverse.
struct Boarded {
    app: TestApp,
    flights: [FlightId; 2],
}

/// Returns a page or its cursor error. Panics on any other error.
fn cursor_error<T>(page: Result<Page<T>, PageError>) -> Result<Page<T>, CursorError> {
    page.map_err(|error| match error {
        PageError::Cursor(error) => error,
        PageError::Store(error) => panic!("{error}"),
    })
}

const FLYERS: [&str; 5] = ["1", "22", "333", "4444", "55555"];

impl Boarded {
    async fn start() -> Self {
        let app = crate::start().await;
        let key = app.airline("skyteam").await;
        let flights = [app.flight(&key, "skyteam").await, app.flight(&key, "skyteam").await];
        for flyer in FLYERS {
            app.board(&key, &flights[0], flyer, 1).await;
        }
        for flyer in FLYERS.iter().rev() {
            app.clock.advance(Duration::from_millis(1));
            app.board(&key, &flights[1], flyer, 2).await;
        }
        Self { app, flights: flights.map(|flight| flight.parse().unwrap()) }
    }

    async fn passengers(
        &self,
        flight: usize,
        limit: usize,
        cursor: Option<&str>,
    ) -> Result<Page<Passenger>, CursorError> {
        cursor_error(self.app.store().passengers_page(self.flights[flight], limit, cursor).await)
    }

    async fn ledger(&self, flyer: &str, limit: usize, cursor: Option<&str>) -> Result<Page<LedgerEntry>, CursorError> {
        let flyer: FlyerId = flyer.parse().unwrap();
        cursor_error(self.app.store().ledger_page(&flyer, limit, cursor).await)
    }
}

/// Returns a cursor with a correct checksum, as anybody can make one.
fn made_by_hand(listing: &str, position: &str) -> String {
    let checksum = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, format!("{listing}\n{position}").as_bytes());
    data_encoding::BASE64URL_NOPAD.encode(&[&checksum.as_ref()[..8], position.as_bytes()].concat())
}

#[tokio::test]
async fn made_by_hand_are_rejected_or_lead_somewhere() {
    let boarded = Boarded::start().await;
    let long = "1".repeat(2000);
    for position in ["", "#", "#1", &long, &format!("{long}#1")] {
        let cursor = made_by_hand(&format!("FLYER#{}", FLYERS[0]), position);
        let page = boarded.ledger(FLYERS[0], 10, Some(&cursor)).await;
        assert_eq!(page.is_err(), position.is_empty() || position.len() > 512, "{position}");
        let cursor = made_by_hand(&format!("FLIGHT#{}", boarded.flights[0]), position);
        assert!(boarded.passengers(0, 10, Some(&cursor)).await.is_err(), "{position}");
    }
    // The listing is named correctly above.
    let cursor = made_by_hand(&format!("FLIGHT#{}", boarded.flights[0]), "0#0");
    assert!(boarded.passengers(0, 10, Some(&cursor)).await.is_ok());
}

#[tokio::test]
async fn lead_to_each_item_once_in_order() {
    let boarded = Boarded::start().await;
    let reversed: Vec<_> = FLYERS.iter().rev().copied().collect();

    for (flight, expected) in [(0, FLYERS.to_vec()), (1, reversed)] {
        for limit in 1..=6 {
            let mut seen = Vec::new();
            let mut cursor = None;
            loop {
                let page = boarded.passengers(flight, limit, cursor.as_deref()).await.unwrap();
                assert!((1..=limit).contains(&page.items.len()));
                seen.extend(page.items.into_iter().map(|passenger| passenger.user_id.to_string()));
                cursor = page.next;
                if cursor.is_none() {
                    break;
                }
            }
            assert_eq!(seen, expected, "limit {limit}");
        }
    }
}

#[tokio::test]
async fn are_issued_only_if_there_is_another_page() {
    let boarded = Boarded::start().await;

    assert!(boarded.passengers(0, 4, None).await.unwrap().next.is_some());
    assert!(boarded.passengers(0, 5, None).await.unwrap().next.is_none());
    assert!(boarded.passengers(0, 100, None).await.unwrap().next.is_none());
    assert!(boarded.ledger("1", 1, None).await.unwrap().next.is_some());
    assert!(boarded.ledger("1", 2, None).await.unwrap().next.is_none());
    assert_eq!(boarded.ledger("999", 2, None).await.unwrap(), Page { items: vec![], next: None });
}

#[tokio::test]
async fn keep_their_position_when_entries_are_added() {
    let boarded = Boarded::start().await;
    let first = boarded.ledger("1", 1, None).await.unwrap();
    let key = boarded.app.airline("oneworld").await;
    let flight = boarded.app.flight(&key, "oneworld").await;
    boarded.app.board(&key, &flight, "1", 3).await;

    let second = boarded.ledger("1", 1, first.next.as_deref()).await.unwrap();

    assert_eq!([first.items[0].seq, second.items[0].seq], [2, 1]);
    assert_eq!(second.next, None);
}

#[tokio::test]
async fn are_invalid_for_another_listing() {
    let boarded = Boarded::start().await;
    let of_flight = boarded.passengers(0, 1, None).await.unwrap().next;
    let of_ledger = boarded.ledger("1", 1, None).await.unwrap().next;

    assert_eq!(boarded.passengers(1, 1, of_flight.as_deref()).await, Err(CursorError));
    assert_eq!(boarded.passengers(0, 1, of_ledger.as_deref()).await, Err(CursorError));
    assert_eq!(boarded.ledger("22", 1, of_ledger.as_deref()).await, Err(CursorError));
    assert_eq!(boarded.ledger("1", 1, of_flight.as_deref()).await, Err(CursorError));
    // A different limit does not make it a different listing.
    assert!(boarded.passengers(0, 3, of_flight.as_deref()).await.is_ok());
}

#[tokio::test]
async fn are_rejected_when_tampered_with() {
    let boarded = Boarded::start().await;
    let valid = boarded.passengers(0, 1, None).await.unwrap().next.unwrap();
    boarded.app.wire.reset();

    let mut invalid: Vec<String> =
        ["", "a", "AAAA", "=", "✈", "%00", "null", "0", " ", "AAAAAAAAAAA", "AAAAAAAAAAAAAAAA"]
            .map(str::to_owned)
            .into();
    for position in 0..valid.len() {
        for other in ['A', 'z', '_', '=', ' '] {
            let mut changed = valid.clone();
            changed.replace_range(position..=position, &other.to_string());
            invalid.push(changed);
        }
        invalid.push(valid[..position].to_owned());
    }
    invalid.extend([format!("{valid}A"), format!("{valid}="), format!("{valid}{valid}"), valid.to_lowercase()]);
    invalid.retain(|cursor| *cursor != valid);

    for cursor in invalid {
        assert_eq!(boarded.passengers(0, 1, Some(&cursor)).await, Err(CursorError), "{cursor}");
        assert_eq!(boarded.ledger("1", 1, Some(&cursor)).await, Err(CursorError), "{cursor}");
    }
    assert!(boarded.app.wire.take_operations().is_empty());
}
