//! What is written for a check of deadlines is what is meant.

use patterns::deadline::{Deadline, Figures, Reject, Settings};
use patterns::settings::Value;
use patterns::{Duration, Reason, Rejected, Time};

use crate::settings_reading::{good, presets_are_sound, read, text, warnings};

const SECOND: Duration = Duration::from_secs(1);

#[test]
fn every_setting_can_be_written() {
    assert_eq!(good::<Settings>(&[]), Settings::of());
    let written = good::<Settings>(&[
        ("min-remaining", text("2s")),
        ("reject", text("share(20%)")),
        ("gives-up", Value::Bool(false)),
    ]);
    let expected = Settings::of().with(|settings| {
        settings.min_remaining = SECOND * 2;
        settings.reject = Reject::Share { share: 0.2, within: SECOND * 10 };
        settings.gives_up = false;
    });
    assert_eq!(written, expected);
    for (written, reject) in [
        ("all", Reject::All),
        ("none", Reject::None),
        ("share(0.5, within=1s)", Reject::Share { share: 0.5, within: SECOND }),
    ] {
        assert_eq!(good::<Settings>(&[("reject", text(written))]).reject, reject);
    }
    let said = read::<Settings>(&[("reject", text("share(120%, within=0s)"))]).1;
    assert_eq!(
        said,
        [
            "reject, mistake: `share` must be from 0 to 1, not 120%",
            "reject, mistake: `within` must be longer than 0s, not 0s"
        ]
    );
    let said = read::<Settings>(&[("least", text("1s"))]).1;
    assert_eq!(said, ["least, mistake: `least` is called `min-remaining` now"]);
}

#[test]
fn what_has_no_effect_is_said() {
    let none = ("reject", text("none"));
    assert_eq!(warnings::<Settings>(core::slice::from_ref(&none)), Vec::<String>::new());
    assert_eq!(
        warnings::<Settings>(&[none.clone(), ("min-remaining", text("1s"))]),
        ["min-remaining, warning: `min-remaining` has no effect: with `reject = \"none\"` late \
             calls pass"]
    );
    assert_eq!(
        warnings::<Settings>(&[none, ("gives-up", Value::Bool(false))]),
        ["reject, warning: this layer does nothing: it neither rejects calls nor gives them up"]
    );
}

/// Finagle's `DeadlineFilter`: `rejectPeriod` 10 s (1 s to 60 s), `maxRejectFraction` 0.2.
#[test]
fn finagle_has_its_own_numbers() {
    presets_are_sound::<Settings>();
    let like = |entries: &[(&str, Value)]| {
        let like = [("like", text("finagle"))];
        let entries: Vec<_> = like.into_iter().chain(entries.iter().cloned()).collect();
        read::<Settings>(&entries)
    };
    let settings = like(&[]).0.expect("valid");
    assert_eq!(settings.reject, Reject::Share { share: 0.2, within: SECOND * 10 });
    assert!(!settings.gives_up, "it only looks at calls as they come");
    let changed = like(&[("reject-period", text("1s")), ("max-reject-fraction", text("50%"))]).0;
    let reject = Reject::Share { share: 0.5, within: SECOND };
    assert_eq!(changed.expect("valid").reject, reject);
    let said = like(&[("reject-period", text("61s"))]).1;
    let expected = "reject-period, mistake: `reject-period` must be from 1s to 1min, not 61s";
    assert_eq!(said, [expected]);
}

#[test]
fn what_it_rejected_can_be_read() {
    let reject = Reject::Share { share: 0.5, within: SECOND };
    let mut check = Deadline::new(Settings::of().with(|s| s.reject = reject)).expect("valid");
    let late = |check: &mut Deadline, now| check.try_acquire(now, Time::ZERO);
    assert_eq!(late(&mut check, Time::ZERO), Ok(()));
    let rejected = Rejected { reason: Reason::TooLate, until: None };
    assert_eq!(late(&mut check, Time::ZERO), Err(rejected));
    assert_eq!(check.figures(Time::ZERO), Figures { calls: 2, rejected: 1 });
    assert_eq!(check.figures(Time::ZERO + SECOND), Figures::default());
}
