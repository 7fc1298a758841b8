//! Alerts from simulation: of all rules that are tried the ones that find most, with at most one
//! false alarm a month.

use patterns::{Duration, Time};
use sim::System;
use sim::measure::{Measure, Sample};
use sim::model::system::Fault;
use sim::observe::Record;

use super::words;

/// In place of a share: no outcome at all.
pub(super) const SILENT: f64 = 0.0;

/// Outcomes that a window must have.
pub(super) const LEAST: f64 = 5.0;

/// Hours of a month, on average.
const MONTH: f64 = 730.5;

/// Pieces of a run in which outcomes are counted, at the most.
const PIECES: u64 = 600;

/// Signals beyond which no more are watched.
const SIGNALS_MAX: usize = 12;

/// What alerts can be about: the success of each group of agents and on each edge.
fn signals(system: &System) -> Vec<Measure> {
    let agents = system.agents.iter().map(|one| format!("agents.{}.success", one.name));
    let edges =
        system.edges.iter().map(|edge| format!("edges.\"{}\".success", system.edge_name(edge)));
    let all = agents.chain(edges).take(SIGNALS_MAX);
    all.filter_map(|path| Measure::parse(&path, system).ok()).collect()
}

/// The length of the pieces in which outcomes are counted: whole seconds.
pub fn every(system: &System) -> Duration {
    let span = system.horizon.since(system.warmup);
    Duration::from_secs((span.as_nanos() / 1_000_000_000).div_ceil(PIECES).max(1))
}

/// What is looked at in each piece of a run.
#[derive(Clone, Debug)]
pub struct Watch {
    /// What alerts can be about.
    pub signals: Vec<Measure>,
    /// Of each signal how many of its outcomes are overdue, since nothing has ended them yet; and
    /// whether somebody sees that, as there is a time by which they must have ended.
    overdue: Vec<Option<(Measure, bool)>>,
    /// What shows that something is wrong: time with a fault of each service and each edge, and
    /// without processes of each group.
    wrong: Vec<Measure>,
}

impl Watch {
    /// What is looked at in a system.
    pub fn new(system: &System) -> Self {
        let signals = signals(system);
        let measure = |path: &String| Measure::parse(path, system).ok();
        let overdue = signals.iter().map(|signal| {
            let whom = signal.path().strip_suffix(".success")?;
            let overdue = measure(&format!("{whom}.overdue"))?;
            let group = system.agents.iter().find(|one| one.name == signal.of_whom())?;
            Some((overdue, group.limit() != Some(Duration::MAX)))
        });
        let overdue = overdue.collect();
        let wrong = paths(system).iter().flatten().filter_map(measure).collect();
        Self { signals, overdue, wrong }
    }

    /// All of it.
    pub fn measures(&self) -> Vec<Measure> {
        let overdue = self.overdue.iter().flatten().map(|(measure, _)| measure);
        self.signals.iter().chain(overdue).chain(&self.wrong).cloned().collect()
    }

    /// Which of what shows that something is wrong is of the places that a fault hits; none of one
    /// that leaves the processes that it hits at work.
    pub fn of_fault(&self, system: &System, fault: &Fault) -> Vec<usize> {
        if fault.effect.info().hits_agents && !words::is_of_processes(fault) {
            return Vec::new();
        }
        let hit = words::hit(system, fault);
        let is_hit = |measure: &Measure| {
            let whom = measure.of_whom();
            hit.iter().any(|name| *name == whom || name.split('#').next() == Some(&whom))
        };
        (0..self.wrong.len()).filter(|place| is_hit(&self.wrong[*place])).collect()
    }
}

/// The measures whose numerator is a time in which something is wrong.
fn paths(system: &System) -> [Vec<String>; 3] {
    let services = system.services.iter().map(|one| format!("services.{}.fault-mttr", one.name));
    let edges = system.edges.iter();
    let edges = edges.map(|edge| format!("edges.\"{}\".fault-mttr", system.edge_name(edge)));
    let groups = system.agents.iter().map(|one| format!("agents.{}.process-mttr", one.name));
    [services.collect(), edges.collect(), groups.collect()]
}

/// The outcomes of one run, by piece and signal.
#[derive(Clone, Debug, Default)]
pub struct Watched {
    pub(super) pieces: Vec<Vec<Sample>>,
    /// Of each piece whether something is wrong, as a [`Watch`] has it.
    wrong: Vec<Vec<bool>>,
    /// Of each signal how many outcomes were overdue at the end of the last piece.
    overdue: Vec<f64>,
}

impl Watched {
    /// Counts the next piece. What is overdue counts as an outcome once: where it becomes so, and
    /// neither in the pieces after that nor where it ends. Where there is no time by which it must
    /// have ended, it is one where it ends.
    pub fn add(&mut self, watch: &Watch, piece: &Record) {
        self.overdue.resize(watch.signals.len(), 0.0);
        let counted = watch.signals.iter().enumerate().map(|(place, signal)| {
            let sample = signal.sample(piece);
            let Some((overdue, is_seen)) = &watch.overdue[place] else { return sample };
            let overdue = overdue.sample(piece).part;
            let before = std::mem::replace(&mut self.overdue[place], overdue);
            let not_new = if *is_seen { before } else { overdue };
            Sample { of: (sample.of - not_new).max(sample.part), ..sample }
        });
        let counted = counted.collect();
        self.pieces.push(counted);
        let wrong = watch.wrong.iter().map(|measure| 0.0 < measure.sample(piece).part);
        self.wrong.push(wrong.collect());
    }

    /// In which pieces an alert fires, at their end.
    pub(super) fn firing(&self, signal: usize, rule: Rule) -> Vec<bool> {
        let (mut good, mut all) = (0.0, 0.0);
        let of = |piece: usize| {
            let sample = self.pieces[piece][signal];
            if sample.of > 0.0 { (sample.part, sample.of) } else { (0.0, 0.0) }
        };
        let firing = (0..self.pieces.len()).map(|piece| {
            let (part, number) = of(piece);
            (good, all) = (good + part, all + number);
            if rule.window <= piece {
                let (part, number) = of(piece - rule.window);
                (good, all) = (good - part, all - number);
            }
            if rule.below == SILENT {
                return rule.window <= piece + 1 && all == 0.0;
            }
            LEAST <= all && good < rule.below * all
        });
        firing.collect()
    }

    /// The times at which one of these things is wrong, as the first and the last piece of each.
    pub(super) fn times(&self, of: &[usize]) -> Vec<(usize, usize)> {
        let is_wrong = |piece: &usize| of.iter().any(|place| self.wrong[*piece][*place]);
        let mut times: Vec<(usize, usize)> = Vec::new();
        for piece in (0..self.wrong.len()).filter(is_wrong) {
            match times.last_mut() {
                Some((_, last)) if *last + 1 == piece => *last = piece,
                _ => times.push((piece, piece)),
            }
        }
        times
    }

    /// How many outcomes a window of so many pieces has on average.
    pub(super) fn outcomes(&self, signal: usize, window: usize) -> f64 {
        let number =
            |piece: &Vec<Sample>| if piece[signal].of > 0.0 { piece[signal].of } else { 0.0 };
        let all: f64 = self.pieces.iter().map(number).sum();
        all / self.pieces.len().max(1) as f64 * window as f64
    }
}

/// The pieces at whose end an alert begins to fire, after which it fires for the whole run of
/// pieces; one that it fires at from the first on counts.
pub(super) fn onsets(firing: &[bool]) -> Vec<usize> {
    let is_onset = |piece: &usize| firing[*piece] && (*piece == 0 || !firing[*piece - 1]);
    (0..firing.len()).filter(is_onset).collect()
}

/// When an alert fires.
#[derive(Clone, Copy, Debug)]
pub(super) struct Rule {
    /// While the share of good outcomes is below this; at 0 while there is no outcome at all.
    pub(super) below: f64,
    /// Over so many pieces.
    pub(super) window: usize,
}

/// The runs in which a fault comes alone.
#[derive(Clone, Debug)]
pub struct Under {
    /// The fault.
    pub fault: String,
    /// When it begins and ends, if it comes once, at a time that is known.
    pub once: Option<(Time, Time)>,
    /// Whether another fault follows it.
    pub is_followed: bool,
    /// What shows that it is on, as [`Watch::of_fault`] has it.
    pub hits: Vec<usize>,
    /// Its runs.
    pub runs: Vec<Watched>,
}

/// Of how many something is a share.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Of {
    /// Runs.
    Runs(usize),
    /// Times at which a fault came, in all runs.
    Times(usize),
}

/// How well an alert finds a fault.
#[derive(Clone, Debug, PartialEq)]
pub struct Finds {
    /// The fault.
    pub fault: String,
    /// The share of runs, or of the times at which the fault comes, in which the alert fires then.
    pub share: f64,
    /// Of how many.
    pub of: Of,
    /// How long after it begins, in half of them and in 95 of 100; nothing where fewer are found or
    /// nobody knows when it begins.
    pub after: [Option<Duration>; 2],
}

/// An alert on a signal.
#[derive(Clone, Debug, PartialEq)]
pub struct Alert {
    /// The measure that it is on.
    pub signal: Measure,
    /// It fires while the share of good outcomes is below this; if that is 0, while there is no
    /// outcome at all.
    pub below: f64,
    /// Over so long.
    pub window: Duration,
    /// Of so many outcomes at least.
    pub least: f64,
    /// How many outcomes such a window has on average.
    pub outcomes: f64,
    /// How often it fired where nothing was wrong.
    pub false_alarms: usize,
    /// In how many hours.
    pub hours: f64,
    /// What it finds; nothing if no rule on this signal can work.
    pub finds: Vec<Finds>,
}

/// The share of runs in which a fault must be found for it to count as found.
pub(super) const FOUND: f64 = 0.5;

impl Alert {
    /// Whether it finds a fault in most runs.
    pub fn finds(&self, fault: &str) -> bool {
        self.finds.iter().any(|one| one.fault == fault && FOUND <= one.share)
    }

    /// How often it fires in a month for nothing: as seen, and at the most (95 %, by the Poisson
    /// distribution: Garwood, Biometrika 28, 1936; -ln 0.05 where none was seen).
    pub fn a_month(&self) -> (f64, f64) {
        let seen = self.false_alarms as f64;
        // Wilson and Hilferty's approximation of the quantile of chi-square.
        let degrees = 2.0 * (seen + 1.0);
        let part = 2.0 / (9.0 * degrees);
        let most = degrees / 2.0 * cubed(1.0 - part + 1.6449 * part.sqrt());
        (seen / self.hours * MONTH, most / self.hours * MONTH)
    }
}

fn cubed(number: f64) -> f64 {
    number * number * number
}
