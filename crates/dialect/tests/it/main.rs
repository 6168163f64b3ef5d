//! Dialects through their public face: files in, requests and answers out.

mod builtin;
mod claims;
mod decode;
mod encode;
mod harbour;
mod problems;
mod refusals;
mod support;
