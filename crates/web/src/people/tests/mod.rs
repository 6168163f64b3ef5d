//! The pages as a browser meets them.

mod samples;
