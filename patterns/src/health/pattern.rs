//! The health check beside a process.

use super::machine::Health;
use super::report::{REPORT, State};
use super::settings::Settings;
use crate::invalid::Invalid;
use crate::layer::Context;
use crate::process::{Action, ConfiguredProcess, Event, ProcessPattern};
use crate::report::{Report, StateId};
use crate::settings::{LayerSettings, Preset};
use crate::time::{Duration, Time};

impl ProcessPattern for Health {
    fn initial_state(&self) -> Option<StateId> {
        Some(State::Unknown.into())
    }

    fn on_event(&mut self, event: Event, cx: &mut Context<'_>) -> Action {
        let before = self.state();
        let now = cx.now;
        match event {
            Event::Started => self.started_with(now, cx),
            Event::ProbeOk(took) => {
                let _state = self.probed_with(true, took, now, cx);
            }
            Event::ProbeFailed => {
                let _state = self.probed_with(false, Duration::ZERO, now, cx);
            }
            Event::Crashed | Event::Done => {
                self.next_probe = Time::MAX;
                return Action::Wait;
            }
            Event::Wake if self.next_probe <= now => return Action::Probe,
            _ => {}
        }
        if self.state() != before {
            cx.enter_state(self.state());
            if self.state() == State::Unhealthy && self.settings().restarts {
                return Action::Restart;
            }
        }
        if self.next_probe == Time::MAX { Action::Wait } else { Action::WaitUntil(self.next_probe) }
    }
}

impl LayerSettings for Settings {
    const KIND: &'static str = "health";
    const REPORT: &'static Report = &REPORT;

    fn presets() -> Vec<Preset<Self>> {
        super::presets::all()
    }
}

impl ConfiguredProcess for Health {
    type Settings = Settings;

    fn with_settings(settings: Settings) -> Result<Self, Invalid> {
        Self::new(settings)
    }
}
