//! What the JSON APIs share: a table of routes that makes both the router and the OpenAPI document, reading and
//! refusing, pages of lists, and the calls that handlers work with.
//!
//! An API implements [`Api`]: its names, and how it authenticates. Its handlers get a [`Call`], which exists only
//! after the caller was authenticated and the scope was checked.

mod api;
mod bearer;
mod call;
mod document;
mod read;
mod refuse;
mod row;
mod table;
pub mod views;

pub use api::{Api, ApiNames};
pub use bearer::{bearer, no_credential};
pub use call::Call;
pub use read::is_json;
pub use row::{Made, Row, row};
pub use table::Table;
