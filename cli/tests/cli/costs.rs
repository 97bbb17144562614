//! `docs/operations.md` states how much requests and jobs consume and cost, as measured here.

#![allow(clippy::cast_precision_loss, reason = "counts and bytes are small")]

mod bill;
mod count;
mod prices;

use crate::blocks::check;
use crate::documents::{Operation, openapi, operations};
use crate::events;
use bill::{AUDIT_READS_A_SECOND, AUDIT_SECONDS, Bill, MIX, OWN_MS, REQUEST_MS, Scale, TRACED};
use count::{Counted, Counts};
use testing::template::Template;

#[tokio::test]
async fn the_document_says_what_is_counted() {
    let (counts, template) = (Counts::measure().await, Template::read());
    if std::env::var_os("DYNAMODB_ENDPOINT").is_some() {
        // Amazon's DynamoDB Local rounds the sum of a table's items, where DynamoDB rounds each of them.
        return;
    }
    for (name, made) in [
        ("prices", prices::table()),
        ("requests", requests(&counts)),
        ("jobs", jobs(&counts)),
        ("assumptions", assumptions(&counts)),
        ("mix", mix()),
        ("bills", bills(&counts, &template)),
    ] {
        check("docs/operations.md", name, &made);
    }
}

#[test]
fn the_mix_is_of_a_thousand() {
    assert!((MIX.iter().map(|(_, of_1000)| of_1000).sum::<f64>() - 1000.0).abs() < 1e-9);
}

/// Makes a table, whose columns after the first `texts` are numbers.
fn table(head: &str, texts: usize, rows: impl IntoIterator<Item = String>) -> String {
    let columns = head.matches('|').count() - 1;
    let rule: String = (0..columns).map(|column| if column < texts { "---|" } else { "--:|" }).collect();
    let mut lines = vec![head.to_owned(), format!("|{rule}")];
    lines.extend(rows);
    lines.join("\n") + "\n"
}

fn requests(counts: &Counts) -> String {
    let head = "| request | DynamoDB requests | read units | write units | response bytes | log bytes | \
                DynamoDB | Lambda | API Gateway | logs | traces | $ per million |";
    let row = |kind: &Counted| {
        let cost = kind.dollars();
        format!(
            "| {} | {} | {} | {} | {} | {} | {:.2} | {:.2} | {:.2} | {:.2} | {:.2} | **{:.2}** |",
            kind.name,
            kind.requests,
            kind.reads,
            kind.writes,
            kind.answer_bytes,
            rounded(kind.log_bytes, 10.0),
            cost.dynamodb,
            cost.lambda,
            cost.gateway,
            cost.logs,
            cost.traces,
            cost.total()
        )
    };
    let mut rows = Vec::new();
    for (group, events) in groups() {
        rows.push(format!("| **{group}** | | | | | | | | | | | |"));
        for event in events {
            rows.extend(counts.counted.iter().filter(|kind| kind.event() == event).map(row));
        }
    }
    table(head, 1, rows)
}

/// The events of all requests, grouped by the tags of the API reference.
fn groups() -> Vec<(String, Vec<String>)> {
    let (document, operations) = (openapi(), operations());
    let tags = document["tags"].as_array().expect("the document has tags").iter();
    let mut groups: Vec<_> = tags
        .map(|tag| {
            let of_tag = operations.iter().filter(|operation| operation.described["tags"][0] == tag["name"]);
            (tag["name"].as_str().expect("a name").to_owned(), of_tag.map(Operation::event).collect::<Vec<_>>())
        })
        .collect();
    groups.push(("Unknown paths".to_owned(), vec![events::requests().next_back().expect("the last one").to_owned()]));
    groups
}

fn jobs(counts: &Counts) -> String {
    let row = |name: &String| {
        let run = counts.of(name);
        let (requests, reads, writes) = (run.requests, run.reads, run.writes);
        format!("| {name} | {requests} | {reads} | {writes} | {} |", rounded(run.log_bytes, 10.0))
    };
    let head = "| run on the demo community | DynamoDB requests | read units | write units | log bytes |";
    table(head, 1, counts.jobs.iter().map(row))
}

fn mix() -> String {
    let kinds = MIX.map(|(name, of_1000)| format!("{of_1000} {}", name.replace(',', "")));
    format!("The bills assume this mix of 1,000 requests: {}.\n", kinds.join(", "))
}

/// A size of the system at a scale.
type Size = fn(&Scale) -> f64;

fn bills(counts: &Counts, template: &Template) -> String {
    let scales = [1e3, 1e6, 1e8].map(|requests| Scale::of(counts, requests));
    let bills = scales.each_ref().map(|scale| Bill::of(counts, template, scale));
    let row = |name: &str, cells: [String; 3]| format!("| {name} | {} |", cells.join(" | "));
    let lines = bills[0]
        .lines
        .iter()
        .enumerate()
        .map(|(position, (name, _))| row(name, bills.each_ref().map(|bill| money(bill.lines[position].1))));
    let mut rows: Vec<_> = lines.collect();
    rows.push(row("**all**", bills.each_ref().map(|bill| format!("**{}**", money(bill.total())))));
    let sizes: [(&str, Size); 4] = [
        ("requests per second, on average", |scale| scale.requests_a_day / 86_400.0),
        ("boardings per year", |scale| scale.boardings_of_a_year),
        ("GB stored after a year", |scale| scale.stored_gigabytes),
        ("nights per complete audit after a year", |scale| scale.audit_nights.ceil()),
    ];
    rows.extend(sizes.map(|(name, size)| row(name, scales.each_ref().map(|scale| round_figure(size(scale))))));
    table("| $ per month | 1 thousand requests a day | 1 million | 100 million |", 1, rows)
}

fn assumptions(counts: &Counts) -> String {
    format!(
        "Measured: a boarding adds {} bytes to the tables, including the index and its share of the flight and the \
         flyer, and {:.1} read units to a complete audit. Assumed: a request takes {OWN_MS} ms plus {REQUEST_MS} ms per \
         DynamoDB request. X-Ray traces the first request of each function in every second and {}% of the others. An \
         audit reads {} units per second, for {} minutes a night.\n",
        rounded(counts.stored_bytes, 10.0),
        counts.audit_reads,
        TRACED * 100.0,
        thousands(AUDIT_READS_A_SECOND),
        AUDIT_SECONDS / 60.0,
    )
}

fn rounded(number: f64, to: f64) -> f64 {
    (number / to).round() * to
}

/// Formats small sums with cents and large ones without.
fn money(dollars: f64) -> String {
    if dollars < 100.0 { format!("{dollars:.2}") } else { thousands(dollars.round()) }
}

/// Rounds to two significant digits.
fn round_figure(number: f64) -> String {
    if number < 1.0 {
        return format!("{number:.2}");
    }
    thousands(rounded(number, 10_f64.powf((number.log10().floor() - 1.0).max(0.0))))
}

fn thousands(number: f64) -> String {
    let digits = format!("{number:.0}");
    let mut grouped = String::new();
    for (position, digit) in digits.chars().enumerate() {
        if position > 0 && (digits.len() - position) % 3 == 0 {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}
