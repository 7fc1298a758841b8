//! Measures, as the terminal explains them.

/// What `explain measures` says of a measure.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct MeasureInfo {
    /// Its path, such as `agents.NAME.success`.
    pub(crate) name: String,
    /// What it means.
    pub(crate) meaning: String,
    /// In what it counts.
    pub(crate) unit: String,
}
