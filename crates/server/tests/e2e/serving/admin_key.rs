//! The first admin key is created in the database, all others by the admin API.

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
fn an_unknown_realm_is_an_error_in_one_line() {
    let site = Site::new("rfc", "");
    let reported = one_line(&site.run(&["admin-key", "create", "--realm", "other"]));
    assert!(reported.contains("expected one of main"), "{reported}");
}
