//! The routes of members, over HTTP.

mod bad_input;
mod badges;
mod change_discord;
mod change_roles;
mod create_user;
mod crowd;
mod directory;
mod index_model;
mod list_users;
mod own_record;
mod pages;
mod people;
mod search_users;
mod skills;
mod status;
mod stored;
