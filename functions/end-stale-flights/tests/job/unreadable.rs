//! Flights that cannot be read do not stop the job.

use crate::scene::{end_time, run, started, with_airline};
use aws_sdk_dynamodb::types::AttributeValue;
use std::collections::HashMap;
use std::time::Duration;
use testing::{Item, Stored};

/// A flight ends even if it cannot be read, as long as the index tells when it went silent.
#[tokio::test]
async fn end_like_the_others() {
    let nonsense = AttributeValue::M(HashMap::new());
    let text = |text: &str| AttributeValue::S(text.to_owned());
    for (attribute, value, ended) in [("code", nonsense, 2), ("lastTickAt", text("0"), 1), ("lastTickAt", text("x"), 1)]
    {
        let (app, key) = with_airline().await;
        let (spoilt, other) = (started(&app, &key).await, started(&app, &key).await);
        let stored = Stored::of(&app);
        let item = stored.items().await.remove(&format!("FLIGHT#{spoilt} FLIGHT")).expect("the flight should exist");
        let item: Item = item.into_iter().chain([(attribute.to_owned(), value)]).collect();
        stored.write([(app.tables().flights.as_str(), &item, Some(&item))]).await;
        app.clock.advance(Duration::from_mins(6));

        assert_eq!(run(&app).await, (ended, 0), "{item:?}");

        assert!(end_time(&app, &key, &other).await.is_some());
        assert_eq!(run(&app).await, (0, 0));
    }
}
