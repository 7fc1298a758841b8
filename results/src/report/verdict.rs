//! Whether a system is ready, and what would change that.

use sim::measure::{Better, Bound, Compare};
use sim::model::system::Fault;
use sim::trial::TrialOf;

use super::facts::{Facts, Promise};
use super::words::{self, Kept};

/// Whether a system keeps what it is to keep.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Readiness {
    /// Nothing was tested, or nothing was there to be measured.
    Undecided,
    /// Some target is missed.
    NotReady,
    /// All are met, some of them on the mean only.
    WithCaveats,
    /// All are met by the whole interval.
    Ready,
}

impl Readiness {
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Undecided => "not decidable",
            Self::NotReady => "not ready",
            Self::WithCaveats => "ready with caveats",
            Self::Ready => "ready",
        }
    }
}

/// A target: what must hold of a measure.
#[derive(Clone, Copy, Debug)]
pub(super) struct Target {
    pub(super) measure: usize,
    pub(super) bound: Bound,
    /// Where the share of runs is in which it holds, if the file asks for it.
    pub(super) share: Option<usize>,
}

/// The targets that a course sets for every agent system: the end of a measure's name, how it is
/// compared, and with what.
const OF_COURSE: [(&str, Compare, f64); 5] = [
    ("success", Compare::MoreThan, 0.95),
    ("mtbf", Compare::MoreThan, 24.0 * 3600.0),
    ("mttr", Compare::LessThan, 300.0),
    ("availability", Compare::MoreThan, 0.99),
    ("healed", Compare::MoreThan, 0.75),
];

impl Facts<'_> {
    /// What the file says must hold, as far as more of it is better: that something bad is seen
    /// is expected of an experiment, and is no target.
    pub(super) fn own_promises(&self) -> (Vec<&Promise>, Vec<&Promise>) {
        self.promises.iter().partition(|promise| {
            let asked = match promise.bound.compare {
                Compare::AtLeast | Compare::MoreThan => Better::Higher,
                Compare::AtMost | Compare::LessThan => Better::Lower,
            };
            promise.measure.better().is_none_or(|better| better == asked)
        })
    }

    /// What is promised, as far as it is measured.
    pub(super) fn promised(&self, all: &[&Promise]) -> Vec<Target> {
        let target = |promise: &&Promise| {
            let measure = self.figures.place_of(&promise.measure)?;
            let share = self.figures.place(&promise.text);
            Some(Target { measure, bound: promise.bound, share })
        };
        all.iter().filter_map(target).collect()
    }

    /// The targets that the file sets.
    pub(super) fn own_targets(&self) -> Vec<Target> {
        self.promised(&self.own_promises().0)
    }

    /// What the course says must hold, of each group of agents.
    pub(super) fn course_targets(&self) -> Vec<Target> {
        let of = |name: &str| {
            // A wrong answer is no success, though it looks like one.
            let right = self.right_of(name);
            let all = OF_COURSE.iter().filter_map(move |(measure, compare, value)| {
                let place = self.figures.of_group(name, measure)?;
                let measure = right.filter(|_| *measure == "success").unwrap_or(place);
                let bound = Bound { compare: *compare, value: *value };
                Some(Target { measure, bound, share: None })
            });
            all.collect::<Vec<_>>()
        };
        self.system.agents.iter().flat_map(|agents| of(&agents.name)).collect()
    }

    /// What readiness goes by: what the file says, or else what the course says.
    pub(super) fn targets(&self) -> Vec<Target> {
        let own = self.own_targets();
        if own.is_empty() { self.course_targets() } else { own }
    }

    /// Whether a variant keeps the targets.
    pub(super) fn readiness(&self, variant: usize) -> Readiness {
        let kept = |target: &Target| self.kept(variant, target);
        let all: Vec<Kept> = self.targets().iter().map(kept).collect();
        let has = |one: Kept| all.contains(&one);
        let has_tasks = self.system.agents.iter().any(|agents| {
            let place = self.figures.of_group(&agents.name, "success");
            place.is_some_and(|place| !self.figures.estimate(0, place).mean.is_nan())
        });
        let is_known = has_tasks && all.iter().any(|kept| *kept != Kept::Unknown);
        if !is_known || self.faults().is_empty() {
            Readiness::Undecided
        } else if all.iter().any(|kept| kept.is_missed()) {
            Readiness::NotReady
        } else if has(Kept::OnAverage) || !self.hidden(variant).is_empty() {
            Readiness::WithCaveats
        } else {
            Readiness::Ready
        }
    }

    /// Targets of success that are met by wrong answers alone: each with what it would be of right
    /// ones.
    pub(super) fn hidden(&self, variant: usize) -> Vec<(Target, Target)> {
        let measures = &self.figures.result().measures;
        let of_right = |target: Target| {
            let measure = &measures[target.measure];
            let is_success = measure.name() == "success" && measure.window().is_none();
            let right = self.right_of(&measure.of_whom()).filter(|_| is_success)?;
            let right = Target { measure: right, ..target };
            let is_hidden =
                !self.kept(variant, &target).is_missed() && self.kept(variant, &right).is_missed();
            is_hidden.then_some((target, right))
        };
        self.targets().into_iter().filter_map(of_right).collect()
    }

    /// Whether a variant has another verdict than the system as it is written, by a target whose
    /// measure changes beyond chance.
    pub(super) fn is_flipped(&self, variant: usize) -> bool {
        let of_right = |measure: usize| {
            let whom = self.figures.result().measures[measure].of_whom();
            self.right_of(&whom)
        };
        let is_turned = |target: &Target| {
            let both = [Some(target.measure), of_right(target.measure)].into_iter().flatten();
            { both }.any(|place| {
                let as_asked = Target { measure: place, ..*target };
                self.kept(variant, &as_asked) != self.kept(0, &as_asked)
                    && self.turn(variant, place) != 0.0
            })
        };
        self.readiness(variant) != self.readiness(0) && self.targets().iter().any(is_turned)
    }

    /// The targets that are missed without any fault: what no fault makes.
    pub(super) fn missed_without_faults(&self) -> Vec<Target> {
        let quiet = self.quiet();
        let is_missed = |target: &Target| self.kept(quiet, target).is_missed();
        let all = self.targets().into_iter();
        if quiet == 0 { Vec::new() } else { all.filter(is_missed).collect() }
    }

    /// A target beside what a variant comes to: `success of a is 71 % (≥ 90 %)`.
    pub(super) fn against(&self, variant: usize, target: &Target) -> String {
        let unit = self.figures.result().measures[target.measure].unit();
        let (name, bound) = (self.name(target.measure), words::bound(&target.bound, unit));
        if self.figures.estimate(variant, target.measure).mean.is_nan() {
            return format!("{name} never comes to an end ({bound})");
        }
        format!("{name} is {} ({bound})", self.figures.level(variant, target.measure))
    }

    /// Whether a variant keeps a target.
    pub(super) fn kept(&self, variant: usize, target: &Target) -> Kept {
        let found = self.figures.estimate(variant, target.measure);
        let share = target.share.map(|share| self.figures.estimate(variant, share).mean);
        // What never ends has no length, and holds in no run.
        match share {
            Some(0.0) if found.mean.is_nan() && self.comes(variant, target.measure) => Kept::No,
            _ => Kept::of(&target.bound, &found),
        }
    }

    /// Whether the fault comes in every run of a variant after which a measure is taken.
    fn comes(&self, variant: usize, measure: usize) -> bool {
        let measure = &self.figures.result().measures[measure];
        let is_of = |fault: &&&Fault| words::is_around(measure, &fault.name);
        let faults = self.faults();
        let Some(fault) = faults.iter().find(is_of) else { return false };
        let is_spared = |of: &TrialOf| match of {
            TrialOf::Quiet => true,
            TrialOf::Only(other) => *other != fault.name,
            TrialOf::Spared(name) => *name == fault.name,
            _ => false,
        };
        let spared = self.numbered(is_spared).iter().any(|(number, _)| *number == variant);
        !spared && fault.schedule.fixed_times(self.system.horizon).is_some()
    }

    /// A target that is kept as the system is written and missed by a variant, if there is one.
    pub(super) fn lost(&self, variant: usize) -> Option<Target> {
        let (own, course) = (self.own_targets(), self.course_targets());
        let is_lost = |target: &Target| {
            let is_turned = self.turn(variant, target.measure) < 0.0;
            let is_kept = !self.kept(0, target).is_missed();
            is_turned && is_kept && self.kept(variant, target).is_missed()
        };
        own.into_iter().chain(course).find(is_lost)
    }
}
