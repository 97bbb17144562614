//! The command line, as a process; and the documents that must agree with the code.

mod admin;
mod audit;
mod documents;
mod readme;
mod serve;
mod server;
