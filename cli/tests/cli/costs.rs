//! `docs/operations.md` says what requests take and cost as it is counted.

#![allow(clippy::cast_precision_loss, reason = "counts and bytes are small")]

mod bill;
mod count;
mod prices;

use crate::blocks::check;
use bill::{AUDIT_READS_A_SECOND, AUDIT_SECONDS, Bill, MIX, OWN_MS, REQUEST_MS, Scale, TRACED};
use count::{A_SERVER_FULL, Counts, WITH_A_HISTORY};
use std::collections::BTreeSet;
use testing::template::{Template, events};

/// What belongs together, in the order of the document.
const GROUPS: [(&str, &[&str]); 5] = [
    (
        "Game servers",
        &[
            "tick",
            "board-passenger",
            WITH_A_HISTORY,
            "fetch-users-data",
            A_SERVER_FULL,
            "buy-product",
            "refund-transaction",
            "list-transactions",
            "fetch-products-data",
            "fetch-upcoming-flights",
            "create-flight",
            "server-start",
            "server-end",
            "list-passengers",
        ],
    ),
    (
        "Airlines",
        &[
            "get-airline",
            "status",
            "list-brands",
            "create-brand",
            "create-product",
            "change-product",
            "health",
            "no-such-route",
        ],
    ),
    (
        "Members, reading",
        &[
            "get-user-by-username",
            "get-user-by-id",
            "get-self",
            "get-status",
            "get-own-status",
            "list-skills",
            "list-user-badges",
            "list-badges",
            "is-username-available",
            "list-users",
            "search-users",
        ],
    ),
    (
        "Members, writing",
        &["create-user", "update-self", "update-own-profile", "set-own-status", "put-skill", "delete-skill"],
    ),
    (
        "Superusers",
        &[
            "change-roles",
            "change-discord",
            "set-status",
            "create-badge",
            "award-badge",
            "take-badge",
            "update-users",
            "create-airline",
            "create-key",
            "revoke-key",
        ],
    ),
];

const JOBS: [&str; 3] = ["end-stale-flights", "archive-users", "audit"];

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
fn each_event_is_in_one_group() {
    let mut grouped: Vec<_> = GROUPS.iter().flat_map(|(_, names)| names.iter()).chain(&JOBS).copied().collect();
    grouped.retain(|name| ![WITH_A_HISTORY, A_SERVER_FULL].contains(name));
    let distinct: BTreeSet<_> = grouped.iter().map(|name| (*name).to_owned()).collect();
    assert_eq!(distinct.len(), grouped.len());
    assert_eq!(distinct, events().into_iter().collect());
}

#[test]
fn the_mix_is_of_a_thousand() {
    assert!((MIX.iter().map(|(_, of_1000)| of_1000).sum::<f64>() - 1000.0).abs() < 1e-9);
}

/// A table: its head, where columns to the right are numbers, and its rows.
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
    let row = |name: &&str| {
        let kind = counts.of(name);
        let cost = kind.dollars();
        format!(
            "| {name} | {} | {} | {} | {} | {} | {:.2} | {:.2} | {:.2} | {:.2} | {:.2} | **{:.2}** |",
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
    let of_group = |(group, names): (&str, &[&'static str])| {
        std::iter::once(format!("| **{group}** | | | | | | | | | | | |"))
            .chain(names.iter().map(row))
            .collect::<Vec<_>>()
    };
    table(head, 1, GROUPS.into_iter().flat_map(of_group))
}

fn jobs(counts: &Counts) -> String {
    let row = |name| {
        let run = counts.of(name);
        let (requests, reads, writes) = (run.requests, run.reads, run.writes);
        format!("| {name} | {requests} | {reads} | {writes} | {} |", rounded(run.log_bytes, 10.0))
    };
    let head = "| run on the demo community | DynamoDB requests | read units | write units | log bytes |";
    table(head, 1, JOBS.map(row))
}

fn mix() -> String {
    let kinds = MIX.map(|(name, of_1000)| format!("{of_1000} {}", name.replace(',', "")));
    format!("The bills assume this mix of 1,000 requests: {}.\n", kinds.join(", "))
}

/// One of the sizes of what there is.
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

/// Cents of small sums, dollars of large ones.
fn money(dollars: f64) -> String {
    if dollars < 100.0 { format!("{dollars:.2}") } else { thousands(dollars.round()) }
}

/// Two digits that matter.
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
