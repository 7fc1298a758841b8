//! Crash: the processes of agents end.

use patterns::Duration;
use patterns::report::Severity;
use patterns::settings::{Fields, Reader};

use crate::fault::adding::Adding;
use crate::fault::kind::{Change, FaultKind, Shock};

patterns::settings! {
    /// The process of each agent that is hit crashes: its tasks in hand stand still until it is
    /// back, and what it had in memory is gone, such as the states of its own breakers.
    ///
    /// With `each` none crashes when the fault begins, but each by itself again and again while it
    /// is on. What starts agents again is their `supervise`; without it they stay away.
    #[derive(Clone, Debug)]
    pub struct Crash {
        /// The mean time for which each agent works until it crashes by itself, without memory
        /// (exponential). With `none` all crash at the instant when the fault begins.
        each: Option<Duration> [.at_least(1e6).none(&["none"]).example("\"2h\"")] = None,
        /// With `each`: the share of starts after which a process crashes at once again: a crash
        /// loop.
        again: f64 [.share().example("0.2")] = 0.0,
    }
    warns Self::warns;
}

impl Crash {
    fn warns(&self, fields: &Fields<'_>, reader: &mut Reader<'_>) {
        if self.each.is_none() && 0.0 < self.again {
            let why = "`again` has no effect without `each`: the fault is over in an instant";
            reader.no_effect(&fields.place_of("again"), why);
        }
    }
}

impl FaultKind for Crash {
    const NAME: &'static str = "crash";
    const SEVERITY: Severity = Severity::Bad;
    const HITS_AGENTS: bool = true;

    fn add(&self, health: &mut Adding<'_>) {
        if let Some(each) = self.each {
            health.crash_each(each, self.again);
        }
    }

    fn lasts(&self) -> Option<Duration> {
        self.each.is_none().then_some(Duration::ZERO)
    }

    fn shock(&self, change: Change) -> Shock {
        if change.is_on && self.each.is_none() { Shock::LoseAll } else { Shock::Nothing }
    }
}
