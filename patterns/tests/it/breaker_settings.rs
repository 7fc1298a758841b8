//! What a breaker's settings are in a file: keys, defaults, mistakes at their places, and keys that
//! have no effect.

use patterns::backoff::Jitter;
use patterns::breaker::{
    Boundary, Breaker, Close, Compare, CountAt, Evaluate, LateResults, Memory, Mode, OnCancel,
    OnIgnored, OpenWait, Permits, Settings, Then, Trip, Window,
};
use patterns::preset::Library;
use patterns::settings::{Code, NoNames, Reader, Setting, Shape};
use patterns::{Class, Classes, Duration};

use crate::breaker_script::{read, read_all, table};
use crate::breaker_story::growing;

const fn secs(secs: u64) -> Duration {
    Duration::from_secs(secs)
}

fn trip(keys: &str) -> Trip {
    read(&format!("{keys}, open = 60s")).trip
}

/// The messages of all mistakes and warnings, each with its place and code.
fn messages(keys: &str) -> Vec<String> {
    let (_, mistakes) = read_all(keys);
    let shown = mistakes.into_iter().map(|mistake| {
        let end = mistake.at.end.min(keys.len());
        let at = keys[mistake.at.start..end].trim_matches([' ', ',', '=']);
        format!("{at}: {}: {}", mistake.code.name(), mistake.message)
    });
    shown.collect()
}

#[test]
fn little_is_enough() {
    assert_eq!(read("failures = 5, open = 60s"), Settings::of(Trip::failures(5), secs(60)));
    let usual = Settings::of(Trip::failures(5), secs(60));
    assert_eq!(usual.half_open.half_open_timeout, None, "it waits for its probe");
}

#[test]
fn every_knob_can_be_written() {
    let keys = "rate = 0.5, slow-rate = 80%, window = epoch(10s, buckets=5), min-calls = 20, \
                compare = more-than, slow = 3s, evaluate = 500ms, \
                open = growing(5s, factor=3, cap=1min, jitter=full), boundary = refuses, \
                permits-total = 4, successes = 2, probes = 3, half-open-timeout = 20s, \
                then = close, on-ignored = keep, count-last = true, ramp = 30s, \
                ramp-first = 20%, interval = 1min, count-at = admission, count = [network], \
                ignore = [timeout], late = act-closed, on-cancel = failure-of-probe, \
                mode = automatic";
    let trip = Trip::Rate {
        rate: Some(0.5),
        slow_rate: Some(0.8),
        window: Window::Epoch { size: secs(10), buckets: 5 },
        min_calls: Some(20),
        compare: Compare::MoreThan,
    };
    let expected = Settings::of(trip, growing(secs(5), 3.0, secs(60), Jitter::Full)).with(|s| {
        s.slow = Some(secs(3));
        s.evaluate = Evaluate::Periodically(Duration::from_millis(500));
        s.count = Classes::NONE.with(Class::Network);
        s.ignore = Classes::NONE.with(Class::Timeout);
        s.boundary = Boundary::Refuses;
        s.half_open.permits = Permits::Total(4);
        s.half_open.close = Close::Of { successes: 2, probes: 3 };
        s.half_open.half_open_timeout = Some(secs(20));
        s.half_open.then = Then::Close;
        s.half_open.on_ignored = OnIgnored::Keep;
        s.half_open.count_last = true;
        (s.ramp, s.ramp_first) = (secs(30), 0.2);
        s.interval = Some(secs(60));
        s.count_at = CountAt::Admission;
        s.late = LateResults::ActClosed;
        s.on_cancel = OnCancel::FailureOfProbe;
        s.mode = Mode::Automatic;
    });
    assert_eq!(read(keys), expected);
    assert!(Breaker::new(expected).is_ok());
}

#[test]
fn conditions_of_each_kind_can_be_written() {
    let ten = Window::Calls(10);
    assert_eq!(trip("failures = 3"), Trip::failures(3));
    assert_eq!(trip("failures = 3, window = 10"), Trip::Count { failures: 3, window: ten });
    for tenths in 1..=10 {
        let written = trip(&format!("rate = {}%, window = 10", 10 * tenths));
        let rate = Trip::rate(f64::from(tenths) / 10.0, ten);
        assert_eq!(written, rate, "a percentage is the number meant");
    }
    assert_eq!(trip("slow-rate = 50%, window = 10, slow = 1s"), Trip::slow_rate(0.5, ten));
    for (memory, written) in [(Memory::Share(0.1), "10%"), (Memory::Time(secs(30)), "30s")] {
        let keys = format!("rate = 0.2, memory = {written}, min-calls = 5");
        let (compare, min_calls) = (Compare::AtLeast, Some(5));
        assert_eq!(trip(&keys), Trip::Average { memory, rate: 0.2, compare, min_calls });
    }
    let conditions = "[{ failures = 3 } { rate = 0.5, window = 10 }]";
    let both = vec![Trip::failures(3), Trip::rate(0.5, ten)];
    assert_eq!(trip(&format!("any = {conditions}")), Trip::Any(both.clone()));
    assert_eq!(trip(&format!("all = {conditions}")), Trip::All(both));
    let within = Some(Window::Sliding { size: secs(10) });
    assert_eq!(
        trip("failures = 3, within = sliding(10s)"),
        Trip::Consecutive { failures: 3, within }
    );
}

#[test]
fn windows_are_written_in_one_text() {
    let size = secs(10);
    for (written, window) in [
        ("20", Window::Calls(20)),
        ("10s", Window::FirstEvent { size, buckets: 10 }),
        ("epoch(10s)", Window::Epoch { size, buckets: 10 }),
        ("epoch(10s, buckets=5)", Window::Epoch { size, buckets: 5 }),
        ("first-event(10s, 5)", Window::FirstEvent { size, buckets: 5 }),
        ("since-closed(10s, buckets=20)", Window::SinceClosed { size, buckets: 20 }),
        ("sliding(10s)", Window::Sliding { size }),
        ("calls(20)", Window::Calls(20)),
        ("all", Window::All),
    ] {
        assert_eq!(trip(&format!("rate = 0.5, window = {written}")), Trip::rate(0.5, window));
    }
    // Without `min-calls`, what a window of calls holds, and else ten.
    for (written, fewest) in [("20", 20), ("10s", 10), ("all", 10)] {
        let keys = format!("rate = 1.0, window = {written}, open = 1s");
        let mut breaker = Breaker::new(read(&keys)).expect("valid");
        let opens = (1..100).find(|_| {
            let permit = breaker.try_acquire(patterns::Time::ZERO).expect("closed");
            breaker.record(permit, patterns::Classification::Failure, patterns::Time::ZERO);
            breaker.openings() > 0
        });
        assert_eq!(opens, Some(fewest), "{written}");
    }
}

#[test]
fn open_waits_are_a_length_or_any_backoff() {
    let open = |written: &str| read(&format!("failures = 1, open = {written}")).open;
    assert_eq!(open("60s"), OpenWait::from(secs(60)));
    let growing = growing(secs(30), 2.0, secs(300), Jitter::Full);
    assert_eq!(open("growing(30s, factor=2, cap=5min, jitter=full)"), growing);
    assert_eq!(open("exponential(30s, cap=5min, jitter=full)"), growing);
    assert_eq!(
        open("list(1s, 5s)").0.curve,
        patterns::backoff::Curve::List(vec![secs(1), secs(5)])
    );
    assert_eq!(open("60s").write().to_string(), "\"1min\"");
    for written in ["60s", "growing(30s, factor=3)", "linear(1s, 2s)", "constant(5s, jitter=20%)"] {
        let mut names = NoNames;
        let mut reader = Reader::new(&mut names);
        let again = OpenWait::read(&open(written).write(), None, &mut reader);
        assert_eq!(again, Some(open(written)));
    }
    assert_eq!(
        messages("failures = 1, open = growing(1s, facter=2)"),
        ["facter: unknown-key: `growing` has no key `facter`"]
    );
    assert_eq!(
        messages("failures = 1, open = shrinking(1s)"),
        ["shrinking: unknown-word: `open` has no form `shrinking`"]
    );
}

#[test]
#[expect(clippy::too_many_lines, reason = "a table of mistakes")]
fn mistakes_are_reported_at_their_place_and_all_of_them() {
    for (keys, expected) in [
        ("failures = 3", vec!["failures = 3: missing: `breaker` needs `open`"]),
        (
            "open = 1s",
            vec![
                "open = 1s: missing: one of these must be given: `failures`, `rate` and `window`, \
                 `slow-rate` and `window`, `memory` and `rate`, `any`, `all`",
            ],
        ),
        (
            "failures = 0, open = 0s, permits = 0",
            vec![
                "0: out-of-range: `failures` must be at least 1, not 0",
                "0s: out-of-range: `open` must be longer than 0s, not 0s",
                "0: out-of-range: `permits` must be at least 1, or \"unlimited\", not 0",
            ],
        ),
        (
            "failures = 3, rate = 0.5, open = 1s",
            vec!["0.5: conflict: `rate` cannot stand beside `failures`"],
        ),
        (
            "failures = 3, min-calls = 5, open = 1s",
            vec!["5: conflict: `min-calls` cannot stand beside `failures`"],
        ),
        (
            "failures = 3, compare = more-than, open = 1s",
            vec!["more-than: conflict: `compare` cannot stand beside `failures`"],
        ),
        ("rate = 0.5, open = 1s", vec!["rate = 0.5, open = 1s: missing: `breaker` needs `window`"]),
        (
            "window = 10, open = 1s",
            vec![
                "window = 10, open = 1s: conflict: `rate` must be given beside `window`, or \
                 `slow-rate`, or `failures`",
            ],
        ),
        (
            "rate = 0.5, memory = 1s, window = 5, open = 1s",
            vec!["1s: conflict: `memory` cannot stand beside `window` and `rate`"],
        ),
        (
            "failures = 1, permits = 1, permits-total = 1, open = 1s",
            vec!["1: conflict: `permits-total` cannot stand beside `permits`"],
        ),
        (
            "failures = 1, successes = 1, probe-rate = 0.5, open = 1s",
            vec!["0.5: conflict: `probe-rate` cannot stand beside `successes`"],
        ),
        (
            "failures = 1, successes = 3, probes = 2, open = 1s",
            vec!["3: conflict: `successes` must be no more than the probes"],
        ),
        (
            "failures = 1, successes = 3, permits-total = 2, open = 1s",
            vec!["3: conflict: `successes` must be no more than the permits"],
        ),
        (
            "any = [{ failures = 1 }], all = [{ failures = 1 }], open = 1s",
            vec!["[{ failures = 1 }]: conflict: `all` cannot stand beside `any`"],
        ),
        (
            "rate = 0, window = 10, open = 1s",
            vec![
                "0: conflict: `rate` must be more than 0 and at most 1, as `compare` is `at-least`",
            ],
        ),
        (
            "failures = 11, window = 10, open = 1s",
            vec!["11: conflict: `failures` must be no more than the calls of the window"],
        ),
        (
            "slow-rate = 50%, window = 10, open = 1s",
            vec![
                "slow-rate = 50%, window = 10, open = 1s: conflict: `slow` must be given, for \
                 `slow-rate` looks at slow calls",
            ],
        ),
        (
            "rate = 0.5, window = 10s, count-at = admission, open = 1s",
            vec![
                "admission: conflict: `count-at` must be `result` with buckets that begin at their \
                 first result",
            ],
        ),
        (
            "failures = 1, within = 20, open = 1s",
            vec!["20: conflict: `within` must be a window of time, such as 10s"],
        ),
        (
            "rate = 0.5, window = 2000000, open = 1s",
            vec!["2000000: out-of-range: `window` must be from 1 to 1000000, not 2000000"],
        ),
    ] {
        assert_eq!(messages(keys), expected, "{keys}");
    }
}

/// Keys of earlier versions, and what they are now.
#[test]
fn former_keys_say_what_they_are_now() {
    let buckets = "rate = 0.5, window = 10s, buckets = epoch(5), open = 1s";
    assert_eq!(messages(buckets), ["buckets: renamed: `buckets` is a part of `window` now"]);
    let help = read_all(buckets).1[0].help.clone();
    assert_eq!(help.as_deref(), Some("for example: window = \"epoch(10s, buckets=10)\""));
    assert_eq!(
        messages("failures = 1, open = 1s, cancelled = failure, max-wait = 1s"),
        [
            "cancelled: renamed: `cancelled` is called `on-cancel` now",
            "max-wait: renamed: `max-wait` is called `half-open-timeout` now"
        ]
    );
}

/// What is written and does nothing is reported, and the settings hold all the same.
#[test]
fn keys_without_effect_are_reported() {
    let plain = "failures = 1, open = 1s";
    for (keys, expected) in [
        (
            "then = close",
            "`then` has no effect without `half-open-timeout`, for half-open has no end",
        ),
        ("ramp-first = 20%", "`ramp-first` has no effect without `ramp`"),
        ("slow = 1s", "`slow` has no effect without `slow-rate`, for nothing looks at slow calls"),
        (
            "probe-slow-rate = 50%",
            "`probe-slow-rate` has no effect without `slow`, for no call is slow",
        ),
        ("count-at = admission", "`count-at` has no effect without a window of time"),
        (
            "on-ignored = keep, permits-every = 1s",
            "`on-ignored` has no effect with `permits-every`, whose places never come back",
        ),
        ("on-ignored = keep, ignore = none", "`on-ignored` has no effect while `ignore` is empty"),
        (
            "mode = disabled, permits = 2",
            "`permits` has no effect while `mode` holds it in one state",
        ),
        (
            "mode = forced-open, evaluate = failures",
            "`evaluate` has no effect while `mode` holds it in one state",
        ),
        (
            "mode = metrics-only, boundary = admits",
            "`boundary` has no effect while `mode` holds it in one state",
        ),
    ] {
        let (settings, mistakes) = read_all(&format!("{plain}, {keys}"));
        assert!(settings.is_some());
        let found: Vec<_> = mistakes.iter().map(|m| (m.code, m.message.as_str())).collect();
        assert_eq!(found, [(Code::NoEffect, expected)], "{keys}");
    }
    for keys in [
        "then = close, half-open-timeout = 5s",
        "ramp-first = 20%, ramp = 5s",
        "slow = 1s, probe-slow-rate = 50%",
        "window = epoch(10s), count-at = admission",
        "mode = metrics-only, window = 10, count = [network], late = drop, interval = 1s",
    ] {
        assert_eq!(messages(&format!("{plain}, {keys}")), Vec::<String>::new());
    }
}

/// Keys of ours beside those of a library: they hold on top, and what they replace is reported.
#[test]
fn a_library_is_taken_with_keys_of_ours_on_top() {
    let resilience4j = Library::Resilience4j.breaker().expect("has one");
    let shorter = read("like = resilience4j, open = 5s");
    assert_eq!(shorter, resilience4j.clone().with(|s| s.open = secs(5).into()));
    let refused = read("like = resilience4j, boundary = admits, probe-rate = 20%");
    let Close::Rate { probes: 10, probe_rate, probe_slow_rate, .. } = refused.half_open.close
    else {
        panic!("{:?}", refused.half_open.close)
    };
    assert_eq!((probe_rate, probe_slow_rate), (0.2, 1.0));
    // A rate of slow calls joins that of failures, over the library's window.
    let Trip::Rate { rate, slow_rate, window, .. } =
        read("like = polly, slow-rate = 50%, slow = 1s, window = 20s").trip
    else {
        panic!("a rate")
    };
    assert_eq!((rate, slow_rate), (Some(0.1), Some(0.5)));
    assert_eq!(window, Window::FirstEvent { size: secs(20), buckets: 10 });
    // Another condition takes its place, and the library's numbers that are written are for
    // nothing.
    let keys = "like = resilience4j, failures = 3, min-calls = 20";
    assert_eq!(read_all(keys).0.expect("can be read").trip, Trip::failures(3));
    assert_eq!(messages(keys), ["20: no-effect: `min-calls` has no effect beside `failures`"]);
    assert_eq!(
        messages("like = gobreaker, permits = 2, permits-share = 20%"),
        ["2: no-effect: `permits` has no effect beside `permits-share`"]
    );
    assert_eq!(
        messages("like = course-meant, successes = 2, probe-rate = 20%"),
        ["2: no-effect: `successes` has no effect beside the share of probes that closes it",]
    );
}

/// Settings that are written back read as themselves.
#[test]
fn written_settings_read_back() {
    let settings = Library::ALL.into_iter().filter_map(Library::breaker);
    let ours = [
        "failures = 3, open = 1s",
        "rate = 0.5, slow-rate = 20%, slow = 1s, window = epoch(10s, buckets=7), open = 1s",
        "rate = 0.5, memory = 10%, open = growing(1s), ramp = 5s, permits-share = 10%",
        "any = [{ failures = 3 } { rate = 0.5, window = 10 }], open = 1s, evaluate = ticks(1s)",
        "failures = 1, open = 1s, latest-probes = 5, permits = unlimited, within = sliding(5s)",
        "failures = 1, open = 1s, permits-every = 5s, half-open-timeout = 1min",
    ];
    for settings in settings.chain(ours.map(read)) {
        let written = settings.write();
        let mut names = NoNames;
        let mut reader = Reader::new(&mut names);
        let again = Settings::read(&written, None, &mut reader);
        assert_eq!((again, reader.finish()), (Some(settings), Vec::new()), "{written}");
    }
}

/// Every key is described, and can be written as its example has it.
#[test]
fn every_key_is_described_and_has_an_example() {
    let Shape::Table(info) = Settings::shape() else { panic!("a table") };
    let keys = info.all_keys();
    for key in &keys {
        assert!(key.doc().len() > 20, "`{key}` is not described");
        let is_optional = key.default().is_some();
        assert!(is_optional || key.example_text().is_some(), "`{key}` has no example");
        let twice = keys.iter().filter(|other| other.name() == key.name()).count();
        assert_eq!(twice, 1, "`{key}`");
    }
    assert!(keys.len() > 35);
    let node = table("failures = 3");
    assert!(node.get("failures").is_some());
}
