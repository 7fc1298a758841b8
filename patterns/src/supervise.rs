//! Supervision: start again what has crashed, later each time, and not for ever.
//!
//! ```text
//!                  crashed                 the wait is over
//!  ┌─────────┐ ──────────────► ┌─────────┐ ────────────────► started again
//!  │ running │                 │ waiting │
//!  └────┬────┘ ───┐            └─────────┘
//!       │ done    │ crashed too often within a time
//!       ▼         ▼
//!     ended    escalated: somebody above has to act
//! ```
//!
//! | knob | unit | at the boundary |
//! |---|---|---|
//! | `restarts`, `within` | restarts, time | so many are allowed; at exactly this age one counts |
//! | `kind` | [`Kind`] | |
//! | `backoff` | [`backoff`] | |
//! | `reset_after` | time of running well, or none | exactly so long is enough |
//! | `beats_within` | time between signs of life, or none | exactly so long without is hung |
//!
//! Restart intensity and kinds are those of Erlang's supervisors (OTP Design Principles,
//! "Supervisor Behaviour"; `supervisor.erl`, where a restart counts as long as `now ≤ then +
//! period`): with `restarts` 1 and `within` 5 s, the second restart within 5 s is one too many.
//! Waits that grow with each crash, and start over after a time of running well, are those of
//! Kubernetes (kubelet `CrashLoopBackOff`: 10 s doubling to 5 min, reset after 10 min).
//!
//! To recover what is not broken does nothing: an end of what is not running is no end.

use std::collections::VecDeque;

use crate::backoff::{self, Backoff, Progress};
use crate::invalid::Invalid;
use crate::layer::Context;
use crate::process::{Action, Event, ProcessPattern};
use crate::time::{Duration, Time};

/// The settings of a [`Supervisor`].
#[derive(Clone, Debug, PartialEq)]
pub struct Settings {
    /// How many restarts there may be within that time; at most 10,000. With one more it
    /// escalates.
    pub restarts: u32,
    /// For how long a restart counts.
    pub within: Duration,
    /// After which ends it is started again.
    pub kind: Kind,
    /// How long to wait before each restart.
    pub backoff: backoff::Settings,
    /// After how long a time of running the waits start over; never without it.
    pub reset_after: Option<Duration>,
    /// Without a sign of life for so long, a running process is as good as crashed; longer than
    /// zero.
    pub beats_within: Option<Duration>,
}

/// After which ends a process is started again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// After any (OTP `permanent`, Kubernetes `Always`).
    Permanent,
    /// After a crash (OTP `transient`, Kubernetes `OnFailure`).
    Transient,
    /// Never (OTP `temporary`, Kubernetes `Never`).
    Temporary,
}

/// How a process ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// It failed, or hung.
    Crashed,
    /// It did all its work.
    Done,
}

/// What follows on an end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Next {
    /// It stays as it is.
    Leave,
    /// It is to be started at this time.
    RestartAt(Time),
    /// It has been restarted too often: somebody above has to act.
    Escalate,
}

/// Restarts a process.
///
/// # Example
///
/// ```
/// use patterns::backoff::{self, Curve};
/// use patterns::supervise::{End, Kind, Next, Settings, Supervisor};
/// use patterns::{Duration, Time};
///
/// # fn main() -> Result<(), patterns::Invalid> {
/// let mut supervisor = Supervisor::new(Settings {
///     restarts: 2,
///     within: Duration::from_secs(60),
///     kind: Kind::Transient,
///     backoff: backoff::Settings::of(Curve::doubling(Duration::from_secs(10)))
///         .capped(Duration::from_secs(300)),
///     reset_after: Some(Duration::from_secs(600)),
///     beats_within: None,
/// })?;
/// let (mut now, draw) = (Time::ZERO, || 0.5);
/// for wait in [10, 20] {
///     supervisor.started(now);
///     let at = now + Duration::from_secs(wait);
///     assert_eq!(supervisor.ended(End::Crashed, now, draw), Next::RestartAt(at));
///     now = at;
/// }
/// supervisor.started(now);
/// assert_eq!(supervisor.ended(End::Crashed, now, draw), Next::Escalate);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct Supervisor {
    settings: Settings,
    backoff: Backoff,
    progress: Progress,
    /// When it was restarted, as far as that counts.
    recent: VecDeque<Time>,
    phase: Phase,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    /// Not started yet, ended for good, or escalated.
    Ended,
    Running {
        since: Time,
        beat: Time,
    },
    Waiting {
        until: Time,
    },
}

impl Supervisor {
    /// A supervisor of a process that does not run yet.
    pub fn new(settings: Settings) -> Result<Self, Invalid> {
        Invalid::unless(settings.restarts <= 10_000, "restarts", "at most 10000")?;
        let valid = settings.beats_within.is_none_or(|within| !within.is_zero());
        Invalid::unless(valid, "beats_within", "longer than zero")?;
        Ok(Self {
            backoff: Backoff::new(settings.backoff.clone())?,
            progress: Progress::default(),
            recent: VecDeque::with_capacity(settings.restarts as usize + 1),
            phase: Phase::Ended,
            settings,
        })
    }

    /// The process runs.
    pub fn started(&mut self, now: Time) {
        self.phase = Phase::Running { since: now, beat: now };
    }

    /// The process shows that it is alive.
    pub fn beat(&mut self, now: Time) {
        if let Phase::Running { beat, .. } = &mut self.phase {
            *beat = now.max(*beat);
        }
    }

    /// From when on it counts as hung if it gives no sign of life; never if that is not looked at,
    /// or it does not run.
    pub fn hangs_at(&self) -> Time {
        match (self.phase, self.settings.beats_within) {
            (Phase::Running { beat, .. }, Some(within)) => beat + within,
            _ => Time::MAX,
        }
    }

    /// The process has ended. Draws once if it is to be started again and the backoff has jitter.
    pub fn ended(&mut self, end: End, now: Time, mut draw: impl FnMut() -> f64) -> Next {
        let Phase::Running { since, .. } = self.phase else { return Next::Leave };
        self.phase = Phase::Ended;
        let again = match self.settings.kind {
            Kind::Permanent => true,
            Kind::Transient => end == End::Crashed,
            Kind::Temporary => false,
        };
        if !again {
            return Next::Leave;
        }
        while self.recent.front().is_some_and(|then| *then + self.settings.within < now) {
            self.recent.pop_front();
        }
        if self.recent.len() >= self.settings.restarts as usize {
            return Next::Escalate;
        }
        self.recent.push_back(now);
        if self.settings.reset_after.is_some_and(|reset| reset <= now.since(since)) {
            self.progress = Progress::default();
        }
        let until = now + self.backoff.next_with(&mut self.progress, &mut draw);
        self.phase = Phase::Waiting { until };
        Next::RestartAt(until)
    }

    /// How many restarts count at `now` against those that are allowed.
    pub fn recent(&self, now: Time) -> usize {
        self.recent.iter().filter(|then| now <= **then + self.settings.within).count()
    }

    fn timer(&self) -> Action {
        match self.hangs_at() {
            Time::MAX => Action::Wait,
            at => Action::WaitUntil(at),
        }
    }

    fn follow(&mut self, end: End, cx: &mut Context<'_>) -> Action {
        let was_running = matches!(self.phase, Phase::Running { .. });
        match self.ended(end, cx.now, || cx.uniform()) {
            Next::Leave if !was_running => self.waiting(cx.now),
            Next::Leave => {
                cx.enter_state("ended");
                Action::Wait
            }
            Next::RestartAt(at) => {
                cx.enter_state("waiting");
                Action::WaitUntil(at)
            }
            Next::Escalate => {
                cx.enter_state("escalated");
                Action::GiveUp
            }
        }
    }

    /// What it does while it waits.
    fn waiting(&self, now: Time) -> Action {
        match self.phase {
            Phase::Waiting { until } if until <= now => Action::Restart,
            Phase::Waiting { until } => Action::WaitUntil(until),
            Phase::Ended | Phase::Running { .. } => self.timer(),
        }
    }
}

impl ProcessPattern for Supervisor {
    fn initial_state(&self) -> Option<&'static str> {
        Some("ended")
    }

    fn on_event(&mut self, event: Event, cx: &mut Context<'_>) -> Action {
        match event {
            Event::Started => {
                self.started(cx.now);
                cx.enter_state("running");
                self.timer()
            }
            Event::Crashed => self.follow(End::Crashed, cx),
            Event::Done => self.follow(End::Done, cx),
            Event::Wake if self.hangs_at() <= cx.now => self.follow(End::Crashed, cx),
            Event::Beat => {
                self.beat(cx.now);
                self.waiting(cx.now)
            }
            _ => self.waiting(cx.now),
        }
    }
}
