//! What each part of a system did, from runs with and without every one of them.

use std::io::Write;

use csv::Writer;
use sim::measure::{Measure, Sample};

use crate::estimate::Estimate;
use crate::pooled::sum_of_differences;
use crate::shapley::{self, Terms};
use crate::sweep_result::SweepResult;
use crate::table::{number, reliability};

/// What the parts of a system did to one measure.
#[derive(Clone, Debug)]
pub struct Ablation {
    /// What is measured.
    pub measure: Measure,
    /// With all parts.
    pub with_all: Estimate,
    /// With none of them.
    pub with_none: Estimate,
    /// By how much all parts together change it.
    pub total: Estimate,
    /// What each part did.
    pub parts: Vec<Effects>,
}

/// What a part did, by what it is compared with. All are differences between what is with the part
/// and what is without it, run by run with the same random numbers.
#[derive(Clone, Debug)]
pub struct Effects {
    /// What the part is called.
    pub name: String,
    /// Its share in the total: what it adds to those that came before it, on average over all
    /// orders. The shares of all parts add up to the total.
    pub share: Estimate,
    /// The main effect: what it adds on average over all combinations of the others.
    pub main: Estimate,
    /// What it adds to all others: of failures, as many as it prevented where nothing else changes.
    pub to_the_rest: Estimate,
    /// What it does alone, beside nothing.
    pub alone: Estimate,
}

impl Effects {
    /// All of them, with what tables call each.
    pub fn all(&self) -> [(&'static str, &Estimate); 4] {
        [
            ("share", &self.share),
            ("main effect", &self.main),
            ("beside all others", &self.to_the_rest),
            ("alone", &self.alone),
        ]
    }
}

impl Ablation {
    /// Of a result in which each axis says whether a part is there: first that it is, then that it
    /// is not.
    pub fn of(result: &SweepResult, measure: usize) -> Self {
        let players = result.axes.len();
        let last = (1_usize << players) - 1;
        assert_eq!(result.cells(), last + 1, "each part is there or not");
        // The last axis is fastest, and its second value is without.
        let cell = |group: usize| {
            (0..players).fold(0, |cell, player| cell << 1 | usize::from(group >> player & 1 == 0))
        };
        let samples: Vec<Vec<Sample>> =
            (0..=last).map(|group| result.samples(cell(group), measure).collect()).collect();
        let unit = result.measures[measure].unit();
        let estimate = |terms: Terms| sum_of_differences(&terms, &samples, unit);
        let parts = result.axes.iter().enumerate().map(|(player, axis)| Effects {
            name: axis.path.clone(),
            share: estimate(shapley::share(players, player)),
            main: estimate(shapley::main_effect(players, player)),
            to_the_rest: estimate(shapley::to_all_others(players, player)),
            alone: estimate(shapley::alone(player)),
        });
        Self {
            measure: result.measures[measure].clone(),
            with_all: result.estimate(cell(last), measure),
            with_none: result.estimate(cell(0), measure),
            total: estimate(shapley::total(players)),
            parts: parts.collect(),
        }
    }

    /// The share of a part in the total, 1 of all of it; nothing where the total is not clear, or
    /// is little beside what parts do against each other.
    pub fn portion(&self, part: &Effects) -> Option<f64> {
        let total = self.total.mean;
        let moved: f64 = self.parts.iter().map(|part| part.share.mean.abs()).sum();
        let is_clear = self.total.is_clear() && LEAST_TOTAL * moved <= total.abs();
        is_clear.then(|| part.share.mean / total)
    }
}

/// How much of all that parts do must be left of it for shares to be told as parts of that.
const LEAST_TOTAL: f64 = 0.25;

/// Writes `ablation.csv`: a row for each measure, part and effect.
///
/// - `part` is empty where the row is of all parts together: `total`, and the levels `with all` and
///   `with none`;
/// - `n`, `mean`, `low95`, `high95`, `reliable`, `runs_needed` as in `summary.csv`; effects are
///   with the part less without it;
/// - `of_total`: the share as a part of the total, where the total is clear, and at least a quarter
///   of what all shares come to without their signs.
pub fn table<W: Write>(all: &[Ablation], out: W) -> csv::Result<W> {
    let mut out = Writer::from_writer(out);
    out.write_record([
        "measure",
        "unit",
        "part",
        "effect",
        "n",
        "mean",
        "low95",
        "high95",
        "reliable",
        "runs_needed",
        "of_total",
    ])?;
    for one in all {
        let mut row = |part: &str, effect: &str, of: &Estimate, portion: Option<f64>| {
            let head = [one.measure.path(), one.measure.unit().name(), part, effect];
            let head = head.map(str::to_owned).into_iter().chain([of.n.to_string()]);
            let numbers = [of.mean, of.low, of.high].map(number);
            let last = [portion.map_or(String::new(), number)];
            out.write_record(head.chain(numbers).chain(reliability(of)).chain(last))
        };
        row("", "with none", &one.with_none, None)?;
        row("", "with all", &one.with_all, None)?;
        row("", "total", &one.total, None)?;
        for part in &one.parts {
            for (effect, of) in part.all() {
                let portion = (effect == "share").then(|| one.portion(part)).flatten();
                row(&part.name, effect, of, portion)?;
            }
        }
    }
    out.into_inner().map_err(|error| error.into_error().into())
}
