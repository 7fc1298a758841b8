//! Retries of proxies, of RPC systems and of services' own clients.

use super::super::rules::RetryAfter;
use super::super::settings::Settings;
use super::single::{one_policy, single};
use crate::backoff::{self, Curve, Jitter};
use crate::budget;
use crate::invalid::Findings;
use crate::outcome::{Class, Classes};
use crate::preset::Library;
use crate::settings;
use crate::settings::{Auto, Fields, Like, Reader};
use crate::time::Duration;

/// 503 and the like, and no answer at all.
const UNAVAILABLE: Classes = Classes::NONE.with(Class::Network).with(Class::Overload);
const FAILED: Classes = UNAVAILABLE.with(Class::Timeout);
/// Connection errors, 408, 409, 429 and from 500 on.
const TRANSIENT: Classes = FAILED.with(Class::RateLimit);

settings! {
    /// Envoy's `RetryPolicy` of a route that retries on `5xx`: 1 retry after up to 25 ms, and at
    /// most 3 retries at a time over all calls. The budget of a cluster takes the place of the 3:
    /// `budget = "share(20%, least=3)"`.
    #[derive(Clone, Debug, PartialEq)]
    #[non_exhaustive]
    pub struct Envoy {
        /// How many retries one call may take (`num_retries`).
        max_retries: u32 = 1,
        /// The longest first wait (`retry_back_off.base_interval`); it doubles, and each wait is
        /// drawn from zero on.
        base: Duration [.above(0.0)] = Duration::from_millis(25),
        /// The longest wait (`retry_back_off.max_interval`); `auto` is ten times `base`.
        cap: Auto<Duration> = Auto::Auto,
        /// The classes that are retried (`retry_on`).
        retry_on: Classes = FAILED,
    }
    rules envoy_in_order;
    warns |_, fields, reader| one_policy(fields, reader);
}

fn envoy_in_order(numbers: &Envoy, found: &mut Findings) {
    found.unless(numbers.base <= numbers.longest(), "cap", "no shorter than `base`");
}

impl Envoy {
    fn longest(&self) -> Duration {
        self.cap.or(self.base * 10)
    }
}

impl Like<Settings> for Envoy {
    fn settings(&self) -> Settings {
        let doubling = backoff::Settings::of(Curve::doubling(self.base));
        let backoff = doubling.capped(self.longest()).spread(Jitter::Full);
        // CircuitBreakers.Thresholds.max_retries; waiting retries count.
        let budget = budget::Settings::of(budget::Kind::Fixed(3));
        single(self.retry_on, self.max_retries, &backoff, RetryAfter::Ignore)
            .with(|settings| settings.budget = Some(budget))
    }
}

settings! {
    /// gRPC's `retryPolicy` and `retryThrottling` (A6), with the numbers of its example, as there
    /// are no defaults: 4 attempts, 100 ms doubling to 1 s, spread by 20 %, when the callee is
    /// unavailable; 10 tokens, a tenth for each success.
    ///
    /// A pushback is obeyed to the letter whatever the code, as A6 has it in item 5 of its summary,
    /// and grpc-java; grpc-go and grpc-core ask the code first
    /// (`retry-after-overrules = false`). The backoff begins anew after it. "Do not retry" is
    /// obeyed, and costs a token whatever the code.
    #[derive(Clone, Debug, PartialEq)]
    #[non_exhaustive]
    pub struct Grpc {
        /// How many attempts one call may take, the first one included (`maxAttempts`). More than
        /// 5 are 5.
        max_attempts: u32 [.at_least(2.0)] = 4,
        /// The first wait (`initialBackoff`).
        base: Duration [.above(0.0)] = Duration::from_millis(100),
        /// The longest wait before it is spread (`maxBackoff`).
        cap: Duration [.above(0.0)] = Duration::from_secs(1),
        /// What each further wait is multiplied by (`backoffMultiplier`).
        factor: f64 [.at_least(1.0)] = 2.0,
        /// The classes that are retried, and that alone cost a token (`retryableStatusCodes`:
        /// UNAVAILABLE).
        retry_on: Classes = UNAVAILABLE,
    }
    warns grpc_keys;
}

/// The most attempts that a gRPC client makes (A6, `maxAttempts`).
const GRPC_MOST_ATTEMPTS: u32 = 5;

fn grpc_keys(numbers: &Grpc, fields: &Fields<'_>, reader: &mut Reader<'_>) {
    one_policy(fields, reader);
    if numbers.max_attempts > GRPC_MOST_ATTEMPTS {
        let why =
            format!("`max-attempts` above {GRPC_MOST_ATTEMPTS} is {GRPC_MOST_ATTEMPTS} in gRPC");
        reader.no_effect(&fields.place_of("max-attempts"), why);
    }
}

impl Like<Settings> for Grpc {
    fn settings(&self) -> Settings {
        let curve = Curve::Exponential { base: self.base, factor: self.factor };
        let jitter = Jitter::Between { from: 0.8, to: 1.2 };
        let backoff = backoff::Settings::of(curve).capped(self.cap).spread(jitter);
        let retries = self.max_attempts.min(GRPC_MOST_ATTEMPTS) - 1;
        let budget = Library::Grpc.budget().map(|budget| budget.counting(self.retry_on));
        single(self.retry_on, retries, &backoff, RetryAfter::Exact).with(|settings| {
            settings.retry_after_overrules = true;
            settings.retry_after_restarts = true;
            settings.budget = budget;
        })
    }
}

settings! {
    /// The AWS SDKs in standard mode (botocore `retries/standard.py`): 3 attempts, up to 1 s
    /// doubling to 20 s, and the quota.
    #[derive(Clone, Debug, PartialEq)]
    #[non_exhaustive]
    pub struct Aws {
        /// How many attempts one call may take, the first one included (`max_attempts`).
        max_attempts: u32 [.at_least(1.0)] = 3,
        /// The longest wait (`_MAX_BACKOFF`); waits are drawn between zero and 1 s, 2 s, 4 s, ….
        cap: Duration [.above(0.0)] = Duration::from_secs(20),
        /// The classes that are retried.
        retry_on: Classes = TRANSIENT,
    }
    warns |_, fields, reader| one_policy(fields, reader);
}

impl Like<Settings> for Aws {
    fn settings(&self) -> Settings {
        let doubling = backoff::Settings::of(Curve::doubling(Duration::from_secs(1)));
        let backoff = doubling.capped(self.cap).spread(Jitter::Full);
        single(self.retry_on, self.max_attempts - 1, &backoff, RetryAfter::Ignore)
            .with(|settings| settings.budget = Library::Aws.budget())
    }
}

settings! {
    /// The Python SDKs of OpenAI and Anthropic (`_constants.py`, `_calculate_retry_timeout`): 2
    /// retries, 500 ms doubling to 8 s and up to a quarter less. A hint of more than zero and up to
    /// 60 s is obeyed to the letter, and so is `x-should-retry: false`.
    #[derive(Clone, Debug, PartialEq)]
    #[non_exhaustive]
    pub struct ModelClient {
        /// How many retries one call may take (`max_retries`).
        max_retries: u32 = 2,
        /// The first wait (`INITIAL_RETRY_DELAY`).
        base: Duration = Duration::from_millis(500),
        /// The longest wait (`MAX_RETRY_DELAY`).
        cap: Duration = Duration::from_secs(8),
        /// The classes that are retried: connection errors, 408, 409, 429 and from 500 on.
        retry_on: Classes = TRANSIENT,
    }
    warns |_, fields, reader| one_policy(fields, reader);
}

impl Like<Settings> for ModelClient {
    fn settings(&self) -> Settings {
        let jitter = Jitter::Between { from: 0.75, to: 1.0 };
        let doubling = backoff::Settings::of(Curve::doubling(self.base));
        let backoff = doubling.capped(self.cap).spread(jitter);
        single(self.retry_on, self.max_retries, &backoff, RetryAfter::Exact).with(|settings| {
            settings.min_retry_after = Duration::from_nanos(1);
            settings.max_retry_after = Duration::from_secs(60);
        })
    }
}

settings! {
    /// The TypeScript SDK of the Model Context Protocol, streams over HTTP: 2 reconnections, 1 s
    /// growing by half to 30 s. A `retry:` of the server is obeyed to the letter; that it stays in
    /// force for the later waits of the connection is not modelled.
    #[derive(Clone, Debug, PartialEq)]
    #[non_exhaustive]
    pub struct Mcp {
        /// How many retries one call may take (`maxRetries`).
        max_retries: u32 = 2,
        /// The first wait (`initialReconnectionDelay`).
        base: Duration = Duration::from_secs(1),
        /// What each further wait is multiplied by (`reconnectionDelayGrowFactor`).
        factor: f64 [.at_least(1.0)] = 1.5,
        /// The longest wait (`maxReconnectionDelay`).
        cap: Duration = Duration::from_secs(30),
        /// The classes that are retried.
        retry_on: Classes = Classes::NONE.with(Class::Network),
    }
    warns |_, fields, reader| one_policy(fields, reader);
}

impl Like<Settings> for Mcp {
    fn settings(&self) -> Settings {
        let curve = Curve::Exponential { base: self.base, factor: self.factor };
        let backoff = backoff::Settings::of(curve).capped(self.cap);
        single(self.retry_on, self.max_retries, &backoff, RetryAfter::Exact)
    }
}
