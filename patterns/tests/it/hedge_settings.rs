//! Hedging as an author writes it.

use patterns::hedge::{
    AllFailed, CountsFrom, Delay, Measured, OnFailure, OnRefusal, Pushback, Recent, Settings,
};
use patterns::preset::Library;
use patterns::settings::Auto;
use patterns::{Class, Classes, Duration};

use crate::written::{good, read, reported, survives};

fn delay(written: &str) -> Delay {
    good::<Settings>(&format!("{{ delay = \"{written}\" }}")).delay
}

fn recent(change: impl FnOnce(&mut Recent)) -> Recent {
    Recent::default().with(change)
}

#[test]
fn a_delay_is_all_that_is_needed() {
    let two = Duration::from_secs(2);
    assert_eq!(good::<Settings>("{ delay = \"2s\" }"), Settings::of(Delay::Fixed(two)));
    assert_eq!(good::<Settings>("\"2s\""), Settings::of(Delay::Fixed(two)));
    for (written, expected) in [
        ("never", Delay::Never),
        ("fixed(2s)", Delay::Fixed(two)),
        ("p95", Delay::quantile(0.95)),
        ("p99.5", Delay::quantile(0.995)),
        ("p100", Delay::quantile(1.0)),
        ("quantile(0.95)", Delay::quantile(0.95)),
        ("quantile(95%)", Delay::quantile(0.95)),
        ("mean", Delay::mean(1.0)),
        ("mean(1.5)", Delay::mean(1.5)),
        ("mean(1.5, plus=2s)", Delay::Mean { factor: 1.5, plus: two, recent: Recent::default() }),
        (
            "quantile(0.5, window=4)",
            Delay::Quantile { quantile: 0.5, recent: recent(|it| it.window = 4) },
        ),
    ] {
        assert_eq!(delay(written), expected, "{written}");
        survives(&Settings::of(expected));
    }
}

#[test]
fn every_knob_can_be_written() {
    let all = "{ delay = \"quantile(99.5%, window=50, max-age=1min, measured=all, \
        min-samples=5, initial-delay=3s, min-delay=20ms)\", max-hedges = 3, \
        counts-from = \"first-launch\", on-failure = \"keeps-time\", fatal = [\"network\"], \
        pushback = \"ignored\", refusals = [\"breaker-open\", \"bulkhead-full\"], \
        on-refusal = \"skipped\", all-failed = \"first\" }";
    let recent = recent(|it| {
        it.window = 50;
        it.max_age = Some(Duration::from_secs(60));
        it.measured = Measured::All;
        it.min_samples = Auto::Is(5);
        it.initial_delay = Some(Duration::from_secs(3));
        it.min_delay = Duration::from_millis(20);
    });
    let expected = Settings::of(Delay::Quantile { quantile: 0.995, recent }).with(|it| {
        it.max_hedges = 3;
        it.counts_from = CountsFrom::FirstLaunch;
        it.on_failure = OnFailure::KeepsTime;
        it.fatal = Classes::NONE.with(Class::Network);
        it.pushback = Pushback::Ignored;
        it.refusals = Classes::NONE.with(Class::BreakerOpen).with(Class::BulkheadFull);
        it.on_refusal = OnRefusal::Skipped;
        it.all_failed = AllFailed::First;
    });
    let (settings, reported) = read::<Settings>(all);
    assert_eq!(settings, Some(expected));
    let never_early = "\"first-launch\": `counts-from` has no effect: no hedge comes early that \
        others follow";
    assert_eq!(reported, [never_early]);
    let written = "{ delay = { mean = { factor = 2, window = 7 } } }";
    let mean = Delay::Mean {
        factor: 2.0,
        plus: Duration::ZERO,
        recent: Recent::default().with(|it| it.window = 7),
    };
    assert_eq!(good::<Settings>(written), Settings::of(mean));
}

#[test]
fn a_preset_is_taken_with_other_numbers() {
    let polly = Library::Polly.hedge().expect("it needs no number");
    assert_eq!(good::<Settings>("{ like = \"polly\" }"), polly);
    let changed = "{ like = \"polly\", delay = \"p95\", max-hedges = 4, all-failed = \"last\" }";
    let expected = polly.with(|it| {
        it.delay = Delay::quantile(0.95);
        it.max_hedges = 4;
        it.all_failed = AllFailed::Last;
    });
    assert_eq!(good::<Settings>(changed), expected);
    let grpc = good::<Settings>(
        "{ like = \"grpc\", max-attempts = 3, hedging-delay = \"1s\", non-fatal = [\"overload\"] }",
    );
    assert_eq!((grpc.max_hedges, grpc.delay), (2, Delay::Fixed(Duration::from_secs(1))));
    assert_eq!(grpc.fatal, Classes::ALL.without(Class::Overload));
}

#[test]
fn a_number_of_a_library_has_its_range() {
    let of = |written: &str| reported::<Settings>(&format!("{{ {written} }}"));
    let polly = "`max-hedges` must be from 1 to 10, not";
    for (written, number) in [("0", "0"), ("11", "11")] {
        let reported = of(&format!("like = \"polly\", max-hedges = {written}"));
        assert_eq!(reported, [format!("{number}: {polly} {number}")]);
    }
    let reported = of("like = \"grpc\", max-attempts = 1");
    assert_eq!(reported, ["1: `max-attempts` must be at least 2, not 1"]);
    assert_eq!(
        of("like = \"gobreaker\""),
        ["\"gobreaker\": there is no library `gobreaker` with a hedge"]
    );
    assert_eq!(
        of("like = \"polly\", max-attempts = 3"),
        ["max-attempts: `hedge` has no key `max-attempts`"]
    );
}

#[test]
fn a_delay_that_is_missing_is_told_once() {
    for written in ["{}", "{ like = \"resilience4j\" }", "{ like = \"failsafe-go\" }"] {
        assert_eq!(
            reported::<Settings>(written),
            ["all of it: `hedge` needs `delay`"],
            "{written}"
        );
    }
    assert_eq!(Library::Resilience4j.hedge(), None, "it is not hedged by chance");
    let given = "{ like = \"failsafe-go\", delay = \"2s\" }";
    assert_eq!(good::<Settings>(given).on_failure, OnFailure::Ends);
}

#[test]
fn what_belongs_to_recent_answers_is_an_argument_of_the_delay() {
    for key in ["window", "max-age", "measured", "min-samples", "initial-delay", "min-delay"] {
        let expected = [format!("{key}: `{key}` is a part of `delay` now")];
        let written = format!("{{ delay = \"p95\", {key} = 1 }}");
        assert_eq!(reported::<Settings>(&written), expected);
    }
    for former in ["at-first", "least"] {
        let written = format!("{{ delay = \"p95\", {former} = \"1s\" }}");
        assert_eq!(
            reported::<Settings>(&written),
            [format!("{former}: `{former}` is a part of `delay` now")]
        );
    }
    for (form, name) in [("fixed(2s, window=9)", "fixed"), ("never(window=9)", "never")] {
        let reported = reported::<Settings>(&format!("{{ delay = \"{form}\" }}"));
        assert_eq!(reported, [format!("window: `{name}` has no key `window`")]);
    }
}

#[test]
fn mistakes_in_a_delay_are_at_their_place() {
    for (written, expected) in [
        ("p0", "p0: `delay` must be above p0 and at most p100"),
        ("p101", "p101: `delay` must be above p0 and at most p100"),
        ("px", "px: `delay` has no form `px`"),
        ("nevr", "nevr: `delay` has no form `nevr`"),
        (
            "2 parsecs",
            "\"2 parsecs\": `delay`: `2 parsecs`: `parsecs` is no unit of time; there are ns, us, ms, s, min, h and d",
        ),
        ("mean(factor=-1)", "-1: `factor` must be at least 0, not -1"),
        ("mean(facto=1)", "facto: `mean` has no key `facto`"),
        ("quantile(0)", "0: `quantile` must be more than 0 and at most 1, not 0"),
        ("quantile(0.5, window=0)", "0: `window` must be from 1 to 65536, not 0"),
        (
            "quantile(0.5, window=5, min-samples=6)",
            "6: `min-samples` must be no more than the window",
        ),
    ] {
        let reported = reported::<Settings>(&format!("{{ delay = \"{written}\" }}"));
        assert_eq!(reported, [expected], "{written}");
    }
    let never = reported::<Settings>("{ delay = \"never\", on-failure = \"ends\" }");
    let expected = "\"never\": `delay` must be limited unless a failure brings the next attempt";
    assert_eq!(never, [expected]);
}

#[test]
fn what_can_have_no_effect_is_told() {
    for (written, expected) in [
        ("max-hedges = 0, on-refusal = \"skipped\"", vec!["delay", "on-refusal"]),
        ("counts-from = \"first-launch\"", vec!["counts-from"]),
        ("counts-from = \"first-launch\", max-hedges = 2", vec![]),
        (
            "counts-from = \"first-launch\", max-hedges = 2, on-failure = \"no-more\"",
            vec!["counts-from"],
        ),
        ("counts-from = \"first-launch\", max-hedges = 2, on-failure = \"keeps-time\"", vec![]),
        ("fatal = [\"network\"], on-failure = \"ends\"", vec!["fatal"]),
        ("pushback = \"heeded\", on-failure = \"no-more\"", vec!["pushback"]),
        ("pushback = \"heeded\", on-failure = \"keeps-time\"", vec![]),
        ("all-failed = \"first\", on-failure = \"ends\"", vec!["all-failed"]),
        ("refusals = [], on-refusal = \"ends\"", vec!["on-refusal"]),
    ] {
        let (settings, reported) = read::<Settings>(&format!("{{ delay = \"2s\", {written} }}"));
        assert!(settings.is_some(), "a warning is no error");
        let keys: Vec<&str> =
            reported.iter().map(|reported| reported.split('`').nth(1).expect("a key")).collect();
        assert_eq!(keys, expected, "{written}");
    }
}
