//! Leak: a service that ages until it is restarted.

use patterns::report::Severity;
use patterns::settings::{Fields, Reader};
use patterns::{Class, Duration};

use crate::fault::adding::Adding;
use crate::fault::kind::FaultKind;
use crate::fault::leak::Growth;

patterns::settings! {
    /// Something fills up, with time or with each request, until the service is restarted: work
    /// gets slower, and near the limit requests fail.
    ///
    /// Work that begins takes longer by a factor that grows in a straight line to `factor` where it
    /// is full. From `fails-from` on a share of requests fails when their work is done, as `class`,
    /// which grows in a straight line to all of them. A restart empties it: the end of the fault,
    /// and that of a `down` fault of the same service.
    ///
    /// Of a group of agents each process fills up by itself, from when it has started: after
    /// `full-after` it crashes, and it is empty when it is back. Their own work gets slower by the
    /// group: by how long the fault has been on and how much work was begun there, whoever was
    /// started again meanwhile. None of it fails, so `fails-from` and `class` have no effect.
    ///
    /// K. Vaidyanathan and K. S. Trivedi, "A comprehensive model for software rejuvenation", IEEE
    /// Transactions on Dependable and Secure Computing 2 (2), 2005.
    #[derive(Clone, Debug)]
    pub struct Leak {
        /// After how long it is full, as it grows with time.
        full_after: Duration [.above(0.0).unlimited().example("\"2h\"")],
        /// After how many requests in work it is full, as it grows with these. Both add up.
        full_after_requests: u32 [.at_least(1.0).unlimited().example("10000")] = u32::MAX,
        /// How many times as long work takes when it is full.
        factor: f64 [.above(0.0).example("3.0")] = 1.0,
        /// How full it is when the first requests fail.
        fails_from: f64 [.share().example("0.8")] = 0.9,
        /// The class of failure.
        class: Class [.example("\"network\"")] = Class::Overload,
    }
    warns Self::warns;
}

impl Leak {
    #[expect(clippy::float_cmp, reason = "a factor of exactly 1 changes nothing")]
    fn warns(&self, fields: &Fields<'_>, reader: &mut Reader<'_>) {
        if self.factor == 1.0 && self.fails_from >= 1.0 {
            reader.no_effect(&fields.place_of("fails-from"), "no request fails, and none is slow");
        }
        if self.full_after == Duration::MAX && self.full_after_requests == u32::MAX {
            reader.no_effect(&fields.place_of("full-after"), "nothing ever fills up");
        }
    }
}

impl FaultKind for Leak {
    const NAME: &'static str = "leak";
    const SEVERITY: Severity = Severity::Limited;

    fn add(&self, health: &mut Adding<'_>) {
        health.leak(Growth {
            full_after: self.full_after,
            full_after_requests: self.full_after_requests,
            factor: self.factor,
            fails_from: self.fails_from,
            class: self.class,
        });
    }
}
