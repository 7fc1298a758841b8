//! Whatever happens, calls under way are counted exactly, and no target is used that is out.

use std::collections::BTreeMap;

use patterns::balance::*;
use patterns::outlier::{Back, CapReading};
use patterns::settings::Auto;
use patterns::testing::Driver;
use patterns::{Action, Class, Duration, Outcome, Target, Time};
use proptest::prelude::*;

use crate::balance::{PICKERS, among};
use crate::outlier::in_a_row;

const TARGETS: u16 = 3;

#[derive(Clone, Copy, Debug)]
enum Happening {
    Pass(u64),
    Call(u32),
    Reply(u32, Outcome),
    Cancel(u32),
    Late(u32, Outcome),
}

fn happenings() -> impl Strategy<Value = Vec<Happening>> {
    let class = prop::sample::select(Class::ALL.to_vec());
    let hint = prop_oneof![Just(0), 1..60_u64].prop_map(Duration::from_nanos);
    let failed = (class, hint).prop_map(|(class, hint)| Outcome::failed_until(class, hint));
    let refused = (1..60_u64)
        .prop_map(|nanos| Outcome::failed_until(Class::BreakerOpen, Duration::from_nanos(nanos)));
    let outcome = || {
        prop_oneof![
            2 => Just(Outcome::Ok),
            3 => failed.clone(),
            1 => refused.clone(),
        ]
    };
    let happening = prop_oneof![
        2 => prop_oneof![3 => 0..5_u64, 1 => 0..40_u64].prop_map(Happening::Pass),
        5 => (0..12_u32).prop_map(Happening::Call),
        5 => (0..12_u32, outcome()).prop_map(|(call, outcome)| Happening::Reply(call, outcome)),
        1 => (0..12_u32).prop_map(Happening::Cancel),
        1 => (0..12_u32, outcome()).prop_map(|(call, outcome)| Happening::Late(call, outcome)),
    ];
    prop::collection::vec(happening, 1..200)
}

fn settings() -> impl Strategy<Value = Settings> {
    let back = prop::sample::select(vec![
        Back::AtInterval,
        Back::AfterInterval,
        Back::AtEnd,
        Back::ByProbe,
    ]);
    let reading = prop::sample::select(vec![CapReading::After, CapReading::Before]);
    let eject = (1..3_u32, back, reading, prop::sample::select(vec![0_u8, 40, 70, 100, 100]))
        .prop_map(|(failures, back, cap_reading, max_ejection_percent)| {
            in_a_row(failures).with(|it| {
                it.interval = Duration::from_nanos(10);
                it.base_ejection_time = Duration::from_nanos(20);
                it.max_ejection_time = Auto::Is(Duration::from_nanos(90));
                it.ejection_jitter = Duration::from_nanos(9);
                it.back = back;
                it.cap_reading = cap_reading;
                it.max_ejection_percent = max_ejection_percent;
            })
        });
    let slow = (1..40_u64).prop_map(|nanos| SlowStart::of(Duration::from_nanos(nanos)));
    let knobs = (0..=MAX_RESELECT, any::<bool>(), any::<bool>(), any::<bool>());
    (
        prop::sample::select(PICKERS.to_vec()),
        prop::option::of(eject),
        prop::sample::select(vec![0_u8, 50, 100]),
        prop::option::of(slow),
        knobs,
    )
        .prop_map(|(picker, eject, panic_percent, slow_start, knobs)| {
            let (reselect, respect_retry_after, counts_late, cancelled) = knobs;
            let shares = !matches!(picker, Picker::ByCaller | Picker::InOrder) && eject.is_some();
            among(TARGETS, picker).with(|it| {
                it.eject = eject;
                it.panic_percent = panic_percent;
                it.reselect = Auto::Is(reselect);
                it.respect_retry_after = respect_retry_after;
                it.slow_start = slow_start.filter(|_| shares);
                it.late = if counts_late { LateResults::Count } else { LateResults::Drop };
                it.cancelled = if cancelled { OnCancel::Timeout } else { OnCancel::Ignore };
            })
        })
}

/// What is known of the calls from outside.
struct Outside {
    settings: Settings,
    driver: Driver<Balance>,
    /// Where each open call is under way, and who has refused it.
    open: BTreeMap<u32, (u16, Vec<u16>)>,
    given_up: Vec<u32>,
    /// Every hint there was: of which target, and until when.
    hints: Vec<(u16, Time)>,
}

impl Outside {
    /// The targets that a call may use now, were it decided anew, and when the next one may be.
    fn usable(&self, refused: &[u16]) -> (Vec<u16>, Option<Time>) {
        let now = self.driver.now;
        let mut usable = Vec::new();
        let mut next: Option<Time> = None;
        // What is found by passing time alone is found now.
        let mut outliers = self.driver.layer.outliers().cloned();
        let out = outliers.as_mut().map_or(0, |outliers| {
            outliers.advance_with(now, &mut || 0.5);
            outliers.ejected()
        });
        let percent_in = 100 * (TARGETS - out) / TARGETS;
        let panic = out > 0 && percent_in < u16::from(self.settings.panic_percent);
        for target in (0..TARGETS).filter(|target| !refused.contains(target)) {
            let last = self.hints.iter().rev().find(|(of, _)| *of == target);
            let shut = last.map_or(Time::ZERO, |(_, until)| *until);
            let ejection =
                outliers.as_ref().filter(|outliers| !panic && outliers.is_ejected(target, now));
            let until = match ejection.map(|outliers| outliers.ejection(target)) {
                None => Some(shut),
                Some(ejection) => {
                    let until = ejection.expect("ejected").until;
                    (now < until).then_some(until.max(shut))
                }
            };
            if until.is_some_and(|until| until <= now) {
                usable.push(target);
            }
            next = match (next, until) {
                (Some(next), Some(until)) => Some(next.min(until)),
                (next, until) => next.or(until),
            };
        }
        (usable, next)
    }

    fn carry_out(
        &mut self,
        call: u32,
        step: Action,
        refused: Vec<u16>,
        usable: &(Vec<u16>, Option<Time>),
        otherwise: Option<Outcome>,
    ) {
        match step {
            Action::SendTo(Target(target)) => {
                let target = target as u16;
                assert!(usable.0.contains(&target), "{target} is out");
                self.open.insert(call, (target, refused));
            }
            Action::Reply(outcome) => {
                assert!(usable.0.is_empty(), "{:?} might be used", usable.0);
                let none = Outcome::refused(Class::Rejected, usable.1, self.driver.now);
                assert_eq!(outcome, otherwise.unwrap_or(none));
            }
            step => panic!("{step:?}"),
        }
    }

    fn call(&mut self, call: u32) {
        if !self.open.contains_key(&call) && !self.given_up.contains(&call) {
            let usable = self.usable(&[]);
            let step = self.driver.call(call);
            self.carry_out(call, step, Vec::new(), &usable, None);
        }
    }

    fn reply(&mut self, call: u32, outcome: Outcome) {
        let Some((target, mut refused)) = self.open.remove(&call) else { return };
        let is_refusal = outcome.class().is_some_and(Class::is_refusal);
        let again = is_refusal && refused.len() < self.settings.reselect.or(0).into();
        if let Some(hint) = outcome.retry_after()
            && is_refusal
            && self.settings.respect_retry_after
        {
            self.hints.push((target, self.driver.now + hint));
        }
        // A refusal changes nothing for the others.
        refused.push(target);
        let usable = self.usable(&refused);
        let step = self.driver.reply(call, outcome);
        if !again {
            assert_eq!(step, Action::Reply(outcome));
            return;
        }
        self.carry_out(call, step, refused, &usable, Some(outcome));
    }

    fn check(&self) {
        for target in 0..TARGETS {
            let open = self.open.values().filter(|(of, _)| *of == target).count();
            assert_eq!(self.driver.layer.in_flight(target) as usize, open);
        }
        let state = self.driver.layer.state().name();
        let last = self.driver.states().last().copied().unwrap_or("all-in");
        assert_eq!(state, last, "every change is noted");
        let notes = self.driver.states();
        assert!(notes.windows(2).all(|pair| pair[0] != pair[1]), "and only changes");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    #[test]
    fn calls_go_where_they_may_and_are_counted_exactly(
        settings in settings(),
        story in happenings(),
    ) {
        let mut outside = Outside {
            settings: settings.clone(),
            driver: Driver::new(Balance::new(settings).expect("valid"), &[0.1, 0.7, 0.4]),
            open: BTreeMap::new(),
            given_up: Vec::new(),
            hints: Vec::new(),
        };
        for happening in story {
            match happening {
                Happening::Pass(nanos) => outside.driver.pass(Duration::from_nanos(nanos)),
                Happening::Call(call) => outside.call(call),
                Happening::Reply(call, outcome) => outside.reply(call, outcome),
                Happening::Cancel(call) => {
                    if outside.open.remove(&call).is_some() {
                        outside.driver.cancel(call);
                        outside.given_up.push(call);
                    }
                }
                Happening::Late(call, outcome) => {
                    if let Some(place) = outside.given_up.iter().position(|gone| *gone == call) {
                        outside.given_up.swap_remove(place);
                        outside.driver.late(call, outcome);
                    }
                }
            }
            outside.check();
        }
        let open: Vec<u32> = outside.open.keys().copied().collect();
        for call in open {
            outside.open.remove(&call);
            outside.driver.cancel(call);
        }
        outside.check();
    }

    #[test]
    fn the_same_story_makes_the_same_picks(settings in settings(), story in happenings()) {
        let run = |settings| {
            let balance = Balance::new(settings).expect("valid");
            let mut driver = Driver::new(balance, &[0.3, 0.9, 0.6, 0.1]);
            let mut steps = Vec::new();
            let mut open = Vec::new();
            for happening in &story {
                match *happening {
                    Happening::Pass(nanos) => driver.pass(Duration::from_nanos(nanos)),
                    Happening::Call(call) if !open.contains(&call) => {
                        let step = driver.call(call);
                        if matches!(step, Action::SendTo(_)) {
                            open.push(call);
                        }
                        steps.push(step);
                    }
                    Happening::Reply(call, outcome) if open.contains(&call) => {
                        let step = driver.reply(call, outcome);
                        if matches!(step, Action::Reply(_)) {
                            open.retain(|other| *other != call);
                        }
                        steps.push(step);
                    }
                    Happening::Call(_)
                    | Happening::Reply(..)
                    | Happening::Cancel(_)
                    | Happening::Late(..) => {}
                }
            }
            (steps, driver.rng.taken(), driver.states())
        };
        prop_assert_eq!(run(settings.clone()), run(settings));
    }
}
