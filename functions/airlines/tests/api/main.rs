//! The routes of airlines, over HTTP.

mod bad_input;
mod change_product;
mod create_airline;
mod create_brand;
mod create_key;
mod create_product;
mod faults;
mod fetch_products_data;
mod get_airline;
mod health;
mod key_lifetime;
mod lambda;
mod list_brands;
mod malformed_bodies;
mod revoke_key;
mod status;
mod superusers;
mod tables;
