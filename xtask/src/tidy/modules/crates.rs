//! The crates of the tree, and the graph of each.

use super::super::edges::manifests;
use super::super::tree::Tree;
use super::graph::Graph;
use super::resolve::Modules;

/// A crate: its name, the file of its root, and who imports whom in it.
#[derive(Debug)]
pub(super) struct Crate {
    pub(super) name: String,
    pub(super) root: String,
    pub(super) modules: Modules,
    pub(super) graph: Graph,
}

/// Every package with a `lib.rs` or a `main.rs`. What stands beside `src` (tests, examples) is not read.
pub(super) fn crates(tree: &Tree) -> Vec<Crate> {
    let mut found = Vec::new();
    for manifest in manifests(tree) {
        let Some(folder) = manifest.file.path.strip_suffix("Cargo.toml") else { continue };
        let roots = ["src/lib.rs", "src/main.rs"].map(|root| format!("{folder}{root}"));
        if let Some(root) = roots.into_iter().find(|root| tree.file(root).is_some()) {
            let modules = Modules::read(tree, &root);
            let graph = Graph::of(&modules);
            found.push(Crate { name: manifest.name, root, modules, graph });
        }
    }
    found.sort_by(|one, other| one.name.cmp(&other.name));
    found
}
