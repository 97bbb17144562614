//! The command line, as a process; and the documents that must agree with the code.

mod admin;
mod audit;
mod documents;
mod events;
mod examples;
mod import;
mod operations;
mod permissions;
mod readme;
mod serve;
mod server;
mod template;
