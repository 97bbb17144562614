//! Importing flyers' histories: the file as a whole, flyer by flyer.

use super::lines::Lines;
use super::report::Report;
use super::work::{Pace, Work};
use anyhow::Result;
use shared::App;
use shared::import::{HistoryRow, Imported, rebuild};
use shared::models::{FlyerId, HistoryKind};
use std::collections::HashMap;

/// Number and length of a line.
type Place = (u64, u64);

/// A flyer's rows, with where they are.
#[derive(Default)]
struct Rows {
    rows: Vec<HistoryRow>,
    places: Vec<Place>,
}

pub async fn import(app: &App, kind: HistoryKind, lines: Lines, pace: Pace, report: &mut Report) -> Result<()> {
    let (flyers, mut refused) = read(kind, lines)?;
    let through = rebuild_all(app, kind, flyers, pace, report, &mut refused).await;
    // In the order of the lines, which is not that of the flyers.
    refused.sort_by_key(|((number, _), _)| *number);
    for ((number, bytes), outcome) in &refused {
        report.note(*number, *bytes, outcome);
    }
    through
}

/// All rows, by flyer in the order in which they first appear; and lines that are none.
fn read(kind: HistoryKind, lines: Lines) -> Result<(Vec<(FlyerId, Rows)>, Vec<(Place, Imported)>)> {
    let mut flyers: Vec<(FlyerId, Rows)> = Vec::new();
    let mut known: HashMap<FlyerId, usize> = HashMap::new();
    let mut refused = Vec::new();
    for line in lines {
        let line = line?;
        let place = (line.number, line.bytes());
        match HistoryRow::parse(kind, &line.json) {
            Ok(row) => {
                let index = *known.entry(row.user_id.clone()).or_insert_with(|| {
                    flyers.push((row.user_id.clone(), Rows::default()));
                    flyers.len() - 1
                });
                flyers[index].1.rows.push(row);
                flyers[index].1.places.push(place);
            }
            Err(reason) => refused.push((place, Imported::Refused(reason))),
        }
    }
    Ok((flyers, refused))
}

async fn rebuild_all(
    app: &App,
    kind: HistoryKind,
    flyers: Vec<(FlyerId, Rows)>,
    pace: Pace,
    report: &mut Report,
    refused: &mut Vec<(Place, Imported)>,
) -> Result<()> {
    let mut tell = |places: Vec<Place>, outcomes: Vec<Imported>| {
        for (place, outcome) in places.into_iter().zip(outcomes) {
            match outcome {
                Imported::Refused(_) => refused.push((place, outcome)),
                outcome => report.note(place.0, place.1, &outcome),
            }
        }
    };
    let mut work = Work::at(pace);
    for (flyer, Rows { rows, places }) in flyers {
        while !work.has_room() {
            if let Some((places, outcomes)) = work.next().await? {
                tell(places, outcomes);
            }
        }
        let (app, first_line, lines) = (app.clone(), places[0].0, rows.len());
        work.begin(places, first_line, lines, async move { rebuild(&app, kind, &flyer, &rows).await }).await;
    }
    while let Some((places, outcomes)) = work.next().await? {
        tell(places, outcomes);
    }
    Ok(())
}
