//! The table that a run prints, in Markdown.

use std::fmt;

use crate::compare::Compared;
use crate::load::wrk::Sample;

/// A measurement.
#[derive(Debug)]
pub(crate) struct Row {
    pub(crate) what: String,
    pub(crate) ours: String,
    /// The probe's result, where there is one.
    pub(crate) probe: String,
    pub(crate) ratio: String,
    pub(crate) target: String,
    pub(crate) met: &'static str,
}

impl Row {
    /// Two rates. Ours should reach `target` times the probe's.
    pub(crate) fn rates(what: &str, compared: Compared, target: f64) -> Self {
        let Compared { ours, probe, ratio } = compared;
        Self {
            what: what.to_owned(),
            ours: rate(ours),
            probe: rate(probe),
            ratio: format!("{:.0} %", ratio * 100.0),
            target: format!("≥ {:.0} %", target * 100.0),
            met: met(ratio >= target),
        }
    }

    /// Two delays at the same rate. Our p99 should be under `limit` milliseconds.
    pub(crate) fn delays(what: &str, ours: Sample, probe: Sample, limit: f64) -> Self {
        Self {
            what: what.to_owned(),
            ours: rate(ours),
            probe: rate(probe),
            ratio: String::new(),
            target: format!("p99 < {limit} ms"),
            met: met(ours.p99 < limit),
        }
    }

    /// A value that should be under a limit.
    pub(crate) fn limit(what: &str, ours: String, target: String, reached: bool) -> Self {
        let (probe, ratio) = (String::new(), String::new());
        Self { what: what.to_owned(), ours, probe, ratio, target, met: met(reached) }
    }

    /// A measurement that failed, and why.
    pub(crate) fn failed(what: &str, problem: &str) -> Self {
        let mut row = Self::limit(what, String::new(), String::new(), false);
        row.ours = format!("not measured: {}", problem.lines().next().unwrap_or_default());
        row
    }
}

const fn met(reached: bool) -> &'static str {
    if reached { "yes" } else { "NO" }
}

/// `12 345/s · 1.20 / 3.40 ms`.
fn rate(sample: Sample) -> String {
    let Sample { rate, p50, p99, .. } = sample;
    format!("{}/s · {p50:.2} / {p99:.2} ms", thousands(rate as u64))
}

/// Digits in groups of three.
pub(crate) fn thousands(number: u64) -> String {
    let digits = number.to_string();
    let mut grouped = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            grouped.push(' ');
        }
        grouped.push(digit);
    }
    grouped
}

/// The rows, in the order they were measured.
#[derive(Debug, Default)]
pub(crate) struct Table(pub(crate) Vec<Row>);

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let head = ["work", "postern · p50 / p99", "probe · p50 / p99", "ratio", "target", "met"];
        let mut lines = vec![head.map(str::to_owned)];
        for row in &self.0 {
            let Row { what, ours, probe, ratio, target, met } = row;
            let cells = [what, ours, probe, ratio, target].map(Clone::clone);
            let [what, ours, probe, ratio, target] = cells;
            lines.push([what, ours, probe, ratio, target, (*met).to_owned()]);
        }
        let width = |at: usize| {
            let cells = lines.iter().filter_map(|line| line.get(at));
            cells.map(|cell| cell.chars().count()).max().unwrap_or(0)
        };
        let widths: Vec<usize> = (0..head.len()).map(width).collect();
        for (number, line) in lines.iter().enumerate() {
            for (cell, width) in line.iter().zip(&widths) {
                write!(f, "| {cell:<width$} ")?;
            }
            writeln!(f, "|")?;
            if number == 0 {
                let rules = widths.iter().map(|width| format!("|{}", "-".repeat(width + 2)));
                writeln!(f, "{}|", rules.collect::<String>())?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_line_up_and_a_miss_is_loud() {
        let sample = |rate| Sample { requests: 1, rate, p50: 1.0, p99: 2.0 };
        let (ours, probe, ratio) = (sample(4_999.0), sample(10_000.0), 0.4999);
        let row = Row::rates("work", Compared { ours, probe, ratio }, 0.5);
        assert_eq!((row.ratio.as_str(), row.met), ("50 %", "NO"));
        let table = Table(vec![row, Row::failed("other", "why\nmore")]).to_string();
        let widths: Vec<_> = table.lines().map(|line| line.chars().count()).collect();
        assert!(widths.windows(2).all(|pair| pair.first() == pair.last()), "{table}");
        assert!(table.contains("4 999/s") && table.contains("not measured: why "));
    }

    #[test]
    fn thousands_are_grouped() {
        assert_eq!(thousands(0), "0");
        assert_eq!(thousands(1_234_567), "1 234 567");
    }
}
