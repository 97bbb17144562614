//! `skysquad audit`

use crate::tables::{self, run};
use anyhow::Result;
use indicatif::{ProgressBar, ProgressStyle};
use std::process::ExitCode;

/// Audits all data and prints each mismatch on a line of its own. Fails if there are any.
pub async fn audit(tables: &tables::Options) -> Result<ExitCode> {
    let app = tables.app().await?;
    // Draws nothing if standard error is not a terminal.
    let progress = ProgressBar::new_spinner().with_style(ProgressStyle::with_template("{spinner} {msg}")?);
    let on_breach = |breach| progress.suspend(|| println!("{breach}"));
    let on_progress = |done: &shared::audit::Audited| {
        progress.set_message(format!(
            "{} flyers, {} ledger entries, {} boardings, {} members, {} mismatches",
            done.flyers, done.entries, done.boardings, done.members, done.breaches
        ));
    };
    let audited = run(shared::audit::audit(&app.context, on_breach, on_progress)).await?;
    progress.finish_and_clear();
    eprintln!(
        "audited {} flyers, {} ledger entries, {} boardings, {} members: {}",
        audited.flyers,
        audited.entries,
        audited.boardings,
        audited.members,
        if audited.breaches == 0 { "no mismatches".to_owned() } else { format!("{} mismatches", audited.breaches) }
    );
    Ok(if audited.breaches == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
