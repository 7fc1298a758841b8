//! What an adaptive limit can be set to.

use crate::invalid::Findings;
use crate::outcome::{Class, Classes};
use crate::settings;
use crate::settings::{Auto, Fields, Reader};
use crate::time::Duration;

settings! {
    /// Limits how many calls are under way, and learns the limit from how long they take. Calls
    /// beyond it are rejected; a bulkhead above can let them wait.
    #[derive(Clone, Copy, Debug, PartialEq)]
    #[non_exhaustive]
    pub struct Settings {
        /// How the limit follows from the samples.
        algorithm: Algorithm [.example("\"vegas\"")],
        /// The limit never falls below this. With `gradient`, it is also the limit while the time
        /// without load is measured.
        min: u32 [.at_least(1.0)] = 1,
        /// The limit never rises above this.
        max: u32 [.at_least(1.0)] = 1000,
        /// The limit to begin with, from `min` to `max`. `auto` is 20, or whichever of the two is
        /// nearest to it.
        initial: Auto<u32> [.at_least(1.0).example("20")] = Auto::Auto,
        /// Whether samples are gathered over some time, and handed on as one, before the limit
        /// follows them; otherwise each counts by itself. `gradient` gathers its own samples.
        window: Option<Window> [.example("\"1s\"")] = None,
        /// The classes of failure that mean that the callee has too much to do.
        drops: Classes = DROPS,
        /// What a call counts as that was given up above before it ended.
        on_cancel: OnCancel [.was(&["cancelled"])] = OnCancel::Ignore,
    }
    short "algorithm";
    rules in_order;
    warns without_effect;
}

settings! {
    /// How the limit `L` follows from samples: the time `rtt` of a call, how many calls were under
    /// way when it began, and whether it was dropped.
    #[derive(Clone, Copy, Debug, PartialEq)]
    pub enum Algorithm {
        /// One more for each good sample, a share of it after a bad one (Netflix
        /// concurrency-limits, `AIMDLimit`). A drop, or a sample longer than `timeout`:
        /// `⌊backoff·L⌋`. Else, if at least half of the limit was in use: `L + 1`.
        Aimd {
            /// What is left of the limit after a bad sample.
            backoff: f64 [.percent().above(0.0).below(1.0)] = 0.9,
            /// A sample longer than this is bad.
            timeout: Duration = Duration::from_secs(5),
        },
        /// The queue at the callee is estimated from the shortest time seen, and is kept between
        /// two bounds (Netflix concurrency-limits, `VegasLimit`).
        ///
        /// `q = ⌈L·(1 − base/rtt)⌉`, `step = max(1, ⌊log₁₀ ⌊L⌋⌋)`, `α = 3·step`, `β = 6·step`. A
        /// drop: `L − step`. Else, if less than half of the limit was in use: as it is. Else
        /// `L + β` for `q ≤ step`, `L + step` for `q < α`, `L − step` for `q > β`. A sample that
        /// gives a new `base` changes nothing. Draws once at the first sample and at each new
        /// measurement of `base`.
        Vegas {
            /// How much of each change is made at once.
            smoothing: f64 [.share().above(0.0)] = 1.0,
            /// The time without load is measured anew after about this many times the limit
            /// samples, times a draw between 0.5 and 1.
            probe_multiplier: u32 [.at_least(1.0)] = 30,
        },
        /// The ratio of a long to a short average of the times (Netflix concurrency-limits,
        /// `Gradient2Limit`).
        ///
        /// The long average is a plain mean over 10 samples and an exponential one from then on;
        /// it shrinks by 5 % when it is more than twice the sample. If less than half of the limit
        /// was in use: as it is. Else, with `g` the long average times `tolerance` over the
        /// sample, from 0.5 to 1: `L ← L·(1 − smoothing) + (L·g + queue)·smoothing`. It takes a
        /// drop as a sample like any other, by its time.
        Gradient2 {
            /// How much of each change is made at once.
            smoothing: f64 [.share().above(0.0)] = 0.2,
            /// How many calls may wait at the callee.
            queue: u32 = 4,
            /// The length of the long average in samples. The weight of one is `2/(n + 1)`.
            long_window: u32 [.at_least(1.0)] = 600,
            /// How far the times may rise before the limit falls, as a ratio.
            tolerance: f64 [.percent().at_least(1.0)] = 1.5,
        },
        /// The ratio of the time without load to the time of late, each a percentile of many
        /// samples (Envoy `adaptive_concurrency`, `gradient_controller.cc`).
        ///
        /// Every `interval` that has samples: with `g` the time without load times `1 + buffer`
        /// over the percentile, from 0.5 to 2, `L ← ⌊g·L + √(g·L)⌋`. It does not look at how much
        /// of the limit is in use, and takes drops as samples.
        ///
        /// The time without load is measured first of all and then every now and then, with the
        /// limit at `min` until there are enough samples. What began before is no sample. The
        /// fifth time in a row that the limit stays at `min` begins a measurement as well.
        Gradient {
            /// Which percentile stands for many samples.
            percentile: f64 [.share()] = 0.5,
            /// How often the limit is calculated anew.
            interval: Duration [.above(0.0)] = Duration::from_millis(100),
            /// How much longer than without load a call may take before the limit falls, as a
            /// share.
            buffer: f64 [.percent().at_least(0.0)] = 0.25,
            /// The time without load, or that it is measured.
            min_rtt: MinRtt = MinRtt::Measured,
            /// How many samples a measurement takes.
            samples: u32 [.at_least(1.0)] = 50,
            /// How long after the end of one measurement the next begins.
            measured_every: Duration [.above(0.0)] = Duration::from_secs(60),
            /// By how much of itself `measured-every` may be longer, by one draw at the end of each
            /// measurement, so that clients do not measure together.
            jitter: f64 [.percent().at_least(0.0)] = 0.15,
        },
    }
}

settings! {
    /// Where `gradient` has the time without load from.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub enum MinRtt {
        /// It is measured now and then.
        Measured,
        /// It is known.
        Fixed(
            /// How long a call takes without load.
            time: Duration [.above(0.0).example("\"20ms\"")],
        ),
    }
    literals { Duration => Self::Fixed }
}

settings! {
    /// Gathers samples before a limit sees them (Netflix concurrency-limits, `WindowedLimit`).
    ///
    /// A sample that ends later than the window closes it, and still belongs to it. What a window
    /// with enough samples has shown is handed on as one: their tracked time, the most calls under
    /// way, and a drop if there was any. One with too few is forgotten.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    #[non_exhaustive]
    pub struct Window {
        /// A window is at least this long; twice its shortest sample if that is more.
        shortest: Duration = Duration::from_secs(1),
        /// A window is at most this long. `auto` is as long as `shortest`.
        longest: Auto<Duration> [.example("\"1s\"")] = Auto::Auto,
        /// How many samples it needs.
        samples: u32 [.at_least(1.0)] = 10,
        /// A sample shorter than this is no sample.
        min_rtt: Duration = Duration::from_micros(100),
        /// Which time stands for all of them.
        tracked: Tracked = Tracked::Mean,
    }
    short "shortest";
    rules longest_is_longest;
}

settings! {
    /// Which time stands for a window of samples.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub enum Tracked {
        /// Their mean.
        Mean,
        /// The shortest.
        Shortest,
    }
}

settings! {
    /// What a call counts as that was given up above before it ended.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub enum OnCancel {
        /// Nothing; its place is free again.
        Ignore,
        /// A drop.
        Dropped,
    }
}

/// What usually is a drop: no answer in time, and the two ways of a callee to say that it is too
/// much.
pub const DROPS: Classes =
    Classes::NONE.with(Class::Timeout).with(Class::Overload).with(Class::RateLimit);

impl Settings {
    /// This algorithm, with limits from 1 to 1000 that begin at 20, and each sample by itself.
    pub const fn of(algorithm: Algorithm) -> Self {
        Self {
            algorithm,
            min: 1,
            max: 1000,
            initial: Auto::Auto,
            window: None,
            drops: DROPS,
            on_cancel: OnCancel::Ignore,
        }
    }

    /// The limit to begin with.
    pub fn first_limit(&self) -> u32 {
        self.initial.or(20.max(self.min).min(self.max))
    }
}

impl Algorithm {
    /// Whether a result may draw.
    pub const fn uses_chance(&self) -> bool {
        matches!(self, Self::Vegas { .. } | Self::Gradient { min_rtt: MinRtt::Measured, .. })
    }
}

impl Window {
    /// A window of this length.
    pub const fn of(length: Duration) -> Self {
        Self {
            shortest: length,
            longest: Auto::Auto,
            samples: 10,
            min_rtt: Duration::from_micros(100),
            tracked: Tracked::Mean,
        }
    }
}

fn in_order(settings: &Settings, found: &mut Findings) {
    let Settings { algorithm, min, max, window, .. } = *settings;
    found.unless(min <= max, "max", "at least `min`");
    if let Auto::Is(initial) = settings.initial {
        found.unless((min..=max).contains(&initial), "initial", "from `min` to `max`");
    }
    let gathers_itself = matches!(algorithm, Algorithm::Gradient { .. });
    found.unless(
        !gathers_itself || window.is_none(),
        "window",
        "none with `gradient`, which gathers its own samples",
    );
}

fn longest_is_longest(window: &Window, found: &mut Findings) {
    let longest = window.longest.or(window.shortest);
    found.unless(window.shortest <= longest, "longest", "at least `shortest`");
}

/// What of `gradient` is for measuring alone.
const OF_MEASURING: [&str; 3] = ["samples", "measured-every", "jitter"];

fn without_effect(settings: &Settings, fields: &Fields<'_>, reader: &mut Reader<'_>) {
    let takes_drops =
        matches!(settings.algorithm, Algorithm::Gradient2 { .. } | Algorithm::Gradient { .. });
    let is_sample = |class: Class| class.is_refusal() && settings.drops.contains(class);
    if takes_drops && fields.node("drops").is_some() && !Class::ALL.into_iter().any(is_sample) {
        let why = "`drops` has no effect: this algorithm takes a drop as any other sample";
        reader.no_effect(&fields.place_of("drops"), why);
    }
    let is_fixed = |algorithm: &Algorithm| {
        matches!(algorithm, Algorithm::Gradient { min_rtt: MinRtt::Fixed(_), .. })
    };
    let Some(node) = fields.node("algorithm").filter(|_| is_fixed(&settings.algorithm)) else {
        return;
    };
    let call = node.call().ok().flatten();
    let named = call.iter().flat_map(|call| &call.arguments);
    let named = named.filter_map(|argument| argument.key.as_ref());
    let table = node.entries().unwrap_or_default();
    let inner = table.iter().find(|entry| entry.key == "gradient");
    let table = inner.and_then(|entry| entry.node.entries()).unwrap_or(table);
    let keys = named.map(|(key, at)| (key, at)).chain(table.iter().map(|e| (&e.key, &e.key_at)));
    for (key, at) in keys.filter(|(key, _)| OF_MEASURING.contains(&key.as_str())) {
        let why = format!("`{key}` has no effect: `min-rtt` is given, and never measured");
        reader.no_effect(at, why);
    }
}
