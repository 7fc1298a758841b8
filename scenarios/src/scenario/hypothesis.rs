//! What must hold in a run: `agents.write.success >= 99%`.

use core::ops::Range;

use patterns::Duration;
use sim::System;
use sim::fault::Schedule;
use sim::measure::{Bound, Compare, Measure, Unit, UnknownMeasure, not_a_window, split_window};
use sim::model::system::Fault;
use sim::observe::Anchor;

use crate::codes::FileCode;
use crate::diagnostic::{Diagnostic, nearest_or_all};
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
        let help = unknown.help.unwrap_or_else(|| nearest_or_all(&unknown.part, &known));
        Self { code: FileCode::UnknownMeasure, message: unknown.message, help: Some(help) }
    }
}

/// Reads `agents.write.success >= 99%`, with a window behind the measure or at the end:
/// `agents.write.success >= 99% from 20s after fault "github-hang"`; or
/// `agents.write recovers within 2min after fault "github-hang"`.
pub(super) fn read(text: &str, system: &System) -> Result<Hypothesis, Message> {
    let wrong = |message: String| Message {
        code: FileCode::BadHypothesis,
        message,
        help: Some("for example: agents.write.success >= 99%".to_owned()),
    };
    if text.matches('"').count() % 2 == 1 {
        return Err(wrong(format!("a quotation mark in `{text}` is not closed")));
    }
    let (path, compare, bound) = match recovers(text) {
        Some((path, bound)) => (path, Compare::AtMost, bound),
        None => {
            let (path, compare, bound) = compared(text).map_err(wrong)?;
            let (bound, window) = split_window(bound);
            (format!("{} {}", path.trim(), window.unwrap_or("")), compare, bound)
        }
    };
    let measure = measure(path.trim(), system)?;
    if let Some(service) = system.services.iter().find(|service| {
        let own = format!("services.{}.utilisation", service.name);
        service.slots == u32::MAX && measure.path().starts_with(&own)
    }) {
        let message = format!("`{}` has unlimited slots, so none of them is a share", service.name);
        return Err(Message {
            code: FileCode::BadHypothesis,
            message,
            help: Some("give it `slots`, or ask for `busy`: how many are in use".to_owned()),
        });
    }
    let unit = measure.unit();
    let value = bound_of(unit, bound.trim()).map_err(|message| {
        // What can be read may have something behind it that was to be a window.
        let spaces = bound.match_indices(' ');
        let halves = spaces.map(|(at, _)| (bound[..at].trim(), bound[at..].trim()));
        match halves.rev().find(|(bound, _)| bound_of(unit, bound).is_ok()) {
            Some((_, behind)) if !behind.is_empty() => Message::from(not_a_window(behind)),
            _ => {
                let help = Some(format!("for example: {} {}", path.trim(), example(unit)));
                Message { code: FileCode::BadHypothesis, message, help }
            }
        }
    })?;
    Ok(Hypothesis { text: plain(text).into(), measure, bound: Bound { compare, value } })
}

/// Reads `agents.write.success < 50% over 1min`: a hypothesis of the last so much of a run.
pub(super) fn read_over(text: &str, system: &System) -> Result<(Hypothesis, Duration), Message> {
    let wrong = |message: String| Message {
        code: FileCode::BadHypothesis,
        message,
        help: Some("for example: agents.write.success < 50% over 1min".to_owned()),
    };
    let Some((condition, over)) = text.rsplit_once(" over ") else {
        return Err(wrong(format!("`{text}` does not say over how much of the run")));
    };
    let hypothesis = read(condition, system)?;
    if let Some(window) = hypothesis.measure.window() {
        return Err(wrong(format!("`{window}` is a window, and `over {over}` is one as well")));
    }
    let length = over.trim().parse::<Duration>().ok().filter(|length| !length.is_zero());
    let length =
        length.ok_or_else(|| wrong(format!("`{over}` is no length of time, such as 1min")))?;
    Ok((hypothesis, length))
}

/// The measure and the bound of `agents.write recovers within 2min after fault "x"`.
fn recovers(text: &str) -> Option<(String, &str)> {
    let (subject, rest) = text.split_once(" recovers within ")?;
    let (bound, window) = split_window(rest);
    Some((format!("{}.recovery {}", subject.trim(), window.unwrap_or("")), bound))
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
        !is_quoted && matches!(c, '<' | '>' | '=') && !is_arrow
    });
    let (at, _) = found.ok_or_else(nothing)?;
    let end = text[at..].find(|c| !matches!(c, '<' | '>' | '=' | '!' | '~'));
    let sign = &text[at..end.map_or(text.len(), |length| at + length)];
    match COMPARES.iter().find(|(known, _)| *known == sign) {
        Some((_, compare)) => Ok((&text[..at], *compare, &text[at + sign.len()..])),
        None => {
            let meant = match sign {
                "=>" => "`>=`",
                "=<" => "`<=`",
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
        Unit::Count | Unit::Ratio => {
            number(text).ok_or_else(|| format!("`{text}` is not a number"))
        }
    }
}

/// A finite number. A percentage is divided, so that 70% is the number written 0.7.
fn number(text: &str) -> Option<f64> {
    text.trim().parse::<f64>().ok().filter(|value| value.is_finite())
}

/// Warns of a window that by chance comes in few runs, or in none.
pub(super) fn warning(hypothesis: &Hypothesis, system: &System) -> Option<(String, String)> {
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
