//! Checkpoints beside a process.

use super::machine::Checkpoints;
use super::settings::Settings;
use crate::invalid::Invalid;
use crate::layer::Context;
use crate::process::{Action, ConfiguredProcess, Event, ProcessPattern};
use crate::settings::LayerSettings;
use crate::time::Time;

impl Checkpoints {
    /// What follows if nothing else does.
    fn timer(&self, now: Time) -> Action {
        match self.due_at() {
            Time::MAX => Action::Wait,
            due => Action::WaitUntil(due.max(now)),
        }
    }

    fn write_if(&mut self, is_due: bool, now: Time) -> Action {
        if !is_due {
            return self.timer(now);
        }
        self.began(now);
        Action::Checkpoint
    }

    fn resume(&mut self) -> Action {
        self.restore().map_or(Action::Restart, Action::Restore)
    }
}

impl ProcessPattern for Checkpoints {
    fn on_event(&mut self, event: Event, cx: &mut Context<'_>) -> Action {
        let now = cx.now;
        match event {
            Event::Started => self.started(now),
            Event::Step => {
                self.step_done();
                return self.write_if(self.is_due(now), now);
            }
            Event::RiskAhead => return self.write_if(self.is_due_before_risk(now), now),
            Event::Wake => return self.write_if(self.is_due(now), now),
            Event::Written => {
                let _id = self.written(now);
            }
            Event::NotWritten => self.not_written(now),
            Event::Crashed => {
                self.crashed(now);
                return self.resume();
            }
            Event::Broken => {
                if let Some(id) = self.restoring {
                    self.broken(id);
                }
                return self.resume();
            }
            Event::Done => self.done(),
            Event::Beat | Event::ProbeOk(_) | Event::ProbeFailed => {}
        }
        self.timer(now)
    }
}

impl LayerSettings for Settings {
    const KIND: &'static str = "checkpoint";
    const SHORT: Option<&'static str> = Some("when");
}

impl ConfiguredProcess for Checkpoints {
    type Settings = Settings;

    fn with_settings(settings: Settings) -> Result<Self, Invalid> {
        Self::new(settings)
    }
}
