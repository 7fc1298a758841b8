//! All that lives: processes of agents, and what is known of their tasks.

use patterns::{Context, Duration, Effects, Time};

use super::process::Process;
use super::saver::Saver;
use super::task::{Phase, TaskLife};
use super::timers::Timers;
use crate::fault::Ills;
use crate::kernel::Distribution;
use crate::model::recorder::Recorder;
use crate::model::request::NONE;
use crate::model::role::Op;
use crate::model::system::{Durability, Flow};

/// All that lives.
#[derive(Debug, Default)]
pub(crate) struct Lives {
    /// By station of an agent, its process; [`NONE`] of one that needs none.
    pub(super) of_station: Vec<u32>,
    pub(super) processes: Vec<Process>,
    pub(super) savers: Vec<Saver>,
    /// By group of agents.
    pub(super) groups: Vec<Group>,
    /// What steps are that neither call nor work.
    pub(super) flows: Vec<Flow>,
    /// By request.
    pub(super) tasks: Vec<TaskLife>,
    pub(super) timers: Timers,
    /// What patterns ask for beside their actions.
    pub(super) effects: Effects,
}

/// What the agents of a group have in common.
#[derive(Debug)]
pub(crate) struct Group {
    pub(crate) start: Distribution,
    pub(crate) tries: u32,
    pub(crate) fails_on_crash: bool,
    /// How long it takes to write and to read a checkpoint.
    pub(crate) takes: Distribution,
    pub(crate) restore: Distribution,
    pub(crate) durability: Option<Durability>,
    /// From which step until which a failure ends neither task nor branch.
    pub(crate) regions: Regions,
    /// The stations of its agents.
    pub(crate) stations: std::ops::Range<u32>,
    /// Its latest result, and whether others need it.
    pub(crate) latest: Option<Latest>,
    pub(crate) is_needed: bool,
    /// The tasks of others that wait for one, in the order in which they came.
    pub(crate) waiting: Vec<u32>,
    /// What the faults that are on do to its processes.
    pub(crate) ills: Ills,
}

/// From which step until which failures are no end, each within those before it or behind them.
#[derive(Debug, Default)]
pub(crate) struct Regions(pub(crate) Vec<(u16, u16)>);

/// A result that others may need.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Latest {
    pub(super) at: Time,
    pub(super) is_wrong: bool,
    pub(super) is_degraded: bool,
}

impl Regions {
    /// Where a task goes on that has failed at a step, if it does, or a branch that began at one.
    pub(super) fn after_failure(&self, from: u16, step: u16) -> Option<u16> {
        let mut around = self.0.iter().rev();
        let innermost =
            around.find(|(start, until)| from <= *start && *start <= step && step < *until);
        innermost.map(|(_, until)| *until)
    }
}

impl Lives {
    /// For stations of agents, none of which has a process yet.
    pub(crate) fn new(agents: u32, groups: Vec<Group>, flows: Vec<Flow>) -> Self {
        Self { of_station: vec![NONE; agents as usize], groups, flows, ..Self::default() }
    }

    /// Adds the process of an agent, and says which it is.
    pub(crate) fn add(&mut self, process: Process) {
        self.of_station[process.station as usize] = self.processes.len() as u32;
        self.processes.push(process);
    }

    /// Adds what saves tasks.
    pub(crate) fn add_saver(&mut self, saver: Saver) -> u32 {
        self.savers.push(saver);
        self.savers.len() as u32 - 1
    }

    /// All processes and savers are there: which timers there are is known.
    pub(crate) fn seal(mut self) -> Self {
        self.timers = Timers::new(self.processes.len(), self.savers.len());
        self
    }

    /// The process of an agent, if it needs one.
    #[inline]
    pub(crate) fn process_of(&self, station: u32) -> Option<u32> {
        let process = *self.of_station.get(station as usize)?;
        (process != NONE).then_some(process)
    }

    /// Whether an agent does not work.
    #[inline]
    pub(crate) fn holds(&self, station: u32) -> bool {
        self.process_of(station).is_some_and(|process| !self.processes[process as usize].is_well())
    }

    /// What is known of a task.
    pub(super) fn task(&mut self, index: u32) -> &mut TaskLife {
        &mut self.tasks[index as usize]
    }

    /// A task or a branch begins.
    pub(super) fn begin(&mut self, index: u32, life: TaskLife) {
        let index = index as usize;
        if self.tasks.len() <= index {
            // As many as there is room for at once: it grows as the slab of requests does.
            let room = (index + 1).max(2 * self.tasks.len());
            self.tasks.resize(room, life);
        }
        self.tasks[index] = life;
    }
}

/// Asks a pattern beside a process.
macro_rules! ask {
    ($lives:expr, $process:expr, $pattern:ident, $event:expr, $now:expr) => {{
        let Process { $pattern, rng, .. } = &mut $lives.processes[$process as usize];
        $pattern.as_mut().map(|pattern| {
            let mut draws = || rng.uniform();
            let mut info = patterns::CallInfo::default();
            let mut cx = Context::new($now, &mut info, &mut draws, &mut $lives.effects);
            let action = patterns::process::ProcessPattern::on_event(pattern, $event, &mut cx);
            $lives.effects.states.clear();
            action
        })
    }};
}

impl Lives {
    /// Asks the supervisor of a process, if it has one.
    pub(super) fn supervise(
        &mut self,
        process: u32,
        event: patterns::process::Event,
        now: Time,
    ) -> Option<patterns::process::Action> {
        ask!(self, process, supervisor, event, now)
    }

    /// Asks the health check of a process, if it has one.
    pub(super) fn check(
        &mut self,
        process: u32,
        event: patterns::process::Event,
        now: Time,
    ) -> Option<patterns::process::Action> {
        ask!(self, process, health, event, now)
    }

    /// The time in which processes do not work, or tasks are saved, that is not over yet.
    pub(crate) fn note_open(&self, recorder: &mut Recorder) {
        for process in &self.processes {
            recorder.note_process(
                process.station,
                process.group,
                process.since,
                process.state.shown(),
            );
        }
        // What stands still for a checkpoint that is not written yet.
        for task in self.tasks.iter().filter(|task| task.phase == Phase::Saving) {
            recorder.note_saving(task.group, task.since);
        }
    }

    /// How long a probe may take.
    pub(super) fn probe_timeout(&self, process: u32) -> Duration {
        let health = self.processes[process as usize].health.as_ref();
        health.map_or(Duration::ZERO, |health| health.settings().timeout)
    }
}

/// Which flow a step is.
pub(super) fn flow_at(program: &[Op], step: u16) -> u32 {
    match program[usize::from(step)] {
        Op::Flow(flow) => flow,
        _ => unreachable!("it is a flow"),
    }
}
