//! What one run leaves behind: plain data of bounded size.
//!
//! Tasks, calls and requests that begin before the warm-up is over are not counted, however they
//! end; but those that do not end are open, and may be overdue. Time integrals run from the end of
//! the warm-up.

use patterns::{Class, Duration, Outcome, Time};

pub use episode::{EPISODES_MAX, Episode, EpisodeRule, EpisodeTotals, Episodes};
pub use episode_finder::EpisodeFinder;
pub use failures::AgentFailures;
pub use faults::FaultRecord;
pub use histogram::Histogram;
pub use last_results::LastResults;
pub(crate) use layer::can_alarm;
pub use layer::{AlarmRecord, LayerRecord, LayerScope, StateRecord};
pub use load::{Line, Load, Peak, Seconds};
pub use overview::{COLUMNS, Ended, Lane, Overview, StateSeen};
pub use parts::{Asked, Parts};
pub use process::ProcessRecord;
pub use recoveries::{HumanRecord, RecoveryRecord};
pub use spending::{BudgetRecord, Currency, NANO_USD, Spending, Spent, Worth};
pub use stop::Stop;
pub use trace::Trace;
pub use track::{
    AttemptSpan, CallSpan, CutCall, Interval, LayerOwner, OpenSpan, ServiceCall, TaskSpan, Track,
    TrackId, TrackKind,
};
pub use window::{Anchor, Window};

mod between;
mod episode;
mod episode_finder;
mod failures;
mod faults;
mod histogram;
mod last_results;
mod layer;
mod load;
mod overview;
mod parts;
mod process;
mod recoveries;
mod spending;
mod stop;
mod trace;
mod track;
mod window;

/// What one run leaves behind.
#[derive(Clone, Debug, PartialEq)]
pub struct Record {
    /// The seed of all random numbers of the run.
    pub seed: u64,
    /// When the run was to end.
    pub horizon: Time,
    /// The end of the warm-up: what begins earlier is not counted.
    pub warmup: Time,
    /// When the run ended: the horizon, unless it was stopped.
    pub ended: Time,
    /// Time between the warm-up and the end that is left out: zero but in a record of several
    /// windows of a run.
    pub left_out: Duration,
    /// Why the run was stopped before the horizon, if it was.
    pub stopped: Option<Stop>,
    /// When the faults were taken off by an abort condition, and the place of it in the system, if
    /// one did that.
    pub faults_removed: Option<(Time, u32)>,
    /// Events handled.
    pub events: u64,
    /// A digest over every event and every outcome in order; equal runs have equal fingerprints.
    pub fingerprint: u64,
    /// By group of agents, in the order of the system.
    pub agents: Vec<AgentRecord>,
    /// By service, in the order of the system.
    pub services: Vec<ServiceRecord>,
    /// By edge, in the order of the system.
    pub edges: Vec<EdgeRecord>,
    /// By policy and place in it, and by edge unless all edges share the layer.
    pub layers: Vec<LayerRecord>,
    /// By budget, in the order of the system.
    pub budgets: Vec<BudgetRecord>,
    /// By recovery, in the order of the system.
    pub recoveries: Vec<RecoveryRecord>,
    /// By human, in the order of the system.
    pub humans: Vec<HumanRecord>,
    /// The windows that were asked for and came, each with its own record.
    pub windows: Vec<(Window, Self)>,
    /// Who did what when, if it was asked for.
    pub trace: Option<Trace>,
}

impl Record {
    /// The middle between the end of the warm-up and the horizon.
    pub fn middle(&self) -> Time {
        middle(self.warmup, self.horizon)
    }

    /// The record of a window; none if it was not asked for, or never came.
    pub fn window(&self, window: &Window) -> Option<&Self> {
        self.windows.iter().find(|(known, _)| known == window).map(|(_, record)| record)
    }

    /// Whether an abort condition held.
    pub fn is_aborted(&self) -> bool {
        matches!(self.stopped, Some(Stop::Aborted(_))) || self.faults_removed.is_some()
    }

    /// How much time is counted.
    pub fn counted(&self) -> Duration {
        self.ended.since(self.warmup) - self.left_out
    }
}

/// The middle between two times; the earlier one if they are in the wrong order.
pub(crate) fn middle(from: Time, to: Time) -> Time {
    let half = to.since(from).as_nanos() / 2;
    from.min(to) + Duration::from_nanos(half)
}

/// How many were begun, and how they ended.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OutcomeCounts {
    /// How many were begun.
    pub issued: u64,
    /// How many ended in each way, by [`Outcome::code`].
    pub ended: [u64; Outcome::CODES],
    /// How many were given up before they ended: an attempt by a timeout, a request by its caller.
    pub given_up: u64,
    /// How many more were open at the beginning of what is counted than have come to an end unseen
    /// since.
    pub carried: i64,
}

impl OutcomeCounts {
    /// Counts an ending.
    #[inline]
    pub fn end(&mut self, outcome: Outcome) {
        self.ended[outcome.code() as usize] += 1;
    }

    /// How many ended well, not degraded, for all that can be seen.
    pub fn good(&self) -> u64 {
        self.as_it_looks(Outcome::Ok)
    }

    /// How many ended with a stand-in for the answer.
    pub fn degraded(&self) -> u64 {
        self.as_it_looks(Outcome::Degraded)
    }

    fn as_it_looks(&self, outcome: Outcome) -> u64 {
        [outcome, outcome.wrong()].map(|one| self.ended[one.code() as usize]).iter().sum()
    }

    /// How many of the good and degraded ones have a wrong value.
    pub fn wrong(&self) -> u64 {
        let all = [Outcome::Ok, Outcome::Degraded].map(Outcome::wrong);
        all.map(|one| self.ended[one.code() as usize]).iter().sum()
    }

    /// How many ended in a failure of this class.
    pub fn failed_as(&self, class: Class) -> u64 {
        self.ended[Outcome::failed(class).code() as usize]
    }

    /// How many failed.
    pub fn failed(&self) -> u64 {
        self.answered() - self.good() - self.degraded()
    }

    /// How many ended, in whatever way.
    pub fn answered(&self) -> u64 {
        self.ended.iter().sum()
    }

    /// How many were neither ended nor given up at the end of what is counted.
    pub fn open(&self) -> u64 {
        let begun = self.issued.wrapping_add_signed(self.carried);
        begun - self.answered() - self.given_up
    }
}

/// How many were open at three moments, whenever they had come: in hand or in line.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct OpenAt {
    /// When the warm-up was over, or the run was stopped in it.
    pub warmup: u64,
    /// In the [middle](Record::middle) of what is counted; none if the run ended before.
    pub middle: u64,
    /// At the end of the run.
    pub end: u64,
}

/// What became of the tasks of a group of agents.
#[derive(Clone, Debug, PartialEq)]
pub struct AgentRecord {
    /// The name of the group.
    pub name: String,
    /// How many agents there are.
    pub count: u32,
    /// Tasks.
    pub tasks: OutcomeCounts,
    /// How many tasks were open when.
    pub open: OpenAt,
    /// Of those that ended, the ones that did so after the time by which their result was wanted.
    pub late: LateCounts,
    /// Tasks open at the end of what is counted, whenever they came, that are older than the
    /// patience of their group; without one, older than any that ended has become.
    pub overdue: u64,
    /// Which of the agents had a task that failed, ended late, or is overdue.
    pub failures: AgentFailures,
    /// When the group was seen to fail.
    pub episodes: Episodes,
    /// Time from the arrival of a task to its end, of those that ended good or degraded.
    pub latency_ok: Histogram,
    /// The same, of those that failed.
    pub latency_failed: Histogram,
    /// Frozen agent-seconds: time spent waiting on attempts that failed, were given up, or are open
    /// at the end and longer under way than any call that ended well, in nanoseconds, summed over
    /// attempts of all agents.
    pub frozen: u128,
    /// Time in which agents had a task in hand, in nanoseconds, summed over slots in use.
    pub busy: u128,
    /// What became of their processes.
    pub process: ProcessRecord,
    /// What was spent on its tasks, and what they are worth.
    pub spending: Spending,
}

impl AgentRecord {
    /// Time from the arrival of a task to its end, of all that ended.
    pub fn latency(&self) -> Histogram {
        self.latency_ok.and(&self.latency_failed)
    }
}

/// How tasks ended that took longer than they might.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LateCounts {
    /// Well.
    pub good: u64,
    /// With a stand-in for the answer.
    pub degraded: u64,
    /// In a failure.
    pub failed: u64,
    /// Of those that ended well or with a stand-in, the ones with a wrong value.
    pub wrong: u64,
    /// Of these, the ones that ended with a stand-in.
    pub wrong_degraded: u64,
}

/// What became of the requests to a service.
#[derive(Clone, Debug, PartialEq)]
pub struct ServiceRecord {
    /// The name of the service.
    pub name: String,
    /// Slots, of all replicas; `u32::MAX` for no limit.
    pub slots: u32,
    /// Requests that came, by replica, if there are several: the rate limit's refusals are none.
    pub by_replica: Vec<u64>,
    /// Requests, as the service ended them, whether or not the caller still listened.
    pub requests: OutcomeCounts,
    /// What became of writes, if it remembers.
    pub writes: Writes,
    /// How many requests were open when.
    pub open: OpenAt,
    /// How many requests were there at a time, in work or in line.
    pub load: Load,
    /// How many waited for a slot at a time.
    pub line: Line,
    /// How many came in a second.
    pub seconds: Seconds,
    /// Time that requests waited for a slot, of all that got one.
    pub waiting: Histogram,
    /// Time from the arrival of a request to its end, of all that got a slot and were ended.
    pub sojourn: Histogram,
    /// Requests whose caller gave up before the end.
    pub abandoned: u64,
    /// Work on requests after their caller gave up, in slot-nanoseconds.
    pub wasted: u128,
    /// Slots in use, integrated over time, in nanoseconds.
    pub busy: u128,
    /// Requests in the queue, integrated over time, in nanoseconds.
    pub queued: u128,
    /// Time in which faults let it answer nothing, in nanoseconds.
    pub down: u128,
    /// Time with a fault of any kind, in nanoseconds.
    pub faulty: u128,
    /// How often a fault began while no other was on.
    pub fault_intervals: u64,
    /// From when to when the first fault was on, or several that followed each other without a gap;
    /// it counts in the warm-up as well.
    pub first_fault: Option<(Time, Time)>,
}

/// What became of writes at a service that remembers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Writes {
    /// Those that were done, and those that were refused as stale.
    pub all: u64,
    /// Those that were refused: their caller had not seen the present version.
    pub conflicts: u64,
    /// Those that overwrote a version that their caller had not seen.
    pub lost_updates: u64,
}

/// What became of the calls from one caller to one service.
#[derive(Clone, Debug, PartialEq)]
pub struct EdgeRecord {
    /// The caller: the name of a group of agents or of a service.
    pub from: String,
    /// The name of the service called.
    pub to: String,
    /// The layers of its policy, outermost first: their places in [`Record::layers`].
    pub layers: Vec<u32>,
    /// Calls, as the caller sees them: from above the policy.
    pub calls: OutcomeCounts,
    /// How many calls were open at a time.
    pub load: Load,
    /// Attempts that were sent to the service: from below the policy.
    pub attempts: OutcomeCounts,
    /// Attempts that a layer of the policy sent to other services: a balance, a fallback. Each is a
    /// call on the edge to that service.
    pub diverted: OutcomeCounts,
    /// Time from the beginning of a call to its end, of those that ended good or degraded.
    pub latency_ok: Histogram,
    /// The same, of those that failed.
    pub latency_failed: Histogram,
    /// Attempts, to whichever service, that ended after they had been given up.
    pub late: u64,
    /// Time spent waiting on attempts to this service that failed, were given up, or are open at
    /// the end and longer under way than any call that ended well, in nanoseconds.
    pub frozen: u128,
    /// When callers saw their calls fail.
    pub episodes: Episodes,
    /// When faults were on, on the way to the service.
    pub faults: FaultRecord,
    /// What its attempts have cost, and those that layers of other edges sent here.
    pub spent: Spent,
}

impl EdgeRecord {
    /// Counts the end of a call that took so long.
    #[expect(clippy::inline_always, reason = "on the way of every call: some 10 instructions")]
    #[inline(always)]
    pub(crate) fn end_call(&mut self, outcome: Outcome, took: Duration) {
        self.calls.end(outcome);
        if outcome.is_ok() {
            self.latency_ok.add(took);
        } else {
            self.latency_failed.add(took);
        }
    }

    /// Attempts that were sent for calls on the edge, to whichever service.
    pub fn sent(&self) -> u64 {
        self.attempts.issued + self.diverted.issued
    }

    /// Time from the beginning of a call to its end, of all that ended.
    pub fn latency(&self) -> Histogram {
        self.latency_ok.and(&self.latency_failed)
    }
}
