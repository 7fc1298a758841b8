//! Adaptive throttle: send less of what a callee does not accept, by chance and in proportion.
//!
//! ```text
//!                 draw < p
//!  call ──┬──────────────────────► refused: rejected
//!         │ otherwise
//!         └──► send ──► accepted, or not ──► counted for a while ──► p
//! ```
//!
//! There are no states: the share of calls that is refused grows with the share that the callee
//! does not accept, and falls with it. Some calls always pass, so that a recovery is seen.
//!
//! With `n` requests in the window, `a` of them accepted, and `p` never above the cap:
//!
//! | rule | p | who |
//! |---|---|---|
//! | [`Rule::Sre`] | `(n − k·a) / (n + 1)` | Google, aegis |
//! | [`Rule::SuccessRate`] | `((n − a/rate) / (n + 1))^(1/aggression)` | Envoy, failsafe-go |
//! | [`Rule::Protected`] | `(n − spare − w·a) / (n + 1)`, less with good times | go-zero |
//! | [`Rule::Average`] | `1 − ema / (1 − threshold)` | Finagle |
//!
//! | knob | unit | at the boundary |
//! |---|---|---|
//! | `rule` | [`Rule`] | |
//! | `window` | time in `buckets` parts, on a grid from time zero | a bucket leaves as a whole |
//! | `counts_rejected` | whether what is refused here is among the `n` | |
//! | `count`, `ignore` | classes of failure | `ignore` wins; in neither is accepted |
//! | `cancelled` | [`Cancelled`] | |
//!
//! Each decision takes one draw, and refuses if it is less than `p`: so with `p` zero nothing is
//! refused.

mod window;

use crate::invalid::Invalid;
use crate::layer::{Action, CallId, Context, Layer, PerCall};
use crate::outcome::{Class, Classes, Outcome};
use crate::time::{Duration, Time};
use window::Window;

/// The settings of an [`AdaptiveThrottle`].
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Settings {
    /// How the share that is refused follows from what was accepted.
    pub rule: Rule,
    /// How long results count; more than zero. [`Rule::Average`] does without.
    pub window: Duration,
    /// In how many parts the window leaves; from 1 to 10,000, each at least 1 ns long.
    pub buckets: u32,
    /// Whether calls that are refused here count as requests that were not accepted: Google's rule
    /// does so, on the side of the client; Envoy does not, or its refusals would keep it refusing.
    pub counts_rejected: bool,
    /// The classes that mean that the callee has not accepted the call; [`NOT_ACCEPTED`] is the
    /// usual choice.
    pub count: Classes,
    /// The classes that say nothing, even if they are in `count`.
    pub ignore: Classes,
    /// What a call counts as that was given up above.
    pub cancelled: Cancelled,
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

/// How the share that is refused follows from what was accepted.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Rule {
    /// `(n − k·a) / (n + 1)`, and nothing below a number of requests. (Site Reliability
    /// Engineering, "Handling Overload": `k` 2 over two minutes. aegis `circuitbreaker/sre`: `k`
    /// 1/0.6 over 3 s in 10 parts, from 100 requests on.)
    Sre {
        /// How many times as many requests as are accepted may be sent; at least 1.
        k: f64,
        /// With fewer requests in the window nothing is refused.
        min_requests: u32,
        /// The largest share, from 0 to 1.
        cap: f64,
    },
    /// `((n − a/rate) / (n + 1))^(1/aggression)`. (Envoy `admission_control.cc`: a rate of 95 %, an
    /// aggression of 1, 30 s, a cap of 80 %; failsafe-go `adaptivethrottler`: a rate of one less
    /// the failure threshold of 10 %, 1 min, a cap of 90 %.)
    SuccessRate {
        /// The share of requests that should be accepted; more than 0, at most 1.
        rate: f64,
        /// More than 1 refuses more at once, less than 1 less; more than 0.
        aggression: f64,
        /// With fewer requests for each second of the window nothing is refused.
        min_per_sec: f64,
        /// The largest share, from 0 to 1.
        cap: f64,
    },
    /// `(n − spare − w·a) / (n + 1)`, times the share of parts of the window that were not good
    /// since the last failure. Here `w` falls from `k` to `least_k` with the parts that were bad
    /// since the last success; and a call passes if none did for `pass_after`. (go-zero
    /// `googlebreaker.go`: 5, 1.5, 1.1 and 1 s, over 10 s in 40 parts.)
    Protected {
        /// So many requests are never held against the callee.
        spare: u32,
        /// How many times as many requests as are accepted may be sent; at least `least_k`.
        k: f64,
        /// The same when everything has failed for the whole window; at least 1.
        least_k: f64,
        /// How long nothing may pass.
        pass_after: Duration,
    },
    /// `1 − ema / (1 − threshold)`, where `ema` is a moving average of accepted (1) and not
    /// accepted (0) that begins at 1. (Finagle `NackAdmissionFilter`: 2 min, 0.5, 5 a second, a cap
    /// of 0.75.)
    Average {
        /// How long the average remembers: to `1/e`; more than zero.
        memory: Duration,
        /// With fewer that are not accepted than this share nothing is refused; from 0 to less
        /// than 1.
        threshold: f64,
        /// With fewer requests for each second of the window nothing is refused.
        min_per_sec: f64,
        /// The largest share, from 0 to 1.
        cap: f64,
    },
}

/// What a call counts as that was given up above.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cancelled {
    /// Nothing.
    Ignore,
    /// It was not accepted.
    NotAccepted,
}

/// How a call ended, as an [`AdaptiveThrottle`] sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// The callee has taken it on.
    Accepted,
    /// It has not.
    NotAccepted,
    /// This says nothing.
    Ignored,
}

/// A call was refused by chance; the next one may pass.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Refused;

/// A throttle that follows what a callee accepts.
///
/// # Example
///
/// ```
/// use patterns::adaptive_throttle::{
///     AdaptiveThrottle, Cancelled, IGNORED, NOT_ACCEPTED, Rule, Settings, Verdict,
/// };
/// use patterns::{Duration, Time};
///
/// # fn main() -> Result<(), patterns::Invalid> {
/// let mut throttle = AdaptiveThrottle::new(Settings {
///     rule: Rule::Sre { k: 2.0, min_requests: 0, cap: 1.0 },
///     window: Duration::from_secs(120),
///     buckets: 10,
///     counts_rejected: true,
///     count: NOT_ACCEPTED,
///     ignore: IGNORED,
///     cancelled: Cancelled::Ignore,
/// })?;
/// let now = Time::ZERO;
/// for verdict in [Verdict::Accepted, Verdict::NotAccepted, Verdict::NotAccepted] {
///     throttle.admit(now, || 0.9).expect("a large draw passes");
///     throttle.settle(verdict, now);
/// }
/// // Three requests, one accepted: (3 - 2) / (3 + 1).
/// assert_eq!(throttle.probability(now), 0.25);
/// assert!(throttle.admit(now, || 0.24).is_err());
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct AdaptiveThrottle {
    settings: Settings,
    window: Window,
    /// For [`Rule::Average`].
    average: f64,
    averaged: Option<Time>,
    /// When a call last passed.
    passed: Time,
    calls: PerCall<bool>,
}

impl AdaptiveThrottle {
    /// A throttle that has seen nothing.
    pub fn new(settings: Settings) -> Result<Self, Invalid> {
        settings.check()?;
        Ok(Self {
            settings,
            window: Window::new(settings.window, settings.buckets),
            average: 1.0,
            averaged: None,
            passed: Time::ZERO,
            calls: PerCall::default(),
        })
    }

    /// What this outcome says about the callee.
    pub fn verdict(&self, outcome: Outcome) -> Verdict {
        if self.settings.ignore.has(outcome) {
            Verdict::Ignored
        } else if self.settings.count.has(outcome) {
            Verdict::NotAccepted
        } else {
            Verdict::Accepted
        }
    }

    /// Asks for leave to make a call at `now`. Draws once.
    pub fn admit(&mut self, now: Time, draw: impl FnOnce() -> f64) -> Result<(), Refused> {
        let refuses = draw() < self.probability(now);
        let overdue = match self.settings.rule {
            Rule::Protected { pass_after, .. } => pass_after < now.since(self.passed),
            _ => false,
        };
        if refuses && !overdue {
            if self.settings.counts_rejected {
                self.count(false, now);
            }
            return Err(Refused);
        }
        self.passed = self.passed.max(now);
        Ok(())
    }

    /// Reports how a call that was admitted has ended.
    pub fn settle(&mut self, verdict: Verdict, now: Time) {
        match verdict {
            Verdict::Accepted => self.count(true, now),
            Verdict::NotAccepted => self.count(false, now),
            Verdict::Ignored => {}
        }
    }

    /// The share of calls that is refused at `now`.
    pub fn probability(&mut self, now: Time) -> f64 {
        self.window.advance(now);
        let (n, a) = (self.window.requests() as f64, self.window.accepted() as f64);
        let share =
            |n: f64, worth: f64| ((n - worth) / (self.window.requests() + 1) as f64).max(0.0);
        match self.settings.rule {
            Rule::Sre { min_requests, .. } if n < f64::from(min_requests) => 0.0,
            Rule::Sre { k, cap, .. } => share(n, k * a).min(cap),
            Rule::SuccessRate { min_per_sec, .. } | Rule::Average { min_per_sec, .. }
                if n < min_per_sec * self.settings.window.as_secs_f64() =>
            {
                0.0
            }
            Rule::SuccessRate { rate, aggression, cap, .. } => {
                libm::pow(share(n, a / rate), 1.0 / aggression).min(cap)
            }
            Rule::Protected { spare, k, least_k, .. } => {
                let buckets = f64::from(self.settings.buckets);
                let (good, bad) = self.window.runs();
                let weight = (k - (k - least_k) * f64::from(bad) / buckets).max(least_k);
                share(n - f64::from(spare), weight * a) * (buckets - f64::from(good)) / buckets
            }
            Rule::Average { threshold, cap, .. } => {
                (1.0 - self.average / (1.0 - threshold)).max(0.0).min(cap)
            }
        }
    }

    fn count(&mut self, accepted: bool, now: Time) {
        self.window.advance(now);
        self.window.count(accepted);
        if let Rule::Average { memory, .. } = self.settings.rule {
            let before = *self.averaged.get_or_insert(now);
            let age = now.since(before).as_secs_f64() / memory.as_secs_f64();
            let result = if accepted { 1.0 } else { 0.0 };
            self.average += -libm::expm1(-age) * (result - self.average);
            self.averaged = Some(before.max(now));
        }
    }
}

impl Settings {
    fn check(&self) -> Result<(), Invalid> {
        let is_share = |share: f64| (0.0..=1.0).contains(&share);
        let is_some = |number: f64, least: f64| number.is_finite() && least <= number;
        let valid = (1..=10_000).contains(&self.buckets)
            && u64::from(self.buckets) <= self.window.as_nanos();
        Invalid::unless(valid, "buckets", "from 1 to 10000, each at least 1 ns long")?;
        match self.rule {
            Rule::Sre { k, cap, .. } => {
                Invalid::unless(is_some(k, 1.0), "k", "a finite number of at least 1")?;
                Invalid::unless(is_share(cap), "cap", "from 0 to 1")
            }
            Rule::SuccessRate { rate, aggression, min_per_sec, cap } => {
                let valid = is_share(rate) && 0.0 < rate;
                Invalid::unless(valid, "rate", "more than 0 and at most 1")?;
                let valid = aggression.is_finite() && 0.0 < aggression;
                Invalid::unless(valid, "aggression", "a finite number above 0")?;
                Invalid::unless(is_some(min_per_sec, 0.0), "min_per_sec", "at least 0")?;
                Invalid::unless(is_share(cap), "cap", "from 0 to 1")
            }
            Rule::Protected { k, least_k, .. } => {
                Invalid::unless(is_some(least_k, 1.0), "least_k", "a finite number of at least 1")?;
                Invalid::unless(is_some(k, least_k), "k", "finite, and no less than `least_k`")
            }
            Rule::Average { memory, threshold, min_per_sec, cap } => {
                Invalid::unless(!memory.is_zero(), "memory", "longer than zero")?;
                let valid = is_share(threshold) && threshold < 1.0;
                Invalid::unless(valid, "threshold", "at least 0 and less than 1")?;
                Invalid::unless(is_some(min_per_sec, 0.0), "min_per_sec", "at least 0")?;
                Invalid::unless(is_share(cap), "cap", "from 0 to 1")
            }
        }
    }
}

impl Layer for AdaptiveThrottle {
    fn on_call(&mut self, call: CallId, cx: &mut Context<'_>) -> Action {
        let admitted = self.admit(cx.now, || cx.uniform()).is_ok();
        self.calls.open(call, admitted);
        if admitted { Action::Send } else { Action::Reply(Outcome::failed(Class::Rejected)) }
    }

    fn on_reply(&mut self, call: CallId, outcome: Outcome, cx: &mut Context<'_>) -> Action {
        if core::mem::take(&mut self.calls[call]) {
            self.settle(self.verdict(outcome), cx.now);
        }
        Action::Reply(outcome)
    }

    fn on_cancel(&mut self, call: CallId, cx: &mut Context<'_>) {
        let was_sent = core::mem::take(&mut self.calls[call]);
        if was_sent && self.settings.cancelled == Cancelled::NotAccepted {
            self.settle(Verdict::NotAccepted, cx.now);
        }
    }
}
