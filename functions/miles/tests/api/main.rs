//! The routes of flyers, over HTTP.

mod buy_product;
