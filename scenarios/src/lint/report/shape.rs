//! Rules for what a report has to have: sections, no placeholders, seeds.

use super::number::numbers;
use super::page::{Line, Page};
use crate::diagnostic::Diagnostic;
use crate::lint::finding::finding;

/// The sections of a report, each with words of which its heading has one.
const SECTIONS: [(&str, &[&str]); 9] = [
    ("executive summary", &["summary"]),
    ("chaos testing", &["chaos", "experiment"]),
    ("patterns", &["pattern"]),
    ("metrics", &["metric"]),
    ("hardening checklist", &["checklist", "hardening"]),
    ("remaining risks", &["risk"]),
    ("recommendations", &["recommendation"]),
    ("readiness", &["readiness", "verdict", "go or no-go"]),
    ("runbook", &["runbook"]),
];

/// Words that are there to be replaced.
const PLACEHOLDERS: [&str; 8] =
    ["todo", "tbd", "lorem ipsum", "fixme", "[insert", "[your ", "[date]", "xx%"];

pub(super) fn look(page: &Page<'_>, found: &mut Vec<Diagnostic>) {
    sections(page, found);
    for line in page.prose() {
        if let Some(word) = PLACEHOLDERS.iter().find(|word| is_there(&line.small, word)) {
            let at = line.place(word);
            let message = format!(
                "`{}` was to be replaced",
                &line.text[line.small.find(word).map_or(0..0, |start| start..start + word.len())]
            );
            found.push(finding("placeholder", &at, message));
        }
    }
    seeds(page, found);
}

/// Whether a word is there as a word of its own.
fn is_there(small: &str, word: &str) -> bool {
    small.match_indices(word).any(|(start, _)| {
        let (before, behind) = (&small[..start], &small[start + word.len()..]);
        let is_letter = |c: char| c.is_alphanumeric();
        let opens = word.starts_with('[') || !before.ends_with(is_letter);
        opens
            && (word.ends_with([' ', 't']) && word.starts_with('[')
                || !behind.starts_with(is_letter))
    })
}

/// Only a report with a title and sections of its own can lack some.
fn sections(page: &Page<'_>, found: &mut Vec<Diagnostic>) {
    let is_heading = |line: &&Line<'_>| line.text.starts_with('#');
    let headings: Vec<&Line<'_>> = page.prose().filter(is_heading).collect();
    let title = headings.iter().find(|line| line.text.starts_with("# "));
    let Some(title) = title.filter(|title| title.has(&["report"])) else { return };
    let missing = SECTIONS.iter().filter(|(_, words)| {
        !headings.iter().any(|line| line.text.starts_with("##") && line.has(words))
    });
    let missing: Vec<&str> = missing.map(|(name, _)| *name).collect();
    if !missing.is_empty() {
        let message = format!("no section on {}", missing.join(", "));
        found.push(finding("missing-section", &title.at, message));
    }
}

/// Simulated numbers, and no word on seeds.
fn seeds(page: &Page<'_>, found: &mut Vec<Diagnostic>) {
    let has_seeds = page.lines.iter().any(|line| line.has(&["seed"]));
    let simulated = page.prose().find(|line| {
        line.has(&["simulat"]) && !line.has(&["not simulated"]) && !numbers(line).is_empty()
    });
    if let Some(line) = simulated.filter(|_| !has_seeds) {
        let message = "these numbers are simulated, and the report names no seed";
        found.push(finding("seeds-missing", &line.place("simulat"), message));
    }
}
