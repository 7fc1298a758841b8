//! Hedging against a model that looks through the whole history of a call each time.

use patterns::hedge::{
    AllFailed, CountsFrom, Delay, Hedge, OnFailure, OnRefusal, Pushback, Settings,
};
use patterns::testing::Driver;
use patterns::{Action, CallInfo, Class, Classes, Duration, Outcome, Time};
use proptest::prelude::*;

use crate::hedge_plan::{Event, Plan, REJECTED, nanos, plan};

/// How an attempt will go.
#[derive(Clone, Copy, Debug)]
struct Attempt {
    takes: u64,
    ends: Outcome,
    /// A budget refuses it, if it is a hedge.
    refused: bool,
}

/// What happens to the call from outside.
#[derive(Clone, Copy, Debug)]
struct Story {
    is_idempotent: bool,
    /// Of a reply and a wake in one instant, which comes first.
    replies_first: bool,
    cancelled_at: Option<u64>,
    woken_too_early: bool,
}

/// One call, how it went so far, and what goes on below.
struct Call<'a> {
    settings: Settings,
    story: Story,
    attempts: &'a [Attempt],
    driver: Driver<Hedge>,
    history: Vec<Event>,
    under_way: Vec<(u64, Outcome)>,
    wake: Option<u64>,
    answer: Option<Outcome>,
}

impl<'a> Call<'a> {
    fn begin(settings: Settings, story: Story, attempts: &'a [Attempt], start: u64) -> Self {
        Self::begin_at(Hedge::new(settings).expect("valid"), settings, story, attempts, start)
    }

    /// A call at a hedge that may or may not keep to these settings.
    fn begin_at(
        hedge: Hedge,
        settings: Settings,
        story: Story,
        attempts: &'a [Attempt],
        start: u64,
    ) -> Self {
        let mut driver = Driver::new(hedge, &[]);
        driver.now = Time::from_nanos(start);
        driver.info = CallInfo { is_idempotent: story.is_idempotent, ..CallInfo::default() };
        let (history, under_way) = (Vec::new(), Vec::new());
        let mut call = Self {
            settings,
            story,
            attempts,
            driver,
            history,
            under_way,
            wake: None,
            answer: None,
        };
        let step = call.driver.call(0);
        call.launched(step);
        call
    }

    fn now(&self) -> u64 {
        self.driver.now.as_nanos()
    }

    fn launches(&self) -> Vec<u64> {
        let launched = |event: &Event| match event {
            Event::Launched(at) => Some(*at),
            Event::Ended(..) | Event::Refused(_) => None,
        };
        self.history.iter().filter_map(launched).collect()
    }

    fn launched(&mut self, step: Action) {
        let hedges = self.launches().len();
        self.history.push(Event::Launched(self.now()));
        let due = match plan(&self.settings, self.story.is_idempotent, &self.history) {
            Plan::Wait(due) => due,
            plan => panic!("{plan:?} after a launch"),
        };
        let expected = due.map_or(Action::Send, |at| Action::SendAndWake(Time::from_nanos(at)));
        assert_eq!(step, expected, "{:?}", self.history);
        self.wake = due;
        let attempt = self.attempts[hedges % self.attempts.len()];
        if hedges > 0 && attempt.refused {
            self.history.push(Event::Refused(REJECTED));
            let step = self.driver.reply(0, REJECTED);
            self.go_on(step);
        } else {
            self.under_way.push((self.now() + attempt.takes, attempt.ends));
        }
    }

    /// Sees that this step follows from what has happened.
    fn go_on(&mut self, step: Action) {
        match plan(&self.settings, self.story.is_idempotent, &self.history) {
            Plan::Answer(outcome) => {
                assert_eq!(step, Action::Reply(outcome), "{:?}", self.history);
                self.answer = Some(outcome);
            }
            Plan::Launch => self.launched(step),
            Plan::Wait(due) => {
                let expected =
                    due.map_or(Action::Wait, |at| Action::WaitUntil(Time::from_nanos(at)));
                assert_eq!(step, expected, "{:?}", self.history);
                self.wake = due;
            }
        }
    }

    /// Lets the next thing happen, until the call has ended.
    fn run(&mut self) {
        while self.answer.is_none() {
            let reply = self.under_way.iter().map(|(at, _)| *at).min();
            let next = [reply, self.wake].into_iter().flatten().min().expect("something goes on");
            if self.story.cancelled_at.is_some_and(|at| at <= next) {
                self.driver.cancel(0);
                for (_, outcome) in std::mem::take(&mut self.under_way) {
                    self.driver.late(0, outcome);
                }
                return;
            }
            if self.story.woken_too_early && self.now() < next {
                let step = self.driver.wake(0);
                self.go_on_waiting(step);
            }
            self.driver.now = Time::from_nanos(next);
            let replies = reply == Some(next);
            if replies && (self.story.replies_first || self.wake != Some(next)) {
                let which = self.under_way.iter().position(|(at, _)| *at == next);
                let (_, outcome) = self.under_way.remove(which.expect("it is under way"));
                self.history.push(Event::Ended(next, outcome));
                let step = self.driver.reply(0, outcome);
                self.go_on(step);
            } else {
                let step = self.driver.wake(0);
                self.launched(step);
            }
            assert!(self.under_way.len() <= self.settings.max_hedges as usize + 1);
        }
    }

    /// A wake before its time changes nothing.
    fn go_on_waiting(&mut self, step: Action) {
        let expected = self.wake.map_or(Action::Wait, |at| Action::WaitUntil(Time::from_nanos(at)));
        assert_eq!(step, expected, "woken too early");
    }
}

fn outcome() -> impl Strategy<Value = Outcome> {
    let classes = vec![Class::Network, Class::Overload, Class::Validation];
    let failed = (prop::sample::select(classes), prop_oneof![Just(0), 1..30_u64])
        .prop_map(|(class, hint)| Outcome::failed_until(class, Duration::from_nanos(hint)));
    prop_oneof![2 => Just(Outcome::Ok), 1 => Just(Outcome::Degraded), 6 => failed]
}

fn attempt() -> impl Strategy<Value = Attempt> {
    (0..40_u64, outcome(), prop::bool::weighted(0.2)).prop_map(|(takes, ends, refused)| Attempt {
        takes,
        ends,
        refused,
    })
}

fn settings() -> impl Strategy<Value = Settings> {
    let fixed = prop_oneof![1 => Just(0), 4 => 1..20_u64]
        .prop_map(|delay| Delay::Fixed(Duration::from_nanos(delay)));
    let on_failure = prop::sample::select(vec![
        OnFailure::NextAtOnce,
        OnFailure::KeepsTime,
        OnFailure::NoMore,
        OnFailure::Ends,
    ]);
    let when = prop_oneof![
        1 => Just((Delay::Never, OnFailure::NextAtOnce)),
        4 => (fixed, on_failure),
    ];
    let counts = prop::sample::select(vec![CountsFrom::LastLaunch, CountsFrom::FirstLaunch]);
    let fatal = prop::sample::select(vec![Classes::NONE, Classes::NONE.with(Class::Validation)]);
    let pushback = prop::sample::select(vec![Pushback::Heeded, Pushback::Ignored]);
    let on_refusal =
        prop::sample::select(vec![OnRefusal::NoMore, OnRefusal::Skipped, OnRefusal::Ends]);
    let all_failed = prop::sample::select(vec![AllFailed::First, AllFailed::Last]);
    (when, 0..6_u32, counts, fatal, pushback, on_refusal, all_failed).prop_map(
        |(when, max_hedges, counts_from, fatal, pushback, on_refusal, all_failed)| {
            Settings::of(when.0).with(|it| {
                it.max_hedges = max_hedges;
                it.counts_from = counts_from;
                it.on_failure = when.1;
                it.fatal = fatal;
                it.pushback = pushback;
                it.on_refusal = on_refusal;
                it.all_failed = all_failed;
            })
        },
    )
}

fn story() -> impl Strategy<Value = Story> {
    let cancelled_at = prop::option::weighted(0.2, 100..200_u64);
    (prop::bool::weighted(0.9), any::<bool>(), cancelled_at, any::<bool>()).prop_map(
        |(is_idempotent, replies_first, cancelled_at, woken_too_early)| Story {
            is_idempotent,
            replies_first,
            cancelled_at,
            woken_too_early,
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4_000))]

    #[test]
    fn a_race_is_what_its_history_makes_it(
        settings in settings(),
        story in story(),
        attempts in prop::collection::vec(attempt(), 1..7),
    ) {
        let mut call = Call::begin(settings, story, &attempts, 100);
        call.run();
        let launches = call.launches();
        let most = if story.is_idempotent { settings.max_hedges as usize } else { 0 };
        prop_assert!(launches.len() <= 1 + most);
        prop_assert!(launches.is_sorted());
        prop_assert_eq!(call.driver.rng.taken(), 0);
        prop_assert!(call.driver.effects.states.is_empty());
        if call.answer.is_some_and(|answer| !answer.is_ok()) {
            let mut heard = call.history.iter().filter_map(|event| match event {
                Event::Ended(_, outcome) => Some(*outcome),
                Event::Launched(_) | Event::Refused(_) => None,
            });
            prop_assert!(!heard.any(Outcome::is_ok), "a good answer wins");
        }
    }

    #[test]
    fn only_lengths_of_time_matter(
        settings in settings(),
        story in story(),
        attempts in prop::collection::vec(attempt(), 1..7),
        later in 0..1_000_000_000_u64,
    ) {
        let story = Story { cancelled_at: None, ..story };
        let [now, then] = [0, later].map(|start| {
            let mut call = Call::begin(settings, story, &attempts, start);
            call.run();
            let launches: Vec<u64> = call.launches().iter().map(|at| at - start).collect();
            (launches, call.answer, call.now() - start)
        });
        prop_assert_eq!(now, then);
    }

    /// Of each call that nothing goes wrong with.
    #[test]
    fn slow_attempts_are_followed_by_others_on_time(
        settings in settings(),
        takes in 0..200_u64,
        replies_first: bool,
    ) {
        let attempts = [Attempt { takes, ends: Outcome::Ok, refused: false }];
        let story = Story {
            is_idempotent: true,
            replies_first,
            cancelled_at: None,
            woken_too_early: false,
        };
        let mut call = Call::begin(settings, story, &attempts, 100);
        call.run();
        let in_time = |at: &u64| if replies_first { *at < takes } else { *at <= takes };
        let expected: Vec<u64> = match nanos(settings.delay) {
            None => vec![100],
            Some(delay) => {
                let hedges = (1..=u64::from(settings.max_hedges)).map(|hedge| hedge * delay);
                [0].into_iter().chain(hedges.filter(in_time)).map(|at| 100 + at).collect()
            }
        };
        prop_assert_eq!(call.launches(), expected);
        prop_assert_eq!((call.answer, call.now()), (Some(Outcome::Ok), 100 + takes));
    }

    /// However fast the calls fail, and whatever is asked for.
    #[test]
    fn one_after_the_other_means_never_two_at_a_time(
        settings in settings(),
        story in story(),
        attempts in prop::collection::vec(attempt(), 1..7),
    ) {
        let settings = settings.with(|it| {
            it.delay = Delay::Never;
            it.on_failure = OnFailure::NextAtOnce;
        });
        let mut call = Call::begin(settings, story, &attempts, 100);
        call.run();
        let mut under_way = 0;
        for event in &call.history {
            under_way += if matches!(event, Event::Launched(_)) { 1 } else { -1 };
            prop_assert!(under_way <= 1);
        }
    }
}

/// A hedge that does otherwise than its settings say in any one thing is found out.
#[test]
fn the_model_sees_each_setting() {
    let story = Story {
        is_idempotent: true,
        replies_first: true,
        cancelled_at: None,
        woken_too_early: false,
    };
    let ends = |takes, ends| Attempt { takes, ends, refused: false };
    let [network, overload, wrong] =
        [Class::Network, Class::Overload, Class::Validation].map(Outcome::failed);
    let later = Outcome::failed_until(Class::Overload, Duration::from_nanos(7));
    let refused = Attempt { takes: 99, ends: network, refused: true };
    let slow = ends(99, overload);

    let said = Settings::of(Delay::Fixed(Duration::from_nanos(10))).with(|it| it.max_hedges = 2);
    let cases = [
        (said.with(|it| it.delay = Delay::Fixed(Duration::from_nanos(11))), vec![slow]),
        (said.with(|it| it.max_hedges = 3), vec![slow]),
        (said.with(|it| it.counts_from = CountsFrom::FirstLaunch), vec![ends(3, network), slow]),
        (said.with(|it| it.on_failure = OnFailure::KeepsTime), vec![ends(3, network)]),
        (said.with(|it| it.fatal = Classes::NONE), vec![ends(3, wrong)]),
        (said.with(|it| it.pushback = Pushback::Ignored), vec![ends(3, later)]),
        (said.with(|it| it.refusals = Classes::NONE), vec![slow, refused]),
        (said.with(|it| it.on_refusal = OnRefusal::Skipped), vec![slow, refused]),
        (said.with(|it| it.all_failed = AllFailed::First), vec![ends(3, network), slow]),
    ];
    for (done, attempts) in cases {
        let run = |done: Settings| {
            let hedge = Hedge::new(done).expect("valid");
            std::panic::catch_unwind(|| Call::begin_at(hedge, said, story, &attempts, 100).run())
        };
        assert!(run(said).is_ok());
        assert!(run(done).is_err(), "not seen: {done:?}");
    }
}
