//! The job that ends silent flights, beside the API whose flights they are.

mod cost;
mod faults;
mod lambda;
mod overlap;
mod scene;
mod silence;
