//! Supervision, health checks and checkpoints as they are written, and as well-known systems have
//! them.

use patterns::backoff::{self, Curve};
use patterns::checkpoint::{self, When};
use patterns::health::{self, Degraded};
use patterns::process::ConfiguredProcess;
use patterns::supervise::{self, Kind, Supervisor};
use patterns::{Duration, Time};

use crate::written::{good, reported, survives};

const SECOND: Duration = Duration::from_secs(1);

#[test]
fn supervise_has_every_knob_in_files() {
    assert_eq!(good::<supervise::Settings>("{}"), supervise::Settings::of(1, SECOND * 5));
    let all = "{ restarts = 3, within = \"1min\", kind = \"transient\", \
               backoff = \"exponential(10s, cap=5min)\", reset-after = \"10min\", \
               beats-within = \"30s\" }";
    let expected = supervise::Settings::of(3, SECOND * 60).with(|settings| {
        settings.kind = Kind::Transient;
        settings.backoff = backoff::Settings::of(Curve::doubling(SECOND * 10)).capped(SECOND * 300);
        (settings.reset_after, settings.beats_within) = (Some(SECOND * 600), Some(SECOND * 30));
    });
    assert_eq!(good::<supervise::Settings>(all), expected);
    survives(&expected);
    survives(&supervise::Settings::of(u32::MAX, SECOND * 5));
    assert_eq!(
        reported::<supervise::Settings>(
            "{ restarts = 10001, kind = \"sometimes\", beats-within = \"0s\" }"
        ),
        [
            "10001: `restarts` must be at most 10000, or \"unlimited\", not 10001",
            "sometimes: `kind` has no form `sometimes`",
            "\"0s\": `beats-within` must be longer than 0s, not 0s",
        ]
    );
}

#[test]
fn supervise_warns_of_what_has_no_effect() {
    let temporary = "{ kind = \"temporary\", restarts = 3, backoff = \"1s\" }";
    let why = "since a temporary process is never started again";
    assert_eq!(
        reported::<supervise::Settings>(temporary),
        [
            format!("3: `restarts` has no effect {why}"),
            format!("\"1s\": `backoff` has no effect {why}")
        ]
    );
    let unlimited = "{ restarts = \"unlimited\", within = \"1s\", reset-after = \"1min\" }";
    assert_eq!(
        reported::<supervise::Settings>(unlimited),
        [
            "\"1s\": `within` has no effect since restarts are not limited",
            "\"1min\": `reset-after` has no effect without waits that could start over",
        ]
    );
}

/// `supervisor.erl`: `intensity` 1 and `period` 5 s; kubelet: `CrashLoopBackOff`.
#[test]
fn supervise_may_be_like_a_known_system() {
    let erlang = good::<supervise::Settings>("{ like = \"erlang\", restarts = 3 }");
    assert_eq!(erlang, supervise::Settings::of(3, SECOND * 5));
    let kubernetes = good::<supervise::Settings>("{ like = \"kubernetes\", kind = \"transient\" }");
    let mut kubelet = Supervisor::with_settings(kubernetes).expect("a preset is valid");
    let mut now = Time::ZERO;
    for (runs, wait) in
        [(0, 10), (0, 20), (0, 40), (0, 80), (0, 160), (0, 300), (599, 300), (600, 10)]
    {
        kubelet.started(now);
        now = now + SECOND * runs;
        let next = kubelet.ended(supervise::End::Crashed, now);
        now = now + SECOND * wait;
        assert_eq!(next, supervise::Next::RestartAt(now), "after {runs} s");
    }
    let earlier = "{ like = \"kubernetes\", base = \"1s\", cap = \"4s\" }";
    let curve = backoff::Settings::of(Curve::doubling(SECOND)).capped(SECOND * 4);
    assert_eq!(good::<supervise::Settings>(earlier).backoff, curve);
}

#[test]
fn health_has_every_knob_in_files() {
    assert_eq!(good::<health::Settings>("{}"), health::Settings::HAPROXY);
    let all = "{ rise = 1, fall = 2, interval = \"10s\", fast = \"1s\", down = \"30s\", \
               timeout = \"3s\", jitter = \"10%\", first-after = \"5s\", grace = \"30s\", \
               degraded = { window = 4, share = \"25%\", slow = \"1s\" }, restarts = true }";
    let expected = health::Settings::default().with(|settings| {
        (settings.rise, settings.fall, settings.jitter) = (1, 2, 0.1);
        (settings.interval, settings.fast) = (SECOND * 10, SECOND);
        (settings.down, settings.timeout) = (SECOND * 30, SECOND * 3);
        (settings.first_after, settings.grace) = (SECOND * 5, SECOND * 30);
        settings.degraded = Some(Degraded::of(4, 0.25, SECOND));
        settings.restarts = true;
    });
    assert_eq!(good::<health::Settings>(all), expected);
    survives(&expected);
    assert_eq!(
        reported::<health::Settings>("{ rise = 0, jitter = \"-1%\", degraded = { window = 65 } }"),
        [
            "0: `rise` must be at least 1, not 0",
            "\"-1%\": `jitter` must be at least 0, not -1%",
            "65: `window` must be from 1 to 64, not 65",
        ]
    );
}

#[test]
fn health_warns_of_what_has_no_effect() {
    let fast = "{ rise = 1, fall = 1, fast = \"1s\" }";
    let why = "`fast` has no effect after the first result: each one is enough for a change";
    assert_eq!(reported::<health::Settings>(fast), [format!("\"1s\": {why}")]);
    let grace = "{ first-after = \"10s\", grace = \"10s\" }";
    let why = "`grace` has no effect: it is over before the first probe of `first-after`";
    assert_eq!(reported::<health::Settings>(grace), [format!("\"10s\": {why}")]);
}

/// HAProxy: `inter` is all pauses and the timeout; Kubernetes: `periodSeconds` is all pauses.
#[test]
fn health_may_be_like_a_known_system() {
    assert_eq!(good::<health::Settings>("{ like = \"haproxy\" }"), health::Settings::HAPROXY);
    let pauses = |written: &str| {
        let settings = good::<health::Settings>(written);
        [settings.interval, settings.fast, settings.down, settings.timeout]
            .map(|pause| pause.as_nanos() / 1_000_000_000)
    };
    assert_eq!(pauses("{ like = \"haproxy\", interval = \"5s\" }"), [5, 5, 5, 5]);
    let fast = "{ like = \"haproxy\", interval = \"5s\", fast = \"1s\", timeout = \"3s\" }";
    assert_eq!(pauses(fast), [5, 1, 5, 3]);
    assert_eq!(good::<health::Settings>("{ like = \"kubernetes\" }"), health::Settings::KUBERNETES);
    let often = "{ like = \"kubernetes\", interval = \"3s\", restarts = false }";
    assert_eq!(pauses(often), [3, 3, 3, 1]);
    assert!(!good::<health::Settings>(often).restarts);
}

#[test]
fn checkpoint_has_every_knob_in_files() {
    let written = "{ when = [\"every(5min)\", \"10min\", \"steps(3)\", \"before-risk\", \
                   \"young(cost=2s, mtbf=1h)\", \"daly(2s, 1h)\", \"adaptive(2s, 1h)\"], \
                   keep = 2, resumes = \"unlimited\" }";
    let (cost, mtbf) = (SECOND * 2, SECOND * 3_600);
    let when = vec![
        When::Every(SECOND * 300),
        When::Every(SECOND * 600),
        When::Steps(3),
        When::BeforeRisk,
        When::Young { cost, mtbf },
        When::Daly { cost, mtbf },
        When::Adaptive { cost, mtbf },
    ];
    let expected = checkpoint::Settings::of(when).with(|settings| {
        (settings.keep, settings.resumes) = (2, u32::MAX);
    });
    assert_eq!(good::<checkpoint::Settings>(written), expected);
    survives(&expected);
    let alone = good::<checkpoint::Settings>("[\"before-risk\"]");
    assert_eq!(alone, checkpoint::Settings::of(vec![When::BeforeRisk]));
    assert_eq!(
        reported::<checkpoint::Settings>(
            "{ when = [\"steps(0)\", \"every\"], keep = 0, resumes = 0 }"
        ),
        [
            "0: `steps` must be at least 1, not 0",
            "every: `every` needs `interval`",
            "0: `keep` must be from 1 to 10000, not 0",
            "0: `resumes` must be at least 1, or \"unlimited\", not 0",
        ]
    );
    assert_eq!(reported::<checkpoint::Settings>("{}"), ["all of it: `checkpoint` needs `when`"]);
}
