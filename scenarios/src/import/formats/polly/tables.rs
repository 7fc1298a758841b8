//! The keys of Polly's options.

use crate::import::table::{Row, Section};
use crate::import::times::Times;
use crate::import::unit::Unit;

pub(super) const TIME: Unit = Unit::Time(Times::TimeSpan);

/// The longest time that Polly takes.
const DAY: f64 = 86_400.0;

const SHOWN: &str = "it says what is shown, not what is done";

/// `DelayBackoffType`.
const GROWTH: Unit = Unit::Word(&[
    ("Constant", "constant"),
    ("Linear", "linear"),
    ("Exponential", "exponential"),
    ("0", "constant"),
    ("1", "linear"),
    ("2", "exponential"),
]);

/// `QueueProcessingOrder`.
const ORDER: Unit =
    Unit::Word(&[("OldestFirst", "fifo"), ("NewestFirst", "lifo"), ("0", "fifo"), ("1", "lifo")]);

pub(super) static LIMITER: Section = Section {
    place: "RateLimiter",
    layer: "bulkhead",
    like: "polly",
    rows: &[
        Row::of("DefaultRateLimiterOptions.PermitLimit", "slots", Unit::Whole).at_least(1.0),
        Row::of("DefaultRateLimiterOptions.QueueLimit", "queue", Unit::Whole),
        Row::of("DefaultRateLimiterOptions.QueueProcessingOrder", "order", ORDER),
        Row::of("PermitLimit", "slots", Unit::Whole).at_least(1.0),
        Row::of("QueueLimit", "queue", Unit::Whole),
        Row::out("Name", SHOWN),
    ],
};

pub(super) static CONCURRENCY: Section = Section {
    place: "ConcurrencyLimiter",
    layer: "bulkhead",
    like: "polly",
    rows: &[
        Row::of("PermitLimit", "slots", Unit::Whole).at_least(1.0),
        Row::of("QueueLimit", "queue", Unit::Whole),
        Row::of("QueueProcessingOrder", "order", ORDER),
        Row::of("MaxParallelization", "slots", Unit::Whole).at_least(1.0).note("as in Polly 7"),
        Row::of("MaxQueuingActions", "queue", Unit::Whole).note("as in Polly 7"),
        Row::out("Name", SHOWN),
    ],
};

const TIMEOUT_ROWS: &[Row] =
    &[Row::of("Timeout", "limit", TIME).at_least(0.01).at_most(DAY), Row::out("Name", SHOWN)];

pub(super) static TOTAL: Section =
    Section { place: "TotalRequestTimeout", layer: "timeout", like: "polly", rows: TIMEOUT_ROWS };

pub(super) static TIMEOUT: Section =
    Section { place: "Timeout", layer: "timeout", like: "polly", rows: TIMEOUT_ROWS };

pub(super) static ATTEMPT: Section =
    Section { place: "AttemptTimeout", layer: "timeout", like: "polly", rows: TIMEOUT_ROWS };

pub(super) static RETRY: Section = Section {
    place: "Retry",
    layer: "retry",
    like: "polly",
    rows: &[
        Row::of("MaxRetryAttempts", "max-retries", Unit::Whole).at_least(1.0),
        Row::of("Delay", "base", TIME).at_most(DAY),
        Row::of("MaxDelay", "cap", TIME).at_most(DAY),
        Row::of("BackoffType", "backoff", GROWTH),
        Row::of("UseJitter", "jitter", Unit::Flag),
        Row::with("ShouldRetryAfterHeader", "retry-after", "`exact`, or `ignore`"),
        Row::out("Name", SHOWN),
    ],
};

pub(super) static BREAKER: Section = Section {
    place: "CircuitBreaker",
    layer: "breaker",
    like: "polly",
    rows: &[
        Row::of("FailureRatio", "rate", Unit::Share),
        Row::of("MinimumThroughput", "min-calls", Unit::Whole).at_least(2.0),
        Row::of("SamplingDuration", "window", TIME).at_least(0.5).at_most(DAY),
        Row::of("BreakDuration", "open", TIME).at_least(0.5).at_most(DAY),
        Row::out("Name", SHOWN),
    ],
};

pub(super) static HEDGING: Section = Section {
    place: "Hedging",
    layer: "hedge",
    like: "polly",
    rows: &[
        Row::of("MaxHedgedAttempts", "max-hedges", Unit::Whole).at_least(1.0).at_most(10.0),
        Row::of("Delay", "delay", TIME),
        Row::out("Name", SHOWN),
    ],
};
