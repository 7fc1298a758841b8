//! Processes that start, and what watches them.

use patterns::Duration;
use patterns::process::Event;

use super::lives::Group;
use super::process::{Process, ProcessState, exponential};
use super::task::Phase;
use super::timers::Timer;
use crate::call::Command;
use crate::kernel::Event as Due;
use crate::model::kind;
use crate::model::request::State;
use crate::model::world::World;

impl World {
    /// All processes begin to work, at the beginning of a run.
    pub(crate) fn begin_lives(&mut self) {
        let count = self.lives.as_deref().map_or(0, |lives| lives.processes.len());
        for process in 0..count as u32 {
            self.tell_started(process);
        }
    }

    /// A process starts that is not there.
    pub(super) fn start(&mut self, process: u32) {
        if !matches!(self.process(process).state, ProcessState::Down | ProcessState::GivenUp) {
            return;
        }
        self.enter_process(process, ProcessState::Starting);
        let group = self.process(process).group;
        let lives = self.lives.as_deref_mut().expect("there is a process");
        let Process { rng, .. } = &mut lives.processes[process as usize];
        let takes = lives.groups[group as usize].start.sample(rng);
        self.recorder.note_restart(group);
        let now = self.scheduler.now();
        if takes.is_zero() {
            self.started(process);
        } else {
            self.set_life(Timer::Start(process), now + takes);
        }
    }

    /// A process ends if it is there, and starts anew.
    pub(crate) fn restart(&mut self, process: u32) {
        self.kill(process);
        self.start(process);
    }

    /// A process has started: it may crash again at once.
    pub(super) fn started(&mut self, process: u32) {
        let group = self.process(process).group as usize;
        let ills = self.group_life(group).ills;
        let crashes = ills.is_down
            || 0.0 < ills.crash_again && self.process(process).rng.uniform() < ills.crash_again;
        self.enter_process(process, ProcessState::Up);
        if crashes {
            self.tell_started(process);
            return self.crash(process);
        }
        self.tell_started(process);
        let station = self.process(process).station;
        let mut next = self.stations.first(station);
        while let Some(index) = next {
            next = self.stations.after(index);
            if self.stations.request(index).state != State::InLine
                && self.life(index).phase == Phase::Down
            {
                // As an event of its own: it may end at once.
                let now = self.scheduler.now();
                self.set_life(Timer::Task(index), now);
            }
        }
        self.open_agent(station);
    }

    /// What watches a process learns that it works.
    fn tell_started(&mut self, process: u32) {
        let now = self.scheduler.now();
        let lives = self.lives.as_deref_mut().expect("there is a process");
        let supervisor = lives.supervise(process, Event::Started, now);
        let health = lives.check(process, Event::Started, now);
        if let Some(action) = supervisor {
            self.obey(process, Timer::Supervisor(process), action);
        }
        if let Some(action) = health {
            self.obey(process, Timer::Health(process), action);
        }
        self.draw_crash(process);
        self.begin_to_fill(process);
    }

    /// When a process will crash by itself.
    pub(super) fn draw_crash(&mut self, process: u32) {
        let now = self.scheduler.now();
        let group = self.process(process).group as usize;
        let rate = self.group_life(group).ills.crash_rate;
        if rate <= 0.0 {
            return self.cancel_life(Timer::Crash(process));
        }
        let mean = Duration::from_secs(1).scale(1.0 / rate);
        let runs = exponential(mean, &mut self.process(process).rng);
        self.set_life(Timer::Crash(process), now + runs);
    }

    /// A process fills up from now on, if something leaks.
    pub(super) fn begin_to_fill(&mut self, process: u32) {
        let now = self.scheduler.now();
        let group = self.process(process).group as usize;
        let full = now + self.group_life(group).ills.full_after;
        self.set_life(Timer::Full(process), full);
    }

    /// Tasks that wait for an agent are begun, as far as it has slots.
    pub(super) fn open_agent(&mut self, station: u32) {
        let group = self.stations.role(station) as usize;
        let slots = self.group_life(group).ills.slots;
        self.stations.limit_slots(station, slots);
        while let Some((index, _, request)) = self.stations.fill(station) {
            request.started = self.scheduler.now();
            if let Some(command) = self.advance(index) {
                self.calls.queue(command);
            }
        }
    }

    /// A pattern asks for a restart: a health check lets the supervisor decide, if there is one.
    pub(super) fn obey_restart(&mut self, process: u32, timer: Timer) {
        let has_supervisor = self.process(process).supervisor.is_some();
        if has_supervisor && timer == Timer::Health(process) {
            return self.crash(process);
        }
        self.restart(process);
    }

    /// A process is asked whether it is well.
    pub(super) fn probe(&mut self, process: u32) {
        let now = self.scheduler.now();
        let is_well = self.process(process).is_well();
        let lives = self.lives.as_deref_mut().expect("there is a process");
        if !is_well {
            let timeout = lives.probe_timeout(process);
            self.process(process).probed = Some(now);
            return self.set_life(Timer::Probe(process), now + timeout);
        }
        if let Some(action) = lives.check(process, Event::ProbeOk(Duration::ZERO), now) {
            self.obey(process, Timer::Health(process), action);
        }
    }

    /// A timer of a life is over.
    #[inline(never)]
    pub(crate) fn life_due(&mut self, number: u32) -> Option<Command> {
        let now = self.scheduler.now();
        let lives = self.lives.as_deref_mut()?;
        match lives.timers.timer(number) {
            Timer::Supervisor(process) => {
                let of = &lives.processes[process as usize];
                // An agent without a task in hand is awake, though it takes no step.
                let is_idle = of.is_well() && self.stations.busy(of.station) == 0;
                let event = if is_idle { Event::Beat } else { Event::Wake };
                if let Some(action) = lives.supervise(process, event, now) {
                    self.obey(process, Timer::Supervisor(process), action);
                }
            }
            Timer::Health(process) => {
                if let Some(action) = lives.check(process, Event::Wake, now) {
                    self.obey(process, Timer::Health(process), action);
                }
            }
            Timer::Probe(process) => {
                if let Some(action) = lives.check(process, Event::ProbeFailed, now) {
                    self.obey(process, Timer::Health(process), action);
                }
            }
            Timer::Crash(process) | Timer::Full(process) => self.crash(process),
            Timer::Start(process) => self.started(process),
            Timer::Saver(saver) => return self.saver_woken(saver),
            Timer::Task(index) => return self.task_due(index),
        }
        self.calls.next_command()
    }

    /// What a task waits for is over.
    fn task_due(&mut self, index: u32) -> Option<Command> {
        let now = self.scheduler.now();
        match self.life(index).phase {
            Phase::Beginning => {
                self.life(index).enter(Phase::Going, now);
                self.advance(index)
            }
            Phase::Saving => self.saved(index),
            Phase::Down => self.resume_life(index),
            Phase::Restoring => self.restored(index),
            Phase::Awaiting => self.need_failed(index),
            Phase::Going => match self.stations.request(index).state {
                State::HeldWork | State::HeldReply => {
                    self.go_on(index);
                    self.save_if_due(index);
                    self.calls.next_command()
                }
                _ => self.advance(index),
            },
        }
    }

    /// A task of a group with lives ends: what was under way for it is given up.
    #[inline(never)]
    pub(crate) fn end_life(&mut self, index: u32, outcome: patterns::Outcome) {
        let station = self.stations.request(index).station;
        let group = self.group_of(index);
        self.note_result(group, outcome);
        let lives = self.lives.as_deref().expect("there are lives");
        let Some(process) = lives.process_of(station) else { return };
        // It may have ended in line.
        if self.stations.request(index).state == State::InLine {
            return;
        }
        self.stop(index);
        self.note_saved(index);
        self.life(index).phase = Phase::Going;
        let saver = std::mem::replace(&mut self.life(index).saver, crate::model::request::NONE);
        if saver != crate::model::request::NONE {
            let lives = self.lives.as_deref_mut().expect("there are lives");
            let of = &mut lives.savers[saver as usize];
            of.writing = None;
            of.kept.clear();
            let action = self.ask_saver(saver, Event::Done);
            self.set_saver(saver, action);
            self.process(process).free.push(saver);
        }
    }

    /// What the agents of a group have in common.
    pub(super) fn group_life(&mut self, group: usize) -> &mut Group {
        &mut self.lives.as_deref_mut().expect("there are lives").groups[group]
    }

    /// The group of the agent of a task.
    pub(super) fn group_of(&self, index: u32) -> usize {
        self.stations.role(self.stations.request(index).station) as usize
    }

    /// A process.
    pub(super) fn process(&mut self, process: u32) -> &mut Process {
        &mut self.lives.as_deref_mut().expect("there are lives").processes[process as usize]
    }

    /// Whether the agent of a task does not work.
    pub(super) fn is_held(&self, index: u32) -> bool {
        let station = self.stations.request(index).station;
        self.lives.as_deref().is_some_and(|lives| lives.holds(station))
    }

    /// A task of an agent that does not work stands still in a state.
    pub(crate) fn hold_agent(&mut self, index: u32, state: State) -> bool {
        let is_held = self.is_held(index);
        if is_held {
            self.stations.request_mut(index).state = state;
        }
        is_held
    }

    pub(super) fn set_life(&mut self, timer: Timer, at: patterns::Time) {
        let index = self.lives.as_deref().expect("there are lives").timers.number(timer);
        self.scheduler.set_timer(at, Due { kind: kind::LIFE, index });
    }

    pub(super) fn cancel_life(&mut self, timer: Timer) {
        let index = self.lives.as_deref().expect("there are lives").timers.number(timer);
        self.scheduler.cancel_timer(Due { kind: kind::LIFE, index });
    }
}
