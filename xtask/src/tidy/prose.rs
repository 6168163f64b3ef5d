//! Markdown prose wraps: a line has at most [`WIDEST`] characters.
//!
//! Fenced blocks, tables, headings and pictures are exempt, and so is a line that has no space where
//! it could be broken.

use super::Report;
use super::tree::Tree;

/// The most characters a line of prose has.
const WIDEST: usize = 120;

pub(super) fn check(tree: &Tree, report: &mut Report<'_>) {
    for file in tree.files().iter().filter(|file| file.path.ends_with(".md")) {
        let mut fenced = false;
        for (number, line) in file.lines() {
            if line.trim_start().starts_with("```") {
                fenced = !fenced;
            } else if !fenced && is_prose(line) && could_wrap(line) {
                let width = line.chars().count();
                report.add(&file.path, number, format!("{width} characters; prose has {WIDEST}"));
            }
        }
        if fenced {
            report.add(&file.path, 0, "a fenced block has no end");
        }
    }
}

fn is_prose(line: &str) -> bool {
    !["|", "#", "!["].iter().any(|start| line.trim_start().starts_with(start))
}

/// Whether the line is too wide and has a space, after its list marker, where it can be broken.
fn could_wrap(line: &str) -> bool {
    if line.chars().count() <= WIDEST {
        return false;
    }
    let text = line.trim_start().trim_start_matches(['-', '*', '>']).trim_start();
    let marker = line.chars().count() - text.chars().count();
    text.chars().take(WIDEST - marker).any(|c| c == ' ')
}
