//! The modules of one crate, and what a path in one of them stands for.
//!
//! A path stands for the module that *defines* what it names: re-exports are followed, so that `use crate::Denial`
//! leads to `denial` and not to the root. What another crate defines stands for nothing.

use std::collections::BTreeMap;

use super::super::tree::Tree;
use super::scan::{Declared, Module, Use, scan};

/// The modules of a crate by their paths; the root's is empty.
#[derive(Debug, Default)]
pub(super) struct Modules(BTreeMap<Vec<String>, Module>);

/// Re-exports that lead to one another end here.
const DEEPEST: usize = 16;

impl Modules {
    /// Reads the crate whose root is the file `root`, with every module that it declares.
    pub(super) fn read(tree: &Tree, root: &str) -> Self {
        let mut modules = Self::default();
        let mut open = vec![(root.to_owned(), Vec::new(), false)];
        while let Some((file, path, test)) = open.pop() {
            let Some(text) = tree.file(&file).map(|file| file.text.as_str()) else { continue };
            let scanned = scan(text, &file, path, test);
            for declared in scanned.declared {
                let test = declared.test || is_test(&declared.path);
                if let Some(found) = file_of(tree, root, &file, &declared) {
                    open.push((found, declared.path, test));
                }
            }
            modules
                .0
                .extend(scanned.modules.into_iter().map(|module| (module.path.clone(), module)));
        }
        modules
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &Module> {
        self.0.values()
    }

    /// The names of the modules that the root declares, without those for tests.
    pub(super) fn top(&self) -> impl Iterator<Item = &str> {
        let top = self.iter().filter(|module| module.path.len() == 1 && !module.test);
        top.filter_map(|module| module.path.first().map(String::as_str))
    }

    /// The module that defines what `path` names in `from`; none when another crate does.
    pub(super) fn resolve<'m>(&'m self, from: &'m Module, path: &[String]) -> Option<&'m Module> {
        self.look_up(from, path, DEEPEST)
    }

    fn look_up<'m>(
        &'m self,
        from: &'m Module,
        path: &[String],
        depth: usize,
    ) -> Option<&'m Module> {
        let depth = depth.checked_sub(1)?;
        let (first, rest) = path.split_first()?;
        match first.as_str() {
            "crate" => self.descend(self.0.get(&[] as &[String])?, rest, depth),
            "self" => self.descend(from, rest, depth),
            "super" => {
                let (_, above) = from.path.split_last()?;
                let above = self.0.get(above)?;
                match rest {
                    [next, ..] if next == "super" => self.look_up(above, rest, depth),
                    _ => self.descend(above, rest, depth),
                }
            }
            "Self" | "std" | "core" | "alloc" => None,
            _ if self.child(from, first).is_some() || from.items.contains(first) => {
                self.descend(from, path, depth)
            }
            _ => self.through(from, first, rest, depth),
        }
    }

    /// Goes from `module` down along `path` to where its end is defined.
    fn descend<'m>(
        &'m self,
        module: &'m Module,
        path: &[String],
        depth: usize,
    ) -> Option<&'m Module> {
        let Some((first, rest)) = path.split_first() else { return Some(module) };
        if let Some(child) = self.child(module, first) {
            return self.descend(child, rest, depth);
        }
        if module.items.contains(first) {
            return Some(module);
        }
        // A name that nothing brings in was made by a macro here.
        match self.brings(module, first) {
            Some(_) => self.through(module, first, rest, depth),
            None => self.through_star(module, first, rest, depth).or(Some(module)),
        }
    }

    /// What `name`, brought into `module` by a `use`, stands for.
    fn through<'m>(
        &'m self,
        module: &'m Module,
        name: &str,
        rest: &[String],
        depth: usize,
    ) -> Option<&'m Module> {
        match self.brings(module, name) {
            // `use dialect;` names a crate.
            Some(using) if using.path == [name] => None,
            Some(using) => {
                let path: Vec<String> = using.path.iter().chain(rest).cloned().collect();
                self.look_up(module, &path, depth)
            }
            None => self.through_star(module, name, rest, depth),
        }
    }

    fn brings<'m>(&self, module: &'m Module, name: &str) -> Option<&'m Use> {
        module.uses.iter().find(|using| using.name.as_deref() == Some(name))
    }

    /// What `name` stands for when one of the `use …::*` of `module` brings it in.
    fn through_star<'m>(
        &'m self,
        module: &'m Module,
        name: &str,
        rest: &[String],
        depth: usize,
    ) -> Option<&'m Module> {
        let stars = module.uses.iter().filter(|using| using.name.is_none());
        let mut targets =
            stars.filter_map(|using| self.look_up(module, &using.path, depth.checked_sub(1)?));
        let has = |target: &&Module| {
            target.path != module.path
                && (target.items.contains(name)
                    || self.child(target, name).is_some()
                    || self.brings(target, name).is_some())
        };
        let target = targets.find(has)?;
        let path: Vec<String> =
            std::iter::once(name.to_owned()).chain(rest.iter().cloned()).collect();
        self.descend(target, &path, depth.checked_sub(1)?)
    }

    fn child<'m>(&'m self, module: &Module, name: &str) -> Option<&'m Module> {
        let path: Vec<String> = module.path.iter().cloned().chain([name.to_owned()]).collect();
        self.0.get(&path)
    }
}

fn is_test(path: &[String]) -> bool {
    path.last().is_some_and(|name| name == "tests" || name.ends_with("_tests"))
}

/// The file of a declared module, by the rules of the Rust reference, "Module source filenames".
fn file_of(tree: &Tree, root: &str, file: &str, declared: &Declared) -> Option<String> {
    let (folder, name) = file.rsplit_once('/')?;
    if let Some(path) = &declared.file {
        return Some(format!("{folder}/{path}"));
    }
    let own = name == "mod.rs" || file == root;
    let stem = name.strip_suffix(".rs")?;
    let folder = if own { folder.to_owned() } else { format!("{folder}/{stem}") };
    let child = declared.path.last()?;
    let places = [format!("{folder}/{child}.rs"), format!("{folder}/{child}/mod.rs")];
    places.into_iter().find(|place| tree.file(place).is_some())
}
