//! Supervision, health checks and checkpoints: each against its naive count, and all three around
//! one process.

use std::collections::BTreeMap;

use patterns::backoff::{self, Curve, Jitter};
use patterns::checkpoint::{CheckpointId, Checkpoints, When};
use patterns::health::{Degraded, Health, State};
use patterns::process::{Action, ConfiguredProcess, Event, ProcessPattern};
use patterns::report::StateId;
use patterns::settings::LayerSettings;
use patterns::supervise::{End, Kind, Next, Supervisor};
use patterns::testing::Script;
use patterns::{CallInfo, Context, Duration, Effects, Time, checkpoint, health, supervise};
use proptest::prelude::*;

const SECOND: Duration = Duration::from_secs(1);

fn at(secs: u64) -> Time {
    Time::ZERO + Duration::from_secs(secs)
}

/// A pattern, told by hand.
struct Told<K> {
    pattern: K,
    rng: Script,
    effects: Effects,
}

impl<K: ProcessPattern> Told<K> {
    fn new(pattern: K) -> Self {
        Self { pattern, rng: Script::new(&[0.5]), effects: Effects::default() }
    }

    fn tell(&mut self, event: Event, now: Time) -> Action {
        let mut info = CallInfo::default();
        let mut cx = Context::new(now, &mut info, &mut self.rng, &mut self.effects);
        self.pattern.on_event(event, &mut cx)
    }

    /// The states that it has entered, by name.
    fn states(&self) -> Vec<&'static str>
    where
        K: ConfiguredProcess,
    {
        let name = |state: &StateId| <K::Settings as LayerSettings>::REPORT.state(*state).name;
        self.effects.states.iter().map(name).collect()
    }
}

fn supervision(restarts: u32, within: u64) -> supervise::Settings {
    supervise::Settings::of(restarts, SECOND * within).with(|settings| {
        settings.backoff = doubling();
        settings.reset_after = Some(SECOND * 600);
    })
}

/// Waits of 10 s that double up to 300 s.
fn doubling() -> backoff::Settings {
    backoff::Settings::of(Curve::doubling(SECOND * 10)).capped(SECOND * 300)
}

fn supervisor(settings: supervise::Settings) -> Supervisor {
    Supervisor::new(settings).expect("valid")
}

proptest! {
    /// Never more restarts within the time than are allowed, and no fewer than may be.
    #[test]
    fn restarts_are_as_intense_as_allowed(
        restarts in 0..6_u32,
        within in 0..60_u64,
        crashes in prop::collection::vec(0..30_u64, 1..60),
    ) {
        let instant = Curve::Constant(Duration::ZERO);
        let mut settings = supervision(restarts, within);
        settings.backoff.curve = instant;
        let mut supervisor = supervisor(settings);
        let mut restarted: Vec<u64> = Vec::new();
        let mut now = 0;
        for gap in crashes {
            now += gap;
            supervisor.started(at(now));
            let counted = restarted.iter().filter(|then| now <= **then + within).count();
            prop_assert_eq!(supervisor.recent(at(now)), counted);
            let next = supervisor.ended(End::Crashed, at(now));
            if counted < restarts as usize {
                prop_assert_eq!(next, Next::RestartAt(at(now)));
                restarted.push(now);
            } else {
                prop_assert_eq!(next, Next::Escalate);
                // What has escalated is not started by anybody but the one above.
                prop_assert_eq!(supervisor.ended(End::Crashed, at(now)), Next::Leave);
            }
        }
    }
}

#[test]
fn which_ends_are_followed_by_a_restart() {
    let after = |kind, end| {
        let mut supervisor = supervisor(supervision(9, 9).with(|settings| settings.kind = kind));
        supervisor.started(at(0));
        supervisor.ended(end, at(1)) == Next::RestartAt(at(11))
    };
    let of = |kind| [End::Crashed, End::Done].map(|end| after(kind, end));
    assert_eq!(of(Kind::Permanent), [true, true]);
    assert_eq!(of(Kind::Transient), [true, false]);
    assert_eq!(of(Kind::Temporary), [false, false]);
}

#[test]
fn waits_grow_until_it_has_run_well_for_long_enough() {
    let mut supervisor = supervisor(supervision(100, 1_000_000));
    let mut now = at(0);
    for (runs, wait) in [(1, 10), (1, 20), (599, 40), (600, 10), (0, 20)] {
        supervisor.started(now);
        now = now + SECOND * runs;
        let at = now + SECOND * wait;
        assert_eq!(supervisor.ended(End::Crashed, now), Next::RestartAt(at), "{runs}");
        now = at;
    }
}

#[test]
fn what_is_not_broken_is_not_recovered() {
    let mut reported = Told::new(supervisor(supervision(1, 1_000)));
    assert_eq!(reported.tell(Event::Crashed, at(0)), Action::Wait, "it never ran");
    assert_eq!(reported.tell(Event::Started, at(0)), Action::Wait);
    assert_eq!(reported.tell(Event::Step, at(1)), Action::Wait);
    assert_eq!(reported.tell(Event::Crashed, at(2)), Action::WaitUntil(at(12)));
    assert_eq!(reported.tell(Event::Crashed, at(3)), Action::WaitUntil(at(12)), "the same crash");
    assert_eq!(reported.pattern.recent(at(3)), 1);
    assert_eq!(reported.tell(Event::Wake, at(12)), Action::Restart);
    assert_eq!(reported.tell(Event::Started, at(12)), Action::Wait);
    assert_eq!(reported.tell(Event::Crashed, at(13)), Action::GiveUp);
    assert_eq!(reported.states(), ["running", "waiting", "running", "escalated"]);
}

#[test]
fn without_a_sign_of_life_it_counts_as_hung() {
    let settings = supervision(9, 9).with(|settings| settings.beats_within = Some(SECOND * 5));
    let mut reported = Told::new(supervisor(settings));
    assert_eq!(reported.tell(Event::Started, at(0)), Action::WaitUntil(at(5)));
    assert_eq!(reported.tell(Event::Beat, at(3)), Action::WaitUntil(at(8)));
    assert_eq!(
        reported.tell(Event::Beat, at(2)),
        Action::WaitUntil(at(8)),
        "the clock was set back"
    );
    let before = Time::ZERO + at(8).since(Time::from_nanos(1));
    assert_eq!(reported.tell(Event::Wake, before), Action::WaitUntil(at(8)));
    assert_eq!(
        reported.tell(Event::Wake, at(8)),
        Action::WaitUntil(at(18)),
        "hung, and to be restarted"
    );
    assert_eq!(reported.tell(Event::Wake, at(18)), Action::Restart);
}

fn health(settings: health::Settings) -> Health {
    let mut health = Health::new(settings).expect("valid");
    health.started_with(Time::ZERO, &mut || 0.5);
    health
}

/// HAProxy's defaults, with these changes.
fn haproxy(change: impl FnOnce(&mut health::Settings)) -> health::Settings {
    health::Settings::HAPROXY.with(change)
}

proptest! {
    /// By the results alone: it is as the last run of results that was long enough says.
    #[test]
    fn health_changes_after_so_many_results_in_a_row(
        rise in 1..4_u32,
        fall in 1..4_u32,
        results in prop::collection::vec(any::<bool>(), 1..60),
    ) {
        let mut health = health(haproxy(|settings| (settings.rise, settings.fall) = (rise, fall)));
        let mut expected = State::Unknown;
        for (index, ok) in results.iter().enumerate() {
            let row = results[..=index].iter().rev().take_while(|result| *result == ok).count();
            let needed = if *ok { rise } else { fall };
            if row >= needed as usize {
                expected = if *ok { State::Healthy } else { State::Unhealthy };
            }
            let now = health.next_probe();
            prop_assert_eq!(health.probed(*ok, Duration::ZERO, now), expected, "{}", index);
        }
    }

    /// However it begins to fail, it is found out within the bound that is documented.
    #[test]
    fn failures_are_found_out_in_time(
        fall in 1..5_u32,
        interval in 1..20_u64,
        fast in 1..20_u64,
        timeout in 1..5_u64,
        jitter in 0.0..1.0_f64,
        draws in prop::collection::vec(0.0..1.0_f64, 20),
        fails_after in 0..1_000_u64,
    ) {
        let secs = Duration::from_secs;
        let settings = haproxy(|settings| {
            (settings.fall, settings.jitter) = (fall, jitter);
            (settings.interval, settings.fast) = (secs(interval), secs(fast));
            settings.timeout = secs(timeout);
        });
        let mut health = health(settings);
        let fails = Time::ZERO + Duration::from_millis(fails_after * 100);
        let mut draws = draws.into_iter().cycle();
        let mut found = None;
        for _ in 0..10_000 {
            let asked = health.next_probe();
            let ok = asked < fails;
            let reported = if ok { asked } else { asked + secs(timeout) };
            let mut draw = || draws.next().expect("endless");
            let state = health.probed_with(ok, Duration::ZERO, reported, &mut draw);
            if state == State::Unhealthy {
                found = Some(reported);
                break;
            }
        }
        let pause = |secs: u64| secs as f64 * (1.0 + jitter);
        let more = f64::from(fall - 1) * (pause(fast) + timeout as f64);
        // Before it was ever healthy it is asked at the fast pace.
        let bound = pause(interval.max(fast)) + timeout as f64 + more;
        let took = found.expect("it is found out").since(fails).as_secs_f64();
        prop_assert!(took <= bound + 1e-6, "{took} > {bound}");
    }
}

#[test]
fn probes_come_at_the_pace_of_the_state() {
    let secs = Duration::from_secs;
    let settings = haproxy(|settings| {
        (settings.interval, settings.fast, settings.down) = (secs(10), secs(1), secs(30));
        settings.first_after = secs(5);
    });
    let mut health = health(settings);
    assert_eq!(health.next_probe(), at(5));
    let mut pauses = Vec::new();
    for ok in [true, true, true, false, true, false, false, false, false, true, true] {
        let now = health.next_probe();
        health.probed(ok, Duration::ZERO, now);
        pauses.push(health.next_probe().since(now).as_nanos() / 1_000_000_000);
    }
    assert_eq!(pauses, [1, 10, 10, 1, 10, 1, 1, 30, 30, 1, 10]);
    // A pause is longer by up to its jitter.
    let jittered = self::health(settings.with(|settings| settings.jitter = 0.5));
    assert_eq!(jittered.next_probe(), Time::ZERO + Duration::from_millis(6_250));
}

#[test]
fn too_many_bad_results_of_the_latest_degrade() {
    let mut health = health(haproxy(|settings| {
        settings.rise = 1;
        settings.degraded = Some(Degraded::of(4, 0.5, SECOND));
    }));
    let (fast, slow) = (SECOND, SECOND + Duration::from_nanos(1));
    let (healthy, worse, ill) = (State::Healthy, State::Degraded, State::Unhealthy);
    for (index, (ok, took, state)) in [
        (true, slow, healthy),
        (true, slow, healthy),
        (true, fast, healthy),
        (true, fast, worse),
        (true, fast, healthy),
        (false, fast, healthy),
        (true, slow, worse),
        (false, fast, worse),
        (false, fast, worse),
        (false, fast, ill),
        (true, fast, worse),
    ]
    .into_iter()
    .enumerate()
    {
        assert_eq!(health.observed(ok, took, at(9)), state, "{index}");
    }
}

#[test]
fn in_its_grace_a_process_may_fail() {
    let settings = health::Settings::KUBERNETES.with(|settings| settings.grace = SECOND * 30);
    let mut reported = Told::new(Health::new(settings).expect("valid"));
    assert_eq!(reported.tell(Event::Started, at(0)), Action::WaitUntil(at(0)));
    assert_eq!(reported.tell(Event::Wake, at(0)), Action::Probe);
    for second in [1, 11, 21, 29] {
        let reported = reported.tell(Event::ProbeFailed, at(second));
        assert_eq!(reported, Action::WaitUntil(at(second + 10)));
    }
    // From exactly its end on failures count; and once healthy, they count at once.
    for second in [30, 40] {
        let reported = reported.tell(Event::ProbeFailed, at(second));
        assert_eq!(reported, Action::WaitUntil(at(second + 10)));
    }
    assert_eq!(reported.tell(Event::ProbeFailed, at(50)), Action::Restart);
    assert_eq!(reported.tell(Event::Crashed, at(50)), Action::Wait, "nothing to ask");
    let again = reported.tell(Event::Started, at(60));
    assert_eq!(again, Action::WaitUntil(at(60)));
    assert_eq!(reported.tell(Event::ProbeOk(SECOND), at(61)), Action::WaitUntil(at(71)));
    for second in [62, 63] {
        assert_ne!(reported.tell(Event::ProbeFailed, at(second)), Action::Restart);
    }
    assert_eq!(reported.tell(Event::ProbeFailed, at(64)), Action::Restart);
    assert_eq!(reported.states(), ["unhealthy", "unknown", "healthy", "unhealthy"]);
}

fn saving(when: Vec<When>, keep: u32, resumes: Option<u32>) -> checkpoint::Settings {
    let resumes = resumes.unwrap_or(u32::MAX);
    checkpoint::Settings::of(when)
        .with(|settings| (settings.keep, settings.resumes) = (keep, resumes))
}

fn checkpoints(when: Vec<When>, keep: u32, resumes: Option<u32>) -> Checkpoints {
    Checkpoints::new(saving(when, keep, resumes)).expect("valid")
}

#[test]
fn a_checkpoint_is_due_by_time_by_steps_and_before_risk() {
    let when = vec![When::Every(SECOND * 300), When::Steps(3), When::BeforeRisk];
    let mut saved = checkpoints(when, 5, None);
    assert!(!saved.is_due(at(1_000)), "nothing runs");
    saved.started(at(0));
    assert_eq!(saved.due_at(), at(300));
    assert!(!saved.is_due_before_risk(at(1)), "nothing was done");
    saved.step_done();
    assert!(saved.is_due_before_risk(at(1)) && !saved.is_due(at(299)) && saved.is_due(at(300)));
    saved.step_done();
    assert!(!saved.is_due(at(2)));
    saved.step_done();
    assert!(saved.is_due(at(2)));
    saved.began(at(2));
    assert!(!saved.is_due(at(900)) && !saved.is_due_before_risk(at(900)), "one is being written");
    assert_eq!(saved.written(at(4)), CheckpointId(0));
    assert_eq!(saved.due_at(), at(304));
    assert!(!saved.is_due_before_risk(at(5)));
}

#[test]
fn the_latest_are_kept_and_an_interrupted_one_changes_nothing() {
    let mut saved = checkpoints(vec![When::Steps(1)], 3, None);
    saved.started(at(0));
    for second in 0..5 {
        saved.began(at(second));
        saved.written(at(second));
    }
    let kept = |saved: &Checkpoints| saved.kept().map(|id| id.0).collect::<Vec<_>>();
    assert_eq!(kept(&saved), [2, 3, 4]);
    saved.began(at(6));
    saved.crashed(at(7));
    assert_eq!(kept(&saved), [2, 3, 4]);
    saved.started(at(8));
    saved.began(at(9));
    saved.not_written(at(10));
    assert_eq!(kept(&saved), [2, 3, 4]);
    assert_eq!(saved.restore(), Some(CheckpointId(4)));
    // A broken one gives way to the one before it.
    saved.broken(CheckpointId(4));
    assert_eq!(saved.restore(), Some(CheckpointId(3)));
    saved.broken(CheckpointId(3));
    saved.broken(CheckpointId(2));
    assert_eq!(saved.restore(), None);
}

/// A poisoned checkpoint leads to the same crash again and again.
#[test]
fn nothing_is_resumed_for_ever() {
    let mut saved = checkpoints(vec![When::Steps(1)], 9, Some(2));
    saved.started(at(0));
    for _ in 0..2 {
        saved.began(at(0));
        saved.written(at(0));
    }
    let mut resumed = Vec::new();
    for second in 1..7 {
        saved.crashed(at(second));
        let first = saved.restore();
        assert_eq!(saved.restore(), first, "asked twice, it says the same");
        resumed.push(first.map(|id| id.0));
        saved.started(at(second));
    }
    assert_eq!(resumed, [Some(1), Some(1), Some(0), Some(0), None, None]);
}

#[test]
fn intervals_are_those_of_young_and_daly() {
    let saved = checkpoints(vec![When::Steps(1)], 1, None);
    let (cost, mtbf) = (SECOND * 2, SECOND * 3_600);
    let secs = |when| saved.interval(when).expect("by time").as_secs_f64();
    assert!((secs(When::Young { cost, mtbf }) - 120.0).abs() < 1e-6);
    // 120 (1 + 1/180 + 1/32400) - 2, by hand: sqrt(2/7200) = 1/60.
    let daly = 120.0 * (1.0 + 1.0 / 180.0 + 1.0 / 32_400.0) - 2.0;
    assert!((secs(When::Daly { cost, mtbf }) - daly).abs() < 1e-6);
    let dear = When::Daly { cost: SECOND * 20, mtbf: SECOND * 10 };
    assert!((secs(dear) - 10.0).abs() < 1e-9, "too dear to take often");
    assert!(secs(When::Daly { cost: SECOND * 19, mtbf: SECOND * 10 }) < 10.0);
}

#[test]
fn an_adaptive_interval_follows_what_is_seen() {
    let adaptive = When::Adaptive { cost: SECOND * 2, mtbf: SECOND * 3_600 };
    let mut saved = checkpoints(vec![adaptive], 1, None);
    saved.started(at(0));
    assert_eq!(saved.due_at(), at(120));
    saved.began(at(120));
    saved.written(at(134));
    // The mean of 2 and 14 s: sqrt(2 * 8 * 3600)
    assert_eq!(saved.due_at(), at(134) + SECOND * 240);
    saved.crashed(at(400));
    saved.started(at(400));
    // The mean of 3600 and 400 s: sqrt(2 * 8 * 2000)
    let interval = saved.due_at().since(at(400)).as_secs_f64();
    assert!((interval - libm::sqrt(32_000.0)).abs() < 1e-6);
}

/// The whole time of a piece of work, with failures by chance and a checkpoint every so often.
fn makespan(interval: f64, cost: f64, mtbf: f64, seed: u64) -> f64 {
    let (work, restart) = (3_600.0 * 200.0, 5.0);
    let mut state = seed;
    let mut gap = || {
        state =
            state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let uniform = ((state >> 11) as f64 + 0.5) / (1_u64 << 53) as f64;
        -mtbf * libm::log(uniform)
    };
    let (mut now, mut done, mut fails) = (0.0, 0.0, gap());
    while done < work {
        let part = f64::min(interval, work - done);
        if now + part + cost <= fails {
            now += part + cost;
            done += part;
        } else {
            now = fails + restart;
            fails = now + gap();
        }
    }
    now
}

/// In a run of its own, no interval is better by more than a few percent.
#[test]
fn the_intervals_of_young_and_daly_are_near_the_best() {
    let saved = checkpoints(vec![When::Steps(1)], 1, None);
    for (cost, mtbf) in [(2, 3_600), (30, 1_800), (60, 600)] {
        let mean = |interval: f64| {
            let runs = (0..40).map(|seed| makespan(interval, cost as f64, mtbf as f64, seed));
            runs.sum::<f64>() / 40.0
        };
        let (c, m) = (Duration::from_secs(cost), Duration::from_secs(mtbf));
        let young = saved.interval(When::Young { cost: c, mtbf: m }).expect("by time");
        let daly = saved.interval(When::Daly { cost: c, mtbf: m }).expect("by time");
        let grid = (-12..=12).map(|step| young.as_secs_f64() * libm::pow(1.25, f64::from(step)));
        let best = grid.map(mean).fold(f64::INFINITY, f64::min);
        assert!(mean(young.as_secs_f64()) < best * 1.04, "{cost} {mtbf}");
        assert!(mean(daly.as_secs_f64()) < best * 1.02, "{cost} {mtbf}");
        // Four times as long or as short is not: so this test can see it.
        assert!(mean(young.as_secs_f64() * 8.0) > best * 1.04);
        assert!(mean(young.as_secs_f64() / 8.0) > best * 1.04);
    }
}

/// A toy process with three patterns: steps by the second, each acknowledged when it is done.
struct Toy {
    supervisor: Told<Supervisor>,
    health: Told<Health>,
    saved: Told<Checkpoints>,
    /// When each pattern is to be woken.
    timers: [Time; 3],
    running: bool,
    stuck: bool,
    steps: u64,
    /// Steps at the time of each checkpoint.
    content: BTreeMap<CheckpointId, u64>,
    next_checkpoint: u64,
    /// What the checkpoints say to do at the next start: none is from the beginning.
    resume: Option<CheckpointId>,
    acknowledged: u64,
    given_up: bool,
    restarts: u32,
}

impl Toy {
    fn new() -> Self {
        let when = vec![When::Every(SECOND * 10), When::BeforeRisk];
        Self {
            supervisor: Told::new(supervisor(supervision(3, 100))),
            health: Told::new(Health::new(health::Settings::KUBERNETES).expect("valid")),
            saved: Told::new(checkpoints(when, 3, Some(2))),
            timers: [Time::MAX; 3],
            running: false,
            stuck: false,
            steps: 0,
            content: BTreeMap::new(),
            next_checkpoint: 0,
            resume: None,
            acknowledged: 0,
            given_up: false,
            restarts: 0,
        }
    }

    /// Tells all patterns, and does what they say.
    fn tell(&mut self, event: Event, now: Time) {
        for pattern in 0..3 {
            self.tell_one(pattern, event, now);
        }
    }

    fn tell_one(&mut self, pattern: usize, event: Event, now: Time) {
        let action = match pattern {
            0 => self.supervisor.tell(event, now),
            1 => self.health.tell(event, now),
            _ => self.saved.tell(event, now),
        };
        self.timers[pattern] = Time::MAX;
        match action {
            Action::Wait => {}
            Action::WaitUntil(at) => self.timers[pattern] = at,
            Action::Probe => {
                let event = if self.stuck || !self.running {
                    Event::ProbeFailed
                } else {
                    Event::ProbeOk(Duration::ZERO)
                };
                self.tell_one(pattern, event, now);
            }
            Action::Checkpoint => {
                self.content.insert(CheckpointId(self.next_checkpoint), self.steps);
                self.next_checkpoint += 1;
                self.tell_one(pattern, Event::Written, now);
            }
            // What the checkpoints say is done at the next start; the supervisor says when.
            Action::Restore(id) => self.resume = Some(id),
            Action::Restart if pattern == 2 => self.resume = None,
            Action::Restart if pattern == 1 => self.crash(now),
            Action::Restart => self.start(now),
            Action::GiveUp => self.given_up = true,
        }
    }

    fn start(&mut self, now: Time) {
        self.steps = self.resume.map_or(0, |id| self.content[&id]);
        (self.running, self.stuck) = (true, false);
        self.restarts += 1;
        self.tell(Event::Started, now);
    }

    fn crash(&mut self, now: Time) {
        if self.running {
            self.running = false;
            self.tell(Event::Crashed, now);
        }
    }

    fn pass(&mut self, now: Time) {
        for pattern in 0..3 {
            if self.timers[pattern] <= now {
                self.tell_one(pattern, Event::Wake, now);
            }
        }
        if self.running && !self.stuck {
            self.steps += 1;
            self.acknowledged = self.acknowledged.max(self.steps);
            self.tell(Event::Step, now);
        }
    }
}

proptest! {
    /// Whatever crashes and hangs: what is restored is a prefix of what was acknowledged, no state
    /// is invented, and it never restarts more than it may.
    #[test]
    fn three_patterns_keep_one_process(
        story in prop::collection::vec((0..20_u8, any::<bool>()), 1..300),
    ) {
        let mut toy = Toy::new();
        toy.start(at(0));
        let mut restarts: Vec<u64> = Vec::new();
        for (second, (what, risky)) in (1..).zip(story) {
            let before = toy.restarts;
            match what {
                0 => toy.crash(at(second)),
                1 => toy.stuck = true,
                2 if risky && toy.running => toy.tell(Event::RiskAhead, at(second)),
                _ => {}
            }
            toy.pass(at(second));
            prop_assert!(toy.steps <= toy.acknowledged);
            prop_assert!(toy.content.values().all(|steps| *steps <= toy.acknowledged));
            if toy.restarts > before {
                restarts.push(second);
                let from = toy.resume.map_or(0, |id| toy.content[&id]);
                prop_assert!(from <= toy.steps && toy.steps <= from + 1, "where it was saved");
            }
            if toy.given_up {
                prop_assert!(!toy.running);
                break;
            }
            // A stuck process is found out, and one that is gone is back, in bounded time.
            prop_assert!(toy.running || toy.timers[0] < Time::MAX);
        }
        for window in restarts.windows(5) {
            prop_assert!(window[4] - window[0] > 60, "{restarts:?}");
        }
    }
}

#[test]
fn settings_that_make_no_sense_are_told() {
    let reported = |result: Result<(), patterns::Invalid>| result.unwrap_err().to_string();
    let supervise = |settings| reported(Supervisor::new(settings).map(drop));
    let many = supervise(supervision(10_001, 1));
    assert_eq!(many, "`restarts` must be at most 10000, not 10001");
    let never = supervision(1, 1).with(|settings| settings.beats_within = Some(Duration::ZERO));
    assert_eq!(supervise(never), "`beats-within` must be longer than 0s, not 0s");

    let of =
        |change: &dyn Fn(&mut health::Settings)| reported(Health::new(haproxy(change)).map(drop));
    let zero = Duration::ZERO;
    let longer = |name: &str| format!("`{name}` must be longer than 0s, not 0s");
    assert_eq!(of(&|s| s.rise = 0), "`rise` must be at least 1, not 0");
    assert_eq!(of(&|s| s.fall = 0), "`fall` must be at least 1, not 0");
    assert_eq!(of(&|s| s.interval = zero), longer("interval"));
    assert_eq!(of(&|s| s.fast = zero), longer("fast"));
    assert_eq!(of(&|s| s.down = zero), longer("down"));
    assert_eq!(of(&|s| s.timeout = zero), longer("timeout"));
    assert_eq!(of(&|s| s.jitter = -0.1), "`jitter` must be at least 0, not -0.1");
    let worse = |window, share| of(&|s| s.degraded = Some(Degraded::of(window, share, SECOND)));
    assert_eq!(worse(0, 0.5), "`degraded.window` must be from 1 to 64, not 0");
    assert_eq!(worse(65, 0.5), "`degraded.window` must be from 1 to 64, not 65");
    assert_eq!(worse(64, 0.0), "`degraded.share` must be more than 0 and at most 1, not 0.0");

    let save =
        |when, keep, resumes| reported(Checkpoints::new(saving(when, keep, resumes)).map(drop));
    let fine = || vec![When::Steps(1)];
    assert_eq!(save(vec![], 1, None), "`when` must be a list of at least 1");
    assert_eq!(save(vec![When::Every(zero)], 1, None), longer("when.0.interval"));
    let none = vec![When::BeforeRisk, When::Steps(0)];
    assert_eq!(save(none, 1, None), "`when.1.steps` must be at least 1, not 0");
    let young = When::Young { cost: zero, mtbf: SECOND };
    assert_eq!(save(vec![young], 1, None), longer("when.0.cost"));
    let daly = When::Daly { cost: SECOND, mtbf: zero };
    assert_eq!(save(vec![daly], 1, None), longer("when.0.mtbf"));
    assert_eq!(save(fine(), 0, None), "`keep` must be from 1 to 10000, not 0");
    assert_eq!(save(fine(), 1, Some(0)), "`resumes` must be at least 1, not 0");
}

#[test]
fn supervisor_without_a_limit_restarts_for_ever() {
    let mut supervisor = supervisor(supervision(u32::MAX, 1_000));
    for second in 0..20_000 {
        supervisor.started(at(second));
        let next = supervisor.ended(End::Crashed, at(second));
        assert!(matches!(next, Next::RestartAt(_)), "{next:?}");
    }
    assert_eq!(supervisor.recent(at(20_000)), 0, "there is nothing to count");
}

#[test]
#[should_panic(expected = "it needs `ended_with`")]
fn supervisor_with_jitter_needs_a_source_of_draws() {
    let jitter = supervision(9, 9).with(|settings| settings.backoff.jitter = Jitter::Full);
    let mut supervisor = supervisor(jitter);
    assert!(supervisor.uses_chance());
    supervisor.started(at(0));
    let _next = supervisor.ended(End::Crashed, at(1));
}
