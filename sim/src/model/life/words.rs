//! What events of lives are, in words.

use super::timers::Timer;
use crate::model::world::World;

impl World {
    /// What a timer of lives is, before it is handled.
    pub(crate) fn life_in_words(&self, number: u32) -> String {
        let Some(lives) = self.lives.as_deref() else { return String::new() };
        let (what, process) = match lives.timers.timer(number) {
            Timer::Supervisor(process) => ("the supervisor looks after", Some(process)),
            Timer::Health(process) => ("the health check looks after", Some(process)),
            Timer::Probe(process) => ("the health check has no answer of", Some(process)),
            Timer::Crash(process) => ("a crash comes to", Some(process)),
            Timer::Start(process) => ("starting is over for", Some(process)),
            Timer::Full(process) => ("what leaks is full at", Some(process)),
            Timer::Saver(_) => ("a checkpoint is due, or written", None),
            Timer::Task(_) => ("a task or one of its branches goes on", None),
        };
        let agent = process.map(|process| lives.processes[process as usize].station);
        let tracks = self.recorder.tracer.iter().flat_map(|tracer| &tracer.tracks);
        let name = agent.and_then(|agent| tracks.clone().nth(agent as usize));
        name.map_or_else(|| what.to_owned(), |track| format!("{what} {}", track.id))
    }
}
