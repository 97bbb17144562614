//! Imports all kinds except histories: in the order of the lines, with as many lines per request as fit.

use super::lines::{Line, Lines};
use super::report::Report;
use super::work::{Pace, Work};
use anyhow::Result;
use shared::Context;
use shared::import::{Imported, RecordKind, create, parse};
use shared::store::{Batch, Creation};
use std::sync::Arc;

/// Maximum number of lines in a bundle, including rejected ones.
const MAX_LINES: usize = 100;

/// Lines that are imported with one request.
#[derive(Default)]
struct Bundle {
    batch: Batch,
    /// Number and length of each line and, if it is not in the batch, the reason why it was rejected.
    lines: Vec<(u64, u64, Option<String>)>,
}

impl Bundle {
    fn has_room_for(&self, creation: &Creation) -> bool {
        self.lines.len() < MAX_LINES && self.batch.has_room_for(creation)
    }
}

/// A bundle in progress.
struct Label {
    batch: Arc<Batch>,
    lines: Vec<(u64, u64, Option<String>)>,
}

struct Importing<'a> {
    context: &'a Context,
    things: RecordKind,
    work: Work<Label>,
    report: &'a mut Report,
}

pub async fn import(
    context: &Context,
    things: RecordKind,
    lines: Lines,
    pace: Pace,
    report: &mut Report,
) -> Result<()> {
    let mut importing = Importing { context, things, work: Work::at(pace), report };
    let mut bundle = Bundle::default();
    for line in lines {
        bundle = importing.add(bundle, line?).await?;
    }
    importing.begin(bundle).await?;
    importing.finish().await
}

impl Importing<'_> {
    /// Adds a line to the bundle. If it does not fit, starts the bundle and adds the line to a new one.
    async fn add(&mut self, mut bundle: Bundle, line: Line) -> Result<Bundle> {
        let (number, bytes) = (line.number, line.bytes());
        let creation = match parse(self.context, self.things, &line.json) {
            Ok(creation) => creation,
            Err(reason) => {
                if bundle.lines.len() == MAX_LINES {
                    self.begin(std::mem::take(&mut bundle)).await?;
                }
                bundle.lines.push((number, bytes, Some(reason.to_string())));
                return Ok(bundle);
            }
        };
        if !bundle.has_room_for(&creation) {
            self.begin(std::mem::take(&mut bundle)).await?;
        }
        // If two lines claim the same value, the first one must get it, no matter how often they are imported.
        if self.work.labels().any(|label| label.batch.conflicts_with(&creation)) {
            self.finish().await?;
        }
        bundle.batch.add(creation);
        bundle.lines.push((number, bytes, None));
        Ok(bundle)
    }

    /// Starts a bundle as soon as the limit on lines in progress allows it.
    async fn begin(&mut self, bundle: Bundle) -> Result<()> {
        let is_in_batch = |(_, _, refused): &&(u64, u64, Option<String>)| refused.is_none();
        let first = bundle.lines.iter().find(is_in_batch).or(bundle.lines.first());
        let Some((first_line, ..)) = first else { return Ok(()) };
        while !self.work.has_room_for(bundle.lines.len()) {
            self.tell().await?;
        }
        let (context, things, batch) = (self.context.clone(), self.things, Arc::new(bundle.batch));
        let (first_line, lines) = (*first_line, bundle.lines.len());
        let label = Label { batch: batch.clone(), lines: bundle.lines };
        self.work.begin(label, first_line, lines, async move { create(&context, things, &batch).await }).await;
        Ok(())
    }

    /// Waits for all bundles in progress.
    async fn finish(&mut self) -> Result<()> {
        while self.tell().await? {}
        Ok(())
    }

    /// Waits for the oldest bundle in progress and reports its outcomes. Returns `false` if none is in progress.
    async fn tell(&mut self) -> Result<bool> {
        let Some((label, outcomes)) = self.work.next().await? else { return Ok(false) };
        let mut outcomes = outcomes.into_iter();
        for (number, bytes, refused) in label.lines {
            let outcome = refused.map(Imported::Rejected).or_else(|| outcomes.next());
            self.report.note(number, bytes, &outcome.expect("each line has an outcome"));
        }
        Ok(true)
    }
}
