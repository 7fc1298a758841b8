//! What is made from the descriptions for the reader of them: schema, reference pages, answers in
//! the terminal.

use patterns::settings::{Key, Setting};

use crate::explain::MeasureInfo;
use crate::format::{Head, Per, SECTIONS, sections};
use crate::kind::Described;
use crate::reference::ReferencePage;
use crate::registry::LayerRegistry;

/// Who may share an instance of a layer.
static PER: Key = Key::new("per", &[" Who shares one instance of the layer."], Per::shape)
    .or(|| Per::Agent.write());

/// Everything that a scenario file may say.
fn described(registry: &LayerRegistry) -> Described {
    Described {
        head: Head::shape(),
        sections: SECTIONS.iter().collect(),
        parts: sections(),
        per: &PER,
        layers: registry.described().cloned().collect(),
    }
}

/// A JSON Schema (2020-12) of scenario files whose policies may name the layers of the registry.
///
/// Editors use it for completion and checks: put `#:schema scenario.schema.json` in the first
/// line of a file.
pub fn schema(registry: &LayerRegistry) -> String {
    crate::schema::json_schema(&described(registry))
}

/// The reference pages in Markdown, the index first.
pub fn reference(registry: &LayerRegistry) -> Vec<ReferencePage> {
    crate::reference::pages(&described(registry))
}

/// What there is to say of a topic, for the terminal: `breaker`, `breaker.open`, `measures`.
///
/// # Errors
///
/// If there is no such topic; then with the names of the nearest ones.
pub fn explain(
    registry: &LayerRegistry,
    topic: &str,
    measures: &[MeasureInfo],
) -> Result<String, Vec<String>> {
    crate::explain::explain(topic, &described(registry), measures)
}

/// The example of a value that schema and reference show for a key, as it stands in a file.
pub fn example(key: &Key) -> String {
    crate::describe::example_of(key)
}
