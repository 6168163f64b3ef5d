//! Sample cameras that count what passes; the same on every run.

use serde::Serialize;

/// A camera that tracks.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Camera {
    id: String,
    name: String,
    site: &'static str,
    status: &'static str,
    latitude: f64,
    longitude: f64,
    tracked_classes: &'static [&'static str],
    installed_on: String,
}

const SITES: [(&str, f64, f64); 6] = [
    ("Freedom Square", 59.4339, 24.7449),
    ("Harbour Terminal D", 59.4446, 24.7686),
    ("Old Market Hall", 59.4402, 24.7372),
    ("Riverside Park", 58.3780, 26.7290),
    ("Station North", 59.4400, 24.7360),
    ("University Gate", 58.3810, 26.7200),
];
const SPOTS: [&str; 5] = ["entrance", "crossing", "bicycle lane", "bus stop", "car park"];
const CLASSES: [&[&str]; 3] =
    [&["person", "bicycle"], &["person", "car", "bus", "truck"], &["car", "truck", "motorcycle"]];

/// All of them.
pub(super) fn cameras() -> Vec<Camera> {
    let every = SITES.iter().flat_map(|site| SPOTS.iter().map(move |spot| (site, spot)));
    every.enumerate().map(|(index, (site, spot))| camera(index, site, spot)).collect()
}

fn camera(index: usize, site: &(&'static str, f64, f64), spot: &str) -> Camera {
    let (name, latitude, longitude) = *site;
    Camera {
        id: format!("cam_{:04}", 1_001 + index * 7),
        name: format!("{name}, {spot}"),
        site: name,
        status: if index % 11 == 10 { "offline" } else { "online" },
        latitude: latitude + (index % 5) as f64 * 0.0001,
        longitude,
        tracked_classes: CLASSES.get(index % CLASSES.len()).copied().unwrap_or_default(),
        installed_on: format!("2025-{:02}-{:02}", 1 + index % 12, 1 + index % 28),
    }
}
