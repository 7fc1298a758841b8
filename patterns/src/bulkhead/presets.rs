//! Bulkheads of libraries, in their own numbers.

use super::settings::{Order, Overflow, Settings};
use crate::preset::Library;
use crate::settings;
use crate::settings::{Like, Preset};
use crate::time::Duration;

settings! {
    /// resilience4j's `BulkheadConfig`, a semaphore. Waiting calls have their turn in the order in
    /// which they came (`fairCallHandlingStrategyEnabled`).
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    #[non_exhaustive]
    pub struct Resilience4j {
        /// `maxConcurrentCalls`: how many calls may be under way at a time.
        slots: u32 [.at_least(1.0)] = 25,
        /// `maxWaitDuration`: how long a call may wait. It makes the queue, which has no other
        /// limit: with `"0s"` no call waits.
        max_wait: Duration [.unlimited()] = Duration::ZERO,
    }
}

impl Like<Settings> for Resilience4j {
    fn settings(&self) -> Settings {
        let plain = Settings::of(self.slots);
        if self.max_wait.is_zero() {
            return plain;
        }
        plain.with(|settings| {
            settings.queue = u32::MAX;
            settings.max_wait = Some(self.max_wait).filter(|wait| *wait < Duration::MAX);
        })
    }
}

settings! {
    /// The concurrency limiter of Polly: `ConcurrencyLimiterOptions` of .NET, with the defaults of
    /// `RateLimiterStrategyOptions`.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    #[non_exhaustive]
    pub struct Polly {
        /// `PermitLimit`: how many calls may be under way at a time.
        slots: u32 [.at_least(1.0)] = 1000,
        /// `QueueLimit`: how many more may wait.
        queue: u32 = 0,
        /// `QueueProcessingOrder`: whose turn is next, and which call has to go when the queue is
        /// full.
        order: PollyOrder = PollyOrder::Fifo,
    }
}

settings! {
    /// `QueueProcessingOrder` of .NET's limiters.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub enum PollyOrder {
        /// `OldestFirst`: first in, first out. When the queue is full, the newcomer is rejected.
        Fifo,
        /// `NewestFirst`: last in, first out. When the queue is full, the oldest call has to go for
        /// the newcomer.
        Lifo,
    }
}

impl Like<Settings> for Polly {
    fn settings(&self) -> Settings {
        Settings::of(self.slots).with(|settings| {
            settings.queue = self.queue;
            (settings.order, settings.overflow) = match self.order {
                PollyOrder::Fifo => (Order::Fifo, Overflow::Newcomer),
                PollyOrder::Lifo => (Order::Lifo, Overflow::Last),
            };
        })
    }
}

settings! {
    /// Hystrix: a semaphore, or a pool of threads with a queue (`HystrixCommandProperties`,
    /// `HystrixThreadPoolProperties`). The defaults of both are the same.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    #[non_exhaustive]
    pub struct Hystrix {
        /// `execution.isolation.semaphore.maxConcurrentRequests`, or `coreSize` of a pool: how many
        /// calls may be under way at a time.
        slots: u32 [.at_least(1.0)] = 10,
        /// `maxQueueSize` of a pool; 0 stands for -1 there: no queue. A semaphore has none.
        max_queue_size: u32 = 0,
        /// `queueSizeRejectionThreshold` of a pool: how many calls may wait, if `max-queue-size`
        /// is no less.
        queue_size_rejection_threshold: u32 = 5,
    }
    warns hystrix_warns;
}

fn hystrix_warns(
    hystrix: &Hystrix,
    fields: &settings::Fields<'_>,
    reader: &mut settings::Reader<'_>,
) {
    let key = "queue-size-rejection-threshold";
    if hystrix.max_queue_size <= hystrix.queue_size_rejection_threshold
        && fields.node(key).is_some()
    {
        let why = format!("`{key}` has no effect: it is no less than `max-queue-size`");
        reader.no_effect(&fields.place_of(key), why);
    }
}

impl Like<Settings> for Hystrix {
    fn settings(&self) -> Settings {
        let queue = self.max_queue_size.min(self.queue_size_rejection_threshold);
        Settings::of(self.slots).with(|settings| settings.queue = queue)
    }
}

settings! {
    /// Envoy's `CircuitBreakers.Thresholds` of a cluster.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    #[non_exhaustive]
    pub struct Envoy {
        /// `max_requests`: how many calls may be under way at a time.
        slots: u32 [.at_least(1.0)] = 1024,
        /// `max_pending_requests`: how many more may wait.
        queue: u32 = 1024,
    }
}

impl Like<Settings> for Envoy {
    fn settings(&self) -> Settings {
        Settings::of(self.slots).with(|settings| settings.queue = self.queue)
    }
}

/// All of them.
pub(super) fn all() -> Vec<Preset<Settings>> {
    vec![
        Preset::of::<Resilience4j>("resilience4j", "`BulkheadConfig`: 25 calls, none waits"),
        Preset::of::<Polly>("polly", "`RateLimiterStrategyOptions`: 1000 calls, none waits"),
        Preset::of::<Hystrix>("hystrix", "`HystrixCommandProperties`: 10 calls, none waits"),
        Preset::of::<Envoy>("envoy", "`CircuitBreakers.Thresholds`: 1024 calls, and 1024 wait"),
    ]
}

impl Library {
    /// Its bulkhead, if it has one by default.
    pub fn bulkhead(self) -> Option<Settings> {
        self.of()
    }
}
