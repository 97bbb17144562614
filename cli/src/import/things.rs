//! Importing what stands by itself: in the order of the lines, as many with one request as fit.

use super::lines::{Line, Lines};
use super::report::Report;
use super::work::{Pace, Work};
use anyhow::Result;
use shared::Context;
use shared::import::{Imported, Things, create, parse};
use shared::store::{Batch, Creation};
use std::sync::Arc;

/// So many lines are reported together at most, refused ones among them.
const MAX_LINES: usize = 100;

/// Lines that go together.
#[derive(Default)]
struct Bundle {
    batch: Batch,
    /// Number and length of each line; why it is refused, if it is not in the batch.
    lines: Vec<(u64, u64, Option<String>)>,
}

impl Bundle {
    fn has_room_for(&self, creation: &Creation) -> bool {
        self.lines.len() < MAX_LINES && self.batch.has_room_for(creation)
    }
}

/// What is told of a bundle when it is through.
struct Label {
    batch: Arc<Batch>,
    lines: Vec<(u64, u64, Option<String>)>,
}

struct Importing<'a> {
    context: &'a Context,
    things: Things,
    work: Work<Label>,
    report: &'a mut Report,
}

pub async fn import(context: &Context, things: Things, lines: Lines, pace: Pace, report: &mut Report) -> Result<()> {
    let mut importing = Importing { context, things, work: Work::at(pace), report };
    let mut bundle = Bundle::default();
    for line in lines {
        bundle = importing.add(bundle, line?).await?;
    }
    importing.begin(bundle).await?;
    importing.finish().await
}

impl Importing<'_> {
    /// Adds a line to a bundle, or begins that one and adds the line to the next.
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
        // Of two lines that want the same, the first has it, however often they are imported.
        if self.work.labels().any(|label| label.batch.meets(&creation)) {
            self.finish().await?;
        }
        bundle.batch.add(creation);
        bundle.lines.push((number, bytes, None));
        Ok(bundle)
    }

    /// Begins a bundle, once there is room.
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

    /// Waits for all that is under way.
    async fn finish(&mut self) -> Result<()> {
        while self.tell().await? {}
        Ok(())
    }

    /// Tells what became of the oldest bundle under way; not, if there is none.
    async fn tell(&mut self) -> Result<bool> {
        let Some((label, outcomes)) = self.work.next().await? else { return Ok(false) };
        let mut outcomes = outcomes.into_iter();
        for (number, bytes, refused) in label.lines {
            let outcome = refused.map(Imported::Refused).or_else(|| outcomes.next());
            self.report.note(number, bytes, &outcome.expect("each line has an outcome"));
        }
        Ok(true)
    }
}
