//! Settings that make no sense are refused, each with its name.

use std::fmt::Write;

use expect_test::expect;
use patterns::bulkhead::Bulkhead;
use patterns::fallback::{Fallback, Targets};
use patterns::timeout::Timeout;
use patterns::{Classes, Duration, Invalid, bulkhead, fallback, timeout};

/// What was said about each of the settings, one line for each.
fn reported(results: impl IntoIterator<Item = (&'static str, Result<(), Invalid>)>) -> String {
    let mut lines = String::new();
    for (name, result) in results {
        let said = result.map_or_else(|invalid| invalid.to_string(), |()| "fine".to_owned());
        writeln!(lines, "{name}: {said}").expect("a string takes all");
    }
    lines
}

#[test]
fn of_the_others() {
    let slots = |slots| {
        let (queue, max_wait) = (u32::MAX, Some(Duration::ZERO));
        let settings = bulkhead::Settings::of(slots);
        Bulkhead::new(settings.with(|s| (s.queue, s.max_wait) = (queue, max_wait))).map(drop)
    };
    let limit = |limit| Timeout::new(timeout::Settings::of(limit)).map(drop);
    let on = |on| {
        let settings = fallback::Settings::of(Targets::VALUE).with(|settings| settings.on = on);
        Fallback::new(settings).map(drop)
    };
    let cases = [
        ("no slots", slots(0)),
        ("all slots", slots(u32::MAX)),
        ("no limit", limit(Duration::ZERO)),
        ("longest limit", limit(Duration::MAX)),
        ("on nothing", on(Classes::NONE)),
        ("on all", on(Classes::ALL)),
    ];
    expect![[r#"
        no slots: `slots` must be at least 1, not 0
        all slots: fine
        no limit: `limit` must be longer than 0s, not 0s
        longest limit: fine
        on nothing: `on` must be a list of at least 1
        on all: fine
    "#]]
    .assert_eq(&reported(cases));
}
