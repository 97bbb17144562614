//! What is disturbed: each route that writes, on an API of its own.

use crate::scene::{FLYER, audited, board, boarding, draft, report, upcoming, with_flight};
use shared::flights::end_stale;
use std::time::Duration;
use testing::{Answer, TestApp};

/// A route that writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Write {
    CreateFlight,
    ServerStart,
    Tick,
    ServerEnd,
    BoardPassenger,
}

impl Write {
    pub const ALL: [Self; 5] =
        [Self::CreateFlight, Self::ServerStart, Self::Tick, Self::ServerEnd, Self::BoardPassenger];

    /// The DynamoDB operations of an instance that has not seen the API key yet. The last one writes.
    pub fn operations(self) -> &'static [&'static str] {
        match self {
            Self::CreateFlight => &["GetItem", "TransactWriteItems"],
            Self::ServerStart | Self::Tick | Self::ServerEnd => &["GetItem", "UpdateItem"],
            Self::BoardPassenger => &["GetItem", "BatchGetItem", "TransactWriteItems"],
        }
    }
}

/// A route about to be called. All stages of a route are alike, to the last random number.
pub struct Stage {
    pub app: TestApp,
    write: Write,
    key: String,
    flight: String,
}

impl Stage {
    pub async fn of(write: Write) -> Self {
        let (app, key, flight) = with_flight().await;
        if write == Write::Tick {
            let _started = report(&app, &key, &flight, "serverStart").await.expect(200);
            app.clock.advance(Duration::from_mins(1));
            app.wire.reset();
        }
        Self { app, write, key, flight }
    }

    /// Calls it, by an instance that has not seen the API key yet and may take that long.
    pub async fn call(&self, time: Duration) -> Answer {
        let app = &self.app.another_instance(time);
        let (key, flight) = (&self.key, &self.flight);
        match self.write {
            Write::CreateFlight => app.post("/flight").key(key).json(&draft()).send().await,
            Write::ServerStart => report(app, key, flight, "serverStart").await,
            Write::Tick => report(app, key, flight, "tick").await,
            Write::ServerEnd => report(app, key, flight, "serverEnd").await,
            Write::BoardPassenger => board(app, key, flight, &boarding(FLYER)).await,
        }
    }

    /// How often it happened.
    pub async fn effects(&self) -> usize {
        let (app, key) = (&self.app, &self.key);
        match self.write {
            Write::CreateFlight => upcoming(app, key).await.len() - 1,
            Write::ServerStart => {
                let listed = app.get("/flight/fetchUpcomingFlights").key(key).send().await.expect(200).json();
                usize::from(!listed[0]["startedAt"].is_null())
            }
            Write::Tick => {
                // The job ends the flight at its last sign of life: the tick, or the start a minute before it.
                app.clock.advance(Duration::from_hours(1));
                let _run = end_stale(app.context()).await.expect("the job runs");
                let ended = report(app, key, &self.flight, "serverEnd").await.expect(200).json();
                match ended["endTime"].as_str() {
                    Some("2024-03-15T10:30:00.000Z") => 0,
                    Some("2024-03-15T10:31:00.000Z") => 1,
                    other => panic!("ended at {other:?}"),
                }
            }
            Write::ServerEnd => 1 - upcoming(app, key).await.len(),
            Write::BoardPassenger => {
                let (flyers, entries, boardings) = audited(app).await;
                assert!(flyers == entries && entries == boardings, "{flyers} {entries} {boardings}");
                usize::try_from(boardings).expect("few boardings")
            }
        }
    }
}
