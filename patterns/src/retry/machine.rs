//! The retry itself.

use std::sync::Arc;

use super::attempts::Attempts;
use super::report::{Counter, Counters};
use super::rules::{FOREVER, RetryAfter};
use super::settings::{Account, Settings, TooLate};
use crate::backoff::{Backoff, Progress};
use crate::budget::Budget;
use crate::call_info::CallInfo;
use crate::invalid::Invalid;
use crate::layer::{PerCall, Rng};
use crate::outcome::{Class, Outcome};
use crate::report::Level;
use crate::settings::check;
use crate::time::{Duration, Time};

/// Further attempts after failures.
///
/// A call whose [`Attempts`] are dropped without an end, by [`Retry::after`] or [`Retry::cancel`],
/// counts as under way for ever in a budget, and in nothing else.
///
/// # Example
///
/// ```
/// use patterns::backoff::{self, Jitter};
/// use patterns::retry::{Retry, Rule, Settings};
/// use patterns::{CallInfo, Class, Duration, Outcome, Time};
///
/// # fn main() -> Result<(), patterns::Invalid> {
/// let waits = backoff::Settings::constant(Duration::from_secs(2)).spread(Jitter::Full);
/// let mut retry = Retry::new(Settings::of([(Class::Network, Rule::of(1, waits))].into()))?;
/// let mut draws = || 0.5;
///
/// let now = Time::ZERO;
/// let mut attempts = retry.start(now, CallInfo::default());
/// let failed = Outcome::failed(Class::Network);
/// let again = retry.after_with(&mut attempts, failed, now, &mut draws);
/// assert_eq!(again, Some(now + Duration::from_secs(1)));
/// assert_eq!(retry.after_with(&mut attempts, failed, now, &mut draws), None);
/// assert_eq!(attempts.answer(), failed);
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct Retry {
    pub(super) policy: Policy,
    /// Used by the layer alone.
    pub(super) calls: PerCall<Attempts>,
    /// Calls that wait for their next attempt.
    pub(super) waiting: Level,
}

/// A retry without the calls that are under way.
#[derive(Debug)]
pub(super) struct Policy {
    settings: Settings,
    /// Classes whose rules are equal have the same one.
    rules: [Option<Arc<Ready>>; Class::COUNT],
    budget: Option<Budget>,
    pub(super) counters: Counters,
}

/// A rule that was checked.
#[derive(Debug)]
struct Ready {
    retries: u32,
    backoff: Backoff,
    retry_after: RetryAfter,
}

impl Retry {
    /// A retry with these settings.
    ///
    /// # Errors
    ///
    /// If a setting is out of its range, or it could go round for ever in one instant.
    pub fn new(settings: Settings) -> Result<Self, Invalid> {
        check(&settings)?;
        let mut rules = [const { None }; Class::COUNT];
        for (class, rule) in settings.rules.iter() {
            let same = settings.rules.iter().find(|(_, other)| *other == rule);
            let ready = same.and_then(|(first, _)| rules[first as usize].clone());
            rules[class as usize] = Some(match ready {
                Some(ready) => ready,
                None => Arc::new(Ready {
                    retries: rule.retries,
                    backoff: Backoff::new(rule.backoff.clone())?,
                    retry_after: rule.retry_after.unwrap_or(settings.retry_after),
                }),
            });
        }
        let retried = settings.rules.classes();
        let budget = settings.budget.map(|budget| Budget::of_calls(budget, retried)).transpose()?;
        let policy = Policy { settings, rules, budget, counters: Counters::default() };
        Ok(Self { policy, calls: PerCall::default(), waiting: Level::default() })
    }

    /// Its settings.
    pub fn settings(&self) -> &Settings {
        &self.policy.settings
    }

    /// Its budget, if it has one.
    pub fn budget(&self) -> Option<&Budget> {
        self.policy.budget.as_ref()
    }

    /// Whether a wait depends on chance, so that [`Retry::after_with`] is needed.
    pub fn uses_chance(&self) -> bool {
        self.policy.rules.iter().flatten().any(|rule| rule.backoff.uses_chance())
    }

    /// Begins to count the attempts of a call that comes at `now`.
    pub fn start(&mut self, now: Time, info: CallInfo) -> Attempts {
        let mut attempts = Attempts::default();
        self.policy.start(&mut attempts, info, now);
        attempts
    }

    /// When to try again after an attempt that ended so, or `None` if there is no further one: then
    /// [`Attempts::answer`] is to be passed on.
    ///
    /// # Panics
    ///
    /// If the backoff of its class has jitter: then take [`Retry::after_with`].
    pub fn after(&mut self, attempts: &mut Attempts, outcome: Outcome, now: Time) -> Option<Time> {
        let mut none = || panic!("a retry with jitter needs `after_with`");
        self.policy.after(attempts, outcome, now, &mut none)
    }

    /// As [`Retry::after`], with draws for jitter.
    ///
    /// Draws once if the class is retried and its backoff has jitter, whatever the failure asks
    /// for.
    pub fn after_with(
        &mut self,
        attempts: &mut Attempts,
        outcome: Outcome,
        now: Time,
        rng: &mut impl Rng,
    ) -> Option<Time> {
        self.policy.after(attempts, outcome, now, rng)
    }

    /// Whether the retry whose time has come may be sent; else [`Attempts::answer`] is to be passed
    /// on. Refused only by a budget that is asked at sending.
    pub fn may_send(&mut self, attempts: &mut Attempts, now: Time) -> bool {
        self.policy.may_send(attempts, now)
    }

    /// The call was given up: it holds nothing of the budget any more.
    pub fn cancel(&mut self, attempts: &mut Attempts, now: Time) {
        self.policy.cancel(attempts, now);
    }
}

impl Policy {
    /// Begins to count the attempts of a call, where those of an earlier one were.
    #[inline]
    pub(super) fn start(&mut self, attempts: &mut Attempts, info: CallInfo, now: Time) {
        if self.budget.is_some() {
            self.note_begin(now);
        }
        let may_repeat = info.is_idempotent || !self.settings.only_idempotent;
        attempts.begin(now, info.deadline, may_repeat);
    }

    #[inline(never)]
    fn note_begin(&mut self, now: Time) {
        if let Some(budget) = &mut self.budget {
            budget.begin(now);
        }
    }

    #[inline]
    pub(super) fn after(
        &mut self,
        attempts: &mut Attempts,
        outcome: Outcome,
        now: Time,
        rng: &mut impl Rng,
    ) -> Option<Time> {
        if outcome.is_ok() && self.budget.is_none() {
            // There is nothing to decide.
            self.counters[Counter::Rescued] += u64::from(0 < attempts.retries);
            attempts.answer = outcome;
            return None;
        }
        self.decide(attempts, outcome, now, rng)
    }

    /// The long way, for good answers as well.
    #[inline(never)]
    pub(super) fn decide(
        &mut self,
        attempts: &mut Attempts,
        outcome: Outcome,
        now: Time,
        rng: &mut impl Rng,
    ) -> Option<Time> {
        if self.budget.is_some() {
            self.note_result(attempts, outcome, now);
        }
        let is_paid_later = self.settings.account == Account::Sent;
        let why_not = match self.next(attempts, outcome, now, rng) {
            Ok(at) if is_paid_later || self.pay(attempts, outcome, now) => {
                attempts.retries = attempts.retries.saturating_add(1);
                attempts.answer = outcome;
                return Some(at);
            }
            Ok(_) => Counter::OutOfBudget,
            Err(why_not) => why_not,
        };
        self.end(attempts, outcome, why_not, now);
        None
    }

    /// The budget learns how an attempt has ended.
    #[inline(never)]
    fn note_result(&mut self, attempts: &mut Attempts, outcome: Outcome, now: Time) {
        if let Some(budget) = &mut self.budget {
            let counted = match outcome.class() {
                // It is as if nothing had been asked for.
                Some(class)
                    if respected(&self.rules, &self.settings, class) == RetryAfter::Ignore =>
                {
                    Outcome::failed(class)
                }
                _ => outcome,
            };
            match attempts.permit.take() {
                Some(permit) => budget.record(permit, counted, now),
                None => budget.record_first(counted, now),
            }
        }
    }

    pub(super) fn may_send(&mut self, attempts: &mut Attempts, now: Time) -> bool {
        let is_paid = self.settings.account == Account::Decided;
        let sends = is_paid || self.pay(attempts, attempts.answer, now);
        if !sends {
            self.finish(now);
            self.counters[Counter::OutOfBudget] += 1;
        } else if let Some(class) = attempts.answer.class() {
            self.counters[Counter::Retries] += 1;
            self.counters[AFTER[class as usize]] += 1;
        }
        sends
    }

    /// There is no further attempt: `why` not.
    fn end(&mut self, attempts: &mut Attempts, outcome: Outcome, why: Counter, now: Time) {
        self.finish(now);
        self.counters[why] += u64::from(why != Counter::Rescued || 0 < attempts.retries);
        let refused_below = outcome.class() == Some(Class::Rejected)
            && self.rules[Class::Rejected as usize].is_none();
        if attempts.retries == 0 || !refused_below {
            attempts.answer = outcome;
        }
    }

    pub(super) fn cancel(&mut self, attempts: &mut Attempts, now: Time) {
        if let (Some(budget), Some(permit)) = (&mut self.budget, attempts.permit.take()) {
            budget.cancel(permit, now);
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
        attempts.permit = budget.try_acquire(now, failure.class()).ok();
        attempts.permit.is_some()
    }

    /// When the next attempt would be, as far as this call goes, or why there is none; what the
    /// call has used with it is noted.
    #[inline]
    fn next(
        &self,
        attempts: &mut Attempts,
        outcome: Outcome,
        now: Time,
        rng: &mut impl Rng,
    ) -> Result<Time, Counter> {
        let class = outcome.class().ok_or(Counter::Rescued)?;
        let settings = &self.settings;
        let slot = if settings.per_class { class as usize } else { 0 };
        let used = &mut attempts.used[slot];
        let rule = self.rules[class as usize].as_ref();
        let retry_after = rule.map_or(settings.retry_after, |rule| rule.retry_after);
        let is_heard = outcome.says_when() && retry_after != RetryAfter::Ignore;
        let is_forbidden = is_heard && outcome.forbids_retry();
        let hint = if is_heard { self.hint(outcome) } else { None };
        let is_retried = rule.is_some() || (hint.is_some() && settings.retry_after_overrules);
        if !is_retried || !attempts.may_repeat || is_forbidden {
            return Err(Counter::NotRetryable);
        }
        let is_left = left(settings.max_retries, attempts.retries)
            && rule.is_none_or(|rule| left(rule.retries, used.retries));
        if !is_left {
            return Err(Counter::Exhausted);
        }
        let is_limited = settings.max_elapsed < Duration::MAX;
        let left = is_limited.then(|| settings.max_elapsed - now.since(attempts.began));
        if settings.too_late == TooLate::AfterAttempt && left == Some(Duration::ZERO) {
            return Err(Counter::TooLate);
        }
        let wait = match rule {
            Some(rule) => {
                let wait = rule.backoff.next_with(&mut used.progress, rng);
                hint.map_or(wait, |hint| heed(retry_after, hint, wait))
            }
            None => hint.unwrap_or_default(),
        };
        if hint.is_some() && settings.retry_after_restarts {
            used.progress = Progress::default();
        }
        attempts.has_used = true;
        used.retries = used.retries.saturating_add(1);
        let wait = match left {
            // A wait that was asked for is not cut short.
            Some(left) => self.in_time(left, wait, hint.is_none()),
            None => Some(wait),
        };
        let at = wait.map_or(Time::MAX, |wait| now + wait);
        if at < attempts.deadline { Ok(at) } else { Err(Counter::TooLate) }
    }

    /// How long a failure asks to wait, if it is a length to be heeded.
    #[inline(never)]
    fn hint(&self, outcome: Outcome) -> Option<Duration> {
        let range = self.settings.min_retry_after..=self.settings.max_retry_after;
        outcome.retry_after().filter(|hint| range.contains(hint))
    }

    /// How long a wait is where there is this time left, if there is a wait at all.
    #[inline(never)]
    fn in_time(&self, left: Duration, wait: Duration, may_clip: bool) -> Option<Duration> {
        match self.settings.too_late {
            TooLate::AfterAttempt => Some(wait),
            TooLate::Clip if may_clip && !left.is_zero() => Some(wait.min(left)),
            TooLate::Clip | TooLate::Stop => (wait <= left).then_some(wait),
        }
    }
}

/// What counts the retries after failures of each class.
const AFTER: [Counter; Class::COUNT] = [
    Counter::Network,
    Counter::Timeout,
    Counter::RateLimit,
    Counter::Overload,
    Counter::Validation,
    Counter::BreakerOpen,
    Counter::BulkheadFull,
    Counter::Rejected,
];

/// What is made of hints of failures of a class.
fn respected(
    rules: &[Option<Arc<Ready>>; Class::COUNT],
    settings: &Settings,
    class: Class,
) -> RetryAfter {
    rules[class as usize].as_ref().map_or(settings.retry_after, |rule| rule.retry_after)
}

/// How long to wait where the backoff says `wait` and the callee asks for `hint`.
fn heed(retry_after: RetryAfter, hint: Duration, wait: Duration) -> Duration {
    match retry_after {
        RetryAfter::Floor => wait.max(hint),
        RetryAfter::Exact => hint,
        RetryAfter::Clamp(over) => wait.max(hint.min(wait + over)),
        RetryAfter::Ignore => wait,
    }
}

/// Whether one more may be used.
fn left(allowed: u32, used: u32) -> bool {
    allowed == FOREVER || used < allowed
}
