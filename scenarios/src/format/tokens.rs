//! Numbers of tokens, their distributions, and money.

use patterns::settings::{Code, Findings, Node, Reader, Setting, Shape, Unit, Value};
use patterns::{Duration, Invalid};
use sim::kernel::Distribution as Law;
use sim::observe::NANO_USD;

/// More tokens than this are a mistake: with them all sums stay exact.
const TOKENS_MAX: f64 = 1e12;

/// More dollars than this are a mistake.
pub(super) const USD_MAX: f64 = 1e9;

/// A number of tokens: `1500`, `"100k"`, `"1.5M"`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct TokenCount(pub(crate) u64);

impl TokenCount {
    /// The number that a text such as `100k` says.
    pub(crate) fn parse(text: &str) -> Option<f64> {
        let text = text.trim();
        let (digits, factor) = match text.strip_suffix(['k', 'K']) {
            Some(digits) => (digits, 1e3),
            None => text.strip_suffix('M').map_or((text, 1.0), |digits| (digits, 1e6)),
        };
        let number = digits.trim_end().parse::<f64>().ok()? * factor;
        number.is_finite().then_some(number)
    }

    /// As a length, a nanosecond standing for each token.
    fn as_length(self) -> Duration {
        Duration::from_nanos(self.0)
    }
}

impl Setting for TokenCount {
    fn shape() -> Shape {
        let text = Shape::Form { what: "a number of tokens", example: "100k" };
        Shape::Either(vec![Shape::Integer, text])
    }

    fn read(node: &Node, _base: Option<&Self>, reader: &mut Reader<'_>) -> Option<Self> {
        let number = match &node.value {
            Value::Integer(number) => Some(*number as f64),
            Value::Float(number) => Some(*number),
            _ => node.text().and_then(Self::parse),
        };
        let Some(number) = number else {
            reader.wrong_type(node, "a number of tokens such as 1500, \"100k\" or \"1.5M\"");
            return None;
        };
        if !(0.0..=TOKENS_MAX).contains(&number) {
            let bound = if number < 0.0 { "at least 0" } else { "at most 1000000M" };
            let shown = node.text().map_or_else(|| node.to_string(), str::to_owned);
            let message = format!("{} must be {bound}, not {shown}", reader.subject());
            reader.mistake(&node.at, Code::OutOfRange, message);
            return None;
        }
        Some(Self(number.round() as u64))
    }

    fn write(&self) -> Node {
        Node::unwritten(Value::Integer(self.0.into()))
    }

    fn magnitude(&self) -> Option<(f64, Unit)> {
        Some((self.0 as f64, Unit::Plain))
    }
}

patterns::settings! {
    /// How many tokens. A number alone is a constant.
    #[derive(Clone, Debug, PartialEq)]
    pub(crate) enum Tokens {
        /// Always as many.
        Constant(
            /// How many.
            value: TokenCount [.example("1500")],
        ),
        /// Every number between two alike.
        Uniform {
            /// The fewest.
            low: TokenCount [.example("100")],
            /// The most.
            high: TokenCount [.example("500")],
        },
        /// Mostly few, at times many: the lengths of answers of which each token may be the last.
        Exponential {
            /// The mean.
            mean: TokenCount [.above(0.0).example("800")],
        },
        /// The logarithm is normal: the usual shape of prompts and answers. Given by `median` and
        /// one of `p90`, `p99` and `sigma`.
        Lognormal {
            /// Half of all are fewer.
            median: TokenCount [.above(0.0).example("1020")],
            /// One in ten has more.
            p90: Option<TokenCount> [.example("2735")] = None,
            /// One in a hundred has more.
            p99: Option<TokenCount> [.example("8000")] = None,
            /// The standard deviation of the logarithm.
            sigma: Option<f64> [.at_least(0.0).example("0.8")] = None,
        },
    }
    rules Self::rules;
    literals { TokenCount => Self::Constant }
}

impl Tokens {
    fn rules(&self, found: &mut Findings) {
        let wrong = match self {
            Self::Lognormal { p90: None, p99: None, sigma: None, .. } => {
                Some(("median", "given beside `p90`, `p99` or `sigma`"))
            }
            Self::Lognormal { p90: Some(_), p99: Some(_), .. } => {
                Some(("p99", "left out beside `p90`"))
            }
            Self::Lognormal { p90: Some(_), sigma: Some(_), .. } => {
                Some(("sigma", "left out beside `p90`"))
            }
            Self::Lognormal { p99: Some(_), sigma: Some(_), .. } => {
                Some(("sigma", "left out beside `p99`"))
            }
            _ => None,
        };
        if let Some((setting, must_be)) = wrong {
            found.add(setting, must_be, None);
        } else if let Err(Invalid { setting, must_be, value }) = self.build() {
            found.add(&setting, must_be, value);
        }
    }

    fn build(&self) -> Result<Law, Invalid> {
        match self {
            Self::Constant(value) => Ok(Law::constant(value.as_length())),
            Self::Uniform { low, high } => Law::uniform(low.as_length(), high.as_length()),
            Self::Exponential { mean } => Law::exponential(mean.as_length()),
            Self::Lognormal { median, p99: Some(p99), .. } => {
                Law::lognormal_p99(median.as_length(), p99.as_length())
            }
            Self::Lognormal { median, p90: Some(p90), .. } => {
                Law::lognormal_p90(median.as_length(), p90.as_length())
            }
            Self::Lognormal { median, sigma, .. } => {
                Law::lognormal(median.as_length(), sigma.unwrap_or(0.0))
            }
        }
    }

    /// What draws from it, a nanosecond standing for each token.
    pub(super) fn sampler(&self) -> Law {
        self.build().expect("its rules were checked when it was read")
    }
}

/// Dollars in billionths.
pub(super) fn nano_usd(usd: f64) -> i64 {
    (usd * NANO_USD as f64).round() as i64
}

/// Dollars in billionths, of which there are none below zero.
pub(super) fn price(usd: f64) -> u64 {
    nano_usd(usd).unsigned_abs()
}
