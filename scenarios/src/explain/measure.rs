//! Measures, as the terminal explains them.

/// What `explain measures` says of a measure.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MeasureInfo {
    /// Its path, such as `agents.NAME.success`.
    pub name: String,
    /// What it means.
    pub meaning: String,
    /// In what it counts.
    pub unit: String,
}
