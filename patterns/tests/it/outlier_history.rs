//! Outliers are what a slow detector finds that looks at every instant and at all results so far.

use patterns::outlier::*;
use patterns::{Duration, Time};
use proptest::prelude::*;

use crate::outlier_model::{Model, State, draw};
use crate::outlier_story::{Happening, happenings, settings};

/// How many of so many hosts may be out at a time.
fn most_out(settings: &Settings, hosts: u16) -> u16 {
    let share = u16::from(settings.max_ejection_percent) * hosts;
    let most = match settings.cap_reading {
        CapReading::After => share / 100,
        CapReading::Before => share.div_ceil(100),
        CapReading::BeforeOrAt => share / 100 + 1,
    };
    most.max(settings.always_eject_one.into()).min(hosts)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_500))]

    #[test]
    fn outliers_are_what_their_history_makes_them(
        settings in settings(),
        hosts in 1..7_u16,
        story in happenings(),
    ) {
        let mut outliers = Outliers::new(settings, hosts).expect("valid");
        let mut model = Model::new(settings, hosts);
        let (mut now, mut draws) = (0, 0);
        for happening in story {
            let mut next = || {
                draws += 1;
                draw(draws - 1)
            };
            let at = Time::from_nanos(now);
            match happening {
                Happening::Pass(nanos) => {
                    now += nanos;
                    continue;
                }
                Happening::Report(host, verdict, times) => {
                    // Local failures are told apart only where they are split.
                    let split = settings.split_local.is_some();
                    let reported = split || verdict != HostClassification::LocalFailure;
                    for _ in 0..times {
                        if reported {
                            outliers.record_with(host % hosts, verdict, at, &mut next);
                            model.report(host % hosts, verdict, now);
                        }
                    }
                }
                Happening::Sent(host) => {
                    let host = host % hosts;
                    outliers.advance_with(at, &mut next);
                    model.let_time_pass(now);
                    let state = &mut model.hosts[usize::from(host)].state;
                    let probe = match *state {
                        State::Probing(ejection, false) => {
                            *state = State::Probing(ejection, true);
                            true
                        }
                        State::In | State::Out(_) | State::Probing(_, true) => false,
                    };
                    prop_assert_eq!(outliers.start(host), probe);
                }
            }
            outliers.advance_with(at, &mut next);
            model.let_time_pass(now);
            prop_assert_eq!(draws, model.draws);
            prop_assert_eq!(outliers.counts(), model.counts);
            prop_assert!(outliers.ejected() <= most_out(&settings, hosts));
            let mut out = 0;
            for (host, expected) in (0..).zip(&model.hosts) {
                let (ejection, ejected) = match expected.state {
                    State::In => (None, false),
                    State::Out(ejection) => (Some(ejection), true),
                    State::Probing(ejection, sent) => (Some(ejection), sent),
                };
                out += u16::from(expected.state != State::In);
                prop_assert_eq!(outliers.ejection(host), ejection);
                prop_assert_eq!(outliers.is_ejected(host, at), ejected);
                prop_assert_eq!(u64::from(outliers.multiplier(host)), expected.multiplier);
                let back = expected.back.filter(|_| expected.state == State::In);
                prop_assert_eq!(outliers.back_since(host), back.map(Time::from_nanos));
                if let Some(Ejection { since, until, .. }) = ejection {
                    let longest = settings.longest() + settings.ejection_jitter;
                    let slack = settings.interval + Duration::from_nanos(1);
                    prop_assert!(until.since(since) <= longest + slack);
                }
            }
            prop_assert_eq!(outliers.ejected(), out);
        }
    }

    #[test]
    fn an_earlier_time_lets_no_more_hosts_in(
        settings in settings(),
        story in happenings(),
        back in 0..200_u64,
    ) {
        let mut outliers = Outliers::new(settings, 6).expect("valid");
        let mut now = 0;
        for happening in story {
            let at = Time::from_nanos(now);
            match happening {
                Happening::Pass(nanos) => now += nanos,
                Happening::Report(host, verdict, _) => {
                    outliers.record_with(host, verdict, at, &mut || 0.3);
                }
                Happening::Sent(host) => {
                    let _probe = outliers.start(host);
                }
            }
        }
        outliers.advance_with(Time::from_nanos(now), &mut || 0.3);
        let earlier = Time::from_nanos(now.saturating_sub(back));
        let mut stepped = outliers.clone();
        stepped.advance_with(earlier, &mut || 0.3);
        prop_assert_eq!(stepped.counts(), outliers.counts());
        for host in 0..6 {
            let is_out = outliers.is_ejected(host, Time::from_nanos(now));
            prop_assert!(!is_out || stepped.is_ejected(host, earlier));
        }
    }

    /// Intervals lie on a grid, and nothing else does.
    #[test]
    fn time_may_begin_at_the_end_of_any_interval(
        settings in settings(),
        story in happenings(),
        intervals in 0..1_000_u64,
    ) {
        let run = |offset: u64| {
            let mut outliers = Outliers::new(settings, 6).expect("valid");
            let mut now = offset;
            let mut draws = 0;
            let mut states = Vec::new();
            for happening in &story {
                match *happening {
                    Happening::Pass(nanos) => now += nanos,
                    Happening::Report(host, verdict, _) => {
                        outliers.record_with(host, verdict, Time::from_nanos(now), &mut || {
                            draws += 1;
                            draw(draws)
                        });
                    }
                    Happening::Sent(host) => {
                        let _probe = outliers.start(host);
                    }
                }
                states.push((0..6).map(|host| {
                    outliers.ejection(host).map(|ejection| {
                        let Ejection { rule, since, until } = ejection;
                        (rule, since.as_nanos() - offset, until.as_nanos() - offset)
                    })
                }).collect::<Vec<_>>());
            }
            (states, outliers.counts(), draws)
        };
        prop_assert_eq!(run(0), run(intervals * settings.interval.as_nanos()));
    }
}
