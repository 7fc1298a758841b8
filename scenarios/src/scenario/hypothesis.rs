//! What must hold in a run: `agents.write.success >= 99%`.

use core::ops::Range;

use patterns::Duration;
use sim::System;
use sim::measure::{Measure, Unit};

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
    /// How it is compared.
    pub compare: Compare,
    /// With what: in the measure's unit.
    pub bound: f64,
}

/// How a measure is compared with a bound.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Compare {
    /// `>=`
    AtLeast,
    /// `>`
    MoreThan,
    /// `<=`
    AtMost,
    /// `<`
    LessThan,
}

impl Hypothesis {
    /// Whether it holds for this value of its measure. Nothing holds of what is undefined.
    pub fn holds(&self, value: f64) -> bool {
        match self.compare {
            Compare::AtLeast => value >= self.bound,
            Compare::MoreThan => value > self.bound,
            Compare::AtMost => value <= self.bound,
            Compare::LessThan => value < self.bound,
        }
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
    Measure::parse(path, system).map_err(|unknown| {
        let known: Vec<&str> = unknown.known.iter().map(String::as_str).collect();
        let help = Some(nearest_or_all(&unknown.part, &known));
        Message { code: FileCode::UnknownMeasure, message: unknown.to_string(), help }
    })
}

/// Reads `agents.write.success >= 99%`.
pub(super) fn read(text: &str, system: &System) -> Result<Hypothesis, Message> {
    const COMPARES: [(&str, Compare); 4] = [
        (">=", Compare::AtLeast),
        ("<=", Compare::AtMost),
        (">", Compare::MoreThan),
        ("<", Compare::LessThan),
    ];
    let wrong = |message: String| Message {
        code: FileCode::BadHypothesis,
        message,
        help: Some("for example: agents.write.success >= 99%".to_owned()),
    };
    // An edge's name has an arrow in quotes; the sign of the comparison comes after it.
    let from = text.rfind('"').unwrap_or(0);
    let found = COMPARES.iter().find_map(|(sign, compare)| {
        text[from..].find(sign).map(|at| (from + at, sign.len(), *compare))
    });
    let (at, length, compare) = found.ok_or_else(|| wrong(format!("`{text}` compares nothing")))?;
    let measure = measure(text[..at].trim(), system)?;
    let bound = text[at + length..].trim();
    let bound = match bound.parse::<Duration>() {
        Ok(length) if matches!(measure.unit(), Unit::Seconds | Unit::WorkSeconds) => {
            length.as_secs_f64()
        }
        _ => number(bound).ok_or_else(|| wrong(format!("`{bound}` is not a number")))?,
    };
    Ok(Hypothesis { text: plain(text).into(), measure, compare, bound })
}

/// A number, or a percentage. Divided, so that 70% is the number written 0.7.
fn number(text: &str) -> Option<f64> {
    let (digits, scale) = match text.trim().strip_suffix('%') {
        Some(digits) => (digits, 100.0),
        None => (text, 1.0),
    };
    let value = digits.trim().parse::<f64>().ok().filter(|value| value.is_finite());
    value.map(|value| value / scale)
}
