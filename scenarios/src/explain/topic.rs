//! What there is to say of a topic.

use super::below::Topic;
use super::beside;
use super::find::{Found, WORDS, find, nearest};
use super::measure::MeasureInfo;
use super::sheet::Sheet;
use super::show;
use super::windows;
use crate::codes::{CODES, CodeInfo, RULES, RuleInfo};
use crate::describe::{clean, doc_of, first_sentence};
use crate::kind::{Described, KindInfo};
use crate::profiles::{Profile, SECTIONS, of_section};

/// What there is to say of a topic: a kind of layer (`breaker`), a key (`breaker.open`,
/// `agents.arrivals`), a form (`breaker.window.epoch`), a library, a code, a measure, `codes`,
/// `layers`, `like`, `measures`, `windows`; everything in short for an empty one. Lines have at
/// most 96 columns.
///
/// # Errors
///
/// If there is no such topic; then with the names of the nearest ones.
pub(crate) fn explain(
    topic: &str,
    described: &Described,
    measures: &[MeasureInfo],
) -> Result<String, Vec<String>> {
    let mut sheet = Sheet::default();
    match find(topic.trim(), described, measures) {
        None => return Err(nearest(topic.trim(), described, measures)),
        Some(Found { topic, path, kind }) => match topic {
            Topic::Overview => overview(&mut sheet, described, !measures.is_empty()),
            Topic::Codes => codes(&mut sheet),
            Topic::Code(info) => code(&mut sheet, info),
            Topic::Rules => rules(&mut sheet),
            Topic::Rule(info) => rule(&mut sheet, info),
            Topic::Layers => layers(&mut sheet, described),
            Topic::Like => like(&mut sheet, described),
            Topic::Reliable => reliable(&mut sheet),
            Topic::Library(name) => library(&mut sheet, name, described),
            Topic::Profiles => all_profiles(&mut sheet),
            Topic::Profile(found) => profile(&mut sheet, found),
            Topic::Windows => windows::show(&mut sheet),
            Topic::Measures(found) => show_measures(&mut sheet, &found),
            Topic::Kind(kind) => show::kind(&mut sheet, kind, described),
            Topic::Part(shape) => show::part(&mut sheet, &path, &shape),
            Topic::Key(field, library) => show::key(&mut sheet, &path, &field, kind, library),
            Topic::Fault(form) => show::fault(&mut sheet, &form),
            Topic::Form(variant) => show::form(&mut sheet, &path, &variant),
        },
    }
    Ok(sheet.finish())
}

fn overview(sheet: &mut Sheet, described: &Described, has_measures: bool) {
    sheet.title("A scenario file");
    show::keys_of(sheet, &described.head);
    sheet.title("Its sections");
    let sections = described.sections.iter();
    sheet.rows(sections.map(|key| vec![key.name(), first_sentence(&clean(&key.doc()))]).collect());
    layers(sheet, described);
    sheet.title("Other topics");
    let words = WORDS.iter().filter(|(word, _)| *word != "measures" || has_measures);
    sheet.rows(words.map(|(word, what)| vec![(*word).into(), (*what).into()]).collect());
}

fn layers(sheet: &mut Sheet, described: &Described) {
    sheet.title("Kinds of layer");
    let kinds = described.layers.iter();
    sheet.rows(
        kinds.map(|kind| vec![kind.name.to_owned(), first_sentence(&doc_of(kind))]).collect(),
    );
}

fn codes(sheet: &mut Sheet) {
    sheet.title("Codes of mistakes");
    let rows = CODES.iter().map(|code| vec![code.name.to_owned(), first_sentence(code.meaning)]);
    sheet.rows(rows.collect());
    sheet.paragraph("`explain CODE` shows how a mistake is mended.");
}

fn code(sheet: &mut Sheet, code: &CodeInfo) {
    sheet.title(code.name);
    sheet.paragraph(code.meaning);
    sheet.example("wrong:", code.wrong);
    sheet.example("right:", code.right);
}

fn rules(sheet: &mut Sheet) {
    sheet.title("Rules of `wavetank lint`");
    let rows = RULES.iter().map(|rule| vec![rule.name.to_owned(), first_sentence(rule.meaning)]);
    sheet.rows(rows.collect());
    sheet.paragraph("`explain RULE` shows why, and what removes it.");
}

fn rule(sheet: &mut Sheet, rule: &RuleInfo) {
    sheet.title(rule.name);
    sheet.paragraph(rule.meaning);
    sheet.paragraph(rule.change);
    sheet.fact("course", rule.source);
}

/// Which kinds of layer can be like which library.
fn like(sheet: &mut Sheet, described: &Described) {
    sheet.title("Libraries that layers, supervisors and health checks can be like");
    let mut libraries: Vec<&str> = Vec::new();
    for preset in beside::presets(described) {
        if !libraries.contains(&preset.library) {
            libraries.push(preset.library);
        }
    }
    libraries.sort_unstable();
    let has = |kind: &KindInfo, name: &str| kind.presets.iter().any(|p| p.library == name);
    let rows = libraries.iter().map(|name| {
        let kinds = beside::with_presets(described).filter(|kind| has(kind, name));
        vec![(*name).to_owned(), kinds.map(|kind| kind.name).collect::<Vec<_>>().join(", ")]
    });
    sheet.rows(rows.collect());
    sheet.paragraph(
        "With `like = \"LIBRARY\"` in its settings, a layer behaves as that of the library where \
         nothing else is written. `explain LIBRARY` shows what that is.",
    );
}

/// What can be like which profile.
fn all_profiles(sheet: &mut Sheet) {
    for section in SECTIONS {
        sheet.title(&format!("Profiles of {section}"));
        let of = of_section(section).into_iter();
        sheet.rows(of.map(|(name, about)| vec![name.to_owned(), about.to_owned()]).collect());
    }
    sheet.paragraph(
        "With `like = \"PROFILE\"` a service or a group of agents has the values of the profile \
         where nothing else is written; in a policy, `{ like = \"PROFILE\" }` stands for its \
         layers. `explain PROFILE` shows each value, with its source.",
    );
}

/// What a profile sets, and from where that is known.
fn profile(sheet: &mut Sheet, profile: &Profile) {
    sheet.title(profile.name);
    sheet.paragraph(&format!("{}.", profile.about));
    sheet.fact("as of", &profile.as_of);
    if let Some(licence) = &profile.licence {
        sheet.fact("licence", licence);
    }
    for part in &profile.parts {
        sheet.title(&match part.section {
            "policies" => format!("in a policy: {{ like = \"{}\" }}", profile.name),
            section => format!("in [{section}.NAME]: like = \"{}\"", profile.name),
        });
        for (key, value, from) in &part.values {
            sheet.paragraph(&format!("{key} = {value}"));
            sheet.fact("from", from);
        }
    }
}

fn reliable(sheet: &mut Sheet) {
    sheet.title("reliable, runs_needed");
    sheet.paragraph(
        "An interval of `summary.csv` and `series.csv` says `reliable` if runs like these would \
         give one that holds the truth in 95 of 100 cases; `no` stands where too little was seen \
         for that: fewer than five runs, if they vary, since as few look alike by chance; fewer \
         than five of the events that decide about the number; or a few runs that had nearly all \
         of it. `runs_needed` is how many runs of each cell would see enough \
         (`--replications`), if what comes is like what was seen; it is empty where nothing was \
         seen from which that could be told.",
    );
}

fn library(sheet: &mut Sheet, name: &str, described: &Described) {
    for kind in beside::with_presets(described) {
        for preset in kind.presets.iter().filter(|preset| preset.library == name) {
            sheet.title(&format!("{} = {{ like = \"{name}\" }}", kind.name));
            sheet.doc(&clean(preset.about));
            show::preset(sheet, preset);
        }
    }
}

fn show_measures(sheet: &mut Sheet, measures: &[&MeasureInfo]) {
    sheet.title("Measures");
    let rows = measures.iter().map(|measure| {
        let MeasureInfo { name, meaning, unit } = measure;
        vec![name.clone(), unit.clone(), meaning.clone()]
    });
    sheet.rows(rows.collect());
}
