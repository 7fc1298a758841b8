//! Rules for what a report has to have: sections, no placeholders, seeds.

use patterns::settings::Code;

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

/// Says why a text is no report.
pub(super) fn is_report(page: &Page<'_>, text: &str) -> Result<(), Diagnostic> {
    let is_heading = |(at, line): (usize, &Line<'_>)| {
        let start = line.text.trim_start_matches('\u{feff}');
        let level = start.len() - start.trim_start_matches('#').len();
        let above = at.checked_sub(1).map_or("", |above| page.lines[above].text.trim());
        let is_ruled = ['=', '-'].iter().any(|sign| {
            let rule = line.text.trim_end();
            !rule.is_empty() && rule.trim_matches(*sign).is_empty()
        });
        !line.is_fenced
            && ((1..=6).contains(&level) && start[level..].starts_with([' ', '\t'])
                || is_ruled && !above.is_empty() && !page.lines[at - 1].is_fenced)
    };
    let is_control = |c: char| c.is_control() && !"\n\r\t\u{c}".contains(c);
    let message = if text.trim().is_empty() {
        "this file is empty"
    } else if text.contains(is_control) {
        "this is not text"
    } else if !page.lines.iter().enumerate().any(is_heading) {
        "this is no report: it has no heading"
    } else {
        return Ok(());
    };
    let help = "a report is Markdown with a title and sections, such as `## Metrics`";
    Err(Diagnostic::new(0..0, Code::Missing, message).help(help))
}

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
