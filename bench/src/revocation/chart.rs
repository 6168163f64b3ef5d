//! A chart of the delays: a histogram for each kind of observer above one logarithmic axis, as SVG,
//! readable on light and dark backgrounds.

use std::fmt::Write as _;

use super::delays::{Delays, millis};

const WIDTH: f64 = 760.0;
const LEFT: f64 = 64.0;
const RIGHT: f64 = 24.0;
const TOP: f64 = 76.0;
/// The height of a histogram with its margin.
const HEIGHT: f64 = 96.0;
const STEP: f64 = 150.0;
/// The space above the bars, for the labels.
const ROOM: f64 = 28.0;
/// The exponents of ten, in milliseconds, at the ends of the axis.
const FIRST: i32 = -1;
const LAST: i32 = 4;
const A_DECADE: i32 = 12;

const STYLE: &str = "\
.ground{fill:#fff}text{fill:#1f2328;font:13px system-ui,sans-serif}.title{font-size:16px;font-weight:600}\
.small{font-size:11px}.soft{fill:#59636e}.grid{stroke:#d1d9e0}.axis{stroke:#59636e}.bar{fill:#2f6fde}\
.p50{stroke:#1a7f37;stroke-width:1.5}.p99{stroke:#c4320a;stroke-width:1.5}.limit{stroke:#59636e;stroke-dasharray:4 3}\
.of50{fill:#1a7f37}.of99{fill:#c4320a}\
@media(prefers-color-scheme:dark){.ground{fill:#0d1117}text{fill:#e6edf3}.soft{fill:#9198a1}.grid{stroke:#2f353d}\
.axis{stroke:#9198a1}.bar{fill:#5c9dff}.p50{stroke:#4ac26b}.p99{stroke:#ff8a5c}.limit{stroke:#9198a1}\
.of50{fill:#4ac26b}.of99{fill:#ff8a5c}}";

/// Draws `groups`, each with its name, under `caption`.
pub(crate) fn draw(caption: &str, groups: &[(&str, &Delays)]) -> String {
    let height = TOP + STEP * groups.len() as f64 + 32.0;
    let mut svg = format!(
        r#"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" role="img" aria-label="Revocation delay"><style>{STYLE}</style><rect class="ground" width="{WIDTH}" height="{height}"/>"#
    );
    text(
        &mut svg,
        (LEFT, 28.0),
        r#"class="title""#,
        "From the answer to a revocation until it is refused",
    );
    text(&mut svg, (LEFT, 48.0), r#"class="small soft""#, caption);
    for (number, (name, delays)) in groups.iter().enumerate() {
        panel(&mut svg, TOP + STEP * number as f64, name, delays);
    }
    let middle = r#"class="soft" text-anchor="middle""#;
    let below = TOP + STEP * groups.len() as f64 + 8.0;
    text(&mut svg, (LEFT + span() / 2.0, below), middle, "delay in milliseconds, logarithmic");
    let turned = TOP + STEP * groups.len() as f64 / 2.0 - 20.0;
    let turned =
        format!(r#"class="soft" text-anchor="middle" transform="rotate(-90 16 {turned})""#);
    let at = (16.0, TOP + STEP * groups.len() as f64 / 2.0 - 20.0);
    text(&mut svg, at, &turned, "observations");
    svg.push_str("</svg>\n");
    svg
}

/// One histogram whose name is written at `top`.
fn panel(svg: &mut String, top: f64, name: &str, delays: &Delays) {
    let (ceiling, floor) = (top + 16.0, top + 16.0 + HEIGHT);
    text(svg, (LEFT, top + 6.0), "", &format!("{name} ({} observations)", delays.count()));
    for power in FIRST..=LAST {
        let at = x(10_f64.powi(power));
        line(svg, "grid", (at, ceiling), (at, floor));
        let label = r#"class="small soft" text-anchor="middle""#;
        text(svg, (at, floor + 15.0), label, &format!("{}", 10_f64.powi(power)));
    }
    let counts = counts(delays);
    let most = counts.iter().copied().max().unwrap_or(1).max(1);
    let width = span() / counts.len() as f64;
    for (number, count) in counts.iter().enumerate().filter(|(_, count)| **count > 0) {
        let height = ((HEIGHT - ROOM) * *count as f64 / most as f64).max(1.0);
        let (left, top) = (LEFT + width * number as f64 + 0.5, floor - height);
        let _ = write!(
            svg,
            r#"<rect class="bar" x="{left:.1}" y="{top:.1}" width="{:.1}" height="{height:.1}"/>"#,
            width - 1.0
        );
    }
    let label = r#"class="small soft" text-anchor="end""#;
    text(svg, (LEFT - 6.0, ceiling + ROOM + 9.0), label, &most.to_string());
    text(svg, (LEFT - 6.0, floor), label, "0");
    line(svg, "axis", (LEFT, floor), (WIDTH - RIGHT, floor));
    line(svg, "limit", (x(1_000.0), ceiling), (x(1_000.0), floor));
    text(svg, (x(1_000.0) + 4.0, ceiling + 9.0), r#"class="small soft""#, "1 s");
    let marks = [(50.0, "p50", "of50", 9.0), (99.0, "p99", "of99", 22.0)];
    for (hundredth, class, of, down) in marks {
        let delay = delays.percentile(hundredth);
        let at = x(delay);
        line(svg, class, (at, ceiling), (at, floor));
        let label = format!("{class} {}", millis(delay));
        text(svg, (at + 4.0, ceiling + down), &format!(r#"class="small {of}""#), &label);
    }
}

/// How many delays fall between two neighbouring steps of the axis. Delays beyond the axis count at
/// its ends.
fn counts(delays: &Delays) -> Vec<usize> {
    let mut counts = vec![0; ((LAST - FIRST) * A_DECADE) as usize];
    let last = counts.len() - 1;
    for delay in delays.iter() {
        let at = (delay.max(1e-9).log10() - f64::from(FIRST)) * f64::from(A_DECADE);
        if let Some(count) = counts.get_mut((at.max(0.0) as usize).min(last)) {
            *count += 1;
        }
    }
    counts
}

const fn span() -> f64 {
    WIDTH - LEFT - RIGHT
}

/// The position of a delay on the axis.
fn x(delay: f64) -> f64 {
    let share = (delay.max(1e-9).log10() - f64::from(FIRST)) / f64::from(LAST - FIRST);
    LEFT + span() * share.clamp(0.0, 1.0)
}

fn line(svg: &mut String, class: &str, from: (f64, f64), to: (f64, f64)) {
    let ((x1, y1), (x2, y2)) = (from, to);
    let _ = write!(
        svg,
        r#"<line class="{class}" x1="{x1:.1}" y1="{y1:.1}" x2="{x2:.1}" y2="{y2:.1}"/>"#
    );
}

fn text(svg: &mut String, (x, y): (f64, f64), attributes: &str, text: &str) {
    let _ = write!(svg, r#"<text x="{x:.1}" y="{y:.1}" {attributes}>{text}</text>"#);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_delay_is_in_the_picture() {
        let delays = Delays::of(vec![0.0, 0.05, 3.0, 30.0, 99_999.0]);
        assert_eq!(counts(&delays).iter().sum::<usize>(), 5);
        let svg = draw("caption", &[("gates", &delays)]);
        assert_eq!(svg.matches(r#"<rect class="bar""#).count(), 4);
        assert!(svg.contains("gates (5 observations)") && svg.contains("p50 3.0 ms"), "{svg}");
    }

    #[test]
    fn the_axis_is_logarithmic() {
        assert_eq!(x(0.01), LEFT);
        assert_eq!(x(1e9), WIDTH - RIGHT);
        assert!((x(10.0) - x(1.0) - (x(100.0) - x(10.0))).abs() < 1e-6);
    }
}
