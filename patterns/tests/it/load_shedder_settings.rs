//! A load shedder as it is written.

use patterns::load_shedder::Settings;
use patterns::{Class, Classes, Duration};

use crate::written::{good, reported, survives};

#[test]
fn load_shedder_needs_nothing_written() {
    assert_eq!(good::<Settings>("{}"), Settings::AEGIS);
    assert_eq!(Settings::default(), Settings::AEGIS);
    assert_eq!(
        reported::<Settings>("3"),
        ["all of it: `load-shedder` must be a table of settings, not a whole number"]
    );
}

#[test]
fn load_shedder_has_every_knob_in_files() {
    let all = "{ threshold = \"70%\", step = 0.1, window = \"5s\", buckets = 50, \
               cool-off = \"2s\", smoothing = 0.5, drops = [\"overload\"] }";
    let expected = Settings::default().with(|s| {
        (s.threshold, s.step, s.smoothing) = (0.7, 0.1, 0.5);
        (s.window, s.buckets, s.cool_off) = (Duration::from_secs(5), 50, Duration::from_secs(2));
        s.drops = Classes::NONE.with(Class::Overload);
    });
    assert_eq!(good::<Settings>(all), expected);
    survives(&expected);
    let more = good::<Settings>("{ threshold = \"150%\" }").threshold;
    assert!((more - 1.5).abs() < 1e-12, "a load of a queue may be more than one");
}

#[test]
fn load_shedder_reports_every_mistake_at_its_place() {
    let wrong =
        "{ threshold = 0, step = \"-1%\", buckets = 10001, smoothing = \"101%\", colour = 1 }";
    assert_eq!(
        reported::<Settings>(wrong),
        [
            "0: `threshold` must be more than 0, not 0",
            "\"-1%\": `step` must be at least 0, not -1%",
            "10001: `buckets` must be from 1 to 10000, not 10001",
            "\"101%\": `smoothing` must be more than 0 and at most 1, not 101%",
            "colour: `load-shedder` has no key `colour`",
        ]
    );
    let short = "{ window = \"99ns\", buckets = 100 }";
    let why = "100: `buckets` must be no more than the nanoseconds of `window`";
    assert_eq!(reported::<Settings>(short), [why]);
}

#[test]
fn load_shedder_warns_that_one_bucket_rejects_nothing() {
    let why = "1: with one bucket nothing is ever rejected: only buckets that are over count";
    assert_eq!(reported::<Settings>("{ buckets = 1 }"), [why]);
}
