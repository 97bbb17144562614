//! Many to archive among many more.

use crate::crowd::Crowd;
use crate::scene::DAY;
use archive_users::handle;
use std::time::{Duration, Instant};

/// Archives so many among so many: within how long, and with how many requests.
async fn archive(off: usize, all: usize) -> (Duration, usize) {
    let app = crate::start().await;
    let crowd = Crowd::of(&app);
    crowd.join(&app, "off", off, false).await;
    crowd.join(&app, "on", all - off, true).await;
    app.clock.advance(8 * DAY);

    let began = Instant::now();
    let run = handle(&app.app, Duration::from_mins(15), false).await.expect("a fifth is not too many");
    let took = began.elapsed();

    assert_eq!((run.found, run.archived, run.failed), (off, off, 0));
    let requests = app.wire.take_operations().len();
    assert_eq!(crowd.archived().await, off);
    (took, requests)
}

#[tokio::test]
async fn archives_hundreds_among_thousands() {
    let (_, requests) = archive(300, 1_500).await;

    // The index, both parts of it counted, the members by hundreds, and each.
    assert_eq!(requests, 1 + 2 + 3 + 300);
}

/// What a year may bring. Run it by hand: `cargo test -p archive-users -- --ignored --nocapture ten_thousand`.
#[tokio::test]
#[ignore = "takes minutes"]
async fn archives_ten_thousand_among_fifty_thousand() {
    let (took, requests) = archive(10_000, 50_000).await;

    println!("10,000 of 50,000 archived in {took:?} with {requests} requests");
    assert!(took < Duration::from_mins(15), "{took:?}");
    // Besides the members by hundreds and each: the index, a megabyte at a time.
    assert!((10_103..10_120).contains(&requests), "{requests}");
}
