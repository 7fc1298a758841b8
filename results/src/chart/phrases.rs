//! Sentences that subtitles of sweeps have in common.

use super::{finding, scene, words};
use crate::sweep_result::SweepResult;

/// Where the axes are held that are not shown; nothing if all are.
pub(crate) fn held(result: &SweepResult, is_shown: impl Fn(usize) -> bool) -> String {
    let own = finding::own(result);
    let held = result.axes.iter().zip(own).enumerate().filter(|(axis, _)| !is_shown(*axis));
    let held = held.map(|(_, (axis, place))| words::at(axis, &axis.values[place]));
    named("Held", &held.collect::<Vec<_>>())
}

/// ` What: a, b.`; nothing if there is none.
pub(crate) fn named(what: &str, names: &[String]) -> String {
    if names.is_empty() { String::new() } else { format!(" {what}: {}.", names.join(", ")) }
}

/// The variants but for some.
pub(crate) fn others(result: &SweepResult, but: &[usize]) -> Vec<String> {
    let rest = result.variants.iter().enumerate().filter(|(variant, _)| !but.contains(variant));
    rest.map(|(_, name)| name.clone()).collect()
}

/// A title with names of variants as long as there is room for all that it says.
pub(crate) fn short(result: &SweepResult, title: &str) -> String {
    let with_names_of = |letters: usize| {
        let mut names: Vec<(&String, String)> =
            result.variants.iter().map(|name| (name, cut(name, letters))).collect();
        let is_one = |(at, name): (usize, &(&String, String))| {
            names[..at].iter().all(|other| other.1 != name.1)
        };
        if !names.iter().enumerate().all(is_one) {
            return None;
        }
        // A name may be part of another.
        names.sort_by_key(|(name, _)| std::cmp::Reverse(name.len()));
        Some(names.iter().fold(title.to_owned(), |title, (name, cut)| title.replace(*name, cut)))
    };
    let titles = [usize::MAX, 42, 30, 24, 18, 12].into_iter().filter_map(with_names_of);
    let titles: Vec<String> = titles.collect();
    let found = titles.iter().find(|title| scene::has_room(title)).or(titles.last());
    found.map_or(title, String::as_str).to_owned()
}

/// The beginning and the end of a name that is longer than so many letters.
fn cut(name: &str, letters: usize) -> String {
    let all: Vec<char> = name.chars().collect();
    if all.len() <= letters {
        return name.to_owned();
    }
    let (head, tail) = (letters * 2 / 3, letters / 3);
    let [head, tail] = [&all[..head], &all[all.len() - tail..]].map(|part| part.iter().collect());
    let [head, tail]: [String; 2] = [head, tail];
    format!("{}…{}", head.trim_end(), tail.trim_start())
}

/// How often each point was run.
pub(crate) fn runs_each(result: &SweepResult) -> String {
    match result.replications {
        1 => "One run each".to_owned(),
        runs => format!("{runs} runs each, with the same random numbers everywhere"),
    }
}

/// How often each cell was run: `30 runs`.
pub(crate) fn runs(result: &SweepResult) -> String {
    match result.replications {
        1 => "one run".to_owned(),
        runs => format!("{runs} runs"),
    }
}
