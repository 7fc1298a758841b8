//! Times as logs have them: dates with times, or how long after the begin.

use patterns::Duration;

/// From what a time is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Clock {
    /// A date and a time with a zone.
    Zoned,
    /// The same without a zone: of whatever place.
    Local,
    /// The begin.
    Begin,
}

impl Clock {
    pub(super) const fn what(self) -> &'static str {
        match self {
            Self::Zoned => "a date and time with a zone",
            Self::Local => "a date and time without a zone",
            Self::Begin => "a length since the begin",
        }
    }
}

/// What is expected where a time should be.
pub(super) const EXPECTED: &str = "a date and time such as `2026-03-01T14:30:00Z` or \
                                   `2026-03-01 14:30`, or a length since the begin such as `3h`";

/// A time, in seconds of its clock.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct When {
    pub(super) clock: Clock,
    pub(super) secs: f64,
}

/// Reads a time: ISO 8601 with `T` or a space between date and time, a date alone for its
/// midnight, or a length of time.
pub(super) fn read(text: &str) -> Option<When> {
    if let Ok(length) = text.parse::<Duration>() {
        return Some(When { clock: Clock::Begin, secs: length.as_secs_f64() });
    }
    // Digits and signs alone, so that bytes are characters.
    if !text.is_ascii() {
        return None;
    }
    let (date, rest) = text.split_at_checked(10)?;
    let day = day_of(date)? * 86_400;
    if rest.is_empty() {
        return Some(When { clock: Clock::Local, secs: day as f64 });
    }
    let time = rest.strip_prefix(['T', 't', ' '])?;
    let zone = time.find(['Z', 'z', '+', '-']).unwrap_or(time.len());
    let (time, zone) = time.split_at(zone);
    let secs = day as f64 + time_of(time.trim_end())?;
    match zone {
        "" => Some(When { clock: Clock::Local, secs }),
        "Z" | "z" => Some(When { clock: Clock::Zoned, secs }),
        _ => Some(When { clock: Clock::Zoned, secs: secs - offset_of(zone)? }),
    }
}

/// Which day it is, from the beginning of the calendar on.
fn day_of(date: &str) -> Option<u64> {
    let mut parts = date.split('-');
    let (year, month) = (whole(parts.next()?, 4)?, whole(parts.next()?, 2)?);
    let day = whole(parts.next()?, 2)?;
    if parts.next().is_some() || year == 0 {
        return None;
    }
    let is_leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    let february = 28 + u64::from(is_leap);
    let months = [31, february, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
    let before = usize::try_from(month.checked_sub(1)?).ok()?;
    let is_there = 1 <= day && day <= *months.get(before)?;
    let years = year - 1;
    let leaps = years / 4 - years / 100 + years / 400;
    is_there.then(|| years * 365 + leaps + months[..before].iter().sum::<u64>() + day)
}

/// How many seconds of a day have passed.
fn time_of(time: &str) -> Option<f64> {
    let mut parts = time.split(':');
    let (hours, minutes) = (whole(parts.next()?, 2)?, whole(parts.next()?, 2)?);
    let secs = match parts.next() {
        None => 0.0,
        Some(text) => {
            let (secs, fraction) = text.split_once(['.', ',']).unwrap_or((text, "0"));
            let is_number = !fraction.is_empty() && fraction.bytes().all(|b| b.is_ascii_digit());
            let secs = whole(secs, 2).filter(|secs| is_number && *secs <= 60)?;
            secs as f64 + format!("0.{fraction}").parse::<f64>().ok()?
        }
    };
    let is_there = parts.next().is_none() && hours < 24 && minutes < 60;
    is_there.then(|| (hours * 3600 + minutes * 60) as f64 + secs)
}

/// By how many seconds a zone is ahead: `+02:00`, `-0530`, `+02`.
fn offset_of(zone: &str) -> Option<f64> {
    let (sign, rest) = zone.split_at_checked(1)?;
    let (hours, minutes) = rest.split_at_checked(2)?;
    let hours = whole(hours, 2).filter(|hours| *hours < 24)?;
    let minutes = match minutes.strip_prefix(':').unwrap_or(minutes) {
        "" if !minutes.starts_with(':') => 0,
        minutes => whole(minutes, 2).filter(|minutes| *minutes < 60)?,
    };
    let secs = (hours * 3600 + minutes * 60) as f64;
    match sign {
        "+" => Some(secs),
        "-" => Some(-secs),
        _ => None,
    }
}

/// A number of so many digits.
fn whole(text: &str, digits: usize) -> Option<u64> {
    let is_one = text.len() == digits && text.bytes().all(|byte| byte.is_ascii_digit());
    if is_one { text.parse().ok() } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_in_every_form() {
        let at = |text: &str| read(text).unwrap_or_else(|| panic!("{text}"));
        let noon = at("2026-03-01T12:00:00Z");
        for same in [
            "2026-03-01T12:00Z",
            "2026-03-01 12:00:00Z",
            "2026-03-01T14:00:00+02:00",
            "2026-03-01T06:30:00-0530",
            "2026-03-01T14:00+02",
            "2026-03-01T12:00:00.000z",
        ] {
            assert_eq!(at(same), noon, "{same}");
        }
        assert_eq!(at("2026-03-01"), at("2026-03-01 00:00"));
        assert_eq!(at("2026-03-01").clock, Clock::Local);
        assert_eq!(at("1h 30min"), When { clock: Clock::Begin, secs: 5400.0 });
        let gap = |from: &str, to: &str| ((at(to).secs - at(from).secs) * 1e3) as u64;
        assert_eq!(
            [gap("2024-02-28", "2024-03-01"), gap("2026-02-28", "2026-03-01")],
            [172_800_000, 86_400_000]
        );
        assert_eq!(gap("1899-12-31", "1970-01-01"), 25_568 * 86_400_000);
        assert_eq!(gap("2000-01-01", "2100-01-01"), 36_525 * 86_400_000);
        assert_eq!(gap("2026-01-31T23:59:59.5", "2026-02-01"), 500);
    }

    #[test]
    fn what_is_no_time_is_none() {
        for text in [
            "",
            "yesterday",
            "2026-02-29",
            "2026-13-01",
            "2026-00-10",
            "2026-1-1",
            "01.03.2026",
            "2026-03-01T",
            "2026-03-01T24:00",
            "2026-03-01T12:60",
            "2026-03-01T12:00:61",
            "2026-03-01T12",
            "2026-03-01T12:00:00.",
            "2026-03-01T12:00+2",
            "2026-03-01T12:00+02:",
            "2026-03-01T12:00+25",
            "2026-03-01x12:00",
            "3",
            "-3h",
            "2026-03-0é",
            "0000-01-01",
            "2026-03-01T12:00:00 UTC",
        ] {
            assert_eq!(read(text), None, "{text}");
        }
    }
}
