//! Retry: when an attempt fails, wait and try again.
//!
//! ```text
//!            ┌────────────────── wait ◄─────────────────┐
//!            ▼                                          │ the rule of its class allows another
//!  call ──► send ──► failed ────────────────────────────┤
//!            │                                          │ no rule, used up, or too late
//!            └─────► good ──► passed on                 └───► the failure is passed on
//! ```
//!
//! | knob | unit | at the boundary |
//! |---|---|---|
//! | `rules` | a [`Rule`] for a class | a class without one is never retried |
//! | `retries` of a rule | attempts after the first | 3 makes at most 4 attempts |
//! | `backoff` of a rule | [`backoff`] | |
//! | `retry_after` of a rule | [`RetryAfter`] | |
//! | `max_retries` | the same over all classes, or none | |
//! | `max_elapsed` | time since the call came, or none | a wait may end exactly then |
//!
//! A wait that would end later than `max_elapsed` is not begun, nor is it shortened: the failure
//! is passed on at once. What a failure asks for (`Retry-After`) is undercut by no jitter and no
//! cap, unless it is ignored.
//!
//! Each class counts its own retries over the whole call and has its own backoff, which goes on
//! where it stood: as with one retry strategy for each kind of failure, one inside the other
//! (Polly). `max_retries` is the one count over all classes that most libraries have
//! (resilience4j's `maxAttempts` minus one, Polly's `MaxRetryAttempts`).

use std::collections::BTreeMap;

use crate::backoff::{self, Backoff};
use crate::invalid::Invalid;
use crate::layer::{CallId, Cx, Layer, PerCall, Step};
use crate::outcome::{Class, Outcome};
use crate::time::{Span, Time};

/// A number of retries that is never used up.
pub const FOREVER: u32 = u32::MAX;

/// The settings of a [`Retry`].
#[derive(Clone, Debug, PartialEq)]
pub struct Settings {
    /// What follows on a failure of each class; one that is not here is passed on at once.
    pub rules: BTreeMap<Class, Rule>,
    /// How many retries one call may take over all classes, if that is limited.
    pub max_retries: Option<u32>,
    /// How long after the call came a wait may end, if that is limited.
    pub max_elapsed: Option<Span>,
}

/// What follows on a failure of some class.
#[derive(Clone, Debug, PartialEq)]
pub struct Rule {
    /// How often one call may be tried again after such failures; [`FOREVER`] has no end.
    pub retries: u32,
    /// How long to wait before each retry.
    pub backoff: backoff::Settings,
    /// What to make of a failure that says when to come again.
    pub retry_after: RetryAfter,
}

/// What to make of a failure that says when to come again (`Retry-After`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RetryAfter {
    /// Wait as long as the backoff says, but no less than was asked for.
    Floor,
    /// Wait exactly as long as was asked for.
    Exact,
    /// Wait as long as the backoff says.
    Ignore,
}

/// Further attempts after failures.
///
/// # Example
///
/// ```
/// use patterns::backoff::{self, CapWhen, Curve, Jitter};
/// use patterns::retry::{Retry, RetryAfter, Rule, Settings};
/// use patterns::{Class, Outcome, Span, Time};
///
/// # fn main() -> Result<(), patterns::Invalid> {
/// let rule = Rule {
///     retries: 1,
///     backoff: backoff::Settings {
///         curve: Curve::Constant(Span::from_secs(2)),
///         cap: None,
///         cap_when: CapWhen::BeforeJitter,
///         jitter: Jitter::Full,
///     },
///     retry_after: RetryAfter::Floor,
/// };
/// let retry = Retry::new(Settings {
///     rules: [(Class::Network, rule)].into(),
///     max_retries: None,
///     max_elapsed: None,
/// })?;
///
/// let now = Time::ZERO;
/// let mut attempts = retry.start(now);
/// let failed = Outcome::failed(Class::Network);
/// let again = retry.after(&mut attempts, failed, now, || 0.5);
/// assert_eq!(again, Some(now + Span::from_secs(1)));
/// assert_eq!(retry.after(&mut attempts, failed, now, || 0.5), None);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct Retry {
    rules: [Option<Ready>; Class::COUNT],
    max_retries: u32,
    max_elapsed: Span,
    calls: PerCall<Attempts>,
}

/// A rule that was checked.
#[derive(Clone, Debug)]
struct Ready {
    retries: u32,
    backoff: Backoff,
    retry_after: RetryAfter,
}

/// What a [`Retry`] remembers of one call.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Attempts {
    began: Time,
    retries: u32,
    by_class: [Used; Class::COUNT],
}

/// What failures of one class have cost a call.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Used {
    retries: u32,
    /// What the backoff gave last, before a hint made it longer.
    wait: Span,
}

impl Attempts {
    /// How many retries were granted so far.
    pub fn retries(&self) -> u32 {
        self.retries
    }
}

impl Retry {
    /// A retry with these settings.
    pub fn new(settings: Settings) -> Result<Self, Invalid> {
        let mut rules = [const { None }; Class::COUNT];
        for (class, rule) in settings.rules {
            let Rule { retries, backoff, retry_after } = rule;
            let backoff = Backoff::new(backoff)?;
            let endless = retries == FOREVER && settings.max_retries.unwrap_or(FOREVER) == FOREVER;
            Invalid::unless(
                !(endless && backoff.ends_in_zero()),
                "retries",
                "limited unless its waits are longer than zero",
            )?;
            rules[class as usize] = Some(Ready { retries, backoff, retry_after });
        }
        Ok(Self {
            rules,
            max_retries: settings.max_retries.unwrap_or(FOREVER),
            max_elapsed: settings.max_elapsed.unwrap_or(Span::MAX),
            calls: PerCall::default(),
        })
    }

    /// Begins to count the attempts of a call that comes at `now`.
    pub fn start(&self, now: Time) -> Attempts {
        Attempts { began: now, ..Attempts::default() }
    }

    /// When to try again after an attempt that ended so, or `None` if the outcome is to be passed
    /// on.
    ///
    /// Draws once if the class is retried and its backoff has jitter, whatever the failure asks
    /// for.
    pub fn after(
        &self,
        attempts: &mut Attempts,
        outcome: Outcome,
        now: Time,
        draw: impl FnOnce() -> f64,
    ) -> Option<Time> {
        let class = outcome.class()? as usize;
        let rule = self.rules[class].as_ref()?;
        let used = &mut attempts.by_class[class];
        if !left(rule.retries, used.retries) || !left(self.max_retries, attempts.retries) {
            return None;
        }

        used.wait = rule.backoff.wait(used.retries, used.wait, draw);
        let wait = match (rule.retry_after, outcome.retry_after()) {
            (RetryAfter::Floor, Some(hint)) => used.wait.max(hint),
            (RetryAfter::Exact, Some(hint)) => hint,
            (RetryAfter::Ignore, _) | (_, None) => used.wait,
        };
        let again = now + wait;
        let too_late = self.max_elapsed < again.since(attempts.began);
        if too_late || again == Time::MAX {
            return None;
        }
        used.retries = used.retries.saturating_add(1);
        attempts.retries = attempts.retries.saturating_add(1);
        Some(again)
    }
}

/// Whether one more may be used.
fn left(allowed: u32, used: u32) -> bool {
    allowed == FOREVER || used < allowed
}

impl Layer for Retry {
    fn on_call(&mut self, call: CallId, cx: &mut Cx<'_>) -> Step {
        let attempts = self.start(cx.now);
        self.calls.open(call, attempts);
        Step::Send
    }

    fn on_reply(&mut self, call: CallId, outcome: Outcome, cx: &mut Cx<'_>) -> Step {
        let mut attempts = self.calls[call];
        let again = self.after(&mut attempts, outcome, cx.now, || cx.draw());
        self.calls[call] = attempts;
        again.map_or(Step::Reply(outcome), Step::WaitUntil)
    }

    fn on_wake(&mut self, _call: CallId, _cx: &mut Cx<'_>) -> Step {
        Step::Send
    }
}
