//! Makes a scenario of a file of another format.

use patterns::settings::{Code, Node, Value};
use sim::System;

use super::draft::{Draft, From, Left};
use super::formats::FORMATS;
use super::importer::Importer;
use super::properties::{Read, Sure, properties};
use super::render::{Rendered, render, shown};
use super::table::Format;
use super::yaml;
use crate::codes::FileCode;
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
    let left_out = shown(&made.left, &source);
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
    let (documents, importer, mut draft) = drafted(source.file(), text, from).map_err(failed)?;
    let format = importer.format.name;
    draft.left.sort_by_key(|left| left.at.start);
    let rendered = render(&draft, source, format);
    let checked = check(&rendered, registry);
    if !draft.wrong.is_empty() {
        // What is wrong may be what is missing here: of the rest only values are sure.
        let more = checked.err().into_iter().flatten();
        let more = more.filter(|(one, of_value)| *of_value && is_range(one));
        more.for_each(|(one, _)| draft.wrong(one));
        draft.wrong.sort_by_key(|one| one.place().start);
        return Err(failed(draft.wrong));
    }
    let (file, system) =
        checked.map_err(|wrong| failed(wrong.into_iter().map(|(wrong, _)| wrong).collect()))?;
    Ok(Made { format, documents, rendered, file, system, left: draft.left })
}

/// What a file says, the format that it is of, and what is made of it.
fn drafted(
    name: &str,
    text: &str,
    from: Option<&str>,
) -> Result<(Vec<Node>, &'static Importer, Draft), Vec<Diagnostic>> {
    let (documents, wrong) = documents(name, text).map_err(|wrong| unreadable(text, wrong))?;
    let importer = importer(&documents, text, from).map_err(|wrong| vec![wrong])?;
    let mut draft = Draft { wrong, ..Draft::default() };
    (importer.read)(&documents, &mut draft);
    others(&documents, importer, &mut draft);
    if draft.wrong.is_empty() && draft.services.is_empty() {
        draft.wrong(nothing(&draft, importer.format));
    }
    Ok((documents, importer, draft))
}

/// What a file says, and what is wrong with it where the rest can be read.
fn documents(name: &str, text: &str) -> Result<Read, Vec<Diagnostic>> {
    let ending = name.rsplit_once('.').map(|(_, ending)| ending);
    let is_named = ending.is_some_and(|ending| ending.eq_ignore_ascii_case("properties"));
    let sure = if is_named { Sure::Named } else { Sure::Looks };
    if let Some(read) = properties(text, sure) {
        return Ok(read);
    }
    let read = yaml::documents(text);
    let is_read = |documents: &Vec<Node>| documents.iter().any(|one| one.entries().is_some());
    // What is nothing else, and has the keys of a library, is of properties.
    if !read.as_ref().is_ok_and(is_read)
        && let Some(read) = properties(text, Sure::Perhaps)
        && FORMATS.iter().any(|importer| (importer.is)(&read.0))
    {
        return Ok(read);
    }
    Ok((read?, Vec::new()))
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

/// Leaves out what of a file is of another format than the one that is read.
fn others(documents: &[Node], chosen: &Importer, draft: &mut Draft) {
    for entry in documents.iter().filter_map(Node::entries).flatten() {
        let alone = Node::new(entry.node.at.clone(), Value::Table(vec![entry.clone()]));
        let alone = std::slice::from_ref(&alone);
        let is_other = |one: &&&Importer| one.format.name != chosen.format.name && (one.is)(alone);
        let other = FORMATS.iter().filter(|_| !(chosen.is)(alone)).find(is_other);
        if let Some(other) = other.filter(|_| !draft.is_left(&entry.key_at)) {
            let format = other.format.name;
            let why = format!("it is of the format {format}: `--from {format}` imports it");
            draft.leave_entry(entry, &why);
        }
    }
}

/// Whether a text is a scenario already.
pub(crate) fn is_scenario(text: &str) -> bool {
    text.parse::<toml::Table>().is_ok_and(|table| table.contains_key("agents"))
}

/// What is wrong with a text that is to be a scenario and is the configuration of a library, or
/// YAML or JSON of another kind; nothing of a text that may be one.
///
/// ```
/// let text = "resilience4j:\n  retry: { instances: { a: { maxAttempts: 4 } } }\n";
/// let wrong = scenarios::not_a_scenario("application.yml", text).expect("it is YAML");
/// assert_eq!(wrong.all()[0].message(), "this is of the format resilience4j, and no scenario");
/// assert!(scenarios::not_a_scenario("mine.toml", "title = \"it\"\n").is_none());
/// ```
pub fn not_a_scenario(name: &str, text: &str) -> Option<Diagnostics> {
    // Nothing at all is TOML, and a scenario without its parts. Properties may be TOML, too: what
    // has a key of a library is none of ours.
    let is_toml = text.parse::<toml::Table>().is_ok();
    let documents = match properties(text, Sure::Looks) {
        Some((documents, _)) => documents,
        None if is_toml => return None,
        None => documents(name, text).ok()?.0,
    };
    let is_table = |document: &Node| document.entries().is_some_and(|all| !all.is_empty());
    let format = FORMATS.iter().find(|importer| (importer.is)(&documents));
    let wrong = match format {
        Some(importer) => {
            let format = importer.format.name;
            let message = format!("this is of the format {format}, and no scenario");
            let help = "`wavetank import` makes a scenario of it: do that first";
            Diagnostic::new(0..0, FileCode::NotToml, message).help(help)
        }
        None if !is_toml && documents.iter().any(is_table) => {
            let message = "this is YAML or JSON, and a scenario is TOML";
            let help =
                format!("what `wavetank import` makes a scenario of: {}", names().join(", "));
            Diagnostic::new(0..0, FileCode::NotToml, message).help(help)
        }
        None => return None,
    };
    Some(Diagnostics::new(&Source::new(name, text), vec![wrong]))
}

fn no_format(text: &str) -> Diagnostic {
    let message = "the format of this file is none of those that can be imported";
    let names = names().join(", ");
    let help = if is_scenario(text) {
        "it is a scenario, and needs no import: `wavetank check` reads it".to_owned()
    } else if is_toml(text) {
        format!("it is TOML, and what can be imported is YAML, JSON or properties: {names}")
    } else if text.trim().is_empty() {
        format!("it is empty; what can be imported: {names}")
    } else {
        format!("they are {names}; `--from` says which one is meant")
    };
    Diagnostic::new(0..0, Code::UnknownName, message).help(help)
}

/// Whether a text is TOML, with a table at least: few other texts are.
fn is_toml(text: &str) -> bool {
    text.parse::<toml::Table>().is_ok_and(|table| table.values().any(toml::Value::is_table))
}

/// What is wrong with a text that is neither YAML nor JSON.
fn unreadable(text: &str, wrong: Vec<Diagnostic>) -> Vec<Diagnostic> {
    if is_scenario(text) || is_toml(text) { vec![no_format(text)] } else { wrong }
}

/// Nothing of a format was found; what was left out may be why.
fn nothing(draft: &Draft, format: &Format) -> Diagnostic {
    let message = format!("nothing that {} calls can be found here", format.name);
    match draft.left.first() {
        Some(Left { at, said, why }) => {
            let help = format!("`{said}` was left out: {why}");
            Diagnostic::new(at.start..at.start, Code::Missing, message).help(help)
        }
        None => {
            let help = format!("what is read: {}", format.about);
            Diagnostic::new(0..0, Code::Missing, message).help(help)
        }
    }
}

/// Reads the scenario; what is wrong with it is told at the places that its lines come from, each
/// with whether it is a value there.
fn check(
    rendered: &Rendered,
    registry: &LayerRegistry,
) -> Result<(ScenarioFile, System), Vec<(Diagnostic, bool)>> {
    let checked = ScenarioFile::parse("scenario.toml", &rendered.text).and_then(|file| {
        let system = file.scenario(registry)?.system;
        file.sweep(registry)?;
        Ok((file, system))
    });
    checked.map_err(|wrong| {
        let errors = wrong.all().iter().filter(|one| !one.is_warning());
        errors.map(|one| told_there(one, rendered)).collect()
    })
}

fn is_range(wrong: &Diagnostic) -> bool {
    wrong.code() == Code::OutOfRange.name()
}

/// A mistake in the scenario, in the words of the other file, and whether it is of a value there.
fn told_there(wrong: &Diagnostic, rendered: &Rendered) -> (Diagnostic, bool) {
    match rendered.origin(&wrong.place()) {
        Some(From::Entry { value_at, said, .. }) => {
            let context = format!("`{said}` cannot be taken over");
            (wrong.clone().within(&context).at(value_at.clone()), true)
        }
        _ => (wrong.clone().at(rendered.place(&wrong.place())), false),
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use super::*;

    #[expect(clippy::disallowed_methods, reason = "this is about real time")]
    fn now() -> Instant {
        Instant::now()
    }

    /// How long it takes to make a text of a file, at the least.
    fn takes(name: &str, text: &str) -> Duration {
        let source = Source::new(name, text);
        let once = |_| {
            let start = now();
            let (_, importer, draft) = drafted(name, text, None).expect("it can be read");
            let _rendered = render(&draft, &source, importer.format.name);
            start.elapsed()
        };
        (0..3).map(once).min().expect("three times")
    }

    #[track_caller]
    fn is_linear(name: &str, text: impl Fn(usize) -> String) {
        let (few, many) = (takes(name, &text(250)), takes(name, &text(4_000)));
        // Sixteen times as long is as it must be, and 256 times would be the square.
        assert!(many < few * 64, "{name}: {few:?} and {many:?}");
    }

    #[test]
    fn a_long_file_takes_no_longer_than_its_length() {
        let root = "resilience4j.circuitbreaker.instances";
        let yaml = |n| format!("    svc{n}: {{ slidingWindowSize: 20, unknown: 1 }}\n");
        is_linear("a.yml", |n| format!("{root}:\n{}", (0..n).map(yaml).collect::<String>()));
        let line = |n| format!("{root}.svc{n}.slidingWindowSize=20\n{root}.svc{n}.unknown=1\n");
        is_linear("a.properties", |n| (0..n).map(line).collect());
        let foreign = |n| format!("other{n}: {{ model_list: [] }}\nmodel_list{n}: 1\n");
        let first = format!("{root}.a.slidingWindowSize: 20\n");
        is_linear("b.yml", |n| first.clone() + &(0..n).map(foreign).collect::<String>());
        let cluster = |n| format!("    - {{ name: c{n}, connect_timeout: 1s, unknown: 1 }}\n");
        let clusters = "static_resources:\n  clusters:\n";
        is_linear("c.yml", |n| clusters.to_owned() + &(0..n).map(cluster).collect::<String>());
        let model =
            |n| format!("- {{ model_name: m{n}, litellm_params: {{ model: a/b }}, x: 1 }}\n");
        let router = "router_settings: { num_retries: 2, allowed_fails: 3 }\nmodel_list:\n";
        is_linear("d.yml", |n| router.to_owned() + &(0..n).map(model).collect::<String>());
    }
}
