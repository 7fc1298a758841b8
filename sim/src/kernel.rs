//! Virtual time and chance.

/// Placeholder until the law module lands.
#[derive(Clone, Debug)]
pub struct Law;
