//! From a scenario file to what can be run: reads every part, checks that they fit together, and
//! tells of all mistakes at once.

use patterns::{Duration, Time};
use sim::System;
use sim::observe::measure::{Measure, Unit};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::format;
use crate::read::read;
use crate::registry::LayerRegistry;
use crate::scenario_file::ScenarioFile;
use crate::text::number;

mod faults;
mod parts;
mod resolve;

/// A scenario that can be run: names are resolved, and everything is in range.
#[derive(Clone, Debug)]
pub struct Scenario {
    /// What it is about, in a line.
    pub title: String,
    /// What it is about, at length.
    pub about: Option<String>,
    /// The root seed that the file asks for; 1 if it does not.
    pub seed: u64,
    /// What is simulated.
    pub system: System,
    /// What must hold.
    pub hypotheses: Vec<Hypothesis>,
}

/// Something that must hold in a run.
#[derive(Clone, Debug)]
pub struct Hypothesis {
    /// As it is written.
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

/// The keys that a file may have.
const SECTIONS: [&str; 13] = [
    "title",
    "about",
    "horizon",
    "warmup",
    "seed",
    "agents",
    "services",
    "policies",
    "edges",
    "faults",
    "hypotheses",
    "sweep",
    "variants",
];

impl ScenarioFile<'_> {
    /// Checks everything but sweep and variants, and resolves it to what can be run.
    pub fn scenario(&self, registry: &LayerRegistry) -> Result<Scenario, Diagnostics> {
        let mut diagnostics = Vec::new();
        let scenario = self.read_scenario(registry, &mut diagnostics);
        Diagnostics::check(&self.name, self.text, diagnostics)?;
        Ok(scenario.expect("without problems there is a scenario"))
    }

    /// The scenario, if there is nothing wrong; else what is wrong is added to `diagnostics`.
    pub(crate) fn read_scenario(
        &self,
        registry: &LayerRegistry,
        diagnostics: &mut Vec<Diagnostic>,
    ) -> Option<Scenario> {
        let before = diagnostics.len();
        let table = self.table.get_ref();
        for key in table.keys() {
            if !SECTIONS.contains(&key.get_ref().as_ref()) {
                diagnostics.push(Diagnostic::unknown(key.span(), "key", key.get_ref(), SECTIONS));
            }
        }
        let title: Option<String> = self.field("title", diagnostics);
        if title.is_none() && !table.contains_key("title") {
            diagnostics
                .push(Diagnostic::new(0..0, "`title` is missing: what it is about, in a line"));
        }
        let about = self.field("about", diagnostics);
        let horizon: Option<Spanned<format::Length>> = self.field("horizon", diagnostics);
        if horizon.is_none() && !table.contains_key("horizon") {
            let diagnostic = Diagnostic::new(0..0, "`horizon` is missing: when a run ends");
            diagnostics.push(diagnostic.help("for example: horizon = \"2h\""));
        }
        let warmup: Option<Spanned<format::Length>> = self.field("warmup", diagnostics);
        if let (Some(horizon), Some(warmup)) = (&horizon, &warmup)
            && warmup.get_ref().0 >= horizon.get_ref().0
        {
            let told = "the warm-up must end before the horizon, or nothing is counted";
            diagnostics.push(Diagnostic::new(warmup.span(), told));
        }
        let seed = self.field::<format::SeedText>("seed", diagnostics).map_or(1, |seed| seed.0);
        let mut system = parts::Parts::read(self, registry, diagnostics).link(diagnostics)?;
        system.horizon = Time::ZERO + horizon?.get_ref().0;
        system.warmup = Time::ZERO + warmup.map_or(Duration::ZERO, |warmup| warmup.get_ref().0);
        let hypotheses = self.hypotheses(&system, diagnostics);
        (diagnostics.len() == before).then_some(Scenario {
            title: title?,
            about,
            seed,
            system,
            hypotheses,
        })
    }

    /// A key at the top of the file, if it is there and right.
    fn field<T: serde::de::DeserializeOwned>(
        &self,
        key: &str,
        diagnostics: &mut Vec<Diagnostic>,
    ) -> Option<T> {
        read(self.table.get_ref().get(key)?, diagnostics)
    }

    /// A table at the top of the file; an empty one if it is not there.
    pub(crate) fn section(&self, key: &str, diagnostics: &mut Vec<Diagnostic>) -> DeTable<'_> {
        match self.table.get_ref().get(key) {
            None => DeTable::new(),
            Some(value) => match value.get_ref() {
                DeValue::Table(table) => table.clone(),
                other => {
                    let told = format!("`{key}` must be a table, not a {}", other.type_str());
                    diagnostics.push(Diagnostic::new(value.span(), told));
                    DeTable::new()
                }
            },
        }
    }

    /// An array of tables at the top of the file; an empty one if it is not there.
    pub(crate) fn list(
        &self,
        key: &str,
        diagnostics: &mut Vec<Diagnostic>,
    ) -> Vec<Spanned<DeValue<'_>>> {
        match self.table.get_ref().get(key) {
            None => Vec::new(),
            Some(value) => match value.get_ref() {
                DeValue::Array(items) => items.iter().cloned().collect(),
                other => {
                    let told = format!("expected `[[{key}]]`, found a {}", other.type_str());
                    diagnostics.push(Diagnostic::new(value.span(), told));
                    Vec::new()
                }
            },
        }
    }

    fn hypotheses(&self, system: &System, diagnostics: &mut Vec<Diagnostic>) -> Vec<Hypothesis> {
        let mut all = Vec::new();
        for item in self.list("hypotheses", diagnostics) {
            let Some(format::Hypothesis { that }) = read(&item, diagnostics) else { continue };
            match hypothesis(that.get_ref(), system) {
                Ok(hypothesis) => all.push(hypothesis),
                Err(told) => diagnostics.push(told.into_diagnostic(that.span())),
            }
        }
        all
    }
}

/// A message, and perhaps what to do about it.
pub(crate) struct Message {
    message: String,
    help: Option<String>,
}

impl Message {
    pub(crate) fn into_diagnostic(self, span: core::ops::Range<usize>) -> Diagnostic {
        let diagnostic = Diagnostic::new(span, self.message);
        match self.help {
            Some(help) => diagnostic.help(help),
            None => diagnostic,
        }
    }
}

impl From<String> for Message {
    fn from(message: String) -> Self {
        Self { message, help: None }
    }
}

/// Finds what a path measures.
pub(crate) fn measure(path: &str, system: &System) -> Result<Measure, Message> {
    Measure::parse(path, system).map_err(|unknown| {
        let known: Vec<&str> = unknown.known.iter().map(String::as_str).collect();
        let help = match crate::diagnostic::nearest(&unknown.part, &known) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("there is: {}", known.join(", ")),
        };
        Message { message: unknown.to_string(), help: Some(help) }
    })
}

/// Reads `agents.write.success >= 99%`.
fn hypothesis(text: &str, system: &System) -> Result<Hypothesis, Message> {
    const COMPARES: [(&str, Compare); 4] = [
        (">=", Compare::AtLeast),
        ("<=", Compare::AtMost),
        (">", Compare::MoreThan),
        ("<", Compare::LessThan),
    ];
    // An edge's name has an arrow in quotes; the sign of the comparison comes after it.
    let from = text.rfind('"').unwrap_or(0);
    let found = COMPARES.iter().find_map(|(sign, compare)| {
        text[from..].find(sign).map(|at| (from + at, sign.len(), *compare))
    });
    let (at, length, compare) = found.ok_or_else(|| Message {
        message: format!("`{text}` compares nothing"),
        help: Some("for example: agents.write.success >= 99%".to_owned()),
    })?;
    let measure = measure(text[..at].trim(), system)?;
    let bound = text[at + length..].trim();
    let bound = match bound.parse::<Duration>() {
        Ok(span) if matches!(measure.unit(), Unit::Seconds | Unit::WorkSeconds) => {
            span.as_secs_f64()
        }
        _ => number(bound)?,
    };
    Ok(Hypothesis { text: text.to_owned(), measure, compare, bound })
}
