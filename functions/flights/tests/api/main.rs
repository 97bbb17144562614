//! The routes of flights, over HTTP.

mod authentication;
mod board_passenger;
mod bodies;
mod create_flight;
mod faults;
mod fetch_upcoming_flights;
mod flight_ids;
mod history;
mod lambda;
mod list_passengers;
mod ownership;
mod races;
mod scene;
mod server_end;
mod server_start;
mod tick;
