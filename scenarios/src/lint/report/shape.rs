//! Rules for what a report has to have: sections, no placeholders, seeds.

use core::ops::Range;

use patterns::settings::Code;

use super::number::numbers;
use super::page::{Line, Page};
use super::sentences;
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
const PLACEHOLDERS: [&str; 5] = ["todo", "tbd", "lorem ipsum", "fixme", "yyyy-mm-dd"];

/// What a bracket begins with that is to be replaced.
const IN_BRACKETS: [&str; 9] =
    ["insert ", "your ", "describe ", "enter ", "fill in", "add ", "date", "name", "placeholder"];

/// What stands for a name between angles.
const IN_ANGLES: [&str; 7] = ["name", "owner", "author", "date", "system", "team", "service"];

/// Words in front of one that make it a name.
const ARTICLES: [&str; 6] = ["the", "a", "our", "this", "their", "its"];

/// Says why a text is no report.
pub(super) fn is_report(page: &Page<'_>, text: &str) -> Result<(), Diagnostic> {
    let is_heading = |(at, line): (usize, &Line<'_>)| {
        let above = at.checked_sub(1).map_or("", |above| page.lines[above].text.trim());
        let is_ruled = ['=', '-'].iter().any(|sign| {
            let rule = line.text.trim_end();
            !rule.is_empty() && rule.trim_matches(*sign).is_empty()
        });
        !line.is_fenced
            && (sentences::is_heading(line.text)
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
        if let Some(at) = placeholder(&line.small) {
            let message = format!("`{}` was to be replaced", &line.text[at.clone()]);
            let at = line.at.start + at.start..line.at.start + at.end;
            found.push(finding("placeholder", &at, message));
        }
    }
    seeds(page, found);
}

/// Where a line has something that was to be replaced.
fn placeholder(small: &str) -> Option<Range<usize>> {
    let word = PLACEHOLDERS.iter().find_map(|word| {
        let own = small.match_indices(word).find(|(start, _)| {
            let (front, behind) = (&small[..*start], &small[start + word.len()..]);
            let is_letter = |c: char| c.is_alphanumeric() || "-_/`".contains(c);
            let before = front.trim_end().rsplit(' ').next().unwrap_or_default();
            let is_name = front.ends_with(' ') && ARTICLES.contains(&before);
            !front.ends_with(is_letter) && !behind.starts_with(is_letter) && !is_name
        });
        own.map(|(start, _)| start..start + word.len())
    });
    word.or_else(|| enclosed(small, ('[', ']'), &IN_BRACKETS))
        .or_else(|| enclosed(small, ('<', '>'), &IN_ANGLES))
        .or_else(|| unfilled(small))
}

/// A bracket that begins with such words, if it is no link.
fn enclosed(small: &str, (open, close): (char, char), words: &[&str]) -> Option<Range<usize>> {
    small.match_indices(open).find_map(|(start, _)| {
        let end = start + small[start..].char_indices().take(60).find(|(_, c)| *c == close)?.0;
        let (inner, behind) = (&small[start + 1..end], &small[end + 1..]);
        let is_of_words = words.iter().any(|word| match word.ends_with(' ') || open == '<' {
            true if open == '<' => inner == *word || inner.starts_with("your "),
            true => inner.starts_with(word),
            false => inner == *word,
        });
        let is_link =
            behind.starts_with(['(', '[', ':']) || small[..start].ends_with(['`', ']', '\\']);
        (is_of_words && !is_link).then_some(start..end + 1)
    })
}

/// Signs that stand for a number or a word.
fn unfilled(small: &str) -> Option<Range<usize>> {
    let mut start = 0;
    for word in small.split_inclusive([' ', '|', '(', ')', ':', ',']) {
        let plain = word.trim_end_matches([' ', '|', '(', ')', ':', ',', '.', ';', '%']);
        let is_repeated = |sign: char| plain.len() >= 3 && plain.chars().all(|c| c == sign);
        let behind = small[start + plain.len()..].trim_start();
        let is_share = ["xx", "xx.x"].contains(&plain) && behind.starts_with('%');
        let is_rest = small.trim().len() > plain.len();
        if is_share || is_repeated('?') || is_repeated('_') && is_rest {
            return Some(start..start + plain.len());
        }
        start += word.len();
    }
    None
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
    // A part of a report leaves that to the report.
    let is_report = |line: &&Line<'_>| line.text.starts_with("# ") && line.has(&["report"]);
    let is_whole = page.prose().any(|line| is_report(&line));
    if let Some(line) = simulated.filter(|_| !has_seeds && is_whole) {
        let message = "these numbers are simulated, and the report names no seed";
        found.push(finding("seeds-missing", &line.place("simulat"), message));
    }
}
