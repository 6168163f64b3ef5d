//! The declared order of a crate's modules, from bottom to top.
//!
//! A row is a layer. A module may import from its own layer and from those below; the root of the crate is above all
//! of them. What a layer is for is said in the crate's own documentation.

/// The layers of a crate, bottom first.
pub(super) type Layers = &'static [&'static [&'static str]];

/// Crates with an order. The others are small: in them, no circle is enough.
pub(super) const ORDER: &[(&str, Layers)] = &[(
    "status",
    &[
        &["deflate", "mark", "page"],
        &["claim", "named", "status_indexes", "update"],
        &["marks"],
        &["snapshot"],
        &["list"],
    ],
)];

/// The layers of the crate called `name`.
pub(super) fn layers(name: &str) -> Option<Layers> {
    ORDER.iter().find(|(listed, _)| *listed == name).map(|(_, layers)| *layers)
}

/// The layer of `module`, counted from the bottom.
pub(super) fn layer(layers: Layers, module: &str) -> Option<usize> {
    layers.iter().position(|layer| layer.contains(&module))
}
