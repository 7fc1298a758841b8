//! What must hold in a run: `agents.write.success >= 99%`.

use core::ops::Range;

use patterns::Duration;
use sim::System;
use sim::fault::Schedule;
use sim::measure::{Bound, Compare, Measure, Unit, UnknownMeasure, not_a_window, split_window};
use sim::model::system::Fault;
use sim::observe::Anchor;

use crate::codes::FileCode;
use crate::diagnostic::{Diagnostic, nearest, nearest_or_all};
use crate::plain::plain;

/// Something that must hold in a run.
#[derive(Clone, Debug)]
pub struct Hypothesis {
    /// As it is written, on one line.
    pub text: String,
    /// What is measured.
    pub measure: Measure,
    /// What it is held against.
    pub bound: Bound,
}

impl Hypothesis {
    /// Whether it holds for this value of its measure. Nothing holds of what is undefined.
    pub fn holds(&self, value: f64) -> bool {
        self.bound.holds(value)
    }

    /// The share of runs in which it holds, as a measure with its text as name.
    pub fn share(&self) -> Measure {
        self.measure.clone().holding(self.bound, self.text.clone())
    }
}

/// A message that has no place yet, and perhaps what to do about it.
pub(crate) struct Message {
    code: FileCode,
    message: String,
    help: Option<String>,
}

impl Message {
    pub(crate) fn into_diagnostic(self, at: Range<usize>) -> Diagnostic {
        let diagnostic = Diagnostic::new(at, self.code, self.message);
        match self.help {
            Some(help) => diagnostic.help(help),
            None => diagnostic,
        }
    }
}

/// Finds what a path measures.
pub(crate) fn measure(path: &str, system: &System) -> Result<Measure, Message> {
    Measure::parse(&with_blanks(path), system).map_err(Message::from)
}

/// A path in which an edge is written as edges are called: `edges."a->b"` is `edges."a -> b"`.
fn with_blanks(path: &str) -> String {
    let (path, window) = path.split_at(path.find(" fault \"").unwrap_or(path.len()));
    path.split("->").map(str::trim).collect::<Vec<_>>().join(" -> ") + window
}

impl From<UnknownMeasure> for Message {
    fn from(unknown: UnknownMeasure) -> Self {
        let known: Vec<&str> = unknown.known.iter().map(String::as_str).collect();
        let forms = (nearest(&unknown.part, &known).is_none() && !unknown.forms.is_empty())
            .then(|| format!("there is: {}", unknown.forms.join(", ")));
        let help = unknown.help.or(forms).unwrap_or_else(|| nearest_or_all(&unknown.part, &known));
        Self { code: FileCode::UnknownMeasure, message: unknown.message, help: Some(help) }
    }
}

/// A comparison as it is written, of which it is not yet known whether there is such a measure:
/// `agents.write.success >= 99%`, with a window behind the measure or at the end, as in
/// `agents.write.success >= 99% from 20s after fault "github-hang"`; or
/// `agents.write recovers within 2min after fault "github-hang"`.
#[derive(Debug)]
pub(super) struct Comparison {
    text: String,
    path: String,
    compare: Compare,
    bound: String,
    /// Whether it is written with `recovers within`.
    is_recovery: bool,
}

impl Comparison {
    /// Takes a text apart.
    pub(super) fn parse(text: &str) -> Result<Self, Message> {
        let wrong = |message: String| wrong(message, EXAMPLE);
        if text.matches('"').count() % 2 == 1 {
            return Err(wrong(format!("a quotation mark in `{text}` is not closed")));
        }
        let recovers = recovers(text)?;
        let is_recovery = recovers.is_some();
        let (path, compare, bound) = match recovers {
            Some((path, bound)) => (path, Compare::AtMost, bound),
            None => {
                let (path, compare, bound) = compared(text).map_err(wrong)?;
                let (bound, window) = split_window(bound);
                (format!("{} {}", path.trim(), window.unwrap_or("")), compare, bound)
            }
        };
        let [text, path, bound] = [text, path.trim(), bound.trim()].map(str::to_owned);
        Ok(Self { text, path, compare, bound, is_recovery })
    }

    /// It must be of the last so much of a run, and of no other window.
    pub(super) fn without_window(self, over: Duration) -> Result<Self, Message> {
        match split_window(&self.path).1 {
            None => Ok(self),
            Some(window) => {
                let message = format!("`{window}` is a window, and `over {over}` is one as well");
                Err(wrong(message, OVER))
            }
        }
    }

    /// As it is written.
    pub(super) fn text(&self) -> &str {
        &self.text
    }

    /// The path of what is compared.
    pub(super) fn path(&self) -> &str {
        &self.path
    }

    /// The same of how much more something is in a system than in another: it may be less.
    pub(super) fn of_difference(&self, system: &System) -> Result<Hypothesis, Message> {
        let Some(less) = self.bound.strip_prefix('-') else { return self.of(system) };
        let bound = less.trim().to_owned();
        let (text, path) = (self.text.clone(), self.path.clone());
        let mut found = Self { text, path, bound, ..*self }.of(system)?;
        found.bound.value = -found.bound.value;
        Ok(found)
    }

    /// The same of a system.
    pub(super) fn of(&self, system: &System) -> Result<Hypothesis, Message> {
        let Self { text, path, compare, bound, is_recovery } = self;
        let measure = match measure(path, system) {
            Err(message) if *is_recovery => return Err(recovering(path, message, system)),
            measure => measure?,
        };
        if let Some(service) = system.services.iter().find(|service| {
            let own = format!("services.{}.utilisation", service.name);
            service.slots == u32::MAX && measure.path().starts_with(&own)
        }) {
            let name = &service.name;
            let message = format!("`{name}` has unlimited slots, so none of them is a share");
            return Err(wrong(message, "give it `slots`, or ask for `busy`: how many are in use"));
        }
        let unit = measure.unit();
        let value = bound_of(unit, bound).map_err(|message| {
            // What can be read may have something behind it that was to be a window.
            let spaces = bound.match_indices(' ');
            let halves = spaces.map(|(at, _)| (bound[..at].trim(), bound[at..].trim()));
            match halves.rev().find(|(bound, _)| bound_of(unit, bound).is_ok()) {
                Some((_, behind)) if !behind.is_empty() => Message::from(not_a_window(behind)),
                _ if *is_recovery => {
                    let subject = path.split(".recovery").next().unwrap_or(path);
                    wrong(message, &format!("for example: {subject} {WITHIN}"))
                }
                _ => wrong(message, &format!("for example: {path} {}", example(unit))),
            }
        })?;
        let bound = Bound { compare: *compare, value };
        Ok(Hypothesis { text: plain(text).into(), measure, bound })
    }
}

const EXAMPLE: &str = "for example: agents.write.success >= 99%";
const OVER: &str = "for example: agents.write.success < 50% over 1min";

pub(super) fn wrong(message: String, help: &str) -> Message {
    Message { code: FileCode::BadHypothesis, message, help: Some(help.to_owned()) }
}

/// Takes `agents.write.success < 50% over 1min` apart: a comparison of the last so much of a run,
/// and how much that is.
pub(super) fn split_over(text: &str) -> (&str, Result<Duration, Message>) {
    let Some((condition, over)) = text.rsplit_once(" over ") else {
        let message = format!("`{text}` does not say over how much of the run");
        return (text, Err(wrong(message, OVER)));
    };
    let length = over.trim().parse::<Duration>().ok().filter(|length| !length.is_zero());
    let message = || format!("`{over}` is no length of time, such as 1min");
    (condition, length.ok_or_else(|| wrong(message(), OVER)))
}

/// What an example of a recovery ends with.
const WITHIN: &str = "recovers within 2min after fault \"NAME\"";

/// The measure and the bound of `agents.write recovers within 2min after fault "x"`; none if a text
/// does not say that something recovers.
fn recovers(text: &str) -> Result<Option<(String, &str)>, Message> {
    let verb = text.split_whitespace().find_map(|word| {
        let verb = word.rsplit('.').next()?;
        matches!(verb, "recovers" | "recover").then_some(verb)
    });
    let Some(verb) = verb.filter(|_| compared(text).is_err()) else { return Ok(None) };
    let (subject, rest) = text.split_once(verb).unwrap_or((text, ""));
    let is_dotted = subject.ends_with('.');
    let subject = subject.trim_end_matches('.').trim();
    let example = match subject {
        "" => format!("for example: agents.write {WITHIN}"),
        subject => format!("for example: {subject} {WITHIN}"),
    };
    if subject.is_empty() {
        return Err(wrong(format!("`{text}` does not say what recovers"), &example));
    }
    let within = rest.trim_start().strip_prefix("within");
    let Some(rest) = within.filter(|_| verb == "recovers" && !is_dotted) else {
        let message = format!("`{text}` does not say `recovers within` and a length of time");
        return Err(wrong(message, &example));
    };
    let (bound, window) = split_window(rest);
    if bound.trim().is_empty() {
        let message = "a length of time is missing behind `recovers within`".to_owned();
        return Err(wrong(message, &example));
    }
    Ok(Some((format!("{subject}.recovery {}", window.unwrap_or("")), bound)))
}

/// Why what is to recover cannot: nothing of this name does, or it has no failure episodes.
fn recovering(path: &str, message: Message, system: &System) -> Message {
    let (of_run, _) = split_window(path);
    let subject = of_run.strip_suffix(".recovery").unwrap_or(of_run);
    if measure(of_run, system).is_ok() {
        return message;
    }
    let all = Measure::all(system);
    let is_there = all.iter().any(|one| {
        one.path().strip_prefix(subject).is_some_and(|rest| rest.starts_with('.'))
            || path.starts_with(&format!("{}.", one.path()))
    });
    if !is_there && subject != "system" {
        return message;
    }
    let paths = all.iter().filter_map(|one| one.path().strip_suffix(".recovery"));
    let some: Vec<String> =
        paths.take(3).map(|path| format!("`{path} recovers within …`")).collect();
    let message = format!("`{subject}` has no failure episodes that could end");
    wrong(message, &format!("agents and edges have: {}", some.join(", ")))
}

/// A text at the first sign of comparison that is in no quotes: an edge's name has an arrow.
fn compared(text: &str) -> Result<(&str, Compare, &str), String> {
    const COMPARES: [(&str, Compare); 4] = [
        (">=", Compare::AtLeast),
        ("<=", Compare::AtMost),
        (">", Compare::MoreThan),
        ("<", Compare::LessThan),
    ];
    let nothing = || format!("`{text}` compares nothing: there is no `>=`, `>`, `<=` or `<`");
    let mut is_quoted = false;
    let found = text.char_indices().find(|(at, c)| {
        is_quoted ^= *c == '"';
        let is_arrow = *c == '>' && text[..*at].ends_with('-');
        !is_quoted && matches!(c, '<' | '>' | '=' | '≥' | '≤') && !is_arrow
    });
    let (at, _) = found.ok_or_else(nothing)?;
    let end = text[at..].find(|c| !matches!(c, '<' | '>' | '=' | '!' | '~' | '≥' | '≤'));
    let sign = &text[at..end.map_or(text.len(), |length| at + length)];
    match COMPARES.iter().find(|(known, _)| *known == sign) {
        Some((_, compare)) => Ok((&text[..at], *compare, &text[at + sign.len()..])),
        None => {
            let meant = match sign {
                "=>" | "≥" => "`>=`",
                "=<" | "≤" => "`<=`",
                _ => "`>=`, `>`, `<=` or `<`",
            };
            Err(format!("`{sign}` is no comparison: write {meant}"))
        }
    }
}

/// A bound of this unit.
const fn example(unit: Unit) -> &'static str {
    match unit {
        Unit::Seconds => "<= 30s",
        Unit::WorkSeconds => "<= 10min",
        Unit::Share => ">= 99%",
        Unit::PerHour => ">= 120/h",
        Unit::Count => "<= 10",
        Unit::Ratio => "<= 1.5",
        Unit::Usd => ">= 100",
    }
}

/// Reads a bound, which must be of the measure's kind.
fn bound_of(unit: Unit, text: &str) -> Result<f64, String> {
    let share = || text.strip_suffix('%').and_then(number).map(|value| value / 100.0);
    match unit {
        Unit::Seconds | Unit::WorkSeconds => {
            let time = text.parse::<Duration>().map(Duration::as_secs_f64).ok();
            time.or_else(|| number(text).filter(|value| *value == 0.0))
                .ok_or_else(|| format!("`{text}` is no length of time, such as 30s"))
        }
        Unit::Share => share()
            .or_else(|| number(text))
            .filter(|value| (0.0..=1.0).contains(value))
            .ok_or_else(|| format!("`{text}` is no share, such as 99% or 0.99")),
        Unit::PerHour => number(text.strip_suffix("/h").unwrap_or(text))
            .ok_or_else(|| format!("`{text}` is no number an hour, such as 120 or 120/h")),
        Unit::Usd => number(text.strip_prefix('$').unwrap_or(text))
            .ok_or_else(|| format!("`{text}` is no sum of dollars, such as 12.4 or $12.4")),
        Unit::Count | Unit::Ratio => {
            number(text).ok_or_else(|| format!("`{text}` is not a number"))
        }
    }
}

/// A finite number. A percentage is divided, so that 70% is the number written 0.7.
fn number(text: &str) -> Option<f64> {
    text.trim().parse::<f64>().ok().filter(|value| value.is_finite())
}

/// Why a comparison never holds, whatever becomes of a run, and what to do about it.
pub(super) fn never(hypothesis: &Hypothesis) -> Option<(String, String)> {
    let (low, high, is) = match hypothesis.measure.unit() {
        Unit::Share => (0.0, 1.0, "a share is from 0 to 100%"),
        Unit::Count | Unit::Seconds | Unit::WorkSeconds => (0.0, f64::INFINITY, "0 is the least"),
        _ => return None,
    };
    let Bound { compare, value } = hypothesis.bound;
    let never = match compare {
        Compare::LessThan => value <= low,
        Compare::AtMost => value < low,
        Compare::MoreThan => value >= high,
        Compare::AtLeast => value > high,
    };
    let help = || format!("what is measured: {}", hypothesis.measure.definition());
    never.then(|| (format!("`{}` never holds: {is}", hypothesis.text), help()))
}

/// Warns of what never holds, and of a window that by chance comes in few runs, or in none.
pub(super) fn warning(hypothesis: &Hypothesis, system: &System) -> Option<(String, String)> {
    if let Some(never) = never(hypothesis) {
        return Some(never);
    }
    let window = hypothesis.measure.window()?;
    let named = |fault: &&Fault| Some(&*fault.name) == window.anchor.fault();
    let Schedule::Renewal { up, down } = &system.faults.iter().find(named)?.schedule else {
        return None;
    };
    let after = window.from.map_or(0.0, Duration::as_secs_f64);
    let begins = match window.anchor {
        Anchor::Run | Anchor::Before(_) => return None,
        Anchor::During(_) => up.mean_secs() + after,
        Anchor::After(_) => up.mean_secs() + down.mean_secs() + after,
    };
    if begins < system.horizon.as_secs_f64() {
        return None;
    }
    let message = format!("by chance the window `{window}` may never come: nothing holds then");
    let end = system.horizon;
    let help = format!("on average it begins after {begins:.0}s, and the horizon is {end}");
    Some((message, help))
}
