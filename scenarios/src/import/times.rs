//! Lengths of time, as each world writes them.

use patterns::Duration;
use patterns::settings::{Node, Value};

/// How lengths of time are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Times {
    /// Spring: `10s`, `500ms`, `PT10S`; a number alone is milliseconds (`DurationStyle` of Spring
    /// Boot: simple and ISO-8601).
    Spring,
    /// JSON of protocol buffers: `1.5s`, `.01s`, and nothing else.
    Proto,
    /// Go, as Istio has it: `1.5s`, `250ms`, `1m30s`.
    Go,
    /// `TimeSpan` of .NET: `[d.]hh:mm:ss[.fffffff]`; a number alone is days.
    TimeSpan,
    /// A number of seconds.
    Seconds,
    /// A number of milliseconds.
    Millis,
}

const SECOND: u128 = 1_000_000_000;

/// A unit of time, and how many nanoseconds it has.
type Unit = (&'static str, u128);

/// The longer names first, where one begins another.
const UNITS: [Unit; 7] = [
    ("ms", 1_000_000),
    ("us", 1_000),
    ("µs", 1_000),
    ("ns", 1),
    ("s", SECOND),
    ("m", 60 * SECOND),
    ("h", 3_600 * SECOND),
];

const DAY: Unit = ("d", 86_400 * SECOND);

impl Times {
    /// What may be written, for messages.
    pub(crate) const fn expected(self) -> &'static str {
        match self {
            Self::Spring => "a length of time such as 10s, 500ms or PT10S, or milliseconds",
            Self::Proto => "seconds as a text with an s, such as \"1.5s\"",
            Self::Go => "a length of time such as 1.5s, 250ms or 1m30s",
            Self::TimeSpan => "a length of time such as \"00:00:30\"",
            Self::Seconds => "a number of seconds, from 0 on",
            Self::Millis => "a number of milliseconds, from 0 on",
        }
    }

    /// The length of time that is written.
    pub(crate) fn read(self, node: &Node) -> Option<Duration> {
        let nanos = match (&node.value, self) {
            (Value::Integer(number), _) => self.of_number(*number as f64)?,
            (Value::Float(number), _) => self.of_number(*number)?,
            (Value::Text(text) | Value::Word(text), _) => self.of_text(text.trim())?,
            _ => return None,
        };
        u64::try_from(nanos).ok().map(Duration::from_nanos)
    }

    /// What is wrong with a length of time that is written as it is to be, and cannot be.
    pub(crate) fn wrong(self, node: &Node) -> Option<&'static str> {
        if self.read(node).is_some() {
            return None;
        }
        let is_read = |value: Value| self.read(&Node::unwritten(value)).is_some();
        let (negative, other) = match &node.value {
            Value::Integer(number) => (*number < 0, Value::Integer(1)),
            Value::Float(number) => (*number < 0.0 && number.is_finite(), Value::Integer(1)),
            Value::Text(text) | Value::Word(text) => {
                let plain = text.replace('-', "");
                (plain != *text, Value::Text(shortened(&plain)))
            }
            _ => return None,
        };
        let fits = is_read(other);
        fits.then_some(if negative { "negative" } else { "longer than 584 years" })
    }

    fn of_number(self, number: f64) -> Option<u128> {
        let each = match self {
            Self::Spring if number.fract() != 0.0 => return None,
            Self::Spring | Self::Millis => 1e6,
            Self::Seconds => 1e9,
            Self::TimeSpan => 86_400e9,
            Self::Proto | Self::Go => return None,
        };
        let nanos = (number * each).round();
        (0.0..1e19).contains(&nanos).then_some(nanos as u128)
    }

    fn of_text(self, text: &str) -> Option<u128> {
        if let (Ok(number), false) = (text.parse::<f64>(), self == Self::TimeSpan) {
            return self.of_number(number);
        }
        match self {
            Self::TimeSpan => of_time_span(text),
            Self::Proto => {
                let number = text.strip_suffix('s')?;
                let part = number.split_once('.').map_or("", |(_, part)| part);
                (part.len() <= 9).then(|| times(number, SECOND))?
            }
            Self::Go => of_units(text, &UNITS),
            Self::Spring => match text.strip_prefix(['P', 'p', '+']) {
                Some(iso) if !text.starts_with('+') => of_iso(iso),
                plain => of_simple(plain.unwrap_or(text)),
            },
            Self::Seconds | Self::Millis => None,
        }
    }

    /// The same length as this world writes it.
    pub(crate) fn write(self, time: Duration) -> Node {
        let nanos = u128::from(time.as_nanos());
        let value = match self {
            Self::Millis => number(nanos, 1_000_000),
            Self::Seconds => number(nanos, SECOND),
            Self::Proto | Self::Go => Value::Text(format!("{}s", decimal(nanos, SECOND))),
            Self::TimeSpan => Value::Text(time_span(nanos)),
            Self::Spring => {
                let whole = [("d", 86_400 * SECOND), ("h", 3_600 * SECOND), ("m", 60 * SECOND)];
                let whole = whole.into_iter().chain([("s", SECOND), ("ms", 1_000_000)]);
                let mut whole = whole.chain([("us", 1_000), ("ns", 1)]);
                let fits = whole.find(|(_, unit)| nanos >= *unit && nanos.is_multiple_of(*unit));
                let (unit, each) = fits.unwrap_or(("s", SECOND));
                Value::Text(format!("{}{unit}", nanos / each))
            }
        };
        Node::unwritten(value)
    }
}

/// The text without the last digits of long numbers.
fn shortened(text: &str) -> String {
    let mut digits = 0;
    let kept = text.chars().filter(|c| {
        digits = if c.is_ascii_digit() { digits + 1 } else { 0 };
        digits <= 2
    });
    kept.collect()
}

/// A number of these, whole if it is.
fn number(nanos: u128, each: u128) -> Value {
    if nanos.is_multiple_of(each) {
        Value::Integer((nanos / each).cast_signed())
    } else {
        Value::Float(decimal(nanos, each).parse().unwrap_or_default())
    }
}

/// A quotient by a power of ten, with all digits that it has.
fn decimal(nanos: u128, each: u128) -> String {
    let (whole, rest) = (nanos / each, nanos % each);
    if rest == 0 {
        return whole.to_string();
    }
    let digits = each.ilog10() as usize;
    format!("{whole}.{}", format!("{rest:0digits$}").trim_end_matches('0'))
}

/// A whole number and one unit: `30s`, `500MS`.
fn of_simple(text: &str) -> Option<u128> {
    let lower = text.to_lowercase();
    let (number, unit) = lower.split_at(lower.find(|c: char| !c.is_ascii_digit())?);
    let (_, each) = UNITS.into_iter().chain([DAY]).find(|(name, _)| *name == unit)?;
    number.parse::<u128>().ok()?.checked_mul(each)
}

/// What follows `P`: `T1M30.5S`, `1DT2H`.
fn of_iso(text: &str) -> Option<u128> {
    let lower = text.to_lowercase();
    let (days, clock) = lower.split_once('t').unwrap_or((&lower, ""));
    let of = |text: &str, units: &[Unit]| {
        if text.is_empty() { Some(0) } else { of_units(text, units) }
    };
    let units = [("h", 3_600 * SECOND), ("m", 60 * SECOND), ("s", SECOND)];
    let is_empty = days.is_empty() && clock.is_empty();
    if is_empty || lower.ends_with('t') {
        return None;
    }
    of(days, &[DAY])?.checked_add(of(clock, &units)?)
}

/// Numbers, each with its unit: `1m30s`, `1.5s`.
fn of_units(text: &str, units: &[Unit]) -> Option<u128> {
    let mut rest = text;
    let mut nanos = (!rest.is_empty()).then_some(0_u128)?;
    while !rest.is_empty() {
        let end = rest.find(|c: char| !c.is_ascii_digit() && c != '.')?;
        let number = &rest[..end];
        rest = &rest[end..];
        let (name, each) = units.iter().find(|(name, _)| rest.starts_with(name))?;
        nanos = nanos.checked_add(times(number, *each)?)?;
        rest = &rest[name.len()..];
    }
    Some(nanos)
}

/// A decimal number of these nanoseconds, rounded down.
fn times(number: &str, each: u128) -> Option<u128> {
    let (whole, part) = number.split_once('.').unwrap_or((number, ""));
    let whole =
        if whole.is_empty() && !part.is_empty() { 0 } else { whole.parse::<u128>().ok()? };
    let digits = &part[..part.len().min(15)];
    if !part.bytes().all(|c| c.is_ascii_digit()) {
        return None;
    }
    let share = if digits.is_empty() {
        0
    } else {
        digits.parse::<u128>().ok()? * each / 10_u128.pow(digits.len() as u32)
    };
    whole.checked_mul(each)?.checked_add(share)
}

/// `[d.]hh:mm:ss[.fffffff]`, `hh:mm` or days alone.
fn of_time_span(text: &str) -> Option<u128> {
    let (days, clock) = match text.split_once('.') {
        Some((days, clock)) if clock.contains(':') => (days.parse::<u128>().ok()?, clock),
        _ => (0, text),
    };
    let parts: Vec<&str> = clock.split(':').collect();
    let (hours, minutes, seconds) = match parts[..] {
        [days] => return days.parse::<u128>().ok()?.checked_mul(86_400 * SECOND),
        [hours, minutes] => (hours, minutes, "0"),
        [hours, minutes, seconds] => (hours, minutes, seconds),
        _ => return None,
    };
    let (hours, minutes) = (hours.parse::<u128>().ok()?, minutes.parse::<u128>().ok()?);
    let in_range = hours < 24 && minutes < 60;
    let seconds = times(seconds, SECOND).filter(|seconds| *seconds < 60 * SECOND)?;
    let minutes = days.checked_mul(1_440)?.checked_add(hours * 60 + minutes)?;
    minutes.checked_mul(60 * SECOND)?.checked_add(seconds).filter(|_| in_range)
}

fn time_span(nanos: u128) -> String {
    let (seconds, rest) = (nanos / SECOND, nanos % SECOND);
    let (days, of_day) = (seconds / 86_400, seconds % 86_400);
    let days = if days > 0 { format!("{days}.") } else { String::new() };
    // A `TimeSpan` counts in 100 ns.
    let part = match rest / 100 {
        0 => String::new(),
        ticks => format!(".{ticks:07}"),
    };
    format!("{days}{:02}:{:02}:{:02}{part}", of_day / 3600, of_day / 60 % 60, of_day % 60)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(text: &str) -> Node {
        Node::word(text)
    }

    fn whole(number: i128) -> Node {
        Node::unwritten(Value::Integer(number))
    }

    #[test]
    fn each_world_reads_its_own() {
        let millis = |time| Some(Duration::from_millis(time));
        for (times, node, expected) in [
            (Times::Spring, text("10s"), millis(10_000)),
            (Times::Spring, text("PT1M30.5S"), millis(90_500)),
            (Times::Spring, text("P1DT1H"), millis(90_000_000)),
            (Times::Spring, whole(500), millis(500)),
            (Times::Spring, text("500"), millis(500)),
            (Times::Spring, text("soon"), None),
            (Times::Spring, text("-1s"), None),
            (Times::Proto, text("0.25s"), millis(250)),
            (Times::Spring, text("1m30s"), None),
            (Times::Spring, text("1.5s"), None),
            (Times::Spring, text("2D"), millis(172_800_000)),
            (Times::Spring, text("PT"), None),
            (Times::Spring, text("P1S"), None),
            (Times::Proto, text(".01s"), millis(10)),
            (Times::Proto, text("1.2.3s"), None),
            (Times::Proto, text("1m30s"), None),
            (Times::Proto, text("250ms"), None),
            (Times::Proto, text("1"), None),
            (Times::Proto, text("s"), None),
            (Times::Proto, text("1.0000000001s"), None),
            (Times::Proto, whole(10), None),
            (Times::Go, text("1m30s"), millis(90_000)),
            (Times::Go, text("1.5s"), millis(1_500)),
            (Times::Go, text("5"), None),
            (Times::Go, text("1d"), None),
            (Times::Go, whole(10), None),
            (Times::Seconds, text("10s"), None),
            (Times::TimeSpan, text("00:00:30"), millis(30_000)),
            (Times::TimeSpan, text("1.02:00:00.5"), millis(93_600_500)),
            (Times::TimeSpan, text("00:00:60"), None),
            (Times::TimeSpan, whole(1), millis(86_400_000)),
            (Times::Seconds, Node::unwritten(Value::Float(0.5)), millis(500)),
            (Times::Millis, whole(1500), millis(1500)),
            (Times::Millis, whole(-1), None),
        ] {
            assert_eq!(times.read(&node), expected, "{times:?} {node}");
        }
    }

    #[test]
    fn what_is_negative_or_too_long_is_told_from_what_is_none() {
        for (times, node, expected) in [
            (Times::Spring, text("-5s"), Some("negative")),
            (Times::Spring, text("PT-5S"), Some("negative")),
            (Times::Spring, text("999999999999999d"), Some("longer than 584 years")),
            (Times::Go, text("99999999999999h"), Some("longer than 584 years")),
            (Times::TimeSpan, text("-00:00:10"), Some("negative")),
            (Times::Millis, whole(-1), Some("negative")),
            (Times::Seconds, whole(99_999_999_999), Some("longer than 584 years")),
            (Times::Proto, text("-1s"), Some("negative")),
            (Times::Proto, whole(-1), None),
            (Times::Spring, text("soon"), None),
            (Times::Spring, text("5s"), None),
        ] {
            assert_eq!(times.wrong(&node), expected, "{times:?} {node}");
        }
    }

    #[test]
    fn what_is_written_is_read_back() {
        for nanos in [0, 500, 1_000, 1_500_000, 250_000_000, 30_000_000_000, 93_600_500_000_000] {
            let time = Duration::from_nanos(nanos);
            for times in
                [Times::Spring, Times::Proto, Times::TimeSpan, Times::Seconds, Times::Millis]
            {
                let written = times.write(time);
                assert_eq!(times.read(&written), Some(time), "{times:?} {written}");
            }
        }
    }
}
