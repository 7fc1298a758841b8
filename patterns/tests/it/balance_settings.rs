//! Balancing and its ejection as an author writes them.

use patterns::balance::*;
use patterns::outlier::{
    self, Back, CapReading, Compare, Consecutive, EjectionEnd, Ema, FailurePercentage, Growth,
    HostsCounted, Memory, SplitLocal, SuccessRate,
};
use patterns::preset::Library;
use patterns::settings::{Auto, Setting, Shape};
use patterns::{Class, Classes, Duration, Target};

use crate::written::{good, read, reported};

/// `spare`, `tool` and `value` are 0, 1 and 2.
const TWO: &str = "over = [\"tool\", \"spare\"]";

fn two(more: &str) -> Settings {
    good(&format!("{{ {TWO}, {more} }}"))
}

fn wrong(more: &str) -> Vec<String> {
    reported::<Settings>(&format!("{{ {TWO}, {more} }}"))
}

fn eject(written: &str) -> outlier::Settings {
    good(&format!("{{ {written} }}"))
}

fn secs(secs: u64) -> Duration {
    Duration::from_secs(secs)
}

#[test]
fn targets_are_all_that_is_needed() {
    let of = |targets: &[usize]| Settings::of(targets.iter().copied().map(Target).collect());
    assert_eq!(two(""), of(&[1, 0]));
    assert_eq!(good::<Settings>("[\"value\", \"tool\", \"spare\"]"), of(&[2, 1, 0]));
    let balance = Balance::new(two("")).expect("valid");
    assert_eq!(balance.settings().over, [Target(1), Target(0)], "the layer needs nothing else");
    assert_eq!(reported::<Settings>("{}"), ["all of it: `balance` needs `over`"]);
    assert_eq!(reported::<Settings>("{ over = [] }"), ["[]: `over` must be a list of at least 1"]);
    let unknown = reported::<Settings>("{ over = [\"tol\", \"spare\", \"spair\"] }");
    assert_eq!(
        unknown,
        ["\"tol\": there is no service `tol`", "\"spair\": there is no service `spair`"]
    );
    let twice = reported::<Settings>("{ over = [\"tool\", \"tool\"] }");
    assert_eq!(twice, ["[\"tool\", \"tool\"]: `over` must be without any service twice"]);
}

#[test]
fn every_knob_can_be_written() {
    let all = "pick = \"two-choices\", weights = [3, 1], eject = {}, panic-percent = 30, \
        reselect = 7, respect-retry-after = false, late = \"count\", cancelled = \"timeout\", \
        slow-start = { window = \"20s\", aggression = 1.5, min-weight-percent = 5 }";
    let slow = SlowStart::of(secs(20)).with(|it| {
        it.aggression = 1.5;
        it.min_weight_percent = 5;
    });
    let expected = two("").with(|it| {
        it.pick = Picker::TwoChoices;
        it.weights = vec![3, 1];
        it.eject = Some(eject(""));
        it.panic_percent = 30;
        it.reselect = Auto::Is(7);
        it.respect_retry_after = false;
        it.late = LateResults::Count;
        it.cancelled = OnCancel::Timeout;
        it.slow_start = Some(slow);
    });
    assert_eq!(two(all), expected);
    for (written, pick) in [
        ("round-robin", Picker::RoundRobin),
        ("random", Picker::Random),
        ("least-in-flight", Picker::LeastInFlight),
        ("by-caller", Picker::ByCaller),
        ("in-order", Picker::InOrder),
    ] {
        assert_eq!(two(&format!("pick = \"{written}\"")).pick, pick);
    }
    let short = two("eject = {}, slow-start = \"20s\"").slow_start;
    assert_eq!(short, Some(SlowStart::of(secs(20))));
    assert_eq!(two("eject = \"off\""), two(""));
    let former = wrong("heed-retry-after = true");
    let now = "heed-retry-after: `heed-retry-after` is called `respect-retry-after` now";
    assert_eq!(former, [now]);
}

#[test]
fn without_a_rule_five_errors_in_a_row_are_too_many() {
    assert_eq!(eject("").in_a_row(), Some(Consecutive::of(5)));
    assert_eq!(eject("consecutive = 3").in_a_row(), Some(Consecutive::of(3)));
    let lone = "success-rate = {}";
    assert_eq!(
        (eject(lone).in_a_row(), eject(lone).success_rate),
        (None, Some(SuccessRate::usual()))
    );
    let both = eject("success-rate = {}, consecutive = {}");
    assert_eq!(both.in_a_row(), Some(Consecutive::of(5)));
    for rule in
        ["consecutive-gateway = 3", "split-local = {}", "failure-percentage = {}", "ema = {}"]
    {
        assert_eq!(eject(rule).in_a_row(), None, "{rule}");
    }
    let settings = eject("").with(|it| it.consecutive = Auto::Is(Some(Consecutive::of(3))));
    assert_eq!(outlier::Settings::of(3), settings.with(|it| it.max_ejection_time = Auto::Auto));
}

#[test]
fn every_knob_of_ejection_can_be_written() {
    let only = |class| Classes::NONE.with(class);
    let rules = eject(
        "errors = [\"network\"], gateway = [\"timeout\"], ignore = [\"validation\"], \
         consecutive = { failures = 2, enforce-percent = 20 }, consecutive-gateway = 3, \
         split-local = { classes = [\"network\"], consecutive = \"off\", \
            success-rate-percent = 1, failure-percentage-percent = 2 }, \
         success-rate = { min-hosts = 3, min-calls = 4, stdev-factor = 1500, enforce-percent = 5 }, \
         failure-percentage = { threshold = 60, compare = \"more-than\", min-hosts = 6, \
            hosts = \"all\", min-calls = 7, enforce-percent = 8 }, \
         ema = { success-rate = \"90%\", memory = 20, min-calls = 9, enforce-percent = 11 }",
    );
    let expected = outlier::Settings::without_rules().with(|it| {
        it.errors = only(Class::Network);
        it.gateway = only(Class::Timeout);
        it.ignore = only(Class::Validation);
        it.consecutive = Auto::Is(Some(Consecutive::of(2).with(|it| it.enforce_percent = 20)));
        it.consecutive_gateway = Some(Consecutive::of(3));
        it.split_local = Some(SplitLocal::usual().with(|it| {
            it.classes = only(Class::Network);
            it.consecutive = None;
            it.success_rate_percent = 1;
            it.failure_percentage_percent = 2;
        }));
        it.success_rate = Some(SuccessRate::usual().with(|it| {
            (it.min_hosts, it.min_calls, it.stdev_factor, it.enforce_percent) = (3, 4, 1500, 5);
        }));
        it.failure_percentage = Some(FailurePercentage::usual().with(|it| {
            (it.threshold, it.compare) = (60, Compare::MoreThan);
            (it.min_hosts, it.hosts) = (6, HostsCounted::All);
            (it.min_calls, it.enforce_percent) = (7, 8);
        }));
        it.ema = Some(Ema::usual().with(|it| {
            (it.success_rate, it.memory) = (0.9, Memory::Calls(20));
            (it.min_calls, it.enforce_percent) = (9, 11);
        }));
    });
    assert_eq!(rules, expected);

    let times = eject(
        "interval = \"1s\", base-ejection-time = \"2s\", max-ejection-time = \"3s\", \
         ejection-jitter = \"4s\", growth = \"exponential(3)\", back = \"by-probe\", \
         ejection-end = \"stays\", max-ejection-percent = 70, cap-reading = \"before-or-at\", \
         always-eject-one = true",
    );
    let expected = eject("").with(|it| {
        (it.interval, it.base_ejection_time) = (secs(1), secs(2));
        (it.max_ejection_time, it.ejection_jitter) = (Auto::Is(secs(3)), secs(4));
        (it.growth, it.back) = (Growth::Exponential { factor: 3.0 }, Back::ByProbe);
        (it.ejection_end, it.max_ejection_percent) = (EjectionEnd::Stays, 70);
        (it.cap_reading, it.always_eject_one) = (CapReading::BeforeOrAt, true);
    });
    assert_eq!(times, expected);
    for settings in [rules, times, eject(""), outlier::Settings::without_rules()] {
        let written = settings.write().to_string();
        assert_eq!(read::<outlier::Settings>(&written).0, Some(settings), "{written}");
    }
    let memory = eject("ema = { memory = \"5s\" }").ema.map(|rule| rule.memory);
    assert_eq!(memory, Some(Memory::Time(secs(5))));
    assert_eq!(eject("growth = \"exponential\"").growth, Growth::Exponential { factor: 2.0 });
    assert_eq!(eject("growth = \"linear-unbounded\"").growth, Growth::LinearUnbounded);
}

#[test]
fn an_ejection_within_others_may_be_like_a_library() {
    let envoy = Library::Envoy.outlier().expect("it ejects");
    let ten = format!("{{ {TWO}, eject = {{ like = \"envoy\", max-ejection-percent = 50 }} }}");
    let expected = envoy.with(|it| it.max_ejection_percent = 50);
    assert_eq!(good::<Settings>(&ten).eject, Some(expected));

    let share = envoy.failure_percentage.expect("it has one");
    let changed = eject(
        "like = \"envoy\", consecutive = \"off\", \
         failure-percentage = { enforce-percent = 100 }, max-ejection-percent = 40",
    );
    let expected = envoy.with(|it| {
        it.consecutive = Auto::Is(None);
        it.failure_percentage = Some(share.with(|it| it.enforce_percent = 100));
        it.max_ejection_percent = 40;
    });
    assert_eq!(changed, expected);

    assert_eq!(
        wrong("eject = { like = \"polly\" }"),
        ["\"polly\": there is no library `polly` with an eject"]
    );
    assert_eq!(
        wrong("eject = { like = \"envoy\", consecutiv = 3 }"),
        ["consecutiv: `eject` has no key `consecutiv`"]
    );
    let wrong = wrong("eject = { like = \"grpc\", interval = \"0s\", growth = \"linea\" }");
    let expected = [
        "\"0s\": `interval` must be longer than 0s, not 0s",
        "linea: `growth` has no form `linea`",
    ];
    assert_eq!(wrong, expected);
}

#[test]
fn a_schema_knows_that_an_ejection_may_be_like_a_library() {
    let Shape::Table(info) = outlier::Settings::shape() else { panic!("a table") };
    let keys: Vec<String> = info.all_keys().iter().map(|key| key.name()).collect();
    assert_eq!(keys[0], "like");
    let mut sorted = keys.clone();
    sorted.sort();
    sorted.dedup();
    assert_eq!(sorted.len(), keys.len(), "each key once");
    let libraries: Vec<&str> = (info.libraries)().iter().map(|(name, _)| *name).collect();
    assert_eq!(libraries, ["envoy", "grpc"]);
    let Shape::Table(info) = Settings::shape() else { panic!("a table") };
    assert!((info.libraries)().is_empty());
}

#[test]
fn mistakes_are_at_their_place() {
    for (written, expected) in [
        ("panic-percent = 101", "101: `panic-percent` must be at most 100, not 101"),
        ("reselect = 16", "16: `reselect` must be at most 15, not 16"),
        ("pick = \"rand\"", "rand: `pick` has no form `rand`"),
        ("weights = [1]", "[1]: `weights` must be one for each service, or none"),
        ("weights = [1, 0]", "[1, 0]: `weights` must be numbers from 1 to 1000"),
        ("weights = [1, 1001]", "[1, 1001]: `weights` must be numbers from 1 to 1000"),
        (
            "weights = [1, 2], pick = \"in-order\"",
            "[1, 2]: `weights` must be left out unless the picker gives shares",
        ),
        (
            "slow-start = \"20s\"",
            "\"20s\": `slow-start` must be left out unless targets are ejected and the picker \
             gives shares",
        ),
        ("eject = { consecutive = 0 }", "0: `failures` must be at least 1, not 0"),
        ("eject = { consecutive = \"of\" }", "\"of\": `failures` must be a whole number, not `of`"),
        ("eject = { success-rate = 3 }", "3: `success-rate` must be a table, not a whole number"),
        ("eject = { ema = { memory = 0 } }", "0: `memory` must be at least 1, not 0"),
        ("eject = { ema = { success-rate = 2 } }", "2: `success-rate` must be from 0 to 1, not 2"),
        ("eject = { growth = \"exponential(0.5)\" }", "0.5: `factor` must be at least 1, not 0.5"),
    ] {
        assert_eq!(wrong(written), [expected], "{written}");
    }
}

#[test]
fn what_can_have_no_effect_is_told() {
    for (written, expected) in [
        (
            "panic-percent = 30",
            vec!["`panic-percent` has no effect: nothing is ejected without `eject`"],
        ),
        ("late = \"count\"", vec!["`late` has no effect: nothing is ejected without `eject`"]),
        (
            "cancelled = \"timeout\"",
            vec!["`cancelled` has no effect: nothing is ejected without `eject`"],
        ),
        ("eject = {}, late = \"count\", cancelled = \"timeout\"", vec![]),
        (
            "eject = { gateway = [\"network\"] }",
            vec!["`gateway` has no effect without `consecutive-gateway`"],
        ),
        ("eject = { consecutive = \"off\" }", vec!["nothing is ever ejected: all rules are off"]),
        (
            "eject = { ema = { enforce-percent = 0 } }",
            vec!["`ema` ejects nothing: its `enforce-percent` is 0"],
        ),
        (
            "eject = { like = \"envoy\" }",
            vec!["`eject` has no effect: 10% of 2 services is less than one of them"],
        ),
        ("eject = { like = \"envoy\", always-eject-one = true }", vec![]),
        ("eject = { like = \"grpc\" }", vec![]),
        (
            "eject = { max-ejection-percent = 49 }",
            vec!["`eject` has no effect: 49% of 2 services is less than one of them"],
        ),
        (
            "eject = { success-rate = {} }",
            vec!["`success-rate` has no effect: its `min-hosts` is 5, and there are 2 services"],
        ),
        (
            "eject = { failure-percentage = {} }",
            vec![
                "`failure-percentage` has no effect: its `min-hosts` is 5, and there are 2 services",
            ],
        ),
        (
            "eject = { success-rate = { min-hosts = 2 } }",
            vec![
                "`success-rate` has no effect: one of 2 services cannot be that far from their mean",
            ],
        ),
        (
            "eject = { success-rate = { min-hosts = 2, stdev-factor = 1000 } }",
            vec![
                "`success-rate` has no effect: one of 2 services cannot be that far from their mean",
            ],
        ),
        ("eject = { success-rate = { min-hosts = 2, stdev-factor = 999 } }", vec![]),
    ] {
        let reported = wrong(written);
        let reported: Vec<&str> =
            reported.iter().map(|reported| reported.split_once(": ").expect("a place").1).collect();
        assert_eq!(reported, expected, "{written}");
    }
    let (settings, reported) = read::<Settings>(
        "{ over = [\"tool\"], eject = {}, reselect = 1, pick = \"random\", weights = [2] }",
    );
    assert!(settings.is_some(), "a warning is no error");
    let keys: Vec<&str> =
        reported.iter().map(|reported| reported.split('`').nth(1).expect("a key")).collect();
    assert_eq!(keys, ["pick", "weights", "eject", "reselect"]);
}
