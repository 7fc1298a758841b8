//! Retries of libraries that wrap any call.

use super::super::rules::RetryAfter;
use super::super::settings::{Account, Settings, TooLate};
use super::single::{one_policy, single};
use crate::backoff::{self, CapWhen, Curve, Jitter};
use crate::invalid::Findings;
use crate::outcome::{Class, Classes};
use crate::preset::Library;
use crate::settings;
use crate::settings::{Auto, Like};
use crate::time::Duration;

settings! {
    /// resilience4j's `RetryConfig` (2.x): 3 attempts, 500 ms apart, after any failure.
    #[derive(Clone, Debug, PartialEq)]
    #[non_exhaustive]
    pub struct Resilience4j {
        /// How many attempts one call may take, the first one included (`maxAttempts`).
        max_attempts: u32 [.at_least(1.0)] = 3,
        /// The wait, or the first of waits that grow (`waitDuration`).
        base: Duration = Duration::from_millis(500),
        /// Whether waits grow (`enableExponentialBackoff`). A `factor` says so as well.
        backoff: Growth = Growth::Constant,
        /// What each further wait is multiplied by (`exponentialBackoffMultiplier`); `auto` is 1.5
        /// if waits grow.
        factor: Auto<f64> [.at_least(1.0)] = Auto::Auto,
        /// The longest of waits that grow (`exponentialMaxWaitDuration`). It holds after jitter.
        cap: Option<Duration> = None,
        /// How much waits are spread up and down (`randomizedWaitFactor`; 50% is its default if
        /// `enableRandomizedWait`).
        jitter: f64 [.share()] = 0.0,
        /// The classes that are retried (`retryExceptions`).
        retry_on: Classes = Classes::ALL,
    }
    rules cap_of_growing_waits;
    warns |_, fields, reader| one_policy(fields, reader);
}

settings! {
    /// Whether resilience4j's waits grow.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub enum Growth {
        /// They do not.
        Constant,
        /// They do, by a factor.
        Exponential,
    }
}

impl Resilience4j {
    fn grows(&self) -> bool {
        self.backoff == Growth::Exponential || self.factor != Auto::Auto
    }
}

fn cap_of_growing_waits(numbers: &Resilience4j, found: &mut Findings) {
    found.unless(numbers.cap.is_none() || numbers.grows(), "cap", "left out unless waits grow");
}

impl Like<Settings> for Resilience4j {
    fn settings(&self) -> Settings {
        let curve = if self.grows() {
            Curve::Exponential { base: self.base, factor: self.factor.or(1.5) }
        } else {
            Curve::Constant(self.base)
        };
        let mut backoff = backoff::Settings::of(curve);
        if let Some(cap) = self.cap {
            backoff = backoff.capped(cap).with(|backoff| backoff.cap_when = CapWhen::After);
        }
        if self.jitter > 0.0 {
            backoff.jitter = Jitter::Between { from: 1.0 - self.jitter, to: 1.0 + self.jitter };
        }
        single(self.retry_on, self.max_attempts - 1, &backoff, RetryAfter::Ignore)
    }
}

settings! {
    /// Polly 8's `RetryStrategyOptions`: 3 retries, 2 s apart, after any failure.
    #[derive(Clone, Debug, PartialEq)]
    #[non_exhaustive]
    pub struct Polly {
        /// How many retries one call may take (`MaxRetryAttempts`).
        max_retries: u32 [.at_least(1.0).unlimited()] = 3,
        /// The wait, or the first of waits that grow (`Delay`).
        base: Duration [.at_most(86_400e9)] = Duration::from_secs(2),
        /// How waits grow (`BackoffType`): `linear` by the first wait, `exponential` by 2.
        backoff: PollyGrowth = PollyGrowth::Constant,
        /// Whether waits are spread (`UseJitter`): by 25 % up and down, or exponential ones by a
        /// formula of Polly's own.
        jitter: bool = false,
        /// The longest wait (`MaxDelay`). It holds after jitter.
        cap: Option<Duration> [.at_most(86_400e9)] = None,
        /// The classes that are retried (`ShouldHandle`: all exceptions but cancellation).
        retry_on: Classes = Classes::ALL,
    }
    warns |_, fields, reader| one_policy(fields, reader);
}

settings! {
    /// How Polly's waits grow.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub enum PollyGrowth {
        /// They do not.
        Constant,
        /// By the first wait each time.
        Linear,
        /// They double.
        Exponential,
    }
}

impl Like<Settings> for Polly {
    fn settings(&self) -> Settings {
        let base = self.base;
        let mut backoff = backoff::Settings::of(match self.backoff {
            PollyGrowth::Constant => Curve::Constant(base),
            PollyGrowth::Linear => Curve::Linear { base, step: Auto::Auto },
            PollyGrowth::Exponential => Curve::doubling(base),
        });
        if let Some(cap) = self.cap {
            backoff = backoff.capped(cap).with(|backoff| backoff.cap_when = CapWhen::After);
        }
        // One switch, two kinds of jitter.
        backoff.jitter = match self.backoff {
            _ if !self.jitter => Jitter::None,
            PollyGrowth::Exponential => Jitter::Polly,
            _ => Jitter::Between { from: 0.75, to: 1.25 },
        };
        single(self.retry_on, self.max_retries, &backoff, RetryAfter::Ignore)
    }
}

settings! {
    /// failsafe-go's `RetryPolicy` (`retrypolicy/builder.go`): 3 attempts, one right after the
    /// other. Its `maxDuration` is `max-elapsed`, which cuts the last wait short. A `budget` is
    /// asked when a wait is over. Two boundaries differ: it tries once more at exactly
    /// `maxDuration`, which shows only if attempts take no time at all, and a budget's refusal ends
    /// the call with an error of its own, here with the last failure.
    #[derive(Clone, Debug, PartialEq)]
    #[non_exhaustive]
    pub struct FailsafeGo {
        /// How many retries one call may take (`WithMaxRetries`; -1 there is `unlimited`).
        max_retries: u32 [.unlimited()] = 2,
        /// The wait (`WithDelay`), or the first of waits that grow (`WithBackoff`).
        base: Duration = Duration::ZERO,
        /// The longest wait (`WithBackoff`): with it waits grow. It holds before jitter.
        cap: Option<Duration> = None,
        /// What each further wait is multiplied by (`WithBackoffFactor`); `auto` is 2 if waits
        /// grow.
        factor: Auto<f64> [.at_least(1.0)] = Auto::Auto,
        /// How waits are spread: a share up and down, `25%` (`WithJitterFactor`), or a length of
        /// time up and down, `100ms` (`WithJitter`).
        jitter: Jitter = Jitter::None,
        /// The classes that are retried (`HandleErrors`).
        retry_on: Classes = Classes::ALL,
    }
    rules factor_of_growing_waits;
    warns |_, fields, reader| one_policy(fields, reader);
}

fn factor_of_growing_waits(numbers: &FailsafeGo, found: &mut Findings) {
    let is_used = numbers.factor == Auto::Auto || numbers.cap.is_some();
    found.unless(is_used, "factor", "left out without a `cap`: waits do not grow then");
    let is_plain =
        matches!(numbers.jitter, Jitter::None | Jitter::Between { .. } | Jitter::PlusMinus(_));
    found.unless(is_plain, "jitter", "a share, or a length of time");
}

impl Like<Settings> for FailsafeGo {
    fn settings(&self) -> Settings {
        let base = self.base;
        let curve = match self.cap {
            None => Curve::Constant(base),
            Some(_) => Curve::Exponential { base, factor: self.factor.or(2.0) },
        };
        let mut backoff = backoff::Settings::of(curve).spread(self.jitter);
        backoff.cap = self.cap;
        single(self.retry_on, self.max_retries, &backoff, RetryAfter::Ignore).with(|settings| {
            settings.too_late = TooLate::Clip;
            settings.account = Account::Sent;
        })
    }
}

settings! {
    /// Finagle's retries of failed writes (`RetryPolicy.tries`): 3 attempts 5 ms to 200 ms apart,
    /// and its budget of a fifth of the calls. Finagle has no default number of attempts.
    #[derive(Clone, Debug, PartialEq)]
    #[non_exhaustive]
    pub struct Finagle {
        /// How many attempts one call may take, the first one included (`tries`).
        max_attempts: u32 [.at_least(1.0)] = 3,
        /// The first wait, which is not spread (`start`).
        base: Duration [.above(0.0)] = Duration::from_millis(5),
        /// The longest wait (`maximum`).
        cap: Duration [.above(0.0)] = Duration::from_millis(200),
        /// How waits are spread (`Backoff.decorrelatedJittered` and its like).
        jitter: FinagleJitter = FinagleJitter::Decorrelated,
        /// The classes that are retried (`WriteExceptionsOnly`: the callee saw nothing of it).
        retry_on: Classes = Classes::NONE.with(Class::Network),
    }
    rules starts_below_the_cap;
    warns |_, fields, reader| one_policy(fields, reader);
}

settings! {
    /// How Finagle's waits are spread.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub enum FinagleJitter {
        /// From the wait before to three times as much (`decorrelatedJittered`).
        Decorrelated,
        /// From zero to the wait before times a growing power of 2 (`exponentialJittered`).
        Exponential,
        /// From a length that doubles to twice that (`equalJittered`).
        Equal,
    }
}

fn starts_below_the_cap(numbers: &Finagle, found: &mut Findings) {
    found.unless(numbers.base <= numbers.cap, "base", "no longer than `cap`");
}

impl Like<Settings> for Finagle {
    fn settings(&self) -> Settings {
        let (factor, jitter) = match self.jitter {
            FinagleJitter::Decorrelated => (3.0, Jitter::FinagleDecorrelated),
            FinagleJitter::Exponential => (2.0, Jitter::FinagleExponential),
            FinagleJitter::Equal => (2.0, Jitter::FinagleEqual),
        };
        let curve = Curve::Exponential { base: self.base, factor };
        let backoff = backoff::Settings::of(curve).capped(self.cap).spread(jitter);
        single(self.retry_on, self.max_attempts - 1, &backoff, RetryAfter::Ignore)
            .with(|settings| settings.budget = Library::Finagle.budget())
    }
}

settings! {
    /// tenacity (Python): `wait_exponential` and, with `max-elapsed`, `stop_after_delay`, which
    /// looks at the time when an attempt has failed. A plain `@retry` there goes on for ever
    /// without any wait; here it waits.
    #[derive(Clone, Debug, PartialEq)]
    #[non_exhaustive]
    pub struct Tenacity {
        /// How many attempts one call may take, the first one included (`stop_after_attempt`).
        max_attempts: u32 [.at_least(1.0).unlimited()] = u32::MAX,
        /// The first wait (`wait_exponential(multiplier=1)`).
        base: Duration = Duration::from_secs(1),
        /// What each further wait is multiplied by (`exp_base`).
        factor: f64 [.at_least(1.0)] = 2.0,
        /// The longest wait (`max`).
        cap: Option<Duration> = None,
        /// The classes that are retried (`retry_if_exception_type`).
        retry_on: Classes = Classes::ALL,
    }
    warns |_, fields, reader| one_policy(fields, reader);
}

impl Like<Settings> for Tenacity {
    fn settings(&self) -> Settings {
        let curve = Curve::Exponential { base: self.base, factor: self.factor };
        let mut backoff = backoff::Settings::of(curve);
        backoff.cap = self.cap;
        let retries = match self.max_attempts {
            u32::MAX => u32::MAX,
            attempts => attempts - 1,
        };
        single(self.retry_on, retries, &backoff, RetryAfter::Ignore)
            .with(|settings| settings.too_late = TooLate::AfterAttempt)
    }
}
