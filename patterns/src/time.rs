//! Virtual time in whole nanoseconds: points ([`Time`]) and lengths ([`Duration`]).
//!
//! All arithmetic saturates: a deadline past the end of time is "never", not an overflow, and a
//! length below zero is zero.

use core::fmt;
use core::ops::{Add, AddAssign, Mul, Sub};
use core::str::FromStr;

/// A point of virtual time: nanoseconds since the run began.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Time(u64);

/// A length of virtual time, in nanoseconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Duration(u64);

impl Time {
    /// The beginning of a run.
    pub const ZERO: Self = Self(0);
    /// Never: later than every time a run reaches.
    pub const MAX: Self = Self(u64::MAX);

    /// The time `nanos` nanoseconds after the beginning.
    pub const fn from_nanos(nanos: u64) -> Self {
        Self(nanos)
    }

    /// Nanoseconds since the beginning.
    pub const fn as_nanos(self) -> u64 {
        self.0
    }

    /// Seconds since the beginning.
    pub const fn as_secs_f64(self) -> f64 {
        self.0 as f64 / 1e9
    }

    /// The length from `earlier` to here; zero if `earlier` is later.
    pub const fn since(self, earlier: Self) -> Duration {
        Duration(self.0.saturating_sub(earlier.0))
    }
}

impl Duration {
    /// No time at all.
    pub const ZERO: Self = Self(0);
    /// Longer than every run.
    pub const MAX: Self = Self(u64::MAX);

    /// A length in nanoseconds.
    pub const fn from_nanos(nanos: u64) -> Self {
        Self(nanos)
    }

    /// A length in microseconds.
    pub const fn from_micros(micros: u64) -> Self {
        Self(micros.saturating_mul(1_000))
    }

    /// A length in milliseconds.
    pub const fn from_millis(millis: u64) -> Self {
        Self(millis.saturating_mul(1_000_000))
    }

    /// A length in seconds.
    pub const fn from_secs(secs: u64) -> Self {
        Self(secs.saturating_mul(1_000_000_000))
    }

    /// A length in seconds, to the nearest nanosecond; nothing for what is negative or no number.
    pub const fn from_secs_f64(secs: f64) -> Self {
        Self((secs * 1e9 + 0.5) as u64)
    }

    /// The length in nanoseconds.
    pub const fn as_nanos(self) -> u64 {
        self.0
    }

    /// The length in seconds.
    pub const fn as_secs_f64(self) -> f64 {
        self.0 as f64 / 1e9
    }

    /// This length times `factor`, to the nearest nanosecond; nothing for a negative factor.
    #[inline]
    pub fn scale(self, factor: f64) -> Self {
        Self((self.0 as f64 * factor + 0.5) as u64)
    }

    /// Whether this is no time at all.
    pub const fn is_zero(self) -> bool {
        self.0 == 0
    }
}

impl Add<Duration> for Time {
    type Output = Self;

    fn add(self, span: Duration) -> Self {
        Self(self.0.saturating_add(span.0))
    }
}

impl Add for Duration {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }
}

impl AddAssign for Duration {
    fn add_assign(&mut self, other: Self) {
        *self = *self + other;
    }
}

impl Sub for Duration {
    type Output = Self;

    fn sub(self, other: Self) -> Self {
        Self(self.0.saturating_sub(other.0))
    }
}

impl From<core::time::Duration> for Duration {
    /// To the nanosecond; what is longer than 584 years is [`Duration::MAX`].
    fn from(duration: core::time::Duration) -> Self {
        Self(u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX))
    }
}

impl From<Duration> for core::time::Duration {
    fn from(duration: Duration) -> Self {
        Self::from_nanos(duration.0)
    }
}

impl Mul<u64> for Duration {
    type Output = Self;

    fn mul(self, times: u64) -> Self {
        Self(self.0.saturating_mul(times))
    }
}

/// Units from large to small, with the nanoseconds in each; the first spelling is the one printed.
const UNITS: [(&str, u64); 9] = [
    ("d", 86_400_000_000_000),
    ("h", 3_600_000_000_000),
    ("min", 60_000_000_000),
    ("m", 60_000_000_000),
    ("s", 1_000_000_000),
    ("ms", 1_000_000),
    ("us", 1_000),
    ("µs", 1_000),
    ("ns", 1),
];

impl fmt::Display for Duration {
    /// The largest units that say it exactly: `90s` is `1min 30s`, and parses back.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0 == 0 {
            return f.write_str("0s");
        }
        let mut rest = self.0;
        let mut gap = "";
        for (unit, nanos) in UNITS.into_iter().filter(|(unit, _)| !["m", "µs"].contains(unit)) {
            if rest >= nanos {
                write!(f, "{gap}{}{unit}", rest / nanos)?;
                rest %= nanos;
                gap = " ";
            }
        }
        Ok(())
    }
}

impl fmt::Display for Time {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Duration(self.0).fmt(f)
    }
}

/// Why a text is not a [`Duration`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ParseDurationError {
    /// There is no number where one should be.
    NoNumber,
    /// A number has no unit behind it.
    NoUnit,
    /// A unit that there is not.
    UnknownUnit(String),
    /// Longer than 584 years, the end of virtual time.
    TooLong,
}

impl fmt::Display for ParseDurationError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoNumber => f.write_str("expected a length of time such as `30s` or `1h 30min`"),
            Self::NoUnit => f.write_str("a number needs a unit: ns, us, ms, s, min, h or d"),
            Self::UnknownUnit(unit) => {
                write!(f, "`{unit}` is no unit of time; there are ns, us, ms, s, min, h and d")
            }
            Self::TooLong => f.write_str("longer than 584 years, the end of virtual time"),
        }
    }
}

impl core::error::Error for ParseDurationError {}

impl FromStr for Duration {
    type Err = ParseDurationError;

    /// Reads `250ms`, `1.5h` or `1h 30min`.
    fn from_str(text: &str) -> Result<Self, ParseDurationError> {
        let mut rest = text.trim();
        let mut total = 0.0;
        let mut exact = Some(0_u64);
        if rest.is_empty() {
            return Err(ParseDurationError::NoNumber);
        }
        while !rest.is_empty() {
            let digits = rest.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(rest.len());
            let (number, behind) = rest.split_at(digits);
            let value: f64 = number.parse().map_err(|_| ParseDurationError::NoNumber)?;
            let behind = behind.trim_start();
            let letters = behind.find(|c: char| !c.is_alphabetic()).unwrap_or(behind.len());
            let (unit, behind) = behind.split_at(letters);
            if unit.is_empty() {
                return Err(ParseDurationError::NoUnit);
            }
            let nanos = UNITS
                .iter()
                .find_map(|(name, nanos)| (*name == unit).then_some(*nanos))
                .ok_or_else(|| ParseDurationError::UnknownUnit(unit.to_owned()))?;
            total += value * nanos as f64;
            exact = number.parse::<u64>().ok().and_then(|whole| {
                whole.checked_mul(nanos).and_then(|part| exact?.checked_add(part))
            });
            rest = behind.trim_start();
        }
        if total >= u64::MAX as f64 {
            return Err(ParseDurationError::TooLong);
        }
        // Whole numbers are kept to the nanosecond however long they are; fractions go through f64.
        Ok(Self(exact.unwrap_or((total + 0.5) as u64)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_are_read_in_every_unit() {
        let minute_and_half = Duration::from_secs(90);
        for text in ["90s", "1.5min", "1m30s", "1min 30 s", "90000ms", " 90 s "] {
            assert_eq!(text.parse(), Ok(minute_and_half), "{text}");
        }
        assert_eq!("1d".parse(), Ok(Duration::from_secs(86_400)));
        assert_eq!("3us".parse(), Ok(Duration::from_nanos(3_000)));
        assert_eq!("0.1s".parse(), Ok(Duration::from_millis(100)));
    }

    #[test]
    fn what_is_no_span_is_told_why() {
        assert_eq!("".parse::<Duration>(), Err(ParseDurationError::NoNumber));
        assert_eq!("-3s".parse::<Duration>(), Err(ParseDurationError::NoNumber));
        assert_eq!("30".parse::<Duration>(), Err(ParseDurationError::NoUnit));
        assert_eq!(
            "30 sec".parse::<Duration>(),
            Err(ParseDurationError::UnknownUnit("sec".to_owned()))
        );
        assert_eq!("600000d".parse::<Duration>(), Err(ParseDurationError::TooLong));
    }

    #[test]
    fn a_printed_span_reads_back_as_itself() {
        for nanos in [0, 1, 999, 1_000, 61_000_000_000, 3_600_000_000_001, u64::MAX] {
            let span = Duration::from_nanos(nanos);
            if nanos < u64::MAX {
                assert_eq!(span.to_string().parse(), Ok(span), "{span}");
            }
        }
        assert_eq!(Duration::from_secs(90).to_string(), "1min 30s");
    }

    #[test]
    fn lengths_go_to_std_and_come_back() {
        use core::time::Duration as Std;

        for nanos in [0, 1, 1_000_000_001, u64::MAX] {
            let length = Duration::from_nanos(nanos);
            assert_eq!(Std::from(length), Std::from_nanos(nanos));
            assert_eq!(Duration::from(Std::from(length)), length);
        }
        let longest = Std::from_nanos(u64::MAX);
        assert_eq!(Duration::from(longest + Std::from_nanos(1)), Duration::MAX);
        assert_eq!(Duration::from(Std::MAX), Duration::MAX);
    }

    #[test]
    fn arithmetic_saturates() {
        assert_eq!(Time::MAX + Duration::from_secs(1), Time::MAX);
        assert_eq!(Time::ZERO.since(Time::MAX), Duration::ZERO);
        assert_eq!(Duration::from_secs(1) - Duration::from_secs(2), Duration::ZERO);
        assert_eq!(Duration::MAX.scale(2.0), Duration::MAX);
        assert_eq!(Duration::from_secs(1).scale(-1.0), Duration::ZERO);
        assert_eq!(Duration::from_secs(1).scale(f64::NAN), Duration::ZERO);
    }
}
