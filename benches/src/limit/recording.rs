//! What a loop leaves behind: next to nothing, or the record that the engine leaves.

use patterns::{Class, Duration, Outcome, Time};
use sim::observe::{EpisodeFinder, Histogram, OutcomeCounts};

/// What a loop says of what happens. An implementation that does nothing costs nothing.
pub trait Recording {
    /// A point of time that is kept for the record alone.
    type Moment: Copy;

    /// An empty one, of a run of so many clients until `horizon` in which attempts are given up
    /// after `timeout`.
    fn new(horizon: Time, timeout: Duration, clients: u32) -> Self;

    /// A point of time, if it is to be kept.
    fn moment(now: u64) -> Self::Moment;

    /// Which streams a client draws from: its own, or those of all.
    fn streams(client: u32) -> usize;

    /// An event is handled.
    fn event(&mut self, _now: u64, _what: u32) {}

    /// A task comes to a client, which makes its call.
    fn task_began(&mut self) {}

    /// An attempt comes to the service.
    fn attempt_sent(&mut self, _now: u64) {}

    /// It is refused, since the service is down.
    fn request_refused(&mut self, _outcome: Outcome) {}

    /// It is let in: there is a slot for it, or it waits in line.
    fn request_let_in(&mut self, _has_slot: bool) {}

    /// The first in line gets a slot.
    fn line_moves(&mut self) {}

    /// A request gets its slot.
    fn request_started(&mut self, _now: u64, _arrived: Self::Moment) {}

    /// A request in a slot ends.
    fn request_ended(&mut self, _now: u64, _client: u32, _: Stay<Self::Moment>, _: Outcome) {}

    /// A request is lost, in a slot or in line.
    fn request_lost(&mut self, _now: u64, _: Stay<Self::Moment>, _in_slot: bool, _: Outcome) {}

    /// A request is there when the run ends.
    fn request_open(&mut self, _now: u64, _: Stay<Self::Moment>, _in_slot: bool) {}

    /// An attempt ends while its client waits for it.
    fn attempt_answered(&mut self, _outcome: Outcome) {}

    /// An attempt is given up.
    fn attempt_given_up(&mut self) {}

    /// An attempt ends that was given up.
    fn attempt_late(&mut self) {}

    /// A failed attempt is to be made again at `_at`.
    fn retry_waits(&mut self, _now: u64, _at: u64, _failure: Outcome) {}

    /// A task and its call end, after this number of attempts.
    fn task_ended(
        &mut self,
        _now: u64,
        _client: u32,
        _began: Self::Moment,
        _: Outcome,
        _attempts: u32,
    ) {
    }

    /// A task is there when the run ends.
    fn task_open(&mut self, _now: u64, _client: u32, _began: Self::Moment) {}

    /// The breaker refuses an attempt.
    fn attempt_refused(&mut self) {}

    /// A result comes after the state of the breaker that let in its attempt.
    fn result_stale(&mut self) {}

    /// The breaker enters a state.
    fn breaker(&mut self, _now: u64, _state: BreakerState) {}

    /// The service goes down or comes up.
    fn outage(&mut self, _now: u64, _is_down: bool) {}

    /// The run ends.
    fn finish(&mut self, _now: u64) {}
}

/// The time of a request at the service so far.
#[derive(Clone, Copy, Debug)]
pub struct Stay<Moment> {
    /// When it came.
    pub arrived: Moment,
    /// When it got its slot, if it has.
    pub started: Moment,
    /// Whether its client has given it up.
    pub is_abandoned: bool,
}

/// A state of a breaker.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum BreakerState {
    /// Lets all calls pass.
    #[default]
    Closed,
    /// Lets none pass.
    Open,
    /// Waits for its probe.
    HalfOpen,
}

/// Nothing is recorded, and all clients share one stream for each purpose.
#[derive(Clone, Copy, Debug)]
pub struct Bare;

impl Recording for Bare {
    type Moment = ();

    fn new(_horizon: Time, _timeout: Duration, _clients: u32) -> Self {
        Self
    }

    fn moment(_now: u64) {}

    fn streams(_client: u32) -> usize {
        0
    }
}

/// The record that the engine leaves: counts, histograms, integrals over time, states, and a
/// digest over events and ends in order; and each client has streams of its own.
#[derive(Clone, Debug, Default)]
pub struct Full {
    horizon: u64,
    timeout: u64,
    /// Events handled.
    pub events: u64,
    /// A digest over all events and ends.
    pub digest: u64,
    /// Tasks of the clients.
    pub tasks: OutcomeCounts,
    /// Times of tasks that ended well.
    pub tasks_ok: Histogram,
    /// Times of tasks that failed.
    pub tasks_failed: Histogram,
    /// Time that clients waited for attempts that failed or were given up.
    pub frozen: u128,
    /// When tasks were seen to fail.
    pub task_episodes: EpisodeFinder,
    /// When calls were.
    pub call_episodes: EpisodeFinder,
    /// Time in which clients had a task in hand.
    pub busy: u128,
    /// Calls, above retries.
    pub calls: OutcomeCounts,
    /// Attempts, below them.
    pub attempts: OutcomeCounts,
    /// Times of calls that ended well.
    pub calls_ok: Histogram,
    /// Times of calls that failed.
    pub calls_failed: Histogram,
    /// Attempts that ended after they were given up.
    pub late: u64,
    /// Requests, as the service ended them.
    pub requests: OutcomeCounts,
    /// Times before a slot.
    pub waiting: Histogram,
    /// Times from arrival to end.
    pub sojourn: Histogram,
    /// Requests whose client gave up.
    pub abandoned: u64,
    /// Work after that, in slot-nanoseconds.
    pub wasted: u128,
    /// Slots in use over time.
    pub slots_busy: u128,
    /// Requests in line over time.
    pub queued: u128,
    /// Calls that are open.
    pub open_calls: Level,
    /// Requests in slots and in line.
    pub at_service: Level,
    /// Requests in line.
    pub in_line: Level,
    /// The most requests that came in a second.
    pub most_in_a_second: u32,
    second_ends: u64,
    in_second: u32,
    /// By client, when its last task failed or was found to be open for too long.
    pub failed_at: Vec<Option<u64>>,
    /// Tasks that were open at the end for longer than any that ended.
    pub overdue: u64,
    /// Time of outages.
    pub down: u128,
    /// How many there were.
    pub outages: u64,
    down_since: Option<u64>,
    /// Retries by the class of the failure before them.
    pub retries: [u64; Class::COUNT],
    /// Tasks that ended well after a retry.
    pub rescued: u64,
    /// Time that tasks waited for their next attempt.
    pub backed_off: u128,
    /// Attempts that the breaker refused.
    pub refused: u64,
    /// Results that came after the state of the breaker that let in their attempt.
    pub stale: u64,
    /// How often the breaker opened again after a probe.
    pub reopens: u64,
    /// By [`BreakerState`].
    pub states: [StateTotal; 3],
    state: BreakerState,
    state_since: u64,
}

/// How many there are at a time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Level {
    /// Now.
    pub now: u32,
    /// The most there were.
    pub most: u32,
}

impl Level {
    pub(super) fn add(&mut self) {
        self.now += 1;
        if self.most < self.now {
            self.most = self.now;
        }
    }

    pub(super) fn remove(&mut self) {
        self.now -= 1;
    }
}

/// What became of one state of the breaker.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct StateTotal {
    /// How often it was entered.
    pub entered: u64,
    /// How long it lasted in all, in nanoseconds.
    pub time: u64,
}

impl Full {
    fn fold(&mut self, word: u64, factor: u64) {
        let product = u128::from(self.digest ^ word) * u128::from(factor);
        self.digest = product as u64 ^ (product >> 64) as u64;
    }

    /// How long a request has worked for a client that has given it up.
    fn unwanted(&self, now: u64, stay: Stay<u64>) -> u128 {
        let given_up = if stay.is_abandoned { stay.arrived + self.timeout } else { now };
        u128::from(now - given_up.max(stay.started))
    }

    fn in_slot(&mut self, now: u64, stay: Stay<u64>) {
        self.slots_busy += u128::from(now - stay.started);
        self.wasted += self.unwanted(now, stay);
    }

    fn under_way(&mut self, now: u64, stay: Stay<u64>, in_slot: bool) {
        if in_slot {
            self.in_slot(now, stay);
        } else {
            self.queued += u128::from(now - stay.arrived);
        }
    }

    /// A request ends: its client may have waited for a failure.
    fn waited_in_vain(&mut self, now: u64, stay: Stay<u64>, outcome: Outcome) {
        if !outcome.is_ok() && !stay.is_abandoned {
            self.frozen += u128::from(now - stay.arrived);
        }
    }

    fn leave_state(&mut self, now: u64) {
        self.states[self.state as usize].time += now - self.state_since;
        self.state_since = now;
    }
}

// What the digest is multiplied with: large and odd, as in the engine.
const EVENT: u64 = 0x1319_8a2e_0370_7345;
const END: u64 = 0xa409_3822_299f_31d1;

impl Recording for Full {
    type Moment = u64;

    fn new(horizon: Time, timeout: Duration, clients: u32) -> Self {
        let (horizon, timeout) = (horizon.as_nanos(), timeout.as_nanos());
        let failed_at = vec![None; clients as usize];
        Self { horizon, timeout, digest: EVENT, failed_at, ..Self::default() }
    }

    fn moment(now: u64) -> u64 {
        now
    }

    fn streams(client: u32) -> usize {
        client as usize
    }

    fn event(&mut self, now: u64, what: u32) {
        self.events += 1;
        self.fold(now, EVENT ^ u64::from(what));
    }

    fn task_began(&mut self) {
        self.tasks.issued += 1;
        self.calls.issued += 1;
        self.open_calls.add();
    }

    fn attempt_sent(&mut self, now: u64) {
        const SECOND: u64 = 1_000_000_000;
        self.attempts.issued += 1;
        self.requests.issued += 1;
        if self.second_ends <= now {
            self.most_in_a_second = self.most_in_a_second.max(self.in_second);
            self.in_second = 0;
            self.second_ends = now + SECOND - now % SECOND;
        }
        self.in_second += 1;
    }

    fn request_let_in(&mut self, has_slot: bool) {
        self.at_service.add();
        if !has_slot {
            self.in_line.add();
        }
    }

    fn line_moves(&mut self) {
        self.in_line.remove();
    }

    fn request_refused(&mut self, outcome: Outcome) {
        self.requests.end(outcome);
    }

    fn request_started(&mut self, now: u64, arrived: u64) {
        self.waiting.add(Duration::from_nanos(now - arrived));
        self.queued += u128::from(now - arrived);
    }

    fn request_ended(&mut self, now: u64, client: u32, stay: Stay<u64>, outcome: Outcome) {
        self.in_slot(now, stay);
        self.at_service.remove();
        self.requests.end(outcome);
        self.sojourn.add(Duration::from_nanos(now - stay.arrived));
        self.waited_in_vain(now, stay, outcome);
        self.fold(u64::from(outcome.code()) | u64::from(client) << 8, END);
    }

    fn request_lost(&mut self, now: u64, stay: Stay<u64>, in_slot: bool, outcome: Outcome) {
        self.under_way(now, stay, in_slot);
        self.at_service.remove();
        if !in_slot {
            self.in_line.remove();
        }
        self.waited_in_vain(now, stay, outcome);
        self.requests.end(outcome);
        if in_slot {
            self.sojourn.add(Duration::from_nanos(now - stay.arrived));
        }
        self.fold(u64::from(outcome.code()), END);
    }

    fn request_open(&mut self, now: u64, stay: Stay<u64>, in_slot: bool) {
        self.under_way(now, stay, in_slot);
        let age = Duration::from_nanos(now - stay.arrived);
        if !stay.is_abandoned && self.calls_ok.max().is_none_or(|longest| longest < age) {
            self.frozen += u128::from(age.as_nanos());
        }
    }

    fn attempt_answered(&mut self, outcome: Outcome) {
        self.attempts.end(outcome);
    }

    fn attempt_given_up(&mut self) {
        self.attempts.given_up += 1;
        self.abandoned += 1;
        self.frozen += u128::from(self.timeout);
    }

    fn attempt_late(&mut self) {
        self.late += 1;
    }

    fn retry_waits(&mut self, now: u64, at: u64, failure: Outcome) {
        if let Some(class) = failure.class() {
            // One that would come after the end is not made.
            self.retries[class as usize] += u64::from(at <= self.horizon);
        }
        self.backed_off += u128::from(at.min(self.horizon) - now);
    }

    fn task_ended(&mut self, now: u64, client: u32, began: u64, outcome: Outcome, attempts: u32) {
        let took = Duration::from_nanos(now - began);
        self.calls.end(outcome);
        self.open_calls.remove();
        self.tasks.end(outcome);
        self.busy += u128::from(now - began);
        self.task_episodes.note(outcome, Time::from_nanos(now));
        self.call_episodes.note(outcome, Time::from_nanos(now));
        if outcome.is_ok() {
            self.rescued += u64::from(attempts > 1);
            self.calls_ok.add(took);
            self.tasks_ok.add(took);
        } else {
            self.calls_failed.add(took);
            self.tasks_failed.add(took);
            self.failed_at[client as usize] = Some(now);
        }
        self.fold(u64::from(outcome.code()) | u64::from(client) << 8, END);
    }

    fn task_open(&mut self, now: u64, client: u32, began: u64) {
        self.busy += u128::from(now - began);
        let longest = self.tasks_ok.max().max(self.tasks_failed.max());
        let twentieth = Duration::from_nanos(self.horizon / 20);
        if longest.unwrap_or(twentieth) < Duration::from_nanos(now - began) {
            self.overdue += 1;
            self.failed_at[client as usize] = Some(now);
        }
    }

    fn attempt_refused(&mut self) {
        self.refused += 1;
    }

    fn result_stale(&mut self) {
        self.stale += 1;
    }

    fn breaker(&mut self, now: u64, state: BreakerState) {
        let is_probe_over = self.state == BreakerState::HalfOpen;
        self.reopens += u64::from(is_probe_over && state == BreakerState::Open);
        self.leave_state(now);
        self.state = state;
        self.states[state as usize].entered += 1;
    }

    fn outage(&mut self, now: u64, is_down: bool) {
        if let Some(since) = self.down_since.take() {
            self.down += u128::from(now - since);
        }
        if is_down {
            self.outages += 1;
            self.down_since = Some(now);
        }
    }

    fn finish(&mut self, now: u64) {
        self.most_in_a_second = self.most_in_a_second.max(self.in_second);
        self.leave_state(now);
        if let Some(since) = self.down_since.take() {
            self.down += u128::from(now - since);
        }
    }
}
