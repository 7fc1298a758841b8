//! Steps that are neither calls nor work.

use patterns::process::{Action, Event};
use patterns::{Class, Outcome};

use super::draws::Luck;
use super::task::{NO_WAY_OUT, TaskLife};
use super::timers::Timer;
use crate::call::Command;
use crate::kernel::split_mix;
use crate::model::request::{NONE, State};
use crate::model::role::Op;
use crate::model::system::{Flow, LoopEnd};
use crate::model::world::World;

/// What becomes of a loop whose pass is over.
#[derive(Clone, Copy)]
struct Pass {
    /// The first step of the next one.
    to: u16,
    /// With which chance there is none.
    escape: f64,
    /// The most passes.
    limit: u32,
}

impl World {
    /// Takes a step that is neither a call nor work.
    #[inline(never)]
    pub(crate) fn flow(&mut self, index: u32, op: Op) -> Option<Command> {
        let flow = match op {
            Op::Begin => return self.begin_life(index),
            Op::Mark { may_harm } => return self.mark(index, may_harm),
            Op::Flow(flow) => flow,
            Op::Serve | Op::Work { .. } | Op::Call(_) | Op::Costly(..) => {
                unreachable!("these are no flow")
            }
        };
        let lives = self.lives.as_deref().expect("who has such steps has a life");
        match &lives.flows[flow as usize] {
            Flow::Chance { share, to } => {
                let (share, to) = (*share, *to as u16);
                self.take_chance(index, share, to)
            }
            Flow::Again { to, depth, escape, limit, at_limit } => {
                let pass = Pass { to: *to as u16, escape: *escape, limit: *limit };
                let (depth, at_limit) = (*depth, *at_limit);
                self.end_pass(index, depth, pass, at_limit)
            }
            Flow::Parallel { .. } => self.fork(index, flow),
            Flow::Join => self.join(index, None),
            Flow::Optional { .. } => self.next_step(index),
            Flow::Needs(needs) => {
                let needs = *needs;
                self.need(index, needs)
            }
            Flow::Checkpoint(takes) => {
                let station = self.stations.request(index).station;
                let takes = takes.sample(&mut self.work[station as usize]);
                self.save_here(index, takes)
            }
            Flow::RiskAhead => self.before_risk(index),
            Flow::Crash(share) => {
                let share = *share;
                self.risk(index, share)
            }
        }
    }

    /// A share of tasks takes the steps that follow. Whether one does is its own: it is the same
    /// each time the task is begun.
    fn take_chance(&mut self, index: u32, share: f64, to: u16) -> Option<Command> {
        let step = self.stations.request(index).step;
        let life = self.life(index);
        let goes = life.luck.draw(step, life.passes()) < share;
        self.stations.request_mut(index).step = if goes { step + 1 } else { to };
        self.advance(index)
    }

    /// A pass of a loop is over.
    fn end_pass(
        &mut self,
        index: u32,
        depth: usize,
        pass: Pass,
        at_limit: LoopEnd,
    ) -> Option<Command> {
        let step = self.stations.request(index).step;
        let group = self.group_of(index);
        let stuck = self.group_life(group).ills.stuck;
        let life = self.life(index);
        life.loops[depth] += 1;
        let passes = life.loops[depth] & !NO_WAY_OUT;
        // Those of the loops around it count too: each of their passes is another.
        let (luck, of_pass) = (life.luck, split_mix(life.passes(), life.tries.into()));
        let draw = |salt: u64| luck.draw(step, split_mix(of_pass, salt));
        if passes == 1 && 0.0 < stuck && draw(1) < stuck {
            life.loops[depth] |= NO_WAY_OUT;
        }
        let has_way_out = life.loops[depth] & NO_WAY_OUT == 0;
        let is_over = has_way_out && 0.0 < pass.escape && draw(0) < pass.escape;
        if !is_over && passes < pass.limit {
            self.stations.request_mut(index).step = pass.to;
            return self.advance(index);
        }
        life.loops[depth] = 0;
        if is_over {
            return self.next_step(index);
        }
        self.recorder.note_loop_limit(group as u32);
        let outcome = Outcome::failed(Class::Rejected);
        self.stations.request_mut(index).use_answer(outcome);
        match at_limit {
            LoopEnd::Fail => self.fail(index, outcome),
            LoopEnd::GoOn => self.next_step(index),
        }
    }

    /// The next step is risky.
    fn before_risk(&mut self, index: u32) -> Option<Command> {
        let life = self.life(index);
        let saver = life.saver;
        if saver == NONE || life.parent != NONE {
            return self.next_step(index);
        }
        let action = self.ask_saver(saver, Event::RiskAhead);
        if action == Action::Checkpoint {
            return self.save_now(index);
        }
        self.set_saver(saver, action);
        self.next_step(index)
    }

    /// The process of a task crashes by what the task has just done, in a share of cases.
    fn risk(&mut self, index: u32, share: f64) -> Option<Command> {
        let now = self.scheduler.now();
        let (step, station) = {
            let request = self.stations.request(index);
            (request.step, request.station)
        };
        let life = self.life(index);
        let draw = life.luck.draw(step, u64::from(life.tries) << 40 | now.as_nanos() >> 24);
        let lives = self.lives.as_deref().expect("it has a life");
        let Some(process) = lives.process_of(station).filter(|_| draw < share) else {
            return self.next_step(index);
        };
        // What has just been done is lost with all else.
        self.crash(process);
        None
    }

    /// Goes on with the step behind the one that is done.
    pub(super) fn next_step(&mut self, index: u32) -> Option<Command> {
        self.stations.request_mut(index).step += 1;
        self.advance(index)
    }

    /// A task begins.
    fn begin_life(&mut self, index: u32) -> Option<Command> {
        let now = self.scheduler.now();
        let request = self.stations.request_mut(index);
        // It is in line no longer, though it may wait for nothing yet.
        request.state = State::Awaiting;
        let station = request.station;
        let lives = self.lives.as_deref_mut().expect("who has such steps has a life");
        let process = lives.process_of(station).expect("it has a process");
        let of = &mut lives.processes[process as usize];
        let mut life = TaskLife::new(Luck::of(of.salt, of.begun), of.group, now);
        of.begun += 1;
        life.tries = 1;
        life.saver = of.free.pop().unwrap_or(NONE);
        let saver = life.saver;
        if let Some(saver) = lives.savers.get_mut(saver as usize) {
            saver.task = index;
        }
        lives.begin(index, life);
        for place in 0..lives.processes[process as usize].run_layers.len() {
            self.renew_layer(process, place, true);
        }
        if saver != NONE {
            let action = self.ask_saver(saver, Event::Started);
            self.set_saver(saver, action);
        }
        self.beat(process);
        self.next_step(index)
    }

    /// A step is done.
    fn mark(&mut self, index: u32, may_harm: u32) -> Option<Command> {
        let station = self.stations.request(index).station;
        let root = self.root(index);
        let lives = self.lives.as_deref_mut().expect("who has such steps has a life");
        let process = lives.process_of(station).expect("it has a process");
        lives.task(root).effects += u64::from(may_harm);
        let saver = if root == index { lives.task(index).saver } else { NONE };
        self.beat(process);
        if saver != NONE {
            let action = self.ask_saver(saver, Event::Step);
            if action == Action::Checkpoint {
                return self.save_now(index);
            }
            self.set_saver(saver, action);
        }
        self.next_step(index)
    }

    /// A process shows that it is alive.
    fn beat(&mut self, process: u32) {
        let now = self.scheduler.now();
        let Some(lives) = &mut self.lives else { return };
        let supervisor = lives.processes[process as usize].supervisor.as_ref();
        if supervisor.is_some_and(|one| one.settings().beats_within.is_some())
            && let Some(action) = lives.supervise(process, Event::Beat, now)
        {
            self.obey(process, Timer::Supervisor(process), action);
        }
    }

    /// A call or a loop of a task has failed, or of a branch: the task ends, unless it may go on.
    #[inline(never)]
    pub(crate) fn fail(&mut self, index: u32, outcome: Outcome) -> Option<Command> {
        let Some(lives) = &mut self.lives else { return self.end_task(index, outcome) };
        let (station, step) = {
            let request = self.stations.request(index);
            (request.station, request.step)
        };
        if lives.process_of(station).is_none() {
            return self.end_task(index, outcome);
        }
        let life = &mut lives.tasks[index as usize];
        let group = self.stations.role(station);
        let regions = &lives.groups[group as usize].regions;
        if let Some(until) = regions.after_failure(life.from, step) {
            self.stations.request_mut(index).step = until;
            return self.advance(index);
        }
        if life.parent != NONE {
            return self.join(index, Some(outcome));
        }
        self.end_task(index, outcome)
    }
}
