//! A bound that a measure is held against.

/// How a measure is compared with a bound.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Compare {
    /// `>=`
    AtLeast,
    /// `>`
    MoreThan,
    /// `<=`
    AtMost,
    /// `<`
    LessThan,
}

/// A bound that a measure is held against.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Bound {
    /// How it is compared.
    pub compare: Compare,
    /// With what, in the measure's unit.
    pub value: f64,
}

impl Bound {
    /// Whether a value keeps to it. What is undefined keeps to nothing.
    pub fn holds(&self, value: f64) -> bool {
        match self.compare {
            Compare::AtLeast => value >= self.value,
            Compare::MoreThan => value > self.value,
            Compare::AtMost => value <= self.value,
            Compare::LessThan => value < self.value,
        }
    }
}
