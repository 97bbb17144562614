//! `skysquad import`: taking data over from the original systems.

use crate::tables::{self, run};
use anyhow::{Context, Result};
use clap::Subcommand;
use indicatif::{ProgressBar, ProgressStyle};
use shared::App;
use shared::members::{Imported, import};
use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::ExitCode;

#[derive(Debug, Subcommand)]
pub enum Import {
    /// Members, a JSON object a line, as Firestore exports them
    Members {
        /// The file
        file: PathBuf,
    },
}

/// What became of the lines.
#[derive(Debug, Default)]
struct Report {
    made: usize,
    there: usize,
    refused: usize,
}

/// Imports a file; prints each line that was refused, and why. Running it again changes nothing.
pub async fn import_file(import: Import, tables: &tables::Options) -> Result<ExitCode> {
    let Import::Members { file } = import;
    let app = tables.app().await?;
    let open = File::open(&file).with_context(|| format!("cannot read {}", file.display()))?;
    let progress = ProgressBar::new_spinner().with_style(ProgressStyle::with_template("{spinner} {pos} lines")?);
    let mut report = Report::default();
    // One after the other: of two lines that want the same name, the first has it, however often they are imported.
    for (number, line) in (1..).zip(BufReader::new(open).split(b'\n')) {
        let line = line.with_context(|| format!("cannot read {}", file.display()))?;
        if !line.trim_ascii().is_empty() {
            run(import_line(&app, number, &line, &progress, &mut report)).await;
        }
        progress.inc(1);
    }
    progress.finish_and_clear();
    eprintln!("{} made, {} there already, {} refused", report.made, report.there, report.refused);
    Ok(if report.refused == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

async fn import_line(app: &App, number: usize, line: &[u8], progress: &ProgressBar, report: &mut Report) {
    match import(app, line).await {
        Ok(Imported::Made) => report.made += 1,
        Ok(Imported::There) => report.there += 1,
        Err(error) => {
            report.refused += 1;
            // With the cause, where it is not the line's own fault.
            let error = anyhow::Error::from(error);
            progress.suspend(|| println!("line {number}: {error:#}"));
        }
    }
}
