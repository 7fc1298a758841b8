//! The description of whole files, and what is made from it.

use crate::describe::{clean, first_sentence};
use crate::explain::{MeasureInfo, explain as explained};
use crate::format::{Head, PER, SECTIONS, sections};
use crate::kind::{Described, KindInfo};
use crate::reference::{ReferencePage, pages};
use crate::registry::LayerRegistry;
use crate::schema::json_schema;
use patterns::settings::{Key, Setting};
use patterns::{health, supervise};
use sim::fault::KINDS;
use sim::measure::{documented, documented_of_layer, documented_of_some};

pub(crate) fn described(registry: &LayerRegistry) -> Described {
    Described {
        head: Head::shape(),
        sections: SECTIONS.iter().collect(),
        parts: sections(),
        per: &PER,
        layers: registry.described().cloned().collect(),
        processes: vec![KindInfo::of::<supervise::Settings>(), KindInfo::of::<health::Settings>()],
    }
}

/// A JSON Schema (2020-12) of scenario files whose policies may name the layers of the registry.
///
/// Editors use it for completion and checks: put `#:schema scenario.schema.json` in the first
/// line of a file.
pub fn schema(registry: &LayerRegistry) -> String {
    json_schema(&described(registry))
}

/// The pages of the reference in Markdown: one for each section and kind of layer, forms, codes,
/// and an index.
pub fn reference(registry: &LayerRegistry) -> Vec<ReferencePage> {
    pages(&described(registry))
}

/// What there is to say of a topic, as text for the terminal: a kind of layer (`breaker`), a key
/// (`breaker.open`, `agents.arrivals`), a form (`breaker.window.epoch`), a library, a code, a
/// measure, `codes`, `layers`, `like`, `measures`, `windows`; everything in short for an empty one.
///
/// # Errors
///
/// If there is no such topic; then with the names of the nearest ones.
pub fn explain(topic: &str, registry: &LayerRegistry) -> Result<String, Vec<String>> {
    let described = described(registry);
    explained(topic, &described, &measures(&described))
}

/// Everything that [`explain`] has a name for.
pub fn topics(registry: &LayerRegistry) -> Vec<String> {
    let described = described(registry);
    crate::explain::topics(&described, &measures(&described))
}

fn measures(described: &Described) -> Vec<MeasureInfo> {
    let of_layers = described.layers.iter();
    let of_layers = of_layers.flat_map(|kind| documented_of_layer(kind.name, kind.report));
    let measures = documented()
        .chain(documented_of_some())
        .chain(of_layers)
        .map(|(name, unit, meaning)| MeasureInfo { name, meaning, unit: unit.name().to_owned() });
    measures.collect()
}

/// The kinds of fault there are, each with what it does, in a sentence.
pub fn faults() -> impl Iterator<Item = (&'static str, String)> {
    KINDS.iter().map(|kind| (kind.name, first_sentence(&clean(&kind.doc()))))
}

/// The example of a value that schema and reference show for a key, as it stands in a file.
pub fn example(key: &Key) -> String {
    crate::describe::example_of(key)
}
