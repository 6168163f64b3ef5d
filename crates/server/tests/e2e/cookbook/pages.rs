//! The configurations of `docs/cookbook/`, taken out of the pages as printed.
//!
//! Only ports and folders are replaced, as the cookbook says.

use std::fs;
use std::path::Path;

use crate::clients::root;

/// The fenced blocks of one language on a page.
pub(super) fn blocks(page: &str, language: &str) -> Vec<String> {
    let text = fs::read_to_string(root().join("docs/cookbook").join(page)).unwrap();
    let fence = format!("```{language}\n");
    let fenced = text.split(&fence).skip(1);
    fenced.map(|rest| rest.split_once("```").unwrap().0.to_owned()).collect()
}

/// The only block of a language on a page.
pub(super) fn block(page: &str, language: &str) -> String {
    let mut blocks = blocks(page, language);
    assert_eq!(blocks.len(), 1, "{page} has so many blocks of {language}");
    blocks.remove(0)
}

/// The services at the printed ports.
#[derive(Clone, Copy, Debug)]
pub(super) struct Ports {
    /// 8000: the proxy.
    pub(super) proxy: u16,
    /// 8444: Postern.
    pub(super) postern: u16,
    /// 8445: HAProxy's connection to Postern.
    pub(super) inner: u16,
    /// 9000: the API.
    pub(super) api: u16,
}

impl Ports {
    /// The text with these ports in place of the printed ones.
    pub(super) fn put(self, text: &str) -> String {
        let put = |number: &str| match number {
            "8000" => self.proxy.to_string(),
            "8444" => self.postern.to_string(),
            "8445" => self.inner.to_string(),
            "9000" => self.api.to_string(),
            other => other.to_owned(),
        };
        let mut out = String::new();
        let mut rest = text;
        while let Some(start) = rest.find(|c: char| c.is_ascii_digit()) {
            let (before, number) = rest.split_at(start);
            let end = number.find(|c: char| !c.is_ascii_digit()).unwrap_or(number.len());
            out.push_str(before);
            out.push_str(&put(&number[..end]));
            rest = &number[end..];
        }
        out + rest
    }
}

/// Writes a file of a page into `folder`, with `/etc/…` replaced by it.
pub(super) fn write(folder: &Path, name: &str, etc: &str, text: &str) {
    let path = folder.join(name);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text.replace(etc, &folder.display().to_string())).unwrap();
}
