//! Tests of the public interface: files in, requests and responses out.

#[cfg(test)]
mod builtin;
#[cfg(test)]
mod claims;
#[cfg(test)]
mod decode;
#[cfg(test)]
mod encode;
#[cfg(test)]
mod harbour;
#[cfg(test)]
mod people;
#[cfg(test)]
mod problems;
#[cfg(test)]
mod properties;
#[cfg(test)]
mod readme;
#[cfg(test)]
mod redirects;
#[cfg(test)]
mod refusals;
#[cfg(test)]
mod support;
