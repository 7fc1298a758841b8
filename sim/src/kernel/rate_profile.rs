//! Rates of arrivals that change with time, and the times of a Poisson process of such a rate.

use patterns::{Duration, Invalid, Time};

use super::stream::RngStream;
use pieces::{Piece, Pieces};
use wave::Wave;

mod pieces;
mod wave;

/// A rate of arrivals that changes with time, given per second; it is below zero at no time.
///
/// Times are drawn by thinning: candidates come at a constant rate that is at least the rate of
/// the profile, and each is kept with the chance that the one has of the other (P. A. W. Lewis and
/// G. S. Shedler, "Simulation of nonhomogeneous Poisson processes by thinning", Naval Research
/// Logistics Quarterly 26 (3), 1979). All draws are from one stream.
///
/// # Example
///
/// ```
/// use patterns::{Duration, Time};
/// use sim::kernel::{RateProfile, RngStreams};
///
/// let (minute, hour) = (Duration::from_secs(60), Duration::from_secs(3600));
/// let spike = RateProfile::spike(2.0, 10.0, hour, minute)?;
/// assert_eq!(spike.rate_at(Time::ZERO + hour), 20.0);
/// let mut rng = RngStreams::new(7).stream("arrivals");
/// assert!(spike.next(Time::ZERO, &mut rng).is_some());
/// # Ok::<(), patterns::Invalid>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct RateProfile(Kind);

#[derive(Clone, Debug, PartialEq)]
enum Kind {
    Pieces(Pieces),
    Wave(Wave),
}

impl RateProfile {
    /// Each rate holds from its time until that of the next one; before the first it is zero.
    pub fn steps(steps: &[(Duration, f64)]) -> Result<Self, Invalid> {
        let is_rising = steps.is_sorted_by(|(a, _), (b, _)| a < b);
        Invalid::unless(is_rising, "rates", "in the order of their times")?;
        let pieces = steps.iter().map(|&(from, rate)| Piece::flat(from, rate));
        Self::of_pieces(pieces.collect(), "rates")
    }

    /// From one rate to another in a straight line that begins at a time; the first rate holds
    /// before it, the second one after it.
    pub fn ramp(from: f64, to: f64, at: Duration, over: Duration) -> Result<Self, Invalid> {
        Invalid::unless(!over.is_zero(), "over", "longer than 0s")?;
        let after = at.as_nanos().saturating_add(over.as_nanos());
        let pieces = vec![
            Piece::flat(Duration::ZERO, from),
            Piece::sloped(at, over, from, to),
            Piece::flat(Duration::from_nanos(after), to),
        ];
        Self::of_pieces(pieces, "to")
    }

    /// A rate that is `factor` times as high for a time.
    pub fn spike(rate: f64, factor: f64, at: Duration, lasts: Duration) -> Result<Self, Invalid> {
        let after = at.as_nanos().saturating_add(lasts.as_nanos());
        let pieces = vec![
            Piece::flat(Duration::ZERO, rate),
            Piece::flat(at, rate * factor),
            Piece::flat(Duration::from_nanos(after), rate),
        ];
        Self::of_pieces(pieces, "factor")
    }

    /// A rate that swings around its mean as a cosine, by a share of it, and is highest at `peak`.
    pub fn wave(
        mean: f64,
        amplitude: f64,
        period: Duration,
        peak: Duration,
    ) -> Result<Self, Invalid> {
        Invalid::unless(mean > 0.0 && mean.is_finite(), "mean", "a number above 0")?;
        let never_negative = "from 0 to 1, or the rate is below zero at some time";
        Invalid::unless((0.0..=1.0).contains(&amplitude), "amplitude", never_negative)?;
        Invalid::unless(!period.is_zero(), "period", "longer than 0s")?;
        Ok(Self(Kind::Wave(Wave::new(mean, amplitude, period, peak))))
    }

    fn of_pieces(pieces: Vec<Piece>, setting: &'static str) -> Result<Self, Invalid> {
        let are_rates = pieces.iter().all(Piece::is_usable);
        Invalid::unless(are_rates, setting, "such that the rate is below zero at no time")?;
        let is_ever = pieces.iter().any(|piece| piece.most() > 0.0);
        Invalid::unless(is_ever, setting, "such that the rate is above zero at some time")?;
        Ok(Self(Kind::Pieces(Pieces::new(pieces))))
    }

    /// The times at which it goes on in another way; none of a wave, which always does.
    pub fn changes(&self) -> Vec<Time> {
        match &self.0 {
            Kind::Pieces(pieces) => pieces.changes().collect(),
            Kind::Wave(_) => Vec::new(),
        }
    }

    /// The next time after `now`; none if no further one comes.
    pub fn next(&self, now: Time, stream: &mut RngStream) -> Option<Time> {
        match &self.0 {
            Kind::Pieces(pieces) => pieces.next(now, stream),
            Kind::Wave(wave) => wave.next(now, stream),
        }
    }

    /// The rate per second at a time.
    pub fn rate_at(&self, time: Time) -> f64 {
        match &self.0 {
            Kind::Pieces(pieces) => pieces.rate_at(time),
            Kind::Wave(wave) => wave.rate_at(time),
        }
    }

    /// How many times there are on average until `end`.
    pub fn expected(&self, end: Time) -> f64 {
        match &self.0 {
            Kind::Pieces(pieces) => pieces.expected(end),
            Kind::Wave(wave) => wave.expected(end),
        }
    }
}
