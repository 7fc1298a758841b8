//! Breakers of libraries with one number changed: what the library itself does then. The stories
//! follow from the sources that the presets name; where one is a test of the library, it says so.

use patterns::breaker::{Breaker, Settings, State};
use patterns::preset::Library;
use patterns::settings::Code;
use patterns::{Classification, Reason, Time};

use crate::breaker_script::{Story, read, read_all};

/// `CircuitBreakerMetrics.forHalfOpen`: one failure rate threshold for both states.
#[test]
fn resilience4j_has_one_threshold_for_both_states() {
    let open = || {
        Story::of("like = resilience4j, rate = 80%, window = 10, min-calls = 10, open = 10s")
            .then("0: xxxxxxxxoo")
            .is("open→10+")
            .then("10: -")
    };
    open()
        .then("10+: A+B+C+D+E+F+G+H+I+J+ AxBxCxDxExFx GoHoIo")
        .is("half-open")
        .then("Jo")
        .is("closed");
    open().then("10+: xxxxxxxxo").is("half-open").then("o").is("open→20++");
}

/// Half-open decides after min(minimumNumberOfCalls, permitted) probes.
#[test]
fn resilience4j_decides_after_the_fewer_of_two_numbers() {
    let open = || {
        Story::of("like = resilience4j, window = 10, min-calls = 5, open = 10s")
            .then("0: xxxxx")
            .is("open→10+")
    };
    let closed = open()
        .then("10+: A+B+C+D+E+F+G+H+I+J+ - 15: AoBoCoDo")
        .is("half-open")
        .then("Eo")
        .is("closed");
    // The others act on what they find: 5 of 5.
    closed.then("FxGxHxIx").is("closed").then("Jx").is("open→25+");
    open().then("10+: ooxx").is("half-open").then("x").is("open→20++");

    // The setters do not hold minimumNumberOfCalls to the window: half-open has its raw number.
    let small = Story::of("like = resilience4j, window = 5").then("0: xxxxx").is("open→60+");
    small.then("60+: ooooooooo").is("half-open").then("o").is("closed");
}

/// `slidingWindow(60, …, TIME_BASED)` is sixty buckets of one second, on the grid of seconds.
#[test]
fn resilience4j_counts_time_in_seconds() {
    let story = || Story::of("like = resilience4j, window = 60s, min-calls = 10");
    story().then("0: o 5.5: xxxxx 61: xxxx").is("closed").then("x").is("open→121+");
    story().then("5.9: xxxxx 64.999: xxxxx").is("open→124.999+");
    story().then("5.9: xxxxx 65: xxxxx").is("closed").counts(5, 5);
    let (_, mistakes) = read_all("like = resilience4j, window = 1500ms");
    assert_eq!(mistakes[0].message, "`window` must be calls, or whole seconds up to 100000");
}

/// `OpenState.onError`: results that come late while open are in the figures.
#[test]
fn resilience4j_counts_late_results_while_open() {
    let open = || {
        Story::of("like = resilience4j, window = 2, min-calls = 2, permits = 2, open = 10s")
            .then("0: A+ 1: xx")
            .is("open→11+")
            .counts(2, 2)
    };
    open().then("3: Ao").is("open→11+").counts(2, 1);
    // One from before half-open counts among the probes.
    open().then("11+: B+ Ax").is("half-open").then("Bo").is("open→21++");
}

/// `releasePermission`: the place comes back, and no result follows.
#[test]
fn resilience4j_forgets_a_call_that_is_given_up() {
    let story =
        Story::of("like = resilience4j, window = 2, min-calls = 2, permits = 1, open = 10s");
    story.then("0: xx 10+: A+ - A~ B+ - Bo").is("closed");
}

#[test]
fn resilience4j_has_one_slow_call_rate_for_both_states() {
    let keys = "like = resilience4j, slow = 2s, slow-rate = 50%, window = 4, min-calls = 4, \
                permits = 2, open = 10s";
    let open = || {
        let closed = Story::of(keys).then("0: A+B+C+D+ 2: AoBo 3: Co").is("closed");
        closed.then("Do").is("open→13+")
    };
    let again = open().then("13+: A+B+ 16+: Ao").is("half-open").then("Bo").is("open→26++");
    assert_eq!(again.breaker.figures().slow, 2, "those of half-open, after it opened again");
    // One slow probe of two is half of them.
    open().then("13+: A+B+ 14: Ao 16+: Bo").is("open→26++");
    open().then("13+: oo").is("closed");
}

#[test]
fn polly_opens_on_failures_alone_and_waits_for_its_probe() {
    let keys = "like = polly, rate = 50%, min-calls = 4, window = 10s";
    let open = || Story::of(keys).then("0: xxoo").is("closed").then("1: x").is("open→6");
    open().then("5.999: - 6: A+ - Ao").is("closed");
    open().then("6: A+ 31536006: -").is("half-open");
    open().then("6: A+ A~").is("closed");
}

/// Polly's controller counts successes in every state, and failures but in half-open.
#[test]
fn polly_counts_late_results_while_open() {
    let keys = "like = polly, rate = 50%, min-calls = 2, window = 10s";
    let open = Story::of(keys).then("0: A+C+ 1: xx 2: Ao").is("open→6").counts(3, 2);
    open.then("6: B+ 6.5: Cx").is("open→11.5").then("7: Bo").is("open→11.5");
    let story = || Story::of(keys).then("0.9: x");
    story().then("10.9: x").is("closed");
    story().then("10.899: x").is("open→15.899");
}

/// A ratio of 0 is allowed: each failure opens.
#[test]
fn polly_may_open_at_any_failure() {
    Story::of("like = polly, rate = 0, min-calls = 2")
        .then("0: oo")
        .is("closed")
        .then("x")
        .is("open→5");
}

/// `PermitHalfOpenCircuitTest`: one more probe after each further break.
#[test]
fn polly_v7_lets_one_probe_through_after_each_break() {
    let open =
        || Story::of("like = polly-v7, failures = 2, open = 5s").then("0: x 1: x").is("open→6");
    let mut two = open().then("6: B+ - 10.999: -");
    let rejected = two.ask().expect_err("not yet");
    assert_eq!(rejected.reason, Reason::ProbesTaken);
    assert_eq!(rejected.until, Some(Time::from_nanos(11_000_000_000)));
    let two = two.then("11: C+ - 15.999: -");
    two.then("12: Co")
        .is("closed")
        .then("13: Bx")
        .is("closed")
        .counts(1, 1)
        .then("14: x")
        .is("open→19");
    let late =
        Story::of("like = polly-v7, failures = 2, open = 5s").then("0: L+ x 1: x 6: B+ 7: Lx");
    late.is("open→12");
}

/// What is not handled settles no probe.
#[test]
fn polly_v7_waits_on_after_what_it_does_not_handle() {
    let keys = "like = polly-v7, failures = 2, open = 5s, count = [network]";
    let half_open = Story::of(keys).then("0: xx 5: B+ 7: Bv").is("half-open").then("- 10: C+");
    half_open.then("Co").is("closed");
}

/// The advanced circuit resets its metrics, and then counts the success that closed it.
#[test]
fn polly_v7_counts_the_success_that_closes_it() {
    let story = |like: &str| {
        let keys = format!("like = {like}, rate = 50%, min-calls = 2, window = 10s, open = 5s");
        Story::of(&keys).then("0: xx 5: A+ 6: Ao").is("closed").then("7: x")
    };
    story("polly-v7").is("open→12").counts(2, 1);
    story("polly").is("closed").counts(1, 1);
}

/// It is decided at each snapshot, by what had come before it, and opens as of then.
#[test]
fn hystrix_decides_at_its_snapshots() {
    let twenty = "x".repeat(20);
    let story =
        || Story::of("like = hystrix").then(&format!("0: {twenty} 0.4: ! 3: -")).is("open→5.5+");
    story().then("5.5: - 5.5+: A+ - 6: Ao").is("closed");
    story().then("5.5+: A+ 6: Av").is("open→11+");
    // The success makes twenty.
    let nineteen = "x".repeat(19);
    Story::of("like = hystrix").then(&format!("0: {nineteen} 1: o 1.4: ! 1.6: -")).is("open→6.5+");
}

/// Twenty buckets of half a second since the first call, not ten of a second on a grid.
#[test]
fn hystrix_counts_in_snapshots_since_it_closed() {
    let ten = "x".repeat(10);
    let early = Story::of("like = hystrix").then(&format!("0: o 0.7: {ten} 10.2: {ten} 10.6: -"));
    early.is("open→15.5+");
    Story::of("like = hystrix").then(&format!("0: o 0.2: {ten} 10.2: {ten} 11: !")).is("closed");
    // Anew from each closing: ticks at 6.25, 6.75, …
    let twenty = "x".repeat(20);
    let closed = Story::of("like = hystrix").then(&format!("0: {twenty} 5.5+: A+ 5.75: Ao"));
    closed.then(&format!("6: {twenty} 6.2: ! 6.25: -")).is("open→11.25+");
}

/// `MaxRequests`: as many probes in all, and as many successes close.
#[test]
fn gobreaker_needs_as_many_successes_as_it_permits() {
    let open = || {
        Story::of("like = gobreaker, permits = 3").then("0: xxxxxx").is("open→60+").then("60: -")
    };
    open().then("60+: A+B+C+ - AoBo").is("half-open").then("Co").is("closed");
    let keys = "like = gobreaker, permits = 3, ignore = [validation]";
    let ignored = Story::of(keys).then("0: xxxxxx 60+: vv A+B+C+ -").is("half-open");
    ignored.then("AoBoCo").is("closed");
}

/// `Interval`: its end is still a part of it, and the next begins with the call after it.
#[test]
fn gobreaker_counts_anew_after_each_interval() {
    let story = || Story::of("like = gobreaker, interval = 10s");
    story().then("9: xxxxx 10: x").is("open→70+");
    story().then("9: xxxxx 10+: x").is("closed").counts(1, 1);
    story().then("0: o 25: x 34: xxxx 35: x").is("open→95+");
    let dropped = story().then("9: A+ 9.5: xxxxx 11: Ax").is("closed").counts(0, 0);
    assert_eq!(dropped.breaker.figures(), patterns::breaker::Figures::default());
    // From 11 on, to its end.
    dropped.then("21: xxxxx").counts(5, 5).then("21+: x").is("closed").counts(1, 1);
}

/// `BucketPeriod`: buckets since the last change of state; a result counts where its call began.
#[test]
fn gobreaker_counts_in_buckets() {
    let story = || Story::of("like = gobreaker, interval = 10s, bucket-period = 2s");
    story().then("1: xxxxx 9.9: x").is("open→69.9+");
    story().then("1: xxxxx 10: x").is("closed").counts(1, 1);
    let run =
        story().then("1: xxx 3: xx 10.5: x").is("closed").counts(3, 3).then("xx").is("closed");
    run.then("x").is("open→70.5+");
    story().then("1: A+ xxxx 9: Ax").is("closed").then("x").is("open→69+");
    story().then("1: A+ xxxx 9: Ax 10: x").is("closed").counts(1, 1);
    story().then("1: A+ 3: xxxxx 10: Ax").is("closed").counts(5, 5);
    let (_, mistakes) = read_all("like = gobreaker, bucket-period = 2s");
    assert_eq!(mistakes[0].message, "`bucket-period` must be left out without `interval`");
}

#[test]
fn gobreaker_drops_results_of_an_earlier_generation() {
    let story = Story::of("like = gobreaker").then("0: A+ xxxxxx 60+: B+ 61: Ao");
    story.is("half-open").then("Bo").is("closed");
}

/// Its own test of `Interval` and a ratio: `Requests >= 3 && failureRatio >= 0.6`.
#[test]
fn gobreaker_may_go_by_a_ratio() {
    let keys = "like = gobreaker, rate = 60%, min-calls = 3, interval = 30s";
    Story::of(keys).then("31: xox").is("open→91+");
    assert_eq!(
        read_all("like = gobreaker, rate = 60%").1[0].message,
        "`breaker` needs `min-calls`"
    );
}

/// `Counts`, in its names: `Requests`, `TotalSuccesses`, `TotalFailures`, `TotalExclusions`,
/// `ConsecutiveSuccesses`, `ConsecutiveFailures`.
#[test]
fn gobreaker_shows_its_counts() {
    let keys = "like = gobreaker, ignore = [validation]";
    let figures = Story::of(keys).then("0: xoovx x").breaker.figures();
    let totals = (figures.admitted, figures.successes, figures.failures, figures.ignored);
    assert_eq!(totals, (6, 2, 3, 1));
    assert_eq!((figures.successes_in_a_row, figures.failures_in_a_row), (0, 2));
}

/// One number for closed and half-open: `WithFailureThreshold(3)`.
#[test]
fn failsafe_go_has_one_number_for_both_states() {
    let open = || Story::of("like = failsafe-go, failures = 3").then("0: xxx").is("open→60");
    open().then("60: A+B+C+ - AxBx").is("half-open").then("D+E+ - Dx").is("open→120");
    open().then("60: A+B+C+ Ax").is("half-open").then("Bo").is("closed");
    let late = Story::of("like = failsafe-go, failures = 3").then("0: A+ xxx 10: Ax").is("open→60");
    assert_eq!(late.breaker.figures().failures, 4);
}

/// `WithFailureThresholdRatio(2, 10)`: nine successes of ten close, and two failures open again.
#[test]
fn failsafe_go_probes_by_the_numbers_that_open_it() {
    let open =
        || Story::of("like = failsafe-go, failures = 2, window = 10").then("0: xox").is("open→60");
    open().then("60: !!!!!!!!!! -").is("half-open");
    open().then("60: xooooooo").is("half-open").then("x").is("open→120");
    open().then("60: oooooooo").is("half-open").then("o").is("closed");
    let keys = "like = failsafe-go, failures = 3, successes = 2, probes = 3";
    let of_three = || Story::of(keys).then("0: xxx");
    of_three().then("60: !!! -").is("half-open");
    of_three().then("60: oxo").is("closed");
    of_three().then("60: xx").is("open→120");
}

/// Rates are rounded to whole percents, and half-open asks for the share of successes first.
#[test]
fn failsafe_go_rounds_its_rates() {
    let keys = "like = failsafe-go, rate = 50%, min-calls = 10, window = 60s";
    let good = "o".repeat(101);
    let open = || {
        let bad = "x".repeat(98);
        Story::of(keys).then(&format!("0: {good} {bad}")).is("closed").then("x").is("open→60")
    };
    open().then("60: xxxxxoooo").is("half-open").then("o").is("open→120");
    open().then("60: xxxxooooo").is("half-open").then("o").is("closed");
    let at_eighty = || {
        let keys = "like = failsafe-go, rate = 80%, min-calls = 10, window = 60s";
        Story::of(keys).then("0: xxxxxxxxxx").is("open→60")
    };
    at_eighty().then("60: xxxxxxxxo o").is("closed");
    at_eighty().then("60: xxxxxxxxx o").is("open→120");
}

/// Its least number of failures that opens half-open, for every whole percent and up to 100 probes:
/// as its own code computes it.
#[test]
fn failsafe_go_half_open_is_computed_as_there() {
    for percent in 1..=100_u32 {
        for probes in [1, 2, 3, 7, 10, 33, 50, 99, 100_u32] {
            let keys = format!(
                "like = failsafe-go, rate = {percent}%, min-calls = {probes}, window = 60s"
            );
            let settings = read(&keys);
            let rate = f64::from(percent) / 100.0;
            for failures in [0, 1, probes / 3, probes / 2, probes * percent / 100, probes] {
                // `successRate > 1 - failureRate`: closes.
                let successes = f64::from(probes - failures) / f64::from(probes);
                let closes = (successes * 100.0).round() / 100.0 > 1.0 - rate;
                assert_eq!(closes_after(&settings, failures, probes), closes, "{keys}: {failures}");
            }
        }
    }
}

fn closes_after(settings: &Settings, failures: u32, probes: u32) -> bool {
    let mut breaker = Breaker::new(settings.clone()).expect("valid");
    breaker.open_for(patterns::Duration::from_secs(1), Time::ZERO).expect("closed");
    breaker.half_open(Time::ZERO).expect("open");
    for probe in 0..probes {
        let how = if probe < failures { Classification::Failure } else { Classification::Success };
        let permit = breaker.try_acquire(Time::ZERO).expect("one at a time");
        assert_eq!(breaker.state().name(), "half-open");
        breaker.record(permit, how, Time::ZERO);
    }
    match breaker.state() {
        State::Closed => true,
        State::Open { .. } => false,
        state => panic!("{state:?}"),
    }
}

/// A full ring, and one more.
#[test]
fn recloser_decides_when_its_rings_were_full() {
    let ten = || Story::of("like = recloser, window = 10");
    ten().then("0: xxxxxxxxxx").is("closed").then("o").is("open→30+");
    ten().then("0: xxxxxooooo o").is("closed");
    ten().then("0: xxxxxooooo x").is("open→30+");
    let thousand = "!".repeat(1_000);
    let half_open = || {
        let keys = "like = recloser, window = 10, probes = 2";
        Story::of(keys).then("0: xxxxxxxxxx x").then(&format!("30: - 30+: {thousand}"))
    };
    half_open().then("ox").is("half-open").then("o").is("closed");
    half_open().then("xo").is("half-open").then("x").is("open→60++");
    let keys = "like = recloser, rate = 80%, probe-rate = 20%, probes = 5, window = 10";
    let two = Story::of(keys).then("0: xxxxxxxxxx x 30+: ooooo").is("half-open").then("x");
    two.is("open→60++");
    let keys = "like = recloser, rate = 80%, probes = 5, window = 10";
    let one_rate = Story::of(keys).then("0: xxxxxxxxxx x 30+: oxxxx").is("half-open").then("o");
    one_rate.is("closed");
    ten().then("0: A+B+ xxxxxxxxxxx 5: Ax 10: Bo").is("open→30+");
}

/// The wait is measured from the last failure, and any success while half-open closes.
#[test]
fn course_printed_waits_after_the_last_failure() {
    let story = || Story::of("like = course-printed");
    let thousand = "o".repeat(1_000);
    let four = format!("x {thousand} ").repeat(4);
    story().then(&format!("0: {four}")).is("closed").then("x").is("open→60+");
    let open = || story().then("0: xxxxx").is("open→60+").then("60: -");
    let probes = "!".repeat(1_000);
    open().then(&format!("60+: {probes} o")).is("closed").counts(0, 0);
    open().then("60+: x").is("open→120++");
    story().then("0: A+ xxxxx 30: Ax").is("open→90+").then("60+: - 90: - 90+: !").is("half-open");
}

/// A probe may take as long as it takes.
#[test]
fn course_meant_waits_for_its_probe() {
    let story = || Story::of("like = course-meant");
    story().then("0: xxxxoxxxx").is("closed").then("x").is("open→60");
    story().then("10: x 20: x 30: x 40: x 50: x").is("open→110").then("110: ! -").is("half-open");
    story().then("0: xxxxx 60: A+ 660: -").then("Ao").is("closed");
    let keys = "like = course-meant, failures = 3, successes = 3, permits = 1, open = 120s";
    let half_open = || Story::of(keys).then("0: xxx 120: oo").is("half-open");
    half_open().then("o").is("closed");
    half_open().then("x").is("open→240");
}

#[test]
fn a_number_that_a_library_does_not_read_is_reported() {
    for key in ["permits", "successes"] {
        let (settings, mistakes) = read_all(&format!("like = course-printed, {key} = 3"));
        assert_eq!(settings, Library::CoursePrinted.breaker());
        assert_eq!(mistakes.len(), 1, "{mistakes:?}");
        assert_eq!(mistakes[0].code, Code::NoEffect);
        assert_eq!(mistakes[0].message, format!("`{key}` has no effect as the course prints it"));
    }
}

/// Numbers that a library itself refuses.
#[test]
fn ranges_are_those_of_the_library() {
    for (keys, expected) in [
        ("like = resilience4j, rate = 0", "`rate` must be more than 0 and at most 1, not 0"),
        ("like = resilience4j, open = 1us", "`open` must be at least 1ms, not 1us"),
        ("like = polly, min-calls = 1", "`min-calls` must be at least 2, not 1"),
        ("like = polly, window = 100ms", "`window` must be from 500ms to 1d, not 100ms"),
        ("like = polly, open = 2d", "`open` must be from 500ms to 1d, not 2d"),
        ("like = polly-v7, failures = 2", "`breaker` needs `open`"),
        (
            "like = polly-v7, failures = 2, rate = 50%, open = 5s",
            "`rate` cannot stand beside `failures`",
        ),
        ("like = hystrix, rate = 12.5%", "`rate` must be a whole percentage"),
        ("like = failsafe-go, probes = 3", "`successes` must be given beside `probes`"),
        (
            "like = failsafe-go, failures = 11, window = 10",
            "`failures` must be no more than the calls of the window",
        ),
        ("like = recloser, window = 0", "`window` must be from 1 to 1000000, not 0"),
        ("like = resilience4j, window = epoch(60s)", "`window` has no form `epoch`"),
    ] {
        let (_, mistakes) = read_all(keys);
        assert_eq!(mistakes.first().map(|m| m.message.as_str()), Some(expected), "{keys}");
    }
}

/// Every preset that needs no number is what its empty table gives.
#[test]
fn every_preset_can_be_read_plain() {
    for library in Library::ALL {
        let (settings, mistakes) = read_all(&format!("like = {library}"));
        match library.breaker() {
            Some(plain) => assert_eq!((settings, mistakes), (Some(plain), Vec::new()), "{library}"),
            None => assert!(mistakes.iter().any(|mistake| !mistake.code.is_warning()), "{library}"),
        }
    }
}
