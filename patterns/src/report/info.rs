//! What there is to know of the states and counters of a kind of layer.

use crate::intervention::Intervention;

/// All that a kind of layer reports of itself.
#[derive(Debug, PartialEq, Eq)]
pub struct Report {
    /// The states that it can be in; none if it is always the same.
    pub states: &'static [StateInfo],
    /// What it counts.
    pub counters: &'static [CounterInfo],
    /// What can be done to it by hand.
    pub interventions: &'static [Intervention],
}

impl Report {
    /// A layer that reports nothing.
    pub const NONE: Self = Self { states: &[], counters: &[], interventions: &[] };

    /// Whether this can be done to it by hand. What can be held can be released.
    pub fn takes(&self, intervention: Intervention) -> bool {
        let is_it = |one: &Intervention| match intervention {
            Intervention::Release => matches!(one, Intervention::Hold(_)),
            other => *one == other,
        };
        self.interventions.iter().any(is_it)
    }

    /// The counters that show that a layer has acted: of a kind that can fail calls, the calls that
    /// it failed and what else is better low; of the others, all that they count.
    pub fn acts(&self) -> impl Iterator<Item = &'static CounterInfo> + use<> {
        let fails = self.counters.iter().any(|one| one.quantity == Quantity::Failures);
        self.counters.iter().filter(move |counter| match counter.quantity {
            Quantity::Failures => true,
            Quantity::Count => !fails || counter.better == Some(Better::Lower),
            Quantity::Passed | Quantity::Time | Quantity::Level => false,
        })
    }

    /// What is known of a state.
    ///
    /// # Panics
    ///
    /// If it is the state of another kind of layer.
    pub fn state(&self, state: StateId) -> &'static StateInfo {
        &self.states[usize::from(state.0)]
    }
}

/// A state, by its place in the [`Report`] of its kind of layer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct StateId(pub u8);

/// A counter, by its place in the [`Report`] of its kind of layer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CounterId(pub u8);

/// What is known of a state.
#[derive(Debug, PartialEq, Eq)]
pub struct StateInfo {
    /// Its name in tables and charts: `half-open`.
    pub name: &'static str,
    /// How bad it is for callers.
    pub severity: Severity,
    /// What it means, in a sentence.
    pub meaning: &'static str,
}

/// How bad a state is for those who call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// All is as it should be.
    Normal,
    /// It does a part of its work: it probes, sheds some calls, avoids some targets.
    Limited,
    /// It refuses.
    Bad,
}

/// What is known of a counter.
#[derive(Debug, PartialEq, Eq)]
pub struct CounterInfo {
    /// Its name in measures: `opens`.
    pub name: &'static str,
    /// What kind of number it is.
    pub quantity: Quantity,
    /// Which direction is good, where that is clear.
    pub better: Option<Better>,
    /// What is counted, in a sentence.
    pub meaning: &'static str,
}

/// What kind of number a counter is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Quantity {
    /// How often something happened.
    Count,
    /// How often the layer answered a call or an attempt with a failure of its own, which nothing
    /// below it had given: it refused, or did not wait any longer.
    Failures,
    /// How often the layer did nothing about a failure, and let it pass as it was.
    Passed,
    /// Time, in nanoseconds, added up over calls.
    Time,
    /// A number that goes up and down, such as permits in use: counted is its integral over time,
    /// in nanoseconds, and shown is its average.
    Level,
}

impl Quantity {
    /// Whether it says how often something happened.
    pub const fn is_of_times(self) -> bool {
        matches!(self, Self::Count | Self::Failures | Self::Passed)
    }
}

/// Which direction is good.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Better {
    /// More is better.
    Higher,
    /// Less is better.
    Lower,
}

impl Better {
    /// What makes more the better of any number, by multiplication: 1 or −1.
    pub const fn sign(self) -> f64 {
        match self {
            Self::Higher => 1.0,
            Self::Lower => -1.0,
        }
    }
}
