//! The tables of measures: name, unit, which direction is good, definition, formula.

use patterns::Class;

use super::unit::{Better, Unit};
use crate::observe::{AgentRecord, EdgeRecord, Histogram, OutcomeCounts, ServiceRecord};

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
    "success" Share HIGHER, "Tasks that ended good or degraded, of all that ended. Tasks still \
        open at the end are left out.", |r, _| share(r.tasks.good() + r.tasks.degraded(), &r.tasks);
    "complete" Share HIGHER, "Tasks that ended good, of all that ended.",
        |r, _| share(r.tasks.good(), &r.tasks);
    "degraded" Share LOWER, "Tasks that ended with a stand-in for an answer, of all that ended.",
        |r, _| share(r.tasks.degraded(), &r.tasks);
    "failed" Share LOWER, "Tasks that failed, of all that ended.",
        |r, _| share(r.tasks.failed(), &r.tasks);
    "goodput" PerHour HIGHER, "Tasks that ended good or degraded, per hour.",
        |r, time| (r.tasks.good() + r.tasks.degraded()) as f64 / time * 3600.0;
    "weighted-goodput" PerHour HIGHER, "Tasks done per hour, a degraded one counting half.",
        |r, time| (r.tasks.good() as f64 + 0.5 * r.tasks.degraded() as f64) / time * 3600.0;
    "frozen" WorkSeconds LOWER, "Frozen agent-seconds: time in which tasks waited for calls that \
        failed in the end, added up over agents.", |r, _| r.frozen as f64 / 1e9;
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
    "latency.max" Seconds LOWER, "The longest such time.", |r, _| longest(&r.latency());
    "latency-ok.mean" Seconds LOWER, "Mean time from the arrival of a task to its end, of tasks \
        that ended good or degraded.", |r, _| r.latency_ok.mean_secs();
    "latency-ok.p50" Seconds LOWER, "Median of that time.", |r, _| quantile(&r.latency_ok, 0.5);
    "latency-ok.p95" Seconds LOWER, "95th percentile of that time.",
        |r, _| quantile(&r.latency_ok, 0.95);
    "latency-ok.p99" Seconds LOWER, "99th percentile of that time.",
        |r, _| quantile(&r.latency_ok, 0.99);
};

pub(super) const SERVICES: &[Definition<ServiceRecord>] = definitions! {
    "requests" Count None, "Requests that came.", |r, _| r.requests.issued as f64;
    "success" Share HIGHER, "Requests that the service ended well, of all that it ended.",
        |r, _| share(r.requests.good() + r.requests.degraded(), &r.requests);
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
    "waiting.p50" Seconds LOWER, "Median of that time.", |r, _| quantile(&r.waiting, 0.5);
    "waiting.p95" Seconds LOWER, "95th percentile of that time.",
        |r, _| quantile(&r.waiting, 0.95);
    "waiting.p99" Seconds LOWER, "99th percentile of that time.",
        |r, _| quantile(&r.waiting, 0.99);
    "sojourn.mean" Seconds LOWER, "Mean time from a request's arrival to its end.",
        |r, _| r.sojourn.mean_secs();
    "sojourn.p50" Seconds LOWER, "Median of that time.", |r, _| quantile(&r.sojourn, 0.5);
    "sojourn.p95" Seconds LOWER, "95th percentile of that time.",
        |r, _| quantile(&r.sojourn, 0.95);
    "sojourn.p99" Seconds LOWER, "99th percentile of that time.",
        |r, _| quantile(&r.sojourn, 0.99);
    "abandoned" Count LOWER, "Requests whose caller gave up first.", |r, _| r.abandoned as f64;
    "wasted" WorkSeconds LOWER, "Wasted work: slot-seconds spent on requests after their caller \
        gave up.", |r, _| r.wasted as f64 / 1e9;
    "down" Share LOWER, "Share of time in which the service was down or hanging.",
        |r, time| r.down as f64 / 1e9 / time;
    "availability" Share HIGHER, "Share of time in which the service was neither down nor hanging.",
        |r, time| 1.0 - r.down as f64 / 1e9 / time;
    "faults" Count LOWER, "How often a fault began while no other was on.",
        |r, _| r.fault_intervals as f64;
    "mtbf" Seconds HIGHER, "Mean time between failures: time without a fault for each fault.",
        |r, time| ratio(time - r.faulty as f64 / 1e9, r.fault_intervals);
    "mttr" Seconds LOWER, "Mean time to repair: time with a fault for each fault.",
        |r, _| ratio(r.faulty as f64 / 1e9, r.fault_intervals);
};

pub(super) const EDGES: &[Definition<EdgeRecord>] = definitions! {
    "calls" Count None, "Calls begun, seen from above the policy.", |r, _| r.calls.issued as f64;
    "success" Share HIGHER, "Calls that ended good or degraded, of all that ended.",
        |r, _| share(r.calls.good() + r.calls.degraded(), &r.calls);
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
};

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
