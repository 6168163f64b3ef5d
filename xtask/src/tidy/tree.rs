//! The files that the rules look at, from the disk or, in tests, from literals.

use std::path::Path;

/// A text file of the workspace.
#[derive(Debug)]
pub(super) struct File {
    /// Relative to the root, with `/`.
    pub(super) path: String,
    pub(super) text: String,
}

impl File {
    /// The lines, numbered from 1.
    pub(super) fn lines(&self) -> impl Iterator<Item = (usize, &str)> {
        self.text.lines().enumerate().map(|(index, line)| (index + 1, line))
    }

    /// The lines before the unit tests of the file, without comments, numbered from 1.
    pub(super) fn code(&self) -> impl Iterator<Item = (usize, &str)> {
        let tests = self.text.lines().zip(self.text.lines().skip(1)).position(|(this, next)| {
            this.trim() == "#[cfg(test)]"
                && next.trim_start().starts_with("mod ")
                && next.trim_end().ends_with('{')
        });
        let end = tests.unwrap_or(usize::MAX);
        self.lines()
            .take_while(move |(number, _)| *number <= end)
            .filter(|(_, line)| !line.trim_start().starts_with("//"))
    }

    /// Whether this is Rust.
    pub(super) fn is_rust(&self) -> bool {
        self.path.ends_with(".rs")
    }

    /// Whether this is Rust that only tests compile.
    pub(super) fn is_test(&self) -> bool {
        let mut parts = self.path.split('/');
        parts.any(|part| {
            matches!(part, "tests" | "tests.rs" | "benches") || part.ends_with("_tests.rs")
        })
    }

    /// The crate folder under `crates/` when this file is part of its `src`.
    pub(super) fn member(&self) -> Option<&str> {
        let (name, inside) = self.path.strip_prefix("crates/")?.split_once('/')?;
        inside.starts_with("src/").then_some(name)
    }
}

/// All text files of the workspace.
#[derive(Debug)]
pub(super) struct Tree(Vec<File>);

impl Tree {
    /// Reads what git lists under `root`; binary files and links to nowhere are left out.
    pub(super) fn read(root: &Path) -> Result<Self, String> {
        let mut files = Vec::new();
        for path in crate::workspace::files(root)? {
            if let Ok(text) = std::fs::read_to_string(root.join(&path)) {
                files.push(File { path, text });
            }
        }
        Ok(Self(files))
    }

    #[cfg(test)]
    pub(super) fn of(files: &[(&str, String)]) -> Self {
        let file =
            |(path, text): &(&str, String)| File { path: (*path).into(), text: text.clone() };
        Self(files.iter().map(file).collect())
    }

    pub(super) fn files(&self) -> &[File] {
        &self.0
    }

    pub(super) fn rust(&self) -> impl Iterator<Item = &File> {
        self.0.iter().filter(|file| file.is_rust())
    }

    pub(super) fn file(&self, path: &str) -> Option<&File> {
        self.0.iter().find(|file| file.path == path)
    }
}
