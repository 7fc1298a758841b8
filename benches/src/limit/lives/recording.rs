//! What the loop of W4 says of what happens.

use patterns::Outcome;
use sim::observe::ProcessRecord;

/// What the loop says of what happens. An implementation that does nothing costs nothing.
pub trait Recording {
    /// An empty one, of a run until `horizon`.
    fn new(horizon: u64) -> Self;

    /// Which streams an agent draws from: its own, or those of all of its group.
    fn streams(agent: usize) -> usize;

    /// An event is handled.
    fn event(&mut self, _now: u64, _what: u32) {}

    /// A task comes to an agent.
    fn task_came(&mut self, _agent: usize) {}

    /// It ends.
    fn task_ended(&mut self, _now: u64, _agent: usize, _: Task, _: Outcome) {}

    /// It is there when the run ends, in hand or not.
    fn task_open(&mut self, _now: u64, _agent: usize, _: Task, _is_begun: bool) {}

    /// A call is made.
    fn call_began(&mut self, _: Call) {}

    /// It ends, and its agent learns how.
    fn call_ended(&mut self, _now: u64, _: Call, _began: u64, _: Outcome) {}

    /// Its agent crashes.
    fn call_given_up(&mut self, _now: u64, _: Call, _began: u64) {}

    /// It ends after that.
    fn call_late(&mut self, _: Call) {}

    /// It is open when the run ends.
    fn call_open(&mut self, _now: u64, _: Call, _began: u64) {}

    /// It costs something.
    fn paid(&mut self, _: Call, _tokens: u64, _nano_usd: u64) {}

    /// A request is refused, since its service is down.
    fn request_refused(&mut self, _now: u64, _service: usize, _: Outcome) {}

    /// It is let in: there is a slot for it, or it waits in line.
    fn request_came(&mut self, _now: u64, _service: usize, _has_slot: bool) {}

    /// It gets its slot.
    fn request_began(&mut self, _now: u64, _service: usize, _arrived: u64, _was_in_line: bool) {}

    /// It ends, or is lost.
    fn request_ended(&mut self, _now: u64, _service: usize, _: Stay, _: Outcome) {}

    /// It is there when the run ends.
    fn request_open(&mut self, _now: u64, _service: usize, _: Stay) {}

    /// So many faults of a service are on from now on.
    fn faults(&mut self, _now: u64, _service: usize, _faults: u32, _is_down: bool) {}

    /// What is written down of the processes of the group of an agent, if it is.
    fn process(&mut self, _agent: usize) -> Option<&mut ProcessRecord> {
        None
    }

    /// The run ends.
    fn finish(&mut self, _now: u64) {}
}

/// Who calls whom.
#[derive(Clone, Copy, Debug)]
pub struct Call {
    /// The agent.
    pub agent: usize,
    /// The service.
    pub service: usize,
}

/// When a task came, and when it got its agent.
#[derive(Clone, Copy, Debug)]
pub struct Task {
    /// When it came.
    pub arrived: u64,
    /// When it was begun; of no meaning before.
    pub started: u64,
}

/// The time of a request at a service so far.
#[derive(Clone, Copy, Debug)]
pub struct Stay {
    /// When it came.
    pub arrived: u64,
    /// When it got its slot, if it has.
    pub started: Option<u64>,
    /// When its agent crashed, if it has.
    pub given_up: Option<u64>,
}
