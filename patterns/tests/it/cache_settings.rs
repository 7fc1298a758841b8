//! A cache as it is written.

use patterns::cache::{CountsFrom, Eviction, Lasting, LateResults, Settings};
use patterns::{Class, Classes, Duration};

use crate::written::{good, reported, survives};

const fn secs(secs: u64) -> Duration {
    Duration::from_secs(secs)
}

#[test]
fn cache_needs_a_lifetime_alone() {
    assert_eq!(good::<Settings>("\"5min\""), Settings::of(secs(300)));
    assert_eq!(good::<Settings>("{ ttl = \"5min\" }"), Settings::of(secs(300)));
    assert_eq!(good::<Settings>("{ ttl = \"unlimited\" }"), Settings::of(Duration::MAX));
    assert_eq!(reported::<Settings>("{}"), ["all of it: `cache` needs `ttl`"]);
}

#[test]
fn cache_has_every_knob_in_files() {
    let all = "{ ttl = \"1min\", counts-from = \"last-use\", capacity = 7, eviction = \"lfu\", \
               stale-if-error = \"unlimited\", stale-on = [\"network\", \"breaker-open\"], \
               negative = \"2s\", negative-on = [\"rate-limit\"], late = \"keep\" }";
    let expected = Settings::of(secs(60)).with(|s| {
        (s.counts_from, s.capacity, s.eviction) = (CountsFrom::LastUse, 7, Eviction::Lfu);
        s.stale_if_error = Some(Lasting(Duration::MAX));
        s.stale_on = Classes::NONE.with(Class::Network).with(Class::BreakerOpen);
        s.negative = Some(Lasting(secs(2)));
        s.negative_on = Classes::NONE.with(Class::RateLimit);
        s.late = LateResults::Keep;
    });
    assert_eq!(good::<Settings>(all), expected);
    survives(&expected);
    survives(&expected.with(|s| {
        (s.ttl, s.counts_from) = (Duration::MAX, CountsFrom::Stored);
        (s.capacity, s.eviction) = (u32::MAX, Eviction::Lru);
    }));
    let stale = good::<Settings>("{ ttl = \"5min\", stale-if-error = \"1h\" }");
    assert_eq!((stale.stale_if_error, stale.stale_on), (Some(Lasting(secs(3_600))), Classes::ALL));
    let negative = good::<Settings>("{ ttl = \"5min\", negative = \"unlimited\" }");
    assert_eq!(negative.negative, Some(Lasting(Duration::MAX)));
    assert_eq!(negative.negative_on, Classes::NONE.with(Class::Validation));
    // None is not the same as for ever.
    let none = "{ ttl = \"5min\", stale-if-error = \"none\", negative = \"none\" }";
    assert_eq!(good::<Settings>(none), Settings::of(secs(300)));
    survives(&Settings::of(secs(300)));
}

#[test]
fn cache_reports_every_mistake_at_its_place() {
    let wrong = "{ ttl = \"0s\", capacity = 0, stale-if-error = \"0s\", stale-on = [], \
                 negative = \"0s\", eviction = \"lro\", evicton = \"lru\" }";
    let longer = "longer than 0s, or \"unlimited\", not 0s";
    assert_eq!(
        reported::<Settings>(wrong),
        [
            format!("\"0s\": `ttl` must be {longer}"),
            "0: `capacity` must be at least 1, or \"unlimited\", not 0".to_owned(),
            "lro: `eviction` has no form `lro`".to_owned(),
            format!("\"0s\": `stale-if-error` must be {longer}"),
            "[]: `stale-on` must be a list of at least 1".to_owned(),
            format!("\"0s\": `negative` must be {longer}"),
            "evicton: `cache` has no key `evicton`".to_owned(),
        ]
    );
}

#[test]
fn cache_warns_of_what_has_no_effect() {
    for (written, key, why) in [
        ("stale-on = [\"network\"]", "stale-on", "without `stale-if-error`"),
        ("negative-on = [\"network\"]", "negative-on", "without `negative`"),
        (
            "ttl = \"unlimited\", counts-from = \"last-use\"",
            "counts-from",
            "since `ttl` never ends",
        ),
        (
            "capacity = \"unlimited\", eviction = \"fifo\"",
            "eviction",
            "since nothing needs a place",
        ),
    ] {
        let ttl = if written.contains("ttl") { "" } else { "ttl = \"1s\", " };
        let reported = reported::<Settings>(&format!("{{ {ttl}{written} }}"));
        let (_, value) = written.rsplit_once("= ").expect("a key and its value");
        assert_eq!(reported, [format!("{value}: `{key}` has no effect {why}")]);
    }
}
