//! Runs over large numbers of members.

use crate::crowd::Crowd;
use crate::scene::DAY;
use archive_users::handle;
use std::time::{Duration, Instant};

/// Archives `off` of `all` members and returns how long the run took and how many requests it made.
async fn archive(off: usize, all: usize) -> (Duration, usize) {
    let app = crate::start().await;
    let crowd = Crowd::of(&app);
    crowd.join(&app, "off", off, false).await;
    crowd.join(&app, "on", all - off, true).await;
    app.clock.advance(8 * DAY);

    let began = Instant::now();
    let run = handle(&app.app, Duration::from_mins(15), false).await.expect("a fifth should not be too many");
    let took = began.elapsed();

    assert_eq!((run.found, run.archived, run.failed), (off, off, 0));
    let requests = app.wire.take_operations().len();
    assert_eq!(crowd.archived().await, off);
    (took, requests)
}

#[tokio::test]
async fn archives_hundreds_among_thousands() {
    let (_, requests) = archive(300, 1_500).await;

    // The index, the count of both its parts, the reads of a hundred members each, and a write per member.
    assert_eq!(requests, 1 + 2 + 3 + 300);
}

/// A year's worth of members. Run it by hand: `cargo test -p archive-users -- --ignored --nocapture ten_thousand`.
#[tokio::test]
#[ignore = "takes minutes"]
async fn archives_ten_thousand_among_fifty_thousand() {
    let (took, requests) = archive(10_000, 50_000).await;

    println!("10,000 of 50,000 archived in {took:?} with {requests} requests");
    assert!(took < Duration::from_mins(15), "{took:?}");
    // Besides the reads of a hundred members and a write per member, the run reads the index, 1 MB at a time.
    assert!((10_103..10_120).contains(&requests), "{requests}");
}
