//! Stuck: loops of agents that do not end.

use patterns::report::Severity;
use patterns::settings::{Fields, Reader};

use crate::fault::adding::Adding;
use crate::fault::kind::FaultKind;

patterns::settings! {
    /// A share of the loops that agents begin have no way out but their limit: the agent repeats
    /// its steps, without an error, and pays for each.
    ///
    /// It hits steps `{ loop = […] }`. A loop that has begun before goes on as it would.
    #[derive(Clone, Debug)]
    pub struct Stuck {
        /// The share of loops that are stuck from their first pass on.
        share: f64 [.share().example("0.05")] = 1.0,
    }
    warns Self::warns;
}

impl Stuck {
    fn warns(&self, fields: &Fields<'_>, reader: &mut Reader<'_>) {
        if self.share <= 0.0 {
            reader.no_effect(&fields.place_of("share"), "a share of 0 lets no loop be stuck");
        }
    }
}

impl FaultKind for Stuck {
    const NAME: &'static str = "stuck";
    const SEVERITY: Severity = Severity::Limited;
    const HITS_AGENTS: bool = true;

    fn add(&self, health: &mut Adding<'_>) {
        health.let_loops_stick(self.share);
    }
}
