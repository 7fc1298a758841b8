//! The tables of measures: name, unit, which direction is good, definition, formula.

use patterns::Class;

use super::unit::{Better, Unit};
use crate::observe::{AgentRecord, EdgeRecord, Episodes, Histogram, OutcomeCounts, ServiceRecord};

/// What there is to know of a number.
#[derive(Debug, PartialEq)]
pub(super) struct Info {
    pub(super) name: &'static str,
    pub(super) unit: Unit,
    pub(super) better: Option<Better>,
    pub(super) text: &'static str,
}

/// How a number comes out of one part of a record, given the measured time in seconds.
#[derive(Debug)]
pub(super) struct Definition<R: 'static> {
    pub(super) info: Info,
    pub(super) of: fn(&R, f64) -> f64,
}

impl<R> PartialEq for Definition<R> {
    fn eq(&self, other: &Self) -> bool {
        self.info == other.info
    }
}

macro_rules! definitions {
    ($($name:literal $unit:ident $better:expr, $text:literal, $of:expr;)+) => {
        &[$(Definition {
            info: Info { name: $name, unit: Unit::$unit, better: $better, text: $text },
            of: $of,
        }),+]
    };
}

const HIGHER: Option<Better> = Some(Better::Higher);
const LOWER: Option<Better> = Some(Better::Lower);

pub(super) const AGENTS: &[Definition<AgentRecord>] = definitions! {
    "success" Share HIGHER, "Tasks that ended good or degraded and in time, of all that ended or \
        are overdue.", |r, _| of_all(complete(r) + degraded(r), r);
    "right" Share HIGHER, "Tasks that ended good or degraded, in time and with a right value, of \
        all that ended or are overdue: success less wrong.",
        |r, _| of_all(complete(r) + degraded(r) - wrong(r), r);
    "wrong" Share LOWER, "Tasks that ended good or degraded and in time with a wrong value, which \
        nothing shows, of all that ended or are overdue.", |r, _| of_all(wrong(r), r);
    "complete" Share HIGHER, "Tasks that ended good and in time, of all that ended or are overdue.",
        |r, _| of_all(complete(r), r);
    "degraded" Share LOWER, "Tasks that ended in time with a stand-in for an answer, of all that \
        ended or are overdue.", |r, _| of_all(degraded(r), r);
    "late" Share LOWER, "Tasks that ended good or degraded, but after their deadline or the \
        patience of who sent them, of all that ended or are overdue.", |r, _| of_all(late(r), r);
    "failed" Share LOWER, "Tasks that failed or are overdue, of all that ended or are overdue.",
        |r, _| of_all(r.tasks.failed() + r.overdue, r);
    "graceful" Share LOWER, "Graceful failures: tasks that failed in time, of all that ended or \
        are overdue.", |r, _| of_all(r.tasks.failed() - r.late.failed, r);
    "ungraceful" Share LOWER, "Ungraceful failures: tasks that ended too late, however they did, \
        or are overdue, of all that ended or are overdue.",
        |r, _| of_all(late(r) + r.late.failed + r.overdue, r);
    "overdue" Count LOWER, "Tasks open at the end for longer than their deadline or patience \
        allows; without either, for longer than any that ended.", |r, _| r.overdue as f64;
    "goodput" PerHour HIGHER, "Tasks that ended good or degraded and in time, per hour.",
        |r, time| (complete(r) + degraded(r)) as f64 / time * 3600.0;
    "weighted-goodput" PerHour HIGHER, "Tasks done in time per hour, a degraded one counting half.",
        |r, time| (complete(r) as f64 + 0.5 * degraded(r) as f64) / time * 3600.0;
    "throughput" PerHour None, "Tasks that ended, however they did, per hour.",
        |r, time| r.tasks.answered() as f64 / time * 3600.0;
    "frozen" WorkSeconds LOWER, "Frozen agent-seconds: time spent waiting on attempts that failed \
        or were given up, rescued calls included, or that are open at the end and older than any \
        call that ended well; added up over attempts.", |r, _| r.frozen as f64 / 1e9;
    "busy" WorkSeconds None, "Time in which agents had a task in hand, added up over tasks.",
        |r, _| r.busy as f64 / 1e9;
    "tasks" Count None, "Tasks begun.", |r, _| r.tasks.issued as f64;
    "open" Count LOWER, "Tasks that had not ended when the run did.", |r, _| r.tasks.open() as f64;
    "latency.mean" Seconds LOWER, "Mean time from the arrival of a task to its end.",
        |r, _| r.latency().mean_secs();
    "latency.p50" Seconds LOWER, "Median of that time.", |r, _| quantile(&r.latency(), 0.5);
    "latency.p95" Seconds LOWER, "95th percentile of that time.",
        |r, _| quantile(&r.latency(), 0.95);
    "latency.p99" Seconds LOWER, "99th percentile of that time.",
        |r, _| quantile(&r.latency(), 0.99);
    "latency.p99.9" Seconds LOWER, "99.9th percentile of that time.",
        |r, _| quantile(&r.latency(), 0.999);
    "latency.sd" Seconds LOWER, "Standard deviation of that time.",
        |r, _| r.latency().deviation_secs();
    "latency.max" Seconds LOWER, "The longest such time.", |r, _| longest(&r.latency());
    "latency-ok.mean" Seconds LOWER, "Mean time from the arrival of a task to its end, of tasks \
        that ended good or degraded.", |r, _| r.latency_ok.mean_secs();
    "latency-ok.p50" Seconds LOWER, "Median of that time.", |r, _| quantile(&r.latency_ok, 0.5);
    "latency-ok.p95" Seconds LOWER, "95th percentile of that time.",
        |r, _| quantile(&r.latency_ok, 0.95);
    "latency-ok.p99" Seconds LOWER, "99th percentile of that time.",
        |r, _| quantile(&r.latency_ok, 0.99);
    "latency-ok.p99.9" Seconds LOWER, "99.9th percentile of that time.",
        |r, _| quantile(&r.latency_ok, 0.999);
    "latency-ok.sd" Seconds LOWER, "Standard deviation of that time.",
        |r, _| r.latency_ok.deviation_secs();
};

/// Of failure episodes, as the users of a group or of an edge see them. By them availability is
/// MTBF / (MTBF + MTTR), exactly.
pub(super) const EPISODES: &[Definition<Episodes>] = definitions! {
    "episodes" Count LOWER, "Failure episodes: times in which too many of the last outcomes were \
        failures. A task that is stuck fails again each time its patience has passed.",
        |r, _| r.count() as f64;
    "availability" Share HIGHER, "Share of time outside failure episodes.",
        |r, time| 1.0 - secs(r.time()) / time;
    "mtbf" Seconds HIGHER, "Mean time between failures: time outside failure episodes for each \
        episode.", |r, time| ratio(time - secs(r.time()), r.count());
    "mttr" Seconds LOWER, "Mean time to repair: time in failure episodes for each episode.",
        |r, _| ratio(secs(r.time()), r.count());
    "mttr.detect" Seconds LOWER, "Its first part: from the first failure until the share of good \
        outcomes is below the bound.", |r, _| ratio(secs(r.parts()[0]), r.count());
    "mttr.contain" Seconds LOWER, "Its second part: until the last failure that is no refusal by \
        the caller's own layers.", |r, _| ratio(secs(r.parts()[1]), r.count());
    "mttr.recover" Seconds LOWER, "Its third part: until good outcomes come again.",
        |r, _| ratio(secs(r.parts()[2]), r.count());
    "mttr.verify" Seconds LOWER, "Its last part: until the share of good outcomes is back at the \
        bound.", |r, _| ratio(secs(r.parts()[3]), r.count());
    "recovery" Seconds LOWER, "How long after the beginning of what is measured the failure \
        episode ended that was on then: 0 if none was, undefined if it did not end; the longest, \
        if there are several parts.",
        |r, _| r.recovery().map_or(f64::NAN, patterns::Duration::as_secs_f64);
};

pub(super) const SERVICES: &[Definition<ServiceRecord>] = definitions! {
    "requests" Count None, "Requests that came.", |r, _| r.requests.issued as f64;
    "open" Count LOWER, "Requests that had not ended at the end.",
        |r, _| r.requests.open() as f64;
    "throughput" PerHour None, "Requests that the service ended, however it did, per hour.",
        |r, time| r.requests.answered() as f64 / time * 3600.0;
    "success" Share HIGHER, "Requests that the service ended well, of all that it ended.",
        |r, _| share(r.requests.good() + r.requests.degraded(), &r.requests);
    "wrong" Share LOWER, "Requests that the service ended well with a wrong value, of all that it \
        ended.", |r, _| share(r.requests.wrong(), &r.requests);
    "overload" Share LOWER, "Requests refused because the queue was full, of all that were ended.",
        |r, _| share(r.requests.failed_as(Class::Overload), &r.requests);
    "rate-limited" Share LOWER, "Requests refused by the rate limit, of all that were ended.",
        |r, _| share(r.requests.failed_as(Class::RateLimit), &r.requests);
    "utilisation" Share None, "Slots in use, of all slots, over time; undefined without a limit.",
        |r, time| match r.slots {
            u32::MAX => f64::NAN,
            slots => r.busy as f64 / 1e9 / time / f64::from(slots),
        };
    "busy" Ratio None, "Slots in use, on average over time.",
        |r, time| r.busy as f64 / 1e9 / time;
    "queue" Ratio LOWER, "Requests in the queue, on average over time.",
        |r, time| r.queued as f64 / 1e9 / time;
    "waiting.mean" Seconds LOWER, "Mean time in the queue, of requests that got a slot.",
        |r, _| r.waiting.mean_secs();
    "waits" Share LOWER, "Share of requests that had to wait, of those that got a slot.",
        |r, _| r.waiting.share_above(patterns::Duration::ZERO);
    "waiting.p50" Seconds LOWER, "Median of that time.", |r, _| quantile(&r.waiting, 0.5);
    "waiting.p95" Seconds LOWER, "95th percentile of that time.",
        |r, _| quantile(&r.waiting, 0.95);
    "waiting.p99" Seconds LOWER, "99th percentile of that time.",
        |r, _| quantile(&r.waiting, 0.99);
    "waiting.p99.9" Seconds LOWER, "99.9th percentile of that time.",
        |r, _| quantile(&r.waiting, 0.999);
    "waiting.sd" Seconds LOWER, "Standard deviation of that time.",
        |r, _| r.waiting.deviation_secs();
    "sojourn.mean" Seconds LOWER, "Mean time from a request's arrival to its end.",
        |r, _| r.sojourn.mean_secs();
    "sojourn.p50" Seconds LOWER, "Median of that time.", |r, _| quantile(&r.sojourn, 0.5);
    "sojourn.p95" Seconds LOWER, "95th percentile of that time.",
        |r, _| quantile(&r.sojourn, 0.95);
    "sojourn.p99" Seconds LOWER, "99th percentile of that time.",
        |r, _| quantile(&r.sojourn, 0.99);
    "sojourn.p99.9" Seconds LOWER, "99.9th percentile of that time.",
        |r, _| quantile(&r.sojourn, 0.999);
    "sojourn.sd" Seconds LOWER, "Standard deviation of that time.",
        |r, _| r.sojourn.deviation_secs();
    "abandoned" Count LOWER, "Requests whose caller gave up first.", |r, _| r.abandoned as f64;
    "wasted" WorkSeconds LOWER, "Wasted work: slot-seconds spent on requests after their caller \
        gave up.", |r, _| r.wasted as f64 / 1e9;
    "down" Share LOWER, "Share of time in which the service was down or hanging.",
        |r, time| r.down as f64 / 1e9 / time;
    "fault-availability" Share HIGHER, "Share of time in which no fault had the service down or \
        hanging.",
        |r, time| 1.0 - r.down as f64 / 1e9 / time;
    "faults" Count LOWER, "How often a fault began while no other was on.",
        |r, _| r.fault_intervals as f64;
    "fault-mtbf" Seconds HIGHER, "Mean time between faults: time without a fault for each fault.",
        |r, time| ratio(time - r.faulty as f64 / 1e9, r.fault_intervals);
    "fault-mttr" Seconds LOWER, "Mean length of faults: time with a fault for each fault.",
        |r, _| ratio(r.faulty as f64 / 1e9, r.fault_intervals);
};

pub(super) const EDGES: &[Definition<EdgeRecord>] = definitions! {
    "calls" Count None, "Calls begun, seen from above the policy.", |r, _| r.calls.issued as f64;
    "success" Share HIGHER, "Calls that ended good or degraded, of all that ended.",
        |r, _| share(r.calls.good() + r.calls.degraded(), &r.calls);
    "wrong" Share LOWER, "Calls that ended good or degraded with a wrong value, of all that ended.",
        |r, _| share(r.calls.wrong(), &r.calls);
    "refused" Share LOWER, "Calls refused by the caller's own layers, of all that ended.",
        |r, _| {
            let refusals = Class::ALL.into_iter().filter(|class| class.is_refusal());
            share(refusals.map(|class| r.calls.failed_as(class)).sum(), &r.calls)
        };
    "timeouts" Share LOWER, "Calls that failed because no answer came in time, of all that ended.",
        |r, _| share(r.calls.failed_as(Class::Timeout), &r.calls);
    "attempts" Count None, "Attempts sent, seen from below the policy; those that its layers sent \
        to other services included.", |r, _| r.sent() as f64;
    "amplification" Ratio LOWER, "Attempts sent for each call begun.",
        |r, _| ratio(r.sent() as f64, r.calls.issued);
    "given-up" Share LOWER, "Attempts given up before they ended, of all sent.",
        |r, _| ratio((r.attempts.given_up + r.diverted.given_up) as f64, r.sent());
    "throughput" PerHour None, "Calls that ended, however they did, per hour.",
        |r, time| r.calls.answered() as f64 / time * 3600.0;
    "open" Count LOWER, "Calls that had not ended at the end.", |r, _| r.calls.open() as f64;
    "frozen" WorkSeconds LOWER, "Time spent waiting on attempts to this service that failed or \
        were given up, or that are open at the end and older than any call that ended well; added \
        up over attempts.", |r, _| r.frozen as f64 / 1e9;
    "late" Count LOWER, "Attempts that ended after they had been given up; those that its \
        layers sent to other services included.",
        |r, _| r.late as f64;
    "latency.mean" Seconds LOWER, "Mean time from the beginning of a call to its end.",
        |r, _| r.latency().mean_secs();
    "latency.p50" Seconds LOWER, "Median of that time.", |r, _| quantile(&r.latency(), 0.5);
    "latency.p95" Seconds LOWER, "95th percentile of that time.",
        |r, _| quantile(&r.latency(), 0.95);
    "latency.p99" Seconds LOWER, "99th percentile of that time.",
        |r, _| quantile(&r.latency(), 0.99);
    "latency.p99.9" Seconds LOWER, "99.9th percentile of that time.",
        |r, _| quantile(&r.latency(), 0.999);
    "latency.sd" Seconds LOWER, "Standard deviation of that time.",
        |r, _| r.latency().deviation_secs();
};

/// Tasks that ended good, and in time.
fn complete(agents: &AgentRecord) -> u64 {
    agents.tasks.good() - agents.late.good
}

/// Tasks that ended degraded, and in time.
fn degraded(agents: &AgentRecord) -> u64 {
    agents.tasks.degraded() - agents.late.degraded
}

/// Tasks that ended good or degraded, and in time, with a wrong value.
fn wrong(agents: &AgentRecord) -> u64 {
    agents.tasks.wrong() - agents.late.wrong
}

/// Tasks that ended good or degraded, but too late.
fn late(agents: &AgentRecord) -> u64 {
    agents.late.good + agents.late.degraded
}

/// The share of all tasks that have succeeded or failed for who sent them.
fn of_all(part: u64, agents: &AgentRecord) -> f64 {
    ratio(part as f64, agents.tasks.answered() + agents.overdue)
}

fn secs(nanos: u128) -> f64 {
    nanos as f64 / 1e9
}

fn share(part: u64, of: &OutcomeCounts) -> f64 {
    ratio(part as f64, of.answered())
}

/// Not a number, and never infinite, for each one of nothing.
fn ratio(value: f64, of: u64) -> f64 {
    if of == 0 { f64::NAN } else { value / of as f64 }
}

fn quantile(histogram: &Histogram, q: f64) -> f64 {
    histogram.quantile(q).map_or(f64::NAN, patterns::Duration::as_secs_f64)
}

fn longest(histogram: &Histogram) -> f64 {
    histogram.max().map_or(f64::NAN, patterns::Duration::as_secs_f64)
}
