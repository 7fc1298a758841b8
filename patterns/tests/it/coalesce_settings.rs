//! Coalescing as it is written.

use patterns::coalesce::{LeaderGone, Settings};

use crate::written::{good, reported, survives};

#[test]
fn coalesce_needs_nothing_written() {
    assert_eq!(good::<Settings>("{}"), Settings::default());
    assert_eq!(good::<Settings>("{ max-followers = \"unlimited\" }"), Settings::default());
    assert_eq!(Settings::default().max_followers, u32::MAX);
}

#[test]
fn coalesce_has_every_knob_in_files() {
    let expected = Settings::default().with(|settings| {
        (settings.max_followers, settings.leader_gone) = (3, LeaderGone::FailAll);
    });
    let all = "{ max-followers = 3, leader-gone = \"fail-all\" }";
    assert_eq!(good::<Settings>(all), expected);
    survives(&expected);
    survives(&Settings::default());
}

#[test]
fn coalesce_reports_every_mistake_at_its_place() {
    let wrong = "{ max-followers = -1, leader-gone = \"fail\", followers = 3 }";
    assert_eq!(
        reported::<Settings>(wrong),
        [
            "-1: `max-followers` must be at least 0, not -1",
            "fail: `leader-gone` has no form `fail`",
            "followers: `coalesce` has no key `followers`",
        ]
    );
    let alone = "{ max-followers = 0, leader-gone = \"promote\" }";
    let why = "\"promote\": `leader-gone` has no effect without followers";
    assert_eq!(reported::<Settings>(alone), [why]);
}
