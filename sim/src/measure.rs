//! What a record can be asked: every number has one name and one definition, here.

use crate::model::system::System;
use crate::observe::Record;

use subject::{Formula, Subject};

mod definitions;
mod subject;
#[cfg(test)]
mod tests;
mod unit;
mod unknown;

pub use unit::{Better, Unit};
pub use unknown::UnknownMeasure;

/// One number of a record, such as `agents.worker.success`.
///
/// It knows its subject by name: so it can be asked of the records of every variant of a system,
/// wherever the subject stands in them.
#[derive(Clone, Debug, PartialEq)]
pub struct Measure {
    path: String,
    subject: Subject,
    formula: Formula,
}

impl Measure {
    fn new(subject: Subject, formula: Formula) -> Self {
        Self { path: subject.path(formula.info().name), subject, formula }
    }

    /// A measure of a group of agents, such as `success`; none if there is no such measure.
    pub fn of_agents(name: &str, measure: &str) -> Option<Self> {
        let subject = Subject::Agents(name.to_owned());
        let formula = subject.formula(measure)?;
        Some(Self::new(subject, formula))
    }

    /// The measure of this path: `agents.NAME.success`, `services.NAME.queue`,
    /// `edges."FROM -> TO".attempts` (the quotes may be left out).
    pub fn parse(path: &str, system: &System) -> Result<Self, UnknownMeasure> {
        let unknown = |what: &'static str, part: &str, known: Vec<String>| UnknownMeasure {
            part: part.to_owned(),
            what,
            known,
        };
        let (kind, rest) = path.split_once('.').unwrap_or((path, ""));
        let what = match kind {
            "agents" => "agent",
            "services" => "service",
            "edges" => "edge",
            _ => {
                let known = ["agents", "services", "edges"].map(str::to_owned).to_vec();
                return Err(unknown("kind of measure", kind, known));
            }
        };
        let subjects = || Subject::all(system).filter(|subject| subject.kind() == kind);
        let bare = rest.replace(['"', '\''], "");
        let found = subjects().find_map(|subject| {
            let rest = bare.strip_prefix(&subject.name())?;
            Some((subject, rest.strip_prefix('.')?))
        });
        let Some((subject, measure)) = found else {
            let name = bare.split('.').next().unwrap_or("");
            return Err(unknown(what, name, subjects().map(|subject| subject.name()).collect()));
        };
        let formula = subject.formula(measure).ok_or_else(|| {
            let known = subject.formulas().into_iter().map(|formula| formula.info().name);
            unknown("measure", measure, known.map(str::to_owned).collect())
        })?;
        Ok(Self::new(subject, formula))
    }

    /// All measures of a system: the columns of its tables.
    pub fn all(system: &System) -> Vec<Self> {
        let of = |subject: Subject| {
            let formulas = subject.formulas().into_iter();
            formulas.map(move |formula| Self::new(subject.clone(), formula))
        };
        Subject::all(system).flat_map(of).collect()
    }

    /// The number, in its unit; not a number where it is undefined: a share of nothing, or of a
    /// part that the system of this run does not have.
    pub fn of(&self, record: &Record) -> f64 {
        self.formula.of(&self.subject, record).unwrap_or(f64::NAN)
    }

    /// Its name: the path that [`Measure::parse`] reads.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// What it is, in a sentence.
    pub fn definition(&self) -> &'static str {
        self.formula.info().text
    }

    /// In what it counts.
    pub fn unit(&self) -> Unit {
        self.formula.info().unit
    }

    /// Which direction is good, where that is clear.
    pub fn better(&self) -> Option<Better> {
        self.formula.info().better
    }
}

/// Every measure there is: its path with `NAME`, `FROM` and `TO` for the parts of a system, its
/// unit, and its definition.
pub fn documented() -> impl Iterator<Item = (String, Unit, &'static str)> {
    let named = |name: &str| name.to_owned();
    let edge = Subject::Edge { from: named("FROM"), to: named("TO") };
    let subjects = [Subject::Agents(named("NAME")), Subject::Service(named("NAME")), edge];
    subjects.into_iter().flat_map(|subject| {
        let formulas = subject.formulas().into_iter();
        formulas.map(move |formula| {
            let info = formula.info();
            (subject.path(info.name), info.unit, info.text)
        })
    })
}
