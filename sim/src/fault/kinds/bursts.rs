//! Bursts: failures come in clusters.

use patterns::report::Severity;
use patterns::settings::{Fields, Findings, Reader};
use patterns::{Class, Duration};

use crate::fault::adding::Adding;
use crate::fault::kind::FaultKind;
use crate::fault::level::Level;

patterns::settings! {
    /// Failures in bursts, after Gilbert and Elliott: a good and a bad state follow one another,
    /// and in each another share of requests fails, as `class`.
    ///
    /// Each state lasts an exponential time. In the long run the share of failures is
    /// `(good-stay · good-share + bad-stay · bad-share) / (good-stay + bad-stay)`, and it is so
    /// from the beginning of the fault.
    ///
    /// E. N. Gilbert, "Capacity of a burst-noise channel", 1960; E. O. Elliott, "Estimates of error
    /// rates for codes on burst-noise channels", 1963.
    #[derive(Clone, Debug)]
    pub struct Bursts {
        /// The class of failure.
        class: Class [.example("\"network\"")],
        /// The share of requests that fail in the bad state: at least `good-share`.
        bad_share: f64 [.share().example("0.8")],
        /// How long the bad state lasts on average.
        bad_stay: Duration [.at_least(1e6).example("\"5s\"")],
        /// How long the good state lasts on average.
        good_stay: Duration [.at_least(1e6).example("\"1min\"")],
        /// The share of requests that fail in the good state: at most `bad-share`.
        good_share: f64 [.share().example("0.01")] = 0.0,
    }
    rules Self::rules;
    warns Self::warns;
}

impl Bursts {
    fn rules(&self, found: &mut Findings) {
        let is_less = self.good_share <= self.bad_share;
        found.unless(is_less, "good-share", "at most `bad-share`");
    }

    fn warns(&self, fields: &Fields<'_>, reader: &mut Reader<'_>) {
        if self.bad_share <= 0.0 {
            reader.no_effect(&fields.place_of("bad-share"), "a share of 0 fails no request");
        }
    }
}

impl FaultKind for Bursts {
    const NAME: &'static str = "bursts";
    const SEVERITY: Severity = Severity::Limited;
    const HITS_EDGES: bool = true;
    const DRAWS: bool = true;

    fn add(&self, health: &mut Adding<'_>) {
        let levels = [self.good_share, self.bad_share];
        let stays = [self.good_stay, self.bad_stay];
        health.fail(Level::Bursts { levels, stays }, self.class);
    }
}
