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
//! | `backoff` of a rule | [`backoff`](crate::backoff) | |
//! | `retry_after` of a rule | [`RetryAfter`] | |
//! | `max_retries` | the same over all classes, or none | |
//! | `max_elapsed` | time since the call came, or none | a wait may end exactly then |
//! | `too_late` | [`TooLate`] | |
//! | `max_retry_after` | time, or none | a hint of exactly this length is heeded |
//! | `only_idempotent` | whether what must not be repeated is sent but once | |
//! | `budget` | [`budget`](crate::budget), or none | |
//! | `account` | [`Account`] | |
//!
//! What a failure asks for (`Retry-After`) is undercut by no jitter, no cap and no clipping, unless
//! it is ignored: a hint that would end too late ends the call. Nor is a wait begun that would end
//! at the deadline of the call or after it: by then nobody waits for an answer.
//!
//! Each class counts its own retries over the whole call and has its own backoff, which goes on
//! where it stood: as with one retry strategy for each kind of failure, one inside the other
//! (Polly). `max_retries` is the one count over all classes that most libraries have
//! (resilience4j's `maxAttempts` minus one, Polly's `MaxRetryAttempts`).
//!
//! Used up, the last failure is passed on. But if a layer below refused the retry itself
//! ([`Class::Rejected`], without a rule for it), what is passed on is the failure that asked for
//! the retry: so a budget below hides no failure.

mod settings;

use crate::backoff::{Backoff, Progress};
use crate::budget::{Budget, Grant};
use crate::call_info::CallInfo;
use crate::invalid::Invalid;
use crate::layer::{Action, CallId, Context, Layer, PerCall};
use crate::outcome::{Class, Outcome};
use crate::time::{Duration, Time};

pub use settings::{Account, FOREVER, RetryAfter, Rule, Settings, TooLate};

/// Further attempts after failures.
///
/// # Example
///
/// ```
/// use patterns::backoff::{self, CapWhen, Curve, Jitter};
/// use patterns::retry::{Retry, RetryAfter, Rule, Settings};
/// use patterns::{CallInfo, Class, Outcome, Duration, Time};
///
/// # fn main() -> Result<(), patterns::Invalid> {
/// let rule = Rule {
///     retries: 1,
///     backoff: backoff::Settings {
///         curve: Curve::Constant(Duration::from_secs(2)),
///         cap: None,
///         cap_when: CapWhen::BeforeJitter,
///         jitter: Jitter::Full,
///     },
///     retry_after: RetryAfter::Floor,
/// };
/// let mut retry = Retry::new(Settings::of([(Class::Network, rule)].into()))?;
///
/// let now = Time::ZERO;
/// let mut attempts = retry.start(CallInfo::default(), now);
/// let failed = Outcome::failed(Class::Network);
/// let again = retry.after(&mut attempts, failed, now, || 0.5);
/// assert_eq!(again, Some(now + Duration::from_secs(1)));
/// assert_eq!(retry.after(&mut attempts, failed, now, || 0.5), None);
/// assert_eq!(attempts.answer(), failed);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct Retry {
    rules: [Option<Ready>; Class::COUNT],
    max_retries: u32,
    max_elapsed: Duration,
    too_late: TooLate,
    max_retry_after: Duration,
    only_idempotent: bool,
    budget: Option<Budget>,
    account: Account,
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
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Attempts {
    began: Time,
    deadline: Time,
    may_repeat: bool,
    retries: u32,
    by_class: [Used; Class::COUNT],
    /// The failure that asked for the latest retry, or what is to be passed on.
    answer: Outcome,
    /// What the budget gave for the attempt under way.
    grant: Option<Grant>,
}

/// What failures of one class have cost a call.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Used {
    retries: u32,
    progress: Progress,
}

impl Attempts {
    /// How many retries were granted so far.
    pub fn retries(&self) -> u32 {
        self.retries
    }

    /// What is to be passed on, once there is no further attempt.
    pub fn answer(&self) -> Outcome {
        self.answer
    }
}

impl Default for Attempts {
    fn default() -> Self {
        Self {
            began: Time::ZERO,
            deadline: Time::MAX,
            may_repeat: true,
            retries: 0,
            by_class: [Used::default(); Class::COUNT],
            answer: Outcome::Ok,
            grant: None,
        }
    }
}

impl Retry {
    /// A retry with these settings.
    pub fn new(settings: Settings) -> Result<Self, Invalid> {
        let mut rules = [const { None }; Class::COUNT];
        let most = settings.max_retries.unwrap_or(FOREVER);
        for (class, rule) in settings.rules {
            let Rule { retries, backoff, retry_after } = rule;
            let backoff = Backoff::new(backoff)?;
            let endless = retries == FOREVER && most == FOREVER;
            Invalid::unless(
                !(endless && backoff.ends_in_zero()),
                "retries",
                "limited unless its waits are longer than zero",
            )?;
            rules[class as usize] = Some(Ready { retries, backoff, retry_after });
        }
        Ok(Self {
            rules,
            max_retries: most,
            max_elapsed: settings.max_elapsed.unwrap_or(Duration::MAX),
            too_late: settings.too_late,
            max_retry_after: settings.max_retry_after.unwrap_or(Duration::MAX),
            only_idempotent: settings.only_idempotent,
            budget: settings.budget.map(Budget::new).transpose()?,
            account: settings.account,
            calls: PerCall::default(),
        })
    }

    /// Begins to count the attempts of a call that comes at `now`.
    pub fn start(&mut self, info: CallInfo, now: Time) -> Attempts {
        if let Some(budget) = &mut self.budget {
            budget.begin(now);
        }
        Attempts {
            began: now,
            deadline: info.deadline,
            may_repeat: info.is_idempotent || !self.only_idempotent,
            ..Attempts::default()
        }
    }

    /// When to try again after an attempt that ended so, or `None` if there is no further one: then
    /// [`Attempts::answer`] is to be passed on.
    ///
    /// Draws once if the class is retried and its backoff has jitter, whatever the failure asks
    /// for.
    pub fn after(
        &mut self,
        attempts: &mut Attempts,
        outcome: Outcome,
        now: Time,
        mut draw: impl FnMut() -> f64,
    ) -> Option<Time> {
        if let Some(budget) = &mut self.budget {
            budget.settle(attempts.grant.take(), outcome, now);
        }
        let asked = self.time_of_next(attempts, outcome, now, draw);
        let granted =
            asked.filter(|_| self.account == Account::Sent || self.pay(attempts, outcome, now));
        match granted {
            Some(_) => {
                let used = &mut attempts.by_class[outcome.class()? as usize];
                used.retries = used.retries.saturating_add(1);
                attempts.retries = attempts.retries.saturating_add(1);
                attempts.answer = outcome;
            }
            None => {
                self.finish(now);
                let refused_below = outcome.class() == Some(Class::Rejected)
                    && self.rules[Class::Rejected as usize].is_none();
                if attempts.retries == 0 || !refused_below {
                    attempts.answer = outcome;
                }
            }
        }
        granted
    }

    /// Whether the retry whose time has come may be sent; else [`Attempts::answer`] is to be passed
    /// on. Refused only by a budget that is asked at sending.
    pub fn may_send(&mut self, attempts: &mut Attempts, now: Time) -> bool {
        let sends = self.account == Account::Decided || self.pay(attempts, attempts.answer, now);
        if !sends {
            self.finish(now);
        }
        sends
    }

    /// The call was given up: it holds nothing of the budget any more.
    pub fn cancel(&mut self, attempts: &mut Attempts, now: Time) {
        if let Some(budget) = &mut self.budget {
            budget.cancel(attempts.grant.take(), now);
        }
        self.finish(now);
    }

    fn finish(&mut self, now: Time) {
        if let Some(budget) = &mut self.budget {
            budget.end(now);
        }
    }

    fn pay(&mut self, attempts: &mut Attempts, failure: Outcome, now: Time) -> bool {
        let Some(budget) = &mut self.budget else { return true };
        attempts.grant = budget.ask(failure.class(), now).ok();
        attempts.grant.is_some()
    }

    /// When the next attempt would be, as far as this call goes.
    fn time_of_next(
        &mut self,
        attempts: &mut Attempts,
        outcome: Outcome,
        now: Time,
        mut draw: impl FnMut() -> f64,
    ) -> Option<Time> {
        let class = outcome.class()? as usize;
        let rule = self.rules[class].as_ref()?;
        let used = &mut attempts.by_class[class];
        let is_left = left(rule.retries, used.retries) && left(self.max_retries, attempts.retries);
        if !is_left || !attempts.may_repeat {
            return None;
        }
        // What is not begun leaves no trace in the backoff.
        let mut progress = used.progress;
        let wait = rule.backoff.next_with(&mut progress, &mut draw);
        let hint = outcome.retry_after().filter(|hint| *hint <= self.max_retry_after);
        // A wait that was asked for is not cut short.
        let may_clip = hint.is_none() || rule.retry_after == RetryAfter::Ignore;
        let asked = match (rule.retry_after, hint) {
            (RetryAfter::Floor | RetryAfter::Exact | RetryAfter::Clamp(_), None)
            | (RetryAfter::Ignore, _) => wait,
            (RetryAfter::Floor, Some(hint)) => wait.max(hint),
            (RetryAfter::Exact, Some(hint)) => hint,
            (RetryAfter::Clamp(over), Some(hint)) => wait.max(hint.min(wait + over)),
        };
        let left = self.max_elapsed - now.since(attempts.began);
        let wait = match self.too_late {
            TooLate::Clip if left < asked && may_clip && !left.is_zero() => left,
            TooLate::Clip | TooLate::Stop => asked,
        };
        let again = now + wait;
        if left < wait || attempts.deadline <= again || again == Time::MAX {
            return None;
        }
        used.progress = progress;
        Some(again)
    }
}

/// Whether one more may be used.
fn left(allowed: u32, used: u32) -> bool {
    allowed == FOREVER || used < allowed
}

impl Layer for Retry {
    fn on_call(&mut self, call: CallId, cx: &mut Context<'_>) -> Action {
        let attempts = self.start(cx.info(), cx.now);
        self.calls.open(call, attempts);
        Action::Send
    }

    fn on_reply(&mut self, call: CallId, outcome: Outcome, cx: &mut Context<'_>) -> Action {
        let mut attempts = self.calls[call];
        let again = self.after(&mut attempts, outcome, cx.now, || cx.uniform());
        self.calls[call] = attempts;
        again.map_or(Action::Reply(attempts.answer()), Action::WaitUntil)
    }

    fn on_wake(&mut self, call: CallId, cx: &mut Context<'_>) -> Action {
        let mut attempts = self.calls[call];
        let sends = self.may_send(&mut attempts, cx.now);
        self.calls[call] = attempts;
        if sends { Action::Send } else { Action::Reply(attempts.answer()) }
    }

    fn on_cancel(&mut self, call: CallId, cx: &mut Context<'_>) {
        let mut attempts = self.calls[call];
        self.cancel(&mut attempts, cx.now);
        self.calls[call] = attempts;
    }
}
