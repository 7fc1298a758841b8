//! A retry does, whatever is set and whatever happens, what its whole history makes it do.

use patterns::backoff::{self, Backoff, CapWhen, Curve, Jitter, Progress};
use patterns::retry::{FOREVER, Retry, RetryAfter, Rule, Rules, Settings, TooLate};
use patterns::testing::Driver;
use patterns::{Action, Class, Duration, Outcome, Time};
use proptest::prelude::*;

/// Few, so that the same ones come again.
const CLASSES: [Class; 4] = [Class::Network, Class::RateLimit, Class::Validation, Class::Rejected];

fn nanos(range: core::ops::Range<u64>) -> impl Strategy<Value = Duration> {
    range.prop_map(Duration::from_nanos)
}

fn hints() -> impl Strategy<Value = RetryAfter> {
    prop_oneof![
        Just(RetryAfter::Floor),
        Just(RetryAfter::Exact),
        Just(RetryAfter::Ignore),
        nanos(0..60).prop_map(RetryAfter::Clamp),
    ]
}

fn rule() -> impl Strategy<Value = Rule> {
    let curve = prop_oneof![
        nanos(1..100).prop_map(Curve::Constant),
        (nanos(1..100), 1.0..3.0_f64)
            .prop_map(|(base, factor)| Curve::Exponential { base, factor }),
    ];
    let jitter = prop_oneof![Just(Jitter::None), Just(Jitter::Full), Just(Jitter::Equal)];
    let retries = prop_oneof![0..4_u32, Just(FOREVER)];
    (retries, curve, jitter, prop::option::of(hints())).prop_map(
        |(retries, curve, jitter, retry_after)| {
            let backoff = backoff::Settings::of(curve)
                .capped(Duration::from_nanos(500))
                .spread(jitter)
                .with(|backoff| backoff.cap_when = CapWhen::After);
            Rule::of(retries, backoff).with(|rule| rule.retry_after = retry_after)
        },
    )
}

fn settings() -> impl Strategy<Value = Settings> {
    let rules = prop::collection::btree_map(prop::sample::select(&CLASSES), rule(), 0..5);
    let max_retries = prop_oneof![0..6_u32, Just(FOREVER)];
    let max_elapsed = prop_oneof![nanos(0..3_000), Just(Duration::MAX)];
    let too_late =
        prop_oneof![Just(TooLate::Stop), Just(TooLate::Clip), Just(TooLate::AfterAttempt)];
    let range = (nanos(0..20), nanos(20..200));
    let flags = any::<[bool; 4]>();
    (rules, max_retries, max_elapsed, too_late, hints(), range, flags).prop_map(
        |(rules, max_retries, max_elapsed, too_late, retry_after, range, flags)| {
            Settings::of(Rules::from(rules)).with(|settings| {
                settings.max_retries = max_retries;
                settings.max_elapsed = max_elapsed;
                settings.too_late = too_late;
                settings.retry_after = retry_after;
                (settings.min_retry_after, settings.max_retry_after) = range;
                settings.per_class = flags[0];
                settings.only_idempotent = flags[1];
                settings.retry_after_restarts = flags[2];
                settings.retry_after_overrules = flags[3] && max_retries < FOREVER;
            })
        },
    )
}

/// A retry that was granted.
#[derive(Clone, Copy, Debug)]
struct Granted {
    class: Class,
    /// Whether the failure before it asked for a time, and that was heeded.
    heeded: bool,
}

/// What a failure asks for.
#[derive(Clone, Copy, Debug)]
enum Asks {
    Nothing,
    After(Duration),
    Never,
}

#[derive(Debug)]
struct Call {
    settings: Settings,
    began: Time,
    deadline: Time,
    is_idempotent: bool,
    granted: Vec<Granted>,
}

impl Call {
    /// When the call is tried again, from all that happened to it; and whether it took the draw.
    fn next(&self, class: Class, asks: Asks, now: Time, draw: f64) -> (Option<Time>, bool, bool) {
        let Settings { per_class, max_retries, max_elapsed, too_late, .. } = self.settings;
        let rule = self.settings.rules.get(class);
        let retry_after =
            rule.and_then(|rule| rule.retry_after).unwrap_or(self.settings.retry_after);
        let hears = retry_after != RetryAfter::Ignore;
        let counted = || self.granted.iter().filter(|one| !per_class || one.class == class);
        let may_repeat = self.is_idempotent || !self.settings.only_idempotent;
        let used_up = max_retries != FOREVER && self.granted.len() >= max_retries as usize
            || rule.is_some_and(|rule| {
                rule.retries != FOREVER && counted().count() >= rule.retries as usize
            });
        let elapsed = now.since(self.began);
        let over = too_late == TooLate::AfterAttempt && elapsed >= max_elapsed;
        if !may_repeat || used_up || over || hears && matches!(asks, Asks::Never) {
            return (None, false, false);
        }
        let heeded = match asks {
            Asks::After(hint)
                if hears
                    && self.settings.min_retry_after <= hint
                    && hint <= self.settings.max_retry_after =>
            {
                Some(hint)
            }
            _ => None,
        };
        let mut drawn = false;
        let wait = match (rule, heeded) {
            (None, Some(hint)) if self.settings.retry_after_overrules => hint,
            (None, _) => return (None, false, false),
            (Some(rule), heeded) => {
                let since_restart = counted()
                    .rev()
                    .take_while(|one| !(self.settings.retry_after_restarts && one.heeded));
                // A class without a rule waits for nothing that the backoff would count.
                let waits = since_restart
                    .filter(|one| self.settings.rules.get(one.class).is_some())
                    .count() as u32;
                let backoff = Backoff::new(rule.backoff.clone()).expect("valid");
                let mut progress = Progress { waits, memory: Duration::ZERO };
                let own = backoff.next_with(&mut progress, &mut || {
                    drawn = true;
                    draw
                });
                match (retry_after, heeded) {
                    (RetryAfter::Exact, Some(hint)) => hint,
                    (RetryAfter::Floor, Some(hint)) => own.max(hint),
                    (RetryAfter::Clamp(over), Some(hint)) => own.max(hint.min(own + over)),
                    _ => own,
                }
            }
        };
        let left = max_elapsed - elapsed;
        let wait = match too_late {
            TooLate::AfterAttempt => wait,
            _ if wait <= left => wait,
            TooLate::Clip if heeded.is_none() && left > Duration::ZERO => left,
            _ => return (None, drawn, heeded.is_some()),
        };
        let at = now + wait;
        ((at < self.deadline).then_some(at), drawn, heeded.is_some())
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn a_retry_is_what_its_history_makes_it(
        settings in settings(),
        deadline in prop_oneof![(0..3_000_u64).prop_map(Some), Just(None)],
        is_idempotent in prop::bool::weighted(0.8),
        draw in 0.0..1.0_f64,
        story in prop::collection::vec(
            (
                prop::sample::select(&CLASSES),
                prop_oneof![
                    3 => Just(Asks::Nothing),
                    3 => nanos(0..220).prop_map(Asks::After),
                    1 => Just(Asks::Never),
                ],
                0..100_u64,
            ),
            1..40,
        ),
    ) {
        let mut driver = Driver::new(Retry::new(settings.clone()).expect("valid"), &[draw]);
        driver.pass(Duration::from_secs(1));
        let began = driver.now;
        let deadline = deadline.map_or(Time::MAX, |nanos| began + Duration::from_nanos(nanos));
        driver.info.deadline = deadline;
        driver.info.is_idempotent = is_idempotent;
        let mut call = Call { settings, began, deadline, is_idempotent, granted: Vec::new() };
        let mut last = Outcome::Ok;
        prop_assert_eq!(driver.call(0), Action::Send);
        for (class, asks, took) in story {
            driver.pass(Duration::from_nanos(took));
            let failed = match asks {
                Asks::Nothing => Outcome::failed(class),
                Asks::After(hint) => Outcome::failed_until(class, hint),
                Asks::Never => Outcome::failed_for_good(class),
            };
            let (expected, draws, heeded) = call.next(class, asks, driver.now, draw);
            let before = driver.rng.taken();
            let step = driver.reply(0, failed);
            prop_assert_eq!(driver.rng.taken() - before, usize::from(draws));
            let Some(at) = expected else {
                let refused_below = class == Class::Rejected
                    && call.settings.rules.get(class).is_none()
                    && !call.granted.is_empty();
                let answer = if refused_below { last } else { failed };
                prop_assert_eq!(step, Action::Reply(answer));
                break;
            };
            prop_assert_eq!(step, Action::WaitUntil(at), "{:?}", call);
            last = failed;
            call.granted.push(Granted { class, heeded });
            driver.now = at;
            prop_assert_eq!(driver.wake(0), Action::Send);
        }
    }
}
