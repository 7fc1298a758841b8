//! Slow: work takes a multiple of its time.

use patterns::report::Severity;
use patterns::settings::{Fields, Reader};

use crate::fault::health::Adding;
use crate::fault::kind::FaultKind;

patterns::settings! {
    /// Work that begins takes longer, by `factor`.
    #[derive(Clone, Debug)]
    pub struct Slow {
        /// How many times as long work takes.
        factor: f64 [.above(0.0).example("3.0")],
        /// The share of requests whose work is slow: a gray failure. Each is slow or not in all of
        /// its work.
        share: f64 [.share().example("0.1")] = 1.0,
    }
    warns Self::warns;
}

impl Slow {
    fn warns(&self, fields: &Fields<'_>, reader: &mut Reader<'_>) {
        if self.share <= 0.0 {
            reader.no_effect(&fields.place_of("share"), "a share of 0 slows no request");
        }
        no_factor(self.factor, fields, reader);
    }
}

/// Warns of a factor of exactly 1.
#[expect(clippy::float_cmp, reason = "a factor of exactly 1 changes nothing")]
pub(super) fn no_factor(factor: f64, fields: &Fields<'_>, reader: &mut Reader<'_>) {
    if factor == 1.0 {
        reader.no_effect(&fields.place_of("factor"), "a factor of 1 changes nothing");
    }
}

impl FaultKind for Slow {
    const NAME: &'static str = "slow";
    const SEVERITY: Severity = Severity::Limited;

    fn add(&self, health: &mut Adding<'_>) {
        if self.share >= 1.0 {
            health.slow(self.factor);
        } else {
            health.stretch(self.share, self.factor, 0.0);
        }
    }
}
