//! Makes findings.

use core::ops::Range;

use crate::codes::rule;
use crate::diagnostic::Diagnostic;

/// A finding of a rule at a place, with the change that removes it.
///
/// # Panics
///
/// If there is no such rule.
pub(super) fn finding(code: &str, at: &Range<usize>, message: impl Into<String>) -> Diagnostic {
    let rule = rule(code).expect("a rule of `RULES`");
    Diagnostic::new(at.clone(), rule, message).help(rule.change)
}

/// Says which settings remove a finding, as they are given to `--set`; `how` is in front of them.
pub(super) fn pasted(one: Diagnostic, how: &str) -> Diagnostic {
    said(one, how, |path, value| format!("--set '{path}={value}'"))
}

/// The same where something is varied, which what is set would not change.
pub(super) fn varied(one: Diagnostic) -> Diagnostic {
    said(one, "There", |path, value| format!("{path} = {value}"))
}

fn said(one: Diagnostic, how: &str, change: fn(&str, &str) -> String) -> Diagnostic {
    if one.changes().is_empty() {
        return one;
    }
    let all = one.changes().iter().map(|(path, value)| change(path, value));
    let all = all.collect::<Vec<_>>().join(" ");
    let words = one.help_text().unwrap_or_default().to_owned();
    one.help(format!("{words} {how}: `{all}`"))
}

/// A number as people write it: with no more than a few digits behind the point.
pub(super) fn number(value: f64) -> String {
    let digits = match value.abs() {
        size if size >= 100.0 => 0,
        size if size >= 10.0 => 1,
        _ => 2,
    };
    rounded(value, digits)
}

/// A number with no more than so many digits behind the point.
pub(super) fn rounded(value: f64, digits: usize) -> String {
    let text = format!("{value:.digits$}");
    if text.contains('.') {
        text.trim_end_matches('0').trim_end_matches('.').to_owned()
    } else {
        text
    }
}

/// A length of time, given in seconds.
pub(super) fn time(seconds: f64) -> String {
    match seconds {
        small if small < 1.0 => format!("{} ms", number(small * 1000.0)),
        some if some < 600.0 => format!("{} s", number(some)),
        some if some < 7200.0 => format!("{} min", number(some / 60.0)),
        large => format!("{} h", number(large / 3600.0)),
    }
}

/// A number multiplied by itself: in the same way on every machine.
pub(super) fn power(base: f64, times: i128) -> f64 {
    (0..times.min(1000)).fold(1.0, |product, _| product * base)
}
