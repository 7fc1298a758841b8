//! From a topic to what it is about.

use patterns::settings::Shape;

use super::below::{Topic, below, key_or_below};
use super::beside;
use super::measure::MeasureInfo;
use crate::codes::{self, CODES, RULES};
use crate::describe::{fields_of, keys_in, own_fields, plain_field, section_field, types_in};
use crate::kind::{Described, KindInfo};
use crate::path_keys;
use crate::profiles::{self, profiles};

/// Topics that are no part of a file.
pub(super) const WORDS: [(&str, &str); 8] = [
    ("codes", "the codes of mistakes, and how each is mended"),
    ("rules", "what `wavetank lint` looks for, and what removes it"),
    ("layers", "all kinds of layer"),
    ("like", "the libraries that layers can be like"),
    ("profiles", "what services, agents and policies can be like, with its sources"),
    ("measures", "the measures of objectives and hypotheses"),
    ("windows", "the part of a run that a measure is of, and all forms of it"),
    ("reliable", "when the intervals of a sweep can be trusted (`reliable`, `runs_needed`)"),
];

/// A topic that was found.
pub(super) struct Found<'d> {
    pub(super) topic: Topic<'d>,
    pub(super) path: String,
    /// The kind of layer that it belongs to.
    pub(super) kind: Option<&'d KindInfo>,
}

/// What a topic is about, if there is such a thing.
pub(super) fn find<'d>(
    topic: &str,
    described: &'d Described,
    measures: &'d [MeasureInfo],
) -> Option<Found<'d>> {
    let topic = other_word(topic);
    let path = topic.to_owned();
    let found = |topic| Some(Found { topic, path: path.clone(), kind: None });
    match topic {
        "" => return found(Topic::Overview),
        "codes" => return found(Topic::Codes),
        "rules" => return found(Topic::Rules),
        "layers" | "policies" => return found(Topic::Layers),
        "like" => return found(Topic::Like),
        "profiles" => return found(Topic::Profiles),
        "windows" => return found(Topic::Windows),
        "reliable" | "runs_needed" => return found(Topic::Reliable),
        "measures" if !measures.is_empty() => {
            return found(Topic::Measures(measures.iter().collect()));
        }
        _ => {}
    }
    let (keys, _) = path_keys::split(topic);
    if let Some((topic, kind)) = in_file(&keys, described) {
        return Some(Found { topic, path, kind });
    }
    if let Some(code) = codes::find(topic) {
        return found(Topic::Code(code));
    }
    if let Some(rule) = codes::rule(topic) {
        return found(Topic::Rule(rule));
    }
    if let Some(preset) = beside::presets(described).find(|preset| preset.library == topic) {
        return found(Topic::Library(preset.library));
    }
    if let Some(profile) = profiles::named(topic) {
        return found(Topic::Profile(profile));
    }
    let is_meant = |measure: &&MeasureInfo| {
        measure.name == topic || measure.name.ends_with(&format!(".{topic}"))
    };
    let measures: Vec<&MeasureInfo> = measures.iter().filter(is_meant).collect();
    if !measures.is_empty() {
        return found(Topic::Measures(measures));
    }
    let (topic, path) = beside::find(&keys, described)?;
    let kind = beside::process_at(&keys, described).map(|(kind, _)| kind);
    Some(Found { topic, path, kind })
}

/// The topic that is meant by a word that is a part of its name, or stands for it.
fn other_word(topic: &str) -> &str {
    match topic {
        "forms" | "distribution" | "distributions" | "latency" => "services.latency",
        "fault" => "faults",
        "agent" => "agents",
        "service" => "services",
        "edge" => "edges",
        "policy" | "layer" => "layers",
        "hypothesis" => "hypotheses",
        "abort" => "aborts",
        "variant" => "variants",
        "step" => "steps",
        "axis" | "axes" => "sweep",
        "objective" | "measure" => "measures",
        "window" => "windows",
        "libraries" | "library" => "like",
        "profile" | "agents.like" | "services.like" => "profiles",
        "code" | "mistakes" => "codes",
        "rule" | "lint" => "rules",
        "arrivals" | "trace" => "agents.arrivals",
        topic => topic,
    }
}

type Place<'d> = (Topic<'d>, Option<&'d KindInfo>);

fn in_file<'d>(keys: &[String], described: &'d Described) -> Option<Place<'d>> {
    let (first, rest) = keys.split_first()?;
    if let Some(kind) = described.layers.iter().find(|kind| kind.name == first) {
        return Some((in_kind(rest, kind, described)?, Some(kind)));
    }
    // `policies.NAME.KIND.KEY` is the path of a key in a file.
    if first == "policies" && rest.len() > 1 {
        return in_file(&rest[1..], described);
    }
    if let Some((_, shape)) = described.parts.iter().find(|(name, _)| name == first) {
        if rest.is_empty() {
            return Some((Topic::Part(shape.clone()), None));
        }
        let found = below(shape, rest).or_else(|| below(shape, rest.get(1..)?));
        let process = beside::process_at(rest, described).filter(|_| first == "agents");
        let found = found.or_else(|| process.and_then(|_| beside::own_number(rest, described)));
        return found.map(|topic| (topic, process.map(|(kind, _)| kind)));
    }
    if let Some(topic) = below(&described.head, keys) {
        return Some((topic, None));
    }
    let section = described.sections.iter().find(|key| key.is_named(first))?;
    if rest.is_empty() {
        return Some((Topic::Key(Box::new(section_field(section)), None), None));
    }
    below(&section.shape(), rest).map(|topic| (topic, None))
}

fn in_kind<'d>(keys: &[String], kind: &'d KindInfo, described: &'d Described) -> Option<Topic<'d>> {
    let Some((first, rest)) = keys.split_first() else { return Some(Topic::Kind(kind)) };
    if let Some(field) = fields_of(kind).into_iter().find(|field| field.key.is_named(first)) {
        return key_or_below(field, rest);
    }
    if described.per.is_named(first) {
        return key_or_below(plain_field(described.per), rest);
    }
    if first == "like" && rest.is_empty() {
        return Some(Topic::Like);
    }
    let mut own = kind
        .presets
        .iter()
        .flat_map(|preset| own_fields(preset).into_iter().map(|field| (preset.library, field)));
    let (library, field) = own.find(|(_, field)| field.key.is_named(first))?;
    match key_or_below(field, rest)? {
        Topic::Key(field, _) if rest.is_empty() => Some(Topic::Key(field, Some(library))),
        topic => Some(topic),
    }
}

/// All topics that have a name of their own.
pub(crate) fn topics(described: &Described, measures: &[MeasureInfo]) -> Vec<String> {
    let mut all: Vec<String> = WORDS.iter().map(|(word, _)| (*word).to_owned()).collect();
    for kind in &described.layers {
        all.push(kind.name.to_owned());
        for field in fields_of(kind) {
            add(&mut all, &format!("{}.{}", kind.name, field.key), &field.key.shape());
        }
        for preset in &kind.presets {
            all.push(preset.library.to_owned());
            all.extend(preset.keys.iter().map(|key| format!("{}.{key}", kind.name)));
        }
    }
    for kind in &described.processes {
        all.push(kind.name.to_owned());
        all.extend(kind.presets.iter().map(|preset| preset.library.to_owned()));
        all.extend(fields_of(kind).iter().map(|field| format!("{}.{}", kind.name, field.key)));
    }
    all.extend(beside::faults(described).into_iter().map(|form| form.name));
    for (name, shape) in &described.parts {
        all.push((*name).to_owned());
        for key in keys_in(shape) {
            add(&mut all, &format!("{name}.{key}"), &key.shape());
        }
    }
    all.extend(keys_in(&described.head).iter().map(|key| key.name()));
    all.extend(described.sections.iter().map(|key| key.name()));
    all.extend(CODES.iter().map(|code| code.name.to_owned()));
    all.extend(RULES.iter().map(|rule| rule.name.to_owned()));
    all.extend(profiles().iter().map(|profile| profile.name.to_owned()));
    all.extend(measures.iter().map(|measure| measure.name.clone()));
    all.sort();
    all.dedup();
    all
}

/// Adds a key and the names of its forms.
fn add(all: &mut Vec<String>, path: &str, shape: &Shape) {
    all.push(path.to_owned());
    for inner in types_in(shape) {
        if let Shape::Sum(sum) = inner {
            all.extend((sum.variants)().iter().map(|variant| format!("{path}.{}", variant.name)));
        }
    }
}

/// The topics with the nearest names, the nearest first.
pub(super) fn nearest(topic: &str, described: &Described, measures: &[MeasureInfo]) -> Vec<String> {
    const NEAR: f64 = 0.8;
    const COUNT: usize = 5;
    let last = topic.rsplit('.').next().unwrap_or(topic);
    let likeness = |name: &String| {
        let end = name.rsplit('.').next().unwrap_or(name);
        // To Jaro and Winkler any two words with some letters in common are much alike; a mistake
        // in typing changes few of them.
        let alike = |one: &str, other: &str| {
            let changed = strsim::damerau_levenshtein(one, other);
            let is_near = changed * 3 <= one.chars().count().max(other.chars().count());
            let is_begun = one.len() > 2 && other.starts_with(one);
            if is_near || is_begun { strsim::jaro_winkler(one, other) } else { 0.0 }
        };
        alike(topic, name).max(0.98 * alike(last, end))
    };
    let all = topics(described, measures);
    let mut near: Vec<(f64, String)> =
        all.into_iter().map(|name| (likeness(&name), name)).collect();
    near.retain(|(likeness, _)| *likeness >= NEAR);
    near.sort_by(|a, b| b.0.total_cmp(&a.0).then_with(|| a.1.cmp(&b.1)));
    near.into_iter().take(COUNT).map(|(_, name)| name).collect()
}
