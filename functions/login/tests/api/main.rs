//! Tests of logging in over HTTP, against a local GitHub.

mod attacks;
mod begin;
mod failures;
mod kms;
mod lambda;
mod members;
mod scene;
mod sign_out;
mod targets;
