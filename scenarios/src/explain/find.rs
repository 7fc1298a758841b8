//! From a topic to what it is about.

use patterns::settings::{Shape, Variant};

use super::measure::MeasureInfo;
use crate::codes::{self, CODES, CodeInfo};
use crate::describe::{
    Field, fields, fields_of, keys_in, own_fields, plain_field, section_field, types_in,
};
use crate::kind::{Described, KindInfo};
use crate::path_keys;
use crate::profiles::{self, Profile, profiles};

/// Topics that are no part of a file.
pub(super) const WORDS: [(&str, &str); 7] = [
    ("codes", "the codes of mistakes, and how each is mended"),
    ("layers", "all kinds of layer"),
    ("like", "the libraries that layers can be like"),
    ("profiles", "what services, agents and policies can be like, with its sources"),
    ("measures", "the measures of objectives and hypotheses"),
    ("windows", "the part of a run that a measure is of, and all forms of it"),
    ("reliable", "when the intervals of a sweep can be trusted (`reliable`, `runs_needed`)"),
];

/// What a topic is about.
pub(super) enum Topic<'d> {
    /// The whole file.
    Overview,
    Codes,
    Code(&'static CodeInfo),
    Layers,
    Like,
    Reliable,
    Library(&'static str),
    Profiles,
    Profile(&'static Profile),
    Measures(Vec<&'d MeasureInfo>),
    Windows,
    Kind(&'d KindInfo),
    /// A section or another part of a file.
    Part(Shape),
    /// A key; of a library, if it is one of its numbers.
    Key(Box<Field>, Option<&'static str>),
    /// A form of a value.
    Form(Variant),
}

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
    let mut presets = described.layers.iter().flat_map(|kind| &kind.presets);
    if let Some(preset) = presets.find(|preset| preset.library == topic) {
        return found(Topic::Library(preset.library));
    }
    if let Some(profile) = profiles::named(topic) {
        return found(Topic::Profile(profile));
    }
    let is_meant = |measure: &&MeasureInfo| {
        measure.name == topic || measure.name.ends_with(&format!(".{topic}"))
    };
    let measures: Vec<&MeasureInfo> = measures.iter().filter(is_meant).collect();
    if measures.is_empty() { None } else { found(Topic::Measures(measures)) }
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
        return found.map(|topic| (topic, None));
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

fn key_or_below<'d>(field: Field, rest: &[String]) -> Option<Topic<'d>> {
    if rest.is_empty() {
        return Some(Topic::Key(Box::new(field), None));
    }
    below(&field.key.shape(), rest)
}

/// What is at a path below a value.
fn below<'d>(shape: &Shape, keys: &[String]) -> Option<Topic<'d>> {
    let (first, rest) = keys.split_first()?;
    let found = types_in(shape).iter().find_map(|inner| match inner {
        Shape::Table(table) => {
            let field = fields(table).into_iter().find(|field| field.key.is_named(first))?;
            key_or_below(field, rest)
        }
        Shape::Sum(sum) => in_forms(&(sum.variants)(), &(sum.literals)(), keys),
        _ => None,
    });
    // Names and numbers lead to the elements of tables and lists.
    found.or_else(|| if is_collection(shape) { below(shape, rest) } else { None })
}

fn is_collection(shape: &Shape) -> bool {
    match shape {
        Shape::Optional(inner, _) => is_collection(inner),
        Shape::Either(all) => all.iter().any(is_collection),
        Shape::List(_) | Shape::Map(_) => true,
        _ => false,
    }
}

fn in_forms<'d>(variants: &[Variant], literals: &[Shape], keys: &[String]) -> Option<Topic<'d>> {
    let (first, rest) = keys.split_first()?;
    let within = |variant: &Variant, keys: &[String]| {
        let (first, rest) = keys.split_first()?;
        let key = variant.keys.iter().find(|key| key.is_named(first))?;
        key_or_below(plain_field(key), rest)
    };
    if let Some(variant) = variants.iter().find(|variant| variant.name == *first) {
        return match rest {
            [] => Some(Topic::Form(variant.clone())),
            rest => within(variant, rest),
        };
    }
    let found = variants.iter().find_map(|variant| within(variant, keys));
    found.or_else(|| literals.iter().find_map(|literal| below(literal, keys)))
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
    for (name, shape) in &described.parts {
        all.push((*name).to_owned());
        for key in keys_in(shape) {
            add(&mut all, &format!("{name}.{key}"), &key.shape());
        }
    }
    all.extend(keys_in(&described.head).iter().map(|key| key.name()));
    all.extend(described.sections.iter().map(|key| key.name()));
    all.extend(CODES.iter().map(|code| code.name.to_owned()));
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
