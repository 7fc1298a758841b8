//! Timeouts of libraries, in their own numbers.

use super::settings::Settings;
use crate::settings;
use crate::settings::{Like, Preset};
use crate::time::Duration;

/// A library whose one number is how long it waits.
macro_rules! waits {
    ($(#[doc = $doc:literal])* $name:ident, $limit:expr) => {
        settings! {
            $(#[doc = $doc])*
            #[derive(Clone, Copy, Debug, PartialEq, Eq)]
            #[non_exhaustive]
            pub struct $name {
                /// How long it waits for an answer.
                limit: Duration [.above(0.0).unlimited()] = $limit,
            }
        }

        impl Like<Settings> for $name {
            fn settings(&self) -> Settings {
                Settings::of(self.limit)
            }
        }
    };
}

waits!(
    /// resilience4j's `TimeLimiterConfig`: `timeoutDuration`.
    Resilience4j,
    Duration::from_secs(1)
);
waits!(
    /// Hystrix: `execution.isolation.thread.timeoutInMilliseconds`.
    Hystrix,
    Duration::from_secs(1)
);

/// All of them.
pub(super) fn all() -> Vec<Preset<Settings>> {
    vec![
        Preset::of::<Resilience4j>("resilience4j", "`TimeLimiterConfig`: 1 s"),
        Preset::of::<Hystrix>("hystrix", "`HystrixCommandProperties`: 1 s"),
    ]
}
