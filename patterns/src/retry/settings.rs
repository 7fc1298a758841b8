//! What a retry can be set to.

use super::rules::{FOREVER, RetryAfter, Rules};
use crate::budget;
use crate::invalid::Findings;
use crate::outcome::Class;
use crate::settings;
use crate::settings::{Fields, Reader};
use crate::time::Duration;

settings! {
    /// Tries again after failures, by rules for classes of failure. A class without a rule is
    /// passed on at once.
    #[derive(Clone, Debug, PartialEq)]
    #[non_exhaustive]
    pub struct Settings {
        /// The rule for each class.
        @flat rules: Rules,
        /// How many retries one call may take over all classes; the rules hold besides. Most
        /// libraries have this one number alone, and from 1 to 5.
        max_retries: u32 [.unlimited()] = FOREVER,
        /// Whether each class counts its own retries and has its own backoff, which goes on where
        /// it stood: as with one retry for each kind of failure, one inside the other. `false` is
        /// one count and one backoff over all classes, as in most libraries: after a network
        /// failure and a 429 the second wait is the longer one.
        per_class: bool = true,
        /// How long after the call began a wait may end; exactly then is in time. Set it to what
        /// the caller of the call is willing to wait.
        max_elapsed: Duration [.unlimited()] = Duration::MAX,
        /// What becomes of a wait that would end later than `max-elapsed`.
        too_late: TooLate = TooLate::Stop,
        /// What to make of a failure that says when to come again (`Retry-After`), or never.
        retry_after: RetryAfter = RetryAfter::Floor,
        /// The shortest hint that is respected; a shorter one is as if it were not there. `1ns` is
        /// as the SDKs of OpenAI and Anthropic, for which a hint of zero is none.
        min_retry_after: Duration = Duration::ZERO,
        /// The longest hint that is respected; a longer one is as if it were not there (the SDKs of
        /// OpenAI and Anthropic: 60 s).
        max_retry_after: Duration [.unlimited()] = Duration::MAX,
        /// Whether a hint makes even a failure of a class without a rule be tried again, after
        /// exactly the time it asks for (gRPC A6, item 5 of its summary: a pushback is obeyed
        /// whatever the code).
        retry_after_overrules: bool = false,
        /// Whether the backoff begins anew after a hint was respected (gRPC). Other libraries go on
        /// where it stood.
        retry_after_restarts: bool = false,
        /// Whether a call that must not be repeated (not `idempotent`) is sent but once, whatever
        /// its failure. Libraries do not know that; who uses them has to.
        only_idempotent: bool = true,
        /// What limits the retries of all calls together: with `share(20%, least=3)` at most a
        /// fifth of what is under way are retries. `none` if nothing does.
        budget: Option<budget::Settings> = None,
        /// When the budget is asked.
        account: Account = Account::Decided,
    }
    rules no_loop_in_one_instant;
    warns warns;
}

settings! {
    /// What becomes of a wait that would end later than `max-elapsed`.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub enum TooLate {
        /// It is not begun: the failure is passed on at once (cenkalti/backoff).
        Stop,
        /// It is shortened, and the last try made at exactly that time; no time at all is too late
        /// (failsafe's `maxDuration`).
        Clip,
        /// It may end when it likes: only when an attempt has failed is the time looked at, and
        /// from exactly `max-elapsed` on there is no further one (tenacity's `stop_after_delay`).
        AfterAttempt,
    }
}

settings! {
    /// When a budget is asked for a retry.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub enum Account {
        /// When the attempt before it has failed, so that retries which wait count as being under
        /// way (gRPC, AWS, Finagle, Envoy). A burst of failures uses the budget up at once.
        Decided,
        /// When its wait is over, so that waiting costs nothing; a refusal then comes after the
        /// wait (failsafe-go).
        Sent,
    }
}

impl Settings {
    /// These rules, with no other limit; what must not be repeated is not.
    pub fn of(rules: Rules) -> Self {
        Self {
            rules,
            max_retries: FOREVER,
            per_class: true,
            max_elapsed: Duration::MAX,
            too_late: TooLate::Stop,
            retry_after: RetryAfter::Floor,
            min_retry_after: Duration::ZERO,
            max_retry_after: Duration::MAX,
            retry_after_overrules: false,
            retry_after_restarts: false,
            only_idempotent: true,
            budget: None,
            account: Account::Decided,
        }
    }

    /// How many retries the rules allow one call in all.
    fn retries_by_rules(&self) -> u32 {
        let retries = self.rules.iter().map(|(_, rule)| rule.retries);
        if self.per_class {
            retries.fold(0, u32::saturating_add)
        } else {
            retries.max().unwrap_or(0)
        }
    }

    fn heeds_hints(&self) -> bool {
        let respects =
            |own: Option<RetryAfter>| own.unwrap_or(self.retry_after) != RetryAfter::Ignore;
        self.retry_after_overrules || self.rules.iter().any(|(_, rule)| respects(rule.retry_after))
    }
}

fn no_loop_in_one_instant(settings: &Settings, found: &mut Findings) {
    for (class, rule) in settings.rules.iter() {
        let is_endless = rule.retries == FOREVER && settings.max_retries == FOREVER;
        let is_valid = !(is_endless && rule.backoff.ends_in_zero());
        found.within(class.name(), |found| {
            let must_be = "limited unless its waits are longer than zero";
            found.unless(is_valid, "retries", must_be);
        });
    }
    let is_valid = settings.min_retry_after <= settings.max_retry_after;
    found.unless(is_valid, "min_retry_after", "no longer than `max-retry-after`");
    let is_bound = !settings.retry_after_overrules || settings.max_retries < FOREVER;
    found.unless(is_bound, "max_retries", "limited beside `retry-after-overrules`");
}

fn warns(settings: &Settings, fields: &Fields<'_>, reader: &mut Reader<'_>) {
    // Who writes "never" means it.
    let says_so = Class::ALL.iter().any(|class| fields.node(class.name()).is_some())
        || fields.node("others").is_some();
    let has_rule = settings.rules.iter().next().is_some() || settings.retry_after_overrules;
    if !has_rule && !says_so {
        let message = "`retry` has no effect: no class of failure has a rule";
        let help = "for example: network = \"3 x exponential(1s, factor=2, jitter=full)\"";
        reader.no_effect(&fields.place_of(""), message).help = Some(help.to_owned());
    }
    let mut warn = |key: &str, has_no_effect: bool, why: &str| {
        if has_no_effect && fields.node(key).is_some() {
            reader.no_effect(&fields.place_of(key), format!("`{key}` has no effect: {why}"));
        }
    };
    let Settings { max_retries, rules, .. } = settings;
    let retries = settings.retries_by_rules();
    let is_limit = *max_retries < retries || settings.retry_after_overrules;
    let why = format!("the rules allow one call no more than {retries} in all");
    warn("max-retries", *max_retries < FOREVER && !is_limit, &why);
    let one = rules.iter().count() < 2;
    warn("per-class", one, "at most one class is retried");
    let endless = settings.max_elapsed == Duration::MAX;
    warn("too-late", endless, "there is no `max-elapsed`");
    let deaf = !settings.heeds_hints();
    let why = "no rule respects what a failure asks for";
    for key in ["min-retry-after", "max-retry-after", "retry-after-restarts"] {
        warn(key, deaf, why);
    }
    let own = rules.iter().all(|(_, rule)| rule.retry_after.is_some());
    let why = if retries == 0 { "nothing is retried" } else { "every rule has its own" };
    warn("retry-after", own && !settings.retry_after_overrules, why);
    warn("account", settings.budget.is_none(), "there is no `budget`");
    let nothing = retries == 0 || *max_retries == 0;
    warn("budget", nothing, "nothing is retried");
}
