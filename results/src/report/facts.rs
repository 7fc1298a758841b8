//! What a report is made of.

use patterns::Duration;
use sim::System;
use sim::measure::{Better, Bound, Measure};
use sim::model::system::Fault;
use sim::trial::{Trial, TrialOf};

use super::alerts::Alert;
use super::document::{Block, Document, code};
use super::evidence::Check;
use super::figures::Figures;
use super::words;
use crate::chart::level;
use crate::observed::{Compared, Setting};
use crate::page::Picture;

/// What must hold.
#[derive(Clone, Debug)]
pub struct Promise {
    /// As it is written.
    pub text: String,
    /// What is measured.
    pub measure: Measure,
    /// What it is held against.
    pub bound: Bound,
}

/// What a report is made of: a system, what was tried with it, and what came of it.
#[derive(Debug)]
pub struct Facts<'a> {
    /// What the system is.
    pub title: &'a str,
    /// The same at length.
    pub about: Option<&'a str>,
    /// The file that it is in.
    pub source: &'a str,
    /// The system as it is written.
    pub system: &'a System,
    /// What was tried; the first is the system as it is written.
    pub trials: &'a [Trial],
    /// What must hold.
    pub promises: Vec<Promise>,
    /// The layers as they are written: the policy, the kind, and the settings.
    pub settings: Vec<(String, String, String)>,
    /// What came of all trials.
    pub figures: Figures<'a>,
    /// Excerpts of runs.
    pub logs: Vec<Log>,
    /// What breakers were seen to do.
    pub checks: Vec<Check>,
    /// The alerts that work best.
    pub alerts: Vec<Alert>,
    /// What was measured on the real system, if anything was.
    pub beside: Option<Beside>,
    /// Pictures, each under the name of its file.
    pub pictures: Vec<Picture>,
    /// What the linter says of the scenario.
    pub lint: Vec<String>,
    /// The command that makes the report again.
    pub command: String,
}

/// What was measured on the real system, beside what is simulated.
#[derive(Clone, Debug)]
pub struct Beside {
    /// The files that it is from.
    pub from: Vec<String>,
    /// Each number beside the one that is simulated.
    pub compared: Vec<Compared>,
    /// What it says of settings.
    pub settings: Vec<Setting>,
}

/// A few lines of a run.
#[derive(Clone, Debug)]
pub struct Log {
    /// The fault that it is about.
    pub of: String,
    /// Which run it is: the median or the worst one.
    pub which: &'static str,
    /// Its replication.
    pub replication: u32,
    /// Its seed.
    pub seed: u64,
    /// The command that shows all of it.
    pub command: String,
    /// The lines.
    pub lines: Vec<String>,
    /// What changed its state how long after the fault began.
    pub changes: Vec<(Duration, String)>,
}

/// Groups of agents beyond which success is not told of each.
const ASKED_MAX: usize = 4;

/// The part of what is lost or gained from which on it matters.
const MATTERS: f64 = 0.002;

/// By how much longer agents may wait for something better.
const PRICE: f64 = 0.25;

/// The share of tasks that must be degraded for it to be told how many are not.
const DEGRADED: f64 = 0.001;

/// What a fault costs.
#[derive(Clone, Debug)]
pub(super) struct Ranked {
    /// The fault.
    pub(super) name: String,
    /// The variant in which it alone does not come.
    pub(super) spared: usize,
    /// The variant in which it alone comes.
    pub(super) only: usize,
    /// What it costs in a run, by what losses are measured by.
    pub(super) loss: f64,
    /// Whether that is more than chance.
    pub(super) is_clear: bool,
}

impl Facts<'_> {
    /// The trials of a kind, each with the number of its variant.
    pub(super) fn numbered(&self, is_it: impl Fn(&TrialOf) -> bool) -> Vec<(usize, &Trial)> {
        let variants = &self.figures.result().variants;
        let all = self.trials.iter().filter(|trial| is_it(&trial.of));
        let numbered = all.filter_map(|trial| {
            Some((variants.iter().position(|name| *name == trial.name)?, trial))
        });
        numbered.collect()
    }

    /// The variant of the one trial of a kind, if there is one.
    pub(super) fn variant(&self, is_it: impl Fn(&TrialOf) -> bool) -> Option<usize> {
        self.numbered(is_it).first().map(|(variant, _)| *variant)
    }

    /// How long is counted.
    pub(super) fn span_in_words(&self) -> String {
        self.system.horizon.since(self.system.warmup).to_string()
    }

    /// The faults that are injected: not what mends.
    pub(super) fn faults(&self) -> Vec<&Fault> {
        let all = self.system.faults.iter();
        let is_on_demand = |fault: &Fault| self.system.is_on_demand(&fault.name);
        all.filter(|fault| !fault.effect.info().is_action && !is_on_demand(fault)).collect()
    }

    /// The faults that come by themselves, each with what it costs; the dearest first.
    pub(super) fn ranked_faults(&self) -> Vec<Ranked> {
        let quiet = self.variant(|of| *of == TrialOf::Quiet);
        let is_alone = self.faults().len() == 1;
        let ranked = self.faults().into_iter().filter_map(|fault| {
            let name = fault.name.clone();
            // Of one fault alone, no fault is what is without it.
            let spared = self.variant(|of| *of == TrialOf::Spared(name.clone()));
            let spared = spared.or(quiet.filter(|_| is_alone))?;
            let only = self.variant(|of| *of == TrialOf::Only(name.clone())).unwrap_or(0);
            let (gain, is_clear) = self.gain(spared);
            Some(Ranked { name, spared, only, loss: gain, is_clear })
        });
        let mut ranked: Vec<Ranked> = ranked.collect();
        ranked.sort_by(|a, b| b.loss.total_cmp(&a.loss));
        ranked
    }

    /// The variant without any fault; the system as it is written where there is none.
    pub(super) fn quiet(&self) -> usize {
        self.variant(|of| *of == TrialOf::Quiet).unwrap_or(0)
    }

    /// The variant in which a layer of a policy is left out.
    pub(super) fn without(&self, of: &str, which: &str) -> Option<usize> {
        self.variant(|trial| {
            matches!(trial, TrialOf::Without { policy, kind } if policy == of && kind == which)
        })
    }

    /// What is looked at in every trial: success of each group of agents, how much of it is whole
    /// where some is degraded, and what it is worth.
    pub(super) fn asked(&self) -> Vec<usize> {
        let of_agents = self.system.agents.iter().take(ASKED_MAX).flat_map(|one| {
            let place = |name: &str| self.figures.place(&format!("agents.{}.{name}", one.name));
            let degraded = place("degraded");
            let is_degraded =
                degraded.is_some_and(|place| DEGRADED <= self.figures.estimate(0, place).mean);
            [place("success"), place("complete").filter(|_| is_degraded)].into_iter().flatten()
        });
        let mut asked: Vec<usize> = of_agents.collect();
        asked.extend(self.figures.place("system.value"));
        let objective = self.figures.result().objective;
        if !asked.contains(&objective) {
            asked.insert(0, objective);
        }
        asked
    }

    /// Puts a picture there, if there is one of this name.
    pub(super) fn picture(&self, name: &str, out: &mut Document) {
        if let Some(Picture { name, title, svg, .. }) =
            self.pictures.iter().find(|p| p.name == name)
        {
            let (name, svg, says) = (name.clone(), svg.clone(), title.clone());
            out.blocks.push(Block::Picture { name, svg, says });
        }
    }

    /// What a variant does to all that is looked at, in words; what it leaves as it is, left out.
    pub(super) fn effects(&self, variant: usize) -> String {
        let told = self.asked().into_iter().filter_map(|place| {
            let found = self.figures.difference(variant, place);
            if found.mean == 0.0 {
                return None;
            }
            let name = words::measure(&self.figures.result().measures[place]);
            Some(format!("{name} {}", self.figures.change(variant, place)))
        });
        let told: Vec<String> = told.collect();
        match told.len() {
            0 => {
                let asked = self.asked().into_iter();
                let names =
                    asked.map(|place| words::measure(&self.figures.result().measures[place]));
                format!("no change in {}", words::listed(&names.collect::<Vec<_>>()))
            }
            _ => words::listed(&told),
        }
    }

    /// What a loss is measured by: what tasks are worth if they are worth something; else what the
    /// file looks at, if that is something of its own; else what each group gets done, where a
    /// degraded task counts half.
    pub(super) fn losses(&self) -> Vec<usize> {
        if let Some(worth) = self.figures.place("system.value") {
            return vec![worth];
        }
        let result = self.figures.result();
        if result.objective().name() != "success" {
            return vec![result.objective];
        }
        let groups = self.system.agents.iter();
        let path = |name: &str| format!("agents.{name}.weighted-goodput");
        groups.filter_map(|one| self.figures.place(&path(&one.name))).collect()
    }

    /// How much better a variant is than the system as it is written, by what a loss is measured
    /// by; and whether that is more than chance.
    pub(super) fn gain(&self, variant: usize) -> (f64, bool) {
        let result = self.figures.result();
        let mut is_clear = false;
        let gains = self.losses().into_iter().map(|place| {
            let found = self.figures.difference(variant, place);
            is_clear |= words::is_clear(&found);
            let better = if place == result.objective {
                result.better
            } else {
                result.measures[place].better().unwrap_or(Better::Higher)
            };
            if found.mean.is_nan() { 0.0 } else { better.sign() * found.mean }
        });
        (gains.sum(), is_clear)
    }

    /// The same in a few words: what is lost by what a variant lacks.
    pub(super) fn loss_in_short(&self, variant: usize) -> String {
        let told = self.losses().into_iter().filter_map(|place| {
            let found = 0.0 - self.figures.difference(variant, place).mean;
            let measure = &self.figures.result().measures[place];
            let sign = if found < 0.0 { "−" } else { "+" };
            let level = level(found.abs(), measure.unit());
            (found != 0.0).then(|| format!("{} {sign}{level}", words::measure(measure)))
        });
        words::listed(&told.collect::<Vec<_>>())
    }

    /// Whether a variant can be advised: it is better beyond chance, by something that matters,
    /// makes nothing worse that is looked at, makes nobody wait much longer, and does not take the
    /// system further from what must hold.
    pub(super) fn is_advisable(&self, variant: usize) -> bool {
        let (gain, is_clear) = self.gain(variant);
        let level = |place: &usize| self.figures.estimate(0, *place).mean;
        let level: f64 = self.losses().iter().map(level).map(f64::abs).sum();
        let guards = self.system.agents.iter().flat_map(|agents| {
            let path = |name: &str| format!("agents.{}.{name}", agents.name);
            ["ungraceful", "frozen", "lost-work"].map(|name| self.figures.place(&path(name)))
        });
        let mut all = guards.flatten().chain(self.asked());
        let is_worse = |place: usize| {
            let found = self.figures.difference(variant, place);
            let better = self.figures.result().measures[place].better();
            let better = better.unwrap_or(Better::Higher);
            // To wait somewhat longer may be the price of an answer.
            let is_price = self.figures.result().measures[place].name() == "frozen"
                && found.mean.abs() < PRICE * self.figures.estimate(0, place).mean;
            words::is_clear(&found) && found.mean * better.sign() < 0.0 && !is_price
        };
        is_clear
            && MATTERS * level <= gain
            && self.readiness(0) <= self.readiness(variant)
            && !all.any(is_worse)
    }

    /// How a layer, or what keeps agents alive, is set.
    pub(super) fn setting_of(&self, policy: &str, kind: &str) -> String {
        let found = self.settings.iter().find(|(of, which, _)| of == policy && which == kind);
        found.map_or(String::new(), |(.., settings)| code(settings))
    }

    /// How it was before: a variant of the file that is called so, or all patterns left out; and
    /// what that is called.
    pub(super) fn before(&self) -> Option<(usize, String)> {
        let own = self.numbered(|of| *of == TrialOf::Own);
        let own = own.into_iter().find(|(_, trial)| trial.name.to_lowercase().contains("before"));
        if let Some((variant, trial)) = own {
            return Some((variant, format!("in the variant {}", code(&trial.name))));
        }
        let bare = self.variant(|of| *of == TrialOf::Bare)?;
        Some((bare, "without any pattern".to_owned()))
    }
}
