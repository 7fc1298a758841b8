//! The measures of agents with a life: crashes, checkpoints, and what is done again.

use super::definitions::{Definition, HIGHER, Info, LOWER, definitions, secs};
use super::sample::How;
use super::unit::Unit;
use crate::observe::AgentRecord;

/// Of a group of agents with a life.
pub(super) const PROCESSES: &[Definition<AgentRecord>] = definitions! {
    "process-availability" Share HIGHER, "Time in which agents worked, neither crashed, hung nor \
        starting, of all their time.",
        Ratio(|r, time| (agents(r) * time - secs(r.process.down), agents(r) * time));
    "crashes" Count LOWER, "How often an agent crashed.", Value(|r, _| r.process.crashes as f64);
    "restarts" Count None, "How often an agent was started again.",
        Value(|r, _| r.process.restarts as f64);
    "escalations" Count LOWER, "How often a supervisor gave up an agent that had crashed too \
        often.",
        Value(|r, _| r.process.escalations as f64);
    "process-mtbf" Seconds HIGHER, "Mean time for which an agent works from one crash to the next.",
        Ratio(|r, time| (agents(r) * time - secs(r.process.down), r.process.crashes as f64));
    "process-mttr" Seconds LOWER, "Mean time for which an agent does not work, for each crash.",
        Ratio(|r, _| (secs(r.process.down), r.process.crashes as f64));
    "lost-work" WorkSeconds LOWER, "What tasks had done when their agent crashed and had to do \
        again, added up over tasks.", Value(|r, _| secs(r.process.lost));
    "duplicates" Count LOWER, "Calls that are not idempotent and were made again after a crash; \
        one that was under way in the crash may have been done, and counts.",
        Value(|r, _| r.process.duplicates as f64);
    "dead-letters" Count LOWER, "Tasks that failed because they had been in hand in too many \
        crashes.",
        Value(|r, _| r.process.dead_letters as f64);
    "checkpoints" Count None, "Checkpoints begun.", Value(|r, _| r.process.checkpoints as f64);
    "checkpoint-overhead" Share LOWER, "Time for which tasks stood still for checkpoints, of the \
        time in which they were in hand.",
        Ratio(|r, _| (secs(r.process.saving), secs(r.busy)));
    "restored" Count None, "How often a task went on from a checkpoint.",
        Value(|r, _| r.process.restored as f64);
    "broken-checkpoints" Count LOWER, "How often a checkpoint was to be restored and was broken.",
        Value(|r, _| r.process.broken as f64);
    "loop-limits" Count LOWER, "Loops that were not over after as many passes as they may have.",
        Value(|r, _| r.process.loop_limits as f64);
    "result-age" Seconds LOWER, "Mean age of the results of other groups that tasks went on with.",
        Ratio(|r, _| (secs(r.process.result_ages), r.process.results as f64));
};

fn agents(record: &AgentRecord) -> f64 {
    f64::from(record.count)
}
