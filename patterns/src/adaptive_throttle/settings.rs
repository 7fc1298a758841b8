//! What an adaptive throttle can be set to.

use crate::invalid::Findings;
use crate::outcome::{Class, Classes};
use crate::settings;
use crate::settings::{Fields, Reader};
use crate::time::Duration;

settings! {
    /// Rejects a share of the calls by chance, as large as the share that the callee does not
    /// accept, so that a callee in trouble is spared.
    #[derive(Clone, Copy, Debug, PartialEq)]
    #[non_exhaustive]
    pub struct Settings {
        /// How the rejected share follows from what the callee accepted.
        rule: Rule = Rule::SRE,
        /// How long results count. A short window reacts faster, and to chance as well; the Site
        /// Reliability Engineering book has two minutes. For `average` it only measures the rate
        /// of `min-per-sec`.
        window: Duration [.above(0.0)] = Duration::from_secs(120),
        /// In how many parts results leave the window, each as a whole.
        buckets: u32 [.at_least(1.0).at_most(10_000.0)] = 10,
        /// Whether calls that are rejected here count as requests that were not accepted. Google's
        /// rule counts them, at the client; Envoy and failsafe-go do not.
        counts_rejected: bool = true,
        /// The classes of failure that mean that the callee did not accept the call.
        count: Classes = NOT_ACCEPTED,
        /// The classes that say nothing of the callee, even if they are in `count`.
        ignore: Classes = IGNORED,
        /// What a call counts as that was given up above.
        on_cancel: OnCancel [.was(&["cancelled"])] = OnCancel::Ignore,
    }
    short "rule";
    rules buckets_have_time;
    warns without_effect;
}

settings! {
    /// How the rejected share follows from what the callee accepted. With `n` requests in the
    /// window, of which `a` were accepted:
    #[derive(Clone, Copy, Debug, PartialEq)]
    pub enum Rule {
        /// `(n − k·a) / (n + 1)` (Site Reliability Engineering, "Handling Overload": `k` 2 over
        /// two minutes; aegis `circuitbreaker/sre`: `k` 1/0.6 over 3 s in 10 parts, from 100
        /// requests on).
        Sre {
            /// How many times as many requests as are accepted may be sent. Closer to 1 it rejects
            /// earlier, and sees a recovery later.
            k: f64 [.at_least(1.0)] = 2.0,
            /// With fewer requests in the window nothing is rejected.
            min_requests: u32 = 0,
            /// The largest share that is rejected.
            cap: f64 [.share()] = 1.0,
        },
        /// `((n − a/rate) / (n + 1))^(1/aggression)` (Envoy `admission_control`, failsafe-go
        /// `adaptivethrottler`).
        SuccessRate {
            /// The share of requests that should be accepted.
            rate: f64 [.share().above(0.0)] = 0.95,
            /// More than 1 rejects more as soon as the rate is missed, less than 1 less.
            aggression: f64 [.above(0.0)] = 1.0,
            /// With fewer requests for each second of the window nothing is rejected.
            min_per_sec: f64 [.at_least(0.0)] = 0.0,
            /// The largest share that is rejected.
            cap: f64 [.share()] = 0.8,
            /// With fewer requests in the window nothing is rejected (failsafe-go).
            min_requests: u32 = 0,
        },
        /// `(n − spare − w·a) / (n + 1)`, times the share of parts of the window that were not good
        /// since the last failure. Here `w` falls from `k` to `least-k` with the parts that were
        /// bad since the last success; and a call passes if none did for `pass-after` (go-zero
        /// `googlebreaker.go`, over 10 s in 40 parts).
        Protected {
            /// This number of requests is never held against the callee.
            spare: u32 = 5,
            /// How many times as many requests as are accepted may be sent.
            k: f64 [.at_least(1.0)] = 1.5,
            /// The same when everything has failed for the whole window.
            least_k: f64 [.at_least(1.0)] = 1.1,
            /// How long nothing may pass.
            pass_after: Duration = Duration::from_secs(1),
        },
        /// `1 − ema / (1 − threshold)`, where `ema` is a moving average of accepted (1) and not
        /// accepted (0) that begins at 1 (Finagle `NackAdmissionFilter`).
        Average {
            /// How long the average remembers: to `1/e`.
            memory: Duration [.above(0.0)] = Duration::from_secs(120),
            /// While the share that is not accepted is smaller nothing is rejected.
            threshold: f64 [.share().below(1.0)] = 0.5,
            /// With fewer requests for each second of the window nothing is rejected.
            min_per_sec: f64 [.at_least(0.0)] = 5.0,
            /// The largest share that is rejected.
            cap: f64 [.share()] = 0.75,
        },
    }
    rules least_is_least;
}

settings! {
    /// What a call counts as that was given up above.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub enum OnCancel {
        /// Nothing.
        Ignore,
        /// It was not accepted.
        NotAccepted,
    }
}

/// The classes that usually mean that a callee has not accepted a call: it could not be reached,
/// did not answer in time, or has too much to do.
pub const NOT_ACCEPTED: Classes = Classes::NONE
    .with(Class::Network)
    .with(Class::Timeout)
    .with(Class::RateLimit)
    .with(Class::Overload);

/// The classes that usually say nothing: the callee never saw the call.
pub const IGNORED: Classes =
    Classes::NONE.with(Class::BreakerOpen).with(Class::BulkheadFull).with(Class::Rejected);

impl Rule {
    /// The rule of the book: twice as many requests as are accepted.
    pub const SRE: Self = Self::Sre { k: 2.0, min_requests: 0, cap: 1.0 };
}

impl Settings {
    /// This rule over two minutes; the usual classes count, and so does what is rejected here.
    pub const fn of(rule: Rule) -> Self {
        Self {
            rule,
            window: Duration::from_secs(120),
            buckets: 10,
            counts_rejected: true,
            count: NOT_ACCEPTED,
            ignore: IGNORED,
            on_cancel: OnCancel::Ignore,
        }
    }
}

fn buckets_have_time(settings: &Settings, found: &mut Findings) {
    let each_has_some = u64::from(settings.buckets) <= settings.window.as_nanos();
    found.unless(each_has_some, "buckets", "no more than the nanoseconds of `window`");
}

fn least_is_least(rule: &Rule, found: &mut Findings) {
    if let Rule::Protected { k, least_k, .. } = *rule {
        found.unless(least_k <= k, "k", "no less than `least-k`");
    }
}

/// The numbers of libraries that say what the rule is.
const OF_RULE: [&str; 6] =
    ["rate", "failure-rate", "aggression", "min-per-sec", "min-requests", "cap"];

fn without_effect(settings: &Settings, fields: &Fields<'_>, reader: &mut Reader<'_>) {
    let is_written = |key: &str| fields.node(key).is_some();
    if let Rule::Average { min_per_sec, .. } = settings.rule
        && min_per_sec <= 0.0
    {
        for key in ["window", "buckets"].into_iter().filter(|key| is_written(key)) {
            let why = "has no effect: `average` without `min-per-sec` has no window";
            reader.no_effect(&fields.place_of(key), format!("`{key}` {why}"));
        }
    }
    let both = Class::ALL
        .into_iter()
        .find(|class| settings.count.contains(*class) && settings.ignore.contains(*class));
    if let Some(class) = both.filter(|_| is_written("count")) {
        let why = format!("`count` has no effect for `{class}`, which is in `ignore`");
        reader.no_effect(&fields.place_of("count"), why);
    }
    if is_written("like") && fields.node("rule").is_some_and(|rule| rule.entries().is_none()) {
        for key in OF_RULE.into_iter().filter(|key| is_written(key)) {
            let why = format!("`{key}` has no effect beside `rule`, which says all of it");
            reader.no_effect(&fields.place_of(key), why);
        }
    }
}
