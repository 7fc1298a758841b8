//! What a report is made of.

use patterns::Duration;
use sim::System;
use sim::fault::Schedule;
use sim::measure::{Bound, Measure};
use sim::model::system::Fault;
use sim::trial::{Trial, TrialOf};

use super::alerts::Alert;
use super::document::{Block, Document, code};
use super::evidence::Check;
use super::figures::Figures;
use super::words;
use crate::estimate::Estimate;
use crate::observed::{Compared, Part, Setting};
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
    /// Whether the file says that it is assumed.
    pub is_assumed: bool,
}

/// Where a setting is from, as the file says behind it.
#[derive(Clone, Debug)]
pub struct Said {
    /// Where it is: `mine.toml:12`.
    pub place: String,
    /// The section and the setting as they are written.
    pub setting: String,
    /// What is said of it.
    pub text: String,
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
    /// The paths of numbers that were not tried otherwise, since there are too many.
    pub untried: &'a [String],
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
    /// What the file says of where its settings are from.
    pub said: Vec<Said>,
    /// How many lines of it say nothing of that.
    pub unsaid: usize,
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
    /// What rows were read as: so many tasks of a group, or calls of a service.
    pub read_as: Vec<(Part, u64)>,
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

/// Whether a trial is of something that could be advised.
pub(super) fn is_change(of: &TrialOf) -> bool {
    matches!(of, TrialOf::Setting { .. } | TrialOf::Added { .. } | TrialOf::Without { .. })
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

    /// The fault of a name, if it is one of them.
    pub(super) fn fault(&self, name: &str) -> Option<&Fault> {
        self.faults().into_iter().find(|fault| fault.name == name)
    }

    /// Those of them that come by themselves: what follows another one comes and goes with it.
    pub(super) fn first_faults(&self) -> Vec<&Fault> {
        let is_first = |fault: &&Fault| !matches!(fault.schedule, Schedule::After { .. });
        self.faults().into_iter().filter(is_first).collect()
    }

    /// The faults that come with one, since they follow it or what follows it.
    pub(super) fn followers(&self, first: &str) -> Vec<&Fault> {
        let follows = |fault: &&Fault| {
            let mut of = *fault;
            // No more steps than there are faults.
            for _ in &self.system.faults {
                let Schedule::After { fault: before, .. } = of.schedule else { return false };
                of = &self.system.faults[before];
                if of.name == first {
                    return true;
                }
            }
            false
        };
        self.faults().into_iter().filter(follows).collect()
    }

    /// The faults that come by themselves, each with what it costs; the dearest first.
    pub(super) fn ranked_faults(&self) -> Vec<Ranked> {
        let quiet = self.variant(|of| *of == TrialOf::Quiet);
        let faults = self.first_faults();
        let is_alone = faults.len() == 1;
        let ranked = faults.into_iter().filter_map(|fault| {
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

    /// Puts a picture there, if there is one of this name.
    pub(super) fn picture(&self, name: &str, out: &mut Document) {
        if let Some(Picture { name, title, svg, .. }) =
            self.pictures.iter().find(|p| p.name == name)
        {
            let (name, svg, says) = (name.clone(), svg.clone(), title.clone());
            out.blocks.push(Block::Picture { name, svg, says });
        }
    }

    /// What a variant does to what is looked at beyond chance, in words. If nothing is, what losses
    /// are measured by shows how much chance leaves open.
    pub(super) fn effects(&self, variant: usize) -> String {
        if let Some(clear) = self.clear_effects(variant) {
            return clear;
        }
        let is_changed = |found: &Estimate| found.mean != 0.0 && !found.mean.is_nan();
        let all = [self.losses(), self.asked()].concat();
        let first =
            all.into_iter().find(|place| is_changed(&self.figures.difference(variant, *place)));
        match first {
            None => "no change".to_owned(),
            Some(place) => {
                let change = self.figures.change(variant, place);
                format!("nothing beyond chance ({} {change})", self.name(place))
            }
        }
    }

    /// What is more than chance; nothing if nothing is.
    pub(super) fn clear_effects(&self, variant: usize) -> Option<String> {
        let told = self.changes(variant, self.asked(), words::is_clear);
        (!told.is_empty()).then(|| words::listed(&told))
    }

    /// What a variant does, and what it costs elsewhere.
    pub(super) fn effects_at_price(&self, variant: usize) -> String {
        let prices = self.changes(variant, self.prices(variant), |_| true);
        let effects = self.effects(variant);
        if prices.is_empty() {
            return effects;
        }
        format!("{effects}; at the price of {}", words::listed(&prices))
    }

    /// Changes of some measures, in words. Where all that is gained or lost is whole, that is told
    /// once.
    fn changes(
        &self,
        variant: usize,
        places: Vec<usize>,
        is_told: impl Fn(&Estimate) -> bool,
    ) -> Vec<String> {
        let told = places.into_iter().filter(|place| {
            let found = self.figures.difference(variant, *place);
            let path = self.figures.result().measures[*place].path();
            let whole = path.strip_suffix(".complete");
            let success = whole.and_then(|of| self.figures.place(&format!("{of}.success")));
            let is_same = |place| self.figures.difference(variant, place) == found;
            is_told(&found) && !success.is_some_and(is_same)
        });
        told.map(|place| format!("{} {}", self.name(place), self.figures.change(variant, place)))
            .collect()
    }

    /// How many tasks of each group end with a stand-in for an answer with a layer that gives such,
    /// if a trial adds one.
    pub(super) fn stand_ins(&self, variant: usize, of: &TrialOf) -> Option<String> {
        let gives = |kind: &str| ["fallback", "cache", "policy"].contains(&kind);
        if !matches!(of, TrialOf::Added { kind, .. } if gives(kind)) {
            return None;
        }
        let told = self.system.agents.iter().filter_map(|agents| {
            let place = self.figures.of_group(&agents.name, "degraded")?;
            let more = self.figures.difference(variant, place).mean;
            (0.0 < more).then(|| {
                let level = self.figures.level(variant, place);
                format!("{level} of the tasks of {}", code(&agents.name))
            })
        });
        let told: Vec<String> = told.collect();
        (!told.is_empty()).then(|| words::listed(&told))
    }

    /// A measure as a reader calls it.
    pub(super) fn name(&self, place: usize) -> String {
        words::measure(&self.figures.result().measures[place])
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
            return Some((variant, format!("the variant {}", code(&trial.name))));
        }
        let bare = self.variant(|of| *of == TrialOf::Bare)?;
        Some((bare, "all patterns left out".to_owned()))
    }
}
