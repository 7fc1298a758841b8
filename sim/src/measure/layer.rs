//! What is measured of the layers of an edge: what they count, and their states' shares of time.

use std::borrow::Cow;

use patterns::report::{CounterInfo, Quantity, Report, StateInfo};

use super::sample::{Pooling, Sample};
use super::unit::{Better, Unit};
use crate::model::system::Policy;
use crate::observe::{AlarmRecord, EdgeRecord, LayerRecord, Record, can_alarm};

/// A number of the layers of one kind on an edge.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct OfLayers {
    kind: String,
    /// Which of several layers of the kind, counted from 1 on; all if it is none.
    number: Option<u32>,
    what: What,
}

/// Which number of a layer.
#[derive(Clone, Copy, Debug, PartialEq)]
enum What {
    Counter(&'static CounterInfo),
    StateShare(&'static StateInfo),
    /// The share of instances in a state at the end.
    StateAtEnd(&'static StateInfo),
    Alarm(&'static AlarmInfo),
}

/// A number of the alarms of a layer.
#[derive(Debug)]
struct AlarmInfo {
    name: &'static str,
    meaning: &'static str,
    unit: Unit,
    pooling: Pooling,
    of: fn(&AlarmRecord) -> Sample,
}

impl PartialEq for AlarmInfo {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

/// Of layers that have a bad state: as a breaker, which raises an alarm as it opens.
const ALARMS: [AlarmInfo; 5] = [
    AlarmInfo {
        name: "false-alarms",
        meaning: "How often it went from a normal to a bad state while no service behind it had a \
            fault.",
        unit: Unit::Count,
        pooling: Pooling::Mean,
        of: |alarms| Sample::plain(alarms.false_alarms as f64),
    },
    AlarmInfo {
        name: "missed-faults",
        meaning: "Faults of a service behind it that ended before any instance was in a bad state.",
        unit: Unit::Count,
        pooling: Pooling::Mean,
        of: |alarms| Sample::plain(alarms.missed as f64),
    },
    AlarmInfo {
        name: "found-faults",
        meaning: "Share found: faults of a service behind it in which an instance went to a bad \
            state, of those and the ones that it missed.",
        unit: Unit::Share,
        pooling: Pooling::Share,
        of: |alarms| Sample {
            part: alarms.found as f64,
            of: (alarms.found + alarms.missed) as f64,
        },
    },
    AlarmInfo {
        name: "time-to-alarm",
        meaning: "Mean time from the beginning of a fault until an instance was first in a bad \
            state; of faults in which one was. `found-faults` says how many that are.",
        unit: Unit::Seconds,
        pooling: Pooling::Ratio,
        of: |alarms| Sample { part: alarms.raised_after as f64 / 1e9, of: alarms.raised as f64 },
    },
    AlarmInfo {
        name: "time-to-clear",
        meaning: "Mean time from the end of a fault until an instance that had been in a bad state \
            was in a normal one.",
        unit: Unit::Seconds,
        pooling: Pooling::Ratio,
        of: |alarms| Sample { part: alarms.cleared_after as f64 / 1e9, of: alarms.cleared as f64 },
    },
];

impl OfLayers {
    /// All numbers of the layers of a policy: of each kind together and, if there are several of a
    /// kind, of each.
    pub(super) fn all(policy: &Policy) -> Vec<Self> {
        let mut all = Vec::new();
        for (place, layer) in policy.layers.iter().enumerate() {
            if policy.layers[..place].iter().any(|other| other.kind == layer.kind) {
                continue;
            }
            let alike = policy.layers.iter().filter(|other| other.kind == layer.kind);
            let several = alike.count() as u32;
            all.extend(Self::of_kind(&layer.kind, None, layer.report));
            for number in (1..=several).filter(|_| 1 < several) {
                all.extend(Self::of_kind(&layer.kind, Some(number), layer.report));
            }
        }
        all
    }

    /// All numbers of a kind of layer.
    pub(super) fn of_kind(
        kind: &str,
        number: Option<u32>,
        report: &'static Report,
    ) -> impl Iterator<Item = Self> {
        let counters = report.counters.iter().map(What::Counter);
        let states = report.states.iter();
        let states = states.clone().map(What::StateShare).chain(states.map(What::StateAtEnd));
        let kind = kind.to_owned();
        let alarms = ALARMS.iter().filter(|_| can_alarm(report)).map(What::Alarm);
        counters.chain(states).chain(alarms).map(move |what| Self {
            kind: kind.clone(),
            number,
            what,
        })
    }

    /// Its name: `breaker.opens`, `retry#2.network`, `breaker.open-share`.
    pub(super) fn name(&self) -> String {
        let number = self.number.map_or(String::new(), |number| format!("#{number}"));
        let what = match self.what {
            What::Counter(counter) => Cow::from(counter.name),
            What::StateShare(state) => Cow::from(format!("{}-share", state.name)),
            What::StateAtEnd(state) => Cow::from(format!("{}-at-end", state.name)),
            What::Alarm(alarm) => Cow::from(alarm.name),
        };
        format!("{}{number}.{what}", self.kind)
    }

    pub(super) fn text(&self) -> String {
        match self.what {
            What::Counter(counter) if counter.quantity == Quantity::Level => {
                let what = counter.meaning.trim_end_matches('.');
                format!("{what}, on average over time and instances.")
            }
            What::Counter(counter) => counter.meaning.to_owned(),
            What::Alarm(alarm) => alarm.meaning.to_owned(),
            What::StateShare(state) => format!(
                "Share of time in the state {}, on average over instances: {}",
                state.name,
                uncapitalised(state.meaning)
            ),
            What::StateAtEnd(state) => format!(
                "Share of instances that are in the state {} at the end of what is measured: {}",
                state.name,
                uncapitalised(state.meaning)
            ),
        }
    }

    pub(super) fn unit(&self) -> Unit {
        match self.what {
            What::Counter(counter) => match counter.quantity {
                Quantity::Count | Quantity::Failures | Quantity::Passed => Unit::Count,
                Quantity::Time => Unit::WorkSeconds,
                Quantity::Level => Unit::Ratio,
            },
            What::StateShare(_) | What::StateAtEnd(_) => Unit::Share,
            What::Alarm(alarm) => alarm.unit,
        }
    }

    pub(super) fn better(&self) -> Option<Better> {
        match self.what {
            What::Counter(counter) => counter.better,
            What::StateShare(_) | What::StateAtEnd(_) => None,
            What::Alarm(AlarmInfo { name: "found-faults", .. }) => Some(Better::Higher),
            What::Alarm(_) => Some(Better::Lower),
        }
    }

    pub(super) fn pooling(&self) -> Pooling {
        match self.what {
            What::Counter(counter) if counter.quantity == Quantity::Level => Pooling::Ratio,
            What::Counter(_) => Pooling::Mean,
            What::StateShare(_) => Pooling::ShareOfTime,
            What::StateAtEnd(_) => Pooling::Share,
            What::Alarm(alarm) => alarm.pooling,
        }
    }

    /// The number on an edge of a record, given the measured time in nanoseconds; none if no such
    /// layer is there, or none of them reports it.
    pub(super) fn of(&self, record: &Record, edge: &EdgeRecord, time: u128) -> Option<Sample> {
        let is_meant = |layer: &&LayerRecord| {
            layer.kind == self.kind && self.number.is_none_or(|number| number == layer.number)
        };
        let all = || edge.layers.iter().map(|place| &record.layers[*place as usize]);
        let layers = || all().filter(is_meant);
        layers().next()?;
        Some(match self.what {
            What::Counter(counter) => {
                let sum =
                    layers().map(|layer| layer.counter(counter.name)).sum::<Option<u128>>()?;
                match counter.quantity {
                    Quantity::Count | Quantity::Failures | Quantity::Passed => {
                        Sample::plain(sum as f64)
                    }
                    Quantity::Time => Sample::plain(sum as f64 / 1e9),
                    Quantity::Level => {
                        let instances = layers().map(|layer| u128::from(layer.instances));
                        mean(sum, instances.sum::<u128>(), time)
                    }
                }
            }
            What::Alarm(alarm) => {
                let all = layers().map(|layer| layer.alarms);
                (alarm.of)(&all.fold(AlarmRecord::default(), AlarmRecord::and))
            }
            What::StateAtEnd(state) => {
                let there = layers().map(|layer| Some(layer.state(state.name)?.at_end));
                let instances = layers().map(|layer| layer.with_states);
                let part = there.sum::<Option<u32>>()?.into();
                Sample { part, of: instances.sum::<u32>().into() }
            }
            What::StateShare(state) => {
                let times = layers().map(|layer| Some(layer.state(state.name)?.time));
                let instances = layers().map(|layer| u128::from(layer.with_states));
                mean(times.sum::<Option<u128>>()?, instances.sum::<u128>(), time)
            }
        })
    }
}

/// Of the time of all instances.
fn mean(sum: u128, instances: u128, time: u128) -> Sample {
    Sample { part: sum as f64 / 1e9, of: instances as f64 * (time as f64 / 1e9) }
}

fn uncapitalised(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or(String::new(), |first| first.to_lowercase().chain(letters).collect())
}
