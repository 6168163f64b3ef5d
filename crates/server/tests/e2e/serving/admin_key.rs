//! The first admin key is made in the database; all others under it.

use super::{Site, one_line};
use crate::harness::Server;
use crate::harness::http::get;

#[test]
fn the_first_admin_key_opens_the_admin_api() {
    let site = Site::new("rfc", "");
    let output = site.run(&["admin-key", "create", "--realm", "main"]);
    assert!(output.status.success(), "{output:?}");
    let key = String::from_utf8(output.stdout).unwrap().trim().to_owned();
    let server = Server::serve(site.folder, &site.base);
    get(&server.base, "/admin/v1/organizations").bearer(&key).send().expect(200);
    get(&server.base, "/admin/v1/organizations").bearer(&format!("{key}x")).send().expect(401);
    assert!(!server.log().contains(&key), "the log shows the key");
}

#[test]
fn a_realm_that_is_not_there_is_one_line() {
    let site = Site::new("rfc", "");
    let told = one_line(&site.run(&["admin-key", "create", "--realm", "other"]));
    assert!(told.contains("expected one of main"), "{told}");
}
