//! Hedging as libraries have it.

use super::Library;
use crate::hedge::{AllFailed, CountsFrom, Delay, OnFailure, OnRefusal, Pushback, Settings};
use crate::outcome::{Class, Classes};
use crate::time::Duration;

/// For libraries that leave it to their user: no hedge is ever sent with it.
const NOT_SAID: Delay = Delay::Fixed(Duration::MAX);

impl Library {
    /// Its hedging.
    ///
    /// - resilience4j (`HedgeConfig`, `HedgeImpl`): one hedge, and the first answer wins, a failure
    ///   too. It has no default delay.
    /// - polly (`HedgingStrategyOptions`): one hedge after 2 s, or at once on a failure.
    /// - failsafe-go (`hedgepolicy/hedge.go`): one hedge, and the first answer wins, a failure too.
    ///   It has no default delay.
    /// - grpc (A6): up to 4 hedges, all at once, and every failure is fatal.
    ///
    /// Where there is no default, the delay is [`Duration::MAX`]: set it before use.
    pub fn hedge(self) -> Option<Settings> {
        Some(match self {
            Self::Resilience4j => resilience4j(),
            Self::Polly => polly(),
            Self::FailsafeGo => failsafe_go(),
            Self::Grpc => grpc(),
            _ => return None,
        })
    }
}

fn resilience4j() -> Settings {
    Settings {
        // PRECONFIGURED, without a cutoff
        delay: NOT_SAID,
        // There is one call after the cutoff.
        max_hedges: 1,
        counts_from: CountsFrom::LastLaunch,
        // Whichever completes first, exceptionally or not
        on_failure: OnFailure::Ends,
        fatal: Classes::NONE,
        // It knows no hints and no budget.
        pushback: Pushback::Ignored,
        refusals: Classes::NONE,
        on_refusal: OnRefusal::Ends,
        all_failed: AllFailed::First,
    }
}

fn polly() -> Settings {
    Settings {
        delay: Delay::Fixed(Duration::from_secs(2)), // Delay
        max_hedges: 1,                               // MaxHedgedAttempts
        // The delay begins anew with every launch.
        counts_from: CountsFrom::LastLaunch,
        // A handled failure does not wait for the delay.
        on_failure: OnFailure::NextAtOnce,
        // ShouldHandle: all exceptions but cancellation
        fatal: Classes::NONE,
        pushback: Pushback::Ignored,
        refusals: Classes::NONE,
        on_refusal: OnRefusal::Ends,
        // The outcome of the first attempt, if all were handled
        all_failed: AllFailed::First,
    }
}

fn failsafe_go() -> Settings {
    Settings {
        // Asked for by each constructor
        delay: NOT_SAID,
        max_hedges: 1, // WithMaxHedges
        counts_from: CountsFrom::LastLaunch,
        // Without CancelIf any result cancels the others.
        on_failure: OnFailure::Ends,
        fatal: Classes::NONE,
        pushback: Pushback::Ignored,
        // A hedge that the budget refuses fails the execution.
        refusals: Classes::NONE.with(Class::Rejected),
        on_refusal: OnRefusal::Ends,
        all_failed: AllFailed::Last,
    }
}

fn grpc() -> Settings {
    Settings {
        // hedgingDelay: all at once if it is not given
        delay: Delay::Fixed(Duration::ZERO),
        // maxAttempts must be given, and more than 5 are treated as 5, the first one included.
        max_hedges: 4,
        // "resume at hedgingDelay"
        counts_from: CountsFrom::LastLaunch,
        on_failure: OnFailure::NextAtOnce,
        // nonFatalStatusCodes: none if they are not given
        fatal: Classes::ALL,
        // grpc-retry-pushback-ms
        pushback: Pushback::Heeded,
        // The throttle is asked before each hedge.
        refusals: Classes::NONE.with(Class::Rejected),
        on_refusal: OnRefusal::NoMore,
        all_failed: AllFailed::Last,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hedge::Hedge;

    #[test]
    fn all_are_valid() {
        let known: Vec<Library> =
            Library::ALL.into_iter().filter(|library| library.hedge().is_some()).collect();
        assert_eq!(
            known,
            [Library::Resilience4j, Library::Polly, Library::FailsafeGo, Library::Grpc]
        );
        for library in known {
            let hedge = library.hedge().map(Hedge::new);
            assert!(hedge.is_some_and(|hedge| hedge.is_ok()), "{library}");
        }
    }
}
