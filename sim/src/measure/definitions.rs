//! The tables of measures: name, unit, which direction is good, definition, formula.

use std::borrow::Cow::{Borrowed, Owned};

use patterns::{Class, Duration};

use super::sample::{How, Pooling};
use super::unit::{Better, Unit};
use crate::observe::{
    AgentRecord, EdgeRecord, Episodes, Histogram, OutcomeCounts, Record, ServiceRecord,
};

/// What there is to know of a number.
#[derive(Debug, PartialEq)]
pub(super) struct Info {
    pub(super) name: &'static str,
    pub(super) unit: Unit,
    pub(super) better: Option<Better>,
    pub(super) text: &'static str,
}

/// How a number comes out of one part of a record.
#[derive(Debug)]
pub(super) struct Definition<R: 'static> {
    pub(super) info: Info,
    pub(super) how: How<R>,
}

impl<R> Definition<R> {
    pub(super) fn pooling(&self) -> Pooling {
        self.how.pooling(self.info.unit)
    }
}

impl<R> PartialEq for Definition<R> {
    fn eq(&self, other: &Self) -> bool {
        self.info == other.info
    }
}

/// A number is a `Value` of a run, a `Share` of trials or a `Ratio` (both with numerator and
/// denominator, so that runs can be pooled), or a `Quantile` or the standard `Deviation` of times.
macro_rules! definitions {
    ($($name:literal $unit:ident $better:expr, $text:literal, $how:ident($($of:expr),+);)+) => {
        &[$(Definition {
            info: Info { name: $name, unit: Unit::$unit, better: $better, text: $text },
            how: How::$how($($of),+),
        }),+]
    };
}

pub(super) use definitions;

pub(super) const HIGHER: Option<Better> = Some(Better::Higher);
pub(super) const LOWER: Option<Better> = Some(Better::Lower);

/// Of a system with abort conditions.
pub(super) const ABORTS: &[Definition<Record>] = definitions! {
    "aborted" Share LOWER, "Runs in which an abort condition held, of all.",
        Share(|r| (u64::from(r.is_aborted()), 1));
};

pub(super) const AGENTS: &[Definition<AgentRecord>] = definitions! {
    "success" Share HIGHER, "Tasks that ended good or degraded and in time, of all that ended or \
        are overdue.", Share(|r| of_all(complete(r) + degraded(r), r));
    "right" Share HIGHER, "Tasks that ended good or degraded, in time and with a right value, of \
        all that ended or are overdue: success less wrong.",
        Share(|r| of_all(complete(r) + degraded(r) - wrong(r).0, r));
    "wrong" Share LOWER, "Tasks that ended good or degraded and in time with a wrong value, which \
        nothing shows, of all that ended or are overdue.", Share(|r| of_all(wrong(r).0, r));
    "complete" Share HIGHER, "Tasks that ended good and in time, of all that ended or are overdue.",
        Share(|r| of_all(complete(r), r));
    "degraded" Share LOWER, "Tasks that ended in time with a stand-in for an answer, of all that \
        ended or are overdue.", Share(|r| of_all(degraded(r), r));
    "late" Share LOWER, "Tasks that ended good or degraded, but after their deadline or the \
        patience of who sent them, of all that ended or are overdue.",
        Share(|r| of_all(late(r), r));
    "failed" Share LOWER, "Tasks that failed or are overdue, of all that ended or are overdue.",
        Share(|r| of_all(r.tasks.failed() + r.overdue, r));
    "failures" Count LOWER, "Failures: tasks that failed or are overdue.",
        Value(|r, _| (r.tasks.failed() + r.overdue) as f64);
    "graceful" Share LOWER, "Graceful failures: tasks that failed in time, and not because who \
        sent them gave up, of all that ended or are overdue.",
        Share(|r| of_all(r.tasks.failed() - r.late.failed, r));
    "ungraceful" Share LOWER, "Ungraceful failures: tasks that ended too late, however they did, \
        were given up by who sent them, or are overdue, of all that ended or are overdue.",
        Share(|r| of_all(late(r) + r.late.failed + r.overdue, r));
    "overdue" Count LOWER, "Tasks open at the end, those of the warm-up as well, for longer than \
        their deadline or patience allows; without either, for longer than any that ended.",
        Value(|r, _| r.overdue as f64);
    "goodput" PerHour HIGHER, "Tasks that ended good or degraded and in time, per hour.",
        Ratio(|r, time| ((complete(r) + degraded(r)) as f64, time / 3600.0));
    "weighted-goodput" PerHour HIGHER, "Tasks done in time with a right value per hour, a degraded \
        one counting half.", Ratio(|r, time| {
            let (wrong, wrong_degraded) = wrong(r);
            let complete = complete(r) - (wrong - wrong_degraded);
            (complete as f64 + 0.5 * (degraded(r) - wrong_degraded) as f64, time / 3600.0)
        });
    "throughput" PerHour None, "Tasks that ended, however they did, per hour.",
        Ratio(|r, time| (r.tasks.answered() as f64, time / 3600.0));
    "frozen" WorkSeconds LOWER, "Frozen agent-seconds: time spent waiting on attempts that failed \
        or were given up, rescued calls included, or that are open at the end and older than any \
        call that ended well; added up over attempts.", Value(|r, _| r.frozen as f64 / 1e9);
    "busy" WorkSeconds None, "Time in which agents had a task in hand, added up over tasks.",
        Value(|r, _| r.busy as f64 / 1e9);
    "tasks" Count None, "Tasks begun.", Value(|r, _| r.tasks.issued as f64);
    "blast-radius" Share LOWER, "Agents that had a task that failed, ended late or is overdue, of \
        all agents of the group.", Share(|r| (r.failures.agents(), r.count.into()));
    "open" Count LOWER, "Tasks that had not ended when the run did; those that came in the warm-up \
        as well.",
        Value(|r, _| r.tasks.open() as f64);
    "latency.mean" Seconds LOWER, "Mean time from the arrival of a task to its end.",
        Ratio(|r, _| sum(&[&r.latency_ok, &r.latency_failed]));
    "latency.p50" Seconds LOWER, "Median of that time.", Quantile(0.5, |r| Owned(r.latency()));
    "latency.p95" Seconds LOWER, "95th percentile of that time.",
        Quantile(0.95, |r| Owned(r.latency()));
    "latency.p99" Seconds LOWER, "99th percentile of that time.",
        Quantile(0.99, |r| Owned(r.latency()));
    "latency.p99.9" Seconds LOWER, "99.9th percentile of that time.",
        Quantile(0.999, |r| Owned(r.latency()));
    "latency.sd" Seconds LOWER, "Standard deviation of that time.",
        Deviation(|r| Owned(r.latency()));
    "latency.max" Seconds LOWER, "The longest such time.", Value(|r, _| longest(&r.latency()));
    "latency-ok.mean" Seconds LOWER, "Mean time from the arrival of a task to its end, of tasks \
        that ended good or degraded.", Ratio(|r, _| sum(&[&r.latency_ok]));
    "latency-ok.p50" Seconds LOWER, "Median of that time.",
        Quantile(0.5, |r| Borrowed(&r.latency_ok));
    "latency-ok.p95" Seconds LOWER, "95th percentile of that time.",
        Quantile(0.95, |r| Borrowed(&r.latency_ok));
    "latency-ok.p99" Seconds LOWER, "99th percentile of that time.",
        Quantile(0.99, |r| Borrowed(&r.latency_ok));
    "latency-ok.p99.9" Seconds LOWER, "99.9th percentile of that time.",
        Quantile(0.999, |r| Borrowed(&r.latency_ok));
    "latency-ok.sd" Seconds LOWER, "Standard deviation of that time.",
        Deviation(|r| Borrowed(&r.latency_ok));
};

/// Of failure episodes, as the users of a group or of an edge see them. By them availability is
/// MTBF / (MTBF + MTTR), exactly.
pub(super) const EPISODES: &[Definition<Episodes>] = definitions! {
    "episodes" Count LOWER, "Failure episodes: times in which too many of the last outcomes were \
        failures. A task fails when its patience has passed, and, of agents that do one thing \
        after the other, again each time that long has passed, until it ends.",
        Value(|r, _| r.count() as f64);
    "availability" Share HIGHER, "Share of time outside failure episodes.",
        Ratio(|r, time| (time - secs(r.time()), time));
    "downtime" Seconds LOWER, "Downtime: time in failure episodes.",
        Value(|r, _| secs(r.time()));
    "mtbf" Seconds HIGHER, "Mean time between failures: time outside failure episodes for each \
        episode.", Ratio(|r, time| (time - secs(r.time()), r.count() as f64));
    "mttr" Seconds LOWER, "Mean time to repair: time in failure episodes for each episode.",
        Ratio(|r, _| (secs(r.time()), r.count() as f64));
    "mttr.detect" Seconds LOWER, "Its first part: from the first failure until the share of good \
        outcomes is below the bound.", Ratio(|r, _| (secs(r.parts()[0]), r.count() as f64));
    "mttr.contain" Seconds LOWER, "Its second part: until the last failure that is no refusal by \
        the caller's own layers.", Ratio(|r, _| (secs(r.parts()[1]), r.count() as f64));
    "mttr.recover" Seconds LOWER, "Its third part: until good outcomes come again.",
        Ratio(|r, _| (secs(r.parts()[2]), r.count() as f64));
    "mttr.verify" Seconds LOWER, "Its last part: until the share of good outcomes is back at the \
        bound.", Ratio(|r, _| (secs(r.parts()[3]), r.count() as f64));
    "healed" Share HIGHER, "Auto-healed: failure episodes that ended without a step of a human, of \
        all; one that has not ended is not healed.", Share(|r| (r.healed(), r.count()));
    "recovery" Seconds LOWER, "How long after the beginning of what is measured the last failure \
        episode ended: 0 if there was none, undefined if it did not end; the longest, if there are \
        several parts.",
        Value(|r, _| r.recovery().map_or(f64::NAN, Duration::as_secs_f64));
};

pub(super) const SERVICES: &[Definition<ServiceRecord>] = definitions! {
    "requests" Count None, "Requests that came.", Value(|r, _| r.requests.issued as f64);
    "open" Count LOWER, "Requests that had not ended at the end; those of the warm-up as \
        well.",
        Value(|r, _| r.requests.open() as f64);
    "throughput" PerHour None, "Requests that the service ended, well or not, per hour; not those \
        that it stopped as their caller gave up.",
        Ratio(|r, time| (r.requests.answered() as f64, time / 3600.0));
    "success" Share HIGHER, "Requests that the service ended well, of all that it ended.",
        Share(|r| share(r.requests.good() + r.requests.degraded(), &r.requests));
    "wrong" Share LOWER, "Requests that the service ended well with a wrong value, of all that it \
        ended.", Share(|r| share(r.requests.wrong(), &r.requests));
    "overload" Share LOWER, "Requests refused because the queue was full, of all that were ended.",
        Share(|r| share(r.requests.failed_as(Class::Overload), &r.requests));
    "rate-limited" Share LOWER, "Requests refused by the rate limit, of all that were ended.",
        Share(|r| share(r.requests.failed_as(Class::RateLimit), &r.requests));
    "utilisation" Share None, "Slots in use, of all slots, over time; undefined without a limit.",
        Ratio(|r, time| match r.slots {
            u32::MAX => (f64::NAN, f64::NAN),
            slots => (r.busy as f64 / 1e9, time * f64::from(slots)),
        });
    "busy" Ratio None, "Slots in use, on average over time.",
        Ratio(|r, time| (r.busy as f64 / 1e9, time));
    "queue" Ratio LOWER, "Requests in the queue, on average over time.",
        Ratio(|r, time| (r.queued as f64 / 1e9, time));
    "queue.peak" Count LOWER, "The most requests in the queue at one time.",
        Value(|r, _| r.line.load.peak().into());
    "queue.drain" Seconds LOWER, "Time to drain: how long after the beginning of what is measured \
        (a window after a fault) the queue was empty for the first time; 0 if it was empty then, \
        undefined if it never was; the longest, if there are several parts. A fault that drops \
        what waits leaves an empty queue: there, ask from some seconds after it.",
        Value(|r, _| r.line.drained.map_or(f64::NAN, Duration::as_secs_f64));
    "peak" Count LOWER, "Peak load: the most requests at one time, in work and in the queue.",
        Value(|r, _| r.load.peak().into());
    "peak.second" Count None, "The most requests that came in one second of the clock, refused \
        ones included; a second counts wherever some of it is measured.",
        Value(|r, _| r.seconds.peak().into());
    "waiting.mean" Seconds LOWER, "Mean time in the queue, of requests that got a slot.",
        Ratio(|r, _| sum(&[&r.waiting]));
    "waits" Share LOWER, "Share of requests that had to wait, of those that got a slot.",
        Share(|r| above_zero(&r.waiting));
    "waiting.p50" Seconds LOWER, "Median of that time.", Quantile(0.5, |r| Borrowed(&r.waiting));
    "waiting.p95" Seconds LOWER, "95th percentile of that time.",
        Quantile(0.95, |r| Borrowed(&r.waiting));
    "waiting.p99" Seconds LOWER, "99th percentile of that time.",
        Quantile(0.99, |r| Borrowed(&r.waiting));
    "waiting.p99.9" Seconds LOWER, "99.9th percentile of that time.",
        Quantile(0.999, |r| Borrowed(&r.waiting));
    "waiting.sd" Seconds LOWER, "Standard deviation of that time.",
        Deviation(|r| Borrowed(&r.waiting));
    "sojourn.mean" Seconds LOWER, "Mean time from a request's arrival to its end.",
        Ratio(|r, _| sum(&[&r.sojourn]));
    "sojourn.p50" Seconds LOWER, "Median of that time.", Quantile(0.5, |r| Borrowed(&r.sojourn));
    "sojourn.p95" Seconds LOWER, "95th percentile of that time.",
        Quantile(0.95, |r| Borrowed(&r.sojourn));
    "sojourn.p99" Seconds LOWER, "99th percentile of that time.",
        Quantile(0.99, |r| Borrowed(&r.sojourn));
    "sojourn.p99.9" Seconds LOWER, "99.9th percentile of that time.",
        Quantile(0.999, |r| Borrowed(&r.sojourn));
    "sojourn.sd" Seconds LOWER, "Standard deviation of that time.",
        Deviation(|r| Borrowed(&r.sojourn));
    "abandoned" Count LOWER, "Requests whose caller gave up first.",
        Value(|r, _| r.abandoned as f64);
    "wasted" WorkSeconds LOWER, "Wasted work: slot-seconds spent on requests after their caller \
        gave up.", Value(|r, _| r.wasted as f64 / 1e9);
    "down" Share LOWER, "Share of time in which the service was down or hanging.",
        Ratio(|r, time| (r.down as f64 / 1e9, time));
    "fault-availability" Share HIGHER, "Share of time in which no fault had the service down or \
        hanging. Other kinds (errors, slowness) are not in it, though they are in faults, \
        fault-mtbf and fault-mttr: so it need not be what follows from these.",
        Ratio(|r, time| (time - r.down as f64 / 1e9, time));
    "faults" Count LOWER, "How often a fault of any kind began while no other was on; one of a \
        replica counts.",
        Value(|r, _| r.fault_intervals as f64);
    "fault-mtbf" Seconds HIGHER, "Mean time between faults of any kind: time without a fault for \
        each fault.",
        Ratio(|r, time| (time - r.faulty as f64 / 1e9, r.fault_intervals as f64));
    "fault-mttr" Seconds LOWER, "Mean length of faults of any kind: time with a fault for each \
        fault.",
        Ratio(|r, _| (r.faulty as f64 / 1e9, r.fault_intervals as f64));
};

/// Of a service of several replicas.
pub(super) const REPLICAS: &[Definition<ServiceRecord>] = definitions! {
    "busiest-share" Share LOWER, "Requests that went to the replica to which the most did, of all \
        that went to one.", Ratio(|r, _| busiest(r));
};

/// Of a service that remembers.
pub(super) const WRITES: &[Definition<ServiceRecord>] = definitions! {
    "writes" Count None, "Writes that were done, and those that were refused because their caller \
        had not seen the present version.", Value(|r, _| r.writes.all as f64);
    "conflicts" Count LOWER, "Writes that were refused because their caller had not seen the \
        present version.", Value(|r, _| r.writes.conflicts as f64);
    "lost-updates" Count LOWER, "Writes that overwrote a version that their caller had not seen. \
        What is read afterwards does not count as wrong: it is what was written last.",
        Value(|r, _| r.writes.lost_updates as f64);
};

pub(super) const EDGES: &[Definition<EdgeRecord>] = definitions! {
    "calls" Count None, "Calls begun, seen from above the policy.",
        Value(|r, _| r.calls.issued as f64);
    "success" Share HIGHER, "Calls that ended good or degraded, of all that ended.",
        Share(|r| share(r.calls.good() + r.calls.degraded(), &r.calls));
    "wrong" Share LOWER, "Calls that ended good or degraded with a wrong value, of all that ended.",
        Share(|r| share(r.calls.wrong(), &r.calls));
    "refused" Share LOWER, "Calls refused by the caller's own layers, of all that ended.",
        Share(|r| {
            let refusals = Class::ALL.into_iter().filter(|class| class.is_refusal());
            share(refusals.map(|class| r.calls.failed_as(class)).sum(), &r.calls)
        });
    "timeouts" Share LOWER, "Calls that failed because no answer came in time, of all that ended.",
        Share(|r| share(r.calls.failed_as(Class::Timeout), &r.calls));
    "attempts" Count None, "Attempts sent, seen from below the policy; those that its layers sent \
        to other services included.", Value(|r, _| r.sent() as f64);
    "amplification" Ratio LOWER, "Attempts sent for each call begun.",
        Ratio(|r, _| (r.sent() as f64, r.calls.issued as f64));
    "given-up" Share LOWER, "Attempts given up before they ended, of all sent.",
        Share(|r| (r.attempts.given_up + r.diverted.given_up, r.sent()));
    "throughput" PerHour None, "Calls that ended, however they did, per hour.",
        Ratio(|r, time| (r.calls.answered() as f64, time / 3600.0));
    "open" Count LOWER, "Calls that had not ended at the end; those of the warm-up as well.",
        Value(|r, _| r.calls.open() as f64);
    "peak" Count LOWER, "The most calls that were open at one time; one that is refused on the \
        spot counts for the instant.",
        Value(|r, _| r.load.peak().into());
    "frozen" WorkSeconds LOWER, "Time spent waiting on attempts to this service that failed or \
        were given up, or that are open at the end and older than any call that ended well; added \
        up over attempts.", Value(|r, _| r.frozen as f64 / 1e9);
    "late" Count LOWER, "Attempts that ended after they had been given up; those that its \
        layers sent to other services included.",
        Value(|r, _| r.late as f64);
    "latency.mean" Seconds LOWER, "Mean time from the beginning of a call to its end.",
        Ratio(|r, _| sum(&[&r.latency_ok, &r.latency_failed]));
    "latency.p50" Seconds LOWER, "Median of that time.", Quantile(0.5, |r| Owned(r.latency()));
    "latency.p95" Seconds LOWER, "95th percentile of that time.",
        Quantile(0.95, |r| Owned(r.latency()));
    "latency.p99" Seconds LOWER, "99th percentile of that time.",
        Quantile(0.99, |r| Owned(r.latency()));
    "latency.p99.9" Seconds LOWER, "99.9th percentile of that time.",
        Quantile(0.999, |r| Owned(r.latency()));
    "latency.sd" Seconds LOWER, "Standard deviation of that time.",
        Deviation(|r| Owned(r.latency()));
    "faults" Count LOWER, "How often a fault began on the way while no other was on.",
        Value(|r, _| r.faults.intervals as f64);
    "fault-mtbf" Seconds HIGHER, "Mean time between faults on the way: time without a fault for \
        each fault.", Ratio(|r, time| (time - secs(r.faults.faulty), r.faults.intervals as f64));
    "fault-mttr" Seconds LOWER, "Mean length of faults on the way: time with a fault for each \
        fault.", Ratio(|r, _| (secs(r.faults.faulty), r.faults.intervals as f64));
};

/// Of all groups of agents together.
pub(super) const SYSTEM: &[Definition<Record>] = definitions! {
    "success" Share HIGHER, "Tasks of all groups that ended good or degraded and in time, of all \
        that ended or are overdue.", Share(|r| {
            let of = |agents: &AgentRecord| of_all(complete(agents) + degraded(agents), agents);
            sum_of_all(r, of)
        });
    "goodput" PerHour HIGHER, "Tasks of all groups that ended good or degraded and in time, per \
        hour.", Ratio(|r, time| {
            let good = r.agents.iter().map(|agents| complete(agents) + degraded(agents));
            (good.sum::<u64>() as f64, time / 3600.0)
        });
    "blast-radius" Share LOWER, "Agents of all groups that had a task that failed, ended late or \
        is overdue, of all agents.",
        Share(|r| sum_of_all(r, |agents| (agents.failures.agents(), agents.count.into())));
};

fn sum_of_all(record: &Record, of: impl Fn(&AgentRecord) -> (u64, u64)) -> (u64, u64) {
    let all = record.agents.iter().map(of);
    all.fold((0, 0), |(part, all), (more, of)| (part + more, all + of))
}

/// Tasks that ended good, and in time.
pub(super) fn complete(agents: &AgentRecord) -> u64 {
    agents.tasks.good() - agents.late.good
}

/// Tasks that ended degraded, and in time.
pub(super) fn degraded(agents: &AgentRecord) -> u64 {
    agents.tasks.degraded() - agents.late.degraded
}

/// Tasks that ended good or degraded, and in time, with a wrong value; and of these the degraded.
pub(super) fn wrong(r: &AgentRecord) -> (u64, u64) {
    let degraded = r.tasks.ended[usize::from(WRONG_DEGRADED)];
    (r.tasks.wrong() - r.late.wrong, degraded - r.late.wrong_degraded)
}

const WRONG_DEGRADED: u8 = patterns::Outcome::Degraded.wrong().code();

/// Tasks that ended good or degraded, but too late.
pub(super) fn late(agents: &AgentRecord) -> u64 {
    agents.late.good + agents.late.degraded
}

/// How many of all tasks that have succeeded or failed for who sent them.
fn of_all(part: u64, agents: &AgentRecord) -> (u64, u64) {
    (part, agents.tasks.answered() + agents.overdue)
}

fn share(part: u64, of: &OutcomeCounts) -> (u64, u64) {
    (part, of.answered())
}

/// How many times are longer than zero, and how many there are.
fn above_zero(times: &Histogram) -> (u64, u64) {
    let all = times.count();
    let share = times.share_above(Duration::ZERO);
    (if all == 0 { 0 } else { libm::round(share * all as f64) as u64 }, all)
}

/// The sum of times, in seconds, and how many there are.
fn sum(times: &[&Histogram]) -> (f64, f64) {
    let nanos: u128 = times.iter().map(|times| times.sum_nanos()).sum();
    let count: u64 = times.iter().map(|times| times.count()).sum();
    (secs(nanos), count as f64)
}

/// The requests of the busiest replica, and those of all.
fn busiest(service: &ServiceRecord) -> (f64, f64) {
    let counts = &service.by_replica;
    (counts.iter().max().map_or(0.0, |most| *most as f64), counts.iter().sum::<u64>() as f64)
}

pub(super) fn secs(nanos: u128) -> f64 {
    nanos as f64 / 1e9
}

fn longest(histogram: &Histogram) -> f64 {
    histogram.max().map_or(f64::NAN, Duration::as_secs_f64)
}
