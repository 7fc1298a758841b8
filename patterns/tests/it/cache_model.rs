//! A cache does what a plain list does that is searched from end to end each time.

use patterns::cache::{Cache, CountsFrom, Eviction, Lasting, LateResults, Settings};
use patterns::testing::Driver;
use patterns::{Action, CallInfo, Class, Classes, Duration, Outcome, Time};
use proptest::prelude::*;

use crate::cache_list::Model;

const KEYS: u32 = 6;

/// What happens to a cache.
#[derive(Clone, Debug)]
enum Happening {
    Call {
        key: u32,
        is_idempotent: bool,
    },
    Reply {
        which: usize,
        outcome: Outcome,
    },
    Cancel {
        which: usize,
    },
    Late {
        which: usize,
        outcome: Outcome,
    },
    Pass(u64),
    /// The clock steps back.
    Back(u64),
}

fn some_classes() -> impl Strategy<Value = Classes> {
    let class = prop::sample::select(vec![Class::Network, Class::Overload, Class::Validation]);
    prop::collection::vec(class, 1..3).prop_map(Classes::from_iter)
}

fn some_outcome() -> impl Strategy<Value = Outcome> {
    let class = prop::sample::select(vec![Class::Network, Class::Overload, Class::Validation]);
    let failed = (class, 0..12_u64)
        .prop_map(|(class, hint)| Outcome::failed_until(class, Duration::from_nanos(hint)));
    prop_oneof![5 => Just(Outcome::Ok), 1 => Just(Outcome::Degraded), 4 => failed]
}

fn settings() -> impl Strategy<Value = Settings> {
    let span = |most: u64| (1..most).prop_map(Duration::from_nanos);
    let lasting = |most| prop::option::of(span(most).prop_map(Lasting));
    let eviction = prop::sample::select(vec![Eviction::Lru, Eviction::Fifo, Eviction::Lfu]);
    let counts = prop::sample::select(vec![CountsFrom::Stored, CountsFrom::LastUse]);
    let late = prop::sample::select(vec![LateResults::Drop, LateResults::Keep]);
    let stale = (lasting(20), some_classes());
    let negative = (lasting(12), some_classes());
    (1..6_u32, eviction, span(30), counts, stale, negative, late).prop_map(
        |(capacity, eviction, ttl, counts_from, stale, negative, late)| {
            Settings::of(ttl).with(|settings| {
                (settings.capacity, settings.eviction) = (capacity, eviction);
                (settings.counts_from, settings.late) = (counts_from, late);
                (settings.stale_if_error, settings.stale_on) = stale;
                (settings.negative, settings.negative_on) = negative;
            })
        },
    )
}

fn happening() -> impl Strategy<Value = Happening> {
    let which = 0..100_usize;
    prop_oneof![
        6 => (0..KEYS, prop::bool::weighted(0.9))
            .prop_map(|(key, is_idempotent)| Happening::Call { key, is_idempotent }),
        5 => (which.clone(), some_outcome())
            .prop_map(|(which, outcome)| Happening::Reply { which, outcome }),
        1 => which.clone().prop_map(|which| Happening::Cancel { which }),
        1 => (which, some_outcome())
            .prop_map(|(which, outcome)| Happening::Late { which, outcome }),
        3 => (0..10_u64).prop_map(Happening::Pass),
        1 => (0..10_u64).prop_map(Happening::Back),
    ]
}

/// A cache in the path of calls, and what is open there.
struct Outside {
    driver: Driver<Cache>,
    open: Vec<(u32, CallInfo)>,
    given_up: Vec<(u32, CallInfo)>,
    ids: u32,
}

impl Outside {
    fn new(settings: Settings) -> Self {
        let driver = Driver::new(Cache::new(settings).expect("valid"), &[]);
        Self { driver, open: Vec::new(), given_up: Vec::new(), ids: 0 }
    }

    fn call(&mut self, info: CallInfo) -> Action {
        self.driver.info = info;
        let step = self.driver.call(self.ids);
        if step == Action::Send {
            self.open.push((self.ids, info));
        }
        self.ids += 1;
        step
    }

    fn reply(&mut self, which: usize, outcome: Outcome) -> Option<(CallInfo, Action)> {
        let (id, info) = take(&mut self.open, which)?;
        self.driver.info = info;
        Some((info, self.driver.reply(id, outcome)))
    }

    fn cancel(&mut self, which: usize) {
        if let Some((id, info)) = take(&mut self.open, which) {
            self.driver.info = info;
            self.driver.cancel(id);
            self.given_up.push((id, info));
        }
    }

    fn late(&mut self, which: usize, outcome: Outcome) -> Option<CallInfo> {
        let (id, info) = take(&mut self.given_up, which)?;
        self.driver.info = info;
        self.driver.late(id, outcome);
        Some(info)
    }
}

fn take<T>(from: &mut Vec<T>, which: usize) -> Option<T> {
    (!from.is_empty()).then(|| from.swap_remove(which % from.len()))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    #[test]
    fn a_cache_is_a_list_of_answers(
        settings in settings(),
        story in prop::collection::vec(happening(), 0..200),
    ) {
        let mut outside = Outside::new(settings);
        let mut model = Model::new(settings);
        for happening in story {
            model.event += 1;
            model.clock = outside.driver.now.as_nanos();
            match happening {
                Happening::Call { key, is_idempotent } => {
                    let info = CallInfo { key, is_idempotent, ..CallInfo::default() };
                    prop_assert_eq!(outside.call(info), model.call(info));
                }
                Happening::Reply { which, outcome } => {
                    if let Some((info, step)) = outside.reply(which, outcome) {
                        prop_assert_eq!(step, Action::Reply(model.reply(info, outcome)));
                    }
                }
                Happening::Cancel { which } => outside.cancel(which),
                Happening::Late { which, outcome } => {
                    if let Some(info) = outside.late(which, outcome) {
                        model.late(info, outcome);
                    }
                }
                Happening::Pass(nanos) => outside.driver.pass(Duration::from_nanos(nanos)),
                Happening::Back(nanos) => {
                    let now = outside.driver.now.as_nanos().saturating_sub(nanos);
                    outside.driver.now = Time::from_nanos(now);
                }
            }
            let cache = &outside.driver.layer;
            prop_assert_eq!(cache.len() as usize, model.kept.len());
            prop_assert!(cache.len() <= settings.capacity);
            for key in 0..KEYS {
                prop_assert_eq!(cache.holds(key), model.find(key).is_some(), "key {}", key);
            }
        }
        prop_assert!(outside.driver.effects.states.is_empty());
        prop_assert_eq!(outside.driver.rng.taken(), 0);
    }

    #[test]
    fn whatever_is_given_has_come_in_time(
        settings in settings(),
        story in prop::collection::vec(happening(), 0..200),
    ) {
        gives_what_came_in_time(Outside::new(settings), settings, story)?;
    }
}

/// Nothing is given but what came from the callee, for this key, and not too long ago.
fn gives_what_came_in_time(
    mut outside: Outside,
    settings: Settings,
    story: Vec<Happening>,
) -> Result<(), TestCaseError> {
    let mut history: Vec<(u32, Outcome, u64)> = Vec::new();
    for happening in story {
        let now = outside.driver.now.as_nanos();
        let came = |key: u32, good: bool, lifetime: Duration| {
            history.iter().any(|(of, outcome, at)| {
                *of == key && outcome.is_ok() == good && now < at + lifetime.as_nanos()
            })
        };
        match happening {
            Happening::Call { key, is_idempotent } => {
                let info = CallInfo { key, is_idempotent, ..CallInfo::default() };
                if let Action::Reply(outcome) = outside.call(info) {
                    prop_assert!(is_idempotent);
                    prop_assert_ne!(outcome, Outcome::Degraded);
                    if outcome == Outcome::Ok {
                        let renewed = settings.counts_from == CountsFrom::LastUse;
                        prop_assert!(renewed || came(key, true, settings.ttl));
                        prop_assert!(came(key, true, Duration::from_secs(1)), "for this key");
                    } else {
                        let Lasting(ttl) = settings.negative.expect("or no failure is kept");
                        prop_assert!(settings.negative_on.has(outcome));
                        prop_assert!(came(key, false, ttl));
                    }
                }
            }
            Happening::Reply { which, outcome } => {
                let Some((info, step)) = outside.reply(which, outcome) else { continue };
                if step != Action::Reply(outcome) {
                    let Lasting(bound) = settings.stale_if_error.expect("or nothing stands in");
                    prop_assert_eq!(step, Action::Reply(Outcome::Degraded));
                    prop_assert!(settings.stale_on.has(outcome));
                    let renewed = settings.counts_from == CountsFrom::LastUse;
                    let lifetime = settings.ttl + bound;
                    prop_assert!(renewed || came(info.key, true, lifetime));
                }
                history.push((info.key, outcome, now));
            }
            Happening::Cancel { which } => outside.cancel(which),
            Happening::Late { which, outcome } => {
                if let Some(info) = outside.late(which, outcome) {
                    history.push((info.key, outcome, now));
                }
            }
            Happening::Pass(nanos) => outside.driver.pass(Duration::from_nanos(nanos)),
            Happening::Back(_) => {}
        }
    }
    Ok(())
}

/// A cache that gives what is too old, or what is not its own to give, is found out.
#[test]
fn answers_that_are_too_old_are_seen() {
    let nanos = Duration::from_nanos;
    let said = Settings::of(nanos(10)).with(|settings| {
        settings.capacity = 2;
        settings.stale_if_error = Some(Lasting(nanos(5)));
        settings.stale_on = Classes::NONE.with(Class::Network);
        settings.negative = Some(Lasting(nanos(3)));
        settings.negative_on = Classes::NONE.with(Class::Overload);
    });
    let stale = |on, bound| {
        said.with(|settings| {
            (settings.stale_on, settings.stale_if_error) = (on, Some(Lasting(nanos(bound))));
        })
    };
    let negative = |on, ttl| {
        said.with(|settings| {
            (settings.negative_on, settings.negative) = (on, Some(Lasting(nanos(ttl))));
        })
    };
    let call = Happening::Call { key: 0, is_idempotent: true };
    let reply = |outcome| Happening::Reply { which: 0, outcome };
    let [network, overload] = [Class::Network, Class::Overload].map(Outcome::failed);
    let stored = vec![call.clone(), reply(Outcome::Ok)];
    let then =
        |pass, end| [stored.clone(), vec![Happening::Pass(pass), call.clone(), end]].concat();
    let again = |first, pass| vec![call.clone(), reply(first), Happening::Pass(pass), call.clone()];
    let [only_network, only_overload] =
        [Class::Network, Class::Overload].map(|class| Classes::NONE.with(class));
    let cases = [
        (said.with(|settings| settings.ttl = nanos(11)), then(10, call.clone())),
        (said.with(|settings| settings.counts_from = CountsFrom::LastUse), {
            [again(Outcome::Ok, 9), vec![Happening::Pass(9), call.clone()]].concat()
        }),
        (stale(only_network, 6), then(15, reply(network))),
        (stale(only_network.with(Class::Overload), 5), then(12, reply(overload))),
        (negative(only_overload, 4), again(overload, 3)),
        (negative(only_overload.with(Class::Network), 3), again(network, 1)),
    ];
    for (done, story) in cases {
        assert!(gives_what_came_in_time(Outside::new(said), said, story.clone()).is_ok());
        let seen = gives_what_came_in_time(Outside::new(done), said, story).is_err();
        assert!(seen, "not seen: {done:?}");
    }
}
