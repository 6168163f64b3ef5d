//! The engine's flows on the store in memory: no HTTP, a fixed clock, and every denial checked by
//! its private code.

mod access_requests;
mod authentication;
mod authorization_code;
mod client_credentials;
mod families;
mod gate;
mod histories;
mod introspection;
mod keys;
mod marks;
mod marks_told;
mod openid;
mod partner;
mod personal_access_tokens;
mod presenting;
mod reasons;
mod refresh_token;
mod retention;
mod revocation;
mod rotation;
mod rotation_histories;
mod stale;
mod status_indexes;
mod stored_tokens;
mod world;
