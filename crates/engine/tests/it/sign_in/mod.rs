//! Sign-in and sign-out, by clause: who may sign in, what is returned, what is stored, and what
//! happens when two requests run at once.

mod fixture;
mod normal_forms;
mod racing;
mod sessions;
mod signing_in;
