//! The health check itself.

use super::report::State;
use super::settings::Settings;
use crate::invalid::Invalid;
use crate::layer::Rng;
use crate::settings::check;
use crate::stats::CallWindow;
use crate::time::{Duration, Time};

impl State {
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
/// let mut health = Health::new(Settings::default())?;
/// health.started(Time::ZERO);
/// for (ok, state) in [
///     (true, State::Unknown),
///     (true, State::Healthy),
///     (false, State::Healthy),
///     (false, State::Healthy),
///     (false, State::Unhealthy),
/// ] {
///     let now = health.next_probe();
///     assert_eq!(health.probed(ok, Duration::ZERO, now), state);
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct Health {
    settings: Settings,
    state: State,
    started: Time,
    pub(super) next_probe: Time,
    /// Results in a row that disagree with the state, and whether they are good.
    row: (u32, bool),
    /// The latest results, marked if bad; for [`Degraded`].
    latest: Option<CallWindow<1>>,
}

impl Health {
    /// A check of a process of which nothing is known.
    ///
    /// # Errors
    ///
    /// If a setting is out of range.
    pub fn new(settings: Settings) -> Result<Self, Invalid> {
        check(&settings)?;
        Ok(Self {
            settings,
            state: State::Unknown,
            started: Time::ZERO,
            next_probe: Time::ZERO,
            row: (0, false),
            latest: settings.degraded.map(|degraded| CallWindow::new(degraded.window)),
        })
    }

    /// Its settings.
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// Whether pauses are drawn, so that the methods with a source of draws are needed.
    pub fn uses_chance(&self) -> bool {
        self.settings.jitter > 0.0
    }

    /// The process has started; nothing is known of it.
    ///
    /// # Panics
    ///
    /// If there is jitter, see [`uses_chance`](Self::uses_chance).
    pub fn started(&mut self, now: Time) {
        assert!(!self.uses_chance(), "pauses are drawn: it needs `started_with`");
        self.started_with(now, &mut || 0.5);
    }

    /// The process has started; nothing is known of it. Draws once if there is jitter.
    pub fn started_with(&mut self, now: Time, rng: &mut impl Rng) {
        self.next_probe = now + self.spread(self.settings.first_after, rng);
        (self.state, self.started, self.row) = (State::Unknown, now, (0, false));
        if let Some(latest) = &mut self.latest {
            latest.clear();
        }
    }

    /// How it is.
    pub fn state(&self) -> State {
        self.state
    }

    /// When to ask next.
    pub fn next_probe(&self) -> Time {
        self.next_probe
    }

    /// A probe has been answered well in this time, or not.
    ///
    /// # Panics
    ///
    /// If there is jitter, see [`uses_chance`](Self::uses_chance).
    pub fn probed(&mut self, ok: bool, took: Duration, now: Time) -> State {
        assert!(!self.uses_chance(), "pauses are drawn: it needs `probed_with`");
        self.probed_with(ok, took, now, &mut || 0.5)
    }

    /// A probe has been answered well in this time, or not. Draws once if there is jitter.
    pub fn probed_with(
        &mut self,
        ok: bool,
        took: Duration,
        now: Time,
        rng: &mut impl Rng,
    ) -> State {
        self.observed(ok, took, now);
        let agrees = self.row.0 == 0;
        let pause = match self.state {
            State::Unknown => self.settings.fast,
            _ if !agrees => self.settings.fast,
            State::Unhealthy => self.settings.down,
            State::Healthy | State::Degraded => self.settings.interval,
        };
        self.next_probe = now + self.spread(pause, rng);
        self.state
    }

    /// Something else was heard of the process, such as how a real call ended: it counts as the
    /// result of a probe, and changes not when the next one is.
    pub fn observed(&mut self, ok: bool, took: Duration, now: Time) -> State {
        let is_new = self.state == State::Unknown;
        if !ok && is_new && now < self.started + self.settings.grace {
            return self.state;
        }
        if let (Some(latest), Some(degraded)) = (&mut self.latest, self.settings.degraded) {
            latest.add([!ok || degraded.slow < took]);
        }
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
        let (Some(latest), Some(degraded)) = (&self.latest, self.settings.degraded) else {
            return false;
        };
        let [bad] = latest.marked();
        latest.is_full() && degraded.share <= bad as f64 / f64::from(degraded.window)
    }

    fn spread(&self, pause: Duration, rng: &mut impl Rng) -> Duration {
        if self.settings.jitter == 0.0 {
            return pause;
        }
        pause + pause.scale(self.settings.jitter * rng.uniform())
    }
}
