//! The job that archives, beside the API whose members they are.

mod cost;
mod crowd;
mod discord;
mod discord_failures;
mod faults;
mod grace;
mod guild;
mod lambda;
mod overlap;
mod safety;
mod scale;
mod scene;
