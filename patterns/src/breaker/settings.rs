//! What a circuit breaker can be set to.

use super::half_open::{Close, HalfOpen};
use super::open_wait::OpenWait;
use super::trip::Trip;
use super::warnings::Written;
use super::window::Window;
use crate::backoff::Backoff;
use crate::invalid::Findings;
use crate::outcome::{Class, Classes, Classifier};
use crate::settings;
use crate::settings::{Fields, Reader};
use crate::time::Duration;

settings! {
    /// Stops calling what keeps failing: rejects calls for a while after too many failures, then
    /// lets probes through to find out whether to close again.
    #[derive(Clone, Debug, PartialEq)]
    #[non_exhaustive]
    pub struct Settings {
        /// What opens a closed breaker.
        @flat trip: Trip,
        /// A call that took longer than this is slow, however it ended; one that took exactly as
        /// long is not (resilience4j). Slow calls matter to `slow-rate` and `probe-slow-rate`.
        slow: Option<Duration> = None,
        /// Which results may open a closed breaker.
        evaluate: Evaluate = Evaluate::Failures,
        /// The classes that count as failures. A class that is neither here nor in `ignore` counts
        /// as a success: the callee did answer.
        count: Classes [.at_least(1.0)] = FAILURES,
        /// The classes that count as neither, even if they are in `count`.
        ignore: Classes = IGNORED,
        /// How long it stays open: `60s`, `growing(30s, factor=2, cap=5min, jitter=full)` or any
        /// backoff, whose waits are the times that it opens again without having closed. Libraries
        /// take from 5 s (Polly, Hystrix) to 60 s (resilience4j, gobreaker, failsafe-go).
        open: OpenWait [.above(0.0).example("\"60s\"")],
        /// Whether a call at exactly the end of that wait is admitted.
        boundary: Boundary = Boundary::Admits,
        /// How it finds out whether to close again.
        @flat half_open: HalfOpen,
        /// How long after closing it takes until all calls are let in again: the share let in grows
        /// in a straight line from `ramp-first`, and meanwhile it opens as if closed. Zero lets all
        /// in at once. At exactly its end all are let in.
        ramp: Duration = Duration::ZERO,
        /// With `ramp`: the share of calls let in at first.
        ramp_first: f64 [.share()] = 0.1,
        /// How long after it was begun the record of a closed breaker is begun anew, by the first
        /// call or result that comes later than that (gobreaker's `Interval`). Calls that are under
        /// way then are late.
        interval: Option<Duration> [.above(0.0)] = None,
        /// At which time a result counts in windows of time.
        count_at: CountAt = CountAt::Result,
        /// What a result does that comes after the state that admitted its call, or after its call
        /// was given up.
        late: LateResults = LateResults::Drop,
        /// What a call counts as that was given up above.
        on_cancel: OnCancel [.was(&["cancelled"])] = OnCancel::Ignore,
        /// Whether it decides for itself, or is held in a state.
        mode: Mode = Mode::Automatic,
    }
    rules rules;
    warns warn;
}

settings! {
    /// Which results may open a closed breaker. A length of time alone is `periodically`.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub enum Evaluate {
        /// Every result: a success may bring the calls up to the minimum (resilience4j, recloser).
        EveryResult,
        /// Only a failure, or a slow call (Polly, gobreaker, cockatiel).
        Failures,
        /// No single result: the first call or result that comes no sooner than this after the last
        /// time that it was decided, or that the breaker closed.
        Periodically(
            /// The shortest time from one decision to the next.
            period: Duration [.above(0.0).example("\"500ms\"")],
        ),
        /// No single result: it is decided at each whole multiple of a period since the first call,
        /// or since the breaker closed, by what had come until then, and opens as of that time
        /// (Hystrix, 500 ms).
        Ticks(
            /// The time from one decision to the next.
            period: Duration [.above(0.0).example("\"500ms\"")],
        ),
    }
    literals { Duration => Self::Periodically }
}

settings! {
    /// Whether a call at exactly the end of the open wait is admitted.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub enum Boundary {
        /// Yes (Polly, failsafe, Sentinel, pybreaker).
        Admits,
        /// No, but one nanosecond later is (resilience4j, gobreaker, Hystrix, recloser).
        Refuses,
    }
}

settings! {
    /// At which time a result counts in windows of time.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub enum CountAt {
        /// When it comes (most libraries).
        Result,
        /// When its call was admitted; it counts nowhere if that has left the window (gobreaker).
        Admission,
    }
}

settings! {
    /// What a result does whose call was admitted in a state that is over, or was given up. It
    /// never gives a place back: the state that lent it is over, or giving up returned it.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub enum LateResults {
        /// Nothing (gobreaker's generations).
        Drop,
        /// It enters the record of calls as it is now, without a change of state because of it.
        CountCurrent,
        /// It acts as a result of the current state: it may open a closed breaker, and close or
        /// open again a half-open one; while open it is recorded, and changes nothing (Polly,
        /// resilience4j, failsafe-go, Hystrix).
        ActCurrent,
        /// As `act-current` while closed, and nothing in any other state: only probes decide about
        /// closing (cep21/circuit).
        ActClosed,
        /// It enters the record of the closed state that admitted its call, without a change of
        /// state because of it, unless a new record was begun since.
        CountOrigin,
        /// As `act-current`, and a failure while open begins the open wait anew (semian).
        Extend,
    }
}

settings! {
    /// What a call counts as that was given up above.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub enum OnCancel {
        /// Neither; if its result still comes, `late` says what to do with it.
        Ignore,
        /// Neither; its result is dropped (resilience4j, recloser).
        Forget,
        /// As a failure; its result is dropped.
        Failure,
        /// As a failure if it was a probe, and else as neither; its result is dropped (Hystrix).
        FailureOfProbe,
        /// As a success, which may close a half-open breaker; its result is dropped (Polly, unless
        /// it is set to handle cancellation).
        Success,
    }
}

settings! {
    /// Whether a breaker decides for itself, or is held in some state by hand.
    #[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
    pub enum Mode {
        /// It decides by its settings.
        #[default]
        Automatic,
        /// It admits nothing (resilience4j's `FORCED_OPEN`, Polly's isolated circuit).
        ForcedOpen,
        /// It admits everything and records nothing (resilience4j's `DISABLED`).
        Disabled,
        /// It admits everything and records all results, but never opens (resilience4j's
        /// `METRICS_ONLY`).
        MetricsOnly,
    }
}

/// The classes that usually count as failures: the callee could not be reached, did not answer in
/// time, or has too much to do.
///
/// What is not here: a refusal for this caller's quota and a malformed question or answer come
/// from a callee that works (Envoy's outlier detection counts no 4xx, Hystrix ignores bad
/// requests), though Polly's HTTP handler counts status 429. A caller that wants a breaker to give
/// way to rate limits adds [`Class::RateLimit`] here and takes it out of `ignore`.
pub const FAILURES: Classes =
    Classes::NONE.with(Class::Network).with(Class::Timeout).with(Class::Overload);

/// The classes that usually count as neither: the callee never saw the call, or only said that
/// this caller has used up its quota.
pub const IGNORED: Classes = Classes::NONE
    .with(Class::RateLimit)
    .with(Class::BreakerOpen)
    .with(Class::BulkheadFull)
    .with(Class::Rejected);

impl Settings {
    /// Settings with the usual choices for all but what opens it, and for how long: decided on
    /// failures; admitting at the end of the wait; one probe at a time, of which one success closes
    /// and one failure opens again, however long it takes; late results dropped; calls that were
    /// given up count as neither.
    pub fn of(trip: Trip, open: impl Into<OpenWait>) -> Self {
        Self {
            trip,
            slow: None,
            evaluate: Evaluate::Failures,
            count: FAILURES,
            ignore: IGNORED,
            open: open.into(),
            boundary: Boundary::Admits,
            half_open: HalfOpen::default(),
            ramp: Duration::ZERO,
            ramp_first: 0.1,
            interval: None,
            count_at: CountAt::Result,
            late: LateResults::Drop,
            on_cancel: OnCancel::Ignore,
            mode: Mode::Automatic,
        }
    }

    /// Which results count as failures, and which do not count.
    pub const fn classifier(&self) -> Classifier {
        Classifier { count: self.count, ignore: self.ignore }
    }
}

fn rules(settings: &Settings, found: &mut Findings) {
    let given = settings.slow.is_some() || !settings.trip.looks_at_slow();
    found.unless(given, "slow", "given, for `slow-rate` looks at slow calls");
    // Anything else that is wrong with it was found already.
    let ends_in_zero =
        Backoff::new(settings.open.0.clone()).is_ok_and(|waits| waits.ends_in_zero());
    let is_zero = settings.open.constant().is_some();
    found.unless(!ends_in_zero || is_zero, "open", "longer than 0s in the end");
    let first_event = |trip: &Trip| matches!(trip.window(), Some(Window::FirstEvent { .. }));
    let valid = settings.count_at == CountAt::Result || !settings.trip.has(&first_event);
    let must_be = "`result` with buckets that begin at their first result";
    found.unless(valid, "count-at", must_be);
}

fn warn(settings: &Settings, fields: &Fields<'_>, reader: &mut Reader<'_>) {
    let Settings { trip, half_open, .. } = settings;
    let mut written = Written { fields, reader };
    if settings.mode != Mode::Automatic {
        return written.of_held();
    }
    written.of_trip(trip);
    written.of_half_open(half_open);
    if !trip.looks_at_slow() && !matches!(half_open.close, Close::Rate { .. }) {
        written.no_effect("slow", "without `slow-rate`, for nothing looks at slow calls");
    }
    if settings.slow.is_none() {
        written.no_effect("probe-slow-rate", "without `slow`, for no call is slow");
    }
    if settings.ramp.is_zero() {
        written.no_effect("ramp-first", "without `ramp`");
    }
    if settings.ignore == Classes::NONE {
        written.no_effect("on-ignored", "while `ignore` is empty");
    }
    if !trip.has(&|trip| trip.window().is_some_and(Window::is_of_time)) {
        written.no_effect("count-at", "without a window of time");
    }
}
