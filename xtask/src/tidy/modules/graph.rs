//! Who imports whom among the modules of one crate, and where that goes round in circles.
//!
//! The rule, at every level: the children of a module, and the module's own code as one more of them, form a graph
//! without circles. A `mod` line and a re-export of something below are no imports; a module that only lists and
//! re-exports its children may therefore be named by none of them or by all of them, and one that does more is either
//! above its children (it calls them) or below them (they share what it defines), never both. `Id<Client>` is no import
//! of `Client` either: an identifier holds nothing of what it identifies.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use super::resolve::Modules;
use super::scan::Module;

/// Where an import stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Site {
    pub(super) file: String,
    pub(super) line: usize,
}

/// The imports between the children of one module. [`OWN`] is the module itself.
pub(super) type Level = BTreeMap<(String, String), Site>;

/// The name of a module's own code beside its children.
pub(super) const OWN: &str = "self";

/// The imports of a crate, each at the level where the two sides part; the key is the path of that module.
#[derive(Debug, Default)]
pub(super) struct Graph {
    pub(super) levels: BTreeMap<Vec<String>, Level>,
    /// Imports by test code: the module and the top-level module that it imports. They may point anywhere.
    pub(super) by_tests: BTreeSet<(Vec<String>, String)>,
}

impl Graph {
    pub(super) fn of(modules: &Modules) -> Self {
        let mut graph = Self::default();
        for module in modules.iter() {
            graph.add_module(modules, module);
        }
        graph
    }

    fn add_module(&mut self, modules: &Modules, module: &Module) {
        for using in &module.uses {
            let Some(target) = modules.resolve(module, &using.path) else { continue };
            if using.name.as_ref().is_some_and(|name| module.only_identifies(name)) {
                continue;
            }
            let below = target.path.starts_with(&module.path);
            let named = using.name.as_ref().is_some_and(|name| module.words.contains(name));
            // A re-export of something below is an import only where the module's own code names it as well.
            if !(using.exported && below && !named) {
                self.add(module, target, using.line, using.test);
            }
        }
        for mention in &module.mentions {
            if let Some(target) = modules.resolve(module, &mention.path) {
                self.add(module, target, mention.line, mention.test);
            }
        }
    }

    fn add(&mut self, from: &Module, to: &Module, line: usize, test: bool) {
        if from.path == to.path {
            return;
        }
        if test || from.test {
            let to = to.path.first().map_or(OWN, String::as_str).to_owned();
            self.by_tests.insert((from.path.clone(), to));
            return;
        }
        let common = from.path.iter().zip(&to.path).take_while(|(one, other)| one == other).count();
        let at = |module: &Module| module.path.get(common).map_or(OWN, String::as_str).to_owned();
        let level =
            self.levels.entry(from.path.iter().take(common).cloned().collect()).or_default();
        let site = Site { file: from.file.clone(), line };
        level.entry((at(from), at(to))).or_insert(site);
    }
}

/// The circles of a level. Each is the set of modules that reach one another, sorted.
pub(super) fn circles(level: &Level) -> Vec<Vec<String>> {
    let nodes: BTreeSet<&str> = level.keys().map(|(from, _)| from.as_str()).collect();
    let reached: BTreeMap<&str, BTreeSet<&str>> =
        nodes.iter().map(|node| (*node, reach(node, level))).collect();
    let reaches = |from: &str, to: &str| reached.get(from).is_some_and(|set| set.contains(to));
    let mut circles = BTreeSet::new();
    for node in nodes.iter().filter(|node| reaches(node, node)) {
        let circle = nodes.iter().filter(|other| reaches(node, other) && reaches(other, node));
        circles.insert(circle.map(|name| (*name).to_owned()).collect());
    }
    circles.into_iter().collect()
}

fn reach<'l>(from: &str, level: &'l Level) -> BTreeSet<&'l str> {
    let mut reached = BTreeSet::new();
    let mut open = vec![from];
    while let Some(node) = open.pop() {
        for (_, to) in level.keys().filter(|(from, _)| from == node) {
            if reached.insert(to.as_str()) {
                open.push(to);
            }
        }
    }
    reached
}

/// A shortest way round `circle`, from its first module back to it.
pub(super) fn way_round(level: &Level, circle: &[String]) -> Vec<(String, String)> {
    let Some(start) = circle.first() else { return Vec::new() };
    let mut open: VecDeque<Vec<(String, String)>> = VecDeque::from([Vec::new()]);
    let mut seen = BTreeSet::new();
    while let Some(way) = open.pop_front() {
        let at = way.last().map_or(start, |(_, to)| to);
        if at == start && !way.is_empty() {
            return way;
        }
        for step in level.keys().filter(|(from, to)| from == at && circle.contains(to)) {
            if seen.insert(step.1.clone()) {
                open.push_back(way.iter().chain([step]).cloned().collect());
            }
        }
    }
    Vec::new()
}
