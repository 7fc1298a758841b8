//! The short ways of a retry lead where the long ones do.

use proptest::prelude::*;

use super::attempts::Attempts;
use super::machine::Retry;
use super::rules::{Rule, Rules};
use super::settings::{Settings, TooLate};
use crate::backoff::{self, Curve, Jitter};
use crate::call_info::CallInfo;
use crate::outcome::{Class, Classes, Outcome};
use crate::time::{Duration, Time};

fn outcomes() -> impl Strategy<Value = Outcome> {
    let failed = prop::sample::select(&Class::ALL[..]).prop_map(Outcome::failed);
    prop_oneof![2 => Just(Outcome::Ok), 1 => Just(Outcome::Degraded), 4 => failed]
}

fn too_late() -> impl Strategy<Value = TooLate> {
    prop_oneof![Just(TooLate::Stop), Just(TooLate::Clip), Just(TooLate::AfterAttempt)]
}

proptest! {
    #[test]
    fn a_retry_does_in_a_used_place_and_for_good_answers_what_it_does_the_long_way(
        retries in 0..4_u32,
        per_class in any::<bool>(),
        too_late in too_late(),
        max_elapsed in prop::option::of((1..12_u64).prop_map(Duration::from_nanos)),
        calls in prop::collection::vec(prop::collection::vec(outcomes(), 1..6), 1..12),
    ) {
        let waits = backoff::Settings::of(Curve::doubling(Duration::from_nanos(3)));
        let rule = Rule::of(retries, waits.spread(Jitter::Decorrelated));
        let settings = Settings::of(Rules::alike(Classes::REMOTE, &rule))
            .with(|settings| {
                (settings.per_class, settings.too_late) = (per_class, too_late);
                settings.max_elapsed = max_elapsed.unwrap_or(Duration::MAX);
            });
        let [mut short, mut long] =
            [(); 2].map(|()| Retry::new(settings.clone()).expect("valid").policy);
        let (mut used, mut now) = (Attempts::default(), Time::ZERO);
        for outcomes in calls {
            let mut new = Attempts::default();
            short.start(&mut used, CallInfo::default(), now);
            long.start(&mut new, CallInfo::default(), now);
            for outcome in outcomes {
                let again = short.after(&mut used, outcome, now, &mut || 0.4);
                prop_assert_eq!(long.decide(&mut new, outcome, now, &mut || 0.4), again);
                prop_assert_eq!(used.answer(), new.answer());
                prop_assert_eq!(used.retries(), new.retries());
                prop_assert_eq!(used.used, new.used);
                prop_assert_eq!(format!("{:?}", short.counters), format!("{:?}", long.counters));
                now = now + Duration::from_nanos(1);
                if again.is_none() {
                    break;
                }
            }
            short.cancel(&mut used, now);
            long.cancel(&mut new, now);
        }
    }
}
