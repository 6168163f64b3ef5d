//! Tests of the pages with a browser.

mod connected_apps;
mod fixture;
mod flow;
mod forms;
mod policy;
mod samples;
mod sign_in;
mod sign_out;
