//! What one run says of a measure, in a form in which several runs can be put together.

use std::borrow::Cow;

use super::unit::Unit;
use crate::observe::Histogram;

/// How several runs are put together to one number.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Pooling {
    /// Each run has a number of its own, and what is meant is their mean.
    Mean,
    /// All parts of all runs, for all of what they are parts of: counted trials, each of which
    /// counts or does not. From 0 to 1.
    Share,
    /// The same of what is no number of trials, such as time. From 0 to 1.
    ShareOfTime,
    /// The same, without an upper bound.
    Ratio,
    /// This quantile of all times of all runs.
    Quantile(f64),
    /// The standard deviation of all times of all runs.
    Deviation,
}

impl Pooling {
    /// Whether it is a number of the times of all runs.
    pub fn is_of_times(self) -> bool {
        matches!(self, Self::Quantile(_) | Self::Deviation)
    }
}

/// What one run says of a measure: so much in all, for so many of another.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Sample {
    /// The numerator; what is measured itself, where it is no ratio.
    pub part: f64,
    /// The denominator; 1 where it is no ratio.
    pub of: f64,
}

impl Sample {
    /// Of a run that cannot be asked.
    pub const UNDEFINED: Self = Self { part: f64::NAN, of: f64::NAN };

    /// A number that is no ratio.
    pub fn plain(value: f64) -> Self {
        Self { part: value, of: 1.0 }
    }

    /// The number of the run alone: not a number, and never infinite, for each one of nothing.
    pub fn value(&self) -> f64 {
        if self.of == 0.0 { f64::NAN } else { self.part / self.of }
    }
}

/// How a number comes out of one part of a record, given the measured time in seconds.
#[derive(Clone, Copy, Debug)]
pub(super) enum How<R: 'static> {
    /// A number of the run.
    Value(fn(&R, f64) -> f64),
    /// How many of how many.
    Share(fn(&R) -> (u64, u64)),
    /// How much in all, for how much of another.
    Ratio(fn(&R, f64) -> (f64, f64)),
    /// A quantile of times.
    Quantile(f64, fn(&R) -> Cow<'_, Histogram>),
    /// The standard deviation of times.
    Deviation(fn(&R) -> Cow<'_, Histogram>),
}

/// What was found in a record.
#[derive(Debug)]
pub(super) enum Found<'a> {
    Sample(Sample),
    Quantile(f64, Cow<'a, Histogram>),
    Deviation(Cow<'a, Histogram>),
}

impl<R> How<R> {
    /// Applies it.
    pub(super) fn find<'a>(&self, record: &'a R, time: f64) -> Found<'a> {
        Found::Sample(match self {
            Self::Value(of) => Sample::plain(of(record, time)),
            Self::Share(of) => {
                let (part, of) = of(record);
                Sample { part: part as f64, of: of as f64 }
            }
            Self::Ratio(of) => {
                let (part, of) = of(record, time);
                Sample { part, of }
            }
            Self::Quantile(q, times) => return Found::Quantile(*q, times(record)),
            Self::Deviation(times) => return Found::Deviation(times(record)),
        })
    }

    pub(super) fn pooling(&self, unit: Unit) -> Pooling {
        match self {
            Self::Value(_) => Pooling::Mean,
            Self::Share(_) => Pooling::Share,
            Self::Ratio(_) if unit == Unit::Share => Pooling::ShareOfTime,
            Self::Ratio(_) => Pooling::Ratio,
            Self::Quantile(q, _) => Pooling::Quantile(*q),
            Self::Deviation(_) => Pooling::Deviation,
        }
    }
}

impl<'a> Found<'a> {
    pub(super) fn sample(&self) -> Sample {
        match self {
            Self::Sample(sample) => *sample,
            Self::Quantile(q, times) => {
                let quantile = times.quantile(*q);
                quantile.map_or(Sample::UNDEFINED, |time| Sample::plain(time.as_secs_f64()))
            }
            Self::Deviation(times) if times.count() == 0 => Sample::UNDEFINED,
            Self::Deviation(times) => Sample::plain(times.deviation_secs()),
        }
    }

    pub(super) fn times(self) -> Option<Cow<'a, Histogram>> {
        match self {
            Self::Sample(_) => None,
            Self::Quantile(_, times) | Self::Deviation(times) => Some(times),
        }
    }
}
