//! The proxies, each started as its own program with the files of its page.

use std::fs::{self, File};
use std::net::TcpStream;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use tempfile::TempDir;

use super::pages::{Ports, block, blocks, write};
use crate::clients::python;
use crate::docs::blocks::of;
use crate::harness::http::ask;

/// Where nginx writes its logs.
const NGINX_LOGS: &str = "/var/log/nginx";
/// The time limit for a proxy to listen.
const START: Duration = Duration::from_secs(30);

/// One of the available proxies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Nginx,
    /// nginx with the few lines that the README prints.
    NginxOfTheReadme,
    Haproxy,
    Apache,
    Caddy,
    /// Caddy of this year; the distribution's is older.
    CaddyNewer,
    Envoy,
    Traefik,
}

impl Kind {
    /// How Postern is asked: the `request` key of the configuration.
    pub(super) const fn words(self) -> &'static str {
        match self {
            Self::Nginx | Self::NginxOfTheReadme | Self::Haproxy | Self::Apache => "original",
            Self::Caddy | Self::CaddyNewer | Self::Traefik => "forwarded",
            Self::Envoy => "path",
        }
    }

    /// Whether it can add headers of the gate's answer to the answer of the API.
    pub(super) const fn adds_to_answers(self) -> bool {
        !matches!(self, Self::Traefik)
    }

    fn command(self, folder: &Path, ports: Ports) -> Command {
        match self {
            Self::Nginx => nginx(folder, ports),
            Self::NginxOfTheReadme => nginx_of_the_readme(folder, ports),
            Self::Haproxy => haproxy(folder, ports),
            Self::Apache => apache(folder, ports),
            Self::Caddy => caddy(Path::new("caddy"), folder, ports),
            Self::CaddyNewer => caddy(&python().with_file_name("caddy"), folder, ports),
            Self::Traefik => traefik(folder, ports),
            Self::Envoy => envoy(folder, ports),
        }
    }
}

/// A running proxy. It ends when this is dropped.
pub(super) struct Proxy {
    child: Child,
    folder: TempDir,
}

impl Proxy {
    pub(super) fn start(kind: Kind, ports: Ports) -> Self {
        let folder = tempfile::tempdir().unwrap();
        // Some drop root privileges.
        fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755)).unwrap();
        let mut command = kind.command(folder.path(), ports);
        let log = File::create(folder.path().join("log.txt")).unwrap();
        command.current_dir(folder.path()).env("HOME", folder.path());
        command.stdin(Stdio::null()).stdout(log.try_clone().unwrap()).stderr(log);
        let child = command.spawn().unwrap_or_else(|error| {
            panic!("{command:?}: {error}: `cargo xtask test` installs the proxies")
        });
        let mut proxy = Self { child, folder };
        let started = Instant::now();
        while TcpStream::connect(("127.0.0.1", ports.proxy)).is_err() {
            let ended = proxy.child.try_wait().unwrap();
            assert!(ended.is_none(), "{kind:?} ended with {ended:?}\n{}", proxy.log());
            assert!(started.elapsed() < START, "{kind:?} does not listen\n{}", proxy.log());
            std::thread::sleep(Duration::from_millis(20));
        }
        // Traefik listens before it has read its routes.
        let base = format!("http://127.0.0.1:{}", ports.proxy);
        let first = ask(&base, "GET", "/.well-known/oauth-protected-resource");
        let first = first.header("Host", "api.example.com");
        while kind == Kind::Traefik && first.try_send().is_none_or(|it| it.status == 404) {
            assert!(started.elapsed() < START, "{kind:?} has no routes\n{}", proxy.log());
            std::thread::sleep(Duration::from_millis(50));
        }
        proxy
    }

    /// Its log.
    pub(super) fn log(&self) -> String {
        let read = |name| fs::read(self.folder.path().join(name)).unwrap_or_default();
        let log = [read("log.txt"), read("error.log"), read("api.log")].concat();
        String::from_utf8_lossy(&log).into_owned()
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn nginx(folder: &Path, ports: Ports) -> Command {
    let blocks = blocks("nginx.md", "nginx");
    let [site, snippet] = &blocks[..] else { panic!("nginx.md has so many blocks") };
    let site = ports.put(site).replace("/etc/nginx", &folder.display().to_string());
    write(folder, "conf.d/api.conf", NGINX_LOGS, &site);
    write(folder, "snippets/postern.conf", "/etc/nginx", &ports.put(snippet));
    nginx_with(folder, "conf.d/*.conf")
}

fn nginx_of_the_readme(folder: &Path, ports: Ports) -> Command {
    let blocks = of("README.md", "nginx");
    let [locations] = &blocks[..] else { panic!("the README has so many blocks") };
    write(folder, "readme.conf", NGINX_LOGS, &ports.put(&locations.text));
    nginx_with(folder, "readme.conf")
}

/// nginx with what the distribution's own file has around the page's.
fn nginx_with(folder: &Path, site: &str) -> Command {
    let folder_of = |name: &str| format!("{name}_temp_path {}/{name};\n", folder.display());
    let folders: String =
        ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"].map(folder_of).concat();
    let around = format!(
        "daemon off;\nmaster_process off;\npid {0}/pid;\nerror_log {0}/error.log;\nevents {{}}\n\
         http {{\naccess_log off;\n{folders}include {site};\n}}\n",
        folder.display()
    );
    fs::write(folder.join("nginx.conf"), around).unwrap();
    let mut command = Command::new("nginx");
    command.arg("-p").arg(folder).arg("-c").arg(folder.join("nginx.conf"));
    command
}

fn haproxy(folder: &Path, ports: Ports) -> Command {
    let configuration = ports.put(&block("haproxy.md", "haproxy"));
    write(folder, "haproxy.cfg", "/etc/haproxy", &configuration);
    write(folder, "postern.lua", "/etc/haproxy", &ports.put(&block("haproxy.md", "lua")));
    let mut command = Command::new("haproxy");
    command.arg("-f").arg(folder.join("haproxy.cfg"));
    command
}

fn apache(folder: &Path, ports: Ports) -> Command {
    let site = ports.put(&block("apache.md", "apache"));
    write(folder, "sites/api.conf", "/etc/apache2", &site);
    write(folder, "postern.lua", "/etc/apache2", &ports.put(&block("apache.md", "lua")));
    let module =
        |name: &str| format!("LoadModule {name}_module /usr/lib/apache2/modules/mod_{name}.so\n");
    let modules: String =
        ["mpm_event", "authz_core", "headers", "proxy", "proxy_http", "lua"].map(module).concat();
    let around = format!(
        "ServerRoot {0}\nServerName localhost\nPidFile {0}/pid\nErrorLog {0}/error.log\n\
         DefaultRuntimeDir {0}\nListen 127.0.0.1:{1}\n{modules}Include sites/*.conf\n",
        folder.display(),
        ports.proxy,
    );
    // A proxy that starts as root must name another user.
    let user = "User www-data\nGroup www-data\n";
    fs::write(folder.join("apache2.conf"), format!("{around}{user}")).unwrap();
    let mut command = Command::new("apache2");
    command.arg("-X").arg("-f").arg(folder.join("apache2.conf"));
    command
}

fn traefik(folder: &Path, ports: Ports) -> Command {
    let blocks = blocks("traefik.md", "yaml");
    let [fixed, dynamic] = &blocks[..] else { panic!("traefik.md has so many blocks") };
    write(folder, "traefik.yml", "/etc/traefik", &ports.put(fixed));
    write(folder, "dynamic/api.yml", "/etc/traefik", &ports.put(dynamic));
    let mut command = Command::new(python().with_file_name("traefik"));
    command.arg("--configFile").arg(folder.join("traefik.yml"));
    command
}

fn caddy(program: &Path, folder: &Path, ports: Ports) -> Command {
    write(folder, "Caddyfile", "/etc/caddy", &ports.put(&block("caddy.md", "caddyfile")));
    let mut command = Command::new(program);
    command.args(["run", "--adapter", "caddyfile", "--config"]).arg(folder.join("Caddyfile"));
    for variable in ["XDG_DATA_HOME", "XDG_CONFIG_HOME"] {
        command.env(variable, folder);
    }
    command
}

fn envoy(folder: &Path, ports: Ports) -> Command {
    write(folder, "envoy.yaml", "/etc/envoy", &ports.put(&block("envoy.md", "yaml")));
    let mut command = Command::new(python().with_file_name("envoy"));
    command.args(["--concurrency", "1", "--use-dynamic-base-id", "-l", "warning", "-c"]);
    command.arg(folder.join("envoy.yaml"));
    command
}
