//! Processes that end: what becomes of the tasks in hand, and of what is in memory.

use patterns::process::{Action, Event};
use patterns::{Class, Duration, Outcome, Time};

use super::process::ProcessState;
use super::task::Phase;
use super::timers::Timer;
use crate::fault::{Ills, Shock};
use crate::model::request::{NONE, State};
use crate::model::role::Op;
use crate::model::world::World;

impl World {
    /// The process of an agent crashes, if it is there: what is above it learns of that.
    pub(super) fn crash(&mut self, process: u32) {
        if !self.kill(process) {
            return;
        }
        let (now, group) = (self.scheduler.now(), self.process(process).group);
        self.recorder.note_crash(group);
        let lives = self.lives.as_deref_mut().expect("there is a process");
        if let Some(action) = lives.check(process, Event::Crashed, now) {
            self.obey(process, Timer::Health(process), action);
        }
        let lives = self.lives.as_deref_mut().expect("there is a process");
        if let Some(action) = lives.supervise(process, Event::Crashed, now) {
            self.obey(process, Timer::Supervisor(process), action);
        }
    }

    /// The process of an agent ends, if it is there or starts: its tasks in hand stand still, and
    /// what it had in memory is gone.
    pub(super) fn kill(&mut self, process: u32) -> bool {
        let is_there =
            !matches!(self.process(process).state, ProcessState::Down | ProcessState::GivenUp);
        if !is_there {
            return false;
        }
        // What stood still was not gone on with.
        let of = self.process(process);
        let until = if of.state == ProcessState::Hung { Some(of.since) } else { None };
        self.enter_process(process, ProcessState::Down);
        for timer in [Timer::Crash, Timer::Start, Timer::Full, Timer::Probe] {
            self.cancel_life(timer(process));
        }
        self.process(process).probed = None;
        let station = self.process(process).station;
        self.stations.limit_slots(station, 0);
        let mut next = self.stations.first(station);
        while let Some(index) = next {
            next = self.stations.after(index);
            if self.stations.request(index).state != State::InLine {
                self.halt(index, until);
            }
        }
        for place in 0..self.process(process).layers.len() {
            self.renew_layer(process, place, false);
        }
        let group = self.process(process).group;
        if self.group_life(group as usize).fails_on_crash {
            self.fail_all(station);
        }
        true
    }

    /// A task in hand stands still, and waits for its agent.
    fn halt(&mut self, index: u32, until: Option<Time>) {
        let now = self.scheduler.now();
        let progress = self.life(index).progress(until.unwrap_or(now));
        self.note_saved(index);
        let begun = self.begun_in_step(index);
        self.life(index).effects += begun;
        self.stop(index);
        let station = self.stations.request(index).station;
        let group = self.stations.role(station);
        if let Some(spending) = &mut self.spending {
            spending.halt(index, (group, station), now);
        }
        let life = self.life(index);
        life.enter(Phase::Down, now);
        life.progress = progress;
        self.stations.request_mut(index).state = State::HeldStep;
        let saver = self.life(index).saver;
        if saver != NONE {
            let lives = self.lives.as_deref_mut().expect("it has a life");
            lives.savers[saver as usize].writing = None;
            let action = self.ask_saver(saver, Event::Crashed);
            self.note_resume(saver, action);
            self.cancel_life(Timer::Saver(saver));
        }
    }

    /// Calls that may do harm when they are made again, which a task and its branches have begun in
    /// steps that are not done: also one that is not answered yet may have been done.
    fn begun_in_step(&mut self, index: u32) -> u64 {
        let request = self.stations.request(index);
        let program = &self.roles[self.stations.role(request.station) as usize].program;
        let step = usize::from(request.step);
        let own = match (program.get(step), program.get(step + 1)) {
            (Some(Op::Call(call) | Op::Costly(call, _)), Some(Op::Mark { may_harm: 1.. }))
                if matches!(request.state, State::Calling | State::HeldReply) =>
            {
                call.times - request.left + 1
            }
            _ => 0,
        };
        let mut all = u64::from(own);
        let mut branch = self.life(index).first;
        while branch != NONE {
            all += self.begun_in_step(branch);
            branch = self.life(branch).next;
        }
        all
    }

    /// All tasks in hand of an agent fail.
    fn fail_all(&mut self, station: u32) {
        let mut next = self.stations.first(station);
        while let Some(index) = next {
            next = self.stations.after(index);
            if self.stations.request(index).state != State::InLine
                && let Some(command) = self.end_task(index, Outcome::failed(Class::Network))
            {
                self.calls.queue(command);
            }
        }
    }

    /// A layer of an agent is as new: all of its own, or those that are for each task.
    pub(super) fn renew_layer(&mut self, process: u32, place: usize, for_task: bool) {
        let process = self.process(process);
        let of = if for_task { &process.run_layers } else { &process.layers };
        let super::process::ResetLink { link, by } = of[place];
        self.recorder.instances[link.instance as usize].by_hand = true;
        self.calls.intervene(link, by, &mut self.scheduler, &mut self.recorder);
        self.recorder.instances[link.instance as usize].by_hand = false;
    }

    /// Nothing moves at an agent from now on.
    fn hang(&mut self, process: u32) {
        if !self.process(process).is_well() {
            return;
        }
        self.enter_process(process, ProcessState::Hung);
        let station = self.process(process).station;
        self.stations.limit_slots(station, 0);
        let mut next = self.stations.first(station);
        while let Some(index) = next {
            next = self.stations.after(index);
            self.hold_tree(index);
        }
    }

    /// Work on a task and its branches stands still.
    fn hold_tree(&mut self, index: u32) {
        let request = self.stations.request_mut(index);
        if request.state == State::InLine {
            return;
        }
        if request.state == State::Working {
            self.hold_work(index);
        }
        let mut branch = self.life(index).first;
        while branch != NONE {
            self.hold_tree(branch);
            branch = self.life(branch).next;
        }
    }

    /// An agent that hung goes on.
    fn let_agent_go(&mut self, process: u32) {
        let stood = self.scheduler.now().since(self.process(process).since);
        self.enter_process(process, ProcessState::Up);
        let station = self.process(process).station;
        let mut next = self.stations.first(station);
        while let Some(index) = next {
            next = self.stations.after(index);
            self.go_on_tree(index, stood);
        }
        self.open_agent(station);
    }

    /// What stands still of a task and its branches goes on, each as an event of its own.
    fn go_on_tree(&mut self, index: u32, stood: Duration) {
        let state = self.stations.request(index).state;
        if state == State::InLine {
            return;
        }
        let is_held = matches!(state, State::HeldWork | State::HeldStep | State::HeldReply);
        // What is being saved goes on by itself.
        let life = self.life(index);
        life.moving = life.moving + stood;
        if is_held && life.phase == Phase::Going {
            let now = self.scheduler.now();
            self.set_life(Timer::Task(index), now);
        }
        let mut branch = self.life(index).first;
        while branch != NONE {
            self.go_on_tree(branch, stood);
            branch = self.life(branch).next;
        }
    }

    /// A fault of a group of agents has come on or gone off.
    pub(crate) fn hit_agents(&mut self, group: usize, ills: Ills, shock: Shock, is_by_hand: bool) {
        if self.lives.is_none() {
            return;
        }
        let before = std::mem::replace(&mut self.group_life(group).ills, ills);
        for station in self.group_life(group).stations.clone() {
            let lives = self.lives.as_deref().expect("there are lives");
            let Some(process) = lives.process_of(station) else { continue };
            match shock {
                Shock::LoseAll if before.hangs && !ills.hangs => self.restart_hung(process),
                // What is above it has nothing to do with what is done by hand.
                Shock::LoseAll if is_by_hand => {
                    self.kill(process);
                }
                Shock::LoseAll => self.crash(process),
                Shock::HoldAll => self.hang(process),
                Shock::LetGo if self.process(process).state == ProcessState::Hung => {
                    self.let_agent_go(process);
                }
                _ => {}
            }
            let starts = is_by_hand || self.process(process).supervisor.is_none();
            if before.is_down && !ills.is_down && starts {
                self.start(process);
            }
            self.set_ills(process, before, ills);
        }
    }

    /// What makes a process end by itself is another from now on.
    fn set_ills(&mut self, process: u32, before: Ills, ills: Ills) {
        if !matches!(self.process(process).state, ProcessState::Up | ProcessState::Hung) {
            return;
        }
        if before.crash_rate.to_bits() != ills.crash_rate.to_bits() {
            self.draw_crash(process);
        }
        if before.full_after != ills.full_after {
            self.begin_to_fill(process);
        }
    }

    /// A process that hangs is started anew.
    fn restart_hung(&mut self, process: u32) {
        if self.process(process).state == ProcessState::Hung {
            self.restart(process);
        }
    }

    /// A process is in another state from now on.
    pub(super) fn enter_process(&mut self, process: u32, state: ProcessState) {
        let now = self.scheduler.now();
        let of = self.process(process);
        let (station, group, was, since) = (of.station, of.group, of.state, of.since);
        (of.state, of.since) = (state, now);
        self.recorder.note_process(station, group, since, was.shown());
    }

    /// What a pattern beside a process asks for.
    pub(super) fn obey(&mut self, process: u32, timer: Timer, action: Action) {
        match action {
            Action::WaitUntil(at) => self.set_life(timer, at),
            Action::Probe => {
                self.cancel_life(timer);
                self.probe(process);
            }
            Action::Restart => {
                self.cancel_life(timer);
                self.obey_restart(process, timer);
            }
            Action::GiveUp => {
                self.cancel_life(timer);
                // One that gives no sign of life is still there.
                self.kill(process);
                self.enter_process(process, ProcessState::GivenUp);
                let group = self.process(process).group;
                self.recorder.note_escalation(group);
            }
            Action::Wait | Action::Checkpoint | Action::Restore(_) => self.cancel_life(timer),
        }
    }
}
