//! Imports flyers' histories. Reads the whole file, then imports the rows flyer by flyer.

use super::lines::Lines;
use super::report::Report;
use super::work::{Pace, Work};
use anyhow::Result;
use shared::Context;
use shared::import::{HistoryRow, Imported, rebuild};
use shared::models::{FlyerId, HistoryKind};
use std::collections::HashMap;

/// Number and length of a line.
type Place = (u64, u64);

/// The rows of a flyer, with their lines.
struct Flyer {
    id: FlyerId,
    rows: Vec<HistoryRow>,
    places: Vec<Place>,
}

/// Rejected lines with the reasons.
type Refused = Vec<(Place, Imported)>;

pub async fn import(context: &Context, kind: HistoryKind, lines: Lines, pace: Pace, report: &mut Report) -> Result<()> {
    let mut refused = Vec::new();
    let flyers = read(kind, lines, &mut refused)?;
    let through = rebuild_all(context, kind, flyers, pace, report, &mut refused).await;
    // Rejected lines are reported in the order of the file, not of the flyers.
    refused.sort_by_key(|((number, _), _)| *number);
    for ((number, bytes), outcome) in &refused {
        report.note(*number, *bytes, outcome);
    }
    through
}

/// Reads all rows and groups them by flyer. Flyers are in the order of their first rows.
fn read(kind: HistoryKind, lines: Lines, refused: &mut Refused) -> Result<Vec<Flyer>> {
    let mut flyers: Vec<Flyer> = Vec::new();
    let mut known: HashMap<FlyerId, usize> = HashMap::new();
    for line in lines {
        let line = line?;
        let place = (line.number, line.bytes());
        match HistoryRow::parse(kind, &line.json) {
            Ok(row) => {
                let index = *known.entry(row.user_id.clone()).or_insert_with(|| {
                    flyers.push(Flyer { id: row.user_id.clone(), rows: Vec::new(), places: Vec::new() });
                    flyers.len() - 1
                });
                flyers[index].rows.push(row);
                flyers[index].places.push(place);
            }
            Err(reason) => refused.push((place, Imported::Rejected(reason.to_string()))),
        }
    }
    Ok(flyers)
}

async fn rebuild_all(
    context: &Context,
    kind: HistoryKind,
    flyers: Vec<Flyer>,
    pace: Pace,
    report: &mut Report,
    refused: &mut Refused,
) -> Result<()> {
    let mut tell = |places: Vec<Place>, outcomes: Vec<Imported>| {
        for (place, outcome) in places.into_iter().zip(outcomes) {
            match outcome {
                Imported::Rejected(_) => refused.push((place, outcome)),
                outcome => report.note(place.0, place.1, &outcome),
            }
        }
    };
    let mut work = Work::at(pace);
    for Flyer { id, rows, places } in flyers {
        while !work.has_room_for(rows.len()) {
            if let Some((places, outcomes)) = work.next().await? {
                tell(places, outcomes);
            }
        }
        let (context, first_line, lines) = (context.clone(), places[0].0, rows.len());
        work.begin(places, first_line, lines, async move { rebuild(&context, kind, &id, &rows).await }).await;
    }
    while let Some((places, outcomes)) = work.next().await? {
        tell(places, outcomes);
    }
    Ok(())
}
