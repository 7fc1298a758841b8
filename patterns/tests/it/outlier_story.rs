//! Random settings of outliers, and random stories of what happens to hosts.

use patterns::Duration;
use patterns::outlier::*;
use patterns::settings::Auto;
use proptest::prelude::*;

use crate::outlier::no_rule;

#[derive(Clone, Debug)]
pub(crate) enum Happening {
    Pass(u64),
    Report(u16, HostClassification, u8),
    Sent(u16),
}

pub(crate) fn happenings() -> impl Strategy<Value = Vec<Happening>> {
    let verdict = prop_oneof![
        4 => Just(HostClassification::Success),
        3 => Just(HostClassification::Error),
        3 => Just(HostClassification::GatewayFailure),
        2 => Just(HostClassification::LocalFailure),
        1 => Just(HostClassification::Ignored),
    ];
    let report = (0..6_u16, verdict, 1..5_u8)
        .prop_map(|(host, verdict, times)| Happening::Report(host, verdict, times));
    let pass = prop_oneof![6 => 0..4_u64, 1 => 0..80_u64].prop_map(Happening::Pass);
    let sent = (0..6_u16).prop_map(Happening::Sent);
    prop::collection::vec(prop_oneof![4 => report, 2 => pass, 1 => sent], 1..120)
}

fn percent() -> impl Strategy<Value = u8> {
    prop_oneof![3 => Just(100_u8), 1 => 0..=100_u8]
}

fn row() -> impl Strategy<Value = Option<Consecutive>> {
    let rule = (1..5_u32, percent()).prop_map(|(failures, enforce_percent)| {
        Consecutive::of(failures).with(|it| it.enforce_percent = enforce_percent)
    });
    prop::option::of(rule)
}

fn percentage() -> impl Strategy<Value = FailurePercentage> {
    let compare = prop::sample::select(vec![Compare::AtLeast, Compare::MoreThan]);
    let counted = prop::sample::select(vec![HostsCounted::WithCalls, HostsCounted::All]);
    let share = (
        prop::sample::select(vec![0_u8, 25, 50, 75, 85, 100]),
        compare,
        1..5_u16,
        counted,
        0..5_u32,
        percent(),
    );
    share.prop_map(|(threshold, compare, min_hosts, hosts, min_calls, enforce_percent)| {
        FailurePercentage::usual().with(|it| {
            it.threshold = threshold;
            it.compare = compare;
            it.min_hosts = min_hosts;
            it.hosts = hosts;
            it.min_calls = min_calls;
            it.enforce_percent = enforce_percent;
        })
    })
}

fn rules() -> impl Strategy<Value = Settings> {
    let split = (row(), percent(), percent()).prop_map(|(consecutive, success, failure)| {
        SplitLocal::usual().with(|it| {
            it.consecutive = consecutive;
            it.success_rate_percent = success;
            it.failure_percentage_percent = failure;
        })
    });
    let factor = prop::sample::select(vec![701_u32, 1_201, 1_901]);
    let rate = (1..5_u16, 0..5_u32, factor, percent()).prop_map(
        |(min_hosts, min_calls, stdev_factor, enforce_percent)| {
            SuccessRate::usual().with(|it| {
                it.min_hosts = min_hosts;
                it.min_calls = min_calls;
                it.stdev_factor = stdev_factor;
                it.enforce_percent = enforce_percent;
            })
        },
    );
    let memory = prop_oneof![
        (1..20_u64).prop_map(|nanos| Memory::Time(Duration::from_nanos(nanos))),
        (1..9_u32).prop_map(Memory::Calls),
    ];
    let ema = (memory, 1..6_u32, percent()).prop_map(|(memory, min_calls, enforce_percent)| {
        Ema::usual().with(|it| {
            it.success_rate = 0.63;
            it.memory = memory;
            it.min_calls = min_calls;
            it.enforce_percent = enforce_percent;
        })
    });
    (
        row(),
        row(),
        prop::option::of(split),
        prop::option::of(rate),
        prop::option::of(percentage()),
        prop::option::of(ema),
    )
        .prop_map(
            |(consecutive, gateway, split_local, success_rate, failure_percentage, ema)| {
                no_rule().with(|it| {
                    it.consecutive = Auto::Is(consecutive);
                    it.consecutive_gateway = gateway;
                    it.split_local = split_local;
                    it.success_rate = success_rate;
                    it.failure_percentage = failure_percentage;
                    it.ema = ema;
                })
            },
        )
}

pub(crate) fn settings() -> impl Strategy<Value = Settings> {
    let growth = prop_oneof![
        Just(Growth::Linear),
        Just(Growth::LinearUnbounded),
        Just(Growth::Exponential { factor: 2.0 }),
    ];
    let back = prop::sample::select(vec![
        Back::AtInterval,
        Back::AfterInterval,
        Back::AtEnd,
        Back::ByProbe,
    ]);
    let end = prop::sample::select(vec![EjectionEnd::Returns, EjectionEnd::Stays]);
    let reading =
        prop::sample::select(vec![CapReading::After, CapReading::Before, CapReading::BeforeOrAt]);
    let times = (1..12_u64, 1..20_u64, 0..60_u64, 0..9_u64);
    let cap = (prop::sample::select(vec![0_u8, 20, 34, 50, 100]), reading, any::<bool>());
    (rules(), growth, back, end, times, cap).prop_map(
        |(rules, growth, back, ejection_end, (interval, base, more, jitter), cap)| {
            rules.with(|it| {
                it.interval = Duration::from_nanos(interval);
                it.base_ejection_time = Duration::from_nanos(base);
                it.max_ejection_time = Auto::Is(Duration::from_nanos(base + more));
                it.ejection_jitter = Duration::from_nanos(jitter);
                it.growth = growth;
                it.back = back;
                it.ejection_end = ejection_end;
                it.max_ejection_percent = cap.0;
                it.cap_reading = cap.1;
                it.always_eject_one = cap.2;
            })
        },
    )
}
