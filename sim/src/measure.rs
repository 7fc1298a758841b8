//! What a record can be asked: every number has one name and one definition, here.

use std::borrow::{Borrow, Cow};
use std::collections::BTreeSet;

use patterns::report::Report;

use crate::model::abort::AbortCondition;
use crate::model::system::System;
use crate::observe::{Asked, Histogram, Parts, Record, Window};

use layer::OfLayers;
use sample::Found;
use subject::{Formula, Having, Subject};

mod bound;
mod definitions;
mod failures;
mod healing;
mod layer;
mod processes;
mod sample;
mod spending;
mod subject;
#[cfg(test)]
mod tests;
mod unit;
mod unknown;
mod window;

pub use bound::{Bound, Compare};
pub use sample::{Pooling, Sample};
pub use unit::{Better, Unit};
pub use unknown::UnknownMeasure;
pub use window::{not_a_window, split as split_window};

/// One number of a record, such as `agents.worker.success`.
///
/// It knows its subject by name: so it can be asked of the records of every variant of a system,
/// wherever the subject stands in them.
#[derive(Clone, Debug)]
pub struct Measure {
    path: String,
    subject: Subject,
    /// Where its subject stood among those of its kind: there it is looked for first.
    place: usize,
    formula: Formula,
    definition: Cow<'static, str>,
    /// The part of a run that is measured; all of it if it is none.
    window: Option<Window>,
    /// Not the number is asked for, but whether it keeps to this.
    bound: Option<Bound>,
}

/// What measures were called, and what they are called now.
const FORMER: [(&str, &str); 5] = [
    ("opens", "breaker.opens"),
    ("open-share", "breaker.open-share"),
    ("availability", "fault-availability"),
    ("mtbf", "fault-mtbf"),
    ("mttr", "fault-mttr"),
];

/// Equal measures have one name and one definition, wherever their subject was found.
impl PartialEq for Measure {
    fn eq(&self, other: &Self) -> bool {
        self.path == other.path && self.formula == other.formula && self.bound == other.bound
    }
}

impl Measure {
    fn new(subject: Subject, place: usize, formula: Formula) -> Self {
        let definition = formula.text();
        let path = subject.path(&formula.name());
        Self { path, subject, place, formula, definition, window: None, bound: None }
    }

    /// A measure of a group of agents, such as `success`; none if there is no such measure.
    pub fn of_agents(name: &str, measure: &str) -> Option<Self> {
        let subject = Subject::Agents(name.to_owned());
        let formula = subject.formulas().into_iter().find(|formula| formula.name() == measure)?;
        Some(Self::new(subject, 0, formula))
    }

    /// The measure of this path: `agents.NAME.success`, `services.NAME.queue`,
    /// `edges."FROM -> TO".attempts`, `edges."FROM -> TO".breaker.opens` (the quotes may be left
    /// out), `system.success`.
    ///
    /// Behind it may stand a window: `from 10min until 20min`, `during fault "x"`, `before fault
    /// "x"`, `after fault "x"`, `from 20s until 5min after fault "x"`.
    pub fn parse(path: &str, system: &System) -> Result<Self, UnknownMeasure> {
        let (path, window) = window::split(path);
        let measure = Self::of_run(path, system)?;
        match window {
            Some(text) => Ok(measure.within(window::read(text, system)?)),
            None => Ok(measure),
        }
    }

    /// The same of a part of a run, which the system of the run must ask for.
    pub fn within(self, window: Window) -> Self {
        let path = format!("{} {window}", self.path);
        Self { path, window: Some(window), ..self }
    }

    /// The part of a run that is measured; all of it if it is none.
    pub fn window(&self) -> Option<&Window> {
        self.window.as_ref()
    }

    /// Whether it keeps to a bound, under another name: the share of runs of which that can be said
    /// and that were not stopped before their end.
    pub fn holding(self, bound: Bound, path: String) -> Self {
        let definition = "Share of runs in which this holds; of one that was stopped, or in which \
                          it is undefined, it does not.";
        Self { path, definition: Cow::Borrowed(definition), bound: Some(bound), ..self }
    }

    /// The bound that it is held against, if that is what is asked.
    pub fn bound(&self) -> Option<&Bound> {
        self.bound.as_ref()
    }

    /// Whether it is a number of a whole run, held against nothing.
    pub fn is_plain(&self) -> bool {
        self.window.is_none() && self.bound.is_none()
    }

    /// The measure of a whole run of this path.
    fn of_run(path: &str, system: &System) -> Result<Self, UnknownMeasure> {
        let unknown = UnknownMeasure::no;
        let (kind, rest) = path.split_once('.').unwrap_or((path, ""));
        let what = match kind {
            "agents" => "agent",
            "services" => "service",
            "edges" => "edge",
            "budgets" => "budget",
            "recoveries" => "recovery",
            "humans" => "human",
            "system" => "system",
            _ => {
                let mut known = vec!["agents", "services", "edges", "budgets", "system"];
                known.extend((!system.recoveries.is_empty()).then_some("recoveries"));
                known.extend((!system.humans.is_empty()).then_some("humans"));
                let known = known.into_iter().map(str::to_owned).collect();
                return Err(unknown("kind of measure", kind, known));
            }
        };
        let subjects = || Subject::all(system).filter(|(_, subject)| subject.kind() == kind);
        let bare = rest.replace(['"', '\''], "");
        // Names may have dots, so that of several that fit the longest is meant.
        let found = subjects().filter_map(|(place, subject)| {
            let name = subject.name();
            let rest = bare.strip_prefix(&name)?;
            let measure = if name.is_empty() { rest } else { rest.strip_prefix('.')? };
            Some((place, subject, measure))
        });
        let Some((place, subject, measure)) = found.min_by_key(|(.., measure)| measure.len())
        else {
            if let Some((place, whole)) = subjects().find(|(_, subject)| subject.name() == bare) {
                let all = whole.formulas_in(place, system, &Having::of(system));
                let all: Vec<_> = all.iter().map(Formula::name).collect();
                let message = format!("behind `{path}` a measure of it is missing");
                let help = format!("there is: {}", all.join(", "));
                return Err(UnknownMeasure::because(message, help));
            }
            let name = bare.split('.').next().unwrap_or("");
            let known = subjects().map(|(_, subject)| subject.name()).collect();
            return Err(unknown(what, name, known));
        };
        let formulas = subject.formulas_in(place, system, &Having::of(system));
        let is_there = |name: &str| formulas.iter().any(|formula| formula.name() == name);
        if let Some((_, rest)) = measure.split_once(char::is_whitespace) {
            return Err(not_a_window(rest));
        }
        if let Some(formula) = formulas.iter().find(|formula| formula.name() == measure) {
            return Ok(Self::new(subject, place, formula.clone()));
        }
        let others = subjects_with(measure, system);
        if !others.is_empty() {
            let help = format!("what has it: {}", others.join(", "));
            return Err(UnknownMeasure { help: Some(help), ..unknown("measure", measure, vec![]) });
        }
        let known = match FORMER.iter().find(|(former, now)| *former == measure && is_there(now)) {
            Some((_, now)) => vec![(*now).to_owned()],
            None => formulas.iter().map(|formula| formula.name().into_owned()).collect(),
        };
        Err(unknown("measure", measure, known))
    }

    /// All measures of a system.
    pub fn all(system: &System) -> Vec<Self> {
        let having = Having::of(system);
        let of = |(place, subject): (usize, Subject)| {
            let formulas = subject.formulas_in(place, system, &having).into_iter();
            formulas.map(move |formula| Self::new(subject.clone(), place, formula))
        };
        Subject::all(system).flat_map(of).collect()
    }

    /// All measures of several systems, each once: the columns of their tables. What one of them
    /// does not have is not a number there.
    pub fn all_of(systems: impl IntoIterator<Item = impl Borrow<System>>) -> Vec<Self> {
        let mut all: Vec<Self> = Vec::new();
        let mut known = BTreeSet::new();
        for system in systems {
            let more = Self::all(system.borrow()).into_iter();
            all.extend(more.filter(|measure| known.insert(measure.path.clone())));
        }
        all
    }

    /// The number, in its unit; not a number where it is undefined: a share of nothing, or of a
    /// part that the system of this run does not have.
    pub fn of(&self, record: &Record) -> f64 {
        self.sample(record).value()
    }

    /// What a run says of it, so that several runs can be put together.
    pub fn sample(&self, record: &Record) -> Sample {
        let found = self.found_in(record, |found| found.sample());
        match self.bound {
            None => found.unwrap_or(Sample::UNDEFINED),
            Some(bound) if self.formula.find(&self.subject, self.place, record).is_some() => {
                let value = found.map_or(f64::NAN, |sample| sample.value());
                let holds = record.stopped.is_none() && bound.holds(value);
                Sample::plain(f64::from(u8::from(holds)))
            }
            Some(_) => Sample::UNDEFINED,
        }
    }

    /// The times of a run of which it is a quantile or the standard deviation, if it is one.
    pub fn times(&self, record: &Record) -> Option<Histogram> {
        if self.bound.is_some() {
            return None;
        }
        self.found_in(record, |found| found.times().map(Cow::into_owned)).flatten()
    }

    fn found_in<T>(&self, record: &Record, of: impl FnOnce(Found<'_>) -> T) -> Option<T> {
        let record = match &self.window {
            Some(window) => record.window(window)?,
            None => record,
        };
        self.formula.find(&self.subject, self.place, record).map(of)
    }

    /// Marks the parts of a record of this system that it looks at.
    pub fn mark(&self, system: &System, parts: &mut Parts) {
        let asked = if self.formula.reads_times() { Asked::Times } else { Asked::Counts };
        let is_frozen = self.formula.name() == "frozen";
        self.subject.mark(system, is_frozen, asked, parts);
        parts.layers |= matches!(self.formula, Formula::Layers(_));
    }

    /// How several runs are put together.
    pub fn pooling(&self) -> Pooling {
        if self.bound.is_some() { Pooling::Share } else { self.formula.pooling() }
    }

    /// Whether both are numbers of the same times: quantiles, standard deviations.
    pub fn is_of_same_times(&self, other: &Self) -> bool {
        let is_of_times = |measure: &Self| measure.pooling().is_of_times();
        let times = |measure: &Self| {
            let name = measure.formula.name().into_owned();
            name.split_once('.').map(|(times, _)| times.to_owned())
        };
        is_of_times(self)
            && is_of_times(other)
            && self.subject == other.subject
            && self.window == other.window
            && times(self) == times(other)
    }

    /// The same of a whole run.
    #[must_use]
    pub fn of_whole_run(&self) -> Self {
        let path = window::split(&self.path).0.to_owned();
        Self { path, window: None, ..self.clone() }
    }

    /// Its name: the path that [`Measure::parse`] reads.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// What is measured, without of whom: `success`, `breaker.opens`.
    pub fn name(&self) -> Cow<'static, str> {
        self.formula.name()
    }

    /// Of whom it is: the name of a group of agents or of a service, `FROM -> TO` of an edge,
    /// nothing of the whole system.
    pub fn of_whom(&self) -> String {
        self.subject.name()
    }

    /// Who calls, if it is of an edge; else of whom it is.
    pub fn caller(&self) -> String {
        let whom = self.of_whom();
        whom.split(" -> ").next().map(str::to_owned).unwrap_or_default()
    }

    /// What it is, in a sentence.
    pub fn definition(&self) -> &str {
        &self.definition
    }

    /// In what it counts.
    pub fn unit(&self) -> Unit {
        if self.bound.is_some() { Unit::Share } else { self.formula.unit() }
    }

    /// Which direction is good, where that is clear.
    pub fn better(&self) -> Option<Better> {
        if self.bound.is_some() { Some(Better::Higher) } else { self.formula.better() }
    }
}

/// Parts of a system that have a measure of this name, the first few of each kind, as its path is
/// written.
fn subjects_with(name: &str, system: &System) -> Vec<String> {
    const EACH: usize = 3;
    let mut all: Vec<(&str, String)> = Vec::new();
    for (_, subject) in Subject::all(system) {
        let kind = subject.kind();
        let is_one = subject.formulas().iter().any(|formula| formula.name() == name);
        if is_one && all.iter().filter(|(other, _)| *other == kind).count() < EACH {
            all.push((kind, format!("`{}`", subject.path(name))));
        }
    }
    all.into_iter().map(|(_, path)| path).collect()
}

/// Whether the measure keeps to its bound; without one it is no condition.
impl AbortCondition for Measure {
    fn is_met(&self, record: &Record) -> bool {
        let value = self.found_in(record, |found| found.sample().value());
        self.bound.zip(value).is_some_and(|(bound, value)| bound.holds(value))
    }
}

/// Every measure that every system has, but those of layers: its path with `NAME`, `FROM` and `TO`
/// for the parts of a system, its unit, and its definition.
pub fn documented() -> impl Iterator<Item = (String, Unit, String)> {
    let named = |name: &str| name.to_owned();
    let of_parts = [Subject::Agents(named("NAME")), Subject::Service(named("NAME")), from_to()];
    let healing = [Subject::Recovery(named("NAME")), Subject::Human(named("NAME"))];
    let subjects = of_parts.into_iter().chain(healing).chain([Subject::System]);
    subjects.flat_map(|subject| {
        let formulas = subject.formulas().into_iter();
        formulas.map(move |formula| documentation(&subject, &formula))
    })
}

/// Every measure of a kind of layer.
pub fn documented_of_layer(
    kind: &str,
    report: &'static Report,
) -> impl Iterator<Item = (String, Unit, String)> {
    let formulas = OfLayers::of_kind(kind, None, report).map(Formula::Layers);
    formulas.map(|formula| documentation(&from_to(), &formula))
}

/// Every measure that only some systems have: of several replicas, of writes, of aborts, of what is
/// spent and what it is worth.
pub fn documented_of_some() -> impl Iterator<Item = (String, Unit, String)> {
    let named = |name: &str| name.to_owned();
    let of_parts = [Subject::Agents(named("NAME")), Subject::Service(named("NAME")), from_to()];
    let subjects = of_parts.into_iter().chain([Subject::Budget(named("NAME")), Subject::System]);
    subjects.flat_map(|subject| {
        let formulas = subject.formulas_of_some().into_iter();
        formulas.map(move |formula| documentation(&subject, &formula))
    })
}

fn from_to() -> Subject {
    Subject::Edge { from: "FROM".to_owned(), to: "TO".to_owned() }
}

fn documentation(subject: &Subject, formula: &Formula) -> (String, Unit, String) {
    (subject.path(&formula.name()), formula.unit(), formula.text().into_owned())
}
