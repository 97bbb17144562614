//! The job that checks that what must hold does.

mod lambda;
mod parts;
