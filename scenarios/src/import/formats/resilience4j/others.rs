//! Retry, limits and bulkheads of resilience4j.

use patterns::Class;
use patterns::settings::{Node, Value};

use super::super::exceptions::EXCEPTIONS;
use super::breaker::{number, wait};
use crate::import::draft::{Draft, From, Layer};
use crate::import::section::take;
use crate::import::table::{Row, Section};
use crate::import::times::Times;
use crate::import::unit::{Unit, flag};
use crate::import::words::{classes, classes_of};

const SHOWN: &str = "it says what is shown, not what is done";
const WAITS: &str = "together: waits that may grow and be spread";
const PROGRAM: &str = "what a program decides no file says";
const BASE: &str = "its keys count where the instance has none";

pub(crate) static RETRY: Section = Section {
    place: "resilience4j.retry.instances.NAME",
    layer: "retry",
    like: "resilience4j",
    rows: &[
        Row::of("maxAttempts", "max-attempts", Unit::Whole).at_least(1.0),
        Row::of("maxRetryAttempts", "max-attempts", Unit::Whole)
            .at_least(1.0)
            .note("as it was before 1.7"),
        Row::of("waitDuration", "base", Unit::Time(Times::Spring)),
        Row::with("enableExponentialBackoff", "backoff", WAITS),
        Row::with("exponentialBackoffMultiplier", "factor", WAITS).at_least(1.0),
        Row::with("exponentialMaxWaitDuration", "cap", WAITS).at_least(0.001),
        Row::with("enableRandomizedWait", "jitter", WAITS),
        Row::with("randomizedWaitFactor", "jitter", WAITS).less_than(1.0),
        Row::of("retryExceptions", "retry-on", Unit::Classes(&EXCEPTIONS)),
        Row::with("ignoreExceptions", "retry-on", "all that is retried but these"),
        Row::with("baseConfig", "", BASE),
        Row::out("failAfterMaxAttempts", "a retry that is given up ends with the last failure"),
        Row::out("retryExceptionPredicate", PROGRAM),
        Row::out("resultPredicate", PROGRAM),
        Row::out("intervalBiFunction", PROGRAM),
        Row::out("consumeResultBeforeRetryAttempt", PROGRAM),
        Row::out("eventConsumerBufferSize", SHOWN),
        Row::out("registerHealthIndicator", SHOWN),
        Row::out("ignoreClassBindingExceptions", SHOWN),
    ],
};

pub(crate) static RATE_LIMITER: Section = Section {
    place: "resilience4j.ratelimiter.instances.NAME",
    layer: "rate-limiter",
    like: "resilience4j",
    rows: &[
        Row::of("limitForPeriod", "limit-for-period", Unit::Whole).at_least(1.0),
        Row::of("limitRefreshPeriod", "limit-refresh-period", Unit::Time(Times::Spring))
            .more_than(0.0),
        Row::of("timeoutDuration", "max-wait", Unit::Time(Times::Spring)),
        Row::with("baseConfig", "", BASE),
        Row::out("subscribeForEvents", SHOWN),
        Row::out("eventConsumerBufferSize", SHOWN),
        Row::out("registerHealthIndicator", SHOWN),
        Row::out("allowHealthIndicatorToFail", SHOWN),
        Row::out("writableStackTraceEnabled", SHOWN),
    ],
};

pub(crate) static TIME_LIMITER: Section = Section {
    place: "resilience4j.timelimiter.instances.NAME",
    layer: "timeout",
    like: "resilience4j",
    rows: &[
        Row::of("timeoutDuration", "limit", Unit::Time(Times::Spring)),
        Row::with("baseConfig", "", BASE),
        Row::out(
            "cancelRunningFuture",
            "whether work goes on whose caller has given up is `abandoned` of the service",
        ),
        Row::out("eventConsumerBufferSize", SHOWN),
    ],
};

pub(crate) static BULKHEAD: Section = Section {
    place: "resilience4j.bulkhead.instances.NAME",
    layer: "bulkhead",
    like: "resilience4j",
    rows: &[
        Row::of("maxConcurrentCalls", "slots", Unit::Whole).at_least(1.0),
        Row::of("maxWaitDuration", "max-wait", Unit::Time(Times::Spring)),
        Row::of("maxWaitTime", "max-wait", Unit::Time(Times::Spring)).note("as it was before 1.0"),
        Row::with("baseConfig", "", BASE),
        Row::out("fairCallHandlingStrategyEnabled", "calls have their turn as they came"),
        Row::out("eventConsumerBufferSize", SHOWN),
        Row::out("writableStackTraceEnabled", SHOWN),
    ],
};

pub(crate) static THREAD_POOL: Section = Section {
    place: "resilience4j.thread-pool-bulkhead.instances.NAME",
    layer: "bulkhead",
    like: "",
    rows: &[
        Row::of("maxThreadPoolSize", "slots", Unit::Whole).at_least(1.0),
        Row::of("queueCapacity", "queue", Unit::Whole),
        Row::with("baseConfig", "", BASE),
        Row::out("coreThreadPoolSize", "all threads of the pool are used from the first call on"),
        Row::out("keepAliveDuration", "threads cost nothing here"),
        Row::out("contextPropagators", PROGRAM),
        Row::out("rejectedExecutionHandlerClass", PROGRAM),
        Row::out("eventConsumerBufferSize", SHOWN),
        Row::out("writableStackTraceEnabled", SHOWN),
    ],
};

pub(super) fn retry(tables: &[&Node], from: From, draft: &mut Draft) -> Layer {
    let mut taken = take(&RETRY, tables, true, from, draft);
    // What is wrong with the waits, or has no effect there, is told as of a breaker's.
    let _together = wait(&taken, "waitDuration", "exponentialMaxWaitDuration", "500ms", draft);
    let is_on = |taken: &crate::import::section::Taken<'_>, key: &str| {
        taken.entry(key).and_then(|entry| flag(&entry.node)) == Some(true)
    };
    if is_on(&taken, "enableExponentialBackoff") {
        let from = taken.from("enableExponentialBackoff");
        taken.layer.set("backoff", Node::word("exponential"), from.unwrap_or(From::Assumed));
        let factor = number(&taken, "exponentialBackoffMultiplier", 1.5, draft);
        if let Some(from) = taken.from("exponentialBackoffMultiplier") {
            taken.layer.set("factor", Node::unwritten(Value::Float(factor)), from);
        }
        let key = "exponentialMaxWaitDuration";
        let cap = taken.value(key, Unit::Time(Times::Spring), draft);
        if let (Some(cap), Some(from)) = (cap, taken.from(key)) {
            taken.layer.set("cap", cap, from);
        }
    }
    if is_on(&taken, "enableRandomizedWait") {
        let share = number(&taken, "randomizedWaitFactor", 0.5, draft);
        let from = taken.from("randomizedWaitFactor").or(taken.from("enableRandomizedWait"));
        let share = Node::unwritten(Value::Float(share));
        taken.layer.set("jitter", share, from.unwrap_or(From::Assumed));
    }
    if let Some(entry) = taken.entry("ignoreExceptions")
        && let Some(ignored) = taken.value("ignoreExceptions", Unit::Classes(&EXCEPTIONS), draft)
    {
        let retried = taken.layer.line("retry-on").map(|line| classes_of(&line.value));
        let retried = retried.unwrap_or_else(|| Class::ALL.to_vec());
        let ignored = classes_of(&ignored);
        if ignored.is_empty() {
            draft.leave_entry(entry, "no class of failure is known for these");
        } else {
            let left = retried.into_iter().filter(|class| !ignored.contains(class));
            let (classes, from) = (classes(left), From::entry(entry));
            taken.layer.set("retry-on", classes, from);
        }
    }
    taken.layer
}

pub(super) fn thread_pool(tables: &[&Node], from: From, draft: &mut Draft) -> Layer {
    let mut layer = take(&THREAD_POOL, tables, true, from, draft).layer;
    let whole = |number| Node::unwritten(Value::Integer(number));
    if layer.line("slots").is_none() {
        // There as many as the machine has processors.
        layer.set("slots", whole(8), From::Assumed);
    }
    if layer.line("queue").is_none() {
        layer.set("queue", whole(100), From::Default("default of resilience4j"));
    }
    layer
}
