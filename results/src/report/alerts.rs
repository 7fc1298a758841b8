//! Alerts from simulation: of all rules that are tried the ones that find most, with at most one
//! false alarm a month.

use patterns::{Duration, Time};
use sim::System;
use sim::measure::{Measure, Sample};
use sim::observe::Record;

/// Shares of good outcomes below which an alert is tried.
const BELOW: [f64; 8] = [0.5, 0.6, 0.7, 0.8, 0.85, 0.9, 0.95, 0.98];

/// Pieces over which it is tried.
const WINDOWS: [usize; 6] = [1, 2, 4, 8, 16, 32];

/// Outcomes that a window must have.
const LEAST: f64 = 5.0;

/// False alarms that are allowed in a month.
const FALSE_MAX: f64 = 1.0;

/// Hours of a month, on average.
const MONTH: f64 = 730.5;

/// Pieces of a run in which outcomes are counted, at the most.
const PIECES: u64 = 600;

/// Signals beyond which no more are watched.
const SIGNALS_MAX: usize = 12;

/// What alerts can be about: the success of each group of agents and on each edge.
pub fn signals(system: &System) -> Vec<Measure> {
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

/// The outcomes of one run, by piece and signal.
#[derive(Clone, Debug, Default)]
pub struct Watched {
    pieces: Vec<Vec<Sample>>,
}

impl Watched {
    /// Counts the next piece.
    pub fn add(&mut self, signals: &[Measure], piece: &Record) {
        self.pieces.push(signals.iter().map(|signal| signal.sample(piece)).collect());
    }

    /// The pieces at whose end an alert begins to fire, after which it fires for the whole run of
    /// pieces; one that it fires at from the first on counts.
    fn onsets(&self, signal: usize, rule: Rule) -> Vec<usize> {
        let (mut good, mut all) = (0.0, 0.0);
        let mut was_on = false;
        let mut onsets = Vec::new();
        let of = |piece: usize| {
            let sample = self.pieces[piece][signal];
            if sample.of > 0.0 { (sample.part, sample.of) } else { (0.0, 0.0) }
        };
        for piece in 0..self.pieces.len() {
            let (part, number) = of(piece);
            (good, all) = (good + part, all + number);
            if rule.window <= piece {
                let (part, number) = of(piece - rule.window);
                (good, all) = (good - part, all - number);
            }
            let is_on = LEAST <= all && good < rule.below * all;
            if is_on && !was_on {
                onsets.push(piece);
            }
            was_on = is_on;
        }
        onsets
    }

    /// How many outcomes a window of so many pieces has on average.
    fn outcomes(&self, signal: usize, window: usize) -> f64 {
        let number =
            |piece: &Vec<Sample>| if piece[signal].of > 0.0 { piece[signal].of } else { 0.0 };
        let all: f64 = self.pieces.iter().map(number).sum();
        all / self.pieces.len().max(1) as f64 * window as f64
    }
}

#[derive(Clone, Copy, Debug)]
struct Rule {
    below: f64,
    window: usize,
}

/// The runs in which a fault comes alone.
#[derive(Clone, Debug)]
pub struct Under {
    /// The fault.
    pub fault: String,
    /// When it comes first, if that is not up to chance.
    pub begins: Option<Time>,
    /// When it ends then.
    pub ends: Option<Time>,
    /// Its runs.
    pub runs: Vec<Watched>,
}

/// How well an alert finds a fault.
#[derive(Clone, Debug, PartialEq)]
pub struct Finds {
    /// The fault.
    pub fault: String,
    /// The share of runs in which it fires after the fault has come.
    pub share: f64,
    /// How long after that, in half of all runs and in 95 of 100; nothing where fewer are found or
    /// nobody knows when the fault came.
    pub after: [Option<Duration>; 2],
}

/// An alert on a signal.
#[derive(Clone, Debug, PartialEq)]
pub struct Alert {
    /// The measure that it is on.
    pub signal: Measure,
    /// It fires while the share of good outcomes is below this.
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
const FOUND: f64 = 0.5;

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

/// Of each signal the alert that finds most faults, and finds them soonest, among those that fire
/// at most once a month where nothing is wrong.
pub fn choose(
    signals: &[Measure],
    (every, warmup): (Duration, Time),
    quiet: &[Watched],
    under: &[Under],
) -> Vec<Alert> {
    let hours: f64 =
        quiet.iter().map(|run| run.pieces.len() as f64).sum::<f64>() * every.as_secs_f64() / 3600.0;
    let of_signal = |(place, signal): (usize, &Measure)| {
        let rules = WINDOWS
            .iter()
            .flat_map(|window| BELOW.iter().map(|below| Rule { below: *below, window: *window }));
        let tried = rules.map(|rule| {
            let onsets = quiet.iter().map(|run| run.onsets(place, rule).len());
            let outcomes = quiet.iter().map(|run| run.outcomes(place, rule.window)).sum::<f64>();
            let finds = under.iter().map(|one| found(one, place, rule, (every, warmup)));
            Alert {
                signal: signal.clone(),
                below: rule.below,
                window: every * rule.window as u64,
                least: LEAST,
                outcomes: outcomes / quiet.len().max(1) as f64,
                false_alarms: onsets.sum(),
                hours,
                finds: finds.collect(),
            }
        });
        let tried: Vec<Alert> = tried.collect();
        let longest = tried.last().cloned();
        let allowed = tried.into_iter().filter(|alert| alert.a_month().0 <= FALSE_MAX);
        let best = allowed.filter(|alert| alert.finds.iter().any(|one| FOUND <= one.share));
        let best = best.min_by(|a, b| rank(a).partial_cmp(&rank(b)).expect("both are numbers"));
        best.or_else(|| Some(Alert { finds: Vec::new(), ..longest? }))
    };
    signals.iter().enumerate().filter_map(of_signal).collect()
}

/// What is better comes first: more faults found, sooner, less often for nothing.
fn rank(alert: &Alert) -> (f64, f64, f64) {
    let found = alert.finds.iter().filter(|one| FOUND <= one.share);
    let (number, time) = found.fold((0.0, 0.0), |(number, time), one| {
        (number + 1.0, time + one.after[0].map_or(0.0, Duration::as_secs_f64))
    });
    (-number, time, alert.false_alarms as f64)
}

fn found(under: &Under, signal: usize, rule: Rule, (every, warmup): (Duration, Time)) -> Finds {
    let end = |piece: usize| warmup + every * (piece as u64 + 1);
    let first = |run: &Watched| {
        let onsets = run.onsets(signal, rule);
        match under.begins {
            None => onsets.first().map(|_| None),
            Some(begins) => {
                // What fires later than a window after its end has not found it.
                let last = under.ends.map(|ends| ends + every * rule.window as u64);
                let after = onsets.into_iter().map(end).find(|at| begins < *at)?;
                if last.is_some_and(|last| last < after) {
                    return None;
                }
                Some(Some(after.since(begins)))
            }
        }
    };
    let all: Vec<Option<Option<Duration>>> = under.runs.iter().map(first).collect();
    let runs = all.len().max(1);
    let share = all.iter().flatten().count() as f64 / runs as f64;
    let mut times: Vec<Duration> = all.into_iter().flatten().flatten().collect();
    times.sort_unstable();
    let at = |share: f64| {
        // Runs in which it was not found are longer than any.
        let place = (share * runs as f64).ceil() as usize;
        times.get(place.saturating_sub(1)).copied()
    };
    Finds { fault: under.fault.clone(), share, after: [at(0.5), at(0.95)] }
}
