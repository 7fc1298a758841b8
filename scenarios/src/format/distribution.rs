//! Distributions of lengths of time.

use std::collections::BTreeMap;

use patterns::settings::{Code, Findings, Node, Reader, Setting, Shape, Share};
use patterns::{Duration, Invalid};
use sim::kernel;

patterns::settings! {
    /// A distribution of lengths of time. A length alone is a constant.
    #[derive(Clone, Debug, PartialEq)]
    pub(crate) enum Distribution {
        /// Always the same.
        Constant(
            /// The length.
            value: Duration [.example("\"30s\"")],
        ),
        /// Without memory, as the gaps of a Poisson process are.
        Exponential(
            /// The mean.
            mean: Duration [.above(0.0).example("\"2s\"")],
        ),
        /// Every length between two alike.
        Uniform {
            /// The shortest.
            low: Duration [.example("\"1s\"")],
            /// The longest.
            high: Duration [.example("\"2s\"")],
        },
        /// The logarithm is normal: the usual shape of latencies. Either `p99` or `sigma` is given.
        Lognormal {
            /// Half of all are shorter.
            median: Duration [.above(0.0).example("\"1.2s\"")],
            /// One in a hundred is longer.
            p99: Option<Duration> [.example("\"8s\"")] = None,
            /// The standard deviation of the logarithm.
            sigma: Option<f64> [.at_least(0.0)] = None,
        },
        /// `P(X > x) = exp(−(x / scale)^shape)`. Below 1 the shape is that of lives that get longer
        /// the longer they have lasted, above 1 that of wear.
        Weibull {
            /// The shape.
            shape: f64 [.above(0.0).example("1.5")],
            /// The scale: 63 % are shorter.
            scale: Duration [.above(0.0).example("\"10s\"")],
        },
        /// `P(X > x) = (least / x)^shape`: a heavy tail. The mean is infinite for a shape up to 1,
        /// the variance for one up to 2.
        Pareto {
            /// The shape.
            shape: f64 [.above(0.0).example("2.5")],
            /// The shortest.
            least: Duration [.above(0.0).example("\"100ms\"")],
        },
        /// A sum of `shape` exponential lengths, also for fractions.
        Gamma {
            /// The shape.
            shape: f64 [.above(0.0).example("2.0")],
            /// The mean of the sum.
            mean: Duration [.above(0.0).example("\"2s\"")],
        },
        /// The sum of `k` exponential lengths of one mean.
        Erlang {
            /// How many.
            k: u32 [.at_least(1.0).example("3")],
            /// The mean of the sum.
            mean: Duration [.above(0.0).example("\"2s\"")],
        },
        /// One of several exponential distributions, each by its share: `mix(90% 1s, 10% 20s)`.
        Mix(
            /// Shares and means.
            parts: Vec<Part> [.rest().at_least(1.0).example("[\"90% 1s\", \"10% 20s\"]")],
        ),
        /// Given by its quantiles, with straight lines between: `quantiles(p0=0s, p50=1s,
        /// p100=20s)`.
        Quantiles(
            /// Quantiles from `p0` to `p100`, in percent.
            points: BTreeMap<String, Duration> [.rest().example("{ p0 = \"0s\", p100 = \"1s\" }")],
        ),
    }
    rules Self::rules;
    literals { Duration => Self::Constant }
}

impl Distribution {
    /// No time at all.
    pub(crate) const ZERO: Self = Self::Constant(Duration::ZERO);

    fn rules(&self, found: &mut Findings) {
        match self {
            Self::Lognormal { p99: None, sigma: None, .. } => {
                found.add("median", "given beside `p99` or `sigma`", None);
            }
            Self::Lognormal { p99: Some(_), sigma: Some(_), .. } => {
                found.add("sigma", "left out beside `p99`", None);
            }
            _ => {
                if let Err(Invalid { setting, must_be, value }) = self.build() {
                    found.add(&setting, must_be, value);
                }
            }
        }
    }

    fn build(&self) -> Result<kernel::Distribution, Invalid> {
        match self {
            Self::Constant(value) => Ok(kernel::Distribution::constant(*value)),
            Self::Exponential(mean) => kernel::Distribution::exponential(*mean),
            Self::Uniform { low, high } => kernel::Distribution::uniform(*low, *high),
            Self::Lognormal { median, p99: Some(p99), .. } => {
                kernel::Distribution::lognormal_p99(*median, *p99)
            }
            Self::Lognormal { median, sigma, .. } => {
                kernel::Distribution::lognormal(*median, sigma.unwrap_or(0.0))
            }
            Self::Weibull { shape, scale } => kernel::Distribution::weibull(*shape, *scale),
            Self::Pareto { shape, least } => kernel::Distribution::pareto(*shape, *least),
            Self::Gamma { shape, mean } => kernel::Distribution::gamma(*shape, *mean),
            Self::Erlang { k, mean } => kernel::Distribution::erlang(*k, *mean),
            Self::Mix(parts) => {
                let parts: Vec<_> = parts.iter().map(|part| (part.share, part.mean)).collect();
                kernel::Distribution::hyperexponential(&parts)
            }
            Self::Quantiles(points) => kernel::Distribution::empirical(&quantiles(points)?),
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
    Ok(read)
}

/// One part of a mix: its share and its mean, written `90% 1s`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Part {
    share: f64,
    mean: Duration,
}

impl Setting for Part {
    fn shape() -> Shape {
        Shape::Form { what: "a share and a mean", example: "90% 1s" }
    }

    fn read(node: &Node, _base: Option<&Self>, reader: &mut Reader<'_>) -> Option<Self> {
        let halves = node.text().and_then(|text| text.trim().split_once(' '));
        let Some((share, mean)) = halves else {
            reader.wrong_type(node, "a share and a mean such as `90% 1s`");
            return None;
        };
        let word = |text: &str| Node { at: node.at.clone(), ..Node::word(text.trim()) };
        let number = share.parse().ok().filter(|share: &f64| share.is_finite());
        let share = match number {
            Some(number) => Some(number),
            None => Share::read(&word(share), None, reader).map(|Share(share)| share),
        };
        let (share, mean) = (share, Duration::read(&word(mean), None, reader));
        if share.is_some_and(|share| share <= 0.0) {
            let message = format!("{}: a share must be more than 0", reader.subject());
            reader.mistake(&node.at, Code::OutOfRange, message);
            return None;
        }
        Some(Self { share: share?, mean: mean? })
    }

    fn write(&self) -> Node {
        Node::word(format!("{}% {}", self.share * 100.0, self.mean))
    }
}
