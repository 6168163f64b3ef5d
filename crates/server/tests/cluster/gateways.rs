//! nginx and HAProxy in front of an API, each configured as its page in `docs/cookbook/` prints it,
//! with every node where the page has one.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::process::Command;

use tempfile::TempDir;

use crate::node::{Beside, free_port};

/// Both gateways, running.
#[derive(Debug)]
pub(crate) struct Gateways {
    nginx: Beside,
    haproxy: Beside,
    folder: TempDir,
}

/// Their addresses.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Ports {
    pub(crate) nginx: u16,
    pub(crate) haproxy: u16,
    /// HAProxy in front of the nodes: the address of the issuer.
    pub(crate) issuer: u16,
    /// HAProxy's route to the gates.
    inner: u16,
}

impl Ports {
    pub(crate) fn choose() -> Self {
        let [nginx, haproxy, issuer, inner] = std::array::from_fn(|_| free_port());
        Self { nginx, haproxy, issuer, inner }
    }
}

impl Gateways {
    /// Starts both in front of `nodes` and an API.
    pub(crate) fn start(ports: Ports, nodes: &[u16], api: u16) -> Self {
        let folder = tempfile::tempdir().unwrap();
        // The programs drop root privileges.
        let open = std::os::unix::fs::PermissionsExt::from_mode(0o755);
        fs::set_permissions(folder.path(), open).unwrap();
        let nginx = nginx(folder.path(), ports, nodes, api);
        let haproxy = haproxy(folder.path(), ports, nodes, api);
        Self { nginx, haproxy, folder }
    }

    pub(crate) fn logs(&self) -> [(&'static str, String); 2] {
        let errors = fs::read_to_string(self.folder.path().join("error.log")).unwrap_or_default();
        [("nginx", self.nginx.log() + &errors), ("haproxy", self.haproxy.log())]
    }
}

fn nginx(folder: &Path, ports: Ports, nodes: &[u16], api: u16) -> Beside {
    let at = folder.display();
    let [site, snippet] = <[String; 2]>::try_from(blocks("nginx.md", "nginx")).unwrap();
    let of_nodes = lines(nodes, |_, port| format!("    server 127.0.0.1:{port};"));
    let site = put(&site, "    server 127.0.0.1:8444;\n", &of_nodes);
    let site = put(&site, "127.0.0.1:9000", &format!("127.0.0.1:{api}"));
    let site = put(&site, "listen 8000", &format!("listen 127.0.0.1:{}", ports.nginx));
    fs::create_dir(folder.join("snippets")).unwrap();
    fs::write(folder.join("api.conf"), site).unwrap();
    fs::write(folder.join("snippets/postern.conf"), snippet).unwrap();
    let own = |name: &str| format!("{name}_temp_path {at}/{name};\n");
    let folders = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"].map(own).concat();
    // The part of the distribution's file around the page's configuration.
    let around = format!(
        "daemon off;\nmaster_process off;\npid {at}/pid;\nerror_log {at}/error.log;\nevents {{}}\n\
         http {{\naccess_log off;\n{folders}include api.conf;\n}}\n"
    );
    fs::write(folder.join("nginx.conf"), around).unwrap();
    let mut command = Command::new("nginx");
    command.arg("-p").arg(folder).arg("-c").arg(folder.join("nginx.conf"));
    Beside::start(&mut command, folder, "nginx")
}

fn haproxy(folder: &Path, ports: Ports, nodes: &[u16], api: u16) -> Beside {
    let [page] = <[String; 1]>::try_from(blocks("haproxy.md", "haproxy")).unwrap();
    let [script] = <[String; 1]>::try_from(blocks("haproxy.md", "lua")).unwrap();
    let server =
        |n, port| format!("    server postern{n} 127.0.0.1:{port} check inter 300ms fall 2");
    let of_nodes = lines(nodes, server);
    let page = put(&page, "    server postern 127.0.0.1:8444\n", &of_nodes);
    let page = put(&page, "/etc/haproxy", &folder.display().to_string());
    let page = put(&page, "127.0.0.1:9000", &format!("127.0.0.1:{api}"));
    let page = put(&page, "bind :8000", &format!("bind 127.0.0.1:{}", ports.haproxy));
    let inner = format!("127.0.0.1:{}", ports.inner);
    let page = put(&page, "127.0.0.1:8445", &inner);
    // In addition to the printed configuration: the address of the issuer.
    let issuer = format!("\nlisten issuer\n    bind 127.0.0.1:{}\n{of_nodes}", ports.issuer);
    fs::write(folder.join("haproxy.cfg"), page + &issuer).unwrap();
    fs::write(folder.join("postern.lua"), put(&script, "127.0.0.1:8445", &inner)).unwrap();
    let mut command = Command::new("haproxy");
    command.arg("-db").arg("-f").arg(folder.join("haproxy.cfg"));
    Beside::start(&mut command, folder, "haproxy")
}

/// The fenced blocks of a language on a page.
fn blocks(page: &str, language: &str) -> Vec<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/cookbook");
    let text = fs::read_to_string(folder.join(page)).unwrap();
    let fence = format!("```{language}\n");
    let fenced = text.split(&fence).skip(1);
    fenced.map(|rest| rest.split_once("```").unwrap().0.to_owned()).collect()
}

/// `text` with `old` replaced by `new`. `old` must be present.
fn put(text: &str, old: &str, new: &str) -> String {
    assert!(text.contains(old), "no {old:?} in:\n{text}");
    text.replace(old, new)
}

/// One line per node.
fn lines(nodes: &[u16], line: impl Fn(usize, u16) -> String) -> String {
    let mut lines = String::new();
    for (n, port) in nodes.iter().enumerate() {
        writeln!(lines, "{}", line(n, *port)).unwrap();
    }
    lines
}
