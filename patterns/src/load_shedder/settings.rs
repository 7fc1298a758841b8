//! What a load shedder can be set to.

use crate::invalid::Findings;
use crate::outcome::Classes;
use crate::settings;
use crate::settings::{Fields, Reader};
use crate::time::Duration;

settings! {
    /// Rejects calls while there is more under way than the callee passed at its best, and calls
    /// take too long.
    #[derive(Clone, Copy, Debug, PartialEq)]
    #[non_exhaustive]
    pub struct Settings {
        /// The load from which on it is overloaded. As a layer, that is the share of their time
        /// that calls wait: 80% is five times as long as at best. (aegis: 80% of the processor.)
        threshold: f64 [.percent().above(0.0)] = 0.8,
        /// How much less load is too much for each class of priority after the first, so that
        /// what matters less is rejected earlier.
        step: f64 [.percent().at_least(0.0)] = 0.0,
        /// How long calls that passed are remembered.
        window: Duration [.above(0.0)] = Duration::from_secs(10),
        /// In how many parts they are forgotten, each as a whole. The best part says what can be
        /// held, so a part should be long enough for several calls.
        buckets: u32 [.at_least(1.0).at_most(10_000.0)] = 100,
        /// How long it stays as overloaded as it was when it last rejected a call.
        cool_off: Duration = Duration::from_secs(1),
        /// The weight of a new time in the moving average of recent ones, from which the load of a
        /// layer follows. Larger reacts faster, and to single slow calls as well.
        smoothing: f64 [.share().above(0.0)] = 0.125,
        /// The classes of failure that did not pass; others, and all that is good, did.
        drops: Classes = Classes::ALL,
    }
    rules buckets_have_time;
    warns without_effect;
}

impl Settings {
    /// aegis's settings; the load follows a call by an eighth, and priorities do not matter.
    pub const AEGIS: Self = Self {
        threshold: 0.8,
        step: 0.0,
        window: Duration::from_secs(10),
        buckets: 100,
        cool_off: Duration::from_secs(1),
        smoothing: 0.125,
        drops: Classes::ALL,
    };
}

impl Default for Settings {
    fn default() -> Self {
        Self::AEGIS
    }
}

fn buckets_have_time(settings: &Settings, found: &mut Findings) {
    let each_has_some = u64::from(settings.buckets) <= settings.window.as_nanos();
    found.unless(each_has_some, "buckets", "no more than the nanoseconds of `window`");
}

fn without_effect(settings: &Settings, fields: &Fields<'_>, reader: &mut Reader<'_>) {
    if settings.buckets == 1 {
        let why = "with one bucket nothing is ever rejected: only buckets that are over count";
        reader.no_effect(&fields.place_of("buckets"), why);
    }
}
