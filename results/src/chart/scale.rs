//! Scales from values to places, their ticks, and numbers as texts.

use sim::measure::Unit;

/// A space at which no line is broken: between a number and its unit.
pub(crate) const NBSP: &str = "\u{a0}";

/// From values to places on the sheet, evenly or by powers of ten.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Scale {
    low: f64,
    high: f64,
    from: f64,
    to: f64,
    log: bool,
}

impl Scale {
    pub(crate) fn new((low, high): (f64, f64), (from, to): (f64, f64)) -> Self {
        Self { low, high, from, to, log: false }
    }

    pub(crate) fn log((low, high): (f64, f64), (from, to): (f64, f64)) -> Self {
        Self { low: libm::log10(low), high: libm::log10(high), from, to, log: true }
    }

    pub(crate) fn low(&self) -> f64 {
        self.low
    }

    pub(crate) fn high(&self) -> f64 {
        self.high
    }

    pub(crate) fn at(&self, value: f64) -> f64 {
        let value = if self.log { libm::log10(value) } else { value };
        let share = (value - self.low) / (self.high - self.low);
        self.from + share.clamp(-0.02, 1.02) * (self.to - self.from)
    }
}

/// Round values that cover a range, about as many as are wanted.
pub(crate) fn ticks(low: f64, high: f64, about: usize) -> Vec<f64> {
    let rough = (high - low) / about as f64;
    let power = libm::pow(10.0, libm::floor(libm::log10(rough)));
    let step = [1.0, 2.0, 2.5, 5.0, 10.0].map(|factor| factor * power);
    let step = step.into_iter().find(|step| *step >= rough).unwrap_or(10.0 * power);
    let first = (low / step).ceil() as i64;
    let last = (high / step + 1e-9).floor() as i64;
    (first..=last).map(|index| index as f64 * step).collect()
}

/// Values for a log axis: the powers of ten, or so much between them that there are three at least.
pub(crate) fn log_ticks(low: f64, high: f64) -> Vec<f64> {
    const FACTORS: [&[f64]; 3] = [&[1.0], &[1.0, 2.0, 5.0], &[1.0, 1.5, 2.0, 3.0, 5.0, 7.0]];
    let (first, last) = (libm::floor(libm::log10(low)) as i32, libm::log10(high) as i32 + 1);
    let decades = libm::log10(high / low);
    let all = FACTORS.into_iter().map(|factors| {
        let values = (first..=last).flat_map(|power| {
            factors.iter().map(move |factor| factor * libm::pow(10.0, f64::from(power)))
        });
        values.filter(|value| low <= *value && *value <= high).collect::<Vec<f64>>()
    });
    // Between two powers of ten much can be read only where they are far apart on the sheet.
    let fine = usize::from(decades <= 2.5);
    let found = { all }.skip(fine).find(|values| values.len() >= 3);
    found.unwrap_or_else(|| ticks(low, high, 6))
}

/// Steps of a time axis that people are used to, in seconds.
pub(crate) fn time_ticks(from: f64, to: f64, about: usize) -> Vec<f64> {
    const STEPS: [f64; 16] = [
        1.0, 2.0, 5.0, 10.0, 20.0, 30.0, 60.0, 120.0, 300.0, 600.0, 1200.0, 1800.0, 3600.0, 7200.0,
        14_400.0, 21_600.0,
    ];
    let rough = (to - from) / about as f64;
    let step = STEPS
        .into_iter()
        .find(|step| *step >= rough)
        .unwrap_or_else(|| (rough / 86_400.0).ceil() * 86_400.0);
    let first = (from / step).ceil() as i64;
    let last = (to / step + 1e-9).floor() as i64;
    (first..=last).map(|index| index as f64 * step).collect()
}

/// A time since the beginning of a run: `0`, `50 s`, `1 min 20 s`, `2 h 10 min`.
pub(crate) fn moment(secs: f64) -> String {
    let whole = secs.round() as u64;
    let units = [("d", 86_400), ("h", 3600), ("min", 60), ("s", 1)];
    let mut rest = whole;
    let parts = units.map(|(unit, size)| {
        let (number, left) = (rest / size, rest % size);
        rest = left;
        (number, unit)
    });
    let first = parts.iter().position(|(number, _)| *number > 0);
    let Some(first) = first else { return "0".to_owned() };
    // Two parts say enough.
    let parts = parts[first..].iter().take(2).filter(|(number, _)| *number > 0);
    let parts: Vec<String> = parts.map(|(number, unit)| format!("{number}{NBSP}{unit}")).collect();
    parts.join(NBSP)
}

/// A length of time for people: `450 ms`, `1.2 s`, `10 min`.
pub(crate) fn length(secs: f64) -> String {
    finer_length(secs, 0)
}

fn finer_length(secs: f64, more: usize) -> String {
    let (value, unit) = match secs {
        0.0 => (0.0, "s"),
        s if s < 1e-3 => (s * 1e6, "µs"),
        s if s < 1.0 => (s * 1e3, "ms"),
        s if s < 120.0 => (s, "s"),
        s if s < 7200.0 => (s / 60.0, "min"),
        s => (s / 3600.0, "h"),
    };
    format!("{}{NBSP}{unit}", finer(value, more))
}

/// A number with about three digits.
pub(crate) fn digits(value: f64) -> String {
    finer(value, 0)
}

/// A number with so many digits more.
fn finer(value: f64, more: usize) -> String {
    let size = value.abs();
    let places = match size {
        10.0..100.0 => more + 1,
        0.1..10.0 => more + 2,
        1e-9..0.1 => more + 4,
        _ => more,
    };
    let text = format!("{value:.places$}");
    let text =
        if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.') } else { &text };
    text.replace('-', "−")
}

/// A share in percent: what is not quite all is never 100, and what is there is never 0.
fn percent(share: f64, more: usize) -> String {
    let percent = share * 100.0;
    let shown = finer(percent, more);
    if share < 1.0 && shown == "100" {
        let finer = (2..=4).map(|places| format!("{percent:.places$}"));
        let shown = { finer }.find(|shown| !shown.starts_with("100"));
        return shown.unwrap_or_else(|| "over 99.9999".to_owned());
    }
    if share > 0.0 && shown == "0" { "under 0.0001".to_owned() } else { shown }
}

/// A value in its unit.
pub(crate) fn value(value: f64, unit: Unit) -> String {
    finer_value(value, unit, 0)
}

/// Values in their unit, with as many digits as it takes to tell one from another.
pub(crate) fn distinct(values: &[f64], unit: Unit) -> Vec<String> {
    let shown = |more: usize| values.iter().map(move |value| finer_value(*value, unit, more));
    let are_distinct = |more: &usize| {
        let bits = values.iter().map(|value| value.to_bits());
        let all: Vec<(String, u64)> = shown(*more).zip(bits).collect();
        all.iter().all(|one| all.iter().all(|two| (one.0 == two.0) == (one.1 == two.1)))
    };
    let more = (0..4).find(are_distinct).unwrap_or(4);
    shown(more).collect()
}

fn finer_value(value: f64, unit: Unit, more: usize) -> String {
    if value.is_nan() {
        return "–".to_owned();
    }
    match unit {
        Unit::Share => format!("{}{NBSP}%", percent(value, more)),
        Unit::Seconds => finer_length(value, more),
        Unit::WorkSeconds => format!("{}{NBSP}s", finer(value, more)),
        Unit::Count | Unit::Ratio => finer(value, more),
        Unit::PerHour => format!("{}/h", finer(value, more)),
        Unit::Usd => format!("{}{NBSP}USD", finer(value, more)),
    }
}

/// What differences of values are multiplied with, and what they are called then.
fn of_differences(unit: Unit) -> (f64, &'static str) {
    match unit {
        Unit::Share => (100.0, "\u{a0}points"),
        Unit::Seconds | Unit::WorkSeconds => (1.0, "\u{a0}s"),
        Unit::PerHour => (1.0, "/h"),
        Unit::Usd => (1.0, "\u{a0}USD"),
        Unit::Count | Unit::Ratio => (1.0, ""),
    }
}

fn signed(value: f64) -> String {
    let text = digits(value);
    if value > 0.0 { format!("+{text}") } else { text }
}

/// A difference of two values, with its sign.
pub(crate) fn bare_difference(value: f64, unit: Unit) -> String {
    let (scale, name) = of_differences(unit);
    format!("{}{name}", signed(value * scale))
}

/// A difference of two values, with its sign and its interval.
pub(crate) fn difference(mean: f64, low: f64, high: f64, unit: Unit) -> String {
    let (scale, name) = of_differences(unit);
    let shown = |value: f64| signed(value * scale);
    // Without an interval, or where all runs are the same.
    if low.is_nan() || shown(low) == shown(high) {
        return format!("{}{name}", shown(mean));
    }
    format!("{}{name}{NBSP}[{},{NBSP}{}]", shown(mean), shown(low), shown(high))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_that_is_not_all_is_never_a_hundred_percent_and_one_that_is_there_never_none() {
        let shown = |share: f64| value(share, Unit::Share).replace(NBSP, " ");
        for (part, all) in [(1, 2), (1, 9000), (1, 1001), (1, 2001), (7, 50_000), (1, 3_000_000)] {
            let share = f64::from(part) / f64::from(all);
            for share in [share, 1.0 - share] {
                assert!(!["0 %", "100 %", "−0 %"].contains(&shown(share).as_str()), "{share}");
            }
        }
        let all = [0.0, 0.5, 0.999, 0.999_89, 0.999_95, 1.0 - 1e-7, 1.0, 0.000_111, 1e-8];
        let is = [
            "0 %",
            "50 %",
            "99.9 %",
            "99.99 %",
            "99.995 %",
            "over 99.9999 %",
            "100 %",
            "0.0111 %",
            "under 0.0001 %",
        ];
        assert_eq!(all.map(shown), is);
    }

    #[test]
    fn values_that_differ_are_shown_with_digits_that_differ() {
        let shown = |values: &[f64], unit| distinct(values, unit).join(" ").replace(NBSP, "");
        assert_eq!(shown(&[1312.2, 1312.4, 9.0], Unit::PerHour), "1312.2/h 1312.4/h 9/h");
        assert_eq!(shown(&[1.111, 1.112], Unit::Ratio), "1.111 1.112");
        assert_eq!(shown(&[1.111, 1.111], Unit::Ratio), "1.11 1.11");
        assert_eq!(shown(&[0.5, 0.500_01], Unit::Share), "50% 50.001%");
    }

    #[test]
    fn a_log_axis_has_three_ticks_at_least_and_not_too_many() {
        for from in 1..400 {
            for ratio in [1.5, 2.0, 2.1, 3.0, 9.0, 11.0, 99.0, 310.0, 1e4, 1e9] {
                let low = libm::pow(1.05, f64::from(from)) * 1e-6;
                let high = low * ratio;
                let found = log_ticks(low, high);
                let is_in = found.iter().all(|tick| (low * 0.999..=high * 1.001).contains(tick));
                let is_sorted = found.windows(2).all(|pair| pair[0] < pair[1]);
                assert!(is_in && is_sorted, "{low} to {high}: {found:?}");
                assert!((3..=14).contains(&found.len()), "{low} to {high}: {found:?}");
            }
        }
    }
}
