//! The pages as a browser meets them.

mod connected_apps;
mod flow;
mod forms;
mod policy;
mod samples;
mod sign_in;
mod sign_out;
mod town;
