//! Timeouts of libraries, in their own numbers.

use super::settings::Settings;
use crate::preset::Library;
use crate::settings;
use crate::settings::{Like, Preset};
use crate::time::Duration;

/// Libraries whose one number is how long they wait.
macro_rules! waits {
    ($(
        $(#[doc = $doc:literal])*
        $name:ident, $file:literal, $about:literal, $limit:expr, [$($attr:tt)*];
    )*) => {
        $(
            settings! {
                $(#[doc = $doc])*
                #[derive(Clone, Copy, Debug, PartialEq, Eq)]
                #[non_exhaustive]
                pub struct $name {
                    /// How long it waits for an answer.
                    limit: Duration [$($attr)*] = $limit,
                }
            }

            impl Like<Settings> for $name {
                fn settings(&self) -> Settings {
                    Settings::of(self.limit)
                }
            }
        )*

        /// All of them.
        pub(super) fn all() -> Vec<Preset<Settings>> {
            vec![$(Preset::of::<$name>($file, $about)),*]
        }
    };
}

waits! {
    /// resilience4j's `TimeLimiterConfig`: `timeoutDuration`.
    Resilience4j, "resilience4j", "`TimeLimiterConfig`: 1 s",
        Duration::from_secs(1), [.above(0.0).unlimited()];
    /// Polly's `TimeoutStrategyOptions`: `Timeout`, from 10 ms to 1 day.
    Polly, "polly", "`TimeoutStrategyOptions`: 30 s",
        Duration::from_secs(30), [.at_least(1e7).at_most(8.64e13)];
    /// Hystrix: `execution.isolation.thread.timeoutInMilliseconds`.
    Hystrix, "hystrix", "`HystrixCommandProperties`: 1 s",
        Duration::from_secs(1), [.above(0.0).unlimited()];
    /// Envoy: `RouteAction.timeout`, which holds for a call with all its retries: put the layer
    /// above `retry`. 0 is "unlimited" there.
    Envoy, "envoy", "`RouteAction.timeout`: 15 s, above the retries",
        Duration::from_secs(15), [.above(0.0).unlimited()];
    /// openai-python: `DEFAULT_TIMEOUT` of `_constants.py`, for each attempt.
    Openai, "openai", "`DEFAULT_TIMEOUT`: 10 min",
        Duration::from_secs(600), [.above(0.0).unlimited()];
    /// anthropic-sdk-python: `DEFAULT_TIMEOUT` of `_constants.py`, for each attempt.
    Anthropic, "anthropic", "`DEFAULT_TIMEOUT`: 10 min",
        Duration::from_secs(600), [.above(0.0).unlimited()];
    /// The TypeScript SDK of the Model Context Protocol: `DEFAULT_REQUEST_TIMEOUT_MSEC`. That
    /// reports of progress may put it off (`resetTimeoutOnProgress`) is not modelled.
    Mcp, "mcp", "`DEFAULT_REQUEST_TIMEOUT_MSEC`: 60 s",
        Duration::from_secs(60), [.above(0.0).unlimited()];
    /// The course, session 1, to the letter: a dead server holds a call for 30 s.
    CoursePrinted, "course-printed", "session 1: a dead server holds a call for 30 s",
        Duration::from_secs(30), [.above(0.0).unlimited()];
    /// The course, session 1, as its text explains it: the same 30 s.
    CourseMeant, "course-meant", "session 1: a dead server holds a call for 30 s",
        Duration::from_secs(30), [.above(0.0).unlimited()];
}

impl Library {
    /// Its timeout, if it has one by default.
    pub fn timeout(self) -> Option<Settings> {
        self.of()
    }
}
