//! The hours of a week in which someone is at work.

use patterns::{Duration, Time};

const DAY: u64 = 86_400_000_000_000;
const WEEK: u64 = 7 * DAY;

/// The hours of a week in which someone is at work, and where in the week a run begins.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Hours {
    /// From when to when after Monday, 0:00; in order, without overlap. None at all are all.
    spans: Vec<(u64, u64)>,
    /// How long after Monday, 0:00 the run begins.
    begins: u64,
}

impl Hours {
    /// On these days, the first of which is a Monday, from one time of the day to another one,
    /// which is of the next day if it does not come after the first.
    pub fn new(days: [bool; 7], (from, to): (Duration, Duration), begins: Duration) -> Self {
        let (from, to) = (from.as_nanos(), to.as_nanos());
        let lasts = if from < to { to - from } else { to + DAY - from };
        let mut spans: Vec<(u64, u64)> = Vec::new();
        for (_, day) in days.iter().zip(0..).filter(|(is_on, _)| **is_on) {
            let (start, end) = (day * DAY + from, day * DAY + from + lasts);
            spans.push((start, end.min(WEEK)));
            if WEEK < end {
                spans.push((0, end - WEEK));
            }
        }
        spans.sort_unstable();
        Self { spans, begins: begins.as_nanos() % WEEK }
    }

    /// The first time from this one on at which they are at work.
    pub fn next(&self, now: Time) -> Time {
        let Some((first, _)) = self.spans.first() else { return now };
        let here = (now.as_nanos() % WEEK + self.begins) % WEEK;
        let at = match self.spans.iter().find(|(_, end)| here < *end) {
            Some((start, _)) => here.max(*start),
            None => first + WEEK,
        };
        now + Duration::from_nanos(at - here)
    }

    /// The share of the time in which they are at work.
    pub fn share(&self) -> f64 {
        match self.spans.as_slice() {
            [] => 1.0,
            spans => spans.iter().map(|(start, end)| end - start).sum::<u64>() as f64 / WEEK as f64,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hours(number: u64) -> Duration {
        Duration::from_secs(3600 * number)
    }

    fn at(number: u64) -> Time {
        Time::ZERO + hours(number)
    }

    #[test]
    fn office_hours_are_waited_for_over_nights_and_weekends() {
        let days = [true, true, true, true, true, false, false];
        let office = Hours::new(days, (hours(9), hours(17)), Duration::ZERO);
        for (now, then) in [(0, 9), (9, 9), (16, 16), (17, 33), (4 * 24 + 17, 7 * 24 + 9)] {
            assert_eq!(office.next(at(now)), at(then), "{now}");
        }
        assert!((office.share() - 40.0 / 168.0).abs() < 1e-12);
        // The same, of a run that begins on a Friday at 18:00.
        let late = Hours::new(days, (hours(9), hours(17)), hours(4 * 24 + 18));
        assert_eq!(late.next(Time::ZERO), at(63));
        assert_eq!(late.next(at(7 * 24)), at(7 * 24 + 63));
    }

    #[test]
    fn nights_reach_into_the_next_day_and_the_next_week() {
        let nights = Hours::new([true; 7], (hours(22), hours(6)), Duration::ZERO);
        for (now, then) in [(0, 0), (5, 5), (6, 22), (23, 23), (7 * 24 - 1, 7 * 24 - 1)] {
            assert_eq!(nights.next(at(now)), at(then), "{now}");
        }
        assert!((nights.share() - 1.0 / 3.0).abs() < 1e-12);
        assert_eq!(Hours::default().next(at(77)), at(77));
    }
}
