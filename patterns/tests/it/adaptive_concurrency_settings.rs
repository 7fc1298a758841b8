//! An adaptive limit as it is written.

use patterns::adaptive_concurrency::{
    Algorithm, DROPS, MinRtt, OnCancel, Settings, Tracked, Window,
};
use patterns::settings::Auto;
use patterns::{Class, Classes, Duration};

use crate::written::{good, reported, survives};

const VEGAS: Algorithm = Algorithm::Vegas { smoothing: 1.0, probe_multiplier: 30 };

#[test]
fn adaptive_concurrency_needs_an_algorithm_alone() {
    assert_eq!(good::<Settings>("\"vegas\""), Settings::of(VEGAS));
    assert_eq!(good::<Settings>("{ algorithm = \"vegas\" }"), Settings::of(VEGAS));
    assert_eq!(reported::<Settings>("{}"), ["all of it: `adaptive-concurrency` needs `algorithm`"]);
    for (min, max, initial) in [(1, 1000, 20), (50, 100, 50), (1, 10, 10)] {
        let written = format!("{{ algorithm = \"aimd\", min = {min}, max = {max} }}");
        assert_eq!(good::<Settings>(&written).first_limit(), initial);
    }
}

#[test]
fn adaptive_concurrency_has_every_algorithm_in_files() {
    let algorithm = |text: &str| {
        let settings = good::<Settings>(&format!("{{ algorithm = \"{text}\" }}"));
        survives(&settings);
        settings.algorithm
    };
    let seconds = Duration::from_secs;
    let millis = Duration::from_millis;
    assert_eq!(algorithm("aimd"), Algorithm::Aimd { backoff: 0.9, timeout: seconds(5) });
    let aimd = Algorithm::Aimd { backoff: 0.5, timeout: seconds(1) };
    assert_eq!(algorithm("aimd(backoff=50%, timeout=1s)"), aimd);
    let vegas = Algorithm::Vegas { smoothing: 0.5, probe_multiplier: 7 };
    assert_eq!(algorithm("vegas(smoothing=0.5, probe-multiplier=7)"), vegas);
    let gradient2 = |queue, tolerance| Algorithm::Gradient2 {
        smoothing: 0.2,
        queue,
        long_window: 600,
        tolerance,
    };
    assert_eq!(algorithm("gradient2"), gradient2(4, 1.5));
    assert_eq!(algorithm("gradient2(queue=1, tolerance=2)"), gradient2(1, 2.0));
    let gradient = |percentile, buffer, min_rtt, samples, jitter| Algorithm::Gradient {
        percentile,
        interval: millis(100),
        buffer,
        min_rtt,
        samples,
        measured_every: seconds(60),
        jitter,
    };
    assert_eq!(algorithm("gradient"), gradient(0.5, 0.25, MinRtt::Measured, 50, 0.15));
    let written = "gradient(percentile=90%, interval=100ms, buffer=150%, samples=9, jitter=200%)";
    assert_eq!(algorithm(written), gradient(0.9, 1.5, MinRtt::Measured, 9, 2.0));
    let fixed = MinRtt::Fixed(millis(20));
    assert_eq!(algorithm("gradient(min-rtt=20ms)"), gradient(0.5, 0.25, fixed, 50, 0.15));
}

#[test]
fn adaptive_concurrency_has_every_other_knob_in_files() {
    let all = "{ algorithm = \"vegas\", min = 2, max = 50, initial = 10, window = \"2s\", \
               drops = [\"overload\"], on-cancel = \"dropped\" }";
    let expected = Settings::of(VEGAS).with(|s| {
        (s.min, s.max, s.initial) = (2, 50, Auto::Is(10));
        s.window = Some(Window::of(Duration::from_secs(2)));
        s.drops = Classes::NONE.with(Class::Overload);
        s.on_cancel = OnCancel::Dropped;
    });
    assert_eq!(good::<Settings>(all), expected);
    survives(&expected);
    let window = "{ algorithm = \"vegas\", window = { shortest = \"1s\", longest = \"5s\", \
                  samples = 3, min-rtt = \"1ms\", tracked = \"shortest\" } }";
    let expected = Window::of(Duration::from_secs(1)).with(|w| {
        w.longest = Auto::Is(Duration::from_secs(5));
        w.samples = 3;
        w.min_rtt = Duration::from_millis(1);
        w.tracked = Tracked::Shortest;
    });
    assert_eq!(good::<Settings>(window).window, Some(expected));
    survives(&good::<Settings>(window));
    assert_eq!(good::<Settings>("\"vegas\"").drops, DROPS);
}

#[test]
fn adaptive_concurrency_reports_every_mistake_at_its_place() {
    let wrong =
        "{ algorithm = \"aimd(backoff=100%)\", min = 0, initial = 0, cancelled = \"dropped\" }";
    assert_eq!(
        reported::<Settings>(wrong),
        [
            "100%: `backoff` must be more than 0 and less than 1, not 100%",
            "0: `min` must be at least 1, not 0",
            "0: `initial` must be at least 1, not 0",
            "cancelled: `cancelled` is called `on-cancel` now",
        ]
    );
    let order = "{ algorithm = \"gradient\", min = 30, max = 20, initial = 25, window = \"1s\" }";
    assert_eq!(
        reported::<Settings>(order),
        [
            "20: `max` must be at least `min`",
            "25: `initial` must be from `min` to `max`",
            "\"1s\": `window` must be none with `gradient`, which gathers its own samples",
        ]
    );
}

#[test]
fn adaptive_concurrency_warns_of_what_has_no_effect() {
    let why = "`drops` has no effect: this algorithm takes a drop as any other sample";
    let drops = "{ algorithm = \"gradient2\", drops = [\"overload\"] }";
    assert_eq!(reported::<Settings>(drops), [format!("[\"overload\"]: {why}")]);
    let refusals = "{ algorithm = \"gradient2\", drops = [\"rejected\"] }";
    assert_eq!(reported::<Settings>(refusals), [""; 0], "they are samples now");
    let why = |key| format!("{key}: `{key}` has no effect: `min-rtt` is given, and never measured");
    let fixed = "\"gradient(min-rtt=20ms, samples=9, jitter=10%)\"";
    for written in [
        format!("{{ algorithm = {fixed} }}"),
        "{ algorithm = { gradient = { min-rtt = \"20ms\", samples = 9, jitter = 0.1 } } }"
            .to_owned(),
    ] {
        assert_eq!(reported::<Settings>(&written), [why("samples"), why("jitter")], "{written}");
    }
}
