//! Imports between the modules of a crate: none goes round in a circle, and none goes up.
//!
//! Owns the two rules. `graph.rs` says what an import is and what a circle is; `order.rs` has the declared orders.

mod crates;
mod describe;
mod graph;
mod order;
mod resolve;
mod scan;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;

use super::report::Report;
use super::tree::Tree;
use crates::{Crate, crates};
use graph::{OWN, Site};

/// No circle between modules, at any level.
pub(super) fn circles(tree: &Tree, report: &mut Report<'_>) {
    for one in crates(tree) {
        for (path, level) in &one.graph.levels {
            for circle in graph::circles(level) {
                let steps = graph::way_round(level, &circle);
                let Some(Site { file, line }) = steps.first().and_then(|step| level.get(step))
                else {
                    continue;
                };
                let title = describe::title(&one.name, path);
                report.add(
                    file,
                    *line,
                    format!("circle in {title}: {}", spelled_out(level, &steps)),
                );
            }
        }
    }
}

/// `a -> b (file:line), b -> a (file:line)`.
fn spelled_out(level: &graph::Level, steps: &[(String, String)]) -> String {
    let site = |step| {
        level.get(step).map_or_else(String::new, |site| format!(" ({}:{})", site.file, site.line))
    };
    let steps = steps.iter().map(|step| format!("{} -> {}{}", step.0, step.1, site(step)));
    steps.collect::<Vec<_>>().join(", ")
}

/// Every top-level module has its layer, and imports nothing from a higher one.
pub(super) fn order(tree: &Tree, report: &mut Report<'_>) {
    for one in crates(tree) {
        if let Some(layers) = order::layers(&one.name) {
            in_order(&one, layers, report);
        }
    }
}

fn in_order(one: &Crate, layers: order::Layers, report: &mut Report<'_>) {
    let modules: BTreeSet<&str> = one.modules.top().collect();
    let listed: BTreeSet<&str> = layers.iter().flat_map(|layer| layer.iter().copied()).collect();
    for name in modules.difference(&listed) {
        report.add(
            &one.root,
            0,
            format!("module {name} has no layer in xtask/src/tidy/modules/order.rs"),
        );
    }
    for name in listed.difference(&modules) {
        report.add(
            &one.root,
            0,
            format!("no module {name}, which xtask/src/tidy/modules/order.rs lists"),
        );
    }
    for ((from, to), site) in one.graph.levels.get(&[] as &[String]).into_iter().flatten() {
        let up = match (order::layer(layers, from), order::layer(layers, to)) {
            (Some(from), Some(to)) => from < to,
            (Some(_), None) => to == OWN,
            _ => false,
        };
        if up {
            let to = if to == OWN { "the root of the crate" } else { to };
            report.add(
                &site.file,
                site.line,
                format!("{from} is below {to} and may not import it"),
            );
        }
    }
}

/// The declared layers of a crate, bottom first.
#[cfg(test)]
pub(super) fn layers(name: &str) -> order::Layers {
    order::layers(name).unwrap_or_default()
}

/// What `cargo xtask tidy --modules` prints.
pub(super) fn describe(tree: &Tree) -> String {
    crates(tree).iter().map(describe::describe).collect()
}
