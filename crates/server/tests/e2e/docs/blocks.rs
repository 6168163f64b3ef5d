//! The fenced blocks of the pages, as they are printed.

use std::fs;
use std::path::Path;

use crate::clients::root;

/// A fenced block.
#[derive(Debug)]
pub(crate) struct Block {
    /// Relative to the root of the workspace.
    pub(crate) page: String,
    /// The line of the opening fence, counted from 1.
    pub(crate) line: usize,
    /// What stands behind the opening fence.
    pub(crate) language: String,
    pub(crate) text: String,
}

/// Folders without pages of ours.
const NO_PAGES: [&str; 2] = ["target", "node_modules"];

/// The blocks of every Markdown file of the workspace.
pub(crate) fn all() -> Vec<Block> {
    let mut pages = Vec::new();
    collect(&root(), "", &mut pages);
    assert!(pages.len() > 25, "{pages:?}");
    pages.iter().flat_map(|page| on(page)).collect()
}

/// The blocks of one language on a page. There is one at least.
pub(crate) fn of(page: &str, language: &str) -> Vec<Block> {
    let blocks: Vec<Block> =
        on(page).into_iter().filter(|block| block.language == language).collect();
    assert!(!blocks.is_empty(), "{page} has no {language}");
    blocks
}

fn collect(folder: &Path, prefix: &str, pages: &mut Vec<String>) {
    for entry in fs::read_dir(folder).unwrap() {
        let entry = entry.unwrap();
        let name = entry.file_name().to_string_lossy().into_owned();
        let hidden = name.starts_with('.') && name != ".github";
        if entry.file_type().unwrap().is_dir() {
            if !hidden && !NO_PAGES.contains(&name.as_str()) {
                collect(&entry.path(), &format!("{prefix}{name}/"), pages);
            }
        } else if name.ends_with(".md") {
            pages.push(format!("{prefix}{name}"));
        }
    }
}

fn on(page: &str) -> Vec<Block> {
    let text = fs::read_to_string(root().join(page)).unwrap();
    let mut blocks = Vec::new();
    let mut open: Option<Block> = None;
    for (index, line) in text.lines().enumerate() {
        match (line.trim_start().strip_prefix("```"), &mut open) {
            (Some(language), None) => {
                let (page, language) = (page.to_owned(), language.trim().to_owned());
                open = Some(Block { page, line: index + 1, language, text: String::new() });
            }
            (Some(_), Some(_)) => blocks.extend(open.take()),
            (None, Some(block)) => {
                block.text.push_str(line);
                block.text.push('\n');
            }
            (None, None) => {}
        }
    }
    assert!(open.is_none(), "{page}: a block has no end");
    blocks
}
