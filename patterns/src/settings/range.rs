//! Ranges of numbers, lengths of time and lists.

use crate::time::Duration;

/// The range of a number, a length of time in nanoseconds, or of the number of items in a list.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Range {
    /// The smallest value, and whether it is allowed itself.
    pub min: Option<(f64, bool)>,
    /// The largest value, and whether it is allowed itself.
    pub max: Option<(f64, bool)>,
}

/// What the numbers of a [`Range`] are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// Numbers.
    Plain,
    /// Nanoseconds.
    Nanos,
    /// How many items there are.
    Items,
}

impl Range {
    /// Everything.
    pub const ALL: Self = Self { min: None, max: None };

    /// Whether the range has this value; no range has what is not finite.
    pub fn contains(self, value: f64) -> bool {
        let above = self
            .min
            .is_none_or(|(min, with)| min < value || (with && value <= min && value >= min));
        let below = self
            .max
            .is_none_or(|(max, with)| value < max || (with && value <= max && value >= max));
        value.is_finite() && above && below
    }

    /// The range in words: "at least 1", "longer than 0s and at most 1h".
    pub fn in_words(self, unit: Unit) -> String {
        let shown = |value: f64| match unit {
            Unit::Nanos => Duration::from_nanos(value as u64).to_string(),
            Unit::Plain | Unit::Items => value.to_string(),
        };
        let items = |text: String| match unit {
            Unit::Items => format!("a list of {text}"),
            Unit::Plain | Unit::Nanos => text,
        };
        items(match (self.min, self.max) {
            (None, None) => "anything".to_owned(),
            (Some((min, true)), Some((max, true))) => {
                format!("from {} to {}", shown(min), shown(max))
            }
            (min, max) => {
                let more = if unit == Unit::Nanos { "longer than" } else { "more than" };
                let less = if unit == Unit::Nanos { "shorter than" } else { "less than" };
                let min = min.map(|(min, with)| {
                    let words = if with { "at least" } else { more };
                    format!("{words} {}", shown(min))
                });
                let max = max.map(|(max, with)| {
                    let words = if with { "at most" } else { less };
                    format!("{words} {}", shown(max))
                });
                min.into_iter().chain(max).collect::<Vec<_>>().join(" and ")
            }
        })
    }
}
