//! What a shell offers where something is to be named: scenarios, variants, topics.

use std::env;
use std::ffi::OsStr;

use clap_complete::engine::{
    ArgValueCompleter, CompletionCandidate, PathCompleter, ValueCompleter,
};
use scenarios::{LayerRegistry, ScenarioFile, library};

use crate::source::Source;

/// Scenario files, and the names of the library.
pub(crate) fn scenarios() -> ArgValueCompleter {
    ArgValueCompleter::new(|current: &OsStr| {
        let is_scenario = |path: &std::path::Path| path.extension() == Some(OsStr::new("toml"));
        let mut all = PathCompleter::any().filter(is_scenario).complete(current);
        all.extend(named(current, names()));
        all
    })
}

/// The names of the library.
pub(crate) fn library_names() -> ArgValueCompleter {
    ArgValueCompleter::new(|current: &OsStr| named(current, names()))
}

fn names() -> impl Iterator<Item = String> {
    library::all().map(|entry| entry.name.to_owned())
}

/// The variants of the scenario that the command line names.
pub(crate) fn variants() -> ArgValueCompleter {
    ArgValueCompleter::new(|current: &OsStr| named(current, variants_on_the_line()))
}

/// What there is to explain: layers, keys, measures, codes.
pub(crate) fn topics() -> ArgValueCompleter {
    ArgValueCompleter::new(|current: &OsStr| {
        let all = scenarios::topics(&LayerRegistry::builtin());
        // A measure is found by its end as well.
        let ends = |topic: &String| Some(topic.split_once("\".")?.1.to_owned());
        let ends: Vec<String> = all.iter().filter_map(ends).collect();
        let mut candidates = named(current, all.into_iter().chain(ends));
        candidates.sort();
        candidates.dedup();
        candidates
    })
}

/// Kinds of layers, the last of several with commas between.
pub(crate) fn parts() -> ArgValueCompleter {
    ArgValueCompleter::new(|current: &OsStr| {
        let current = current.to_string_lossy();
        let before = current.rfind(',').map_or("", |comma| &current[..=comma]);
        let registry = LayerRegistry::builtin();
        let all: Vec<String> = registry.kinds().map(|kind| format!("{before}{kind}")).collect();
        named(OsStr::new(&*current), all)
    })
}

/// Those of some names that begin with what is there.
fn named(current: &OsStr, names: impl IntoIterator<Item = String>) -> Vec<CompletionCandidate> {
    let current = current.to_string_lossy();
    let names = names.into_iter().filter(|name| name.starts_with(&*current));
    names.map(CompletionCandidate::new).collect()
}

/// Shells give the words of the line behind `--`. One of them is a scenario; what is wrong with it
/// is not the time to say.
fn variants_on_the_line() -> Vec<String> {
    let words = env::args_os().skip_while(|word| word != "--");
    let words = words.skip(3).map(|word| word.to_string_lossy().into_owned());
    let scenario = words.filter(|word| !word.starts_with('-'));
    let outline = |word: String| {
        let source = Source::find(&word).ok()?;
        let mut file = ScenarioFile::parse(&source.file, &source.text).ok()?;
        file.read_traces(&mut |name| source.beside(name));
        file.outline(&LayerRegistry::builtin()).ok()
    };
    let outline = { scenario }.find_map(outline);
    outline.map_or(Vec::new(), |outline| outline.variants().to_vec())
}
