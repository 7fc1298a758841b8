//! Distributions of lengths of time.

use patterns::{Duration, Invalid};

use super::stream::RngStream;
use branches::Branches;
use mixture::Mixture;
use quantiles::Quantiles;
use restarts::Restarts;
use units::{nanos, positive, some_time, squared};

mod branches;
mod mixture;
mod quantiles;
mod restarts;
mod units;

/// The 99 % quantile of the normal distribution of mean 0 and variance 1.
const NORMAL_P99: f64 = 2.326_347_874_040_841;

/// The 90 % quantile of the same.
const NORMAL_P90: f64 = 1.281_551_565_544_600_4;

/// A distribution of lengths of time; none of its draws is negative.
///
/// Draws are computed in nanoseconds as 64-bit floats and rounded to the nearest; what is longer
/// than [`Duration::MAX`] is `Duration::MAX`, which is never.
///
/// # Example
///
/// ```
/// use patterns::Duration;
/// use sim::kernel::{Distribution, RngStreams};
///
/// let latency = Distribution::lognormal_p99(Duration::from_millis(400), Duration::from_secs(3))?;
/// let mut rng = RngStreams::new(7).stream("github: latency");
/// let mut same = RngStreams::new(7).stream("github: latency");
/// assert_eq!(latency.sample(&mut rng), latency.sample(&mut same));
/// # Ok::<(), patterns::Invalid>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Distribution(Kind);

/// The kinds of distribution, with lengths in nanoseconds.
#[derive(Clone, Debug, PartialEq)]
enum Kind {
    Constant { at: Duration },
    Uniform { low: f64, width: f64 },
    Exponential { mean: f64 },
    Lognormal { median: f64, sigma: f64 },
    Weibull { shape: f64, scale: f64 },
    Pareto { shape: f64, least: f64 },
    Gamma { shape: f64, mean: f64 },
    Hyperexponential(Branches),
    Mixture(Mixture<Distribution>),
    Empirical(Quantiles),
    Restarts(Restarts),
}

impl Distribution {
    /// Always the same.
    pub fn constant(span: Duration) -> Self {
        Self(Kind::Constant { at: span })
    }

    /// The length that it always is, if it is a constant.
    pub fn as_constant(&self) -> Option<Duration> {
        match self.0 {
            Kind::Constant { at } => Some(at),
            _ => None,
        }
    }

    /// Every length from `low` to `high` alike.
    pub fn uniform(low: Duration, high: Duration) -> Result<Self, Invalid> {
        Invalid::unless(low <= high, "high", "at least `low`")?;
        Ok(Self(Kind::Uniform { low: nanos(low), width: nanos(high - low) }))
    }

    /// Without memory, as the gaps of a Poisson process are.
    pub fn exponential(mean: Duration) -> Result<Self, Invalid> {
        Ok(Self(Kind::Exponential { mean: some_time(mean, "mean")? }))
    }

    /// The gaps of a Poisson process of so many events per second.
    pub fn exponential_rate(rate: f64) -> Result<Self, Invalid> {
        Invalid::unless(rate > 0.0 && rate.is_finite(), "rate", "a number above 0")?;
        Ok(Self(Kind::Exponential { mean: 1e9 / rate }))
    }

    /// The logarithm is normal, with the standard deviation `sigma`.
    pub fn lognormal(median: Duration, sigma: f64) -> Result<Self, Invalid> {
        let is_finite = sigma >= 0.0 && sigma.is_finite();
        Invalid::unless(is_finite, "sigma", "a number that is not negative")?;
        Ok(Self(Kind::Lognormal { median: some_time(median, "median")?, sigma }))
    }

    /// The logarithm is normal, and one draw in a hundred is longer than `p99`.
    pub fn lognormal_p99(median: Duration, p99: Duration) -> Result<Self, Invalid> {
        let middle = some_time(median, "median")?;
        Invalid::unless(p99 >= median, "p99", "at least `median`")?;
        Self::lognormal(median, libm::log(nanos(p99) / middle) / NORMAL_P99)
    }

    /// The logarithm is normal, and one draw in ten is longer than `p90`.
    pub fn lognormal_p90(median: Duration, p90: Duration) -> Result<Self, Invalid> {
        let middle = some_time(median, "median")?;
        Invalid::unless(p90 >= median, "p90", "at least `median`")?;
        Self::lognormal(median, libm::log(nanos(p90) / middle) / NORMAL_P90)
    }

    /// The logarithm is normal, with the standard deviation `sigma`; `mean` is that of the lengths
    /// themselves.
    pub fn lognormal_mean(mean: Duration, sigma: f64) -> Result<Self, Invalid> {
        let is_finite = sigma >= 0.0 && sigma.is_finite();
        Invalid::unless(is_finite, "sigma", "a number that is not negative")?;
        let median = libm::exp(libm::log(some_time(mean, "mean")?) - sigma * sigma / 2.0);
        Invalid::unless(median > 0.0, "sigma", "smaller: the median would be 0s")?;
        Ok(Self(Kind::Lognormal { median, sigma }))
    }

    /// The standard deviation of the logarithm of a lognormal distribution, by its coefficient of
    /// variation: the standard deviation over the mean.
    pub fn lognormal_sigma(cv: f64) -> Result<f64, Invalid> {
        let is_finite = cv >= 0.0 && (cv * cv).is_finite();
        Invalid::unless(is_finite, "cv", "a number that is not negative")?;
        Ok(libm::log1p(cv * cv).sqrt())
    }

    /// P(X > x) = exp(−(x / `scale`)^`shape`). Below 1 the shape is that of lives that get longer
    /// the longer they have lasted, above 1 that of wear.
    pub fn weibull(shape: f64, scale: Duration) -> Result<Self, Invalid> {
        Ok(Self(Kind::Weibull { shape: positive(shape)?, scale: some_time(scale, "scale")? }))
    }

    /// The Weibull distribution of this shape and mean.
    pub fn weibull_mean(shape: f64, mean: Duration) -> Result<Self, Invalid> {
        let log_mean = libm::lgamma(1.0 + 1.0 / positive(shape)?);
        let scale = libm::exp(libm::log(some_time(mean, "mean")?) - log_mean);
        Invalid::unless(scale > 0.0, "shape", "larger: the scale would be 0s")?;
        Ok(Self(Kind::Weibull { shape, scale }))
    }

    /// P(X > x) = (`least` / x)^`shape` from `least` on: a heavy tail. The mean is infinite for a
    /// shape up to 1, the variance for one up to 2.
    pub fn pareto(shape: f64, least: Duration) -> Result<Self, Invalid> {
        let (shape, least) = (positive(shape)?, some_time(least, "least")?);
        let median = least * libm::exp(core::f64::consts::LN_2 / shape);
        let must_be = "larger: half of all lengths would be longer than 584 years";
        Invalid::unless(median < nanos(Duration::MAX), "shape", must_be)?;
        Ok(Self(Kind::Pareto { shape, least }))
    }

    /// The Pareto distribution of this shape and mean.
    pub fn pareto_mean(shape: f64, mean: Duration) -> Result<Self, Invalid> {
        let has_mean = shape > 1.0 && shape.is_finite();
        Invalid::unless(has_mean, "shape", "more than 1 beside `mean`, which is infinite else")?;
        let least = some_time(mean, "mean")? * ((shape - 1.0) / shape);
        Ok(Self(Kind::Pareto { shape, least }))
    }

    /// The distribution of a sum of `shape` exponential lengths, were there such a thing for
    /// fractions.
    pub fn gamma(shape: f64, mean: Duration) -> Result<Self, Invalid> {
        Ok(Self(Kind::Gamma { shape: positive(shape)?, mean: some_time(mean, "mean")? }))
    }

    /// The gamma distribution of this shape and scale: its mean is their product.
    pub fn gamma_scale(shape: f64, scale: Duration) -> Result<Self, Invalid> {
        let mean = positive(shape)? * some_time(scale, "scale")?;
        Invalid::unless(mean.is_finite() && mean > 0.0, "shape", "such that the mean is a length")?;
        Ok(Self(Kind::Gamma { shape, mean }))
    }

    /// The gamma distribution of this mean and coefficient of variation: the standard deviation
    /// over the mean.
    pub fn gamma_cv(mean: Duration, cv: f64) -> Result<Self, Invalid> {
        let shape = 1.0 / (cv * cv);
        let is_usable = cv > 0.0 && shape > 0.0 && shape.is_finite();
        Invalid::unless(is_usable, "cv", "a number above 0")?;
        Self::gamma(shape, mean)
    }

    /// The sum of `k` exponential lengths of one mean; `mean` is that of the sum.
    pub fn erlang(k: u32, mean: Duration) -> Result<Self, Invalid> {
        Invalid::unless(k >= 1, "k", "at least 1")?;
        Self::gamma(f64::from(k), mean)
    }

    /// One of several exponential distributions, each by its share: `(share, mean)`.
    ///
    /// Shares are weights: only how they stand to each other matters.
    pub fn hyperexponential(branches: &[(f64, Duration)]) -> Result<Self, Invalid> {
        Ok(Self(Kind::Hyperexponential(Branches::new(branches)?)))
    }

    /// One of several distributions, each by its share: `(share, distribution)`.
    ///
    /// Shares are weights, as those of [`hyperexponential`](Self::hyperexponential) are.
    pub fn mixture(parts: Vec<(f64, Self)>) -> Result<Self, Invalid> {
        Ok(Self(Kind::Mixture(Mixture::new(parts)?)))
    }

    /// A distribution given by its quantiles, `(q, at)`, with straight lines between them.
    ///
    /// The quantiles rise from `q = 0`, the least length, to `q = 1`, the greatest.
    pub fn empirical(quantiles: &[(f64, Duration)]) -> Result<Self, Invalid> {
        Ok(Self(Kind::Empirical(Quantiles::new(quantiles)?)))
    }

    /// How long something is down that is restarted until it comes up: before each restart there is
    /// a wait, which begins with `base` and doubles up to `cap`, then it takes the time `start`,
    /// and with the chance `again` it has crashed again.
    pub fn restarts(
        again: f64,
        base: Duration,
        cap: Duration,
        start: Duration,
    ) -> Result<Self, Invalid> {
        Ok(Self(Kind::Restarts(Restarts::new(again, base, cap, start)?)))
    }

    /// Draws a length.
    #[inline]
    pub fn sample(&self, stream: &mut RngStream) -> Duration {
        match &self.0 {
            // The commonest distribution, and the quickest to draw: a call would cost as much
            // again.
            Kind::Exponential { mean } => rounded(mean * stream.exponential()),
            _ => self.sample_any(stream),
        }
    }

    #[inline(never)]
    fn sample_any(&self, stream: &mut RngStream) -> Duration {
        rounded(match &self.0 {
            Kind::Constant { at } => return *at,
            Kind::Uniform { low, width } => low + width * stream.uniform(),
            Kind::Exponential { mean } => mean * stream.exponential(),
            Kind::Lognormal { median, sigma } => median * libm::exp(sigma * stream.normal()),
            Kind::Weibull { shape, scale } => scale * libm::pow(stream.exponential(), 1.0 / shape),
            Kind::Pareto { shape, least } => least * libm::exp(stream.exponential() / shape),
            Kind::Gamma { shape, mean } => mean * (gamma(*shape, stream) / shape),
            Kind::Hyperexponential(branches) => {
                branches.mean_of(stream.uniform()) * stream.exponential()
            }
            Kind::Mixture(parts) => return parts.part(stream.uniform()).sample(stream),
            Kind::Empirical(quantiles) => quantiles.at(stream.uniform()),
            Kind::Restarts(restarts) => restarts.at(stream.uniform()),
        })
    }

    /// The mean in seconds; infinite where it is.
    pub fn mean_secs(&self) -> f64 {
        let mean = match &self.0 {
            Kind::Constant { at } => nanos(*at),
            Kind::Uniform { low, width } => low + width / 2.0,
            Kind::Exponential { mean } | Kind::Gamma { mean, .. } => *mean,
            Kind::Lognormal { median, sigma } => median * libm::exp(sigma * sigma / 2.0),
            Kind::Weibull { shape, scale } => scale * libm::tgamma(1.0 + 1.0 / shape),
            Kind::Pareto { shape, .. } if *shape <= 1.0 => f64::INFINITY,
            Kind::Pareto { shape, least } => least * (shape / (shape - 1.0)),
            Kind::Hyperexponential(branches) => branches.mean(),
            Kind::Mixture(parts) => return parts.mean(Self::mean_secs),
            Kind::Empirical(quantiles) => quantiles.mean(),
            Kind::Restarts(restarts) => restarts.mean(),
        };
        mean / 1e9
    }

    /// The variance over the square of the mean; infinite where it is, and 0 if nothing varies.
    pub fn cv2(&self) -> f64 {
        match &self.0 {
            Kind::Constant { .. } => 0.0,
            Kind::Uniform { width, .. } if *width == 0.0 => 0.0,
            Kind::Uniform { low, width } => squared(width / (low + width / 2.0)) / 12.0,
            Kind::Exponential { .. } => 1.0,
            Kind::Lognormal { sigma, .. } => libm::expm1(sigma * sigma),
            Kind::Weibull { shape, .. } => {
                let [first, second] = [1.0, 2.0].map(|power| libm::lgamma(1.0 + power / shape));
                if second.is_finite() { libm::expm1(second - 2.0 * first) } else { f64::INFINITY }
            }
            Kind::Pareto { shape, .. } if *shape <= 2.0 => f64::INFINITY,
            Kind::Pareto { shape, .. } => 1.0 / (shape * (shape - 2.0)),
            Kind::Gamma { shape, .. } => 1.0 / shape,
            Kind::Hyperexponential(branches) => branches.cv2(),
            Kind::Mixture(parts) => parts.cv2(Self::mean_secs, Self::cv2),
            Kind::Empirical(quantiles) => quantiles.cv2(),
            Kind::Restarts(restarts) => restarts.cv2(),
        }
    }
}

/// A gamma draw of this shape, which is also its mean.
///
/// G. Marsaglia and W. W. Tsang, "A simple method for generating gamma variables", ACM
/// Transactions on Mathematical Software 26 (3), 2000.
fn gamma(shape: f64, stream: &mut RngStream) -> f64 {
    if shape < 1.0 {
        // A draw of the shape one higher, times a power of a uniform draw.
        let power = libm::exp(-stream.exponential() / shape);
        return gamma(shape + 1.0, stream) * power;
    }
    let d = shape - 1.0 / 3.0;
    let c = 1.0 / (9.0 * d).sqrt();
    loop {
        let x = stream.normal();
        let root = 1.0 + c * x;
        if root <= 0.0 {
            continue;
        }
        let v = root * root * root;
        if libm::log(1.0 - stream.uniform()) < 0.5 * x * x + d * (1.0 - v + libm::log(v)) {
            return d * v;
        }
    }
}

fn rounded(nanos: f64) -> Duration {
    Duration::from_nanos((nanos + 0.5) as u64)
}
