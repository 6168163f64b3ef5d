//! How a budget is written into a header: section `[quota]`.

use oauth::{Quota, QuotaWindow};

use crate::DialectError;
use crate::read::Table;
use crate::template::fields::QUOTA;
use crate::template::{Facts, Field, TextTemplate, Value};

/// How `{client_quota}` and `{organization_quota}` are written.
#[derive(Clone, Debug)]
pub(crate) struct QuotaTemplate {
    window: TextTemplate,
    separator: String,
    hour: String,
    day: String,
}

struct WindowFacts<'a>(&'a str, &'a QuotaWindow);

impl Facts for WindowFacts<'_> {
    fn value(&self, field: Field) -> Value<'_> {
        let number = |number: u64| Value::Integer(i64::try_from(number).unwrap_or(i64::MAX));
        match field {
            Field::Window => Value::Text(self.0),
            Field::Limit => number(self.1.limit),
            Field::Remaining => number(self.1.remaining),
            Field::ResetsIn => number(self.1.resets_in),
            _ => Value::Absent,
        }
    }
}

impl QuotaTemplate {
    /// Reads `[quota]`.
    pub(crate) fn read(table: &Table<'_>) -> Result<Self, DialectError> {
        let text = |key| Ok::<_, DialectError>(table.required(key)?.text()?.to_owned());
        let quota = Self {
            window: TextTemplate::new(&table.required("window")?, QUOTA)?,
            separator: text("separator")?,
            hour: text("hour")?,
            day: text("day")?,
        };
        table.finish("key")?;
        Ok(quota)
    }

    /// The text of a budget; `None` where it has no window.
    pub(super) fn write(&self, quota: Option<&Quota>) -> Option<String> {
        let quota = quota?;
        let mut out = String::new();
        for (name, window) in [(&self.hour, &quota.per_hour), (&self.day, &quota.per_day)] {
            let Some(window) = window else { continue };
            if !out.is_empty() {
                out.push_str(&self.separator);
            }
            self.window.write(&WindowFacts(name, window), &mut out);
        }
        (!out.is_empty()).then_some(out)
    }
}
