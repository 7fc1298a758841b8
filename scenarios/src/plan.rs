//! From a scenario file to what can be run: reads every part, checks that they fit together, and
//! tells of all mistakes at once.

use patterns::{Span, Time};
use sim::System;
use sim::observe::measure::{Measure, Unit};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::catalog::Catalog;
use crate::document::Document;
use crate::problem::{Problem, Problems};
use crate::read::read;
use crate::spec;
use crate::text::number;

mod faults;
mod links;
mod parts;

/// A scenario that can be run: names are resolved, and everything is in range.
#[derive(Clone, Debug)]
pub struct Plan {
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

impl Document<'_> {
    /// Checks everything but sweep and variants, and resolves it to what can be run.
    pub fn plan(&self, catalog: &Catalog) -> Result<Plan, Problems> {
        let mut problems = Vec::new();
        let plan = self.read_plan(catalog, &mut problems);
        Problems::check(&self.name, self.text, problems)?;
        Ok(plan.expect("without problems there is a plan"))
    }

    /// The plan, if there is nothing wrong; else what is wrong is added to `problems`.
    pub(crate) fn read_plan(&self, catalog: &Catalog, problems: &mut Vec<Problem>) -> Option<Plan> {
        let before = problems.len();
        let table = self.table.get_ref();
        for key in table.keys() {
            if !SECTIONS.contains(&key.get_ref().as_ref()) {
                problems.push(Problem::unknown(key.span(), "key", key.get_ref(), SECTIONS));
            }
        }
        let title: Option<String> = self.field("title", problems);
        if title.is_none() && !table.contains_key("title") {
            problems.push(Problem::new(0..0, "`title` is missing: what it is about, in a line"));
        }
        let about = self.field("about", problems);
        let horizon: Option<Spanned<spec::Length>> = self.field("horizon", problems);
        if horizon.is_none() && !table.contains_key("horizon") {
            let problem = Problem::new(0..0, "`horizon` is missing: when a run ends");
            problems.push(problem.help("for example: horizon = \"2h\""));
        }
        let warmup: Option<Spanned<spec::Length>> = self.field("warmup", problems);
        if let (Some(horizon), Some(warmup)) = (&horizon, &warmup)
            && warmup.get_ref().0 >= horizon.get_ref().0
        {
            let told = "the warm-up must end before the horizon, or nothing is counted";
            problems.push(Problem::new(warmup.span(), told));
        }
        let seed = self.field::<spec::SeedText>("seed", problems).map_or(1, |seed| seed.0);
        let mut system = parts::Parts::read(self, catalog, problems).link(problems)?;
        system.horizon = Time::ZERO + horizon?.get_ref().0;
        system.warmup = Time::ZERO + warmup.map_or(Span::ZERO, |warmup| warmup.get_ref().0);
        let hypotheses = self.hypotheses(&system, problems);
        (problems.len() == before).then_some(Plan {
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
        problems: &mut Vec<Problem>,
    ) -> Option<T> {
        read(self.table.get_ref().get(key)?, problems)
    }

    /// A table at the top of the file; an empty one if it is not there.
    pub(crate) fn section(&self, key: &str, problems: &mut Vec<Problem>) -> DeTable<'_> {
        match self.table.get_ref().get(key) {
            None => DeTable::new(),
            Some(value) => match value.get_ref() {
                DeValue::Table(table) => table.clone(),
                other => {
                    let told = format!("`{key}` must be a table, not a {}", other.type_str());
                    problems.push(Problem::new(value.span(), told));
                    DeTable::new()
                }
            },
        }
    }

    /// An array of tables at the top of the file; an empty one if it is not there.
    pub(crate) fn list(&self, key: &str, problems: &mut Vec<Problem>) -> Vec<Spanned<DeValue<'_>>> {
        match self.table.get_ref().get(key) {
            None => Vec::new(),
            Some(value) => match value.get_ref() {
                DeValue::Array(items) => items.iter().cloned().collect(),
                other => {
                    let told = format!("expected `[[{key}]]`, found a {}", other.type_str());
                    problems.push(Problem::new(value.span(), told));
                    Vec::new()
                }
            },
        }
    }

    fn hypotheses(&self, system: &System, problems: &mut Vec<Problem>) -> Vec<Hypothesis> {
        let mut all = Vec::new();
        for item in self.list("hypotheses", problems) {
            let Some(spec::Hypothesis { that }) = read(&item, problems) else { continue };
            match hypothesis(that.get_ref(), system) {
                Ok(hypothesis) => all.push(hypothesis),
                Err(told) => problems.push(told.into_problem(that.span())),
            }
        }
        all
    }
}

/// A message, and perhaps what to do about it.
pub(crate) struct Told {
    message: String,
    help: Option<String>,
}

impl Told {
    pub(crate) fn into_problem(self, span: core::ops::Range<usize>) -> Problem {
        let problem = Problem::new(span, self.message);
        match self.help {
            Some(help) => problem.help(help),
            None => problem,
        }
    }
}

impl From<String> for Told {
    fn from(message: String) -> Self {
        Self { message, help: None }
    }
}

/// Finds what a path measures.
pub(crate) fn measure(path: &str, system: &System) -> Result<Measure, Told> {
    Measure::parse(path, system).map_err(|unknown| {
        let known: Vec<&str> = unknown.known.iter().map(String::as_str).collect();
        let help = match crate::problem::nearest(&unknown.part, &known) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("there is: {}", known.join(", ")),
        };
        Told { message: unknown.to_string(), help: Some(help) }
    })
}

/// Reads `agents.write.success >= 99%`.
fn hypothesis(text: &str, system: &System) -> Result<Hypothesis, Told> {
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
    let (at, length, compare) = found.ok_or_else(|| Told {
        message: format!("`{text}` compares nothing"),
        help: Some("for example: agents.write.success >= 99%".to_owned()),
    })?;
    let measure = measure(text[..at].trim(), system)?;
    let bound = text[at + length..].trim();
    let bound = match bound.parse::<Span>() {
        Ok(span) if matches!(measure.unit(), Unit::Seconds | Unit::WorkSeconds) => {
            span.as_secs_f64()
        }
        _ => number(bound)?,
    };
    Ok(Hypothesis { text: text.to_owned(), measure, compare, bound })
}
