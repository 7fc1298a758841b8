//! How tasks come to an agent.

use patterns::settings::Findings;
use patterns::{Duration, Invalid};
use sim::kernel::{self, Bursts, RateProfile};
use sim::model::system;

use super::distribution::Distribution;
use super::loads::{RateSteps, TraceTimes};
use super::rate::Rate;

patterns::settings! {
    /// How tasks come to an agent: in an open loop, whether or not earlier ones are done, or in a
    /// closed one.
    #[derive(Clone, Debug)]
    pub(crate) enum Arrivals {
        /// Open: at random, at a constant rate (a Poisson process). Either `every` or `rate` is
        /// given.
        Poisson {
            /// The mean time from one task to the next.
            every: Option<Duration> [.above(0.0).none(&["none"]).example("\"90s\"")] = None,
            /// How many tasks come in a length of time, on average.
            rate: Option<Rate> [.above(0.0).example("\"120/h\"")] = None,
        },
        /// Open: at even distances.
        Every(
            /// The time from one task to the next.
            gap: Duration [.above(0.0).example("\"10s\"")],
        ),
        /// Open: with gaps drawn from a distribution.
        Renewal(
            /// The time from one task to the next.
            gap: Distribution [.example("\"uniform(1s, 2s)\"")],
        ),
        /// Closed: the next task comes some time after the one before is done.
        Closed {
            /// The time between the end of a task and the beginning of the next.
            think: Distribution = Distribution::ZERO,
            /// The pause after a task that ended in the instant it began, if thinking takes no
            /// time either.
            pause: Duration [.above(0.0)] = Duration::from_secs(1),
        },
        /// Open: at random, at a rate that rises and falls as a cosine, as by day and night.
        /// Either `amplitude` or `peak-to-trough` is given.
        Diurnal {
            /// The mean rate.
            mean: Rate [.above(0.0).example("\"30/min\"")],
            /// By which share of the mean the rate rises and falls. Above 1 the rate would be
            /// below zero at some time.
            amplitude: Option<f64> [.share().example("0.8")] = None,
            /// How many times as high as its lowest rate the highest one is.
            peak_to_trough: Option<f64> [.at_least(1.0).example("9.0")] = None,
            /// The time from one peak to the next; at least 1s, since a rate that swings faster
            /// comes to its mean.
            period: Duration [.above(0.0)] = Duration::from_secs(86_400),
            /// When the first peak comes. With `none`, in the middle of the first period.
            peak: Option<Duration> [.none(&["none"]).example("\"14h\"")] = None,
        },
        /// Open: at random, at a rate that goes from one value to another in a straight line, and
        /// then stays there.
        Ramp {
            /// The rate at the beginning.
            from: Rate [.at_least(0.0).example("\"10/min\"")],
            /// The rate at the end.
            to: Rate [.at_least(0.0).example("\"100/min\"")],
            /// How long it takes from one to the other.
            over: Duration [.above(0.0).example("\"10min\"")],
            /// When the rate begins to change.
            at: Duration = Duration::ZERO,
        },
        /// Open: at random, at a rate that is some times as high for a while.
        Spike {
            /// The rate before and after.
            rate: Rate [.above(0.0).example("\"10/min\"")],
            /// How many times as high the rate is.
            factor: f64 [.at_least(0.0).at_most(1000.0).example("10.0")],
            /// When it begins.
            at: Duration [.example("\"1h\"")],
            /// How long it lasts.
            r#for: Duration [.above(0.0).example("\"5min\"")],
        },
        /// Open: at random, at rates that follow one another: `steps(0s 10/min, 1h 50/min, 2h
        /// 10/min)`. Before the first time no task comes.
        Steps(
            /// From when on which rate holds.
            rates: RateSteps [.rest().at_least(1.0).example("[\"0s 10/min\", \"1h 50/min\"]")],
        ),
        /// Open: in bursts. The tasks come at random, at a rate that changes between two values; it
        /// stays at each for an exponential time (a Markov-modulated Poisson process).
        Bursts {
            /// The low rate.
            low: Rate [.at_least(0.0).example("\"10/min\"")],
            /// The high rate.
            high: Rate [.above(0.0).example("\"200/min\"")],
            /// The mean time at the low rate.
            low_for: Duration [.above(0.0).example("\"5min\"")],
            /// The mean time at the high rate.
            high_for: Duration [.above(0.0).example("\"20s\"")],
        },
        /// Open: at these times, such as those of a log: `{ trace = ["1s", "2.5s"] }`. With
        /// `{ trace = "arrivals.csv" }` they are read from a file beside the scenario: from its
        /// column `time`, or from `gap`, the time since the row before; a number alone is in
        /// seconds. Each agent of a group has a task at each of them.
        Trace(
            /// The times since the beginning of the run, in order.
            times: TraceTimes [
                .rest().at_least(1.0).at_most(100_000.0).example("[\"1s\", \"2.5s\"]")
            ],
        ),
    }
    rules Self::rules;
}

impl Arrivals {
    fn rules(&self, found: &mut Findings) {
        match self {
            Self::Poisson { every: None, rate: None } => {
                found.add("every", "given, or `rate`", None);
            }
            Self::Poisson { every: Some(_), rate: Some(_) } => {
                found.add("rate", "left out beside `every`", None);
            }
            Self::Diurnal { amplitude: None, peak_to_trough: None, .. } => {
                found.add("amplitude", "given, or `peak-to-trough`", None);
            }
            Self::Diurnal { period, .. } if *period < Duration::from_secs(1) => {
                let must_be = "at least 1s: a rate that swings faster comes to its mean";
                found.add("period", must_be, Some(period.to_string()));
            }
            Self::Diurnal { amplitude: Some(_), peak_to_trough: Some(_), .. } => {
                found.add("peak-to-trough", "left out beside `amplitude`", None);
            }
            _ => {
                if let Err(Invalid { setting, must_be, value }) = self.build() {
                    found.add(&setting, must_be, value);
                }
            }
        }
    }

    fn build(&self) -> Result<system::Arrivals, Invalid> {
        Ok(match self {
            Self::Poisson { every: Some(every), .. } => {
                system::Arrivals::Open(kernel::Distribution::exponential(*every)?)
            }
            Self::Poisson { rate, .. } => {
                let rate = rate.map_or(0.0, Rate::per_second);
                system::Arrivals::Open(kernel::Distribution::exponential_rate(rate)?)
            }
            Self::Every(gap) => system::Arrivals::Open(kernel::Distribution::constant(*gap)),
            Self::Renewal(gap) => system::Arrivals::Open(gap.sampler()),
            Self::Closed { think, pause } => {
                system::Arrivals::Closed { think: think.sampler(), pause: *pause }
            }
            Self::Diurnal { mean, amplitude, peak_to_trough, period, peak } => {
                let ratio = peak_to_trough.unwrap_or(1.0);
                let amplitude = amplitude.unwrap_or((ratio - 1.0) / (ratio + 1.0));
                let peak = peak.unwrap_or(Duration::from_nanos(period.as_nanos() / 2));
                let wave = RateProfile::wave(mean.per_second(), amplitude, *period, peak);
                system::Arrivals::Varying(wave?)
            }
            Self::Ramp { from, to, over, at } => {
                let (from, to) = (from.per_second(), to.per_second());
                system::Arrivals::Varying(RateProfile::ramp(from, to, *at, *over)?)
            }
            Self::Spike { rate, factor, at, r#for } => {
                let spike = RateProfile::spike(rate.per_second(), *factor, *at, *r#for);
                system::Arrivals::Varying(spike?)
            }
            Self::Steps(rates) => system::Arrivals::Varying(RateProfile::steps(&rates.steps())?),
            Self::Bursts { low, high, low_for, high_for } => {
                let (low, high) = (low.per_second(), high.per_second());
                system::Arrivals::Bursts(Bursts::new(low, high, *low_for, *high_for)?)
            }
            Self::Trace(times) => system::Arrivals::Trace(times.times()),
        })
    }

    /// The arrivals, as they are run.
    pub(crate) fn resolved(&self) -> system::Arrivals {
        self.build().expect("its rules were checked when it was read")
    }
}

/// Gaps of a Poisson process.
pub(super) fn exponential(mean: Duration) -> kernel::Distribution {
    let sampler: Result<_, Invalid> = kernel::Distribution::exponential(mean);
    sampler.expect("its range was checked when it was read")
}
