//! What is to be done about a call that is hedged, from its whole history each time.

use patterns::hedge::{AllFailed, CountsFrom, Delay, OnFailure, OnRefusal, Pushback, Settings};
use patterns::{Class, Outcome};

/// What a budget answers to a hedge.
pub(crate) const REJECTED: Outcome = Outcome::failed(Class::Rejected);

/// What has happened to a call so far, and when.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Event {
    Launched(u64),
    /// An attempt ended.
    Ended(u64, Outcome),
    /// The hedge that was launched just now was refused.
    Refused(Outcome),
}

/// What is to be done about a call.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Plan {
    Answer(Outcome),
    Launch,
    Wait(Option<u64>),
}

pub(crate) fn nanos(delay: Delay) -> Option<u64> {
    match delay {
        Delay::Never => None,
        Delay::Fixed(delay) => Some(delay.as_nanos()),
        delay => panic!("{delay:?} is tested elsewhere"),
    }
}

/// When the next attempt is due, if the last event is a launch.
fn scheduled(settings: &Settings, launches: &[u64]) -> Option<u64> {
    let (first, last) = (launches[0], launches[launches.len() - 1]);
    let delay = nanos(settings.delay)?;
    match settings.counts_from {
        CountsFrom::FirstLaunch if delay > 0 => {
            let mut next = first;
            while next <= last {
                next += delay;
            }
            Some(next)
        }
        _ => Some(last + delay),
    }
}

/// What the settings make of this history.
pub(crate) fn plan(settings: &Settings, is_idempotent: bool, history: &[Event]) -> Plan {
    let launches: Vec<u64> = history
        .iter()
        .filter_map(|event| if let Event::Launched(at) = event { Some(*at) } else { None })
        .collect();
    let failures: Vec<Outcome> = history
        .iter()
        .filter_map(
            |event| if let Event::Ended(_, outcome) = event { Some(*outcome) } else { None },
        )
        .filter(|outcome| !outcome.is_ok())
        .collect();
    let last = *history.last().expect("the first attempt");
    let most = if is_idempotent { settings.max_hedges as usize } else { 0 };
    let mut may_launch = launches.len() - 1 < most;

    match last {
        Event::Ended(_, outcome) => {
            let ends = settings.on_failure == OnFailure::Ends || settings.fatal.has(outcome);
            if outcome.is_ok() || ends {
                return Plan::Answer(outcome);
            }
        }
        Event::Refused(outcome) if settings.on_refusal == OnRefusal::Ends => {
            return Plan::Answer(outcome);
        }
        Event::Launched(_) | Event::Refused(_) => {}
    }
    let refused = history.iter().any(|event| matches!(event, Event::Refused(_)));
    may_launch &= !(refused && settings.on_refusal == OnRefusal::NoMore);
    may_launch &= failures.is_empty() || settings.on_failure != OnFailure::NoMore;

    let hint =
        |outcome: Outcome| outcome.retry_after().filter(|_| settings.pushback == Pushback::Heeded);
    if may_launch
        && let Event::Ended(_, outcome) = last
        && settings.on_failure == OnFailure::NextAtOnce
        && hint(outcome).is_none()
    {
        return Plan::Launch;
    }
    let mut due = scheduled(settings, &launches);
    let since = history.iter().rposition(|event| matches!(event, Event::Launched(_)));
    for event in &history[since.expect("the first attempt")..] {
        if let Event::Ended(at, outcome) = event
            && let Some(hint) = hint(*outcome)
        {
            due = Some(at + hint.as_nanos());
        }
    }
    let due = due.filter(|_| may_launch);
    let under_way = 2 * launches.len() - history.len();
    if under_way == 0 && due.is_none() {
        let first_or_last = match settings.all_failed {
            AllFailed::First => failures.first(),
            AllFailed::Last => failures.last(),
        };
        return Plan::Answer(first_or_last.copied().unwrap_or(REJECTED));
    }
    Plan::Wait(due)
}
