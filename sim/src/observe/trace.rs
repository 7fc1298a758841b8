//! Who did what when: the data of a timeline.

use patterns::Time;

use super::overview::Overview;
use super::track::{AttemptSpan, CallSpan, CutCall, OpenSpan, ServiceCall, TaskSpan, Track};

/// All that was seen of one run, track by track.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Trace {
    /// The window that it holds: what lies outside is left out, or cut off. It may end before the
    /// window that was asked for, where that would have been too much to keep.
    pub from: Time,
    /// The end of the window.
    pub to: Time,
    /// Agents first, then layers, then services, then edges on which faults can happen,
    /// then recoveries and humans.
    pub tracks: Vec<Track>,
    /// Calls that ended, in order of their end.
    pub calls: Vec<CallSpan>,
    /// Calls of agents that were given up before they ended, in order of that.
    pub cut_calls: Vec<CutCall>,
    /// Attempts that ended or were given up, of agents and of services, in order of their end.
    pub attempts: Vec<AttemptSpan>,
    /// Tasks that ended, in order of their end.
    pub tasks: Vec<TaskSpan>,
    /// Tasks that had come by the end of the window and had not ended when the run did, in order.
    pub open_tasks: Vec<OpenSpan>,
    /// The same of calls of agents, each with its edge by its place in the record.
    pub open_calls: Vec<(u32, OpenSpan)>,
    /// Calls of services: those that ended, in order of their end, and then those that are open.
    pub service_calls: Vec<ServiceCall>,
    /// The whole run at a glance, and then the window if one was asked for.
    pub overviews: Vec<Overview>,
}
