//! Distributions of lengths of time.

use std::collections::BTreeMap;

use patterns::settings::{Code, Findings, Node, Reader, Setting, Shape, Value};
use patterns::{Duration, Invalid};
use sim::kernel;

use super::halves::halves;
use super::rate::Rate;
use branch::{BranchText, Weight, wrong_weights};

mod branch;

patterns::settings! {
    /// A distribution of lengths of time. A length alone is a constant.
    #[derive(Clone, Debug, PartialEq)]
    pub(crate) enum Distribution {
        /// Always the same.
        Constant(
            /// The length.
            value: Duration [.example("\"30s\"")],
        ),
        /// Without memory, as the gaps of a Poisson process are. Either `mean` or `rate` is given.
        Exponential {
            /// The mean.
            mean: Option<Duration> [.above(0.0).none(&["none"]).example("\"2s\"")] = None,
            /// How many such lengths there are in a length of time, on average.
            rate: Option<Rate> [.above(0.0).example("\"30/min\"")] = None,
        },
        /// Every length between two alike.
        Uniform {
            /// The shortest.
            low: Duration [.example("\"1s\"")],
            /// The longest.
            high: Duration [.example("\"2s\"")],
        },
        /// The logarithm is normal: the usual shape of latencies. Given by `median` and `p99`, or
        /// by one of `median` and `mean`, and one of `sigma` and `cv`.
        Lognormal {
            /// Half of all are shorter.
            median: Option<Duration> [.above(0.0).none(&["none"]).example("\"1.2s\"")] = None,
            /// One in a hundred is longer.
            p99: Option<Duration> [.example("\"8s\"")] = None,
            /// The standard deviation of the logarithm.
            sigma: Option<f64> [.at_least(0.0)] = None,
            /// The mean.
            mean: Option<Duration> [.above(0.0).none(&["none"]).example("\"2s\"")] = None,
            /// The coefficient of variation: the standard deviation over the mean.
            cv: Option<f64> [.at_least(0.0).example("2.0")] = None,
        },
        /// `P(X > x) = exp(−(x / scale)^shape)`. Below 1 the shape is that of lives that get longer
        /// the longer they have lasted, above 1 that of wear. Either `scale` or `mean` is given.
        Weibull {
            /// The shape.
            shape: f64 [.above(0.0).example("1.5")],
            /// The scale: 63 % are shorter.
            scale: Option<Duration> [.above(0.0).none(&["none"]).example("\"10s\"")] = None,
            /// The mean.
            mean: Option<Duration> [.above(0.0).none(&["none"]).example("\"10s\"")] = None,
        },
        /// `P(X > x) = (least / x)^shape`: a heavy tail. The mean is infinite for a shape up to 1,
        /// the variance for one up to 2. Either `least` or `mean` is given.
        Pareto {
            /// The shape.
            shape: f64 [.above(0.0).example("2.5")],
            /// The shortest.
            least: Option<Duration> [.above(0.0).none(&["none"]).example("\"100ms\"")] = None,
            /// The mean, for a shape above 1.
            mean: Option<Duration> [.above(0.0).none(&["none"]).example("\"200ms\"")] = None,
        },
        /// A sum of `shape` exponential lengths, also for fractions. Given by `shape` and one of
        /// `mean` and `scale`, or by `mean` and `cv`.
        Gamma {
            /// The shape.
            shape: Option<f64> [.above(0.0).example("2.0")] = None,
            /// The mean of the sum.
            mean: Option<Duration> [.above(0.0).none(&["none"]).example("\"2s\"")] = None,
            /// The mean of each length.
            scale: Option<Duration> [.above(0.0).none(&["none"]).example("\"1s\"")] = None,
            /// The coefficient of variation: the standard deviation over the mean.
            cv: Option<f64> [.above(0.0).example("0.7")] = None,
        },
        /// The sum of `k` exponential lengths of one mean.
        Erlang {
            /// How many.
            k: u32 [.at_least(1.0).example("3")],
            /// The mean of the sum.
            mean: Duration [.above(0.0).example("\"2s\"")],
        },
        /// One of several exponential distributions, each by its share and mean:
        /// `hyperexponential(90% 1s, 10% 20s)`. Shares add up to 100%; numbers without `%` are
        /// weights: `9 1s, 1 20s`.
        Hyperexponential(
            /// Shares and means.
            parts: Vec<BranchText> [.rest().at_least(1.0).example("[\"90% 1s\", \"10% 20s\"]")],
        ),
        /// One of several distributions, each by its share: `mix(95% constant(100ms), 5%
        /// lognormal(mean=20s, cv=2))`. Shares add up to 100%; numbers without `%` are weights.
        Mix(
            /// Shares and distributions.
            parts: Vec<PartText> [
                .rest().at_least(1.0).example("[\"95% constant(1s)\", \"5% exponential(20s)\"]")
            ],
        ),
        /// Given by its quantiles, with straight lines between: `quantiles(p0=0s, p50=1s,
        /// p100=20s)`.
        Quantiles(
            /// Quantiles from `p0` to `p100`, in percent.
            points: BTreeMap<String, Duration> [.rest().example("{ p0 = \"0s\", p100 = \"1s\" }")],
        ),
        /// How long a crash loop lasts: a restart after a wait that doubles each time, until one
        /// succeeds. The wait begins anew with each crash from which a service had come back.
        Restarts {
            /// The chance that a restart fails; below 1.
            again: f64 [.share().example("0.5")],
            /// The wait before the first restart.
            base: Duration [.example("\"10s\"")],
            /// The longest wait.
            cap: Duration [.example("\"5min\"")],
            /// How long a start takes, also one that fails.
            start: Duration = Duration::ZERO,
        },
    }
    rules Self::rules;
    literals { Duration => Self::Constant }
}

impl Distribution {
    /// No time at all.
    pub(crate) const ZERO: Self = Self::Constant(Duration::ZERO);

    /// Whether it is always no time at all.
    pub(crate) fn is_none(&self) -> bool {
        matches!(self, Self::Constant(length) if length.is_zero())
    }

    fn rules(&self, found: &mut Findings) {
        let wrong = match self {
            Self::Exponential { mean: None, rate: None } => Some(("mean", "given, or `rate`")),
            Self::Exponential { mean: Some(_), rate: Some(_) } => {
                Some(("rate", "left out beside `mean`"))
            }
            Self::Lognormal { median, p99, sigma, mean, cv } => Self::wrong_lognormal(
                [median.is_some(), mean.is_some()],
                [p99.is_some(), sigma.is_some(), cv.is_some()],
            ),
            Self::Weibull { scale, mean, .. } => one_of(["scale", "mean"], [scale, mean]),
            Self::Pareto { least, mean, .. } => one_of(["least", "mean"], [least, mean]),
            Self::Gamma { shape, mean, scale, cv } => {
                match (shape.is_some(), mean.is_some(), scale.is_some(), cv.is_some()) {
                    (true, true, false, false)
                    | (true, false, true, false)
                    | (false, true, false, true) => None,
                    (true, true, true, _) => Some(("scale", "left out beside `mean`")),
                    (true, _, _, true) => Some(("cv", "left out beside `shape`")),
                    (false, _, true, _) => Some(("scale", "given beside `shape`")),
                    (true, ..) => Some(("mean", "given, or `scale`")),
                    (false, true, ..) => Some(("shape", "given, or `cv`")),
                    (false, false, ..) => Some(("mean", "given beside `shape` or `cv`")),
                }
            }
            Self::Hyperexponential(parts) => {
                let all: Vec<Weight> = parts.iter().map(|part| part.0.share).collect();
                wrong_weights(&all).map(|must_be| ("parts", must_be))
            }
            Self::Mix(parts) => {
                let all: Vec<Weight> = parts.iter().map(|part| part.0.share).collect();
                wrong_weights(&all).map(|must_be| ("parts", must_be))
            }
            _ => None,
        };
        if let Some((setting, must_be)) = wrong {
            found.add(setting, must_be, None);
        } else if let Err(Invalid { setting, must_be, value }) = self.build() {
            found.add(&setting, must_be, value);
        }
    }

    /// What is wrong with what is given of a lognormal distribution: `median` and `mean`; `p99`,
    /// `sigma` and `cv`.
    fn wrong_lognormal(
        middle: [bool; 2],
        spread: [bool; 3],
    ) -> Option<(&'static str, &'static str)> {
        match (middle, spread) {
            ([true, false], [true, false, false])
            | ([true, false] | [false, true], [false, true, false] | [false, false, true]) => None,
            ([true, true], _) => Some(("mean", "left out beside `median`")),
            ([false, false], _) => Some(("median", "given, or `mean`")),
            ([false, true], [true, ..]) => Some(("p99", "given beside `median`")),
            (_, [true, true, _]) => Some(("sigma", "left out beside `p99`")),
            (_, [true, _, true]) => Some(("cv", "left out beside `p99`")),
            (_, [_, true, true]) => Some(("cv", "left out beside `sigma`")),
            ([true, _], _) => Some(("median", "given beside `p99`, `sigma` or `cv`")),
            (_, _) => Some(("mean", "given beside `sigma` or `cv`")),
        }
    }

    fn build(&self) -> Result<kernel::Distribution, Invalid> {
        use kernel::Distribution as Law;
        match self {
            Self::Constant(value) => Ok(Law::constant(*value)),
            Self::Exponential { rate: Some(rate), .. } => Law::exponential_rate(rate.per_second()),
            Self::Exponential { mean, .. } => Law::exponential(mean.unwrap_or_default()),
            Self::Uniform { low, high } => Law::uniform(*low, *high),
            Self::Lognormal { median: Some(median), p99: Some(p99), .. } => {
                Law::lognormal_p99(*median, *p99)
            }
            Self::Lognormal { median, sigma, mean, cv, .. } => {
                let sigma = sigma.map_or_else(|| Law::lognormal_sigma(cv.unwrap_or(0.0)), Ok)?;
                match (median, mean) {
                    (Some(median), _) => Law::lognormal(*median, sigma),
                    (None, mean) => Law::lognormal_mean(mean.unwrap_or_default(), sigma),
                }
            }
            Self::Weibull { shape, mean: Some(mean), .. } => Law::weibull_mean(*shape, *mean),
            Self::Weibull { shape, scale, .. } => Law::weibull(*shape, scale.unwrap_or_default()),
            Self::Pareto { shape, mean: Some(mean), .. } => Law::pareto_mean(*shape, *mean),
            Self::Pareto { shape, least, .. } => Law::pareto(*shape, least.unwrap_or_default()),
            Self::Gamma { mean: Some(mean), cv: Some(cv), .. } => Law::gamma_cv(*mean, *cv),
            Self::Gamma { shape, scale: Some(scale), .. } => {
                Law::gamma_scale(shape.unwrap_or_default(), *scale)
            }
            Self::Gamma { shape, mean, .. } => {
                Law::gamma(shape.unwrap_or_default(), mean.unwrap_or_default())
            }
            Self::Erlang { k, mean } => Law::erlang(*k, *mean),
            Self::Hyperexponential(parts) => {
                let parts: Vec<_> =
                    parts.iter().map(|part| (part.0.share.value, part.0.mean)).collect();
                Law::hyperexponential(&parts)
            }
            Self::Mix(parts) => {
                let parts =
                    parts.iter().map(|part| Ok((part.0.share.value, part.0.distribution.build()?)));
                Law::mixture(parts.collect::<Result<_, Invalid>>()?)
            }
            Self::Quantiles(points) => Law::empirical(&quantiles(points)?),
            Self::Restarts { again, base, cap, start } => {
                Law::restarts(*again, *base, *cap, *start)
            }
        }
    }

    /// What draws from it.
    pub(crate) fn sampler(&self) -> kernel::Distribution {
        self.build().expect("its rules were checked when it was read")
    }
}

/// The quantiles in rising order.
fn quantiles(points: &BTreeMap<String, Duration>) -> Result<Vec<(f64, Duration)>, Invalid> {
    let mut read = Vec::new();
    for (key, at) in points {
        let percent = key.strip_prefix('p').and_then(|digits| digits.parse::<f64>().ok());
        let percent = percent.filter(|percent| (0.0..=100.0).contains(percent));
        let percent = percent
            .ok_or_else(|| Invalid::new("points", "named p0 to p100, such as p50 and p99.9"))?;
        read.push((percent / 100.0, *at));
    }
    read.sort_by(|a, b| a.0.total_cmp(&b.0));
    let ends = [read.first(), read.last()].map(|point| point.map(|(share, _)| share.to_bits()));
    let is_whole = ends == [Some(0.0_f64.to_bits()), Some(1.0_f64.to_bits())];
    Invalid::unless(is_whole, "points", "given from `p0` to `p100`")?;
    let is_rising = read.is_sorted_by_key(|(_, at)| at);
    Invalid::unless(is_rising, "points", "longer from quantile to quantile, or as long")?;
    Ok(read)
}

/// What is wrong unless just one of two lengths is given.
fn one_of(
    names: [&'static str; 2],
    given: [&Option<Duration>; 2],
) -> Option<(&'static str, &'static str)> {
    match given.map(Option::is_some) {
        [true, true] => Some((names[1], "left out where the other one is given")),
        [false, false] => Some((names[0], "given, or `mean`")),
        _ => None,
    }
}

patterns::settings! {
    /// One part of a mixture.
    #[derive(Clone, Debug, PartialEq)]
    pub(crate) struct Part {
        /// Its share of all, or a weight: a number without `%`.
        share: Weight [.example("\"5%\"")],
        /// What it is drawn from.
        distribution: Distribution [.example("\"lognormal(median=10s, p99=40s)\"")],
    }
}

/// One part of a mixture: its share and its distribution, written `95% constant(1s)`.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct PartText(Part);

impl Setting for PartText {
    fn shape() -> Shape {
        let text = Shape::Form { what: "a share and a distribution", example: "95% constant(1s)" };
        Shape::Either(vec![text, Part::shape()])
    }

    fn read(node: &Node, _base: Option<&Self>, reader: &mut Reader<'_>) -> Option<Self> {
        if matches!(node.value, Value::Table(_)) {
            return Part::read(node, None, reader).map(Self);
        }
        let _is_readable = reader.call(node)?;
        let Some([share, distribution]) = halves(node) else {
            reader.wrong_type(node, "a share and a distribution such as `95% constant(1s)`");
            return None;
        };
        let share = Weight::read(&share, None, reader);
        if let Some(name) = distribution.text() {
            let text = node.text().unwrap_or_default().trim();
            let mistake = reader.mistake(
                &node.at,
                Code::Renamed,
                format!("`{text}` does not say which distribution this part of a mixture has"),
            );
            mistake.help = Some(format!(
                "`constant({name})` or `exponential({name})`; where all parts are exponential, as \
                 in earlier versions: `hyperexponential({text}, …)`"
            ));
            return None;
        }
        let distribution = Distribution::read(&distribution, None, reader);
        Some(Self(Part { share: share?, distribution: distribution? }))
    }

    fn write(&self) -> Node {
        let distribution = self.0.distribution.write().to_string();
        Node::word(format!("{} {}", self.0.share, distribution.trim_matches('"')))
    }
}
