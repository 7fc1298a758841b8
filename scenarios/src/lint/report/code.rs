//! Rules for listings of a breaker within a report.

use super::page::{Line, Page};
use crate::diagnostic::Diagnostic;
use crate::lint::finding::finding;

pub(super) fn look(page: &Page<'_>, found: &mut Vec<Diagnostic>) {
    let code: Vec<&Line<'_>> = page.fenced().collect();
    counting(&code, found);
    time_of_failure(&code, found);
    probes(&code, found);
    threshold(page, found);
}

/// How many lines in front of one say what it is for.
const NEAR: usize = 6;

/// Lines that add to a count of failures.
fn adds(line: &Line<'_>) -> bool {
    line.has(&["failure_count += 1", "failures += 1", "failurecount += 1", "failurecount++"])
}

/// A count of failures that only a success after half-open sets back.
fn counting(code: &[&Line<'_>], found: &mut Vec<Diagnostic>) {
    let Some(counts) = code.iter().find(|line| adds(line)) else { return };
    let is_reset =
        |line: &Line<'_>| line.has(&["failure_count = 0", "failures = 0", "failurecount = 0"]);
    let near = |at: usize, words: &[&str]| {
        code[at.saturating_sub(NEAR)..=at].iter().any(|line| line.has(words))
    };
    let resets = code.iter().enumerate().filter(|(at, line)| {
        is_reset(line) && !near(*at, &["__init__", "constructor", "def new", "class "])
    });
    let resets: Vec<usize> = resets.map(|(at, _)| at).collect();
    if resets.iter().all(|at| near(*at, &["half_open", "halfopen", "half-open"])) {
        let message = "this count is set back only after half-open: failures add up, whatever \
                       succeeds between them; with a threshold of 5 and 2 % errors it opens with \
                       call number 250 on average";
        found.push(finding("counts-all-failures", &counts.at, message));
    }
}

/// A time that is read and never stored.
fn time_of_failure(code: &[&Line<'_>], found: &mut Vec<Diagnostic>) {
    let is_word = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let mut names: Vec<(&str, &Line<'_>)> = Vec::new();
    // Only listings: a record of a state has the same names, in quotes.
    for line in code.iter().filter(|line| !line.text.contains('"')) {
        for word in line.text.split(|c| !is_word(c)) {
            let is_time = word.starts_with("last_fail") || word.starts_with("lastFail");
            if is_time && !names.iter().any(|(name, _)| *name == word) {
                names.push((word, line));
            }
        }
    }
    for (name, _) in &names {
        let stored = code.iter().any(|line| {
            let rest = line.text.split_once(name).map(|(_, rest)| rest.trim_start());
            let value = rest.and_then(|rest| rest.strip_prefix('=')).map(str::trim);
            value.is_some_and(|value| {
                !value.starts_with('=') && !["None", "null", "0", "None;", "null;"].contains(&value)
            })
        });
        let read = code.iter().find(|line| {
            let is_there = line.text.split(|c| !is_word(c)).any(|word| word == *name);
            is_there && !line.text.contains(&format!("{name} ="))
        });
        if let Some(line) = read.filter(|_| !stored) {
            let message = format!("`{name}` is read here, and no line of the listing stores it");
            let at = line.place(&name.to_ascii_lowercase());
            found.push(finding("time-never-stored", &at, message));
        }
    }
}

/// A limit of probes that nothing looks at.
fn probes(code: &[&Line<'_>], found: &mut Vec<Diagnostic>) {
    if !code.iter().any(|line| adds(line)) {
        return;
    }
    let mut with =
        code.iter().filter(|line| line.has(&["half_open_max_calls", "halfopenmaxcalls"]));
    let Some(first) = with.clone().next() else { return };
    if !with.any(|line| line.text.contains(['<', '>'])) {
        let message = "a limit of probes is taken, and no line of the listing compares with it: \
                       all who wait are let through at once";
        found.push(finding("probes-not-limited", &first.at, message));
    }
}

/// `>` in one place, `>=` in another.
fn threshold(page: &Page<'_>, found: &mut Vec<Diagnostic>) {
    let of = |sign: &str| page.lines.iter().find(|line| compares(&line.small, sign));
    let (Some(above), Some(at_least)) = (of(">"), of(">=")) else { return };
    let text = at_least.text.trim();
    let message = format!(
        "more than the threshold here, and `{}` in line {}: one failure more or less",
        text.lines().next().unwrap_or(text).trim_matches('`'),
        page.number_of(at_least.at.start)
    );
    found.push(finding("threshold-off-by-one", &above.at, message));
}

/// Whether a count of failures is compared with a threshold by this sign.
fn compares(small: &str, sign: &str) -> bool {
    small.match_indices("threshold").any(|(at, _)| {
        let front = &small[..at];
        let front =
            front.strip_suffix("failure_").or(front.strip_suffix("failure")).unwrap_or(front);
        let front = ["self.", "this.", "self._", "the "]
            .iter()
            .find_map(|word| front.strip_suffix(word))
            .unwrap_or(front);
        let Some(front) = front.trim_end().strip_suffix(sign) else { return false };
        let word = front.trim_end().rsplit([' ', '(', '.', '`']).next().unwrap_or_default();
        word.contains("failure") || word == "count"
    })
}
