//! Health checks: ask now and then, and believe only what was said several times in a row.
//!
//! ```text
//!                    fall failures in a row
//!  ┌─────────┐ ◄──────────────────────────────► ┌───────────┐
//!  │ healthy │      rise successes in a row     │ unhealthy │
//!  └────┬────┘                                  └───────────┘
//!       │ too many of the latest were bad             ▲
//!  ┌────▼─────┐                                       │
//!  │ degraded │───────────────────────────────────────┘
//!  └──────────┘
//! ```
//!
//! | knob | unit | at the boundary |
//! |---|---|---|
//! | `rise`, `fall` | results in a row, at least 1 | exactly so many change the state |
//! | `interval` | time between probes while nothing changes | |
//! | `fast` | the same while a change is under way | |
//! | `down` | the same while unhealthy and nothing changes | |
//! | `timeout` | time that an answer may take | |
//! | `jitter` | share by which each pause may be longer, one draw | |
//! | `first_after` | time after the start before the first probe | |
//! | `grace` | time after the start in which failures do not count | over at exactly its end |
//! | `degraded` | [`Degraded`], or none | exactly the share is enough |
//! | `restarts` | whether to restart what has become unhealthy | |
//!
//! `rise`, `fall` and the three intervals are those of HAProxy (`rise 2`, `fall 3`, `inter 2s`,
//! `fastinter`, `downinter`); Kubernetes calls them `successThreshold`, `failureThreshold`,
//! `periodSeconds`, `initialDelaySeconds`, and its start-up probe is the `grace`. Until the first
//! change it is unknown how the process is.
//!
//! # Time to detect
//!
//! A pause begins with the result of the probe before. What fails for good right after a probe was
//! answered is unhealthy after at most
//!
//! > `interval · (1 + jitter) + timeout + (fall − 1) · (fast · (1 + jitter) + timeout)`.

use crate::invalid::Invalid;
use crate::layer::Context;
use crate::process::{Action, Event, ProcessPattern};
use crate::time::{Duration, Time};

/// The settings of a [`Health`].
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Settings {
    /// How many successes in a row make it healthy; at least 1.
    pub rise: u32,
    /// How many failures in a row make it unhealthy; at least 1.
    pub fall: u32,
    /// The pause between probes while results agree with the state; longer than zero.
    pub interval: Duration,
    /// The pause while they do not, or nothing is known; longer than zero.
    pub fast: Duration,
    /// The pause while it is unhealthy and results agree; longer than zero.
    pub down: Duration,
    /// How long an answer may take; longer than zero. Whoever asks sees to it.
    pub timeout: Duration,
    /// By what share of itself a pause may be longer, by chance; 0 or more.
    pub jitter: f64,
    /// How long after the start the first probe is.
    pub first_after: Duration,
    /// How long after the start failures do not count, unless it has been healthy before.
    pub grace: Duration,
    /// When it is degraded.
    pub degraded: Option<Degraded>,
    /// Whether to restart the process when it becomes unhealthy (Kubernetes: a liveness probe, not
    /// a readiness probe).
    pub restarts: bool,
}

/// When a healthy process is degraded: too many of its latest results were failures, or slow.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Degraded {
    /// How many results are looked at; from 1 to 64.
    pub window: u32,
    /// The share of bad ones; more than 0, at most 1.
    pub share: f64,
    /// An answer that took longer than this is bad.
    pub slow: Duration,
}

/// How a process is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// Nothing is known yet.
    Unknown,
    /// It works.
    Healthy,
    /// It works, but badly.
    Degraded,
    /// It does not work.
    Unhealthy,
}

impl State {
    /// The name used in notes and charts.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Unknown => "unknown",
            Self::Healthy => "healthy",
            Self::Degraded => "degraded",
            Self::Unhealthy => "unhealthy",
        }
    }

    /// Whether it can be used.
    pub const fn is_up(self) -> bool {
        matches!(self, Self::Healthy | Self::Degraded)
    }
}

/// A health check.
///
/// # Example
///
/// ```
/// use patterns::health::{Health, Settings, State};
/// use patterns::{Duration, Time};
///
/// # fn main() -> Result<(), patterns::Invalid> {
/// let mut health = Health::new(Settings::HAPROXY)?;
/// health.started(Time::ZERO, || 0.5);
/// for (ok, state) in [
///     (true, State::Unknown),
///     (true, State::Healthy),
///     (false, State::Healthy),
///     (false, State::Healthy),
///     (false, State::Unhealthy),
/// ] {
///     let now = health.next_probe();
///     assert_eq!(health.probed(ok, Duration::ZERO, now, || 0.5), state);
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Health {
    settings: Settings,
    state: State,
    started: Time,
    next_probe: Time,
    /// Results in a row that disagree with the state, and whether they are good.
    row: (u32, bool),
    /// The latest results, the last in the lowest bit; set if bad.
    bad: u64,
    results: u32,
}

impl Settings {
    /// HAProxy's defaults: `rise 2 fall 3 inter 2s`, and no difference between its intervals.
    pub const HAPROXY: Self = Self {
        rise: 2,
        fall: 3,
        interval: Duration::from_secs(2),
        fast: Duration::from_secs(2),
        down: Duration::from_secs(2),
        timeout: Duration::from_secs(2),
        jitter: 0.0,
        first_after: Duration::ZERO,
        grace: Duration::ZERO,
        degraded: None,
        restarts: false,
    };

    /// The defaults of a liveness probe of Kubernetes: every 10 s, 1 s to answer, three failures
    /// restart.
    pub const KUBERNETES: Self = Self {
        rise: 1,
        fall: 3,
        interval: Duration::from_secs(10),
        fast: Duration::from_secs(10),
        down: Duration::from_secs(10),
        timeout: Duration::from_secs(1),
        restarts: true,
        ..Self::HAPROXY
    };

    fn check(&self) -> Result<(), Invalid> {
        let positive = "longer than zero";
        Invalid::unless(1 <= self.rise, "rise", "at least 1")?;
        Invalid::unless(1 <= self.fall, "fall", "at least 1")?;
        Invalid::unless(!self.interval.is_zero(), "interval", positive)?;
        Invalid::unless(!self.fast.is_zero(), "fast", positive)?;
        Invalid::unless(!self.down.is_zero(), "down", positive)?;
        Invalid::unless(!self.timeout.is_zero(), "timeout", positive)?;
        let valid = self.jitter.is_finite() && 0.0 <= self.jitter;
        Invalid::unless(valid, "jitter", "a finite number of at least 0")?;
        let Some(degraded) = self.degraded else { return Ok(()) };
        Invalid::unless((1..=64).contains(&degraded.window), "window", "from 1 to 64")?;
        let valid = 0.0 < degraded.share && degraded.share <= 1.0;
        Invalid::unless(valid, "share", "more than 0 and at most 1")
    }
}

impl Health {
    /// A check of a process of which nothing is known.
    pub fn new(settings: Settings) -> Result<Self, Invalid> {
        settings.check()?;
        Ok(Self {
            settings,
            state: State::Unknown,
            started: Time::ZERO,
            next_probe: Time::ZERO,
            row: (0, false),
            bad: 0,
            results: 0,
        })
    }

    /// The process has started; nothing is known of it. Draws once if there is jitter.
    pub fn started(&mut self, now: Time, draw: impl FnOnce() -> f64) {
        let pause = self.spread(self.settings.first_after, draw);
        let next_probe = now + pause;
        let settings = self.settings;
        *self = Self {
            settings,
            state: State::Unknown,
            started: now,
            next_probe,
            row: (0, false),
            bad: 0,
            results: 0,
        };
    }

    /// How it is.
    pub fn state(&self) -> State {
        self.state
    }

    /// When to ask next.
    pub fn next_probe(&self) -> Time {
        self.next_probe
    }

    /// A probe has been answered well in this time, or not. Draws once if there is jitter.
    pub fn probed(
        &mut self,
        ok: bool,
        took: Duration,
        now: Time,
        draw: impl FnOnce() -> f64,
    ) -> State {
        self.observed(ok, took, now);
        let agrees = self.row.0 == 0;
        let pause = match self.state {
            State::Unknown => self.settings.fast,
            _ if !agrees => self.settings.fast,
            State::Unhealthy => self.settings.down,
            State::Healthy | State::Degraded => self.settings.interval,
        };
        self.next_probe = now + self.spread(pause, draw);
        self.state
    }

    /// Something else was heard of the process, such as how a real call ended: it counts as the
    /// result of a probe, and changes not when the next one is.
    pub fn observed(&mut self, ok: bool, took: Duration, now: Time) -> State {
        let is_new = self.state == State::Unknown;
        if !ok && is_new && now < self.started + self.settings.grace {
            return self.state;
        }
        let slow = self.settings.degraded.is_some_and(|degraded| degraded.slow < took);
        self.bad = self.bad << 1 | u64::from(!ok || slow);
        self.results = self.results.saturating_add(1);
        let agrees = !is_new && self.state.is_up() == ok;
        self.row = match (agrees, self.row) {
            (true, _) => (0, ok),
            (false, (count, of)) if of == ok => (count + 1, ok),
            (false, _) => (1, ok),
        };
        let needed = if ok { self.settings.rise } else { self.settings.fall };
        if needed <= self.row.0 {
            self.row = (0, ok);
            self.state = if ok { State::Healthy } else { State::Unhealthy };
        }
        if self.state.is_up() {
            self.state = if self.is_degraded() { State::Degraded } else { State::Healthy };
        }
        self.state
    }

    fn is_degraded(&self) -> bool {
        self.settings.degraded.is_some_and(|Degraded { window, share, .. }| {
            let latest = self.bad & (u64::MAX >> (64 - window));
            window <= self.results && share <= f64::from(latest.count_ones()) / f64::from(window)
        })
    }

    fn spread(&self, pause: Duration, draw: impl FnOnce() -> f64) -> Duration {
        if self.settings.jitter == 0.0 {
            return pause;
        }
        pause + pause.scale(self.settings.jitter * draw())
    }
}

impl ProcessPattern for Health {
    fn initial_state(&self) -> Option<&'static str> {
        Some(State::Unknown.name())
    }

    fn on_event(&mut self, event: Event, cx: &mut Context<'_>) -> Action {
        let before = self.state;
        let now = cx.now;
        match event {
            Event::Started => self.started(now, || cx.uniform()),
            Event::ProbeOk(took) => {
                let _state = self.probed(true, took, now, || cx.uniform());
            }
            Event::ProbeFailed => {
                let _state = self.probed(false, Duration::ZERO, now, || cx.uniform());
            }
            Event::Crashed | Event::Done => {
                self.next_probe = Time::MAX;
                return Action::Wait;
            }
            Event::Wake if self.next_probe <= now => return Action::Probe,
            _ => {}
        }
        if self.state != before {
            cx.enter_state(self.state.name());
            if self.state == State::Unhealthy && self.settings.restarts {
                return Action::Restart;
            }
        }
        if self.next_probe == Time::MAX { Action::Wait } else { Action::WaitUntil(self.next_probe) }
    }
}
