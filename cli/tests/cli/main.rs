//! The command line, as a process; and the documents that must agree with the code.

mod admin;
mod audit;
mod blocks;
mod costs;
mod diagram;
mod documents;
mod events;
mod examples;
mod import;
mod keys;
mod operations;
mod permissions;
mod readme;
mod routes;
mod runbook;
mod serve;
mod server;
mod template;
