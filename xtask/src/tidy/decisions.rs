//! A decision fits a page and stands in the list.

use super::report::Report;
use super::tree::Tree;

const FOLDER: &str = "docs/decisions/";
const LIST: &str = "docs/decisions/README.md";
const LONGEST: usize = 80;

pub(super) fn check(tree: &Tree, report: &mut Report<'_>) {
    let list = tree.file(LIST).map_or("", |file| file.text.as_str());
    for file in tree.files().iter().filter(|file| file.path != LIST) {
        let Some(page) = file.path.strip_prefix(FOLDER) else { continue };
        let lines = file.text.lines().count();
        if lines > LONGEST {
            report.add(&file.path, LONGEST + 1, format!("{lines} lines; a page has {LONGEST}"));
        }
        if !list.contains(&format!("({page})")) {
            report.add(&file.path, 1, format!("not listed in {LIST}"));
        }
    }
    for (number, line) in tree.file(LIST).into_iter().flat_map(super::tree::File::lines) {
        for page in linked(line).filter(|page| tree.file(&format!("{FOLDER}{page}")).is_none()) {
            report.add(LIST, number, format!("lists {page}, which is not there"));
        }
    }
}

/// The pages that a line of the list links to.
fn linked(line: &str) -> impl Iterator<Item = &str> {
    line.split("](").skip(1).filter_map(|rest| rest.split_once(')')).map(|(page, _)| page)
}
