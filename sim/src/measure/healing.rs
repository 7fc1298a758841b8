//! The tables of measures of recoveries and of humans.

use super::definitions::{Definition, HIGHER, Info, LOWER, definitions};
use super::sample::How;
use super::unit::Unit;
use crate::observe::{HumanRecord, RecoveryRecord};

pub(super) const RECOVERIES: &[Definition<RecoveryRecord>] = definitions! {
    "triggered" Count LOWER, "How often its turn came: its condition held, or another recovery had \
        not helped.", Value(|r, _| r.triggered as f64);
    "done" Count None, "How often it was done, by hand as well.", Value(|r, _| r.done as f64);
    "unneeded" Count None, "How often nothing was left to do when the time for it came.",
        Value(|r, _| r.unneeded as f64);
    "healed" Share HIGHER, "Times after which the condition no longer held, of those at which it \
        was done and looked at afterwards.", Share(|r| (r.healed, r.healed + r.failed));
    "time-to-heal" Seconds LOWER, "Mean time from when the condition was first seen to hold until \
        it was seen not to hold any more, of what this recovery healed.",
        Ratio(|r, _| (r.healing as f64 / 1e9, r.healed as f64));
    "escalated" Count LOWER, "How often another recovery took over, since this one had not helped.",
        Value(|r, _| r.escalated as f64);
};

pub(super) const HUMANS: &[Definition<HumanRecord>] = definitions! {
    "calls" Count LOWER, "How often they were called.", Value(|r, _| r.calls as f64);
    "taken" Count None, "How often they took something up: what is over by the time they come is \
        not.", Value(|r, _| r.taken as f64);
    "waited" Seconds LOWER, "Mean time from a call until they took it up.",
        Ratio(|r, _| (r.waited as f64 / 1e9, r.taken as f64));
    "busy" WorkSeconds LOWER, "Time in which they were at something.",
        Value(|r, _| r.busy as f64 / 1e9);
};
