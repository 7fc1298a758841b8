//! What the layers of a policy reported: their states and their counters.

use patterns::report::{Counts, Report, Severity};

/// What one layer of a policy reported, all its instances together.
///
/// There is one for each place in a policy: of a layer that all calls under the policy share one
/// in all, and of others one for each edge under the policy.
#[derive(Clone, Debug, PartialEq)]
pub struct LayerRecord {
    /// The name of the policy.
    pub policy: String,
    /// The kind of layer.
    pub kind: String,
    /// Its place in the policy, the outermost at 0.
    pub place: u32,
    /// Its number among the layers of its kind in the policy, from 1 on.
    pub number: u32,
    /// Who shares an instance.
    pub scope: LayerScope,
    /// What its kind reports.
    pub report: &'static Report,
    /// How many instances there are.
    pub instances: u32,
    /// How many of them report states.
    pub with_states: u32,
    /// The states that they were in, by those of its report.
    pub states: Vec<StateRecord>,
    /// What they counted, by the counters of its report. What happened counts, whenever the calls
    /// began that it happened to.
    pub counts: Counts,
    /// How well its alarms fit the faults of the services behind it.
    pub alarms: AlarmRecord,
}

/// How well the alarms of a layer fit the faults of the services behind it. An alarm is raised as
/// an instance goes from a normal state to a bad one (a breaker opens), and cleared as it is in a
/// normal state again.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct AlarmRecord {
    /// Alarms that were raised while no service behind it had a fault.
    pub false_alarms: u64,
    /// Faults that ended without an alarm of any instance.
    pub missed: u64,
    /// Faults in which some instance raised an alarm.
    pub found: u64,
    /// First alarms of an instance in a fault.
    pub raised: u64,
    /// How long after the fault began they were raised, in nanoseconds, added up.
    pub raised_after: u128,
    /// Alarms that were raised before a fault ended, and cleared after it.
    pub cleared: u64,
    /// How long after the fault ended they were cleared, in nanoseconds, added up.
    pub cleared_after: u128,
}

impl AlarmRecord {
    pub(super) fn since(self, earlier: Self) -> Self {
        Self {
            false_alarms: self.false_alarms - earlier.false_alarms,
            missed: self.missed - earlier.missed,
            found: self.found - earlier.found,
            raised: self.raised - earlier.raised,
            raised_after: self.raised_after - earlier.raised_after,
            cleared: self.cleared - earlier.cleared,
            cleared_after: self.cleared_after - earlier.cleared_after,
        }
    }

    /// What this one and another one have counted together.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self {
            false_alarms: self.false_alarms + other.false_alarms,
            missed: self.missed + other.missed,
            found: self.found + other.found,
            raised: self.raised + other.raised,
            raised_after: self.raised_after + other.raised_after,
            cleared: self.cleared + other.cleared,
            cleared_after: self.cleared_after + other.cleared_after,
        }
    }
}

/// Who shares an instance of a layer; edges by their place in the record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LayerScope {
    /// Each caller of this edge has its own.
    Callers(u32),
    /// All callers of this edge share one.
    Edge(u32),
    /// All edges under the policy share one.
    Policy,
}

/// One state of a layer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct StateRecord {
    /// How often it was entered.
    pub entered: u64,
    /// How long instances were in it, in nanoseconds.
    pub time: u128,
    /// How many of the instances are in it at the end of what is counted.
    pub at_end: u32,
}

impl LayerRecord {
    /// A state by its name; none if its kind has no such state.
    pub fn state(&self, name: &str) -> Option<StateRecord> {
        let place = self.report.states.iter().position(|state| state.name == name)?;
        self.states.get(place).copied()
    }

    /// A counter by its name; none if its kind has no such counter.
    pub fn counter(&self, name: &str) -> Option<u128> {
        let place = self.report.counters.iter().position(|counter| counter.name == name)?;
        self.counts.all().get(place).copied()
    }
}

/// Whether layers of a kind with this report have a bad state, so that they can raise an alarm.
pub(crate) fn can_alarm(report: &Report) -> bool {
    report.states.iter().any(|state| state.severity == Severity::Bad)
}
