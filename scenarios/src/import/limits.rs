//! What numbers and lengths of time another world takes for a key.

use patterns::Duration;
use patterns::settings::Node;

use super::unit::{Unit, decimal};

/// The least and the most of a number; of a length of time in seconds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Limits {
    least: Option<Bound>,
    most: Option<Bound>,
}

#[derive(Clone, Copy, Debug, PartialEq)]
struct Bound {
    at: f64,
    /// Whether the bound itself may be.
    is_within: bool,
}

/// More than this no library takes for a whole number: most have 32 bits for it.
const WHOLE_MAX: f64 = 4_294_967_295.0;

impl Limits {
    /// Those that go with the unit alone.
    pub(crate) const OF_UNIT: Self = Self { least: None, most: None };

    pub(crate) const fn least(self, at: f64, is_within: bool) -> Self {
        Self { least: Some(Bound { at, is_within }), ..self }
    }

    pub(crate) const fn most(self, at: f64, is_within: bool) -> Self {
        Self { most: Some(Bound { at, is_within }), ..self }
    }

    /// What a value must be, if it is not so.
    pub(crate) fn broken_by(self, node: &Node, unit: Unit) -> Option<String> {
        let number = match unit {
            Unit::Time(times) => times.read(node)?.as_secs_f64(),
            _ => decimal(node)?,
        };
        let Self { least, most } = self.with(unit)?;
        let is_over = |bound: &Bound| number > bound.at || !bound.is_within && number >= bound.at;
        let is_under = |bound: &Bound| number < bound.at || !bound.is_within && number <= bound.at;
        let is_broken = least.as_ref().is_some_and(is_under) || most.as_ref().is_some_and(is_over);
        // That numbers have an end is said only to those who are past it.
        let most = most.filter(|most| most.at < WHOLE_MAX || number > WHOLE_MAX);
        is_broken.then(|| in_words(least, most, unit))
    }

    /// With what the unit asks of every number.
    fn with(self, unit: Unit) -> Option<Self> {
        let at = |at| Some(Bound { at, is_within: true });
        let (least, most) = match unit {
            Unit::Whole | Unit::OneLess => (at(0.0), at(WHOLE_MAX)),
            Unit::Factor => (at(0.0), None),
            Unit::Percent => (at(0.0), at(100.0)),
            Unit::Share => (at(0.0), at(1.0)),
            Unit::Time(_) => (None, None),
            _ => return None,
        };
        Some(Self { least: self.least.or(least), most: self.most.or(most) })
    }
}

/// `more than 0 and at most 100`.
fn in_words(least: Option<Bound>, most: Option<Bound>, unit: Unit) -> String {
    let shown = |at: f64| match unit {
        Unit::Time(_) => Duration::from_secs_f64(at).to_string(),
        _ => at.to_string(),
    };
    let least = least.map(|Bound { at, is_within }| {
        format!("{} {}", if is_within { "at least" } else { "more than" }, shown(at))
    });
    let most = most.map(|Bound { at, is_within }| {
        format!("{} {}", if is_within { "at most" } else { "less than" }, shown(at))
    });
    let parts: Vec<String> = least.into_iter().chain(most).collect();
    parts.join(" and ")
}
