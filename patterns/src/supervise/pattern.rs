//! The supervisor beside a process.

use super::machine::{End, Next, Phase, Supervisor};
use super::report::{REPORT, State};
use super::settings::Settings;
use crate::invalid::Invalid;
use crate::layer::Context;
use crate::process::{Action, ConfiguredProcess, Event, ProcessPattern};
use crate::report::{Report, StateId};
use crate::settings::{LayerSettings, Preset};
use crate::time::Time;

impl Supervisor {
    fn timer(&self) -> Action {
        match self.hangs_at() {
            Time::MAX => Action::Wait,
            at => Action::WaitUntil(at),
        }
    }

    fn follow(&mut self, end: End, cx: &mut Context<'_>) -> Action {
        let was_running = matches!(self.phase, Phase::Running { .. });
        match self.ended_with(end, cx.now, cx) {
            Next::Leave if !was_running => self.waiting(cx.now),
            Next::Leave => {
                cx.enter_state(State::Ended);
                Action::Wait
            }
            Next::RestartAt(at) => {
                cx.enter_state(State::Waiting);
                Action::WaitUntil(at)
            }
            Next::Escalate => {
                cx.enter_state(State::Escalated);
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
    fn initial_state(&self) -> Option<StateId> {
        Some(State::Ended.into())
    }

    fn on_event(&mut self, event: Event, cx: &mut Context<'_>) -> Action {
        match event {
            Event::Started => {
                self.started(cx.now);
                cx.enter_state(State::Running);
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

impl LayerSettings for Settings {
    const KIND: &'static str = "supervise";
    const REPORT: &'static Report = &REPORT;

    fn presets() -> Vec<Preset<Self>> {
        super::presets::all()
    }
}

impl ConfiguredProcess for Supervisor {
    type Settings = Settings;

    fn with_settings(settings: Settings) -> Result<Self, Invalid> {
        Self::new(settings)
    }
}
