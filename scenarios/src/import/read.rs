//! Makes a scenario of a file of another format.

use patterns::settings::{Code, Node};
use sim::System;

use super::draft::{Draft, Left};
use super::formats::FORMATS;
use super::importer::Importer;
use super::render::{Rendered, render, shown};
use super::{dotted, yaml};
use crate::diagnostic::{Diagnostic, Diagnostics, nearest_or_all};
use crate::registry::LayerRegistry;
use crate::scenario_file::ScenarioFile;
use crate::source::Source;

/// A scenario that was made of a file of another format.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Imported {
    /// The scenario file, which can be run as it is.
    pub text: String,
    /// The format of the other file.
    pub format: &'static str,
    /// What could not be taken over, each with its place and why.
    pub left_out: Vec<String>,
}

/// Makes a scenario of a file of another format, which is found by what is in it if it is not said.
/// `name` is what messages call the file.
///
/// # Errors
///
/// With everything that is wrong, if the file cannot be read, is of no format that is known, or has
/// a value that cannot be.
///
/// ```
/// use scenarios::{LayerRegistry, ScenarioFile, import};
///
/// # fn main() -> Result<(), scenarios::Diagnostics> {
/// let registry = LayerRegistry::builtin();
/// let text = r#"{ "circuit_breaker": { "name": "mcp", "failure_threshold": 3 } }"#;
/// let imported = import("breaker.json", text, None, &registry)?;
/// assert_eq!(imported.format, "course");
/// ScenarioFile::parse("mine.toml", &imported.text)?.scenario(&registry)?;
/// # Ok(())
/// # }
/// ```
pub fn import(
    name: &str,
    text: &str,
    from: Option<&str>,
    registry: &LayerRegistry,
) -> Result<Imported, Diagnostics> {
    let source = Source::new(name, text);
    let made = make(&source, text, from, registry)?;
    let left_out = made.left.iter().map(|left| shown(left, &source)).collect();
    Ok(Imported { text: made.rendered.text, format: made.format, left_out })
}

/// A file of another format, and the scenario that was made of it.
pub(crate) struct Made {
    pub(crate) format: &'static str,
    /// What the file says.
    pub(crate) documents: Vec<Node>,
    pub(crate) rendered: Rendered,
    /// The scenario, as it was read when it was checked.
    pub(crate) file: ScenarioFile,
    pub(crate) system: System,
    /// What could not be taken over, in the order of the file.
    left: Vec<Left>,
}

/// Reads a file of another format, and makes a scenario of it.
pub(crate) fn make(
    source: &Source,
    text: &str,
    from: Option<&str>,
    registry: &LayerRegistry,
) -> Result<Made, Diagnostics> {
    let failed = |wrong| Diagnostics::new(source, wrong);
    let documents = match dotted::properties(text) {
        Some(tree) => vec![tree],
        None => yaml::documents(text).map_err(|wrong| {
            if is_scenario(text) { failed(vec![no_format(text)]) } else { failed(wrong) }
        })?,
    };
    let importer = importer(&documents, text, from).map_err(|wrong| failed(vec![wrong]))?;
    let mut draft = Draft::default();
    (importer.read)(&documents, &mut draft);
    if draft.wrong.is_empty() && draft.services.is_empty() {
        let message = format!("nothing that {} calls can be found here", importer.format.name);
        let help = format!("what is read: {}", importer.format.about);
        draft.wrong(Diagnostic::new(0..0, Code::Missing, message).help(help));
    }
    if !draft.wrong.is_empty() {
        return Err(failed(draft.wrong));
    }
    let format = importer.format.name;
    draft.left.sort_by_key(|left| left.at.start);
    let rendered = render(&draft, source, format);
    let (file, system) = check(&rendered, registry).map_err(failed)?;
    Ok(Made { format, documents, rendered, file, system, left: draft.left })
}

/// The names of all formats that can be imported, each with what it is.
pub fn import_formats() -> impl Iterator<Item = (&'static str, &'static str)> {
    FORMATS.iter().map(|importer| (importer.format.name, importer.format.about))
}

fn names() -> Vec<&'static str> {
    import_formats().map(|(name, _)| name).collect()
}

/// The format that was asked for, or that the file is of.
fn importer(
    documents: &[Node],
    text: &str,
    from: Option<&str>,
) -> Result<&'static Importer, Diagnostic> {
    if let Some(from) = from {
        let found = FORMATS.iter().find(|importer| importer.format.name == from);
        return found.copied().ok_or_else(|| {
            let message = format!("there is no format `{from}`");
            Diagnostic::new(0..0, Code::UnknownName, message).help(nearest_or_all(from, &names()))
        });
    }
    let found = FORMATS.iter().find(|importer| (importer.is)(documents));
    found.copied().ok_or_else(|| no_format(text))
}

/// Whether a text is a scenario already.
pub(crate) fn is_scenario(text: &str) -> bool {
    text.parse::<toml::Table>().is_ok_and(|table| table.contains_key("agents"))
}

fn no_format(text: &str) -> Diagnostic {
    let message = "the format of this file is none of those that can be imported";
    let help = if is_scenario(text) {
        "it is a scenario, and needs no import: `wavetank check` reads it".to_owned()
    } else {
        format!("they are {}; `--from` says which one is meant", names().join(", "))
    };
    Diagnostic::new(0..0, Code::UnknownName, message).help(help)
}

/// Reads the scenario; what is wrong with it is told at the places that its lines come from.
fn check(
    rendered: &Rendered,
    registry: &LayerRegistry,
) -> Result<(ScenarioFile, System), Vec<Diagnostic>> {
    let checked = ScenarioFile::parse("scenario.toml", &rendered.text).and_then(|file| {
        let system = file.scenario(registry)?.system;
        file.sweep(registry)?;
        Ok((file, system))
    });
    checked.map_err(|wrong| {
        let errors = wrong.all().iter().filter(|one| !one.is_warning());
        errors.map(|one| one.clone().at(rendered.origin(&one.place()))).collect()
    })
}
