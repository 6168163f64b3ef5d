//! The text of `cargo xtask tidy --modules`.

use std::collections::{BTreeMap, BTreeSet};

use super::crates::Crate;
use super::graph::{Level, OWN, circles};
use super::order::{layer, layers};

/// One crate: how many circles, the imports inside them, an order from bottom to
/// top, and the tests that import against the declared one.
pub(super) fn describe(one: &Crate) -> String {
    let mut lines = Vec::new();
    let mut count = 0;
    for (path, level) in &one.graph.levels {
        for circle in circles(level) {
            count += 1;
            lines.push(format!("  circle in {}: {}", title(&one.name, path), circle.join(", ")));
            for ((from, to), site) in
                level.iter().filter(|((from, to), _)| circle.contains(from) && circle.contains(to))
            {
                let entry = entry(&one.name, path, from, to);
                lines.push(format!("    {entry}    ({}:{})", site.file, site.line));
            }
        }
    }
    let order: Vec<String> = suggested(one).iter().map(|layer| layer.join(" ")).collect();
    lines.push(format!("  order: {}", order.join(" | ")));
    lines.extend(tests_upward(one).into_iter().map(|line| format!("  test, upward: {line}")));
    let modules = one.modules.iter().count();
    format!("{}: {modules} modules, {count} circles\n{}\n", one.name, lines.join("\n"))
}

/// An import, as `crate::module: from -> to`; `self` is the module's own code.
pub(super) fn entry(name: &str, level: &[String], from: &str, to: &str) -> String {
    format!("{}: {from} -> {to}", title(name, level))
}

/// The name of a level: the crate and the path of the module.
pub(super) fn title(name: &str, level: &[String]) -> String {
    std::iter::once(name).chain(level.iter().map(String::as_str)).collect::<Vec<_>>().join("::")
}

/// The top-level modules by layers: each module as low as its imports let it be, a circle in one layer.
fn suggested(one: &Crate) -> Vec<Vec<String>> {
    let empty = Level::new();
    let level = one.graph.levels.get(&[] as &[String]).unwrap_or(&empty);
    let circles = circles(level);
    let mut height: BTreeMap<&str, usize> = one.modules.top().map(|name| (name, 0)).collect();
    // Each pass raises at least one module, so there are no more passes than modules.
    for _ in 0..=height.len() {
        for (from, to) in level.keys().filter(|(from, to)| from != OWN && to != OWN) {
            let together =
                circles.iter().find(|circle| circle.contains(from) && circle.contains(to));
            let at_least =
                height.get(to.as_str()).map_or(0, |at| at + usize::from(together.is_none()));
            let lifted = together.map_or(std::slice::from_ref(from), Vec::as_slice);
            for name in lifted {
                if let Some(at) = height.get_mut(name.as_str()) {
                    *at = at_least.max(*at);
                }
            }
        }
    }
    let used: BTreeSet<usize> = height.values().copied().collect();
    let at = |layer: usize| height.iter().filter(move |(_, at)| **at == layer);
    used.into_iter().map(|layer| at(layer).map(|(name, _)| (*name).to_owned()).collect()).collect()
}

fn tests_upward(one: &Crate) -> Vec<String> {
    let Some(layers) = layers(&one.name) else { return Vec::new() };
    let up = |from: &str, to: &str| to == OWN || layer(layers, from) < layer(layers, to);
    let tests = one.graph.by_tests.iter();
    tests
        .filter(|(path, to)| path.first().is_some_and(|from| up(from, to)))
        .map(|(path, to)| format!("{} -> {to}", path.join("::")))
        .collect()
}
