//! The dialects that ship inside the program.

/// The dialect from which every other takes its missing keys.
pub(crate) const BASE: (&str, &str) = ("rfc.toml", include_str!("../dialects/rfc.toml"));

/// Name, file name and text of each.
const SHIPPED: [(&str, &str, &str); 6] = [
    ("rfc", BASE.0, BASE.1),
    ("speculo", "speculo.toml", include_str!("../dialects/speculo.toml")),
    ("spendesk", "spendesk.toml", include_str!("../dialects/spendesk.toml")),
    ("spiko", "spiko.toml", include_str!("../dialects/spiko.toml")),
    ("fyma", "fyma.toml", include_str!("../dialects/fyma.toml")),
    ("speckle", "speckle.toml", include_str!("../dialects/speckle.toml")),
];

pub(crate) fn names() -> impl Iterator<Item = &'static str> {
    SHIPPED.iter().map(|(name, ..)| *name)
}

/// The file name and the text of the dialect called `name`.
pub(crate) fn file(name: &str) -> Option<(&'static str, &'static str)> {
    let (_, file, text) = SHIPPED.iter().find(|(known, ..)| *known == name)?;
    Some((file, text))
}
